"""Windows, against a model that asks every minute of a span one by one."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truckban.hours import DAY_S, Hours, in_range, kind_of_day, seconds
from truckban.logic import COLUMNS, FALSE, ONE, TRUE, UNKNOWN
from truckban.notices.conditions import WEEKDAYS
from truckban.notices.model import DateRange, Window

FIRST, LAST = dt.date(2023, 1, 1).toordinal(), dt.date(2025, 12, 31).toordinal()
MINUTES = 1440


def window(*spans: str, **fields: Any) -> Window:  # noqa: ANN401
    return Window.model_validate({"clause": "一", "spans": list(spans), **fields})


def holds(of: Window, at: str) -> int:
    instant = dt.datetime.fromisoformat(at)
    second = instant.hour * 3600 + instant.minute * 60 + instant.second
    return int(Hours.of(of).holds(instant.toordinal(), second, ONE))


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """Return a window of one to three spans that do not overlap, the last perhaps over midnight."""
    cuts = sorted(draw(st.sets(st.integers(0, MINUTES - 1), min_size=2, max_size=6)))
    if len(cuts) % 2:
        cuts.pop()
    if draw(st.booleans()):
        cuts = [*cuts[1:], cuts[0]]
    spans = [f"{clock(start)}-{clock(end)}" for start, end in zip(cuts[::2], cuts[1::2], strict=True)]
    fields: dict[str, Any] = {"mode": draw(st.sampled_from(["during", "outside"]))}
    if draw(st.booleans()):
        fields["weekdays"] = draw(st.lists(st.sampled_from(WEEKDAYS), unique=True, min_size=1))
    if draw(st.booleans()):
        days = st.dates(dt.date(2024, 1, 1), dt.date(2024, 12, 31)).map(lambda day: f"{day:%m-%d}")
        fields["dates"] = [{"from": draw(days), "until": draw(days)}]
    if draw(st.booleans()):
        fields["calendar"] = draw(st.sampled_from(["workdays", "rest_days", "festivals", "not_festivals"]))
    return window(*spans, **fields)


def day_counts(of: Window, ordinal: int) -> bool:
    """Whether a day passes the window's own conditions, said another way than the program does."""
    date = dt.date.fromordinal(ordinal)
    counts = of.weekdays is None or f"{date:%a}".lower() in of.weekdays
    for dates in of.dates or ():
        start, until = (tuple(map(int, str(day).split("-"))) for day in (dates.from_, dates.until))
        day = (date.month, date.day)
        counts = counts and (start <= day <= until if start <= until else not until < day < start)
    if of.calendar is not None:
        working, festival = kind_of_day(ordinal) or (False, False)
        kinds = {"workdays": working, "rest_days": not working, "festivals": festival, "not_festivals": not festival}
        counts = counts and kinds[of.calendar]
    return counts


def open_minutes(of: Window, ordinal: int) -> set[int]:
    """Return the minutes of a day at which a window is open: every minute of every span, laid on the day it falls on."""
    covered: dict[int, set[int]] = {ordinal: set(), ordinal - 1: set()}
    for start_day in (ordinal - 1, ordinal):
        for span in of.spans:
            start, end = (int(text[:2]) * 60 + int(text[3:]) for text in span.split("-"))
            for minute in range(start, end if end > start else end + MINUTES):
                if start_day + minute // MINUTES == ordinal:
                    covered[start_day].add(minute % MINUTES)
    if of.mode == "outside":
        return set(range(MINUTES)) - covered[ordinal] - covered[ordinal - 1] if day_counts(of, ordinal) else set()
    return set().union(*(minutes for day, minutes in covered.items() if day_counts(of, day)))


@given(windows(), st.integers(FIRST, LAST), st.integers(0, DAY_S - 1))
def test_a_window_is_open_in_exactly_the_minutes_of_its_spans(of: Window, day: int, second: int) -> None:
    expected = TRUE if second // 60 in open_minutes(of, day) else FALSE
    assert Hours.of(of).holds(day, second, ONE) == expected


@given(windows(), st.integers(FIRST, LAST))
def test_a_window_changes_only_at_its_edges(of: Window, day: int) -> None:
    hours = Hours.of(of)
    for second in range(60, DAY_S, 60):
        if hours.holds(day, second, ONE) != hours.holds(day, second - 1, ONE):
            assert second in hours.edges
    if hours.holds(day, DAY_S - 1, ONE) != hours.holds(day + 1, 0, ONE):
        assert 0 in hours.edges


