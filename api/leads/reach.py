"""Whose leads somebody may see: all, or those of their own vehicles."""

from dataclasses import replace

from sqlalchemy.orm import Session

from api.access.principal import Principal
from api.access.table import Reach
from api.store.lead_search import Filters
from api.store.vehicles import own_plates


def plates_within(session: Session, principal: Principal, reach: Reach) -> tuple[str, ...] | None:
    """Return the plates of the vehicles that are the caller's own; None for somebody who may see all leads."""
    return None if reach == "all" else own_plates(session, principal)


def within(session: Session, principal: Principal, reach: Reach, filters: Filters) -> Filters:
    """Return filters that find only what the caller may see."""
    plates = plates_within(session, principal, reach)
    if plates is None:
        return filters
    wanted = plates if filters.plates is None else tuple(each for each in plates if each in filters.plates)
    return replace(filters, plates=wanted)
