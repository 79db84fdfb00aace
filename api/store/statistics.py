"""Figures about leads: from the counts that are kept where these have what is asked for, else from the leads themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.lead_conditions import conditions
from api.store.lead_search import Filters
from api.store.tables.leads import Lead, LeadCount, LeadRoad

By = Literal["hour_weekday", "road", "entry", "enterprise", "week", "state"]
_WEEK = 7


@dataclass(frozen=True)
class Days:
    """From which day to which, as ordinals, both included; None: no bound."""

    first: int | None = None
    last: int | None = None


def figures(session: Session, by: By, filters: Filters, days: Days) -> Sequence[tuple[Any, ...]]:
    """Return keys and how many leads there are of each, sorted by key.

    Keys: `hour_weekday` has weekday (0 is Monday) and hour; `week` the ordinal of its Monday; `road`, `enterprise` and `state` a
    text; `entry` a number in a text. Leads without an enterprise or an entry count under the empty text; a lead on two roads
    counts under both.

    Args:
        session: a transaction that reads.
        by: what is counted by.
        filters: which leads; times in them are not looked at.
        days: when they were entered, by the calendar of their notice.
    """
    counted = _counted(by, filters)
    if counted is None:
        return _from_leads(session, by, filters, days)
    dimension, value = counted
    asked = [LeadCount.dimension == dimension, *_bounds(LeadCount.day, days)]
    if value is not None:
        asked.append(LeadCount.value == value)
    wanted = {name: getattr(filters, name) for name in ("state", "verdict", "vehicle_class", "hour")}
    asked += [getattr(LeadCount, name) == each for name, each in wanted.items() if each is not None]
    if filters.weekday is not None:
        asked.append((LeadCount.day + _WEEK - 1) % _WEEK == filters.weekday - 1)
    keys = _keys(by, LeadCount)
    total = sa.func.sum(LeadCount.leads)
    query = sa.select(*keys, total).where(*asked).group_by(*keys).having(total > 0).order_by(*keys)
    return [(*row[:-1], int(row[-1])) for row in session.execute(query)]


def _counted(by: By, filters: Filters) -> tuple[str, str | None] | None:
    """Return under which dimension and value the counts have what is asked; None where they have not."""
    beyond = (filters.least, filters.most, filters.plates, filters.run_id, filters.assignee, filters.box)
    if any(each is not None for each in beyond):
        return None
    values = {"road": filters.road, "enterprise": filters.enterprise_id}
    if filters.entry is not None:
        values["entry"] = "" if filters.entry == "none" else str(filters.entry)
    asked = {name: value for name, value in values.items() if value is not None}
    dimensions = {*asked, *({by} & {"road", "entry", "enterprise"})}
    if len(dimensions) > 1 or (by == "road" and asked):
        return None  # a lead has several roads: those beside the one that is asked for count too
    if not dimensions:
        return "all", ""
    (dimension,) = dimensions
    return dimension, asked.get(dimension)


def _from_leads(session: Session, by: By, filters: Filters, days: Days) -> Sequence[tuple[Any, ...]]:
    keys = _keys(by, Lead)
    query = sa.select(*keys, sa.func.count()).select_from(Lead).where(*conditions(filters), *_bounds(Lead.day, days))
    if by == "road":
        query = query.join(LeadRoad, sa.and_(LeadRoad.number == Lead.number, LeadRoad.entered_at == Lead.entered_at))
    query = query.group_by(*keys).order_by(*keys)
    return [tuple(row) for row in session.execute(query)]


def _keys(by: By, table: type[Lead | LeadCount]) -> tuple[Any, ...]:
    if by == "hour_weekday":
        return (table.day + _WEEK - 1) % _WEEK, table.hour
    if by == "week":
        return (table.day - (table.day + _WEEK - 1) % _WEEK,)
    if by == "state":
        return (table.state,)
    if table is LeadCount:
        return (LeadCount.value,)
    if by == "enterprise":
        return (sa.func.coalesce(Lead.enterprise_id, ""),)
    return (LeadRoad.road,) if by == "road" else (sa.func.coalesce(sa.cast(Lead.entry_number, sa.String), ""),)


def _bounds(column: Any, days: Days) -> Iterator[sa.ColumnElement[bool]]:  # noqa: ANN401
    if days.first is not None:
        yield column >= days.first
    if days.last is not None:
        yield column <= days.last
