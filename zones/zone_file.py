"""Read a zone's GeoJSON file back, and say which member is wrong where it is not one."""

import json
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar, get_args

import shapely
from pydantic import ValidationError
from shapely import GEOSException
from shapely.geometry.base import BaseGeometry

from zones.errors import InputError, not_readable
from zones.json_text import read_json
from zones.network import TurnRule
from zones.provenance import check_provenance
from zones.spec import Boundary, ZoneSpec
from zones.text import Text
from zones.zone import BoundaryRoad, CarveOut, Grade, Street, StreetPlace, Zone

_T = TypeVar("_T")
_BUILTIN = ("linyi-schematic",)


class _Members:
    """A JSON object whose members are asked for by name and kind; an error says which one is at fault."""

    def __init__(self, values: object, *, file: str | None, path: str) -> None:
        self.file = file
        self.path = path
        if not isinstance(values, dict):
            raise self.error(Text("应为 JSON 对象", "must be a JSON object"), path)
        self.values: dict[str, Any] = values

    def error(self, text: Text, field: str) -> InputError:
        return InputError(text, file=self.file, field=field)

    def field(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def need(self, name: str, *kinds: type) -> Any:  # noqa: ANN401 - JSON
        if name not in self.values:
            raise self.error(Text("缺少这一项", "this member is missing"), self.field(name))
        value = self.values[name]
        if not isinstance(value, kinds) or isinstance(value, bool) > (bool in kinds):
            names = " / ".join(kind.__name__ for kind in kinds)
            raise self.error(Text(f"类型不对，应为 {names}", f"must be of type {names}"), self.field(name))
        return value

    def may(self, name: str, default: _T, *kinds: type) -> _T:
        if self.values.get(name) is None:
            return default
        value: _T = self.need(name, *kinds)
        return value

    def one_of(self, name: str, allowed: tuple[str, ...]) -> Any:  # noqa: ANN401 - one of `allowed`
        value = self.need(name, str)
        if value not in allowed:
            options = " | ".join(allowed)
            raise self.error(Text(f"应为 {options} 之一", f"must be one of {options}"), self.field(name))
        return value


def _geometry(feature: _Members) -> BaseGeometry:
    value = feature.need("geometry", dict)
    try:
        geometry = shapely.from_geojson(json.dumps(value))
    except (GEOSException, ValueError) as error:
        raise feature.error(
            Text(f"几何无法读取：{error}", f"the geometry cannot be read: {error}"), feature.field("geometry")
        ) from error
    if geometry.is_empty:
        raise feature.error(Text("几何是空的", "the geometry is empty"), feature.field("geometry"))
    return geometry if geometry.is_valid else shapely.make_valid(geometry)


def _boundary_road(own: _Members, geometry: BaseGeometry) -> BoundaryRoad:
    boundary: Boundary = own.one_of("boundary", get_args(Boundary)) if "boundary" in own.values else "unstated"
    return BoundaryRoad(_name(own), boundary, geometry)


def _carve_out(own: _Members, geometry: BaseGeometry) -> CarveOut:
    return CarveOut(_name(own), geometry)


def _name(own: _Members) -> str:
    """Return a feature's name: `name`, or `road` as other programs may call it."""
    return own.may("name", "", str) or own.may("road", "", str)


def _street(own: _Members, geometry: BaseGeometry) -> Street:
    return Street(
        id=own.need("id", str),
        name=own.may("name", None, str),
        highway=own.may("highway", "", str),
        place=own.one_of("place", get_args(StreetPlace)),
        half_width_m=float(own.need("half_width_m", int, float)),
        oneway=own.may("oneway", False, bool),  # noqa: FBT003 - a default
        geometry=geometry,
        truck_tags=_tags(own),
    )


def _tags(own: _Members) -> tuple[tuple[str, str], ...]:
    tags: dict[str, Any] = own.may("truck_tags", {}, dict)
    for tag, value in tags.items():
        if not isinstance(value, str):
            raise own.error(Text("应为文字", "must be text"), own.field(f"truck_tags.{tag}"))
    return tuple(sorted(tags.items()))


def _turns(head: _Members) -> Iterator[TurnRule]:
    turns: list[Any] = head.may("turns", [], list)
    for number, values in enumerate(turns):
        own = _Members(values, file=head.file, path=head.field(f"turns[{number}]"))
        via: list[Any] = own.may("via", [], list)
        if not all(isinstance(one, str) for one in via):
            raise own.error(Text("应为街道编号的列表", "must be a list of ids of streets"), own.field("via"))
        yield TurnRule(
            from_segment=own.need("from_segment", str),
            to_segment=own.need("to_segment", str),
            lon=float(own.need("lon", int, float)),
            lat=float(own.need("lat", int, float)),
            only=own.may("only", False, bool),  # noqa: FBT003 - a default
            conditional=own.may("conditional", None, str),
            via=tuple(via),
            relation=own.may("relation", None, int),
        )


_ROLES: dict[str, Callable[[_Members, BaseGeometry], object]] = {
    "boundary_road": _boundary_road,
    "carve_out": _carve_out,
    "street": _street,
}


def _spec(head: _Members) -> ZoneSpec | None:
    words = head.may("spec", None, dict)
    try:
        return None if words is None else ZoneSpec.model_validate(words)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in ("spec", *first["loc"]))
        raise head.error(Text(f"不合规：{first['msg']}", first["msg"]), head.field(place)) from error


