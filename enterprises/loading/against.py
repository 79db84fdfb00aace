"""Records held against visits: which record no visit explains, and which visit left no record."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from enterprises.visits import Visit


class Loading(NamedTuple):
    """What of a record is compared: the plate in the visits' spelling, the enterprise's id (None: unknown), seconds since 1970."""

    plate: str
    enterprise: str | None
    at_s: float


@dataclass(frozen=True, slots=True)
class Compared:
    """Places in the lists that were handed in.

    Every record is in one of `pairs`, `more`, `records_alone`, `records_nowhere`; every visit in one of `pairs`, `visits_alone`,
    `visits_not_asked`, `visits_nowhere`.

    Attributes:
        pairs: `(record, visit)`; as many as can be, no record and no visit twice.
        more: `(record, visit)`: further records within a visit that has its own.
        records_alone: records within no visit.
        records_perhaps: those of them within a visit that may have been at another enterprise.
        records_nowhere: records whose enterprise is unknown, which no visit can be compared with.
        visits_alone: visits with no record, of vehicles that must have one.
        visits_perhaps: those of them that may be explained: it is not sure that the vehicle was there, or a record without a known
            enterprise is of that vehicle and time.
        visits_not_asked: visits without a record, of vehicles that need none.
        visits_nowhere: visits without a plate, or at one of several enterprises.
    """

    pairs: tuple[tuple[int, int], ...]
    more: tuple[tuple[int, int], ...]
    records_alone: tuple[int, ...]
    records_perhaps: tuple[int, ...]
    records_nowhere: tuple[int, ...]
    visits_alone: tuple[int, ...]
    visits_perhaps: tuple[int, ...]
    visits_not_asked: tuple[int, ...]
    visits_nowhere: tuple[int, ...]


def against_visits(
    records: Sequence[Loading],
    visits: Sequence["Visit"],
    within_s: float,
    *,
    heavy: Callable[["Visit"], bool | None] | None = None,
) -> Compared:
    """Compare records with visits of the same vehicle at the same enterprise.

    A record belongs to a visit if it lies between `within_s` seconds before the arrival and `within_s` after the departure, both
    included. Each visit needs a record of its own: a slip at the border of two visits serves one of them, and so that as many visits as
    possible are served.

    Args:
        records: weighings or slips.
        visits: stays of vehicles at enterprises.
        within_s: the time allowed.
        heavy: whether a visit's vehicle must have a record; where that is unknown (None) it is asked for one. Every vehicle, unless said.

    Raises:
        ValueError: `within_s` is negative or no number.
    """
    if not within_s >= 0:
        raise ValueError("within_s: seconds, 0 or more")
    by_place, nowhere, unsure = _sorted_out(records, visits)
    pairs: list[tuple[int, int]] = []
    more: list[tuple[int, int]] = []
    alone: list[int] = []
    unserved: list[int] = []
    for own_records, own_visits in by_place.values():
        found = _paired(records, visits, own_records, own_visits, within_s)
        paired, served = {record for record, _ in found}, {visit for _, visit in found}
        pairs += found
        unserved += [visit for visit in own_visits if visit not in served]
        for place in (one for one in own_records if one not in paired):
            around = next((one for one in own_visits if _holds(visits[one], records[place].at_s, within_s)), None)
            if around is None:
                alone.append(place)
            else:
                more.append((place, around))
    asked = sorted(place for place in unserved if heavy is None or heavy(visits[place]) is not False)
    return Compared(
        pairs=tuple(sorted(pairs)),
        more=tuple(sorted(more)),
        records_alone=tuple(sorted(alone)),
        records_perhaps=tuple(
            place
            for place in sorted(alone)
            if _maybe_elsewhere(records[place], [visits[one] for one in unsure[records[place].plate]], within_s)
        ),
        records_nowhere=tuple(place for place, record in enumerate(records) if record.enterprise is None),
        visits_alone=tuple(asked),
        visits_perhaps=tuple(
            place for place in asked if not visits[place].sure or _any_within(nowhere, visits[place], within_s)
        ),
        visits_not_asked=tuple(sorted(set(unserved) - set(asked))),
        visits_nowhere=tuple(place for place, visit in enumerate(visits) if None in (visit.plate, visit.enterprise)),
    )


_Own = tuple[list[int], list[int]]


def _sorted_out(
    records: Sequence[Loading], visits: Sequence["Visit"]
) -> tuple[dict[tuple[str, str], _Own], dict[str, list[float]], dict[str, list[int]]]:
    """Return records and visits of one vehicle at one enterprise; by plate, records without enterprise and unsure visits."""
    by_place: dict[tuple[str, str], _Own] = defaultdict(lambda: ([], []))
    nowhere: dict[str, list[float]] = defaultdict(list)
    unsure: dict[str, list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        if record.enterprise is None:
            nowhere[record.plate].append(record.at_s)
        else:
            by_place[record.plate, record.enterprise][0].append(place)
    for times in nowhere.values():
        times.sort()
    for place, visit in enumerate(visits):
        if visit.plate is None:
            continue
        if visit.enterprise is not None:
            by_place[visit.plate, visit.enterprise][1].append(place)
        if visit.others:
            unsure[visit.plate].append(place)
    return by_place, nowhere, unsure


def _maybe_elsewhere(record: Loading, unsure: Sequence["Visit"], within_s: float) -> bool:
    return any(record.enterprise in visit.others and _holds(visit, record.at_s, within_s) for visit in unsure)


def _holds(visit: "Visit", at_s: float, within_s: float) -> bool:
    return visit.arrived_s - within_s <= at_s <= visit.left_s + within_s


def _any_within(times_of: Mapping[str, list[float]], visit: "Visit", within_s: float) -> bool:
    times = times_of.get(visit.plate or "", [])
    place = bisect_left(times, visit.arrived_s - within_s)
    return place < len(times) and times[place] <= visit.left_s + within_s


def _paired(
    records: Sequence[Loading],
    visits: Sequence["Visit"],
    own_records: list[int],
    own_visits: list[int],
    within_s: float,
) -> list[tuple[int, int]]:
    """Return as many pairs as can be: each record in turn goes to the visit around it that ends first (Glover 1967)."""
    coming = sorted(own_visits, key=lambda place: (visits[place].arrived_s, visits[place].left_s, place), reverse=True)
    open_: list[tuple[float, float, int]] = []
    found = []
    for record in sorted(own_records, key=lambda place: (records[place].at_s, place)):
        at = records[record].at_s
        while coming and visits[coming[-1]].arrived_s - within_s <= at:
            visit = coming.pop()
            heappush(open_, (visits[visit].left_s, visits[visit].arrived_s, visit))
        while open_ and open_[0][0] + within_s < at:
            heappop(open_)
        if open_:
            found.append((record, heappop(open_)[2]))
    return found
