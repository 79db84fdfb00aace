"""The registry in its versions, the places on no list, and the runs that count visits and loads."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.store.base import hold_turn, new_id, now
from api.store.jobs import cancel, enqueue
from api.store.tables.enterprises import Candidate, CandidateAct, FreightRun, FreightUpload, RegistryVersion
from api.store.tables.runs import Upload

OVER = ("done", "failed", "cancelled")
WAITING = {"phase": "waiting", "rows": 0}
_CHANGES = "truckban:registry"
_TOGETHER = 500


def wait_for_turn(session: Session) -> None:
    """Wait until nobody else changes the registry; until this transaction ends nobody does."""
    hold_turn(session, _CHANGES)


def newest_version(session: Session) -> RegistryVersion | None:
    """Return the version that counts, without its bytes; None where there is none yet."""
    return session.scalars(sa.select(RegistryVersion).order_by(RegistryVersion.number.desc()).limit(1)).one_or_none()


def version_of(session: Session, number: int) -> RegistryVersion | None:
    """Return one version."""
    return session.get(RegistryVersion, number)


def versions_page(session: Session, *, before: int | None, limit: int) -> Sequence[RegistryVersion]:
    """Return versions, the newest first, one more than asked where there are more."""
    asked = sa.select(RegistryVersion).order_by(RegistryVersion.number.desc()).limit(limit + 1)
    if before is not None:
        asked = asked.where(RegistryVersion.number < before)
    return session.scalars(asked).all()


def add_version(session: Session, **values: Any) -> RegistryVersion:  # noqa: ANN401
    """Add a version behind the newest."""
    newest = newest_version(session)
    row = RegistryVersion(number=1 if newest is None else newest.number + 1, **values)
    session.add(row)
    session.flush()
    return row


def add_run(
    session: Session,
    kind: str,
    *,
    account_id: str,
    options: Mapping[str, Any],
    why: str,
    uploads: Sequence[str],
) -> FreightRun:
    """Add a run and the job that does it, in one transaction."""
    run = FreightRun(
        id=new_id(), kind=kind, account_id=account_id, options=dict(options), why=why, progress=dict(WAITING)
    )
    session.add(run)
    session.flush()
    session.add_all(FreightUpload(run_id=run.id, upload_id=id_, place=place) for place, id_ in enumerate(uploads))
    enqueue(session, kind, run.id)
    session.flush()
    return run


def run_of(session: Session, id_: str, kind: str, *, owner: str | None = None) -> FreightRun | None:
    """Return a run; None where there is none, or it is not the owner's."""
    asked = sa.select(FreightRun).where(FreightRun.id == id_, FreightRun.kind == kind)
    if owner is not None:
        asked = asked.where(FreightRun.account_id == owner)
    return session.scalars(asked).first()


def runs_page(
    session: Session, kind: str, *, owner: str | None, before: str | None, limit: int
) -> Sequence[FreightRun]:
    """Return runs, the newest first, one more than asked where there are more."""
    asked = sa.select(FreightRun).where(FreightRun.kind == kind).order_by(FreightRun.id.desc()).limit(limit + 1)
    if owner is not None:
        asked = asked.where(FreightRun.account_id == owner)
    if before is not None:
        asked = asked.where(FreightRun.id < before)
    return session.scalars(asked).all()


def uploads_of(session: Session, run_id: str) -> list[Upload]:
    """Return the files that a run reads, in the order in which they were named."""
    asked = sa.select(Upload).join(FreightUpload, FreightUpload.upload_id == Upload.id)
    return list(session.scalars(asked.where(FreightUpload.run_id == run_id).order_by(FreightUpload.place)))


def uploads_of_each(session: Session, run_ids: Collection[str]) -> dict[str, list[str]]:
    """Return the ids of the files that runs read."""
    asked = sa.select(FreightUpload.run_id, FreightUpload.upload_id).where(FreightUpload.run_id.in_(tuple(run_ids)))
    found: dict[str, list[str]] = {id_: [] for id_ in run_ids}
    for run_id, upload_id in session.execute(asked.order_by(FreightUpload.run_id, FreightUpload.place)):
        found[run_id].append(upload_id)
    return found


