"""JSON as people and programs hand it in: one reader, so that every way in refuses the same things."""

import json
import math
from typing import Any

from zones.errors import InputError
from zones.text import Text

_MOST_DIGITS = 300


def read_json(text: str) -> Any:  # noqa: ANN401
    """Return the value of one JSON text.

    A number beyond what a float can hold, NaN and Infinity come out as no finite number, so that whoever reads the
    field they stand in refuses them by its name.

    Raises:
        InputError: it is not JSON, or nested too deeply.
    """
    try:
        return json.loads(text, parse_int=integer)
    except json.JSONDecodeError as error:
        raise InputError(
            Text(f"不是 JSON：第 {error.colno} 列", f"this is not JSON: column {error.colno}"), line=error.lineno
        ) from None
    except RecursionError:
        raise InputError(Text("嵌套太深", "nested too deeply")) from None


def identity(value: Any) -> Any:  # noqa: ANN401
    """Return the `id` of a JSON object, or None where there is none that JSON could give back."""
    name = value.get("id") if isinstance(value, dict) else None
    return None if isinstance(name, float) and not math.isfinite(name) else name


def integer(digits: str) -> float:
    """Return a whole number of JSON; one beyond what a float holds as infinity."""
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)
