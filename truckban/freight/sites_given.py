"""Sites as an operator hands them in: a registry, or a file of sites; and places that are known to be no loading places."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from enterprises.places import RADIUS_M, SITE, Place, Places
from enterprises.registry import Registry
from enterprises.registry_file import FORMAT, builtin_names, builtin_registry, read_registry, registry_named
from enterprises.site_files import MOST_RADIUS_M, read_sites
from enterprises.sites import Site, read_crs, read_geometry
from truckban.freight.enterprise_answers import told
from zones.coords import to_wgs84
from zones.errors import InputError
from zones.json_text import each_once
from zones.text import Text

KINDS = ("depot", "service_area", "parking", "other")
"""What a place that is no loading place can be."""


@dataclass(frozen=True, slots=True)
class GivenSites:
    """Sites in WGS 84, and whose they are.

    Attributes:
        registry: the enterprises.
        places: their sites.
        without: enterprises of the newest list that have no site, by id.
        notes: what was decided without being told.
    """

    registry: Registry
    places: Places
    without: tuple[str, ...]
    notes: tuple[Text, ...]


def read_given_sites(name: str, registry: str | None = None) -> GivenSites:
    """Return sites by what `--sites` names.

    Args:
        name: a registry that holds sites (a file, or one built in), or a `.csv`, `.geojson` or `.json` file of sites, each row with
            its coordinate system, source and day.
        registry: whose enterprises a file of sites means; the built-in default unless said.

    Raises:
        InputError: it cannot be read, or holds no site.
    """
    with told():
        path = Path(name)
        if name in builtin_names():
            known = builtin_registry(name)
        elif path.suffix.lower() == ".json" and _is_registry(path):
            known = read_registry(path)
        else:
            known = registry_named(registry)
            sites = read_sites(path, known, said={})
            return _given(known, sites)
        if not known.sites:
            raise InputError(
                Text(
                    "名录里没有位置；先用 truckban enterprise import FILE --sites 导入",
                    "the registry holds no site; import some first: truckban enterprise import FILE --sites",
                ),
                file=path.name,
            )
        return _given(known, known.sites)


def _is_registry(path: Path) -> bool:
    try:
        return f'"{FORMAT}"' in path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return False


def _given(registry: Registry, sites: Sequence[Site]) -> GivenSites:
    places = Places([place_of(site) for site in sites])
    having = {site.enterprise for site in sites}
    without = tuple(entry.id for entry in registry.listed(registry.latest) if entry.id not in having)
    notes = []
    if guessed := sum(not place.radius_said for place in places.all):
        notes.append(
            Text(
                f"{guessed} 个点没有写半径，按 {RADIUS_M:.0f} 米",
                f"{guessed} points come without a radius; {RADIUS_M:.0f} m are taken",
            )
        )
    if without:
        notes.append(
            Text(
                f"名单上有 {len(without)} 家没有位置，它们的到访无从得知",
                f"{len(without)} listed enterprises have no site; nothing is known of visits to them",
            )
        )
    if registry.invented:
        notes.append(Text("名录是虚构的", "the registry is invented"))
    return GivenSites(registry, places, without, tuple(notes))


def place_of(site: Site) -> Place:
    """Return a site as a place in WGS 84."""
    shape = in_wgs84(shapely.geometry.shape(dict(site.geometry)), site.crs)
    point = shape.geom_type == "Point"
    return Place(
        id=site.id,
        owner=site.enterprise,
        shape=shape,
        radius_m=(site.radius_m or RADIUS_M) if point else 0.0,
        kind=SITE,
        radius_said=not point or site.radius_m is not None,
    )


def in_wgs84(shape: BaseGeometry, crs: str) -> BaseGeometry:
    """Return a geometry in WGS 84."""
    if crs == "wgs84":
        return shape

    def moved(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(to_wgs84(points[:, 0], points[:, 1], crs))

    return shapely.transform(shape, moved)


def read_known_places(path: Path) -> Places:
    """Return an operator's places where trucks stand without loading, from GeoJSON.

    Each feature is a Point or Polygon with `kind` (`depot`, `service_area`, `parking`, `other`), `crs`, and `radius_m` for a
    point.

    Raises:
        InputError: with the feature and the field.
    """
    try:
        tree = json.loads(path.read_text("utf-8-sig"), object_pairs_hook=each_once)
    except FileNotFoundError:
        raise InputError(Text("没有这个文件", "there is no such file"), file=path.name) from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise InputError(Text("不是 UTF-8 编码的 JSON", "this is not JSON in UTF-8"), file=path.name) from None
    except InputError as error:
        raise InputError(error.text, file=path.name, field=error.field) from None
    features = tree.get("features") if isinstance(tree, dict) else None
    if not isinstance(features, list):
        raise InputError(
            Text("应为 GeoJSON 的 FeatureCollection", "a GeoJSON FeatureCollection is needed"), file=path.name
        )
    places = []
    for number, feature in enumerate(features):
        try:
            with told():
                places.append(_known_place(feature, number))
        except InputError as error:
            field = ".".join(part for part in (f"features[{number}]", error.field) if part)
            raise InputError(error.text, file=path.name, field=field) from None
    with told():
        return Places(places)


def _known_place(feature: Any, number: int) -> Place:  # noqa: ANN401
    properties: Mapping[str, Any] = (feature.get("properties") if isinstance(feature, dict) else None) or {}
    kind = properties.get("kind")
    if kind not in KINDS:
        listed = ", ".join(KINDS)
        raise InputError(Text(f"应为 {listed} 之一", f"one of {listed} is needed"), field="kind")
    shape = in_wgs84(shapely.geometry.shape(read_geometry(feature.get("geometry"))), read_crs(properties.get("crs")))
    radius = properties.get("radius_m")
    if radius is not None and (
        isinstance(radius, bool) or not isinstance(radius, (int, float)) or not 0 < radius <= MOST_RADIUS_M
    ):
        raise InputError(
            Text("半径应为 0 到 5000 的米数", "a radius is a number of metres up to 5000"), field="radius_m"
        )
    point = shape.geom_type == "Point"
    return Place(
        id=str(properties.get("name") or f"{kind}-{number + 1}"),
        owner=None,
        shape=shape,
        radius_m=float(radius or RADIUS_M) if point else 0.0,
        kind=kind,
        radius_said=not point or radius is not None,
    )
