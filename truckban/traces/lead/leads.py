"""Leads: the parts of passages that a ban may be about, each with its verdict. A lead accuses nobody; a person decides."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from truckban.columns import Questions, decide_columns, local_columns
from truckban.logic import Coded
from truckban.norms import Notice
from truckban.permits import UNREAD, Permit, PermitList
from truckban.traces.clean.clocks import LEAPS
from truckban.traces.clean.late_vehicles import AS_LIKELY, RECEIVED_LATER
from truckban.traces.clean.two_tracks import TWO_AT_ONCE
from truckban.traces.fixes import Fixes
from truckban.traces.in_or_out.passages import Passage
from truckban.traces.lead.evidence import missing_evidence
from truckban.traces.lead.hours_edge import NOT_SHOWN, only_between_fixes
from truckban.traces.lead.lawful import area_of
from truckban.traces.lead.lead_facts import (
    End,
    Parts,
    basis_of,
    counted,
    deepest,
    ends_of,
    errors_at,
    fastest,
    mean_speed,
    timed,
)
from truckban.traces.lead.route import on_the_way, path_between, route_words
from truckban.traces.lead.tracks import Floats, Ints, Own, Streets, Tracks, may_be_on, tracks_of
from truckban.traces.lead.verdicts import Judgement, quoted
from truckban.vehicle_facts import VehicleFacts
from truckban.verdict import Verdict
from zones.locate import Locator
from zones.text import Text

SLIP_M = 30.0
"""How far off a receiver may be without a truck counting as off the roads of its permit."""
_TOGETHER = 32


@dataclass(frozen=True)
class Lead:
    """A part of a passage with one verdict; the contract's row, in its order of columns, then what was added.

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
    entry: End
    exit: End
    mean_speed_kmh: float | None
    max_speed_kmh: float | None
    depth_max_m: float | None
    vehicle_class: str
    vehicle_facts: tuple[str, ...]
    why_probability: tuple[str, ...]
    evidence_missing: tuple[str, ...]
    passage: Passage
    begin_s: float
    end_s: float
    incident_id: str | None = None
    repeat_rule: str | None = None

    COLUMNS = (
        "lead_id", "vehicle_id", "plate", "entered_at", "left_at", "fixes", "fixes_inside", "distance_inside_m", "roads",
        "probability", "verdict", "reasons", "enforceable", "permit_status", "enterprise_id", "grade", "clauses", "missing",
        "other_readings", "notice", "mean_speed_kmh", "max_speed_kmh", "depth_max_m", "vehicle_class", "vehicle_facts",
        "why_probability", "evidence_missing", "incident_id", "repeat_rule",
    )  # fmt: skip

    @cached_property
    def route(self) -> Text | None:
        """The streets in the order driven, each with its direction; None where the path is not known."""
        return route_words(self.passage, self.begin_s, self.end_s)

    @cached_property
    def path(self) -> shapely.LineString | None:
        """What was driven along the streets, WGS 84; None where the path is not known."""
        return path_between(self.passage, self.begin_s, self.end_s)

    def row(self) -> dict[str, Any]:
        """Return the columns of the leads files."""
        named = {name: getattr(self, name) for name in self.COLUMNS}
        row = {name: list(value) if isinstance(value, tuple) else value for name, value in named.items()}
        route = self.route
        row |= {"route": route.zh if route else None, "route_en": route.en if route else None}
        for name, end in (("entry", self.entry), ("exit", self.exit)):
            row |= {name: end.how, f"{name}_street": end.street, f"{name}_number": end.number}
            row |= {f"{name}_from": end.from_road, f"{name}_lon": end.lon, f"{name}_lat": end.lat}
        return row


LEADS = ("prohibited", "undetermined")
OTHER_COORDINATES = "other_coordinates"
"""Word of `why_probability`: the streets say that the positions are in another system of coordinates than the declared one."""
FLEET_COORDINATES = "fleet_in_other_coordinates"
"""Likewise: they say so of most other vehicles."""
_DOUBTS = {RECEIVED_LATER, LEAPS, TWO_AT_ONCE, OTHER_COORDINATES, FLEET_COORDINATES}


