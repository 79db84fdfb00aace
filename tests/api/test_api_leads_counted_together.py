"""Counts of leads changed by several people at once: nobody waits for one who waits for him, and the figures are right."""

import datetime as dt
import threading
from pathlib import Path

import sqlalchemy as sa
from lead_rows import START, added, row
from sqlalchemy.orm import Session

from api.store.audit import Actor
from api.store.database import Store
from api.store.lead_acts import Reason, change, leads_of
from api.store.lead_counts import recount
from api.store.lead_search import Filters
from api.store.statistics import Days, figures
from api.store.tables.leads import Lead, LeadCount

WHO = Actor("account:o1", "officer")
HOUR = dt.timedelta(hours=1)


def test_two_who_change_leads_of_the_same_kinds_in_another_order_both_end(store: Store, tmp_path: Path) -> None:
    rows = [row(number, at=START + (number % 2) * HOUR + number * dt.timedelta(minutes=1)) for number in range(4)]
    added(store, rows, tmp_path)
    meet = threading.Barrier(2)
    faults: list[BaseException] = []

    def act(numbers: tuple[int, int]) -> None:
        ids = [rows[number]["lead_id"] for number in numbers]
        try:
            with store.write() as session:
                leads = leads_of(session, ids)
                for turn, id_ in enumerate(ids):
                    change(session, leads[id_], "dismiss", WHO, Reason("other"), state="dismissed")
                    if turn == 0 and not store.is_sqlite:  # which has one writer at a time
                        meet.wait(20)
        except BaseException as fault:  # noqa: BLE001
            faults.append(fault)

    people = [threading.Thread(target=act, args=(numbers,)) for numbers in ((0, 1), (3, 2))]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert not faults
    with store.read() as session:
        assert figures(session, "state", Filters(), Days()) == [("dismissed", 4)]


def test_what_is_taken_back_is_not_counted(store: Store, tmp_path: Path) -> None:
    added(store, [row(1), row(2)], tmp_path)
    with Session(store.engine) as session:
        numbers = list(session.scalars(sa.select(Lead.number)))
        recount(session, numbers, -1)
        session.rollback()
        recount(session, numbers[:1], -1)
        session.commit()
        recount(session, numbers[:1], 1)
        recount(session, numbers[1:], -1)
        session.commit()
        total = sa.select(sa.func.sum(LeadCount.leads)).where(LeadCount.dimension == "all")
        assert int(session.scalar(total) or 0) == 1
