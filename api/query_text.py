"""Text in addresses is UTF-8, written with percent signs; bytes that are none are no text, and no letter stands in for them."""

from urllib.parse import unquote_plus, unquote_to_bytes

from api.problems import Problem
from zones.text import Text


def check_query(query: bytes) -> None:
    """Refuse a query that is no text; what reads it would put U+FFFD in the place of such bytes.

    Args:
        query: as it came, without the question mark.

    Raises:
        Problem: 422, with the parameter that is none.
    """
    if b"%" not in query and query.isascii():
        return
    for part in query.split(b"&"):
        if not (part.isascii() and _is_utf8(unquote_to_bytes(part))):
            name = unquote_plus(part.partition(b"=")[0].decode("ascii", "replace"))
            text = Text("不是 UTF-8 文字（应按百分号编码）", "this is not UTF-8 text, percent-encoded")
            raise Problem(422, "invalid", text, errors=[(f"query.{name}", text)])


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
