"""The pages' addresses; each page is a router of its own."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.access.guard import Caller
from api.web.rendering import page

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/signin", operation_id="web.signin")
def signin(request: Request, principal: Caller) -> HTMLResponse:
    """Show the form to sign in."""
    return page(request, "signin", principal)
