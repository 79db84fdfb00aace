"""A store that is closed: no connection stays open, whoever has one just then."""

from typing import Any

import sqlalchemy as sa

from api.store.database import Store


def _is_open(connection: Any) -> bool:  # noqa: ANN401
    try:
        connection.cursor().execute("SELECT 1")
        connection.rollback()
    except Exception:  # noqa: BLE001  (each driver has its own)
        return False
    return True


def test_a_connection_in_use_is_closed_when_it_is_handed_back(store: Store) -> None:
    with store.read() as session:
        held = session.connection().connection.dbapi_connection
        store.close()
        assert session.scalar(sa.text("SELECT 1")) == 1
    assert not _is_open(held)


def test_a_store_that_was_closed_opens_again_and_keeps_what_it_opens(store: Store) -> None:
    store.close()
    with store.read() as session:
        held = session.connection().connection.dbapi_connection
    assert _is_open(held)
    with store.read() as session:
        assert session.connection().connection.dbapi_connection is held
    store.close()
    assert not _is_open(held)
