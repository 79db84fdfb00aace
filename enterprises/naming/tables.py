"""The words and characters that names are made of, from the package's data."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """Return one of the package's data files."""
    found: dict[str, Any] = json.loads(files("enterprises").joinpath(f"data/{name}.json").read_text("utf-8"))
    return found


@cache
def pairs(*names: str) -> dict[int, str]:
    """Return pairs of characters of `characters.json` for `str.translate`: the first is read as the second."""
    characters = table("characters")
    return str.maketrans({pair[0]: pair[1] for name in names for row in characters[name] for pair in row.split()})
