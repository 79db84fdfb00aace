"""The time strip: which minutes are banned where, and where the trip and each way instead are in those minutes.

A row is a kind of place: streets that the notices treat alike. In it the banned minutes are hatched, and each way has a lane: a bar
while it is there. All is in percent of the strip's width.
"""

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from truckban.hours import DAY_S
from truckban.moments import instant_of, local
from truckban.trips.model import Plan
from truckban.trips.rules import WORST, Judged
from truckban.trips.timetable import Timetable, timetable
from truckban.trips.ways import Way, instant
from zones.locate import Place
from zones.routing.ground import TripStreets

_APART_S = 1800.0
"""Ways further apart than this are drawn in strips of their own."""
_STRIPS_AT_MOST = 4
_LEAST_PAD_S = 600.0
_PAD = 0.15
_TICKS_AT_MOST = 7
_STEPS_S = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, DAY_S, 2 * DAY_S)
_STRICTEST = (Place.INSIDE, Place.UNSURE, Place.BOUNDARY_ROAD, Place.CARVE_OUT, Place.OUTSIDE)
_STAND_S = 1.0
_LATE, _LAST, _FIRST = 85.0, 94.0, 4.0
"""In percent: names after this stand before their bars; the first and the last tick are written within the strip."""

Spans = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Bar:
    """A span of a strip in percent, its class, and what it is."""

    left: float
    width: float
    kind: str
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Lane:
    """Where one way is in a row; `number` 0 is the trip as asked."""

    number: int
    bars: tuple[Bar, ...]

    @property
    def before(self) -> bool:
        """Whether its name stands before its bars: at the end of the strip there is no room for it."""
        return self.bars[-1].left + self.bars[-1].width > _LATE

    @property
    def named_at(self) -> float:
        """Where its name stands, in percent."""
        last = self.bars[-1]
        return self.bars[0].left if self.before else round(last.left + last.width, 3)


