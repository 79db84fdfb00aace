"""What was found of one case never changes the answer to another."""

import datetime as dt
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from linyi_asked import DAY, HEAVY, INSIDE, PERMIT, WUYI, ground, law

from truckban.case_kinds import CaseKinds, case_kinds
from truckban.norms import Norm, Notice
from truckban.notices.load import load_notice
from truckban.questions.asking import answer, vehicle_reader
from truckban.remembered import Remembered
from truckban.vehicle_facts import VehicleReader, read_vehicle
from zones.errors import InputError
from zones.locate import Locator

PACKS = sorted((Path(__file__).parents[1] / "notices" / "packs").glob("*.yaml"))
PLATES = ["晋M12345", "晋M1234挂", "晋O12345", "晋MD12345", "津A00001", "津A00002", None]
TYPES = [
    "重型自卸货车",
    "中型厢式货车",
    "中型厢式仓栅式货车",
    "大型专项作业车",
    "重型半挂车",
    "大货车",
    "洒水车",
    "怪车",
    "H22",
    None,
]
SERVICES = ["law_enforcement", "sanitation", "fire", "municipal_engineering", None, None, None]
ROADS = [None, ["五一路"], ["示意一街", "北环路"]]
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[110.75, 35.13], [110.78, 35.13], [110.78, 35.15], [110.75, 35.15], [110.75, 35.13]]],
}


def some_case(draw: random.Random, notice: Notice) -> dict[str, Any]:
    one = draw.choice
    plate = one(PLATES)
    vehicle = {
        "plate": plate,
        "vehicle_type": one(TYPES),
        "length_mm": one([5995, 6000, 6000.0, 6001, 8600, None]),
        "gross_mass_kg": one([4495, 8000, 8001, 25000, None]),
        "energy": one(["diesel", "electric", None]),
        "service": one(SERVICES),
        "on_duty": one([True, False, None]),
        "emission_stage": one([3, 4, None]),
    }
    day = dt.date(2022, 12, 1) + dt.timedelta(
        days=draw.choice([80, 90, 100, 145, 500, 501, 505, 1900, draw.randrange(2500)])
    )
    second = draw.choice([0, 21_599, 21_600, 79_199, 79_200, draw.randrange(86_400), draw.randrange(86_400)])
    at = f"{day}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}{one(['+08:00', '', 'Z'])}"
    places = [
        {"lon": draw.uniform(110.735, 110.81), "lat": draw.uniform(35.115, 35.178)},
        {"lon": draw.uniform(110.735, 110.81), "lat": draw.uniform(35.115, 35.178), "accuracy_m": one([5, 40])},
        {"lon": WUYI[0], "lat": WUYI[1]},
        {"zones": {one(list(notice.zones)): one(["inside", "outside"])}},
        {"road": one(["五一路", "北环路", "东环路"])},
        None,
    ]
    permits = [
        {
            "plate": one([plate or "晋M12345", "晋M12345"]),
            "valid_from": one([None, "2024-04-01"]),
            "valid_to": one([None, "2024-05-31"]),
            "windows": one([[], ["09:00-11:00"], ["20:00-07:00"]]),
            "roads": one(ROADS),
            "area": one([None, None, SQUARE]),
            "status": one(["active", "active", "suspended"]),
        }
        for _ in range(one([0, 0, 1, 2]))
    ]
    return {"id": draw.random(), "vehicle": vehicle, "at": at, "place": one(places), "permits": permits}


def told(case: dict[str, Any], notice: Notice, where: Locator | None) -> dict[str, Any]:
    try:
        return answer(case, notice, where)
    except InputError as error:
        return {"field": error.field, "text": error.text}


def forget() -> None:
    case_kinds.cache_clear()
    vehicle_reader.cache_clear()


