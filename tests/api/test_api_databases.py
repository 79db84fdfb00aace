"""What the tests of the service stand on: a database that a test has used comes to the next one as new, or not at all."""

import psycopg
import pytest
import sqlalchemy as sa
from databases import Databases
from serving import MAKER

from api.store.audit import note, verify
from api.store.database import Store
from api.store.schema import differences, migrate, newest, revision_of
from api.store.tables.audit import AuditEntry


def _store(url: str) -> Store:
    return Store(url.replace("postgresql://", "postgresql+psycopg://"))


def _use(url: str) -> None:
    store = _store(url)
    with store.write() as session:
        for number in range(3):
            note(session, MAKER, "upload.create", f"upload:{number}")
        session.execute(sa.text("UPDATE alembic_version SET version_num = 'another'"))
        session.execute(sa.text("SELECT nextval('leads_number_seq'), nextval('leads_number_seq')"))
    store.close()


def test_a_database_that_was_written_into_comes_back_as_new_under_another_name(new_postgresql: Databases) -> None:
    urls = []
    for _ in range(2):
        url = new_postgresql()
        urls.append(url)
        _use(url)
        left_open = psycopg.connect(url)
        left_open.execute("SELECT 1")
        assert new_postgresql.take_back(url)
        left_open.close()
    url = new_postgresql()
    assert len({*urls, url}) == 3
    store = _store(url)
    assert revision_of(store) == newest()
    assert differences(store) == []
    with store.write() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 0
        note(session, MAKER, "upload.create", "upload:0")
        assert verify(session).fault is None
        assert session.scalar(sa.text("SELECT nextval('leads_number_seq')")) == 1
    store.close()
    new_postgresql.take_back(url)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE vehicles ADD COLUMN more text",
        "ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_no_change",
        "ALTER TABLE audit_head ALTER COLUMN hash DROP NOT NULL",
        "CREATE INDEX more ON audit_entries (number)",
        "CREATE TABLE more (id integer)",
        "ALTER SCHEMA public RENAME TO aside; CREATE SCHEMA public",
        "ANALYZE audit_head",
    ],
)
def test_a_database_of_another_shape_is_given_to_nobody(new_postgresql: Databases, change: str) -> None:
    url = new_postgresql()
    store = _store(url)
    with store.engine.begin() as connection:
        connection.execute(sa.text(change))
    store.close()
    assert not new_postgresql.take_back(url)


def test_a_database_that_went_back_and_forward_is_given_to_nobody(new_postgresql: Databases) -> None:
    url = new_postgresql()
    store = _store(url)
    migrate(store, "-1")
    migrate(store)
    store.close()
    assert not new_postgresql.take_back(url)


@pytest.mark.parametrize("options", ["", "-c work_mem=7MB"])
def test_no_queries_are_compiled_whatever_options_the_address_has(new_postgresql: Databases, options: str) -> None:
    address = sa.make_url(new_postgresql()).update_query_dict({"options": options} if options else {})
    store = Store(address.render_as_string(hide_password=False))
    try:
        with store.read() as session:
            assert session.scalar(sa.text("SHOW jit")) == "off"
            assert (session.scalar(sa.text("SHOW work_mem")) == "7MB") == bool(options)
    finally:
        store.close()
