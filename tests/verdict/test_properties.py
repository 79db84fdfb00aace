"""Laws of the domain: what can only widen, what knowledge cannot undo, and what a verdict must not depend on."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from linyi_asked import DAY, HEAVY, PLATE, ask, ground, law, truck

from truckban.questions.asking import answer

PACKAGE = Path(__file__).parents[2] / "truckban"
STRICTNESS = {"allowed": 0, "undetermined": 1, "prohibited": 2}
BLOCK = {"type": "Polygon", "coordinates": [[[110.75, 35.13], [110.78, 35.13], [110.78, 35.15], [110.75, 35.13]]]}

SIZES = ["重型", "中型", "轻型", "微型"]
BODIES = ["普通", "厢式", "封闭", "罐式", "平板", "自卸", "特殊结构", "仓栅式"]
TYPES = [
    *(f"{size}{body}货车" for size in SIZES for body in BODIES),
    *(f"{size}半挂牵引车" for size in SIZES),
    *[
        "中型厢式自卸货车",
        "货车",
        "卡车",
        "低速货车",
        "三轮汽车",
        "大型专项作业车",
        "小型专项作业车",
        "Z11",
        "重型半挂车",
    ],
    *["大型客车", "其他", "H22", "H99", "不知道", None],
]
LENGTHS = [None, 3500, 5995, 6000, 6001, 8600]
MASSES = [None, 1800, 4495, 4500, 8000, 8001, 11999, 12000, 25000]
ENERGIES = [None, "diesel", "gasoline", "gas", "electric", "plug_in_hybrid", "hybrid", "fuel_cell", "other"]
SERVICES = [None, "police", "law_enforcement", "clearance", "sanitation", "road_maintenance", "municipal_engineering"]
PLACES = [
    None,
    {"zone": "inside"},
    {"zone": "outside"},
    {"road": "五一路"},
    {"road": "东环路"},
    {"lon": 110.765, "lat": 35.14},
    {"lon": 110.772, "lat": 35.139},
    {"lon": 110.772, "lat": 35.16},
    {"lon": 110.796, "lat": 35.143},
    {"lon": 110.82, "lat": 35.145},
    {"lon": 110.7957, "lat": 35.143, "accuracy_m": 30},
]
TIMES = [
    "2023-02-28T10:00:00+08:00",
    "2023-03-20T10:00:00+08:00",
    "2024-05-08T05:59:59+08:00",
    "2024-05-08T06:00:00+08:00",
    DAY,
    "2024-05-08T21:59:59.5+08:00",
    "2024-05-08T22:00:00+08:00",
    "2024-05-31T23:00:00Z",
    "2029-01-01T12:00:00",
]

vehicles = st.fixed_dictionaries(
    {
        "plate": st.sampled_from([None, PLATE, "晋M54321"]),
        "vehicle_type": st.sampled_from(TYPES),
        "length_mm": st.sampled_from(LENGTHS),
        "gross_mass_kg": st.sampled_from(MASSES),
        "energy": st.sampled_from(ENERGIES),
        "service": st.sampled_from(SERVICES),
        "on_duty": st.sampled_from([None, False, True]),
    }
)
permits = st.fixed_dictionaries(
    {
        "plate": st.sampled_from([PLATE, PLATE, "晋M54321"]),
        "valid_from": st.sampled_from([None, "2024-05-01", "2024-05-08", "2024-05-09"]),
        "valid_to": st.sampled_from([None, "2024-05-31", "2024-06-30"]),
        "windows": st.sampled_from([None, [], ["09:00-11:00"], ["20:00-07:00"], ["06:00-06:30", "21:00-24:00"]]),
        "roads": st.sampled_from([None, None, ["五一路"], ["东环路", "五一路"]]),
        "area": st.sampled_from([None, None, BLOCK]),
        "status": st.sampled_from(["active", "active", "suspended"]),
    }
)
cases = st.fixed_dictionaries(
    {
        "vehicle": vehicles,
        "at": st.sampled_from(TIMES),
        "place": st.sampled_from(PLACES),
        "permits": st.lists(permits, max_size=3),
    }
)


def verdict_of(case: dict[str, Any]) -> str:
    found: str = answer(case, law(), ground())["verdict"]
    return found


def strictness(case: dict[str, Any]) -> int:
    return STRICTNESS[verdict_of(case)]


class TestExemptionsOnlyWiden:
    @given(case=cases, added=permits)
    @settings(max_examples=times(90), deadline=None)
    def test_a_permit_more_is_never_stricter(self, case: dict[str, Any], added: dict[str, Any]) -> None:
        assert strictness({**case, "permits": [*case["permits"], added]}) <= strictness(case)

    @given(case=cases, service=st.sampled_from([service for service in SERVICES if service]))
    @settings(max_examples=times(60), deadline=None)
    def test_a_service_is_never_stricter_than_none(self, case: dict[str, Any], service: str) -> None:
        without = {**case["vehicle"], "service": None}
        named = {**without, "service": service}
        assert strictness({**case, "vehicle": named}) <= strictness({**case, "vehicle": without})

    @given(case=cases)
    @settings(max_examples=times(60), deadline=None)
    def test_being_on_duty_is_never_stricter_than_unknown_or_off_duty(self, case: dict[str, Any]) -> None:
        on, unknown, off = (
            strictness({**case, "vehicle": {**case["vehicle"], "on_duty": value}}) for value in (True, None, False)
        )
        assert on <= unknown <= off

    @given(case=cases, new=st.sampled_from(["electric", "plug_in_hybrid", "fuel_cell"]), old=st.sampled_from(ENERGIES))
    @settings(max_examples=times(60), deadline=None)
    def test_a_new_energy_is_never_stricter(self, case: dict[str, Any], new: str, old: str | None) -> None:
        electric, other = (
            strictness({**case, "vehicle": {**case["vehicle"], "energy": value}}) for value in (new, old)
        )
        assert electric <= other


# Vehicles that can exist: the words, the length and the mass agree by GA 802, and the words are a licence's own for a
# goods vehicle or a tractor. (An absent `vehicle_type` is taken for a goods vehicle, so only such words are a filling-in
# of it and not a contradiction.) Knowledge is then taken away field by field.
_LENGTH_OF = {"heavy": (5000, 12000), "medium": (4000, 8000), "light": (3600, 5999), "micro": (3000, 3500)}
_MASS_OF = {"heavy": (12000, 49000), "medium": (4500, 11999), "light": (1801, 4499), "micro": (800, 1800)}
_WORD_OF = dict(zip(_MASS_OF, SIZES, strict=True))


@st.composite
def real_vehicles(draw: st.DrawFn) -> dict[str, Any]:
    size = draw(st.sampled_from([*_MASS_OF, "medium"]))
    tail = draw(st.sampled_from([*(f"{body}货车" for body in BODIES), "半挂牵引车"]))
    length = st.one_of(
        st.integers(*_LENGTH_OF[size]), *([st.sampled_from([5999, 6000, 6001])] if size == "medium" else [])
    )
    mass = st.one_of(st.integers(*_MASS_OF[size]), *([st.sampled_from([7999, 8000, 8001])] if size == "medium" else []))
    return {
        "plate": PLATE,
        "vehicle_type": _WORD_OF[size] + tail,
        "length_mm": draw(length),
        "gross_mass_kg": draw(mass),
        "energy": draw(st.sampled_from(ENERGIES[1:])),
        "service": draw(st.sampled_from(SERVICES)),
        "on_duty": draw(st.booleans()),
    }


HIDEABLE = ["plate", "length_mm", "gross_mass_kg", "vehicle_type", "energy", "on_duty"]


class TestKnowledgeOnlySettles:
    @given(
        vehicle=real_vehicles(),
        hidden=st.sets(st.sampled_from(HIDEABLE)),
        still_hidden=st.sets(st.sampled_from(HIDEABLE)),
        case=cases,
        words=st.sampled_from([None, "货车", "卡车"]),
    )
    @settings(max_examples=times(150), deadline=None)
    def test_it_never_takes_a_verdict_back(
        self, vehicle: dict[str, Any], hidden: set[str], still_hidden: set[str], case: dict[str, Any], words: str | None
    ) -> None:
        if "半挂牵引车" in vehicle["vehicle_type"]:
            words = None
        without = {"vehicle_type": words}
        less = {**vehicle, **{name: without.get(name) for name in hidden}}
        more = {**vehicle, **{name: without.get(name) for name in hidden & still_hidden}}
        before, after = verdict_of({**case, "vehicle": less}), verdict_of({**case, "vehicle": more})
        assert before in (after, "undetermined")

    @given(vehicle=real_vehicles(), hidden=st.sets(st.sampled_from(HIDEABLE)), case=cases)
    @settings(max_examples=times(90), deadline=None)
    def test_giving_all_that_is_missing_settles_it(
        self, vehicle: dict[str, Any], hidden: set[str], case: dict[str, Any]
    ) -> None:
        """Where no open question of the notice is the reason: services of 四(三) are left out."""
        vehicle = {
            **vehicle,
            "service": None if vehicle["service"] in ("sanitation", "road_maintenance") else vehicle["service"],
        }
        asked = {**case, "vehicle": {**vehicle, **dict.fromkeys(hidden)}}
        answered = answer(asked, law(), ground())
        if answered["verdict"] != "undetermined":
            assert answered["missing"] == []
            return
        assert answered["missing"]
        assert set(answered["missing"]) <= hidden | {"place"}
        known = {name: vehicle[name] for name in answered["missing"] if name != "place"}
        if "place" in answered["missing"]:
            # another place can be within a permit's area: then whose permit it is may be asked next
            asked |= {"place": {"lon": 110.772, "lat": 35.139}}
            known |= {name: vehicle[name] for name in ("plate",) if name in hidden}
        assert verdict_of({**asked, "vehicle": {**asked["vehicle"], **known}}) != "undetermined"

    @given(case=cases, known=st.sampled_from(PLACES))
    @settings(max_examples=times(60), deadline=None)
    def test_a_known_place_never_takes_back_what_an_unknown_one_settles(
        self, case: dict[str, Any], known: dict[str, Any] | None
    ) -> None:
        before = verdict_of({**case, "place": None})
        assert before in (verdict_of({**case, "place": known}), "undetermined")

    @given(case=cases, accuracy_m=st.floats(0, 3000))
    @settings(max_examples=times(60), deadline=None)
    def test_a_wider_circle_never_settles_what_the_point_leaves_open(
        self, case: dict[str, Any], accuracy_m: float
    ) -> None:
        place = {"lon": 110.7955, "lat": 35.143}
        point = verdict_of({**case, "place": place})
        circle = verdict_of({**case, "place": {**place, "accuracy_m": accuracy_m}})
        assert circle in (point, "undetermined")


class TestWhatDoesNotMatter:
    @given(case=cases, order=st.randoms(use_true_random=False))
    @settings(max_examples=times(60), deadline=None)
    def test_the_order_of_permits(self, case: dict[str, Any], order: Any) -> None:  # noqa: ANN401
        shuffled = list(case["permits"])
        order.shuffle(shuffled)
        one, other = answer(case, law(), ground()), answer({**case, "permits": shuffled}, law(), ground())
        for answered in (one, other):
            answered["reasons"].sort(key=json.dumps)
            answered["missing"].sort()
        assert one == other

    @given(case=cases, order=st.randoms(use_true_random=False))
    @settings(max_examples=times(60), deadline=None)
    def test_the_order_of_keys(self, case: dict[str, Any], order: Any) -> None:  # noqa: ANN401
        def turned(value: Any) -> Any:  # noqa: ANN401
            if isinstance(value, list):
                return [turned(part) for part in value]
            if not isinstance(value, dict):
                return value
            keys = list(value)
            order.shuffle(keys)
            return {key: turned(value[key]) for key in keys}

        assert answer(turned(case), law(), ground()) == answer(case, law(), ground())

    @given(case=cases, hour=st.integers(0, 23), minute=st.integers(0, 59), days=st.integers(0, 23))
    @settings(max_examples=times(60), deadline=None)
    def test_the_day_within_one_validity(self, case: dict[str, Any], hour: int, minute: int, days: int) -> None:
        stated = [{**permit, "valid_from": "2024-05-01", "valid_to": "2024-06-30"} for permit in case["permits"]]

        def on(day: int) -> dict[str, Any]:
            return {**case, "at": f"2024-05-{day:02}T{hour:02}:{minute:02}:00+08:00", "permits": stated}

        assert verdict_of(on(8 + days)) == verdict_of(on(8))

    @given(case=cases, offset_h=st.integers(-12, 14))
    @settings(max_examples=times(40), deadline=None)
    def test_the_offset_that_an_instant_is_written_with(self, case: dict[str, Any], offset_h: int) -> None:
        written = f"2024-05-{8 + (2 + offset_h) // 24:02}T{(2 + offset_h) % 24:02}:00:00{offset_h:+03}:00"
        assert answer({**case, "at": written}, law(), ground()) == answer({**case, "at": DAY}, law(), ground())

    def test_asking_twice(self) -> None:
        assert ask() == ask()

    def test_the_case_is_left_as_it_was(self) -> None:
        case = {"id": 1, "vehicle": dict(HEAVY), "at": DAY, "place": {"zone": "inside"}, "permits": []}
        before = json.dumps(case)
        answer(case, law(), ground())
        assert json.dumps(case) == before


MACHINES = {
    "New York": {"TZ": "America/New_York", "LANG": "en_US.UTF-8", "PYTHONHASHSEED": "1"},
    "Kolkata": {"TZ": "Asia/Kolkata", "LC_ALL": "C", "PYTHONHASHSEED": "12345"},
    "Kiritimati": {"TZ": "Pacific/Kiritimati", "LANG": "zh_CN.UTF-8"},
}


def machine_cases() -> list[dict[str, Any]]:
    """Return cases whose answers would show a machine's own clock, zone, language or order of sets."""
    vehicles_ = [
        HEAVY,
        truck("轻型栏板货车", 5995, 4500),
        truck(None, energy=None),
        truck("H99"),
        truck("大型专项作业车", 9000, 20000),
    ]
    times = [DAY, "2024-05-08T06:00:00", "2024-05-08T22:00:00", "2024-05-07T22:30:00Z", "2023-02-28T10:00:00"]
    allowed = {"plate": PLATE, "windows": ["09:00-11:00"], "roads": ["五一路", "北环路"]}
    places = [{"lon": 110.772, "lat": 35.1413}, {"lon": 110.765, "lat": 35.14}, None]
    return [
        {"id": number, "vehicle": vehicle, "at": at, "place": place, "permits": [allowed]}
        for number, (vehicle, at, place) in enumerate(
            (vehicle, at, place) for vehicle in vehicles_ for at in times for place in places
        )
    ]


