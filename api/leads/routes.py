"""`/v1/leads`: lists, one lead, the map, the fixes, deciding again."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api.access.guard import Caller, CallerReach
from api.etags import etag_of, unchanged
from api.leads import act_routes, export_routes, violation_routes
from api.leads.again import decide_again, local
from api.leads.asked import Sorted, Wanted, order_of
from api.leads.evidence import reports_of
from api.leads.mapping import map_of
from api.leads.reach import plates_within, within
from api.leads.schemas import Fix, LeadMap, LeadPage, LeadWhole, Rechecked, Trace
from api.leads.showing import fit, instant, row_of, says, shown, whole_of
from api.once import Made, do_once
from api.openapi import answers
from api.paging import Cursor, Limit, cut, micros, read_cursor
from api.privacy import plates_for
from api.problems import Problem, language_of, not_found
from api.service import service_of
from api.store.audit import note
from api.store.lead_acts import basis_of, lead_of, track_of, whole
from api.store.lead_search import facts_of, key_of, leads_found
from zones.text import Text

router = APIRouter(prefix="/leads", tags=["leads"])
LeadPath = Annotated[str, Path(pattern="^[0-9a-f]{16,64}$", examples=["fcff3e0513e97004"])]
WhyQuery = Annotated[
    str,
    Query(
        min_length=2, max_length=500, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$", description="goes into the audit trail"
    ),
]
_GONE = Text(
    "这条线索的定位点已按期限删除，或当时没有保存",
    "the fixes of this lead were removed after their time, or never kept",
)


@router.get("", operation_id="leads.list", summary="Leads by filters, in pages", responses=answers(401, 403, 422))
def list_leads(
    request: Request,
    principal: Caller,
    reach: CallerReach,
    wanted: Wanted,
    sort: Sorted = "-entered_at",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> LeadPage:
    """List leads. They are no violations: each has to be verified by a person."""
    order, plates = order_of(sort), plates_for(principal, reach)
    timed = order.by == "entered_at"
    after = read_cursor(cursor, int if timed else float, int)
    key = None if after is None else (instant(after[0]) if timed else after[0], after[1])
    with service_of(request).store.read() as session:
        found = leads_found(session, within(session, principal, reach, wanted), order, limit=limit, after=key)

        def place(lead: Any) -> tuple[Any, ...]:  # noqa: ANN401
            first, number = key_of(lead, order)
            return (micros(first) if timed else float(first)), number

        rows, following = cut(found, limit, place)
        facts = facts_of(session, rows)
        return LeadPage(
            leads=[row_of(lead, facts[lead.number], plates) for lead in rows],
            next=following,
            plates=shown(plates),
            says=says({lead.grade for lead in rows}, plates, language_of(request)),
        )


@router.get("/map", operation_id="leads.map", summary="Leads in a box, as GeoJSON", responses=answers(401, 403, 422))
def map_leads(
    request: Request,
    principal: Caller,
    reach: CallerReach,
    wanted: Wanted,
    box: Annotated[
        str,
        Query(
            pattern=r"^-?\d{1,3}(\.\d{1,12})?(,-?\d{1,3}(\.\d{1,12})?){3}$",
            description="west,south,east,north, WGS 84 degrees: the middle of a lead's line lies in it",
            examples=["110.74,35.12,110.80,35.17"],
        ),
    ],
    limit: Annotated[int, Query(ge=1, le=2000, description="more leads than that are shown as counts")] = 300,
) -> LeadMap:
    """Show leads as lines, or as counts on a grid where they are many.

    Without `from` and `to` it is the 30 days up to the newest lead; of very many the newest are counted.
    """
    with service_of(request).store.read() as session:
        asked = within(session, principal, reach, wanted)
        return map_of(session, asked, box, limit, plates_for(principal, reach), language_of(request))


@router.get(
    "/{lead_id}",
    operation_id="leads.one",
    summary="Everything about a lead, but for its fixes",
    response_model=LeadWhole,
    responses={304: {"description": "the caller has this state"}, **answers(401, 403, 404, 422)},
)
def one_lead(request: Request, response: Response, principal: Caller, reach: CallerReach, lead_id: LeadPath) -> Any:  # noqa: ANN401
    """Show a lead with what it was judged by, who did what with it, and an ETag to change it with."""
    plates = plates_for(principal, reach)
    with service_of(request).store.read() as session:
        lead = lead_of(session, lead_id, plates=plates_within(session, principal, reach)) or not_found()
        known = whole(session, lead)
        return unchanged(request, response, etag_of(lead.lead_id, lead.version)) or whole_of(
            lead, known, plates, language_of(request)
        )


@router.get(
    "/{lead_id}/track",
    operation_id="leads.track",
    summary="The fixes around a lead; the look is recorded",
    responses=answers(401, 403, 404, 410, 422),
)
def look_at_track(request: Request, principal: Caller, reach: CallerReach, lead_id: LeadPath, why: WhyQuery) -> Trace:
    """Show the reports that a lead rests on. Who looked, when and why goes into the audit trail (PIPL 51, 54)."""
    plates = plates_for(principal, reach)
    with service_of(request).store.write() as session:
        lead = lead_of(session, lead_id, plates=plates_within(session, principal, reach)) or not_found()
        track = track_of(session, lead)
        note(
            session, principal.actor, "lead.track", f"lead:{lead.lead_id}", why=why, details={"kept": track is not None}
        )
        shown_ = (
            None
            if track is None
            else Trace(
                lead_id=lead.lead_id,
                plate=plates.plate(lead.plate),
                plates=shown(plates),
                grade=lead.grade,
                fit_for_enforcement=fit(lead, basis_of(session, lead.basis_id).options),
                fixes=[
                    Fix(
                        time=local(row["time"], lead),
                        **{name: row[name] for name in Fix.model_fields if name != "time"},
                    )
                    for row in reports_of(track.fixes)
                ],
                says=says([lead.grade], plates, language_of(request)),
            )
        )
    if shown_ is None:
        raise Problem(410, "gone", _GONE)
    return shown_


@router.post(
    "/{lead_id}/recheck",
    operation_id="leads.recheck",
    summary="Decide a lead again from what is stored",
    response_model=Rechecked,
    responses=answers(400, 401, 403, 404, 422),
)
def recheck(request: Request, principal: Caller, reach: CallerReach, lead_id: LeadPath) -> Response:
    """Decide again by the notice and the zone of the lead's hashes, and say what differs. The lead stays as it is."""
    plates, lang = plates_for(principal, reach), language_of(request)

    def make(session: Any) -> Made:  # noqa: ANN401
        lead = lead_of(session, lead_id, plates=plates_within(session, principal, reach)) or not_found()
        again = decide_again(session, lead, whole(session, lead), track_of(session, lead))
        details = {"same": again.same, "decided": again.decided, "fields": [each.field for each in again.differences]}
        note(session, principal.actor, "lead.recheck", f"lead:{lead.lead_id}", details=details)
        told = {"lead_id": lead.lead_id, "grade": lead.grade, "says": says([lead.grade], plates, lang)}
        return Made(Rechecked.model_validate({**again.as_json(), **told}), 200)

    return do_once(request, principal, [], make)


ROUTERS = (export_routes.router, router, act_routes.router, violation_routes.router)
