"""`/v1/retention`: what is past its time, and what is held back."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.orm import Session

from api.access.guard import Caller
from api.bodies import EachOnce
from api.once import Key, Made, do_once
from api.openapi import answers
from api.paging import Cursor, Limit, cut, read_cursor
from api.problems import Problem, not_found
from api.retention.schemas import HoldPage, HoldShown, NewHold, NewPurge, PurgeQueued, Release, Retention
from api.retention.service import all_due, days_kept, due
from api.service import service_of
from api.store.audit import note
from api.store.base import new_id, now
from api.store.jobs import enqueue
from api.store.lead_acts import lead_of
from api.store.retention import add_hold, hold_of, holds_page, purge_waits, release
from api.store.tables.leads import Hold, Lead
from zones.text import Text

router = APIRouter(prefix="/retention", tags=["retention"], route_class=EachOnce)
_LONGEST = dt.timedelta(days=3653)


def _shown(hold: Hold, lead: Lead) -> HoldShown:
    same = ("id", "why", "until", "actor", "created_at", "released_at")
    return HoldShown(lead_id=lead.lead_id, **{name: getattr(hold, name) for name in same})


@router.get("", operation_id="retention.show", summary="How long what is kept", responses=answers(401, 403, 422))
def show(request: Request, _principal: Caller) -> Retention:
    """Say how long what is kept, and what the next purge would remove."""
    service = service_of(request)
    with service.store.read() as session:
        purging = purge_waits(session)
    return Retention(**days_kept(service.settings), **due(service.store, service.settings, now()), purging=purging)


@router.post(
    "/purge", operation_id="retention.purge", summary="Remove now what is past its time", response_model=PurgeQueued,
    status_code=202, responses=answers(400, 401, 403, 409, 422),
)  # fmt: skip
def purge_now(request: Request, principal: Caller, asked: NewPurge, _key: Key = None) -> Response:
    """Have a worker remove what is past its time, without waiting for the day's turn. What was held meanwhile stays.

    The figures are those of `GET /v1/retention`; they may be lower when it is done, never higher when it is asked.
    """
    service = service_of(request)

    def make(session: Session) -> Made:
        if purge_waits(session):
            raise Problem(409, "purging", Text("已经有一次清理在进行", "a purge is under way already"))
        found = all_due(session, service.settings, now())
        counts = {name: found[name] for name in ("tracks", "closed_leads", "lapsed_leads", "permits", "drafts")}
        if not any(counts.values()):
            raise Problem(409, "nothing", Text("没有到期的数据", "nothing is past its time"))
        if any(count > getattr(asked, name) for name, count in counts.items()):
            text = Text("到期的数据比您看到的多，请重新确认", "more is past its time than you saw; look again")
            raise Problem(409, "changed", text, more=counts)
        job = str(enqueue(session, "retention", new_id()))
        note(session, principal.actor, "retention.purge_now", f"job:{job}", why=asked.why, details=counts)
        return Made(PurgeQueued(job=job, **counts), 202)

    return do_once(request, principal, asked, make)


@router.get("/holds", operation_id="retention.holds", summary="The holds that stand", responses=answers(401, 403, 422))
def list_holds(request: Request, _principal: Caller, limit: Limit = 50, cursor: Cursor = None) -> HoldPage:
    """List the holds that stand, the newest first."""
    after = read_cursor(cursor, str)
    with service_of(request).store.read() as session:
        found = holds_page(session, limit=limit, after=after[0] if after else None)
        rows, following = cut(found, limit, lambda row: (row[0].id,))
        return HoldPage(holds=[_shown(*row) for row in rows], next=following)


@router.post(
    "/holds", operation_id="retention.hold", summary="Keep a lead beyond its time", response_model=HoldShown,
    status_code=201, responses=answers(400, 401, 403, 404, 422),
)  # fmt: skip
def hold(request: Request, principal: Caller, asked: NewHold, _key: Key = None) -> Response:
    """Hold a lead and its fixes back, for a reason and until a time; at most ten years ahead, and then again."""

    def make(session: Session) -> Made:
        lead = lead_of(session, asked.lead_id, locked=True) or not_found()
        at = now()
        if not at < asked.until <= at + _LONGEST:
            text = Text("应在今后十年之内", "it lies within the next ten years")
            raise Problem(422, "invalid", text, errors=[("body.until", text)])
        made = add_hold(session, lead, why=asked.why, until=asked.until, actor=principal.actor.id)
        details = {"hold": made.id, "until": asked.until.isoformat()}
        note(session, principal.actor, "retention.hold", f"lead:{lead.lead_id}", why=asked.why, details=details)
        return Made(_shown(made, lead), 201)

    return do_once(request, principal, asked, make)


@router.post(
    "/holds/{hold_id}/release", operation_id="retention.release", summary="End a hold", response_model=HoldShown,
    responses=answers(400, 401, 403, 404, 409, 422),
)  # fmt: skip
def end_hold(
    request: Request,
    principal: Caller,
    hold_id: Annotated[str, Path(pattern="^[0-9A-Z]{26}$")],
    asked: Release,
    _key: Key = None,
) -> Response:
    """End a hold; what it kept is removed when its time is over."""

    def make(session: Session) -> Made:
        found = hold_of(session, hold_id) or not_found()
        kept, lead = found
        if kept.released_at is not None:
            raise Problem(409, "released", Text("已经解除", "it has been released"))
        release(session, kept)
        note(
            session,
            principal.actor,
            "retention.release",
            f"lead:{lead.lead_id}",
            why=asked.why,
            details={"hold": kept.id},
        )
        return Made(_shown(kept, lead), 200)

    return do_once(request, principal, asked, make)
