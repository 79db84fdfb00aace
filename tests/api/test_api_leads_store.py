"""Leads into the store: once each, with all that belongs to them, or not at all."""

import dataclasses
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from lead_rows import BASIS, START, added, row, written
from plans import plan_of
from sqlalchemy.orm import InstrumentedAttribute

from api.store.database import Store
from api.store.lead_search import Filters
from api.store.leads import Added, Track, add_leads
from api.store.schema import differences, migrate
from api.store.statistics import Days, figures
from api.store.tables.leads import Basis, Lead, LeadCount, LeadFacts, LeadRoad, LeadRun, LeadTrack

TABLES = (Lead, LeadFacts, LeadRoad, LeadRun, LeadTrack, Basis)


def counts(store: Store) -> dict[str, int]:
    with store.read() as session:
        found = {t.__tablename__: session.scalar(sa.select(sa.func.count()).select_from(t)) for t in TABLES}
        by = sa.select(LeadCount.dimension, sa.func.sum(LeadCount.leads)).group_by(LeadCount.dimension)
        return {**found, **{name: int(count) for name, count in session.execute(by)}}


def test_a_run_stored_twice_changes_nothing(store: Store, tmp_path: Path) -> None:
    rows = [row(n) for n in range(40)]
    assert added(store, rows, tmp_path) == Added(40, 0)
    before = counts(store)
    assert added(store, rows, tmp_path) == Added(0, 40)
    assert counts(store) == before


def test_runs_that_overlap_share_their_leads(store: Store, tmp_path: Path) -> None:
    added(store, [row(n) for n in range(30)], tmp_path, run="run-1")
    assert added(store, [row(n) for n in range(20, 50)], tmp_path, run="run-2") == Added(20, 10)
    found = counts(store)
    assert (found["leads"], found["lead_runs"], found["all"], found["bases"]) == (50, 60, 50, 1)


def test_a_lead_twice_in_a_file_is_one(store: Store, tmp_path: Path) -> None:
    assert added(store, [row(1), row(1), row(2)], tmp_path) == Added(2, 0)
    assert counts(store)["all"] == 2


def test_an_empty_file_is_no_fault(store: Store, tmp_path: Path) -> None:
    assert added(store, [], tmp_path) == Added(0, 0)


def test_a_transaction_that_fails_leaves_nothing(store: Store, tmp_path: Path) -> None:
    path = written([row(n) for n in range(1500)], tmp_path / "leads.parquet")

    def stopped() -> None:
        with store.write() as session:
            add_leads(session, "run-1", path, basis=BASIS)
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        stopped()
    assert set(counts(store).values()) == {0}


def test_two_workers_that_end_runs_with_the_same_leads_store_each_once(store: Store, tmp_path: Path) -> None:
    rows = [row(n) for n in range(300)]
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            folder = tmp_path / str(number)
            folder.mkdir()
            added(store, rows, folder, run=f"run-{number}")
        except BaseException as fault:  # noqa: BLE001
            faults.append(fault)

    workers = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not faults
    found = counts(store)
    assert (found["leads"], found["lead_runs"], found["all"], found["road"]) == (300, 1200, 300, 300)


def test_text_that_postgresql_cannot_hold_is_stored_without_it(store: Store, tmp_path: Path) -> None:
    added(store, [row(1, vehicle_id="T\x001", roads=["五一\x00路"])], tmp_path)
    with store.read() as session:
        assert session.scalars(sa.select(Lead.vehicle_id)).one() == "T1"
        assert session.scalars(sa.select(LeadRoad.road)).one() == "五一路"


def test_fixes_are_kept_with_an_open_lead_and_not_gathered_again_for_a_closed_one(store: Store, tmp_path: Path) -> None:
    one = row(1)
    track = {one["lead_id"]: Track(b"fixes", {"plate": one["plate"]}, [])}
    added(store, [one], tmp_path)
    assert counts(store)["lead_tracks"] == 0
    added(store, [one], tmp_path, run="run-2", tracks=track)
    assert counts(store)["lead_tracks"] == 1
    with store.write() as session:
        session.execute(sa.delete(LeadTrack))
        session.execute(sa.update(Lead).values(state="dismissed"))
    added(store, [one], tmp_path, run="run-3", tracks=track)
    assert counts(store)["lead_tracks"] == 0


def test_the_day_and_the_hour_are_those_of_the_notices_place(store: Store, tmp_path: Path) -> None:
    late = START.replace(hour=23, minute=59, second=59)
    early = START.replace(hour=0, minute=0, second=0)
    added(store, [row(1, at=late), row(2, at=early)], tmp_path)
    with store.read() as session:
        found = figures(session, "hour_weekday", Filters(), Days())
        assert found == [(2, 0, 1), (2, 23, 1)]  # 2024-05-08 is a Wednesday
        assert figures(session, "week", Filters(), Days())[0][0] == START.date().toordinal() - 2


def test_the_tables_are_what_the_migration_makes(store: Store) -> None:
    names = {table.__tablename__ for table in TABLES} | {"lead_counts", "lead_events", "violations", "holds"}
    assert not [each for each in differences(store) if any(f"'{name}'" in each for name in names)]


def test_migrating_back_and_forth_with_leads_in_the_store(store: Store, tmp_path: Path) -> None:
    added(store, [row(n) for n in range(5)], tmp_path)
    migrate(store, "0002")
    migrate(store)
    assert set(counts(store).values()) == {0}
    assert added(store, [row(1)], tmp_path) == Added(1, 0)


def test_going_back_one_revision_and_forth_keeps_leads_and_indexes(store: Store, tmp_path: Path) -> None:
    added(store, [row(n) for n in range(5)], tmp_path)
    before = counts(store)
    migrate(store, "0009")
    assert counts(store) == before
    migrate(store)
    assert counts(store) == before
    assert differences(store) == []


@pytest.mark.parametrize("column", [Lead.assignee, Lead.enterprise_id, Lead.hour])
@pytest.mark.parametrize("order", [Lead.entered_at, Lead.probability])
def test_indexes_serve_who_asks_for_one_value_in_either_order(
    store: Store, column: InstrumentedAttribute[Any], order: InstrumentedAttribute[Any]
) -> None:
    value = 9 if column is Lead.hour else "o-1"
    asked = sa.select(Lead.number).where(column == value).order_by(order.desc(), Lead.number.desc()).limit(5)
    name = f"ix_leads_{column.key.removesuffix('_id')}_{order.key.removesuffix('_at')}"
    plan = plan_of(store, asked)
    assert name in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def test_filters_know_every_condition_of_lists() -> None:
    assert {each.name for each in dataclasses.fields(Filters)} == {
        *("since", "until", "road", "enterprise_id", "vehicle_class", "least", "most", "state", "verdict", "plates"),
        *("run_id", "assignee", "box", "hour", "weekday", "entry"),
    }