def kind_of(part: Lead, min_probability: float) -> str:
    """Return `prohibited` or `undetermined` for a lead, `lawful` or `unsure` for the rest."""
    if part.verdict == "allowed":
        return "lawful"
    sure = part.probability >= min_probability and not part.cut_corner and not _DOUBTS & set(part.why_probability)
    return part.verdict if sure else "unsure"


def without_some(parts: list[Lead], vehicle_ids: Collection[str], why: str) -> list[Lead]:
    """Return parts so that those of some vehicles, whose traces are not to be believed, are unsure however low the threshold.

    Args:
        parts: of any vehicles.
        vehicle_ids: whose clocks or tracks are in doubt.
        why: word of `why_probability`.
    """
    if not vehicle_ids:
        return parts
    return [doubted(part, why) if part.vehicle_id in vehicle_ids else part for part in parts]


def doubted(part: Lead, why: str) -> Lead:
    """Return a part as unsure, however low the threshold; `why` is a word of `why_probability`."""
    return replace(part, probability=min(part.probability, AS_LIKELY), why_probability=(*part.why_probability, why))


@dataclass(frozen=True, slots=True)
class Law:
    """What passages are judged by."""

    notice: Notice
    ground: Locator
    vehicles: Sequence[VehicleFacts]
    permits: PermitList


def judge(passages: Sequence[Passage], fixes: Fixes, law: Law) -> list[Lead]:
    """Return every passage cut where its verdict changes, judged, in order of vehicle and time.

    Args:
        passages: of any vehicles.
        fixes: what they were found in.
        law: notice, map, vehicles (in the order of the fixes' vehicles) and permits.
    """
    if not passages:
        return []
    own = Own(law.permits)
    tracks = tracks_of(passages, law.notice, law.ground, [vehicle.plate for vehicle in law.vehicles], own)
    vehicle = np.array([passage.vehicle for passage in passages])[tracks.of]
    on: dict[int, Streets] = {}
    for number, streets in may_be_on(tracks, _with_a_place(passages, law, own), law.ground, slip_m=SLIP_M):
        on.update(enumerate(streets, start=int(tracks.first[number])))
    parts = _parts(tracks, _trits(tracks, vehicle, on, law, own))
    begin = parts.begin
    verdicts = Judgement(law.notice, area_of(law.notice, law.ground), own).verdicts(
        [law.vehicles[number] for number in vehicle[begin].tolist()],
        tracks.t_s[begin],
        tracks.lon[begin],
        tracks.lat[begin],
        [on.get(point) for point in begin.tolist()],
    )
    return _leads(tracks, parts, verdicts, fixes, law, own)


def _with_a_place(passages: Sequence[Passage], law: Law, own: Own) -> Ints:
    """Return the passages whose verdict can hang on where the truck is in the zone: permits for roads or areas may be theirs."""

    def names_a_place(permit: Permit) -> bool:
        return permit.roads is not None or permit.area is not None

    asked = [
        number
        for number, passage in enumerate(passages)
        if any(names_a_place(permit) for permit in own.of(law.vehicles[passage.vehicle].plate))
    ]
    return np.array(asked, np.intp)


