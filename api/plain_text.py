"""Text that a store and a file can hold."""

from zones.errors import TextError


def plain_text(value: str) -> str:
    """Return a text as it is.

    Raises:
        ValueError: it has a null character or half a surrogate pair.
    """
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise TextError("有不是文字的字符", "characters that are no text")
    return value
