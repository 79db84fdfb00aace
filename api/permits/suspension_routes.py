"""`/v1/permits/suspensions`: all permits of a kind out of force at once, and exactly these back."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.orm import Session

from api.access.guard import Caller
from api.bodies import EachOnce
from api.once import Key, Made, do_once
from api.openapi import answers
from api.paging import Cursor, Limit, cut, read_cursor
from api.permits import batches
from api.permits.schemas import Suspend, SuspensionPage, SuspensionShown
from api.permits.showing import suspension_shown
from api.problems import not_found
from api.service import service_of
from api.store import permits as stored

router = APIRouter(prefix="/permits/suspensions", tags=["permits"], route_class=EachOnce)
BatchPath = Annotated[str, Path(pattern=r"^[0-9A-Z]{26}$", description="the suspension's id")]


@router.post(
    "", operation_id="suspensions.make", summary="Suspend all permits of a notice or of a kind", status_code=201,
    response_model=SuspensionShown,
    responses={
        200: {"model": SuspensionShown, "description": "dry_run: what would be done"},
        **answers(400, 401, 403, 413, 415, 422),
    },
)  # fmt: skip
def make_suspension(
    request: Request,
    principal: Caller,
    asked: Suspend,
    dry_run: Annotated[bool, Query(description="only count")] = False,  # noqa: FBT002
    _key: Key = None,
) -> Response:
    """Put permits out of force together, as on a pollution alert. Permits that are granted later are not among them."""

    def make(session: Session) -> Made:
        row = batches.suspend(session, principal, asked, dry_run=dry_run)
        shown = suspension_shown(row)
        headers = {} if dry_run else {"Location": f"/v1/permits/suspensions/{row.id}"}
        return Made(shown, 200 if dry_run else 201, headers)

    return do_once(request, principal, asked, make)


@router.get(
    "", operation_id="suspensions.list", summary="Suspensions of many permits, the newest first",
    responses=answers(401, 403, 422),
)  # fmt: skip
def list_suspensions(request: Request, _principal: Caller, limit: Limit = 50, cursor: Cursor = None) -> SuspensionPage:
    """List who suspended how many permits, when and why, and who lifted it."""
    after = read_cursor(cursor, str)
    with service_of(request).store.read() as session:
        rows, following = cut(
            stored.suspensions(session, after=after[0] if after else None, limit=limit), limit, lambda row: (row.id,)
        )
        return SuspensionPage(suspensions=[suspension_shown(row) for row in rows], next=following)


@router.get("/{batch}", operation_id="suspensions.one", summary="One suspension", responses=answers(401, 403, 404, 422))
def one_suspension(request: Request, _principal: Caller, batch: BatchPath) -> SuspensionShown:
    """Show one suspension of many permits."""
    with service_of(request).store.read() as session:
        return suspension_shown(stored.suspension(session, batch) or not_found())


@router.delete(
    "/{batch}", operation_id="suspensions.lift", summary="Lift a suspension", responses=answers(401, 403, 404, 409, 422)
)
def lift(
    request: Request,
    principal: Caller,
    batch: BatchPath,
    why: Annotated[str, Query(min_length=1, max_length=2000, pattern=r"^[^\x00]*\S[^\x00]*$", examples=["预警解除"])],
) -> SuspensionShown:
    """Bring back exactly what it suspended: what is revoked, over, or suspended on another ground stays so."""
    with service_of(request).store.write() as session:
        return suspension_shown(batches.lift(session, principal, batch, why))
