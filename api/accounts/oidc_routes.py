"""`/v1/session/oidc`: to the identity provider and back."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access.guard import Caller
from api.access.origins import own_origin
from api.access.secrets import same
from api.accounts.oidc import Provider, come_back, send
from api.accounts.session_routes import set_cookie
from api.openapi import answers
from api.problems import Problem, not_found
from api.service import service_of
from api.settings import Settings
from zones.text import Text

router = APIRouter(prefix="/session/oidc", tags=["session"])
_BACK = "/v1/session/oidc/back"
_TOO_LONG = 4000


@router.get(
    "",
    operation_id="accounts.oidc_begin",
    summary="Sign in by the identity provider",
    status_code=303,
    response_class=RedirectResponse,
    responses=answers(404, 503),
)
def begin(request: Request, _principal: Caller) -> Response:
    """Send the browser to the identity provider; 404 where none is set."""
    service = service_of(request)
    sent = send(service, _provider(request), back=own_origin(request) + _BACK)
    answer = RedirectResponse(sent.url, status_code=303)
    answer.set_cookie(_cookie(service.settings), sent.state, max_age=600, **_kept(service.settings))
    return answer


@router.get(
    "/back",
    operation_id="accounts.oidc_back",
    summary="Come back from the identity provider",
    status_code=303,
    response_class=RedirectResponse,
    responses=answers(401, 403, 404, 503),
)
def back(
    request: Request,
    principal: Caller,
    state: Annotated[str, Query(max_length=_TOO_LONG)] = "",
    code: Annotated[str, Query(max_length=_TOO_LONG)] = "",
) -> Response:
    """Begin a session for who signed in there, in the browser that was sent there; go to the first page."""
    service = service_of(request)
    provider = _provider(request)
    sent = request.cookies.get(_cookie(service.settings), "")
    if not sent or not same(sent, state) or not code:
        text = Text("登录没有完成，请重新登录", "signing in did not work; begin again")
        raise Problem(401, "oidc", text, headers={"WWW-Authenticate": 'Bearer realm="truckban"'})
    begun = come_back(
        service, provider, back=own_origin(request) + _BACK, state=state, code=code, before=principal.session
    )
    answer = RedirectResponse("/", status_code=303)
    answer.delete_cookie(_cookie(service.settings), **_kept(service.settings))
    set_cookie(answer, service.settings, begun)
    return answer


def _provider(request: Request) -> Provider:
    """Return the provider of this service."""
    state = request.app.state
    if service_of(request).settings.oidc_issuer is None:
        not_found()
    if not hasattr(state, "oidc"):
        state.oidc = Provider(service_of(request).settings)
    provider: Provider = state.oidc
    return provider


def _cookie(settings: Settings) -> str:
    return "__Host-truckban-oidc" if settings.secure else "truckban-oidc"


def _kept(settings: Settings) -> dict[str, Any]:
    # Lax: it must come along when the provider sends the browser back
    return {"path": "/", "secure": settings.secure, "httponly": True, "samesite": "lax"}
