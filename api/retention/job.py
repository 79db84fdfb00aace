"""The purge as a job of the queue."""

from typing import Any

from api.jobs.kinds import Kind, Task
from api.retention.service import purge
from api.store.base import now
from api.store.database import Store


class Purge(Kind):
    """Removes permits with their files, leads, their fixes, and answers kept for requests that are sent again.

    Each step is whole, so a job that is stopped is done again.
    """

    def work(self, task: Task) -> dict[str, Any]:
        """Remove what is past its time."""
        store = Store(task.settings.url)
        try:
            return {"removed": purge(store, task.settings, now())}
        finally:
            store.close()


PURGE = Purge()
