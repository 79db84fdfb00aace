import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from zones.coords import LocalPlane, from_wgs84, to_wgs84
from zones.errors import InputError

_LON = st.floats(75.0, 133.0)
_LAT = st.floats(4.0, 53.0)


@given(_LON, _LAT, st.sampled_from(["wgs84", "gcj02", "bd09"]))
def test_there_and_back_is_the_same_place(lon: float, lat: float, crs: str) -> None:
    back_lon, back_lat = to_wgs84(*from_wgs84(lon, lat, crs), crs)
    assert abs(back_lon - lon) < 1e-7
    assert abs(back_lat - lat) < 1e-7


@given(_LON, _LAT, st.sampled_from(["gcj02", "bd09"]))
def test_in_china_the_shift_is_tens_to_hundreds_of_metres(lon: float, lat: float, crs: str) -> None:
    x, y = from_wgs84(lon, lat, crs)
    shift = Geod(ellps="WGS84").inv(lon, lat, float(x), float(y))[2]
    assert 10 < shift < 2500


def test_gcj02_has_the_published_value_in_beijing() -> None:
    lon, lat = from_wgs84(116.404, 39.915, "gcj02")
    assert (float(lon), float(lat)) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)


def test_bd09_has_the_published_value_in_beijing() -> None:
    lon, lat = from_wgs84(*to_wgs84(116.404, 39.915, "gcj02"), "bd09")
    assert (float(lon), float(lat)) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-7)


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
@pytest.mark.parametrize("place", [(2.35, 48.86), (-74.0, 40.7), (151.2, -33.9)])
def test_outside_china_nothing_shifts(place: tuple[float, float], crs: str) -> None:
    assert tuple(map(float, from_wgs84(*place, crs))) == place
    assert tuple(map(float, to_wgs84(*place, crs))) == place


def test_arrays_keep_their_shape_and_nan_stays_nan() -> None:
    lon, lat = to_wgs84(np.array([[110.7, np.nan]]), np.array([[35.1, 35.1]]), "gcj02")
    assert lon.shape == lat.shape == (1, 2)
    assert np.isnan(lon[0, 1])
    assert np.isfinite(lon[0, 0])


def test_an_unknown_system_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="wgs84, gcj02, bd09") as error:
        to_wgs84(1, 1, "utm")
    assert error.value.field == "crs"


@given(st.floats(-0.1, 0.1), st.floats(-0.1, 0.1))
def test_the_local_plane_measures_true_metres(east: float, north: float) -> None:
    plane = LocalPlane(110.772, 35.146)
    x, y = plane.xy(110.772 + east, 35.146 + north)
    metres = Geod(ellps="WGS84").inv(110.772, 35.146, 110.772 + east, 35.146 + north)[2]
    assert float(np.hypot(x, y)) == pytest.approx(metres, rel=1e-5, abs=1e-6)
    lon, lat = plane.lonlat(x, y)
    assert (float(lon), float(lat)) == pytest.approx((110.772 + east, 35.146 + north), abs=1e-10)


@pytest.mark.parametrize(
    ("lon", "lat"), [(110.77, 35.15), (118.79, 32.06), (0.0, 0.0), (-70.5, -33.25), (179.99, 84.0)]
)
def test_the_plane_is_to_the_last_bit_what_proj_chooses_between_both_systems(lon: float, lat: float) -> None:
    flat = pyproj.CRS.from_proj4(f"+proj=tmerc +lat_0={lat} +lon_0={lon} +k=1 +x_0=0 +y_0=0 +ellps=WGS84 +units=m")
    there, back = (pyproj.Transformer.from_crs(*ends, always_xy=True) for ends in ((4326, flat), (flat, 4326)))
    rng = np.random.default_rng(0)
    plane = LocalPlane(lon, lat)
    for spread in (0.1, 30.0, 200.0):
        lons, lats = lon + rng.normal(0.0, spread, 1000), lat + rng.normal(0.0, spread, 1000)
        lons[:3] = np.nan, np.inf, 1e300
        for ours, theirs in zip(plane.xy(lons, lats), there.transform(lons, lats), strict=True):
            assert ours.tobytes() == theirs.tobytes()
        east, north = rng.normal(0.0, 1e5 * spread, (2, 1000))
        for ours, theirs in zip(plane.lonlat(east, north), back.transform(east, north), strict=True):
            assert ours.tobytes() == theirs.tobytes()
