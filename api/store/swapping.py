"""What was restored takes the place of what was there: all of it, also where it is broken off half-way, or nothing.

All is filled and written out beside what is there. Then a plan of what is to be renamed is written; from there on the restore is decided: whoever
opens the store next finishes what is left of it. With PostgreSQL the transaction that fills the tables decides, not the plan: where it was not
committed, plan and files are dropped.
"""

import fcntl
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from api.store.database import Store
from api.store.written import sync, sync_tree
from zones.errors import InputError
from zones.text import Text

_PLAN = ".restore.json"
_LOCK = ".restore.lock"
_STAGED = ".restoring"
_REVISIONS = "alembic_version"
Move = tuple[Path, Path]


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """Let nobody else restore here, or finish it, meanwhile."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / _LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def staged(data_dir: Path) -> Path:
    """Return the empty folder where files wait."""
    folder = data_dir / _STAGED
    shutil.rmtree(folder, ignore_errors=True)  # of one that was killed
    folder.mkdir(parents=True)
    return folder


def fresh_file(path: Path, stamp: str) -> Path:
    """Return where SQLite's new file is filled; what others that were killed left goes."""
    for left in path.parent.glob(f"{path.name}.restored-*"):
        left.unlink()
    return path.with_name(f"{path.name}.restored-{stamp}")


def file_moves(data_dir: Path, stamp: str) -> list[Move]:
    """Return the renames that set folders aside, and put those that wait in their place."""
    folder = data_dir / _STAGED
    moves: list[Move] = []
    for name in sorted({"uploads", "runs", "attachments", *(path.name for path in folder.iterdir())}):
        if (data_dir / name).is_dir():
            moves.append((data_dir / name, data_dir / f"{name}.before-{stamp}"))
        if (folder / name).is_dir():
            moves.append((folder / name, data_dir / name))
    return moves


def database_moves(path: Path, fresh: Path, stamp: str) -> list[Move]:
    """Return the renames that set SQLite's file aside, and put the new one in its place.

    Raises:
        InputError: somebody has it open.
    """
    if path.exists():
        _closed(path)
    moves = [
        (old, path.with_name(f"{path.name}.before-{stamp}{ending}"))
        for ending in ("-wal", "-shm", "")  # a log beside another file would be taken for its own
        if (old := path.with_name(path.name + ending)).exists()
    ]
    return [*moves, (fresh, path)]


def decide(data_dir: Path, moves: Sequence[Move], *, marker: str | None = None) -> None:
    """Write the plan.

    Args:
        data_dir: where it is looked for.
        moves: what is to be renamed, in this order.
        marker: what PostgreSQL's tables say once they are the restored ones; None: it is decided by the plan.
    """
    sync_tree(data_dir / _STAGED)
    for folder in {source.parent for source, _ in moves}:
        sync(folder)
    plan = {"moves": [[str(source.absolute()), str(goal.absolute())] for source, goal in moves], "marker": marker}
    part = data_dir / f"{_PLAN}.part"
    with part.open("w", encoding="utf-8") as out:
        json.dump(plan, out)
        out.flush()
        os.fsync(out.fileno())
    part.replace(data_dir / _PLAN)
    sync(data_dir)


def mark(connection: sa.Connection, marker: str) -> None:
    """Have PostgreSQL's tables say, once this transaction is committed, that they are the restored ones."""
    connection.exec_driver_sql(f"COMMENT ON TABLE {_REVISIONS} IS '{marker}'")


def drop(data_dir: Path) -> None:
    """Forget what was planned."""
    (data_dir / _PLAN).unlink(missing_ok=True)
    shutil.rmtree(data_dir / _STAGED, ignore_errors=True)


def finish_restore(store: Store, data_dir: Path) -> bool:
    """Finish a restore that was broken off, if there is one; return whether there was. Whoever opens the store calls this first.

    Raises:
        InputError: something stands where the restored files belong.
        DBAPIError: PostgreSQL has to say whether it was decided, and does not answer.
    """
    if not (data_dir / _PLAN).exists():
        return False
    with alone(data_dir):
        if not (data_dir / _PLAN).exists():
            return False
        carry_out(store, data_dir)
    return True


def carry_out(store: Store, data_dir: Path) -> None:
    """Do what is left of a plan, or, where it was not decided, drop it; call it `alone`."""
    plan = json.loads((data_dir / _PLAN).read_text("utf-8"))
    if plan["marker"] is None or _marker(store) == plan["marker"]:
        moves = [(Path(source), Path(goal)) for source, goal in plan["moves"]]
        store.close()
        for source, goal in moves:
            _moved(source, goal, aside=".before-" in goal.name)
        for folder in {path.parent for move in moves for path in move if path.parent.exists()}:
            sync(folder)
    drop(data_dir)


def _moved(source: Path, goal: Path, *, aside: bool) -> None:
    """Rename, unless it was done before."""
    if not source.exists() or (aside and goal.exists()):
        return
    if goal.exists():
        text = Text(
            f"恢复没有完成：{goal.name} 又被建立了；请停止服务，把它移开，再运行一次",
            f"the restore is not finished: there is a new {goal.name}; stop the service, move it away and run this again",
        )
        raise InputError(text, file=goal.name)
    source.rename(goal)


def _marker(store: Store) -> Any:  # noqa: ANN401
    with store.engine.connect() as connection:
        return connection.scalar(sa.text(f"SELECT obj_description(to_regclass('{_REVISIONS}'), 'pg_class')"))


def _closed(path: Path) -> None:
    """Write what is in the log of SQLite's file into it, which is possible where nobody else has it open.

    Raises:
        InputError: somebody has.
    """
    with suppress(sqlite3.DatabaseError):  # it may be restored because it is damaged: then its log is set aside with it
        connection = sqlite3.connect(path, timeout=1, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                text = Text("数据库还开着：请先停止服务", "the store is open: stop the service first")
                raise InputError(text, file=path.name) from None
        finally:
            connection.close()