def change_run(session: Session, id_: str, **values: Any) -> bool:  # noqa: ANN401
    """Change a run that is not over, and count its version up; False where it is over."""
    stated = sa.update(FreightRun).where(FreightRun.id == id_, FreightRun.state.not_in(OVER))
    stated = stated.values(version=FreightRun.version + 1, **values)
    result: Any = session.execute(stated.execution_options(synchronize_session=False))
    return bool(result.rowcount == 1)


def cancel_run(session: Session, id_: str) -> bool:
    """Cancel a run with its job; False where it is over."""
    cancel(session, id_)
    return change_run(session, id_, state="cancelled", finished_at=now())


def put_rows(session: Session, table: Any, rows: Sequence[Mapping[str, Any]], keep: Collection[str] = ()) -> None:  # noqa: ANN401
    """Add rows; of one that is there already the newer facts count, but for the columns to `keep`."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    key = [column.name for column in table.__table__.primary_key]
    # one statement may not change a row twice
    each = list({tuple(row[name] for name in key): dict(row) for row in rows}.values())
    for start in range(0, len(each), _TOGETHER):
        some = each[start : start + _TOGETHER]
        stated = insert(table).values(some)
        changed = {name: stated.excluded[name] for name in some[0] if name not in key and name not in keep}
        session.execute(stated.on_conflict_do_update(index_elements=key, set_=changed))


def put_candidates(session: Session, run_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what a run found at places on no list; what somebody said of one of them before stays."""
    at = now()
    same = {"run_id": run_id, "state": "new", "version": 1, "first_found_at": at, "found_at": at}
    put_rows(session, Candidate, [{**row, **same} for row in rows], keep=("state", "version", "first_found_at"))


def candidate_of(session: Session, id_: str, *, changing: bool = False) -> Candidate | None:
    """Return one place."""
    return session.get(Candidate, id_, with_for_update=changing or None)


def candidates_page(
    session: Session, *, state: str | None, after: tuple[int, str] | None, limit: int
) -> Sequence[Candidate]:
    """Return places, those with most trucks first, one more than asked where there are more."""
    asked = sa.select(Candidate).order_by(Candidate.vehicles.desc(), Candidate.id.desc()).limit(limit + 1)
    if state is not None:
        asked = asked.where(Candidate.state == state)
    if after is not None:
        asked = asked.where(sa.tuple_(Candidate.vehicles, Candidate.id) < sa.tuple_(*map(sa.literal, after)))
    return session.scalars(asked).all()


def acts_of(session: Session, ids: Collection[str]) -> dict[str, list[CandidateAct]]:
    """Return what was done about some places, oldest first."""
    found: dict[str, list[CandidateAct]] = {id_: [] for id_ in ids}
    asked = sa.select(CandidateAct).where(CandidateAct.place.in_(tuple(ids))).order_by(CandidateAct.id)
    for act in session.scalars(asked):
        found[act.place].append(act)
    return found


def act_on(session: Session, place: Candidate, act: str, state: str, *, why: str, actor: str) -> None:
    """Give a place a state, and keep who said so."""
    session.add(CandidateAct(place=place.id, act=act, before=place.state, why=why, actor=actor))
    place.state = state
    place.version += 1
    session.flush()


def undo_on(session: Session, place: Candidate, *, actor: str) -> CandidateAct | None:
    """Take back the last act that stands; None where there is none."""
    asked = sa.select(CandidateAct).where(CandidateAct.place == place.id, CandidateAct.undone_at.is_(None))
    last = session.scalars(asked.order_by(CandidateAct.id.desc()).limit(1)).one_or_none()
    if last is None:
        return None
    last.undone_at, last.undone_by = now(), actor
    place.state = last.before
    place.version += 1
    session.flush()
    return last


def purge_examples(session: Session, before: dt.datetime) -> int:
    """Remove single stops of vehicles from places that no run found since then; what is counted stays."""
    ids = [
        place.id for place in session.scalars(sa.select(Candidate).where(Candidate.found_at < before)) if place.examples
    ]
    for start in range(0, len(ids), _TOGETHER):
        some = ids[start : start + _TOGETHER]
        session.execute(sa.update(Candidate).where(Candidate.id.in_(some)).values(examples=[]))
    return len(ids)


def purge_candidates(session: Session, before: dt.datetime) -> int:
    """Remove places that no run found since then, with what was said of them."""
    result: Any = session.execute(sa.delete(Candidate).where(Candidate.found_at < before))
    return int(result.rowcount)
