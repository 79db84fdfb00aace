"""What the tests of uploads, runs and the worker share."""

import hashlib
import time
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.settings import Settings
from api.store.audit import verify
from api.store.database import Store
from api.store.runs import add_run, run_of
from api.store.tables.leads import Lead
from api.store.tables.runs import Run, Upload
from api.traces.files import new_name, runs_folder, uploads_folder
from truckban.demo.day import make_day

PIECE = {"Content-Type": "application/offset+octet-stream"}
WHY = "测试 test"


@cache
def day(trucks: int = 4) -> dict[str, bytes]:
    """Return the files of a simulated day."""
    made = make_day(seed=1, trucks=trucks)
    return {kind: getattr(made, kind).to_csv(index=False).encode() for kind in ("traces", "vehicles", "permits")}


def begin(client: TestClient, kind: str, data: bytes, name: str | None = None, **more: Any) -> str:  # noqa: ANN401
    """Begin an upload; return its address."""
    asked = {"kind": kind, "file_name": name or f"{kind}.csv", "size": len(data), "why": WHY, **more}
    answer = client.post("/v1/traces/uploads", json=asked)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def send(client: TestClient, url: str, data: bytes, offset: int = 0) -> Any:  # noqa: ANN401
    """Send a piece."""
    return client.patch(url, content=data, headers={**PIECE, "Upload-Offset": str(offset)})


def upload(client: TestClient, kind: str, data: bytes, name: str | None = None, **more: Any) -> str:  # noqa: ANN401
    """Upload a file as one piece; return the upload's id."""
    url = begin(client, kind, data, name, **more)
    answer = send(client, url, data)
    assert answer.status_code == 204, answer.text
    return url.rpartition("/")[2]


def put_upload(settings: Settings, store: Store, kind: str, data: bytes, name: str | None = None) -> str:
    """Put a whole upload into the store without the service; return its id."""
    path = uploads_folder(settings) / new_name()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    with store.write() as session:
        made = Upload(
            account_id="officer-1",
            kind=kind,
            file_name=name or f"{kind}.csv",
            size=len(data),
            received=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            why=WHY,
            state="complete",
            path=path.name,
        )
        session.add(made)
        session.flush()
        return made.id


def put_run(settings: Settings, store: Store, files: dict[str, bytes] | None = None) -> str:
    """Put a run into the store without the service; return its id."""
    ids = [put_upload(settings, store, kind, data) for kind, data in (files or day()).items()]
    options = {"min_probability": 0.9, "crs": "wgs84", "columns": {}, "all_passages": False}
    with store.write() as session:
        run: Run = add_run(
            session, account_id="officer-1", notice="linyi-2023-5", zone=None, options=options, why=WHY, uploads=ids
        )
        return run.id


def stored_files(settings: Settings) -> list[Path]:
    """Return the files of uploads."""
    folder = uploads_folder(settings)
    return sorted(folder.iterdir()) if folder.is_dir() else []


def done_once(settings: Settings, store: Store, run_id: str) -> None:
    """Hold that a run is done, once, with its leads, and that no other try left anything."""
    with store.read() as session:
        run = run_of(session, run_id)
        assert run is not None
        assert (run.state, run.error) == ("done", None)
        assert run.counts is not None
        assert session.scalar(sa.select(sa.func.count()).select_from(Lead)) == run.counts["leads"]
        assert verify(session).fault is None
        folder = run.folder
    assert folder is not None
    until = time.monotonic() + 30  # the folders of other tries go after the run is done
    while len(list((runs_folder(settings) / run_id).iterdir())) > 1 and time.monotonic() < until:
        time.sleep(0.1)
    assert [path.name for path in (runs_folder(settings) / run_id).iterdir()] == [folder.rpartition("/")[2]]
    assert (runs_folder(settings) / folder / "run.json").is_file()
