"""From JSON bytes to JSON bytes: what a service answers with. The verdicts are those of `truckban.questions.asking`."""

import json
import re
from typing import Any, Literal

import msgspec

from truckban.json_text import identity, quotes_in, read_json
from truckban.questions.fix_columns import FixColumns, answer_fixes, fix_columns, read_fix_columns
from truckban.questions.fixes_of_several import answer_fixes_of_several
from truckban.questions.jurisdiction import Jurisdiction
from truckban.questions.jurisdictions import Jurisdictions
from zones.errors import InputError
from zones.text import Text

Errors = Literal["answered", "raised"]
Context = Jurisdiction | Jurisdictions
"""The notices that answer: of one place, or of several, of which the place asked about says which."""

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
# a whole number that no float holds is refused by its field; only the other reader makes it one
_HUGE = 300
_huge_number = re.compile(rb"[0-9]{%d}" % _HUGE).search
# around the names `fixes`, `time`, `lon`, `lat`
_OF_FIXES = 8
_BEGINNING = 32
_SHORT = 500
_NOT_UTF8 = Text("不是 UTF-8 文本", "this is not UTF-8 text")


def answer_bytes(body: bytes, *, context: Context, lang: str = "zh", errors: Errors = "answered") -> bytes:
    """Answer one case of the contract (section 1), or a list of them.

    Args:
        body: UTF-8 JSON: a case, or a list of cases.
        context: the notices that answer.
        lang: the language of error messages: zh or en.
        errors: what becomes of one case that cannot be read: `answered` with its error object, or `raised`. Of a list each
            such case is answered with its error object, its `line` the number in the list; the rest is answered.

    Returns:
        UTF-8 JSON without a line end: the verdict's object, or a list of them in the order of the cases.

    Raises:
        InputError: the body is no JSON, or has a member twice; with `errors="raised"` also: the one case cannot be read (its field is named).
    """
    asked = decoded(body)
    if isinstance(asked, list):
        return encoded([_answered(case, number, context, lang) for number, case in enumerate(asked, start=1)])
    return encoded(context.answer(asked) if errors == "raised" else _answered(asked, 1, context, lang))


def answer_fixes_bytes(body: bytes, *, context: Context, lang: str = "zh", errors: Errors = "answered") -> bytes:
    """Answer for each fix of one vehicle; body and answer are described in `truckban.questions.fix_columns`.

    It judges fixes, not the path between them: a corner cut between two fixes is not seen, and a fix that a receiver put on
    the wrong side of a border counts where it stands. The path is judged by `truckban check`.

    Args:
        body: UTF-8 JSON.
        context: the notices that answer.
        lang: the language of error messages: zh or en.
        errors: what becomes of a trace that cannot be read: `answered` with an error object, or `raised`.

    Returns:
        UTF-8 JSON without a line end.

    Raises:
        InputError: the body is no JSON, or has a member twice; with `errors="raised"` also: something in it cannot be read (its field is named, a
            fix by its index: `fixes.lon[17]`).
    """
    asked = fix_columns(body)
    value = None if asked is not None and _each_once_in_columns(body, asked) else decoded(body)
    try:
        columns = read_fix_columns(value) if asked is None else asked
        if isinstance(context, Jurisdictions):
            return encoded(answer_fixes_of_several(columns, context))
        return encoded(answer_fixes(columns, context))
    except UnicodeDecodeError:  # times are looked at last
        raise InputError(_NOT_UTF8) from None
    except InputError as error:
        if errors == "raised":
            raise
        return encoded(error_object(value if asked is None else asked.said, error, 1, lang))


def decoded(body: bytes) -> Any:  # noqa: ANN401
    """Return the JSON value of a body, as `truckban.json_text.read_json` reads it.

    Raises:
        InputError: it is not JSON, or an object has a member twice.
    """
    if len(body) < _HUGE or _huge_number(body) is None:
        try:
            value = _decode(body)
            if _each_once(body, quotes_in(value)):
                return value
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass  # refused with its column, or one of the few things that only the other reader takes
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise InputError(_NOT_UTF8) from None
    return read_json(text)


def _each_once(body: bytes, quotes: int) -> bool:
    """Return whether surely no object of a body has a member twice; of two, the quick reader keeps the last.

    Each name and each text stands in two quotation marks, and nothing else but an escape has one: what was left out is missed.

    Args:
        body: JSON.
        quotes: those of what was read from it (`quotes_in`).
    """
    return body.count(b'"') == quotes


def _each_once_in_columns(body: bytes, asked: FixColumns) -> bool:
    """Return the same of a body of columns; a list of times, whose marks are most of all, is passed over."""
    said = encoded({name: value for name, value in asked.said.items() if value is not None})
    if b"\\" in said:  # a mark within a text
        return False
    quotes = said.count(b'"') + _OF_FIXES
    if not isinstance(asked.times, bytes):
        return _marks(body, 0, len(body), quotes) == quotes
    begin = body.find(asked.times[:_BEGINNING])  # to look for all of it takes longer than to count
    end = begin + len(asked.times)
    if not body.startswith(asked.times, begin):
        return False  # the slower reader tells
    before = _marks(body, 0, begin, quotes)
    return before + _marks(body, end, len(body), quotes) == quotes


def _marks(body: bytes, begin: int, end: int, most: int) -> int:
    """Return how many quotation marks there are; where they are more than some number, any such one.

    As `bytes.count`, and much quicker in columns of numbers, which have next to none.
    """
    # what is said of the vehicle comes before its fixes as a rule; to jump from mark to mark is slow where they are many
    dense = end if most > _SHORT else begin + _SHORT
    found = body.count(b'"', begin, min(dense, end))
    at = body.find(b'"', dense, end)
    while at >= 0 and found <= most:
        found, at = found + 1, body.find(b'"', at + 1, end)
    return found


def encoded(value: Any) -> bytes:  # noqa: ANN401
    """Return a value as JSON."""
    try:
        return _encode(value)
    except UnicodeEncodeError:  # half a surrogate pair in an id, which only an escape can give back
        return json.dumps(value).encode()


def error_object(asked: Any, error: InputError, line: int, lang: str) -> dict[str, Any]:  # noqa: ANN401
    """Return the contract's object for a case that cannot be read."""
    return {
        "id": identity(asked),
        "error": {"line": line, "field": error.field, "message": error.text.of(lang)},
    }


def _answered(case: Any, line: int, context: Context, lang: str) -> dict[str, Any]:  # noqa: ANN401
    try:
        return context.answer(case)
    except InputError as error:
        return error_object(case, error, line, lang)
