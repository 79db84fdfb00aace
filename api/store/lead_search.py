"""Leads found by filters, in order, a page at a time: as fast for the last of ten million as for the first.

Databases guess badly which of several conditions is rare. Here it is looked at: each condition is counted in its index, up to some
thousands. The index of the rarest is walked until the page is full where it has the wanted order, else all its leads are filtered
and sorted; where none is rare, an index in the wanted order is walked: that of all leads, or of an hour's, which hold what leads are filtered
by, so that they are passed over unread, or that of a condition which few leads fulfil where the walk begins; where no lead fits there, `lead_cells` says
where some do. The other conditions are written so that no index serves them. A page's leads are found by number first, and then read.
"""

import datetime as dt
import functools
import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.store.lead_cells import counts_for, in_cells
from api.store.tables.leads import Lead, LeadFacts, LeadRoad, LeadRun

Sort = Literal["entered_at", "probability"]
_RARE = 5_000
_RARE_IN_TIME = 100_000
"""Leads of one time lie side by side, and the index of times holds what they are filtered and sorted by."""
_WEEK = 7
_LOOKED_AT = 400
_WALKED_SOON = 2_000
_SCARCE = 0.015
"""To read a lead costs as much as to pass over some sixty in an index."""


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


@dataclass(frozen=True)
class _Asked:
    """One condition: where its leads are listed, and how to ask for it with and without an index."""

    table: type[Lead | LeadRoad | LeadRun]
    plain: tuple[sa.ColumnElement[bool], ...]
    hidden: tuple[sa.ColumnElement[bool], ...]
    orders: frozenset[str] = _BOTH
    rare: int = _RARE
    walks: bool = field(default=True)
    holds_all: bool = False  # its index has in it what leads are filtered by
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
    after = _begun(filters, order, after)
    # what bounds the sort key bounds the walk; it is looked up as little as the order itself
    asked = [each for each in _conditions(filters) if each.of != order.by]
    served = [each for each in asked if each.walks and order.by in each.orders]
    rare = _rarest(session, asked, order)
    if rare is not None and rare not in served:
        return _read(session, _sifted(asked, rare, filters, order, after), order, limit)
    walked, fits = (rare, True) if rare is not None else _scarcest(session, asked, served, filters, order, after)
    if not fits and (counts := counts_for(session, filters, order, after, limit)) is not None:
        if (first := counts.first()) is None:
            return []
        if order.by == "entered_at":
            filters, after = _from(counts.begin(first), filters, order, after)
        soon = not counts.exact or _fits_soon(session, asked, walked, filters, order, after)
        if not soon and (cells := counts.cells()) is not None:
            key = map(_unseen, (*_bounds(Lead, filters, order), *_past(Lead, order, after)))
            inside = in_cells(cells, [*_hidden(asked, None), *key])
            return _read(session, inside.order_by(*_sorted(Lead, order, hidden=True)), order, limit)
    return _read(session, _along(walked, asked, filters, order, after).where(*_hidden(asked, walked)), order, limit)


def _along(
    walked: _Asked | None, asked: Sequence[_Asked], filters: Filters, order: Order, after: tuple[Any, int] | None
) -> sa.Select[int]:
    """Ask for the numbers of the leads of an index in order, all that the other conditions would choose from."""
    table: type[Lead | LeadRoad | LeadRun] = Lead if walked is None else walked.table
    query = sa.select(table.number)
    if table is not Lead and _hidden(asked, walked):
        query = query.join(Lead, Lead.number == table.number)
    query = query.where(*(() if walked is None else walked.plain))
    query = query.where(*_bounds(table, _left(filters, order, after), order), *_past(table, order, after))
    return query.order_by(*_sorted(table, order))


def _fits_soon(
    session: Session,
    asked: Sequence[_Asked],
    walked: _Asked | None,
    filters: Filters,
    order: Order,
    after: tuple[Any, int] | None,
) -> bool:
    """Tell whether a walk soon comes to a lead that fits: in time, where it begins at the first, to the second."""
    others = sorted((each for each in asked if each is not walked), key=lambda each: each.table is not Lead)
    fits = sa.case((sa.and_(*_hidden(others, None)), 1), else_=0).label("fits")
    many = _WALKED_SOON if walked is None or walked.holds_all else _LOOKED_AT
    passed = _along(walked, asked, filters, order, after).with_only_columns(fits).limit(many).subquery()
    wanted = 2 if order.by == "entered_at" else 1
    found = sa.select(sa.literal(1)).select_from(passed).where(passed.c.fits == 1).limit(wanted)
    return len(session.scalars(found).all()) == wanted


