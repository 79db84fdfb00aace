"""`/v1/traces/uploads`: files in pieces, resumable (tus 1.0.0: core and termination; the creation takes JSON)."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response

from api.access.guard import Caller, CallerReach
from api.access.principal import Principal
from api.access.table import Reach
from api.bodies import EachOnce
from api.once import Made, do_once
from api.paging import Cursor, Limit, cut, read_cursor
from api.problems import Problem, language_of
from api.service import service_of
from api.store.tables.runs import Upload
from api.store.uploads import uploads_page
from api.traces import uploads
from api.traces.schemas import NewUpload, Ulid, UploadPage, UploadView
from api.traces.shown import upload_shown
from zones.text import Text

TUS = "1.0.0"
PIECE = "application/offset+octet-stream"
router = APIRouter(prefix="/traces/uploads", tags=["traces"], route_class=EachOnce)
_OFFSET = {"Upload-Offset": {"description": "bytes that are on the disk", "schema": {"type": "integer"}}}
_FAULTS: dict[int | str, dict[str, Any]] = {
    404: {"description": "no such upload"},
    412: {"description": "another version of tus"},
}
Id = Annotated[Ulid, Path(description="of the upload")]
Tus = Annotated[str | None, Header(alias="Tus-Resumable", description="1.0.0, if said")]


def owner_of(principal: Principal, reach: Reach) -> str | None:
    """Return whose things a caller reaches; None for everybody's."""
    return principal.actor.id if reach == "own" else None


@router.post(
    "",
    operation_id="traces.create_upload",
    summary="Begin an upload",
    status_code=201,
    response_model=UploadView,
    responses={413: {"description": "larger than this service takes"}},
)
def create_upload(request: Request, principal: Caller, asked: NewUpload) -> Response:
    """Say what file will come. Send its bytes in pieces to the address in `Location`."""
    service = service_of(request)

    def make(session: Any) -> Made:  # noqa: ANN401
        upload = uploads.create(session, principal, service.settings, asked)
        where = f"/v1/traces/uploads/{upload.id}"
        return Made(upload_shown(upload, language_of(request)), 201, {"Location": where, "Upload-Offset": "0"})

    return do_once(request, principal, asked, make)


@router.get("", operation_id="traces.list_uploads", summary="The uploads")
def list_uploads(
    request: Request, principal: Caller, reach: CallerReach, limit: Limit = 50, cursor: Cursor = None
) -> UploadPage:
    """Return uploads, the newest first."""
    key = read_cursor(cursor, str)
    with service_of(request).store.read() as session:
        rows = uploads_page(session, owner=owner_of(principal, reach), before=key[0] if key else None, limit=limit)
        shown, following = cut(rows, limit, lambda row: (row.id,))
        lang = language_of(request)
        return UploadPage(uploads=[upload_shown(upload, lang) for upload in shown], next=following)


@router.get("/{upload_id}", operation_id="traces.get_upload", summary="One upload", responses=_FAULTS)
def get_upload(
    request: Request, response: Response, principal: Caller, reach: CallerReach, upload_id: Id, tus: Tus = None
) -> UploadView:
    """Return how much of a file is there."""
    _check_version(tus)
    upload = uploads.found(service_of(request).store, upload_id, owner_of(principal, reach))
    response.headers.update(_said(upload))
    return upload_shown(upload, language_of(request))


@router.head(
    "/{upload_id}",
    operation_id="traces.upload_offset",
    summary="Where to go on with an upload",
    response_class=Response,
    responses={200: {"description": "in the headers", "headers": _OFFSET}, **_FAULTS},
)
def upload_offset(request: Request, principal: Caller, reach: CallerReach, upload_id: Id, tus: Tus = None) -> Response:
    """Return `Upload-Offset` and `Upload-Length`, without a body."""
    _check_version(tus)
    upload = uploads.found(service_of(request).store, upload_id, owner_of(principal, reach))
    return Response(headers=_said(upload))


@router.patch(
    "/{upload_id}",
    operation_id="traces.add_piece",
    summary="Send a piece",
    status_code=204,
    response_class=Response,
    responses={
        204: {"description": "the piece is on the disk", "headers": _OFFSET},
        409: {"description": "the file goes on at another offset: it is in the answer", "headers": _OFFSET},
        410: {"description": "the upload is void"},
        413: {"description": "a piece has at most 16 MB, and no more than the file has left"},
        415: {"description": f"a piece is {PIECE}"},
        423: {"description": "another piece of this file is being written"},
        507: {"description": "the server's disk takes no more"},
        **_FAULTS,
    },
    openapi_extra={
        "requestBody": {"required": True, "content": {PIECE: {"schema": {"type": "string", "format": "binary"}}}}
    },
)
async def add_piece(
    request: Request,
    principal: Caller,
    reach: CallerReach,
    upload_id: Id,
    offset: Annotated[int, Header(alias="Upload-Offset", ge=0, le=2**53, description="where the piece begins")],
    tus: Tus = None,
) -> Response:
    """Write a piece at the end of what is there. A piece that breaks off is kept as far as it came: ask where to go on."""
    _check_version(tus)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != PIECE:
        raise Problem(415, "media_type", Text(f"每段应为 {PIECE}", f"a piece is {PIECE}"))
    upload = await uploads.add_piece(
        service_of(request), principal.actor, upload_id, owner_of(principal, reach), offset, request.stream()
    )
    return Response(status_code=204, headers=_said(upload))


@router.delete(
    "/{upload_id}",
    operation_id="traces.delete_upload",
    summary="Delete an upload",
    status_code=204,
    response_class=Response,
    responses={409: {"description": "a run is reading it"}, **_FAULTS},
)
def delete_upload(request: Request, principal: Caller, reach: CallerReach, upload_id: Id, tus: Tus = None) -> Response:
    """Delete the file; that there was one stays on record."""
    _check_version(tus)
    uploads.remove(service_of(request), principal.actor, upload_id, owner_of(principal, reach))
    return Response(status_code=204, headers={"Tus-Resumable": TUS})


def _check_version(said: str | None) -> None:
    if said is not None and said != TUS:
        text = Text(f"只支持 tus {TUS}", f"tus {TUS} is spoken here")
        raise Problem(412, "tus_version", text, headers={"Tus-Version": TUS})


def _said(upload: Upload) -> dict[str, str]:
    return {
        "Upload-Offset": str(upload.received),
        "Upload-Length": str(upload.size),
        "Tus-Resumable": TUS,
        "Cache-Control": "no-store",
    }
