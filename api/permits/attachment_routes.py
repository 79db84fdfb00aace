"""`/v1/attachments`: files handed in with applications."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy.orm import Session

from api.access.guard import Caller, CallerReach
from api.etags import require_match
from api.once import Key, Made, do_once
from api.openapi import answers
from api.permits import files
from api.permits.routes import CHANGES, IfMatch, etag, whose
from api.permits.schemas import AttachmentShown
from api.permits.service import must_be_changeable, touch
from api.permits.showing import attachment_shown
from api.problems import Problem, not_found
from api.service import Service, service_of
from api.store import attachments as stored
from api.store import permits
from api.store.audit import note
from api.store.base import new_id
from api.store.tables.permits import Attachment
from zones.text import Text

router = APIRouter(prefix="/attachments", tags=["permits"])
IdPath = Annotated[str, Path(pattern=r"^[0-9A-Z]{26}$", description="the file's id")]
_MOST = 20
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_MEDIA = dict.fromkeys((*files.KINDS, "application/octet-stream"), _BINARY)


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post(
    "", operation_id="attachments.add", summary="Add a file to an application", status_code=201,
    response_model=AttachmentShown, responses=answers(400, 401, 403, 404, 409, 413, 422, 507),
    openapi_extra={"requestBody": {"required": True, "content": _MEDIA}},
)  # fmt: skip
def add(
    request: Request,
    principal: Caller,
    reach: CallerReach,
    permit: Annotated[str, Query(pattern=r"^[0-9A-Z]{26}$", description="the application's id")],
    name: Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00]+$", examples=["行驶证.jpg"])],
    content: Annotated[bytes, Depends(_body)],
    kind: Annotated[
        str | None, Query(max_length=60, pattern=r"^[^\x00]*\S[^\x00]*$", description="what it shows")
    ] = None,
    _key: Key = None,
) -> Response:
    """Add a PDF, JPEG or PNG to a draft or a returned application. What it is, its content says; its name is text only."""
    service = service_of(request)
    if len(content) > service.settings.attachment_bytes:
        most = service.settings.attachment_bytes
        raise Problem(413, "too_large", Text(f"最多 {most} 字节", f"at most {most} bytes"), more={"bytes": most})
    media = files.media_type(content)
    digest = hashlib.sha256(content).hexdigest()
    written: list[str] = []

    def make(session: Session) -> Made:
        row = permits.permit(session, permit, whose=whose(principal, reach), change=True) or not_found()
        must_be_changeable(row)
        if len(stored.attachments(session, row.id)) >= _MOST:
            text = Text(f"一份申请最多 {_MOST} 个附件", f"an application has {_MOST} files at most")
            raise Problem(409, "too_many", text)
        written.append(files.keep(service.settings, content))
        file = Attachment(
            id=new_id(),
            permit_id=row.id,
            name=files.shown_name(name, media),
            kind=kind,
            media_type=media,
            size=len(content),
            sha256=digest,
            path=written[-1],
            added_by=principal.actor.id,
        )
        session.add(file)
        session.flush()
        touch(row)
        details = {"attachment": file.id, "size": file.size, "sha256": digest, "media_type": media}
        note(session, principal.actor, "attachment.add", f"permit:{row.id}", details=details)
        return Made(attachment_shown(file), 201, {"Location": f"/v1/attachments/{file.id}", "ETag": etag(row)})

    try:
        answer = do_once(request, principal, [permit, name, kind, digest], make)
    except BaseException:
        for path in written:
            files.remove(service.settings, path)
        raise
    for path in written:
        _sweep(service, path)
    return answer


def _sweep(service: Service, path: str) -> None:
    """Remove what a crash left between a file and its row."""
    old = files.old_beside(service.settings, path)
    if old:
        with service.store.read() as session:
            known = stored.known_paths(session, old)
        for each in set(old) - known:
            files.remove(service.settings, each)


@router.get(
    "/{attachment_id}", operation_id="attachments.content", summary="Download a file", response_class=Response,
    responses={
        200: {"content": dict.fromkeys(files.KINDS, _BINARY), "description": "the file"},
        **answers(401, 403, 404, 410, 422),
    },
)  # fmt: skip
def download(
    request: Request,
    principal: Caller,
    reach: CallerReach,
    attachment_id: IdPath,
    show: Annotated[bool, Query(description="in a page of this service instead of as a download")] = False,  # noqa: FBT002
) -> Response:
    """Send a file, to the applicant and to reviewers; each look is recorded."""
    service = service_of(request)
    with service.store.write() as session:
        file = stored.attachment(session, attachment_id, whose=whose(principal, reach)) or not_found()
        content = files.read(service.settings, file.path)
        details = {"attachment": file.id, "sha256": file.sha256, "shown": show}
        note(session, principal.actor, "attachment.look", f"permit:{file.permit_id}", details=details)
        headers = files.shown_headers(file.name) if show else files.download_headers(file.name)
        return Response(content, media_type=file.media_type, headers=headers)


@router.delete(
    "/{attachment_id}", operation_id="attachments.delete", summary="Take a file back", status_code=204,
    response_class=Response, responses=CHANGES,
)  # fmt: skip
def delete(
    request: Request, principal: Caller, reach: CallerReach, attachment_id: IdPath, _match: IfMatch = None
) -> Response:
    """Remove a file from a draft or a returned application; If-Match names the application's state."""
    service = service_of(request)
    with service.store.write() as session:
        known = stored.attachment(session, attachment_id, whose=whose(principal, reach)) or not_found()
        row = permits.permit(session, known.permit_id, whose=whose(principal, reach), change=True) or not_found()
        require_match(request, etag(row))
        must_be_changeable(row)
        # another request may have taken it while this one waited for its turn
        file = stored.attachment(session, attachment_id, whose=whose(principal, reach)) or not_found()
        session.delete(file)
        touch(row)
        details = {"attachment": file.id, "sha256": file.sha256}
        note(session, principal.actor, "attachment.delete", f"permit:{row.id}", details=details)
        path, headers = file.path, {"ETag": etag(row)}
    files.remove(service.settings, path)
    return Response(status_code=204, headers=headers)
