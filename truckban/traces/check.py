"""The main job: traces and vehicles in; leads, counts that add up and rejected rows out."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from truckban.norms import Notice
from truckban.permits import PermitList
from truckban.places import mapped_zone
from truckban.traces.fixes import Fixes, read_fixes
from truckban.traces.fleet import Fleet, read_fleet, read_permits
from truckban.traces.leads import SLIP_M, Law, Lead, judge
from truckban.traces.passages import Found, find_passages
from truckban.traces.paths import ZoneMatcher
from truckban.traces.tables import Reject
from truckban.vehicle_facts import read_vehicle
from zones.locate import Locator
from zones.text import Text

Step = Callable[[Text], AbstractContextManager[None]]
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
    """

    traces: Path
    vehicles: Path
    permits: Path | None = None
    crs: str = "wgs84"
    columns: Mapping[str, str] = field(default_factory=dict)
    min_probability: float = DEFAULT_PROBABILITY


@dataclass(frozen=True, slots=True)
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
    """

    notice: Notice
    ground: Locator
    fixes: Fixes
    fleet: Fleet
    permits: PermitList
    permit_rows: int
    found: Found
    parts: list[Lead]
    min_probability: float
    rejects: list[Reject]

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
        return [*([zone] if self._other_roads else []), *self.fixes.notes, *self.fleet.notes]

    @property
    def _other_roads(self) -> bool:
        area = mapped_zone(self.notice, self.ground).area
        named = {edge.road for edge in area.edges} if area else set()
        return not named <= {road.name for road in self.ground.zone.boundary_roads}

    @property
    def leads(self) -> list[Lead]:
        """What a person should look at: sure enough, and not lawful."""
        return [part for part in self.parts if self.kind(part) in ("prohibited", "undetermined")]

    def kind(self, part: Lead) -> str:
        """Return `prohibited` or `undetermined` for a lead, `lawful` or `unsure` for the rest."""
        if part.verdict == "allowed":
            return "lawful"
        return part.verdict if part.probability >= self.min_probability and not part.cut_corner else "unsure"

    def counts(self) -> dict[str, Any]:
        """Return the figures of `run.json`; of every file, read = used + rejected."""
        kinds = [self.kind(part) for part in self.parts]
        known = sum(name in self.fleet.vehicles for name in self.fixes.vehicle_ids)
        bad = {"traces": len(self.fixes.rejects), "vehicles": len(self.fleet.rejects)}
        bad["permits"] = len(self.rejects) - sum(bad.values())
        return {
            "rows": {"read": self.fixes.read, "used": self.fixes.used, "rejected": bad["traces"]},
            "fixes": len(self.fixes.t_s),
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
        }


def check(inputs: Inputs, notice: Notice, ground: Locator, *, step: Step = silently) -> Checked:
    """Check traces against a notice.

    Args:
        inputs: files and how to read them.
        notice: what is allowed.
        ground: the notice's zone on the ground.
        step: shows progress: entered with what is being done.

    Raises:
        InputError: a file cannot be read at all.
    """
    with step(Text("读取车辆和通行证", "reading vehicles and permits")):
        fleet = read_fleet(inputs.vehicles, notice.facts)
        permits, bad_permits, permit_rows = (
            read_permits(inputs.permits, notice.road_name) if inputs.permits else (PermitList(), list[Reject](), 0)
        )
    with step(Text("读取轨迹", "reading traces")):
        fixes = read_fixes(inputs.traces, timezone=notice.pack.timezone, crs=inputs.crs, columns=inputs.columns)
    with step(Text("找出经过", "finding passages")):
        found = find_passages(fixes, ground, ZoneMatcher.of(ground.zone))
    with step(Text("逐条判断", "judging passages")):
        parts = judge(found.passages, fixes, law_for(fixes, notice, ground, fleet, permits))
    rejects = [*fixes.rejects, *fleet.rejects, *bad_permits]
    return Checked(notice, ground, fixes, fleet, permits, permit_rows, found, parts, inputs.min_probability, rejects)


def law_for(fixes: Fixes, notice: Notice, ground: Locator, fleet: Fleet, permits: PermitList) -> Law:
    """Return what the fixes' vehicles are judged by; of a vehicle that the fleet does not have nothing is known."""
    nothing_known = read_vehicle({}, notice.facts)
    vehicles = [fleet.vehicles.get(name, nothing_known) for name in fixes.vehicle_ids]
    return Law(notice, ground, vehicles, PermitList([permit.widened(SLIP_M) for permit in permits.permits]))
