"""Sentences in the interface's two languages, and the error that carries one to the place that can be put right.

The twins of these few lines stand in `zones`: neither package may import the other, and what they share is too
little for a third one.
"""

from typing import NamedTuple


class Text(NamedTuple):
    """One sentence for a person, Chinese first, English second."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """Return the sentence in `lang` (`zh` or `en`; anything else is English)."""
        return self.zh if lang == "zh" else self.en


class EnterpriseError(ValueError):
    """Something that was handed in cannot be used.

    Args:
        text: the sentence for a person, in both languages.
        file: the file it stands in, as the caller named it.
        line: the line, counted from 1.
        field: the column, key or dotted path.
    """

    def __init__(
        self, text: Text, *, file: str | None = None, line: int | None = None, field: str | None = None
    ) -> None:
        """Keep the parts; `str()` gives the English sentence with its place."""
        self.text = text
        self.file = file
        self.line = line
        self.field = field
        super().__init__(self.say("en"))

    def say(self, lang: str) -> str:
        """Return `file:line: field: sentence` with the parts that are known."""
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        return ": ".join(part for part in (place, self.field, self.text.of(lang)) if part)
