"""The disk is full: what was acknowledged is there, what was not is answered as such, and it goes on when there is room."""

import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from fastapi.testclient import TestClient
from jobs_here import Here
from uploading import WHY, put_run

from api.jobs import worker as working
from api.jobs.doing import Doing
from api.jobs.worker import Worker
from api.settings import Settings
from api.store.audit import verify
from api.store.check import faults
from api.store.database import Store
from api.store.runs import run_of
from api.traces.files import runs_folder

Clients = Callable[..., TestClient]
_LONGEST_S = 300.0


@pytest.fixture(autouse=True)
def _no_byte_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep Python from leaving half a file of byte code, which every process after would stumble over."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)


@contextmanager
def _files_at_most(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)  # the server of another database has its own disk
def test_a_store_that_cannot_grow_keeps_what_it_acknowledged_and_goes_on(signed_in: Clients, store: Store) -> None:
    client = signed_in("officer")

    def begin(number: int) -> tuple[int, str]:
        asked = {"kind": "traces", "file_name": f"{number}.csv", "size": 10, "why": WHY}
        key = {"Idempotency-Key": f"k{number}"}
        answer = client.post("/v1/traces/uploads", json=asked, headers=key)
        if answer.status_code == 201:
            return 201, str(answer.json()["id"])
        return answer.status_code, str(answer.json()["code"])

    assert begin(0)[0] == 201
    path = store.url.database or ""
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    kept: list[str] = []
    with _files_at_most(max(100_000, resource.getpagesize())):
        for number in range(1, 60):
            status, said = begin(number)
            if status != 201:
                break
            kept.append(said)
        assert (status, said) == (503, "store_away")
        assert begin(number + 1) == (503, "store_away")
        assert client.get(f"/v1/traces/uploads/{kept[0]}").status_code == 200  # it still reads
    assert kept, path
    status, again = begin(number)  # the same request, with its key, now that there is room
    assert status == 201
    listed = set()
    cursor = None
    while True:
        page = client.get("/v1/traces/uploads", params={"limit": 50, **({"cursor": cursor} if cursor else {})}).json()
        listed |= {each["id"] for each in page["uploads"]}
        cursor = page["next"]
        if cursor is None:
            break
    assert listed >= {*kept, again}
    assert len(listed) == len(kept) + 2
    assert faults(store) == []
    with store.read() as session:
        assert verify(session).fault is None


@pytest.mark.slow
def test_a_run_that_finds_no_room_is_done_when_there_is_some(
    settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "WAIT", working.WAIT / 50)
    run_id = put_run(settings, store)
    # the try without room is a process of its own, the next one may be done here
    worker = Worker(settings, store, start=lambda given, lease: (Doing if lease.attempt == 1 else Here)(given, lease))
    tight: set[int] = set()
    until = time.monotonic() + _LONGEST_S
    state = ""
    while state not in ("done", "failed") and time.monotonic() < until:
        worker.tick()
        for doing in worker.doing:
            if doing.lease.subject == run_id and not tight:
                tight.add(doing.process.pid)
                resource.prlimit(doing.process.pid, resource.RLIMIT_FSIZE, (4096, 4096))
        with store.read() as session:
            run = run_of(session, run_id)
            assert run is not None
            state, error, folder = run.state, run.error, run.folder
        time.sleep(0.05)
    assert (state, error) == ("done", None)
    assert folder == f"{run_id}/2"  # the first try was the one without room
    worker.run_until_idle()
    assert [path.name for path in (runs_folder(settings) / run_id).iterdir()] == ["2"]
    with store.read() as session:
        assert verify(session).fault is None
