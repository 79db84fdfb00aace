import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from permits_asked import HEAVY, LIGHT, PLATE, TRIP, asked, at, granted, network

from enterprises.names import Matcher
from truckban.permitting.asked import hours_of, minutes_of
from truckban.permitting.assessment import Assessment, Context, assess
from truckban.permitting.granted import to_permit_json
from truckban.trips.answer import answer_trip
from truckban.trips.network import network_of
from zones.errors import InputError

PACK = (resources.files("truckban.notices") / "packs" / "linyi-2023-5.yaml").read_text("utf-8")


def looked_at(*, matcher: Matcher | None = None, known: Any = None, **changes: Any) -> Assessment:  # noqa: ANN401
    context = {name: changes.pop(name) for name in ("leads", "permits", "fleet") if name in changes}
    return assess(asked(**changes), context=Context(known or network(), at("05-06 09:00"), matcher, **context))


def found(assessment: Assessment) -> dict[str, str]:
    return {line.code: line.finding for line in assessment.lines}


def facts(assessment: Assessment, code: str) -> dict[str, Any]:
    return dict(next(line for line in assessment.lines if line.code == code).facts)


def test_a_good_application_is_found_good_and_every_line_has_its_source() -> None:
    own = looked_at(route={"roads": ["五一路"]}, windows=["10:00-10:15"], leads=[], permits=[])
    said = found(own)
    good = ("complete.ok", "needed.yes", "narrow.ok", "enough.yes", "leads.none", "overlap.none")
    assert {said[code] for code in good} == {"ok"}
    assert "problem" not in said.values()
    for line in own.lines:
        assert line.text.zh.strip()
        assert line.text.en.strip()
        assert line.source.zh.strip()
        assert line.source.en.strip()
    answer = own.as_json()
    assert json.loads(json.dumps(answer, ensure_ascii=False, allow_nan=False)) == answer
    assert answer["decided_by"] is None
    assert answer["counts"]["problem"] == 0


def test_a_holder_of_whom_something_cannot_be_is_told_to_the_reviewer_and_not_repeated() -> None:
    own = looked_at(holder={"kind": "person", "name": "张三丰", "id_no": "142700000000000000", "phone": "abc-def"})
    lines = [line for line in own.lines if line.code == "complete.holder"]
    assert [(line.finding, line.facts["field"]) for line in lines] == [
        ("problem", "holder.id_no"),
        ("problem", "holder.phone"),
    ]
    assert "GB 11643-1999" in lines[0].source.zh
    told = json.dumps(own.as_json(), ensure_ascii=False)
    assert "142700000000000000" not in told
    assert "abc-def" not in told


def test_the_least_that_is_named_suffices_and_what_is_superfluous_is_not_missed() -> None:
    own = looked_at()
    answer = own.as_json()
    assert answer["least"] == {"roads": ["五一路"], "windows": ["10:00-10:15"], "nameless_streets": False}
    assert answer["superfluous"] == {"roads": ["北环路"], "windows": ["22:00-03:00"]}
    least = asked(route={"roads": answer["least"]["roads"]}, windows=answer["least"]["windows"])
    permits = to_permit_json(least, granted(least))
    trip = {"vehicle": HEAVY, **TRIP, "depart": "2024-05-08T10:00:00+08:00", "permits": permits}
    assert answer_trip(trip, network().streets, network().rules)["verdict"] == "lawful"


def test_the_map_shows_what_is_asked_and_what_of_it_is_needed() -> None:
    features = looked_at().as_json()["map"]["features"]
    roles = {(feature["properties"]["role"], feature["properties"].get("road")) for feature in features}
    assert ("asked_needed", "五一路") in roles
    assert ("asked_superfluous", "北环路") in roles
    assert ("asked_needed", "北环路") not in roles
    assert ("least", None) in roles
    for feature in features:
        assert feature["geometry"]["type"] in ("LineString", "MultiLineString")


def test_a_truck_that_is_not_banned_needs_no_permit_and_is_told_by_which_clause() -> None:
    own = looked_at(vehicles=[LIGHT])
    assert found(own)["needed.no"] == "problem"
    assert found(own)["without.lawful"] == "problem"
    line = next(line for line in own.lines if line.code == "needed.no")
    assert "一(一)" in line.source.zh


def test_a_truck_that_is_not_banned_is_told_that_and_not_that_it_is_night_where_all_hours_are_asked() -> None:
    for windows in ([], ["00:00-24:00"], ["05:00-07:00"]):
        line = next(line for line in looked_at(vehicles=[LIGHT], windows=windows).lines if line.code == "needed.no")
        assert "不在禁行时间内" not in line.text.zh
        assert "outside the banned hours" not in line.text.en
        assert "一(一)" in line.source.zh


def test_at_night_no_permit_is_needed() -> None:
    own = looked_at(windows=["22:00-05:00"])
    line = next(line for line in own.lines if line.code == "needed.no")
    assert "二(一)" in line.source.zh


