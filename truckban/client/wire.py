"""Requests that are sent again where that does no harm."""

import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from truckban.client.problem import ClientProblem
from zones.errors import InputError
from zones.text import Text

_AGAIN = {429, 502, 503, 504}
_FAILED = 400
_LONGEST_WAIT_S = 30.0


def need_httpx() -> Any:  # noqa: ANN401 - the module
    """Import httpx.

    Raises:
        InputError: it is not installed; the error says how to get it.
    """
    try:
        return import_module("httpx")
    except ImportError:
        text = Text(
            "客户端需要 httpx；请运行 pip install truckban[client]",
            "the client needs httpx; run pip install truckban[client]",
        )
        raise InputError(text) from None


class Wire:
    """One service, asked with one key.

    Args:
        base_url: such as `https://trucks.example`.
        token: an API key; None asks as nobody.
        lang: of messages, zh or en.
        timeout_s: how long an answer is waited for.
        tries: how often a request is sent at most, where the service is busy or out of reach. What creates something carries the
            same Idempotency-Key each time, so it is done once.
        wait_s: before the second try; doubled each time, unless the service says how long.
    """

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        *,
        lang: str = "zh",
        timeout_s: float = 60,
        tries: int = 4,
        wait_s: float = 0.5,
    ) -> None:
        """Open nothing yet."""
        self._httpx = need_httpx()
        headers = {"Accept-Language": lang, **({} if token is None else {"Authorization": f"Bearer {token}"})}
        self.http = self._httpx.Client(base_url=base_url.rstrip("/"), headers=headers, timeout=timeout_s)
        self._tries = tries
        self._wait_s = wait_s

    def close(self) -> None:
        """Let go of the connections."""
        self.http.close()

    def ask(self, method: str, path: str, *, once: bool = False, again: bool = True, **how: Any) -> Any:  # noqa: ANN401
        """Send a request and return the response.

        Args:
            method: of HTTP.
            path: from the service's root.
            once: give it an Idempotency-Key.
            again: whether it may be sent a second time.
            how: as httpx has it: `params`, `json`, `content`, `headers`.

        Raises:
            ClientProblem: it was refused, or the service could not be reached.
        """
        headers = dict(how.pop("headers", None) or {})
        if once:
            headers.setdefault("Idempotency-Key", uuid.uuid4().hex)
        wait_s = self._wait_s
        for left in range(self._tries - 1, -1, -1):
            may = again and left > 0
            try:
                answer = self.http.request(method, path, headers=headers, **how)
            except self._httpx.TransportError as error:
                if not may:
                    raise unreachable(error) from error
            else:
                if answer.status_code < _FAILED:
                    return answer
                if not may or answer.status_code not in _AGAIN:
                    raise problem_of(answer)
                wait_s = _seconds(answer.headers.get("retry-after")) or wait_s
            time.sleep(min(wait_s, _LONGEST_WAIT_S))
            wait_s *= 2
        raise AssertionError

    def json(self, method: str, path: str, **how: Any) -> Any:  # noqa: ANN401
        """Send a request and return its JSON."""
        return self.ask(method, path, **how).json()

    def rows(self, path: str, name: str, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the rows of a list, page after page."""
        asked = {key: value for key, value in params.items() if value is not None}
        while True:
            page = self.json("GET", path, params=asked)
            yield from page[name]
            if page["next"] is None:
                return
            asked["cursor"] = page["next"]

    @contextmanager
    def stream(self, path: str, **how: Any) -> Iterator[Any]:  # noqa: ANN401
        """Open an answer that comes piece by piece.

        Raises:
            ClientProblem: it was refused, or the connection broke.
        """
        try:
            with self.http.stream("GET", path, **how) as answer:
                if answer.status_code >= _FAILED:
                    answer.read()
                    raise problem_of(answer)
                yield answer
        except self._httpx.TransportError as error:
            raise unreachable(error) from error


def problem_of(answer: Any) -> ClientProblem:  # noqa: ANN401
    """Return what an answer says was wrong."""
    try:
        body = answer.json()
    except ValueError:
        body = {}
    return ClientProblem(answer.status_code, body if isinstance(body, dict) else {})


def unreachable(error: Exception) -> ClientProblem:
    """Return a connection that failed as a problem."""
    return ClientProblem(0, {"code": "unreachable", "title": str(error)})


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdigit() else None
