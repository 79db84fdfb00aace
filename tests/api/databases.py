"""Databases of a PostgreSQL for one test each: to empty one costs a small part of what it costs to make and to drop one."""

from urllib.parse import urlsplit

import psycopg
from psycopg import Connection, sql

from api.store.database import Store
from api.store.schema import migrate

# the room of deleted rows is not used again: tests that come after would read over more and more of it
_MOST_BYTES = 1 << 18
# what describes the tables of a database: whoever changes their shape writes some row of it anew, and `ANALYZE` adds some
_SHAPE = """
SELECT 'class', count(*), sum(hashtext(concat_ws(' ', oid, relname, relnamespace, relkind, relnatts, relchecks, relhasrules,
    relhastriggers, relrowsecurity, reloptions, relacl))) FROM pg_class WHERE oid >= 16384
"""
for _table, _id in (
    ("attribute", "attrelid"),
    *((name, "oid") for name in ("attrdef", "constraint", "trigger", "proc", "type", "namespace")),
    ("index", "indexrelid"),
    ("statistic", "starelid"),
):
    _SHAPE += f"UNION ALL SELECT '{_table}', count(*), sum(hashtext({_id} || ' ' || xmin))"
    _SHAPE += f" FROM pg_{_table} WHERE {_id} >= 16384\n"
_TABLES = """
SELECT relname, pg_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
"""
_OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


class Databases:
    """Makes databases that stand at the newest revision, and takes them back: hundreds of them are gigabytes."""

    def __init__(self, url: str) -> None:
        self._url, self._made = url, 0
        self._free: list[str] = []
        with self._in("postgres") as connection:
            connection.execute("CREATE DATABASE ready")
        store = Store((url % "ready").replace("postgresql://", "postgresql+psycopg://"))
        migrate(store)
        store.close()
        with self._in("ready") as connection:
            self._shape = connection.execute(_SHAPE.encode()).fetchall()
            self._rows = [
                (name, row)
                for (name, _) in connection.execute(_TABLES).fetchall()
                for row in connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))).fetchall()
            ]

    def __call__(self) -> str:
        """Return the URL of one that nobody used yet, or of which nothing is left; no two have the same name."""
        self._made += 1
        name = f"t{self._made}"
        with self._in("postgres") as connection:
            if self._free:
                made = f"ALTER DATABASE {self._free.pop()} RENAME TO {name}"
            else:
                made = f"CREATE DATABASE {name} TEMPLATE ready"
                if connection.info.server_version >= 150000:
                    made += (
                        " STRATEGY FILE_COPY"  # where nothing is synced it costs half of what the log of each page does
                    )
            connection.execute(made.encode())
        return self._url % name

    def take_back(self, url: str) -> bool:
        """Empty one for a later test, or drop it where its tables have another shape now or are large, whoever still has it open.

        Returns:
            Whether it was kept.
        """
        name = urlsplit(url).path[1:]
        with self._in(name) as connection:
            kept = self._emptied(connection)
        if kept:
            self._free.append(name)
        else:
            with self._in("postgres") as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        return kept

    def _emptied(self, connection: Connection) -> bool:
        if connection.info.server_version < 140000:  # it cannot wait for the end of those that have it open
            return False
        if not all(ended for (ended,) in connection.execute(f"SELECT pg_terminate_backend(pid, 10000) {_OTHERS}")):
            return False
        if connection.execute(_SHAPE.encode()).fetchall() != self._shape:
            return False
        tables = connection.execute(_TABLES).fetchall()
        if any(size > _MOST_BYTES for _, size in tables):
            return False
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")  # no trigger keeps the trail from it
            for name, _ in tables:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
            for name, row in self._rows:
                values = sql.SQL(", ").join(sql.Placeholder() * len(row))
                connection.execute(sql.SQL("INSERT INTO {} VALUES ({})").format(sql.Identifier(name), values), row)
            connection.execute("SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence")
        return True

    def _in(self, name: str) -> Connection:
        return psycopg.connect(self._url % name, autocommit=True)