class TestMemory:
    @pytest.mark.parametrize("pack", [None, *PACKS], ids=lambda pack: pack.stem if pack else "built in")
    def test_an_answer_is_the_same_whatever_was_asked_before(self, pack: Path | None) -> None:
        notice = law() if pack is None else load_notice(pack)
        where = ground() if pack is None else None
        draw = random.Random(11)  # noqa: S311
        cases = [some_case(draw, notice) for _ in range(150 if pack is None else 60)]
        fresh = []
        for case in cases:
            forget()
            fresh.append(told(case, notice, where))
        forget()
        for _ in range(2):
            assert [told(case, notice, where) for case in cases] == fresh
        assert [told(case, notice, where) for case in reversed(cases)] == fresh[::-1]

    def test_permits_in_another_order_give_the_same_verdict_reasons_and_advice(self) -> None:
        draw = random.Random(12)  # noqa: S311
        for _ in range(100):
            case = some_case(draw, law())
            turned = {**case, "permits": case["permits"][::-1]}
            first, second = told(case, law(), ground()), told(turned, law(), ground())
            first.pop("missing", None), second.pop("missing", None)
            assert first == second

    def test_figures_are_each_cases_own_though_their_kind_is_one(self) -> None:
        masses = [25_000, 26_000, 31_000.5]
        cases = [{"vehicle": {**HEAVY, "gross_mass_kg": mass}, "at": DAY, "place": INSIDE} for mass in masses]
        answers = [answer(case, law(), ground()) for case in cases]
        assert [found["reasons"][0]["facts"]["gross_mass_kg"] for found in answers] == masses

    def test_the_hour_told_is_each_cases_own(self) -> None:
        night = [f"2024-05-0{day}T2{hour}:10:05+08:00" for day in (7, 8) for hour in (2, 3)]
        answers = [answer({"vehicle": HEAVY, "at": at, "place": INSIDE}, law(), ground()) for at in night]
        assert [found["reasons"][0]["facts"]["local_time"] for found in answers] == ["22:10:05", "23:10:05"] * 2

    def test_advice_is_of_the_day_that_was_asked_about(self) -> None:
        days = ["2024-05-08", "2024-05-09", "2024-05-08"]
        answers = [
            answer({"vehicle": HEAVY, "at": f"{day}T10:00:00+08:00", "place": INSIDE}, law(), ground()) for day in days
        ]
        assert [found["advice"][0]["at"] for found in answers] == [f"{day}T22:00:00+08:00" for day in days]

    def test_a_permit_with_the_plate_of_another_vehicle_of_the_kind_covers_only_its_own(self) -> None:
        other = {**HEAVY, "plate": "晋M54321"}
        cases = [{"vehicle": who, "at": DAY, "place": INSIDE, "permits": [PERMIT]} for who in (HEAVY, other, HEAVY)]
        assert [answer(case, law(), ground())["verdict"] for case in cases] == ["allowed", "prohibited", "allowed"]

    def test_a_condition_of_a_sort_that_it_does_not_know_is_refused_and_not_forgotten(self) -> None:
        @dataclass(frozen=True)
        class Tide:
            parts: tuple[()] = ()

            def holds(self, case: object) -> int:  # noqa: ARG002
                return 1

        notice = load_notice(PACKS[0])
        name, norm = next(iter(notice.norms.items()))
        notice.norms[name] = Norm(norm.written, {**norm.parts, "tide": Tide()})
        with pytest.raises(TypeError, match="Tide"):
            CaseKinds(notice)


class TestVehicleReader:
    @pytest.mark.parametrize("value", [1, 1.0, True, "1", 0, False, [1], {"a": 1}])
    def test_equal_values_of_other_types_are_not_taken_for_each_other(self, value: object) -> None:
        reader = VehicleReader(law().facts)
        for field in ("on_duty", "axles"):
            for first in (1, 1.0, True, value):
                outcomes = []
                for read in (reader.read, read_vehicle):
                    try:
                        outcomes.append(read({field: first}))
                    except InputError as error:
                        outcomes.append(error.text)
                assert outcomes[0] == outcomes[1]

    def test_long_texts_are_not_held(self) -> None:
        reader = VehicleReader(law().facts)
        reader.read({"vehicle_type": "怪" * 5000})
        reader.read({"vehicle_type": "怪车"})
        assert len(reader._known) == 1  # noqa: SLF001


class TestRemembered:
    def test_the_oldest_is_let_go_and_no_more_than_the_most_is_held(self) -> None:
        held: Remembered[int, int] = Remembered(3)
        for key in range(10):
            assert held.keep(key, key * key) == key * key
            assert len(held) <= 3
        assert [held.get(key) for key in range(6, 10)] == [None, 49, 64, 81]
