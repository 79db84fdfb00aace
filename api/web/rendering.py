"""From a template and data to a page."""

import hashlib
import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from api.access.principal import Principal
from api.access.table import rules
from api.problems import Problem, language_of
from api.service import service_of
from api.web.catalog import texts
from api.web.packed import pack_page

STATIC = Path(str(resources.files("api.web").joinpath("static")))

# the pages that the menu names: operation, address, words
MENU = (
    ("web.driver", "/", "nav_driver"),
    ("web.desk", "/desk", "nav_desk"),
    ("web.runs", "/runs", "nav_runs"),
    ("web.overview", "/overview", "nav_overview"),
    ("web.review", "/review", "nav_review"),
    ("web.apply", "/apply", "nav_apply"),
    ("web.enterprises", "/enterprises", "nav_enterprises"),
    ("web.settings", "/settings", "nav_settings"),
)


@cache
def static_version() -> str:
    """Return a word that changes with the static files: they may be kept for good under it."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(STATIC).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("api.web"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["data"] = _data
    return environment


def _data(value: Any) -> Markup:  # noqa: ANN401
    """Return JSON for a `<script type="application/json">`: what could end the element is written as escapes."""
    text = json.dumps(value, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704  (escaped above)


def page(request: Request, name: str, principal: Principal, *, status: int = 200, **data: Any) -> HTMLResponse:  # noqa: ANN401
    """Return a page: `templates/<name>.html` with `texts/<name>.yaml`, in the caller's language.

    Args:
        request: the request.
        name: of template and texts.
        principal: who is asking: the menu shows what they may open.
        status: the HTTP status.
        data: for the template; `state` is also handed to the page's script as JSON.
    """
    lang = language_of(request)
    said = texts(name, lang)
    service = service_of(request)
    given = rules()
    ground = service.law.ground()
    session = {
        "role": principal.role,
        "account_id": principal.account_id,
        "csrf": getattr(request.state, "csrf", None),
        "lang": lang,
        "zone": ground.zone.id if ground else None,
        **({"other_zones": [other.zone.id for other in ground.others]} if ground and ground.others else {}),
        "maps": [each.zone.sha256 for each in ground.each] if ground else [],
        "notice": service.law.first,
    }
    html = (
        _environment()
        .get_template(f"{name}.html")
        .render(
            lang=lang,
            t=said,
            texts=said,
            session=session,
            menu=[
                (path, said[key])
                for route, path, key in MENU
                if route in given and principal.role in given[route].reach
            ],
            here=request.url.path,
            static=f"/static/{static_version()}",
            schematic=ground is not None and ground.zone.grade == "schematic",
            other=str(
                request.url.include_query_params(lang="en" if lang == "zh" else "zh").replace(scheme="", netloc="")
            )
            or "/",
            **{"state": {}, **data},
        )
    )
    response = HTMLResponse(html, status_code=status, headers={"Content-Language": "zh-CN" if lang == "zh" else "en"})
    response.headers["Cache-Control"] = "no-store" if principal.account_id else "no-cache"
    if request.query_params.get("lang") in ("zh", "en"):
        response.set_cookie("lang", lang, max_age=31_536_000, samesite="lax", secure=service.settings.secure)
    if principal.account_id is None:
        pack_page(request, response)
    return response


def rendered(name: str, lang: str, **data: Any) -> str:  # noqa: ANN401
    """Return `templates/<name>.html` with `texts/<name>.yaml` as text: what is no page of the service itself."""
    return _environment().get_template(f"{name}.html").render(lang=lang, t=texts(name, lang), **data)


def problem_page(request: Request, problem: Problem) -> HTMLResponse:
    """Return what is wrong as a page for people."""
    principal = getattr(request.state, "principal", None) or Principal("anonymous", "nobody")
    return page(request, "problem", principal, status=problem.status, problem=problem.body(language_of(request)))
