"""A wrong coordinate system is noticed from the streets, said with its evidence, and never corrected; a right one raises no alarm."""

import json
from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from driving import BLOCK, HEAVY, LAT_M, LON_M, MIDDLE, NORTH, WUYI, at, drive, judged, noisy, off, written
from effort import TIMES, times

from truckban.cli.main import run
from truckban.demo.day import make_day
from truckban.traces.clean.misfit import Fit, Sample, fit_of, moving_sample, street_box
from truckban.traces.clean.noted import vehicles_of
from truckban.traces.clean.street_ground import StreetGround
from truckban.traces.fixes import read_fixes
from zones import load_builtin
from zones.coords import from_wgs84, to_wgs84
from zones.zone import Street, Zone

CRS = ("wgs84", "gcj02", "bd09")
ROUND = [off(WUYI[0]), *BLOCK, BLOCK[0], *BLOCK]


@cache
def schematic() -> Zone:
    return load_builtin("linyi-schematic")


@cache
def day(seed: int, trucks: int = 30) -> pd.DataFrame:
    """Return a simulated day's traces, with numbers for vehicles and times, in order."""
    table = make_day(seed=seed, trucks=trucks).traces
    table = table.assign(
        vehicle=pd.factorize(table["vehicle_id"], sort=True)[0],
        t_s=pd.to_datetime(table["time"], utc=True).map(pd.Timestamp.timestamp),
    )
    return table.drop_duplicates(["vehicle", "t_s"]).sort_values(["vehicle", "t_s"], ignore_index=True)


def fit(table: pd.DataFrame, lon: object, lat: object, declared: str, streets: tuple[Street, ...] | None = None) -> Fit:
    """Return the fit of positions that are given as in the file."""
    streets = streets or schematic().streets
    places = to_wgs84(np.asarray(lon), np.asarray(lat), declared)
    sample = moving_sample(
        table["vehicle"].to_numpy(np.intp), table["t_s"].to_numpy(float), *places, street_box(streets)
    )
    found = fit_of(sample, streets, declared)
    assert found is not None
    return found


def shaken(table: pd.DataFrame, sigma_m: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return (
        table["lon"].to_numpy() + rng.normal(0, sigma_m, len(table)) / LON_M,
        table["lat"].to_numpy() + rng.normal(0, sigma_m, len(table)) / LAT_M,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "noise_m"),
    product(range(4), [0.0, 15.0, 30.0]) if TIMES > 1 else [(0, 0.0), (1, 15.0), (2, 30.0), (3, 30.0)],
)
def test_the_simulated_day_fits_as_it_is_and_what_it_is_is_found_under_any_declaration(
    seed: int, noise_m: float
) -> None:
    table = day(seed)
    lon, lat = shaken(table, noise_m, seed)
    for true in CRS:
        written_lon, written_lat = from_wgs84(lon, lat, true)
        for declared in CRS:
            found = fit(table, written_lon, written_lat, declared)
            assert found.better == (None if declared == true else true)
            assert found.vehicles_better == {}
            assert bool(found.notes) == (declared != true)


def test_real_taxis_on_the_streets_of_beijing(shared: Callable[[str], Path]) -> None:
    taxis = read_fixes(shared("traces/beijing_taxi_60s.csv"), timezone="Asia/Shanghai")
    table = pd.DataFrame({"vehicle": taxis.vehicle, "t_s": taxis.t_s})
    lines = json.loads(shared("osm/beijing_2012_named_ways.geojson").read_text("utf-8"))["features"]
    ways = [shapely.geometry.shape(line["geometry"]) for line in lines]
    # a reading of a fix lies less far from it than that
    near = shapely.box(taxis.lon.min(), taxis.lat.min(), taxis.lon.max(), taxis.lat.max()).buffer(0.03)
    streets = tuple(
        Street(str(n), None, "road", "outside", 6.0, False, way)  # noqa: FBT003
        for n, way in enumerate(ways)
        if near.intersects(way)
    )
    for true in CRS:
        for declared in CRS:
            found = fit(table, *from_wgs84(taxis.lon, taxis.lat, true), declared, streets)
            assert found.better == (None if declared == true else true)
            assert found.on_street[true] > 0.85


def test_fixes_that_lie_anywhere_fit_no_reading() -> None:
    table = day(0)
    west, south, east, north = street_box(schematic().streets)
    for seed in range(times(8)):
        rng = np.random.default_rng(seed)
        walk = np.cumsum(rng.normal(0, 150, (2, len(table))), axis=1)
        lon = west + np.mod(walk[0] / LON_M, east - west)
        lat = south + np.mod(walk[1] / LAT_M, north - south)
        found = fit(table, lon, lat, "wgs84")
        assert (found.better, found.vehicles_better) == (None, {})


def test_drives_along_one_unmapped_road_are_no_evidence_however_well_another_reading_fits() -> None:
    street = [off(place, 0, 0) for place in WUYI]
    lon, lat = from_wgs84([place[0] for place in street], [place[1] for place in street], "gcj02")
    beside = [(float(x), float(y)) for x, y in zip(lon, lat, strict=True)]
    table = pd.concat([noisy(drive(beside, at("10:00:00"), every_s=5), seed).assign(vehicle=seed) for seed in range(9)])
    found = fit(table, table["lon"], table["lat"], "wgs84")
    assert found.on_street["gcj02"] > 0.9
    assert found.on_street["wgs84"] < 0.2
    assert found.better is None


