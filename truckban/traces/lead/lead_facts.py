"""What an officer needs of a passage beside the verdict: how it came in and went out, how fast, how deep, what the probability rests on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely

from truckban.traces.fixes import Fixes
from truckban.traces.in_or_out.inside import LEAST_SIGMA_M, SIGMA_M
from truckban.traces.in_or_out.passages import Passage
from truckban.traces.lead.tracks import Floats, Ints, Tracks
from truckban.traces.sifting.near import depth_grid
from truckban.verdict import Verdict
from zones.depths import DepthGrid, exact_depths
from zones.entries import Entry, entries_of
from zones.locate import Locator
from zones.matching.compiled import FAST
from zones.zone import Zone

_GATE_M = 40.0
"""A crossing is at an entry of the zone that is no farther off; half of a wide boundary road lies between."""
_AT_BORDER_M = 30.0
"""A point that is no fix, and deeper inside than this, is not where the border was crossed."""
STEADY_S = 20.0
"""Over less than this a receiver's error makes speeds that nobody drove."""
_KMH = 3.6
_FEW = 2000
_WORTH_SAYING = 0.02

CROSSED = "crossed"
BEGAN_INSIDE, ENDED_INSIDE = "began_inside", "ended_inside"
WINDOW_OPENED, WINDOW_CLOSED = "window_opened", "window_closed"
PERMIT_ENDED, PERMIT_BEGAN = "permit_ended", "permit_began"
RULE_CHANGED = "rule_changed"


