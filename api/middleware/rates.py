"""How often one may ask: a moving window of a minute for each key, account or address."""

import math
import time
from collections import deque
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem, answer_problem
from zones.text import Text

_WINDOW_S = 60.0
_MOST_CALLERS = 50_000
# each costs an argon2, or a question to the identity provider
_COSTLY = frozenset(
    {
        ("POST", "/v1/session"),
        ("PUT", "/v1/session/password"),
        ("POST", "/v1/session/totp"),
        ("PUT", "/v1/session/totp"),
        ("POST", "/v1/session/totp/off"),
        ("GET", "/v1/session/oidc"),
        ("GET", "/v1/session/oidc/back"),
    }
)
_UNAUTHORIZED = 401


class Hit(NamedTuple):
    """Whether one may, how often still, and when the next time frees up."""

    allowed: bool
    left: int
    reset_s: float


class Windows:
    """When each caller asked in the last minute.

    The library `limits` has the same; its window in memory starts a thread for nearly every request, which costs
    ten times what all layers here may.

    Args:
        most: of a minute.
    """

    def __init__(self, most: int) -> None:
        """Begin with nobody."""
        self.most = most
        self._seen: dict[str, deque[float]] = {}
        self._swept = 0.0

    def hit(self, caller: str, now: float, *, count: bool = True) -> Hit:
        """Count a request of a caller, if it is still allowed.

        Args:
            caller: who.
            now: seconds of a clock that does not go back.
            count: False only asks.
        """
        times = self._seen.get(caller)
        if times is None:
            if now - self._swept > _WINDOW_S or len(self._seen) >= _MOST_CALLERS:
                self._sweep(now)
            times = self._seen[caller] = deque()
        since = now - _WINDOW_S
        while times and times[0] <= since:
            times.popleft()
        allowed = len(times) < self.most
        if allowed and count:
            times.append(now)
        return Hit(allowed, self.most - len(times), times[0] + _WINDOW_S - now if times else _WINDOW_S)

    def _sweep(self, now: float) -> None:
        """Forget who has not asked for a minute; of too many, those that came first."""
        self._swept = now
        last = [(who, times) for who, times in self._seen.items() if times and times[-1] > now - _WINDOW_S]
        self._seen = dict(last if len(last) < _MOST_CALLERS else last[-_MOST_CALLERS // 2 :])


class Rates:
    """Refuses who asks too often.

    A key or cookie that was found good counts for its key or account; everything else counts for the address, and so do
    keys and cookies that were refused: a new guess each time is no way around.

    Args:
        app: the next layer.
        per_minute: requests of one caller.
        sign_ins_per_minute: attempts to sign in from one address; as many keys that are no good.
    """

    def __init__(self, app: ASGIApp, *, per_minute: int, sign_ins_per_minute: int) -> None:
        """Begin with nobody."""
        self.app = app
        self._all = Windows(per_minute)
        self._sign_ins = Windows(sign_ins_per_minute)
        self._refused = Windows(sign_ins_per_minute)
        self._known: dict[int, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        now = time.monotonic()
        shown = _shown(scope)
        known = self._known.get(shown) if shown is not None else None
        address = _network(scope)
        windows, caller = self._all, known or address
        hit = windows.hit(caller, now)
        if hit.allowed and shown is not None and known is None:
            again = self._refused.hit(address, now, count=False)
            windows, hit = (windows, hit) if again.allowed else (self._refused, again)
        if hit.allowed and (scope["method"], scope["path"]) in _COSTLY:
            windows, hit = self._sign_ins, self._sign_ins.hit(address, now)
        headers = _headers(windows.most, hit)
        if not hit.allowed:
            text = Text("请求太频繁，请稍后再试", "too many requests; wait a little")
            problem = Problem(429, "too_many_requests", text, headers={"Retry-After": str(math.ceil(hit.reset_s) or 1)})
            await answer_problem(Request(scope), problem)(scope, receive, _adding(send, headers))
            return
        status = 0

        async def send_(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *headers]
            await send(message)

        await self.app(scope, receive, send_)
        if shown is not None:
            self._learn(scope, shown, status, address)

    def _learn(self, scope: Scope, shown: int, status: int, address: str) -> None:
        principal = scope["state"].get("principal")
        if status == _UNAUTHORIZED:
            self._known.pop(shown, None)
            self._refused.hit(address, time.monotonic())
        elif principal is not None and principal.account_id is not None:
            if len(self._known) >= _MOST_CALLERS:
                self._known.clear()
            self._known[shown] = principal.caller


def _shown(scope: Scope) -> int | None:
    """Return what a key or a cookie is remembered by; the secret itself is not kept."""
    for name, value in scope["headers"]:
        if name == b"authorization" or (name == b"cookie" and b"truckban" in value):
            return hash(value)
    return None


def _network(scope: Scope) -> str:
    """Return whom an address stands for: with IPv6 a household has 2^64 of them."""
    client = scope.get("client")
    host: str = client[0] if client else "unknown"
    if ":" not in host:
        return host
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((address, 64), strict=False))
    return host


def _headers(most: int, hit: Hit) -> list[tuple[bytes, bytes]]:
    """Return the headers of draft-ietf-httpapi-ratelimit-headers."""
    return [
        (b"ratelimit-policy", b'"minute";q=%d;w=60' % most),
        (b"ratelimit", b'"minute";r=%d;t=%d' % (hit.left, math.ceil(hit.reset_s))),
    ]


def _adding(send: Send, headers: list[tuple[bytes, bytes]]) -> Send:
    async def send_(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *headers]
        await send(message)

    return send_
