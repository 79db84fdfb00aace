"""When a street is closed: opening_hours on the clock of a place, laid over each other, and what cannot be read."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zones.errors import TextError
from zones.osm_conditions import Clause, clauses_of
from zones.routing.opening import closed_between, not_understood

SHANGHAI = "Asia/Shanghai"
ZONE = ZoneInfo(SHANGHAI)
WEDNESDAY = datetime(2024, 5, 8, tzinfo=ZONE)
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def at(hours: float, day: datetime = WEDNESDAY) -> datetime:
    return day + timedelta(hours=hours)


def closed(expression: str, start: float = 0, end: float = 24) -> list[tuple[float, float]]:
    """Return the closed hours from the Wednesday's start."""
    spans = closed_between(expression, at(start), at(end), SHANGHAI)
    return [((a - WEDNESDAY) / timedelta(hours=1), (b - WEDNESDAY) / timedelta(hours=1)) for a, b in spans]


@pytest.mark.parametrize(
    ("expression", "spans"),
    [
        ("06:00-22:00", [(6, 22)]),
        ("22:00-06:00", [(0, 6), (22, 24)]),
        ("Mo-Fr 07:00-09:00,17:00-19:00", [(7, 9), (17, 19)]),
        ("Sa-Su", []),
        ("24/7", [(0, 24)]),
        ("Tu 22:00-06:00", [(0, 6)]),
        ("We 22:00-06:00", [(22, 24)]),
        ("Jun-Aug", []),
        ("24/7; We off", []),
        ("06:00-12:00 unknown", [(6, 12)]),
        ('06:00-12:00 "when the gate is shut"', [(6, 12)]),
        ("Mo-Fr AND 08:00-10:00", [(8, 10)]),
        ("Sa-Su AND 08:00-10:00", []),
        ("Mo-Fr 07:00-09:00; PH off", [(7, 9)]),
        ("Mo-Fr 07:00-09:00, PH,SH off", [(7, 9)]),
    ],
)
def test_an_expression_closes_on_the_clock_of_the_place(expression: str, spans: list[tuple[float, float]]) -> None:
    assert closed(expression) == spans


@pytest.mark.parametrize(
    ("expression", "spans"),
    [
        ("no @ (24/7); yes @ (22:00-06:00)", [(6, 22)]),
        ("no @ (06:00-22:00); yes @ (12:00-14:00)", [(6, 12), (14, 22)]),
        ("no @ (06:00-22:00); yes @ (12:00-14:00); no @ (13:00-13:30)", [(6, 12), (13, 13.5), (14, 22)]),
        ("yes @ (12:00-14:00); no @ (06:00-22:00)", [(6, 22)]),
        ("no @ (24/7); yes @ (We AND 10:00-12:00)", [(0, 10), (12, 24)]),
        ("destination @ (06:00-22:00)", [(6, 22)]),
    ],
)
def test_of_clauses_the_last_that_applies_counts(expression: str, spans: list[tuple[float, float]]) -> None:
    assert closed(expression) == spans


@pytest.mark.parametrize(
    "clause", ["nonsense", "Mo-Fr 7-9", "06.00-22.00", "PH 08:00-20:00", "sunset-sunrise", "", "25:99"]
)
def test_times_that_cannot_be_told_close_and_never_open(clause: str) -> None:
    assert closed(clause or "?") == [(0, 24)]
    assert closed(f"no @ ({clause or '?'})") == [(0, 24)]
    assert closed(f"no @ (24/7); yes @ ({clause or '?'})") == [(0, 24)]


def test_an_opening_that_holidays_or_a_remark_limit_opens_nothing() -> None:
    assert closed("no @ (24/7); yes @ (Mo-Fr 22:00-06:00; PH off)") == [(0, 24)]
    assert closed('no @ (24/7); yes @ (10:00-12:00 "with a permit")') == [(0, 24)]
    assert closed("no @ (24/7); yes @ (10:00-12:00 unknown)") == [(0, 24)]


def test_the_sun_is_asked_where_the_place_is_known() -> None:
    spans = closed_between("sunrise-sunset", at(0), at(24), SHANGHAI, place=(110.77, 35.15))
    [(rise, down)] = spans
    # 临猗 on 8 May: sunrise 05:40, sunset 19:30, China's one time
    assert (rise.hour, down.hour) == (5, 19)


@pytest.mark.parametrize(
    ("expression", "said"), [("06:00-22:00", False), ("7-9", True), ("PH", True), ("Mo; PH off", False)]
)
def test_what_is_not_understood_is_said_in_two_languages(expression: str, said: bool) -> None:  # noqa: FBT001
    text = not_understood(expression)
    assert (text is not None) == said
    assert text is None or (expression in text.zh and expression in text.en)
    assert not_understood("Mo; PH off", opens=True) is not None


def test_a_time_without_a_zone_and_a_zone_that_is_none_are_refused() -> None:
    naive = datetime(2024, 5, 8)  # noqa: DTZ001 - meant
    with pytest.raises(TextError, match="zone of time"):
        closed_between("24/7", naive, at(1), SHANGHAI)
    for name in ("Asia/Linyi", "", "../etc/passwd", "Asia"):
        with pytest.raises(TextError, match="zone of time"):
            closed_between("24/7", at(0), at(1), name)