def _trits(tracks: Tracks, vehicle: Ints, on: dict[int, Streets], law: Law, own: Own) -> npt.NDArray[np.int8]:
    """Return for each point whether a ban stands from there on; between instants at which it can change it does not."""
    asked = tracks.turns.copy()
    asked[list(on)] = True
    rows = np.flatnonzero(asked)
    # a permit is asked of every plate of a column: few vehicles at a time, each with its own permits
    drivers, driver = np.unique(vehicle[rows], return_inverse=True)
    held = [list(own.of(law.vehicles[number].plate)) for number in drivers.tolist()]
    groups = [[n for n, permits in enumerate(held) if not permits]]
    holders = [n for n, permits in enumerate(held) if permits]
    groups += [holders[k : k + _TOGETHER] for k in range(0, len(holders), _TOGETHER)]
    trits = np.zeros(len(rows), np.int8)
    for group in groups:
        some = np.flatnonzero(np.isin(driver, group))
        at = rows[some]
        permits = {id(permit): permit for n in group for permit in held[n]}
        trits[some] = decide_columns(
            law.notice,
            Questions(
                [law.vehicles[number] for number in drivers[group].tolist()],
                np.searchsorted(group, driver[some]),
                np.floor(tracks.t_s[at]).astype(np.int64),
                {name: np.full(len(at), mask, np.int64) for name, mask in area_of(law.notice, law.ground).items()},
                Coded.of([on.get(row) for row in at.tolist()]),
                tracks.lon[at],
                tracks.lat[at],
                PermitList([*permits.values()]),
            ),
        )
    held_on: npt.NDArray[np.int8] = trits[np.cumsum(asked) - 1]
    return held_on


def _parts(tracks: Tracks, trits: npt.NDArray[np.int8]) -> Parts:
    """Cut passages where the verdict changes; each point's verdict holds until the next point."""
    last = tracks.first[1:] - 1
    begins = np.zeros(len(trits), bool)
    begins[1:] = trits[1:] != trits[:-1]
    begins[last] = False
    begins[tracks.first[:-1]] = True
    begin = np.flatnonzero(begins)
    owner = tracks.of[begin]
    return Parts(begin, np.minimum(np.append(begin[1:], len(trits)), last[owner]))


def _leads(tracks: Tracks, parts: Parts, verdicts: Sequence[Verdict], fixes: Fixes, law: Law, own: Own) -> list[Lead]:
    owner = tracks.of[parts.begin].tolist()
    begin_s, end_s = tracks.t_s[parts.begin], tracks.t_s[parts.end]
    entered, left = (_written(instants, law.notice.pack.timezone) for instants in (begin_s, end_s))
    since, until = begin_s.tolist(), end_s.tolist()
    seen, inside = (counted(values, parts) for values in (tracks.fixes, tracks.inside))
    metres = (tracks.along_m[parts.end] - tracks.along_m[parts.begin]).tolist()
    shown = timed(tracks, parts)
    mean = mean_speed(tracks, shown)
    most = np.fmax(fastest(tracks, shown), mean)
    deep = deepest(tracks, parts, law.ground)
    depth_m, error_m = deep.depth_m.tolist(), errors_at(tracks, deep.point, fixes).tolist()
    unshown = only_between_fixes(tracks, parts).tolist()
    entries, exits = ends_of(tracks, parts, verdicts, law.ground)
    lines, roads = _lines(tracks, parts), _roads(tracks, parts, law.ground)
    grade, zone_id = law.ground.zone.grade, law.ground.zone.id
    leads = []
    for n, verdict in enumerate(verdicts):
        passage = tracks.passages[owner[n]]
        vehicle, name = law.vehicles[passage.vehicle], fixes.vehicle_ids[passage.vehicle]
        status = _permit_status(verdict, vehicle, own)
        driven = not passage.cut_corner
        leads.append(
            Lead(
                lead_id=_id(law.notice.id, zone_id, name, entered[n], left[n], verdict.verdict),
                vehicle_id=name,
                plate=vehicle.plate,
                entered_at=entered[n],
                left_at=left[n],
                fixes=seen[n],
                fixes_inside=inside[n],
                distance_inside_m=round(metres[n] - passage.crossed_m(since[n], until[n]), 1) if driven else 0.0,
                roads=roads[n],
                probability=round(min(passage.probability, NOT_SHOWN) if unshown[n] else passage.probability, 4),
                verdict=verdict.verdict,
                reasons=tuple(dict.fromkeys(reason.code for reason in verdict.reasons)),
                clauses=tuple(dict.fromkeys(reason.clause for reason in verdict.reasons if reason.clause)),
                enforceable=verdict.enforceable,
                permit_status=status,
                enterprise_id=None,
                grade=grade,
                missing=verdict.missing,
                other_readings=tuple(str(reading["reading"]) for reading in verdict.other_readings),
                notice=law.notice.id,
                cut_corner=passage.cut_corner,
                line=lines[n],
                entry=entries[n],
                exit=exits[n],
                mean_speed_kmh=_rounded(float(mean[n])) if driven else None,
                max_speed_kmh=_rounded(float(most[n])) if driven else None,
                depth_max_m=_rounded(depth_m[n]),
                vehicle_class=verdict.vehicle_class,
                vehicle_facts=quoted(verdict, vehicle.given, law.notice),
                why_probability=basis_of(passage, inside[n], depth_m[n], error_m[n], hours_unshown=unshown[n]),
                evidence_missing=missing_evidence(vehicle, grade, status),
                passage=passage,
                begin_s=since[n],
                end_s=until[n],
            )
        )
    return leads


