"""The pages of the source enterprises: the list, one of them, a new list, places on no list."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.access.guard import Caller
from api.access.principal import Principal
from api.access.table import rules
from api.enterprises.service import today
from api.service import Service, service_of
from api.web.addresses import EnterprisePath, no_enterprise
from api.web.desk_pages import GUESSES, notices_of, zoned, zones_of
from api.web.rendering import page

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
_ASKED = {
    "imports": "enterprises.import",
    "exports": "enterprises.export",
    "unlisted": "unlisted.list",
    "judges": "unlisted.dismiss",
    "visits": "visits.list",
    "leads": "leads.list",
    "runs": "visits.create_run",
    "reads_runs": "visits.list_runs",
    "names": "enterprises.add_alias",
}


def _may(principal: Principal) -> dict[str, bool]:
    """Return what a page may offer; the door asks the tables again."""
    known = rules()
    return {name: principal.role in known[operation].reach for name, operation in _ASKED.items()}


def _state(request: Request, principal: Principal, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    service = service_of(request)
    timezone = service.law.shelf().first.pack.timezone
    return {"may": _may(principal), "today": today(service).isoformat(), "timezone": timezone, **more}


def _places(service: Service) -> dict[str, str]:
    """Return what known places are called, by the ids of enterprises and of sites."""
    registry = service.law.registry
    names = {name: listed[-1][0] for name in registry.enterprises if (listed := registry.names(name))}
    sites = {site.id: " · ".join(filter(None, (names.get(site.enterprise), site.name))) for site in registry.sites}
    return names | {id_: name for id_, name in sites.items() if name}


@router.get("/enterprises", operation_id="web.enterprises")
def enterprises(request: Request, principal: Caller) -> HTMLResponse:
    """Show the list of a day, with a map of its sites."""
    return page(request, "enterprises", principal, state=_state(request, principal), may=_may(principal))


@router.get("/enterprises/import", operation_id="web.enterprises_import")
def enterprises_import(request: Request, principal: Caller) -> HTMLResponse:
    """Show what a new list or new sites would change, and every version that there was."""
    return page(request, "enterprises_import", principal, state=_state(request, principal), may=_may(principal))


@router.get("/enterprises/unlisted", operation_id="web.unlisted")
def unlisted(request: Request, principal: Caller) -> HTMLResponse:
    """Show places on no list, with what speaks for looking at them."""
    state = _state(request, principal, names=_places(service_of(request)))
    return page(request, "enterprises_unlisted", principal, state=state, may=_may(principal))


@router.get("/enterprises/runs", operation_id="web.freight_runs")
def freight_runs(request: Request, principal: Caller) -> HTMLResponse:
    """Show searches for visits and counts of loads, and the form that begins one."""
    known = list(service_of(request).law.registry.enterprises)
    state = _state(request, principal, guesses=GUESSES, known=known, may_upload=_may(principal)["runs"])
    service = service_of(request)
    choices: dict[str, Any] = {"laws": notices_of(service), "zones": zones_of(service)}
    state["zoned"] = zoned(service)
    return page(request, "runs_freight", principal, state=state, may_upload=state["may_upload"], **choices)


@router.get("/enterprises/{enterprise}", operation_id="web.enterprise")
def enterprise(request: Request, principal: Caller, enterprise: EnterprisePath) -> HTMLResponse:
    """Show one enterprise: visits, leads that began there, loads, its history."""
    service = service_of(request)
    registry = service.law.registry
    if enterprise not in registry.enterprises:
        raise no_enterprise()
    state = _state(request, principal, enterprise=enterprise)
    state["own"] = principal.role != "enterprise" or principal.enterprise_id == enterprise
    entry = registry.entry(enterprise, today(service))
    return page(request, "enterprise", principal, state=state, heading=entry.name, may=_may(principal))
