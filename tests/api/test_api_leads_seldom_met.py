"""Conditions that are each common and never or hardly ever true together: what plain filtering finds, without walking an index to its end."""

import datetime as dt
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from lead_filters import any_of, fits
from lead_rows import added, row

from api.store import lead_cells, lead_conditions, lead_search
from api.store.database import Store
from api.store.lead_counts import recount
from api.store.lead_roads import follow
from api.store.lead_search import Filters, Order, every_lead, key_of, leads_found
from api.store.tables.leads import Lead

BEGIN = dt.datetime(2024, 2, 27, 1, 30, tzinfo=dt.UTC)
DAYS = 120
ROADS = ("甲街", "乙街", "丙街")
STATES = ("new", "assigned", "confirmed")
CLOCKS = (-11 * 60, 330, 480, 13 * 60 + 45)
"""Minutes from UTC, of places whose hours and days are others at the same time."""


def filled(store: Store, tmp_path: Path) -> list[dict[str, Any]]:
    """Store leads of which none on 甲街 is confirmed, few on 乙街 are, none of the last days is; return what is known of them."""
    chance = random.Random(5)  # noqa: S311
    rows = []
    for number in range(420):
        clock = dt.timezone(dt.timedelta(minutes=chance.choice(CLOCKS)))
        at = (BEGIN + dt.timedelta(minutes=chance.randrange(0, DAYS * 1440, 20))).astimezone(clock)
        rows.append(
            row(
                number,
                at=at,
                roads=[chance.choice(ROADS)],
                probability=chance.choice((0.9, 0.95, 0.99)),
                vehicle_class=chance.choice(("heavy", "medium")),
                verdict=chance.choice(("prohibited", "undetermined")),
                enterprise_id=chance.choice((None, "e1", "e2")),
                entry_number=chance.choice((None, 3)),
            )
        )
    added(store, rows, tmp_path)
    known = []
    with store.write() as session:
        numbers = {lead.lead_id: lead for lead in session.scalars(sa.select(Lead))}
        recount(session, [lead.number for lead in numbers.values()], -1)
        for number, one in enumerate(rows):
            lead, at = numbers[one["lead_id"]], dt.datetime.fromisoformat(one["entered_at"])
            late = at > BEGIN + dt.timedelta(days=DAYS - 20)
            may_be = {"甲街": 2, "乙街": 3 if number % 9 == 0 else 2, "丙街": 3}[one["roads"][0]]
            lead.state = chance.choice(STATES[: 2 if late else may_be])
            lead.assignee = "o1" if number % 2 else None
            known.append({**one, "at": at, "state": lead.state, "assignee": lead.assignee, "number": lead.number})
        session.flush()
        for lead in numbers.values():
            follow(session, lead)
        recount(session, [lead.number for lead in numbers.values()], 1)
    return known


INSTANTS = [BEGIN + dt.timedelta(days=days, hours=5) for days in (0, 1, 40, 41, 97, 101, DAYS)]
ENDS = [dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)]
FILTERS = st.builds(
    Filters,
    since=any_of(*INSTANTS, ENDS[0]),
    until=any_of(*INSTANTS, ENDS[1]),
    road=any_of(*ROADS),
    enterprise_id=any_of("e1"),
    vehicle_class=any_of("heavy", "medium"),
    least=any_of(0.95),
    state=any_of(*STATES),
    verdict=any_of("prohibited", "undetermined"),
    assignee=any_of("o1"),
    hour=any_of(3, 9),
    weekday=any_of(3, 4),
    entry=any_of(3, "none"),
)
ORDERS = st.builds(Order, st.sampled_from(("entered_at", "probability")), st.booleans())


