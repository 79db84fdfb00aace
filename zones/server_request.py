"""One question to a server of OpenStreetMap data: repeated with patience, never without end; kept in a folder if wished."""

import hashlib
import math
import os
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar
from urllib.parse import urlencode, urlsplit

from zones.errors import InputError, why_not
from zones.text import Text

if TYPE_CHECKING:
    import requests

T = TypeVar("T")
# busy or passing faults; 429 and 504 are what Overpass says when its slots are taken (OSM wiki, Overpass API, Status codes)
_AGAIN = frozenset({429, 500, 502, 503, 504})
_MOST_BYTES = 300_000_000
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """How a server is asked.

    Attributes:
        url: of its API; None is OSMnx's default.
        timeout_s: how long one try may take, the whole answer included.
        retries: how often it is asked again after the first try.
        backoff_s: the first pause; each further one is twice as long.
        longest_pause_s: no pause is longer; a server that asks for more is not asked again.
        spacing_s: at least so long after the last question to the same server, whoever in this process asked it.
        total_s: all tries and pauses together; None is five minutes, or one try where that may take longer.
        cache: a folder that keeps answers, byte for byte; a question answered there is not asked again.
        user_agent: who asks; the servers' terms want a name.

    Raises:
        InputError: a value is out of range.
    """

    server: ClassVar[str] = "server"
    url: str | None = None
    timeout_s: float = 60.0
    retries: int = 4
    backoff_s: float = 2.0
    longest_pause_s: float = 60.0
    spacing_s: float = 0.0
    total_s: float | None = None
    cache: Path | None = None
    user_agent: str = "truckban (zones from OpenStreetMap)"

    def __post_init__(self) -> None:
        """Refuse what would never end or never begin."""
        parts = urlsplit(self.url or "https://server")
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise InputError(
                Text("地址应以 http:// 或 https:// 开头", "an address begins with http:// or https://"),
                field=f"{self.server}-url",
            )
        spans = {name: getattr(self, name) for name in ("timeout_s", "longest_pause_s", "backoff_s")}
        for name, span_s in {**spans, "total_s": self.most_s}.items():
            if not 0 < span_s <= 86_400:  # noqa: PLR2004 - a day
                raise InputError(Text("应为大于 0 的秒数", "a number of seconds above 0 is needed"), field=name)
        if not 0 <= self.spacing_s <= 60:  # noqa: PLR2004
            raise InputError(Text("应为 0 到 60 秒", "a number of seconds from 0 to 60 is needed"), field="spacing_s")
        if not 0 <= self.retries <= 100:  # noqa: PLR2004
            raise InputError(Text("应为 0 到 100", "a number from 0 to 100 is needed"), field="retries")
        # a header holds no other characters (RFC 9110, 5.5)
        if not (self.user_agent.strip() and self.user_agent.isascii() and self.user_agent.isprintable()):
            raise InputError(Text("应为 ASCII 字符写的名称，不能为空", "a name in ASCII is needed"), field="user_agent")

    @property
    def most_s(self) -> float:
        """Seconds after which nothing more is asked."""
        return max(300.0, self.timeout_s) if self.total_s is None else self.total_s


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a server.

    Attributes:
        server: its name, for a person.
        address: of the API's part that answers it.
        values: the fields of the form, or of the address.
        posted: whether they are sent as a form.
        lost: what was not had, where it stays without an answer.
        instead: what else can be done.
    """

    server: str
    address: str
    values: Mapping[str, str]
    posted: bool
    lost: Text
    instead: Text

    def given_up(self, why: Text) -> InputError:
        """Return the error of a question that stays without an answer."""
        return InputError(
            Text(
                f"没有从 {self.server} 得到{self.lost.zh}：{why.zh}。请检查网络或稍后再试；{self.instead.zh}",
                f"{self.lost.en} had from {self.server}: {why.en}. Check the network or try later; {self.instead.en}",
            ),
            field=self.server.lower(),
        )


class Unusable(Exception):  # noqa: N818 - not for the caller: it asks for another try
    """An answer that is none; another try may give one."""

    def __init__(self, text: Text, *, wait_s: float | None = None) -> None:
        """Keep the sentence and how long the server asks to be left alone."""
        self.text, self.wait_s = text, wait_s
        super().__init__(text.en)


class _Refused(Exception):  # noqa: N818 - becomes the question's error
    """An answer after which no other try helps."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


