"""Numbers as they come in JSON: checked before anything computes with them."""

import math

_MOST = 1e15


def is_number(value: object) -> bool:
    """Whether a JSON value is a finite number of a size that means something; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -_MOST < value < _MOST if isinstance(value, int) else math.isfinite(value) and abs(value) < _MOST
