"""Visits: what of a trace is near a zone. Everything that follows looks at visits only."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from truckban.kept import kept
from truckban.traces.fixes import Fixes
from truckban.traces.in_or_out.drives import GAP_S
from truckban.traces.sifting.sift import Box, touches
from zones.depths import Cells, DepthGrid
from zones.errors import InputError
from zones.locate import Locator
from zones.text import Text

AROUND_M = 500.0
"""The path of a truck that comes near is looked at from here on, and from the fix before."""
_METRES_A_DEGREE = 111_000.0
"""Of latitude, to a hundredth: nothing hangs on where exactly the surroundings end."""


@dataclass(frozen=True, eq=False)
class Near:
    """A zone and what counts as near it.

    Attributes:
        ground: the zone.
        box: around its area and its boundary roads.
        depths: of positions in the box, and elsewhere.
    """

    ground: Locator
    box: Box
    depths: DepthGrid

    @classmethod
    def of(cls, ground: Locator) -> "Near":
        """Return what is near a zone."""
        shapes = [ground.zone.area, *(road.geometry for road in ground.zone.boundary_roads)]
        west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object)).tolist()
        high = AROUND_M / _METRES_A_DEGREE
        wide = high / float(np.cos(np.radians(max(abs(south), abs(north)))))
        box = (west - wide, south - high, east + wide, north + high)
        try:
            return cls(ground, box, depth_grid(ground, box, "depths"))
        except ValueError as error:
            raise InputError(
                Text("区域太大：一个区域最多几十公里", "the zone is too large: some tens of kilometres are the most"),
                file=ground.zone.id,
            ) from error


def depth_grid(ground: Locator, box: Box, kind: str) -> DepthGrid:
    """Return the grid for depths in a box; its cells are kept beside the byte code, as of a kind."""
    versions = (np.__version__, shapely.__version__, shapely.geos_version_string, pyproj.__version__)

    def keep(make: Callable[[], Cells]) -> Cells:
        return kept(kind, (ground.zone.sha256, repr(box), *versions), make, packages=("zones",))

    return DepthGrid(ground, box, keep)


@dataclass(frozen=True, slots=True)
class Visits:
    """Runs of fixes, each of one vehicle, whose ways from one to the next come near.

    Attributes:
        fixes: of all visits, one after another; of a vehicle in order of time.
        starts: first row of each visit, and the number of rows.
        gaps: silences in the whole traces.
    """

    fixes: Fixes
    starts: npt.NDArray[np.intp]
    gaps: int

    def rows(self, number: int) -> tuple[int, int]:
        """Return the first row of a visit, and the row after its last."""
        return int(self.starts[number]), int(self.starts[number + 1])

    def numbered(self, code: npt.NDArray[np.intp], names: list[str]) -> "Visits":
        """Return the visits under other numbers of vehicles, in the order of these.

        Args:
            code: the new number of each vehicle.
            names: of the new numbers.
        """
        vehicle = code[self.fixes.vehicle]
        order = np.argsort(vehicle, kind="stable")
        begins = np.zeros(len(vehicle), np.bool_)
        begins[self.starts[:-1]] = True
        fixes = replace(self.fixes, vehicle_ids=names, vehicle=vehicle).taken(order)
        return Visits(fixes, np.append(np.flatnonzero(begins[order]), len(order)).astype(np.intp), self.gaps)


def visits_of(fixes: Fixes, near: Near) -> Visits:
    """Return the visits of all vehicles, in order of vehicle and time."""
    n = len(fixes.t_s)
    if not n:
        return Visits(fixes, np.zeros(1, np.intp), 0)
    same = np.diff(fixes.vehicle) == 0
    gaps = int((same & (np.diff(fixes.t_s) > GAP_S)).sum())
    linked = touches(near.box, fixes.lon, fixes.lat) & same
    near_by = np.zeros(n, np.bool_)
    near_by[1:] |= linked
    near_by[:-1] |= linked
    begins = near_by.copy()
    begins[1:] &= ~linked
    rows = np.flatnonzero(near_by)
    starts = np.append(np.flatnonzero(begins[rows]), len(rows)).astype(np.intp)
    return Visits(fixes.taken(rows), starts, gaps)