def test_vehicles_of_another_system_are_counted_where_a_fleet_mixes_them() -> None:
    table = day(1, 60)
    odd = table["vehicle"].to_numpy() % 5 == 0
    lon, lat = table["lon"].to_numpy(), table["lat"].to_numpy()
    there = from_wgs84(lon, lat, "gcj02")
    found = fit(table, np.where(odd, there[0], lon), np.where(odd, there[1], lat), "wgs84")
    assert found.better is None
    assert set(found.vehicles_better) == {"gcj02"}
    assert 2 <= found.vehicles_better["gcj02"] <= 12
    assert "may mix coordinates" in found.notes[0].en


def test_of_a_large_fleet_a_few_vehicles_of_another_system_are_found_in_whatever_order_they_come() -> None:
    rng = np.random.default_rng(8)
    vehicles, each = 150, 60
    lines = np.array([street.geometry for street in schematic().streets], dtype=object)
    n = vehicles * each
    points = shapely.line_interpolate_point(lines[rng.integers(0, len(lines), n)], rng.random(n), normalized=True)
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    vehicle = np.repeat(np.arange(vehicles), each)
    shifted = from_wgs84(lon, lat, "gcj02")
    other = vehicle >= vehicles - 7
    lon, lat = np.where(other, shifted[0], lon), np.where(other, shifted[1], lat)
    course = rng.random(n) * 6

    found = fit_of(Sample(vehicle, lon, lat, course, np.arange(n, dtype=float)), schematic().streets, "wgs84")
    assert found is not None
    assert found.better is None
    assert found.vehicles_better == {"gcj02": 7}
    assert found.fixes < n, "not so many that only some are looked at"
    assert found.vehicles <= vehicles

    renumbered = rng.permutation(vehicles)[vehicle]
    order = np.argsort(renumbered, kind="stable")
    again = fit_of(
        Sample(renumbered[order], lon[order], lat[order], course[order], order.astype(float)),
        schematic().streets,
        "wgs84",
    )
    assert again == found


def test_the_sample_of_a_vehicle_does_not_depend_on_the_others() -> None:
    table = day(0)
    box = street_box(schematic().streets)

    def sample(rows: pd.DataFrame) -> Sample:
        return moving_sample(*(rows[name].to_numpy() for name in ("vehicle", "t_s", "lon", "lat")), box)

    whole = sample(table)
    half = table["vehicle"] < 15
    parts = Sample.all_of([sample(table[half]), sample(table[~half])])
    for name in ("vehicle", "lon", "lat", "course"):
        assert getattr(whole, name).tolist() == getattr(parts, name).tolist()
    assert np.bincount(whole.vehicle).max() == 60


def test_too_few_fixes_or_no_streets_say_nothing(tmp_path: Path) -> None:
    checked = judged(tmp_path, drive(WUYI, at("10:00:00"), every_s=30))
    assert checked.fixes.fit is None
    nothing, box = np.zeros(0), street_box(schematic().streets)
    nobody = moving_sample(nothing.astype(np.intp), nothing, nothing, nothing, box)
    for streets in ((), schematic().streets):
        assert fit_of(nobody, streets, "wgs84") is None


def test_a_check_says_it_with_figures_and_corrects_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = day(2)
    lon, lat = from_wgs84(table["lon"], table["lat"], "gcj02")
    traces = written(table[["vehicle_id", "t_s"]].assign(lon=lon.round(7), lat=lat.round(7)))
    traces.to_csv(tmp_path / "traces.csv", index=False)
    pd.DataFrame([{"vehicle_id": "T1", **HEAVY}]).to_csv(tmp_path / "vehicles.csv", index=False)
    arguments = [
        str(tmp_path / "traces.csv"),
        "--vehicles",
        str(tmp_path / "vehicles.csv"),
        "--out",
        str(tmp_path / "out"),
    ]
    assert run(["--lang", "en", "check", *arguments]) == 0
    said = capsys.readouterr().err
    assert "the coordinates may be wrong: declared wgs84" in said
    assert "--crs gcj02" in said
    facts = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))
    assert facts["fit"]["better"] == "gcj02"
    assert facts["fit"]["on_street"]["gcj02"] > 0.9
    assert facts["fit"]["on_street"]["wgs84"] < 0.3
    assert any("gcj02" in note["zh"] for note in facts["notes"])
    as_declared = read_fixes(tmp_path / "traces.csv", timezone="Asia/Shanghai")
    assert as_declared.lon.max() == pytest.approx(lon.max(), abs=1e-6)
    assert run(["--lang", "en", "check", *arguments, "--crs", "gcj02"]) == 0
    assert "coordinates may be wrong" not in capsys.readouterr().err


def test_the_streets_of_these_tests_are_where_they_are_thought_to_be() -> None:
    west, south, east, north = street_box(schematic().streets)
    assert west < MIDDLE < east
    assert south < NORTH < north


