import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from permits_asked import CHINA, at

from truckban.permitting.states import Action, Event, move
from truckban.permitting.working_clock import WorkingClock, is_working_day
from zones.errors import InputError


def record(*steps: tuple[Action, str]) -> list[Event]:
    events: list[Event] = []
    for action, when in steps:
        mine = action in ("submit", "withdraw")
        events.append(
            move(
                events,
                action,
                by="u1" if mine else "u2",
                role="driver" if mine else "reviewer",
                at=at(when),
                applicant="u1",
                reason="因为",
            )
        )
    return events


@pytest.mark.parametrize(
    ("submitted", "due"),
    [
        ("2024-05-08 10:00", "2024-05-10 00:00"),  # Wednesday: to the end of Thursday
        ("2024-05-08 23:59", "2024-05-10 00:00"),
        ("2024-05-09 00:00", "2024-05-11 00:00"),
        ("2024-04-30 10:00", "2024-05-07 00:00"),  # over Labour Day, 1 to 5 May
        ("2024-04-27 10:00", "2024-04-29 00:00"),  # Sunday 28 April is worked (shifted)
        ("2024-02-08 10:00", "2024-02-10 00:00"),  # Friday 9 February is New Year's Eve, worked in 2024
        ("2024-02-09 10:00", "2024-02-19 00:00"),  # Sunday 18 February is worked (shifted)
        ("2024-09-30 10:00", "2024-10-09 00:00"),
        ("2023-12-29 10:00", "2024-01-03 00:00"),
    ],
)
def test_one_working_day_ends_with_the_next_day_that_china_works(submitted: str, due: str) -> None:
    found = WorkingClock().due_at(at(submitted))
    assert found.at == at(due)
    assert found.warnings == ()


def test_a_year_whose_holidays_are_not_known_is_said_so_and_counted_by_weekdays() -> None:
    found = WorkingClock().due_at(dt.datetime(2101, 1, 7, 10, tzinfo=CHINA))  # a Friday
    assert found.at == dt.datetime(2101, 1, 11, tzinfo=CHINA)
    assert [code for code, _ in found.warnings] == ["calendar.year_not_known"]
    assert "2101" in found.warnings[0][1].zh
    assert is_working_day(dt.date(2101, 1, 8)) == (False, False)
    assert is_working_day(dt.date(2024, 5, 1)) == (False, True)


def test_over_new_year_only_the_unknown_year_is_named() -> None:
    last = max(year for year in range(2020, 2100) if is_working_day(dt.date(year, 6, 1))[1])
    found = WorkingClock(working_days=5).due_at(dt.datetime(last, 12, 30, 10, tzinfo=CHINA))
    assert [text.zh[:4] for _, text in found.warnings] == [str(last + 1)]


def test_the_day_is_the_notices_not_the_servers() -> None:
    late = dt.datetime(2024, 5, 8, 16, 30, tzinfo=dt.UTC)  # the 9th in China
    assert WorkingClock().due_at(late).at == at("2024-05-11 00:00")


def test_what_is_left_goes_down_a_day_at_a_time_and_then_is_overdue() -> None:
    clock, events = WorkingClock(working_days=2), record(("submit", "05-08 10:00"))
    assert clock.remaining([], at("05-08 10:00")).due_at is None
    left = {
        when: clock.remaining(events, at(when)) for when in ("05-08 11:00", "05-09 12:00", "05-10 23:59", "05-11 00:00")
    }
    assert [one.working_days for one in left.values()] == [2, 2, 1, 0]
    assert [one.overdue for one in left.values()] == [False, False, False, True]
    assert left["05-08 11:00"].due_at == at("05-11 00:00")


def test_while_it_is_back_with_the_applicant_the_clock_stands_still() -> None:
    clock = WorkingClock(working_days=3)
    events = record(("submit", "05-06 10:00"), ("return", "05-08 10:00"))
    back = clock.remaining(events, at("05-20 10:00"))
    assert (back.working_days, back.paused, back.overdue, back.due_at) == (2, True, False, None)
    again = [*events, *record(("submit", "05-20 10:00"))]
    again[-1] = move(events, "submit", by="u1", role="driver", at=at("05-20 10:00"), applicant="u1")
    found = clock.remaining(again, at("05-20 11:00"))
    assert (found.working_days, found.paused, found.due_at) == (2, False, at("05-23 00:00"))


def test_a_decision_stops_the_clock_and_lateness_stays_visible() -> None:
    clock = WorkingClock()
    in_time = clock.remaining(record(("submit", "05-08 10:00"), ("approve", "05-09 23:59")), at("06-01 00:00"))
    late = clock.remaining(record(("submit", "05-08 10:00"), ("approve", "05-10 00:00")), at("06-01 00:00"))
    assert (in_time.decided, in_time.overdue) == (True, False)
    assert (late.decided, late.overdue) == (True, True)
    assert late.as_json()["due_at"] is None


def test_sending_back_too_late_does_not_make_it_in_time() -> None:
    events = record(("submit", "05-08 10:00"), ("return", "05-15 10:00"), ("submit", "05-15 11:00"))
    found = WorkingClock().remaining(events, at("05-15 12:00"))
    assert found.overdue
    assert found.due_at == at("05-17 00:00")


def test_what_happens_later_is_not_looked_at() -> None:
    events = record(("submit", "05-08 10:00"), ("approve", "05-09 10:00"))
    assert not WorkingClock().remaining(events, at("05-09 09:59")).decided


def test_less_than_a_day_is_no_time() -> None:
    with pytest.raises(InputError):
        WorkingClock(working_days=0)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 8 * 365), st.integers(0, 86_399), st.integers(1, 15))
def test_between_handing_in_and_due_lie_just_so_many_working_days(day: int, second: int, days: int) -> None:
    submitted = dt.datetime(2015, 1, 1, tzinfo=CHINA) + dt.timedelta(day, second)
    due = WorkingClock(working_days=days).due_at(submitted).at.astimezone(CHINA)
    first, last = submitted.date(), due.date()
    worked = [
        first + dt.timedelta(n) for n in range(1, (last - first).days) if is_working_day(first + dt.timedelta(n))[0]
    ]
    assert len(worked) == days
    assert due.time() == dt.time()
    assert worked[-1] == last - dt.timedelta(1)
