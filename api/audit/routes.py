"""`/v1/audit`."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator

from api.audit.schemas import Entry, EntryPage, MarkShown, Verification
from api.audit.words import mark_text, read_mark, sentence
from api.openapi import answers
from api.paging import Cursor, Limit, cut, instant_of, micros, read_cursor
from api.problems import language_of
from api.service import service_of
from api.store import audit
from api.store.database import Store
from api.store.tables.audit import AuditEntry
from api.written_times import WrittenTime

router = APIRouter(prefix="/audit", tags=["audit"])
_PIECE = 1000
_WORD = r"^[\x21-\x7e]{1,120}$"
_MARK = r"^[0-9]{1,18}:[0-9a-f]{64}$"


def _in_years_that_are(value: dt.datetime) -> dt.datetime:
    """Refuse times that have no UTC."""
    try:
        return value.astimezone(dt.UTC)
    except OverflowError:
        raise ValueError("out of range") from None


Time = Annotated[WrittenTime, AfterValidator(_in_years_that_are)]
Word = Annotated[str | None, Query(pattern=_WORD)]


@router.get("", operation_id="audit.list", summary="Who did what, and when", responses=answers(422))
def list_(
    request: Request,
    *,
    cursor: Cursor = None,
    limit: Limit = 100,
    actor: Word = None,
    action: Word = None,
    subject: Word = None,
    since: Annotated[Time | None, Query(description="included")] = None,
    until: Annotated[Time | None, Query(description="not included")] = None,
) -> EntryPage:
    """Return entries of the trail, newest first."""
    key = read_cursor(cursor, int, int)
    before = None if key is None else (instant_of(key[0]), key[1])
    with service_of(request).store.read() as session:
        found = audit.search(session, audit.Search(actor, action, subject, since, until), before=before, limit=limit)
        rows, following = cut(found, limit, lambda row: (micros(row.at), row.number))
        return EntryPage(items=[shown(each) for each in rows], next=following)


@router.get("/verify", operation_id="audit.verify", summary="Hold the trail against itself")
def verify(
    request: Request,
    after: Annotated[str | None, Query(pattern=_MARK, description="`next` of the answer before")] = None,
    expect: Annotated[str | None, Query(pattern=_MARK, description="NUMBER:HASH that was kept elsewhere")] = None,
    most: Annotated[int, Query(ge=1, le=100_000, description="entries held in this request")] = 20_000,
) -> Verification:
    """Hold the entries against their hashes, their links and the head; say which is the first that does not hold."""
    with service_of(request).store.read() as session:
        found = audit.verify(
            session,
            after=None if after is None else read_mark(after, "query.after"),
            most=most,
            expect=None if expect is None else read_mark(expect, "query.expect"),
        )
    return Verification(
        holds=found.fault is None,
        complete=found.complete,
        checked=found.checked,
        first_fault=found.number,
        fault=found.fault,
        sentence=sentence(found).of(language_of(request)),
        head=MarkShown(number=found.head.number, hash=found.head.hash),
        next=None if found.complete or found.fault else mark_text(found.last),
    )


@router.get(
    "/export",
    operation_id="audit.export",
    summary="The trail as lines of JSON",
    response_class=StreamingResponse,
    responses={
        200: {"description": "one entry a line", "content": {"application/x-ndjson": {"schema": {"type": "string"}}}}
    },
)
def export(
    request: Request,
    after: Annotated[int, Query(ge=0, lt=2**63, description="begin behind the entry of this number")] = 0,
) -> StreamingResponse:
    """Return every entry, oldest first, one a line."""
    headers = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}
    lines = export_lines(service_of(request).store, after)
    return StreamingResponse(lines, media_type="application/x-ndjson", headers=headers)


def export_lines(store: Store, after: int = 0) -> Iterator[str]:
    """Return the trail as lines of JSON, a thousand to a piece."""
    while True:
        with store.read() as session:
            lines = [
                (each.number, shown(each).model_dump(mode="json"))
                for each in audit.entries_after(session, after, limit=_PIECE)
            ]
        if not lines:
            return
        after = lines[-1][0]
        yield "".join(json.dumps(line, ensure_ascii=False) + "\n" for _, line in lines)


def shown(entry: AuditEntry) -> Entry:
    """Return an entry as callers see it."""
    return Entry.model_validate({name: getattr(entry, name) for name in Entry.model_fields})
