"""The shared cases, and each of the twelve settled questions to the second, the millimetre and the kilogram."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from linyi_asked import (
    DAY,
    EAST_RING,
    HEAVY,
    INSIDE,
    PLATE,
    WUYI,
    ask,
    clauses,
    codes,
    ground,
    law,
    moved,
    others,
    permit,
    truck,
    warned,
)

from truckban.asking import answer
from zones.errors import InputError

SHARED = Path(__file__).parents[2].parent / "shared" / "cases" / "decide.jsonl"
NOT_SHARED = "the shared cases are not beside this repository"
FINE = {"fine_cny": 200, "points": 1}


def shared_cases() -> list[Any]:
    if not SHARED.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=NOT_SHARED))]
    cases = [json.loads(line) for line in SHARED.read_text(encoding="utf-8").splitlines() if line]
    return [pytest.param(case, id=case["id"]) for case in cases]


class TestSharedCases:
    @pytest.mark.parametrize("case", shared_cases())
    def test_every_expectation_of_a_shared_case_is_met(self, case: dict[str, Any]) -> None:
        expected = dict(case["expect"])
        answered = answer({key: value for key, value in case.items() if key != "expect"}, law(), ground())
        assert answered["id"] == case["id"]
        assert answered["notice"] == "linyi-2023-5"
        if "clause" in expected:
            assert expected.pop("clause") in clauses(answered)
        if "code" in expected:
            assert expected.pop("code") in codes(answered)
        if "other" in expected:
            assert sorted(others(answered)) == sorted(expected.pop("other"))
        assert {key: answered[key] for key in expected} == expected

    @pytest.mark.skipif(not SHARED.exists(), reason=NOT_SHARED)
    def test_there_are_25_of_them_and_each_expects_a_verdict(self) -> None:
        cases = [parameter.values[0] for parameter in shared_cases()]
        assert len({case["id"] for case in cases}) == 25
        assert all("verdict" in case["expect"] for case in cases)


class TestEveryAnswer:
    @pytest.mark.parametrize(
        "vehicle", [HEAVY, truck("轻型厢式货车", 5995, 4495), truck(None), truck("大型专项作业车", 9000, 20000)]
    )
    @pytest.mark.parametrize("at", [DAY, "2024-05-08T23:00:00+08:00", "2023-02-01T10:00:00+08:00"])
    @pytest.mark.parametrize("place", [INSIDE, {"zone": "outside"}, None])
    def test_has_a_reason_and_quotes_clauses_verbatim(
        self, vehicle: dict[str, Any], at: str, place: dict[str, Any] | None
    ) -> None:
        answered = ask(vehicle=vehicle, at=at, place=place)
        text = {clause.id: clause.text for clause in law().pack.clauses}
        assert answered["reasons"]
        for reason in answered["reasons"]:
            if reason["clause"] is not None:
                assert reason["text"] == text[reason["clause"]]

    @pytest.mark.parametrize(
        ("vehicle", "verdict"),
        [
            (HEAVY, "prohibited"),
            (truck("轻型厢式货车", 5995, 4495), "allowed"),
            (truck("中型厢式货车"), "undetermined"),
        ],
    )
    def test_names_a_penalty_only_where_it_prohibits(self, vehicle: dict[str, Any], verdict: str) -> None:
        answered = ask(vehicle=vehicle)
        assert answered["verdict"] == verdict
        assert answered.get("penalty") == (FINE if verdict == "prohibited" else None)

    def test_is_plain_json(self) -> None:
        answered = ask(permits=[permit(windows=["12:00-13:00"], roads=["五一路"])])
        assert json.loads(json.dumps(answered, allow_nan=False)) == answered

    def test_advises_the_first_lawful_instant(self) -> None:
        assert ask()["advice"] == [{"code": "wait_until", "at": "2024-05-08T22:00:00+08:00"}]

    def test_advises_a_permits_opening_before_the_end_of_the_window(self) -> None:
        later = permit(windows=["12:30-13:00"])
        assert ask(permits=[later])["advice"] == [{"code": "wait_until", "at": "2024-05-08T12:30:00+08:00"}]

    def test_advises_nothing_where_it_allows(self) -> None:
        assert ask(place={"zone": "outside"})["advice"] == []

    def test_says_that_a_schematic_was_used(self) -> None:
        answered = ask()
        assert "zone.schematic" in warned(answered)
        assert answered["zone"]["grade"] == "schematic"


class TestTractor:
    """Question 1."""

    @pytest.mark.parametrize("vehicle_type", ["重型半挂牵引车", "Q11", "重型全挂牵引车"])
    def test_a_heavy_tractor_is_banned(self, vehicle_type: str) -> None:
        answered = ask(vehicle=truck(vehicle_type, 7000, 25000))
        assert (answered["verdict"], answered["vehicle_class"]) == ("prohibited", "tractor")
        assert "一(一)" in clauses(answered)

    def test_a_heavy_tractor_is_banned_by_its_words_alone(self) -> None:
        assert ask(vehicle=truck("重型半挂牵引车"))["verdict"] == "prohibited"

    def test_a_medium_tractor_is_no_van(self) -> None:
        assert ask(vehicle=truck("中型半挂牵引车", 5900, 7900))["verdict"] == "prohibited"

    def test_a_light_tractor_is_not_banned(self) -> None:
        assert ask(vehicle=truck("轻型半挂牵引车", 5000, 4000))["verdict"] == "allowed"

    def test_a_tractor_of_unknown_size_is_undetermined(self) -> None:
        answered = ask(vehicle=truck("半挂牵引车"))
        assert answered["verdict"] == "undetermined"
        assert {"gross_mass_kg", "length_mm"} <= set(answered["missing"])


class TestSpecialPurpose:
    """Question 2."""

    @pytest.mark.parametrize("vehicle_type", ["大型专项作业车", "Z11", "重型非载货专项作业车", "中型专项作业车"])
    def test_without_a_service_it_is_undetermined(self, vehicle_type: str) -> None:
        answered = ask(vehicle=truck(vehicle_type, 9000, 20000))
        assert (answered["verdict"], answered["vehicle_class"]) == ("undetermined", "special")
        assert "vehicle.special_not_truck" in codes(answered)

    @pytest.mark.parametrize("service", ["fire", "sanitation", "landscaping", "road_maintenance", "medical_waste"])
    def test_with_an_exempt_service_it_is_allowed(self, service: str) -> None:
        assert ask(vehicle=truck("大型专项作业车", 9000, 20000, service=service))["verdict"] == "allowed"

    def test_with_a_service_that_is_off_duty_it_is_still_undetermined(self) -> None:
        answered = ask(vehicle=truck("大型专项作业车", 9000, 20000, service="clearance", on_duty=False))
        assert answered["verdict"] == "undetermined"
        assert "vehicle.special_not_truck" in codes(answered)

    def test_at_night_outside_and_with_a_permit_it_is_allowed(self) -> None:
        special = truck("大型专项作业车", 9000, 20000, plate=PLATE)
        assert ask(vehicle=special, at="2024-05-08T22:00:00+08:00")["verdict"] == "allowed"
        assert ask(vehicle=special, place={"zone": "outside"})["verdict"] == "allowed"
        assert ask(vehicle=special, permits=[permit()])["verdict"] == "allowed"

    def test_both_readings_are_told(self) -> None:
        told = others(ask(vehicle=truck("大型专项作业车", 9000, 20000)))
        assert told == {"special-is-truck": "prohibited", "special-not-truck": "allowed"}


class TestSmallClasses:
    """Question 3."""

    @pytest.mark.parametrize(
        ("vehicle_type", "length", "mass", "expected"),
        [
            ("低速货车", 5900, 4400, "low_speed"),
            ("低速自卸货车", None, None, "low_speed"),
            ("三轮汽车", 4500, 1900, "three_wheel"),
            ("轻型自卸货车", 5999, 4499, "light"),
            ("轻型栏板货车", None, None, "light"),
            ("微型厢式货车", 3500, 1800, "micro"),
            ("H31", 5900, 4400, "light"),
            (None, 5999, 4499, "light"),
            (None, 3500, 1800, "micro"),
            (None, 3501, 1800, "light"),
            (None, 3500, 1801, "light"),
        ],
    )
    def test_are_allowed(self, vehicle_type: str | None, length: int | None, mass: int | None, expected: str) -> None:
        answered = ask(vehicle=truck(vehicle_type, length, mass))
        assert (answered["verdict"], answered["vehicle_class"]) == ("allowed", expected)

    @pytest.mark.parametrize(
        ("length", "mass", "expected"),
        [(5999, 4500, "medium"), (6000, 4499, "medium"), (5999, 11999, "medium"), (3400, 12000, "heavy")],
    )
    def test_end_where_medium_and_heavy_begin(self, length: int, mass: int, expected: str) -> None:
        answered = ask(vehicle=truck("栏板货车", length, mass))
        assert (answered["verdict"], answered["vehicle_class"]) == ("prohibited", expected)

    @pytest.mark.parametrize("vehicle_type", ["大型客车", "拖拉机", "轮式装载机械"])
    def test_what_is_no_truck_is_allowed(self, vehicle_type: str) -> None:
        answered = ask(vehicle=truck(vehicle_type))
        assert (answered["verdict"], answered["vehicle_class"]) == ("allowed", "not_truck")


class TestClassConflict:
    """Question 4."""

    @pytest.mark.parametrize(
        ("vehicle_type", "length", "mass"),
        [
            ("轻型栏板货车", 5995, 4500),
            ("轻型栏板货车", 6000, 4400),
            ("中型栏板货车", 5995, 4495),
            ("重型厢式货车", 5990, 7000),
            ("中型厢式货车", 5990, 12000),
            ("轻型自卸货车", 5990, 31000),
        ],
    )
    def test_that_matters_is_undetermined(self, vehicle_type: str, length: int, mass: int) -> None:
        answered = ask(vehicle=truck(vehicle_type, length, mass))
        assert (answered["verdict"], answered["vehicle_class"]) == ("undetermined", "unknown")
        assert "vehicle.class_conflict" in codes(answered)

    @pytest.mark.parametrize(
        ("vehicle_type", "length", "mass", "verdict"),
        [
            ("重型自卸货车", 8600, 11999, "prohibited"),
            ("中型栏板货车", 5990, 12000, "prohibited"),
            ("中型厢式货车", 5995, 4495, "allowed"),
            ("轻型厢式货车", 5995, 4500, "allowed"),
            ("轻型厢式货车", 6000, 4495, "allowed"),
            ("微型栏板货车", 5000, 4000, "allowed"),
        ],
    )
    def test_that_does_not_matter_leaves_the_verdict(
        self, vehicle_type: str, length: int, mass: int, verdict: str
    ) -> None:
        answered = ask(vehicle=truck(vehicle_type, length, mass))
        assert answered["verdict"] == verdict
        assert answered["missing"] == []

    def test_does_not_matter_at_night_or_outside_or_with_a_permit(self) -> None:
        torn = truck("轻型栏板货车", 5995, 4500, plate=PLATE)
        assert ask(vehicle=torn, at="2024-05-08T22:00:00+08:00")["verdict"] == "allowed"
        assert ask(vehicle=torn, place={"zone": "outside"})["verdict"] == "allowed"
        assert ask(vehicle=torn, permits=[permit()])["verdict"] == "allowed"

    def test_is_told_even_where_it_does_not_matter(self) -> None:
        answered = ask(vehicle=truck("重型自卸货车", 8600, 11999))
        assert answered["vehicle_class"] == "unknown"
        assert "vehicle.class_conflict" in codes(answered) | warned(answered)

    @pytest.mark.parametrize("vehicle_type", ["重型自卸货车", "中型仓栅式货车", "H11"])
    def test_words_alone_settle_the_class(self, vehicle_type: str) -> None:
        answered = ask(vehicle=truck(vehicle_type))
        assert (answered["verdict"], answered["missing"]) == ("prohibited", [])

    @pytest.mark.parametrize(("length", "mass"), [(6001, None), (None, 8001)])
    def test_one_number_beyond_its_limit_settles_a_medium_van(self, length: int | None, mass: int | None) -> None:
        answered = ask(vehicle=truck("中型厢式货车", length, mass))
        assert (answered["verdict"], answered["missing"]) == ("prohibited", [])


class TestDuty:
    """Question 5."""

    @pytest.mark.parametrize("service", ["police", "fire", "engineering_rescue"])
    @pytest.mark.parametrize("on_duty", [None, False, True])
    def test_emergency_services_need_none(self, service: str, on_duty: bool | None) -> None:  # noqa: FBT001
        answered = ask(vehicle={**HEAVY, "service": service, "on_duty": on_duty})
        assert answered["verdict"] == "allowed"
        assert "四(一)" in clauses(answered)

    @pytest.mark.parametrize("service", ["law_enforcement", "clearance"])
    @pytest.mark.parametrize(
        ("on_duty", "verdict", "missing"),
        [(True, "allowed", []), (None, "undetermined", ["on_duty"]), (False, "prohibited", [])],
    )
    def test_law_enforcement_and_clearance_need_it(
        self,
        service: str,
        on_duty: bool | None,  # noqa: FBT001
        verdict: str,
        missing: list[str],
    ) -> None:
        answered = ask(vehicle={**HEAVY, "service": service, "on_duty": on_duty})
        assert (answered["verdict"], answered["missing"]) == (verdict, missing)
        assert ("四(二)" in clauses(answered)) == (verdict != "prohibited")

    def test_being_on_duty_without_a_service_exempts_nobody(self) -> None:
        assert ask(vehicle={**HEAVY, "on_duty": True})["verdict"] == "prohibited"


class TestPublicWorks:
    """Question 6."""

    @pytest.mark.parametrize("service", ["sanitation", "landscaping", "road_maintenance"])
    @pytest.mark.parametrize(
        ("vehicle_type", "verdict"),
        [
            ("大型专项作业车", "allowed"),
            ("重型特殊结构货车", "allowed"),
            ("重型自卸货车", "undetermined"),
            ("重型普通货车", "undetermined"),
        ],
    )
    def test_the_vehicle_counts_as_well_as_the_service(self, service: str, vehicle_type: str, verdict: str) -> None:
        answered = ask(vehicle=truck(vehicle_type, 9000, 18000, service=service, on_duty=True))
        assert answered["verdict"] == verdict
        assert "四(三)" in clauses(answered)

    def test_an_ordinary_truck_is_left_open_with_a_reason_and_both_readings(self) -> None:
        answered = ask(vehicle={**HEAVY, "service": "sanitation"})
        assert "exempt.service_vehicle_kind" in codes(answered)
        assert others(answered) == {"by-service": "allowed", "by-vehicle": "prohibited"}

    def test_an_ordinary_truck_that_is_exempt_anyway_is_allowed(self) -> None:
        assert ask(vehicle=truck("中型厢式货车", 6000, 8000, service="sanitation"))["verdict"] == "allowed"

    @pytest.mark.parametrize("service", ["municipal_engineering", "medical_waste"])
    @pytest.mark.parametrize("vehicle_type", ["重型自卸货车", "大型专项作业车", "重型半挂牵引车", None])
    def test_municipal_engineering_and_medical_waste_go_with_any_vehicle(
        self, service: str, vehicle_type: str | None
    ) -> None:
        assert ask(vehicle=truck(vehicle_type, 9000, 18000, service=service))["verdict"] == "allowed"


class TestSixMetresEightTonnes:
    """Question 7."""

    @pytest.mark.parametrize("vehicle_type", ["中型厢式货车", "中型封闭货车", "H22", "H23"])
    @pytest.mark.parametrize(
        ("length", "mass", "verdict"),
        [
            (6000, 8000, "allowed"),
            (5999, 7999, "allowed"),
            (6001, 8000, "prohibited"),
            (6000, 8001, "prohibited"),
            (6000.001, 8000, "prohibited"),
            (6000, 8000.001, "prohibited"),
        ],
    )
    def test_vans_and_closed_trucks_up_to_and_including_the_limits(
        self, vehicle_type: str, length: float, mass: float, verdict: str
    ) -> None:
        assert ask(vehicle=truck(vehicle_type, length, mass))["verdict"] == verdict

    @pytest.mark.parametrize("energy", ["electric", "plug_in_hybrid", "fuel_cell"])
    @pytest.mark.parametrize("vehicle_type", ["中型平板货车", "中型自卸货车", "中型罐式货车", "中型半挂牵引车"])
    @pytest.mark.parametrize(
        ("length", "mass", "verdict"),
        [(6000, 8000, "allowed"), (6001, 8000, "prohibited"), (6000, 8001, "prohibited")],
    )
    def test_new_energy_trucks_with_any_body(
        self, energy: str, vehicle_type: str, length: int, mass: int, verdict: str
    ) -> None:
        answered = ask(vehicle=truck(vehicle_type, length, mass, energy))
        assert answered["verdict"] == verdict
        assert others(answered) == ({} if verdict == "allowed" else {"nev-any-size": "allowed"})

    @pytest.mark.parametrize("energy", ["diesel", "gasoline", "gas", "hybrid", "other"])
    def test_other_energies_are_not_new(self, energy: str) -> None:
        answered = ask(vehicle=truck("中型平板货车", 6000, 8000, energy))
        assert answered["verdict"] == "prohibited"
        assert others(answered) == {"any-body-6m-8t": "allowed"}

    def test_an_unknown_energy_is_taken_for_neither_side(self) -> None:
        answered = ask(vehicle=truck("中型平板货车", 6000, 8000, None))
        assert (answered["verdict"], answered["missing"]) == ("undetermined", ["energy"])

    def test_a_van_is_exempt_whatever_its_energy(self) -> None:
        assert ask(vehicle=truck("中型厢式货车", 6000, 8000, None))["verdict"] == "allowed"

    def test_a_reading_that_would_leave_it_open_is_told_too(self) -> None:
        assert others(ask(vehicle=truck("重型自卸货车", 8600, 25000, None))) == {"nev-any-size": "undetermined"}

    @pytest.mark.parametrize(
        ("place", "at"),
        [({"zone": "outside"}, DAY), (INSIDE, "2024-05-08T22:00:00+08:00"), (INSIDE, "2023-02-01T10:00:00Z")],
    )
    def test_other_readings_are_not_told_where_they_change_nothing(self, place: dict[str, Any], at: str) -> None:
        assert others(ask(vehicle=truck("中型平板货车", 6000, 8000, "electric"), place=place, at=at)) == {}
        assert others(ask(vehicle=truck("中型平板货车", 6000, 8000), place=place, at=at)) == {}

    def test_two_bodies_on_a_licence_are_left_open_with_a_reason(self) -> None:
        """Nothing that a person could add settles whether a 厢式自卸货车 is 厢式: the words are all there."""
        answered = ask(vehicle=truck("中型厢式自卸货车", 5900, 7000))
        assert answered["verdict"] == "undetermined"
        assert "vehicle_type" not in answered["missing"]


class TestWindow:
    """Question 8."""

    @pytest.mark.parametrize(
        ("at", "verdict"),
        [
            ("2024-05-08T05:59:59+08:00", "allowed"),
            ("2024-05-08T05:59:59.999999+08:00", "allowed"),
            ("2024-05-08T06:00:00+08:00", "prohibited"),
            ("2024-05-08T06:00:00.000001+08:00", "prohibited"),
            ("2024-05-08T21:59:59+08:00", "prohibited"),
            ("2024-05-08T21:59:59.999+08:00", "prohibited"),
            ("2024-05-08T21:59:59.999999999+08:00", "prohibited"),
            ("2024-05-08T22:00:00+08:00", "allowed"),
            ("2024-05-08T22:00:00.001+08:00", "allowed"),
            ("2024-05-08T00:00:00+08:00", "allowed"),
            ("2024-05-08T12:00:00+08:00", "prohibited"),
        ],
    )
    def test_opens_and_closes_to_the_second(self, at: str, verdict: str) -> None:
        assert ask(at=at)["verdict"] == verdict

    @pytest.mark.parametrize(
        ("at", "verdict"),
        [
            ("2024-05-07T21:59:59Z", "allowed"),
            ("2024-05-07T22:00:00Z", "prohibited"),
            ("2024-05-08T13:59:59Z", "prohibited"),
            ("2024-05-08T14:00:00Z", "allowed"),
            ("2024-05-08t14:00:00z", "allowed"),
            ("2024-05-07T18:00:00-04:00", "prohibited"),
            ("2024-05-08T19:29:59+05:30", "prohibited"),
            ("2024-05-08T19:30:00+05:30", "allowed"),
            ("2024-05-08T10:00:00-12:00", "prohibited"),
            ("2024-05-08T10:00:00+14:00", "allowed"),
            ("2024-05-08T14:00:00-00:00", "allowed"),
        ],
    )
    def test_is_in_shanghai_whatever_the_offset(self, at: str, verdict: str) -> None:
        answered = ask(at=at)
        assert answered["verdict"] == verdict
        assert "time.assumed_zone" not in codes(answered)

    @pytest.mark.parametrize(
        ("at", "verdict"),
        [("2024-05-08T05:59:59", "allowed"), ("2024-05-08T06:00:00", "prohibited"), ("2024-05-08 22:00:00", "allowed")],
    )
    def test_a_time_without_an_offset_is_read_there_and_the_answer_says_so(self, at: str, verdict: str) -> None:
        answered = ask(at=at)
        assert answered["verdict"] == verdict
        assert "time.assumed_zone" in codes(answered)


class TestDates:
    """Question 9."""

    @pytest.mark.parametrize(
        ("at", "verdict", "enforceable"),
        [
            ("2023-02-28T21:59:59+08:00", "allowed", True),
            ("2023-02-28T22:00:00Z", "prohibited", False),
            ("2023-03-01T06:00:00+08:00", "prohibited", False),
            ("2023-04-22T21:59:59+08:00", "prohibited", False),
            ("2023-04-22T13:59:59Z", "prohibited", False),
            ("2023-04-22T22:00:00Z", "prohibited", True),
            ("2023-04-23T06:00:00+08:00", "prohibited", True),
            ("2023-04-22T23:00:00+08:00", "allowed", True),
        ],
    )
    def test_in_force_and_enforceable_are_two_days(self, at: str, verdict: str, *, enforceable: bool) -> None:
        answered = ask(at=at)
        assert (answered["verdict"], answered["enforceable"]) == (verdict, enforceable)
        assert ("notice.not_yet_published" in codes(answered)) == (not enforceable)

    @pytest.mark.parametrize("at", ["2023-02-28T10:00:00+08:00", "2023-02-28T23:59:59+08:00", "1999-01-01T10:00:00Z"])
    def test_before_its_first_day_it_says_so(self, at: str) -> None:
        answered = ask(at=at)
        assert answered["verdict"] == "allowed"
        assert "notice.not_in_force" in codes(answered)
        assert "penalty" not in answered

    @pytest.mark.parametrize(
        ("at", "warns"),
        [
            ("2028-02-29T23:59:59+08:00", False),
            ("2028-02-29T15:59:59Z", False),
            ("2028-02-29T16:00:00Z", True),
            ("2028-03-01T00:00:00+08:00", True),
            ("2031-01-01T10:00:00+08:00", True),
        ],
    )
    def test_its_age_is_a_warning_after_five_years(self, at: str, *, warns: bool) -> None:
        assert ("notice.age" in warned(ask(at=at))) == warns

    def test_its_age_does_not_change_the_verdict(self) -> None:
        assert ask(at="2031-01-01T10:00:00+08:00")["verdict"] == "prohibited"


class TestPlace:
    """Question 10, and the ways to say where."""

    @pytest.mark.parametrize(
        ("lon", "lat", "word"),
        [
            (110.7480, 35.1280, "boundary_road"),
            (110.7960, 35.1640, "boundary_road"),
            (110.7720, 35.1280, "boundary_road"),
            (110.7720, 35.1640, "boundary_road"),
            (110.7480, 35.1560, "boundary_road"),
            (110.7960, 35.1560, "boundary_road"),
            (110.7720, 35.1560, "carve_out"),
            (110.7720, 35.1600, "carve_out"),
            (110.7600, 35.1560, "carve_out"),
            (110.7840, 35.1560, "inside"),
            (110.7720, 35.1500, "inside"),
            (110.7650, 35.1400, "inside"),
            (110.8200, 35.1450, "outside"),
            (110.7720, 35.1700, "outside"),
        ],
    )
    def test_has_the_notices_own_parts(self, lon: float, lat: float, word: str) -> None:
        answered = ask(place={"lon": lon, "lat": lat})
        assert answered["place"] == word
        assert answered["verdict"] == ("prohibited" if word == "inside" else "allowed")
        if word != "inside":
            assert f"place.{word}" in codes(answered)
            assert "二(二)" in clauses(answered)

    @pytest.mark.parametrize(("west_m", "word"), [(17.7, "boundary_road"), (17.8, "inside")])
    def test_a_boundary_road_ends_at_its_inner_kerb(self, west_m: float, word: str) -> None:
        assert ask(place=moved(EAST_RING, east_m=-west_m))["place"] == word

    @pytest.mark.parametrize(
        ("at", "place"),
        [("2024-05-08T06:00:00+08:00", (110.796, 35.146)), ("2024-05-08T21:59:59+08:00", (110.772, 35.16))],
    )
    def test_boundary_roads_and_carve_outs_are_free_at_all_times(self, at: str, place: tuple[float, float]) -> None:
        assert ask(at=at, place={"lon": place[0], "lat": place[1]})["verdict"] == "allowed"

    @pytest.mark.parametrize(
        ("place", "word", "verdict"),
        [
            ({"zone": "inside"}, "inside", "prohibited"),
            ({"zone": "outside"}, "outside", "allowed"),
            ({"road": "五一路", "segment": "丰喜大道至北环路"}, "inside", "prohibited"),
            ({"road": "五一路", "segment": "北环路至丰喜大道"}, "inside", "prohibited"),
            ({"road": "五一路", "segment": "五一北岗至峨嵋大道"}, "carve_out", "allowed"),
            ({"road": "五一路", "segment": "北环路至峨嵋大道"}, "carve_out", "allowed"),
            ({"road": "北环路", "segment": "西环路至五一路"}, "carve_out", "allowed"),
            ({"road": "北环路", "segment": "五一路至东环路"}, "inside", "prohibited"),
            ({"road": "示意一街"}, "inside", "prohibited"),
            ({"road": "示意南乡道"}, "outside", "allowed"),
            ({"road": "五一路", "zone": "inside"}, "inside", "prohibited"),
            ({"road": "五一路"}, "unsure", "undetermined"),
            ({"road": "东环路", "segment": "丰喜大道至北环路"}, "boundary_road", "allowed"),
            ({"road": "东环路"}, "boundary_road", "allowed"),
            ({"road": "峨嵋大道"}, "boundary_road", "allowed"),
            ({"road": "峨眉大道"}, "boundary_road", "allowed"),
        ],
        ids=str,
    )
    def test_can_be_said_in_words(self, place: dict[str, Any], word: str, verdict: str) -> None:
        answered = ask(place=place)
        assert (answered["verdict"], answered["place"]) == (verdict, word)

    def test_unknown_is_undetermined_and_asks_for_it(self) -> None:
        answered = ask(place=None)
        assert (answered["verdict"], answered["place"], answered["missing"]) == ("undetermined", "unsure", ["place"])

    def test_unknown_does_not_matter_where_nothing_could_be_banned(self) -> None:
        assert ask(place=None, at="2024-05-08T22:00:00+08:00")["verdict"] == "allowed"
        assert ask(place=None, vehicle=truck("轻型厢式货车", 5995, 4495))["verdict"] == "allowed"
        assert ask(place=None, permits=[permit()])["verdict"] == "allowed"

    @pytest.mark.parametrize(
        ("west_m", "accuracy_m", "word"),
        [
            (27.75, 9.9, "inside"),
            (27.75, 10.1, "unsure"),
            (17.7, 1.0, "unsure"),
            (0.0, 17.0, "boundary_road"),
            (0.0, 18.5, "unsure"),
            (27.75, 0, "inside"),
            (27.75, None, "inside"),
        ],
    )
    def test_a_circle_across_the_border_is_unsure(self, west_m: float, accuracy_m: float | None, word: str) -> None:
        answered = ask(place={**moved(EAST_RING, east_m=-west_m), "accuracy_m": accuracy_m})
        assert answered["place"] == word
        if word == "unsure":
            assert (answered["verdict"], answered["missing"]) == ("undetermined", ["place"])

    @pytest.mark.parametrize("crs", ["gcj02", "bd09"])
    @pytest.mark.parametrize(
        ("start", "word"), [((110.765, 35.14), "inside"), (EAST_RING, "boundary_road"), ((110.772, 35.16), "carve_out")]
    )
    def test_other_coordinates_are_the_same_place(self, crs: str, start: tuple[float, float], word: str) -> None:
        lon, lat = shifted(*start, crs=crs)
        assert ask(place={"lon": lon, "lat": lat, "crs": crs})["place"] == word

    @pytest.mark.parametrize("crs", ["gcj02", "bd09"])
    def test_other_coordinates_taken_for_wgs84_are_another_place(self, crs: str) -> None:
        lon, lat = shifted(*EAST_RING, crs=crs)
        assert ask(place={"lon": lon, "lat": lat})["place"] != "boundary_road"

    @pytest.mark.parametrize("crs", ["wgs84", "gcj02", "bd09"])
    def test_swapped_coordinates_are_an_error_that_says_so(self, crs: str) -> None:
        with pytest.raises(InputError, match="swapped") as raised:
            ask(place={"lon": 35.14, "lat": 110.765, "crs": crs})
        assert raised.value.field in ("place.lon", "place.lat")
        assert "写反" in raised.value.text.zh


def shifted(lon: float, lat: float, *, crs: str) -> tuple[float, float]:
    """Return a WGS 84 position in GCJ-02 or BD-09 by the published formulas, written here a second time."""

    def wave(*terms: tuple[float, float]) -> float:
        return sum(height * math.sin(turn * math.pi) for height, turn in terms) * 2 / 3

    x, y = lon - 105, lat - 35
    fast = wave((20, 6 * x), (20, 2 * x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + fast
    north += wave((20, y), (40, y / 3)) + wave((160, y / 12), (320, y / 30))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + fast
    east += wave((20, x), (40, x / 3)) + wave((150, x / 12), (300, x / 30))
    axis, square = 6378245.0, 0.00669342162296594323
    bent = 1 - square * math.sin(math.radians(lat)) ** 2
    lat += math.degrees(north / (axis * (1 - square) / bent**1.5))
    lon += math.degrees(east / (axis / math.sqrt(bent) * math.cos(math.radians(y + 35))))
    if crs == "gcj02":
        return lon, lat
    turn = math.pi * 3000 / 180
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * turn)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * turn)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


BLOCK = {
    "type": "Polygon",
    "coordinates": [[[110.760, 35.135], [110.770, 35.135], [110.770, 35.145], [110.760, 35.145], [110.760, 35.135]]],
}


class TestPermit:
    """Question 11."""

    def test_lifts_the_ban_where_and_when_it_says(self) -> None:
        answered = ask(permits=[permit()])
        assert answered["verdict"] == "allowed"
        assert "四(四)" in clauses(answered)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"plate": "晋M54321"}, "permit.other_plate"),
            ({"plate": "晋MD12345"}, "permit.other_plate"),
            ({"windows": ["10:01-11:00"]}, "permit.off_time"),
            ({"windows": ["09:00-10:00"]}, "permit.off_time"),
            ({"windows": ["22:00-07:00"]}, "permit.off_time"),
            ({"windows": ["09:00-09:30", "10:30-11:00"]}, "permit.off_time"),
            ({"windows": ["09:00-09:30", "09:59-10:01"]}, None),
            ({"windows": []}, None),
            ({"windows": None}, None),
            ({"windows": ["00:00-24:00"]}, None),
            ({"valid_to": "2024-05-07"}, "permit.expired"),
            ({"valid_to": "2024-05-08"}, None),
            ({"valid_to": None}, None),
            ({"valid_from": "2024-05-08"}, None),
            ({"valid_from": "2024-05-09"}, "permit.not_active"),
            ({"valid_from": None}, None),
            ({"status": "suspended"}, "permit.not_active"),
            ({"status": "revoked"}, "permit.not_active"),
            ({"status": None}, None),
            ({"roads": ["五一路"]}, "permit.off_route"),
            ({"area": BLOCK}, None),
            ({"area": {"type": "Feature", "properties": {}, "geometry": BLOCK}}, None),
            ({"roads": ["五一路"], "area": BLOCK}, None),
        ],
        ids=str,
    )
    def test_says_why_it_does_not_cover(self, changes: dict[str, Any], code: str | None) -> None:
        answered = ask(permits=[permit(**changes)])
        told = {reason for reason in codes(answered) if reason.startswith("permit.")}
        assert answered["verdict"] == ("allowed" if code is None else "prohibited")
        assert told == ({"permit.pass"} if code is None else {code})

    @pytest.mark.parametrize(
        ("at", "verdict"),
        [
            ("2024-05-08T08:59:59+08:00", "prohibited"),
            ("2024-05-08T09:00:00+08:00", "allowed"),
            ("2024-05-08T10:59:59.999+08:00", "allowed"),
            ("2024-05-08T11:00:00+08:00", "prohibited"),
            ("2024-05-08T02:30:00Z", "allowed"),
            ("2024-05-31T10:59:59+08:00", "allowed"),
            ("2024-06-01T09:00:00+08:00", "prohibited"),
            ("2024-04-30T10:59:59+08:00", "prohibited"),
            ("2024-05-01T01:00:00Z", "allowed"),
        ],
    )
    def test_opens_and_closes_to_the_second_in_the_notices_zone_of_time(self, at: str, verdict: str) -> None:
        assert ask(at=at, permits=[permit()])["verdict"] == verdict

    @pytest.mark.parametrize(
        ("at", "verdict", "code"),
        [
            ("2024-05-01T06:30:00+08:00", "prohibited", None),  # the night that began on 30 April
            ("2024-05-01T19:59:59+08:00", "prohibited", "permit.off_time"),
            ("2024-05-01T20:00:00+08:00", "allowed", None),  # the first night
            ("2024-05-02T06:59:59+08:00", "allowed", None),
            ("2024-05-02T07:00:00+08:00", "prohibited", "permit.off_time"),
            ("2024-05-31T21:59:59+08:00", "allowed", None),  # the last night
            ("2024-06-01T06:59:59+08:00", "allowed", None),
            ("2024-06-01T07:00:00+08:00", "prohibited", "permit.expired"),
            ("2024-06-01T10:00:00+08:00", "prohibited", "permit.expired"),
            ("2024-06-01T21:00:00+08:00", "prohibited", "permit.expired"),
            ("2024-06-02T06:30:00+08:00", "prohibited", "permit.expired"),
        ],
    )
    def test_a_night_belongs_to_the_day_it_starts_on(self, at: str, verdict: str, code: str | None) -> None:
        answered = ask(at=at, permits=[permit(windows=["20:00-07:00"])])
        assert answered["verdict"] == verdict
        if code is not None:
            assert code in codes(answered)

    def test_that_also_names_a_night_is_expired_by_day(self) -> None:
        answered = ask(at="2024-06-01T10:00:00+08:00", permits=[permit(windows=["22:00-07:00", "09:00-11:00"])])
        assert answered["verdict"] == "prohibited"
        assert "permit.expired" in codes(answered)

    @pytest.mark.parametrize(
        ("east_m", "verdict"),
        [
            (0.0, "allowed"),
            (9.0, "allowed"),
            (24.9, "allowed"),
            (26.0, "prohibited"),
            (-24.9, "allowed"),
            (-26.0, "prohibited"),
        ],
    )
    def test_for_a_road_covers_25_m_beside_its_centre_line(self, east_m: float, verdict: str) -> None:
        answered = ask(place=moved(WUYI, east_m=east_m), permits=[permit(roads=["五一路"])])
        assert (answered["place"], answered["verdict"]) == ("inside", verdict)
        assert ("permit.off_route" in codes(answered)) == (verdict == "prohibited")

    @pytest.mark.parametrize(("west_m", "verdict"), [(18.0, "allowed"), (37.4, "allowed"), (37.6, "prohibited")])
    def test_for_a_dual_carriageway_covers_25_m_beside_the_nearer_one(self, west_m: float, verdict: str) -> None:
        answered = ask(place=moved(EAST_RING, east_m=-west_m), permits=[permit(roads=["东环路"])])
        assert (answered["place"], answered["verdict"]) == ("inside", verdict)

    def test_for_a_road_does_not_cover_the_nearer_street_beside_it(self) -> None:
        near_crossing = {"lon": 110.7720 + 0.00015, "lat": 35.1413}  # 14 m along 示意三街 from 五一路
        assert ask(place=near_crossing, permits=[permit(roads=["示意三街"])])["verdict"] == "allowed"
        assert ask(place=near_crossing, permits=[permit(roads=["五一路"])])["verdict"] == "prohibited"

    def test_for_either_road_covers_their_crossing(self) -> None:
        crossing = {"lon": 110.7720, "lat": 35.1413}
        for road in ("示意三街", "五一路"):
            assert ask(place=crossing, permits=[permit(roads=[road])])["verdict"] == "allowed"

    @pytest.mark.parametrize(
        ("place", "verdict", "missing"),
        [
            ({"road": "五一路", "zone": "inside"}, "allowed", []),
            ({"road": "五一路", "segment": "丰喜大道至北环路"}, "allowed", []),
            ({"road": "五一路"}, "allowed", []),
            ({"road": "示意一街"}, "prohibited", []),
            ({"zone": "inside"}, "undetermined", ["place"]),
            (None, "undetermined", ["place"]),
        ],
        ids=str,
    )
    def test_for_a_road_and_a_place_in_words(
        self, place: dict[str, Any] | None, verdict: str, missing: list[str]
    ) -> None:
        answered = ask(place=place, permits=[permit(roads=["五一路"])])
        assert (answered["verdict"], answered["missing"]) == (verdict, missing)

    @pytest.mark.parametrize(
        ("lon", "verdict"), [(110.76999, "allowed"), (110.770, "allowed"), (110.77001, "prohibited")]
    )
    def test_for_an_area_covers_it_with_its_edge(self, lon: float, verdict: str) -> None:
        assert ask(place={"lon": lon, "lat": 35.14}, permits=[permit(area=BLOCK)])["verdict"] == verdict

    def test_for_an_area_and_a_place_in_words_is_undetermined(self) -> None:
        answered = ask(place={"zone": "inside"}, permits=[permit(area=BLOCK)])
        assert (answered["verdict"], answered["missing"]) == ("undetermined", ["place"])

    def test_one_of_two_suffices(self) -> None:
        failing = permit(windows=["12:00-13:00"])
        for permits in ([permit(), failing], [failing, permit()]):
            assert ask(permits=permits)["verdict"] == "allowed"

    def test_two_halves_do_not_make_a_whole(self) -> None:
        halves = [permit(windows=["12:00-13:00"]), permit(valid_to="2024-05-07")]
        answered = ask(permits=halves)
        assert answered["verdict"] == "prohibited"
        assert {"permit.off_time", "permit.expired"} <= codes(answered)

    def test_without_a_plate_on_the_vehicle_asks_for_it(self) -> None:
        answered = ask(vehicle={**HEAVY, "plate": None}, permits=[permit()])
        assert (answered["verdict"], answered["missing"]) == ("undetermined", ["plate"])

    def test_without_a_plate_an_expired_one_asks_for_nothing(self) -> None:
        answered = ask(vehicle={**HEAVY, "plate": None}, permits=[permit(valid_to="2024-05-07")])
        assert (answered["verdict"], answered["missing"]) == ("prohibited", [])

    def test_what_an_expired_one_lacks_is_not_asked_for(self) -> None:
        expired = permit(valid_to="2024-05-07", roads=["五一路"])
        answered = ask(vehicle={**HEAVY, "plate": None}, place={"zone": "inside"}, permits=[expired, permit()])
        assert (answered["verdict"], answered["missing"]) == ("undetermined", ["plate"])

    @pytest.mark.parametrize("plate", ["晋m12345", "晋M·12345", " 晋M 12345 ", "晋Ｍ１２３４５"])
    def test_the_same_plate_in_another_spelling_is_the_same(self, plate: str) -> None:
        assert ask(permits=[permit(plate=plate)])["verdict"] == "allowed"
        assert ask(vehicle={**HEAVY, "plate": plate}, permits=[permit()])["verdict"] == "allowed"


class TestUnknown:
    """Question 12."""

    def test_an_absent_type_is_a_goods_vehicle_and_the_answer_says_so(self) -> None:
        answered = ask(vehicle=truck(None, 8600, 25000))
        assert (answered["verdict"], answered["vehicle_class"]) == ("prohibited", "heavy")
        assert "vehicle.assumed_goods" in codes(answered)

    def test_an_absent_body_is_taken_for_neither_side(self) -> None:
        answered = ask(vehicle=truck(None, 6000, 8000))
        assert (answered["verdict"], answered["missing"]) == ("undetermined", ["vehicle_type"])
        assert ask(vehicle=truck(None, 6001, 8000))["verdict"] == "prohibited"

    @pytest.mark.parametrize(
        ("length", "mass", "missing"),
        [
            (None, 8000, ["length_mm"]),
            (6000, None, ["gross_mass_kg"]),
            (None, None, ["length_mm", "gross_mass_kg"]),
        ],
    )
    def test_absent_numbers_of_a_medium_van_are_named(
        self, length: int | None, mass: int | None, missing: list[str]
    ) -> None:
        answered = ask(vehicle=truck("中型厢式货车", length, mass))
        assert answered["verdict"] == "undetermined"
        assert sorted(answered["missing"]) == sorted(missing)

    def test_a_vehicle_of_which_nothing_is_known(self) -> None:
        for vehicle in (None, {}, truck(None, energy=None)):
            answered = ask(vehicle=vehicle)
            assert answered["verdict"] == "undetermined"
            assert {"gross_mass_kg", "length_mm", "vehicle_type"} <= set(answered["missing"])

    @pytest.mark.parametrize("service", [None, "", "none"])
    def test_no_service_is_no_exemption(self, service: str | None) -> None:
        assert ask(vehicle={**HEAVY, "service": service})["verdict"] == "prohibited"

    def test_words_that_are_not_understood_are_said_and_taken_for_neither_side(self) -> None:
        answered = ask(vehicle=truck("重型什么车", 8600, 25000))
        assert (answered["verdict"], answered["vehicle_class"]) == ("undetermined", "unknown")
        assert "vehicle.words_not_recognised" in codes(answered)
        assert answered["missing"] == ["vehicle_type"]
