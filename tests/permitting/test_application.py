import datetime as dt
from typing import Any

import pytest
from permits_asked import HEAVY, LIGHT, PLATE, asked, at, fields, granted

from truckban.norms import Notice
from truckban.notices.load import builtin_notice
from truckban.permitting.approval import read_approval
from truckban.permitting.limits import limits_for
from truckban.permitting.model import as_fields, missing_of, read_application
from zones.errors import InputError

LINE = {"type": "LineString", "coordinates": [[110.772, 35.128], [110.772, 35.142]]}
AREA = {
    "type": "Polygon",
    "coordinates": [[[110.76, 35.13], [110.78, 35.13], [110.78, 35.15], [110.76, 35.15], [110.76, 35.13]]],
}


def test_an_application_written_as_json_reads_back_the_same() -> None:
    application = asked()
    assert read_application(as_fields(application)) == application
    assert application.plates == [PLATE]


def test_a_draft_may_lack_everything_and_says_what_it_lacks() -> None:
    draft = read_application({})
    assert missing_of(draft) == ["notice", "holder", "vehicles", "goods", "purpose", "route", "days"]
    assert missing_of(asked()) == []
    assert missing_of(asked(vehicles=[{"plate": PLATE}])) == ["vehicles[0].vehicle_type"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"vehicles": [{"vehicle_type": "货车"}]}, "vehicles[0].plate"),
        ({"vehicles": [HEAVY, {**HEAVY, "plate": "晋M·12345"}]}, "vehicles[1].plate"),
        ({"vehicles": [{**HEAVY, "gross_mass_kg": -1}]}, "vehicles[0].gross_mass_kg"),
        ({"vehicles": [{**HEAVY, "plate": f"晋M1234{n}"} for n in range(6)]}, "vehicles"),
        ({"days": {"from": "2024-05-08", "to": "2024-05-07"}}, "days"),
        ({"days": {"from": "2024-02-30", "to": "2024-05-07"}}, "days.from"),
        ({"days": {"from": 19850, "to": "2024-05-07"}}, "days.from"),
        ({"windows": ["09:00-09:00"]}, "windows"),
        ({"windows": ["22:00-03:00", "02:00-04:00"]}, "windows"),
        ({"windows": ["9:00-11:00"]}, "windows[0]"),
        ({"route": {}}, "route"),
        ({"route": {"roads": ["五一路"], "whole_zone": True}}, "route"),
        ({"route": {"roads": ["五一路", "五一路"]}}, "route"),
        ({"route": {"roads": []}}, "route.roads"),
        ({"route": {"area": {"type": "Point", "coordinates": [1, 2]}}}, "route.area"),
        (
            {"route": {"area": {"type": "Polygon", "coordinates": [[[35.1, 110.7], [35.2, 110.7], [35.2, 110.8]]]}}},
            "route.area",
        ),
        ({"route": {"line": {**LINE, "coordinates": [[110.7, 35.1]]}}}, "route.line"),
        ({"route": {"line": {**LINE, "coordinates": [[110.7, 35.1], [True, 35.1]]}}}, "route.line"),
        ({"route": {"line": {**LINE, "coordinates": [[110.7, 35.1], [float("nan"), 35.1]]}}}, "route.line"),
        ({"shipper": {"name": "x", "credit_code": "123"}}, "shipper.credit_code"),
        ({"holder": {"kind": "robot", "name": "x"}}, "holder.kind"),
        ({"holder": {"kind": "firm", "name": "  "}}, "holder.name"),
        ({"surprise": 1}, "surprise"),
        ({"retroactive": {}}, "retroactive.reason"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        read_application(fields(**changes))
    assert caught.value.field == field
    assert caught.value.text.zh
    assert not caught.value.text.zh.isascii()


@pytest.mark.parametrize("value", [None, [], "x", 3])
def test_what_is_no_object_is_no_application(value: Any) -> None:  # noqa: ANN401
    with pytest.raises(InputError):
        read_application(value)


def test_five_vehicles_are_a_batch_and_that_number_is_said_to_be_an_assumption() -> None:
    five = [{**HEAVY, "plate": f"晋M1234{n}"} for n in range(5)]
    assert len(read_application(fields(vehicles=five)).vehicles) == 5
    limits = limits_for(builtin_notice("linyi-2023-5"))
    assert limits.max_vehicles == 5
    assert limits.sources["max_vehicles"].assumption
    assert limits.as_json()["max_vehicles"]["assumption"] is True


def test_the_notices_own_words_on_how_long_come_before_the_default() -> None:
    notice = builtin_notice("linyi-2023-5")
    kinds = [notice.pack.permits[0].model_copy(update={"max_days": 30})]
    strict = Notice(notice.pack.model_copy(update={"permits": kinds}), sha256="0")
    assert limits_for(strict).max_days == 30
    assert not limits_for(strict).sources["max_days"].assumption
    assert limits_for(notice).sources["max_days"].assumption


def test_a_kind_of_permit_that_the_notice_has_not_is_refused() -> None:
    notice = builtin_notice("linyi-2023-5")
    kinds = [notice.pack.permits[0].model_copy(update={"kind": "long"})]
    named = Notice(notice.pack.model_copy(update={"permits": kinds}), sha256="0")
    with pytest.raises(InputError) as caught:
        limits_for(named, permit_kind="short")
    assert caught.value.field == "permit_kind"


def test_what_is_granted_is_as_asked_or_less() -> None:
    application = asked()
    approval = granted(application)
    assert approval.days == application.days
    assert approval.route == application.route
    narrow = granted(
        application,
        route={"roads": ["五一路"]},
        windows=["09:30-10:30"],
        days={"from": "2024-05-08", "to": "2024-05-08"},
    )
    assert narrow.route.roads == ["五一路"]
    assert read_approval(as_fields(narrow)) == narrow


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"days": {"from": "2024-05-07", "to": "2024-05-31"}}, "days"),
        ({"days": {"from": "2024-05-08", "to": "2024-06-01"}}, "days"),
        ({"windows": []}, "windows"),
        ({"windows": ["08:59-10:00"]}, "windows"),
        ({"route": {"roads": ["五一路", "峨嵋大道"]}}, "route"),
        ({"route": {"whole_zone": True}}, "route"),
        ({"route": {"area": AREA}}, "route"),
    ],
)
def test_more_than_was_asked_is_never_granted(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        granted(asked(), **changes)
    assert caught.value.field == field


def test_an_area_can_be_granted_within_the_area_asked_and_not_beyond() -> None:
    application = asked(route={"area": AREA})
    inner = {
        "type": "Polygon",
        "coordinates": [[[110.765, 35.135], [110.775, 35.135], [110.775, 35.145], [110.765, 35.135]]],
    }
    outer = {"type": "Polygon", "coordinates": [[[110.75, 35.13], [110.78, 35.13], [110.78, 35.15], [110.75, 35.13]]]}
    assert granted(application, route={"area": inner}).route.area == inner
    with pytest.raises(InputError):
        granted(application, route={"area": outer})


def test_nothing_is_granted_on_an_application_without_route_or_without_a_zone_of_time() -> None:
    with pytest.raises(InputError):
        granted(asked(route=None))
    with pytest.raises(InputError) as caught:
        read_approval({**as_fields(granted(asked())), "issued_at": "2024-05-06T09:00:00"})
    assert caught.value.field == "issued_at"


def test_light_and_heavy_trucks_may_be_in_one_batch() -> None:
    assert asked(vehicles=[HEAVY, LIGHT]).plates == [HEAVY["plate"], LIGHT["plate"]]
    assert at("05-08 10:00").utcoffset() == dt.timedelta(hours=8)
