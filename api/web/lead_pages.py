"""The page of one lead, and its sheet of paper."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import shapely
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from api.access.guard import Caller, CallerReach
from api.access.origins import own_origin
from api.etags import etag_of
from api.leads.again import notice_by, zone_by
from api.leads.showing import whole_of
from api.privacy import Plates, may_see_plates, plates_for
from api.problems import Problem, language_of
from api.service import Service, service_of
from api.store.audit import note
from api.store.base import now
from api.store.lead_acts import Whole, lead_of, whole
from api.web.addresses import LeadPath, no_lead
from api.web.desk_pages import may_act, officers, sources
from api.web.lead_view import banned_hours, end_of, lead_words
from api.web.offers import may_find_permits
from api.web.pdf import pdf_of
from api.web.rendering import page, rendered
from truckban.norms import Notice
from truckban.permitting.qr import qr_svg
from truckban.report.drawing import Drawing
from truckban.report.lead_map import LeadMap, line_map
from truckban.report.masking import Masker
from zones.text import Text

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@dataclass(frozen=True)
class _Ready:
    """What both the page and the sheet show."""

    offset_min: int
    plate: str | None
    told: Any
    words: Mapping[str, Any]
    hours: list[tuple[float, float]]
    drawn: LeadMap | None
    drawing: Drawing | None


@router.get("/desk/leads/{lead_id}", operation_id="web.lead")
def lead_page(request: Request, principal: Caller, reach: CallerReach, lead_id: LeadPath) -> HTMLResponse:
    """Show all that a decision needs."""
    service = service_of(request)
    with service.store.read() as session:
        ready = _ready(session, service, lead_id, plates_for(principal, reach), language_of(request))
        names = officers(session)
    told = ready.told
    state = {
        "lead": told.model_dump(mode="json", exclude={"geometry", "says", "events"}),
        "etag": etag_of(told.lead_id, told.version),
        "line": told.geometry,
        "hours": ready.hours,
        "offset_min": ready.offset_min,
        "timezone": service.law.shelf().first.pack.timezone,
        "people": names,
        "may_act": may_act(principal),
        "may_track": principal.role in ("officer", "auditor"),
        "may_see_plates": may_see_plates(principal),
        "may_find_permits": may_find_permits(principal),
    }
    return page(
        request,
        "desk_lead",
        principal,
        lead=ready.words,
        told=told,
        events=[{**event.model_dump(), "who": names.get(event.actor, event.role)} for event in reversed(told.events)],
        drawn=ready.drawn,
        drawing=ready.drawing,
        may_act=may_act(principal),
        may_track=state["may_track"],
        may_see_plates=may_see_plates(principal),
        state=state,
    )


@router.get("/desk/leads/{lead_id}/sheet.pdf", operation_id="web.lead_sheet", response_class=Response)
def lead_sheet(
    request: Request,
    principal: Caller,
    lead_id: LeadPath,
    plates: Literal["masked", "full"] = "masked",
    why: Annotated[str | None, Query(min_length=2, max_length=500, pattern=r"^[^\x00]*\S[^\x00]*$")] = None,
) -> Response:
    """Return a lead as a sheet for the file. Each is on record, with its reason where the plate is in full."""
    full = plates == "full"
    if full and not may_see_plates(principal):
        text = Text("您无权查看完整车牌", "plates in full are not for you")
        raise Problem(403, "plates", text, errors=[("query.plates", text)])
    if full and why is None:
        text = Text("写出完整车牌要说明理由", "a reason is needed to show the plate in full")
        raise Problem(422, "invalid", text, errors=[("query.why", text)])
    service, lang = service_of(request), language_of(request)
    with service.store.read() as session:
        ready = _ready(session, service, lead_id, Plates(full=full), lang)
        names = officers(session)
    masker = Masker([ready.plate])

    def hide(text: str | None) -> str | None:
        return text and masker.text(text)

    html = rendered(
        "desk_sheet",
        lang,
        lead=ready.words,
        told=ready.told,
        events=[
            {
                **event.model_dump(),
                "who": names.get(event.actor, event.role),
                "why": event.why if full else hide(event.why),
            }
            for event in ready.told.events
        ],
        drawn=ready.drawn,
        drawing=ready.drawing,
        masked=not full,
        made=f"{now().astimezone(dt.timezone(dt.timedelta(minutes=ready.offset_min))):%Y-%m-%d %H:%M}",
        made_by=names.get(principal.account_id or "", principal.role),
        address=(address := f"{own_origin(request)}/desk/leads/{lead_id}"),
        code=qr_svg(address, title=address),
    )
    content = pdf_of(html)
    with service.store.write() as session:
        details = {"plates": plates, "version": ready.told.version}
        note(session, principal.actor, "lead.sheet", f"lead:{lead_id}", why=why, details=details)
    headers = {"Content-Disposition": f'inline; filename="lead-{lead_id}.pdf"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


def _ready(session: Session, service: Service, lead_id: str, plates: Plates, lang: str) -> _Ready:
    lead = lead_of(session, lead_id)
    if lead is None:
        raise no_lead()
    known = whole(session, lead)
    told = whole_of(lead, known, plates, lang)
    offset_min, plate = lead.offset_min, lead.plate
    notice = _notice(session, service, known)
    ground = service.law.now.map_by(known.basis.zone_sha256) or zone_by(session, known.basis)
    drawing = None if ground is None else Drawing(ground.zone)
    day = dt.datetime.fromisoformat(told.entered_at).date()
    enterprise = sources(service).get(told.enterprise_id or "")
    words = lead_words(told, notice, lang, enterprise=enterprise)
    drawn = None if drawing is None else _map(drawing, told, on_streets=words["on_streets"], lang=lang)
    return _Ready(offset_min, plate, told, words, banned_hours(notice, told.reasons, day), drawn, drawing)


def _notice(session: Session, service: Service, known: Whole) -> Notice:
    """Return the notice that a lead was judged by; where that version is gone, the one in force now: the page says so."""
    law = service.law.now
    held = law.notice_by(known.basis.notice_sha256)
    found = held[0] if held else notice_by(session, known.basis)
    if found is None:
        pair = law.pairs.get(known.basis.notice)
        found = pair.notice if pair else law.shelf().first
    return found


def _map(drawing: Drawing, told: Any, *, on_streets: bool, lang: str) -> LeadMap:  # noqa: ANN401
    line = shapely.LineString(told.geometry["coordinates"])
    return line_map(
        line, drawing, entry=end_of(told.entry), leaving=end_of(told.exit), on_streets=on_streets, lang=lang
    )
