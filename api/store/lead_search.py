"""Leads found by filters, in order, a page at a time: as fast for the last of ten million as for the first.

Databases guess badly which of several conditions is rare. Here it is looked at: each condition is counted in its index, up to some
thousands. The index of the rarest is walked until the page is full where it has the wanted order, else all its leads are filtered
and sorted; where none is rare, an index in the wanted order is walked that seems to pass over fewest: that of all leads or that of a condition.
Most hold what leads are filtered by, so that these are passed over unread. Where no page of leads is soon found, `lead_cells` says
where they are. The other conditions are written so that no index serves them. A page's leads are found by number first, and then read.
"""

import datetime as dt
import functools
import math
import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.store.lead_cells import counts_for, in_cells
from api.store.lead_conditions import ALWAYS, Asked, Listed, asked_of, bounds, is_unread, left_by, span, unseen
from api.store.tables.leads import Lead, LeadFacts

Sort = Literal["entered_at", "probability"]
_LOOKED_AT = 400
_WALKED_SOON = 12_000
_READ_SOON = 2_000
_WEEK = 7
_FAR = 10
"""A walk that passes over so many times as many as is expected, or is expected to pass over so many times as many as is soon: the counts know better."""
_A_READ = 60
"""To read a lead costs as much as to pass over some sixty in an index."""
_A_LOOK = 20
"""Likewise, to look whether a road or a run has a lead."""
_SURER = 0.7
"""Some hundred leads tell a share to a fifth or so: what needs no looks is preferred unless it costs that much more."""
_HOURS = 20
"""Of so many leads about one is of a certain hour."""


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


class _Walk(NamedTuple):
    """A way to go along.

    Attributes:
        along: the condition whose index that is; None: that of all leads.
        share: what it costs to the end, beside an index of all leads, or where an hour is asked for, of that hour's, that are passed over unread.
        each: what it costs to pass over a lead, beside one that is passed over unread.
        expected: over how many leads it passes until a page is full, if no condition has to do with another.
        fits: whether some leads are seen to fit where it begins.
        sure: whether a page of them is.
        asked: all conditions, those first that leave fewest.
    """

    along: Asked | None
    share: float = 1.0
    each: float = 1.0
    expected: float = 0.0
    fits: bool = False
    sure: bool = False
    asked: Sequence[Asked] = ()


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
    asked = [each for each in asked_of(filters) if each.of != order.by]
    served = [each for each in asked if each.walks and order.by in each.orders]
    rare = _rarest(session, asked, order)
    if rare is not None and rare not in served:
        return _read(session, _sifted(asked, rare, filters, order, after), order, limit)
    walk = _Walk(rare, sure=True)
    if rare is None:
        walk = _cheapest(session, asked, served, filters, order, after, limit)
        asked = list(walk.asked) or asked
    if not walk.sure and (counts := counts_for(session, filters, order, after, limit)) is not None:
        # what lies where a walk in time begins says little of what follows
        hopeful = walk.fits or (order.by == "probability" and walk.expected < _WALKED_SOON)
        soon = hopeful and _fills_soon(session, asked, walk, filters, order, after, limit)
        if not soon:
            if (first := counts.first()) is None:
                return []
            if order.by == "entered_at":
                filters, after = _from(counts.begin(first), filters, order, after)
                if counts.exact and not hopeful and walk.expected < _WALKED_SOON * _FAR:
                    soon = _fills_soon(session, asked, walk, filters, order, after, limit)
        if not soon and counts.exact and (cells := counts.cells(walk.share)) is not None:
            key = map(unseen, (*bounds(Lead, filters, order), *_past(Lead, order, after)))
            inside = in_cells(cells, [*left_by(asked, Lead)[0], *key])
            return _read(session, inside.order_by(*_sorted(Lead, order, hidden=True)), order, limit)
    query, others = _along(walk.along, asked, filters, order, after)
    return _read(session, query.where(*others), order, limit)


