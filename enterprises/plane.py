"""Metres around a place: an equirectangular plane on the WGS 84 ellipsoid, good to a thousandth within ten kilometres."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
# WGS 84 (EPSG 7030): half the long axis in metres, and the square of the first eccentricity
_AXIS_M = 6378137.0
_ECCENTRICITY_SQUARED = 0.0066943799901413165


def metres_a_degree(lat: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return how many metres a degree of longitude and one of latitude have at a latitude (degrees, any shape)."""
    phi = np.radians(np.asarray(lat, np.float64))
    square = 1.0 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    east = np.radians(_AXIS_M * np.cos(phi) / np.sqrt(square))
    north = np.radians(_AXIS_M * (1.0 - _ECCENTRICITY_SQUARED) / square**1.5)
    return east, north


def apart_m(lon: Floats, lat: Floats, other_lon: Floats, other_lat: Floats) -> Floats:
    """Return the metres between positions a few kilometres apart, WGS 84 degrees, any shape."""
    east, north = metres_a_degree((lat + other_lat) / 2)
    return np.hypot((other_lon - lon) * east, (other_lat - lat) * north)
