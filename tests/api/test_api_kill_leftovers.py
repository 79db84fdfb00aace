"""A worker that is killed when a run is over, or over which it dies: nothing of its tries stays beyond the day."""

import os
from pathlib import Path

import pytest
from uploading import put_run

from api.settings import Settings
from api.store import jobs
from api.store.database import Store
from api.store.jobs import Lease
from api.store.runs import change_run
from api.traces.files import EVIDENCE, runs_folder
from api.traces.purge import purge_uploads

_FILES = {"vehicles": b"vehicle_id\n", "traces": b"vehicle_id,time,lon,lat\n"}


def _begun(settings: Settings, store: Store) -> tuple[Lease, list[Path]]:
    """Begin a run for the second time, each try with what it leaves until its worker removes that."""
    run_id = put_run(settings, store, _FILES)
    for _ in range(2):
        with store.write() as session:
            lease = jobs.claim(session, "w", ["check"])
            assert lease is not None
            if lease.attempt == 1:
                jobs.give_back(session, lease, crashed=True)
    tries = [runs_folder(settings) / run_id / str(number) for number in (1, 2)]
    for folder in tries:
        folder.mkdir(parents=True)
        (folder / EVIDENCE).write_bytes(b"fixes")
        (folder / "run.json").write_text("{}")
    return lease, tries


def test_what_tries_left_is_removed_when_the_run_is_done(settings: Settings, store: Store) -> None:
    lease, tries = _begun(settings, store)
    with store.write() as session:  # and then the worker is killed
        change_run(session, lease.subject, state="done", folder=f"{lease.subject}/2")
        jobs.finish(session, lease)
    assert purge_uploads(store, settings)["orphans"] == 2
    assert [path.name for path in tries[0].parent.iterdir()] == ["2"]
    assert [path.name for path in tries[1].iterdir()] == ["run.json"]
    assert purge_uploads(store, settings)["orphans"] == 0


def test_what_tries_left_is_removed_when_the_run_failed(settings: Settings, store: Store) -> None:
    lease, tries = _begun(settings, store)
    with store.write() as session:
        change_run(session, lease.subject, state="failed")
        jobs.finish(session, lease, error={"code": "crashed"})
    assert purge_uploads(store, settings)["orphans"] == 2
    assert list(tries[0].parent.iterdir()) == []


@pytest.mark.parametrize("state", ["queued", "running"])
def test_what_a_try_has_is_left_alone_while_the_run_is_not_over(settings: Settings, store: Store, state: str) -> None:
    lease, tries = _begun(settings, store)
    if state == "queued":
        with store.write() as session:
            jobs.give_back(session, lease)
    os.utime(tries[0].parent, (0, 0))
    assert purge_uploads(store, settings)["orphans"] == 0
    assert all((folder / EVIDENCE).exists() for folder in tries)


def test_a_folder_of_no_run_is_removed_when_it_is_old(settings: Settings, store: Store) -> None:
    young, old = (runs_folder(settings) / name for name in ("01YOUNG", "01OLD"))
    for folder in (young, old):
        (folder / "1").mkdir(parents=True)
    os.utime(old, (0, 0))
    assert purge_uploads(store, settings)["orphans"] == 1
    assert (young.exists(), old.exists()) == (True, False)
