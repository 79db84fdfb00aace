"""`/v1/leads/export`: leads as CSV or Excel."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from api.access.guard import Caller, CallerReach
from api.leads.asked import Wanted
from api.leads.exporting import csv_of, xlsx_of
from api.leads.reach import within
from api.openapi import answers
from api.privacy import Plates, may_see_plates
from api.problems import Problem
from api.service import service_of
from api.store.audit import note
from api.store.lead_search import Filters
from zones.text import Text

router = APIRouter(tags=["leads"])
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": _XLSX}


@router.get(
    "/leads/export",
    operation_id="leads.export",
    summary="Leads by filters as CSV or Excel; plates are masked unless asked for with a reason",
    response_class=StreamingResponse,
    responses={
        200: {"description": "the file", "content": {"text/csv": {}, _XLSX: {}}},
        **answers(401, 403, 422),
    },
)
def export(
    request: Request,
    principal: Caller,
    reach: CallerReach,
    wanted: Wanted,
    kind: Annotated[Literal["csv", "xlsx"], Query(alias="format")] = "csv",
    plates: Literal["masked", "full"] = "masked",
    why: Annotated[
        str | None,
        Query(
            min_length=2, max_length=500, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$", description="needed for full plates"
        ),
    ] = None,
) -> StreamingResponse:
    """Export leads, the oldest first. Each export is on record with its filters, and with its reason where plates are full."""
    full = plates == "full"
    if full and not may_see_plates(principal):
        text = Text("您无权导出完整车牌", "you may not export plates in full")
        raise Problem(403, "plates", text, errors=[("query.plates", text)])
    if full and why is None:
        text = Text("导出完整车牌要写明理由", "a reason is needed to export plates in full")
        raise Problem(422, "invalid", text, errors=[("query.why", text)])
    store = service_of(request).store
    with store.write() as session:
        asked = within(session, principal, reach, wanted)
        note(
            session,
            principal.actor,
            "lead.export",
            "leads",
            why=why,
            details={**_told(wanted), "format": kind, "plates": plates},
        )
    how = Plates(full=full)
    content = csv_of(store, asked, how) if kind == "csv" else xlsx_of(store, asked, how)
    headers = {"Content-Disposition": f'attachment; filename="leads.{kind}"', "Cache-Control": "no-store"}
    return StreamingResponse(content, media_type=_KINDS[kind], headers=headers)


def _told(filters: Filters) -> dict[str, str]:
    """Return the filters for the audit trail; of a plate only that there was one."""
    told = {name: str(value) for name, value in vars(filters).items() if value is not None}
    return {**told, **({"plates_asked": "one"} if told.pop("plates", None) else {})}
