"""Passages: each continuous drive through the zone, with how sure it is."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from truckban.traces.fixes import Fixes
from truckban.traces.in_or_out.bursts import BEYOND_M, LASTS_S, Seen, burst_probability
from truckban.traces.in_or_out.courses import courses
from truckban.traces.in_or_out.drives import SLOW_MS, WANDERING_M, all_drives, moving_times
from truckban.traces.in_or_out.inside import SIGMA_M, SLIGHT, border_runs
from truckban.traces.in_or_out.off_map import off_map
from truckban.traces.in_or_out.own_roads import own_roads
from truckban.traces.in_or_out.passage import Passage, Points, by_border, crossing, cut_corner
from truckban.traces.in_or_out.paths import (
    Run,
    ZoneMatcher,
    lasting_at,
    median,
    probability_between,
    runs_inside,
    usual_interval,
)
from truckban.traces.in_or_out.showing import STOOD_M, MatchedDrive, deep_m, last_seen_deep, metres, shown, stood_deep
from truckban.traces.in_or_out.slips import Visit, leaps_of
from truckban.traces.in_or_out.speeds import Sent
from truckban.traces.sifting.near import Near, Visits
from zones.matching.compiled import ahead
from zones.matching.matcher import Match

__all__ = ["Found", "Passage", "Stands", "always", "passages_of"]

_Floats = npt.NDArray[np.float64]
_NEAR_M = 60.0
"""A line between two fixes outside that comes no deeper than this goes round a corner."""
_SINGLE = 0.85
"""What rests on one fix inside that may be a slip, or on none, is not claimed to be likelier."""
_STILL_M = 30.0
"""A path inside that is no longer is that of a truck that stands there, or of a fix that fits none before and after."""
_TOP_MS = 33.0
"""No truck drives faster for long: where a path says so, it is one that only a receiver's error took."""
_TOGETHER = 32
"""Drives that are matched before their passages are told: lines and positions are made for many at once."""
_MATCHED_S = 1e-3
"""What a fix of a drive that is matched takes where the matcher is not compiled."""


@dataclass(frozen=True, slots=True)
class Found:
    """The passages of all vehicles, and what was counted on the way."""

    passages: list[Passage]
    drives: int
    gaps: int
    vehicles: npt.NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, np.intp))
    """Of each drive the vehicle, shape (drives,)."""
    parked: Counter[int] = field(default_factory=Counter)
    """Of each vehicle the fixes that belong to no drive: it stood, however its receiver drifted."""


Stands = Callable[[npt.NDArray[np.intp], _Floats, _Floats], npt.NDArray[np.bool_]]
"""From vehicles and the times between which they drove, each of shape (n,): whether a ban may stand then at all."""


def always(vehicle: npt.NDArray[np.intp], _begin: _Floats, _end: _Floats) -> npt.NDArray[np.bool_]:
    """Say that a ban may stand at all times, for each vehicle."""
    return np.ones(len(vehicle), np.bool_)


