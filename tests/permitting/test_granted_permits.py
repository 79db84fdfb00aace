import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from permits_asked import HEAVY, LIGHT, OTHER_PLATE, PLATE, TRIP, asked, at, granted, network

from truckban.grounds import ground_for
from truckban.notices.load import builtin_notice
from truckban.permits import read_permit
from truckban.permitting.granted import to_permit_json
from truckban.permitting.states import Action, Event, move
from truckban.questions.asking import answer
from truckban.trips.answer import answer_trip


def record(*steps: tuple[Action, str]) -> list[Event]:
    events: list[Event] = []
    for action, when in (("submit", "05-05 08:00"), ("approve", "05-06 09:00"), *steps):
        by, role = ("u1", "driver") if action == "submit" else ("u2", "reviewer")
        events.append(move(events, action, by=by, role=role, at=at(when), applicant="u1", reason="因为"))  # type: ignore[arg-type]
    return events


def said(permits: list[dict[str, Any]], when: str, **place: Any) -> dict[str, Any]:  # noqa: ANN401
    notice = builtin_notice("linyi-2023-5")
    case = {
        "vehicle": HEAVY,
        "at": at(when).isoformat(),
        "place": {"lon": 110.772, "lat": 35.142} | place,
        "permits": permits,
    }
    return answer(case, notice, ground_for(notice))


def why(permits: list[dict[str, Any]], when: str, **place: Any) -> set[str]:  # noqa: ANN401
    return {
        reason["code"] for reason in said(permits, when, **place)["reasons"] if reason["code"].startswith("permit.")
    }


def test_an_approval_is_one_permit_for_each_vehicle_that_decide_reads() -> None:
    application = asked(vehicles=[HEAVY, LIGHT])
    permits = to_permit_json(application, granted(application))
    assert [permit["plate"] for permit in permits] == [PLATE, OTHER_PLATE]
    for permit in permits:
        read_permit(permit)


def test_decide_says_by_the_permit_when_where_and_for_whom() -> None:
    application = asked()
    permits = to_permit_json(application, granted(application))
    assert said([], "05-08 10:00")["verdict"] == "prohibited"
    assert said(permits, "05-08 10:00")["verdict"] == "allowed"
    assert why(permits, "05-08 12:00") == {"permit.off_time"}
    assert why(permits, "05-08 10:00", lon=110.7660, lat=35.1420) == {"permit.off_route"}
    assert "permit.expired" in why(permits, "06-01 10:00")
    assert "permit.not_active" in why(permits, "05-07 10:00")
    other = to_permit_json(asked(vehicles=[LIGHT]), granted(asked(vehicles=[LIGHT])))
    assert why(other, "05-08 10:00") == {"permit.other_plate"}


def test_the_narrowest_permit_of_a_trip_makes_it_lawful() -> None:
    application = asked(route={"roads": ["五一路"]}, windows=["10:00-10:15"])
    trip = {"vehicle": HEAVY, **TRIP, "depart": "2024-05-08T10:00:00+08:00"}
    known = network()
    assert answer_trip(trip, known.streets, known.rules)["verdict"] == "unlawful"
    trip["permits"] = to_permit_json(application, granted(application))
    assert answer_trip(trip, known.streets, known.rules)["verdict"] == "lawful"


def test_a_line_covers_what_lies_within_twenty_five_metres_of_it() -> None:
    line = {"type": "LineString", "coordinates": [[110.772, 35.13], [110.772, 35.15]]}
    application = asked(route={"line": line})
    permits = to_permit_json(application, granted(application))
    east_24m, east_26m = (110.772 + metres / 91_070 for metres in (24, 26))
    assert said(permits, "05-08 10:00", lon=east_24m)["verdict"] == "allowed"
    assert why(permits, "05-08 10:00", lon=east_26m) == {"permit.off_route"}


