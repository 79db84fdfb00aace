"""What can become of an application and its permit: states, steps, who may take them, and the record of each step.

The record is all there is: a state is what its events come to. `expired` follows from the day alone, never from a job having run.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

from truckban.moments import instant_of
from zones.errors import InputError
from zones.text import Text

State = Literal["draft", "submitted", "returned", "approved", "refused", "suspended", "revoked", "expired", "withdrawn"]
Action = Literal["submit", "return", "approve", "refuse", "withdraw", "suspend", "resume", "revoke"]
Role = Literal["driver", "enterprise", "reviewer", "officer", "auditor", "admin"]

# what is done to all permits at once is no decision on one's own
_NOBODY = ""

STATE_WORDS: Mapping[State, Text] = {
    "draft": Text("草稿", "draft"),
    "submitted": Text("已提交", "submitted"),
    "returned": Text("退回补正", "returned"),
    "approved": Text("已批准", "approved"),
    "refused": Text("不予批准", "refused"),
    "suspended": Text("暂停使用", "suspended"),
    "revoked": Text("已吊销", "revoked"),
    "expired": Text("已过期", "expired"),
    "withdrawn": Text("申请人已撤回", "withdrawn"),
}


class Transition(NamedTuple):
    """A step: from where to where, who may take it, and whether a reason is needed.

    Attributes:
        action: its name.
        froms: states it can be taken from.
        to: the state it leads to.
        roles: who may take it.
        needs_reason: whether it has to be justified.
        by: `applicant`: only who applied; `other`: never who applied (nobody decides his own application).
    """

    action: Action
    froms: frozenset[State]
    to: State
    roles: frozenset[Role]
    needs_reason: bool
    by: Literal["applicant", "other"]


def _step(
    action: Action, froms: str, to: State, roles: str, *, reason: bool, by: Literal["applicant", "other"]
) -> Transition:
    states, people = frozenset(froms.split()), frozenset(roles.split())
    return Transition(action, states, to, people, reason, by)  # type: ignore[arg-type]


TRANSITIONS: tuple[Transition, ...] = (
    _step("submit", "draft returned", "submitted", "driver enterprise", reason=False, by="applicant"),
    _step("withdraw", "draft submitted returned", "withdrawn", "driver enterprise", reason=False, by="applicant"),
    _step("return", "submitted", "returned", "reviewer", reason=True, by="other"),
    _step("approve", "submitted", "approved", "reviewer", reason=False, by="other"),
    _step("refuse", "submitted", "refused", "reviewer", reason=True, by="other"),
    # a permit that is suspended can be suspended on another ground as well: both must be lifted
    _step("suspend", "approved suspended", "suspended", "reviewer admin", reason=True, by="other"),
    _step("resume", "suspended", "approved", "reviewer admin", reason=True, by="other"),
    _step("revoke", "approved suspended", "revoked", "reviewer admin", reason=True, by="other"),
)


class StepError(InputError):
    """A step that cannot be taken, or not by this person.

    Args:
        code: `step.not_from_here`, `step.over`, `step.not_your_role`, `step.not_the_applicant`, `step.own_application`,
            `step.reason_needed`, `step.nothing_to_undo`.
        text: the sentence for a person.
    """

    def __init__(self, code: str, text: Text) -> None:
        """Keep the code beside the sentence."""
        self.code = code
        super().__init__(text, field="reason" if code == "step.reason_needed" else "action")

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it be handed between processes."""
        return StepError, (self.code, self.text)


@dataclass(frozen=True, slots=True)
class Event:
    """One step that was taken.

    Attributes:
        number: counted from 1 within one application; the order of events is that of their numbers.
        action: the step.
        from_: the state before.
        to: the state after.
        by: who took it: an account's id.
        role: as whom.
        at: when, aware.
        reason: why.
        batch: the name of an action on many permits at once.
        undoes: for `resume`: the number of the suspension that is lifted.
    """

    number: int
    action: Action
    from_: State
    to: State
    by: str
    role: Role
    at: dt.datetime
    reason: str | None = None
    batch: str | None = None
    undoes: int | None = None


