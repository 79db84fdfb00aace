import datetime as dt
from typing import Any

import pytest
from permits_asked import HEAVY, LIGHT, PLATE, asked, at, fields, granted

from truckban.norms import Notice
from truckban.notices.load import builtin_notice
from truckban.permitting.approval import read_approval
from truckban.permitting.holders import check_holder, faults_of
from truckban.permitting.limits import limits_for
from truckban.permitting.model import Holder, as_fields, missing_of, read_application
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


def holder(**changes: str) -> Holder:
    whole = asked(holder={"kind": "person", "name": "张三丰", **changes}).holder
    assert whole is not None
    return whole


@pytest.mark.parametrize(
    "id_no", ["11010519491231002X", "440524188001010014", "11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_a_citizens_number_of_the_standards_own_examples_can_be(id_no: str) -> None:
    """GB 11643-1999, annex A."""
    assert not list(faults_of(holder(id_no=id_no)))


@pytest.mark.parametrize(
    ("id_no", "said"),
    [
        *[(wrong, "18") for wrong in ("123", "", "110105491231002", "1101051949123100 2X", "A1010519491231002X")],
        *[(wrong, "day of birth") for wrong in ("440524188013010014", "440524190002290011", "142700000000000000")],
        *[(wrong, "does not check") for wrong in ("110105194912310021", "440524188001010041", "11010519491231003X")],
    ],
)
def test_a_number_that_no_citizen_has_is_refused_without_being_repeated(id_no: str, said: str) -> None:
    with pytest.raises(InputError) as raised:
        check_holder(holder(id_no=id_no))
    assert raised.value.field == "holder.id_no"
    assert said in raised.value.text.en
    assert not id_no or id_no not in raised.value.text.zh + raised.value.text.en


def test_each_digit_of_a_number_is_checked_and_two_that_change_places_are_noticed() -> None:
    good = "440524188001010014"
    for place in range(len(good)):
        for digit in set("0123456789") - {good[place]}:
            assert list(faults_of(holder(id_no=good[:place] + digit + good[place + 1 :])))
    for place in range(len(good) - 1):
        swapped = good[:place] + good[place + 1] + good[place] + good[place + 2 :]
        assert swapped == good or list(faults_of(holder(id_no=swapped)))


@pytest.mark.parametrize(
    ("phone", "good"),
    [
        *[
            (number, True)
            for number in ("13900000000", "+86 139-0000-0000", "0359-0000000", "(0359) 0000000", "00000000")
        ],
        *[
            (number, True)
            for number in ("0359-0000000转802", "0359-0000000 ext. 12", "１３９００００００００", "+491700000000")
        ],
        *[
            (number, False)
            for number in ("abc", "", "123", "1390000000o", "晋M12345", "0" * 16, "转802", "139+0000000")
        ],
    ],
)
def test_a_telephone_has_seven_to_fifteen_digits_and_is_never_repeated(phone: str, good: bool) -> None:  # noqa: FBT001
    found = list(faults_of(holder(phone=phone)))
    assert [fault.field for fault in found] == ([] if good else ["holder.phone"])
    assert all(phone not in fault.text.zh + fault.text.en for fault in found if phone)
