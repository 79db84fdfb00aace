"""A map: its blocks, turns, and notices with their zones."""

from dataclasses import dataclass, field
from typing import NamedTuple

from shapely import LineString, Point

from truckban.trips.rules import Rule
from zones.coords import LocalPlane
from zones.network import Segment
from zones.routing.ground import TripStreets

PLANE = LocalPlane(121.0, 31.0)
BLOCK_M = 200.0
WIDTH_M = 20.0
COLUMNS, ROWS = "甲乙丙丁戊", "子丑寅卯辰"
# km/h; on `trunk` no truck may stand
# metres and seconds are whole numbers together: three paces
KMH = {"primary": 3.6, "secondary": 1.8, "tertiary": 1.2, "trunk": 3.6}
MS = {highway: kmh / 3.6 for highway, kmh in KMH.items()}


Node = tuple[int, int]


@dataclass(frozen=True)
class Block:
    """A street from crossing to crossing."""

    start: Node
    end: Node
    name: str | None
    highway: str
    oneway: bool
    trucks: bool

    @property
    def id(self) -> str:
        """Unique on a map."""
        return f"{self.start}-{self.end}"

    def place(self, along_m: float) -> tuple[float, float]:
        """Return WGS 84 lon/lat of metres from its beginning."""
        share = along_m / BLOCK_M
        x, y = ((a + share * (b - a)) * BLOCK_M for a, b in zip(self.start, self.end, strict=True))
        point = PLANE.to_lonlat(Point(x, y))
        return point.x, point.y

    @property
    def segment(self) -> Segment:
        """The same for the program."""
        corners = [(BLOCK_M * x, BLOCK_M * y) for x, y in (self.start, self.end)]
        return Segment(
            id=self.id,
            name=self.name,
            highway=self.highway,
            line=PLANE.to_lonlat(LineString(corners)),
            width_m=WIDTH_M,
            oneway=self.oneway,
            truck_tags=() if self.trucks else (("hgv", "no"),),
        )


class Turn(NamedTuple):
    """A turn at a crossing that is forbidden, or the only one."""

    before: Block
    at: Node
    after: Block
    only: bool


@dataclass(frozen=True)
class Map:
    """Streets, turns, and notices with their zones."""

    blocks: tuple[Block, ...]
    turns: tuple[Turn, ...]
    rules: tuple[Rule, ...]
    streets: TripStreets
    marks: tuple[int, ...] = field(default=())
    parts_of: dict[str, list[float]] = field(default_factory=dict)
