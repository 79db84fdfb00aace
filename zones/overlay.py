"""Names that people give to streets of a network, in a file beside the zone."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import shapely
from pydantic import BaseModel, ConfigDict, Field, StrictInt, TypeAdapter, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from shapely import LineString

from zones.coords import LocalPlane
from zones.errors import InputError, TextError, not_readable
from zones.network import Overlaid, Segment, StreetNetwork
from zones.text import Text
from zones.yaml_sayings import said

_MOST_BYTES = 5_000_000
_MOST_ENTRIES = 10_000
# of a segment's length: so much lies by the line, and so far it leads along the line, else it only crosses it
_BESIDE, _ALONG = 0.5, 0.5

_Lon = Annotated[float, Field(ge=-180, le=180)]
_Lat = Annotated[float, Field(ge=-90, le=90)]


class Entry(BaseModel):
    """A name for the streets of an OSM way, or for those along a drawn line.

    Attributes:
        name: as the notice says it.
        way: the id of an OSM way.
        line: WGS 84 lon/lat, drawn along the street.
        within_m: how far from the line the street may lie.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=100)]
    way: Annotated[StrictInt, Field(gt=0)] | None = None
    line: Annotated[tuple[tuple[_Lon, _Lat], ...], Field(min_length=2)] | None = None
    within_m: Annotated[float, Field(gt=0, le=100)] = 15.0

    @model_validator(mode="after")
    def _one_of_them(self) -> "Entry":
        if (self.way is None) == (self.line is None):
            raise TextError("way 和 line 要给其中一个", "one of `way` and `line` is needed")
        if not self.name.strip():
            raise TextError("name 不能为空", "`name` must not be empty")
        return self


def read_overlay(path: str | Path) -> tuple[tuple[Entry, ...], str]:
    """Return the entries of a YAML or JSON file, and the hash of its bytes.

    Raises:
        InputError: the file cannot be read, is not YAML, or an entry is wrong; with its number, counted from 1.
    """
    file = str(path)
    try:
        data = Path(path).read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise not_readable(file, error) from error
    except UnicodeDecodeError:
        raise InputError(Text("不是 UTF-8 编码", "this is not UTF-8"), file=file) from None
    tree = _tree(text, file)
    try:
        return tuple(TypeAdapter(list[Entry]).validate_python(tree)), hashlib.sha256(data).hexdigest()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        number, *steps = first["loc"]
        sentence = said(first, Entry)
        field = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
        raise _wrong(int(number) + 1, sentence, file, field or None) from None


def _tree(text: str, file: str) -> list[Any]:
    line = None
    try:
        tree = YAML(typ="safe", pure=True).load(text) if len(text) <= _MOST_BYTES else None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        tree = None
    except (YAMLError, ValueError, RecursionError, TypeError):
        tree = None
    if not isinstance(tree, list) or not 0 < len(tree) <= _MOST_ENTRIES:
        raise InputError(
            Text(
                "应为列表，每项如 `- {way: 123456, name: 五一路}`",
                "a list is needed, each entry such as `- {way: 123456, name: 五一路}`",
            ),
            file=file,
            line=line,
        )
    return tree


def named(network: StreetNetwork, path: str | Path) -> StreetNetwork:
    """Return the network with the names of a file; a name that a street had becomes one of its other names.

    Raises:
        InputError: the file is wrong; a way is not in the network, or no street runs along a line; with the entry's
            number.
    """
    entries, sha256 = read_overlay(path)
    given: dict[int, str] = {}
    along = _Along(network)
    for number, entry in enumerate(entries, 1):
        found = along.of_way(entry.way) if entry.way is not None else along.of_line(entry)
        if not found:
            what = (
                Text(f"街道数据里没有路线 {entry.way}", f"way {entry.way} is not in the street data")
                if entry.way is not None
                else Text(
                    f"{entry.within_m:g} 米内没有街道沿着这条线",
                    f"no street runs along this line within {entry.within_m:g} m",
                )
            )
            raise _wrong(number, what, str(path), "way" if entry.way is not None else "line")
        for index in found:
            if given.setdefault(index, entry.name.strip()) != entry.name.strip():
                other = given[index]
                raise _wrong(
                    number,
                    Text(f"同一条街道已叫“{other}”", f"the same street is named {other} already"),
                    str(path),
                    "name",
                )
    segments = tuple(_renamed(s, given[index]) if index in given else s for index, s in enumerate(network.segments))
    ids = frozenset(network.segments[index].id for index in given)
    return replace(network, segments=segments, overlay=Overlaid(Path(path).name, sha256, ids))


def _renamed(segment: Segment, name: str) -> Segment:
    before = (("name", segment.name),) if segment.name and segment.name != name else ()
    return replace(segment, name=name, other_names=before + segment.other_names)


def _wrong(number: int, text: Text, file: str, field: str | None) -> InputError:
    return InputError(Text(f"第 {number} 项：{text.zh}", f"entry {number}: {text.en}"), file=file, field=field)


class _Along:
    """Which segments of a network are meant."""

    def __init__(self, network: StreetNetwork) -> None:
        self.network = network
        self.lines: npt.NDArray[np.object_] = np.array([s.line for s in network.segments], dtype=object)
        self.tree = shapely.STRtree(self.lines)
        self.ways: dict[int, list[int]] = {}
        for index, segment in enumerate(network.segments):
            if segment.way_id is not None:
                self.ways.setdefault(segment.way_id, []).append(index)

    def of_way(self, way: int) -> list[int]:
        return self.ways.get(way, [])

    def of_line(self, entry: Entry) -> list[int]:
        """Return the driven segments more than half of which lies by the line and leads along it."""
        drawn = LineString(entry.line or ())
        plane = LocalPlane.around(drawn)
        line = plane.to_xy(drawn)
        strip = shapely.buffer(line, entry.within_m)
        found = []
        for index in sorted(self.tree.query(plane.to_lonlat(strip)).tolist()):
            if not self.network.segments[index].driven:
                continue
            street = plane.to_xy(self.lines[index])
            beside = shapely.intersection(street, strip)
            if beside.length < _BESIDE * street.length or street.length == 0:
                continue
            ends = shapely.line_locate_point(line, shapely.points(shapely.get_coordinates(street)))
            if np.abs(np.diff(ends)).sum() >= _ALONG * beside.length:
                found.append(index)
        return found
