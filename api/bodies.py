"""Bodies of requests: of the right kind, not too long, and JSON as the whole program reads it."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from api.problems import Problem, no_json
from truckban.questions.asking_bytes import decoded
from zones.errors import InputError
from zones.json_text import each_once
from zones.text import Text

_JSON = "application/json"


def check_json(media: str | None) -> None:
    """Refuse a body that by its own word is not JSON; one that says nothing is taken for it.

    Raises:
        Problem: 415.
    """
    if media is None or media == _JSON:
        return
    kind = media.partition(";")[0].strip().lower()
    if kind != _JSON and not (kind.startswith("application/") and kind.endswith("+json")):
        text = Text("请求应为 JSON（Content-Type: application/json）", "send JSON (Content-Type: application/json)")
        raise Problem(415, "media_type", text)


async def read_body(receive: Receive, most: int) -> bytes:
    """Return a request's body, which is one piece as a rule.

    Raises:
        Problem: 413; it is longer than `most` bytes.
        ClientDisconnect: nobody is there any more.
    """
    pieces: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        piece: bytes = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(piece)
        if size > most:
            text = Text(f"内容太大：最多 {most} 字节", f"the body is too large: at most {most} bytes")
            raise Problem(413, "too_large", text, headers={"Connection": "close"}, more={"bytes": most})
        pieces.append(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def json_of(body: bytes) -> Any:  # noqa: ANN401
    """Return the value of a body.

    Raises:
        Problem: 400; it is no JSON, or an object has a member twice.
    """
    try:
        return decoded(body)
    except InputError as error:
        raise no_json(error) from None


class EachOnce(APIRoute):
    """A route whose body is a model: read from JSON in which no object has a member twice.

    What is wrong is answered as of bodies that routes read themselves (`api.problems` hears of it from the framework).
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request, with the framework's JSON read so."""
        handle = super().get_route_handler()

        async def handle_(request: Request) -> Response:
            return await handle(_Read(request.scope, request.receive))

        return handle_


class _Read(Request):
    async def json(self) -> Any:  # noqa: ANN401
        return json.loads(await self.body(), object_pairs_hook=each_once)
