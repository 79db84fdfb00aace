"""What a database says it would do to answer."""

from typing import Any

import sqlalchemy as sa

from api.store.database import Store


def plan_of(store: Store, asked: sa.Select[Any]) -> str:
    """Return how a store's database would look for rows, by indexes where these serve."""
    sql = str(asked.compile(store.engine, compile_kwargs={"literal_binds": True}))
    with store.engine.connect() as connection:
        if not store.is_sqlite:  # of an empty table it would rather read all
            for way in ("seqscan", "bitmapscan", "sort"):
                connection.exec_driver_sql(f"SET enable_{way} = off")
        how = "EXPLAIN QUERY PLAN " if store.is_sqlite else "EXPLAIN "
        return " ".join(str(each[-1]) for each in connection.exec_driver_sql(how + sql))
