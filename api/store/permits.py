"""Applications and permits: one at a time, their steps, and what `decide` and `check` judge by."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.base import now
from api.store.leads import OPEN
from api.store.tables.leads import Lead
from api.store.tables.permits import (
    Permit,
    PermitAssessment,
    PermitEvent,
    PermitKey,
    PermitNumber,
    PermitPlate,
    PermitSuspension,
)
from api.store.whose import Whose, belongs
from truckban.permitting.approval import Approval, read_approval
from truckban.permitting.granted import area_of, to_permit_json
from truckban.permitting.model import Application, read_application
from truckban.permitting.states import Event

_TOGETHER = 500
_MOST_LEADS = 200
_ANY_NUMBER = 1_000
"""Limits bound what is asked; what was accepted is read back whatever the limits are now."""


def permit(session: Session, id_: str, *, whose: Whose | None, change: bool = False) -> Permit | None:
    """Return an application: one of somebody's own, or any that was handed in.

    Args:
        session: a transaction.
        id_: which.
        whose: whose it must be; None: anybody's, but no draft, which is nobody else's business.
        change: nobody else changes it until the transaction ends.
    """
    query = sa.select(Permit).where(Permit.id == id_)
    query = query.where(reached(whose))
    return session.scalars(query.with_for_update() if change else query).one_or_none()


def reached(whose: Whose | None) -> sa.ColumnElement[bool]:
    """Return the condition that somebody reaches an application: his own; with None any that was handed in."""
    if whose is None:
        return Permit.submitted_at.is_not(None)
    return belongs(Permit.applicant_id, Permit.enterprise_id, whose)


def by_number(session: Session, permit_no: str) -> Permit | None:
    """Return the permit with a number."""
    return session.scalars(sa.select(Permit).where(Permit.permit_no == permit_no)).one_or_none()


def application_of(row: Permit, attachments: Sequence[Mapping[str, Any]] = ()) -> Application:
    """Return what was asked."""
    from truckban.permitting.limits import Limits  # noqa: PLC0415

    fields = {**row.fields, **({"attachments": list(attachments)} if attachments else {})}
    return read_application(fields, limits=Limits(_ANY_NUMBER, None, 1, None))


def approval_of(row: Permit) -> Approval | None:
    """Return what was granted; None where nothing was."""
    return None if row.approval is None else read_approval(row.approval)


def set_plates(session: Session, row: Permit, plates: Iterable[str]) -> None:
    """Say which vehicles an application is for."""
    session.execute(sa.delete(PermitPlate).where(PermitPlate.permit_id == row.id))
    session.add_all(PermitPlate(plate=plate, permit_id=row.id) for plate in plates)


def plates_of(session: Session, ids: Collection[str]) -> dict[str, list[str]]:
    """Return the plates of some applications."""
    found: dict[str, list[str]] = {id_: [] for id_ in ids}
    query = sa.select(PermitPlate).where(PermitPlate.permit_id.in_(tuple(ids))).order_by(PermitPlate.plate)
    for each in session.scalars(query):
        found[each.permit_id].append(each.plate)
    return found


def add_event(
    session: Session,
    row: Permit,
    event: Event,
    *,
    codes: Sequence[str] = (),
    assessment_id: str | None = None,
) -> None:
    """Add a step to the record of an application, and have its columns say what has come of it."""
    session.add(
        PermitEvent(
            permit_id=row.id,
            number=event.number,
            action=event.action,
            from_state=event.from_,
            to_state=event.to,
            by=event.by,
            role=event.role,
            at=event.at,
            reason=event.reason,
            codes=list(codes),
            batch=event.batch,
            undoes=event.undoes,
            assessment_id=assessment_id,
        )
    )
    row.state = event.to
    row.version += 1
    row.changed_at = event.at
    session.flush()


def rows_of_events(session: Session, ids: Collection[str]) -> dict[str, list[PermitEvent]]:
    """Return the records of some applications."""
    found: dict[str, list[PermitEvent]] = {id_: [] for id_ in ids}
    query = sa.select(PermitEvent).where(PermitEvent.permit_id.in_(tuple(ids))).order_by(PermitEvent.number)
    for each in session.scalars(query):
        found[each.permit_id].append(each)
    return found


def event_of(row: PermitEvent) -> Event:
    """Return a step as the rules of steps know it."""
    return Event(
        row.number,
        row.action,  # type: ignore[arg-type]  # the store holds what the rules made
        row.from_state,  # type: ignore[arg-type]
        row.to_state,  # type: ignore[arg-type]
        row.by,
        row.role,  # type: ignore[arg-type]
        row.at,
        row.reason,
        row.batch,
        row.undoes,
    )


def events_of(session: Session, ids: Collection[str]) -> dict[str, list[Event]]:
    """Return the records of some applications as the rules of steps know them."""
    return {id_: [event_of(row) for row in rows] for id_, rows in rows_of_events(session, ids).items()}


def next_number(session: Session, year: int) -> int:
    """Return the next number of a year; two at once wait for each other."""
    session.execute(insert_of(session)(PermitNumber).values(year=year, last=0).on_conflict_do_nothing())
    row = session.get_one(PermitNumber, year, with_for_update=True, populate_existing=True)
    row.last += 1
    session.flush()
    return row.last


def contract_permits(row: Permit, events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return what one permit comes to, as the contract has it; nothing where nothing was granted."""
    approval = approval_of(row)
    if approval is None:
        return []
    return to_permit_json(application_of(row), approval, events=events, timezone=row.timezone or "Asia/Shanghai")