def patched(monkeypatch: pytest.MonkeyPatch, many: int, soon: int) -> Counter[str]:
    """Let few leads be looked at before the counts are asked; return what was done how often."""
    done: Counter[str] = Counter()

    def counted(name: str, of: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*args: Any, **more: Any) -> Any:  # noqa: ANN401
            found = of(*args, **more)
            done[f"{name}: {'none' if found is None else 'some'}"] += 1
            return found

        return instead

    made = lead_conditions.Asked.__init__

    def never_rare(self: Any, *args: object, **more: object) -> None:  # noqa: ANN401
        made(self, *args, **more)
        object.__setattr__(self, "rare", 0)

    monkeypatch.setattr(lead_conditions.Asked, "__init__", never_rare)
    monkeypatch.setattr(lead_search, "_LOOKED_AT", 3)
    monkeypatch.setattr(lead_search, "_WALKED_SOON", soon)
    monkeypatch.setattr(lead_cells, "_MANY", many)
    monkeypatch.setattr(lead_search, "in_cells", counted("looked through", lead_search.in_cells))
    for name in ("first", "cells"):
        monkeypatch.setattr(lead_cells.Counts, name, counted(name, getattr(lead_cells.Counts, name)))
    return done


def sorted_by(order: Order, known: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    key = "at" if order.by == "entered_at" else "probability"
    return sorted(known, key=lambda one: (one[key], one["number"]), reverse=order.descending)


@pytest.mark.parametrize(("many", "soon"), [(300, 1), (20, 8)])
def test_conditions_that_seldom_meet_find_what_brute_force_finds(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int, soon: int
) -> None:
    known = filled(store, tmp_path)
    done = patched(monkeypatch, many, soon)

    @given(FILTERS, ORDERS, st.integers(1, 40))
    @hypothesis_settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    def check(filters: Filters, order: Order, together: int) -> None:
        wanted = [one["lead_id"] for one in sorted_by(order, known) if fits(one, filters)]
        with store.read() as session:
            found = [lead.lead_id for page in every_lead(session, filters, order, together=together) for lead in page]
        assert found == wanted, asdict(filters)

    check()
    ways = {"first: none", "first: some", "cells: some", "looked through: some"}
    assert set(done) == (ways | {"cells: none"} if many < 300 else ways)


@pytest.mark.parametrize("by", ["entered_at", "probability"])
@pytest.mark.parametrize("down", [True, False])
def test_two_conditions_in_all_pages_after_any_lead(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: lead_search.Sort, *, down: bool
) -> None:
    known = filled(store, tmp_path)
    patched(monkeypatch, 300, 1)
    order = Order(by, down)
    for road, state in itertools.product(ROADS, STATES):
        filters = Filters(road=road, state=state)
        every = sorted_by(order, known)
        for last in range(0, len(every), 60):
            wanted = [one["lead_id"] for one in every[last + 1 :] if fits(one, filters)][:8]
            with store.read() as session:
                lead = session.scalars(sa.select(Lead).where(Lead.number == every[last]["number"])).one()
                found = leads_found(session, filters, order, limit=7, after=key_of(lead, order))
                assert [each.lead_id for each in found] == wanted
    assert not any(fits(one, Filters(road="甲街", state="confirmed")) for one in known)


def test_no_lead_is_passed_over_where_the_counts_say_that_there_is_none(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(store, tmp_path)
    done = patched(monkeypatch, 300, 1)
    for by, down in itertools.product(("entered_at", "probability"), (True, False)):
        with store.read() as session:
            asked: list[str] = []
            heard = session.connection()
            sa.event.listen(heard, "before_cursor_execute", lambda _c, _cursor, sql, *_, to=asked: to.append(sql))
            order = Order("entered_at" if by == "entered_at" else "probability", down)
            assert not leads_found(session, Filters(road="甲街", state="confirmed"), order, limit=50)
        assert "lead_counts" in asked[-1]
    assert done == Counter({"first: none": 4})


@pytest.mark.parametrize("by", ["entered_at", "probability"])
def test_fewer_leads_than_a_page_of_which_some_come_first_are_not_looked_for_to_the_end(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: lead_search.Sort
) -> None:
    known = filled(store, tmp_path)
    order = Order(by, descending=True)
    every = sorted_by(order, known)
    filters = Filters(
        road=every[0]["roads"][0],
        state=every[0]["state"],
        vehicle_class=every[0]["vehicle_class"],
        verdict=every[0]["verdict"],
    )
    wanted = [one["lead_id"] for one in every if fits(one, filters)]
    assert wanted[0] == every[0]["lead_id"]
    assert 1 < len(wanted) < 50
    done = patched(monkeypatch, 300, 8)
    with store.read() as session:
        assert [lead.lead_id for lead in leads_found(session, filters, order, limit=50)] == wanted
    assert done["looked through: some"] == 1