class TestMachine:
    @pytest.mark.parametrize("machine", MACHINES)
    def test_its_zone_language_and_hash_seed_change_nothing(self, machine: str) -> None:
        asked = machine_cases()
        plain = {name: value for name, value in os.environ.items() if name not in {"TZ", "LANG", "LC_ALL", "LC_CTYPE"}}
        ran = subprocess.run(
            [sys.executable, "-c", "from truckban.cli.main import entry; raise SystemExit(entry())", "decide", "-"],
            input="\n".join(map(json.dumps, asked)).encode(),
            capture_output=True,
            env={**plain, **MACHINES[machine]},
            check=False,
        )
        assert (ran.returncode, ran.stderr.decode()) == (0, "")
        answered = [json.loads(line) for line in ran.stdout.decode().splitlines()]
        assert answered == [answer(case, law(), ground()) for case in asked]

    def test_an_old_case_is_answered_without_todays_date(self) -> None:
        """An answer from before the notice's age matters must not warn of it whenever it is asked."""
        answered = ask(at="2024-05-08T10:00:00+08:00")
        assert "notice.age" not in {warning["code"] for warning in answered["warnings"]}
        assert answered["enforceable"] is True


PURE = [
    *["facts", "logic", "cases", "conditions", "norms", "hours", "moments", "places", "permits", "vehicle_facts"],
    *["verdict", "explain", "advice", "columns", "positions", "case_kinds", "standing_dates", "remembered"],
    *["questions/fix_columns", "questions/fix_numbers", "questions/fix_times"],
]
ASKS_THE_MACHINE = {
    "now",
    "today",
    "utcnow",
    "localtime",
    "local_timezone",
    "open",
    "getenv",
    "input",
    "urlopen",
    "read_text",
    "read_bytes",
}
MACHINE_MODULES = {
    "time",
    "locale",
    "os",
    "random",
    "secrets",
    "socket",
    "requests",
    "urllib",
    "http",
    "pathlib",
    "io",
    "sqlite3",
    "subprocess",
    "tempfile",
    "uuid",
}


def asked_of_the_machine(source: str) -> list[str]:
    """Return names in the source that ask a clock, a file, the network or the environment."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names if name.name.split(".")[0] in MACHINE_MODULES]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MACHINE_MODULES:
            found.append(str(node.module))
        elif isinstance(node, ast.Attribute) and node.attr in ASKS_THE_MACHINE | {"environ"}:
            found.append(node.attr)
        elif isinstance(node, ast.Name) and node.id in ASKS_THE_MACHINE:
            found.append(node.id)
    return found


class TestPurity:
    @pytest.mark.parametrize("module", PURE)
    def test_a_module_of_the_verdict_asks_nothing_of_the_machine(self, module: str) -> None:
        assert asked_of_the_machine((PACKAGE / f"{module}.py").read_text(encoding="utf-8")) == []

    @pytest.mark.parametrize(
        "source",
        [
            "import datetime as dt\ndt.datetime.now()",
            "dt.date.today()",
            "import time",
            "from os import environ",
            "import os.path",
            "open('x')",
            "Path('x').read_text()",
            "pendulum.local_timezone()",
        ],
    )
    def test_the_scan_finds_what_it_looks_for(self, source: str) -> None:
        assert asked_of_the_machine(source)