@pytest.mark.parametrize("within_m", [0.5, 10.0, 25.0, 60.0, 170.0])
def test_what_is_near_a_street_is_what_exact_distances_say(within_m: float) -> None:
    ground = StreetGround(schematic().streets)  # its short way beside its exact one
    west, south, east, north = street_box(schematic().streets)
    rng = np.random.default_rng(8)
    ends = np.concatenate([shapely.get_coordinates(street.geometry) for street in schematic().streets])
    beside = ends[rng.integers(0, len(ends), 4000)] + rng.normal(0.0, within_m, (4000, 2)) / [LON_M, LAT_M]
    lon, lat = np.concatenate([beside, ends, rng.uniform((west, south), (east, north), (12_000, 2))]).T
    inside = ground.within(lon, lat)
    far, _ = ground.distance(lon, lat)
    near = ground.near(lon, lat, within_m=within_m)
    clear = np.abs(far - within_m) > 1e-6
    assert inside.sum() > 12_000
    assert (near == (far <= within_m))[inside & clear].all()
    assert not near[~inside].any()
    assert 0 < near.sum() < len(near)


def _some_days(table: pd.DataFrame, vehicles: list[int], true: str) -> Fit | None:
    rows = table[table["vehicle"].isin(vehicles)]
    lon, lat = from_wgs84(rows["lon"].to_numpy(), rows["lat"].to_numpy(), true)
    places = rows["vehicle"].to_numpy(np.intp), rows["t_s"].to_numpy(float), lon, lat
    return fit_of(moving_sample(*places, street_box(schematic().streets)), schematic().streets, "wgs84")


@pytest.mark.parametrize("together", [1, 2])
def test_the_trace_of_one_truck_or_two_is_enough_to_notice_and_a_right_one_raises_no_alarm(together: int) -> None:
    table = day(3, 40)
    groups = [list(range(first, first + together)) for first in range(0, 40, together)]
    noticed = {"gcj02": 0, "bd09": 0}
    for group in groups:
        right = _some_days(table, group, "wgs84")
        assert right is None or (right.better, right.vehicles_better, right.notes) == (None, {}, [])
        for true in noticed:
            found = _some_days(table, group, true)
            if found is not None and found.notes:
                noticed[true] += 1
                assert {found.better, *found.vehicles_better} <= {true, None}
                assert found.fixes < 150 or found.vehicles > 1
    assert min(noticed.values()) >= 0.5 * len(groups), (
        "of the others too few fixes are near the streets, or in one direction"
    )


def test_a_single_truck_given_in_another_system_is_said_with_figures(tmp_path: Path) -> None:
    lon, lat = from_wgs84(*(np.array([place[n] for place in ROUND]) for n in (0, 1)), "gcj02")
    beside = [(float(x), float(y)) for x, y in zip(lon, lat, strict=True)]
    checked = judged(tmp_path, noisy(drive(beside, at("10:00:00"), every_s=15), 4))
    note, unsure = checked.notes
    assert "kept as unsure" in unsure.en
    assert "of 1 vehicles" in note.en
    assert "--crs gcj02" in note.en
    assert judged(tmp_path, noisy(drive(ROUND, at("10:00:00"), every_s=15), 4)).fixes.notes == []


def _changed(share: float, first: str = "wgs84", then: str = "gcj02") -> pd.DataFrame:
    """Return a drive whose positions are in another system after a share of it."""
    fixes = noisy(drive(ROUND, at("10:00:00"), every_s=15), 4)
    since = int(share * len(fixes))
    for rows, system in ((slice(None, since), first), (slice(since, None), then)):
        lon, lat = (fixes[name].to_numpy(copy=True) for name in ("lon", "lat"))
        lon[rows], lat[rows] = from_wgs84(lon[rows], lat[rows], system)
        fixes = fixes.assign(lon=lon, lat=lat)
    return fixes


@pytest.mark.parametrize(
    ("share", "first", "then"), [(0.5, "wgs84", "gcj02"), (0.55, "wgs84", "bd09"), (0.6, "gcj02", "wgs84")]
)
def test_a_truck_that_changes_its_system_on_the_way_is_said(
    tmp_path: Path, share: float, first: str, then: str
) -> None:
    checked = judged(tmp_path, _changed(share, first, then))
    [note] = [note for note in checked.notes if "changed coordinates on the way" in note.en]
    other = {first, then} - {"wgs84"}
    assert note.en.startswith("one half, the earlier or the later, of the fixes of 1 of 1 vehicles")
    assert checked.fixes.fit is not None
    assert set(checked.fixes.fit.halves_better) == other
    assert vehicles_of(note) == ("T1",)


def test_a_truck_that_leaves_the_streets_of_the_map_for_half_a_day_has_not_changed_its_system(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    fixes = noisy(drive(ROUND, at("10:00:00"), every_s=15), 4)
    later = fixes.index >= len(fixes) // 2
    fixes.loc[later, "lat"] += rng.uniform(-400, 400, int(later.sum())) / 110_943
    assert [note for note in judged(tmp_path, fixes).notes if "coordinates" in note.en] == []
