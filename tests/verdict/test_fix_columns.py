"""Fixes in columns: each is judged as `decide` judges it, and what cannot be read is named by its index."""

import datetime as dt
import json
import math
import random
from typing import Any

import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from linyi_asked import HEAVY, PERMIT
from test_asking_bytes import context

from truckban.case_kinds import case_kinds
from truckban.columns import one_offset_s
from truckban.moments import read_instant, zone_of_time
from truckban.notices.shelf import Shelf
from truckban.questions import fix_columns
from truckban.questions.asking_bytes import answer_bytes, answer_fixes_bytes
from truckban.questions.fix_times import read_times
from truckban.questions.jurisdiction import Jurisdiction
from zones.errors import InputError

CHINA = dt.timezone(dt.timedelta(hours=8))
TORN = {"plate": "晋M12345", "vehicle_type": "中型厢式货车", "length_mm": 5995, "gross_mass_kg": 25_000}
LENGTHLESS = {"vehicle_type": "中型厢式货车", "gross_mass_kg": 7000}
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[110.75, 35.13], [110.78, 35.13], [110.78, 35.15], [110.75, 35.15], [110.75, 35.13]]],
}
ROADS = {**PERMIT, "windows": ["20:00-07:00", "12:00-13:30"], "roads": ["五一路", "示意一街"]}
AREA = {**PERMIT, "windows": [], "area": SQUARE, "valid_to": "2024-05-08"}


def drive(count: int, *, seed: int = 1, step_s: float = 30, start: str = "2024-05-08T03:30:00+08:00") -> dict[str, Any]:
    """Return columns of a wandering truck."""
    draw = random.Random(seed)  # noqa: S311
    lon, lat, turn = draw.uniform(110.745, 110.80), draw.uniform(35.12, 35.17), draw.uniform(0, 6)
    at = dt.datetime.fromisoformat(start)
    columns: dict[str, list[Any]] = {"time": [], "lon": [], "lat": []}
    for number in range(count):
        turn += draw.gauss(0, 0.2)
        lon, lat = lon + 0.0006 * math.cos(turn), lat + 0.0006 * math.sin(turn)
        columns["time"].append((at + dt.timedelta(seconds=step_s * number)).isoformat())
        columns["lon"].append(lon)
        columns["lat"].append(lat)
    return columns


def fixes(value: Any, where: Jurisdiction | None = None, **options: Any) -> Any:  # noqa: ANN401
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return json.loads(answer_fixes_bytes(body, context=where or context(), **options))


def essence(answered: dict[str, Any]) -> dict[str, Any]:
    """Return what is the same for all fixes of an answer."""
    reasons = [(reason["code"], reason["clause"], reason["text"]) for reason in answered["reasons"]]
    kept = ("verdict", "place", "enforceable", "notice", "vehicle_class", "missing", "other_readings", "warnings")
    return {"reasons": reasons, "penalty": answered.get("penalty"), **{name: answered[name] for name in kept}}


def agrees(asked: dict[str, Any], where: Jurisdiction | None = None) -> int:
    """Hold the answer against that of every fix alone; return how many distinct answers there are."""
    found, columns = fixes(asked, where), asked["fixes"]
    following = 0
    for run in found["runs"]:
        assert run["first"] == following
        following = run["last"] + 1
        told = found["answers"][run["answer"]]
        assert (run["place"], run["verdict"]) == (told["place"], told["verdict"])
        for index in range(run["first"], run["last"] + 1):
            place = {"lon": columns["lon"][index], "lat": columns["lat"][index], "crs": asked.get("crs")}
            case = {
                **{name: asked.get(name) for name in ("vehicle", "permits")},
                "at": columns["time"][index],
                "place": place,
            }
            alone = json.loads(answer_bytes(json.dumps(case).encode(), context=where or context()))
            assert essence(alone) == essence(told)
    assert following == found["fixes"] == len(columns["time"])
    return len(found["answers"])


