"""A quick look at a name: could any listed trade name be near it at all?

It lets through every name that `names.Matcher` finds something for by its trade name, and some more: two characters side by side
(with one between them for trade names of three and more) that are, look like or sound like two of one listed trade name.
"""

from collections.abc import Iterable

from enterprises.naming.normal import looked_alike
from enterprises.naming.sounds import readings

_SHORT = 2
_MOST_KEPT = 500_000


class Sieve:
    """Knows the characters of all listed trade names by their sound."""

    def __init__(self, brands: Iterable[str]) -> None:
        """Take the trade names, normal."""
        self._places: dict[str, set[tuple[int, int]]] = {}
        self._short: set[int] = set()
        self._all = False
        for number, brand in enumerate(sorted({looked_alike(brand) for brand in brands})):
            self._all |= len(brand) < _SHORT
            if len(brand) <= _SHORT:
                self._short.add(number)
            for place, character in enumerate(brand):
                for syllable in readings(character):
                    self._places.setdefault(syllable, set()).add((number, place))
        self._met: dict[str, frozenset[tuple[int, int]]] = {}
        self._pairs: dict[str, bool] = {}

    def passes(self, text: str) -> bool:
        """Tell whether a normal name has two characters of a listed trade name close together."""
        if self._all:
            return True
        pairs = self._pairs
        for place in range(len(text) - 1):
            three = text[place : place + 3]
            found = pairs.get(three)
            if found is None:
                if len(pairs) > _MOST_KEPT:
                    pairs.clear()
                found = pairs[three] = self._near(three[0], three[1], apart=False) or (
                    len(three) > _SHORT and self._near(three[0], three[2], apart=True)
                )
            if found:
                return True
        return False

    def _near(self, first: str, second: str, *, apart: bool) -> bool:
        ours, theirs = self._of(first), self._of(second)
        return any(
            number == other and place != elsewhere and not (apart and number in self._short)
            for number, place in ours
            for other, elsewhere in theirs
        )

    def _of(self, character: str) -> frozenset[tuple[int, int]]:
        """Return the places in trade names with a character that sounds like this one, or like what it was misread from."""
        found = self._met.get(character)
        if found is None:
            syllables = {*readings(character), *readings(looked_alike(character))}
            found = frozenset().union(*(self._places.get(syllable, frozenset()) for syllable in syllables))
            self._met[character] = found
        return found