def state_of(
    events: Sequence[Event], *, last_instant: dt.datetime | None = None, at: dt.datetime | None = None
) -> State:
    """Return what an application has come to.

    Args:
        events: its record; none: a draft.
        last_instant: the first instant at which the permit is no longer valid (`last_instant`); None: not asked about.
        at: the instant asked about: later events do not count, and a permit whose time is over has expired; None: after all events.
    """
    seen = [event for event in events if at is None or event.at <= at]
    if not seen:
        return "draft"
    state = seen[-1].to
    over = at is not None and last_instant is not None and at >= last_instant
    return "expired" if over and state in ("approved", "suspended") else state


def open_suspensions(events: Iterable[Event]) -> list[Event]:
    """Return the suspensions that nobody has lifted."""
    found: dict[int, Event] = {}
    for event in events:
        if event.action == "suspend":
            found[event.number] = event
        elif event.action == "resume" and event.undoes is not None:
            found.pop(event.undoes, None)
    return list(found.values())


def move(  # noqa: PLR0913 - all that a step is recorded with
    events: Sequence[Event],
    action: Action,
    *,
    by: str,
    role: Role,
    at: dt.datetime,
    applicant: str,
    reason: str | None = None,
    last_instant: dt.datetime | None = None,
    batch: str | None = None,
    undoes: int | None = None,
) -> Event:
    """Return the event of a step; the record itself is the caller's to keep.

    Args:
        events: the record up to now.
        action: the step.
        by: who takes it, an account's id.
        role: as whom.
        at: when, aware.
        applicant: who applied, an account's id.
        reason: why.
        last_instant: when the permit's time is over, where it has one.
        batch: the name of an action on many permits.
        undoes: for `resume`: the suspension to lift; the last one if None.

    Raises:
        StepError: the step cannot be taken from here, or not by this person, or needs a reason.
    """
    step = next((one for one in TRANSITIONS if one.action == action), None)
    state = state_of(events)
    if step is None:
        listed = ", ".join(get_args(Action))
        raise StepError(
            "step.not_from_here", Text(f"没有这一步；有：{listed}", f"there is no such step; there are: {listed}")
        )
    _may(step, by=by, role=role, applicant=applicant)
    over = last_instant is not None and at >= last_instant and state in ("approved", "suspended")
    if over:
        raise StepError("step.over", Text("通行证已经过期，不能再办", "the permit's time is over: nothing more to do"))
    if state not in step.froms:
        word = STATE_WORDS[state]
        raise StepError(
            "step.not_from_here", Text(f"现在是“{word.zh}”，不能这样办", f"it is {word.en} now: this cannot be done")
        )
    said = (reason or "").strip() or None
    if step.needs_reason and said is None:
        raise StepError("step.reason_needed", Text("要写明理由", "a reason is needed"))
    to = step.to
    if action == "resume":
        undoes, to = _lifted(events, undoes)
    elif undoes is not None:
        raise StepError("step.nothing_to_undo", Text("这一步不撤销什么", "this step undoes nothing"))
    number = max((event.number for event in events), default=0) + 1
    return Event(number, action, state, to, by, role, at, said, batch, undoes)


def _may(step: Transition, *, by: str, role: Role, applicant: str) -> None:
    if role not in step.roles:
        raise StepError("step.not_your_role", Text("您的角色不能办这一步", "this step is not for people of your role"))
    if step.by == "applicant" and by != applicant:
        raise StepError("step.not_the_applicant", Text("只有申请人可以这样办", "only who applied can do this"))
    if step.by == "other" and by == applicant:
        raise StepError(
            "step.own_application", Text("不能办理自己的申请", "nobody decides on an application of his own")
        )


