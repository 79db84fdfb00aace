"""Number plates and whatever holds one, masked: the page is passed around, the leads' files have the plates in full."""

import re
from collections.abc import Iterable

from truckban.vehicles.plates import ENDINGS, PROVINCES
from truckban.vehicles.terms import normalise

_BETWEEN = r"[\s·•‧∙⋅・･._\-‐‑–—]{0,3}"
_SERIAL = rf"[A-Za-z0-9](?:{_BETWEEN}[A-Za-z0-9]){{3,6}}"
_LIKE_A_PLATE = re.compile(rf"(?:[{PROVINCES}使]{_BETWEEN}[A-Za-z0-9]|WJ){_BETWEEN}{_SERIAL}(?:{'|'.join(ENDINGS)})?")
_PLAIN = re.compile(r"[\W_]+")
_TAIL = 6
"""The office's letter and the serial number: so many characters give a plate away, whatever the province."""


def masked(plate: str) -> str:
    """Return a plate's first two and last two characters."""
    return f"{plate[:2]}***{plate[-2:]}"


class Masker:
    """Masks plates wherever they turn up: in vehicle ids, file names and messages."""

    def __init__(self, plates: Iterable[str | None]) -> None:
        """Take the plates that are known; what only looks like one is masked too."""
        known = {plain for plate in set(plates) if plate and len(plain := _plain(plate)) >= _TAIL}
        self._tails = {tail for plate in known for tail in (plate, plate[1:]) if len(tail) >= _TAIL}
        self._lengths = {len(tail) for tail in self._tails}

    def name(self, text: str) -> str:
        """Return a vehicle's id, masked as a whole where it is a plate or holds most of one."""
        plain = _plain(text)
        held = any(plain[k : k + n] in self._tails for n in self._lengths for k in range(len(plain) - n + 1))
        return masked(plain) if held else self.text(text)

    def text(self, text: str) -> str:
        """Return a text with all that looks like a plate masked."""
        return _LIKE_A_PLATE.sub(lambda found: masked(_plain(found[0])), text)


def _plain(text: str) -> str:
    return _PLAIN.sub("", normalise(text)).upper()
