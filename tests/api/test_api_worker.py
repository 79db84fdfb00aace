"""Workers that are killed, stand still, or lose the store: every run is done once, from its files."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from jobs_here import worker_here
from uploading import done_once, put_run

from api.jobs import worker as working
from api.jobs.kinds import DAILY
from api.jobs.worker import Worker
from api.settings import Settings
from api.store.database import Store
from api.store.jobs import CRASHES
from api.store.runs import cancel_run, run_of
from api.store.tables.leads import Lead
from api.store.tables.runs import Job, Run
from api.traces.files import runs_folder

pytestmark = pytest.mark.slow
_LONGEST_S = 300.0
_WORKER = (
    "import sys, signal, threading; from api.jobs.worker import Worker; from api.settings import Settings; "
    "from api.store.database import Store; import api.jobs.worker; api.jobs.worker.DAILY = (); "
    "s = Settings(); w = Worker(s, Store(s.url), lease_s=float(sys.argv[1]), tick_s=0.1); "
    "signal.signal(signal.SIGTERM, lambda *_: w.stopping.set()); w.run()"
)
_LEASE_S = 3.0  # a worker beats each second; where a busy machine keeps one from it, its run is done by another, once all the same


@contextmanager
def _worker(settings: Settings, lease_s: float = _LEASE_S) -> Iterator["subprocess.Popen[bytes]"]:
    assert settings.database_url is not None
    environment = {
        **os.environ,
        "TRUCKBAN_DATA_DIR": str(settings.data_dir),
        "TRUCKBAN_DATABASE_URL": settings.database_url.get_secret_value(),
    }
    process = subprocess.Popen([sys.executable, "-c", _WORKER, str(lease_s)], env=environment)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


def _wait(holds: Callable[[], bool], worker: "subprocess.Popen[bytes] | None" = None) -> None:
    until = time.monotonic() + _LONGEST_S
    while not holds():
        assert time.monotonic() < until
        assert worker is None or worker.poll() is None, "the worker has ended"
        time.sleep(0.05)


def _run(store: Store, run_id: str) -> Run:
    with store.read() as session:
        run = run_of(session, run_id)
        assert run is not None
        session.expunge(run)
    return run


def _until_job(
    store: Store, run_id: str, holds: Callable[[Job], bool], worker: "subprocess.Popen[bytes] | None" = None
) -> None:
    def held() -> bool:
        with store.read() as session:
            return holds(session.scalars(sa.select(Job).where(Job.subject == run_id)).one())

    _wait(held, worker)


def _over(run: Run) -> bool:
    return run.state in ("done", "failed", "cancelled")


def _work_until_over(worker: Worker, store: Store, run_id: str) -> Run:
    """Have a worker of this process go on until a run is over."""

    def over() -> bool:
        worker.tick()
        return _over(_run(store, run_id))

    _wait(over)
    return _run(store, run_id)


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(each) for each in text.split()]


def test_a_run_whose_workers_are_killed_is_done_by_the_next(settings: Settings, store: Store) -> None:
    run_id = put_run(settings, store)
    folder = runs_folder(settings) / run_id
    # one is killed when its process has begun, one when all is found and only the store does not know it yet
    for attempt, sign in enumerate((folder / "1", folder / "2" / "run.json"), 1):
        with _worker(settings) as killed:
            _until_job(store, run_id, lambda job: job.state == "running" and job.attempt == attempt, killed)  # noqa: B023
            with store.write() as session:  # meanwhile nothing can be written of it
                session.scalars(sa.select(Job).where(Job.subject == run_id).with_for_update()).one()
                _wait(sign.exists, killed)
                children = _children(killed.pid)
                killed.kill()
                killed.wait()
        _wait(lambda: not any(Path(f"/proc/{child}").exists() for child in children))  # noqa: B023  (nobody works for the dead)
        with store.read() as session:
            assert session.scalars(sa.select(Job.attempt).where(Job.subject == run_id)).one() == attempt
            assert session.scalar(sa.select(sa.func.count()).select_from(Lead)) == 0
    done = _work_until_over(worker_here(settings, store, lease_s=_LEASE_S), store, run_id)
    assert done.folder == f"{run_id}/3"
    done_once(settings, store, run_id)


def test_a_worker_that_stood_still_writes_nothing_over_the_one_that_took_its_run(
    settings: Settings, store: Store
) -> None:
    run_id = put_run(settings, store)
    with _worker(settings) as slow:
        _until_job(store, run_id, lambda job: job.beats > 0, slow)  # it has just written, and holds no transaction open
        slow.send_signal(signal.SIGSTOP)
        quick = worker_here(settings, store, lease_s=_LEASE_S)
        done = _work_until_over(quick, store, run_id)
        assert done.folder == f"{run_id}/2"
        slow.send_signal(signal.SIGCONT)
        _wait(lambda: not _children(slow.pid))
        assert slow.poll() is None
        slow.send_signal(signal.SIGTERM)  # it ends in order: what it had to say, it has said
        assert slow.wait(_LONGEST_S) == 0
    again = _run(store, run_id)
    assert (again.version, again.folder) == (done.version, done.folder)
    quick.run_until_idle()
    done_once(settings, store, run_id)


def test_two_workers_do_each_run_once(settings: Settings, store: Store) -> None:
    ids = [put_run(settings, store) for _ in range(2)]
    with _worker(settings, lease_s=_LONGEST_S) as other:  # a job that is done here gives no beats meanwhile
        _wait(lambda: _running(store), other)
        here = worker_here(settings, store, lease_s=_LONGEST_S)
        for run_id in ids:
            assert _work_until_over(here, store, run_id).state == "done"
        assert other.poll() is None
    with store.read() as session:
        jobs = session.scalars(sa.select(Job).where(Job.kind == "check")).all()
        assert {job.attempt for job in jobs} == {1}
        assert len({job.worker for job in jobs}) == 2
    for run_id in ids:
        assert len(list((runs_folder(settings) / run_id).iterdir())) == 1


def _running(store: Store) -> bool:
    with store.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Job).where(Job.state == "running")) == 1


@pytest.mark.usefixtures("daily_jobs")
def test_what_is_due_each_day_is_taken_in_once_a_day_by_however_many(settings: Settings, store: Store) -> None:
    for _ in range(2):
        worker = Worker(settings, store)
        worker.tick()
        worker.stopping.set()
        worker.run(grace_s=0.0)
    with store.read() as session:
        assert sorted(session.scalars(sa.select(Job.kind))) == sorted(DAILY)


def test_a_run_that_kills_its_process_is_failed_with_the_reason(
    settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "WAIT", working.WAIT / 50)
    run_id = put_run(settings, store)
    worker = Worker(settings, store)
    killed: set[int] = set()
    until = time.monotonic() + _LONGEST_S
    while time.monotonic() < until:
        worker.tick()
        for doing in worker.doing:
            if doing.lease.subject == run_id and doing.process.pid not in killed:
                killed.add(doing.process.pid)
                doing.process.kill()
        with store.read() as session:
            run = run_of(session, run_id)
            assert run is not None
            state, error = run.state, run.error
        if state == "failed":
            break
        time.sleep(0.1)
    assert len(killed) == CRASHES
    assert error is not None
    assert error["code"] == "crashed"
    worker.run_until_idle()
    assert not list((runs_folder(settings)).rglob("run.json"))


def test_a_cancelled_run_stops_within_seconds(settings: Settings, store: Store) -> None:
    run_id = put_run(settings, store)
    worker = Worker(settings, store)
    while not any(doing.lease.subject == run_id for doing in worker.doing):
        worker.tick()
    folder = runs_folder(settings) / run_id
    until = time.monotonic() + _LONGEST_S
    while not folder.exists() and time.monotonic() < until:
        worker.tick()
        time.sleep(0.05)
    with store.write() as session:
        assert cancel_run(session, run_id)
    since = time.monotonic()
    while any(doing.lease.subject == run_id for doing in worker.doing):
        worker.tick()
        time.sleep(0.05)
    assert time.monotonic() - since < 5
    with store.read() as session:
        run = run_of(session, run_id)
        assert run is not None
        assert run.state == "cancelled"
    assert not list(folder.iterdir())


def test_a_worker_that_is_told_to_end_gives_its_run_back(settings: Settings, store: Store) -> None:
    run_id = put_run(settings, store)
    worker = Worker(settings, store)
    while not any(doing.lease.subject == run_id for doing in worker.doing):
        worker.tick()
    worker.stopping.set()
    worker.run(grace_s=0.0)
    with store.read() as session:
        job = session.scalars(sa.select(Job).where(Job.subject == run_id)).one()
        assert (job.state, job.crashes) == ("queued", 0)
        run = run_of(session, run_id)
        assert run is not None
        assert run.state == "queued"
