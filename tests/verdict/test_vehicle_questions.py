"""The settled questions about vehicles: classes, services, six metres and eight tonnes."""

from typing import Any

import pytest
from linyi_asked import (
    DAY,
    HEAVY,
    INSIDE,
    PLATE,
    ask,
    clauses,
    codes,
    others,
    permit,
    truck,
    warned,
)


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
