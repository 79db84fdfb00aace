"""Uploaded files, check runs and the queue of jobs."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api.store.base import ID, Table, new_id, now


class Upload(Table):
    """A file that comes in pieces."""

    __tablename__ = "uploads"
    __table_args__ = (
        Index("ix_uploads_account_id", "account_id", "id"),
        Index("ix_uploads_state", "state", "touched_at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))  # traces, vehicles, permits, sites
    file_name: Mapped[str] = mapped_column(String(150))
    size: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger, default=0)  # bytes that are on the disk for good
    sha256: Mapped[str | None] = mapped_column(String(64))  # as said by the sender, then as found
    media_type: Mapped[str | None] = mapped_column(String(100))  # by content
    crs: Mapped[str | None] = mapped_column(String(10))
    why: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(20), default="open")  # open, checking, complete, refused, purged
    fault: Mapped[dict[str, Any] | None]
    path: Mapped[str] = mapped_column(String(64), unique=True)  # in `uploads/`, random
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    touched_at: Mapped[dt.datetime] = mapped_column(default=now)


class Run(Table):
    """One check of uploaded traces."""

    __tablename__ = "runs"
    __table_args__ = (Index("ix_runs_account_id", "account_id", "id"), Index("ix_runs_state", "state", "id"))

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(String(60))
    notice: Mapped[str] = mapped_column(String(100))
    zone: Mapped[str | None] = mapped_column(String(100))
    options: Mapped[dict[str, Any]]
    why: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(20), default="queued")  # queued, running, done, failed, cancelled
    progress: Mapped[dict[str, Any]]
    counts: Mapped[dict[str, Any] | None]  # of `run.json`, once done
    notes: Mapped[list[Any] | None]  # {"zh", "en"}: what a reader must know, once done
    basis: Mapped[dict[str, Any] | None]  # hashes of what was judged by, once done
    error: Mapped[dict[str, Any] | None]
    folder: Mapped[str | None] = mapped_column(String(100))  # in `runs/`, once done
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]


class RunUpload(Table):
    """A file that a run reads."""

    __tablename__ = "run_uploads"

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    upload_id: Mapped[str] = mapped_column(ForeignKey("uploads.id"), primary_key=True, index=True)
    place: Mapped[int]  # in the order in which they were named


class Job(Table):
    """Work for a worker. Whoever works on it holds the lease of one attempt; a later attempt ends that of an earlier one."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_state", "state", "priority", "id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60), index=True)  # what it is about: a run's or an upload's id, a day
    payload: Mapped[dict[str, Any]]
    once: Mapped[str | None] = mapped_column(String(100), unique=True)  # a second one of the same name is not taken in
    state: Mapped[str] = mapped_column(String(20), default="queued")  # queued, running, done, failed, cancelled
    priority: Mapped[int] = mapped_column(default=5)  # smaller is sooner
    attempt: Mapped[int] = mapped_column(default=0)  # the fence: only the newest attempt may write
    crashes: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(60))
    beats: Mapped[int] = mapped_column(BigInteger, default=0)  # counted up by the worker while it lives
    not_before: Mapped[dt.datetime] = mapped_column(default=now)
    error: Mapped[dict[str, Any] | None]
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    finished_at: Mapped[dt.datetime | None]