@dataclass(frozen=True, slots=True)
class End:
    """How a part of a passage begins or ends.

    Attributes:
        how: one of the words above: it crossed the border; the drive itself began or ended inside; it was inside and drove on when
            the hours of the ban began or ended, when its permit stopped or began to cover it, when another rule came into force.
        street: on which it was there, None where that is not known.
        number: of the zone's entry there, None where none is near.
        from_road: the boundary road or carve-out on the other side.
        lon: WGS 84 degrees.
        lat: likewise.
    """

    how: str
    street: str | None
    number: int | None
    from_road: str | None
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of passages under one verdict, as points of tracks.

    Attributes:
        begin: the first point of each, shape (n,).
        end: the last one, which is also where the next part of the passage begins, shape (n,).
    """

    begin: Ints
    end: Ints

    def points(self) -> tuple[Ints, Ints]:
        """Return all points of all parts, and the part that each is of."""
        sizes = self.end - self.begin + 1
        part = np.repeat(np.arange(len(sizes)), sizes)
        return np.arange(len(part)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + self.begin[part], part


def counted(values: npt.NDArray[np.integer], parts: Parts) -> list[int]:
    """Return the sum of a figure over the points of each part."""
    up_to = np.concatenate([[0], np.cumsum(values)])
    summed: list[int] = (up_to[parts.end + 1] - up_to[parts.begin]).tolist()
    return summed


def timed(tracks: Tracks, parts: Parts) -> Parts:
    """Return parts without the ways from the fix at which a drive began inside, and to the one at which it ended.

    When it set out there, and when it came there, is only bounded (`drives.moving_times`): no speed follows. A part of which nothing is left is a point.
    """
    rows, is_fix = np.arange(len(tracks.t_s)), tracks.fixes > 0
    following = np.append(np.minimum.accumulate(np.where(is_fix, rows, len(rows))[::-1])[::-1], len(rows))
    foregoing = np.append(-1, np.maximum.accumulate(np.where(is_fix, rows, -1)))
    owner = tracks.of[parts.begin]
    first, last = tracks.first[owner], tracks.first[owner + 1] - 1
    began, ended = (np.array([passage.is_fix[k] for passage in tracks.passages], np.bool_)[owner] for k in (0, -1))
    begin = np.maximum(parts.begin, np.where(began, following[first + 1], first))
    end = np.minimum(parts.end, np.where(ended, foregoing[last], last))
    some = begin < end
    return Parts(np.where(some, begin, parts.begin), np.where(some, end, parts.begin))


def mean_speed(tracks: Tracks, parts: Parts) -> Floats:
    """Return the mean speed of each part, km/h; NaN where it takes no time."""
    seconds = tracks.t_s[parts.end] - tracks.t_s[parts.begin]
    metres = tracks.along_m[parts.end] - tracks.along_m[parts.begin]
    return np.where(seconds > 0, metres / np.where(seconds > 0, seconds, 1.0) * _KMH, np.nan)


def fastest(tracks: Tracks, parts: Parts) -> Floats:
    """Return the greatest speed of each part over at least 20 s, km/h; NaN where it is shorter."""
    point, part = parts.points()
    if not len(point):
        return np.zeros(0)
    since = tracks.t_s[point] - tracks.t_s[parts.begin][part]
    # one clock for all parts, each on its own stretch of it
    clock = since + part * (float(since.max()) + 10.0 * STEADY_S)
    later = np.searchsorted(clock, clock + STEADY_S)
    later_or_last = np.minimum(later, len(point) - 1)
    within = part[later_or_last] == part
    within &= later < len(point)
    metres = tracks.along_m[point[later_or_last]] - tracks.along_m[point]
    seconds = np.where(within, clock[later_or_last] - clock, 1.0)
    speed = np.where(within, metres / seconds * _KMH, -np.inf)
    most = np.full(len(parts.begin), -np.inf)
    np.maximum.at(most, part, speed)
    return np.where(np.isfinite(most), most, np.nan)


def depths_of(ground: Locator, lon: Floats, lat: Floats) -> Floats:
    """Return `Locator.depth_m`; of many positions through a grid, which is worth making only for these."""
    if FAST and len(lon) > _FEW:
        return _grid_of(ground).depth_m(np.ascontiguousarray(lon), np.ascontiguousarray(lat))[0]
    return exact_depths(ground, lon, lat)[0]


@lru_cache(maxsize=8)
def _grid_of(ground: Locator) -> DepthGrid:
    return depth_grid(ground, ground.zone.area.bounds, "depths-inside")


@dataclass(frozen=True, slots=True)
class Deepest:
    """The deepest fix of each part.

    Attributes:
        depth_m: beyond the border, NaN where no fix lies inside, shape (n,).
        point: of the tracks, shape (n,).
    """

    depth_m: Floats
    point: Ints


def deepest(tracks: Tracks, parts: Parts, ground: Locator) -> Deepest:
    """Return the deepest fix of each part beyond the border."""
    depth = np.full(len(tracks.t_s), -np.inf)
    inside = np.flatnonzero(tracks.inside)
    if len(inside):
        depth[inside] = depths_of(ground, tracks.lon[inside], tracks.lat[inside])
    point, part = parts.points()
    # of each part, the last row after sorting by depth
    order = np.lexsort((depth[point], part))
    last = np.searchsorted(part, np.arange(len(parts.begin)), side="right") - 1
    chosen = point[order[last]] if len(point) else np.zeros(0, np.intp)
    found = depth[chosen]
    return Deepest(np.where(np.isfinite(found), found, np.nan), chosen)


def errors_at(tracks: Tracks, points: Ints, fixes: Fixes) -> Floats:
    """Return the error that is reckoned with for some fixes, metres: what the receiver said, within reason, else the usual."""
    found = np.full(len(points), SIGMA_M)
    if not len(fixes.t_s) or not np.isfinite(fixes.accuracy_m).any():
        return found
    first, end = (np.searchsorted(fixes.vehicle, np.arange(len(fixes.vehicle_ids)), side) for side in ("left", "right"))
    for n, point in enumerate(points.tolist()):
        vehicle = tracks.passages[tracks.of[point]].vehicle
        rows = slice(int(first[vehicle]), int(end[vehicle]))
        # where a drive begins its time may have been moved: the position says which fix it is
        near = int(np.searchsorted(fixes.t_s[rows], tracks.t_s[point])) + rows.start
        for row in range(max(near - 1, rows.start), min(near + 1, rows.stop - 1) + 1):
            same = fixes.lon[row] == tracks.lon[point] and fixes.lat[row] == tracks.lat[point]
            if same and np.isfinite(fixes.accuracy_m[row]):
                found[n] = max(float(fixes.accuracy_m[row]), LEAST_SIGMA_M)
    return found


class Gates:
    """The entries of a zone, found by position."""

    def __init__(self, zone: Zone, ground: Locator) -> None:
        """Number the entries of a zone (`zones.entries`)."""
        self._entries = entries_of(zone)
        self._plane = ground.plane
        x, y = self._plane.xy(np.array([e.lon for e in self._entries]), np.array([e.lat for e in self._entries]))
        self._points: npt.NDArray[np.object_] = np.asarray(shapely.points(x, y), dtype=object)
        self._tree = shapely.STRtree(self._points)

    def near(self, lon: Floats, lat: Floats, streets: Sequence[str | None]) -> list[Entry | None]:
        """Return for each crossing the entry it is at: the nearest of its street, else the nearest."""
        found: list[Entry | None] = [None] * len(lon)
        if not self._entries or not len(lon):
            return found
        points: npt.NDArray[np.object_] = np.asarray(shapely.points(*self._plane.xy(lon, lat)), dtype=object)
        where, which = self._tree.query(points, predicate="dwithin", distance=_GATE_M)
        metres = np.asarray(shapely.distance(points[where], self._points[which]))
        best: dict[int, tuple[bool, float, int]] = {}
        for at, gate, far in zip(where.tolist(), which.tolist(), metres.tolist(), strict=True):
            entry = self._entries[gate]
            # another street's entry is none of a drive whose street is known
            if streets[at] is not None and entry.street not in (None, streets[at]):
                continue
            best[at] = min(best.get(at, (True, np.inf, -1)), (entry.street != streets[at], far, gate))
        for at, (_, _, gate) in best.items():
            found[at] = self._entries[gate]
        return found


@lru_cache(maxsize=8)
def gates_of(ground: Locator) -> Gates:
    """Return the entries of a map's zone; they are looked for once."""
    return Gates(ground.zone, ground)


