"""Sentences that name options of the command line, for people who have none."""

import re

from zones.text import Text

_OPTION = re.compile(r"(?<![\w-])--[a-z]")
_BREAKS = {"zh": re.compile("[；。：]"), "en": re.compile(r"[;:.] ")}


def without_options(text: Text) -> Text:
    """Return a sentence without the clause that names an option, and what follows it; whole where nothing would be left."""
    return Text(_cut(text.zh, "zh"), _cut(text.en, "en"))


def _cut(said: str, lang: str) -> str:
    option = _OPTION.search(said)
    if option is None:
        return said
    breaks = [each.start() for each in _BREAKS[lang].finditer(said, 0, option.start())]
    return said[: breaks[-1]] if breaks and breaks[-1] else said
