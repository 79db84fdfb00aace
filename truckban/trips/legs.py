"""A drive along one edge, and where on it a truck stands: not in a junction."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

# no stopping within 50 m of a junction, a bridge, a tunnel ... (道路交通安全法实施条例 art. 63 no. 2)
CLEAR_M = 50.0
STAND_S = 1.0


class Leg(NamedTuple):
    """A drive along (a part of) one edge: metres from its beginning, seconds since 1970-01-01 UTC."""

    edge: int
    from_m: float
    to_m: float
    entered: float
    left: float

    @property
    def length_m(self) -> float:
        """Metres driven."""
        return self.to_m - self.from_m


def clear_of_junctions(legs: Sequence[Leg]) -> Iterator[Leg]:
    """Yield legs with each stand 50 m before the end of its street; those metres are driven after it.

    A search lets a truck wait at the end of a street while the street is open: it can wait anywhere on it. A street of less than
    100 m has no place that far from both its junctions: the truck stands in its middle.
    """
    for number, leg in enumerate(legs):
        follows = legs[number + 1].entered if number + 1 < len(legs) else leg.left
        wait = follows - leg.left
        if wait < STAND_S:
            yield leg
            continue
        stop = leg.to_m - min(CLEAR_M, leg.length_m / 2)
        reached = leg.entered + (leg.left - leg.entered) * (stop - leg.from_m) / max(leg.length_m, 1e-9)
        yield leg._replace(to_m=stop, left=reached)
        yield leg._replace(from_m=stop, entered=reached + wait, left=follows)
