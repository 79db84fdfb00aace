"""The worker: takes jobs from the store, has them done in processes of their own, and writes what they found."""

import datetime as dt
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from api.jobs.doing import Doing
from api.jobs.kinds import DAILY, KINDS, kind_named
from api.settings import Settings
from api.store import jobs
from api.store.base import now
from api.store.database import Store
from api.store.jobs import Lease, LeaseLost

TICK_S = 0.25
BEAT_S = 1.0
LEASE_S = 15.0
GRACE_S = 10.0
WAIT = dt.timedelta(seconds=5)
_DAY_S = 600.0
_log = logging.getLogger("truckban.jobs")


class Worker:
    """One worker.

    Args:
        settings: of the service.
        store: where the jobs are.
        at_once: how many jobs it does at a time.
        lease_s: after so many seconds without a beat a job is taken from the worker that has it.
        tick_s: so often it looks after what it does, and for more.
        start: begins a job that was taken: a process of its own.

    Attributes:
        doing: what it does now.
        stopping: set, it ends.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        *,
        at_once: int = 1,
        lease_s: float = LEASE_S,
        tick_s: float = TICK_S,
        start: Callable[[Settings, Lease], Doing] = Doing,
    ) -> None:
        """Begin with nothing to do."""
        self.settings = settings
        self.store = store
        self.at_once = at_once
        self.lease_s = lease_s
        self.tick_s = tick_s
        self._start = start
        self.name = f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(3)}"
        self.stopping = threading.Event()
        self.doing: list[Doing] = []
        self._seen: dict[tuple[str, int], tuple[int, float]] = {}
        self._beat_at = 0.0
        self._day_at: float | None = None
        self._away = False

    def run(self, *, grace_s: float = GRACE_S) -> None:
        """Work until `stopping` is set; then what is not done within a short while is given back."""
        while not self.stopping.is_set():
            self.tick()
            self.stopping.wait(self.tick_s)
        until = time.monotonic() + grace_s
        try:
            while self.doing and time.monotonic() < until:
                self._look_after()
                time.sleep(self.tick_s)
            for doing in list(self.doing):
                self._give_back(doing)
        except sa.exc.DBAPIError:  # whoever comes next takes over what is left
            for doing in self.doing:
                doing.kill()

    def run_until_idle(self) -> None:
        """Work until no job waits and none is held."""
        while True:
            self.tick()
            with self.store.read() as session:
                if not self.doing and not jobs.anything_to_do(session):
                    return
            time.sleep(self.tick_s)

    def tick(self) -> None:
        """Do what is due now. A store that is away is asked again at the next tick."""
        try:
            self._look_after()
            self._daily()
            self._take()
        except sa.exc.DBAPIError as error:
            if not self._away:
                _log.warning("the store does not answer: %s", type(error).__name__)
            self._away = True
            self.stopping.wait(1.0)
        else:
            if self._away:
                _log.warning("the store answers again")
            self._away = False

    def _take(self) -> None:
        mine = [doing.lease.id for doing in self.doing]
        with self.store.read() as session:
            if not jobs.anything_to_do(session, running=mine):
                self._seen.clear()
                return
            beats = jobs.beats_of_others(session, running=mine)
        self._take_over(beats)
        while len(self.doing) < self.at_once and not self.stopping.is_set():
            with self.store.write() as session:
                lease = jobs.claim(session, self.name, KINDS)
                if lease is None:
                    return
                kind_named(lease.kind).begun(session, lease)
            self.doing.append(self._start(self.settings, lease))

    def _take_over(self, beats: dict[tuple[str, int], int]) -> None:
        """Put back the jobs of workers that were seen to stand still for the time of a lease."""
        seen_at = time.monotonic()
        self._seen = {
            key: self._seen[key] if key in self._seen and self._seen[key][0] == count else (count, seen_at)
            for key, count in beats.items()
        }
        for (id_, attempt), (count, since) in self._seen.items():
            if seen_at - since < self.lease_s:
                continue
            with self.store.write() as session:
                if jobs.take_from_the_dead(session, id_, attempt, count, self._put_back, self._poisoned):
                    _log.warning("job %s was taken from a worker that stands still", id_)

    def _put_back(self, session: Any, lease: Lease) -> None:  # noqa: ANN401
        kind_named(lease.kind).back(session, lease)

    def _poisoned(self, session: Any, lease: Lease) -> None:  # noqa: ANN401
        kind_named(lease.kind).failed(session, lease, crashed(lease.crashes))

    def _look_after(self) -> None:
        """Say that this worker lives, and end what has ended."""
        due = time.monotonic() - self._beat_at >= BEAT_S
        for doing in list(self.doing):
            if doing.over:
                self._end(doing)
            elif due:
                self._beat(doing)
        if due:
            self._beat_at = time.monotonic()

    def _beat(self, doing: Doing) -> None:
        progress = doing.progress
        with self._or_lost(doing), self.store.write() as session:
            jobs.beat(session, doing.lease)
            if progress is not None and progress != doing.told:
                doing.kind.moved(session, doing.lease, progress)
        doing.told = progress

    def _end(self, doing: Doing) -> None:
        """Write what a process found; where the store is away, again at the next tick."""
        kept = doing.result is not None
        with self._or_lost(doing):
            try:
                self._write_end(doing)
            except (LeaseLost, sa.exc.OperationalError, sa.exc.InterfaceError):
                raise
            except Exception:  # noqa: BLE001  (a job that cannot be written must not end the worker)
                _log.exception("what job %s found could not be written", doing.lease.id)
                kept = False
                self._crashed(doing, {"code": "internal", **_INTERNAL})
            self._let_go(doing, kept=kept)

    def _write_end(self, doing: Doing) -> None:
        if doing.result is not None:
            with self.store.write() as session:
                jobs.hold(session, doing.lease)
                doing.kind.ended(session, self.settings, doing.lease, doing.result)
                jobs.finish(session, doing.lease)
        elif doing.error is not None and not doing.again:
            self._fail(doing, doing.error)
        else:
            self._crashed(doing, doing.error)

    def _crashed(self, doing: Doing, error: Any) -> None:  # noqa: ANN401
        """Try again a little later; after so many tries that broke off, say that it cannot be done."""
        crashes = doing.lease.crashes + 1
        if crashes >= jobs.CRASHES:
            self._fail(doing, error or crashed(crashes))
            return
        _log.warning("job %s broke off (exit status %s)", doing.lease.id, doing.status)
        with self.store.write() as session:
            jobs.give_back(session, doing.lease, wait=WAIT * crashes, crashed=True)
            doing.kind.back(session, doing.lease)

    def _fail(self, doing: Doing, error: Any) -> None:  # noqa: ANN401
        with self.store.write() as session:
            jobs.hold(session, doing.lease)
            doing.kind.failed(session, doing.lease, error)
            jobs.finish(session, doing.lease, error=error)

    def _give_back(self, doing: Doing) -> None:
        doing.kill()
        with self._or_lost(doing):
            with self.store.write() as session:
                jobs.give_back(session, doing.lease)
                doing.kind.back(session, doing.lease)
            self._let_go(doing, kept=False)

    def _let_go(self, doing: Doing, *, kept: bool) -> None:
        doing.close()
        self.doing.remove(doing)
        try:
            doing.kind.cleared(self.settings, doing.lease, kept=kept)
        except OSError as error:
            _log.warning("files of job %s could not be removed: %s", doing.lease.id, error.strerror)

    def _or_lost(self, doing: Doing) -> "_OrLost":
        def lost() -> None:
            doing.kill()
            self._let_go(doing, kept=False)

        return _OrLost(lost)

    def _daily(self) -> None:
        """Have what is older than its time deleted, once a day."""
        if self._day_at is not None and time.monotonic() - self._day_at < _DAY_S:
            return
        day = now().date().isoformat()
        with self.store.write() as session:
            for kind in DAILY:
                jobs.enqueue(session, kind, day, priority=9, once=f"{kind}:{day}")
        self._day_at = time.monotonic()


class _OrLost:
    """Runs a block; where the lease is lost in it, does something instead of going on."""

    def __init__(self, lost: Callable[[], None]) -> None:
        self._lost = lost

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        if kind is not None and issubclass(kind, LeaseLost):
            self._lost()
            return True
        return False


_INTERNAL = {
    "zh": "结果写不进数据库，已记入日志",
    "en": "what was found could not be written to the store; it is in the log",
}


def crashed(times: int) -> dict[str, Any]:
    """Return the error of a job whose processes died."""
    return {
        "code": "crashed",
        "zh": f"处理它的进程 {times} 次中途终止，不再重试；请检查文件是否过大或损坏",
        "en": f"the process that did it died {times} times, so it is not tried again; look whether a file is too large or damaged",
    }
