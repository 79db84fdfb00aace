"""One model of streets behind every source: a segment from junction to junction, in lon/lat."""

import hashlib
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import shapely
from shapely import LineString

from zones.coords import check_crs, to_wgs84
from zones.errors import InputError, not_readable
from zones.text import Text

if TYPE_CHECKING:
    from zones.area import Area

# OSM highway classes that no truck drives on: they are drawn, but a position is never "on" one of them
NOT_DRIVEN = frozenset(
    {
        "bridleway",
        "construction",
        "corridor",
        "cycleway",
        "elevator",
        "footway",
        "path",
        "pedestrian",
        "platform",
        "proposed",
        "steps",
    }
)
# what a line on the ground is: a street, or something that a notice may name as the edge of an area
Kind = Literal["road", "railway", "river", "administrative"]
_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:m|米)?\s*")

TRACK = "track/"
"""How the ids of drives with a receiver begin."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one street, or of a line that is none; both directions of a two-way street are one segment.

    Attributes:
        id: unique in its network.
        name: OSM `name`, None where the street has none.
        highway: OSM `highway`, empty where unknown.
        line: WGS 84 lon/lat, in the direction of travel where `oneway`.
        lanes: OSM `lanes`: of both directions, or of the one carriageway of a one-way segment.
        width_m: OSM `width`.
        oneway: whether traffic flows along `line` only.
        way_id: the OSM way it is part of.
        other_names: (`alt_name` | `old_name` | `ref` | ..., name) pairs.
        kind: what it is; lines that are no streets stand in `StreetNetwork.beside` only.
        roundabout: OSM `junction=roundabout` or `junction=circular`.
        truck_tags: what OSM says of trucks on it (`osm_tags.TRUCK_TAGS`), sorted; `:forward` is along `line`.
    """

    id: str
    name: str | None
    highway: str
    line: LineString
    lanes: float | None = None
    width_m: float | None = None
    oneway: bool = False
    way_id: int | None = None
    other_names: tuple[tuple[str, str], ...] = ()
    kind: Kind = "road"
    roundabout: bool = False
    truck_tags: tuple[tuple[str, str], ...] = ()

    @property
    def driven(self) -> bool:
        """Whether motor vehicles use it (by its class)."""
        return self.kind == "road" and self.highway not in NOT_DRIVEN

    @property
    def is_track(self) -> bool:
        """Whether it is a drive with a receiver (`zones.track_streets`), whose line has no nodes where it meets others."""
        return self.id.startswith(TRACK)


@dataclass(frozen=True, slots=True)
class Post:
    """A kilometre post: metres from the start of its road, as it says itself; WGS 84 lon/lat."""

    chainage_m: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Beside:
    """What a source holds beside its streets.

    Attributes:
        lines: railways, rivers and administrative boundaries that have a name; nothing drives on them.
        posts: kilometre posts.
        partial: names of lines of which the source holds only a part.
    """

    lines: tuple[Segment, ...] = ()
    posts: tuple[Post, ...] = ()
    partial: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TurnRule:
    """A turn that signs forbid, or the only one that they allow (OSM wiki, Relation:restriction).

    Attributes:
        from_segment: the id of the segment it is made from.
        to_segment: of the segment it leads to; the same where it is a turn back.
        lon: of the place where `from_segment` is left, degrees, WGS 84.
        lat: of the same.
        only: from `from_segment` (over `via`) no other way may be taken; of several such rules each is allowed. Else
            this one may not.
        conditional: None is always; else when, and for which trucks, as OSM writes it: `no @ (Mo-Fr 07:00-09:00)`, see
            `routing.limits.use_of_turn`.
        via: ids of the segments between, in the order of travel; empty where the two meet in one place.
        relation: its number in OSM.
    """

    from_segment: str
    to_segment: str
    lon: float
    lat: float
    only: bool = False
    conditional: str | None = None
    via: tuple[str, ...] = ()
    relation: int | None = None


