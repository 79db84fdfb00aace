"""Leads found by filters, in order, a page at a time: as fast for the last of ten million as for the first.

Databases guess badly which of several conditions is rare. Here it is looked at: each condition is counted in its index, up to some
thousands. The index of the rarest is walked until the page is full where it has the wanted order, else all its leads are filtered
and sorted; where none is rare, an index in the wanted order is walked. The other conditions are written so that no index serves them.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.store.tables.leads import Lead, LeadFacts, LeadRoad, LeadRun

Sort = Literal["entered_at", "probability"]
_RARE = 5_000
_RARE_WALKED = 30_000
_RARE_IN_TIME = 30_000
_WEEK = 7
"""Leads of one time lie side by side, and the index of times holds their probabilities."""


@dataclass(frozen=True)
class Filters:
    """What leads are wanted; None: any.

    Attributes:
        since: entered then or later.
        until: entered before.
        least: probability, included.
        most: likewise.
        plates: of one of these vehicles.
        box: west, south, east, north: the middle of the driven line lies there.
        hour: entered within this hour of the day, by the clock of the notice's place.
        weekday: entered on this day of the week there, Monday is 1.
        entry: came in at the zone's place of this number; "none": began inside.
    """

    since: dt.datetime | None = None
    until: dt.datetime | None = None
    road: str | None = None
    enterprise_id: str | None = None
    vehicle_class: str | None = None
    least: float | None = None
    most: float | None = None
    state: str | None = None
    verdict: str | None = None
    plates: tuple[str, ...] | None = None
    run_id: str | None = None
    assignee: str | None = None
    box: tuple[float, float, float, float] | None = None
    hour: int | None = None
    weekday: int | None = None
    entry: int | Literal["none"] | None = None


class Order(NamedTuple):
    """How a list is sorted: by time or probability, then by number."""

    by: Sort = "entered_at"
    descending: bool = True


_EQUAL: tuple[tuple[str, InstrumentedAttribute[Any]], ...] = (
    ("enterprise_id", Lead.enterprise_id),
    ("assignee", Lead.assignee),
    ("hour", Lead.hour),
    ("state", Lead.state),
    ("vehicle_class", Lead.vehicle_class),
    ("verdict", Lead.verdict),
)


_BOTH = frozenset(("entered_at", "probability"))
_IN_TIME = frozenset(("entered_at",))
"""Hours are listed by time only: each holds enough leads for a walk by probability to find them soon."""


@dataclass(frozen=True)
class _Asked:
    """One condition: where its leads are listed, and how to ask for it with and without an index."""

    table: type[Lead | LeadRoad | LeadRun]
    plain: tuple[sa.ColumnElement[bool], ...]
    hidden: tuple[sa.ColumnElement[bool], ...]
    orders: frozenset[str] = _BOTH
    rare: int = _RARE
    walks: bool = field(default=True)
    of: str = ""


def leads_found(
    session: Session, filters: Filters, order: Order, *, limit: int, after: tuple[Any, int] | None = None
) -> Sequence[Lead]:
    """Return leads in order, one more than asked where there are more.

    Args:
        session: a transaction.
        filters: which.
        order: how they are sorted.
        limit: at most so many, and one.
        after: the key of the last lead seen: its time or probability, and its number.
    """
    if filters.plates == ():
        return []
    # what bounds the sort key bounds the walk; it is looked up as little as the order itself
    asked = [each for each in _conditions(filters) if each.of != order.by]
    served = [each for each in asked if each.walks and order.by in each.orders]
    rare = _rarest(session, asked, order)
    if rare is not None and rare not in served:
        numbers = sa.select(rare.table.number).where(*rare.plain)
        query = sa.select(Lead).where(Lead.number.in_(numbers), *_hidden(asked, rare))
        query = query.where(*_bounds(Lead, filters, order, hidden=True), *_past(Lead, order, after, hidden=True))
        return session.scalars(query.order_by(*_sorted(Lead, order, hidden=True)).limit(limit + 1)).all()
    walked = rare or next(iter(served), None)
    table: type[Lead | LeadRoad | LeadRun] = Lead if walked is None else walked.table
    query = sa.select(Lead)
    if table is not Lead:
        query = query.join(table, table.number == Lead.number)
    query = query.where(*(() if walked is None else walked.plain), *_hidden(asked, walked))
    query = query.where(*_bounds(table, filters, order), *_past(table, order, after))
    return session.scalars(query.order_by(*_sorted(table, order)).limit(limit + 1)).all()


def _bounds(
    table: type[Lead | LeadRoad | LeadRun], filters: Filters, order: Order, *, hidden: bool = False
) -> Iterator[sa.ColumnElement[bool]]:
    """Yield what the filters say of the sort key."""
    if order.by == "entered_at":
        return _span(table, filters, hidden=hidden)
    return _likely(_unindexed(table.probability) if hidden else table.probability, filters)


def every_lead(session: Session, filters: Filters, order: Order, *, together: int = 500) -> Iterator[Sequence[Lead]]:
    """Yield all leads in order, some at a time."""
    after = None
    while True:
        rows = leads_found(session, filters, order, limit=together, after=after)
        if rows[:together]:
            yield rows[:together]
        if len(rows) <= together:
            return
        after = key_of(rows[together - 1], order)
        session.expunge_all()


def key_of(lead: Lead, order: Order) -> tuple[Any, int]:
    """Return what a lead is sorted by."""
    return getattr(lead, order.by), lead.number


def facts_of(session: Session, leads: Sequence[Lead]) -> dict[int, LeadFacts]:
    """Return the other facts of some leads, by number."""
    found = session.scalars(sa.select(LeadFacts).where(LeadFacts.number.in_([lead.number for lead in leads])))
    return {facts.number: facts for facts in found}


def conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """Return the filters as conditions on `leads`, for the database to plan."""
    found = [*_span(Lead, filters), *_likely(Lead.probability, filters)]
    found += [column == getattr(filters, name) for name, column in _EQUAL if getattr(filters, name) is not None]
    found += [condition for condition, _ in _came_in(filters)]
    found += _on_weekday(filters)
    if filters.plates is not None:
        found.append(Lead.plate.in_(filters.plates))
    if filters.run_id is not None:
        found.append(Lead.number.in_(sa.select(LeadRun.number).where(LeadRun.run_id == filters.run_id)))
    if filters.road is not None:
        found.append(Lead.number.in_(sa.select(LeadRoad.number).where(LeadRoad.road == filters.road)))
    return found


def _conditions(filters: Filters) -> Iterator[_Asked]:
    """Yield the conditions, those that are usually the rarest first."""
    if filters.plates is not None:
        own = Lead.plate.in_(filters.plates)
        yield _Asked(Lead, (own,), (own,), frozenset(), 2**31, walks=False)
    for table, column, value in (
        (LeadRun, LeadRun.run_id, filters.run_id),
        (LeadRoad, LeadRoad.road, filters.road),
    ):
        if value is not None:
            has = sa.exists().where(table.number == Lead.number, table.entered_at == Lead.entered_at, column == value)
            yield _Asked(table, (column == value,), (has,))
    yield from _of_one_value(filters)
    if filters.since is not None or filters.until is not None:
        hidden = tuple(_span(Lead, filters, hidden=True))
        yield _Asked(
            Lead,
            tuple(_span(Lead, filters)),
            hidden,
            frozenset(("probability",)),
            _RARE_IN_TIME,
            walks=False,
            of="entered_at",
        )
    if filters.least is not None or filters.most is not None:
        plain, hidden = (tuple(_likely(column, filters)) for column in (Lead.probability, _unindexed(Lead.probability)))
        yield _Asked(Lead, plain, hidden, frozenset(), walks=False, of="probability")
    if filters.box is not None:
        west, south, east, north = filters.box
        inside = (Lead.lon.between(west, east), Lead.lat.between(south, north))
        yield _Asked(Lead, inside, inside, frozenset(), 0, walks=False)


def _of_one_value(filters: Filters) -> Iterator[_Asked]:
    for condition, hidden in _came_in(filters):
        yield _Asked(Lead, (condition,), (hidden,))
    for name, column in _EQUAL:
        if (value := getattr(filters, name)) is not None:
            orders = _IN_TIME if name == "hour" else _BOTH
            yield _Asked(Lead, (column == value,), (_unindexed(column) == value,), orders)
    for on in _on_weekday(filters):
        yield _Asked(Lead, (on,), (on,), frozenset(), 0, walks=False)


def _came_in(filters: Filters) -> Iterator[tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]]:
    if filters.entry == "none":
        yield Lead.entry_number.is_(None), _unindexed(Lead.entry_number).is_(None)
    elif filters.entry is not None:
        yield Lead.entry_number == filters.entry, _unindexed(Lead.entry_number) == filters.entry


def _on_weekday(filters: Filters) -> Iterator[sa.ColumnElement[bool]]:
    if filters.weekday is not None:
        yield (Lead.day + _WEEK - 1) % _WEEK == filters.weekday - 1


def _rarest(session: Session, asked: Sequence[_Asked], order: Order) -> _Asked | None:
    """Return the condition that fewest leads fulfil, where it is worth fetching them all."""
    served = [each for each in asked if each.walks and order.by in each.orders]
    if asked and asked[0].rare > _RARE_IN_TIME:
        return asked[0]
    if len(asked) < 2 and served == list(asked):  # noqa: PLR2004  (the index serves it in order)
        return None
    found = []
    for each in asked:
        # an index that is walked in order is left when the page is full: it may be longer
        most = max(each.rare, _RARE_WALKED) if each in served else each.rare
        if most:
            some = sa.select(sa.literal(1)).select_from(each.table).where(*each.plain).limit(most + 1).subquery()
            counted = session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()
            if counted <= most:
                found.append((counted, each))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _hidden(asked: Sequence[_Asked], but: _Asked | None) -> list[sa.ColumnElement[bool]]:
    return [part for each in asked if each is not but for part in each.hidden]


def _unindexed(column: InstrumentedAttribute[Any]) -> sa.ColumnElement[Any]:
    """Return a column's values in a way that no index is used for."""
    if isinstance(column.type, sa.String):
        return column.concat("")
    return sa.type_coerce(sa.type_coerce(column, sa.Numeric) + sa.literal_column("0"), column.type)


