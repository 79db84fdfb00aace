"""Six notices of other places, as packs without streets: 19 questions with known answers, and harder ones."""

import csv
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from truckban.norms import Notice
from truckban.notices.load import load_notice
from truckban.questions.asking import answer

PACKS = Path(__file__).parent / "packs"
PROBES = Path(__file__).parents[3] / "shared" / "data" / "notices" / "probes.csv"

NOTICES = {
    "ha03": "ha03_xingyang_2021",
    "sx01": "sx01_wenxi_2022",
    "sx02": "sx02_pinglu_2022",
    "sz03": "sz03_shenzhen_yantian_2022",
    "tj02": "tj02_tianjin_code",
    "zz01": "zz01_zhengzhou_2018",
}
VERDICTS = {"banned": "prohibited", "allowed": "allowed", "undecided": "undetermined"}
PLATE = "津A12345"
PERMIT = {"plate": PLATE, "valid_from": "2024-03-01", "valid_to": "2024-03-15"}

PLACES: dict[tuple[str, str], dict[str, Any]] = {
    ("sx01", "on 兴闻街"): {"road": "兴闻街"},
    ("sx01", "on 城南街"): {"road": "城南街"},
    ("sx01", "inside"): {"zone": "inside"},
    ("sx02", "on 茅津路"): {"road": "茅津路"},
    ("sx02", "on 沿黄旅游公路 (north/south side road)"): {"road": "沿黄旅游公路"},
    ("sz03", "东海四街（洪安四街至洪安路）"): {"road": "东海四街", "segment": "洪安四街至洪安路"},
    ("sz03", "东海四街（洪安二街至洪安路）"): {"road": "东海四街", "segment": "洪安二街至洪安路"},
    ("tj02", "on 外环线"): {"road": "外环线"},
    ("tj02", "inside 外环线"): {"zone": "inside"},
    ("zz01", "inside 三环"): {"zones": {"ring3": "inside", "elevated": "outside"}},
    ("zz01", "连霍高速 inside zone"): {"road": "连霍高速", "zones": {"ring3": "outside", "elevated": "outside"}},
}
VEHICLES: dict[str, dict[str, Any]] = {
    "中型货车": {"vehicle_type": "中型普通货车"},
    "重型货车": {"vehicle_type": "重型自卸货车"},
    "轻型货车": {"vehicle_type": "轻型普通货车"},
    "新能源轻型货车": {"vehicle_type": "轻型普通货车", "energy": "electric"},
    "纯电轻型": {"vehicle_type": "轻型厢式货车", "energy": "electric"},
    "轻型厢式": {"vehicle_type": "轻型厢式货车"},
    "重型 国五": {"vehicle_type": "重型普通货车", "energy": "diesel", "emission_stage": 5},
    "拖拉机": {"vehicle_type": "拖拉机"},
}

# notice, place, vehicle, datetime, has_permit, expected: the rows of probes.csv without what only explains them
ASKED = [
    ("sx01", "on 兴闻街", "中型货车", "2024-05-08 10:00", "no", "allowed"),
    ("sx01", "on 城南街", "中型货车", "2024-05-08 10:00", "no", "banned"),
    ("sx01", "inside", "重型货车", "2024-05-08 23:30", "no", "allowed"),
    ("sx01", "inside", "新能源轻型货车", "2024-05-08 10:00", "no", "banned"),
    ("sx01", "inside", "重型货车", "2022-06-05 10:00", "no", "allowed"),
    ("sx01", "inside", "拖拉机", "2024-05-08 10:00", "no", "undecided"),
    ("sx02", "on 茅津路", "轻型货车", "2022-07-01 10:00", "no", "undecided"),
    ("sx02", "on 沿黄旅游公路 (north/south side road)", "重型货车", "2022-07-01 10:00", "no", "undecided"),
    ("sz03", "东海四街（洪安四街至洪安路）", "重型货车", "2022-05-10 02:00", "no", "banned"),
    ("sz03", "东海四街（洪安四街至洪安路）", "重型货车", "2022-05-10 08:00", "no", "allowed"),
    ("sz03", "东海四街（洪安二街至洪安路）", "重型货车", "2022-05-10 08:00", "no", "banned"),
    ("sz03", "东海四街（洪安四街至洪安路）", "重型货车", "2022-06-23 02:00", "no", "allowed"),
    ("tj02", "on 外环线", "轻型厢式", "2024-03-05 20:00", "no", "allowed"),
    ("tj02", "inside 外环线", "轻型厢式", "2024-03-05 20:00", "no", "banned"),
    ("tj02", "inside 外环线", "轻型厢式", "2024-03-05 17:00", "yes", "banned"),
    ("tj02", "inside 外环线", "轻型厢式", "2024-03-05 12:00", "yes", "allowed"),
    ("zz01", "inside 三环", "纯电轻型", "2019-03-05 08:00", "no", "banned"),
    ("zz01", "inside 三环", "纯电轻型", "2019-03-05 12:00", "no", "allowed"),
    ("zz01", "连霍高速 inside zone", "重型 国五", "2019-03-05 12:00", "no", "allowed"),
]


