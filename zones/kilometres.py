"""Chainage: how far along its road a place is, as kilometre posts and notices write it (K764+000)."""

import re
import unicodedata

_CHAINAGE = re.compile(r"K?(?P<km>\d{1,4})(?:\+(?P<m>\d{1,3}(?:\.\d+)?)|(?P<part>\.\d+))?(?:KM|公里)?")


def metres_of(text: object) -> float | None:
    """Return the metres of a chainage, None where it is none.

    K764+500, K764, 764+500, 764.5, 764.5 km: kilometres, and metres after the plus sign. OSM's `distance` of a milestone
    is in kilometres unless it says otherwise (OSM wiki, Key:distance); other units are not read.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(text))).upper() if text is not None else ""
    match = _CHAINAGE.fullmatch(plain)
    if match is None:
        return None
    return 1000.0 * float(match["km"] + (match["part"] or "")) + float(match["m"] or 0)


def written(metres: float) -> str:
    """Return a chainage as notices write it: K764+000."""
    kilometres, rest = divmod(round(metres), 1000)
    return f"K{kilometres}+{rest:03d}"