@given(windows(), st.lists(st.tuples(st.integers(FIRST, LAST), st.integers(0, DAY_S - 1)), min_size=1, max_size=30))
def test_a_column_of_instants_gets_what_each_gets_alone(of: Window, instants: list[tuple[int, int]]) -> None:
    hours = Hours.of(of)
    days, times = (np.array(column) for column in zip(*instants, strict=True))
    together = np.broadcast_to(hours.holds(days, times, COLUMNS), days.shape)
    assert together.tolist() == [hours.holds(day, second, ONE) for day, second in instants]


@given(windows(), st.integers(FIRST, LAST), st.integers(0, DAY_S - 1), st.integers(-20, 20))
def test_without_calendar_or_dates_whole_weeks_change_nothing(of: Window, day: int, second: int, weeks: int) -> None:
    plain = of.model_copy(update={"calendar": None, "dates": None})
    hours = Hours.of(plain)
    assert hours.holds(day, second, ONE) == hours.holds(day + 7 * weeks, second, ONE)


@given(windows(), st.integers(FIRST, LAST), st.integers(0, DAY_S - 1))
def test_allowed_hours_are_the_complement_of_the_ban_on_every_day(of: Window, day: int, second: int) -> None:
    plain = {"calendar": None, "dates": None, "weekdays": None}
    during, outside = (of.model_copy(update={**plain, "mode": mode}) for mode in ("during", "outside"))
    assert Hours.of(during).holds(day, second, ONE) == -Hours.of(outside).holds(day, second, ONE)


class TestSeconds:
    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            ("2024-05-08T05:59:59", FALSE),
            ("2024-05-08T06:00:00", TRUE),
            ("2024-05-08T21:59:59", TRUE),
            ("2024-05-08T22:00:00", FALSE),
        ],
    )
    def test_the_start_belongs_to_the_span_and_the_end_does_not(self, at: str, expected: int) -> None:
        assert holds(window("06:00-22:00"), at) == expected

    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            ("2024-05-08T21:59:59", FALSE),
            ("2024-05-08T22:00:00", TRUE),
            ("2024-05-08T23:59:59", TRUE),
            ("2024-05-09T00:00:00", TRUE),
            ("2024-05-09T06:59:59", TRUE),
            ("2024-05-09T07:00:00", FALSE),
        ],
    )
    def test_a_night_runs_through_midnight(self, at: str, expected: int) -> None:
        assert holds(window("22:00-07:00"), at) == expected

    @pytest.mark.parametrize("span", ["22:00-24:00", "22:00-00:00"])
    def test_midnight_ends_the_day_however_it_is_written(self, span: str) -> None:
        assert holds(window(span), "2024-05-08T23:59:59") == TRUE
        assert holds(window(span), "2024-05-09T00:00:00") == FALSE
        assert holds(window(span, weekdays=["wed"]), "2024-05-09T00:00:00") == FALSE

    def test_the_whole_day_has_no_gap(self) -> None:
        of = window("00:00-24:00")
        assert {holds(of, f"2024-05-08T{time}") for time in ("00:00:00", "12:00:00", "23:59:59")} == {TRUE}

    def test_spans_are_read_in_seconds(self) -> None:
        assert seconds("06:30-24:00") == (23_400, 86_400)


class TestStartingDay:
    def test_a_night_belongs_to_the_weekday_it_starts_on(self) -> None:
        friday_night = window("22:00-07:00", weekdays=["fri"])
        assert holds(friday_night, "2024-05-10T23:00:00") == TRUE
        assert holds(friday_night, "2024-05-11T06:59:59") == TRUE
        assert holds(friday_night, "2024-05-10T06:59:59") == FALSE
        assert holds(friday_night, "2024-05-11T23:00:00") == FALSE

    def test_the_last_night_of_a_season_runs_into_the_day_after_it(self) -> None:
        winter = window("22:00-07:00", dates=[{"from": "11-15", "until": "03-15"}])
        assert holds(winter, "2024-03-16T06:59:59") == TRUE
        assert holds(winter, "2024-03-16T22:00:00") == FALSE
        assert holds(winter, "2024-11-15T06:59:59") == FALSE
        assert holds(winter, "2024-11-15T22:00:00") == TRUE

    def test_allowed_hours_of_a_night_before_still_count_in_the_morning(self) -> None:
        on_monday = window("22:00-06:00", mode="outside", weekdays=["mon"])
        assert holds(on_monday, "2024-05-13T05:59:59") == FALSE
        assert holds(on_monday, "2024-05-13T06:00:00") == TRUE
        assert holds(on_monday, "2024-05-13T22:00:00") == FALSE
        assert holds(on_monday, "2024-05-14T06:00:00") == FALSE


