"""Several counties, one question: those answer whose map holds the place, and the strictest of them."""

import itertools
import json
from collections.abc import Sequence
from typing import Any

import pytest
from effort import TIMES
from hypothesis import given, settings
from hypothesis import strategies as st
from two_counties import HEAVY, LIGHT, RING_M, County, county

from truckban.notices.load import notice_of
from truckban.notices.shelf import Shelf
from truckban.questions.asking_bytes import Context, answer_bytes, answer_fixes_bytes
from truckban.questions.jurisdiction import Jurisdiction
from truckban.questions.jurisdictions import together

DAY, NIGHT = "2024-05-08T10:00:00+08:00", "2024-05-08T23:00:00+08:00"
FIRST = county()
BESIDE = county("乙县", "yi-2024-1", east_m=4_000, hours="22:00-06:00")
AWAY = county("丙县", "bing-2024-1", east_m=40_000, hours="22:00-06:00", through="解放路")
LATER = county("丁县", "ding-2025-1", east_m=8_000, hours="00:00-24:00", first="2025-01-01", through="解放路")
ALL = (FIRST, BESIDE, AWAY, LATER)
STRICT = ("allowed", "undetermined", "prohibited")


def law(*counties: County) -> Context:
    return together([each.jurisdiction for each in counties])


