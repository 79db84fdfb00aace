"""The roads of leads: kept as the leads are, in the transaction that adds or changes a lead.

A page of a road's leads that some state, class or hour leaves is found in `lead_roads` alone.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.tables.leads import FILTERED_BY, Lead, LeadFacts, LeadRoad

CHANGING = ("state", "assignee")
"""Of what is kept for each road, what may change."""
_KEPT = ("entered_at", "probability", *FILTERED_BY)


def rows_of(number: int, row: Mapping[str, Any], roads: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rows for a lead's roads, each road once; what `row` has nothing of is none.

    Args:
        number: the lead's.
        row: its columns.
        roads: their names.
    """
    kept = {name: row.get(name) for name in _KEPT}
    return [{"road": road, "number": number, **kept} for road in dict.fromkeys(roads)]


def follow(session: Session, lead: Lead) -> None:
    """Let the rows for a lead's roads be as the lead is now."""
    facts = session.scalars(sa.select(LeadFacts.facts).where(LeadFacts.number == lead.number)).one()
    own = (LeadRoad.road.in_(facts["roads"]), LeadRoad.entered_at == lead.entered_at, LeadRoad.number == lead.number)
    values = {name: getattr(lead, name) for name in CHANGING}
    session.execute(sa.update(LeadRoad).where(*own).values(values).execution_options(synchronize_session=False))
