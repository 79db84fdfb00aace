"""Where leads lie that several common conditions leave: hours of days, from the counts that are kept.

An index that is walked for conditions of which each is common and that never meet is walked to its end. The counts tell in which hours of
which days there are any, at the cost of passing over the counts of one road, entry or enterprise, not over the leads.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.tables.leads import Lead, LeadCount

if TYPE_CHECKING:
    from api.store.lead_search import Filters, Order

_WEEK = 7
_HOUR_US = 3_600_000_000
_HOURS = 24
_EPOCH_TIME = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EPOCH = _EPOCH_TIME.toordinal()
_WEST = dt.timedelta(hours=12)
_EAST = dt.timedelta(hours=14)
"""No clock of any place is further behind UTC, or further ahead of it."""
_MARGIN_DAYS = 2
"""What was entered that many days earlier by the clocks of two places was entered earlier."""
_MANY = 300
"""More hours than these are not looked through one by one."""
_ALL = ("all", "")
_COUNTED = ("hour", "state", "verdict", "vehicle_class")
_BEYOND = ("least", "most", "plates", "run_id", "assignee", "box")


class Cell(NamedTuple):
    """An hour of a day, by the clock of the notice's place, and how many leads were entered then."""

    day: int
    hour: int
    leads: int


@dataclass(frozen=True)
class Counts:
    """What the counts know of a page of leads.

    Attributes:
        session: a transaction.
        filters: which leads.
        by_time: whether they are sorted by time, else by probability.
        down: the latest first; so it is too where they are not sorted by time.
        seen: the time of the last lead seen.
        limit: so many leads are wanted, and one.
        exact: whether the counts know all that is asked, but for the hours at the ends of a span.
    """

    session: Session
    filters: "Filters"
    by_time: bool
    down: bool
    seen: dt.datetime | None
    limit: int
    exact: bool

    def first(self) -> Cell | None:
        """Return the first hour that may have leads: of several places of which they are asked, the one that has none before the latest."""
        latest = None
        for place in _places(self.filters):
            if not (found := self._cells(1, place)):
                return None
            latest = found[0] if latest is None or self.down == (found[0] < latest) else latest
        return latest

    def begin(self, first: Cell) -> dt.datetime:
        """Return a time that no lead of the page comes before, in the order of time."""
        start = _start_of(first.day) + dt.timedelta(hours=first.hour)
        return start + _EAST + dt.timedelta(hours=1) + _WEST if self.down else start

    def cells(self, share: float) -> Sequence[Cell] | None:
        """Return the hours that have all leads of the page; None where to walk an index passes over fewer leads.

        Args:
            share: what that costs to the end, beside the index of all leads, or of an hour's.
        """
        if self.by_time:
            return self._in_time(share)
        cells = self._cells(_MANY + 1)
        return cells if len(cells) <= _MANY and self._is_quicker(cells, share) else None

    def _cells(self, most: int, place: tuple[str, str] | None = None) -> list[Cell]:
        key = (LeadCount.day, LeadCount.hour)
        dimension, value = place or _places(self.filters)[0]
        own = (LeadCount.dimension == dimension, LeadCount.value == value)
        asked = (*own, *_known(self.filters), *_days(self.filters, self.seen, down=self.down), LeadCount.leads > 0)
        query = sa.select(*key, sa.func.sum(LeadCount.leads)).where(*asked).group_by(*key)
        query = query.order_by(*(each.desc() if self.down else each.asc() for each in key)).limit(most)
        return [Cell(day, hour, int(leads)) for day, hour, leads in self.session.execute(query)]

    def _in_time(self, share: float) -> Sequence[Cell] | None:
        most = self.limit + 1 + (2 * _MARGIN_DAYS + 3) * _HOURS
        cells = self._cells(most)
        bound = self.filters.until if self.down else self.filters.since
        bounds = [each for each in (self.seen, bound) if each is not None]
        sure = 0
        for cell in cells:
            # in the hours about the bounds some leads may lie beyond them
            if all(_end_of(cell.day) <= each if self.down else _start_of(cell.day) > each for each in bounds):
                sure += cell.leads
            if sure > self.limit:
                last = cell.day - _MARGIN_DAYS if self.down else cell.day + _MARGIN_DAYS
                break
        else:  # a walk would go on to the end
            return cells if len(cells) < most else None
        wanted = [cell for cell in cells if (cell.day >= last if self.down else cell.day <= last)]
        walked = (abs(cells[0].day - last) + 1) * self._hours()
        return wanted if len(wanted) < walked * share else None

    def _is_quicker(self, cells: Sequence[Cell], share: float) -> bool:
        """Tell whether to look through hours passes over fewer leads than to walk an index until the page is full."""
        day = sa.select(LeadCount.day).where(LeadCount.dimension == "all", LeadCount.value == "").limit(1)
        ends = [day.order_by(by).scalar_subquery() for by in (LeadCount.day.asc(), LeadCount.day.desc())]
        first, last = self.session.execute(sa.select(*ends)).one()
        every = (last - first + 1) * self._hours()
        leads = sum(cell.leads for cell in cells)
        return bool(len(cells) * leads <= min(self.limit + 1, leads) * every * share)

    def _hours(self) -> int:
        return _HOURS if self.filters.hour is None else 1


