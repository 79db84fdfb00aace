"""Uploads in pieces: tus 1.0.0 (core protocol, termination), the creation in JSON.

A piece is acknowledged when its bytes are on the disk and the store says so. What a crash leaves behind the offset in the
store is cut off before the next piece is written.
"""

import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from anyio.to_thread import run_sync
from sqlalchemy.orm import Session
from starlette.requests import ClientDisconnect

from api.access.principal import Principal
from api.problems import Problem, not_found, wrong_field
from api.service import Service
from api.settings import Settings
from api.store.audit import Actor, note
from api.store.database import Store
from api.store.jobs import cancel, enqueue
from api.store.tables.runs import Upload
from api.store.uploads import complete_uploads, purged, received, settle, upload_of
from api.traces.files import PIECE_BYTES, Locked, new_name, opened, uploads_folder, write_all
from api.traces.hashing import complete, hash_of, refuse
from api.traces.media import HEAD_BYTES, media_type
from api.traces.schemas import NewUpload
from zones.errors import InputError
from zones.text import Text

VERIFY = "verify"
AT_ONCE_BYTES = 64_000_000
"""The hash of a larger file is taken by the worker."""
_TOGETHER = 1 << 20


def create(session: Session, principal: Principal, settings: Settings, asked: NewUpload) -> Upload:
    """Take a file's description in; its bytes come in pieces."""
    if asked.size > settings.upload_bytes:
        text = Text(
            f"文件太大：最多 {settings.upload_bytes} 字节",
            f"the file is too large: at most {settings.upload_bytes} bytes",
        )
        raise Problem(413, "too_large", text, errors=[("body.size", text)], more={"limit": settings.upload_bytes})
    upload = Upload(
        account_id=principal.actor.id,
        kind=asked.kind,
        file_name=asked.file_name,
        size=asked.size,
        received=0,
        sha256=asked.sha256,
        crs=asked.crs,
        why=asked.why,
        state="open",
        path=new_name(),
    )
    session.add(upload)
    session.flush()
    details = {"kind": asked.kind, "size": asked.size}
    note(session, principal.actor, "upload.create", f"upload:{upload.id}", why=asked.why, details=details)
    return upload


def found(store: Store, id_: str, owner: str | None) -> Upload:
    """Return an upload of somebody.

    Raises:
        Problem: 404; there is none, or it is somebody else's.
    """
    with store.read() as session:
        upload = upload_of(session, id_, owner=owner)
        if upload is None:
            not_found()
        session.expunge(upload)
    return upload


def uploads_named(session: Session, owner: str | None, ids: Sequence[str]) -> list[Upload]:
    """Return the uploads that a run names, all of them complete, in its order.

    Raises:
        Problem: 422 with the number of the upload at fault.
    """
    if len(set(ids)) != len(ids):
        raise wrong_field("uploads", Text("同一个上传写了两次", "an upload is named twice"))
    there = {upload.id: upload for upload in complete_uploads(session, ids, owner=owner)}
    for number, id_ in enumerate(ids):
        if id_ not in there:
            text = Text("没有这个上传，或它还没有收全", "there is no such upload, or it is not complete")
            raise wrong_field(f"uploads.{number}", text)
    return [there[id_] for id_ in ids]


async def add_piece(
    service: Service, actor: Actor, id_: str, owner: str | None, offset: int, body: AsyncIterator[bytes]
) -> Upload:
    """Write a piece; return the upload as it is then. Where the sender breaks off, what came is kept.

    Raises:
        Problem: 404; 409 for another offset than the file's; 423 while another piece is written; 413 for too much; 422 where the
            content is not what the name says, or the hash another; 507 where there is no space.
    """
    upload = await run_sync(found, service.store, id_, owner)
    _check_offset(upload, offset)
    writer = _Writer(service, upload)
    try:
        with opened(uploads_folder(service.settings) / upload.path) as handle:
            await run_sync(writer.begin, handle)
            try:
                held = bytearray()
                async for chunk in body:
                    writer.count(len(chunk))
                    held += chunk
                    if len(held) >= _TOGETHER:
                        await run_sync(write_all, handle, bytes(held))
                        held.clear()
                await run_sync(write_all, handle, bytes(held))
            except ClientDisconnect:
                await run_sync(write_all, handle, bytes(held))
                await run_sync(writer.end, handle, actor)
                raise
            return await run_sync(writer.end, handle, actor)
    except Locked:
        text = Text("另一段正在写入这个文件", "another piece of this file is being written")
        raise Problem(423, "piece_under_way", text, headers={"Retry-After": "1"}) from None
    except OSError:
        text = Text(
            "服务器磁盘写不进去，请稍后从返回的位置继续", "the server's disk takes no more; go on later from the offset"
        )
        raise Problem(507, "no_space", text, headers={"Retry-After": "60"}) from None


