"""The trail cannot be changed quietly: by the program, in the store, or by whoever owns the store."""

import json
from collections.abc import Callable
from itertools import pairwise

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from api.store.audit import Actor, Mark, hash_of, head_of, note, verify
from api.store.database import Store
from api.store.tables.audit import AuditEntry, AuditHead

Maker = Callable[..., TestClient]
WHO = Actor("01ARZ3NDEKTSV4RRFFQ69G5FAV", "officer")


def fill(store: Store, count: int = 8) -> None:
    for number in range(count):
        with store.write() as session:
            note(
                session,
                WHO,
                f"lead.act{number % 3}",
                f"lead:{number}",
                why="因为",
                details={"n": number, "z": [1.5, None]},
            )


def without_triggers(store: Store, *statements: str) -> None:
    """Do as the owner of the database can: switch the triggers off."""
    with store.engine.begin() as connection:
        if store.is_sqlite:
            for act in ("update", "delete"):
                connection.execute(sa.text(f"DROP TRIGGER audit_entries_no_{act}"))
        else:
            connection.execute(sa.text("ALTER TABLE audit_entries DISABLE TRIGGER ALL"))
        for statement in statements:
            connection.execute(sa.text(statement))


def fault(store: Store, expect: Mark | None = None) -> tuple[int | None, str | None]:
    with store.read() as session:
        found = verify(session, expect=expect)
    return found.number, found.fault


def rewrite(store: Store, first: int) -> None:
    """Compute every hash anew from an entry on, as somebody with the program and the database can."""
    with store.write() as session:
        before = session.get_one(AuditEntry, first - 1).hash if first > 1 else "0" * 64
        for entry in session.scalars(
            sa.select(AuditEntry).where(AuditEntry.number >= first).order_by(AuditEntry.number)
        ):
            entry.before_hash = before
            before = entry.hash = hash_of(entry)
        session.query(AuditHead).one().hash = before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET why = 'x' WHERE number = 3",
        "UPDATE audit_entries SET why = why",
        "DELETE FROM audit_entries WHERE number = 8",
        "DELETE FROM audit_entries",
    ],
)
def test_the_store_refuses_changes_and_removals(store: Store, statement: str) -> None:
    fill(store)
    with pytest.raises(sa.exc.DBAPIError, match="only added to"), store.engine.begin() as connection:
        connection.execute(sa.text(statement))
    assert fault(store) == (None, None)


def test_postgresql_refuses_to_empty_the_table(store: Store) -> None:
    fill(store)
    if store.is_sqlite:
        with pytest.raises(sa.exc.OperationalError), store.engine.begin() as connection:
            connection.execute(sa.text("TRUNCATE audit_entries"))
        return
    with pytest.raises(sa.exc.DBAPIError, match="only added to"), store.engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE audit_entries"))


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["UPDATE audit_entries SET why = 'x' WHERE number = 3"], (3, "changed")),
        (["UPDATE audit_entries SET at = at + 1 WHERE number = 8"], (8, "changed")),
        (["UPDATE audit_entries SET actor = 'worker' WHERE number = 1"], (1, "changed")),
        (['UPDATE audit_entries SET details = \'{"n": 4, "z": [1.5, 0]}\' WHERE number = 5'], (5, "changed")),
        (["DELETE FROM audit_entries WHERE number = 4"], (4, "removed")),
        (["DELETE FROM audit_entries WHERE number = 1"], (1, "removed")),
        (["DELETE FROM audit_entries WHERE number > 6"], (7, "cut")),
        (["DELETE FROM audit_entries"], (1, "cut")),
        (["UPDATE audit_head SET number = 7"], (8, "head")),
        (["UPDATE audit_head SET hash = 'x'"], (8, "head")),
        (["DELETE FROM audit_head"], (0, "head")),
        (
            [
                "UPDATE audit_entries SET number = -1 WHERE number = 3",
                "UPDATE audit_entries SET number = 3 WHERE number = 4",
                "UPDATE audit_entries SET number = 4 WHERE number = -1",
            ],
            (3, "changed"),
        ),
        (["UPDATE audit_entries SET number = number - 1 WHERE number > 0"], (1, "changed")),
    ],
)
def test_the_first_entry_that_does_not_hold_is_named(
    store: Store, statements: list[str], expected: tuple[int, str]
) -> None:
    fill(store)
    without_triggers(store, *statements)
    assert fault(store) == expected


def test_an_entry_whose_own_hash_was_made_anew_does_not_follow(store: Store) -> None:
    fill(store)
    without_triggers(store, "UPDATE audit_entries SET why = 'x' WHERE number = 3")
    with store.write() as session:
        entry = session.get_one(AuditEntry, 3)
        entry.hash = hash_of(entry)
    assert fault(store) == (4, "unlinked")