def test_a_suspension_counts_from_its_minute_on_and_not_before() -> None:
    application = asked()
    events = record(("suspend", "05-10 10:00"), ("resume", "05-12 09:30"))
    permits = to_permit_json(application, granted(application), events=events)
    assert said(permits, "05-10 09:59")["verdict"] == "allowed"
    assert "permit.not_active" in why(permits, "05-10 10:00")
    assert "permit.not_active" in why(permits, "05-12 09:29")
    assert said(permits, "05-12 09:30")["verdict"] == "allowed"
    assert said(permits, "05-31 10:00")["verdict"] == "allowed"


def test_what_was_revoked_was_in_force_until_then() -> None:
    application = asked()
    permits = to_permit_json(application, granted(application), events=record(("revoke", "05-20 12:00")))
    assert said(permits, "05-20 10:00")["verdict"] == "allowed"
    assert "permit.not_active" in why(permits, "05-21 10:00")


def test_a_permit_revoked_on_two_grounds_at_once_is_written_once() -> None:
    events = record(("suspend", "05-10 10:00"), ("suspend", "05-10 11:00"), ("revoke", "05-10 12:00"))
    permits = to_permit_json(asked(), granted(asked()), events=events)
    spans = [
        (permit["valid_from"], permit["valid_to"], tuple(permit["windows"]), permit["status"]) for permit in permits
    ]
    assert len(spans) == len(set(spans))


def _covers(permit: dict[str, Any], when: dt.datetime) -> bool:
    """Whether a permit's days and hours hold at an instant; written apart from the program."""
    local = when.replace(tzinfo=None)
    first, last = (dt.date.fromisoformat(permit[name]) for name in ("valid_from", "valid_to"))
    clock = f"{local:%H:%M}"
    yesterday = local.date() - dt.timedelta(1)
    if not permit["windows"]:
        return first <= local.date() <= last
    for span in permit["windows"]:
        begin, end = span.split("-")
        if begin < end:
            if first <= local.date() <= last and begin <= clock < end:
                return True
        elif (first <= local.date() <= last and clock >= begin) or (first <= yesterday <= last and clock < end):
            return True
    return False


MINUTES = st.integers(0, 9 * 1440)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(MINUTES, max_size=6),
    st.sampled_from([[], ["09:00-11:00"], ["22:00-03:00"], ["00:00-24:00"], ["05:00-05:30", "18:00-04:00"]]),
    st.lists(MINUTES, min_size=1, max_size=20),
)
def test_pieces_are_in_force_just_where_the_permit_was_and_was_not_suspended(
    changes: list[int], windows: list[str], asked_at: list[int]
) -> None:
    begin = at("05-07 12:00")
    application = asked(windows=windows, days={"from": "2024-05-08", "to": "2024-05-14"})
    approval = granted(application)
    marks = sorted(set(changes))
    steps = [
        ("suspend" if number % 2 == 0 else "resume", begin + dt.timedelta(minutes=minute))
        for number, minute in enumerate(marks)
    ]
    events = record()
    for action, when in steps:
        events.append(move(events, action, by="u2", role="reviewer", at=when, applicant="u1", reason="因为"))  # type: ignore[arg-type]
    pieces = to_permit_json(application, approval, events=events)
    whole = to_permit_json(application, approval)[0]
    for minute in [*asked_at, *marks, *(mark - 1 for mark in marks)]:
        when = begin + dt.timedelta(minutes=minute, seconds=30)
        suspended = sum(mark <= minute for mark in marks) % 2 == 1
        active = any(_covers(piece, when) for piece in pieces if piece["status"] == "active")
        assert active == (_covers(whole, when) and not suspended), when


@pytest.mark.parametrize("second", [1, 59])
def test_the_minute_in_which_it_is_suspended_counts_for_the_holder(second: int) -> None:
    events = record()
    when = at("05-10 10:00") + dt.timedelta(seconds=second)
    events.append(move(events, "suspend", by="u2", role="reviewer", at=when, applicant="u1", reason="因为"))
    permits = to_permit_json(asked(), granted(asked()), events=events)
    assert said(permits, "05-10 10:00")["verdict"] == "allowed"
    assert "permit.not_active" in why(permits, "05-10 10:01")