class TestVerdicts:
    @pytest.mark.parametrize("crs", ["wgs84", "gcj02", "bd09"])
    @pytest.mark.parametrize("permits", [[], [ROADS], [AREA], [ROADS, AREA]], ids=["none", "roads", "area", "both"])
    @pytest.mark.parametrize("vehicle", [HEAVY, TORN, LENGTHLESS], ids=["heavy", "torn", "lengthless"])
    def test_each_fix_is_judged_as_it_is_alone(self, vehicle: dict[str, Any], permits: list[Any], crs: str) -> None:
        for seed in range(2):
            columns = drive(60, seed=seed, step_s=400)
            assert agrees({"vehicle": vehicle, "permits": permits, "crs": crs, "fixes": columns}) > 1

    def test_fixes_far_from_the_zone_are_answered_as_such_and_others_are_not(self) -> None:
        columns = drive(30)
        columns["lon"][10:20] = [lon + 8 for lon in columns["lon"][10:20]]
        agrees({"vehicle": HEAVY, "fixes": columns})
        found = fixes({"vehicle": HEAVY, "fixes": columns})
        far = {n for n, told in enumerate(found["answers"]) if "place.far" in json.dumps(told["warnings"])}
        assert far
        assert {run["first"] for run in found["runs"] if run["answer"] in far} == {10}
        assert [run["last"] for run in found["runs"] if run["answer"] in far] == [19]

    def test_over_weeks_and_the_days_of_the_notice(self) -> None:
        columns = drive(120, step_s=86_400 * 0.9, start="2023-02-01T00:00:00+08:00")
        assert agrees({"vehicle": HEAVY, "fixes": columns}) > 3

    @pytest.mark.parametrize(("first_s", "last_s"), [(-1, 0), (0, 0), (0, 1), (-1, -1), (-2, 86_398), (0, 86_400)])
    def test_two_fixes_beside_an_edge_of_the_hours_are_judged_as_they_are_alone(
        self, first_s: int, last_s: int
    ) -> None:
        midnight = dt.datetime(2024, 5, 8, tzinfo=CHINA)
        answers = set()
        for edge in case_kinds(context().shelf.first).edges:
            times = [(midnight + dt.timedelta(seconds=edge + second)).isoformat() for second in (first_s, last_s)]
            columns = {"time": times, "lon": [110.765] * 2, "lat": [35.14] * 2}
            answers.add(agrees({"vehicle": HEAVY, "fixes": columns}))
            seconds = [dt.datetime.fromisoformat(at).timestamp() for at in times]
            both = [{"vehicle": HEAVY, "fixes": {**columns, "time": column}} for column in (times, seconds)]
            assert fixes(both[0]) == fixes(both[1])
        assert (2 in answers) == ((first_s, last_s) == (-1, 0))

    def test_fixes_in_any_order_have_the_same_verdicts(self) -> None:
        columns = drive(80, step_s=900)
        shuffled = list(range(80))
        random.Random(3).shuffle(shuffled)  # noqa: S311
        agrees({"vehicle": HEAVY, "fixes": {name: [values[i] for i in shuffled] for name, values in columns.items()}})

    def test_times_without_an_offset_are_read_in_the_notices_zone_and_said_to_be(self) -> None:
        columns = drive(40, step_s=900)
        columns["time"] = [at[:19] if index % 3 else at for index, at in enumerate(columns["time"])]
        agrees({"vehicle": HEAVY, "fixes": columns})
        assert "time.assumed_zone" in json.dumps(fixes({"vehicle": HEAVY, "fixes": columns}))

    def test_seconds_since_1970_are_the_same_instants(self) -> None:
        columns = drive(80, step_s=600)
        seconds = {**columns, "time": [dt.datetime.fromisoformat(at).timestamp() + 0.5 for at in columns["time"]]}
        assert fixes({"vehicle": HEAVY, "fixes": seconds}) == fixes({"vehicle": HEAVY, "fixes": columns})

    def test_each_fix_is_judged_by_the_notice_of_its_day(self) -> None:
        pack = context().shelf.first.pack
        later = pack.model_copy(
            update={
                "id": "later",
                "replaces": [pack.id],
                "dates": pack.dates.model_copy(
                    update={"in_force": dt.date(2024, 5, 9), "published": dt.date(2024, 5, 1)}
                ),
            }
        )
        law = context().shelf.first
        shelf = Shelf([law, type(law)(later, sha256="0" * 64)])
        where = Jurisdiction(shelf, dict.fromkeys(shelf.notices, context().grounds[law.id]))
        asked = {"vehicle": HEAVY, "fixes": drive(80, step_s=1200)}
        agrees(asked, where)
        assert {told["notice"] for told in fixes(asked, where)["answers"]} == {pack.id, "later"}

    def test_without_a_map_every_place_is_unsure(self) -> None:
        where = Jurisdiction(context().shelf, dict.fromkeys(context().shelf.notices))
        asked = {"vehicle": HEAVY, "permits": [AREA], "fixes": drive(60, step_s=900)}
        agrees(asked, where)
        assert {run["place"] for run in fixes(asked, where)["runs"]} == {"unsure"}

    def test_no_fixes_have_no_answers(self) -> None:
        found = fixes({"id": "x", "vehicle": HEAVY, "fixes": {"time": [], "lon": [], "lat": []}})
        assert found == {"id": "x", "vehicle_class": "heavy", "fixes": 0, "runs": [], "answers": []}

    def test_a_parked_truck_has_one_run_a_window(self) -> None:
        columns = {"time": drive(48, step_s=1800)["time"], "lon": [110.765] * 48, "lat": [35.14] * 48}
        runs = fixes({"vehicle": HEAVY, "fixes": columns})["runs"]
        assert [(run["verdict"], run["first"]) for run in runs] == [("allowed", 0), ("prohibited", 5), ("allowed", 37)]


