"""What drives on the schematic amount to: the guilty hour found to the minute, the innocent never accused."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driving import (
    BLOCK,
    CROSS,
    CROSSROADS,
    EAST,
    HEAVY,
    IN_BY_SECOND_STREET,
    KERB_M,
    KMH,
    LAT_M,
    MIDDLE,
    NORTH,
    SOUTH,
    WEST,
    WUYI,
    accused,
    at,
    drive,
    inside_times,
    instant,
    judged,
    length_m,
    noisy,
    off,
    ring,
    rows_of,
    stay,
    written,
)
from effort import times
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TEN = [f"T{seed}" for seed in range(10)]
NOISE_S = 2
"""How long a truck at 36 km/h takes for what a receiver is off."""


def ten_times(fixes: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the same drive by ten trucks, each with what its own receiver is off."""
    return [noisy(fixes.assign(vehicle_id=name), seed) for seed, name in enumerate(TEN)]


# the guilty


@pytest.mark.parametrize("every_s", [5.0, 15.0, 30.0])
def test_straight_through_by_day_is_one_lead_with_the_right_times_road_and_length(
    tmp_path: Path, every_s: float
) -> None:
    starts = [at("10:00:00") + seed * 1.7 for seed in range(20)]
    trips = [
        noisy(drive(WUYI, start, kmh=KMH, every_s=every_s, name=f"T{seed:02}"), seed)
        for seed, start in enumerate(starts)
    ]
    leads = judged(tmp_path, *trips).leads
    assert [lead.vehicle_id for lead in leads] == [f"T{seed:02}" for seed in range(20)]
    for lead, start in zip(leads, starts, strict=True):
        entered, left, inside_m = inside_times(WUYI, start, KMH)
        assert instant(lead.entered_at) == pytest.approx(entered, abs=every_s + NOISE_S)
        assert instant(lead.left_at) == pytest.approx(left, abs=every_s + NOISE_S)
        assert lead.distance_inside_m == pytest.approx(inside_m, rel=0.1)
        assert (lead.verdict, lead.enforceable, lead.permit_status) == ("prohibited", True, "none")
        assert lead.clauses[0] == "一(一)"
        assert lead.roads.count("五一路") == 1
        assert lead.fixes_inside == pytest.approx((left - entered) / every_s, abs=2)
        assert lead.fixes_inside <= lead.fixes
        assert lead.grade == "schematic"


def test_the_truth_the_times_are_held_against_is_that_of_the_map(tmp_path: Path) -> None:
    entered, left, inside_m = inside_times(WUYI, 0.0, KMH)
    assert inside_m == pytest.approx((CROSS - SOUTH) * LAT_M - KERB_M - 9, abs=3)
    assert entered == pytest.approx((1500 + KERB_M) / (KMH / 3.6), abs=1)
    [lead] = judged(tmp_path, drive(WUYI, at("10:00:00"), kmh=KMH, every_s=1)).leads
    assert instant(lead.entered_at) - at("10:00:00") == pytest.approx(entered, abs=1 + NOISE_S)
    assert instant(lead.left_at) - at("10:00:00") == pytest.approx(left, abs=1 + NOISE_S)
    assert lead.distance_inside_m == pytest.approx(inside_m, abs=40)


def test_a_truck_that_is_in_no_list_is_undetermined_and_what_would_settle_it_is_named(tmp_path: Path) -> None:
    checked = judged(tmp_path, drive(WUYI, at("10:00:00")), vehicles={"T2": HEAVY})
    [lead] = checked.leads
    assert (lead.verdict, lead.plate, lead.vehicle_id) == ("undetermined", None, "T1")
    assert {"vehicle_type", "gross_mass_kg"} & set(lead.missing)
    assert checked.counts()["vehicles"]["in_traces_unknown"] == 1


def test_a_truck_whose_row_cannot_be_used_is_judged_as_unknown(tmp_path: Path) -> None:
    checked = judged(tmp_path, drive(WUYI, at("10:00:00")), vehicles={"T1": {**HEAVY, "plate": "hello"}})
    assert [(lead.verdict, lead.plate) for lead in checked.leads] == [("undetermined", None)]
    assert [(reject.file, reject.field) for reject in checked.rejects] == [("vehicles.csv", "plate")]


