"""`/v1/notices`."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.etags import unchanged
from api.notices.schemas import NoticeFull, NoticePage, NoticeShort
from api.openapi import answers
from api.paging import Cursor, Limit, cut, read_cursor
from api.problems import language_of, not_found
from api.service import service_of
from api.written_times import WrittenDay

router = APIRouter(prefix="/notices", tags=["notices"])


@router.get("", operation_id="notices.list", summary="The notices in force", responses=answers(422))
def list_notices(
    request: Request,
    limit: Limit = 50,
    cursor: Cursor = None,
    on: Annotated[
        WrittenDay | None, Query(description="only those which answer for acts of this day", examples=["2024-05-08"])
    ] = None,
) -> NoticePage:
    """List the notices that the service answers by, in the order of their ids.

    With `on`, of those that take over from each other only the one that answers for acts of that day.
    """
    law = service_of(request).law.now
    key = read_cursor(cursor, str)
    ids = set(law.ids) if on is None else {place.shelf.on(on).id for place in law.jurisdictions}
    rows = [law.pairs[name] for name in sorted(ids) if key is None or name > key[0]]
    shown, following = cut(rows[: limit + 1], limit, lambda pair: (pair.notice.id,))
    return NoticePage(
        notices=[NoticeShort.of(pair.notice, pair.zones) for pair in shown],
        next=following,
    )


@router.get(
    "/{notice}",
    operation_id="notices.one",
    summary="A notice in full",
    response_model=NoticeFull,
    responses={304: {"description": "the caller has it"}, **answers(404, 422)},
)
def one_notice(
    request: Request, response: Response, notice: Annotated[str, Path(max_length=200)]
) -> NoticeFull | Response:
    """Return the text clause by clause as published, its source and dates, and all of it as data."""
    law = service_of(request).law.now
    pair = law.pairs.get(notice) or not_found()
    lang = language_of(request)
    zones = "-".join(zone.sha256[:32] for zone in pair.zones)
    etag = f'"{pair.notice.sha256[:32]}-{zones}-{lang}"'
    response.headers["Vary"] = "Accept-Language"
    return unchanged(request, response, etag) or NoticeFull.whole(pair.notice, pair.zones, lang)
