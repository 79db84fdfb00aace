"""What an enterprise makes or sells, by the words of its own name; the rule is data (`data/kinds.json`)."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from enterprises.errors import Text

OTHER = "other"


@cache
def _table() -> list[dict[str, Any]]:
    table: list[dict[str, Any]] = json.loads(files("enterprises").joinpath("data/kinds.json").read_text("utf-8"))[
        "kinds"
    ]
    return table


@cache
def kind_of(name: str) -> str:
    """Return the kind of the first row of the rule that has a word of the name; `other` where none has."""
    return next((row["kind"] for row in _table() if any(word in name for word in row["words"])), OTHER)


@cache
def kind_words() -> dict[str, Text]:
    """Return every kind with its words for a person."""
    return {row["kind"]: Text(row["zh"], row["en"]) for row in _table()} | {OTHER: Text("其他", "other")}
