"""When each stretch of street may be driven: notices and permits over a span of days."""

import datetime as dt
import math
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from truckban.advice import change_seconds
from truckban.columns import Questions, decide_columns
from truckban.kinds import Kinds
from truckban.logic import FALSE, Coded
from truckban.moments import instant_of, local
from truckban.norms import Notice
from truckban.permits import Permit, PermitList
from truckban.trips.rules import Found, Judged, Rule, by_rule
from truckban.zone_parts import on_the_maps
from zones.locate import Locator
from zones.routing.ground import TripStreets

Trits = npt.NDArray[np.int8]
Instants = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Timetable:
    """Verdicts over a horizon.

    Attributes:
        instants: seconds since 1970-01-01 UTC from which a column holds, shape (n,), rising.
        trits: 1 prohibited, -1 allowed, 0 undetermined, shape (kinds, n).
        kind: for each edge, its row.
    """

    instants: Instants
    trits: Trits
    kind: npt.NDArray[np.int32]

    @cached_property
    def begins(self) -> list[int]:
        """The instants as plain numbers: a plan asks for thousands of columns."""
        begins: list[int] = self.instants.tolist()
        return begins

    @cached_property
    def rows(self) -> list[list[int]]:
        """The verdicts of each kind as plain numbers."""
        rows: list[list[int]] = self.trits.tolist()
        return rows

    @cached_property
    def _spells(self) -> dict[tuple[int, float], list[tuple[float, float]]]:
        return {}

    def column(self, at_s: float) -> int:
        """Return the column that an instant lies in."""
        return max(bisect_right(self.begins, math.floor(at_s)) - 1, 0)

    def of_edge(self, edge: int) -> list[int]:
        """Return the verdicts of an edge, one for each column."""
        return self.rows[self.kind[edge]]

    def lawful_spells(self, kind: int, margin_s: float) -> list[tuple[float, float]]:
        """Return when a kind is allowed, each spell shorter by a margin where it borders on one that is not.

        What is allowed all through the horizon is allowed for ever; else nothing is known beyond it.
        """
        if (kind, margin_s) not in self._spells:
            self._spells[kind, margin_s] = self._lawful(kind, margin_s)
        return self._spells[kind, margin_s]

    def _lawful(self, kind: int, margin_s: float) -> list[tuple[float, float]]:
        lawful = self.trits[kind] == FALSE
        if lawful.all():
            return [(-np.inf, np.inf)]
        edges = np.flatnonzero(np.diff(np.concatenate([[0], lawful.astype(np.int8), [0]])))
        spells = []
        for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            low = float(self.instants[begin]) + (margin_s if begin else 0.0)
            # the last column is the end of the horizon
            high = float(self.instants[end]) - margin_s if end < len(self.instants) else float(self.instants[-1])
            if high > low:
                spells.append((low, high))
        return spells


class _Spot(NamedTuple):
    """What decides about an edge under one rule.

    Attributes:
        found: what the rule's maps say: place, and the boundary road's index.
        name: of the street, where a permit names it.
        covered: the permits in whose area the edge lies.
    """

    found: Found
    name: str | None
    covered: frozenset[Permit]


def timetable(judged: Judged, streets: TripStreets, low_s: float, high_s: float) -> Timetable:
    """Return when each edge may be driven between two instants (seconds since 1970-01-01 UTC)."""
    spots, kind = _spots(judged, streets)
    columns = []
    for number in range(len(judged.rules)):
        own = list(dict.fromkeys(row[number] for row in spots))
        at, trits = _days(judged, number, own, low_s, high_s)
        columns.append((at, trits[[own.index(row[number]) for row in spots]]))
    edges = np.concatenate([at for at, _ in columns])
    ends = np.array([np.floor(low_s), np.ceil(high_s)])
    instants = np.unique(np.concatenate([edges[(edges > low_s) & (edges < high_s)], ends])).astype(np.int64)
    # one ban is enough; one open question is enough where there is none
    each = [trits[:, np.searchsorted(at, instants, side="right") - 1] for at, trits in columns]
    worst: Trits = np.stack(each).max(axis=0)
    return Timetable(instants, worst, kind)