def test_what_is_unknown_of_the_truck_is_unknown_and_what_is_missing_is_named() -> None:
    own = looked_at(vehicles=[{"plate": PLATE, "vehicle_type": "货车"}])
    assert found(own)["needed.undetermined"] == "unknown"
    assert "gross_mass_kg" in facts(own, "needed.undetermined")["missing"]


def test_each_vehicle_of_a_batch_is_looked_at() -> None:
    own = looked_at(vehicles=[HEAVY, LIGHT])
    assert [line.facts["vehicle"] for line in own.lines if line.code.startswith("needed.")] == [0, 1]


def test_ways_without_a_permit_are_told_with_what_they_cost() -> None:
    own = looked_at(fleet=[{"id": "light", **LIGHT}])
    ways = {line.code: line for line in own.lines if line.code.startswith("without.")}
    assert {"without.depart", "without.vehicle"} <= set(ways)
    assert ways["without.vehicle"].facts["vehicle"] == "light"
    assert "分钟" in ways["without.depart"].text.zh


def test_a_whole_zone_is_wide_and_the_roads_that_would_do_are_named() -> None:
    own = looked_at(route={"whole_zone": True}, windows=[])
    assert found(own)["narrow.wide"] == "problem"
    assert facts(own, "narrow.wide")["names"] == ["五一路"]
    assert found(looked_at(route={"whole_zone": True}, trips=None))["narrow.wide"] == "problem"


def test_roads_and_hours_that_the_trip_needs_and_that_were_not_asked_are_named() -> None:
    own = looked_at(route={"roads": ["北环路"]}, windows=["08:00-09:00"])
    assert facts(own, "narrow.roads_lacking")["names"] == ["五一路"]
    assert facts(own, "narrow.hours_lacking")["names"] == ["10:00-10:15"]


def test_a_line_is_laid_on_the_streets_and_its_own_permit_suffices_for_it() -> None:
    line = {"type": "LineString", "coordinates": [[110.772, 35.128], [110.772, 35.142]]}
    said = found(looked_at(route={"line": line}, windows=["09:00-11:00"], trips=None))
    assert said["needed.yes"] == "ok"
    assert said["enough.yes"] == "ok"
    assert said["without.no_trips"] == "unknown"


@pytest.mark.parametrize(
    "route", [None, {"roads": ["没有这条路"]}, {"line": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}}]
)
def test_what_cannot_be_laid_on_the_streets_is_a_line_and_no_error(route: Any) -> None:  # noqa: ANN401
    own = looked_at(route=route)
    assert "complete.missing" in found(own) or "route.unknown_roads" in found(own) or "route.unreadable" in found(own)
    json.dumps(own.as_json())


def test_an_empty_draft_can_be_looked_at() -> None:
    names = (
        "notice",
        "holder",
        "vehicles",
        "goods",
        "purpose",
        "shipper",
        "route",
        "days",
        "windows",
        "trips",
        "attachments",
    )
    own = looked_at(**dict.fromkeys(names))
    assert found(own)["complete.missing"] == "problem"
    assert found(own)["shipper.none"] == "unknown"


def test_an_unknown_notice_and_a_trip_that_cannot_be_read_are_lines() -> None:
    assert found(looked_at(notice="nowhere-1"))["needed.no_notice"] == "unknown"
    far = {**TRIP, "origin": {"lon": 0, "lat": 0}}
    assert found(looked_at(trips=[far]))["without.unreadable"] == "unknown"


def test_days_beyond_the_limit_and_in_the_past_are_told_with_their_source() -> None:
    own = looked_at(days={"from": "2024-05-08", "to": "2025-05-09"})
    assert found(own)["limits.days"] == "problem"
    assert facts(own, "limits.days")["assumption"] is True
    assert found(looked_at(days={"from": "2024-05-05", "to": "2024-05-31"}))["retroactive.unstated"] == "problem"
    assert "retroactive.unstated" not in found(looked_at(days={"from": "2024-05-06", "to": "2024-05-31"}))
    late = {"days": {"from": "2024-05-01", "to": "2024-05-01"}, "retroactive": {"reason": "抢修"}}
    assert found(looked_at(**late))["retroactive.not_allowed"] == "problem"


def test_the_shipper_is_looked_up_on_the_days_of_the_permit(matcher: Matcher) -> None:
    listed = matcher.registry.entry(next(iter(matcher.registry.enterprises)), matcher.registry.latest).name
    assert found(looked_at(matcher=matcher, shipper={"name": listed}))["shipper.listed"] == "ok"
    assert found(looked_at(matcher=matcher, shipper={"name": "查无此厂"}))["shipper.on_no_list"] == "problem"
    early = {"from": "2001-01-01", "to": "2001-01-02"}
    assert found(looked_at(matcher=matcher, shipper={"name": listed}, days=early))["shipper.no_list_known"] == "unknown"
    assert found(looked_at(shipper={"name": listed}))["shipper.not_asked"] == "unknown"


