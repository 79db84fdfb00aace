"""Errors of jobs as JSON, in both languages, until somebody asks for one of them."""

from typing import Any

from api.without_options import without_options
from zones.errors import InputError
from zones.text import Text


def error_of(error: InputError) -> dict[str, Any]:
    """Return an error of what was handed in: the sentence in both languages, the file, the line, the field."""
    return {
        "code": "input",
        **both(without_options(error.text)),
        "file": error.file,
        "line": error.line,
        "field": error.field,
    }


def both(text: Text) -> dict[str, str]:
    """Return a sentence in both languages."""
    return {"zh": text.zh, "en": text.en}
