import datetime as dt
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from permits_asked import at

from truckban.permitting.states import (
    STATE_WORDS,
    TRANSITIONS,
    Action,
    Event,
    Role,
    State,
    StepError,
    last_instant,
    move,
    open_suspensions,
    possible,
    resume_all,
    state_of,
    suspend_all,
)

APPLICANT, REVIEWER = "u1", "u2"
BY: dict[str, tuple[str, Role]] = {
    "submit": (APPLICANT, "driver"),
    "withdraw": (APPLICANT, "driver"),
}


def record(*actions: Action, batch: str | None = None) -> list[Event]:
    events: list[Event] = []
    for number, action in enumerate(actions):
        by, role = BY.get(action, (REVIEWER, "reviewer"))
        when = at("05-06 08:00") + dt.timedelta(minutes=number)
        events.append(move(events, action, by=by, role=role, at=when, applicant=APPLICANT, reason="因为", batch=batch))
    return events


IN_FORCE: tuple[Action, ...] = ("submit", "approve")


def step(events: list[Event], action: Action, **changes: Any) -> Event:  # noqa: ANN401
    by, role = BY.get(action, (REVIEWER, "reviewer"))
    call: dict[str, Any] = {"by": by, "role": role, "at": at("05-07 08:00"), "applicant": APPLICANT, "reason": "因为"}
    return move(events, action, **{**call, **changes})


def test_a_permit_goes_from_draft_to_in_force_and_back() -> None:
    assert state_of([]) == "draft"
    assert state_of(record("submit")) == "submitted"
    assert state_of(record("submit", "return", "submit", "approve")) == "approved"
    assert state_of(record(*IN_FORCE, "suspend", "resume")) == "approved"
    assert state_of(record(*IN_FORCE, "revoke")) == "revoked"


def test_every_state_has_words_and_every_action_a_rule() -> None:
    assert set(STATE_WORDS) == set(get_args(State))
    assert {step.action for step in TRANSITIONS} == set(get_args(Action))
    assert all(step.roles for step in TRANSITIONS)
    assert "auditor" not in {role for step in TRANSITIONS for role in step.roles}


PATHS: dict[State, tuple[Action, ...]] = {
    "draft": (),
    "submitted": ("submit",),
    "returned": ("submit", "return"),
    "approved": IN_FORCE,
    "refused": ("submit", "refuse"),
    "suspended": (*IN_FORCE, "suspend"),
    "revoked": (*IN_FORCE, "revoke"),
    "withdrawn": ("withdraw",),
}


@pytest.mark.parametrize("state", PATHS)
@pytest.mark.parametrize("action", get_args(Action))
def test_a_step_is_possible_exactly_where_the_table_says(state: State, action: Action) -> None:
    rule = next(one for one in TRANSITIONS if one.action == action)
    events = record(*PATHS[state])
    if state in rule.froms:
        assert step(events, action).from_ == state
    else:
        with pytest.raises(StepError) as caught:
            step(events, action)
        assert caught.value.code == "step.not_from_here"


@pytest.mark.parametrize("action", get_args(Action))
@pytest.mark.parametrize("role", get_args(Role))
def test_a_step_is_for_the_roles_of_the_table_alone(action: Action, role: Role) -> None:
    rule = next(one for one in TRANSITIONS if one.action == action)
    events = record(*next(PATHS[state] for state in PATHS if state in rule.froms))
    by = APPLICANT if rule.by == "applicant" else REVIEWER
    if role in rule.roles:
        assert step(events, action, by=by, role=role).role == role
    else:
        with pytest.raises(StepError) as caught:
            step(events, action, by=by, role=role)
        assert caught.value.code == "step.not_your_role"


def test_nobody_decides_his_own_application_nor_hands_in_anothers() -> None:
    with pytest.raises(StepError) as caught:
        step(record("submit"), "approve", by=APPLICANT)
    assert caught.value.code == "step.own_application"
    with pytest.raises(StepError) as caught:
        step([], "submit", by="u9")
    assert caught.value.code == "step.not_the_applicant"


@pytest.mark.parametrize("reason", [None, "", "  \n"])
@pytest.mark.parametrize("action", ["return", "refuse"])
def test_sending_back_and_refusing_need_a_reason(action: Action, reason: str | None) -> None:
    with pytest.raises(StepError) as caught:
        step(record("submit"), action, reason=reason)
    assert caught.value.code == "step.reason_needed"
    assert caught.value.field == "reason"


