"""The three kinds of coordinates in use in China, and a local plane in metres.

WGS 84 is what receivers measure; GCJ-02 is the shifted system that maps published in China must use; BD-09 is Baidu's
shift on top of it. They lie up to 700 m apart. Outside China GCJ-02 equals WGS 84.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Literal, Self, TypeVar, get_args

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from zones.errors import InputError
from zones.text import Text

Crs = Literal["wgs84", "gcj02", "bd09"]
G = TypeVar("G", bound=BaseGeometry)
Array = npt.NDArray[np.float64]
MEAN_RADIUS_M = 6_371_008.8
"""Of the earth, for distances as on a sphere: (2 a + b) / 3 of WGS 84."""
_Shift = Callable[[Array, Array], tuple[Array, Array]]

# Krasovsky 1940, the ellipsoid of the published GCJ-02 formula
_AXIS_M = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
# lon and lat bounds within which the published formula shifts
_CHINA = (72.004, 137.8347, 0.8293, 55.8271)
_BD_TURN = np.pi * 3000.0 / 180.0
_STEPS = 30
_TOLERANCE_DEG = 1e-10


def _in_china(lon: Array, lat: Array) -> npt.NDArray[np.bool_]:
    west, east, south, north = _CHINA
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _waves(a: Array, b: Array) -> Array:
    """Return the two sine sums that both axes of the GCJ-02 shift share; `a` and `b` in degrees from 105 E, 35 N."""
    common: Array = 20.0 * np.sin(6.0 * a * np.pi) + 20.0 * np.sin(2.0 * a * np.pi)
    own: Array = 20.0 * np.sin(b * np.pi) + 40.0 * np.sin(b / 3.0 * np.pi)
    return (common + own) * 2.0 / 3.0


def _wgs84_to_gcj02(lon: Array, lat: Array) -> tuple[Array, Array]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + _waves(x, x)
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + _waves(x, y)
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    phi = np.radians(lat)
    magic = 1.0 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    meridian = _AXIS_M * (1.0 - _ECCENTRICITY_SQUARED) / magic**1.5
    parallel = _AXIS_M / np.sqrt(magic) * np.cos(phi)
    china = _in_china(lon, lat)
    return (
        np.where(china, lon + np.degrees(east / parallel), lon),
        np.where(china, lat + np.degrees(north / meridian), lat),
    )


def _gcj02_to_bd09(lon: Array, lat: Array) -> tuple[Array, Array]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
    china = _in_china(lon, lat)
    return (
        np.where(china, radius * np.cos(angle) + 0.0065, lon),
        np.where(china, radius * np.sin(angle) + 0.006, lat),
    )


def _wgs84_to_bd09(lon: Array, lat: Array) -> tuple[Array, Array]:
    return _gcj02_to_bd09(*_wgs84_to_gcj02(lon, lat))


_FORWARD: dict[str, _Shift] = {"gcj02": _wgs84_to_gcj02, "bd09": _wgs84_to_bd09}


def _inverse(shift: _Shift, lon: Array, lat: Array) -> tuple[Array, Array]:
    """Undo a smooth, slowly varying shift by fixed-point iteration; what is made of a position does not depend on the others."""
    x, y = lon.copy(), lat.copy()
    left = np.ones(x.shape, np.bool_)
    for _ in range(_STEPS):
        there_x, there_y = shift(x, y)
        off_x, off_y = lon - there_x, lat - there_y
        x, y = np.where(left, x + off_x, x), np.where(left, y + off_y, y)
        left &= np.maximum(np.abs(off_x), np.abs(off_y)) >= _TOLERANCE_DEG
        if not left.any():
            break
    # the published formula jumps at the bounds of China: a position outside has not been shifted
    china = _in_china(lon, lat)
    return np.where(china, x, lon), np.where(china, y, lat)


def check_crs(crs: str) -> None:
    """Raise InputError unless `crs` is one of wgs84, gcj02, bd09."""
    if crs not in get_args(Crs):
        raise InputError(
            Text(
                f"不认识的坐标系 {crs!r}：应为 wgs84、gcj02 或 bd09",
                f"unknown coordinates {crs!r}: one of wgs84, gcj02, bd09",
            ),
            field="crs",
        )


def from_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike, crs: str) -> tuple[Array, Array]:
    """Shift WGS 84 positions to `crs`.

    Args:
        lon: degrees, any shape.
        lat: degrees, the same shape.
        crs: wgs84, gcj02 or bd09.

    Returns:
        Longitudes and latitudes in `crs`; NaN stays NaN.

    Raises:
        InputError: `crs` is unknown.
    """
    check_crs(crs)
    x, y = np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    return (x, y) if crs == "wgs84" else _FORWARD[crs](x, y)


def to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike, crs: str) -> tuple[Array, Array]:
    """Shift positions in `crs` back to WGS 84, to better than 1e-7 degrees within China.

    Args:
        lon: degrees, any shape.
        lat: degrees, the same shape.
        crs: wgs84, gcj02 or bd09.

    Returns:
        Longitudes and latitudes in WGS 84; NaN stays NaN.

    Raises:
        InputError: `crs` is unknown.
    """
    check_crs(crs)
    x, y = np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    return (x, y) if crs == "wgs84" else _inverse(_FORWARD[crs], x, y)


class LocalPlane:
    """A transverse Mercator plane in metres around one place.

    True to scale at its centre; the error grows to 1e-5 at 28 km, far below a street's width.
    """

    def __init__(self, lon: float, lat: float) -> None:
        """Centre the plane on a WGS 84 position, in degrees."""
        self.lon, self.lat = lon, lat
        self._forward, self._backward = _there_and_back(lon, lat)

    @classmethod
    def around(cls, *geometries: BaseGeometry) -> Self:
        """Centre a plane on geometries in lon/lat; rounded, so that it does not depend on their order."""
        west, south, east, north = shapely.total_bounds(np.array(geometries, dtype=object))
        return cls(round((west + east) / 2, 2), round((south + north) / 2, 2))

    def xy(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Array, Array]:
        """Project degrees to metres east and north of the centre; NaN becomes inf."""
        x, y = self._forward.transform(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
        return np.asarray(x), np.asarray(y)

    def lonlat(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Array, Array]:
        """Project metres back to degrees."""
        lon, lat = self._backward.transform(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
        return np.asarray(lon), np.asarray(lat)

    def to_xy(self, geometry: G) -> G:
        """Project a geometry from lon/lat to the plane."""
        return shapely.transform(geometry, lambda c: np.column_stack(self.xy(c[:, 0], c[:, 1])))

    def to_lonlat(self, geometry: G) -> G:
        """Project a geometry from the plane to lon/lat."""
        return shapely.transform(geometry, lambda c: np.column_stack(self.lonlat(c[:, 0], c[:, 1])))


@lru_cache(maxsize=64)
def _there_and_back(lon: float, lat: float) -> tuple[pyproj.Transformer, pyproj.Transformer]:
    """Return the projection of the plane around a position and its inverse.

    They are what PROJ comes to between EPSG:4326 and the plane, to the last bit; asked for by both ends, it takes a hundred times as
    long, for it looks into its data base.
    """
    plane = f"+proj=tmerc +lat_0={lat} +lon_0={lon} +k=1 +x_0=0 +y_0=0 +ellps=WGS84"
    radians = "+proj=unitconvert +xy_in=deg +xy_out=rad"
    return (
        pyproj.Transformer.from_pipeline(f"+proj=pipeline +step {radians} +step {plane}"),
        pyproj.Transformer.from_pipeline(f"+proj=pipeline +step +inv {plane} +step +inv {radians}"),
    )
