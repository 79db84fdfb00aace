"""What browsers are told: take nothing from elsewhere, run nothing written into a page, be framed by nobody."""

from collections.abc import Awaitable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# MapLibre draws from a worker and from images that it makes itself: blob:
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"),
)
# what an answer may say for itself: by whom it may be framed
_OWN = (b"x-frame-options",)
_HANGS_ON = frozenset((*_OWN, b"content-security-policy", b"cache-control", b"etag"))
_TWO_YEARS = b"max-age=63072000"
_NOT_KEPT = (b"cache-control", b"no-store")
_ASKED_EACH_TIME = (b"cache-control", b"private, no-cache")


class SecurityHeaders:
    """Adds the headers to every answer; a policy or a word on keeping that an answer brings itself stays.

    Args:
        app: the next layer.
        secure: do people come by TLS: browsers are then told to come by nothing else.
    """

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        """Prepare the headers."""
        self.app = app
        self._always = [*_ALWAYS, *([(b"strict-transport-security", _TWO_YEARS)] if secure else [])]
        self._policy = (b"content-security-policy", POLICY.encode())
        self._as_a_rule = self._added(frozenset())

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass a request on."""
        if scope["type"] != "http":
            return self.app(scope, receive, send)

        def send_(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ())]
                own = _HANGS_ON.intersection([name for name, _ in headers])
                headers += self._added(own) if own else self._as_a_rule
                message["headers"] = headers
            return send(message)

        return self.app(scope, receive, send_)

    def _added(self, own: frozenset[bytes]) -> list[tuple[bytes, bytes]]:
        """Return what is added to an answer that brings some headers itself."""
        added = [each for each in self._always if each[0] not in own or each[0] not in _OWN]
        if b"content-security-policy" not in own:
            added.append(self._policy)
        if b"cache-control" not in own:
            # what has an ETag may be kept by its reader, and must be asked for each time
            added.append(_ASKED_EACH_TIME if b"etag" in own else _NOT_KEPT)
        return added