@cache
def notice(name: str) -> Notice:
    return load_notice(PACKS / f"{NOTICES[name]}.yaml")


def ask(
    name: str,
    at: str,
    *,
    vehicle: str | dict[str, Any],
    place: dict[str, Any],
    permits: tuple[dict[str, Any], ...] = (),
) -> dict[str, Any]:
    """Return the answer to one case; `at` is a local time."""
    fields = VEHICLES[vehicle] if isinstance(vehicle, str) else vehicle
    case = {
        "vehicle": {"plate": PLATE, **fields},
        "at": at.replace(" ", "T") + ("" if at.count(":") == 2 else ":00") + "+08:00",
        "place": place,
        "permits": list(permits),
    }
    return answer(case, notice(name), None)


def codes(answered: dict[str, Any]) -> set[str]:
    return {reason["code"] for reason in answered["reasons"]}


@pytest.mark.parametrize(("name", "place", "vehicle", "at", "permit", "expected"), ASKED)
def test_known_questions_get_their_known_answers(
    name: str, place: str, vehicle: str, at: str, permit: str, expected: str
) -> None:
    permits = (PERMIT,) if permit == "yes" else ()
    answered = ask(name, at, vehicle=vehicle, place=PLACES[name, place], permits=permits)
    assert answered["verdict"] == VERDICTS[expected]


def test_the_questions_here_are_those_of_the_shared_file() -> None:
    if not PROBES.exists():
        pytest.skip("the shared file of questions is not beside this repository")
    with PROBES.open(encoding="utf-8") as file:
        rows = [
            tuple(row[key] for key in ("notice", "place", "vehicle", "datetime", "has_permit", "expected"))
            for row in csv.DictReader(file)
        ]
    assert rows == ASKED


@pytest.mark.parametrize("name", NOTICES)
def test_every_answer_quotes_only_clauses_of_its_notice(name: str) -> None:
    answered = ask(name, "2024-05-08 10:00", vehicle="重型货车", place={"zone": "outside"})
    clauses = notice(name).clauses
    for reason in answered["reasons"]:
        assert reason["clause"] is None or reason["text"] == clauses[reason["clause"]]
    assert answered["verdict"] == "allowed"