def _along(
    along: Asked | None, asked: Sequence[Asked], filters: Filters, order: Order, after: tuple[Any, int] | None
) -> tuple[sa.Select[int], list[sa.ColumnElement[bool]]]:
    """Ask for the numbers of the leads of an index in order; return with it what the other conditions leave of them."""
    table: Listed = Lead if along is None else along.table
    others, reads = left_by(asked, table, along)
    query = sa.select(table.number)
    if reads:
        query = query.join(Lead, Lead.number == table.number)
    query = query.where(*(() if along is None else along.plain))
    query = query.where(*bounds(table, _left(filters, order, after), order), *_past(table, order, after))
    return query.order_by(*_sorted(table, order)), others


def _fills_soon(
    session: Session,
    asked: Sequence[Asked],
    walk: _Walk,
    filters: Filters,
    order: Order,
    after: tuple[Any, int] | None,
    limit: int,
) -> bool:
    """Tell whether a walk soon comes to a page of leads that fit."""
    query, others = _along(walk.along, asked, filters, order, after)
    fits = sa.case((sa.and_(*others), 1), else_=0).label("fits")
    many = max(int(min(_WALKED_SOON / walk.each, walk.expected * _FAR)), _READ_SOON)
    passed = query.with_only_columns(fits).limit(many).subquery()
    found = sa.select(sa.literal(1)).select_from(passed).where(passed.c.fits == 1).limit(limit + 1)
    return session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) == limit + 1


def _from(
    begin: dt.datetime, filters: Filters, order: Order, after: tuple[Any, int] | None
) -> tuple[Filters, tuple[Any, int] | None]:
    """Return filters and key for a walk that begins at a time, where it would have begun before."""
    until, since = min(begin, filters.until or begin), max(begin, filters.since or begin)
    filters = replace(filters, until=until) if order.descending else replace(filters, since=since)
    return filters, _begun(filters, order, after)


def _sifted(
    asked: Sequence[Asked], rare: Asked, filters: Filters, order: Order, after: tuple[Any, int] | None
) -> sa.Select[int]:
    """Ask for the numbers of all leads of a condition that the others leave, sorted."""
    linked = next((each for each in asked if each.table is not Lead), None)
    table: Listed = Lead
    others, reads = left_by(asked, Lead, rare)
    if linked is not None and rare.of == "entered_at":  # a road has its leads by time itself
        table = linked.table
        others, reads = left_by(asked, table, rare, linked)
        query = sa.select(table.number).where(*linked.plain, *span(table, filters))
        if reads:
            query = query.join(Lead, Lead.number == table.number)
    elif rare.table is Lead:
        query = sa.select(Lead.number).where(*rare.plain)
    else:
        query = sa.select(Lead.number).where(Lead.number.in_(sa.select(rare.table.number).where(*rare.plain)))
    key = map(unseen, (*bounds(table, _left(filters, order, after), order), *_past(table, order, after)))
    return query.where(*others, *key).order_by(*_sorted(table, order, hidden=True))


def _read(session: Session, numbers: sa.Select[int], order: Order, limit: int) -> Sequence[Lead]:
    """Return the first leads of a query for their numbers, one more than the limit."""
    found = numbers.limit(limit + 1).subquery()
    query = sa.select(Lead).join(found, found.c.number == Lead.number)
    return session.scalars(query.order_by(*_sorted(Lead, order, hidden=True))).all()