def _lifted(events: Sequence[Event], undoes: int | None) -> tuple[int, State]:
    """Return which suspension is lifted, and the state after: the permit is in force again where no other is left."""
    left = open_suspensions(events)
    if undoes is None and left:
        undoes = left[-1].number
    if undoes is None or undoes not in {event.number for event in left}:
        raise StepError(
            "step.nothing_to_undo",
            Text("没有这次暂停，或者已经恢复", "there is no such suspension, or it has been lifted"),
        )
    return undoes, "approved" if len(left) == 1 else "suspended"


def possible(
    events: Sequence[Event],
    *,
    by: str,
    role: Role,
    at: dt.datetime,
    applicant: str,
    last_instant: dt.datetime | None = None,
) -> list[Action]:
    """Return the steps that a person may take now, in the order of the table."""
    found: list[Action] = []
    for step in TRANSITIONS:
        try:
            move(
                events,
                step.action,
                by=by,
                role=role,
                at=at,
                applicant=applicant,
                reason="?",
                last_instant=last_instant,
            )
        except StepError:
            continue
        found.append(step.action)
    return found


def last_instant(last_day: dt.date, windows: Sequence[str], *, timezone: str) -> dt.datetime:
    """Return the first instant at which a permit is no longer valid.

    The last day is included, and the rest of the night of a window that starts on it.

    Args:
        last_day: `to` of its days.
        windows: `HH:MM-HH:MM`; none: at any time.
        timezone: the notice's.
    """
    day = last_day.toordinal()
    over = [span[6:] for span in windows if span[6:] < span[:5]]
    if not over:
        return instant_of(day + 1, 0, timezone)
    hours, minutes = max(over).split(":")
    return instant_of(day + 1, int(hours) * 3600 + int(minutes) * 60, timezone)


def suspend_all(
    records: Mapping[str, Sequence[Event]],
    *,
    batch: str,
    by: str,
    role: Role,
    at: dt.datetime,
    reason: str,
    last_instants: Mapping[str, dt.datetime] | None = None,
) -> dict[str, Event]:
    """Return an event for each permit that is in force or suspended: a suspension of all of a kind (pollution, emergency).

    A permit that this batch has suspended already is left alone: the same twice is once.

    Args:
        records: the permits' records by their ids.
        batch: the suspension's name, by which it is undone.
        by: who orders it.
        role: as whom.
        at: when.
        reason: why.
        last_instants: when each permit's time is over.

    Raises:
        StepError: not by this person, or without a reason.
    """
    ends = last_instants or {}
    found = {}
    for name, events in records.items():
        if state_of(events, last_instant=ends.get(name), at=at) not in ("approved", "suspended"):
            continue
        if any(event.batch == batch for event in open_suspensions(events)):
            continue
        found[name] = move(events, "suspend", by=by, role=role, at=at, applicant=_NOBODY, reason=reason, batch=batch)
    return found


def resume_all(
    records: Mapping[str, Sequence[Event]],
    *,
    batch: str,
    by: str,
    role: Role,
    at: dt.datetime,
    reason: str,
    last_instants: Mapping[str, dt.datetime] | None = None,
) -> dict[str, Event]:
    """Return an event for each permit that a batch still suspends: exactly that suspension is lifted, others stay.

    Args:
        records: the permits' records by their ids.
        batch: the suspension's name.
        by: who lifts it.
        role: as whom.
        at: when.
        reason: why.
        last_instants: when each permit's time is over; what has expired is left alone.

    Raises:
        StepError: not by this person, or without a reason.
    """
    ends = last_instants or {}
    found = {}
    for name, events in records.items():
        if state_of(events, last_instant=ends.get(name), at=at) != "suspended":
            continue
        own = next((event for event in open_suspensions(events) if event.batch == batch), None)
        if own is not None:
            found[name] = move(
                events,
                "resume",
                by=by,
                role=role,
                at=at,
                applicant=_NOBODY,
                reason=reason,
                batch=batch,
                undoes=own.number,
            )
    return found
