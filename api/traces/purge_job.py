"""The daily job that deletes what is older than its time."""

from typing import Any

from api.jobs.kinds import Kind, Task
from api.store.database import Store
from api.traces.purge import purge_uploads


class _Purge(Kind):
    def work(self, task: Task) -> dict[str, Any]:
        store = Store(task.settings.url)
        try:
            return purge_uploads(store, task.settings)
        finally:
            store.close()


PURGE = _Purge()
