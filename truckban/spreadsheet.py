"""Cells that a spreadsheet would run: what somebody else wrote into a name must stay a text."""

from typing import Any

RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What begins so is taken for a formula, full-width signs as well in East Asian settings (OWASP, CSV injection)."""


def inert(value: Any) -> Any:  # noqa: ANN401
    """Return a cell with an apostrophe before a text that a spreadsheet would run; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(RUN) else value
