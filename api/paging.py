"""Lists in pages: the cursor names the last row seen, so that rows that come in between shift nothing."""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query
from pydantic import BaseModel

from api.problems import Problem
from zones.text import Text

Row = TypeVar("Row")
Limit = Annotated[int, Query(ge=1, le=500, description="at most so many rows")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before")]
_TOO_LARGE = 2**63
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


class Page(BaseModel):
    """What every list has."""

    next: str | None = None


def read_cursor(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """Return the key of the last row seen, its parts of the given types, or None for the first page.

    Raises:
        Problem: 422; the text is no cursor.
    """
    if cursor is None:
        return None
    try:
        values = json.loads(
            base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        )
        fits = (
            isinstance(values, list)
            and [type(value) for value in values] == list(kinds)
            and all(map(_storable, values))
        )
    except (ValueError, binascii.Error, RecursionError):
        fits = False
    if not fits:
        text = Text("翻页标记无效，请从第一页重新开始", "this is no cursor; begin at the first page")
        raise Problem(422, "invalid", text, errors=[("query.cursor", text)])
    return tuple(values)


def _storable(value: Any) -> bool:  # noqa: ANN401
    """Tell whether both databases can compare a value."""
    return abs(value) < _TOO_LARGE if isinstance(value, int | float) else isinstance(value, str) and value.isprintable()


def cursor_of(*key: Any) -> str:  # noqa: ANN401
    """Return the cursor for a row with a key."""
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def cut(rows: Sequence[Row], limit: int, key: Callable[[Row], tuple[Any, ...]]) -> tuple[Sequence[Row], str | None]:
    """Return at most `limit` of rows that were asked with one more, and the cursor where there was one more."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], cursor_of(*key(rows[limit - 1]))


def instant_after(cursor: str | None) -> tuple[dt.datetime, str] | None:
    """Read a cursor of a list by time: the instant and the id of the last row seen."""
    key = read_cursor(cursor, int, str)
    return None if key is None else (instant_of(key[0]), key[1])


def instant_of(microseconds: int) -> dt.datetime:
    """Return the instant that a cursor's number stands for (`micros`); 1970 where no calendar has it."""
    try:
        return _EPOCH + microseconds * _MICROSECOND
    except OverflowError:
        return _EPOCH


def micros(at: dt.datetime) -> int:
    """Return a time as a cursor holds it: microseconds since 1970-01-01 UTC."""
    return (at - _EPOCH) // _MICROSECOND
