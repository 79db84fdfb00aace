"""What a lead says beside its verdict, held against drives whose truth is known."""

from pathlib import Path

import pytest
from driving import (
    BLOCK,
    CROSS,
    HEAVY,
    IN_BY_SECOND_STREET,
    KERB_M,
    LAT_M,
    MIDDLE,
    SOUTH,
    WEST,
    WUYI,
    at,
    drive,
    inside_times,
    judged,
    law,
    noisy,
    off,
    stay,
)

from truckban.traces.lead.evidence import EVIDENCE
from truckban.traces.lead.leads import Lead
from zones.entries import entries_of


def _through(folder: Path, *, clock: str = "10:00:00", seed: int = 1, kmh: float = 36.0) -> Lead:
    [lead] = judged(folder, noisy(drive(WUYI, at(clock), kmh=kmh), seed)).leads
    return lead


def test_straight_through_says_its_route_and_where_it_came_in_and_went_out(tmp_path: Path) -> None:
    lead = _through(tmp_path)
    assert lead.route is not None
    assert lead.route.zh == "五一路 由南向北"
    assert lead.route.en == "五一路 northward"
    assert (lead.entry.how, lead.entry.street, lead.entry.from_road) == ("crossed", "五一路", "丰喜大道")
    assert (lead.exit.how, lead.exit.street, lead.exit.from_road) == ("crossed", "五一路", "北环路")
    assert (lead.entry.lon, lead.entry.lat) == pytest.approx((MIDDLE, SOUTH + KERB_M / LAT_M), abs=2e-4)


def test_an_entry_has_the_number_that_the_zone_gives_it(tmp_path: Path) -> None:
    lead = _through(tmp_path)
    numbered = {entry.number: entry for entry in entries_of(law()[1].zone)}
    for end in (lead.entry, lead.exit):
        assert end.number is not None
        assert numbered[end.number].street == end.street
        assert (numbered[end.number].lon, numbered[end.number].lat) == pytest.approx((end.lon, end.lat), abs=4e-4)


@pytest.mark.parametrize("kmh", [20.0, 36.0, 60.0])
def test_distance_and_speeds_are_those_of_the_path(tmp_path: Path, kmh: float) -> None:
    lead = _through(tmp_path, kmh=kmh)
    entered, left, inside_m = inside_times(WUYI, 0.0, kmh)
    assert lead.distance_inside_m == pytest.approx(inside_m, abs=25)
    assert lead.mean_speed_kmh == pytest.approx(inside_m / (left - entered) * 3.6, rel=0.06)
    assert lead.max_speed_kmh is not None
    assert kmh * 0.97 <= lead.max_speed_kmh <= kmh * 1.6, "20 s at least: noise makes no race of it"


def test_the_error_of_the_fixes_does_not_lengthen_the_way(tmp_path: Path) -> None:
    [lead] = judged(tmp_path, noisy(drive(WUYI, at("10:00:00"), kmh=20, every_s=5), 3, sigma_m=12)).leads
    assert lead.distance_inside_m == pytest.approx(inside_times(WUYI, 0.0, 20)[2], abs=25)


def test_depth_is_that_of_the_deepest_fix(tmp_path: Path) -> None:
    lead = _through(tmp_path)
    ground = law()[1]
    middle = ground.depth_m([MIDDLE], [(SOUTH + CROSS) / 2])[0]
    assert lead.depth_max_m is not None
    assert middle - 100 <= lead.depth_max_m <= middle + 30
    assert "path" in lead.why_probability
    assert any(code.startswith("deepest_in_errors=") for code in lead.why_probability)


def test_inside_at_six_is_judged_from_six_and_says_so(tmp_path: Path) -> None:
    route = [*IN_BY_SECOND_STREET, off((WEST, BLOCK[3][1]), -300)]
    [lead] = judged(tmp_path, noisy(drive(route, at("05:55:00")), 4)).leads
    assert lead.entered_at == "2024-05-08T06:00:00+08:00"
    assert lead.entry.how == "window_opened"
    assert lead.entry.number is None
    assert lead.exit.how == "crossed"


def test_inside_at_ten_in_the_evening_is_judged_up_to_then(tmp_path: Path) -> None:
    route = [*IN_BY_SECOND_STREET, off((WEST, BLOCK[3][1]), -300)]
    [lead] = judged(tmp_path, noisy(drive(route, at("21:55:00")), 4)).leads
    assert (lead.entry.how, lead.exit.how) == ("crossed", "window_closed")
    assert lead.left_at == "2024-05-08T22:00:00+08:00"


