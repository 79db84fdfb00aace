"""Where a trip's load comes from: the last visit to a source enterprise before it. Evidence to be asked about, no proof."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from enterprises.stops import EMPTY, FULL, HALF, Stops
from enterprises.visits import Visit, visits_by_vehicle
from truckban.traces.lead.leads import Lead

WITHIN_S = 6 * 3600.0
"""A load is taken to be on the road no longer than this after the visit."""
SLACK_S = 120.0
"""A trip that began no further before its truck was last seen standing began there."""

STOPPED_S = 900.0
"""A stop elsewhere as long as this may have been the unloading, or another loading: what follows is another trip."""

WHY = ("visit", "no_visit", "too_long_ago", "unsure", "ambiguous", "left_empty", "stopped_since")


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of where a trip began.

    Attributes:
        enterprise: the id, None where it is not known.
        why: `visit` where it is; `no_visit` before it; the last one `too_long_ago`, `unsure`, `ambiguous`; `left_empty`: the
            terminal says that the truck left that visit empty; it has `stopped_since` for long elsewhere, and no terminal says
            that it went on loaded.
        visit: the last one before the trip, if any.
    """

    enterprise: str | None
    why: str
    visit: Visit | None = None


class Origins:
    """Visits, made ready to be asked for many trips."""

    def __init__(self, visits: Sequence[Visit], stops: Stops | None = None) -> None:
        """Take visits, and the stops that they are from, of any vehicles, in any order."""
        self._visits = visits_by_vehicle(visits)
        self._stops = _long_stops(stops) if stops is not None else {}
        self._arrived = {name: [visit.arrived_s for visit in own] for name, own in self._visits.items()}

    def before(self, vehicle_id: str, at_s: float, *, within_s: float = WITHIN_S) -> Origin:
        """Return the origin of a vehicle's trip at an instant (seconds since 1970-01-01 UTC)."""
        place = bisect_right(self._arrived.get(vehicle_id, []), at_s)
        if not place:
            return Origin(None, "no_visit")
        visit = self._visits[vehicle_id][place - 1]
        since = max(0.0, at_s - visit.left_s)
        if at_s < visit.left_s - SLACK_S and place > 1:
            # a passage in the midst of a stay cannot be: the truck stood; what was before it still counts
            visit = self._visits[vehicle_id][place - 2]
            since = max(0.0, at_s - visit.left_s)
        if since > within_s:
            return Origin(None, "too_long_ago", visit)
        if visit.certainty != "inside":
            return Origin(None, visit.certainty, visit)
        if visit.load_after == EMPTY:
            return Origin(None, "left_empty", visit)
        if self._stopped(vehicle_id, visit.left_s, at_s):
            return Origin(None, "stopped_since", visit)
        return Origin(visit.enterprise, "visit", visit)

    def _stopped(self, vehicle_id: str, from_s: float, to_s: float) -> bool:
        """Return whether a vehicle stopped for long and is not known to have gone on loaded."""
        own = self._stops.get(vehicle_id, [])
        for start, loaded in own[bisect_left(own, (from_s, False)) :]:
            if start >= to_s:
                return False
            if not loaded:
                return True
        return False


def _long_stops(stops: Stops) -> dict[str, list[tuple[float, bool]]]:
    """Return when each vehicle stopped for long, and whether its terminal says that it came and went loaded."""
    found: dict[str, list[tuple[float, bool]]] = {}
    long = stops.taken(stops.end_s - stops.start_s >= STOPPED_S)
    loaded = np.isin(long.load_before, (HALF, FULL)) & (long.load_after == long.load_before)
    for vehicle, start, still in zip(long.vehicle.tolist(), long.start_s.tolist(), loaded.tolist(), strict=True):
        found.setdefault(long.vehicle_ids[vehicle], []).append((start, still))
    return {name: sorted(own) for name, own in found.items()}


def with_origins(
    parts: Sequence[Lead], origins: Origins, *, within_s: float = WITHIN_S
) -> tuple[list[Lead], list[Origin]]:
    """Return parts of passages with their enterprise filled in, and how each was found, in the same order.

    A passage that the verdict cuts into parts has one origin: that before its first part.
    """
    began: dict[int, float] = {}
    for part in parts:
        began[id(part.passage)] = min(began.get(id(part.passage), part.begin_s), part.begin_s)
    found = [origins.before(part.vehicle_id, began[id(part.passage)], within_s=within_s) for part in parts]
    return [replace(part, enterprise_id=origin.enterprise) for part, origin in zip(parts, found, strict=True)], found


def counted_origins(found: Sequence[Origin]) -> Mapping[str, int]:
    """Return how many trips have an origin (`visit`), and of the others why not."""
    return {name: sum(one.why == name for one in found) for name in WHY}
