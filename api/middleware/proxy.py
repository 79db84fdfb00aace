"""Who is asking, where a proxy is in front: its word counts, and nobody else's."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send


class TrustedProxy:
    """Takes the caller's address and scheme from the proxy in front.

    Only the last address of X-Forwarded-For is believed: the one that the proxy itself saw. All before it was sent by the
    caller.

    Args:
        app: the next layer.
        proxies: networks that the proxy is in; a request from elsewhere speaks for itself.
    """

    def __init__(self, app: ASGIApp, *, proxies: Sequence[str]) -> None:
        """Read the networks."""
        self.app = app
        networks = [ip_network(each) for each in proxies]

        @lru_cache(maxsize=1024)
        def trusted(host: str) -> bool:
            address = _address(host)
            return address is None or any(address in network for network in networks)

        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] in ("http", "websocket"):
            client = scope.get("client")
            # a socket of this machine has no address
            if client is None or self._trusted(client[0]):
                self._believe(scope)
        await self.app(scope, receive, send)

    def _believe(self, scope: Scope) -> None:
        for name, value in scope["headers"]:
            if name == b"x-forwarded-for":
                last = value.rpartition(b",")[2].strip().decode("latin-1")
                host = last.rpartition(":")[0] if last.count(":") == 1 else last.strip("[]")
                if _address(host) is not None:
                    scope["client"] = (host, 0)
            elif name == b"x-forwarded-proto" and value.strip() in (b"http", b"https"):
                scope["scheme"] = value.strip().decode()


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
