"""Roads of leads say what the leads say, so that a road's leads are found without reading one."""

import random
from pathlib import Path

import pytest
import sqlalchemy as sa
from lead_rows import added, row
from plans import plan_of

from api.store.audit import Actor
from api.store.database import Store
from api.store.lead_acts import Reason, change, confirm, lead_of, undo
from api.store.schema import differences, migrate
from api.store.tables.leads import FILTERED_BY, Lead, LeadRoad

WHO = Actor("account:o1", "officer")
KEPT = ("number", "entered_at", "probability", *FILTERED_BY)


def differing(store: Store) -> list[tuple[object, object]]:
    """Return rows of roads that say something else than their lead, each beside it."""
    with store.read() as session:
        said = sa.select(*(getattr(LeadRoad, name) for name in KEPT), *(getattr(Lead, name) for name in KEPT))
        rows = session.execute(said.join(Lead, Lead.number == LeadRoad.number)).all()
        assert len(rows) == session.scalar(sa.select(sa.func.count()).select_from(LeadRoad)) > 0
    pairs = [(tuple(each[: len(KEPT)]), tuple(each[len(KEPT) :])) for each in rows]
    return [(of_road, of_lead) for of_road, of_lead in pairs if of_road != of_lead]


def rows_of_all_kinds(count: int) -> list[dict[str, object]]:
    return [
        row(
            number,
            roads=["甲街", "乙街", "甲街"][: 1 + number % 3],
            probability=0.9 + number / 1000,
            vehicle_class=("heavy", "medium")[number % 2],
            verdict=("prohibited", "undetermined")[number % 2],
            enterprise_id=(None, "e1")[number % 2],
            entry_number=(None, 3)[number % 2],
        )
        for number in range(count)
    ]


def test_roads_say_what_their_lead_says_whatever_is_done_with_it(store: Store, tmp_path: Path) -> None:
    rows = rows_of_all_kinds(8)
    added(store, rows, tmp_path)
    assert differing(store) == []
    chance = random.Random(3)  # noqa: S311
    states = set()
    for _ in range(60):
        with store.write() as session:
            lead = lead_of(session, chance.choice(rows)["lead_id"], locked=True)  # type: ignore[arg-type]
            assert lead is not None
            match chance.choice(("assign", "pass on", "confirm", "dismiss", "undo")):
                case "assign" if lead.state == "new":
                    change(session, lead, "assign", WHO, Reason(), state="assigned", assignee="o1")
                case "pass on" if lead.state == "assigned":
                    change(session, lead, "assign", WHO, Reason(), assignee=chance.choice(("o2", None)))
                case "confirm" if lead.state in ("new", "assigned"):
                    confirm(session, lead, WHO, "核实", [])
                case "dismiss" if lead.state in ("new", "assigned"):
                    change(session, lead, "dismiss", WHO, Reason("other"), state="dismissed")
                case "undo":
                    undo(session, lead, WHO, "看错了")
            states.add((lead.state, lead.assignee))
        assert differing(store) == []
    assert {state for state, _ in states} == {"new", "assigned", "confirmed", "dismissed"}
    assert {assignee for _, assignee in states} == {None, "o1", "o2"}


def test_roads_say_what_their_lead_says_after_going_back_and_forth(store: Store, tmp_path: Path) -> None:
    rows = rows_of_all_kinds(8)
    added(store, rows, tmp_path)
    with store.write() as session:
        for one, (state, assignee) in zip(rows, (("assigned", "o1"), ("dismissed", None)), strict=False):
            lead = lead_of(session, one["lead_id"], locked=True)  # type: ignore[arg-type]
            assert lead is not None
            change(session, lead, state, WHO, Reason(), state=state, assignee=assignee)
    before = _roads(store)
    migrate(store, "0010")
    with store.read() as session:
        assert "state" not in {each["name"] for each in sa.inspect(session.connection()).get_columns("lead_roads")}
    with store.write() as session:  # as the program of that time does
        session.execute(sa.update(Lead).where(Lead.lead_id == rows[2]["lead_id"]).values(state="merged"))
    migrate(store)
    assert differing(store) == []
    after = _roads(store)
    assert [each for each in after if each not in before] == [
        (road, number, "merged") for road, number, state in after if state == "merged"
    ]
    assert len(after) == len(before)
    assert differences(store) == []
    added(store, [row(100, roads=["甲街"])], tmp_path)
    assert differing(store) == []


def _roads(store: Store) -> list[tuple[str, int, str]]:
    with store.read() as session:
        asked = sa.select(LeadRoad.road, LeadRoad.number, LeadRoad.state).order_by(LeadRoad.road, LeadRoad.number)
        return [(road, number, state) for road, number, state in session.execute(asked)]


@pytest.mark.parametrize(
    "first", ["road", "state", "verdict", "vehicle_class", "entry_number", "enterprise_id", "hour", None]
)
def test_by_probability_an_index_holds_all_that_leads_are_filtered_by(store: Store, first: str | None) -> None:
    table = LeadRoad if first == "road" else Lead
    asked = sa.select(table.number).order_by(table.probability.desc(), table.number.desc()).limit(5)
    if first is not None:
        asked = asked.where(getattr(table, first) == (9 if first in ("entry_number", "hour") else "x"))
    for name in FILTERED_BY:
        if name != first:
            value = 9 if name in ("entry_number", "hour", "day") else "x"
            asked = asked.where(sa.case((getattr(table, name) == value, sa.true()), else_=sa.false()))
    plan = plan_of(store, asked)
    assert ("COVERING INDEX" if store.is_sqlite else "Index Only Scan") in plan
    assert "_probability" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
