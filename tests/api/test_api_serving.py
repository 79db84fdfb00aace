"""`truckban serve`: server and worker together, from start to end, with what goes over a real socket."""

import gc
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from jobs_here import worker_here
from uploading import done_once, put_run

from api.jobs.kinds import DAILY
from api.serving import WorkerBeside
from api.settings import Settings
from api.store import jobs
from api.store.base import now
from api.store.database import Store
from api.store.tables.runs import Job
from truckban.cli.main import run as run_command

pytestmark = pytest.mark.slow
_LONGEST_S = 200.0
_COMMAND = [sys.executable, "-c", "from truckban.cli.main import entry; entry()", "--lang", "en"]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _environment(settings: Settings) -> dict[str, str]:
    assert settings.database_url is not None
    return {
        **os.environ,
        "TRUCKBAN_DATA_DIR": str(settings.data_dir),
        "TRUCKBAN_DATABASE_URL": settings.database_url.get_secret_value(),
        "TRUCKBAN_TRIP_PROCESSES": "0",
    }


@contextmanager
def _serving(settings: Settings, *more: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    port = _free_port()
    process = subprocess.Popen(
        [*_COMMAND, "serve", "--port", str(port), *more], env=_environment(settings), stderr=subprocess.PIPE, text=True
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + _LONGEST_S
        while time.monotonic() < until and process.poll() is None:
            try:
                if httpx.get(f"{url}/v1/ready", timeout=5).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.2)
        yield process, url
    finally:
        process.kill()
        process.communicate()


def _nothing_due(store: Store) -> None:
    """Have what is due each day done already: each of it would be a process."""
    with store.write() as session:
        for kind in DAILY:
            jobs.enqueue(session, kind, "today", once=f"{kind}:{now().date().isoformat()}")
        session.execute(sa.update(Job).values(state="done"))


def _children(pid: int, named: bytes = b"worker") -> list[int]:
    found: list[int] = []
    with suppress(OSError):  # a thread, or the process, may end meanwhile
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(each) for each in (task / "children").read_text().split()]
        return [each for each in found if named in Path(f"/proc/{each}/cmdline").read_bytes()]
    return []


def test_a_worker_that_dies_is_started_again_and_both_end_in_order(settings: Settings, store: Store) -> None:
    _nothing_due(store)
    with _serving(settings) as (process, url):
        (worker,) = _children(process.pid)
        os.kill(worker, signal.SIGKILL)
        until = time.monotonic() + _LONGEST_S
        while time.monotonic() < until and _children(process.pid) in ([], [worker]):
            assert httpx.get(f"{url}/v1/ready", timeout=30).status_code == 200
            time.sleep(0.2)
        (another,) = _children(process.pid)
        assert another != worker
        process.send_signal(signal.SIGTERM)
        assert process.wait(_LONGEST_S) == 0
        assert not Path(f"/proc/{another}").exists()


def test_of_a_service_that_is_killed_nothing_goes_on_and_its_run_is_done_by_the_next(
    settings: Settings, store: Store
) -> None:
    _nothing_due(store)
    run_id = put_run(settings, store)
    with _serving(settings) as (process, url):
        until = time.monotonic() + _LONGEST_S
        found: list[int] = []
        while time.monotonic() < until and len(found) < 2:  # the worker, and the process that does the run
            found = _children(process.pid)
            found += [each for worker in found for each in _children(worker, b"child")]
            time.sleep(0.02)
        assert len(found) == 2
        process.kill()
        process.wait()
        while time.monotonic() < until and any(Path(f"/proc/{each}").exists() for each in found):
            time.sleep(0.05)
        assert not any(Path(f"/proc/{each}").exists() for each in found)
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{url}/v1/ready", timeout=5)
    worker_here(settings, store, lease_s=1.0).run_until_idle()
    done_once(settings, store, run_id)


def test_without_a_store_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRUCKBAN_DATA_DIR", str(tmp_path / "none"))
    assert run_command(["--lang", "en", "serve"]) == 3
    assert "truckban db init" in capsys.readouterr().err


def test_the_demonstration_is_refused_where_others_reach_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRUCKBAN_DATA_DIR", str(tmp_path / "demo"))
    monkeypatch.setenv("TRUCKBAN_DEMONSTRATION", "true")
    assert run_command(["--lang", "en", "serve", "--host", "0.0.0.0"]) == 3  # noqa: S104  (it must be refused)
    assert "local address only" in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()


def test_commands_of_the_store_from_first_to_last(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setenv("TRUCKBAN_DATA_DIR", str(tmp_path / "data"))
    gc.collect()
    gc.disable()  # a command that ends with an error closes the store itself, too: nobody else does it for it
    request.addfinalizer(gc.enable)

    def run(*words: str, expected: int = 0) -> str:
        status = run_command(["--lang", "en", "db", *words])
        said = "".join(capsys.readouterr())
        assert status == expected, said
        return said

    assert "create-admin" in run("init")
    assert "already" in run("init")
    assert "sound" in run("check")
    backup = str(tmp_path / "backup.tar")
    assert "tables" in run("backup", backup)
    assert "not overwritten" in run("backup", backup, expected=3)
    assert "--replace" in run("restore", backup, expected=3)
    run("restore", backup, "--replace")
    assert "sound" in run("check")
    assert len(list((tmp_path / "data").glob("truckban.sqlite.before-*"))) >= 1


def test_a_worker_beside_that_will_not_end_is_ended() -> None:
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, lambda *_: None); time.sleep(1000)"
    beside = WorkerBeside([sys.executable, "-c", stubborn], end_s=1.0)
    pid = beside.pid
    beside.stop()
    assert not Path(f"/proc/{pid}").exists()