def passages_of(visits: Visits, near: Near, streets: ZoneMatcher | None, stands: Stands = always) -> Found:
    """Return the passages in visits, in their order.

    Args:
        visits: of any vehicles.
        near: the zone.
        streets: around the zone, for the path between fixes; None where the zone's file holds none: then the border alone
            decides.
        stands: drives for which it says no are lawful wherever they went, and told by the border alone.
    """
    fixes = visits.fixes
    depth_m, x_m, y_m = near.depths.depth_m(fixes.lon, fixes.lat)
    own = own_roads(near.ground, streets) if streets is not None else None
    if own is not None:
        depth_m = own.deepened(depth_m, fixes.lon, fixes.lat, visits.starts)
    drives, _ = all_drives(fixes.t_s, x_m, y_m, visits.starts)
    runs = border_runs(depth_m, fixes.accuracy_m, drives)
    square_m2 = np.diff(x_m) ** 2 + np.diff(y_m) ** 2
    corners = _corners(fixes, near, drives, depth_m, square_m2)
    some = np.union1d(runs[0], corners[0])
    begin, end = moving_times(drives[some], fixes.t_s, x_m, y_m)
    timed = begin <= end  # of a slow way between two fixes no instant is known at which it was driven
    some, begin, end = some[timed], begin[timed], end[timed]
    matched = stands(fixes.vehicle[drives[some, 0]], begin, end)
    if streets is not None:
        ahead(_MATCHED_S * int((np.diff(drives[some[matched]]) + 1).sum()))
    t_s = fixes.t_s.copy()
    on_the_road = replace(fixes, t_s=t_s)
    paths: Iterator[tuple[MatchedDrive, list[Run]]] = iter(())
    if streets is not None:
        paths = _on_streets(fixes, streets, drives[some[matched]], begin[matched], end[matched])
    passages: list[Passage] = []
    of_border, of_corners = (np.searchsorted(which, [some, some + 1]).T.tolist() for which in (runs[0], corners[0]))
    stretches = list(zip(runs[1].tolist(), runs[2].tolist(), strict=True))
    in_visit = np.searchsorted(visits.starts, drives[some, 0], side="right").tolist()
    leaps = leaps_of(fixes.t_s, x_m, y_m, square_m2)
    for k, (first, last) in enumerate(drives[some].tolist()):
        t_s[first], t_s[last] = begin[k], end[k]
        border, cut = stretches[slice(*of_border[k])], corners[1][slice(*of_corners[k])].tolist()
        if streets is not None and matched[k]:
            visit = Visit(fixes, x_m, y_m, *visits.rows(in_visit[k] - 1), streets, leaps)
            found = [*_by_path(on_the_road, *next(paths), visit, depth_m, border, cut)]
        else:
            told = (by_border(on_the_road, depth_m, first, last, *stretch) for stretch in border)
            found = [_near_border(one, depth_m[first : last + 1], t_s[first : last + 1]) for one in told]
            if fixes.speed_kmh is not None:
                sent = Sent(fixes, x_m, y_m, *visits.rows(in_visit[k] - 1))
                found = [_without_denied(on_the_road, depth_m, first, last, sent, one) for one in found]
            found += [cut_corner(on_the_road, row) for row in cut]
        if fixes.speed_kmh is not None:
            sent = Sent(fixes, x_m, y_m, *visits.rows(in_visit[k] - 1))
            found = [_without_parked(t_s, first, last, sent, one) for one in found]
        t_s[first], t_s[last] = fixes.t_s[first], fixes.t_s[last]
        known = (float(begin[k]), float(end[k])), (float(t_s[first]), float(t_s[last]))
        passages += sorted((_known(one, *known) for one in found), key=lambda passage: float(passage.t_s[0]))
    return Found(passages, len(drives), visits.gaps, fixes.vehicle[drives[:, 0]], _parked(fixes.vehicle, drives))


def _parked(vehicle: npt.NDArray[np.intp], drives: npt.NDArray[np.intp]) -> Counter[int]:
    """Return how many fixes of each vehicle lie between drives (first and last row of each, in order)."""
    inside = np.zeros(len(vehicle) + 1, np.intp)
    np.add.at(inside, drives[:, 0], 1)
    np.add.at(inside, drives[:, 1] + 1, -1)
    which, fixes = np.unique(vehicle[np.cumsum(inside[:-1]) == 0], return_counts=True)
    return Counter(dict(zip(which.tolist(), fixes.tolist(), strict=True)))


def _known(passage: Passage, taken: tuple[float, float], seen: tuple[float, float]) -> Passage:
    """Return a passage with when the truck was last seen where the drive begins, and first where it ends, if it does so there.

    Args:
        passage: of a drive.
        taken: when the drive is taken to have begun and ended, seconds.
        seen: the times of its first and its last fix.
    """
    since = seen[0] if passage.t_s[0] == taken[0] and seen[0] < taken[0] else None
    until = seen[1] if passage.t_s[-1] == taken[1] and seen[1] > taken[1] else None
    return passage if since is None and until is None else replace(passage, since_s=since, until_s=until)


