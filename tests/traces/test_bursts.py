"""Reflections carry a truck's fixes off for minutes; they accuse nobody, and they hide nobody who drove deep inside."""

import dataclasses
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driving import (
    BLOCK,
    LAT_M,
    LON_M,
    MIDDLE,
    SOUTH,
    WEST,
    LonLat,
    accused,
    at,
    drive,
    judged,
    law,
    noisy,
    off,
    ring,
)
from hypothesis import given
from hypothesis import strategies as st

from truckban.report.lead_words import basis_words
from truckban.traces.in_or_out import bursts, passages, showing
from truckban.traces.in_or_out.bursts import BEYOND_M, LASTS_S, Scene, Seen, burst_probability, likely_bursts
from truckban.traces.in_or_out.paths import ZoneMatcher
from truckban.traces.lead import hours_edge
from truckban.traces.lead.lead_facts import basis_of
from zones.locate import Locator
from zones.zone import Zone

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from accuracy.checker import Judged, judge
from accuracy.command import day
from accuracy.command import fixes as sent
from accuracy.errors import Receiver, Sent
from accuracy.ground import schematic

_WEIGHTS = {0.0, 0.5, 1.0}
UNLUCKY = ("L5009", "L5014", "L5066", "L5106", "L5119", "L5126", "L5139", "L5161", "L5299", "L5321", "L5340")
"""Lawful days with reflections beside the zone, of the accuracy benchmark (seed 1): the first in 400 that were once accused."""


def burst(fixes: pd.DataFrame, begin_s: float, lasts_s: float, east_m: float, north_m: float) -> pd.DataFrame:
    """Return fixes that are carried off for a while; it comes and goes within 15 seconds."""
    since = fixes["t_s"].to_numpy() - fixes["t_s"].iloc[0] - begin_s
    share = np.clip(np.minimum(since, lasts_s - since) / 15.0, 0.0, 1.0)
    return fixes.assign(lon=fixes["lon"] + share * east_m / LON_M, lat=fixes["lat"] + share * north_m / LAT_M)


@cache
def unlucky() -> tuple[Judged, ...]:
    ground = schematic()
    receiver = Receiver(noise_m=10.0, every_s=15.0, bursts_h=6.0)
    return tuple(judge(ground, [(name, sent(ground, day(ground, name, 1), receiver, 1)) for name in UNLUCKY]))


def test_bursts_beside_a_boundary_road_accuse_nobody() -> None:
    assert [one.vehicle for one in unlucky() if one.is_lead] == []
    assert {one.vehicle for one in unlucky() if one.kind == "unsure"} == set(UNLUCKY)


def test_without_that_question_they_would(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passages, "burst_probability", lambda *_: 0.0)
    assert {one.vehicle for one in unlucky.__wrapped__() if one.is_lead} == set(UNLUCKY)


def leads_of(names: Sequence[str], receiver: Receiver) -> set[str]:
    ground = schematic()
    found = judge(ground, [(name, sent(ground, day(ground, name, 1), receiver, 1)) for name in names])
    return {one.vehicle for one in found if one.is_lead}


def test_one_deep_fix_among_shallow_ones_is_no_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    one, receiver = ("L5060",), Receiver(noise_m=10.0, every_s=15.0, bursts_h=6.0)
    monkeypatch.setattr(passages, "burst_probability", lambda *_: 0.0)
    assert leads_of(one, receiver) == set()
    monkeypatch.setattr(showing, "_SECOND_M", 0.0)
    assert leads_of(one, receiver) == set(one)


def test_where_fixes_are_sparse_a_burst_of_minutes_is_likelier_than_one_of_half_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    receiver = Receiver(noise_m=10.0, every_s=30.0, bursts_h=1.0)
    went_in, reflected = {"X1300541", "X1300971"}, {"L1328649", "L1368717"}
    assert leads_of(sorted(went_in | reflected), receiver) == went_in
    monkeypatch.setattr(bursts, "_LONG", (0.0,) * 5)
    assert leads_of(sorted(went_in | reflected), receiver) == reflected


def test_a_short_way_between_sparse_fixes_is_no_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    short, receiver = ("L603681", "L604235"), Receiver(noise_m=10.0, every_s=30.0, bursts_h=1.0)
    assert leads_of(short, receiver) == set()
    monkeypatch.setattr(showing, "_SHORT_M", 0.0)
    assert leads_of(short, receiver) == set(short)