class TestBoundaries:
    @pytest.mark.parametrize(
        ("road", "verdict"),
        [("兴闻街", "allowed"), ("城东路", "allowed"), ("城南街", "prohibited"), ("城西路", "prohibited")],
    )
    def test_each_edge_of_one_clause_keeps_its_own_side(self, road: str, verdict: str) -> None:
        assert ask("sx01", "2024-05-08 10:00", vehicle="中型货车", place={"road": road})["verdict"] == verdict

    def test_on_some_boundary_road_is_undetermined_where_they_differ(self) -> None:
        answered = ask("sx01", "2024-05-08 10:00", vehicle="中型货车", place={"zone": "boundary_road"})
        assert answered["verdict"] == "undetermined"
        assert "place" in answered["missing"]

    @pytest.mark.parametrize(
        ("clock", "on_the_ring", "inside"),
        [
            ("06:59:59", "allowed", "allowed"),
            ("07:00:00", "prohibited", "prohibited"),
            ("18:59:59", "prohibited", "prohibited"),
            ("19:00:00", "allowed", "prohibited"),
            ("21:59:59", "allowed", "prohibited"),
            ("22:00:00", "allowed", "allowed"),
        ],
    )
    def test_the_ring_road_has_hours_of_its_own(self, clock: str, on_the_ring: str, inside: str) -> None:
        at = f"2024-03-05 {clock}"
        assert ask("tj02", at, vehicle="轻型厢式", place={"road": "外环线"})["verdict"] == on_the_ring
        assert ask("tj02", at, vehicle="轻型厢式", place={"zone": "inside"})["verdict"] == inside

    def test_an_inner_zone_takes_its_boundary_in_where_the_outer_leaves_its_own_out(self) -> None:
        apart = {"zones": {"ring3": "outside", "elevated": "outside"}}
        heavy = VEHICLES["重型 国五"]
        assert ask("zz01", "2019-03-05 12:00", vehicle=heavy, place={"road": "北四环", **apart})["verdict"] == "allowed"
        third = {"road": "三环", "zones": {"outer": "inside", "elevated": "outside"}}
        assert ask("zz01", "2019-03-05 08:00", vehicle="纯电轻型", place=third)["verdict"] == "prohibited"
        assert ask("zz01", "2019-03-05 09:00", vehicle="纯电轻型", place=third)["verdict"] == "allowed"

    def test_an_elevated_road_above_an_excluded_boundary_is_still_banned(self) -> None:
        place = {"road": "北四环", "zones": {"ring3": "outside", "elevated": "inside"}}
        answered = ask("zz01", "2019-03-05 23:00", vehicle="重型 国五", place=place)
        assert answered["verdict"] == "prohibited"
        assert codes(answered) == {"ban.elevated"}

    def test_a_road_that_is_boundary_and_listed_is_banned_and_the_open_highway_is_not(self) -> None:
        at, heavy = "2024-05-08 10:00", "重型货车"
        assert ask("ha03", at, vehicle=heavy, place={"road": "中原西路"})["verdict"] == "prohibited"
        assert ask("ha03", at, vehicle=heavy, place={"road": "310国道"})["verdict"] == "allowed"
        assert ask("ha03", at, vehicle=heavy, place={"road": "科学大道"})["verdict"] == "allowed"


class TestHours:
    @pytest.mark.parametrize(
        ("clock", "verdict"),
        [
            ("2022-05-09 21:59:59", "allowed"),
            ("2022-05-09 22:00:00", "prohibited"),
            ("2022-05-10 00:00:00", "prohibited"),
            ("2022-05-10 06:59:59", "prohibited"),
            ("2022-05-10 07:00:00", "allowed"),
        ],
    )
    def test_a_ban_at_night_runs_over_midnight_to_the_second(self, clock: str, verdict: str) -> None:
        place = PLACES["sz03", "东海四街（洪安四街至洪安路）"]
        assert ask("sz03", clock, vehicle="重型货车", place=place)["verdict"] == verdict

    @pytest.mark.parametrize(
        ("clock", "verdict"),
        [
            ("2022-03-22 23:59:59", "allowed"),
            ("2022-03-23 00:00:00", "prohibited"),
            ("2022-06-22 23:59:59", "prohibited"),
            ("2022-06-23 00:00:00", "allowed"),
        ],
    )
    def test_first_and_last_day_are_whole_days(self, clock: str, verdict: str) -> None:
        place = PLACES["sz03", "东海四街（洪安四街至洪安路）"]
        assert ask("sz03", clock, vehicle="重型货车", place=place)["verdict"] == verdict

    def test_the_end_of_a_notice_is_named_as_the_reason(self) -> None:
        place = PLACES["sz03", "东海四街（洪安四街至洪安路）"]
        assert "notice.ended" in codes(ask("sz03", "2022-06-23 02:00", vehicle="重型货车", place=place))

    @pytest.mark.parametrize(("clock", "verdict"), [("17:29:59", "allowed"), ("17:30:00", "prohibited")])
    def test_peaks_start_on_the_half_hour(self, clock: str, verdict: str) -> None:
        place = PLACES["zz01", "inside 三环"]
        assert ask("zz01", f"2019-03-05 {clock}", vehicle="纯电轻型", place=place)["verdict"] == verdict

    def test_hours_changed_without_a_date_leave_only_the_night_open(self) -> None:
        inside = {"zones": {"town": "inside", "roads": "outside"}}
        assert ask("ha03", "2024-05-08 12:00", vehicle="重型货车", place=inside)["verdict"] == "prohibited"
        night = ask("ha03", "2024-05-08 23:00", vehicle="重型货车", place=inside)
        assert night["verdict"] == "undetermined"
        assert {(other["reading"], other["verdict"]) for other in night["other_readings"]} == {
            ("changed", "allowed"),
            ("original", "prohibited"),
        }

    def test_an_offset_is_only_another_way_to_write_the_instant(self) -> None:
        case = {"vehicle": VEHICLES["轻型厢式"], "place": {"road": "外环线"}}
        at_six = answer({**case, "at": "2024-03-05T10:59:59Z"}, notice("tj02"), None)
        at_seven = answer({**case, "at": "2024-03-05T11:00:00Z"}, notice("tj02"), None)
        assert (at_six["verdict"], at_seven["verdict"]) == ("prohibited", "allowed")


