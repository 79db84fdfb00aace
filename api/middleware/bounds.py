"""How large a request may be and how long it may take."""

import asyncio
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem, answer_problem
from zones.text import Text

TOO_LARGE = 413


class Bounds:
    """Refuses bodies that are too large, announced or not, and ends what takes too long.

    The time counts until the answer begins: an answer in pieces may go on. A body that does not arrive in time is 408; a
    route that does not answer in time is 503, and may still do what it was asked: the same request with its Idempotency-Key
    tells.

    Args:
        app: the next layer.
        body_bytes: the largest body.
        roomy: methods and beginnings of paths that take larger ones, and how large.
        request_s: how long.
    """

    def __init__(
        self, app: ASGIApp, *, body_bytes: int, roomy: Sequence[tuple[str, str, int]], request_s: float
    ) -> None:
        """Keep the bounds."""
        self.app = app
        self._most, self._roomy, self._request_s = body_bytes, tuple(roomy), request_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, within bounds."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self._bound(scope["method"], scope["path"])
        if _announced(scope) > most:
            await self._answer(scope, receive, send, _too_large(most))
        else:
            await self._pass(scope, receive, send, most)

    async def _pass(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        body, began = _Body(receive, most), _Began(send)

        async def send_(message: Message) -> None:
            if body.too_large and not began.yes:
                return  # whatever the application made of it, the answer is below
            if not began.yes:
                timer.reschedule(None)
            await began.send(message)

        try:
            async with asyncio.timeout(self._request_s) as timer:
                await self.app(scope, body.receive, send_)
        except TimeoutError:
            if began.yes or not timer.expired():
                raise
            await self._answer(scope, receive, send, _too_late(reading=body.awaited))
            return
        except Exception:
            if began.yes or not body.too_large:
                raise
        if body.too_large and not began.yes:
            await self._answer(scope, receive, send, _too_large(most))

    def _bound(self, method: str, path: str) -> int:
        for takes, beginning, most in self._roomy:
            if method == takes and path.startswith(beginning):
                return most
        return self._most

    async def _answer(self, scope: Scope, receive: Receive, send: Send, problem: Problem) -> None:
        await answer_problem(Request(scope), problem)(scope, receive, send)


class _Body:
    """Counts a body while it is read."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._left = receive, most
        self.too_large = self.awaited = False

    async def receive(self) -> Message:
        self.awaited = True
        message = await self._receive()
        self.awaited = False
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.too_large = True
            raise HTTPException(TOO_LARGE)
        return message


class _Began:
    """Remembers whether the answer has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.yes = False

    async def send(self, message: Message) -> None:
        self.yes = True
        await self._send(message)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def _too_large(most: int) -> Problem:
    text = Text(f"内容太大：最多 {most} 字节", f"the body is too large: at most {most} bytes")
    # the rest of the body is not read: the connection is of no further use
    return Problem(TOO_LARGE, "too_large", text, headers={"Connection": "close"}, more={"bytes": most})


def _too_late(*, reading: bool) -> Problem:
    if reading:
        text = Text("请求内容没有及时到达", "the body did not arrive in time")
        return Problem(408, "too_slow", text, headers={"Connection": "close"})
    text = Text(
        "没有在规定时间内完成；可用同一个 Idempotency-Key 再问",
        "it was not done in time; ask again with the same Idempotency-Key",
    )
    return Problem(503, "too_long", text, headers={"Retry-After": "10"})