def _rounded(value: float) -> float | None:
    return round(value, 1) if np.isfinite(value) else None


def _lines(tracks: Tracks, parts: Parts) -> list[shapely.LineString]:
    """Return the fixes of each part as a line; a single point twice."""
    point, part = parts.points()
    alone = np.flatnonzero(parts.begin == parts.end)
    if len(alone):
        point, part = np.append(point, parts.begin[alone]), np.append(part, alone)
        order = np.argsort(part, kind="stable")
        point, part = point[order], part[order]
    lines = np.asarray(shapely.linestrings(tracks.lon[point], tracks.lat[point], indices=part), dtype=object)
    return list(lines)


def _written(t_s: Floats, timezone: str) -> list[str]:
    """Write instants in a zone of time, to the second, as the contract does (RFC 3339)."""
    whole = np.floor(t_s).astype(np.int64)
    days, seconds = local_columns(whole, timezone)
    here = (days - _EPOCH_DAY) * 86_400 + seconds
    texts = np.datetime_as_string(here.astype("datetime64[s]")).tolist()
    return [text + _offset(ahead) for text, ahead in zip(texts, (here - whole).tolist(), strict=True)]


_EPOCH_DAY = 719_163


def _offset(seconds: int) -> str:
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02}:{minutes:02}"


def _roads(tracks: Tracks, parts: Parts, ground: Locator) -> list[tuple[str, ...]]:
    """Return the streets of each part in the order driven: of the path, where it is known, else of the fixes."""
    times = zip(
        tracks.of[parts.begin].tolist(), tracks.t_s[parts.begin].tolist(), tracks.t_s[parts.end].tolist(), strict=True
    )
    found = [
        tuple(dict.fromkeys(s.name for s in on_the_way(tracks.passages[number], begin, end) if s.name))
        for number, begin, end in times
    ]
    # without a path, the streets that the fixes are on say where it was
    rest = [n for n, names in enumerate(found) if not names]
    if not rest:
        return found
    point, part = Parts(parts.begin[rest], parts.end[rest]).points()
    near = ground.roads(tracks.lon[point], tracks.lat[point])
    by_fix: list[dict[str, None]] = [{} for _ in rest]
    by_any: list[dict[str, None]] = [{} for _ in rest]
    in_order = cache(sorted)
    for names, k, is_fix in zip(near, part.tolist(), (tracks.fixes[point] > 0).tolist(), strict=True):
        for chosen in (by_any, by_fix) if is_fix else (by_any,):
            chosen[k].update(dict.fromkeys(in_order(names)))
    has_fix = np.bincount(part, tracks.fixes[point], len(rest)) > 0
    for k, n in enumerate(rest):
        found[n] = tuple(by_fix[k] if has_fix[k] else by_any[k])
    return found


def _permit_status(verdict: Verdict, vehicle: VehicleFacts, own: Own) -> str:
    if vehicle.plate not in own.by_plate:
        return "none"
    codes = [reason.code for reason in verdict.reasons if reason.code.startswith("permit.")]
    if UNREAD in codes:  # that one may cover it is no word about a permit that was read
        codes = [code for code in codes if code != "permit.pass" or verdict.verdict == "allowed"]
    return ";".join(dict.fromkeys(codes)) or "not_needed"


def _id(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
