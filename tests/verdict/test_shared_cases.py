"""Every shared case, with every key that is expected of it; and what holds of every answer."""

import json
from pathlib import Path
from typing import Any

import pytest
from linyi_asked import (
    DAY,
    HEAVY,
    INSIDE,
    ask,
    clauses,
    codes,
    ground,
    law,
    others,
    permit,
    truck,
    warned,
)

from truckban.questions.asking import answer

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
