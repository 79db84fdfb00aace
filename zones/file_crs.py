"""From the coordinate system of a file of lines to WGS 84; nothing is guessed."""

from typing import get_args

import numpy as np
import numpy.typing as npt
import pyproj
from pyproj.exceptions import CRSError, ProjError

from zones.coords import Crs, to_wgs84
from zones.errors import InputError
from zones.text import Text

Array = npt.NDArray[np.float64]
_WGS84 = pyproj.CRS.from_epsg(4326)
_CGCS2000 = pyproj.CRS.from_epsg(4490)


class FileCrs:
    """What a file's numbers are: a coordinate system, and for degrees one of China's three kinds."""

    def __init__(self, said: str | None, given: str | None, *, file: str) -> None:
        """Put together what the file says and what the caller gives.

        Args:
            said: the file's own coordinate system (WKT, PROJJSON or a code); None where it says none.
            given: wgs84, gcj02 or bd09 - which of the three kinds the degrees are, after any projection is undone -
                or a code such as EPSG:4490 for a file that says none.
            file: for errors.

        Raises:
            InputError: neither says it, they contradict each other, or one is unknown.
        """
        self.file = file
        of_degrees = given is not None and given in get_args(Crs)
        self.kind = given if given is not None and of_degrees else "wgs84"
        code = None if of_degrees else given
        if said is None and given is None:
            raise self._error(
                "文件没有说明坐标系：请用 --crs 给出 wgs84、gcj02、bd09 或 EPSG 编号（如 EPSG:4490）",
                "the file does not say its coordinate system: give wgs84, gcj02, bd09 or a code such as EPSG:4490 with --crs",
            )
        own = self._parsed(said) if said is not None else None
        asked = self._parsed(code) if code is not None else None
        if own is not None and asked is not None and not asked.equals(own, ignore_axis_order=True):
            raise self._error(
                f"文件说它的坐标系是 {own.name}，给出的是 {asked.name}：请核对",
                f"the file says its coordinate system is {own.name}, but {asked.name} was given: check which is right",
            )
        self.crs = own or asked or _WGS84

    def to_wgs84(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return WGS 84 longitudes and latitudes.

        CGCS2000 (EPSG:4490, and projections on it) is taken as WGS 84. Both follow the ITRF; the ellipsoids differ by 0.1
        mm at the pole (程鹏飞 et al. 2009, 测绘学报 38(3), 189-194), the realisations by centimetres at one epoch.
        CGCS2000 stays at epoch 2000.0 while China moves with its plate, some 3 cm a year: below 1 m up to 2030, which is
        less than a receiver's error.

        Raises:
            InputError: there is no known way to WGS 84, or the numbers do not belong to the coordinate system.
        """
        datum = self.crs.geodetic_crs or self.crs
        exact = _is_cgcs2000(datum)
        try:
            step = pyproj.Transformer.from_crs(
                self.crs, datum if exact else _WGS84, always_xy=True, allow_ballpark=exact
            )
            lon, lat = (np.asarray(part, dtype=np.float64) for part in step.transform(x, y))
        except ProjError:
            raise self._no_way() from None
        if np.isinf(lon).any() or np.isinf(lat).any():
            raise self._no_way()
        good = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)  # noqa: PLR2004 - degrees
        if not good[~np.isnan(lon)].all():
            raise self._error(
                f"坐标不是 {self.crs.name} 的经度、纬度：像是平面坐标，请核对坐标系",
                f"the numbers are no degrees of {self.crs.name}; they look like metres: check the coordinate system",
            )
        return to_wgs84(lon, lat, self.kind)

    def _parsed(self, text: str) -> pyproj.CRS:
        try:
            found = pyproj.CRS.from_user_input(text)
        except CRSError:
            raise self._error(
                f"不认识的坐标系 {text[:60]!r}：应为 wgs84、gcj02、bd09 或 EPSG 编号",
                f"unknown coordinates {text[:60]!r}: one of wgs84, gcj02, bd09, or a code such as EPSG:4490",
            ) from None
        if found.is_engineering or found.is_vertical:
            raise self._no_way(found.name)
        return found

    def _no_way(self, name: str | None = None) -> InputError:
        name = name or self.crs.name
        return self._error(
            f"从 {name} 到 WGS 84 没有可靠的转换：请先转换文件",
            f"no reliable way leads from {name} to WGS 84: convert the file first",
        )

    def _error(self, zh: str, en: str) -> InputError:
        return InputError(Text(zh, en), file=self.file, field="crs")


def _is_cgcs2000(crs: pyproj.CRS) -> bool:
    """Whether a geographic system is CGCS2000, also by the names that other programs write."""
    datum = crs.datum.name.lower() if crs.datum is not None else ""
    named = "2000" in datum and any(word in datum for word in ("china", "cgcs"))
    return named or crs.equals(_CGCS2000, ignore_axis_order=True)
