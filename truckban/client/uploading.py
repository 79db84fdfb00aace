"""Files sent in pieces: what broke off goes on where it stopped (tus 1.0.0)."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from truckban.client.problem import ClientProblem
from truckban.client.wire import Wire

PIECE_BYTES = 8_000_000
_HEADERS = {"Content-Type": "application/offset+octet-stream", "Tus-Resumable": "1.0.0"}
_ELSEWHERE, _LOCKED = 409, 423
_WAIT_S = 1.0
Progress = Callable[[int, int], None]


def begin(wire: Wire, path: Path, *, kind: str, why: str, crs: str | None = None) -> dict[str, Any]:
    """Say what file will come; return the upload."""
    asked = {
        "kind": kind,
        "file_name": path.name,
        "size": path.stat().st_size,
        "sha256": _sha256(path),
        "crs": crs,
        "why": why,
    }
    found: dict[str, Any] = wire.json("POST", "/v1/traces/uploads", json=asked, once=True)
    return found


def send(
    wire: Wire,
    upload_id: str,
    path: Path,
    *,
    progress: Progress | None = None,
    piece_bytes: int = PIECE_BYTES,
    tries: int = 8,
) -> dict[str, Any]:
    """Send what the service does not have yet; return the upload once its file was checked.

    Raises:
        ClientProblem: it was refused, or the service stayed out of reach.
    """
    where = f"/v1/traces/uploads/{upload_id}"
    size = path.stat().st_size
    failed = 0
    with path.open("rb") as file:
        while True:
            try:
                offset = int(wire.ask("HEAD", where, headers={"Tus-Resumable": "1.0.0"}).headers["upload-offset"])
                _pieces(wire, where, file, offset, size, progress, piece_bytes)
                break
            except ClientProblem as problem:
                failed += 1
                if failed >= tries or problem.status not in (0, _ELSEWHERE, _LOCKED, 502, 503, 504):
                    raise
                time.sleep(_WAIT_S)
    return _checked(wire, where)


def _pieces(
    wire: Wire, where: str, file: BinaryIO, offset: int, size: int, progress: Progress | None, piece_bytes: int
) -> None:
    while offset < size:
        file.seek(offset)
        piece = file.read(piece_bytes)
        # a piece is not sent again blindly: where it broke off, the service is asked how far it came
        answer = wire.ask(
            "PATCH", where, content=piece, headers={**_HEADERS, "Upload-Offset": str(offset)}, again=False
        )
        offset = int(answer.headers["upload-offset"])
        if progress is not None:
            progress(offset, size)


def _checked(wire: Wire, where: str) -> dict[str, Any]:
    """Wait until the hash of a large file was taken."""
    while True:
        found: dict[str, Any] = wire.json("GET", where)
        if found["state"] not in ("open", "checking"):
            return found
        time.sleep(_WAIT_S)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