@pytest.mark.parametrize(
    ("vehicle", "verdict"),
    [
        ({"vehicle_type": "轻型厢式货车", "gross_mass_kg": 4000, "length_mm": 5900}, "allowed"),
        ({**HEAVY, "service": "police"}, "allowed"),
        ({**HEAVY, "service": "clearance", "on_duty": True}, "allowed"),
        ({**HEAVY, "service": "clearance", "on_duty": False}, "prohibited"),
        ({**HEAVY, "service": "clearance"}, "undetermined"),
    ],
)
def test_a_passage_gets_the_verdict_on_its_truck(tmp_path: Path, vehicle: dict[str, object], verdict: str) -> None:
    checked = judged(tmp_path, drive(WUYI, at("10:00:00")), vehicles={"T1": vehicle})
    assert [part.verdict for part in checked.parts] == [verdict]
    assert len(checked.leads) == (verdict != "allowed")


# the window


def test_a_drive_by_night_is_lawful(tmp_path: Path) -> None:
    for clock in ("02:00:00", "22:00:00", "05:40:00"):
        checked = judged(tmp_path, drive(WUYI, at(clock)))
        assert [checked.kind(part) for part in checked.parts] == ["lawful"]


def test_a_drive_over_six_in_the_morning_is_a_lead_from_six_sharp(tmp_path: Path) -> None:
    route = [*IN_BY_SECOND_STREET, *BLOCK, *BLOCK, *BLOCK]
    start = at("05:30:07")
    assert length_m(route) > (at("06:05:00") - start) * KMH / 3.6
    fixes = noisy(drive(route, start, kmh=KMH, every_s=17), 1)
    fixes = fixes[fixes["t_s"] <= at("06:05:00")]
    checked = judged(tmp_path, fixes)
    lawful, lead = checked.parts
    assert checked.leads == [lead]
    assert (lawful.left_at, lead.entered_at) == ("2024-05-08T06:00:00+08:00",) * 2
    assert instant(lead.left_at) == pytest.approx(at("06:05:00"), abs=17)
    assert lead.distance_inside_m == pytest.approx((instant(lead.left_at) - at("06:00:00")) * KMH / 3.6, rel=0.1)
    assert lawful.fixes + lead.fixes == len(fixes[fixes["t_s"] >= instant(lawful.entered_at)])


def test_a_drive_over_ten_at_night_is_a_lead_until_ten_sharp(tmp_path: Path) -> None:
    fixes = drive([*IN_BY_SECOND_STREET, *BLOCK], at("21:50:03"), kmh=KMH, every_s=13)
    fixes = fixes[fixes["t_s"] <= at("22:10:00")]
    checked = judged(tmp_path, noisy(fixes, 2))
    [lead] = checked.leads
    assert lead.left_at == "2024-05-08T22:00:00+08:00"
    assert instant(lead.entered_at) < at("21:52:00")
    assert [part.entered_at for part in checked.parts if part.verdict == "allowed"] == ["2024-05-08T22:00:00+08:00"]


@pytest.mark.parametrize(("clock", "leads"), [("05:59:59", 0), ("06:00:00", 1), ("21:59:59", 1), ("22:00:00", 0)])
def test_a_second_decides_at_the_ends_of_the_window(tmp_path: Path, clock: str, leads: int) -> None:
    fixes = drive([*BLOCK, *BLOCK], at(clock) - (600 if clock[1] in "51" else 0), every_s=10)
    fixes = fixes[(fixes["t_s"] - at(clock)).abs() <= 600]
    fixes = fixes[fixes["t_s"] <= at(clock)] if leads == 0 and clock < "12" else fixes
    fixes = fixes[fixes["t_s"] >= at(clock)] if clock > "12" and leads == 0 else fixes
    assert len(judged(tmp_path, fixes).leads) == leads


