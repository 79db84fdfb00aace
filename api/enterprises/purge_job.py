"""The daily job that removes visits, loads and single stops after the time that raw fixes are kept."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from api.jobs.kinds import Kind, Task
from api.settings import Settings
from api.store.audit import Actor, note
from api.store.base import now
from api.store.database import Store
from api.store.enterprises import purge_candidates, purge_examples
from api.store.loads import purge_loads
from api.store.visits import purge_visits

_TOGETHER = 500
_PURGER = Actor("retention", "program")


def purge(store: Store, settings: Settings, at: dt.datetime) -> dict[str, int]:
    """Remove what is past its time, some at a time; return how many of each. It may be called again at any time.

    Visits and loads show where a vehicle was, as raw fixes do, and are kept as long (`raw_days`). A place on no list is no
    personal data without its examples; it goes `lead_days` after it was last found.
    """
    raw = at - dt.timedelta(days=settings.raw_days)
    lead = at - dt.timedelta(days=settings.lead_days)
    steps: dict[str, Callable[[Session], int]] = {
        "visits": lambda session: purge_visits(session, raw, _TOGETHER),
        "loads": lambda session: purge_loads(session, raw, _TOGETHER),
        "examples": lambda session: purge_examples(session, raw),
        "places": lambda session: purge_candidates(session, lead),
    }
    return {what: _in_steps(store, settings, what, step) for what, step in steps.items()}


def _in_steps(store: Store, settings: Settings, what: str, step: Callable[[Session], int]) -> int:
    gone = 0
    while True:
        with store.write() as session:
            removed = step(session)
            if not removed:
                return gone
            days = {"raw_days": settings.raw_days, "lead_days": settings.lead_days}
            note(session, _PURGER, "retention.purge", what, details={"what": what, "removed": removed, **days})
        gone += removed


class _Purge(Kind):
    def work(self, task: Task) -> dict[str, Any]:
        store = Store(task.settings.url)
        try:
            return {"removed": purge(store, task.settings, now())}
        finally:
            store.close()


PURGE = _Purge()
