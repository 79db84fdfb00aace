"""Steps of applications: who may take them says `truckban.permitting.states`; here they are checked, taken and recorded."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.access.principal import Principal
from api.law_in_force import LawInForce
from api.permits.reading import limits_of, notice_of
from api.permits.schemas import Approve
from api.problems import Problem
from api.settings import Settings
from api.store import attachments as files
from api.store import permits as stored
from api.store.audit import note
from api.store.base import new_id, now
from api.store.tables.permits import Attachment, Permit
from api.store.whose import is_own
from truckban.moments import instant_of, local
from truckban.norms import Notice
from truckban.permitting.approval import Approval, approval_of, read_approval
from truckban.permitting.certificate import certificates, sign
from truckban.permitting.limits import Limits, limits_for
from truckban.permitting.model import Application, as_fields, missing_of
from truckban.permitting.sealing import canonical
from truckban.permitting.states import Action, Event, StepError, last_instant, move
from truckban.permitting.working_clock import WorkingClock
from zones.errors import InputError
from zones.text import Text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

CHANGEABLE = ("draft", "returned")
_STATUS = {
    **dict.fromkeys(("step.not_from_here", "step.over", "step.nothing_to_undo"), 409),
    **dict.fromkeys(("step.not_your_role", "step.own_application", "step.not_the_applicant"), 403),
    "step.reason_needed": 422,
}
_TIMEZONE = "Asia/Shanghai"


class Said(NamedTuple):
    """What a person says with a step."""

    reason: str | None = None
    codes: Sequence[str] = ()
    assessment_id: str | None = None
    undoes: int | None = None


def plain(at: dt.datetime | None) -> dt.datetime | None:
    """Return an instant as the store keeps it."""
    return None if at is None else dt.datetime.fromtimestamp(at.timestamp(), dt.UTC)


def of_step(error: StepError) -> Problem:
    """Return a step that cannot be taken as a problem."""
    return Problem(_STATUS.get(error.code, 409), error.code, error.text)


def attached(rows: Sequence[Attachment]) -> list[dict[str, Any]]:
    """Return what an application says of its files."""
    return [
        {
            "name": row.name,
            **({"kind": row.kind} if row.kind else {}),
            "media_type": row.media_type,
            "size_bytes": row.size,
            "sha256": row.sha256,
        }
        for row in rows
    ]


def whole_application(session: Session, row: Permit) -> Application:
    """Return what was asked, with the files."""
    return stored.application_of(row, attached(files.attachments(session, row.id)))


def content_hash(application: Application) -> str:
    """Return the SHA-256 of an application with its files."""
    return hashlib.sha256(canonical(as_fields(application))).hexdigest()


def timezone_of(law: LawInForce, row: Permit) -> str:
    """Return in which zone of time an application's days are meant."""
    notice = notice_of(law, row.notice)
    return row.timezone or (_TIMEZONE if notice is None else notice.pack.timezone)


def limits_now(law: LawInForce, row: Permit) -> Limits:
    """Return what bounds an application; the defaults where its kind of permit is there no longer."""
    try:
        return limits_for(notice_of(law, row.notice), permit_kind=row.permit_kind)
    except InputError:
        return limits_for()


def clock_of(law: LawInForce, row: Permit) -> WorkingClock:
    """Return the clock in which a decision on an application is due."""
    return WorkingClock(working_days=limits_now(law, row).working_days, timezone=timezone_of(law, row))


def create(
    session: Session, principal: Principal, application: Application, *, copied_from: str | None = None
) -> Permit:
    """Keep a draft."""
    assert principal.account_id is not None  # noqa: S101  (the table lets nobody in without an account)
    row = Permit(
        id=new_id(),
        applicant_id=principal.account_id,
        enterprise_id=principal.enterprise_id,
        state="draft",
        version=1,
        copied_from=copied_from,
    )
    _set_fields(row, application)
    session.add(row)
    session.flush()
    stored.set_plates(session, row, application.plates)
    details = {"vehicles": len(application.vehicles), "copied_from": copied_from}
    note(session, principal.actor, "permit.create", f"permit:{row.id}", details=details)
    return row


