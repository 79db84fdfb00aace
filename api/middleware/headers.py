"""What browsers are told: take nothing from elsewhere, run nothing written into a page, be framed by nobody."""

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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ())]
                names = {name for name, _ in headers}
                headers += [each for each in self._always if each[0] not in names or each[0] not in _OWN]
                if b"content-security-policy" not in names:
                    headers.append(self._policy)
                if b"cache-control" not in names:
                    # what has an ETag may be kept by its reader, and must be asked for each time
                    headers.append(_ASKED_EACH_TIME if b"etag" in names else _NOT_KEPT)
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, send_)
