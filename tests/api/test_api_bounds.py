"""How large a request may be and how long it may take."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from api.middleware.bounds import Bounds

BASE = "http://127.0.0.1:8000"


@pytest.mark.parametrize("size", [1000, 1001])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_above_the_bound_is_413_announced_or_not(
    local: Callable[..., FastAPI], size: int, *, chunked: bool
) -> None:
    app = local(body_bytes=1000)
    body = json.dumps({"vehicle_type": "H22"}).encode()
    body += b" " * (size - len(body))

    def pieces() -> Iterator[bytes]:
        for first in range(0, len(body), 300):
            yield body[first : first + 300]

    with TestClient(app, base_url=BASE) as client:
        for path in ("/v1/vehicles/classify", "/v1/decide"):
            content = pieces() if chunked else body
            answer = client.post(path, content=content, headers={"content-type": "application/json"})
            if size > 1000:
                assert (answer.status_code, answer.json()["code"]) == (413, "too_large"), path
                assert answer.headers["content-type"] == "application/problem+json"
            else:
                assert answer.status_code != 413, path


def test_a_length_that_lies_is_no_way_around(local: Callable[..., FastAPI]) -> None:
    headers = {"content-type": "application/json", "content-length": "5"}
    with TestClient(local(body_bytes=1000), base_url=BASE) as client:
        answer = client.post("/v1/vehicles/classify", content=iter([b" " * 900] * 3), headers=headers)
        assert answer.status_code == 413


async def ask(app: Any, receive: Receive, method: str = "POST") -> list[Message]:  # noqa: ANN401
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": "/", "headers": [], "query_string": b"", "app": FastAPI()}
    await app(scope, receive, send)
    return sent


def test_a_body_that_does_not_arrive_is_408_and_a_route_that_does_not_end_503() -> None:
    async def reads(_scope: Scope, receive: Receive, _send: Send) -> None:
        while True:
            await receive()

    async def works(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await asyncio.to_thread(time.sleep, 0.2)

    async def never() -> Message:
        await asyncio.sleep(60)
        raise AssertionError

    for route, status in ((reads, 408), (works, 503)):
        app = Bounds(route, body_bytes=10, roomy=(), request_s=0.05)
        sent = asyncio.run(ask(app, never))
        assert sent[0]["status"] == status
        assert (b"content-type", b"application/problem+json") in sent[0]["headers"]


def test_an_answer_in_pieces_may_take_longer_than_a_request(local: Callable[..., FastAPI]) -> None:
    app = local(request_s=0.2)

    @app.get("/slow")
    async def slow(request: Request) -> StreamingResponse:
        async def pieces() -> Any:  # noqa: ANN401
            for _ in range(4):
                yield b"x"
                await asyncio.sleep(0.1)

        assert request
        return StreamingResponse(pieces())

    assert TestClient(app, base_url=BASE).get("/slow").text == "xxxx"


def test_a_timeout_inside_a_route_is_its_own_fault() -> None:
    async def fails(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise TimeoutError

    async def nothing() -> Message:
        return {"type": "http.request"}

    with pytest.raises(TimeoutError):
        asyncio.run(ask(Bounds(fails, body_bytes=10, roomy=(), request_s=5), nothing))


def test_documents_and_lists_may_be_larger_than_other_bodies(local: Callable[..., FastAPI]) -> None:
    small = local(body_bytes=1000, document_bytes=5000, attachment_bytes=3000)
    with TestClient(small, base_url=BASE) as client:
        for path, most in (
            ("/v1/documents", 5000),
            ("/v1/enterprises/import/preview", 5000),
            ("/v1/enterprises/sites", 5000),
            ("/v1/attachments", 3000),
            ("/v1/zones", 1000),
        ):
            # nobody is signed in: what is let through meets the door
            assert client.post(path, content=b"x" * most).status_code in (401, 405), path
            assert client.post(path, content=b"x" * (most + 1)).status_code == 413, path
