"""Vehicles and whose they are."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.tables.vehicles import Vehicle
from api.store.whose import Whose, belongs


class Search(NamedTuple):
    """Which vehicles are looked for; None is any."""

    whose: Whose | None = None
    plate: str | None = None
    confirmed: bool | None = None


def vehicle(session: Session, id_: str, *, whose: Whose | None = None, change: bool = False) -> Vehicle | None:
    """Return a vehicle, of somebody only where `whose` says so; with `change`, nobody else changes it meanwhile."""
    query = sa.select(Vehicle).where(Vehicle.id == id_)
    if whose is not None:
        query = query.where(belongs(Vehicle.owner_id, Vehicle.enterprise_id, whose))
    return session.scalars(query.with_for_update() if change else query).one_or_none()


def vehicles(session: Session, wanted: Search, *, after: str | None, limit: int) -> Sequence[Vehicle]:
    """Return vehicles, the newest first, one more than `limit` where there are more."""
    query = sa.select(Vehicle).order_by(Vehicle.id.desc()).limit(limit + 1)
    if wanted.whose is not None:
        query = query.where(belongs(Vehicle.owner_id, Vehicle.enterprise_id, wanted.whose))
    if wanted.plate is not None:
        query = query.where(Vehicle.plate == wanted.plate)
    if wanted.confirmed is not None:
        query = query.where(Vehicle.confirmed_at.is_not(None) if wanted.confirmed else Vehicle.confirmed_at.is_(None))
    if after is not None:
        query = query.where(Vehicle.id < after)
    return session.scalars(query).all()


def own_plates(session: Session, whose: Whose) -> tuple[str, ...]:
    """Return the plates of somebody's own vehicles: those that an office has confirmed.

    What follows from them is sensitive (leads, fixes), and anybody can write a plate into a form.
    """
    query = sa.select(Vehicle.plate).where(
        belongs(Vehicle.owner_id, Vehicle.enterprise_id, whose), Vehicle.confirmed_at.is_not(None)
    )
    return tuple(sorted(set(session.scalars(query))))


def of_owner(session: Session, owner_id: str, plate: str) -> Vehicle | None:
    """Return the vehicle that an account has under a plate."""
    return session.scalars(sa.select(Vehicle).where(Vehicle.owner_id == owner_id, Vehicle.plate == plate)).one_or_none()


def confirmed_with(session: Session, plate: str) -> Vehicle | None:
    """Return the vehicle that is believed to have a plate."""
    return session.scalars(
        sa.select(Vehicle).where(Vehicle.plate == plate, Vehicle.confirmed_at.is_not(None)).with_for_update()
    ).one_or_none()


def with_plates(session: Session, plates: Collection[str]) -> Sequence[Vehicle]:
    """Return all that anybody has under some plates."""
    return session.scalars(sa.select(Vehicle).where(Vehicle.plate.in_(tuple(plates))).order_by(Vehicle.id)).all()


def others_of(session: Session, owner_id: str, plates: Collection[str], *, limit: int) -> Sequence[Vehicle]:
    """Return further vehicles of an account, the newest first."""
    return session.scalars(
        sa.select(Vehicle)
        .where(Vehicle.owner_id == owner_id, Vehicle.plate.not_in(tuple(plates)))
        .order_by(Vehicle.id.desc())
        .limit(limit)
    ).all()
