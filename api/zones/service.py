"""Zones as others show them: parts of their files, made once for each zone."""

import json
import math
import threading
from functools import lru_cache
from typing import Any

import shapely

from api.problems import Problem
from api.zones.schemas import RoadShown
from zones.entries import Entry, entries_of
from zones.text import Text
from zones.zone import Zone, dump

# matplotlib's settings are the whole process', and a picture takes half a second of it
_drawing = threading.Lock()
_NUMBERS = 4
Box = tuple[float, float, float, float]


def read_box(text: str | None) -> Box | None:
    """Return `west,south,east,north` as four numbers.

    Raises:
        Problem: 422; it is no box.
    """
    if text is None:
        return None
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if (
        len(values) == _NUMBERS
        and all(map(math.isfinite, values))
        and values[0] <= values[2]
        and values[1] <= values[3]
    ):
        return values[0], values[1], values[2], values[3]
    fault = Text("应为 西,南,东,北 四个数（WGS 84 度）", "west,south,east,north are needed, in degrees of WGS 84")
    raise Problem(422, "invalid", fault, errors=[("query.bbox", fault)])


def geojson(zone: Zone, *, streets: bool) -> bytes:
    """Return a zone's file, with or without the streets around it."""
    if streets:
        return zone.text.encode()
    return dump(_head(zone), (each for each in zone.features() if each[0]["role"] != "street")).encode()


def streets_in(zone: Zone, box: Box | None) -> bytes:
    """Return the streets of a zone's file as GeoJSON, those that touch a box."""
    area = None if box is None else shapely.box(*box)
    chosen = (
        each
        for each in zone.features()
        if each[0]["role"] == "street" and (area is None or shapely.intersects(area, each[1]))
    )
    return dump({"zone": zone.id, "grade": zone.grade, "sha256": zone.sha256}, chosen).encode()


def _head(zone: Zone) -> dict[str, Any]:
    return {**{name: value for name, value in zone.head().items() if name != "turns"}, "sha256": zone.sha256}


def roads_of(zone: Zone) -> list[RoadShown]:
    """Return the boundary roads and the stretches that stay open."""
    listed = [("boundary_road", road.name, road.boundary, road.geometry) for road in zone.boundary_roads]
    listed += [("carve_out", part.name, None, part.geometry) for part in zone.carve_outs]  # type: ignore[misc]
    return [
        RoadShown.model_validate(
            {
                "role": role,
                "name": name,
                "boundary": boundary,
                "found_as": zone.names.get(name),
                "width_m": zone.widths.get(name, {}).get("width_m"),
                "width_from": zone.widths.get(name, {}).get("from"),
                "geometry": json.loads(shapely.to_geojson(geometry)),
            }
        )
        for role, name, boundary, geometry in listed
    ]


class _Known:
    """A zone that is told from others by its hash."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and other.zone.sha256 == self.zone.sha256

    def __hash__(self) -> int:
        return hash(self.zone.sha256)


def entries(zone: Zone) -> tuple[Entry, ...]:
    """Return the ways into a zone."""
    return _entries(_Known(zone))


@lru_cache(maxsize=16)
def _entries(known: _Known) -> tuple[Entry, ...]:
    return entries_of(known.zone)


def picture(zone: Zone, lang: str) -> bytes:
    """Return a zone drawn for the wall, as PNG.

    Raises:
        InputError: the extra `maps` is not installed, or there is no font with Chinese characters.
    """
    with _drawing:
        return _picture(_Known(zone), lang)


@lru_cache(maxsize=16)
def _picture(known: _Known, lang: str) -> bytes:
    from zones.picture import picture_of  # noqa: PLC0415 - of the extra `maps`

    return picture_of(known.zone, lang=lang).png()