@dataclass(frozen=True, slots=True)
class Tick:
    """A time on the axis."""

    left: float
    text: str

    @property
    def kind(self) -> str:
        """How it is written, for the style."""
        return "last" if self.left > _LAST else "start" if self.left < _FIRST else ""


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of place.

    Attributes:
        place: the contract's word.
        roads: the streets of it that the ways use, the longest drive first.
        bans: banned minutes, and those that are undetermined.
        lanes: of the ways that use it.
    """

    place: str
    roads: tuple[str, ...]
    bans: tuple[Bar, ...]
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """A span of time.

    Attributes:
        span: from when to when.
        ticks: of its axis.
        rows: the strictest place first.
        numbers: the ways in it.
    """

    span: str
    ticks: tuple[Tick, ...]
    rows: tuple[Row, ...]
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Strips:
    """Strips around the ways, and one of whole days."""

    near: tuple[Strip, ...]
    days: Strip

    @property
    def bans(self) -> list[str]:
        """The kinds of spans in which driving is not lawful."""
        found = {ban.kind for row in self._rows for ban in row.bans}
        return [kind for kind in ("unlawful", "undetermined") if kind in found]

    @property
    def bars(self) -> list[str]:
        """The kinds of bars."""
        found = {bar.kind for row in self._rows for lane in row.lanes for bar in lane.bars}
        return [kind for kind in ("unlawful", "undetermined", "lawful", "alt", "stand") if kind in found]

    @property
    def _rows(self) -> list[Row]:
        return [row for strip in (*self.near, self.days) for row in strip.rows]


def strips_of(plan: Plan) -> Strips | None:
    """Return the strips of a plan; None where there is no way to draw."""
    if plan.way is None:
        return None
    ways = (plan.way, *(one.way for one in plan.alternatives))
    timezone = plan.trip.timezone
    first, last = min(way.departs for way in ways), max(way.arrives for way in ways)
    low = instant_of(local(instant(first), timezone)[0], 0, timezone).timestamp()
    high = instant_of(local(instant(last), timezone)[0] + 1, 0, timezone).timestamp()
    strips = _Strips(plan.trip.judged, ways, low, high, timezone)
    days = strips.strip(low, high)
    return Strips(tuple(strips.strip(*span) for span in strips.spans()), replace(days, rows=tuple(_telling(days.rows))))


def _telling(rows: Sequence[Row]) -> Iterator[Row]:
    """Yield the rows with bans, and those that show a way that is in none of these."""
    shown = {lane.number for row in rows if row.bans for lane in row.lanes}
    for row in rows:
        if row.bans or not {lane.number for lane in row.lanes} <= shown:
            yield row


@dataclass(frozen=True, eq=False)
class _Strips:
    judged: Judged
    ways: tuple[Way, ...]
    low: float
    high: float
    timezone: str

    @property
    def streets(self) -> TripStreets:
        return self.ways[0].streets

    @cached_property
    def table(self) -> Timetable:
        # what a strip shows at its edges lies within the horizon
        return timetable(self.judged, self.streets, self.low - DAY_S, self.high + DAY_S)

    @cached_property
    def groups(self) -> list[tuple[str, list[int]]]:
        """Kinds of streets that are of one place and banned at the same minutes, with the place; the strictest first."""
        streets, table = self.streets, self.table
        places: dict[int, set[Place]] = {}
        for kind, stretch in np.unique(np.column_stack([table.kind, streets.stretch]), axis=0).tolist():
            places.setdefault(kind, set()).update(place for place, _ in streets.stretches[stretch].places)
        together: dict[tuple[int, bytes], list[int]] = {}
        for kind, found in sorted(places.items()):
            rank = min(_STRICTEST.index(place) for place in found)
            together.setdefault((rank, table.trits[kind].tobytes()), []).append(kind)
        return [(_STRICTEST[rank].word, kinds) for (rank, _), kinds in sorted(together.items())]

    def spans(self) -> Spans:
        """Return the spans to be shown near: around the trip as asked first, then around ways at other times."""
        found: list[list[float]] = []
        for way in sorted(self.ways, key=lambda one: one.departs):
            if found and way.departs - found[-1][1] <= _APART_S:
                found[-1][1] = max(found[-1][1], way.arrives)
            else:
                found.append([way.departs, way.arrives])
        asked = self.ways[0].departs
        found.sort(key=lambda span: (not span[0] <= asked <= span[1], span[0]))
        return [self._padded(begin, end) for begin, end in found[:_STRIPS_AT_MOST]]

    def _padded(self, begin: float, end: float) -> tuple[float, float]:
        pad = max(_LEAST_PAD_S, _PAD * (end - begin))
        return (begin - pad) // 300 * 300, -(-(end + pad) // 300) * 300

    def strip(self, low: float, high: float) -> Strip:
        """Return the strip of a span."""
        shown = [number for number, way in enumerate(self.ways) if way.departs < high and way.arrives > low]
        rows = [row for place, kinds in self.groups if (row := self._row(place, kinds, (low, high), shown)) is not None]
        return Strip(
            self._span(low, high), tuple(self._ticks(low, high, days=high - low >= DAY_S)), tuple(rows), tuple(shown)
        )

    def _row(self, place: str, kinds: Sequence[int], span: tuple[float, float], shown: Sequence[int]) -> Row | None:
        """Return the row of a group; None where no way uses it and nothing is banned in it."""
        within = set(kinds)
        lanes = []
        metres: dict[str, float] = {}
        for number in shown:
            bars = tuple(self._bars(self.ways[number], within, span, number))
            if bars:
                lanes.append(Lane(number, bars))
            for leg in self.ways[number].legs:
                name = self.streets.name(leg.edge)
                if name is not None and int(self.table.kind[leg.edge]) in within:
                    metres[name] = max(metres.get(name, 0.0), leg.length_m)
        roads = sorted(metres, key=lambda name: -metres[name])
        bans = tuple(self._bans(kinds[0], *span))
        if not lanes and not bans:
            return None
        return Row(place, tuple(roads), bans, tuple(lanes))

    def _bans(self, kind: int, low: float, high: float) -> Iterator[Bar]:
        instants, trits = self.table.instants.tolist(), self.table.trits[kind].tolist()
        spells = itertools.groupby(zip(instants, [*instants[1:], np.inf], trits, strict=True), key=lambda one: one[2])
        for trit, group in spells:
            columns = list(group)
            begin, end = max(columns[0][0], low), min(columns[-1][1], high)
            if WORST[trit] != "lawful" and begin < end:
                yield self._bar(begin, end, (low, high), WORST[trit])

    def _bars(self, way: Way, kinds: set[int], span: tuple[float, float], number: int) -> Iterator[Bar]:
        """Yield the bars of a way while it is on streets of some kinds: the trip as asked by its verdicts; stands apart."""
        pieces: list[tuple[float, float, str]] = []
        for leg, then in itertools.zip_longest(way.legs, way.legs[1:]):
            row = int(self.table.kind[leg.edge])
            if row not in kinds:
                continue
            pieces += self._drives(row, leg.entered, leg.left) if number == 0 else [(leg.entered, leg.left, "alt")]
            if then is not None and then.entered - leg.left >= _STAND_S:
                pieces.append((leg.left, then.entered, "stand"))
        joined: list[tuple[float, float, str]] = []
        for begin, end, kind in pieces:
            if joined and joined[-1][2] == kind and begin - joined[-1][1] < _STAND_S:
                joined[-1] = (joined[-1][0], end, kind)
            else:
                joined.append((begin, end, kind))
        for begin, end, kind in joined:
            if begin < span[1] and end > span[0]:
                yield self._bar(max(begin, span[0]), min(end, span[1]), span, kind, seconds=True)

    def _drives(self, row: int, entered: float, left: float) -> Iterator[tuple[float, float, str]]:
        table, low = self.table, entered
        for column in range(table.column(entered), table.column(left) + 1):
            end = float(table.instants[column + 1]) if column + 1 < len(table.instants) else np.inf
            yield low, min(end, left), WORST[int(table.trits[row, column])]
            low = end

    def _bar(self, begin: float, end: float, span: tuple[float, float], kind: str, *, seconds: bool = False) -> Bar:
        low, high = span
        left, right = (100 * (at - low) / (high - low) for at in (begin, end))
        since, until = (self._clock(at, seconds=seconds) for at in (begin, end))
        # the end of a day is its 24th hour
        until = "24:00" if until == "00:00" else until
        return Bar(round(left, 3), round(right - left, 3), kind, since, until)

    def _ticks(self, low: float, high: float, *, days: bool) -> Iterator[Tick]:
        step = next((size for size in _STEPS_S if (high - low) / size <= _TICKS_AT_MOST), 7 * DAY_S)
        _, second = local(instant(low), self.timezone)
        at = low + (-second % step if step < DAY_S else -second % DAY_S)
        while at <= high:
            left = round(100 * (at - low) / (high - low), 3)
            _, second = local(instant(at), self.timezone)
            if days and second == 0 and high - low > DAY_S:
                date = dt.date.fromordinal(local(instant(at), self.timezone)[0])
                yield Tick(left, f"{date.month}-{date.day}")
            else:
                yield Tick(left, "24:00" if days and at == high else self._clock(at))
            at += step

    def _span(self, low: float, high: float) -> str:
        """Write a span; midnight at its end belongs to the day that it ends."""
        (day, _), (last, second) = (local(instant(at), self.timezone) for at in (low, high))
        end = self._clock(high) if second else "24:00"
        last -= second == 0
        there = f"{dt.date.fromordinal(last)} {end}" if last != day else end
        return f"{dt.date.fromordinal(day)} {self._clock(low)} – {there}"

    def _clock(self, at_s: float, *, seconds: bool = False) -> str:
        _, second = local(instant(round(at_s, 3)), self.timezone)
        return f"{second // 3600:02d}:{second % 3600 // 60:02d}" + (f":{second % 60:02d}" if seconds else "")
