"""Who drives deep inside on a street that the map lacks is found; who only seems to, because coordinates or a receiver err, is not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driving import (
    EAST,
    KERB_M,
    SOUTH,
    WEST,
    LonLat,
    accused,
    at,
    drive,
    inside_times,
    instant,
    judged,
    law,
    noisy,
    off,
    rows_of,
)
from effort import times

from truckban.traces.in_or_out.inside import border_runs
from truckban.traces.in_or_out.off_map import OffMap, off_map
from truckban.traces.in_or_out.paths import ZoneMatcher, lasting
from truckban.traces.in_or_out.showing import MatchedDrive

RUNS = times(20)
LANE_M = -12.5
KMH = 30.0
LOST_S = 120.0
START = at("10:00:00")


def driven(route: list[LonLat], every_s: float) -> list[pd.DataFrame]:
    return [noisy(drive(route, START, kmh=KMH, every_s=every_s, name=f"T{seed}"), seed, 8.0) for seed in range(RUNS)]


def in_and_along(deep_m: float, along_m: float) -> list[LonLat]:
    """Return a way in from the southern ring, so many metres from its kerb along it, and out again; one street inside is crossed."""
    gate, back = (off((WEST, SOUTH), east, LANE_M) for east in (150.0, 150.0 + along_m))
    inner = [off(place, 0, KERB_M + deep_m - LANE_M) for place in (gate, back)]
    return [off(gate, -1500), gate, *inner, back, off((EAST, SOUTH), -300, LANE_M)]


@pytest.mark.parametrize("every_s", [15.0, 30.0])
def test_a_drive_deep_inside_where_the_map_has_no_street_is_found(tmp_path: Path, every_s: float) -> None:
    route = in_and_along(230.0, 1600.0)
    came, went, metres = inside_times(route, START, KMH)
    rows = rows_of(judged(tmp_path, *driven(route, every_s)).leads)
    assert sorted(str(row["vehicle_id"]) for row in rows) == sorted(f"T{seed}" for seed in range(RUNS))
    for row in rows:
        assert abs(instant(str(row["entered_at"])) - came) <= every_s
        assert abs(instant(str(row["left_at"])) - went) <= every_s
        assert row["distance_inside_m"] == pytest.approx(metres, rel=0.25)
        assert "border_only" in row["why_probability"]  # type: ignore[operator]


@pytest.mark.parametrize("every_s", [15.0, 30.0])
def test_what_reflections_from_the_boundary_road_can_reach_is_not_claimed(tmp_path: Path, every_s: float) -> None:
    assert accused(judged(tmp_path, *driven(in_and_along(90.0, 1600.0), every_s))) == []


def stretches(fixes: pd.DataFrame) -> list[OffMap]:
    """Return where a drive by these fixes leads deep inside off the map."""
    ground = law()[1]
    streets = ZoneMatcher.of(ground.zone)
    assert streets is not None
    lon, lat, t_s = (fixes[name].to_numpy(float) for name in ("lon", "lat", "t_s"))
    depth_m, usual = ground.depth_m(lon, lat), np.full(len(t_s), 6.5)
    x, y = streets.matcher.graph.plane.xy(lon, lat)
    matched, error_m = streets.matched(x, y, t_s, usual, lasting(t_s))
    _, rows, likely = border_runs(depth_m, np.full(len(t_s), np.nan), np.array([[0, len(t_s) - 1]]))
    border = list(zip(rows.tolist(), likely.tolist(), strict=True))
    assert max(p for _, p in border) > 0.9
    return off_map(streets, MatchedDrive(0, t_s, x, y, usual, 15.0, matched, error_m), depth_m, border)


def test_most_of_a_way_in_and_along_is_off_the_map() -> None:
    fixes = noisy(drive(in_and_along(230.0, 1600.0), START, kmh=KMH), 1, 8.0)
    [found] = stretches(fixes)
    assert found.mostly
    assert found.rows[1] - found.rows[0] > 10


def test_coordinates_that_lie_beside_the_map_everywhere_show_no_drive_off_it() -> None:
    beside = [off((WEST, SOUTH), east, 250.0) for east in (-1500.0, 850.0)]
    assert stretches(noisy(drive(beside, START, kmh=KMH), 1, 8.0)) == []


@pytest.mark.parametrize("wild", [2, 3])
def test_wild_fixes_at_one_place_show_none(wild: int) -> None:
    along = [off((WEST, SOUTH), -1500, LANE_M), off((EAST, SOUTH), -300, LANE_M)]
    fixes = drive(along, START, kmh=KMH)
    fixes.loc[30 : 29 + wild, ["lon", "lat"]] = off((WEST, SOUTH), 500, 260)
    assert stretches(noisy(fixes, 1, 8.0)) == []


def reckoned(seed: int, every_s: float) -> pd.DataFrame:
    """Return a drive along the southern ring whose terminal reckons its way for two minutes, ever farther to the north, until it sees satellites again."""
    along = [off((WEST, SOUTH), -1500, LANE_M), off((EAST, SOUTH), -300, LANE_M)]
    fixes = noisy(drive(along, START, kmh=KMH * 1.5, every_s=every_s, name=f"T{seed}"), seed, 8.0)
    lost_s = fixes["t_s"].to_numpy(float) - fixes["t_s"].iloc[0] - 200.0
    north_m = np.where((lost_s > 0) & (lost_s < LOST_S), lost_s / LOST_S * 300.0, 0.0)
    fixes["lat"] = [off((0.0, lat), 0, north)[1] for lat, north in zip(fixes["lat"], north_m, strict=True)]
    return fixes


def test_who_leaves_the_streets_gently_and_is_back_faster_than_it_drives_is_not_accused(tmp_path: Path) -> None:
    assert accused(judged(tmp_path, *(reckoned(seed, 15.0) for seed in range(RUNS)))) == []
