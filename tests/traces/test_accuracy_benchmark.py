"""The accuracy benchmark runs, and what it takes for true is true."""

import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from accuracy.checker import Judged
from accuracy.command import day, fixes, main
from accuracy.errors import Receiver, gauss_markov
from accuracy.facts import ADDED, LACKING, NAMES, errors
from accuracy.ground import Ground, schematic
from accuracy.score import bounds


@pytest.fixture(scope="module")
def ground() -> Ground:
    return schematic()


def test_a_lawful_day_never_drives_inside_by_day(ground: Ground) -> None:
    assert [day(ground, f"L{n}", 3).inside_m for n in range(60)] == [0.0] * 60


def test_lawful_days_drive_within_two_metres_of_the_kerb(ground: Ground) -> None:
    nearest = [float(ground.depth_m(day(ground, f"L{n}", 3).xy).max()) for n in range(12)]
    assert sum(-2.5 < metres < 0 for metres in nearest) >= 4


def test_intrusions_have_all_lengths(ground: Ground) -> None:
    metres = np.array([day(ground, f"X{n}", 3).inside_m for n in range(120)])
    assert (metres > 40).all()
    assert np.histogram(metres, [40, 100, 200, 300, 1000, 1e4])[0].min() >= 5


def test_a_day_depends_on_its_number_only(ground: Ground) -> None:
    one, other = (fixes(ground, day(ground, "X7", 1), Receiver(), 1) for _ in range(2))
    assert np.array_equal(one.lon, other.lon)
    assert not np.array_equal(one.lon, fixes(ground, day(ground, "X7", 2), Receiver(), 2).lon)


def test_speeds_are_those_of_the_truck_and_some_are_dead_while_positions_stay_the_same(ground: Ground) -> None:
    kinds = []
    for n in range(40):
        true = day(ground, f"L{n}", 3)
        plain, told = (fixes(ground, true, Receiver(speed=speed), 3) for speed in (False, True))
        assert np.array_equal(plain.lon, told.lon)
        assert np.array_equal(plain.t_s, told.t_s)
        assert np.isnan(plain.speed_kmh).all()
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(true.xy, axis=0).T))])
        ahead, behind = (np.interp(told.t_s + part, true.t_s, along) for part in (0.5, -0.5))
        off_kmh = told.speed_kmh - (ahead - behind) * 3.6
        kinds.append(bool(np.abs(off_kmh).max() < 8.0) and float(np.std(off_kmh)) < 1.5)
    assert 20 <= sum(kinds) <= 35


def test_courses_are_those_of_the_truck_and_some_are_dead_while_all_else_stays_the_same(ground: Ground) -> None:
    kinds = []
    for n in range(40):
        true = day(ground, f"L{n}", 3)
        plain, told = (fixes(ground, true, Receiver(speed=True, course=course), 3) for course in (False, True))
        for column in ("lon", "t_s", "speed_kmh"):
            assert np.array_equal(getattr(plain, column), getattr(told, column), equal_nan=True)
        assert np.isnan(plain.heading).all()
        ahead, behind = (
            np.column_stack([np.interp(told.t_s + part, true.t_s, true.xy[:, axis]) for axis in (0, 1)])
            for part in (0.5, -0.5)
        )
        step = ahead - behind
        moves = np.hypot(*step.T) > 6.0
        off = np.radians(told.heading[moves]) - np.arctan2(*step[moves].T)
        kinds.append(float(np.mean(np.abs(np.exp(1j * off) - 1.0) < 0.2)) > 0.9)
    assert 20 <= sum(kinds) <= 36


def test_an_error_that_lasts_has_the_stated_spread_and_correlation() -> None:
    error = gauss_markov(np.arange(0, 3e5, 15.0), 100.0, np.random.default_rng(1))[:, 0]
    assert float(error.std()) == pytest.approx(1, abs=0.05)
    assert float(np.corrcoef(error[1:], error[:-1])[0, 1]) == pytest.approx(np.exp(-0.15), abs=0.02)


def test_the_bounds_of_a_share_are_exact() -> None:
    assert bounds(0, 10_000) == pytest.approx((0, 3.688e-4), rel=1e-3)
    assert bounds(5, 10) == pytest.approx((0.1871, 0.8129), abs=1e-4)


def test_facts_are_off_by_what_they_are_said_wrong(ground: Ground) -> None:
    true = next(one for one in (day(ground, f"X{n}", 3) for n in range(40)) if not one.parked[2:-2].any())
    [spell] = true.spells
    lead = Judged(
        vehicle=true.name,
        entered=spell.since - 7,
        left=spell.until + 3,
        probability=0.99,
        verdict="prohibited",
        kind="prohibited",
        roads=("nowhere",),
        metres=spell.metres + 50,
        line=shapely.LineString(),
        entry="crossed",
        exit="ended_inside",
        depth_m=spell.depth_m - 5,
        mean_kmh=None,
        max_kmh=None,
    )
    off = dict(errors(ground, true, [lead]))
    assert [off[NAMES[k]] for k in (0, 3, 4, 5)] == pytest.approx([-7, 3, 50, -5])
    assert off[ADDED] == off[LACKING] == 1
    assert not {NAMES[1], NAMES[2], NAMES[6], NAMES[7]} & set(off)
    assert not list(errors(ground, true, [lead, lead])), "which of two leads is meant is not known"


@pytest.mark.slow
def test_it_prints_a_line_a_receiver(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--lawful", "4", "--intrusions", "4", "--every", "30", "--json", str(tmp_path / "a.json")])
    assert "found >=300 m" in capsys.readouterr().out
    assert (tmp_path / "a.json").exists()
