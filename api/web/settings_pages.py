"""The pages of who runs the service, and of everyone's own account."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.access.guard import Caller
from api.access.table import ROLES, scopes_of
from api.service import service_of
from api.web.rendering import page

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
PEOPLE = tuple(role for role in ROLES if role != "anonymous")


@router.get("/settings", operation_id="web.settings")
def settings(request: Request, principal: Caller) -> HTMLResponse:
    """Show what the service is set to."""
    service = service_of(request)
    registry = service.law.registry
    pairs = service.law.now.pairs.items()
    state = {
        "may_change": principal.role == "admin",
        "roles": list(PEOPLE),
        "scopes": {role: sorted(scopes_of(role)) for role in PEOPLE},
        "enterprises": {name: listed[-1][0] for name in registry.enterprises if (listed := registry.names(name))},
        "notices": {
            name: {
                "title": pair.notice.pack.title,
                "kinds": [permit.kind for permit in pair.notice.pack.permits if permit.kind],
            }
            for name, pair in pairs
        },
    }
    return page(request, "settings", principal, state=state)


@router.get("/account", operation_id="web.account")
def account(request: Request, principal: Caller) -> HTMLResponse:
    """Show one's own account; who has a one-time password is led here first."""
    return page(request, "account", principal, state={"must_change": principal.must_change})