def test_the_window_is_the_notices_own_even_where_the_file_is_in_universal_time(tmp_path: Path) -> None:
    fixes = drive([*IN_BY_SECOND_STREET, *BLOCK], at("05:55:00"), every_s=10)
    found = []
    for zone in ("UTC", "Asia/Shanghai", "America/Los_Angeles"):
        times = pd.to_datetime(fixes["t_s"], unit="s", utc=True).dt.tz_convert(zone).map(lambda t: t.isoformat())
        table = fixes.drop(columns="t_s").assign(time=times)
        table.to_csv(tmp_path / "traces.csv", index=False)
        found.append(rows_of(judged(tmp_path, traces=tmp_path / "traces.csv", vehicles={"T1": HEAVY}).leads))
    assert found[0] == found[1] == found[2]
    assert [lead["entered_at"] for lead in found[0]] == ["2024-05-08T06:00:00+08:00"]


# moving and standing


def test_a_truck_parked_inside_has_done_nothing(tmp_path: Path) -> None:
    yard = off(BLOCK[0], 200, 300)
    parked = [
        noisy(
            stay(yard, at("00:00:00"), at("23:59:00"), every_s=every_s, name=f"T{seed}-{every_s}"), seed, 8, persistence
        )
        for seed in range(8)
        for every_s, persistence in ((30.0, 0.0), (120.0, 0.0), (300.0, 0.0), (60.0, 0.95))
    ]
    checked = judged(tmp_path, *parked)
    assert (checked.parts, checked.counts()["drives"]) == ([], 0)


def test_a_truck_parked_inside_is_a_lead_from_when_it_moves(tmp_path: Path) -> None:
    moves = at("10:00:00")
    fixes = pd.concat([stay(BLOCK[0], at("02:00:00"), moves), drive([*BLOCK], moves, every_s=15)])
    leads = judged(tmp_path, *ten_times(fixes)).leads
    assert [lead.vehicle_id for lead in leads] == TEN
    for lead in leads:
        assert moves - 60 <= instant(lead.entered_at) <= moves + 30
        assert lead.distance_inside_m == pytest.approx(length_m(BLOCK), rel=0.1)


def test_parking_between_two_drives_makes_two_leads(tmp_path: Path) -> None:
    there, back = [off((WEST, 35.1368), -300), BLOCK[0]], [BLOCK[0], off((WEST, 35.1368), -300)]
    arrives = at("10:00:00") + length_m(there) / (KMH / 3.6)
    leaves = arrives + 1800
    fixes = pd.concat([drive(there, at("10:00:00")), stay(BLOCK[0], arrives, leaves), drive(back, leaves)])
    leads = judged(tmp_path, *ten_times(fixes)).leads
    assert [lead.vehicle_id for lead in leads] == [name for name in TEN for _ in range(2)]
    for first, second in zip(leads[::2], leads[1::2], strict=True):
        assert instant(first.left_at) == pytest.approx(arrives, abs=60)
        assert instant(second.entered_at) == pytest.approx(leaves, abs=60)
        assert first.lead_id != second.lead_id


@pytest.mark.parametrize("wait_s", [60, 120, 240])
def test_a_red_light_does_not_split_a_drive(tmp_path: Path, wait_s: float) -> None:
    halt = (MIDDLE, 35.1457)
    stops = at("10:00:00") + length_m([WUYI[0], halt]) / (KMH / 3.6)
    before, after = drive([WUYI[0], halt], at("10:00:00")), drive([halt, WUYI[1]], stops + wait_s)
    fixes = pd.concat([before, stay(halt, stops, stops + wait_s, every_s=15), after])
    assert [lead.vehicle_id for lead in judged(tmp_path, *ten_times(fixes)).leads] == TEN


def test_nothing_is_made_up_across_a_gap(tmp_path: Path) -> None:
    fixes = drive([*IN_BY_SECOND_STREET, *BLOCK, *BLOCK], at("10:00:00"), every_s=10)
    gap = at("10:08:00"), at("10:28:00")
    checked = judged(tmp_path, fixes[(fixes["t_s"] <= gap[0]) | (fixes["t_s"] >= gap[1])])
    assert checked.counts()["gaps"] == 1
    before, after = checked.leads
    assert (instant(before.left_at), instant(after.entered_at)) == gap
    driven = (len(fixes[fixes["t_s"] <= gap[0]]) - 1) * 10 * KMH / 3.6
    assert before.distance_inside_m < driven


