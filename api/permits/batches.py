"""Many permits at once: suspended together, back together."""

from sqlalchemy.orm import Session

from api.access.principal import Principal
from api.permits.schemas import Suspend
from api.permits.service import of_step
from api.problems import Problem, not_found
from api.store import permits as stored
from api.store.audit import note
from api.store.base import new_id, now
from api.store.tables.permits import PermitSuspension
from truckban.permitting.states import StepError, resume_all, suspend_all
from zones.text import Text


def suspend(session: Session, principal: Principal, asked: Suspend, *, dry_run: bool) -> PermitSuspension:
    """Suspend all permits of a notice, or of one of its kinds, whose time is not over.

    Args:
        session: a transaction that writes.
        principal: who orders it.
        asked: which, and why.
        dry_run: only count; nothing is written, and the row that is returned is in no store.
    """
    at, batch, count = now(), new_id(), 0
    for rows in stored.standing_of(session, asked.notice, asked.permit_kind, at, change=not dry_run):
        events = stored.events_of(session, [row.id for row in rows])
        try:
            steps = suspend_all(
                events,
                batch=batch,
                by=principal.actor.id,
                role=principal.role,  # type: ignore[arg-type]  # the table of access knows no others
                at=at,
                reason=asked.reason,
                last_instants={row.id: row.ends_at for row in rows if row.ends_at is not None},
            )
        except StepError as error:
            raise of_step(error) from None
        count += len(steps)
        if not dry_run:
            for row in rows:
                if row.id in steps:
                    stored.add_event(session, row, steps[row.id])
    made = PermitSuspension(
        id=None if dry_run else batch,
        notice=asked.notice,
        permit_kind=asked.permit_kind,
        reason=asked.reason,
        count=count,
        made_by=principal.actor.id,
        made_at=at,
    )
    if not dry_run:
        session.add(made)
        session.flush()
        details = {"notice": asked.notice, "permit_kind": asked.permit_kind, "count": count}
        note(session, principal.actor, "permit.suspend_all", f"suspension:{batch}", why=asked.reason, details=details)
    return made


def lift(session: Session, principal: Principal, batch: str, why: str) -> PermitSuspension:
    """Lift a suspension of many: exactly those come back that it alone still suspends.

    Raises:
        Problem: 404; 409 where it is lifted already.
    """
    made = stored.suspension(session, batch, change=True) or not_found()
    if made.lifted_at is not None:
        raise Problem(409, "lifted", Text("已经解除过", "it is lifted already"))
    at, count = now(), 0
    for rows in stored.of_batch(session, batch, change=True):
        events = stored.events_of(session, [row.id for row in rows])
        try:
            steps = resume_all(
                events,
                batch=batch,
                by=principal.actor.id,
                role=principal.role,  # type: ignore[arg-type]
                at=at,
                reason=why,
                last_instants={row.id: row.ends_at for row in rows if row.ends_at is not None},
            )
        except StepError as error:
            raise of_step(error) from None
        for row in rows:
            if row.id in steps:
                stored.add_event(session, row, steps[row.id])
                count += steps[row.id].to == "approved"
    made.lifted_at, made.lifted_by, made.lifted_reason, made.lifted_count = at, principal.actor.id, why, count
    note(session, principal.actor, "permit.resume_all", f"suspension:{batch}", why=why, details={"count": count})
    return made
