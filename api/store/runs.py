"""Check runs as rows."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.base import new_id, now
from api.store.jobs import cancel, enqueue
from api.store.tables.runs import Run, RunUpload, Upload

OVER = ("done", "failed", "cancelled")
WAITING = {"phase": "waiting", "rows": 0, "share": 0.0, "vehicles": 0, "leads": 0}
CHECK = "check"


def add_run(
    session: Session,
    *,
    account_id: str,
    notice: str,
    zone: str | None,
    options: Mapping[str, Any],
    why: str,
    uploads: Sequence[str],
) -> Run:
    """Add a run and the job that does it, in one transaction."""
    run = Run(
        id=new_id(),
        account_id=account_id,
        notice=notice,
        zone=zone,
        options=dict(options),
        why=why,
        progress=dict(WAITING),
    )
    session.add(run)
    session.flush()
    session.add_all(RunUpload(run_id=run.id, upload_id=id_, place=place) for place, id_ in enumerate(uploads))
    enqueue(session, CHECK, run.id)
    session.flush()
    return run


def run_of(session: Session, id_: str, *, owner: str | None = None, locked: bool = False) -> Run | None:
    """Return a run; None where there is none, or it is not the owner's."""
    asked = sa.select(Run).where(Run.id == id_)
    if owner is not None:
        asked = asked.where(Run.account_id == owner)
    return session.scalars(asked.with_for_update() if locked else asked).first()


def runs_page(
    session: Session, *, owner: str | None, state: str | None, before: str | None, limit: int
) -> Sequence[Run]:
    """Return runs, the newest first, one more than asked for where there are more."""
    asked = sa.select(Run).order_by(Run.id.desc()).limit(limit + 1)
    if owner is not None:
        asked = asked.where(Run.account_id == owner)
    if state is not None:
        asked = asked.where(Run.state == state)
    if before is not None:
        asked = asked.where(Run.id < before)
    return session.scalars(asked).all()


def uploads_of(session: Session, run_id: str) -> list[Upload]:
    """Return the files that a run reads, in the order in which they were named."""
    asked = sa.select(Upload).join(RunUpload, RunUpload.upload_id == Upload.id).where(RunUpload.run_id == run_id)
    return list(session.scalars(asked.order_by(RunUpload.place)))


def uploads_of_each(session: Session, run_ids: Collection[str]) -> dict[str, list[str]]:
    """Return the ids of the files that runs read."""
    asked = sa.select(RunUpload.run_id, RunUpload.upload_id).where(RunUpload.run_id.in_(tuple(run_ids)))
    found: dict[str, list[str]] = {id_: [] for id_ in run_ids}
    for run_id, upload_id in session.execute(asked.order_by(RunUpload.run_id, RunUpload.place)):
        found[run_id].append(upload_id)
    return found


def folders_of(session: Session, ids: Collection[str]) -> dict[str, str | None]:
    """Return the folders of what some runs left."""
    asked = sa.select(Run.id, Run.folder).where(Run.id.in_(tuple(ids)))
    return {id_: folder for id_, folder in session.execute(asked)}  # noqa: C416 - rows are no pairs to the type checker


def forget_results(session: Session, before: dt.datetime, limit: int = 500) -> list[str]:
    """Take their files from runs that ended before then; return the ids of the runs."""
    asked = sa.select(Run.id).where(Run.folder.is_not(None), Run.finished_at < before).order_by(Run.id).limit(limit)
    ids = list(session.scalars(asked.with_for_update()))
    stated = sa.update(Run).where(Run.id.in_(ids)).values(folder=None, version=Run.version + 1)
    session.execute(stated.execution_options(synchronize_session=False))
    return ids


def notes_of(session: Session, ids: Collection[str]) -> list[dict[str, str]]:
    """Return what a reader of some runs must know, `{"zh", "en"}`, each once, the oldest first."""
    asked = sa.select(Run.notes).where(Run.id.in_(tuple(ids)), Run.notes.is_not(None)).order_by(Run.id)
    found = {(each["zh"], each["en"]): each for notes in session.scalars(asked) for each in notes or ()}
    return list(found.values())


def versions_of(session: Session, ids: Collection[str]) -> dict[str, int]:
    """Return the versions of some runs, to see which of them have moved."""
    asked = sa.select(Run.id, Run.version).where(Run.id.in_(tuple(ids)))
    return {id_: version for id_, version in session.execute(asked)}  # noqa: C416 - rows are no pairs to the type checker


def change_run(session: Session, id_: str, **values: Any) -> bool:  # noqa: ANN401
    """Change a run that is not over, and count its version up; False where it is over."""
    stated = sa.update(Run).where(Run.id == id_, Run.state.not_in(OVER)).values(version=Run.version + 1, **values)
    result: Any = session.execute(stated.execution_options(synchronize_session=False))
    return bool(result.rowcount == 1)


def cancel_run(session: Session, id_: str) -> bool:
    """Cancel a run with its job; False where it is over."""
    cancel(session, id_)
    return change_run(session, id_, state="cancelled", finished_at=now())
