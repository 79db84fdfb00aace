"""The store held against what was acknowledged: nothing lost, nothing twice."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.settings import Settings
from api.store.audit import Mark, verify
from api.store.database import Store
from api.store.jobs import CRASHES
from api.store.tables.audit import AuditEntry
from api.store.tables.leads import Lead, LeadCount, LeadEvent, LeadRun, Violation
from api.store.tables.permits import Permit, PermitEvent
from api.store.tables.replies import Reply
from api.store.tables.runs import Job, Run, Upload
from api.traces.files import runs_folder, uploads_folder
from service_kills.kept import Snapshot


class Holding:
    """Holds a store against what was acknowledged.

    Attributes:
        mark: up to where the audit trail was found to hold.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        """Begin at the trail's beginning."""
        self.settings, self.store = settings, store
        self.mark: Mark | None = None

    def meanwhile(self, kept: Snapshot) -> list[str]:
        """Return what is wrong while clients go on: all that was acknowledged before is there, or has moved on by one."""
        with self.store.read() as session:
            found = [*self._uploads(session, kept), *self._moved_on(session, kept), *self._trail(session)]
            jobs = session.execute(sa.select(Run.id, Run.state).where(Run.id.in_(tuple(kept.runs)))).all()
            states: dict[str, str] = {id_: state for id_, state in jobs}  # noqa: C416
        found += [f"run {id_} is lost" for id_ in kept.runs if id_ not in states]
        found += [
            f"run {id_} was {run.state}, and is {states[id_]}"
            for id_, run in kept.runs.items()
            if run.state == "done" and states.get(id_) != "done"
        ]
        return found

    def at_the_end(self, kept: Snapshot) -> list[str]:
        """Return what is wrong when nobody asks for anything any more and no job waits."""
        with self.store.read() as session:
            return [
                *self._uploads(session, kept),
                *self._moved_on(session, kept, by=0),
                *self._trail(session),
                *self._each_once(session, kept),
                *_leads(session, kept),
                *_permits(session, kept),
                *self._runs(session, kept),
                *_jobs(session),
                *_entries(session, kept),
            ]

    def _trail(self, session: Session) -> Iterator[str]:
        held = verify(session, after=self.mark)
        if held.fault is not None:
            yield f"audit entry {held.number}: {held.fault}"
        else:
            self.mark = held.last

    def _uploads(self, session: Session, kept: Snapshot) -> Iterator[str]:
        rows = {row.id: row for row in session.scalars(sa.select(Upload)) if row.id in kept.uploads}
        for id_, upload in kept.uploads.items():
            row = rows.get(id_)
            if row is None:
                yield f"upload {id_} is lost"
                continue
            path = uploads_folder(self.settings) / row.path
            there = path.read_bytes() if path.exists() else b""
            if row.received < upload.offset or there[: upload.offset] != upload.data[: upload.offset]:
                yield f"upload {id_}: {upload.offset} bytes were acknowledged, {row.received} in the store, {len(there)} there"
            if upload.state == "complete" and (row.state, row.sha256) != ("complete", upload.sha256):
                yield f"upload {id_} was complete, and is {row.state}"
            if row.state == "complete" and hashlib.sha256(there).hexdigest() != row.sha256:
                yield f"upload {id_}: the file is not the one that the store knows"

    @staticmethod
    def _moved_on(session: Session, kept: Snapshot, by: int | None = None) -> Iterator[str]:
        """Hold versions: while clients go on (`by` is None) a thing may have moved on, at the end it has not."""
        for name, table, things, key in (
            ("lead", Lead, kept.leads, Lead.lead_id),
            ("permit", Permit, kept.permits, Permit.id),
        ):
            asked: Any = sa.select(key, table.version, table.state)
            rows: dict[str, tuple[int, str]] = {id_: (version, state) for id_, version, state in session.execute(asked)}
            for id_, thing in things.items():
                if id_ not in rows:
                    yield f"{name} {id_} is lost"
                    continue
                version, state = rows[id_]
                late = version < thing.version or (by == 0 and version != thing.version)
                if late or (version == thing.version and state != thing.state):
                    yield f"{name} {id_}: acknowledged {thing.state} ({thing.version}), is {state} ({version})"

    def _each_once(self, session: Session, kept: Snapshot) -> Iterator[str]:
        """Hold that there is one thing for each request that made one."""
        for name, table, things in (
            ("uploads", Upload, kept.uploads),
            ("permits", Permit, kept.permits),
            ("runs", Run, kept.runs),
        ):
            count = session.scalar(sa.select(sa.func.count()).select_from(table))
            if count != len(things):
                yield f"{count} {name}, {len(things)} were made"
        known = set(session.scalars(sa.select(Upload.path)))
        more = {path.name for path in uploads_folder(self.settings).iterdir()} - known
        if more:
            yield f"{len(more)} files of uploads that no upload has"

    def _runs(self, session: Session, kept: Snapshot) -> Iterator[str]:
        done = []
        for run in session.scalars(sa.select(Run)):
            crashes = session.scalar(sa.select(Job.crashes).where(Job.subject == run.id, Job.kind == "check")) or 0
            if run.state != "done":
                # by design a job that so many workers died over is failed, and says so
                if not (run.state == "failed" and crashes >= CRASHES):
                    yield f"run {run.id} ended {run.state} after {crashes} crashes: {run.error}"
                continue
            done.append((run, kept.runs[run.id].tag))
        counts = {run.id: (run.counts or {}).get("leads") for run, _ in done}
        if len(set(counts.values())) > 1:
            yield f"one day, checked again and again, has {Counter(counts.values())} leads"
        for run, tag in done:
            linked = session.scalars(
                sa.select(Lead.vehicle_id).join(LeadRun, LeadRun.number == Lead.number).where(LeadRun.run_id == run.id)
            ).all()
            if len(linked) != counts[run.id] or not all(vehicle.startswith(tag) for vehicle in linked):
                yield f"run {run.id} has {len(linked)} leads of {counts[run.id]}, or another's"
            notes = session.scalar(
                sa.select(sa.func.count())
                .select_from(AuditEntry)
                .where(AuditEntry.action == "run.done", AuditEntry.subject == f"run:{run.id}")
            )
            if notes != 1:
                yield f"run {run.id} was done {notes} times"
            folder = runs_folder(self.settings) / str(run.folder)
            if not (folder / "run.json").is_file():
                yield f"run {run.id}: its files are lost"
        total = session.scalar(sa.select(sa.func.count()).select_from(Lead))
        expected = len(kept.leads) + sum(count or 0 for count in counts.values())
        if total != expected:
            yield f"{total} leads, expected {expected}"

    def leftovers(self, kept: Snapshot) -> list[str]:
        """Return what runs left that are over, besides the folder that belongs to each."""
        with self.store.read() as session:
            rows = session.execute(sa.select(Run.id, Run.folder)).all()
        own = {id_: folder for id_, folder in rows}  # noqa: C416
        found = []
        for id_ in kept.runs:
            folder = runs_folder(self.settings) / id_
            tries = sorted(folder.iterdir()) if folder.is_dir() else []
            found += [f"{id_}/{each.name}" for each in tries if f"{id_}/{each.name}" != own.get(id_)]
            found += [f"{id_}/{each.name}/evidence.parquet" for each in tries if (each / "evidence.parquet").exists()]
        return found


