"""ETags: read again only what changed, and change only what one has seen."""

from fastapi import Request, Response

from api.problems import Problem
from zones.text import Text


def etag_of(id_: str, version: int | str) -> str:
    """Return the ETag of one state of one thing."""
    return f'"{id_}-{version}"'


def unchanged(request: Request, response: Response, etag: str) -> Response | None:
    """Set the ETag on an answer; return an empty 304 where the caller has that state already."""
    response.headers["ETag"] = etag
    if etag in _tags(request.headers.get("if-none-match")):
        return Response(status_code=304, headers={"ETag": etag})
    return None


def require_match(request: Request, etag: str) -> None:
    """Refuse a change of something that the caller has not seen in its present state.

    Raises:
        Problem: 428 without If-Match, 412 where it names another state.
    """
    given = request.headers.get("if-match")
    if given is None:
        raise Problem(
            428,
            "if_match_required",
            Text("请带 If-Match：写明改的是哪一版", "send If-Match: which state you are changing"),
            headers={"ETag": etag},
        )
    if etag not in _tags(given) and given.strip() != "*":
        raise Problem(
            412,
            "changed_meanwhile",
            Text("别人已先改过；请看新内容后再改", "it was changed meanwhile; look at it again, then change it"),
            headers={"ETag": etag},
        )


def _tags(header: str | None) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in (header or "").split(",")}