def _span(
    table: type[Lead | LeadRoad | LeadRun], filters: Filters, *, hidden: bool = False
) -> Iterator[sa.ColumnElement[bool]]:
    column: sa.ColumnElement[Any] = _unindexed(table.entered_at) if hidden else table.entered_at.expression
    if filters.since is not None:
        yield column >= filters.since
    if filters.until is not None:
        yield column < filters.until


def _likely(column: Any, filters: Filters) -> Iterator[sa.ColumnElement[bool]]:  # noqa: ANN401
    if filters.least is not None:
        yield column >= filters.least
    if filters.most is not None:
        yield column <= filters.most


def _past(
    table: type[Lead | LeadRoad | LeadRun], order: Order, after: tuple[Any, int] | None, *, hidden: bool = False
) -> Iterator[sa.ColumnElement[bool]]:
    if after is not None:
        column: InstrumentedAttribute[Any] = getattr(table, order.by)
        key = sa.tuple_(_unindexed(column) if hidden else column, table.number)
        last = sa.tuple_(sa.literal(after[0], column.type), sa.literal(after[1]))
        yield key < last if order.descending else key > last


def _sorted(
    table: type[Lead | LeadRoad | LeadRun], order: Order, *, hidden: bool = False
) -> Iterator[sa.ColumnElement[Any]]:
    first: InstrumentedAttribute[Any] = getattr(table, order.by)
    for column in (_unindexed(first) if hidden else first, table.number):
        yield column.desc() if order.descending else column.asc()
