"""How many leads there are of each kind: kept up in the transaction that adds, changes or removes a lead."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.store.tables.leads import Lead, LeadCount, LeadFacts

_WAITING = "truckban_lead_counts"


class Kind(NamedTuple):
    """What leads are counted by; the key of `LeadCount`, in its order."""

    dimension: str
    value: str
    day: int
    hour: int
    state: str
    verdict: str
    vehicle_class: str


def kinds_of(row: Mapping[str, Any], roads: Iterable[str]) -> list[Kind]:
    """Return under what a lead counts: once among all, for its entry and for its enterprise, once for each of its roads."""
    shared = (row["day"], row["hour"], row["state"], row["verdict"], row["vehicle_class"])
    entry = row["entry_number"]
    return [
        Kind("all", "", *shared),
        Kind("entry", "" if entry is None else str(entry), *shared),
        Kind("enterprise", row["enterprise_id"] or "", *shared),
        *(Kind("road", road, *shared) for road in dict.fromkeys(roads)),
    ]


def count(session: Session, changes: Mapping[Kind, int]) -> None:
    """Add figures, negative ones too: all of a transaction when it is about to be committed.

    Then they are added in one order, whatever was done in which: two transactions of which each changed what the other has still to change would wait
    for each other.
    """
    waiting: Counter[Kind] | None = session.info.get(_WAITING)
    if waiting is None:
        waiting = session.info[_WAITING] = Counter()
        sa.event.listen(session, "before_commit", _add, once=True)
        sa.event.listen(session, "after_rollback", _forget, once=True)
    for kind, more in changes.items():
        waiting[kind] += more


def _add(session: Session) -> None:
    changes = session.info.pop(_WAITING, {})
    rows = [{**kind._asdict(), "leads": more} for kind, more in sorted(changes.items()) if more]
    if not rows:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(LeadCount)
    key = list(Kind._fields)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=key, set_={"leads": LeadCount.__table__.c.leads + statement.excluded.leads}
        ),
        rows,
    )


def _forget(session: Session) -> None:
    session.info.pop(_WAITING, None)


def recount(session: Session, numbers: Sequence[int], by: int) -> None:
    """Count leads as they stand, `by` 1 to count them in and -1 to count them out: before and after a change."""
    columns = (Lead.day, Lead.hour, Lead.state, Lead.verdict, Lead.vehicle_class, Lead.enterprise_id, Lead.entry_number)
    changes: Counter[Kind] = Counter()
    found = session.execute(
        sa.select(*columns, LeadFacts.facts)
        .join(LeadFacts, LeadFacts.number == Lead.number)
        .where(Lead.number.in_(numbers))
    )
    for row in found.mappings():
        for kind in kinds_of(dict(row), row["facts"]["roads"]):
            changes[kind] += by
    count(session, changes)
