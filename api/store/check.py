"""A store held against what it should be."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.audit import verify
from api.store.database import Store
from api.store.schema import differences, newest, revision_of

_MOST = 100_000


def faults(store: Store) -> list[str]:
    """Return what is wrong with a store, in words; nothing where all is well.

    The revision, the tables' shapes, SQLite's own pages, rows that point to nothing, and the audit trail, entry by entry.
    """
    revision = revision_of(store)
    if revision != newest():
        return [f"revision {revision or '-'}, expected {newest()}"]
    found = [f"schema: {difference}" for difference in differences(store)]
    with store.read() as session:
        if store.is_sqlite:
            said = session.execute(sa.text("PRAGMA integrity_check(20)")).scalars()
            found += [f"integrity: {line}" for line in said if line != "ok"]
            broken = session.execute(sa.text("PRAGMA foreign_key_check")).all()
            found += [f"foreign key: row {row[1]} of {row[0]} points to nothing in {row[2]}" for row in broken[:20]]
        else:
            found += _not_validated(session)
        found += _trail(session)
    return found


def _not_validated(session: Session) -> list[str]:
    """PostgreSQL never lets a row point to nothing, but for keys that were added without a look at the rows."""
    asked = "SELECT conname FROM pg_constraint WHERE contype = 'f' AND NOT convalidated"
    return [f"foreign key {name} was never held against the rows" for name in session.execute(sa.text(asked)).scalars()]


def _trail(session: Session) -> list[str]:
    after = None
    while True:
        held = verify(session, after=after, most=_MOST)
        if held.fault is not None:
            return [f"audit: entry {held.number}: {held.fault}"]
        if held.complete:
            return []
        after = held.last
