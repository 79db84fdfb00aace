"""Text that a store and a file can hold."""


def plain_text(value: str) -> str:
    """Return a text as it is.

    Raises:
        ValueError: it has a null character or half a surrogate pair.
    """
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("characters that are no text")
    return value
