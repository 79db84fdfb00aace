"""Uploaded files as rows: what is there of each, and whose it is."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.base import now
from api.store.tables.enterprises import FreightRun, FreightUpload
from api.store.tables.runs import Run, RunUpload, Upload


def upload_of(session: Session, id_: str, *, owner: str | None = None, locked: bool = False) -> Upload | None:
    """Return an upload; None where there is none, or it is not the owner's."""
    asked = sa.select(Upload).where(Upload.id == id_)
    if owner is not None:
        asked = asked.where(Upload.account_id == owner)
    return session.scalars(asked.with_for_update() if locked else asked).first()


def uploads_page(session: Session, *, owner: str | None, before: str | None, limit: int) -> Sequence[Upload]:
    """Return uploads, the newest first, one more than asked for where there are more."""
    asked = sa.select(Upload).order_by(Upload.id.desc()).limit(limit + 1)
    if owner is not None:
        asked = asked.where(Upload.account_id == owner)
    if before is not None:
        asked = asked.where(Upload.id < before)
    return session.scalars(asked).all()


def received(session: Session, id_: str, before: int, after: int) -> bool:
    """Note that more of a file is on the disk; False where somebody else noted something first."""
    stated = (
        sa.update(Upload)
        .where(Upload.id == id_, Upload.received == before, Upload.state == "open")
        .values(received=after, touched_at=now())
    )
    result: Any = session.execute(stated.execution_options(synchronize_session=False))
    return bool(result.rowcount == 1)


def settle(session: Session, id_: str, **values: Any) -> bool:  # noqa: ANN401
    """Give an upload that is open or checked its last state; False where it has one."""
    stated = sa.update(Upload).where(Upload.id == id_, Upload.state.in_(("open", "checking")))
    result: Any = session.execute(
        stated.values(touched_at=now(), **values).execution_options(synchronize_session=False)
    )
    return bool(result.rowcount == 1)


def complete_uploads(session: Session, ids: Collection[str], *, owner: str | None) -> list[Upload]:
    """Return those of some uploads that a run may read."""
    asked = sa.select(Upload).where(Upload.id.in_(tuple(ids)), Upload.state == "complete")
    if owner is not None:
        asked = asked.where(Upload.account_id == owner)
    return list(session.scalars(asked))


def forgotten(session: Session, before: dt.datetime, limit: int = 500) -> Sequence[Upload]:
    """Return uploads that nobody went on with since then, or that were refused."""
    asked = sa.select(Upload).where(Upload.state.in_(("open", "refused")), Upload.touched_at < before)
    return session.scalars(asked.order_by(Upload.touched_at).limit(limit)).all()


def outlived(session: Session, before: dt.datetime, limit: int = 500) -> Sequence[Upload]:
    """Return whole files that came in before then and that no run still reads."""
    asked = sa.select(Upload).where(Upload.state == "complete", Upload.created_at < before, ~_read_by_a_run(Upload.id))
    return session.scalars(asked.order_by(Upload.id).limit(limit)).all()


def purged(session: Session, id_: str) -> bool:
    """Note that a file is deleted; False where a run has begun to read it."""
    stated = sa.update(Upload).where(Upload.id == id_, Upload.state != "purged", ~_read_by_a_run(id_))
    result: Any = session.execute(
        stated.values(state="purged", touched_at=now()).execution_options(synchronize_session=False)
    )
    return bool(result.rowcount == 1)


def _read_by_a_run(id_: Any) -> sa.ColumnElement[bool]:  # noqa: ANN401
    """Return the condition that a run of either kind is reading a file, or is about to."""
    alive = ("queued", "running")
    traces = sa.select(RunUpload.upload_id).join(Run, Run.id == RunUpload.run_id)
    freight = sa.select(FreightUpload.upload_id).join(FreightRun, FreightRun.id == FreightUpload.run_id)
    return sa.or_(
        traces.where(RunUpload.upload_id == id_, Run.state.in_(alive)).exists(),
        freight.where(FreightUpload.upload_id == id_, FreightRun.state.in_(alive)).exists(),
    )


def known_paths(session: Session, paths: Collection[str]) -> set[str]:
    """Return those of some files that an upload still has."""
    asked = sa.select(Upload.path).where(Upload.path.in_(tuple(paths)), Upload.state != "purged")
    return set(session.scalars(asked))
