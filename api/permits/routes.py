"""`/v1/permits`: drafts, lists, one application, its history."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response
from sqlalchemy.orm import Session

from api.access.guard import Caller, CallerReach
from api.access.principal import Principal
from api.access.table import Reach
from api.etags import etag_of, require_match
from api.once import Key, Made, do_once
from api.openapi import answers
from api.paging import Cursor, Limit, cut, instant_of, micros, read_cursor
from api.permits import service as permits
from api.permits.assessing import assessment_of
from api.permits.reading import BODY, ApplicationBody, read
from api.permits.schemas import Acted, AssessmentShown, History, PermitPage, PermitWhole
from api.permits.showing import acted, event_shown, local, row_of, whole_of
from api.privacy import may_see_plates, plates_for
from api.problems import Problem, language_of, not_found
from api.service import service_of
from api.store import permits as stored
from api.store.attachments import attachments
from api.store.base import now
from api.store.permit_search import After, Search, found
from api.store.tables.permits import Permit, PermitAssessment
from api.vehicles.routes import PlateQuery, plate_asked
from truckban.permitting.states import State
from zones.text import Text

router = APIRouter(prefix="/permits", tags=["permits"])
IdPath = Annotated[str, Path(pattern=r"^[0-9A-Z]{26}$", description="the application's id")]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="the ETag of the application as it was seen")]
WordQuery = Annotated[str | None, Query(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
CHANGES = answers(400, 401, 403, 404, 409, 412, 413, 415, 422, 428)


def etag(row: Permit) -> str:
    """Return the ETag of an application's state."""
    return etag_of(row.id, row.version)


def whose(principal: Principal, reach: Reach) -> Principal | None:
    """Return whose applications are looked at: one's own, or None for all that were handed in."""
    return principal if reach == "own" else None


def changeable(request: Request, session: Session, principal: Principal, reach: Reach, id_: str) -> Permit:
    """Return an application that is about to be changed; nobody else changes it until the transaction ends.

    Raises:
        Problem: 404, 412 or 428.
    """
    row = stored.permit(session, id_, whose=whose(principal, reach), change=True) or not_found()
    require_match(request, etag(row))
    return row


@router.post(
    "", operation_id="permits.create", summary="Begin an application", status_code=201, response_model=Acted,
    responses=answers(400, 401, 403, 413, 415, 422), openapi_extra=BODY,
)  # fmt: skip
def create(request: Request, principal: Caller, given: ApplicationBody, _key: Key = None) -> Response:
    """Keep a draft. It may lack anything, but what it says has to be possible; nobody else sees it before it is handed in."""
    application = read(given, service_of(request).law.now)

    def make(session: Session) -> Made:
        row = permits.create(session, principal, application)
        return Made(acted(row), 201, {"ETag": etag(row), "Location": f"/v1/permits/{row.id}"})

    return do_once(request, principal, given, make)