def test_a_trail_that_was_rewritten_whole_is_shown_by_a_mark_kept_elsewhere(store: Store) -> None:
    fill(store)
    with store.read() as session:
        kept = head_of(session)
    fill(store, 2)
    assert fault(store, kept) == (None, None)
    without_triggers(store, "UPDATE audit_entries SET why = 'x' WHERE number = 3")
    rewrite(store, 3)
    assert fault(store) == (None, None)
    assert fault(store, kept) == (8, "not_expected")


def test_a_trail_that_was_cut_and_closed_neatly_is_shown_by_a_mark_kept_elsewhere(store: Store) -> None:
    fill(store)
    with store.read() as session:
        kept = head_of(session)
    without_triggers(store, "DELETE FROM audit_entries WHERE number > 5")
    with store.write() as session:
        last = session.get_one(AuditEntry, 5)
        head = session.query(AuditHead).one()
        head.number, head.hash = 5, last.hash
    assert fault(store) == (None, None)
    assert fault(store, kept) == (6, "cut")


def test_an_entry_is_there_only_with_what_it_tells(store: Store) -> None:

    def fails() -> None:
        with store.write() as session:
            note(session, WHO, "lead.confirm", "lead:1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    fill(store, 1)
    with store.read() as session:
        assert head_of(session).number == 1
    assert fault(store) == (None, None)


@trying(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=50),
    st.dictionaries(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5),
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    ),
)
def test_what_was_written_reads_back_with_the_same_hash(store: Store, why: str, details: dict[str, object]) -> None:
    with store.write() as session:
        note(session, WHO, "lead.confirm", "lead:1", why=why, details=details)
    assert fault(store) == (None, None)


def test_the_trail_is_held_in_pieces(account_of: Maker, store: Store) -> None:
    auditor = account_of("auditor")
    fill(store, 25)
    checked, asked, after = 0, 0, {}
    while True:
        told = auditor.get("/v1/audit/verify", params={"most": 10, **after}).json()
        assert told["holds"]
        checked += told["checked"]
        asked += 1
        if told["complete"]:
            break
        after = {"after": told["next"]}
    assert checked == told["head"]["number"] >= 25
    assert asked == -(-checked // 10)
    wrong = auditor.get("/v1/audit/verify", params={"after": f"3:{'0' * 64}"}).json()
    assert (wrong["holds"], wrong["first_fault"]) == (False, 3)
    assert auditor.get("/v1/audit/verify", params={"expect": "x"}).status_code == 422


def test_a_broken_trail_is_told_in_words(account_of: Maker, store: Store) -> None:
    auditor = account_of("auditor")
    fill(store)
    without_triggers(store, "DELETE FROM audit_entries WHERE number = 4")
    told = auditor.get("/v1/audit/verify").json()
    assert (told["holds"], told["first_fault"], told["fault"]) == (False, 4, "removed")
    assert told["sentence"] == "第 4 条被删掉了"
    assert auditor.get("/v1/audit/verify", params={"lang": "en"}).json()["sentence"] == "entry 4 was removed"


def test_the_trail_is_searched_newest_first_in_pages(account_of: Maker, store: Store) -> None:
    auditor = account_of("auditor")
    fill(store, 9)
    seen: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = auditor.get("/v1/audit", params={"actor": WHO.id, "action": "lead.act1", "limit": 2, **cursor}).json()
        seen += [each["number"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    numbers = [each["number"] for each in auditor.get("/v1/audit", params={"action": "lead.act1"}).json()["items"]]
    assert seen == numbers
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 3
    at = auditor.get("/v1/audit", params={"subject": "lead:4"}).json()["items"][0]["at"]
    assert {e["subject"] for e in auditor.get("/v1/audit", params={"since": at, "actor": WHO.id}).json()["items"]} == {
        f"lead:{number}" for number in range(4, 9)
    }
    assert {e["subject"] for e in auditor.get("/v1/audit", params={"until": at, "actor": WHO.id}).json()["items"]} == {
        f"lead:{number}" for number in range(4)
    }
    for bad in (
        {"since": "2024-01-01T00:00:00"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"actor": "a b"},
        {"limit": 0},
    ):
        assert auditor.get("/v1/audit", params=bad).status_code == 422, bad


def test_the_export_has_every_entry_once_and_can_be_held_by_anybody(account_of: Maker, store: Store) -> None:
    auditor = account_of("auditor")
    fill(store, 1100)
    answer = auditor.get("/v1/audit/export")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    assert len(lines) > 1100
    assert all(one["hash"] == two["before_hash"] for one, two in pairwise(lines))
    assert json.loads(auditor.get("/v1/audit/export", params={"after": 1100}).text.splitlines()[0])["number"] == 1101
