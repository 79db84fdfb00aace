"""A terminal that always says the same of its error accuses nobody, and hides nobody."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from driving import KERB_M, MIDDLE, SOUTH, accused, at, drive, judged, law, noisy, off, ring

from truckban.traces.fixes import Fixes
from truckban.traces.in_or_out.believed import shown_errors, with_believed
from truckban.traces.sifting.near import Visits
from zones.locate import Locator

EVERY_S = 20.0


@pytest.fixture
def _no_streets(monkeypatch: pytest.MonkeyPatch) -> None:
    notice, ground = law()
    monkeypatch.setattr("driving.law", lambda: (notice, Locator(dataclasses.replace(ground.zone, streets=()))))


def visits(*said: float | None, sigma_m: float = 0.0, fixes: int = 40, meters_a_step: float = 200.0) -> Visits:
    """Return a visit for each thing said: straight ahead, with independent errors."""
    rng = np.random.default_rng(3)
    east = np.arange(fixes) * meters_a_step / 91_000.0
    parts = [(110.0 + east, 35.0 + rng.normal(0.0, sigma_m, fixes) / 111_195.0) for _ in said]
    lon, lat = (np.concatenate(axis) for axis in zip(*parts, strict=True))
    accuracy = np.repeat(np.array([np.nan if one is None else one for one in said]), fixes)
    t_s = np.tile(np.arange(fixes) * EVERY_S, len(said))
    vehicle = np.repeat(np.arange(len(said)), fixes)
    names = [f"T{n}" for n in range(len(said))]
    return Visits(Fixes(names, vehicle, t_s, lon, lat, accuracy, 0, 0, 0), np.arange(len(said) + 1) * fixes, 0)


def believed(given: Visits, *, by_border: bool = True) -> list[float | None]:
    """Return what is believed of each visit, which is the same for all of it."""
    found = with_believed(given, by_border=by_border).fixes.accuracy_m
    parts = [found[a:b] for a, b in zip(given.starts[:-1], given.starts[1:], strict=True)]
    assert all((part == part[0]).all() or np.isnan(part).all() for part in parts)
    return [None if np.isnan(part[0]) else float(part[0]) for part in parts]


def test_what_is_always_the_same_and_less_than_the_usual_error_is_not_said() -> None:
    assert believed(visits(0.1, 1.0, 5.0, 9.9, 10.0, 30.0, 100.0, None)) == [None] * 4 + [10.0, 30.0, 100.0, None]


def test_what_varies_is_a_measurement() -> None:
    given = visits(1.0)
    given.fixes.accuracy_m[7] = 2.0
    assert with_believed(given, by_border=True).fixes.accuracy_m.tolist() == given.fixes.accuracy_m.tolist()


def test_hundreds_of_metres_are_not_said_where_the_fixes_lie_on_a_line() -> None:
    assert believed(visits(120.0, 9999.0, sigma_m=3.0)) == [None, None]


def test_hundreds_of_metres_are_said_where_the_fixes_show_them_or_too_little() -> None:
    assert believed(visits(1000.0, sigma_m=300.0, meters_a_step=900.0)) == [1000.0]
    [shown] = believed(visits(1000.0, sigma_m=100.0, meters_a_step=900.0))
    assert shown == pytest.approx(100.0, rel=0.5)
    assert believed(visits(1000.0, fixes=9, sigma_m=3.0)) == [1000.0]
    assert believed(visits(1000.0, meters_a_step=5.0)) == [1000.0]


@pytest.mark.parametrize("said", [1.0, 5.0, 12.0])
def test_more_counts_where_the_fixes_lie_farther_off_the_line_than_was_said(said: float) -> None:
    [shown] = believed(visits(said, sigma_m=25.0, fixes=400))
    assert shown == pytest.approx(25.0, rel=0.2)


def test_streets_show_better_how_far_off_fixes_are_but_for_what_is_absurd() -> None:
    given = visits(1.0, 12.0, sigma_m=25.0, fixes=400)
    assert believed(given, by_border=False) == [None, 12.0]
    [shown] = believed(visits(9999.0, sigma_m=25.0, fixes=400), by_border=False)
    assert shown == pytest.approx(25.0, rel=0.2)


def test_corners_show_no_error() -> None:
    corner = (
        np.cumsum(np.tile([[0.0, 1.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0], [1.0, 0.0]], (20, 1)), axis=0)
        * 250.0
    )
    lon, lat = 110.0 + corner[:, 0] / 91_000.0, 35.0 + corner[:, 1] / 111_195.0
    [shown] = shown_errors(np.arange(len(lon)) * EVERY_S, lon, lat, np.array([0, len(lon)]))
    assert shown < 1.0


def test_where_nothing_is_said_more_than_the_usual_error_counts_where_it_shows() -> None:
    assert believed(visits(None, sigma_m=5.0)) == [None]
    [shown] = believed(visits(None, sigma_m=25.0))
    assert shown is not None
    assert 15.0 < shown < 40.0
    given = visits(None, sigma_m=25.0)
    assert with_believed(given, by_border=False) is given


@pytest.mark.usefixtures("_no_streets")
def test_a_receiver_that_always_says_one_metre_accuses_nobody_along_the_kerb(tmp_path: Path) -> None:
    assert KERB_M > 17.0
    trips = [
        noisy(drive(route, at("10:00:00"), kmh=20, every_s=20, name=f"{name}{seed}"), seed, 20.0, 0.7)
        for seed in range(20)
        for name, route in ring(17.0).items()
    ]
    assert accused(judged(tmp_path, *(trip.assign(accuracy_m=1.0) for trip in trips))) == []


@pytest.mark.parametrize("ground", ["streets", "_no_streets"])
def test_a_receiver_that_always_says_9999_hides_no_drive_through_the_middle(
    tmp_path: Path, ground: str, request: pytest.FixtureRequest
) -> None:
    if ground == "_no_streets":
        request.getfixturevalue(ground)
    way = [off((MIDDLE, SOUTH), north_m=-1400), off((MIDDLE, SOUTH), north_m=2600)]
    trip = noisy(drive(way, at("10:00:00"), kmh=40, every_s=15), 5, 8.0)
    found = [len(judged(tmp_path, one).leads) for one in (trip, trip.assign(accuracy_m=9999.0))]
    assert found == [1, 1]