def test_open_leads_of_this_truck_or_holder_are_told_and_are_no_violation() -> None:
    leads = [
        {"lead_id": "a", "plate": PLATE, "status": "open"},
        {"lead_id": "b", "plate": "晋M77777", "holder": "张三丰"},
        {"lead_id": "c", "plate": PLATE, "status": "dismissed"},
        {"lead_id": "d", "plate": "晋M77777"},
    ]
    own = looked_at(leads=leads)
    assert found(own)["leads.open"] == "info"
    assert [lead["lead_id"] for lead in facts(own, "leads.open")["leads"]] == ["a", "b"]
    assert found(looked_at())["leads.not_asked"] == "unknown"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "overlap.covered"),
        ({"windows": ["10:00-12:00"]}, "overlap.part"),
        ({"roads": ["五一路"]}, "overlap.part"),
        ({"roads": ["峨嵋大道"]}, "overlap.none"),
        ({"windows": ["11:00-12:00"]}, "overlap.none"),
        ({"valid_to": "2024-05-07"}, "overlap.none"),
        ({"valid_to": "2024-05-08"}, "overlap.part"),
        ({"plate": "晋M77777"}, "overlap.none"),
        ({"state": "revoked"}, "overlap.none"),
        ({"state": "submitted"}, "overlap.covered"),
    ],
)
def test_another_permit_of_the_truck_overlaps_in_days_hours_and_roads(changes: dict[str, Any], code: str) -> None:
    other = {
        "plate": PLATE,
        "valid_from": "2024-05-01",
        "valid_to": "2024-12-31",
        "windows": [],
        "roads": [],
        "id": "7",
        **changes,
    }
    assert code in found(looked_at(permits=[other]))


def test_a_permit_of_the_context_that_cannot_be_read_is_the_callers_error() -> None:
    with pytest.raises(InputError) as caught:
        looked_at(permits=[{"plate": PLATE}, {"plate": PLATE, "valid_from": "x"}])
    assert caught.value.field == "permits[1].valid_from"
    with pytest.raises(InputError):
        assess(asked(), context=Context(network(), at("05-06 09:00").replace(tzinfo=None)))


def test_a_ban_of_another_place_is_not_lifted_by_this_permit(tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    text = PACK.replace("id: linyi-2023-5\n", "id: other-1\n", 1).replace(
        "name: 临猗县, province", "name: 邻县, province"
    )
    other.write_text(text, "utf-8")
    own = looked_at(known=network_of(["linyi-2023-5", other]))
    assert found(own)["others.ban"] == "problem"
    assert facts(own, "others.ban")["notice"] == "other-1"
    assert "enough.yes" not in found(own)


def test_a_notice_that_takes_over_within_the_days_is_told(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text(PACK, "utf-8")
    later = PACK.replace("id: linyi-2023-5\n", "id: linyi-2024-1\nreplaces: [linyi-2023-5]\n", 1)
    for day in ("issued: 2023-04-23", "published: 2023-04-23", "in_force: 2023-03-01"):
        later = later.replace(day, f"{day.partition(':')[0]}: 2024-05-20", 1)
    (tmp_path / "2.yaml").write_text(later, "utf-8")
    own = looked_at(known=network_of([tmp_path]))
    assert facts(own, "others.replaced") == {"before": "linyi-2023-5", "after": "linyi-2024-1"}
    assert found(own)["needed.yes"] == "ok"


def test_a_ban_during_an_alert_that_no_permit_lifts_is_told(tmp_path: Path) -> None:
    alert = tmp_path / "alert.yaml"
    over = ", ".join(re.findall(r"  - id: (exempt[.]\w+|permit[.]\w+)", PACK))
    rule = (
        f"rules:\n  - {{id: ban.red, clause: 一(一), alerts: [red], where: [{{zone: linyi-core}}], over: [{over}]}}\n"
    )
    text = PACK.replace("\nrules:\n", f"\nalerts: {{red: {{zh: 红色预警, en: red alert}}}}\n\n{rule}", 1)
    alert.write_text(text, "utf-8")
    own = looked_at(known=network_of([alert]))
    assert found(own)["others.alert"] == "info"
    assert facts(own, "others.alert")["alert"] == "red"
    assert found(own)["enough.yes"] == "ok"


def test_the_same_application_is_found_the_same_twice() -> None:
    assert looked_at().as_json() == looked_at().as_json()


@settings(max_examples=80, deadline=None)
@given(st.sets(st.integers(0, 1439), max_size=40))
def test_minutes_written_as_hours_are_the_same_minutes(minutes: set[int]) -> None:
    begin = at("05-08 00:00").timestamp()
    spans = [(begin + 60 * minute, begin + 60 * minute + 60) for minute in minutes]
    assert minutes_of(spans, "Asia/Shanghai") == minutes
    again: set[int] = set()
    for span in hours_of(minutes):
        low, high = (int(clock[:2]) * 60 + int(clock[3:]) for clock in span.split("-"))
        again |= set(range(low, high)) if low < high else {*range(low, 1440), *range(high)}
    assert again == minutes
