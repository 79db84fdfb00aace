"""A worker that does its jobs in the tests' own process, for what is not about processes: each would import for seconds."""

import json
from typing import Any

from api.jobs import child
from api.jobs.doing import Doing, asked
from api.jobs.worker import Worker
from api.settings import Settings
from api.store.database import Store
from api.store.jobs import Lease


class Here(Doing):
    """A job that is done when it has begun, by what its process would do, told by the same lines."""

    status = 0
    over = True

    def __init__(self, settings: Settings, lease: Lease) -> None:
        """Do it."""
        self._begin(lease)
        child.do(json.loads(json.dumps(asked(settings, lease))), self._said)

    def _said(self, line: Any) -> None:  # noqa: ANN401
        self._heard(json.loads(json.dumps(line)))

    def kill(self) -> None:
        """There is nothing left to end."""

    def close(self) -> None:
        """There is nothing to let go of."""


def worker_here(settings: Settings, store: Store, **more: float) -> Worker:
    """Return a worker that does its jobs here."""
    return Worker(settings, store, tick_s=0.02, start=Here, **more)  # type: ignore[arg-type]


def work_off(settings: Settings, store: Store) -> None:
    """Have all that waits done."""
    worker_here(settings, store).run_until_idle()