class TestPermits:
    @pytest.mark.parametrize(
        ("clock", "verdict"),
        [
            ("07:00:00", "prohibited"),
            ("08:59:59", "prohibited"),
            ("09:00:00", "allowed"),
            ("15:59:59", "allowed"),
            ("16:00:00", "prohibited"),
            ("18:59:59", "prohibited"),
            ("19:00:00", "allowed"),
        ],
    )
    @pytest.mark.parametrize("place", [{"zone": "inside"}, {"road": "外环线"}])
    def test_the_code_lifts_the_day_but_not_the_peaks(self, place: dict[str, Any], clock: str, verdict: str) -> None:
        answered = ask("tj02", f"2024-03-05 {clock}", vehicle="轻型厢式", place=place, permits=(PERMIT,))
        assert answered["verdict"] == verdict

    def test_the_code_is_for_light_vans_only(self) -> None:
        inside = {"zone": "inside"}
        for vehicle in ("重型货车", "轻型货车"):
            answered = ask("tj02", "2024-03-05 12:00", vehicle=vehicle, place=inside, permits=(PERMIT,))
            assert answered["verdict"] == "prohibited"

    def test_the_code_is_no_use_the_day_after_it_ends(self) -> None:
        inside = {"zone": "inside"}
        last = ask("tj02", "2024-03-15 12:00", vehicle="轻型厢式", place=inside, permits=(PERMIT,))
        after = ask("tj02", "2024-03-16 12:00", vehicle="轻型厢式", place=inside, permits=(PERMIT,))
        assert (last["verdict"], after["verdict"]) == ("allowed", "prohibited")
        assert "permit.expired" in codes(after)

    def test_a_permit_is_no_exemption_for_stage_three_diesel(self) -> None:
        place = {"zones": {"outer": "inside", "ring3": "outside", "elevated": "outside"}}
        permit = {"plate": PLATE, "valid_from": "2019-01-01"}
        for stage, verdict in ((3, "prohibited"), (5, "allowed")):
            diesel = {"vehicle_type": "重型普通货车", "energy": "diesel", "emission_stage": stage}
            answered = ask("zz01", "2019-03-05 12:00", vehicle=diesel, place=place, permits=(permit,))
            assert answered["verdict"] == verdict