def test_a_corner_of_the_ring_between_two_fixes_is_no_passage_where_the_way_round_fits(tmp_path: Path) -> None:
    south = drive([off((EAST, SOUTH), 0, -20), off((WEST, SOUTH), 380, -20)], at("10:00:00"), every_s=10)
    begins = float(south["t_s"].max()) + 60
    west = drive([off((WEST, SOUTH), -20, 380), off((WEST, NORTH), -20, 0)], begins, every_s=10)
    assert judged(tmp_path, south, west).parts == []


# permits


def permit(**fields: object) -> dict[str, object]:
    return {"plate": HEAVY["plate"], "valid_from": "2024-05-01", "valid_to": "2024-05-31", **fields}


def test_a_permit_for_roads_leaves_only_the_detour_off_them_as_a_lead(tmp_path: Path) -> None:
    turn, back = (MIDDLE, 35.1368), (MIDDLE, 35.1514)
    detour = [turn, (110.7662, 35.1368), (110.7662, 35.1514), back]
    route = [WUYI[0], *detour, WUYI[1]]
    speed = KMH / 3.6
    turns = at("10:00:00") + length_m([WUYI[0], turn]) / speed
    returns = turns + length_m(detour) / speed
    for seed in range(5):
        fixes = noisy(drive(route, at("10:00:00"), every_s=10), seed, 5)
        checked = judged(tmp_path, fixes, permits=[permit(roads=["五一路"])])
        [lead] = checked.leads
        assert instant(lead.entered_at) == pytest.approx(turns, abs=30)
        assert instant(lead.left_at) == pytest.approx(returns, abs=30)
        assert lead.permit_status == "permit.off_route"
        assert lead.distance_inside_m == pytest.approx(length_m(detour), rel=0.15)
        sure = [part.verdict for part in checked.parts if part.probability >= checked.min_probability]
        assert sure == ["allowed", "prohibited", "allowed"]


def test_a_permit_for_the_road_driven_makes_it_lawful_however_the_receiver_drifts(tmp_path: Path) -> None:
    trips = [noisy(drive(WUYI, at("10:00:00"), every_s=10, name=f"T{seed}"), seed) for seed in range(50)]
    vehicles = {f"T{seed}": {**HEAVY, "plate": f"晋M{10000 + seed}"} for seed in range(50)}
    permits = [permit(plate=facts["plate"], roads=["五一路"]) for facts in vehicles.values()]
    checked = judged(tmp_path, *trips, vehicles=vehicles, permits=permits)
    assert accused(checked) == []
    assert checked.counts()["passages"]["lawful"] >= 50


def test_a_permit_for_an_area_is_not_left_by_a_receivers_drift(tmp_path: Path) -> None:
    west, east = (off(WUYI[0], east_m=metres)[0] for metres in (-9, 9))
    south, north = WUYI[0][1], WUYI[1][1]
    ring_of_area = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    area = {"type": "Polygon", "coordinates": [ring_of_area]}
    fixes = [noisy(drive(WUYI, at("10:00:00"), every_s=10, name=f"T{seed}"), seed, 6) for seed in range(10)]
    assert accused(judged(tmp_path, *fixes, permits=[permit(area=area)])) == []
    beside = [off(place, east_m=60) for place in WUYI]
    assert len(judged(tmp_path, drive(beside, at("10:00:00")), permits=[permit(area=area)]).leads) == 1


