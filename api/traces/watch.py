"""Runs as they go, for many who look on: one question to the store twice a second, however many they are."""

import asyncio
import logging
from collections.abc import AsyncIterator
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from anyio.to_thread import run_sync
from fastapi import FastAPI

from api.store.database import Store
from api.store.runs import OVER, run_of, uploads_of_each, versions_of
from api.store.tables.runs import Run

EVERY_S = 0.5
ALIVE_S = 15.0
Seen = tuple[Run, list[str]]
_log = logging.getLogger("truckban.traces")


class RunWatch:
    """Looks at the runs that somebody watches; belongs to one event loop.

    Args:
        app: whose `state.stopping`, once set, ends all.
        store: where the runs are.
    """

    def __init__(self, app: FastAPI, store: Store) -> None:
        """Begin with nobody who looks on."""
        self._app = app
        self._store = store
        self._listeners: dict[str, set[asyncio.Event]] = {}
        self._latest: dict[str, Seen] = {}
        self._task: asyncio.Task[None] | None = None

    async def changes(self, run_id: str, after: int) -> AsyncIterator[Seen | None]:
        """Yield a run each time it is newer than what was seen, to its end; None where nothing happens for a while."""
        moved = asyncio.Event()
        self._listeners.setdefault(run_id, set()).add(moved)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        try:
            while not self.stopping:
                seen = self._latest.get(run_id)
                if seen is not None and seen[0].version > after:
                    after = seen[0].version
                    yield seen
                if seen is not None and seen[0].state in OVER:
                    return
                moved.clear()
                try:
                    await asyncio.wait_for(moved.wait(), ALIVE_S)
                except TimeoutError:
                    yield None
        finally:
            self._listeners[run_id].discard(moved)
            if not self._listeners[run_id]:
                del self._listeners[run_id]
                self._latest.pop(run_id, None)

    @property
    def stopping(self) -> bool:
        """Is the service about to end?"""
        return getattr(self._app.state, "stopping", False)

    async def _look(self) -> None:
        while self._listeners:
            try:
                known = {id_: seen[0].version for id_, seen in self._latest.items()}
                newer = await run_sync(self._newer, list(self._listeners), known)
            except sa.exc.SQLAlchemyError as error:
                _log.warning("the store does not answer: %s", type(error).__name__)
                newer = {}
            except Exception:  # noqa: BLE001  (whoever looks on waits for the next look, and is told when it goes again)
                _log.exception("runs could not be looked at")
                newer = {}
            self._latest |= {id_: seen for id_, seen in newer.items() if id_ in self._listeners}
            for id_, listeners in self._listeners.items():
                if id_ in newer or self.stopping:
                    for listener in listeners:
                        listener.set()
            await asyncio.sleep(EVERY_S)

    def _newer(self, ids: list[str], known: dict[str, int]) -> dict[str, Seen]:
        with self._store.read() as session:
            moved = [id_ for id_, version in versions_of(session, ids).items() if version != known.get(id_)]
            runs = {id_: run for id_ in moved if (run := run_of(session, id_)) is not None}
            uploads = uploads_of_each(session, list(runs))
            session.expunge_all()
        return {id_: (run, uploads[id_]) for id_, run in runs.items()}


def watch_of(app: FastAPI, store: Store) -> RunWatch:
    """Return the watch of the running event loop."""
    if not hasattr(app.state, "run_watches"):
        app.state.run_watches = WeakKeyDictionary()
    watches: WeakKeyDictionary[asyncio.AbstractEventLoop, RunWatch] = app.state.run_watches
    loop = asyncio.get_running_loop()
    if loop not in watches:
        watches[loop] = RunWatch(app, store)
    return watches[loop]
