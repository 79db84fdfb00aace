"""`/v1/violations`: leads that an officer confirmed."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from api.access.guard import Caller, CallerReach
from api.etags import etag_of, unchanged
from api.leads.reach import plates_within
from api.leads.schemas import ViolationPage, ViolationWhole
from api.leads.showing import instant, says, shown, violation_row
from api.openapi import answers
from api.paging import Cursor, Limit, cut, micros, read_cursor
from api.privacy import plates_for
from api.problems import language_of, not_found
from api.service import service_of
from api.store.violations import violation_of, violations_page
from api.written_times import WrittenTime

router = APIRouter(prefix="/violations", tags=["violations"])


@router.get(
    "", operation_id="violations.list", summary="Violations, the last confirmed first", responses=answers(401, 403, 422)
)
def list_violations(
    request: Request,
    principal: Caller,
    reach: CallerReach,
    state: Literal["standing", "revoked"] | None = None,
    since: Annotated[WrittenTime | None, Query(alias="from", description="confirmed then or later")] = None,
    until: Annotated[WrittenTime | None, Query(alias="to", description="confirmed before")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ViolationPage:
    """List violations. Nothing in the program issues a penalty."""
    plates = plates_for(principal, reach)
    after = read_cursor(cursor, int, str)
    with service_of(request).store.read() as session:
        found = violations_page(
            session,
            plates=plates_within(session, principal, reach),
            standing=None if state is None else state == "standing",
            since=since,
            until=until,
            after=None if after is None else (instant(after[0]), after[1]),
            limit=limit,
        )
        rows, following = cut(found, limit, lambda row: (micros(row[0].confirmed_at), row[0].id))
        return ViolationPage(
            violations=[violation_row(row, plates) for row in rows],
            next=following,
            plates=shown(plates),
            says=says({lead.grade for _, lead, _ in rows}, plates, language_of(request)),
        )


@router.get(
    "/{violation_id}",
    operation_id="violations.one",
    summary="One violation",
    response_model=ViolationWhole,
    responses={304: {"description": "the caller has this state"}, **answers(401, 403, 404, 422)},
)
def one_violation(
    request: Request,
    response: Response,
    principal: Caller,
    reach: CallerReach,
    violation_id: Annotated[str, Path(pattern="^[0-9A-Z]{26}$")],
) -> Any:  # noqa: ANN401
    """Show a violation; one that was taken back says so."""
    plates = plates_for(principal, reach)
    with service_of(request).store.read() as session:
        found = violation_of(session, violation_id, plates=plates_within(session, principal, reach)) or not_found()
        row = violation_row(found, plates)
        told = ViolationWhole(
            **row.model_dump(),
            plates=shown(plates),
            says=says([row.grade], plates, language_of(request)),
        )
        return unchanged(request, response, etag_of(row.id, f"{row.state}-{found[1].version}")) or told
