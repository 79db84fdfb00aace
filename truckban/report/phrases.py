"""Every sentence of the page, in both languages; the templates and the script hold none of their own."""

import json
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

from zones.text import Text

_SENTENCES = json.loads(files("truckban.report").joinpath("templates", "phrases.json").read_text("utf-8"))
PHRASES: Mapping[str, Text] = MappingProxyType({key: Text(**both) for key, both in _SENTENCES.items()})

IN_SCRIPT = (
    "filter.collapse", "filter.expand", "map.cut", "map.enter", "map.here", "map.leave", "row.no_plate", "row.no_roads",
    "table.count", "unit.km", "unit.m",
)  # fmt: skip
"""What the script says; the templates say the rest."""


def say(key: str, lang: str, **values: object) -> str:
    """Return a sentence with its values put in; KeyError for one that there is not."""
    sentence = PHRASES[key].of(lang)
    return sentence.format(**values) if values else sentence
