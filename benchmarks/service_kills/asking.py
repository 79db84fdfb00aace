"""Requests as a client sends them: over a connection that may break, and again until there is an answer."""

import http.client
import json
import secrets
import time
from typing import Any, NamedTuple

from service_kills.kept import Kept
from service_kills.moments import Moments

_TIMEOUT_S = 120
_AGAIN_S = 0.05
_GIVE_UP_S = 300
REPLAYED = "idempotent-replayed"


class Broken(Exception):  # noqa: N818
    """The connection broke before there was an answer: it may be done or not."""


class Answer(NamedTuple):
    """What came back.

    Attributes:
        status: of HTTP.
        headers: in small letters.
        body: as read from JSON; None where it is none.
        tries: how many requests it took.
    """

    status: int
    headers: dict[str, str]
    body: Any
    tries: int = 1

    @property
    def ok(self) -> bool:
        """Is it acknowledged?"""
        return 200 <= self.status < 300  # noqa: PLR2004  (classes of HTTP)


class Asking:
    """One person with a key."""

    def __init__(self, port: int, key: str, moments: Moments, kept: Kept) -> None:
        """Begin without a connection."""
        self.port, self.key, self.moments, self.kept = port, key, moments, kept
        self.again = 0

    def once(self, label: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:  # noqa: ANN401
        """Ask, over a new connection.

        Raises:
            Broken: there is no whole answer.
        """
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        sent = {
            "Authorization": f"Bearer {self.key}",
            **{name.replace("_", "-"): text for name, text in headers.items()},
        }
        if data:
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_TIMEOUT_S)
        self.moments.begin(label)
        try:
            connection.putrequest(method, path)
            for name, text in (*sent.items(), ("Content-Length", str(len(data)))):
                connection.putheader(name, text)
            half = len(data) // 2
            connection.endheaders(data[:half])
            if changes := method not in ("GET", "HEAD"):
                self.moments.reached("half", label)
            if data[half:]:
                connection.send(data[half:])
            if changes:
                self.moments.reached("sent", label)
            given = connection.getresponse()
            told = given.read()
        except (OSError, http.client.HTTPException) as error:
            raise Broken(type(error).__name__) from None
        finally:
            connection.close()
            self.moments.end()
        named = {name.lower(): text for name, text in given.getheaders()}
        read = json.loads(told) if "json" in named.get("content-type", "") and told else None
        return Answer(given.status, named, read)

    def insist(self, label: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:  # noqa: ANN401
        """Ask the same again and again until there is an answer; it must be safe to ask twice."""
        until = time.monotonic() + _GIVE_UP_S
        tries = 0
        while True:
            tries += 1
            try:
                answer = self.once(label, method, path, body, **headers)
            except Broken:
                self.again += 1
                if time.monotonic() > until:
                    raise
                time.sleep(_AGAIN_S)
                continue
            return answer._replace(tries=tries)

    def post(self, label: str, path: str, body: Any, match: str | None = None) -> tuple[Answer, dict[str, str]]:  # noqa: ANN401
        """Do something once, with a key of its own; return the answer and the headers that would ask for it again."""
        headers = {"Idempotency_Key": secrets.token_hex(8)}
        if match is not None:
            headers["If_Match"] = match
        answer = self.insist(label, "POST", path, body, **headers)
        if not answer.ok:
            self.kept.fault(f"{label} {path}: {answer.status} {answer.body} after {answer.tries} tries")
        return answer, headers

    def same(self, label: str, path: str, body: Any, headers: dict[str, str], first: Answer) -> None:  # noqa: ANN401
        """Ask for something acknowledged once more: the same answer must come, and nothing be done."""
        again = self.insist(label, "POST", path, body, **headers)
        if (again.status, again.body) != (first.status, first.body) or again.headers.get(REPLAYED) != "true":
            self.kept.fault(
                f"{label} {path}: sent again with its key, {again.status} {again.body}, before {first.body}"
            )
