"""The short way to the two routes that are asked most: past the framework, not past the door.

See docs/decisions/0015-the-fast-route.md.
"""

from collections.abc import Callable, Generator, Iterable
from typing import Any, cast

from fastapi.routing import APIRoute
from starlette.datastructures import State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.identify import identify, nobody
from api.access.table import rules
from api.decide.answering import Kind, at_once
from api.service import Service

KINDS: dict[str, Kind] = {"decide.ask": "case", "decide.fixes": "fixes"}
_JSON = b"application/json"
_SHOWS = (b"authorization", b"cookie")


class FastWay:
    """ASGI: answers what is usual on the two routes, hands on all else.

    Usual is: nobody signed in, JSON that is there in one piece, one question, no query. Whatever is not, and whatever cannot
    be answered, goes to the described route with its body as it came: errors are worded, lists answered, keys asked in one
    place only.

    Args:
        app: what is behind it.
        service: what the routes share.
        state: of the application.
        routes: the routes as they are described; those that are not decisions are left alone.
        prefix: under which they are mounted.
    """

    def __init__(
        self, app: ASGIApp, service: Service, state: State, routes: Iterable[APIRoute], prefix: str = "/v1"
    ) -> None:
        """Find the routes that nobody need sign in for."""
        self.app = app
        self.service = service
        self.state = state
        self.most = service.settings.body_bytes
        self.routes = {
            f"{prefix}{route.path}": (route, KINDS[route.operation_id], reach)
            for route in routes
            if route.operation_id in KINDS and (reach := rules()[route.operation_id].reach.get("anonymous"))
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        found = self.routes.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if found is None or scope["query_string"] or self.state.identify is not identify or not _plain(scope):
            await self.app(scope, receive, send)
            return
        message, receive = _at_hand(receive)
        route, kind, reach = found
        body = None if message is None else self._answer(message, kind)
        if body is None:
            await self.app(scope, receive, send)
            return
        client = scope.get("client")
        scope["route"], scope["endpoint"] = route, route.endpoint
        state = scope.setdefault("state", {})
        state["principal"], state["reach"] = nobody(client[0] if client else "unknown"), reach
        headers = [(b"content-length", b"%d" % len(body)), (b"content-type", _JSON)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, message: Message, kind: Kind) -> bytes | None:
        body: bytes = message.get("body", b"")
        if message["type"] != "http.request" or message.get("more_body") or len(body) > self.most:
            return None
        return at_once(body, self.service, kind)


def _plain(scope: Scope) -> bool:
    """Tell whether a request is JSON and shows no key or cookie."""
    media = None
    for name, value in scope["headers"]:
        if name == b"content-type":
            media = value
        elif name in _SHOWS:
            return False
    return bool(media == _JSON)


def _at_hand(receive: Receive) -> tuple[Message | None, Receive]:
    """Return the message that is there already, None where one would have to wait; and a `receive` that gives it again.

    A client that is slow to send its body must not be waited for here: how long that may take is bounded further in.
    """
    begun = cast("Generator[Any, Any, Message]", receive())
    try:
        waits = begun.send(None)
    except StopIteration as done:
        message: Message = done.value
        return message, _first(lambda: message, receive)
    return None, _first(lambda: _Rest(begun, waits), receive)


class _Rest:
    """What is left of a coroutine that was begun and waits for something."""

    def __init__(self, begun: "Generator[Any, Any, Message]", waits: Any) -> None:  # noqa: ANN401
        self._begun, self._waits = begun, waits

    def __await__(self) -> "Generator[Any, Any, Message]":
        waits = self._waits
        while True:
            try:
                given = yield waits
            except BaseException as error:  # noqa: BLE001 - cancelled, or the connection is gone: it is told, and decides
                step: Callable[[Any], Any] = self._begun.throw
                given = error
            else:
                step = self._begun.send
            try:
                waits = step(given)
            except StopIteration as done:
                message: Message = done.value
                return message


def _first(first: Callable[[], Any], receive: Receive) -> Receive:
    """Return a `receive` that gives one message, or what is left of it, before all others."""
    given = False

    async def receive_() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        message = first()
        return await message if isinstance(message, _Rest) else message

    return receive_