def save(session: Session, principal: Principal, row: Permit, application: Application) -> None:
    """Change a draft, or what was sent back.

    Raises:
        Problem: 409 in any other state.
    """
    must_be_changeable(row)
    _set_fields(row, application)
    touch(row)
    stored.set_plates(session, row, application.plates)
    note(session, principal.actor, "permit.save", f"permit:{row.id}", details={"version": row.version})


def must_be_changeable(row: Permit) -> None:
    """Refuse to change what is with the office, or over."""
    if row.state not in CHANGEABLE:
        text = Text("只有草稿或退回补正的申请可以修改", "only a draft, or what was returned, can be changed")
        raise Problem(409, "not_changeable", text, more={"state": row.state})


def touch(row: Permit) -> None:
    """Note that an application is another one now."""
    row.version += 1
    row.changed_at = now()


def _set_fields(row: Permit, application: Application) -> None:
    row.fields = as_fields(application)
    row.notice, row.permit_kind, row.sponsor = application.notice, application.permit_kind, application.sponsor


def take(session: Session, principal: Principal, row: Permit, law: LawInForce, action: Action, said: Said) -> Event:
    """Take a step and record it.

    Raises:
        Problem: 403, 409 or 422; it cannot be taken from here, or not by this person, or lacks its reason.
    """
    events = stored.events_of(session, [row.id])[row.id]
    # a clock that was set back must not turn the order of steps round
    at = max([now(), *(event.at for event in events[-1:])])
    own = is_own(row.applicant_id, row.enterprise_id, principal)
    try:
        event = move(
            events,
            action,
            by=principal.actor.id,
            role=principal.role,  # type: ignore[arg-type]  # the table of access knows no others
            at=at,
            applicant=principal.actor.id if own else row.applicant_id,
            reason=said.reason,
            last_instant=row.ends_at,
            undoes=said.undoes,
        )
    except StepError as error:
        raise of_step(error) from None
    seen = _seen(session, row, said) if action in ("return", "approve", "refuse") else None
    stored.add_event(session, row, event, codes=said.codes, assessment_id=seen)
    remaining = clock_of(law, row).remaining([*events, event], at)
    row.due_at = plain(remaining.due_at)
    if seen is not None:
        stored.forget_assessments(session, row.id)
    details = {
        "state": row.state,
        "version": row.version,
        "codes": list(said.codes),
        "assessment": seen,
        "permit_no": row.permit_no,
        "late": remaining.overdue,
    }
    note(session, principal.actor, f"permit.{action}", f"permit:{row.id}", why=said.reason, details=details)
    return event


def _seen(session: Session, row: Permit, said: Said) -> str | None:
    """Return which assessment a decision rests on; None where nobody looked at one."""
    if said.assessment_id is not None:
        if stored.assessment(session, row.id, said.assessment_id) is None:
            text = Text("没有这份审查意见", "there is no such assessment of this application")
            raise Problem(422, "invalid", text, errors=[("body.assessment_id", text)])
        return said.assessment_id
    last = stored.last_assessment(session, row.id, content_hash(whole_application(session, row)))
    return None if last is None else last.id


def submit(session: Session, principal: Principal, row: Permit, law: LawInForce, said: Said) -> None:
    """Hand an application in.

    Raises:
        Problem: 422 with every field that is missing or beyond the notice's limits.
    """
    must_be_changeable(row)
    application = whole_application(session, row)
    lacking = missing_of(application)
    if lacking:
        text = Text("申请还不完整", "the application is not complete")
        missing = Text("缺少这一项", "this is missing")
        raise Problem(422, "incomplete", text, errors=[(f"application.{name}", missing) for name in lacking])
    faults = list(_faults(application, law))
    if faults:
        raise Problem(422, "not_allowed", faults[0][1], errors=faults)
    take(session, principal, row, law, "submit", said)
    row.submitted_at = row.submitted_at or now()
    row.timezone = timezone_of(law, row)