def _on_streets(
    fixes: Fixes, streets: ZoneMatcher, drives: npt.NDArray[np.intp], begin: _Floats, end: _Floats
) -> Iterator[tuple[MatchedDrive, list[Run]]]:
    """Match drives, some at a time; yield each with its stretches in the area.

    Args:
        fixes: of all drives.
        streets: around the zone.
        drives: first and last row of each, shape (drives, 2).
        begin: when each can have begun, seconds.
        end: when each can have ended.
    """
    rows = np.concatenate([np.zeros(0, np.intp), *(np.arange(first, last + 1) for first, last in drives.tolist())])
    x, y = streets.matcher.graph.plane.xy(fixes.lon[rows], fixes.lat[rows])
    t_s, usual = fixes.t_s[rows], streets.usual_error(fixes, rows)
    stops = np.cumsum(drives[:, 1] - drives[:, 0] + 1)
    t_s[stops - 1] = end
    starts = stops - (drives[:, 1] - drives[:, 0] + 1)
    t_s[starts] = begin
    bounds = list(zip(drives[:, 0].tolist(), starts.tolist(), stops.tolist(), strict=True))
    for low in range(0, len(bounds), _TOGETHER):
        some = bounds[low : low + _TOGETHER]
        every_s = [usual_interval(t_s[start:stop]) for _, start, stop in some]
        matched = streets.all_matched(
            [
                (x[start:stop], y[start:stop], t_s[start:stop], usual[start:stop], lasting_at(every))
                for (_, start, stop), every in zip(some, every_s, strict=True)
            ]
        )
        found = [
            MatchedDrive(first, t_s[start:stop], x[start:stop], y[start:stop], usual[start:stop], every, *one)
            for (first, start, stop), every, one in zip(some, every_s, matched, strict=True)
        ]
        yield from zip(found, runs_inside([one.match for one in found], streets), strict=True)


def _by_path(
    fixes: Fixes,
    driven: MatchedDrive,
    runs: Sequence[Run],
    visit: Visit,
    depth_m: _Floats,
    border: Sequence[tuple[Sequence[int], float]],
    corners: Sequence[int],
) -> Iterator[Passage]:
    """Yield the passages of one drive by its path through the streets, and by the border where no street is known."""
    first, last = driven.first, driven.first + len(driven.t_s) - 1
    match, depth = driven.match, depth_m[first : last + 1]
    least_m = deep_m(driven.error_m)
    of_runs = [_on_path(fixes, driven, depth_m, run, visit) for run in runs]
    told = partial(_told_from_burst, fixes, driven, visit, depth)
    on_map = [told(run) for run in of_runs if run.probability >= SLIGHT]
    unmapped = list(_off_map(fixes, driven, visit, depth_m, border, on_map))
    yield from (one for one in on_map if not any(_meet(one, found) for found in unmapped))
    yield from unmapped
    times = [(float(run.t_s[0]), float(run.t_s[-1])) for run in (*of_runs, *unmapped)]
    # most of them are stretches of the path: they are made only where they are not
    others: list[tuple[float, float, Callable[[], Passage]]] = [
        (
            crossing(fixes, depth_m, *((stretch[0] - 1, stretch[0]) if stretch[0] > first else (first, first)))[0],
            crossing(fixes, depth_m, *((stretch[1], stretch[1] + 1) if stretch[1] < last else (last, last)))[0],
            partial(by_border, fixes, depth_m, first, last, stretch, probability),
        )
        for stretch, probability in border
    ]
    others += [(float(fixes.t_s[row]), float(fixes.t_s[row + 1]), partial(cut_corner, fixes, row)) for row in corners]
    for begin, end, make in others:
        if any(since <= end and begin <= until for since, until in times):
            continue
        passage = make()
        if _off_streets(match, passage):
            # nothing but the border is known there
            yield told(_without_denied(fixes, depth_m, first, last, visit, passage))
            continue
        here = (driven.t_s >= begin) & (driven.t_s <= end)
        most = 1.0 if here.any() and depth[here].max() >= least_m else _SINGLE
        probability = min(passage.probability, probability_between(match, visit.streets, begin, end), most)
        if probability >= SLIGHT:
            passage = replace(passage, probability=probability)
            yield told(_without_denied(fixes, depth_m, first, last, visit, passage))


def _off_map(
    fixes: Fixes,
    driven: MatchedDrive,
    visit: Visit,
    depth_m: _Floats,
    border: Sequence[tuple[Sequence[int], float]],
    on_map: Sequence[Passage],
) -> Iterator[Passage]:
    """Yield what would be claimed of a drive where the map has no street, and not by its path, or by a path that is not known."""
    first, last = driven.first, driven.first + len(driven.t_s) - 1
    depth = depth_m[first : last + 1]
    for stretch, probability, mostly in off_map(visit.streets, driven, depth, border):
        passage = by_border(fixes, depth_m, first, last, stretch, probability)
        passage = _without_denied(fixes, depth_m, first, last, visit, passage)
        claimed = passage.probability > _SINGLE and not _carried(fixes, driven, visit, depth, passage)
        if claimed and (mostly or not any(one.probability > _SINGLE and _meet(one, passage) for one in on_map)):
            yield passage


