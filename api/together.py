"""Answers of one turn of the loop are written together at its end: a call of the system and a reader woken for each, not for each piece.

Beside many others, an answer that is written at once makes its reader ask again before the others are answered, and the server turns
to the network for every single request. Where only one request is there, its answer is written at once.
"""

import asyncio
from collections.abc import Sized
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as _Protocol
else:
    _Protocol = AutoHTTPProtocol


class Together(_Protocol):
    """The server's protocol, over a connection that writes what belongs together."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection."""
        super().connection_made(Joined(transport, self.loop, self.tasks))  # type: ignore[arg-type]


class Joined:
    """A transport that writes when the loop comes round, while other requests are being answered; else at once.

    Args:
        transport: the connection; it is asked for all but writing and closing.
        loop: that it belongs to.
        tasks: the requests that are being answered, on all connections.
    """

    __slots__ = ("_loop", "_parts", "_tasks", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, tasks: Sized) -> None:
        """Begin with nothing to write."""
        self._transport, self._loop, self._tasks = transport, loop, tasks
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Write bytes, now or soon."""
        if self._parts:
            self._parts.append(data)
        elif len(self._tasks) > 1:
            self._parts.append(data)
            self._loop.call_soon(self._flush)
        else:
            self._transport.write(data)

    def close(self) -> None:
        """Write what is left, and close."""
        self._flush()
        self._transport.close()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Write what is left, and hand the connection over."""
        self._flush()
        self._transport.set_protocol(protocol)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        """Return what the connection has."""
        return getattr(self._transport, name)

    def _flush(self) -> None:
        parts = self._parts
        if parts:
            self._parts = []
            if not self._transport.is_closing():
                self._transport.write(b"".join(parts))