def _from(
    begin: dt.datetime, filters: Filters, order: Order, after: tuple[Any, int] | None
) -> tuple[Filters, tuple[Any, int] | None]:
    """Return filters and key for a walk that begins at a time, where it would have begun before."""
    until, since = min(begin, filters.until or begin), max(begin, filters.since or begin)
    filters = replace(filters, until=until) if order.descending else replace(filters, since=since)
    return filters, _begun(filters, order, after)


def _sifted(
    asked: Sequence[_Asked], rare: _Asked, filters: Filters, order: Order, after: tuple[Any, int] | None
) -> sa.Select[int]:
    """Ask for the numbers of all leads of a condition that the others leave, sorted."""
    linked = next((each for each in asked if each.table is not Lead), None)
    table: type[Lead | LeadRoad | LeadRun] = Lead
    hidden = _hidden(asked, rare)
    if linked is not None and rare.of == "entered_at":  # a road has its leads by time itself
        table = linked.table
        hidden = _hidden([each for each in asked if each is not linked], rare)
        query = sa.select(table.number).where(*linked.plain, *_span(table, filters))
        if hidden:
            query = query.join(Lead, Lead.number == table.number)
    elif rare.table is Lead:
        query = sa.select(Lead.number).where(*rare.plain)
    else:
        query = sa.select(Lead.number).where(Lead.number.in_(sa.select(rare.table.number).where(*rare.plain)))
    key = map(_unseen, (*_bounds(table, _left(filters, order, after), order), *_past(table, order, after)))
    return query.where(*hidden, *key).order_by(*_sorted(table, order, hidden=True))


def _read(session: Session, numbers: sa.Select[int], order: Order, limit: int) -> Sequence[Lead]:
    """Return the first leads of a query for their numbers, one more than the limit."""
    found = numbers.limit(limit + 1).subquery()
    query = sa.select(Lead).join(found, found.c.number == Lead.number)
    return session.scalars(query.order_by(*_sorted(Lead, order, hidden=True))).all()


def _scarcest(
    session: Session,
    asked: Sequence[_Asked],
    served: Sequence[_Asked],
    filters: Filters,
    order: Order,
    after: tuple[Any, int] | None,
) -> tuple[_Asked | None, bool]:
    """Return the condition whose own index is to be walked, None where that of all leads is, and whether leads that fit seem to be found soon.

    The first leads of the walk tell: where a condition leaves one in a hundred of them, it is cheaper to read those that it leaves.
    Of an hour, or in time of a weekday, they would not: leads that follow each other in time are of one hour.
    """
    if len(asked) == 1:
        return next(iter(served), None), True
    unread = next((each for each in served if each.holds_all), None)
    if all(each is unread for each in served):
        return unread, True
    others = [each for each in asked if each is not unread and (each.of != "weekday" or order.by == "probability")]
    holds = [
        sa.case((sa.and_(*each.hidden), 1), else_=0).label(f"holds_{number}") for number, each in enumerate(others)
    ]
    query = sa.select(*holds).select_from(Lead).where(*(() if unread is None else unread.plain))
    query = query.where(*_bounds(Lead, _left(filters, order, after), order), *_past(Lead, order, after))
    seen = query.order_by(*_sorted(Lead, order)).limit(_LOOKED_AT).subquery()
    together = sa.func.sum(functools.reduce(operator.mul, seen.c))
    rows, fit, *found = session.execute(sa.select(sa.func.count(), together, *map(sa.func.sum, seen.c))).one()
    walks = [
        (int(left), number)
        for number, left in enumerate(found)
        if rows and any(others[number] is each for each in served)
    ]
    least, fewest = min(walks, default=(rows, 0))
    return others[fewest] if least < _SCARCE * rows else unread, rows < _LOOKED_AT or int(fit) > 0


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
    found = [*_span(Lead, filters), *_likely(Lead, filters)]
    found += [column == getattr(filters, name) for name, column in _EQUAL if getattr(filters, name) is not None]
    found += _came_in(filters)
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
        yield _asked(Lead.plate.in_(filters.plates), orders=frozenset(), rare=2**31, walks=False)
    for table, column, value in (
        (LeadRun, LeadRun.run_id, filters.run_id),
        (LeadRoad, LeadRoad.road, filters.road),
    ):
        if value is not None:
            own = (table.number == Lead.number, table.entered_at == Lead.entered_at, column == value)
            # as a value and not as EXISTS, for which PostgreSQL might gather all leads of the road
            has = sa.select(sa.literal_column("1")).where(*own).correlate(Lead).scalar_subquery()
            yield _Asked(table, (column == value,), (_unseen(has.is_not(None)),))
    yield from _of_one_value(filters)
    if filters.since is not None or filters.until is not None:
        span = tuple(_span(Lead, filters))
        yield _asked(*span, orders=frozenset(("probability",)), rare=_RARE_IN_TIME, walks=False, of="entered_at")
    if filters.least is not None or filters.most is not None:
        yield _asked(*_likely(Lead, filters), orders=frozenset(), walks=False, of="probability")
    if filters.box is not None:
        west, south, east, north = filters.box
        inside = (Lead.lon.between(west, east), Lead.lat.between(south, north))
        yield _asked(*inside, orders=frozenset(), rare=0, walks=False)


