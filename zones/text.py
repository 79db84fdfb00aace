"""A sentence in the interface's two languages."""

from typing import NamedTuple


class Text(NamedTuple):
    """One sentence for a person, Chinese first, English second."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """Return the sentence in `lang` (`zh` or `en`; anything else is English)."""
        return self.zh if lang == "zh" else self.en