def others_for(session: Session, row: Permit, plates: Collection[str]) -> list[dict[str, Any]]:
    """Return other applications and permits for some vehicles, as `truckban.permitting` compares them with one."""
    query = (
        sa.select(Permit)
        .where(
            Permit.id.in_(sa.select(PermitPlate.permit_id).where(PermitPlate.plate.in_(tuple(plates)))),
            Permit.id != row.id,
            Permit.state.in_(("submitted", "returned", "approved", "suspended")),
            sa.or_(Permit.ends_at.is_(None), Permit.ends_at > now()),
        )
        .order_by(Permit.id)
        .limit(_TOGETHER)
    )
    rows = session.scalars(query).all()
    events = events_of(session, [each.id for each in rows])
    found: list[dict[str, Any]] = []
    for each in rows:
        name = {"state": each.state, "permit_no": each.permit_no or each.id}
        if each.approval is not None:
            found += [{**one, **name} for one in contract_permits(each, events[each.id]) if one["plate"] in plates]
            continue
        asked = application_of(each)
        if asked.days is None or asked.route is None:
            continue
        found += [
            {
                "plate": plate,
                "valid_from": asked.days.from_.isoformat(),
                "valid_to": asked.days.to.isoformat(),
                "windows": list(asked.windows),
                "roads": list(asked.route.roads or ()),
                "area": area_of(asked.route),
                **name,
            }
            for plate in asked.plates
            if plate in plates
        ]
    return found


def open_leads(session: Session, plates: Collection[str]) -> list[dict[str, Any]]:
    """Return leads of some vehicles that nobody has closed, the newest first, as `truckban.permitting` takes them."""
    rows = session.scalars(
        sa.select(Lead)
        .where(Lead.plate.in_(tuple(plates)), Lead.state.in_(OPEN))
        .order_by(Lead.entered_at.desc(), Lead.number.desc())
        .limit(_MOST_LEADS)
    )
    return [
        {
            "lead_id": lead.lead_id,
            "plate": lead.plate,
            "entered_at": lead.entered_at.isoformat(),
            "verdict": lead.verdict,
            "grade": lead.grade,
            "status": "open",
        }
        for lead in rows
    ]


def kept_assessment(session: Session, permit_id: str, content: str, basis: str) -> PermitAssessment | None:
    """Return what was found in one state of all that counts, if it was looked at."""
    return session.scalars(
        sa.select(PermitAssessment).where(
            PermitAssessment.permit_id == permit_id,
            PermitAssessment.content == content,
            PermitAssessment.basis == basis,
        )
    ).one_or_none()


def assessment(session: Session, permit_id: str, id_: str) -> PermitAssessment | None:
    """Return an assessment of an application."""
    return session.scalars(
        sa.select(PermitAssessment).where(PermitAssessment.permit_id == permit_id, PermitAssessment.id == id_)
    ).one_or_none()