def _spots(judged: Judged, streets: TripStreets) -> tuple[list[tuple[_Spot, ...]], npt.NDArray[np.int32]]:
    """Return what decides about edges, one for each rule, and the kind (index) of each edge."""
    named = tuple(frozenset().union(*(permit.roads or () for permit in own.permits)) for own in judged.permits)
    distinct, of_street = _of_streets(streets, judged.rules, named)
    within, kind = _areas(judged, streets, of_street)
    spots = [tuple(_Spot(found, name, covered) for found, name in distinct[base]) for base, covered in within]
    return spots, kind


@lru_cache(maxsize=64)
def _of_streets(
    streets: TripStreets, rules: tuple[Rule, ...], named: tuple[frozenset[str], ...]
) -> tuple[list[tuple[tuple[Found, str | None], ...]], npt.NDArray[np.int32]]:
    """Return what rules can tell apart of streets, with the names that permits name, and which of these each street is."""
    keys: dict[tuple[tuple[Found, str | None], ...], int] = {}
    of_stretch = [
        keys.setdefault(
            tuple(
                (found, _named(rule, stretch.name, names))
                for rule, found, names in zip(rules, by_rule(rules, stretch.places), named, strict=True)
            ),
            len(keys),
        )
        for stretch in streets.stretches
    ]
    return list(keys), np.array(of_stretch, np.int32)[streets.stretch]


def _named(rule: Rule, name: str | None, names: frozenset[str]) -> str | None:
    if not names or name is None:
        return None
    written = rule.shelf.first.road_name(name)
    return written if written in names else None


def _areas(
    judged: Judged, streets: TripStreets, kind: npt.NDArray[np.int32]
) -> tuple[list[tuple[int, frozenset[Permit]]], npt.NDArray[np.int32]]:
    """Return kinds told apart by the permits in whose area an edge lies wholly, and the kind of each edge."""
    areas = {permit: permit.area for own in judged.permits for permit in own.permits if permit.area is not None}
    covers: list[frozenset[Permit]] = [frozenset()] * len(kind)
    for permit, drawn in areas.items():
        area = streets.graph.plane.to_xy(drawn)
        shapely.prepare(area)
        for edge in np.flatnonzero(shapely.covers(area, streets.lines)[streets.real]).tolist():
            covers[edge] |= {permit}
    if not areas:
        return [(base, frozenset()) for base in range(int(kind.max()) + 1)], kind
    numbers: dict[tuple[int, frozenset[Permit]], int] = {}
    of_edge = [numbers.setdefault(pair, len(numbers)) for pair in zip(kind.tolist(), covers, strict=True)]
    return list(numbers), np.array(of_edge, np.int32)


def _days(judged: Judged, number: int, spots: Sequence[_Spot], low_s: float, high_s: float) -> tuple[Instants, Trits]:
    """Return the instants at which a rule's verdicts can change, from the midnight before, and its verdicts from each on."""
    rule = judged.rules[number]
    zone = rule.shelf.first.pack.timezone
    first, last = (local(dt.datetime.fromtimestamp(s, tz=dt.UTC), zone)[0] for s in (low_s, high_s))
    at: list[int] = []
    blocks: list[Trits] = []
    for notice, days in _by_notice(rule, first, last):
        edges = tuple(change_seconds(notice, PermitList(_own(judged, number, notice))))
        at += [_second(day, edge, zone) for day in days for edge in edges]
        blocks.append(_block(judged, number, notice, spots, days, edges))
    # where a clock is set back a later edge comes first
    order = np.argsort(at, kind="stable")
    return np.array(at, np.int64)[order], np.concatenate(blocks, axis=1)[:, order]


def _by_notice(rule: Rule, first: int, last: int) -> list[tuple[Notice, list[int]]]:
    """Return the notices that answer for some days, each with its days."""
    if len(rule.shelf.notices) == 1:
        return [(rule.shelf.first, list(range(first, last + 1)))]
    found: list[tuple[Notice, list[int]]] = []
    for day in range(first, last + 1):
        notice = rule.shelf.on(dt.date.fromordinal(day))
        if found and found[-1][0] is notice:
            found[-1][1].append(day)
        else:
            found.append((notice, [day]))
    return found


@lru_cache(maxsize=65_536)
def _second(day: int, second: int, zone: str) -> int:
    return int(instant_of(day, second, zone).timestamp())


