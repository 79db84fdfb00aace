"""The pages in the application: their addresses, their files, and errors that people read."""

from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Scope

from api.problems import Problem
from api.web.desk_pages import router as desk
from api.web.driver_pages import router as driver
from api.web.enterprises_pages import router as enterprises
from api.web.lead_pages import router as lead
from api.web.packed import packed_file, takes_gzip
from api.web.pages import router as common
from api.web.permit_pages import router as permits
from api.web.rendering import STATIC, problem_page, static_version
from api.web.settings_pages import router as settings

PAGES: tuple[APIRouter, ...] = (common, driver, desk, lead, permits, settings, enterprises)


class Kept(StaticFiles):
    """Static files under an address that changes with them: kept for good."""

    def file_response(self, full_path: str, stat_result: object, scope: Scope, status_code: int = 200) -> Response:  # type: ignore[override]
        """Answer a file, packed for who takes it so."""
        response = super().file_response(full_path, stat_result, scope, status_code)  # type: ignore[arg-type]
        packed = packed_file(Path(full_path))
        if packed is not None:
            if status_code == HTTPStatus.OK and takes_gzip(Headers(scope=scope).get("accept-encoding", "")):
                told = {
                    name: response.headers[name]
                    for name in ("content-type", "last-modified")
                    if name in response.headers
                }
                response = Response(packed, headers={**told, "Content-Encoding": "gzip"})
            response.headers.add_vary_header("Accept-Encoding")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        if full_path.endswith(".mjs"):
            response.headers["Content-Type"] = "text/javascript; charset=utf-8"
        return response


def install(app: FastAPI) -> None:
    """Add the files that pages need to an application."""
    app.mount(f"/static/{static_version()}", Kept(directory=STATIC), name="static")


def answer_page(request: Request, problem: Problem) -> Response | None:
    """Return a problem as a page, for who asked for one; nobody who should be somebody goes to the form and back."""
    if request.url.path.startswith("/v1/") or "text/html" not in request.headers.get("accept", ""):
        return None
    if problem.code == "password_change":
        return RedirectResponse("/account", status_code=303)
    if problem.status == HTTP_UNAUTHORIZED and request.method == "GET":
        there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/signin?next={quote(there, safe='')}", status_code=303)
    return problem_page(request, problem)


HTTP_UNAUTHORIZED = HTTPException(401).status_code
