"""Shippers held against the list: exact days, permits over a change of lists, names that may be several."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprises.draft import Draft, DraftLine
from enterprises.importing import with_list
from enterprises.names import Matcher
from enterprises.registry_file import builtin_registry
from truckban.freight.shippers import STATUSES, check_shipper, shipper_json
from zones.errors import InputError

OLD = builtin_registry()
NAMES = [line.name for line in OLD.lists[0].lines]
FROM, CHANGED = dt.date(2023, 5, 25), dt.date(2024, 6, 1)
DAY = dt.timedelta(days=1)
NEW_NAME = "临猗县示意甲商砼有限公司"
# the second list has dropped the first enterprise and taken in a new one
_LINES = tuple(DraftLine(name, number) for number, name in enumerate([*NAMES[1:], NEW_NAME], start=1))
BOTH = Matcher(with_list(OLD, Draft("new.csv", "0" * 64, _LINES, issued=CHANGED, doc_no="临政办发〔2024〕9号")))


@pytest.mark.parametrize(
    ("name", "on", "status"),
    [
        (NAMES[0], FROM - DAY, "no_list_known"),
        (NAMES[0], FROM, "listed"),
        (NAMES[0], CHANGED - DAY, "listed"),
        (NAMES[0], CHANGED, "not_on_the_day"),
        (NEW_NAME, CHANGED - DAY, "not_on_the_day"),
        (NEW_NAME, CHANGED, "listed"),
        ("汇鑫商砼", CHANGED - DAY, "listed"),
        ("太原示意化工有限公司", CHANGED, "on_no_list"),
        ("太原示意化工有限公司", FROM - DAY, "no_list_known"),
        ("鑫利得", CHANGED, "unclear"),
        ("潞安丰喜肥业（集团）有限责任公司", CHANGED, "unclear"),
    ],
)
def test_the_day_of_a_change_belongs_to_the_new_list(name: str, on: dt.date, status: str) -> None:
    found = check_shipper(BOTH, name, on)
    assert found.status == status
    listed = {"listed": True, "not_on_the_day": False, "on_no_list": False}.get(status)
    assert found.listed is listed
    assert (found.source is None) is (status == "no_list_known")


def test_who_was_listed_before_is_told_from_when_to_when_with_the_list() -> None:
    found = check_shipper(BOTH, NAMES[0], CHANGED)
    assert found.reason.zh == f"{NAMES[0]} 2024-06-01 不在名单上；在册时间：2023-05-25 至 2024-05-31"
    assert found.reason.en.endswith("; listed 2023-05-25 to 2024-05-31")
    assert found.source is not None
    assert "临政办发〔2024〕9号" in found.source.zh


def test_a_permit_over_a_change_of_lists_is_listed_in_part() -> None:
    before, after = CHANGED - DAY, CHANGED
    assert check_shipper(BOTH, NAMES[0], before, to=before).status == "listed"
    in_part = check_shipper(BOTH, NAMES[0], before, to=after)
    assert (in_part.status, in_part.listed) == ("in_part", False)
    assert [one.id for one in in_part.lists] == ["linyi-2023-18", "linyi-2024-9"]
    assert check_shipper(BOTH, NAMES[1], before, to=after).status == "listed"
    assert check_shipper(BOTH, NEW_NAME, before, to=after).status == "in_part"
    assert check_shipper(BOTH, NAMES[0], after, to=after + DAY).status == "not_on_the_day"


def test_of_an_unclear_name_each_candidate_says_whether_it_was_listed() -> None:
    found = check_shipper(BOTH, "鑫利得", CHANGED)
    assert found.match is None
    assert found.candidates[0].listed is True
    assert found.candidates[0].name in found.reason.zh
    assert check_shipper(BOTH, "鑫利得", FROM - DAY).candidates[0].listed is None


@pytest.mark.parametrize(("to", "field"), [(CHANGED - DAY, "to"), (dt.date(2050, 1, 1), "to")])
def test_days_that_cannot_be_are_refused(to: dt.date, field: str) -> None:
    with pytest.raises(InputError) as caught:
        check_shipper(BOTH, NAMES[0], CHANGED, to=to)
    assert caught.value.field == field


@pytest.mark.parametrize("name", ["", "  ", "甲" * 300])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        check_shipper(BOTH, name, CHANGED)


@given(
    st.sampled_from([*NAMES, NEW_NAME, "鑫利得", "太原示意"]),
    st.dates(dt.date(2023, 1, 1), dt.date(2025, 1, 1)),
    st.integers(0, 900),
)
def test_a_permit_is_listed_exactly_where_each_of_its_days_is(name: str, on: dt.date, days: int) -> None:
    whole = check_shipper(BOTH, name, on, to=on + days * DAY)
    # what is true on both sides of every change is true in between
    ends = {on, on + days * DAY, *(day for day in (FROM, CHANGED) if on < day <= on + days * DAY)}
    ends |= {day - DAY for day in (FROM, CHANGED) if on < day <= on + days * DAY}
    each = [check_shipper(BOTH, name, day).listed for day in sorted(ends)]
    assert whole.status in STATUSES
    assert (whole.listed is True) is all(one is True for one in each)
    assert (whole.status == "in_part") is (None not in each and True in each and False in each)


def test_the_answer_as_json_names_its_source_and_the_registry() -> None:
    tree = shipper_json(check_shipper(BOTH, NAMES[0], CHANGED), BOTH.registry, "en")
    assert tree["spans"] == [{"from": "2023-05-25", "to": "2024-05-31"}]
    assert (tree["lists"], tree["invented"]) == (["linyi-2024-9"], False)