@dataclass(frozen=True, slots=True)
class UnreadTurn:
    """A turn rule of OSM that could not be used: its number, and the ways it names; see `turns.note_of`."""

    relation: int
    ways: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where streets are from: the file's name without its folder, its hash, and its own date if it says one.

    `area` says which part of it was taken (`zones.area`, `said`); None is all.
    """

    file: str
    sha256: str
    date: str | None = None
    area: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Overlaid:
    """Names given beside the source: by which file, and the ids of the segments that bear them."""

    file: str
    sha256: str
    segments: frozenset[str]


@dataclass(frozen=True)
class StreetNetwork:
    """Streets of one source.

    Attributes:
        segments: in the source's order.
        source: the file they were read from.
        grade: how far it can be trusted: an invented network, OpenStreetMap, or another file of lines.
        overlay: what was named beside the source.
        beside: lines that are no streets, and kilometre posts.
        turns: what signs say of turns, for trucks.
        turns_unread: turn rules that could not be used.
    """

    segments: tuple[Segment, ...]
    source: Source
    grade: Literal["schematic", "osm", "survey"] = field(default="survey")
    overlay: Overlaid | None = None
    beside: Beside = field(default=Beside())
    turns: tuple[TurnRule, ...] = ()
    turns_unread: tuple[UnreadTurn, ...] = ()

    def of_kind(self, kind: Kind) -> "StreetNetwork":
        """Return the network, or one of the lines beside it that are of a kind."""
        if kind == "road":
            return self
        return replace(self, segments=tuple(line for line in self.beside.lines if line.kind == kind))

    @cached_property
    def by_name(self) -> dict[str, list[Segment]]:
        """Segments by the name they are signed with."""
        named: dict[str, list[Segment]] = {}
        for segment in self.segments:
            if segment.name:
                named.setdefault(segment.name, []).append(segment)
        return named


def parse_metres(text: object) -> float | None:
    """Return the metres of an OSM `width` value, or None where it is not plain metres above 0 (OSM wiki, Key:width)."""
    return _positive(text)


def parse_lanes(text: object) -> float | None:
    """Return the number of an OSM `lanes` value, or None where it is not one number above 0."""
    return _positive(text)


def _positive(text: object) -> float | None:
    match = _NUMBER.fullmatch(str(text)) if text is not None else None
    value = float(match[1]) if match else math.nan
    return value if value > 0 else None


def sha256_of(path: Path) -> str:
    """Return the hex SHA-256 of a file's bytes.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise not_readable(str(path), error) from error
    if not data.strip():
        raise InputError(Text("文件是空的", "the file is empty"), file=str(path))
    return hashlib.sha256(data).hexdigest()


def _shifted(segments: Iterable[Segment], crs: str) -> tuple[Segment, ...]:
    """Return the segments with their lines brought to WGS 84."""

    def shift(segment: Segment) -> Segment:
        points = shapely.get_coordinates(segment.line)
        lon, lat = to_wgs84(points[:, 0], points[:, 1], crs)
        return replace(segment, line=LineString(list(zip(lon.tolist(), lat.tolist(), strict=True))))

    return tuple(shift(segment) for segment in segments)


def in_wgs84(network: StreetNetwork, crs: str) -> StreetNetwork:
    """Return a network whose numbers are degrees of `crs` in WGS 84."""
    if crs == "wgs84":
        return network
    beside = network.beside
    lon, lat = to_wgs84([post.lon for post in beside.posts], [post.lat for post in beside.posts], crs)
    posts = tuple(
        replace(post, lon=x, lat=y) for post, x, y in zip(beside.posts, lon.tolist(), lat.tolist(), strict=True)
    )
    moved = replace(beside, lines=_shifted(beside.lines, crs), posts=posts)
    lon, lat = to_wgs84([turn.lon for turn in network.turns], [turn.lat for turn in network.turns], crs)
    turns = tuple(
        replace(turn, lon=x, lat=y) for turn, x, y in zip(network.turns, lon.tolist(), lat.tolist(), strict=True)
    )
    return replace(network, segments=_shifted(network.segments, crs), beside=moved, turns=turns)