class TestCalendar:
    @pytest.mark.parametrize(
        ("day", "working", "festival"),
        [
            ("2024-05-01", False, True),
            ("2024-05-08", True, False),
            ("2024-05-11", True, False),
            ("2024-05-12", False, False),
            ("2024-04-28", True, False),
            ("2025-01-26", True, False),
            ("2025-01-29", False, True),
        ],
    )
    def test_days_are_of_the_kind_the_state_council_announced(self, day: str, *, working: bool, festival: bool) -> None:
        assert kind_of_day(dt.date.fromisoformat(day).toordinal()) == (working, festival)

    @pytest.mark.parametrize(
        ("calendar", "on"),
        [
            ("workdays", {"2024-05-08", "2024-05-11"}),
            ("rest_days", {"2024-05-01", "2024-05-12"}),
            ("festivals", {"2024-05-01"}),
            ("not_festivals", {"2024-05-08", "2024-05-11", "2024-05-12"}),
        ],
    )
    def test_a_shifted_saturday_works_and_a_festival_rests(self, calendar: str, on: set[str]) -> None:
        of = window("06:00-22:00", calendar=calendar)
        days = ("2024-05-01", "2024-05-08", "2024-05-11", "2024-05-12")
        assert {day for day in days if holds(of, f"{day}T12:00:00") == TRUE} == on

    def test_a_year_not_yet_arranged_is_unknown_within_the_span_only(self) -> None:
        of = window("06:00-22:00", calendar="workdays")
        assert holds(of, "2099-05-08T12:00:00") == UNKNOWN
        assert holds(of, "2099-05-08T23:00:00") == FALSE

    def test_a_weekday_that_does_not_fit_settles_a_year_not_yet_arranged(self) -> None:
        of = window("06:00-22:00", calendar="workdays", weekdays=["mon"])
        assert holds(of, "2099-05-08T12:00:00") == FALSE  # a Friday

    def test_columns_know_a_year_not_yet_arranged_too(self) -> None:
        of = Hours.of(window("06:00-22:00", calendar="rest_days"))
        days = np.array([dt.date.fromisoformat(day).toordinal() for day in ("2024-05-11", "2024-05-12", "2099-05-12")])
        assert of.holds(days, np.full(3, 43_200), COLUMNS).tolist() == [FALSE, TRUE, UNKNOWN]


class TestDates:
    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            ("2024-11-14", False),
            ("2024-11-15", True),
            ("2024-12-31", True),
            ("2025-01-01", True),
            ("2025-03-15", True),
            ("2025-03-16", False),
        ],
    )
    def test_a_season_over_new_year_includes_both_ends(self, day: str, *, expected: bool) -> None:
        season = DateRange.model_validate({"from": "11-15", "until": "03-15"})
        assert in_range(dt.date.fromisoformat(day).toordinal(), season) is expected

    def test_a_season_up_to_leap_day_ends_with_february(self) -> None:
        season = DateRange.model_validate({"from": "02-01", "until": "02-29"})
        assert in_range(dt.date(2024, 2, 29).toordinal(), season)
        assert in_range(dt.date(2023, 2, 28).toordinal(), season)
        assert not in_range(dt.date(2023, 3, 1).toordinal(), season)

    def test_full_dates_come_once(self) -> None:
        once = DateRange.model_validate({"from": "2024-11-15", "until": "2025-03-15"})
        assert in_range(dt.date(2025, 3, 15).toordinal(), once)
        assert not in_range(dt.date(2025, 11, 15).toordinal(), once)

    def test_one_day_is_a_season(self) -> None:
        season = DateRange.model_validate({"from": "10-01", "until": "10-01"})
        assert [in_range(dt.date(2024, 10, day).toordinal(), season) for day in (1, 2)] == [True, False]
