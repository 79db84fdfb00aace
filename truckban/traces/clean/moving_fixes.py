"""Moving fixes of each vehicle, some of them: what tells whether positions lie on streets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from truckban.traces.clean.two_tracks import metres

_Floats = npt.NDArray[np.float64]
_Index = npt.NDArray[np.intp]
MOST_OF_A_VEHICLE = 60
_MOVED_M, _MOVED_S, _MOVED_MS = 40.0, 300.0, 3.0


@dataclass(frozen=True, slots=True)
class Sample:
    """Moving fixes of many vehicles, at most `MOST_OF_A_VEHICLE` of each; those of other vehicles change nothing of it.

    Attributes:
        vehicle: a number for each, the same for those of one, shape (n,).
        lon: WGS 84 degrees by the declared reading, shape (n,).
        lat: likewise.
        course: the direction of travel, radians from east, shape (n,).
        t_s: seconds, shape (n,).
    """

    vehicle: _Index
    lon: _Floats
    lat: _Floats
    course: _Floats
    t_s: _Floats

    @classmethod
    def all_of(cls, samples: Sequence["Sample"]) -> "Sample":
        """Return samples of different vehicles as one."""
        names = ("vehicle", "lon", "lat", "course", "t_s")
        return cls(*(np.concatenate([getattr(sample, name) for sample in samples]) for name in names))


def moving_sample(
    vehicle: _Index, t_s: _Floats, lon: _Floats, lat: _Floats, box: tuple[float, float, float, float]
) -> Sample:
    """Choose moving fixes within a box.

    Which of a vehicle's are chosen is by a hash of the fix, so it depends neither on other vehicles nor on how rows were split.

    Args:
        vehicle: index, sorted.
        t_s: seconds, in order for each vehicle.
        lon: WGS 84 degrees.
        lat: likewise.
        box: west, south, east, north; that of the streets.
    """
    empty = np.zeros(0)
    if len(t_s) < 2:  # noqa: PLR2004 - a fix and the one before
        return Sample(np.zeros(0, np.intp), empty, empty, empty, empty)
    west, south, east, north = box
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    k = np.flatnonzero(inside[1:] & inside[:-1] & (vehicle[1:] == vehicle[:-1])) + 1
    way, time = metres(lon, lat, k - 1, k), t_s[k] - t_s[k - 1]
    k = k[(way >= np.maximum(_MOVED_M, _MOVED_MS * time)) & (time <= _MOVED_S)]
    order = k[_by_vehicle(vehicle[k], mixed_hash(t_s[k], lon[k], lat[k]))]
    starts = np.flatnonzero(np.diff(vehicle[order], prepend=-1))
    number = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    chosen = order[number < MOST_OF_A_VEHICLE]
    course = np.arctan2(
        lat[chosen] - lat[chosen - 1], (lon[chosen] - lon[chosen - 1]) * np.cos(np.radians(lat[chosen]))
    )
    return Sample(vehicle[chosen], lon[chosen], lat[chosen], course, t_s[chosen])


def _by_vehicle(vehicle: _Index, number: npt.NDArray[np.uint64]) -> _Index:
    """Return the order by vehicle, then by a number, of rows that are in order of vehicle; quicker than sorting by both."""
    rank = np.cumsum(np.diff(vehicle, prepend=vehicle[:1]) != 0)
    small = rank.astype(np.uint16) if len(rank) and rank[-1] <= np.iinfo(np.uint16).max else rank
    by_number = np.argsort(number)
    order: _Index = by_number[np.argsort(small[by_number], kind="stable")]
    return order


def mixed_hash(*columns: _Floats) -> npt.NDArray[np.uint64]:
    """Return a number for each row that only its own values decide; the mixing is that of splitmix64."""
    mixed = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        mixed ^= np.ascontiguousarray(column).view(np.uint64)
        for shift, times in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(times)
        mixed ^= mixed >> np.uint64(31)
    return mixed
