"""The pages of who drives: may I, which permit have I got, is this permit real."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.access.guard import Caller
from api.law_in_force import LawInForce
from api.service import service_of
from api.web.offers import may_find_permits
from api.web.rendering import page
from truckban.norms import Notice
from truckban.vehicles.codes import vehicle_codes

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

# what most who ask drive (GA 24.4), the most frequent first
COMMON = ("H17", "Q11", "H19", "H12", "H27", "H22", "H37", "H32", "H31", "H30")
_ASKED = ("H", "Q", "Z", "N")
# what else could carry it, asked as another vehicle
_SMALLER = "H32"


@router.get("/", operation_id="web.driver")
def driver(request: Request, principal: Caller) -> HTMLResponse:
    """Show the question: may this truck drive from here to there, then?"""
    known = vehicle_codes()
    law = service_of(request).law.now
    return page(
        request,
        "driver",
        principal,
        laws=[(each.shelf.first.pack, _windows(each.shelf.first)) for each in law.jurisdictions],
        common=[(code, known[code].words) for code in COMMON],
        types=[row.words for code, row in known.items() if code[0] in _ASKED and code not in COMMON],
        state={**_law(law), "other": known[_SMALLER].words},
    )


@router.get("/my-permits", operation_id="web.my_permits")
def my_permits(request: Request, principal: Caller) -> HTMLResponse:
    """Show the permits of who is signed in: which roads, which hours, valid now?"""
    return page(request, "permit", principal, mine=True, state=_law(service_of(request).law.now))


@router.get("/p", operation_id="web.permit_check")
def permit_check(request: Request, principal: Caller) -> HTMLResponse:
    """Show what a scanned permit says. What was scanned stands behind the #, which browsers do not send."""
    state = _law(service_of(request).law.now) | {"may_find_permits": may_find_permits(principal)}
    return page(request, "permit", principal, mine=False, state=state)


def _windows(notice: Notice) -> list[str]:
    """Return the hours of bans that hold every day: what can be said before anything is asked."""
    plain = (
        w for w in notice.pack.windows.values() if w.mode == "during" and not (w.weekdays or w.calendar or w.dates)
    )
    return list(dict.fromkeys(span for window in plain for span in window.spans))


def _law(law: LawInForce) -> dict[str, Any]:
    """Return what the scripts have to know of the notices: an answer may rest on any of them."""
    pack = law.shelf().first.pack
    notices = [pair.notice for pair in law.pairs.values()]
    packs = [notice.pack for notice in notices]
    spans = [span for each in packs for window in each.windows.values() for span in window.spans]
    return {
        "notice": {"id": pack.id, "title": pack.title, "doc_no": pack.doc_no, "timezone": pack.timezone},
        "edges": sorted({edge for span in spans for edge in span.split("-")}),
        "windows": {notice.id: _windows(notice) for notice in notices},
        "permit_norms": [permit.id for each in packs for permit in each.permits],
        "exemption_norms": [norm.id for each in packs for norm in each.exemptions],
    }