def _of_one_value(filters: Filters) -> Iterator[_Asked]:
    yield from (_asked(condition) for condition in _came_in(filters))
    for name, column in _EQUAL:
        if (value := getattr(filters, name)) is not None:
            yield _asked(column == value, holds_all=name == "hour")
    yield from (_asked(on, orders=frozenset(), rare=0, walks=False, of="weekday") for on in _on_weekday(filters))


def _asked(*plain: sa.ColumnElement[bool], **more: Any) -> _Asked:  # noqa: ANN401
    return _Asked(Lead, plain, tuple(map(_unseen, plain)), **more)


def _came_in(filters: Filters) -> Iterator[sa.ColumnElement[bool]]:
    if filters.entry == "none":
        yield Lead.entry_number.is_(None)
    elif filters.entry is not None:
        yield Lead.entry_number == filters.entry


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
        if each.rare:
            some = sa.select(sa.literal(1)).select_from(each.table).where(*each.plain).limit(each.rare + 1).subquery()
            counted = session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()
            if counted <= each.rare:
                found.append((counted, each))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _hidden(asked: Sequence[_Asked], but: _Asked | None) -> list[sa.ColumnElement[bool]]:
    return [part for each in asked if each is not but for part in each.hidden]


def _unseen(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return a condition in a way that no index is used for, and that PostgreSQL takes for true of every second row.

    Of `column + 0 = value` it would believe that one row in two hundred fulfils it, and read the whole table where there are two of these.
    """
    return sa.case((condition, sa.true()), else_=sa.false())


def _unindexed(column: InstrumentedAttribute[Any]) -> sa.ColumnElement[Any]:
    """Return a number's values in a way that no index gives the order of."""
    return sa.type_coerce(sa.type_coerce(column, sa.Numeric) + sa.literal_column("0"), column.type)


def _left(filters: Filters, order: Order, after: tuple[Any, int] | None) -> Filters:
    """Return filters without the bound of the sort key that what was seen implies: of two, SQLite may begin its walk at the wrong one."""
    by_time = order.by == "entered_at"
    name = ("until" if by_time else "most") if order.descending else ("since" if by_time else "least")
    bound = getattr(filters, name)
    if after is None or bound is None or not (after[0] < bound if order.descending else after[0] > bound):
        return filters
    return replace(filters, **{name: None})


def _begun(filters: Filters, order: Order, after: tuple[Any, int] | None) -> tuple[Any, int] | None:
    """Return what was seen last; None where a bound lies beyond it: of two, PostgreSQL may begin its walk at the wrong one."""
    if order.by == "entered_at":
        bound: Any = filters.until if order.descending else filters.since
    else:
        bound = filters.most if order.descending else filters.least
    if after is None or bound is None or not (bound < after[0] if order.descending else bound > after[0]):
        return after
    return None


def _bounds(table: type[Lead | LeadRoad | LeadRun], filters: Filters, order: Order) -> Iterator[sa.ColumnElement[bool]]:
    """Yield what the filters say of the sort key."""
    return _span(table, filters) if order.by == "entered_at" else _likely(table, filters)


def _span(table: type[Lead | LeadRoad | LeadRun], filters: Filters) -> Iterator[sa.ColumnElement[bool]]:
    if filters.since is not None:
        yield table.entered_at >= filters.since
    if filters.until is not None:
        yield table.entered_at < filters.until


def _likely(table: type[Lead | LeadRoad | LeadRun], filters: Filters) -> Iterator[sa.ColumnElement[bool]]:
    if filters.least is not None:
        yield table.probability >= filters.least
    if filters.most is not None:
        yield table.probability <= filters.most


def _past(
    table: type[Lead | LeadRoad | LeadRun], order: Order, after: tuple[Any, int] | None
) -> Iterator[sa.ColumnElement[bool]]:
    if after is not None:
        column: InstrumentedAttribute[Any] = getattr(table, order.by)
        key = sa.tuple_(column, table.number)
        last = sa.tuple_(sa.literal(after[0], column.type), sa.literal(after[1]))
        yield key < last if order.descending else key > last


def _sorted(
    table: type[Lead | LeadRoad | LeadRun], order: Order, *, hidden: bool = False
) -> Iterator[sa.ColumnElement[Any]]:
    first: InstrumentedAttribute[Any] = getattr(table, order.by)
    for column in (_unindexed(first) if hidden else first, table.number):
        yield column.desc() if order.descending else column.asc()
