"""The main job: traces and vehicles in; leads, counts that add up and rejected rows out."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from truckban.norms import Notice
from truckban.permits import PermitList
from truckban.traces.clean.cleaning_notes import PARKED, cleaning_counts, notes_of
from truckban.traces.clean.clocks import LEAPS
from truckban.traces.clean.late_vehicles import RECEIVED_LATER
from truckban.traces.clean.two_tracks import TWO_AT_ONCE
from truckban.traces.fixes import Fixes
from truckban.traces.in_or_out.believed import with_believed
from truckban.traces.in_or_out.passages import Found, passages_of
from truckban.traces.in_or_out.paths import ZoneMatcher
from truckban.traces.lead.lawful import may_stand
from truckban.traces.lead.leads import LEADS, OTHER_COORDINATES, SLIP_M, Law, Lead, judge, kind_of, without_some
from truckban.traces.lead.other_coordinates import FLEET_NOTE, Coordinates, Doubt, fleet_doubted, is_of_fleet
from truckban.traces.lead.repeats import counted_once
from truckban.traces.read.arrow_table import rows_said
from truckban.traces.read.fleet import Fleet, read_fleet, read_permits
from truckban.traces.read.pieces import Source
from truckban.traces.read.reasons import by_reason
from truckban.traces.read.rejects import Rejects
from truckban.traces.read.tables import Reject
from truckban.traces.sifting.near import Near
from truckban.traces.sifting.sift import rows_to_come
from truckban.traces.sifting.stream import FitSample, Stream, Traces
from truckban.traces.zone_notice import alerts_not_asked, notices_differ, roads_not_there, zones_not_asked
from truckban.vehicle_facts import read_vehicle
from truckban.zone_parts import mapped_zone
from zones.locate import Locator
from zones.matching.compiled import plain_at_first
from zones.text import Text

Step = Callable[[Text], AbstractContextManager[Callable[[int, int], None] | None]]
"""Entered with what is being done; what it gives, where it gives something, is called with how many of how many are done."""
Watch = Callable[[int, int, int], None]
"""Called now and then with the rows read, the vehicles met and the leads found so far; leads may turn out to be fewer."""
DEFAULT_PROBABILITY = 0.9


@contextmanager
def silently(_what: Text) -> Iterator[None]:
    """Show no progress."""
    yield


@dataclass(frozen=True, slots=True)
class Inputs:
    """What to check, and how it is to be read.

    Attributes:
        traces: a file or folder of fixes.
        vehicles: the vehicles' file.
        permits: the permits' file, None for none.
        crs: what the positions are in.
        columns: names of columns in the traces, by the contract's names.
        min_probability: a passage less likely than this is unsure and no lead.
        now: when the check is made; fixes of later times are rejected. None for no such test.
        granted: permits that are known without a file, as the contract's JSON has them.
    """

    traces: Path
    vehicles: Path
    permits: Path | None = None
    crs: str = "wgs84"
    columns: Mapping[str, str] = field(default_factory=dict)
    min_probability: float = DEFAULT_PROBABILITY
    now: dt.datetime | None = None
    granted: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Checked:
    """The outcome of a check.

    Attributes:
        notice: what was judged by.
        ground: where.
        fixes: what was read.
        fleet: the vehicles.
        permits: the permits.
        permit_rows: rows of the permits' file.
        found: the passages before they were judged.
        parts: every passage, cut where its verdict changes, judged.
        min_probability: the threshold.
        rejects: every row that was not used, of all files.
        origins: which sites, and what was found of the passages' origins; None where nobody asked.
    """

    notice: Notice
    ground: Locator
    fixes: Traces
    fleet: Fleet
    permits: PermitList
    permit_rows: int
    found: Found
    parts: list[Lead]
    min_probability: float
    rejects: Sequence[Reject]
    origins: Mapping[str, Any] | None = field(default=None, kw_only=True)

    @property
    def fit_for_enforcement(self) -> bool | None:
        """False on a schematic or on another place's streets; None otherwise: that is for a person to say."""
        return None if self.ground.zone.grade != "schematic" and not self._other_roads else False

    @property
    def notes(self) -> list[Text]:
        """What was found out about the files and not said by the caller."""
        zone = Text(
            f"区域文件 {self.ground.zone.id} 的边界道路不是通告 {self.notice.id} 所说的道路；结果只能用于试验",
            f"zone file {self.ground.zone.id} is bounded by other roads than notice {self.notice.id} names: for trial only",
        )
        about_zone = [
            *([zone] if self._other_roads else []),
            *notices_differ(self.notice, self.ground.zone),
            *zones_not_asked(self.notice, self.ground),
            *alerts_not_asked(self.notice),
        ]
        about_permits = roads_not_there(self.permits, self.ground.zone)
        return [*about_zone, *self.fixes.notes, *self.fleet.notes, *about_permits]

    @property
    def engine(self) -> dict[str, str]:
        """What did the work, for `run.json`."""
        return {"name": "local"}

    @property
    def others_apart(self) -> bool:
        """Whether lawful and unsure passages were too many to be among the parts."""
        return False

    @property
    def _other_roads(self) -> bool:
        area = mapped_zone(self.notice, self.ground).area
        named = {edge.road for edge in area.edges} if area else set()
        return not named <= {road.name for road in self.ground.zone.boundary_roads}

    @cached_property
    def leads(self) -> list[Lead]:
        """What a person should look at: sure enough, and not lawful."""
        return [part for part, kind in zip(self.parts, self.part_kinds, strict=True) if kind in LEADS]

    @cached_property
    def part_kinds(self) -> list[str]:
        """The `kind` of each part."""
        return [self.kind(part) for part in self.parts]

    def kind(self, part: Lead) -> str:
        """Return `prohibited` or `undetermined` for a lead, `lawful` or `unsure` for the rest."""
        return kind_of(part, self.min_probability)

    def counts(self) -> dict[str, Any]:
        """Return the figures of `run.json`; of every file, read = used + rejected."""
        kinds = self.part_kinds
        known = sum(name in self.fleet.vehicles for name in self.fixes.vehicle_ids)
        bad = {"traces": len(self.fixes.rejects), "vehicles": len(self.fleet.rejects)}
        bad["permits"] = len(self.rejects) - sum(bad.values())
        return {
            "rows": {"read": self.fixes.read, "used": self.fixes.used, "rejected": bad["traces"]},
            "rejected_by_reason": (rejected := by_reason(self.fixes.rejects)),
            "cleaning": cleaning_counts(rejected, self.fixes.tally, self.fixes.duplicates),
            "fixes": self.fixes.fixes,
            "duplicates": self.fixes.duplicates,
            "times_without_zone": self.fixes.assumed_zone,
            "vehicles": {
                "read": self.fleet.read,
                "used": self.fleet.used,
                "rejected": bad["vehicles"],
                "in_traces": len(self.fixes.vehicle_ids),
                "in_traces_known": known,
                "in_traces_unknown": len(self.fixes.vehicle_ids) - known,
            },
            "permits": {"read": self.permit_rows, "used": len(self.permits.permits), "rejected": bad["permits"]},
            "drives": self.found.drives,
            "gaps": self.found.gaps,
            "passages": {
                "all": len(kinds),
                **{kind: kinds.count(kind) for kind in ("prohibited", "undetermined", "lawful", "unsure")},
            },
            "leads": kinds.count("prohibited") + kinds.count("undetermined"),
            "incidents": len({lead.incident_id for lead in self.leads}),
        }


