"""The permits of the store that traces are judged with."""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.permits import contract_permits, events_of
from api.store.tables.permits import Permit
from truckban.vehicles.plates import read_plate
from zones.errors import InputError

_TOGETHER = 500


def granted_between(
    session: Session,
    since: dt.datetime,
    until: dt.datetime,
    *,
    notices: Collection[str] | None = None,
) -> Iterator[Sequence[Permit]]:
    """Yield permits whose time overlaps a span, some at a time, by their ids.

    Args:
        session: a transaction.
        since: the span's begin.
        until: its end, not included.
        notices: under these only.
    """
    after = ""
    while True:
        query = (
            sa.select(Permit)
            .where(Permit.ends_at > since, Permit.begins_at < until, Permit.id > after)
            .order_by(Permit.id)
            .limit(_TOGETHER)
        )
        if notices is not None:
            query = query.where(Permit.notice.in_(tuple(notices)))
        rows = session.scalars(query).all()
        if rows:
            yield rows
        if len(rows) < _TOGETHER:
            return
        after = rows[-1].id


def permits_for_check(
    session: Session,
    days: tuple[dt.date, dt.date],
    *,
    notices: Collection[str] | None = None,
    plates: Collection[str] | None = None,
) -> list[dict[str, Any]]:
    """Return the permits that traces of some days are judged with, as the contract has them (section 1).

    A permit that was suspended for a time or revoked comes in pieces, so that each instant is judged by what was in force then.

    Args:
        session: a transaction.
        days: the first and the last one of the traces, in whatever zone of time.
        notices: those granted under one of these; None: under whichever.
        plates: of all vehicles that are known to be judged by their plate; what only others have comes as `that_matter` says.
            None: all permits.
    """
    first, last = (dt.datetime.combine(day, dt.time(), dt.UTC) for day in days)
    margin = dt.timedelta(days=1)
    found = _pieces(session, first - margin, last + 2 * margin, notices)
    return list(found) if plates is None else that_matter(found, plates)


def _pieces(
    session: Session, since: dt.datetime, until: dt.datetime, notices: Collection[str] | None
) -> Iterator[dict[str, Any]]:
    for rows in granted_between(session, since, until, notices=notices):
        events = events_of(session, [row.id for row in rows])
        for row in rows:
            yield from contract_permits(row, events[row.id])


def that_matter(permits: Iterable[dict[str, Any]], plates: Collection[str]) -> list[dict[str, Any]]:
    """Return the permits that verdicts on a fleet can hang on: those of its plates and, of each kind of others, one.

    A vehicle without a plate is asked whether some permit may be its own: of permits that say the same but for their plate, one
    answers for all. It is the one that is named first (`truckban.explain.in_no_order`), so that reasons come in the same order.

    Args:
        permits: as the contract has them.
        plates: every plate that is known of a vehicle that is judged.
    """
    fleet, own = frozenset(plates), list[dict[str, Any]]()
    others: dict[bytes, tuple[str, dict[str, Any]]] = {}
    for permit in permits:
        number = _number(permit)
        if number is None or number in fleet:
            own.append(permit)
            continue
        says = _says(permit)
        if says not in others or number < others[says][0]:
            others[says] = (number, permit)
    return [*own, *(permit for _, permit in others.values())]


def _says(permit: Mapping[str, Any]) -> bytes:
    said = {name: value for name, value in permit.items() if name not in ("plate", "id")}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()


def _number(permit: Mapping[str, Any]) -> str | None:
    try:
        return read_plate(permit["plate"]).number
    except InputError:  # it is rejected, and told of, where permits are read
        return None