def test_a_burst_does_not_set_a_parked_truck_driving(monkeypatch: pytest.MonkeyPatch) -> None:
    # a simulated day depends in its last digits on the versions of libraries: what the second sent at noon is kept in a file
    kept = pd.read_csv(Path(__file__).with_name("fixes_of") / "wandering.csv")
    nothing = np.full(len(kept), np.nan)
    wandering = Sent(*(kept[name].to_numpy(float) for name in ("t_s", "lon", "lat")), *[nothing] * 4)
    ground = schematic()

    def accused_now() -> set[str]:
        here = judge(ground, [("L8090", wandering)])
        return leads_of(["L3325"], Receiver(noise_m=10.0, every_s=15.0, bursts_h=1.0)) | {
            one.vehicle for one in here if one.is_lead
        }

    assert accused_now() == set()
    monkeypatch.setattr(passages, "LASTS_S", 0.0)
    assert accused_now() == {"L3325"}
    monkeypatch.setattr(passages, "STOOD_M", 0.0)  # the other has but one fix farther off
    assert accused_now() == {"L3325", "L8090"}


def test_a_parked_truck_that_wanders_until_22_and_then_drives_is_no_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    parked, receiver = ("L1548415",), Receiver(noise_m=10.0, every_s=15.0, bursts_h=1.0)
    assert leads_of(parked, receiver) == set()
    monkeypatch.setattr(hours_edge, "WANDERING_M", hours_edge.LEAST_M)
    assert leads_of(parked, receiver) == set(parked)


def test_a_path_that_no_truck_drives_in_the_time_is_no_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    fast, receiver = ("L648",), Receiver(noise_m=30.0, every_s=1.0, bursts_h=1.0)
    assert leads_of(fast, receiver) == set()
    monkeypatch.setattr(passages, "_TOP_MS", 1e9)
    assert leads_of(fast, receiver) == set(fast)


def test_a_burst_hides_nobody_who_drives_through(tmp_path: Path) -> None:
    through = [off((MIDDLE, SOUTH), 3.5, -900), off((MIDDLE, SOUTH), 3.5, 0), (MIDDLE, 35.150)]
    for seed in range(6):
        true = noisy(drive(through, at("10:00:00"), name=f"T{seed}"), seed)
        for carried in (true, burst(true, 100, 120, 60, 0)):
            assert len(judged(tmp_path, carried).leads) == 1


def in_and_back(deep_m: float, every_s: float, seed: int) -> pd.DataFrame:
    """A door in the middle of the southern boundary road: in by it, round, and out again."""
    inside: list[LonLat] = [off((MIDDLE, SOUTH), 3.5, 0), off((MIDDLE, SOUTH), 3.5, 17.75 + deep_m)]
    back: list[LonLat] = [off((MIDDLE, SOUTH), -3.5, 17.75 + deep_m), off((MIDDLE, SOUTH), -3.5, 0)]
    route = [off((WEST, SOUTH), 300, -8), off((MIDDLE, SOUTH), 0, -8), *inside, *back, off((MIDDLE, SOUTH), -900, 8)]
    return noisy(drive(route, at("10:00:00"), kmh=28.0, every_s=every_s), seed)


@pytest.mark.parametrize(
    ("deep_m", "every_s", "least"), [(190.0, 15.0, 8), (240.0, 15.0, 8), (190.0, 30.0, 8), (160.0, 30.0, 6)]
)
def test_going_in_and_turning_back_is_found(tmp_path: Path, deep_m: float, every_s: float, least: int) -> None:
    found = [len(judged(tmp_path, in_and_back(deep_m, every_s, seed)).leads) > 0 for seed in range(8)]
    assert sum(found) >= least


@pytest.mark.parametrize("lost", [1, 2])
def test_the_only_fix_inside_counts_though_one_beside_it_was_lost_but_not_two(tmp_path: Path, lost: int) -> None:
    fixes = in_and_back(190.0, 30.0, 3)
    depth = law()[1].depth_m(fixes["lon"].to_numpy(), fixes["lat"].to_numpy())
    deepest = int(depth.argmax())
    others = np.setdiff1d(np.flatnonzero(depth > 0), [deepest])
    beside = [deepest - 1, deepest + 1][:lost]
    left = fixes.drop(fixes.index[np.union1d(others, beside)]).reset_index(drop=True)
    leads = judged(tmp_path, left).leads
    assert [lead.fixes_inside for lead in leads] == [1] * (2 - lost)


@cache
def streets() -> ZoneMatcher:
    found = ZoneMatcher.of(law()[1].zone)
    assert found is not None
    return found


def seen(fixes: pd.DataFrame) -> Seen:
    x, y = streets().matcher.graph.plane.xy(fixes["lon"].to_numpy(), fixes["lat"].to_numpy())
    depth = law()[1].depth_m(fixes["lon"].to_numpy(), fixes["lat"].to_numpy())
    return Seen(x, y, fixes["t_s"].to_numpy(), depth, 6.5)


