"""Changes that a browser sends must come from our own pages."""

from urllib.parse import urlsplit

from fastapi import Request

from api.access.secrets import same
from api.problems import Problem
from api.service import service_of
from zones.text import Text

SAFE = {"GET", "HEAD", "OPTIONS"}
_USUAL = {"https": 443, "http": 80}


def own_origin(request: Request) -> str:
    """Return the origin of our pages: of the address that people use, else of the one that was asked."""
    public = service_of(request).settings.public_url
    if public:
        parts = urlsplit(public)
        usual = f":{_USUAL.get(parts.scheme)}"  # browsers leave it out
        return f"{parts.scheme}://{parts.netloc.removesuffix(usual)}".lower()
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


def check_origin(request: Request) -> None:
    """Refuse an unsafe request that a page of somebody else made.

    Raises:
        Problem: 403.
    """
    origin = request.headers.get("origin")
    if request.method not in SAFE and origin is not None and origin != own_origin(request):
        raise Problem(403, "origin", Text("请求来自别的网站", "the request comes from another site"))


def check_same_site(request: Request, csrf: str) -> None:
    """Refuse an unsafe request of a session that another site may have caused.

    Raises:
        Problem: 403 for another origin, or without the session's token in `X-CSRF-Token`.
    """
    if request.method in SAFE:
        return
    check_origin(request)
    if not same(request.headers.get("x-csrf-token", ""), csrf):
        text = Text(
            "缺少本次登录的 X-CSRF-Token（见 GET /v1/session）",
            "X-CSRF-Token of this session is missing (GET /v1/session tells it)",
        )
        raise Problem(403, "csrf", text)
