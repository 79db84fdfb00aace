"""Has something done by a process that is killed at one of its steps: a statement, a commit, a file that is opened, renamed or removed."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from api.store.backup import back_up
from api.store.database import Store
from api.store.restoring import restore
from api.store.schema import migrate

_STEPS = frozenset(("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "shutil.rmtree"))
_NEVER = 10**9
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["api.store.restoring", "psycopg", "sqlalchemy.dialects.postgresql.psycopg"])


class _Steps:
    """Counts steps, and ends this process at one of them."""

    def __init__(self, last: int) -> None:
        self.done, self._last = 0, last
        sys.addaudithook(self._heard)
        for name in ("before_cursor_execute", "commit"):
            sa.event.listen(sa.Engine, name, self._counted)

    def _counted(self, *_: object) -> None:
        if self.done == self._last:
            os.kill(os.getpid(), signal.SIGKILL)
        self.done += 1

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _STEPS or (event == "open" and arguments[1] in ("wb", "w", "r+b")):
            self._counted()


def _do(act: Callable[..., object], arguments: tuple[Any, ...], last: int, told: Any) -> None:  # noqa: ANN401
    sys.dont_write_bytecode = True  # by whoever imports something first, and no step of what is done
    steps = _Steps(last)
    act(*arguments)
    done, steps.done = steps.done, -_NEVER
    told.send(done)


def broken_at(step: int | None, act: Callable[..., object], *arguments: Any) -> int | None:  # noqa: ANN401
    """Do something in a process of its own that is killed before a step.

    Args:
        step: counted from 0; None: it is not killed.
        act: a function of a module.
        arguments: what it is called with; can be pickled.

    Returns:
        How many steps it took; None where it was killed.
    """
    listening, told = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=_do, args=(act, arguments, _NEVER if step is None else step, told))
    process.start()
    told.close()
    process.join(300)
    assert process.exitcode in (0, -signal.SIGKILL)
    return listening.recv() if process.exitcode == 0 else None


def restored(url: str, data_dir: Path, file: Path) -> None:
    """Restore a backup over what is there."""
    store = Store(url)
    restore(store, data_dir, file, replace=True)
    store.close()


def backed_up(url: str, data_dir: Path, file: Path) -> None:
    """Back up."""
    store = Store(url)
    back_up(store, data_dir, file)
    store.close()


def migrated(url: str, to: str) -> None:
    """Bring a store to a revision."""
    store = Store(url)
    migrate(store, to)
    store.close()
