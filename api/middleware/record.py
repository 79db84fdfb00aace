"""Every request has an id, a line in the log and its place in the metrics; what breaks inside is answered and written down."""

import re
import time
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from random import getrandbits
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.health.metrics import Metrics
from api.middleware.log_file import LogFile
from api.problems import Problem, answer_problem
from zones.text import Text

_GIVEN = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_ID = re.compile(r"[0-9A-Za-z]{26}|[0-9a-f]{32}|[0-9a-f]{64}|[0-9]{1,18}")
_FRAMES = 40
# gone, full, or too busy: none of it is the request's fault
_STORE_AWAY = (OperationalError, InterfaceError, PoolTimeout)


class Record:
    """Gives requests their ids and writes them down.

    The log has no addresses of pages, no query strings and no bodies, for those hold plates and places: it has the operation
    and those parts of the path that are ids.

    Args:
        app: the next layer.
        access: a line for each request.
        faults: what broke, where, in which request; no messages, for they quote values.
        metrics: counts and times by operation.
        believe_ids: take the proxy's X-Request-ID.
    """

    def __init__(self, app: ASGIApp, *, access: LogFile, faults: LogFile, metrics: Metrics, believe_ids: bool) -> None:
        """Keep the parts."""
        self.app = app
        self._access, self._faults, self._metrics, self._believe = access, faults, metrics, believe_ids

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        state = scope.setdefault("state", {})
        state["request_id"] = id_ = (self._given(scope) if self._believe else None) or f"{getrandbits(128):032x}"
        header = (b"x-request-id", id_.encode())
        status = size = 0

        async def send_(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), header]
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, send_)
        except Exception as error:
            self._faults.write({"at": _now(), "id": id_, "operation": _operation(scope), **told(error)})
            away = isinstance(error, _STORE_AWAY) and not status
            if not status:
                problem = _away(id_) if away else _internal(id_)
                await answer_problem(Request(scope), problem)(scope, receive, send_)
            if not away:
                raise
        finally:
            took_s = time.perf_counter() - began
            operation = _operation(scope)
            self._metrics.observe(operation, scope["method"], status, took_s)
            principal = state.get("principal")
            client = scope.get("client")
            self._access.write(
                {
                    "at": _now(),
                    "id": id_,
                    "method": scope["method"],
                    "operation": operation,
                    "ids": _ids(scope.get("path_params")),
                    "status": status,
                    "ms": round(took_s * 1000, 2),
                    "bytes": size,
                    "address": client[0] if client else None,
                    "caller": principal.caller if principal is not None else None,
                }
            )

    def _given(self, scope: Scope) -> str | None:
        for name, value in scope["headers"]:
            if name == b"x-request-id" and _GIVEN.fullmatch(value):
                text: str = value.decode()
                return text
        return None


def _internal(request_id: str) -> Problem:
    text = Text("服务内部出错，已记入日志", "an error inside the service; it is in the log")
    return Problem(500, "internal", text, more={"request_id": request_id})


def _away(request_id: str) -> Problem:
    text = Text(
        "数据库暂时不能用，请稍后用同一个 Idempotency-Key 再试",
        "the store does not answer at the moment; try again soon, with the same Idempotency-Key",
    )
    return Problem(503, "store_away", text, headers={"Retry-After": "5"}, more={"request_id": request_id})


def told(error: BaseException) -> dict[str, Any]:
    """Return what broke and where, without messages and values."""
    kinds: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(kinds) < _FRAMES:
        kinds.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        cause = cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return {"error": kinds, "frames": [f"{each.filename}:{each.lineno} {each.name}" for each in frames]}


def _ids(params: Mapping[str, Any] | None) -> list[Any]:
    return [each for each in params.values() if _ID.fullmatch(str(each))] if params else []


def _operation(scope: Scope) -> str | None:
    return getattr(scope.get("route"), "operation_id", None)


def _now() -> str:
    second, part = divmod(time.time_ns() // 1_000_000, 1000)
    return f"{_second(second)}.{part:03d}+00:00"


@lru_cache(maxsize=1)
def _second(since_1970: int) -> str:
    return datetime.fromtimestamp(since_1970, UTC).strftime("%Y-%m-%dT%H:%M:%S")
