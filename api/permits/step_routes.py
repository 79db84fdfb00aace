"""`/v1/permits/{id}/…`: the steps of an application. Each is taken in the state that was seen, once."""

# ruff: noqa: FAST003  (the id of the path stands in `Step`)

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from api.access.guard import Caller, CallerReach
from api.access.principal import Principal
from api.access.table import Reach
from api.bodies import EachOnce
from api.once import Key, Made, do_once
from api.permits import service as permits
from api.permits.keys import signer
from api.permits.routes import CHANGES, IdPath, IfMatch, changeable, etag
from api.permits.schemas import Acted, Approve, Reason, Refuse, Remark, Return
from api.permits.service import Said
from api.permits.showing import acted
from api.service import service_of
from api.store.tables.permits import Permit
from truckban.permitting.states import Action

router = APIRouter(prefix="/permits", tags=["permits"], route_class=EachOnce)


class Asked(NamedTuple):
    """Who asks for a step of which application."""

    request: Request
    principal: Principal
    reach: Reach
    permit_id: str


async def _asked(
    request: Request,
    principal: Caller,
    reach: CallerReach,
    permit_id: IdPath,
    _match: IfMatch = None,
    _key: Key = None,
) -> Asked:
    return Asked(request, principal, reach, permit_id)


Step = Annotated[Asked, Depends(_asked)]


@router.post(
    "/{permit_id}/submit", operation_id="permits.submit", summary="Hand an application in", response_model=Acted,
    responses=CHANGES,
)  # fmt: skip
def submit(of: Step, asked: Remark) -> Response:
    """Hand in a draft, or what was returned: complete, and within what the notice allows. The clock of working days begins."""
    law = service_of(of.request).law.now

    def do(session: Session, row: Permit) -> None:
        permits.submit(session, of.principal, row, law, Said(asked.reason))

    return _stepped(of, asked, do)


@router.post(
    "/{permit_id}/withdraw", operation_id="permits.withdraw", summary="Withdraw an application", response_model=Acted,
    responses=CHANGES,
)  # fmt: skip
def withdraw(of: Step, asked: Remark) -> Response:
    """Take one's application back before it is decided."""
    return _step(of, asked, "withdraw", Said(asked.reason))


@router.post(
    "/{permit_id}/return", operation_id="permits.return", summary="Send an application back", response_model=Acted,
    responses=CHANGES,
)  # fmt: skip
def send_back(of: Step, asked: Return) -> Response:
    """Say what is to be put right. The clock stands still until it is handed in again."""
    said = Said(asked.reason, asked.codes, asked.assessment_id)
    return _step(of, asked, "return", said)


@router.post(
    "/{permit_id}/approve", operation_id="permits.approve", summary="Grant a permit", response_model=Acted,
    responses=CHANGES,
)  # fmt: skip
def approve(of: Step, asked: Approve) -> Response:
    """Grant what was asked, or less: fewer roads, days, hours; with conditions. Nobody decides his own application."""
    service = service_of(of.request)
    law, key = service.law.now, signer(service)

    def do(session: Session, row: Permit) -> None:
        permits.approve(session, of.principal, row, law, asked, settings=service.settings, key=key)

    return _stepped(of, asked, do)


@router.post(
    "/{permit_id}/refuse", operation_id="permits.refuse", summary="Refuse an application", response_model=Acted,
    responses=CHANGES,
)  # fmt: skip
def refuse(of: Step, asked: Refuse) -> Response:
    """Grant nothing, and say why."""
    said = Said(asked.reason, asked.codes, asked.assessment_id)
    return _step(of, asked, "refuse", said)


@router.post(
    "/{permit_id}/suspend", operation_id="permits.suspend", summary="Suspend a permit", response_model=Acted,
    responses=CHANGES,
)  # fmt: skip
def suspend(of: Step, asked: Reason) -> Response:
    """Put a permit out of force for a time. On several grounds it comes back when none is left."""
    return _step(of, asked, "suspend", Said(asked.reason))


@router.post(
    "/{permit_id}/resume", operation_id="permits.resume", summary="End a suspension", response_model=Acted,
    responses=CHANGES,
)  # fmt: skip
def resume(of: Step, asked: Reason) -> Response:
    """Lift the last suspension that stands."""
    return _step(of, asked, "resume", Said(asked.reason))


@router.post(
    "/{permit_id}/revoke", operation_id="permits.revoke", summary="Revoke a permit", response_model=Acted,
    responses=CHANGES,
)  # fmt: skip
def revoke(of: Step, asked: Reason) -> Response:
    """Put a permit out of force for good; it stands on the list of revoked permits from now on."""
    return _step(of, asked, "revoke", Said(asked.reason))


def _step(of: Asked, asked: Any, action: Action, said: Said) -> Response:  # noqa: ANN401
    law = service_of(of.request).law.now

    def do(session: Session, row: Permit) -> None:
        permits.take(session, of.principal, row, law, action, said)

    return _stepped(of, asked, do)


def _stepped(of: Asked, asked: Any, do: Callable[[Session, Permit], object]) -> Response:  # noqa: ANN401
    def make(session: Session) -> Made:
        row = changeable(of.request, session, of.principal, of.reach, of.permit_id)
        do(session, row)
        return Made(acted(row), 200, {"ETag": etag(row)})

    return do_once(of.request, of.principal, asked, make)