def ends_of(tracks: Tracks, parts: Parts, verdicts: Sequence[Verdict], ground: Locator) -> tuple[list[End], list[End]]:
    """Return how each part begins, and how it ends."""
    both: list[list[End]] = []
    owner = tracks.of[parts.begin]
    for at, edge, beside in (
        (parts.begin, tracks.first[owner], -1),
        (parts.end, tracks.first[owner + 1] - 1, 1),
    ):
        deep = np.abs(exact_depths(ground, tracks.lon[at], tracks.lat[at])[0]) > _AT_BORDER_M
        # asked of the passage: a fix of the very instant of the crossing shares its point
        seen = np.array(
            [tracks.passages[number].is_fix[0 if beside < 0 else -1] for number in owner.tolist()], np.bool_
        )
        how = [
            _how(verdicts, n, n + beside, at_edge=at_edge, crossed=crossed)
            for n, (at_edge, crossed) in enumerate(zip((at == edge).tolist(), (~seen & ~deep).tolist(), strict=True))
        ]
        streets = [
            street_at(tracks.passages[number], t_s, last=beside > 0)
            for number, t_s in zip(owner.tolist(), tracks.t_s[at].tolist(), strict=True)
        ]
        crossing = [n for n, word in enumerate(how) if word == CROSSED]
        gates: list[Entry | None] = [None] * len(how)
        near = gates_of(ground).near(tracks.lon[at[crossing]], tracks.lat[at[crossing]], [streets[n] for n in crossing])
        for n, gate in zip(crossing, near, strict=True):
            gates[n] = gate
        both.append(list(_ends(how, streets, gates, tracks.lon[at].tolist(), tracks.lat[at].tolist())))
    return both[0], both[1]


def _ends(
    how: list[str], streets: list[str | None], gates: list[Entry | None], lon: list[float], lat: list[float]
) -> Iterator[End]:
    for word, street, gate, x, y in zip(how, streets, gates, lon, lat, strict=True):
        at = round(x, 6), round(y, 6)
        if gate is None:
            yield End(word, street, None, None, *at)
        else:
            yield End(word, street or gate.street, gate.number, gate.from_road, *at)


def _how(verdicts: Sequence[Verdict], n: int, other: int, *, at_edge: bool, crossed: bool) -> str:
    """Return how part n begins (where `other` is the part before it) or ends (where it is the one after)."""
    if at_edge:
        return CROSSED if crossed else BEGAN_INSIDE if other < n else ENDED_INSIDE
    before, after = (verdicts[k] for k in sorted((n, other)))
    stricter = _GRAVE.index(after.verdict) > _GRAVE.index(before.verdict)
    codes = {reason.code for reason in before.reasons} ^ {reason.code for reason in after.reasons}
    if "time.outside_window" in codes:
        return WINDOW_OPENED if stricter else WINDOW_CLOSED
    if any(code.startswith("permit.") for code in codes):
        return PERMIT_ENDED if stricter else PERMIT_BEGAN
    return RULE_CHANGED


_GRAVE = ("allowed", "undetermined", "prohibited")


def street_at(passage: Passage, t_s: float, *, last: bool) -> str | None:
    """Return the street driven at an instant, by the path; at the instant of a turn the later one, or with `last` the earlier."""
    on = [street.name for street in passage.streets if street.entered_at <= t_s <= street.left_at]
    return (on[0] if last else on[-1]) if on else None


def basis_of(
    passage: Passage, fixes_inside: int, depth_m: float, error_m: float, *, hours_unshown: bool = False
) -> tuple[str, ...]:
    """Return what a passage's probability rests on, in codes: path or border, fixes inside, depth in receiver's errors."""
    found = ["line_between_fixes" if passage.cut_corner else "path" if passage.streets else "border_only"]
    found.append(f"fixes_inside={fixes_inside}")
    if fixes_inside == 1:
        found.append("single_fix")
    if hours_unshown:
        found.append("hours_between_fixes")
    if np.isfinite(depth_m):
        found.append(f"deepest_in_errors={depth_m / error_m:.1f}")
    if passage.denied:
        found.append(f"denied_by_speed={passage.denied}")
    if passage.burst >= _WORTH_SAYING:
        found.append(f"reflection={passage.burst:.2f}")
    return tuple(found)
