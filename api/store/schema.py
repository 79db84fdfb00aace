"""The shape of the store: where it stands, forward, back."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from api.store import tables  # noqa: F401  (registers every table)
from api.store.base import Table
from api.store.database import Store

_FOLDER = "api.store:migrations"


def newest() -> str:
    """Return the revision that this program works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None  # noqa: S101  (there is a first one)
    return head


def is_known(revision: str) -> bool:
    """Tell whether a revision is one of this program's, its newest or an older one."""
    return revision in {each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions()}


def revision_of(store: Store) -> str | None:
    """Return the revision of a store; None for one that holds nothing yet."""
    with store.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(store: Store, to: str = "head") -> tuple[str | None, str | None]:
    """Bring a store to a revision, forward or back (`base` empties it), in one transaction; return where it was and where it is."""
    before = revision_of(store)
    with store.migrating() as connection:
        config = _config(connection)
        if _is_back(before, to):
            command.downgrade(config, to)
        else:
            command.upgrade(config, to)
    return before, revision_of(store)


def bring(connection: Connection, to: str) -> None:
    """Bring a store forward to a revision within a transaction of `Store.migrating`."""
    command.upgrade(_config(connection), to)


def differences(store: Store) -> list[str]:
    """Return in what a store's tables differ from what this program expects, in words."""
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(change) for change in compare_metadata(context, Table.metadata)]


def _is_back(before: str | None, to: str) -> bool:
    if to == "base" or to.startswith("-"):
        return True
    if to == "head" or before is None:
        return False
    script = ScriptDirectory.from_config(_config())
    older = {each.revision for each in script.iterate_revisions(before, "base")}
    return to in older and to != before


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", _FOLDER)
    config.attributes["connection"] = connection
    return config