def _leads(session: Session, kept: Snapshot) -> Iterator[str]:
    numbers = {lead.lead_id: lead for lead in session.scalars(sa.select(Lead))}
    events: dict[int, list[str]] = {}
    for number, act in session.execute(sa.select(LeadEvent.number, LeadEvent.act).order_by(LeadEvent.id)):
        events.setdefault(number, []).append(f"lead.{act}")
    violations = Counter(session.scalars(sa.select(Violation.number)))
    standing = set(session.scalars(sa.select(Violation.number).where(Violation.revoked_at.is_(None))))
    for id_, lead in kept.leads.items():
        row = numbers[id_]
        if events.get(row.number, []) != lead.acts:
            yield f"lead {id_}: acts {events.get(row.number)}, acknowledged {lead.acts}"
        if row.merged_into != lead.merged_into:
            yield f"lead {id_} is merged into {row.merged_into}, acknowledged {lead.merged_into}"
        if violations[row.number] != lead.confirmed or (row.number in standing) != (lead.state == "confirmed"):
            yield f"lead {id_}: {violations[row.number]} violations, {lead.confirmed} confirmed"
    counted = sa.select(LeadCount.state, sa.func.sum(LeadCount.leads)).where(LeadCount.dimension == "all")
    kept_counts = {state: int(count) for state, count in session.execute(counted.group_by(LeadCount.state)) if count}
    states = Counter(row.state for row in numbers.values())
    if kept_counts != dict(states):
        yield f"counts of leads {kept_counts}, there are {dict(states)}"


def _permits(session: Session, kept: Snapshot) -> Iterator[str]:
    steps: dict[str, list[str]] = {}
    for id_, action in session.execute(
        sa.select(PermitEvent.permit_id, PermitEvent.action).order_by(PermitEvent.permit_id, PermitEvent.number)
    ):
        steps.setdefault(id_, []).append(f"permit.{action}")
    for id_, permit in kept.permits.items():
        taken = [act for act in permit.acts if act not in ("permit.create", "permit.save")]
        if steps.get(id_, []) != taken:
            yield f"permit {id_}: steps {steps.get(id_)}, acknowledged {taken}"
        row = session.get_one(Permit, id_)
        if row.permit_no != permit.permit_no:
            yield f"permit {id_} has number {row.permit_no}, acknowledged {permit.permit_no}"


def _jobs(session: Session) -> Iterator[str]:
    asked = sa.select(Job).where(Job.state.not_in(("done", "cancelled")))
    for job in session.scalars(asked):
        if job.state != "failed" or job.crashes < CRASHES:
            yield f"job {job.kind} of {job.subject} is {job.state} after {job.crashes} crashes: {job.error}"


def _entries(session: Session, kept: Snapshot) -> Iterator[str]:
    """Hold that each thing that was done is in the trail once."""
    entries: dict[str, list[str]] = {}
    for subject, action in session.execute(
        sa.select(AuditEntry.subject, AuditEntry.action).order_by(AuditEntry.number)
    ):
        entries.setdefault(subject, []).append(action)
    expected: list[tuple[str, Sequence[str]]] = [
        *((f"lead:{id_}", lead.acts) for id_, lead in kept.leads.items()),
        *((f"permit:{id_}", permit.acts) for id_, permit in kept.permits.items()),
        *(
            (f"upload:{id_}", ["upload.create", *(["upload.complete"] if upload.state == "complete" else [])])
            for id_, upload in kept.uploads.items()
        ),
    ]
    for subject, acts in expected:
        if entries.get(subject, []) != list(acts):
            yield f"{subject}: the trail has {entries.get(subject)}, acknowledged {list(acts)}"
    doubled = session.execute(
        sa.select(Reply.request_hash, sa.func.count()).group_by(Reply.caller, Reply.key, Reply.request_hash)
    )
    yield from (f"{count} answers for one key" for _, count in doubled if count > 1)