def _own(judged: Judged, number: int, notice: Notice) -> list[Permit]:
    """Return the permits that can be the vehicle's."""
    plate = judged.facts(notice).plate
    return [permit for permit in judged.permits[number].permits if plate is None or permit.plate == plate]


@lru_cache(maxsize=64)
def _kinds(notice: Notice) -> Kinds:
    return Kinds(notice)


class _Known:
    """Verdicts of days, of vehicles that a notice takes for the same: asked again and again, and always the same."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._days: OrderedDict[Hashable, tuple[int, ...]] = OrderedDict()

    def get(self, key: Hashable) -> tuple[int, ...] | None:
        return self._days.get(key)

    def put(self, key: Hashable, trits: tuple[int, ...]) -> None:
        self._days[key] = trits
        while len(self._days) > self._most:
            self._days.popitem(last=False)


# a notice or zone that is no longer in force is let go, with all that was decided by it
@lru_cache(maxsize=16)
def _known(_notice: Notice, _ground: Locator | None) -> _Known:
    return _Known(most=50_000)


def _block(
    judged: Judged, number: int, notice: Notice, spots: Sequence[_Spot], days: Sequence[int], edges: tuple[int, ...]
) -> Trits:
    """Return the verdicts at each spot from each edge of each day on, shape (spots, days x edges)."""
    vehicle = judged.facts(notice)
    kind = _kinds(notice).of(vehicle)
    ground, alerts = judged.rules[number].ground, judged.alerts
    own = _own(judged, number, notice)
    # whose a permit is has been settled, or is not known
    plate = vehicle.plate if own else None
    on_spot = {covered: tuple(_on_spot(p, covered) for p in own) for covered in {spot.covered for spot in spots}}
    keys = [
        [(kind, plate, spot.found, spot.name, on_spot[spot.covered], alerts, edges, day) for day in days]
        for spot in spots
    ]
    known = _known(notice, ground)
    found = [[known.get(key) for key in line] for line in keys]
    lacking = [(row, column) for row, line in enumerate(found) for column, trits in enumerate(line) if trits is None]
    for covered, permits in on_spot.items():
        asked = [(row, column) for row, column in lacking if spots[row].covered == covered]
        if asked:
            cases = [(spots[row], days[column]) for row, column in asked]
            for (row, column), trits in zip(
                asked, _decided(judged, number, notice, cases, edges, permits), strict=True
            ):
                known.put(keys[row][column], trits)
                found[row][column] = trits
    return np.array(found, np.int8).reshape(len(spots), len(days) * len(edges))


def _on_spot(permit: Permit, covered: frozenset[Permit]) -> Permit:
    """Return a permit as it stands where its area is known to hold or not."""
    if permit.area is None:
        return permit
    return (
        replace(permit, area=None, roads=None)
        if permit in covered
        else replace(permit, area=None, roads=permit.roads or frozenset())
    )


def _decided(
    judged: Judged,
    number: int,
    notice: Notice,
    cases: Sequence[tuple[_Spot, int]],
    edges: tuple[int, ...],
    permits: tuple[Permit, ...],
) -> list[tuple[int, ...]]:
    """Return the verdicts from each edge of a day on, for spots and days."""
    ground, zone = judged.rules[number].ground, notice.pack.timezone
    masks = {spot.found: on_the_maps(notice, ground, spot.found).masks for spot, _ in cases}
    rows = np.repeat(np.arange(len(cases)), len(edges))
    roads = [frozenset() if spot.name is None else frozenset({spot.name}) for spot, _ in cases]
    nowhere = np.full(len(rows), np.nan)
    questions = Questions(
        vehicles=[judged.facts(notice)],
        vehicle=np.zeros(len(rows), np.intp),
        at_s=np.array([_second(day, edge, zone) for _, day in cases for edge in edges], np.int64),
        zones={name: np.array([masks[spot.found][name] for spot, _ in cases], np.int64)[rows] for name in notice.zones},
        roads=Coded(rows, roads),
        lon=nowhere,
        lat=nowhere,
        permits=PermitList(permits),
        alerts=judged.alerts,
    )
    trits = decide_columns(notice, questions).reshape(len(cases), len(edges))
    return [tuple(line) for line in trits.tolist()]