def test_no_time_is_closed_between_an_end_and_its_start() -> None:
    assert closed_between("24/7", at(5), at(5), SHANGHAI) == []
    assert closed_between("nonsense", at(6), at(5), SHANGHAI) == []


def test_times_in_another_zone_are_asked_on_the_streets_clock() -> None:
    [(begin, end)] = closed_between("06:00-22:00", at(0).astimezone(UTC), at(24).astimezone(UTC), SHANGHAI)
    assert (begin, end) == (at(6), at(22))
    assert begin.utcoffset() == timedelta(hours=8)


def test_a_night_in_which_the_clock_changes_has_its_real_length() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    for day, hours in ((datetime(2024, 3, 31, tzinfo=berlin), 5), (datetime(2024, 10, 27, tzinfo=berlin), 7)):
        [(begin, end)] = closed_between("00:00-06:00", day, day + timedelta(hours=12), "Europe/Berlin")
        assert (end.astimezone(UTC) - begin.astimezone(UTC)) / timedelta(hours=1) == hours


minutes = st.integers(0, 1439)
windows = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), minutes, minutes), min_size=1, max_size=3)


def written(window: tuple[int, int, int, int]) -> str:
    first, last, start, end = window
    return f"{DAYS[first]}-{DAYS[last]} {start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


def by_hand(rows: list[tuple[int, int, int, int]], minute: int) -> bool:
    """Tell whether a minute from the Wednesday's start is closed by one of the windows, each over midnight if it ends earlier."""
    for first, last, start, end in rows:
        days = {(first + n) % 7 for n in range((last - first) % 7 + 1)}
        long = (end - start) % 1440 or 1440
        for day in (-1, 0, 1, 2, 3, 4, 5, 6, 7, 8):
            if (day + 2) % 7 in days and day * 1440 + start <= minute < day * 1440 + start + long:
                return True
    return False


@given(windows, st.integers(0, 6 * 1440), st.integers(1, 2 * 1440))
def test_windows_close_the_minutes_that_they_say(rows: list[tuple[int, int, int, int]], start: int, long: int) -> None:
    rows = [row for row in rows if row[2] != row[3]] or [(0, 6, 0, 60)]
    expression = "; ".join(f"no @ ({written(row)})" for row in rows)
    begin, end = at(start / 60), at((start + long) / 60)
    spans = closed_between(expression, begin, end, SHANGHAI)
    assert all(a < b for a, b in spans)
    assert all(one[1] < other[0] for one, other in pairwise(spans))
    for minute in range(start, start + long, 7):
        middle = at((minute + 0.5) / 60)
        assert any(a <= middle < b for a, b in spans) == by_hand(rows, minute), minute


@given(windows, st.integers(1, 2879))
def test_a_day_cut_in_two_is_closed_as_the_whole(rows: list[tuple[int, int, int, int]], cut: int) -> None:
    expression = "no @ (24/7); " + "; ".join(
        f"{'yes' if n % 2 else 'no'} @ ({written(r)})" for n, r in enumerate(rows, 1)
    )
    whole = closed_between(expression, at(0), at(48), SHANGHAI)
    parts = [
        *closed_between(expression, at(0), at(cut / 60), SHANGHAI),
        *closed_between(expression, at(cut / 60), at(48), SHANGHAI),
    ]
    assert sum((b - a for a, b in whole), timedelta()) == sum((b - a for a, b in parts), timedelta())


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    for a, b in closed_between(text, at(0), at(24), SHANGHAI):
        assert at(0) <= a < b <= at(24)
    for clause in clauses_of(text):
        assert clause.parts is not None


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("no @ (06:00-22:00)", [("no", ("06:00-22:00",))]),
        ("no @ 06:00-22:00", [("no", ("06:00-22:00",))]),
        ("no@(06:00-22:00);yes@delivery", [("no", ("06:00-22:00",)), ("yes", ("delivery",))]),
        ("no @ (Mo-Fr 07:00-09:00; Sa off); yes @ (weight<3)", [("no", ("Mo-Fr 07:00-09:00; Sa off",)), ("yes", ("weight<3",))]),
        ("no @ (Mo-Fr and weight>=12)", [("no", ("Mo-Fr", "weight>=12"))]),
        ("no @ ((sunrise-00:30)-(sunset+00:30))", [("no", ("(sunrise-00:30)-(sunset+00:30)",))]),
        ("no @ (sunrise-00:30)-(sunset+00:30)", [("no", ("(sunrise-00:30)-(sunset+00:30)",))]),
        ('no @ (Mo "a; b AND c")', [("no", ('Mo "a; b AND c"',))]),
        ("yes", [("yes", ())]),
        ("no @", [("no", ("?",))]),
        ("no @ (", [("no", ("(",))]),
        (" ; ;", []),
    ],
)  # fmt: skip
def test_clauses_are_taken_apart_outside_parentheses_and_quotes(
    text: str, clauses: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert [(clause.value, clause.parts) for clause in clauses_of(text)] == clauses
    assert Clause("no").parts == ()