def test_what_is_too_deep_or_too_long_is_no_burst() -> None:
    block = drive([*BLOCK, BLOCK[0]], at("10:00:00"), every_s=15.0)
    deep = seen(block)
    assert deep.depth_m.max() > BEYOND_M
    assert burst_probability(streets(), deep, deep.t_s[0], deep.t_s[-1]) == 0.0
    long = seen(burst(drive(ring(0)["丰喜大道"], at("10:00:00"), kmh=15, every_s=15.0), 0, 3600, 0, 70))
    assert long.t_s[-1] - long.t_s[0] > LASTS_S
    assert burst_probability(streets(), long, long.t_s[0], long.t_s[-1]) < 1e-9


def test_a_burst_of_any_rate_of_fixes_is_known_by_its_way() -> None:
    for every_s in (1.0, 5.0, 15.0, 30.0):
        fixes = burst(drive(ring(8.75)["丰喜大道"], at("10:00:00"), every_s=every_s), 150, 120, 20, 65)
        one = seen(fixes)
        inside = one.t_s[one.depth_m > 30]
        assert burst_probability(streets(), one, inside[0], inside[-1]) > 0.5


def test_the_log_likelihoods_are_those_that_the_probability_is_made_of() -> None:
    fixes = sent(schematic(), day(schematic(), "L5060", 1), Receiver(noise_m=10.0, every_s=15.0, bursts_h=6.0), 1)
    x, y = streets().matcher.graph.plane.xy(fixes.lon, fixes.lat)
    match = streets().matcher.match_xy(x, y, fixes.t_s, np.full(len(x), 13.0))
    shares = []
    for since in np.arange(fixes.t_s[0], fixes.t_s[-1], 300.0).tolist():
        closed, all_ = match.log_likelihoods(streets().inside, since=since, until=since + 300.0)
        p = match.probability(streets().inside, since=since, until=since + 300.0)
        assert all_ < 0.0
        assert closed <= all_
        assert p == pytest.approx(min(1.0 - np.exp(closed - all_), 0.99), abs=1e-9)
        shares.append(p)
    assert min(shares) < 0.1
    assert max(shares) > 0.9


def test_an_officer_reads_that_it_may_be_a_reflection(tmp_path: Path) -> None:
    lead = judged(tmp_path, drive([BLOCK[0], BLOCK[1]], at("10:00:00"))).leads[0]
    assert not any(code.startswith("reflection") for code in lead.why_probability)
    codes = basis_of(dataclasses.replace(lead.passage, burst=0.4), lead.fixes_inside, 50.0, 10.0)
    assert "reflection=0.40" in codes
    said = basis_words(dataclasses.replace(lead, why_probability=codes))[-1]
    assert "反射" in said.zh
    assert "reflections (probability 0.40)" in said.en


@given(st.data())
def test_likely_bursts_hold_what_they_promise(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 25))
    first = data.draw(st.integers(0, n - 1))
    last = data.draw(st.integers(first, n - 1))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    t_s = np.cumsum(rng.uniform(10, 40, n))
    arcs = rng.uniform(-500, 500, (data.draw(st.integers(1, 9)), 4))
    scene = Scene(rng.uniform(-500, 500, n), rng.uniform(-500, 500, n), t_s, 13.0, arcs)
    found = likely_bursts(scene, first, last)
    assert found
    for one in found:
        assert 0 <= one.first <= one.last < n
        assert one.first <= last
        assert one.last >= first
        assert set(one.weight.tolist()) <= _WEIGHTS
        assert not one.weight[: one.first].any()
        assert not one.weight[one.last + 1 :].any()
        assert np.hypot(*one.offset) <= bursts.REACH_M + 1e-9
        moved = scene.without(one)
        assert np.hypot(moved.x - scene.x, moved.y - scene.y) == pytest.approx(one.weight * np.hypot(*one.offset))


def test_where_no_streets_are_known_what_is_near_the_border_is_not_claimed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice, ground = law()
    bare = Locator(dataclasses.replace(ground.zone, streets=()))
    assert isinstance(bare.zone, Zone)
    monkeypatch.setattr("driving.law", lambda: (notice, bare))
    along = drive(ring(8.75)["丰喜大道"], at("10:00:00"), kmh=25.0, every_s=15.0)
    fixes = [burst(along.assign(vehicle_id=f"T{n}"), 100 + 20 * n, 60 + 10 * n, 0, 70) for n in range(12)]
    checked = judged(tmp_path, *fixes)
    assert accused(checked) == []
    assert checked.counts()["passages"]["unsure"] > 0
    assert len(judged(tmp_path, drive([BLOCK[0], BLOCK[1]], at("10:00:00"))).leads) == 1
