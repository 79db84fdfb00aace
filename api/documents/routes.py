"""`/v1/documents`, `/v1/in-force`."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from api.access.guard import Caller
from api.bodies import EachOnce
from api.documents import service as documents
from api.documents.schemas import (
    DocumentPage,
    DocumentShown,
    Enact,
    EnactmentPage,
    EnactmentShown,
    Kind,
    Reason,
)
from api.etags import etag_of, require_match, unchanged
from api.once import Key, Made, do_once
from api.openapi import answers
from api.paging import Cursor, Limit, cut, instant_after, micros
from api.problems import not_found
from api.service import service_of
from api.store import documents as stored
from api.store.tables.documents import Enactment
from api.written_times import WrittenTime

router = APIRouter(route_class=EachOnce)
Sha256Path = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the file")]
IdPath = Annotated[str, Path(pattern=r"^[0-9A-Z]{26}$")]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="the ETag of the state that is changed")]
_FILE = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            "application/yaml": {"schema": {"type": "string"}},
            "application/geo+json": {"schema": {"type": "object"}},
        },
    }
}


async def body_of(request: Request) -> bytes:
    """Return the bytes of the body."""
    return await request.body()


@router.get(
    "/documents",
    operation_id="documents.list",
    tags=["documents"],
    summary="Notices and zones that the store holds, the newest first",
    responses=answers(401, 403, 422),
)
def list_documents(
    request: Request, _principal: Caller, limit: Limit = 50, cursor: Cursor = None, kind: Kind | None = None
) -> DocumentPage:
    """List every document that was ever added: none is removed, because leads name them."""
    with service_of(request).store.read() as session:
        rows, following = cut(
            stored.documents(session, limit=limit, after=instant_after(cursor), kind=kind),
            limit,
            lambda row: (micros(row.added_at), row.sha256),
        )
        return DocumentPage(documents=[DocumentShown.of(row) for row in rows], next=following)


@router.post(
    "/documents",
    operation_id="documents.add",
    tags=["documents"],
    status_code=201,
    summary="Add a notice (YAML) or a zone (GeoJSON)",
    response_model=DocumentShown,
    responses=answers(400, 401, 403, 413, 422),
    openapi_extra=_FILE,
)
def add_document(
    request: Request,
    principal: Caller,
    kind: Annotated[Kind, Query(description="what the file is")],
    content: Annotated[bytes, Depends(body_of)],
    _key: Key = None,
) -> Response:
    """Check a file as `truckban notice validate` does, and keep it by its hash. The same file twice is one.

    A zone is kept as the program writes it, so its hash may differ from that of the file that was sent.
    """
    notice = documents.read_notice(content) if kind == "notice" else None
    zone = documents.read_zone(content) if kind == "zone" else None

    def make(session: Any) -> Made:  # noqa: ANN401
        sha256 = (
            documents.keep_notice(session, principal.actor, content, notice)
            if zone is None
            else documents.keep_zone(session, principal.actor, zone)
        )
        row = stored.facts_of(session, sha256) or not_found()
        return Made(DocumentShown.of(row), 201, {"Location": f"/v1/documents/{sha256}"})

    return do_once(request, principal, [kind, hashlib.sha256(content).hexdigest()], make)


@router.get(
    "/documents/{sha256}",
    operation_id="documents.one",
    tags=["documents"],
    summary="What is known of a document",
    responses=answers(401, 403, 404, 422),
)
def one_document(request: Request, _principal: Caller, sha256: Sha256Path) -> DocumentShown:
    """Return what a document says of itself, and who added it when."""
    with service_of(request).store.read() as session:
        return DocumentShown.of(stored.facts_of(session, sha256) or not_found())


@router.get(
    "/documents/{sha256}/content",
    operation_id="documents.content",
    tags=["documents"],
    summary="The file itself",
    response_class=Response,
    responses={
        200: {"content": {"application/yaml": {}, "application/geo+json": {}}, "description": "the bytes"},
        304: {"description": "the caller has them"},
        **answers(401, 403, 404, 422),
    },
)
def content_of(request: Request, _principal: Caller, sha256: Sha256Path) -> Response:
    """Return the very bytes that verdicts were made by."""
    with service_of(request).store.read() as session:
        row = stored.facts_of(session, sha256) or not_found()
        media = "application/yaml" if row.kind == "notice" else "application/geo+json"
        answer = Response(headers={"Cache-Control": "private, max-age=31536000, immutable"})
        same = unchanged(request, answer, f'"{sha256}"')
        if same is not None:
            return same
        return Response(row.content, media_type=media, headers=dict(answer.headers) | {"content-length": str(row.size)})


@router.get(
    "/in-force",
    operation_id="documents.in_force",
    tags=["documents"],
    summary="Which notice with which zone answers, and which did",
    responses=answers(401, 403, 422),
)
def list_in_force(
    request: Request,
    _principal: Caller,
    limit: Limit = 50,
    cursor: Cursor = None,
    at: Annotated[
        WrittenTime | None, Query(description="only what answered at this instant (RFC 3339 with an offset)")
    ] = None,
) -> EnactmentPage:
    """List what was put in force: by whom, when, why, and what was undone."""
    with service_of(request).store.read() as session:
        rows, following = cut(
            stored.enactments(session, limit=limit, after=instant_after(cursor), at=at),
            limit,
            lambda row: (micros(row.since), row.id),
        )
        return EnactmentPage(enactments=[EnactmentShown.of(row) for row in rows], next=following)


@router.post(
    "/in-force",
    operation_id="documents.enact",
    tags=["documents"],
    status_code=201,
    summary="Put a notice with its zone in force",
    response_model=EnactmentShown,
    responses=answers(400, 401, 403, 409, 413, 422),
)
def enact(request: Request, principal: Caller, wanted: Enact, _key: Key = None) -> Response:
    """Let the service answer by a notice and its zone, or zones, from now or from an instant ahead; every process does within a second.

    Which days the notice itself is about is written in the notice. What answered for it before is ended, and comes back
    with `undo`.
    """

    def make(session: Any) -> Made:  # noqa: ANN401
        row = documents.enact(
            session,
            principal.actor,
            notice=wanted.notice_sha256,
            zone=wanted.zone_sha256,
            others=wanted.other_zones_sha256,
            since=wanted.since,
            why=wanted.why,
        )
        return Made(EnactmentShown.of(row), 201, {"ETag": _etag(row), "Location": f"/v1/in-force/{row.id}"})

    answer = do_once(request, principal, wanted, make)
    _take(request)
    return answer


@router.get(
    "/in-force/{enactment}",
    operation_id="documents.enactment",
    tags=["documents"],
    summary="One pair of notice and zone that is or was in force",
    response_model=EnactmentShown,
    responses={304: {"description": "the caller has it"}, **answers(401, 403, 404, 422)},
)
def one_enactment(
    request: Request, response: Response, _principal: Caller, enactment: IdPath
) -> EnactmentShown | Response:
    """Return who put what in force, when and why."""
    with service_of(request).store.read() as session:
        row = stored.enactment(session, enactment) or not_found()
        return unchanged(request, response, _etag(row)) or EnactmentShown.of(row)


@router.post(
    "/in-force/{enactment}/end",
    operation_id="documents.end",
    tags=["documents"],
    summary="Take a notice out of force",
    responses=answers(401, 403, 404, 409, 412, 413, 422, 428),
)
def end(
    request: Request, response: Response, principal: Caller, enactment: IdPath, reason: Reason, _match: IfMatch = None
) -> EnactmentShown:
    """Answer by this notice no longer, from now on."""
    with service_of(request).store.write() as session:
        row = documents.changeable(session, enactment)
        require_match(request, _etag(row))
        shown = EnactmentShown.of(documents.end(session, principal.actor, row, why=reason.why))
        response.headers["ETag"] = _etag(row)
    _take(request)
    return shown


@router.post(
    "/in-force/{enactment}/undo",
    operation_id="documents.undo",
    tags=["documents"],
    summary="Take back that a notice was put in force",
    responses=answers(401, 403, 404, 409, 412, 413, 422, 428),
)
def undo(
    request: Request, response: Response, principal: Caller, enactment: IdPath, reason: Reason, _match: IfMatch = None
) -> EnactmentShown:
    """Take back the last change of a notice: what it ended goes on as if nothing had been. Verdicts made meanwhile keep their hashes."""
    with service_of(request).store.write() as session:
        row = documents.changeable(session, enactment)
        require_match(request, _etag(row))
        shown = EnactmentShown.of(documents.undo(session, principal.actor, row, why=reason.why))
        response.headers["ETag"] = _etag(row)
    _take(request)
    return shown


def _etag(row: Enactment) -> str:
    return etag_of(row.id, row.version)


def _take(request: Request) -> None:
    """Have this process answer by the change at once; the others see it within a second."""
    service = service_of(request)
    service.law.refresh(service.store)