def _cheapest(
    session: Session,
    asked: Sequence[Asked],
    served: Sequence[Asked],
    filters: Filters,
    order: Order,
    after: tuple[Any, int] | None,
    limit: int,
) -> _Walk:
    """Return the walk that seems to cost least: the first leads of all, or of an hour's, tell how many each condition leaves."""
    if len(asked) == 1:
        return _Walk(next(iter(served), None), sure=True)
    base = next((each for each in served if each.of == "hour"), None)
    if all(each is base for each in served):
        return _Walk(base, sure=True)
    # leads that follow each other in time are of one hour of one day
    others = [each for each in asked if each is not base and (each.of != "weekday" or order.by == "probability")]
    holds = [
        sa.case((sa.and_(*each.hidden), 1), else_=0).label(f"holds_{number}") for number, each in enumerate(others)
    ]
    query = sa.select(*holds).select_from(Lead).where(*(() if base is None else base.plain))
    query = query.where(*bounds(Lead, _left(filters, order, after), order), *_past(Lead, order, after))
    seen = query.order_by(*_sorted(Lead, order)).limit(_LOOKED_AT).subquery()
    together = sa.func.sum(functools.reduce(operator.mul, seen.c))
    rows, fit, *found = session.execute(sa.select(sa.func.count(), together, *map(sa.func.sum, seen.c))).one()
    if not rows:
        return _Walk(base, sure=True)
    sure = rows < _LOOKED_AT or int(fit) > limit
    shares = {id(each): 1 / _WEEK if each.of == "weekday" else 1 / _HOURS for each in asked}
    shares |= {id(each): max(int(left), 0.5) / rows for each, left in zip(others, found, strict=True)}

    by_share = sorted(asked, key=lambda each: shares[id(each)])

    def walk(along: Asked | None) -> _Walk:
        rest = [each for each in asked if each is not along]
        each = 1.0 if is_unread(along, asked, order.by) else _A_READ
        if any(one.table is not Lead for one in rest):
            each += _A_LOOK * math.prod(shares[id(one)] for one in rest if one.table is Lead)
        share = 1.0 if along is base or along is None else shares[id(along)] * (1 if base is None else _HOURS)
        expected = (limit + 1) / math.prod(shares[id(one)] for one in rest)
        return _Walk(along, share * each, each, expected, int(fit) > 0, sure, by_share)

    along = [base, *(each for each in others if any(each is one for one in served))]
    return min(map(walk, along), key=lambda one: one.share * (_SURER if one.each <= 1.0 else 1.0))


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


def _rarest(session: Session, asked: Sequence[Asked], order: Order) -> Asked | None:
    """Return the condition that fewest leads fulfil, where it is worth fetching them all."""
    served = [each for each in asked if each.walks and order.by in each.orders]
    if asked and asked[0].rare >= ALWAYS:
        return asked[0]
    if len(asked) < 2 and served == list(asked):  # noqa: PLR2004  (the index serves it in order)
        return None
    counted = [each for each in asked if each.rare]
    if not counted:
        return None
    some = (
        sa.select(sa.literal(1)).select_from(each.table).where(*each.plain).limit(each.rare + 1) for each in counted
    )
    figures = [sa.select(sa.func.count()).select_from(each.subquery()).scalar_subquery() for each in some]
    found = zip(session.execute(sa.select(*figures)).one(), counted, strict=True)
    return min(
        ((count, each) for count, each in found if count <= each.rare), key=lambda pair: pair[0], default=(0, None)
    )[1]


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


def _past(table: Listed, order: Order, after: tuple[Any, int] | None) -> Iterator[sa.ColumnElement[bool]]:
    if after is not None:
        column: InstrumentedAttribute[Any] = getattr(table, order.by)
        key = sa.tuple_(column, table.number)
        last = sa.tuple_(sa.literal(after[0], column.type), sa.literal(after[1]))
        yield key < last if order.descending else key > last


def _sorted(table: Listed, order: Order, *, hidden: bool = False) -> Iterator[sa.ColumnElement[Any]]:
    first: InstrumentedAttribute[Any] = getattr(table, order.by)
    for column in (_unindexed(first) if hidden else first, table.number):
        yield column.desc() if order.descending else column.asc()


def _unindexed(column: InstrumentedAttribute[Any]) -> sa.ColumnElement[Any]:
    """Return a number's values in a way that no index gives the order of."""
    return sa.type_coerce(sa.type_coerce(column, sa.Numeric) + sa.literal_column("0"), column.type)
