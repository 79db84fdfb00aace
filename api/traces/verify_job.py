"""The job that takes the hash of a large upload."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from api.jobs.kinds import Kind, Task
from api.settings import Settings
from api.store.audit import WORKER
from api.store.database import Store
from api.store.jobs import Lease, enqueue
from api.store.uploads import upload_of
from api.traces.files import uploads_folder
from api.traces.hashing import hash_of, write_complete, write_refused
from zones.errors import InputError
from zones.text import Text

_NOT_THE_FILE = ("crashed", "internal")
_AGAIN = 20
"""So many more jobs, of `CRASHES` tries each, before a file is refused that nobody could take the hash of."""


class _Verify(Kind):
    def work(self, task: Task) -> dict[str, Any]:
        store = Store(task.settings.url)
        with store.read() as session:
            upload = upload_of(session, task.lease.subject)
            if upload is not None:
                session.expunge(upload)
        store.close()
        path = None if upload is None else uploads_folder(task.settings) / upload.path
        if upload is None or path is None or not path.exists():
            raise InputError(Text("文件已删除", "the file was deleted"))
        return {"sha256": hash_of(path, upload)}

    def ended(self, session: Session, settings: Settings, lease: Lease, result: Mapping[str, Any]) -> None:  # noqa: ARG002
        write_complete(session, WORKER, lease.subject, result["sha256"])

    def failed(self, session: Session, lease: Lease, error: Mapping[str, Any]) -> None:
        again = lease.payload.get("again", 0) + 1
        if error["code"] in _NOT_THE_FILE and again <= _AGAIN:
            # all of it was acknowledged: workers that die are no reason to have it sent once more
            enqueue(session, lease.kind, lease.subject, {"again": again}, priority=8)
        else:
            write_refused(session, WORKER, lease.subject, error)


VERIFY = _Verify()