class _Writer:
    def __init__(self, service: Service, upload: Upload) -> None:
        self.service = service
        self.upload = upload
        self.came = 0

    def begin(self, handle: int) -> None:
        """Cut off what a crash left behind the offset, which may have moved before the file was ours."""
        current = found(self.service.store, self.upload.id, None)
        _check_offset(current, self.upload.received)
        os.ftruncate(handle, current.received)
        os.lseek(handle, current.received, os.SEEK_SET)

    def count(self, size: int) -> None:
        """Refuse more than there is to come, and more than a piece may have."""
        self.came += size
        if self.upload.received + self.came > self.upload.size:
            text = Text("超出了声明的文件大小", "this is more than the file's size as it was said")
            raise Problem(413, "too_large", text, more={"limit": self.upload.size - self.upload.received})
        if self.came > PIECE_BYTES:
            text = Text(f"每段最多 {PIECE_BYTES} 字节", f"a piece has at most {PIECE_BYTES} bytes")
            raise Problem(413, "too_large", text, more={"limit": PIECE_BYTES})

    def end(self, handle: int, actor: Actor) -> Upload:
        """Have what came last, then say so in the store."""
        os.fsync(handle)
        before, after = self.upload.received, os.lseek(handle, 0, os.SEEK_CUR)
        path = uploads_folder(self.service.settings) / self.upload.path
        whole = after == self.upload.size
        try:
            media = _media(path, self.upload, after) if whole or before < HEAD_BYTES <= after else None
            with self.service.store.write() as session:
                if not received(session, self.upload.id, before, after):
                    _check_offset(upload_of(session, self.upload.id) or not_found(), before)
                if whole:  # from here on somebody will take the hash, whatever becomes of this request
                    settle(session, self.upload.id, state="checking", media_type=media)
                    enqueue(session, VERIFY, self.upload.id, priority=1, once=f"verify:{self.upload.id}")
            if whole and after <= AT_ONCE_BYTES:
                complete(self.service.store, actor, self.upload, hash_of(path, self.upload))
        except InputError as error:
            refuse(self.service.store, actor, self.upload.id, error)
            path.unlink(missing_ok=True)
            raise
        return found(self.service.store, self.upload.id, None)


def _media(path: Path, upload: Upload, size: int) -> str:
    with path.open("rb") as file:
        return media_type(file.read(HEAD_BYTES), upload.file_name, size)


def remove(service: Service, actor: Actor, id_: str, owner: str | None) -> None:
    """Delete an upload's file.

    Raises:
        Problem: 404; 409 while a run reads it.
    """
    with service.store.write() as session:
        upload = upload_of(session, id_, owner=owner, locked=True)
        if upload is None or upload.state == "purged":
            not_found()
        if not purged(session, id_):
            text = Text("有核查任务正在使用这个文件", "a run is reading this file")
            raise Problem(409, "in_use", text)
        cancel(session, id_)
        note(session, actor, "upload.delete", f"upload:{id_}")
        path = uploads_folder(service.settings) / upload.path
    path.unlink(missing_ok=True)


def _check_offset(upload: Upload, offset: int) -> None:
    if upload.state in ("refused", "purged"):
        raise Problem(410, "gone", Text("这个上传已作废，请重新建立", "this upload is void; create another"))
    if offset != upload.received:
        raise Problem(
            409,
            "wrong_offset",
            Text(f"应从第 {upload.received} 字节继续", f"go on at byte {upload.received}"),
            headers={"Upload-Offset": str(upload.received)},
            more={"offset": upload.received},
        )
    if upload.state != "open":
        raise Problem(
            409,
            "complete",
            Text("文件已收全", "the file is whole already"),
            headers={"Upload-Offset": str(upload.received)},
            more={"offset": upload.received},
        )
