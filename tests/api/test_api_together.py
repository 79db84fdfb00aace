"""What is written together is what would be written piece by piece."""

import asyncio
import http.client
import re
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from api.together import Joined, Together

_WIDE = 5_000_000


def application() -> FastAPI:
    app = FastAPI()

    @app.post("/echo")
    async def echo(request: Request) -> Response:
        body = await request.body()
        await asyncio.sleep(0)
        return Response(body, media_type="application/octet-stream")

    @app.api_route("/wide", methods=["GET", "HEAD"])
    async def wide() -> Response:
        return Response(b"w" * _WIDE)

    @app.get("/pieces")
    async def pieces() -> StreamingResponse:
        async def made() -> AsyncIterator[bytes]:
            for number in range(20):
                yield b"%d," % number
                await asyncio.sleep(0 if number % 2 else 0.002)

        return StreamingResponse(made())

    @app.get("/nothing", status_code=204)
    async def nothing() -> None:
        return None

    return app


@contextmanager
def serving(protocol: type[asyncio.Protocol]) -> Iterator[int]:
    config = uvicorn.Config(application(), port=0, log_level="critical", http=protocol, date_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield int(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()


def asked(port: int, *asking: bytes) -> list[bytes]:
    """Return all that comes back for what is sent in one go on connections of their own, all at the same time."""

    def one(sent: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(sent)
            back = b""
            while piece := connection.recv(1 << 16):
                back += piece
        return back

    with ThreadPoolExecutor(len(asking)) as threads:
        return list(threads.map(one, asking))


def request(method: str, path: str, body: bytes = b"", *, last: bool = True) -> bytes:
    close = b"Connection: close\r\n" if last else b""
    head = f"{method} {path} HTTP/1.1\r\nHost: here\r\nContent-Length: {len(body)}\r\n".encode()
    return head + close + b"\r\n" + body


ASKED = [
    *(request("POST", "/echo", b"%d" % number * number * 50) for number in range(20)),
    request("GET", "/wide"),
    request("HEAD", "/wide"),
    request("GET", "/pieces"),
    request("GET", "/nothing"),
    request("GET", "/nowhere"),
    request("POST", "/echo", b"first", last=False)
    + request("HEAD", "/wide", last=False)
    + request("GET", "/pieces", last=False)
    + request("POST", "/echo", b"last"),
    b"no request at all\r\n\r\n",
]


def test_the_bytes_are_those_of_the_server_by_itself() -> None:
    with serving(AutoHTTPProtocol) as port:
        plain = asked(port, *ASKED)
    with serving(Together) as port:
        for _ in range(3):
            assert asked(port, *ASKED) == plain
        assert [asked(port, one)[0] for one in ASKED] == plain
    assert all(answer.startswith(b"HTTP/1.1 ") for answer in plain)
    assert len(re.findall(rb"HTTP/1.1 200", plain[-2])) == 4


def test_who_goes_away_in_between_harms_nobody() -> None:
    with serving(Together) as port:
        for _ in range(30):
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(request("GET", "/wide") * 2)
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("POST", "/echo", b"still there")
        assert connection.getresponse().read() == b"still there"
        connection.close()


class Wire(asyncio.Transport):
    """A transport that keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(("others", "writes"), [(0, [b"head", b"body"]), (1, [b"headbody"])])
def test_beside_others_head_and_body_are_one_write(others: int, writes: list[bytes]) -> None:
    async def write() -> tuple[list[bytes], list[bytes]]:
        wire = Wire()
        joined = Joined(wire, asyncio.get_running_loop(), range(1 + others))
        joined.write(b"head")
        joined.write(b"body")
        at_once = wire.writes.copy()
        await asyncio.sleep(0)
        return at_once, wire.writes

    at_once, after = asyncio.run(write())
    assert after == writes
    assert at_once == ([] if others else writes)


def test_what_waits_is_written_before_the_end_and_not_after_it() -> None:
    async def write() -> tuple[list[bytes], list[bytes]]:
        closes, lost = Wire(), Wire()
        for wire in (closes, lost):
            joined = Joined(wire, asyncio.get_running_loop(), range(2))
            joined.write(b"answer")
            if wire is closes:
                joined.close()
            wire.closed = True
        await asyncio.sleep(0)
        return closes.writes, lost.writes

    assert asyncio.run(write()) == ([b"answer"], [])
