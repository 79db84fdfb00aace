"""Visits: stops of trucks at sites, with arrival, departure and how sure it is that they were there."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt

from enterprises.places import Places
from enterprises.stops import UNKNOWN, Floats, Index, Stops

MIN_S = 600.0
"""Shorter stays load nothing: a truck-load of gravel takes ten minutes from gate to gate."""
ERROR_M = 10.0
"""How far off the middle of a parked truck's fixes may be on each axis (one standard deviation), however little they scatter."""
SURE = 0.9
MERGE_S = 900.0
"""Stops at one site that are no further apart are one visit: scales, queue and loader."""
Certainty = Literal["inside", "unsure", "ambiguous"]
CERTAINTIES: tuple[Certainty, ...] = ("inside", "unsure", "ambiguous")
_OUTSIDE, _INSIDE, _UNSURE, _AMBIGUOUS = -1, 0, 1, 2


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay at a site.

    Attributes:
        vehicle_id: whose.
        plate: where it is known.
        enterprise: the enterprise's id; None where the stay is `ambiguous`.
        site: the site's id; likewise.
        arrived_s: seconds since 1970-01-01 UTC.
        left_s: likewise.
        certainty: `inside`; `unsure` where the receiver's error leaves it open, with the nearest site; `ambiguous` within the
            sites of several enterprises.
        probability: of standing within the site, of the surest stop.
        margin_m: how far inside its border, less than 0 outside.
        others: enterprises at whose sites it may have been instead.
        stops: how many stops were joined.
        load_before: `enterprises.stops.EMPTY`, `HALF` or `FULL` as it came, None where the terminal does not say.
        load_after: as it went.
        silent_s: the longest silence in it.
        came_unseen: whether it may have come earlier: nothing is known of the time before.
        left_unseen: likewise, whether it may have stayed longer.
    """

    vehicle_id: str
    plate: str | None
    enterprise: str | None
    site: str | None
    arrived_s: float
    left_s: float
    certainty: Certainty = "inside"
    probability: float = 1.0
    margin_m: float = 0.0
    others: tuple[str, ...] = ()
    stops: int = 1
    load_before: int | None = None
    load_after: int | None = None
    silent_s: float = 0.0
    came_unseen: bool = False
    left_unseen: bool = False

    @property
    def sure(self) -> bool:
        """Whether the enterprise is beyond doubt."""
        return self.certainty == "inside"


@dataclass(frozen=True, slots=True)
class Visited:
    """Visits, and what became of every stop.

    Attributes:
        visits: in order of vehicle and time.
        counts: `stops` = `repeated` + `outside` + `too_short` + `inside` + `unsure` + `ambiguous`, and `visits` by certainty.
    """

    visits: list[Visit]
    counts: Mapping[str, int | Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class _Located:
    """Of each stop: its state, the deepest place (-1 for none), how deep, the standard deviation of that."""

    state: npt.NDArray[np.int8]
    place: Index
    margin_m: Floats
    error_m: Floats
    others: Mapping[int, frozenset[str]]


def visits_of(
    stops: Stops,
    places: Places,
    *,
    plates: Mapping[str, str | None] | None = None,
    min_s: float = MIN_S,
    error_m: float = ERROR_M,
    sure: float = SURE,
    merge_s: float = MERGE_S,
) -> Visited:
    """Return the visits among stops, whatever their order.

    Args:
        stops: in any order.
        places: sites.
        plates: by vehicle id.
        min_s: a visit is at least so long.
        error_m: one standard deviation of where a truck stood; the stop's own spread where that is more.
        sure: a stop is inside from this probability on, and outside up to one minus it; between them it is unsure.
        merge_s: stops at one site with no more between them, and no other stop, are one visit.
    """
    if not 0.5 < sure < 1 or error_m <= 0:  # noqa: PLR2004 - a probability
        message = "sure is a probability between a half and one, error_m more than 0"
        raise ValueError(message)
    given, stops = len(stops), stops.in_order()
    at = _located(stops, places, error_m, sure)
    first = _groups(stops, at, merge_s)
    group = np.cumsum(first) - 1
    begin = np.flatnonzero(first)
    count = np.diff(np.append(begin, len(stops)))
    left_s = np.maximum.reduceat(stops.end_s, begin) if len(begin) else np.empty(0)
    # the surest stop speaks for the visit
    best = np.lexsort((at.margin_m / at.error_m * -1.0, at.state, group))[begin] if len(begin) else begin
    long = (at.place[begin] >= 0) & (left_s - stops.start_s[begin] >= min_s)
    state = np.where(at.place[begin] < 0, _OUTSIDE, at.state[best])
    visits = _visits(stops, at, places, plates or {}, np.column_stack([begin, begin + count - 1, best])[long])
    kinds: dict[str, int] = {name: int(count[long & (state == n)].sum()) for n, name in enumerate(CERTAINTIES)}
    visit_kinds = [visit.certainty for visit in visits]
    return Visited(
        visits,
        {
            "stops": given,
            "repeated": given - len(stops),
            "outside": int(count[state == _OUTSIDE].sum()),
            "too_short": int(count[(state != _OUTSIDE) & ~long].sum()),
            **kinds,
            "visits": {"all": len(visits), **{name: visit_kinds.count(name) for name in CERTAINTIES}},
        },
    )


def _located(stops: Stops, places: Places, error_m: float, sure: float) -> _Located:
    n = len(stops)
    error = np.maximum(stops.spread_m, error_m)
    z = NormalDist().inv_cdf(sure)
    stop, place, margin = places.margins(stops.lon, stops.lat, float(z * error.max(initial=error_m)))
    near = margin > -z * error[stop]
    stop, place, margin = stop[near], place[near], margin[near]
    state = np.full(n, _OUTSIDE, np.int8)
    best = np.full(n, -1, np.intp)
    deep = np.full(n, -np.inf)
    lead = np.flatnonzero(np.diff(stop, prepend=-1))
    best[stop[lead]], deep[stop[lead]] = place[lead], margin[lead]
    certain = margin >= z * error[stop]
    state[stop[lead]] = np.where(certain[lead], _INSIDE, _UNSURE)
    owners = [one.owner or one.id for one in places.all]
    whose = np.unique(owners, return_inverse=True)[1] if owners else np.empty(0, np.intp)
    other = whose[place] != whose[best[stop]]
    state[stop[other & certain]] = _AMBIGUOUS
    others: dict[int, frozenset[str]] = {}
    for k in np.flatnonzero(other).tolist():
        others[int(stop[k])] = others.get(int(stop[k]), frozenset()) | {owners[place[k]]}
    return _Located(state, best, deep, error, others)


def _groups(stops: Stops, at: _Located, merge_s: float) -> npt.NDArray[np.bool_]:
    """Return of each stop whether it begins a group; a stop outside is a group of its own."""
    first = np.ones(len(stops), np.bool_)
    if len(stops):
        ambiguous = at.state == _AMBIGUOUS
        first[1:] = (
            (np.diff(stops.vehicle) != 0)
            | (np.diff(at.place) != 0)
            | (at.place[1:] < 0)
            | np.diff(ambiguous)
            | (stops.start_s[1:] - stops.end_s[:-1] > merge_s)
        )
    return first


def _visits(stops: Stops, at: _Located, places: Places, plates: Mapping[str, str | None], rows: Index) -> list[Visit]:
    """Return the visits of groups, given by their first, last and surest stops, shape (visits, 3)."""
    found = []
    begin, end, best = rows.T if len(rows) else (np.empty(0, np.intp),) * 3
    left_s, silent_s = (
        [float(column[a : b + 1].max()) for a, b in zip(begin.tolist(), end.tolist(), strict=True)]
        for column in (stops.end_s, stops.silent_s)
    )
    depth = (at.margin_m / at.error_m)[best]
    columns = zip(
        begin.tolist(),
        end.tolist(),
        best.tolist(),
        left_s,
        silent_s,
        [0.5 * (1 + math.erf(z / math.sqrt(2))) for z in depth.tolist()],
        strict=True,
    )
    for a, b, k, left, silent, probability in columns:
        place = places.all[at.place[k]]
        state = int(at.state[k])
        ambiguous = state == _AMBIGUOUS
        owner = place.owner or place.id
        more = frozenset[str]().union(*(at.others.get(n, frozenset()) for n in range(a, b + 1)))
        name = stops.vehicle_ids[stops.vehicle[a]]
        found.append(
            Visit(
                vehicle_id=name,
                plate=plates.get(name),
                enterprise=None if ambiguous else owner,
                site=None if ambiguous else place.id,
                arrived_s=float(stops.start_s[a]),
                left_s=left,
                certainty=CERTAINTIES[state],
                probability=round(probability, 4),
                margin_m=round(float(at.margin_m[k]), 1),
                others=tuple(sorted(more | {owner} if ambiguous else more - {owner})),
                stops=b - a + 1,
                load_before=_load(stops.load_before[a]),
                load_after=_load(stops.load_after[b]),
                silent_s=silent,
                came_unseen=bool(stops.came_unseen[a]),
                left_unseen=bool(stops.left_unseen[b]),
            )
        )
    return found


def _load(said: np.int8) -> int | None:
    return None if said == UNKNOWN else int(said)


def visits_by_vehicle(visits: Sequence[Visit]) -> dict[str, list[Visit]]:
    """Return the visits of each vehicle in order of time."""
    found: dict[str, list[Visit]] = {}
    for visit in sorted(visits, key=lambda one: (one.vehicle_id, one.arrived_s, one.left_s)):
        found.setdefault(visit.vehicle_id, []).append(visit)
    return found