def columns_with(**changed: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"id": 1, "vehicle": HEAVY, "fixes": {**drive(3), **changed}}


class TestRefusals:
    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"lon": [110.7, 200, 110.7]}, "fixes.lon[1]"),
            ({"lat": [35.1, 35.1, 90.1]}, "fixes.lat[2]"),
            ({"lon": [35.1] * 3, "lat": [54.0, 54.0, 100.7]}, "fixes.lat[2]"),
            ({"lon": [110.7, 0, 110.7], "lat": [35.1, 0, 35.1]}, "fixes.lon[1]"),
            ({"lon": [110.7, 35.1, 110.7], "lat": [35.1, 80.0, 35.1]}, "fixes.lon[1]"),
            ({"lon": [110.7, None, 110.7]}, "fixes.lon[1]"),
            ({"lon": [110.7, "110.7", 110.7]}, "fixes.lon[1]"),
            ({"lat": [True, 35.1, 35.1]}, "fixes.lat[0]"),
            ({"lat": [35.1, 35.1]}, "fixes.lat"),
            ({"lat": 5}, "fixes.lat"),
            ({"time": "x"}, "fixes.time"),
            ({"time": ["2024-05-08T10:00:00Z", "2024-05-08T24:00:00Z", "x"]}, "fixes.time[1]"),
            ({"time": ["2024-05-08T10:00:00Z", "2024-02-30T10:00:00Z", "2024-05-08T10:00:00Z"]}, "fixes.time[1]"),
            ({"time": [1.7e9, 1.7e12, 1.7e9]}, "fixes.time[1]"),
            ({"time": [1.7e9, "2024-05-08T10:00:00Z", 1.7e9]}, "fixes.time[1]"),
            ({"time": ["2024-05-08T10:00:00Z", 1.7e9, 1.7e9]}, "fixes.time[1]"),
            ({"time": [1.7e9, None, 1.7e9]}, "fixes.time[1]"),
            ({"speed": [1, 2, 3]}, "fixes.speed"),
        ],
    )
    def test_a_fix_that_cannot_be_is_named_by_column_and_index(self, changed: dict[str, Any], field: str) -> None:
        found = fixes(columns_with(**changed))
        assert (found["id"], found["error"]["field"]) == (1, field)
        assert found["error"]["message"]
        with pytest.raises(InputError) as caught:
            fixes(columns_with(**changed), errors="raised")
        assert caught.value.field == field

    @pytest.mark.parametrize(
        ("asked", "field"),
        [
            ({}, "fixes"),
            ({"fixes": 5}, "fixes"),
            ([], None),
            ({**columns_with(), "crs": "x"}, "crs"),
            ({**columns_with(), "vehicle": {"length_mm": 6}}, "vehicle.length_mm"),
            ({**columns_with(), "permits": [{}]}, "permits[0].plate"),
            ({**columns_with(), "alerts": 5}, "alerts"),
            ({**columns_with(), "odd": 5}, "odd"),
        ],
    )
    def test_what_else_cannot_be_read_is_named(self, asked: object, field: str | None) -> None:
        assert fixes(asked)["error"]["field"] == field

    def test_numbers_that_json_does_not_have_are_named_by_their_index(self) -> None:
        body = json.dumps(columns_with(lon=[110.7, float("nan"), 110.7])).encode()
        assert fixes(body)["error"]["field"] == "fixes.lon[1]"

    def test_what_is_no_json_is_refused(self) -> None:
        with pytest.raises(InputError):
            fixes(b'{"fixes": ')