def check(
    inputs: Inputs, notice: Notice, ground: Locator, *, step: Step = silently, watch: Watch | None = None
) -> Checked:
    """Check traces against a notice.

    Args:
        inputs: files and how to read them.
        notice: what is allowed.
        ground: the notice's zone on the ground.
        step: shows progress: entered with what is being done.
        watch: told how much was read and found so far.

    Raises:
        InputError: a file cannot be read at all.
    """
    with step(Text("读取车辆和通行证", "reading vehicles and permits")):
        fleet = read_fleet(inputs.vehicles, notice.facts)
        permits, bad_permits, permit_rows = read_permits(inputs.permits, notice.road_name, granted=inputs.granted)
    source = Source(
        inputs.traces,
        notice.pack.timezone,
        inputs.crs,
        inputs.columns,
        None if inputs.now is None else inputs.now.timestamp(),
    )
    with step(Text("读取轨迹，判断经过", "reading traces, judging passages")) as told, plain_at_first():
        total = rows_said(inputs.traces)
        rows_to_come(total or 0)
        so_far = _SoFar(inputs.min_probability, source, watch)

        def progress(rows: int) -> None:
            so_far.read(rows)
            if told and total:
                told(rows, total)

        stream = Stream(source, Near.of(ground), progress=progress)
        traces, found, parts = judged_stream(stream, notice, ground, fleet, permits, judged=so_far.judged)
    leads = [part for part in parts if kind_of(part, inputs.min_probability) in LEADS]
    parts = counted_once(parts, notice.pack.repeats, leads)
    rejects = Rejects(traces.rejects)
    rejects += fleet.rejects
    rejects += bad_permits
    return Checked(notice, ground, traces, fleet, permits, permit_rows, found, parts, inputs.min_probability, rejects)