def last_assessment(session: Session, permit_id: str, content: str) -> PermitAssessment | None:
    """Return the newest assessment of an application as it stands."""
    return session.scalars(
        sa.select(PermitAssessment)
        .where(PermitAssessment.permit_id == permit_id, PermitAssessment.content == content)
        .order_by(PermitAssessment.id.desc())
        .limit(1)
    ).one_or_none()


def forget_assessments(session: Session, permit_id: str) -> None:
    """Remove assessments that no step rests on."""
    used = sa.select(PermitEvent.assessment_id).where(
        PermitEvent.permit_id == permit_id, PermitEvent.assessment_id.is_not(None)
    )
    session.execute(
        sa.delete(PermitAssessment).where(PermitAssessment.permit_id == permit_id, PermitAssessment.id.not_in(used))
    )


def suspension(session: Session, id_: str, *, change: bool = False) -> PermitSuspension | None:
    """Return a suspension of many permits."""
    return session.get(PermitSuspension, id_, with_for_update=change or None, populate_existing=change)


def suspensions(session: Session, *, after: str | None, limit: int) -> Sequence[PermitSuspension]:
    """Return suspensions of many permits, the newest first."""
    query = sa.select(PermitSuspension).order_by(PermitSuspension.id.desc()).limit(limit + 1)
    return session.scalars(query if after is None else query.where(PermitSuspension.id < after)).all()


def standing_of(
    session: Session, notice: str, permit_kind: str | None, at: dt.datetime, *, change: bool
) -> Iterator[Sequence[Permit]]:
    """Yield permits of a notice that are in force or suspended, by their ids, some at a time."""
    yield from _by_ids(
        session,
        sa.select(Permit).where(
            Permit.notice == notice,
            *(() if permit_kind is None else (Permit.permit_kind == permit_kind,)),
            Permit.state.in_(("approved", "suspended")),
            Permit.ends_at > at,
        ),
        change=change,
    )


def of_batch(session: Session, batch: str, *, change: bool) -> Iterator[Sequence[Permit]]:
    """Yield the permits that were suspended together, by their ids, some at a time."""
    own = sa.select(PermitEvent.permit_id).where(PermitEvent.batch == batch)
    yield from _by_ids(session, sa.select(Permit).where(Permit.id.in_(own)), change=change)


def _by_ids(session: Session, query: Any, *, change: bool) -> Iterator[Sequence[Permit]]:  # noqa: ANN401
    after = ""
    while True:
        piece = query.where(Permit.id > after).order_by(Permit.id).limit(_TOGETHER)
        rows = session.scalars(piece.with_for_update() if change else piece).all()
        if rows:
            yield rows
        if len(rows) < _TOGETHER:
            return
        after = rows[-1].id


def taken_back(session: Session, at: dt.datetime) -> list[tuple[str, str, dt.datetime]]:
    """Return number, state and since when of permits whose time is not over and that are not in force."""
    rows = session.scalars(
        sa.select(Permit).where(Permit.state.in_(("suspended", "revoked")), Permit.ends_at > at).order_by(Permit.id)
    ).all()
    found = []
    for begin in range(0, len(rows), _TOGETHER):
        piece = rows[begin : begin + _TOGETHER]
        events = events_of(session, [row.id for row in piece])
        found += [(str(row.permit_no), row.state, since_of(events[row.id])) for row in piece]
    return found


def since_of(events: Sequence[Event]) -> dt.datetime:
    """Return since when a permit is in its last state."""
    last = events[-1].to
    since = events[-1].at
    for event in reversed(events):
        if event.to != last:
            break
        since = event.at
    return since


def public_keys(session: Session) -> Sequence[PermitKey]:
    """Return the public keys that permits were signed with, the newest first."""
    return session.scalars(sa.select(PermitKey).order_by(PermitKey.since.desc(), PermitKey.id)).all()


def keep_public_key(session: Session, id_: str, pem: str) -> bool:
    """Keep a public key; return False where it is known, also by the hand of another process at once."""
    made = session.execute(insert_of(session)(PermitKey).values(id=id_, pem=pem, since=now()).on_conflict_do_nothing())
    return bool(made.rowcount)  # type: ignore[attr-defined]  # of an INSERT it is there


def insert_of(session: Session) -> Any:  # noqa: ANN401
    """Return the INSERT of the database that can leave alone what is there."""
    from sqlalchemy.dialects import postgresql, sqlite  # noqa: PLC0415

    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
