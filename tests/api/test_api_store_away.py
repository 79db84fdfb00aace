"""The database goes away and comes back: nothing acknowledged is lost, and the run goes on."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import _programs
from uploading import put_run

from api.jobs.worker import Worker
from api.settings import Settings
from api.store.audit import verify
from api.store.database import Store
from api.store.runs import run_of
from api.store.schema import migrate

pytestmark = pytest.mark.slow
_LONGEST_S = 300.0


class Cluster:
    """A PostgreSQL of this test's own, that can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        programs = _programs()
        if programs is None:
            pytest.skip("no PostgreSQL on this machine")
        self._programs, self._folder = programs, folder
        self._as = {"user": "nobody"} if os.geteuid() == 0 else {}
        self._run("initdb", "-U", "truckban", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.url = f"postgresql://truckban@/postgres?host={folder}"

    def start(self) -> None:
        # it is stopped at once, but its machine goes on: nothing is lost that is not on the disk yet
        options = f"-k {self._folder} -c listen_addresses='' -c fsync=off -c autovacuum=off -c jit=off"
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        environment = {
            **os.environ,
            "LC_ALL": "C.UTF-8",
            "HOME": str(self._folder),
            "PGDATA": str(self._folder / "data"),
        }
        command = [str(self._programs / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, env=environment, cwd=self._folder, **self._as)  # type: ignore[call-overload]


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="tbaway", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    made = Cluster(folder)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder, ignore_errors=True)


def test_a_run_lives_through_a_database_that_goes_away(cluster: Cluster, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", database_url=cluster.url)
    store = Store(settings.url)
    migrate(store)
    run_id = put_run(settings, store)
    worker = Worker(settings, store)
    until = time.monotonic() + _LONGEST_S
    while not any(doing.lease.subject == run_id for doing in worker.doing):
        worker.tick()
    cluster.stop()
    doing = next(doing for doing in worker.doing if doing.lease.subject == run_id)
    while not doing.over and time.monotonic() < until:  # it ends while there is nobody to tell
        worker.tick()
        time.sleep(0.1)
    for _ in range(3):
        worker.tick()
    assert doing in worker.doing
    cluster.start()
    worker.run_until_idle()
    with store.read() as session:
        run = run_of(session, run_id)
        assert run is not None
        assert (run.state, run.error) == ("done", None)
        assert verify(session).fault is None
        assert session.scalar(sa.text("SELECT count(*) FROM leads")) == (run.counts or {})["leads"]
    store.close()