@router.get(
    "", operation_id="permits.list", summary="Applications and permits, in pages", responses=answers(401, 403, 422)
)
def list_permits(  # noqa: PLR0913, PLR0917  (one for each word of the address)
    request: Request,
    principal: Caller,
    reach: CallerReach,
    state: State | None = None,
    overdue: Annotated[bool | None, Query(description="a decision is due, and late; or is not")] = None,
    sponsor: WordQuery = None,
    notice: WordQuery = None,
    plate: PlateQuery = None,
    sort: Annotated[
        Literal["newest", "due"], Query(description="`due`: only what waits for a decision, what is due first in front")
    ] = "newest",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> PermitPage:
    """List one's own applications; reviewers and officers see all that were handed in."""
    plates, lang, at = plates_for(principal, reach), language_of(request), now()
    wanted = Search(whose(principal, reach), at, state, overdue, sponsor, plate_asked(principal, plate), notice)
    due = sort == "due"
    key = read_cursor(cursor, int, str) if due else read_cursor(cursor, str)
    after = None if key is None else After(instant_of(key[0]) if due else None, key[-1])

    def place(row: Permit) -> tuple[Any, ...]:
        return (micros(row.due_at), row.id) if due and row.due_at is not None else (row.id,)

    with service_of(request).store.read() as session:
        rows, following = cut(found(session, wanted, due=due, after=after, limit=limit), limit, place)
        numbers = stored.plates_of(session, [row.id for row in rows])
        return PermitPage(
            permits=[row_of(row, numbers[row.id], plates, lang, at) for row in rows],
            next=following,
            plates="full" if plates.full else "masked",
        )


@router.get(
    "/{permit_id}", operation_id="permits.one", summary="One application", responses=answers(401, 403, 404, 422)
)
def one_permit(
    request: Request, response: Response, principal: Caller, reach: CallerReach, permit_id: IdPath
) -> PermitWhole:
    """Show what was asked, what was granted, how long a decision may take, and what the caller may do; with an ETag."""
    service = service_of(request)
    with service.store.read() as session:
        row = stored.permit(session, permit_id, whose=whose(principal, reach)) or not_found()
        response.headers["ETag"] = etag(row)
        return whole_of(
            row,
            stored.rows_of_events(session, [row.id])[row.id],
            attachments(session, row.id),
            service.law.now,
            principal=principal,
            plates=plates_for(principal, reach),
            lang=language_of(request),
        )


@router.put(
    "/{permit_id}", operation_id="permits.save", summary="Save a draft", responses=CHANGES,
    openapi_extra=BODY,
)  # fmt: skip
def save(
    request: Request,
    response: Response,
    principal: Caller,
    reach: CallerReach,
    permit_id: IdPath,
    given: ApplicationBody,
    _match: IfMatch = None,
) -> Acted:
    """Replace what a draft, or a returned application, asks for. Its files stay."""
    service = service_of(request)
    application = read(given, service.law.now)
    with service.store.write() as session:
        row = changeable(request, session, principal, reach, permit_id)
        permits.save(session, principal, row, application)
        response.headers["ETag"] = etag(row)
        return acted(row)


@router.post(
    "/{permit_id}/copy", operation_id="permits.copy", summary="Begin a new application like another", status_code=201,
    response_model=Acted, responses=answers(400, 401, 403, 404, 422),
)  # fmt: skip
def copy(request: Request, principal: Caller, reach: CallerReach, permit_id: IdPath, _key: Key = None) -> Response:
    """Make a draft of what was asked before, in any state; without files, and without its word on being late."""

    def make(session: Session) -> Made:
        row = stored.permit(session, permit_id, whose=whose(principal, reach)) or not_found()
        application = stored.application_of(row).model_copy(update={"retroactive": None})
        new = permits.create(session, principal, application, copied_from=row.id)
        return Made(acted(new), 201, {"ETag": etag(new), "Location": f"/v1/permits/{new.id}"})

    return do_once(request, principal, [], make)


@router.get(
    "/{permit_id}/history", operation_id="permits.history", summary="Who did what when",
    responses=answers(401, 403, 404, 422),
)  # fmt: skip
def history(request: Request, principal: Caller, reach: CallerReach, permit_id: IdPath) -> History:
    """Show every step; the applicant is told the office, not the person."""
    with service_of(request).store.read() as session:
        row = stored.permit(session, permit_id, whose=whose(principal, reach)) or not_found()
        events = stored.rows_of_events(session, [row.id])[row.id]
        return History(id=row.id, events=[event_shown(each, officially=reach == "all") for each in events])


@router.get(
    "/{permit_id}/assessment", operation_id="permits.assess", summary="What the program finds on an application",
    responses=answers(401, 403, 404, 409, 422),
)  # fmt: skip
def assess_permit(
    request: Request,
    principal: Caller,
    permit_id: IdPath,
    assessment_id: Annotated[
        str | None, Query(pattern=r"^[0-9A-Z]{26}$", description="what was seen then, as a decision names it")
    ] = None,
) -> AssessmentShown:
    """Look at an application from every side, each line with its source: by the law and the records of now.

    The program finds, and never decides; name `assessment_id` with the decision.
    """
    if not may_see_plates(principal):
        raise Problem(
            403, "plates", Text("审查意见里有车牌，您无权看", "an assessment names plates, which you may not see")
        )
    service = service_of(request)
    if assessment_id is None:
        return _assessment(assessment_of(service, permit_id) or not_found())
    with service.store.read() as session:
        row = stored.permit(session, permit_id, whose=None) or not_found()
        return _assessment(stored.assessment(session, row.id, assessment_id) or not_found())


def _assessment(row: PermitAssessment) -> AssessmentShown:
    return AssessmentShown.model_validate({**row.body, "assessment_id": row.id, "made_at": local(row.made_at)})