def _meet(one: Passage, other: Passage) -> bool:
    return bool(one.t_s[0] <= other.t_s[-1] and other.t_s[0] <= one.t_s[-1])


def _near_border(passage: Passage, depth_m: _Floats, t_s: _Floats) -> Passage:
    """Return a passage with no more than can be claimed without streets: what is short and near the border may be a burst."""
    here = depth_m[(t_s >= passage.t_s[0]) & (t_s <= passage.t_s[-1])]
    if passage.t_s[-1] - passage.t_s[0] > LASTS_S or here.max(initial=-np.inf) > BEYOND_M:
        return passage
    return replace(passage, probability=min(passage.probability, _SINGLE))


def _without_denied(fixes: Fixes, depth_m: _Floats, first: int, last: int, sent: Sent, passage: Passage) -> Passage:
    """Return a passage of a drive (rows `first` to `last`) by the border, not claimed where it rests on fixes that speeds deny."""
    if passage.probability <= _SINGLE:
        return passage
    rows = np.arange(first, last + 1)
    here = (fixes.t_s[rows] >= passage.t_s[0]) & (fixes.t_s[rows] <= passage.t_s[-1])
    inside = rows[here & (depth_m[rows] > 0)]
    denied = sent.denied(inside, SIGMA_M)
    if not denied.any():
        return passage
    kept = np.setdiff1d(rows, inside[denied])
    _, runs, likely = border_runs(depth_m[kept], fixes.accuracy_m[kept], np.array([[0, len(kept) - 1]]))
    begin, end = kept[runs].T
    likely = likely[(begin <= inside[-1]) & (end >= inside[0])]
    most = max(float(likely.max(initial=0.0)), _SINGLE)
    return replace(passage, probability=min(passage.probability, most), denied=int(denied.sum()))


def _without_parked(t_s: _Floats, first: int, last: int, sent: Sent, passage: Passage) -> Passage:
    """Return a passage of a drive (rows `first` to `last`), not claimed where the truck says that it stood all the while."""
    if passage.probability <= _SINGLE:
        return passage
    begin, end = np.searchsorted(t_s[first : last + 1], (passage.t_s[0], passage.t_s[-1]), side="right").tolist()
    # with the fixes beside it: there a truck that drives does so
    rows = np.arange(max(first + begin - 1, sent.start), min(first + end + 1, sent.stop))
    return replace(passage, probability=_SINGLE, denied=int(passage.is_inside.sum())) if sent.stood(rows) else passage


def _told_from_burst(fixes: Fixes, driven: MatchedDrive, visit: Visit, depth: _Floats, passage: Passage) -> Passage:
    """Return a passage that would be claimed with what reflections leave of its probability; others as they are."""
    if passage.probability <= _SINGLE:
        return passage
    if _carried(fixes, driven, visit, depth, passage):
        return replace(passage, probability=_SINGLE)
    t_s, first = driven.t_s, driven.first
    begin, end = float(passage.t_s[0]), float(passage.t_s[-1])
    # a burst that lasts makes a drive's fixes look worse than they are, which would hide it
    usual = median(driven.usual)
    looks = median(driven.match.fixes.sigma) / lasting_at(driven.every_s)
    rows = first + np.flatnonzero((t_s >= begin) & (t_s <= end))
    course = courses(visit, int(rows[0]), int(rows[-1])) if len(rows) else None
    mine = None if course is None else course[first - visit.start :][: len(t_s)]
    burst = max(
        burst_probability(visit.streets, Seen(driven.x, driven.y, t_s, depth, sigma, mine), begin, end)
        for sigma in {usual, max(usual, looks)}
    )
    return replace(passage, probability=passage.probability * (1.0 - burst), burst=burst)


