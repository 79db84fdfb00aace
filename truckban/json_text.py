"""JSON as people and programs hand it in: one reader, so that every way in refuses the same things."""

import json
import math
from typing import Any

from zones.errors import InputError
from zones.json_text import each_once
from zones.text import Text

_MOST_DIGITS = 300


def read_json(text: str) -> Any:  # noqa: ANN401
    """Return the value of one JSON text.

    A number beyond what a float can hold, NaN and Infinity come out as no finite number, so that whoever reads the
    field they stand in refuses them by its name.

    Raises:
        InputError: it is not JSON, nested too deeply, or an object has a member twice.
    """
    try:
        return _decode(text)
    except json.JSONDecodeError as error:
        raise InputError(
            Text(f"不是 JSON：第 {error.colno} 列", f"this is not JSON: column {error.colno}"), line=error.lineno
        ) from None
    except RecursionError:
        raise InputError(Text("嵌套太深", "nested too deeply")) from None


def quotes_in(value: Any) -> int:  # noqa: ANN401
    """Return how many quotation marks a JSON value is written with, at the least: two for each name and each text."""
    if isinstance(value, str):
        return 2
    if not isinstance(value, dict | list):
        return 0
    found = 2 * len(value) if isinstance(value, dict) else 0
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, str):
            found += 2
        elif isinstance(each, dict | list):
            found += quotes_in(each)
    return found


def identity(value: Any) -> Any:  # noqa: ANN401
    """Return the `id` of a JSON object, or None where there is none that JSON could give back."""
    name = value.get("id") if isinstance(value, dict) else None
    return None if isinstance(name, float) and not math.isfinite(name) else name


def integer(digits: str) -> float:
    """Return a whole number of JSON; one beyond what a float holds as infinity."""
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)


_decode = json.JSONDecoder(parse_int=integer, object_pairs_hook=each_once).decode
