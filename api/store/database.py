"""The store: one engine, transactions that read and transactions that write."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

_BUSY_S = 30


class Store:
    """One database.

    SQLite is used in WAL mode, fully synchronous, with foreign keys; one process' writers wait in line for each other instead
    of polling the file's lock.

    Args:
        url: an SQLAlchemy URL: `sqlite:///file` or `postgresql+psycopg://…`.
    """

    def __init__(self, url: str) -> None:
        """Open; nothing is read yet."""
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine = sa.create_engine(
                self.url, connect_args={"timeout": _BUSY_S}, pool_size=20, max_overflow=30, hide_parameters=True
            )
            sa.event.listen(self.engine, "connect", _sqlite_connected)
            sa.event.listen(self.engine, "begin", _sqlite_begun)
        else:
            # to compile a query takes longer than any of ours that is asked often
            options = f"{self.url.query.get('options', '')} -c jit=off".strip()
            self.engine = sa.create_engine(
                self.url,
                connect_args={"options": options},
                pool_size=20,
                max_overflow=30,
                pool_pre_ping=True,
                hide_parameters=True,
            )
        self._opened = 0
        sa.event.listen(self.engine, "connect", self._connected)
        sa.event.listen(self.engine, "checkin", self._handed_back)
        self._writing = self.engine.execution_options(truckban_writes=True)
        self._turn: AbstractContextManager[Any] = threading.Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that only reads; it sees one state of the store."""
        with Session(self.engine, autoflush=False) as session:
            yield session
            session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction that writes; it is committed when the block ends, or leaves nothing."""
        with self._turn, Session(self._writing) as session, session.begin():
            yield session

    @contextmanager
    def migrating(self) -> Iterator[sa.Connection]:
        """Open a transaction in which the tables themselves may change: nobody else writes, foreign keys are asked at the end."""
        with self._turn, self._writing.connect() as connection:
            if self.is_sqlite:
                driver: Any = connection.connection.dbapi_connection
                driver.execute(
                    "PRAGMA foreign_keys=OFF"
                )  # tables are copied, and may be dropped, while others point to them
            try:
                with connection.begin():
                    if not self.is_sqlite:
                        connection.execute(sa.text("SELECT pg_advisory_xact_lock(7219)"))
                    yield connection
                    if self.is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                        raise RuntimeError(f"rows that point to nothing: {broken[:3]}")
            finally:
                if self.is_sqlite:
                    driver.execute("PRAGMA foreign_keys=ON")

    def close(self) -> None:
        """Let go of the connections: of those in use when they are handed back."""
        self._opened += 1
        self.engine.dispose()

    def _connected(self, _connection: Any, record: sa.pool.ConnectionPoolEntry) -> None:  # noqa: ANN401
        record.info["opened"] = self._opened

    def _handed_back(self, _connection: Any, record: sa.pool.ConnectionPoolEntry) -> None:  # noqa: ANN401
        if record.info.get("opened") != self._opened:  # else it would end in a pool that nobody has, still open
            record.invalidate()


def _sqlite_connected(connection: Any, _record: Any) -> None:  # noqa: ANN401
    connection.isolation_level = None  # transactions are begun below, not guessed by the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_S * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begun(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("truckban_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