def test_a_drive_from_one_place_inside_to_another_began_and_ended_inside(tmp_path: Path) -> None:
    start, end = BLOCK[0], BLOCK[2]
    trip = drive(BLOCK[:3], at("10:00:00"))
    stop = float(trip["t_s"].iloc[-1])
    fixes = [stay(start, at("09:00:00"), at("10:00:00") - 30), trip, stay(end, stop + 60, stop + 3600)]
    [lead] = judged(tmp_path, *(noisy(part, 5 + n) for n, part in enumerate(fixes))).leads
    assert (lead.entry.how, lead.exit.how) == ("began_inside", "ended_inside")


def test_a_permit_that_ends_on_the_way_is_where_the_lead_begins(tmp_path: Path) -> None:
    permit = {"plate": HEAVY["plate"], "windows": ["08:00-10:02"]}
    # two minutes and a half before the border, so that it is inside at 10:02
    fixes = noisy(drive(WUYI, at("09:58:00")), 6)
    [lead] = judged(tmp_path, fixes, permits=[permit]).leads
    assert lead.entry.how == "permit_ended"
    assert lead.entered_at == "2024-05-08T10:02:00+08:00"
    assert "permit" in lead.evidence_missing


def test_the_vehicles_facts_are_those_that_the_verdict_used(tmp_path: Path) -> None:
    lead = _through(tmp_path)
    assert lead.vehicle_class == "heavy"
    assert {"gross_mass_kg=25000", "length_mm=8600"} <= set(lead.vehicle_facts)


def test_what_no_trace_has_is_said_to_be_missing(tmp_path: Path) -> None:
    lead = _through(tmp_path)
    assert lead.evidence_missing == ("picture", "device", "driver", "person", "survey")
    fixes = noisy(drive(WUYI, at("10:00:00"), name="T9"), 1)
    for unknown in judged(tmp_path, fixes, vehicles={"T1": HEAVY}).parts:
        assert {"plate", "registration"} <= set(unknown.evidence_missing)
    assert set(lead.evidence_missing) <= set(EVIDENCE)


def test_every_column_of_a_row_is_plain_data(tmp_path: Path) -> None:
    for part in judged(tmp_path, noisy(drive(WUYI, at("10:00:00")), 1)).parts:
        for name, value in part.row().items():
            assert value is None or isinstance(value, str | int | float | bool | list), name


def test_the_path_of_a_lead_runs_along_the_street_between_its_two_ends(tmp_path: Path) -> None:
    lead = _through(tmp_path)
    assert lead.path is not None
    points = lead.path.coords
    assert all(abs(lon - MIDDLE) < 2e-4 for lon, _ in points)
    assert points[0][1] == pytest.approx(lead.entry.lat, abs=1e-5)
    assert points[-1][1] == pytest.approx(lead.exit.lat, abs=1e-5)
    assert points[0][1] < points[-1][1]


def test_where_the_window_cuts_a_drive_the_two_paths_meet(tmp_path: Path) -> None:
    route = [*IN_BY_SECOND_STREET, off((WEST, BLOCK[3][1]), -300)]
    before, after = judged(tmp_path, noisy(drive(route, at("05:55:00")), 4)).parts
    assert before.path is not None
    assert after.path is not None
    assert before.path.coords[-1] == pytest.approx(after.path.coords[0], abs=1e-6)
    assert before.exit.how == after.entry.how == "window_opened"


def test_who_drives_out_is_said_to_have_crossed_also_where_a_fix_is_of_that_very_instant(tmp_path: Path) -> None:
    kerb = off((WEST, 35.1368), KERB_M)
    out = [BLOCK[1], kerb, off(kerb, -KERB_M - 12.5), off(kerb, -KERB_M - 12.5, -2000)]
    names = [f"T{seed}" for seed in range(60)]
    drives = [
        noisy(drive(out, at("10:00:00"), kmh=25 + seed % 20, every_s=[5.0, 10.0, 15.0][seed % 3], name=name), seed)
        for seed, name in enumerate(names)
    ]
    vehicles = {name: {**HEAVY, "plate": f"晋M{20000 + n}"} for n, name in enumerate(names)}
    leads = judged(tmp_path, *drives, vehicles=vehicles).leads
    assert len(leads) == len(names)
    assert {(lead.exit.how, lead.exit.from_road) for lead in leads} == {("crossed", "西环路")}