def test_the_end_of_a_permits_hours_cuts_the_passage(tmp_path: Path) -> None:
    fixes = drive([*BLOCK, *BLOCK], at("09:50:04"), every_s=11)
    checked = judged(tmp_path, fixes[fixes["t_s"] <= at("10:10:00")], permits=[permit(windows=["09:00-10:00"])])
    [lead] = checked.leads
    assert (lead.entered_at, lead.permit_status) == ("2024-05-08T10:00:00+08:00", "permit.off_time")
    assert [part.verdict for part in checked.parts] == ["allowed", "prohibited"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, None),
        ({"valid_to": "2024-05-07"}, "permit.expired"),
        ({"valid_to": "2024-05-08"}, None),
        ({"valid_from": "2024-05-09"}, "permit.not_active"),
        ({"status": "suspended"}, "permit.not_active"),
        ({"plate": "晋M54321"}, "none"),
        ({"windows": ["22:00-06:00"]}, "permit.off_time"),
        ({"roads": ["北环路"]}, "permit.off_route"),
        ({"plate": "晋m·12345"}, None),
    ],
)
def test_what_a_permit_lacks_is_said(tmp_path: Path, fields: dict[str, object], status: str | None) -> None:
    route = [WUYI[0], off(CROSSROADS, 0, -100)]
    checked = judged(tmp_path, drive(route, at("10:00:00")), permits=[permit(**fields)])
    assert [lead.permit_status for lead in checked.leads] == ([] if status is None else [status])


# laws


def some_traces() -> pd.DataFrame:
    yard = off(BLOCK[1], 30, 40)
    parts = [
        drive(WUYI, at("10:00:00"), every_s=30, name="T1"),
        drive([*IN_BY_SECOND_STREET], at("05:57:00"), every_s=30, name="T2"),
        stay(yard, at("08:00:00"), at("09:00:00"), every_s=300, name="T3"),
        drive([yard, BLOCK[2]], at("09:00:00"), every_s=30, name="T3"),
        drive(ring(16.0)["西环路"], at("12:00:00"), every_s=30, name="T4"),
        drive(WUYI, at("23:00:00"), every_s=30, name="T5"),
        drive(WUYI[::-1], at("10:20:00"), every_s=30, name="T1"),
    ]
    table = noisy(pd.concat(parts, ignore_index=True), 11)
    accuracy = np.random.default_rng(0).choice([5.0, 12.0, np.nan], len(table))
    return table.assign(lon=table["lon"].round(6), lat=table["lat"].round(6), accuracy_m=accuracy)


@pytest.mark.slow
@settings(max_examples=times(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32 - 1),
    split=st.lists(st.floats(0, 1), max_size=3),
    repeated=st.floats(0, 0.5),
)
def test_leads_do_not_depend_on_the_order_of_rows_on_files_or_on_repetitions(
    tmp_path: Path, seed: int, split: Sequence[float], repeated: float
) -> None:
    table = written(some_traces())
    vehicles = dict.fromkeys(("T1", "T2", "T3", "T4", "T5"), HEAVY)
    table.to_csv(tmp_path / "plain.csv", index=False)
    expected = judged(tmp_path, traces=tmp_path / "plain.csv", vehicles=vehicles)
    assert len(expected.leads) == 4
    rng = np.random.default_rng(seed)
    again = table[rng.random(len(table)) < repeated]
    mixed = pd.concat([table, again]).sample(frac=1.0, random_state=seed)
    folder = tmp_path / f"f{seed}"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    edges = [0, *sorted(int(share * len(mixed)) for share in split), len(mixed)]
    for number, (a, b) in enumerate(pairwise(edges)):
        mixed.iloc[a:b].to_csv(folder / f"{number}.csv", index=False)
    found = judged(tmp_path, traces=folder, vehicles=vehicles)
    assert rows_of(found.leads) == rows_of(expected.leads)
    assert rows_of(found.parts) == rows_of(expected.parts)
    assert found.fixes.duplicates == len(again)


def test_the_same_trace_checked_twice_has_the_same_ids_and_no_two_leads_share_one(tmp_path: Path) -> None:
    once, again = (judged(tmp_path, some_traces()) for _ in range(2))
    ids = [lead.lead_id for lead in once.leads]
    assert ids == [lead.lead_id for lead in again.leads]
    assert len(set(ids)) == len(ids) == 4


def test_the_leads_of_one_day_are_those_of_another_a_day_later(tmp_path: Path) -> None:
    today = judged(tmp_path, some_traces()).leads
    tomorrow = judged(tmp_path, some_traces().assign(t_s=lambda table: table["t_s"] + 86_400)).leads
    assert [instant(lead.entered_at) + 86_400 for lead in today] == [instant(lead.entered_at) for lead in tomorrow]
    assert [lead.distance_inside_m for lead in today] == [lead.distance_inside_m for lead in tomorrow]