def _faults(application: Application, law: LawInForce) -> list[tuple[str, Text]]:
    notice = notice_of(law, application.notice)
    days = application.days
    if notice is None or days is None:
        text = Text(f"没有现行通告 {application.notice}", f"no notice {application.notice} is in force")
        return [("application.notice", text)]
    try:
        limits = limits_of(law, application)
    except InputError as error:
        return [(f"application.{error.field}", error.text)]
    faults = []
    if len(application.vehicles) > limits.max_vehicles:
        text = Text(f"一次最多 {limits.max_vehicles} 辆车", f"{limits.max_vehicles} vehicles at most")
        faults.append(("application.vehicles", text))
    if limits.max_days is not None and days.count > limits.max_days:
        text = Text(f"最长 {limits.max_days} 天", f"{limits.max_days} days at most")
        faults.append(("application.days", text))
    today = dt.date.fromordinal(local(now(), notice.pack.timezone)[0])
    late = (today - days.from_).days
    if application.retroactive is None and late > 0:
        text = Text(
            f"开始日期已过（今天 {today}）；事后补登请写明 retroactive",
            f"it begins in the past (today is {today}); say `retroactive` if it is registered afterwards",
        )
        faults.append(("application.days.from", text))
    elif application.retroactive is not None and (limits.retroactive_days is None or late > limits.retroactive_days):
        faults.append(("application.retroactive", limits.sources["retroactive_days"].text))
    return faults


def approve(
    session: Session,
    principal: Principal,
    row: Permit,
    law: LawInForce,
    wanted: Approve,
    *,
    settings: Settings,
    key: "Ed25519PrivateKey",
) -> Approval:
    """Grant what was asked, or less.

    Raises:
        Problem: 422 for more than was asked or than a certificate holds; 409 where its time is over, or the number is taken.
    """
    said = Said(wanted.reason, (), wanted.assessment_id)
    at = now()
    if row.state != "submitted":
        take(session, principal, row, law, "approve", said)  # refuses, and says why
    application = whole_application(session, row)
    notice = notice_of(law, application.notice)
    if notice is None:
        text = Text("这个通告已不在用，不能批准", "this notice is no longer in force: nothing can be granted")
        raise Problem(409, "notice_not_in_force", text)
    approval = _granted(session, application, notice, wanted, settings, at)
    zone = notice.pack.timezone
    row.timezone = zone
    row.begins_at = plain(instant_of(approval.days.from_.toordinal(), 0, zone))
    ends_at = plain(last_instant(approval.days.to, approval.windows, timezone=zone))
    if ends_at is not None and ends_at <= at and application.retroactive is None:
        raise Problem(409, "over", Text("申请的日期已过", "the days that were asked for are over"))
    try:
        for certificate in certificates(application, approval, timezone=zone):
            sign(certificate, key)
    except InputError as error:
        raise Problem(422, "too_much", error.text, errors=[("body.route", error.text)]) from None
    row.permit_no, row.approval = approval.permit_no, as_fields(approval)
    try:
        session.flush()
    except IntegrityError:
        text = Text("这个证号已经用过", "this number is taken")
        raise Problem(409, "number_taken", text, errors=[("body.permit_no", text)]) from None
    take(session, principal, row, law, "approve", said)
    row.ends_at = ends_at
    return approval


def _granted(
    session: Session, application: Application, notice: Notice, wanted: Approve, settings: Settings, at: dt.datetime
) -> Approval:
    today = dt.date.fromordinal(local(at, notice.pack.timezone)[0])
    days: Mapping[str, Any] | None = None if wanted.days is None else wanted.days.model_dump(mode="json", by_alias=True)
    asked = application.days
    if application.retroactive is None and asked is not None:
        if wanted.days is None and asked.from_ < today <= asked.to:
            days = {"from": today.isoformat(), "to": asked.to.isoformat()}
        elif wanted.days is not None and wanted.days.from_ < today:
            text = Text(
                "没有事后补登的申请，不能从过去起批准", "nothing was asked for afterwards: it cannot begin in the past"
            )
            raise Problem(422, "invalid", text, errors=[("body.days.from", text)])
    try:
        approval = approval_of(
            application,
            permit_no=wanted.permit_no or f"{today.year}-{stored.next_number(session, today.year):06d}",
            issuer=settings.permit_issuer or notice.pack.issuer,
            issued_at=at,
            route=wanted.route,
            days=days,
            windows=wanted.windows,
        )
        more = {"conditions": wanted.conditions, "note": wanted.note}
        return read_approval(
            {**as_fields(approval), **{name: value for name, value in more.items() if value is not None}}
        )
    except InputError as error:
        field = f"body.{error.field}" if error.field else "body"
        raise Problem(422, "invalid", error.text, errors=[(field, error.text)]) from None
