"""`/v1/statistics/leads`: figures about leads."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from api.access.guard import Caller, CallerReach
from api.leads.asked import LeadKinds
from api.leads.reach import within
from api.leads.showing import A_LEAD
from api.openapi import answers
from api.privacy import may_see_plates
from api.problems import language_of
from api.service import service_of
from api.statistics.schemas import By, Figures
from api.statistics.service import LEAST, figures_shown
from api.store.statistics import Days, figures
from api.written_times import WrittenDay
from zones.text import Text

router = APIRouter(prefix="/statistics", tags=["statistics"])
_SMALL = Text(f"小于 {LEAST} 的数不显示", f"figures below {LEAST} are not shown")


@router.get(
    "/leads/{by}", operation_id="statistics.leads", summary="How many leads, by hour, road, entry, enterprise, week, state",
    responses=answers(401, 403, 422),
)  # fmt: skip
def lead_figures(
    request: Request,
    principal: Caller,
    reach: CallerReach,
    by: Annotated[By, Path()],
    wanted: LeadKinds,
    first: Annotated[
        WrittenDay | None, Query(alias="from_day", description="by the calendar of the notice's place")
    ] = None,
    last: Annotated[WrittenDay | None, Query(alias="to_day", description="likewise, included")] = None,
) -> Figures:
    """Count leads, exactly. Figures below five are left out for roles that may not see plates, and with them the sum."""
    least = 1 if reach == "own" or may_see_plates(principal) else LEAST
    days = Days(first.toordinal() if first else None, last.toordinal() if last else None)
    with service_of(request).store.read() as session:
        rows = figures(session, by, within(session, principal, reach, wanted), days)
    shown = figures_shown(by, rows, least=least)
    hidden = any(figure.leads is None for figure in shown)
    lang = language_of(request)
    return Figures(
        by=by,
        figures=shown,
        leads=None if hidden or by == "road" else sum(row[-1] for row in rows),
        suppressed=hidden,
        least_shown=least,
        says=[A_LEAD.of(lang), *([_SMALL.of(lang)] if least > 1 else [])],
    )