def _plain_reader(path: Path, crs: str, area: "Area | None") -> Callable[[Path, str], StreetNetwork] | None:
    """Return the reader of a file whose numbers are degrees by its format."""
    from zones import geojson_streets, osm_streets, pbf_streets  # noqa: PLC0415 - OSMnx takes seconds to import

    name = path.name.lower()
    if name.endswith((".osm", ".xml", ".osm.gz", ".osm.bz2")):
        return osm_streets.read_osm
    if name.endswith(".pbf"):
        return partial(pbf_streets.read_pbf, crs=crs, area=area)
    if name.endswith((".geojson", ".json")):
        return geojson_streets.read_geojson
    return None


def _unknown(path: Path) -> InputError:
    return InputError(
        Text(
            f"不认识的街道文件 {path.suffix!r}：应为 .osm（.gz、.bz2）、.xml、.osm.pbf、.geojson、.gpkg、.shp、.zip、.parquet、.gpx 或 .csv",
            f"unknown kind of street file {path.suffix!r}: .osm (.gz, .bz2), .xml, .osm.pbf, .geojson, .gpkg, .shp, .zip, "
            ".parquet, .gpx or .csv is needed",
        ),
        file=str(path),
    )


def read_streets(
    path: str | Path,
    *,
    crs: str | None = None,
    name_column: str | None = None,
    layer: str | None = None,
    area: "Area | None" = None,
) -> StreetNetwork:
    """Read streets from a file; its suffix says how.

    Args:
        path: OSM XML (`.osm`, `.xml`, also `.osm.gz`, `.osm.bz2`), OSM PBF (`.pbf`), GeoJSON lines (`.geojson`,
            `.json`), another file of lines (`.gpkg`, `.shp`, `.zip` of a Shapefile, `.parquet`, `.geoparquet`; see
            `line_files`), or drives along roads (`.gpx`, `.csv`; see `track_streets`).
        crs: wgs84, gcj02 or bd09; for files of lines also such as EPSG:4490. None is what the file says, and WGS 84
            where the format is in degrees.
        name_column: of a file of lines, where it is none of the usual.
        layer: of a file of several.
        area: only the streets that touch it are taken, OSM ways whole; what lies elsewhere in a PBF is not kept in
            memory.

    Raises:
        InputError: unknown suffix or `crs`, an unreadable, empty or broken file, one without streets (there), or a
            `name_column` or `layer` of a format that has none.
    """
    from zones.area import only_in  # noqa: PLC0415

    network = _read(Path(path), crs, name_column, layer, area)
    return network if area is None else only_in(network, area)


def _read(
    path: Path, crs: str | None, name_column: str | None, layer: str | None, area: "Area | None"
) -> StreetNetwork:
    from zones.line_files import SUFFIXES as LINES  # noqa: PLC0415 - their libraries take time to import
    from zones.line_files import read_lines  # noqa: PLC0415
    from zones.track_streets import SUFFIXES as TRACKS  # noqa: PLC0415
    from zones.track_streets import read_tracks  # noqa: PLC0415

    suffix = path.suffix.lower()
    if suffix in LINES:
        return read_lines(path, crs=crs, name_column=name_column, layer=layer)
    for option, value in (("name_column", name_column), ("layer", layer)):
        if value is not None:
            raise InputError(
                Text(f"{suffix} 文件没有可选的列或图层", f"{suffix} files have no columns or layers to choose from"),
                file=str(path),
                field=option,
            )
    check_crs(crs or "wgs84")
    if suffix in TRACKS:
        return read_tracks(path, crs=crs or "wgs84")
    reader = _plain_reader(path, crs or "wgs84", area)
    if reader is None:
        raise _unknown(path)
    return in_wgs84(reader(path, sha256_of(path)), crs or "wgs84")
