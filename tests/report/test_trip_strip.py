import pytest
from trip_plans import NAMES, WAIT_S, plan

from truckban.report.trip_strip import Row, Strip, Strips, strips_of
from truckban.trips.rules import WORST
from truckban.trips.timetable import timetable

_DAY_S = 86_400


def _strips(name: str) -> Strips:
    found = strips_of(plan(name))
    assert found is not None
    return found


def _spans(row: Row, number: int, *kinds: str) -> list[tuple[float, float]]:
    return [
        (bar.left, bar.left + bar.width)
        for lane in row.lanes
        if lane.number == number
        for bar in lane.bars
        if bar.kind in kinds
    ]


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> float:
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))


def _near(strips: Strips, number: int) -> Strip:
    return next(strip for strip in strips.near if number in strip.numbers)


@pytest.mark.parametrize("name", NAMES)
def test_ways_of_the_same_truck_are_never_over_a_ban_and_the_trip_is_exactly_where_it_is_unlawful(name: str) -> None:
    planned, strips = plan(name), _strips(name)
    for number, kind in [(0, "asked"), *((n, one.kind) for n, one in enumerate(planned.alternatives, start=1))]:
        for row in _near(strips, number).rows:
            bans = [(ban.left, ban.left + ban.width) for ban in row.bans]
            over = sum(_overlap(bar, ban) for bar in _spans(row, number, "alt") for ban in bans)
            if kind in ("depart", "wait", "detour"):
                assert over == pytest.approx(0.0, abs=1e-6)
            for bar in _spans(row, 0, "unlawful", "undetermined"):
                assert sum(_overlap(bar, ban) for ban in bans) == pytest.approx(bar[1] - bar[0], abs=0.01)
            for bar in _spans(row, 0, "lawful"):
                assert sum(_overlap(bar, ban) for ban in bans) == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_every_way_is_shown_from_its_departure_to_its_arrival(name: str) -> None:
    planned, strips = plan(name), _strips(name)
    assert planned.way is not None
    for number, way in enumerate((planned.way, *(one.way for one in planned.alternatives))):
        strip = _near(strips, number)
        bars = sorted(
            span
            for row in strip.rows
            for span in _spans(row, number, "alt", "stand", "lawful", "unlawful", "undetermined")
        )
        assert all(bars[n][1] == pytest.approx(bars[n + 1][0], abs=0.05) for n in range(len(bars) - 1))
        share = (bars[-1][1] - bars[0][0]) / 100
        assert share * _seconds(strip) == pytest.approx(way.arrives - way.departs, abs=1.0)


def _seconds(strip: Strip) -> float:
    first, last = strip.ticks[0], strip.ticks[-1]
    (h0, m0), (h1, m1) = ([int(part) for part in tick.text.split(":")] for tick in (first, last))
    return ((h1 - h0) * 3600 + (m1 - m0) * 60) * 100 / (last.left - first.left)


def test_the_day_shows_the_banned_minutes_of_the_zone() -> None:
    day = _strips("unlawful").days
    inside = next(row for row in day.rows if row.place == "inside")
    assert [(ban.since, ban.until, ban.kind) for ban in inside.bans] == [("06:00", "22:00", "unlawful")]
    assert day.span == "2024-05-08 00:00 – 24:00"
    assert (day.ticks[-1].left, day.ticks[-1].text) == (100.0, "24:00")


def test_banned_minutes_are_those_of_the_timetable() -> None:
    planned = plan("near")
    assert planned.way is not None
    streets = planned.way.streets
    low = (planned.way.departs + 8 * 3600) // _DAY_S * _DAY_S - 8 * 3600
    table = timetable(planned.trip.judged, streets, low - _DAY_S, low + 2 * _DAY_S)
    legs = {row.place: row for row in _strips("near").days.rows}
    edge = planned.way.legs[-1].edge
    for minute in range(0, 1440, 7):
        at = low + 60 * minute
        word = WORST[int(table.trits[table.kind[edge], table.column(at)])]
        share = 100 * minute / 1440
        hatched = [ban.kind for ban in legs["inside"].bans if ban.left <= share < ban.left + ban.width]
        assert hatched == ([] if word == "lawful" else [word])


def test_a_stand_is_drawn_where_the_truck_stands() -> None:
    strip = _near(_strips("waits"), 1)
    stands = [span for row in strip.rows for span in _spans(row, 1, "stand")]
    assert len(stands) == 1
    assert (stands[0][1] - stands[0][0]) / 100 * _seconds(strip) == pytest.approx(WAIT_S, abs=1.0)


def test_ways_at_other_times_have_strips_of_their_own_the_time_asked_first() -> None:
    strips = _strips("unlawful")
    assert [strip.numbers[0] == 0 for strip in strips.near] == [True, *[False] * (len(strips.near) - 1)]
    assert {n for strip in strips.near for n in strip.numbers} == set(range(len(plan("unlawful").alternatives) + 1))
    for strip in strips.near:
        assert 2 <= len(strip.ticks) <= 8


def test_a_legend_names_only_what_is_drawn() -> None:
    assert _strips("unlawful").bans == ["unlawful"]
    assert _strips("open").bans == ["undetermined"]
    assert "stand" not in _strips("near").bars
    assert "stand" in _strips("waits").bars
