"""Plates of records as they may be shown."""

from enterprises.loads import Loads
from truckban.report.masking import Masker, masked


class Shown:
    """Plates as they may be shown, and a number for each vehicle that stands for it in every file."""

    def __init__(self, found: Loads, *, plates: bool) -> None:
        """Take the plates of the records; `plates` shows them in full."""
        texts = found.records.plate.texts
        self.full = plates
        self.masker = Masker(texts)
        self.plates = texts if plates else [masked(text) for text in texts]
        order = {text: number for number, text in enumerate(sorted(texts), start=1)}
        self.vehicles = [f"v{order[text]:06d}" for text in texts]
        self.place = {text: place for place, text in enumerate(texts)}

    def text(self, text: str) -> str:
        """Return a name or number, masked as a whole where it holds a plate."""
        return text if self.full else self.masker.name(text)

    def sentence(self, text: str) -> str:
        """Return a sentence with the plates in it masked."""
        return text if self.full else self.masker.text(text)