instants = st.datetimes(dt.datetime(1900, 1, 2), dt.datetime(2200, 12, 30))  # noqa: DTZ001


class TestTimes:
    @given(
        times=st.lists(instants, min_size=1, max_size=6),
        offset=st.sampled_from(["Z", "z", "+08:00", "-03:30", "+23:59"]),
        between=st.sampled_from("Tt "),
        digits=st.integers(0, 6),
        comma=st.sampled_from([",", ", "]),
    )
    @settings(max_examples=times(100), deadline=None)
    def test_a_column_is_read_as_its_times_are(
        self, times: list[dt.datetime], offset: str, between: str, digits: int, comma: str
    ) -> None:
        fraction = [f".{at.microsecond:06}"[: digits + 1] if digits else "" for at in times]
        texts = [
            at.isoformat(timespec="seconds").replace("T", between) + part + offset
            for at, part in zip(times, fraction, strict=True)
        ]
        found = read_times(json.dumps(texts, separators=(comma, ":")).encode(), "Asia/Shanghai")
        alone = [math.floor(read_instant(text, "Asia/Shanghai")[0].timestamp()) for text in texts]
        assert found.at_s.tolist() == alone
        assert found.assumed is None

    @given(
        texts=st.lists(
            st.sampled_from(
                [
                    *("2024-05-08T10:00:00Z", "2024-05-08T10:00:0Z", "2024-05-08T29:00:00Z", "2024-19-39T10:00:00Z"),
                    *(
                        "2024-05-08T10:00:00",
                        "Z2024-05-08T10:00:00Z",
                        "2024-05-08T10:00:00+08:00",
                        '2024-05-08T10:0"00Z',
                    ),
                    *(
                        "2024/05/08T10:00:00Z",
                        "1899-05-08T10:00:00Z",
                        "２024-05-08T10:00:00Z",
                        "2024-05-08T10:00:00.Z",
                        "",
                    ),
                ]
            ),
            min_size=1,
            max_size=4,
        )
    )
    @settings(max_examples=times(100), deadline=None)
    def test_a_column_with_what_is_no_time_is_refused_at_the_first_of_them(self, texts: list[str]) -> None:
        wrong = None
        for index, text in enumerate(texts):
            try:
                read_instant(text, "Asia/Shanghai")
            except InputError:
                wrong = f"[{index}]"
                break
        raw = json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()
        if wrong is None:
            assert len(read_times(raw, "Asia/Shanghai").at_s) == len(texts)
            return
        with pytest.raises(InputError) as caught:
            read_times(raw, "Asia/Shanghai")
        assert caught.value.field == wrong