class TestOpenQuestions:
    def test_what_both_readings_ban_is_banned(self) -> None:
        answered = ask("sx02", "2022-07-01 10:00", vehicle="重型货车", place={"road": "茅津路"})
        assert answered["verdict"] == "prohibited"
        assert answered["other_readings"] == []

    def test_a_title_narrower_than_its_list_leaves_the_light_truck_open(self) -> None:
        answered = ask("sx02", "2022-07-01 10:00", vehicle="轻型货车", place={"road": "茅津路"})
        assert "notice.title_narrower_than_list" in codes(answered)
        readings = {other["reading"]: other["verdict"] for other in answered["other_readings"]}
        assert readings["as-listed"] == "prohibited"

    def test_an_item_without_limits_stays_open_even_where_it_is_read_as_widening(self) -> None:
        answered = ask("sx02", "2022-07-01 10:00", vehicle="重型货车", place={"road": "沿黄旅游公路"})
        assert "notice.zone_not_stated" in codes(answered)
        assert {(other["reading"], other["verdict"]) for other in answered["other_readings"]} == {
            ("sums-up", "allowed")
        }

    def test_farm_tractors_hang_on_the_reading_and_buses_do_not(self) -> None:
        inside = {"zone": "inside"}
        farm = ask("sx01", "2024-05-08 10:00", vehicle="拖拉机", place=inside)
        assert {other["verdict"] for other in farm["other_readings"]} == {"allowed", "prohibited"}
        bus = ask("sx01", "2024-05-08 10:00", vehicle={"vehicle_type": "大型普通客车"}, place=inside)
        assert bus["verdict"] == "allowed"

    def test_a_road_that_an_incomplete_list_does_not_name_is_undetermined(self) -> None:
        answered = ask("sz03", "2022-05-10 08:00", vehicle="重型货车", place={"road": "洪安一街"})
        assert answered["verdict"] == "undetermined"
        assert "notice.zone_not_stated" in codes(answered)

    def test_a_street_with_two_rules_is_undetermined_without_its_stretch(self) -> None:
        street = {"road": "东海四街"}
        assert ask("sz03", "2022-05-10 08:00", vehicle="重型货车", place=street)["verdict"] == "undetermined"

    def test_exactly_four_and_a_half_tonnes_is_open_at_night(self) -> None:
        place = {"zones": {"outer": "inside", "ring3": "outside", "elevated": "outside"}}
        van = {"vehicle_type": "厢式货车", "energy": "gasoline", "emission_stage": 5, "length_mm": 5900}
        for kg, night in ((4499, "allowed"), (4500, "undetermined"), (4501, "prohibited")):
            at_night = ask("zz01", "2019-03-05 23:00", vehicle={**van, "gross_mass_kg": kg}, place=place)
            assert at_night["verdict"] == night


class TestServices:
    @pytest.mark.parametrize(("duty", "verdict"), [(True, "allowed"), (False, "prohibited"), (None, "undetermined")])
    def test_an_exemption_on_duty_needs_duty(self, *, duty: bool | None, verdict: str) -> None:
        fire = {"vehicle_type": "重型专项作业车", "service": "fire", "on_duty": duty}
        place = PLACES["sz03", "东海四街（洪安二街至洪安路）"]
        answered = ask("sz03", "2022-05-10 08:00", vehicle=fire, place=place)
        assert answered["verdict"] == verdict
        assert answered["missing"] == (["on_duty"] if duty is None else [])

    def test_words_a_copy_dropped_leave_police_trucks_open(self) -> None:
        place = {"road": "茅津路"}
        for service, verdict in (("fire", "allowed"), ("police", "undetermined"), (None, "prohibited")):
            truck = {"vehicle_type": "重型普通货车", "service": service}
            assert ask("sx02", "2022-07-01 10:00", vehicle=truck, place=place)["verdict"] == verdict


def test_a_notice_without_a_first_day_says_so() -> None:
    answered = ask("tj02", "2024-03-05 12:00", vehicle="轻型厢式", place={"zone": "inside"})
    assert "notice.in_force_unknown" in {warning["code"] for warning in answered["warnings"]}


def test_between_publishing_and_the_first_day_it_is_lawful_and_from_then_on_enforceable() -> None:
    answered = ask("sx01", "2022-06-14 23:59:59", vehicle="重型货车", place={"zone": "inside"})
    first = ask("sx01", "2022-06-15 07:00", vehicle="重型货车", place={"zone": "inside"})
    assert "notice.not_in_force" in codes(answered)
    assert (first["verdict"], first["enforceable"]) == ("prohibited", True)
