"""Passages as arrays: every point of all of them, one more at every instant at which a verdict can change, and how far it was driven.

What is judged is many passages at once, so what can be asked in one go is: the change of a day, the streets that a permit may name,
the metres along the path.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from truckban.advice import change_seconds
from truckban.columns import local_columns
from truckban.moments import instant_of
from truckban.norms import Notice
from truckban.permits import Permit, PermitList
from truckban.traces.in_or_out.passages import Passage
from truckban.traces.lead.path_clock import by_fixes, places_at
from zones.locate import Locator

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Streets = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Tracks:
    """The points of passages, one passage after the other.

    Attributes:
        passages: what they are of, m of them.
        first: where each passage begins, shape (m + 1,).
        of: the passage of each point, shape (n,).
        t_s: seconds since 1970-01-01 UTC, growing within a passage, shape (n,).
        lon: WGS 84 degrees, shape (n,).
        lat: likewise.
        fixes: how many fixes each point is: 1, or 0 where the border was crossed or a window opens, shape (n,).
        inside: how many of them lie inside as they stand, shape (n,).
        turns: where a passage begins, and instants at which a verdict can change, shape (n,).
        loose: whether a verdict can change between when a passage's truck was last known to be where it begins and when it is taken to
            have left, and likewise where it ends, shape (m, 2).
        along_m: metres driven up to each point: of the path, where it is known, else from point to point; only differences within
            a passage mean anything. Shape (n,).
    """

    passages: Sequence[Passage]
    first: Ints
    of: Ints
    t_s: Floats
    lon: Floats
    lat: Floats
    fixes: Ints
    inside: Ints
    turns: npt.NDArray[np.bool_]
    loose: npt.NDArray[np.bool_]
    along_m: Floats


@dataclass(frozen=True, slots=True)
class Own:
    """Which permits a vehicle is judged with.

    Attributes:
        permits: all there are.
        by_plate: by plate.
    """

    permits: PermitList
    by_plate: dict[str, list[Permit]] = field(init=False)

    def __post_init__(self) -> None:
        """Sort them by plate."""
        found: dict[str, list[Permit]] = {}
        for permit in self.permits.permits:
            found.setdefault(permit.plate, []).append(permit)
        object.__setattr__(self, "by_plate", found)

    def of(self, plate: str | None) -> Sequence[Permit]:
        """Return a plate's permits; those of all plates where a vehicle's is not known: any of them may be its own."""
        return self.permits.permits if plate is None else self.by_plate.get(plate, ())


def tracks_of(
    passages: Sequence[Passage], notice: Notice, ground: Locator, plates: Sequence[str | None], own: Own
) -> Tracks:
    """Return passages as arrays.

    Args:
        passages: at least one.
        notice: whose hours can change a verdict.
        ground: whose plane metres are measured in.
        plates: of the passages' vehicles, by their number.
        own: permits, whose hours can change one too.
    """
    changes, loose = _changes(passages, notice, plates, own)
    passages = [by_fixes(one, inner) if len(inner) else one for one, inner in zip(passages, changes, strict=True)]
    parts = [_points(passage, inner) for passage, inner in zip(passages, changes, strict=True)]
    t_s, lon, lat, fixes, inside, turns = (np.concatenate(column) for column in zip(*parts, strict=True))
    sizes = np.array([len(part[0]) for part in parts])
    first = np.concatenate([[0], np.cumsum(sizes)])
    turns[first[:-1]] = True
    of = np.repeat(np.arange(len(passages)), sizes)
    x, y = ground.plane.xy(lon, lat)
    along = _along(passages, of, t_s, np.concatenate([[0.0], np.hypot(np.diff(x), np.diff(y)).cumsum()]))
    counts = fixes.astype(np.intp), inside.astype(np.intp)
    return Tracks(passages, first, of, t_s, lon, lat, *counts, turns, loose, along)


def _changes(
    passages: Sequence[Passage], notice: Notice, plates: Sequence[str | None], own: Own
) -> tuple[list[Floats], npt.NDArray[np.bool_]]:
    """Return for each passage the instants within it at which a verdict can change, and `Tracks.loose`."""
    begin, end = (np.array([passage.t_s[k] for passage in passages]) for k in (0, -1))
    since = np.array([passage.t_s[0] if passage.since_s is None else passage.since_s for passage in passages])
    until = np.array([passage.t_s[-1] if passage.until_s is None else passage.until_s for passage in passages])
    days = np.stack([local_columns(at.astype(np.int64), notice.pack.timezone)[0] for at in (since, until)])
    together: dict[tuple[int, ...], list[int]] = {}
    for number, passage in enumerate(passages):
        permits = own.by_plate.get(plates[passage.vehicle] or "", [])
        windows = PermitList(permits) if permits else PermitList()
        together.setdefault(tuple(change_seconds(notice, windows)) if permits else (), []).append(number)
    usual = tuple(change_seconds(notice, PermitList()))
    found: list[Floats] = [np.zeros(0)] * len(passages)
    loose = np.zeros((len(passages), 2), np.bool_)
    for edges, numbers in together.items():
        some = np.array(numbers)
        instants = _instants(days[:, some], edges or usual, notice.pack.timezone)
        low = np.searchsorted(instants, begin[some], side="right")
        high = np.searchsorted(instants, end[some], side="left")
        for k in np.flatnonzero(high > low).tolist():
            found[numbers[k]] = instants[low[k] : high[k]]
        loose[some, 0] = low > np.searchsorted(instants, since[some], side="right")
        loose[some, 1] = high < np.searchsorted(instants, until[some], side="left")
    return found, loose


def _instants(days: npt.NDArray[np.int64], edges: tuple[int, ...], timezone: str) -> Floats:
    """Return the instants of some seconds of every day from `days[0]` to `days[1]`, in order."""
    distinct = {day for first, last in np.unique(days, axis=1).T.tolist() for day in range(first, last + 1)}
    return np.unique([instant_of(day, edge, timezone).timestamp() for day in distinct for edge in edges])


def _points(passage: Passage, changes: Floats) -> tuple[npt.NDArray[np.generic], ...]:
    own = passage.t_s
    if not len(changes) and (own[1:] > own[:-1]).all():
        return own, passage.lon, passage.lat, passage.is_fix, passage.is_inside, np.zeros(len(own), bool)
    t_s = np.unique(np.concatenate([own, changes]))
    lon, lat = (np.interp(t_s, own, values) for values in (passage.lon, passage.lat))
    between = np.isin(t_s, changes) & ~np.isin(t_s, own)
    lon[between], lat[between] = places_at(passage, t_s[between])
    # a fix of the very instant at which the border was crossed is not where
    lon[0], lat[0] = passage.lon[0], passage.lat[0]
    at = np.searchsorted(t_s, own)
    fixes, inside = (np.bincount(at, which, len(t_s)) for which in (passage.is_fix, passage.is_inside))
    return t_s, lon, lat, fixes, inside, np.isin(t_s, changes)


def _along(passages: Sequence[Passage], of: Ints, t_s: Floats, straight_m: Floats) -> Floats:
    """Return metres driven up to each point: along the path as if the speed on each stretch had been even."""
    known = np.array([bool(passage.streets) for passage in passages])
    if not known.any():
        return straight_m
    # one clock for all passages, each on its own stretch of it, so that one look-up does for all
    begun = np.array([passage.t_s[0] for passage in passages])
    lasts = max(float(passage.t_s[-1] - passage.t_s[0]) for passage in passages)
    apart = 10.0 * (lasts + 1000.0)
    clock: list[float] = []
    metres: list[float] = []
    for number in np.flatnonzero(known).tolist():
        since = begun[number] - number * apart
        legs = [leg for street in passages[number].streets for leg in street.legs]
        clock += [leg.entered_at - since for leg in legs]
        clock.append(legs[-1].left_at - since)
        metres += [leg.end_m - leg.begin_m for leg in legs]
        metres.append(0.0)
    driven = np.concatenate([[0.0], np.cumsum(metres)[:-1]])
    by_path: Floats = np.interp(t_s - begun[of] + of * apart, clock, driven)
    return np.where(known[of], by_path, straight_m)


def may_be_on(tracks: Tracks, asked: Ints, ground: Locator, *, slip_m: float) -> Iterator[tuple[int, list[Streets]]]:
    """Yield some passages' numbers and, for each of their points, the streets the truck may have been on.

    Those near the fix, and those near the fix before and after it: a single slip of the receiver takes nobody off the
    road of his permit. Instants between fixes (where the border was crossed, where a window opens) are on the streets of
    the fixes beside them; the straight line they lie on is no street. None where a passage has no fix: nobody knows.

    Args:
        tracks: of all passages.
        asked: which passages.
        ground: the streets.
        slip_m: how far off a receiver may be.
    """
    chosen = [tracks.passages[number] for number in asked.tolist()]
    if not chosen:
        return
    lon, lat = (np.concatenate([getattr(p, name)[p.is_fix] for p in chosen]) for name in ("lon", "lat"))
    near = ground.roads(lon, lat, slip_m=slip_m) if len(lon) else []
    begin = 0
    for number, passage in zip(asked.tolist(), chosen, strict=True):
        known = passage.t_s[passage.is_fix]
        here = near[begin : begin + len(known)]
        begin += len(known)
        t_s = tracks.t_s[tracks.first[number] : tracks.first[number + 1]]
        if not len(known):
            yield number, [None] * len(t_s)
            continue
        first = np.clip(np.searchsorted(known, t_s) - 1, 0, max(len(known) - 2, 0))
        past = np.maximum(np.searchsorted(known, t_s, side="right") + 1, 2)
        yield number, [frozenset().union(*here[a:b]) for a, b in zip(first.tolist(), past.tolist(), strict=True)]