def _carried(fixes: Fixes, driven: MatchedDrive, visit: Visit, depth: _Floats, passage: Passage) -> bool:
    """Return whether fixes hop, are back faster than the truck drives, or can be a parked truck's that came back; one can be anywhere."""
    t_s, first = driven.t_s, driven.first
    # from the fix before, where there is one: there it stood
    apart = metres(fixes, max(first - 1, visit.start), slice(first, first + len(t_s)))
    carried_off = t_s[-1] - t_s[0] <= LASTS_S and apart.max() <= BEYOND_M
    gone = apart > STOOD_M
    lone = np.count_nonzero(gone) <= 1 and not (gone[-1] and visit.stays(first + len(t_s) - 1, STOOD_M))
    # the matcher leaves out fixes from which it knows no way back
    deep = np.flatnonzero(np.diff(depth >= deep_m(driven.error_m), prepend=False, append=False)).reshape(-1, 2)
    deep = deep[(t_s[deep[:, 1] - 1] >= passage.t_s[0]) & (t_s[deep[:, 0]] <= passage.t_s[-1])]
    ways = np.concatenate([deep[deep[:, 0] > 0, 0], deep[deep[:, 1] < len(t_s), 1]]) - 1
    faster = visit.faster(first + ways)
    return bool(visit.hops_near(float(passage.t_s[0]), float(passage.t_s[-1])) or faster or carried_off or lone)


def _off_streets(match: Match, passage: Passage) -> bool:
    """Return whether no street is near any of a passage's fixes, so that the streets say nothing of it."""
    used = match.t[match.chosen >= 0]
    begin, end = passage.t_s[0], passage.t_s[-1]
    return not ((used >= begin) & (used <= end)).any() and not passage.cut_corner


def _on_path(fixes: Fixes, driven: MatchedDrive, depth_m: _Floats, run: Run, visit: Visit) -> Passage:
    """Return a stretch of a path as a passage along the fixes in it and where it crossed the border."""
    t_s, row = driven.t_s, driven.first
    depth = depth_m[row : row + len(t_s)]
    begin, end = int(np.searchsorted(t_s, run.entered_at)), int(np.searchsorted(t_s, run.left_at, side="right"))
    entry = (run.entered_at, *run.entry) if run.from_outside or begin >= end else None
    leaving = (run.left_at, *run.exit) if run.to_outside or end - begin + (entry is not None) < 2 else None  # noqa: PLR2004 - points of a line
    points = Points.of(fixes, depth_m, row + begin, row + end, entry, leaving)
    inside = begin + np.flatnonzero(depth[begin:end] > 0)
    # a receiver that slips once can land on a street, and one that is off for minutes stays near the border
    driven_m = sum(street.length_m for street in run.streets)
    slow = driven_m < min(WANDERING_M, SLOW_MS * (run.left_at - run.entered_at))
    fast = driven_m > _TOP_MS * (run.left_at - run.entered_at) + _NEAR_M
    still = driven_m < _STILL_M
    before, after = not run.from_outside, not run.to_outside
    stood = stood_deep(driven, depth_m, visit, before=before, after=after)
    stood = stood or last_seen_deep(driven, depth_m, visit, before=before, after=after)
    sure = not slow and not fast and not still and (stood or shown(fixes, driven, depth_m, inside, visit, driven_m))
    denied = 0
    if sure and run.probability > _SINGLE:
        out = visit.denied(row + inside, max(median(driven.usual), driven.error_m))
        denied = int(out.sum())
        sure = not denied or shown(fixes, driven, depth_m, inside[~out], visit, driven_m)
    most = run.probability if sure else min(run.probability, _SINGLE)
    vehicle, streets = int(fixes.vehicle[row]), run.streets
    return Passage(vehicle, *points, probability=most, streets=streets, denied=denied, crossed=run.crossed)


def _corners(
    fixes: Fixes, near: Near, drives: npt.NDArray[np.intp], depth_m: _Floats, square_m2: _Floats
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return drives and rows after which the line between two fixes outside goes deep through the area.

    `square_m2` are the squares of the ways from each row to the next.
    """
    # depth changes by no more than a metre a metre, which bounds what lies between
    shortest = 2.0 * _NEAR_M - depth_m[:-1] - depth_m[1:]
    long = square_m2 > shortest**2
    some = np.flatnonzero(long & (depth_m[:-1] <= 0) & (depth_m[1:] <= 0))
    drive = np.searchsorted(drives[:, 0], some, side="right") - 1
    on = drive >= 0
    on[on] = some[on] < drives[drive[on], 1]
    some, drive = some[on], drive[on]
    share = np.linspace(0.0, 1.0, 9)[1:-1]
    lon, lat = (
        (values[some][:, None] + (values[some + 1] - values[some])[:, None] * share).ravel()
        for values in (fixes.lon, fixes.lat)
    )
    depth, _, _ = near.depths.depth_m(lon, lat)
    cut = depth.reshape(-1, len(share)).max(axis=1, initial=-np.inf) > _NEAR_M
    return drive[cut], some[cut]
