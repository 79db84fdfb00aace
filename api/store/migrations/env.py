"""Alembic's entry: runs the steps on the connection that `api.store.schema` hands over."""

from alembic import context

from api.store import tables  # noqa: F401  (registers every table)
from api.store.base import Table

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Table.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