def test_the_page_says_that_fixes_are_judged_and_not_the_path() -> None:
    for told in (fix_columns.__doc__, answer_fixes_bytes.__doc__):
        assert "not the path between them" in " ".join(str(told).split())


@given(
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Africa/Freetown", "Australia/Lord_Howe", "UTC"]),
    st.integers(-2_208_988_800, 4_000_000_000),
    st.integers(0, 4 * 86_400),
)
def test_clocks_are_one_offset_ahead_only_between_changes(timezone: str, first_s: int, length_s: int) -> None:
    told = one_offset_s(first_s, first_s + length_s, timezone)
    at = [first_s + length_s * part // 50 for part in range(51)]
    offsets = {
        dt.datetime.fromtimestamp(second, zone_of_time(timezone)).utcoffset() // dt.timedelta(seconds=1)
        for second in at
    }
    assert told is None or offsets == {told}
    assert told is not None or length_s >= 3 * 86_400 or len(offsets) > 1


@pytest.mark.parametrize("times", ['["2024-05-08T10:00:00Z"]', "[1715133600]", "[1715133600.5]"])
@pytest.mark.parametrize(
    ("said", "columns", "name"),
    [
        ('"vehicle":{"length_mm":5990},"vehicle":{"length_mm":8600},', "", "vehicle"),
        ('"vehicle":{"length_mm" :5990, "length_mm" : 8600},', "", "length_mm"),
        ('"crs":null,"crs":null,', "", "crs"),
        ('"crs":"gcj02","crs":null,', "", "crs"),
        ("", '"lon":[1],', "lon"),
        ("", '"time":["x","y"],', "time"),
    ],
)
def test_a_member_that_is_there_twice_is_refused(times: str, said: str, columns: str, name: str) -> None:
    def body(said: str, columns: str) -> bytes:
        return f'{{{said}"fixes":{{{columns}"time":{times},"lon":[110.765],"lat":[35.14]}}}}'.encode()

    for once in ("", '"vehicle":{"length_mm" :5990},', '"crs":null,'):
        assert fixes(body(once, ""))["fixes"] == 1
    with pytest.raises(InputError) as raised:
        fixes(body(said, columns))
    assert raised.value.field == name


_MEMBERS = ",".join(f'"m{number}":""' for number in range(300))


@pytest.mark.parametrize("many", [1, 300])
@pytest.mark.parametrize("said", ['"crs":null', '"permits":[],"alerts":[],"crs":null', f'"vehicle":{{{_MEMBERS}}}'])
def test_a_member_twice_is_refused_wherever_it_stands(many: int, said: str) -> None:
    at, lon, lat = ([value] * many for value in (1715133600, 110.765, 35.14))
    columns = f'"fixes":{{"time":{at},"lon":{lon},"lat":{lat}}}'
    for once in (f"{{{said},{columns}}}", f"{{{columns},{said}}}"):
        assert fixes(once.encode())["fixes"] == many
    for twice in (f"{{{said},{columns},{said}}}", f"{{{columns},{said},{said}}}", f"{{{said},{columns},{columns}}}"):
        with pytest.raises(InputError, match="more than once"):
            fixes(twice.encode())


@pytest.mark.parametrize("text", ["2024-05-08T10:-00:00", "2024-05-08T1+08:00", "2024-05-08T10:00+08:00"])
def test_a_time_too_short_for_its_offset_is_none(text: str) -> None:
    with pytest.raises(InputError) as raised:
        fixes({"vehicle": HEAVY, "fixes": {"time": [text], "lon": [110.765], "lat": [35.14]}}, errors="raised")
    assert raised.value.field == "fixes.time[0]"


@pytest.mark.parametrize("times", [b'["2024-05-08T10:00:00+08:\xaf0"]', b'[1, "\xed\xa0\x80"]', b'["\xff"]'])
def test_times_that_are_no_utf_8_are_no_json(times: bytes) -> None:
    with pytest.raises(InputError, match="not UTF-8"):
        fixes(b'{"fixes":{"time":' + times + b',"lon":[110.765],"lat":[35.14]}}')
