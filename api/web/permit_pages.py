"""The pages of permits before they are permits: the reviewer's desk, and the applicant's form."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from api.access.guard import Caller, CallerReach
from api.access.table import rules
from api.law_in_force import Pair
from api.permits.routes import whose
from api.privacy import may_see_plates
from api.service import Service, service_of
from api.store import permits as stored
from api.store.accounts import accounts
from api.web.addresses import ApplicationPath, no_application
from api.web.desk_pages import sources
from api.web.driver_pages import COMMON
from api.web.rendering import page
from truckban.vehicles.codes import vehicle_codes

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
_TRUCKS = ("H", "Q", "Z", "N", "G", "B")
_MOST = 1000


@router.get("/review", operation_id="web.review")
def review(request: Request, principal: Caller) -> HTMLResponse:
    """Show what waits for a decision."""
    state: dict[str, Any] = {"may_see_plates": may_see_plates(principal), "notices": _notices(service_of(request))}
    return page(request, "permits_review", principal, state=state, **state)


@router.get("/review/{permit_id}", operation_id="web.application")
def application(request: Request, principal: Caller, permit_id: ApplicationPath) -> HTMLResponse:
    """Show one application beside what the program finds on it."""
    service = service_of(request)
    with service.store.read() as session:
        if stored.permit(session, permit_id, whose=None) is None:
            raise no_application()
        people = office(session)
    state = {
        "id": permit_id,
        "people": people,
        "may_decide": principal.role == "reviewer",
        "may_assess": principal.role in rules()["permits.assess"].reach,
        "may_open_files": principal.role in rules()["attachments.content"].reach,
        "may_see_plates": may_see_plates(principal),
        "notices": _notices(service),
        "enterprises": sources(service),
    }
    may_queue = principal.role in rules()["web.review"].reach
    return page(request, "permits_application", principal, state=state, may_queue=may_queue)


@router.get("/apply", operation_id="web.apply")
def apply(request: Request, principal: Caller) -> HTMLResponse:
    """Show one's own applications."""
    return page(request, "permits_apply", principal, state={"notices": _notices(service_of(request))})


@router.get("/apply/{permit_id}", operation_id="web.apply_form")
def apply_form(request: Request, principal: Caller, reach: CallerReach, permit_id: ApplicationPath) -> HTMLResponse:
    """Show the form of one's own application; what it holds, the script asks for."""
    service = service_of(request)
    with service.store.read() as session:
        if stored.permit(session, permit_id, whose=whose(principal, reach)) is None:
            raise no_application()
    known = vehicle_codes()
    laws = {name: _law(pair) for name, pair in service.law.now.pairs.items()}
    types = [known[code].words for code in COMMON]
    types += [row.words for code, row in known.items() if code[0] in _TRUCKS and code not in COMMON]
    state = {
        "id": permit_id,
        "people": {},
        "notices": _notices(service),
        "roads": sorted({road for law in laws.values() for road in law["roads"]}),
        "laws": laws,
        "enterprises": sources(service),
        "file_bytes": service.settings.attachment_bytes,
    }
    return page(request, "permits_form", principal, state=state, types=types, roads=state["roads"])


def office(session: Session) -> dict[str, str]:
    """Return the names of who works on applications, by account: colleagues have to know who did what."""
    found: dict[str, str] = {}
    for role in ("reviewer", "admin"):
        after = None
        while rows := accounts(session, after=after, limit=_MOST, role=role):
            found |= {row.id: row.name for row in rows}
            after = rows[-1].id
    return found


def _law(pair: Pair) -> dict[str, Any]:
    """Return what the form asks of a notice: whether a permit under it is needed at all."""
    spans = [span for window in pair.notice.pack.windows.values() for span in window.spans]
    streets = [street for zone in pair.zones for street in zone.streets if street.name]
    return {
        "zones": [zone.id for zone in pair.zones],
        "edges": sorted({edge for span in spans for edge in span.split("-") if edge != "24:00"}),
        "roads": sorted({street.name for street in streets}),
        "inside": sorted({street.name for street in streets if street.place in ("inside", "crosses")}),
    }


def _notices(service: Service) -> dict[str, dict[str, Any]]:
    """Return the notices in force, with the kinds of permit that each has."""
    return {
        name: {
            "title": pair.notice.pack.title,
            "doc_no": pair.notice.pack.doc_no,
            "kinds": [permit.kind for permit in pair.notice.pack.permits if permit.kind],
            "permits": bool(pair.notice.pack.permits),
        }
        for name, pair in service.law.now.pairs.items()
    }
