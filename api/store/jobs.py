"""The queue: jobs that are taken in with what they are about, done by one worker at a time, and never lost.

A worker holds a job by counting its `beats` up. Another one takes it over after it has seen them stand still for a while by
its own steady clock: no two clocks are compared, so that neither a clock set back nor two machines that differ do harm. Who
was taken over from has an older `attempt`, and whatever it would write is refused (`hold`).
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.store.base import new_id, now
from api.store.tables.runs import Job

ALIVE = ("queued", "running")
_FURTHEST = dt.timedelta(minutes=1)  # more than any wait that is ever given
CRASHES = 3
"""A job that so many workers did not live through is failed."""


@dataclass(frozen=True)
class Lease:
    """A job as one worker holds it.

    Attributes:
        id: the job's.
        kind: its kind.
        subject: what it is about.
        payload: what it was called with.
        attempt: the how-manieth try; older ones may no longer write.
        crashes: how many tries ended with nobody to say how.
    """

    id: str
    kind: str
    subject: str
    payload: Mapping[str, Any]
    attempt: int
    crashes: int


class LeaseLost(Exception):  # noqa: N818
    """Somebody else has the job now, or it was cancelled: nothing of this try may be written."""


def enqueue(
    session: Session,
    kind: str,
    subject: str,
    payload: Mapping[str, Any] | None = None,
    *,
    priority: int = 5,
    once: str | None = None,
) -> str | None:
    """Take a job in, in the transaction of what it is about; return its id.

    Args:
        session: a transaction that writes.
        kind: one of `api.jobs.kinds`.
        subject: what it is about.
        payload: JSON.
        priority: smaller is sooner.
        once: a name under which no second job is ever taken in; then None is returned.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    stated = insert(Job).values(
        id=new_id(), kind=kind, subject=subject, payload=dict(payload or {}), priority=priority, once=once
    )
    return session.scalar(stated.on_conflict_do_nothing(index_elements=["once"]).returning(Job.id))


def anything_to_do(session: Session, *, running: Collection[str] = ()) -> bool:
    """Tell whether a job waits, or is held by somebody other than who asks."""
    asked = sa.or_(Job.state == "queued", sa.and_(Job.state == "running", Job.id.not_in(running)))
    return session.scalar(sa.select(sa.exists().where(asked))) or False


def subjects_alive(session: Session, subjects: Collection[str]) -> dict[str, bool]:
    """Return those of some subjects that there are jobs about, and whether one of these is not over."""
    asked = sa.select(Job.subject, Job.state).where(Job.subject.in_(tuple(subjects)))
    found: dict[str, bool] = {}
    for subject, state in session.execute(asked):
        found[subject] = found.get(subject, False) or state in ALIVE
    return found


def beats_of_others(session: Session, *, running: Collection[str] = ()) -> dict[tuple[str, int], int]:
    """Return the beats of the jobs that others hold, by job and attempt."""
    asked = sa.select(Job.id, Job.attempt, Job.beats).where(Job.state == "running", Job.id.not_in(running))
    return {(id_, attempt): beats for id_, attempt, beats in session.execute(asked)}


def claim(session: Session, worker: str, kinds: Iterable[str]) -> Lease | None:
    """Take the next job, if there is one."""
    asked = (
        sa.select(Job)
        .where(Job.state == "queued", Job.kind.in_(tuple(kinds)), _due())
        .order_by(Job.priority, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    job = session.scalars(asked).first()
    if job is None:
        return None
    job.state, job.worker, job.beats = "running", worker, 0
    job.attempt += 1
    session.flush()
    return Lease(job.id, job.kind, job.subject, dict(job.payload), job.attempt, job.crashes)


def _due() -> sa.ColumnElement[bool]:
    """Tell what may be begun: its time has come, or lies so far ahead that the clock was set back since."""
    return sa.or_(Job.not_before <= now(), Job.not_before > now() + _FURTHEST)


def beat(session: Session, lease: Lease) -> None:
    """Say that the worker lives.

    Raises:
        LeaseLost: the job is no longer its.
    """
    _only_one(session, sa.update(Job).where(*_held(lease)).values(beats=Job.beats + 1))


def hold(session: Session, lease: Lease) -> None:
    """Keep a job from being taken over until the transaction ends; what is written in it stands or falls with that.

    Raises:
        LeaseLost: the job is no longer its.
    """
    if session.scalar(sa.select(Job.id).where(*_held(lease)).with_for_update()) is None:
        raise LeaseLost


def finish(session: Session, lease: Lease, *, error: Mapping[str, Any] | None = None) -> None:
    """End a job, done or failed.

    Raises:
        LeaseLost: the job is no longer its.
    """
    values = {"state": "failed" if error else "done", "error": dict(error) if error else None, "finished_at": now()}
    _only_one(session, sa.update(Job).where(*_held(lease)).values(**values))


def give_back(session: Session, lease: Lease, *, wait: dt.timedelta = dt.timedelta(), crashed: bool = False) -> None:
    """Let another worker, or a later try, do it.

    Raises:
        LeaseLost: the job is no longer its.
    """
    values = {"state": "queued", "worker": None, "not_before": now() + wait, "crashes": Job.crashes + int(crashed)}
    _only_one(session, sa.update(Job).where(*_held(lease)).values(**values))


def cancel(session: Session, subject: str) -> bool:
    """End whatever is to be done about something; whoever works on it learns so at its next beat."""
    stated = sa.update(Job).where(Job.subject == subject, Job.state.in_(ALIVE))
    return bool(_changed(session, stated.values(state="cancelled", finished_at=now())))


def take_from_the_dead(
    session: Session,
    id_: str,
    attempt: int,
    beats: int,
    back: Callable[[Session, Lease], None],
    failed: Callable[[Session, Lease], None],
) -> bool:
    """Put a job back whose worker was seen to stand still, or fail it where that happened too often.

    Args:
        session: a transaction that writes.
        id_: the job's.
        attempt: that was seen.
        beats: likewise; a worker that has moved since keeps its job.
        back: called for a job that waits again, in the same transaction.
        failed: called for a job that is failed, likewise.
    """
    asked = sa.select(Job).where(Job.id == id_, Job.attempt == attempt, Job.state == "running", Job.beats == beats)
    job = session.scalars(asked.with_for_update(skip_locked=True)).first()
    if job is None:
        return False
    job.crashes += 1
    job.worker = None
    lease = Lease(job.id, job.kind, job.subject, dict(job.payload), job.attempt, job.crashes)
    if job.crashes < CRASHES:
        job.state, job.not_before = "queued", now()
        back(session, lease)
    else:
        job.state, job.finished_at, job.error = "failed", now(), {"code": "crashed", "crashes": job.crashes}
        failed(session, lease)
    return True


def _held(lease: Lease) -> tuple[sa.ColumnElement[bool], ...]:
    return Job.id == lease.id, Job.attempt == lease.attempt, Job.state == "running"


def _only_one(session: Session, statement: sa.Update) -> None:
    if _changed(session, statement) != 1:
        raise LeaseLost


def _changed(session: Session, statement: sa.Update) -> int:
    result: Any = session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)
