"""Pieces that break off on the way, over a real socket: what came is kept, and the file goes on behind it."""

import socket
import struct
import time
from urllib.parse import urlsplit

import httpx
import pytest
from serving import key_maker, served
from uploading import PIECE, WHY, stored_files

from api.settings import Settings
from api.store.database import Store

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_a_piece_that_breaks_off_goes_on_where_it_did(settings: Settings, store: Store, *, reset: bool) -> None:
    data = b"".join(b"%07d\n" % number for number in range(500_000))
    key = key_maker(settings, store)("officer")
    authorised = {"Authorization": f"Bearer {key}"}
    with served(settings) as url, httpx.Client(base_url=url, headers=authorised, timeout=60) as client:
        asked = {"kind": "traces", "file_name": "t.csv", "size": len(data), "why": WHY}
        made = client.post("/v1/traces/uploads", json=asked)
        assert made.status_code == 201, made.text
        path = urlsplit(made.headers["location"]).path
        _break_off(url, path, {**authorised, **PIECE}, data, sent=2_345_678, reset=reset)

        until, offset = time.monotonic() + 60, -1
        while time.monotonic() < until:
            offset = int(client.head(path).headers["upload-offset"])
            if offset:  # which is said when the piece is over
                break
            time.sleep(0.1)
        assert 0 < offset <= 2_345_678
        if not reset:
            assert offset == 2_345_678
        rest = client.patch(path, content=data[offset:], headers={**PIECE, "Upload-Offset": str(offset)})
        assert rest.status_code == 204, rest.text
        shown = client.get(path).json()
        assert (shown["state"], shown["offset"]) == ("complete", len(data))
    assert stored_files(settings)[0].read_bytes() == data


def _break_off(url: str, path: str, headers: dict[str, str], data: bytes, *, sent: int, reset: bool) -> None:
    """Send the head of a request for all of the data, then a part of it, then nothing more."""
    there = urlsplit(url)
    lines = [f"PATCH {path} HTTP/1.1", f"Host: {there.netloc}", f"Content-Length: {len(data)}", "Upload-Offset: 0"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection((there.hostname, there.port)) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        connection.sendall(data[:sent])
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
