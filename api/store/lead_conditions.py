"""What lists of leads are filtered by, as conditions: where their leads are listed in order, and how to ask for them where no index is to serve.

Databases guess badly which of several conditions is rare, and take an index for it: what is not to be looked up is written so that none serves it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from api.store.tables.leads import Lead, LeadRoad, LeadRun

if TYPE_CHECKING:
    from api.store.lead_search import Filters, Order

Listed = type[Lead | LeadRoad | LeadRun]
"""A table that lists leads in order."""
_RARE = 5_000
_RARE_IN_TIME = 100_000
"""Leads of one time lie side by side, and the index of times holds what they are filtered and sorted by."""
ALWAYS = 2**31
"""Of so many leads all are fetched, whatever else there is to walk."""
_WEEK = 7
_EQUAL: tuple[tuple[str, InstrumentedAttribute[Any]], ...] = (
    ("enterprise_id", Lead.enterprise_id),
    ("assignee", Lead.assignee),
    ("hour", Lead.hour),
    ("state", Lead.state),
    ("vehicle_class", Lead.vehicle_class),
    ("verdict", Lead.verdict),
)
_BOTH = frozenset(("entered_at", "probability"))
_BY_PROBABILITY = frozenset(("probability",))
_HOURS = frozenset(("hour", "weekday"))
ALL_HELD = frozenset(
    ("entered_at", "probability", "entry", "enterprise_id", "assignee", "state", "vehicle_class", "verdict", *_HOURS)
)
"""What an index has beside the order, so that no lead is read to be passed over."""


@dataclass(frozen=True, eq=False)
class Asked:
    """One condition.

    Attributes:
        table: which lists its leads.
        plain: on that table, for its index.
        hidden: on `leads`, without an index.
        on_road: on `lead_roads`, likewise; None where that table does not know.
        orders: in which its index has its leads.
        holds: what other conditions its index holds, in each of them.
        rare: so few leads are all fetched.
        walks: whether its index is one to walk along.
        of: what it is about.
    """

    table: Listed
    plain: tuple[sa.ColumnElement[bool], ...]
    hidden: tuple[sa.ColumnElement[bool], ...]
    on_road: tuple[sa.ColumnElement[bool], ...] | None = None
    orders: frozenset[str] = _BOTH
    holds: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rare: int = _RARE
    walks: bool = field(default=True)
    of: str = ""


def conditions(filters: "Filters") -> list[sa.ColumnElement[bool]]:
    """Return the filters as conditions on `leads`, for the database to plan."""
    found = [*span(Lead, filters), *_likely(Lead, filters)]
    found += [column == getattr(filters, name) for name, column in _EQUAL if getattr(filters, name) is not None]
    found += [made(Lead) for made in (*_came_in(filters), *_on_weekday(filters))]
    if filters.plates is not None:
        found.append(Lead.plate.in_(filters.plates))
    if filters.run_id is not None:
        found.append(Lead.number.in_(sa.select(LeadRun.number).where(LeadRun.run_id == filters.run_id)))
    if filters.road is not None:
        found.append(Lead.number.in_(sa.select(LeadRoad.number).where(LeadRoad.road == filters.road)))
    return found


def asked_of(filters: "Filters") -> Iterator[Asked]:
    """Yield the conditions, those that are usually the rarest first."""
    if filters.plates is not None:
        yield _only_leads(Lead.plate.in_(filters.plates), rare=ALWAYS)
    if filters.run_id is not None:
        of_run = LeadRun.run_id == filters.run_id
        hidden, on_road = (_listed(LeadRun, table, of_run) for table in (Lead, LeadRoad))
        yield Asked(LeadRun, (of_run,), hidden, on_road)
    if filters.road is not None:
        on = LeadRoad.road == filters.road
        yield Asked(LeadRoad, (on,), _listed(LeadRoad, Lead, on), holds=dict.fromkeys(_BOTH, ALL_HELD))
    yield from _of_one_value(filters)
    if filters.since is not None or filters.until is not None:
        more = {"rare": _RARE_IN_TIME, "walks": False, "of": "entered_at", "orders": _BY_PROBABILITY}
        yield _asked(lambda table: sa.and_(*span(table, filters)), **more)
    if filters.least is not None or filters.most is not None:
        yield _asked(lambda table: sa.and_(*_likely(table, filters)), orders=frozenset(), walks=False, of="probability")
    if filters.box is not None:
        west, south, east, north = filters.box
        yield _only_leads(sa.and_(Lead.lon.between(west, east), Lead.lat.between(south, north)), rare=0)


def left_by(asked: Sequence[Asked], table: Listed, *but: Asked | None) -> tuple[list[sa.ColumnElement[bool]], bool]:
    """Return what conditions leave of the leads that a table lists, without an index, and whether `leads` is to be read for that.

    Args:
        asked: all conditions.
        table: that is gone along.
        but: but for these.
    """
    found: list[sa.ColumnElement[bool]] = []
    reads = False
    # what is in the row itself first: to look into another table costs more
    for each in sorted((each for each in asked if each not in but), key=lambda each: each.table is not Lead):
        own = each.on_road if table is LeadRoad else None
        reads = reads or (table is not Lead and own is None)
        found += each.hidden if own is None else own
    return found, reads


def is_unread(along: Asked | None, asked: Sequence[Asked], by: str) -> bool:
    """Tell whether leads are passed over unread along the index of a condition, or None: of all leads, that is in order of time or probability."""
    if along is not None and along.table is LeadRoad:
        return not left_by(asked, LeadRoad, along)[1]
    held = ALL_HELD if along is None else along.holds.get(by, frozenset[str]())
    return all(each.of in held for each in asked if each is not along and each.table is Lead)


def unseen(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return a condition in a way that no index is used for, and that PostgreSQL takes for true of every second row.

    Of `column + 0 = value` it would believe that one row in two hundred fulfils it, and read the whole table where there are two of these.
    """
    return sa.case((condition, sa.true()), else_=sa.false())


