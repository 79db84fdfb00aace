"""The end of an upload: its hash, and what it is by then. The worker needs this too, and none of the web."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api.jobs.saying import error_of
from api.store.audit import Actor, note
from api.store.database import Store
from api.store.jobs import cancel
from api.store.tables.runs import Upload
from api.store.uploads import settle
from zones.errors import InputError
from zones.text import Text


def hash_of(path: Path, upload: Upload) -> str:
    """Return the SHA-256 of a file.

    Raises:
        InputError: it is not the one that was said.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if upload.sha256 is not None and digest != upload.sha256:
        raise InputError(
            Text(
                f"SHA-256 不符：收到的是 {digest}，请重新上传",
                f"the SHA-256 differs: what came has {digest}; upload it again",
            ),
            file=upload.file_name,
            field="sha256",
        )
    return digest


def complete(store: Store, actor: Actor, upload: Upload, digest: str) -> None:
    """Note that a file is whole and what it should be."""
    with store.write() as session:
        cancel(session, upload.id)
        write_complete(session, actor, upload.id, digest)


def write_complete(session: Session, actor: Actor, id_: str, digest: str) -> None:
    """Note the same in a transaction; an upload that has its last state keeps it."""
    if settle(session, id_, state="complete", sha256=digest):
        note(session, actor, "upload.complete", f"upload:{id_}", details={"sha256": digest})


def refuse(store: Store, actor: Actor, id_: str, error: InputError) -> None:
    """Note that a file is not what it should be."""
    with store.write() as session:
        cancel(session, id_)
        write_refused(session, actor, id_, error_of(error))


def write_refused(session: Session, actor: Actor, id_: str, error: Mapping[str, Any]) -> None:
    """Note the same in a transaction."""
    if settle(session, id_, state="refused", fault=dict(error)):
        note(session, actor, "upload.refuse", f"upload:{id_}", details={"code": error["code"]})
