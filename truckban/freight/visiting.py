"""From traces and sites to visits, and from visits to the origin of every passage of a check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from enterprises.stops import Stops
from enterprises.visits import Visited, visits_of
from truckban.freight.origins import WITHIN_S, Origin, Origins, counted_origins, with_origins
from truckban.freight.sites_given import GivenSites
from truckban.traces.check import Checked, Inputs, Step, silently
from truckban.traces.fixes import Fixes, read_fixes
from truckban.traces.stops import stops_of
from zones.text import Text

HEAVY = ("heavy", "tractor")


@dataclass(frozen=True, slots=True)
class Visiting:
    """What traces say of stays at sites.

    Attributes:
        fixes: what was read.
        stops: where trucks stood.
        visited: their visits.
        given: the sites.
    """

    fixes: Fixes
    stops: Stops
    visited: Visited
    given: GivenSites

    def facts(self) -> dict[str, Any]:
        """Return what `run.json` says of the sites and the visits."""
        return {
            "registry": {"place": self.given.registry.place, "sha256": self.given.registry.sha256},
            "invented": self.given.registry.invented,
            "sites": len(self.given.places),
            "enterprises_without_site": list(self.given.without),
            "stops": dict(self.visited.counts),
            "notes": [{"zh": note.zh, "en": note.en} for note in self.given.notes],
        }


def visiting(
    inputs: Inputs,
    timezone: str,
    given: GivenSites,
    plates: Mapping[str, str | None],
    *,
    min_s: float | None = None,
    step: Step = silently,
) -> Visiting:
    """Read traces and find the visits to sites.

    All fixes are held at once, unlike in a check: sites lie anywhere, not only near the zone.

    Args:
        inputs: which traces, and how they are read.
        timezone: how a time without a zone is read.
        given: the sites.
        plates: by vehicle id.
        min_s: the shortest visit, as `visits_of` has it unless said.
        step: shows progress.
    """
    with step(Text("读取轨迹，找停留和到访", "reading traces, finding stops and visits")):
        fixes = read_fixes(
            inputs.traces,
            timezone=timezone,
            crs=inputs.crs,
            columns=inputs.columns,
            now_s=None if inputs.now is None else inputs.now.timestamp(),
        )
        stops = stops_of(fixes)
        least = {} if min_s is None else {"min_s": min_s}
        return Visiting(fixes, stops, visits_of(stops, given.places, plates=plates, **least), given)


def with_sites(checked: Checked, found: Visiting, *, within_s: float = WITHIN_S) -> tuple[Checked, Sequence[Origin]]:
    """Return a check whose leads name the enterprise they began at, and the origin of each of its parts."""
    parts, origins = with_origins(checked.parts, Origins(found.visited.visits, found.stops), within_s=within_s)
    of_leads = [
        origin
        for part, origin in zip(parts, origins, strict=True)
        if checked.kind(part) in ("prohibited", "undetermined")
    ]
    facts = found.facts() | {"within_s": within_s, "leads": counted_origins(of_leads)}
    return replace(checked, parts=parts, origins=facts), origins
