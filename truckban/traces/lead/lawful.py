"""When a ban may stand for a vehicle at all: what is lawful wherever it was driven needs no map matching."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from truckban.advice import change_seconds
from truckban.columns import Questions, decide_columns, local_columns
from truckban.logic import Coded
from truckban.moments import instant_of
from truckban.norms import AREA, OUTSIDE, Notice, everywhere
from truckban.notices.model import Rule
from truckban.permits import PermitList
from truckban.vehicle_facts import VehicleFacts
from truckban.zone_parts import mapped_zone
from zones.locate import Locator

_Floats = npt.NDArray[np.float64]


def area_of(notice: Notice, ground: Locator) -> dict[str, int]:
    """Return the parts of a notice's zones that a passage is in: the mapped one's area.

    Of other zones the map says nothing. What bans there is another check's question, asked with that zone's own map: for this one
    the truck is outside them, or every lawful drive would be undetermined. Where another zone lifts a ban, nothing is known.
    """
    mapped = mapped_zone(notice, ground).id
    lifting = {where.zone for norm in notice.pack.norms if not isinstance(norm, Rule) for where in norm.where or ()}
    masks = {name: everywhere(zone) if name in lifting else OUTSIDE for name, zone in notice.zones.items()}
    return {**masks, mapped: AREA}


def may_stand(
    notice: Notice,
    ground: Locator,
    vehicles: Sequence[VehicleFacts],
    vehicle: npt.NDArray[np.intp],
    begin_s: _Floats,
    end_s: _Floats,
) -> npt.NDArray[np.bool_]:
    """Return for each span of time whether a ban may stand for its vehicle in it, anywhere in the area, shape (n,).

    Permits are left out, since a permit only ever widens what is allowed.

    Args:
        notice: what is banned.
        ground: where.
        vehicles: distinct ones.
        vehicle: which of them each span is about, shape (n,).
        begin_s: seconds since 1970-01-01 UTC, shape (n,).
        end_s: likewise.
    """
    if not len(vehicle):
        return np.zeros(0, np.bool_)
    changes = _changes(notice, float(begin_s.min()), float(end_s.max()))
    first, last = np.searchsorted(changes, begin_s, side="right"), np.searchsorted(changes, end_s)
    count = np.maximum(last - first, 0) + 1
    span = np.repeat(np.arange(len(vehicle)), count)
    nth = np.arange(len(span)) - np.repeat(np.cumsum(count) - count, count)
    at_s = begin_s[span]
    later = nth > 0
    at_s[later] = changes[(first[span] + nth - 1)[later]]
    nowhere = np.full(len(span), np.nan)
    drivers, driver = np.unique(vehicle, return_inverse=True)
    trits = decide_columns(
        notice,
        Questions(
            [vehicles[number] for number in drivers.tolist()],
            driver[span],
            np.floor(at_s).astype(np.int64),
            {name: np.full(len(span), mask, np.int64) for name, mask in area_of(notice, ground).items()},
            Coded(np.zeros(len(span), np.intp), [None]),
            nowhere,
            nowhere,
            PermitList(),
        ),
    )
    stands = np.zeros(len(vehicle), np.bool_)
    stands[span[trits >= 0]] = True
    return stands


def _changes(notice: Notice, begin_s: float, end_s: float) -> _Floats:
    """Return the instants at which any verdict without a permit can change, in order."""
    timezone = notice.pack.timezone
    days, _ = local_columns(np.array([begin_s, end_s]).astype(np.int64), timezone)
    edges = change_seconds(notice, PermitList())
    return np.unique(
        [instant_of(day, edge, timezone).timestamp() for day in range(int(days[0]), int(days[1]) + 1) for edge in edges]
    )