def bounds(table: Listed, filters: "Filters", order: "Order") -> Iterator[sa.ColumnElement[bool]]:
    """Yield what the filters say of the sort key."""
    return span(table, filters) if order.by == "entered_at" else _likely(table, filters)


def span(table: Listed, filters: "Filters") -> Iterator[sa.ColumnElement[bool]]:
    """Yield what the filters say of the time of entering."""
    if filters.since is not None:
        yield table.entered_at >= filters.since
    if filters.until is not None:
        yield table.entered_at < filters.until


def _likely(table: Listed, filters: "Filters") -> Iterator[sa.ColumnElement[bool]]:
    if filters.least is not None:
        yield table.probability >= filters.least
    if filters.most is not None:
        yield table.probability <= filters.most


def _listed(
    by: type[LeadRoad | LeadRun], table: type[Lead | LeadRoad], own: sa.ColumnElement[bool]
) -> tuple[sa.ColumnElement[bool]]:
    """Ask whether a table lists the leads of another: as a value and not as EXISTS, for which PostgreSQL might gather all leads of a road."""
    same = (by.number == table.number, by.entered_at == table.entered_at)
    has = sa.select(sa.literal_column("1")).where(*same, own).correlate(table).scalar_subquery()
    return (unseen(has.is_not(None)),)


def _of_one_value(filters: "Filters") -> Iterator[Asked]:
    by_probability = {"probability": ALL_HELD}
    yield from (_asked(made, of="entry", holds=by_probability) for made in _came_in(filters))
    more: dict[str, dict[str, frozenset[str]]] = {
        "hour": dict.fromkeys(_BOTH, ALL_HELD),
        "enterprise_id": {**by_probability, "entered_at": _HOURS},
        "assignee": {},
    }
    for name, column in _EQUAL:
        if (value := getattr(filters, name)) is not None:
            yield _asked(_equal(column.key, value), of=name, holds=more.get(name, by_probability))
    for made in _on_weekday(filters):
        yield _asked(made, orders=frozenset(), rare=0, walks=False, of="weekday")


_Made = Callable[[type[Lead | LeadRoad]], sa.ColumnElement[bool]]


def _asked(made: _Made, **more: Any) -> Asked:  # noqa: ANN401
    return Asked(Lead, (made(Lead),), (unseen(made(Lead)),), (unseen(made(LeadRoad)),), **more)


def _only_leads(condition: sa.ColumnElement[bool], *, rare: int) -> Asked:
    return Asked(Lead, (condition,), (unseen(condition),), orders=frozenset(), rare=rare, walks=False)


def _equal(key: str, value: object) -> _Made:
    return lambda table: getattr(table, key) == value


def _came_in(filters: "Filters") -> Iterator[_Made]:
    if filters.entry == "none":
        yield lambda table: table.entry_number.is_(None)
    elif filters.entry is not None:
        yield lambda table: table.entry_number == filters.entry


def _on_weekday(filters: "Filters") -> Iterator[_Made]:
    if (weekday := filters.weekday) is not None:
        yield lambda table: (table.day + _WEEK - 1) % _WEEK == weekday - 1