@pytest.mark.parametrize(
    ("windows", "last"),
    [
        ([], "06-01 00:00"),
        (["09:00-11:00"], "06-01 00:00"),
        (["22:00-07:00"], "06-01 07:00"),
        (["22:00-24:00"], "06-01 00:00"),
    ],
)
def test_a_permit_lasts_to_the_end_of_its_last_day_or_of_the_night_that_starts_on_it(
    windows: list[str], last: str
) -> None:
    assert last_instant(dt.date(2024, 5, 31), windows, timezone="Asia/Shanghai") == at(last)


def test_a_permit_has_expired_by_the_day_alone() -> None:
    events = record(*IN_FORCE)
    end = at("06-01 00:00")
    assert state_of(events, last_instant=end, at=end - dt.timedelta(seconds=1)) == "approved"
    assert state_of(events, last_instant=end, at=end) == "expired"
    assert state_of(record(*IN_FORCE, "suspend"), last_instant=end, at=end) == "expired"
    assert state_of(record(*IN_FORCE, "revoke"), last_instant=end, at=end) == "revoked"
    assert state_of(record("submit"), last_instant=end, at=end) == "submitted"
    with pytest.raises(StepError) as caught:
        step(events, "suspend", at=end, last_instant=end)
    assert caught.value.code == "step.over"


def test_a_state_of_last_year_is_asked_for_by_its_instant() -> None:
    events = record(*IN_FORCE, "suspend")
    assert state_of(events, at=events[1].at) == "approved"
    assert state_of(events, at=events[0].at - dt.timedelta(seconds=1)) == "draft"


def test_what_a_person_may_do_is_what_moving_allows() -> None:
    asked = {"at": at("05-07 08:00"), "applicant": APPLICANT}
    assert possible([], by=APPLICANT, role="driver", **asked) == ["submit", "withdraw"]
    assert possible(record("submit"), by=REVIEWER, role="reviewer", **asked) == ["return", "approve", "refuse"]
    assert possible(record("submit"), by="u3", role="auditor", **asked) == []
    assert possible(record(*IN_FORCE, "suspend"), by="u4", role="admin", **asked) == ["suspend", "resume", "revoke"]


def test_two_suspensions_must_both_be_lifted() -> None:
    events = record(*IN_FORCE, "suspend", "suspend")
    events.append(step(events, "resume", undoes=3))
    assert state_of(events) == "suspended"
    assert [event.number for event in open_suspensions(events)] == [4]
    with pytest.raises(StepError) as caught:
        step(events, "resume", undoes=3)
    assert caught.value.code == "step.nothing_to_undo"
    events.append(step(events, "resume"))
    assert state_of(events) == "approved"


def test_lifting_an_alert_puts_back_what_it_took_and_nothing_else() -> None:
    records = {
        "free": record(*IN_FORCE),
        "punished": record(*IN_FORCE, "suspend"),
        "over": record(*IN_FORCE),
        "waiting": record("submit"),
        "gone": record(*IN_FORCE, "revoke"),
    }
    ends = {"over": at("05-06 23:00")}
    call: dict[str, Any] = {"batch": "red", "by": "u4", "role": "admin", "reason": "重污染天气"}
    taken = suspend_all(records, at=at("05-07 08:00"), last_instants=ends, **call)
    assert set(taken) == {"free", "punished"}
    for name, event in taken.items():
        records[name].append(event)
    assert suspend_all(records, at=at("05-07 08:01"), last_instants=ends, **call) == {}
    put_back = resume_all(records, at=at("05-08 08:00"), last_instants=ends, **call)
    assert set(put_back) == {"free", "punished"}
    for name, event in put_back.items():
        records[name].append(event)
    assert state_of(records["free"]) == "approved"
    assert state_of(records["punished"]) == "suspended"
    assert resume_all(records, at=at("05-08 08:01"), last_instants=ends, **call) == {}


def test_an_alert_takes_the_permit_of_whoever_orders_it_too() -> None:
    own = {"own": record(*IN_FORCE)}
    found = suspend_all(own, batch="red", by=APPLICANT, role="admin", at=at("05-07 08:00"), reason="预警")
    assert set(found) == {"own"}
    with pytest.raises(StepError):
        suspend_all(own, batch="red", by=APPLICANT, role="driver", at=at("05-07 08:00"), reason="预警")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(get_args(Action)), max_size=12))
def test_no_way_through_the_steps_leads_out_of_an_end(actions: list[Action]) -> None:
    events: list[Event] = []
    for action in actions:
        before = state_of(events)
        try:
            events.append(step(events, action))
        except StepError:
            assert state_of(events) == before
            continue
        assert before not in ("refused", "revoked", "withdrawn")
    assert (state_of(events) == "suspended") == bool(open_suspensions(events) and state_of(events) != "revoked")