def ask(context: Context, place: Any, at: str = NIGHT, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    case = {"id": 1, "vehicle": HEAVY, "at": at, "place": place, **more}
    found: dict[str, Any] = json.loads(answer_bytes(json.dumps(case).encode(), context=context, lang="en"))
    return found


def said(answer: dict[str, Any]) -> tuple[str, str, str]:
    return answer["verdict"], answer["notice"], answer["place"]


def codes(answer: dict[str, Any]) -> set[str]:
    return {warning["code"] for warning in answer["warnings"]}


@pytest.mark.parametrize("counties", [(FIRST, AWAY), (AWAY, FIRST), (FIRST, BESIDE), (BESIDE, FIRST)])
def test_the_county_whose_map_holds_the_place_answers(counties: tuple[County, ...]) -> None:
    for own in counties:
        for at in (DAY, NIGHT):
            found = ask(law(*counties), own.centre, at)
            banned = (own is FIRST) == (at == DAY)
            assert said(found) == ("prohibited" if banned else "allowed", own.law.id, "inside")
            assert "place.far" not in codes(found)


def test_a_place_of_one_map_alone_is_answered_as_by_a_service_of_that_county() -> None:
    for x in (-3_000.0, -10.0, 0.0, 900.0, 5_000.0):
        place = AWAY.at(x, 700)
        for at in (DAY, NIGHT):
            assert ask(law(FIRST, AWAY), place, at) == ask(law(AWAY), place, at)
            assert ask(law(*ALL), place, at) == ask(law(AWAY), place, at)


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_the_map_is_looked_for_after_the_position_is_wgs84(crs: str) -> None:
    """Hundreds of metres lie between the systems: at the edge of what a map holds they are what matters."""
    one, two = law(AWAY), law(FIRST, AWAY)
    far = 0
    for x in range(-9_000, -2_000, 100):
        place = {**AWAY.at(x, 700), "crs": crs}
        alone = ask(one, place)
        held = "place.far" not in codes(alone)
        far += not held
        assert (ask(two, place) == alone) == held
    assert 0 < far < 70


def test_a_place_that_no_map_holds_is_far_from_all_of_them() -> None:
    found = ask(law(FIRST, AWAY), {"lon": 116.4, "lat": 39.9})
    assert (found["verdict"], found["place"]) == ("allowed", "outside")
    (far,) = (warning["text"] for warning in found["warnings"] if warning["code"] == "place.far")
    assert FIRST.law.pack.title in far
    assert AWAY.law.pack.title in far


def test_a_notice_that_is_not_in_force_yet_forbids_nothing_and_is_not_named_before_one_that_is() -> None:
    both = law(BESIDE, LATER)
    assert said(ask(both, LATER.centre, DAY)) == ("allowed", "yi-2024-1", "outside")
    assert said(ask(both, LATER.centre, "2025-05-08T10:00:00+08:00")) == ("prohibited", "ding-2025-1", "inside")


def test_where_both_maps_hold_a_place_the_strictest_is_heard_and_named() -> None:
    over = county("乙县", "yi-2024-1", east_m=1_000, hours="14:00-22:00")
    morning = county(hours="06:00-14:00")
    place = morning.at(1_500, 1_300)
    for pair in ((morning, over), (over, morning)):
        assert said(ask(law(*pair), place, DAY)) == ("prohibited", "jia-2024-1", "inside")
        assert said(ask(law(*pair), place, "2024-05-08T15:00:00+08:00")) == ("prohibited", "yi-2024-1", "inside")
        assert ask(law(*pair), place, NIGHT)["verdict"] == "allowed"
        # what one of them allows at 14:00 the other one then forbids
        assert ask(law(*pair), place, DAY)["advice"] == [{"code": "wait_until", "at": "2024-05-08T22:00:00+08:00"}]
    rest = county("乙县", "yi-2024-1", east_m=1_000, hours="14:00-06:00")
    assert ask(law(morning), place, DAY)["advice"]
    assert ask(law(morning, rest), place, DAY)["advice"] == []


def test_what_several_leave_undetermined_names_what_would_settle_all() -> None:
    """On the border by its accuracy: nobody knows whose zone it is in."""
    over = county("乙县", "yi-2024-1", east_m=1_000)
    place = {**over.at(0, 700), "accuracy_m": 60}
    vehicle = {"vehicle": {"vehicle_type": "货车"}}
    alone = {each.law.id: ask(law(each), place, DAY, **vehicle) for each in (FIRST, over)}
    found = ask(law(FIRST, over), place, DAY, **vehicle)
    assert found["verdict"] == "undetermined"
    assert set(found["missing"]) == {name for each in alone.values() for name in each["missing"]}
    assert any(set(each["missing"]) < set(found["missing"]) for each in alone.values())


class TestRoads:
    def test_a_road_of_one_county_is_answered_by_it(self) -> None:
        both = law(FIRST, AWAY)
        assert ask(both, {"road": "解放路"}, NIGHT) == ask(law(AWAY), {"road": "解放路"}, NIGHT)
        assert ask(both, {"road": "丙县南路"}, NIGHT)["notice"] == "bing-2024-1"
        assert ask(both, {"road": "甲县南路"}, DAY)["notice"] == "jia-2024-1"
        inside = ask(both, {"road": "解放路", "zone": "inside"}, NIGHT)
        assert said(inside) == ("prohibited", "bing-2024-1", "inside")

    def test_a_road_that_several_have_is_answered_by_the_strictest_which_says_so(self) -> None:
        both, road = law(FIRST, BESIDE), {"road": "人民路"}
        for at, name in ((DAY, "jia-2024-1"), (NIGHT, "yi-2024-1")):
            found = ask(both, road, at)
            assert (found["verdict"], found["notice"]) == ("undetermined", name)
            assert "place.road_in_several" in codes(found)
        light = ask(both, road, DAY, vehicle=LIGHT)
        assert light["verdict"] == "allowed"
        assert "place.road_in_several" not in codes(light)

    def test_a_road_that_none_has_is_known_to_none(self) -> None:
        found = ask(law(FIRST, AWAY), {"road": "长安街"}, NIGHT)
        assert found["verdict"] == "undetermined"
        assert "place.road_not_known" in codes(found)
        assert "place.road_in_several" not in codes(found)


class TestZones:
    @pytest.mark.parametrize("word", ["inside", "boundary_road", "carve_out"])
    def test_in_a_zone_and_not_whose_is_no_guess(self, word: str) -> None:
        error = ask(law(FIRST, AWAY), {"zone": word})["error"]
        assert error["field"] == "place.zone"
        assert "notice" in error["message"]
        assert "jia-2024-1" in error["message"]
        assert "bing-2024-1" in error["message"]

    def test_outside_is_outside_of_all(self) -> None:
        assert said(ask(law(FIRST, AWAY), {"zone": "outside"}))[::2] == ("allowed", "outside")

    def test_zones_by_their_ids_are_those_of_the_only_notice_that_has_them(self) -> None:
        text = AWAY.notice.decode().replace("id: ring", "id: town").replace("zone: ring", "zone: town")
        other = notice_of(text.encode())
        both = together([FIRST.jurisdiction, Jurisdiction(Shelf([other]), {other.id: None})])
        assert said(ask(both, {"zones": {"town": "inside"}})) == ("prohibited", "bing-2024-1", "inside")
        assert said(ask(both, {"zones": {"ring": "inside"}}, DAY)) == ("prohibited", "jia-2024-1", "inside")
        assert ask(both, {"zones": {"x": "inside"}})["error"]["field"] == "place.zones"
        assert ask(law(FIRST, AWAY), {"zones": {"ring": "inside"}})["error"]["field"] == "place.zones"


def test_without_a_place_it_is_undetermined_where_any_of_them_may_forbid_it() -> None:
    for at in (DAY, NIGHT):
        found = ask(law(FIRST, AWAY), None, at)
        assert (found["verdict"], found["missing"]) == ("undetermined", ["place"])
    assert ask(law(FIRST, AWAY), None, vehicle=LIGHT)["verdict"] == "allowed"


def test_a_county_without_a_map_may_hold_what_lies_in_no_zone_of_another() -> None:
    mapless = Jurisdiction(Shelf([BESIDE.law]), {BESIDE.law.id: None})
    both = together([FIRST.jurisdiction, mapless])
    assert said(ask(both, FIRST.centre, NIGHT)) == ("allowed", "jia-2024-1", "inside")
    for place in (FIRST.at(-300, 700), AWAY.centre):
        assert said(ask(both, place, NIGHT)) == ("undetermined", "yi-2024-1", "unsure")
        assert ask(both, place, DAY)["verdict"] == "allowed"


ALERTS = "alerts: {orange: {zh: 橙色预警, en: orange alert}}"


def test_an_alert_that_one_of_them_knows_is_told_to_that_one() -> None:
    known = county(more=ALERTS)
    both = law(known, AWAY)
    for place in (known.centre, AWAY.centre):
        assert "error" not in ask(both, place, alerts=["orange"])
        assert ask(both, place, alerts=["purple"])["error"]["field"] == "alerts"


def test_a_case_that_cannot_be_read_names_its_field() -> None:
    both = law(FIRST, AWAY)
    assert ask(both, FIRST.centre, "yesterday")["error"]["field"] == "at"
    assert ask(both, {"lon": 1})["error"]["field"] == "place.lat"
    assert ask(both, [])["error"]["field"] == "place"
    assert ask(both, {"raod": "x"})["error"]["field"] == "place.raod"
    assert json.loads(answer_bytes(b"[1]", context=both))[0]["error"]["field"] is None


spots = st.tuples(st.floats(-9_000, 14_000), st.floats(-6_000, 8_000)).map(lambda xy: FIRST.at(*xy))
far = st.floats(36_000, 46_000).map(lambda x: FIRST.at(x, 700))
roads = st.sampled_from(["人民路", "解放路", "甲县南路", "乙县东路", "长安街"]).map(lambda road: {"road": road})
unclear = st.sampled_from([{"zone": "outside"}, {"zone": "inside"}, {"zones": {"x": "inside"}}, {"lon": 1}, None])
places = st.one_of(spots, far, roads, unclear)
instants = st.sampled_from(
    [DAY, NIGHT, "2023-05-08T10:00:00+08:00", "2025-05-08T10:00:00", "2024-05-08T05:59:59+08:00"]
)
vehicles = st.sampled_from([HEAVY, LIGHT, {}, {"vehicle_type": "重型专项作业车"}])
ORDERS = [[law(*order) for order in itertools.permutations(some)] for some in (ALL[:2], ALL[1:], ALL[::3])]


@settings(max_examples=150 * TIMES)
@given(places, instants, vehicles, st.sampled_from(ORDERS))
def test_the_answer_does_not_depend_on_the_order_in_which_counties_were_loaded(
    place: Any,  # noqa: ANN401
    at: str,
    vehicle: dict[str, Any],
    orders: Sequence[Context],
) -> None:
    body = json.dumps({"vehicle": vehicle, "at": at, "place": place}).encode()
    assert len({answer_bytes(body, context=each) for each in orders}) == 1


@settings(max_examples=150 * TIMES)
@given(spots, instants, vehicles)
def test_the_verdict_is_the_strictest_of_those_whose_map_holds_the_position(
    place: dict[str, float], at: str, vehicle: dict[str, Any]
) -> None:
    alone = [ask(law(each), place, at, vehicle=vehicle) for each in ALL]
    held = [each for each in alone if "place.far" not in codes(each)] or alone
    found = ask(law(*ALL), place, at, vehicle=vehicle)
    assert found["verdict"] == max((each["verdict"] for each in held), key=STRICT.index)
    (own,) = (each for each in held if each["notice"] == found["notice"])
    for name in ("verdict", "enforceable", "vehicle_class", "place", "reasons", "zone"):
        assert found[name] == own[name]


@settings(max_examples=60 * TIMES)
@given(st.lists(st.tuples(st.one_of(spots, far), instants), max_size=12), vehicles, st.sampled_from(ORDERS))
def test_fixes_are_answered_as_each_is_alone(
    fixes: list[tuple[dict[str, float], str]], vehicle: dict[str, Any], orders: Sequence[Context]
) -> None:
    columns = {"time": [at for _, at in fixes]} | {name: [p[name] for p, _ in fixes] for name in ("lon", "lat")}
    asked = json.dumps({"vehicle": vehicle, "fixes": columns}).encode()
    bodies = {answer_fixes_bytes(asked, context=each) for each in orders}
    assert len(bodies) == 1
    found = json.loads(bodies.pop())
    assert found["fixes"] == len(fixes)
    rows = [(n, run) for run in found["runs"] for n in range(run["first"], run["last"] + 1)]
    assert [n for n, _ in rows] == list(range(len(fixes)))
    for n, run in rows:
        place, at = fixes[n]
        alone, told = ask(orders[0], place, at, vehicle=vehicle), found["answers"][run["answer"]]
        for name in ("verdict", "enforceable", "notice", "place", "missing", "warnings", "vehicle_class"):
            assert told[name] == alone[name]
        assert (run["verdict"], run["place"]) == (told["verdict"], told["place"])
        assert [reason["code"] for reason in told["reasons"]] == [reason["code"] for reason in alone["reasons"]]


def test_a_trace_through_two_counties_is_each_ones_own_in_each() -> None:
    xs = range(-500, 7_000, 50)
    columns = {name: [FIRST.at(x, 700)[name] for x in xs] for name in ("lon", "lat")} | {"time": [NIGHT] * len(xs)}
    body = json.dumps({"vehicle": HEAVY, "fixes": columns}).encode()
    found = json.loads(answer_fixes_bytes(body, context=law(FIRST, BESIDE)))
    banned = [run for run in found["runs"] if run["verdict"] == "prohibited"]
    assert {found["answers"][run["answer"]]["notice"] for run in banned} == {"yi-2024-1"}
    inside = [x for run in banned for x in xs[run["first"] : run["last"] + 1]]
    assert abs(min(inside) - BESIDE.east_m) < 60
    assert abs(max(inside) - BESIDE.east_m - RING_M) < 60


def test_successive_notices_of_one_county_stand_for_one_county() -> None:
    text = AWAY.notice.decode().replace("bing-2024-1", "bing-2025-1").replace("2024-01-01", "2025-01-01")
    next_ = notice_of(
        text.replace("22:00-06:00", "06:00-22:00").replace("source:", "replaces: [bing-2024-1]\nsource:").encode()
    )
    shelf = Shelf([AWAY.law, next_])
    place = Jurisdiction(shelf, dict.fromkeys(shelf.notices, AWAY.ground))
    both = together([place, FIRST.jurisdiction])
    for at in (NIGHT, NIGHT.replace("2024", "2025"), DAY.replace("2024", "2025"), "2024-12-31T23:00:00+08:00"):
        assert ask(both, AWAY.centre, at) == ask(place, AWAY.centre, at)
        assert ask(both, {"road": "解放路"}, at) == ask(place, {"road": "解放路"}, at)
