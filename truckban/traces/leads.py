"""Leads: the parts of passages that a ban may be about, each with its verdict. A lead accuses nobody; a person decides."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from truckban.advice import change_seconds
from truckban.columns import Questions, decide_columns, local_columns
from truckban.logic import Coded
from truckban.moments import instant_of, rfc3339
from truckban.norms import AREA, Notice, everywhere
from truckban.permits import PermitList
from truckban.places import PlaceFacts, mapped_zone
from truckban.traces.fixes import Fixes
from truckban.traces.passages import Passage
from truckban.vehicle_facts import VehicleFacts
from truckban.verdict import Question, Verdict, decide
from zones.locate import Locator

_Floats = npt.NDArray[np.float64]
SLIP_M = 30.0
"""How far off a receiver may be without a truck counting as off the roads of its permit."""


@dataclass(frozen=True, slots=True)
class Lead:
    """A part of a passage with one verdict; the contract's row, in its order of columns.

    `unsure` parts and lawful ones are held in the same shape; only those past the threshold are leads.
    """

    lead_id: str
    vehicle_id: str
    plate: str | None
    entered_at: str
    left_at: str
    fixes: int
    fixes_inside: int
    distance_inside_m: float
    roads: tuple[str, ...]
    probability: float
    verdict: str
    reasons: tuple[str, ...]
    clauses: tuple[str, ...]
    enforceable: bool
    permit_status: str
    enterprise_id: str | None
    grade: str
    missing: tuple[str, ...]
    other_readings: tuple[str, ...]
    notice: str
    cut_corner: bool
    line: shapely.LineString

    COLUMNS = (
        "lead_id", "vehicle_id", "plate", "entered_at", "left_at", "fixes", "fixes_inside", "distance_inside_m", "roads",
        "probability", "verdict", "reasons", "enforceable", "permit_status", "enterprise_id", "grade", "clauses", "missing",
        "other_readings", "notice",
    )  # fmt: skip

    def row(self) -> dict[str, Any]:
        """Return the columns of the leads files."""
        return {
            name: list(value) if isinstance(value := getattr(self, name), tuple) else value for name in self.COLUMNS
        }


@dataclass(frozen=True, slots=True)
class Law:
    """What passages are judged by."""

    notice: Notice
    ground: Locator
    vehicles: Sequence[VehicleFacts]
    permits: PermitList


@dataclass(frozen=True, slots=True)
class _Track:
    """A passage's points and one more at every instant at which a verdict can change.

    Attributes:
        passage: what it is the track of.
        t_s: instants, shape (n,).
        lon: shape (n,).
        lat: shape (n,).
        on: the streets each point is on, for people to read.
        may_be_on: the streets the truck may have been on, for permits; None where nobody knows.
    """

    passage: Passage
    t_s: _Floats
    lon: _Floats
    lat: _Floats
    on: list[frozenset[str]]
    may_be_on: list[frozenset[str] | None]


@dataclass(frozen=True, slots=True)
class _Part:
    """Points of a track under one verdict; the last is where the next part begins."""

    track: _Track
    rows: slice
    trit: int


def judge(passages: Sequence[Passage], fixes: Fixes, law: Law) -> list[Lead]:
    """Return every passage cut where its verdict changes, judged, in order of vehicle and time.

    Args:
        passages: of any vehicles.
        fixes: what they were found in.
        law: notice, map, vehicles (in the order of the fixes' vehicles) and permits.
    """
    if not passages:
        return []
    tracks = [_track(passage, law) for passage in passages]
    sizes = [len(track.t_s) for track in tracks]
    lon, lat = (np.concatenate([getattr(track, name) for track in tracks]) for name in ("lon", "lat"))
    trits = decide_columns(
        law.notice,
        Questions(
            law.vehicles,
            np.repeat([passage.vehicle for passage in passages], sizes),
            np.floor(np.concatenate([track.t_s for track in tracks])).astype(np.int64),
            {name: np.full(len(lon), mask, np.int64) for name, mask in _inside(law).items()},
            Coded.of([roads for track in tracks for roads in track.may_be_on]),
            lon,
            lat,
            law.permits,
        ),
    )
    ends = np.cumsum(sizes).tolist()
    return [
        _lead(part, fixes, law)
        for track, end in zip(tracks, ends, strict=True)
        for part in _parts(track, trits[end - len(track.t_s) : end])
    ]


def _inside(law: Law) -> dict[str, int]:
    """Return the parts of the notice's zones that a passage is in: the mapped one's area; of others nothing is known."""
    masks = {name: everywhere(zone) for name, zone in law.notice.zones.items()}
    return {**masks, mapped_zone(law.notice, law.ground).id: AREA}


def _track(passage: Passage, law: Law) -> _Track:
    timezone = law.notice.pack.timezone
    begin, end = passage.t_s[0], passage.t_s[-1]
    days, _ = local_columns(np.array([begin, end]).astype(np.int64), timezone)
    own = PermitList([permit for permit in law.permits.permits if permit.plate == law.vehicles[passage.vehicle].plate])
    changes = [
        instant
        for day in range(int(days[0]), int(days[1]) + 1)
        for edge in change_seconds(law.notice, own)
        if begin < (instant := instant_of(day, edge, timezone).timestamp()) < end
    ]
    t_s = np.unique(np.concatenate([passage.t_s, changes]))
    lon, lat = (np.interp(t_s, passage.t_s, values) for values in (passage.lon, passage.lat))
    return _Track(passage, t_s, lon, lat, law.ground.roads(lon, lat), _may_be_on(passage, t_s, law.ground))


def _may_be_on(passage: Passage, t_s: _Floats, ground: Locator) -> list[frozenset[str] | None]:
    """Return for each instant the streets the truck may have been on, as far as a permit is concerned.

    Those near the fix, and those near the fix before and after it: a single slip of the receiver takes nobody off the
    road of his permit. Instants between fixes (where the border was crossed, where a window opens) are on the streets of
    the fixes beside them; the straight line they lie on is no street.
    """
    fixes = np.flatnonzero(passage.is_fix)
    if not len(fixes):
        return [None] * len(t_s)
    near = ground.roads(passage.lon[fixes], passage.lat[fixes], slip_m=SLIP_M)
    known = passage.t_s[fixes]
    first = np.clip(np.searchsorted(known, t_s) - 1, 0, max(len(known) - 2, 0))
    past = np.maximum(np.searchsorted(known, t_s, side="right") + 1, 2)
    return [frozenset().union(*near[a:b]) for a, b in zip(first.tolist(), past.tolist(), strict=True)]


def _parts(track: _Track, trits: npt.NDArray[np.int8]) -> list[_Part]:
    """Cut the points where the verdict changes; each point's verdict holds until the next point."""
    until = trits[:-1] if len(trits) > 1 else trits
    edges = [0, *(np.flatnonzero(np.diff(until)) + 1).tolist(), len(until)]
    return [_Part(track, slice(a, b + 1), int(until[a])) for a, b in pairwise(edges)]


def _lead(part: _Part, fixes: Fixes, law: Law) -> Lead:
    track, passage = part.track, part.track.passage
    vehicle, name = law.vehicles[passage.vehicle], fixes.vehicle_ids[passage.vehicle]
    t_s, lon, lat = track.t_s[part.rows], track.lon[part.rows], track.lat[part.rows]
    verdict = _verdict(part, law, vehicle)
    entered, left = (_written(instant, law.notice.pack.timezone) for instant in (t_s[0], t_s[-1]))
    own = np.isin(passage.t_s, t_s)
    x, y = law.ground.plane.xy(lon, lat)
    return Lead(
        lead_id=_id(law.notice.id, law.ground.zone.id, name, entered, left, verdict.verdict),
        vehicle_id=name,
        plate=vehicle.plate,
        entered_at=entered,
        left_at=left,
        fixes=int((passage.is_fix & own).sum()),
        fixes_inside=int((passage.is_inside & own).sum()),
        distance_inside_m=0.0 if passage.cut_corner else round(float(np.hypot(np.diff(x), np.diff(y)).sum()), 1),
        roads=_roads(part),
        probability=round(passage.probability, 4),
        verdict=verdict.verdict,
        reasons=tuple(dict.fromkeys(reason.code for reason in verdict.reasons)),
        clauses=tuple(dict.fromkeys(reason.clause for reason in verdict.reasons if reason.clause)),
        enforceable=verdict.enforceable,
        permit_status=_permit_status(verdict, vehicle, law.permits),
        enterprise_id=None,
        grade=law.ground.zone.grade,
        missing=verdict.missing,
        other_readings=tuple(str(reading["reading"]) for reading in verdict.other_readings),
        notice=law.notice.id,
        cut_corner=passage.cut_corner,
        line=shapely.LineString(np.column_stack([lon, lat]) if len(lon) > 1 else [(lon[0], lat[0])] * 2),
    )


def _verdict(part: _Part, law: Law, vehicle: VehicleFacts) -> Verdict:
    """Return the verdict at the part's first point, with its reasons."""
    track, first = part.track, part.rows.start
    own = PermitList([permit for permit in law.permits.permits if vehicle.plate in (None, permit.plate)])
    lon, lat = float(track.lon[first]), float(track.lat[first])
    place = PlaceFacts("inside", _inside(law), track.may_be_on[first], lon, lat, mapped=True)
    at = dt.datetime.fromtimestamp(float(np.floor(track.t_s[first])), tz=dt.UTC)
    return decide(law.notice, Question(vehicle, at, place, own))


def _written(t_s: float, timezone: str) -> str:
    return rfc3339(dt.datetime.fromtimestamp(float(np.floor(t_s)), tz=dt.UTC), timezone)


def _roads(part: _Part) -> tuple[str, ...]:
    """Return the streets in the order driven: of the path, where it is known, else of the fixes."""
    track = part.track
    begin, end = float(track.t_s[part.rows][0]), float(track.t_s[part.rows][-1])
    driven = [s.name for s in track.passage.streets if s.name and s.entered_at < end and begin < s.left_at]
    if driven:
        return tuple(dict.fromkeys(driven))
    on = track.on[part.rows]
    fixes = np.isin(track.t_s[part.rows], track.passage.t_s[track.passage.is_fix]).tolist()
    chosen = [names for names, is_fix in zip(on, fixes, strict=True) if is_fix] or on
    return tuple(dict.fromkeys(name for names in chosen for name in sorted(names)))


def _permit_status(verdict: Verdict, vehicle: VehicleFacts, permits: PermitList) -> str:
    if not any(permit.plate == vehicle.plate for permit in permits.permits):
        return "none"
    codes = [reason.code for reason in verdict.reasons if reason.code.startswith("permit.")]
    return ";".join(dict.fromkeys(codes)) or "not_needed"


def _id(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