@dataclass(slots=True)
class _SoFar:
    """What was read and found so far, for whoever watches."""

    min_probability: float
    source: Source
    watch: Watch | None
    rows: int = 0
    leads: int = 0

    def read(self, rows: int) -> None:
        self.rows = rows
        if self.watch is not None:
            self.watch(rows, len(self.source.vehicles), self.leads)

    def judged(self, parts: list[Lead]) -> None:
        if self.watch is not None:
            self.leads += sum(kind_of(part, self.min_probability) in LEADS for part in parts)
            self.watch(self.rows, len(self.source.vehicles), self.leads)


def judged_stream(
    stream: Stream,
    notice: Notice,
    ground: Locator,
    fleet: Fleet,
    permits: PermitList,
    *,
    judged: Callable[[list[Lead]], None] | None = None,
) -> tuple[Traces, Found, list[Lead]]:
    """Return what was read, how many drives were looked at, and every part of a passage, judged, by vehicle and time.

    What is judged is told as it comes, parts that turn out to be void among it.
    """
    streets = ZoneMatcher.of(ground.zone)
    drives, kept = [], []
    parked, void_parked = Counter[int](), Counter[int]()
    coordinates = Coordinates(ground.zone, stream.source.crs)
    sample = FitSample(stream.source.crs)
    for given, may_be_void in stream.visits():
        visits = with_believed(given, by_border=streets is None)
        sample.add(visits.fixes, may_be_void=may_be_void)
        law = law_for(visits.fixes, notice, ground, fleet, permits)
        found = passages_of(visits, stream.near, streets, partial(may_stand, notice, ground, law.vehicles))
        drives.append((found.vehicles, may_be_void))
        (void_parked if may_be_void else parked).update(found.parked)
        code = stream.source.vehicles
        some = coordinates.checked(judge(found.passages, visits.fixes, law), visits)
        kept += [(code[part.vehicle_id], may_be_void, part) for part in some]
        if judged is not None:
            judged(some)
    torn = stream.torn()
    traces = stream.traces
    late = stream.source.late
    traces.notes += late.notes()
    traces.fit = sample.fit(torn, ground)
    traces.notes += traces.fit.notes if traces.fit else []
    parts = [part for code, may_be_void, part in kept if not (may_be_void and torn[code])]
    doubt = Doubt.of(parts)
    traces.tally[OTHER_COORDINATES] = len(doubt.vehicles)
    traces.named.put(OTHER_COORDINATES, doubt.vehicles)
    traces.notes += notes_of({}, {OTHER_COORDINATES: len(doubt.vehicles)}, traces.named)
    driven = sum(int((~torn[vehicles]).sum()) if void else len(vehicles) for vehicles, void in drives)
    traces.tally[PARKED] += parked.total() + sum(n for vehicle, n in void_parked.items() if not torn[vehicle])
    parts.sort(key=lambda part: part.vehicle_id)
    parts = without_some(doubt.spread(parts), late.clocks().names(), RECEIVED_LATER)
    parts = without_some(parts, traces.leapt, LEAPS)
    parts = without_some(parts, traces.doubled, TWO_AT_ONCE)
    if is_of_fleet(len(doubt.vehicles), len(doubt.others)):
        traces.notes.append(FLEET_NOTE)
        parts = fleet_doubted(parts)
    return traces, Found([], driven, traces.gaps), parts


def law_for(fixes: Fixes, notice: Notice, ground: Locator, fleet: Fleet, permits: PermitList) -> Law:
    """Return what the fixes' vehicles are judged by; of a vehicle that the fleet does not have nothing is known."""
    nothing_known = read_vehicle({}, notice.facts)
    vehicles = [fleet.vehicles.get(name, nothing_known) for name in fixes.vehicle_ids]
    held = [*(permit.widened(SLIP_M) for permit in permits.permits), *permits.unread]
    return Law(notice, ground, vehicles, PermitList(held))