def counts_for(
    session: Session, filters: "Filters", order: "Order", after: tuple[Any, int] | None, limit: int
) -> Counts | None:
    """Return what the counts know of a page; None where that is nothing.

    Args:
        session: a transaction.
        filters: which leads.
        order: how they are sorted.
        after: the key of the last lead seen.
        limit: so many leads are wanted, and one.
    """
    places = _places(filters)
    if places == [_ALL] and not list(_known(filters)):
        return None
    by_time = order.by == "entered_at"
    seen = after[0] if by_time and after is not None else None
    exact = len(places) == 1 and all(getattr(filters, name) is None for name in _BEYOND)
    return Counts(session, filters, by_time, order.descending or not by_time, seen, limit, exact)


def in_cells(cells: Sequence[Cell], hidden: Sequence[sa.ColumnElement[bool]]) -> sa.Select[int]:
    """Ask for the numbers of the leads of some hours that conditions leave: each hour is a piece of the index of its hour of the day.

    Of such a piece PostgreSQL believes that it is a two-hundredth of the index.
    """
    rows = ", ".join(f"({int(cell.day)}, {int(cell.hour)})" for cell in cells)
    text = sa.text(f"SELECT column1 AS day, column2 AS hour FROM (VALUES {rows}) AS v")  # noqa: S608  (numbers)
    cell = text.columns(sa.column("day", sa.Integer), sa.column("hour", sa.Integer)).cte("cells")
    local = ((cell.c.day - _EPOCH) * sa.literal_column(str(_HOURS), sa.BigInteger) + cell.c.hour) * sa.literal_column(
        str(_HOUR_US), sa.BigInteger
    )
    since = sa.type_coerce(local - _EAST // dt.timedelta(microseconds=1), Lead.entered_at.type)
    until = sa.type_coerce(local + (_WEST // dt.timedelta(microseconds=1) + _HOUR_US), Lead.entered_at.type)
    own = sa.and_(Lead.hour == cell.c.hour, Lead.entered_at >= since, Lead.entered_at < until)
    same_day = sa.case((Lead.day == cell.c.day, sa.true()), else_=sa.false())
    return sa.select(Lead.number).select_from(cell).join(Lead, own).where(same_day, *hidden)


def _known(filters: "Filters") -> Iterator[sa.ColumnElement[bool]]:
    """Yield what the counts know of the filters but for place and days."""
    for name in _COUNTED:
        if (value := getattr(filters, name)) is not None:
            yield getattr(LeadCount, name) == value
    if filters.weekday is not None:
        yield (LeadCount.day + _WEEK - 1) % _WEEK == filters.weekday - 1


def _places(filters: "Filters") -> list[tuple[str, str]]:
    """Return under which dimensions and values the leads are counted that are asked for."""
    found = []
    if filters.enterprise_id is not None:
        found.append(("enterprise", filters.enterprise_id))
    if filters.entry is not None:
        found.append(("entry", "" if filters.entry == "none" else str(filters.entry)))
    if filters.road is not None:
        found.append(("road", filters.road))
    return found or [_ALL]


def _days(filters: "Filters", seen: dt.datetime | None, *, down: bool) -> Iterator[sa.ColumnElement[bool]]:
    """Yield the days on which what is asked may have been entered, by the clock of any place."""
    since = [each for each in (filters.since, None if down else seen) if each is not None]
    until = [each for each in (filters.until, seen if down else None) if each is not None]
    if since:
        yield LeadCount.day >= _day_of(max(since), -_WEST)
    if until:
        yield LeadCount.day <= _day_of(min(until), _EAST)


def _day_of(time: dt.datetime, ahead: dt.timedelta) -> int:
    """Return the day that it is by a clock that is ahead of UTC: what somebody asks for may be the last second there is."""
    return _EPOCH + (time - _EPOCH_TIME + ahead) // dt.timedelta(days=1)


def _start_of(day: int) -> dt.datetime:
    """Return when a day begins where it begins first."""
    return dt.datetime.combine(dt.date.fromordinal(day), dt.time(), dt.UTC) - _EAST


def _end_of(day: int) -> dt.datetime:
    """Return when a day ends where it ends last."""
    return dt.datetime.combine(dt.date.fromordinal(day), dt.time(), dt.UTC) + dt.timedelta(days=1) + _WEST