def fetch(question: Question, settings: ServerSettings, read: Callable[[bytes], T]) -> T:
    """Return what `read` makes of the answer's bytes.

    Args:
        question: what is asked, and where.
        settings: how the server is asked.
        read: raises `Unusable` where another try may help.

    Raises:
        InputError: no usable answer after the last try, or the server refuses the question.
    """
    kept = _kept(settings, question)
    if kept is not None and kept.is_file():
        try:
            return read(kept.read_bytes())
        except (OSError, Unusable):  # what is kept is broken: ask again
            pass
    until = time.monotonic() + settings.most_s
    why = Text("时间用完", "the time is over")
    for attempt in range(settings.retries + 1):
        try:
            answer = _ask(question, settings, until)
            made = read(answer)
        except _Refused as error:
            raise question.given_up(error.text) from error
        except Unusable as error:
            why = error.text
            pause = min(settings.backoff_s * 2**attempt, settings.longest_pause_s)
            asked = error.wait_s or 0.0
            pause = max(pause, asked)
            if attempt == settings.retries:
                break
            if asked > settings.longest_pause_s or time.monotonic() + pause >= until:
                break
            time.sleep(pause)
            continue
        if kept is not None:
            _keep(kept, answer)
        return made
    raise question.given_up(why)


_turns = threading.Lock()
_asked_at: dict[str, float] = {}


def _wait_for_turn(address: str, spacing_s: float) -> None:
    """Leave the server alone for so long after the last question, also of another thread."""
    server = urlsplit(address).netloc
    with _turns:
        pause = _asked_at.get(server, -math.inf) + spacing_s - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        _asked_at[server] = time.monotonic()


def _ask(question: Question, settings: ServerSettings, until: float) -> bytes:
    import requests  # noqa: PLC0415
    import urllib3  # noqa: PLC0415

    if settings.spacing_s:
        _wait_for_turn(question.address, settings.spacing_s)
    deadline = min(time.monotonic() + settings.timeout_s, until)
    wait = max(0.01, deadline - time.monotonic())
    form, query = (question.values, None) if question.posted else (None, question.values)
    headers = {"User-Agent": settings.user_agent}
    method = "POST" if question.posted else "GET"
    try:
        with requests.request(
            method, question.address, data=form, params=query, headers=headers, timeout=wait, stream=True
        ) as response:
            _check(response)
            return _body(response, deadline)
    except (requests.Timeout, urllib3.exceptions.ReadTimeoutError):
        raise Unusable(_LATE) from None
    except requests.ConnectionError as error:
        raise Unusable(Text("连不上，或连接中断", "no connection, or it broke off")) from error
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise Unusable(Text("应答不完整", "the answer is not whole")) from error


_LATE = Text("服务器没有及时应答", "the server did not answer in time")


def _check(response: "requests.Response") -> None:
    status = response.status_code
    if status in _AGAIN:
        raise Unusable(
            Text(f"服务器忙（HTTP {status}）", f"the server is busy (HTTP {status})"),
            wait_s=_seconds(response.headers.get("Retry-After")),
        )
    if status != HTTPStatus.OK:
        raise _Refused(Text(f"服务器拒绝了（HTTP {status}）", f"the server refused (HTTP {status})"))


def _body(response: "requests.Response", deadline: float) -> bytes:
    parts, size = [], 0
    # what has come, not a full chunk: a server that sends byte by byte must not outlast the deadline
    while part := response.raw.read1(_CHUNK, decode_content=True):
        parts.append(part)
        size += len(part)
        if time.monotonic() > deadline:
            raise Unusable(_LATE)
        if size > _MOST_BYTES:
            raise _Refused(Text("应答太大：请缩小范围", "the answer is too large: ask for a smaller area"))
    return b"".join(parts)


def _seconds(text: str | None) -> float | None:
    """Return the seconds of a `Retry-After`: a number or a date (RFC 9110, 10.2.3); None where it is neither."""
    if text is None:
        return None
    if text.strip().isascii() and text.strip().isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _kept(settings: ServerSettings, question: Question) -> Path | None:
    if settings.cache is None:
        return None
    key = hashlib.sha256(f"{question.address} {urlencode(question.values)}".encode()).hexdigest()
    return settings.cache / f"{key}.json"


def _keep(path: Path, answer: bytes) -> None:
    """Put the answer in the cache in one step: a reader beside us sees all of it or none."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(answer)
        Path(name).replace(path)
    except OSError as error:
        why = why_not(error)
        raise InputError(
            Text(f"无法写入缓存：{why.zh}", f"the cache cannot be written: {why.en}"),
            file=path.parent.name,
            field="cache",
        ) from error