def parse_zone(text: str, *, file: str | None = None) -> Zone:
    """Read a zone from the text of its file.

    Args:
        text: GeoJSON as `Zone.write` gives it; features `street` and the members that only builders write may lack.
        file: its name, for errors.

    Raises:
        InputError: a member is missing or wrong; the error names it.
    """
    top = _Members(read_json(text, file=file), file=file, path="")
    head = _Members(top.need("truckban", dict), file=file, path="truckban")
    by_role: dict[str, list[Any]] = {"area": [], "boundary_road": [], "carve_out": [], "street": []}
    for number, values in enumerate(top.need("features", list)):
        feature = _Members(values, file=file, path=f"features[{number}]")
        own = _Members(feature.need("properties", dict), file=file, path=f"features[{number}].properties")
        role = own.one_of("role", tuple(by_role))
        geometry = _geometry(feature)
        by_role[role].append(_ROLES[role](own, geometry) if role in _ROLES else geometry)
    if not by_role["area"]:
        raise top.error(Text("没有 role 为 area 的要素", "there is no feature with role area"), "features")
    return _zone(head, by_role)


def _zone(head: _Members, by_role: dict[str, list[Any]]) -> Zone:
    check_provenance(head.values, file=head.file)
    return Zone(
        id=head.need("zone", str),
        grade=head.one_of("grade", get_args(Grade)),
        area=shapely.union_all(by_role["area"]),
        loop_area_km2=head.need("loop_area_km2", int, float),
        area_km2=head.need("area_km2", int, float),
        boundary_roads=tuple(by_role["boundary_road"]),
        carve_outs=tuple(by_role["carve_out"]),
        streets=tuple(by_role["street"]),
        gaps=tuple(head.need("gaps", list)),
        names=head.need("names", dict),
        widths=head.may("widths", {}, dict),
        warnings=tuple(head.need("warnings", list)),
        source=head.may("source", {}, dict),
        spec=_spec(head),
        builder=head.may("builder", None, int),
        notice=head.may("notice", {}, dict),
        replaces=head.may("replaces", {}, dict),
        built_with=head.may("built_with", {}, dict),
        turns=tuple(_turns(head)),
    )


def read_zone(path: str | Path) -> Zone:
    """Read a zone file.

    Raises:
        InputError: the file cannot be read, or a member is missing or wrong.
    """
    try:
        text = Path(path).read_text("utf-8")
    except OSError as error:
        raise not_readable(str(path), error) from error
    except UnicodeDecodeError as error:
        raise InputError(Text("文件不是 UTF-8 编码", "the file is not UTF-8"), file=str(path)) from error
    return parse_zone(text, file=str(path))


def load_builtin(name: str) -> Zone:
    """Read a zone that comes with the program.

    Args:
        name: `linyi-schematic`.

    Raises:
        InputError: there is none of that name.
    """
    if name not in _BUILTIN:
        known = ", ".join(_BUILTIN)
        raise InputError(
            Text(f"没有内置区域 {name!r}，现有：{known}", f"no built-in zone {name!r}; there is: {known}"), field="zone"
        )
    file = f"{name}.geojson"
    return parse_zone(files("zones").joinpath("data", file).read_text("utf-8"), file=file)
