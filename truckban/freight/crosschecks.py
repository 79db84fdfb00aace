"""Cross-checks of visits and leads: tables for an officer, each figure with what it is measured on."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any
from zoneinfo import ZoneInfo

from enterprises.registry import Registry
from enterprises.visits import Visit
from truckban.freight.origins import Origin
from truckban.traces.check import Checked
from truckban.traces.lead.leads import Lead

MANY = 3
"""A vehicle seen at so many enterprises is listed."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Traced:
    """A lead, with where it began."""

    lead: Lead
    kind: str
    origin: Origin


def traced(checked: Checked, origins: Sequence[Origin]) -> list[Traced]:
    """Return the leads of a check with their origins, in its order."""
    kinds = [checked.kind(part) for part in checked.parts]
    return [
        Traced(part, kind, origin)
        for part, kind, origin in zip(checked.parts, kinds, origins, strict=True)
        if kind in ("prohibited", "undetermined")
    ]


def leads_by_origin(leads: Iterable[Traced], names: Mapping[str, str]) -> list[Row]:
    """Return how many leads began where; the rows add up to the leads.

    Args:
        leads: with their origins.
        names: of enterprises, by id.
    """
    rows: dict[tuple[str, str], list[Traced]] = {}
    for one in leads:
        rows.setdefault((one.origin.enterprise or "", one.origin.why), []).append(one)
    table = [
        {
            "enterprise": enterprise or None,
            "name": names.get(enterprise),
            "origin": why,
            "leads": len(own),
            "prohibited": sum(one.kind == "prohibited" for one in own),
            "undetermined": sum(one.kind == "undetermined" for one in own),
            "incidents": len({one.lead.incident_id or one.lead.lead_id for one in own}),
            "vehicles": len({one.lead.vehicle_id for one in own}),
        }
        for (enterprise, why), own in rows.items()
    ]
    return sorted(
        table, key=lambda row: (row["enterprise"] is None, -row["leads"], row["enterprise"] or "", row["origin"])
    )


def enterprise_rates(visits: Sequence[Visit], leads: Iterable[Traced], names: Mapping[str, str]) -> list[Row]:
    """Return each visited enterprise with its trips and how many of them led to an unlawful passage.

    A trip is a visit that is sure and whose end was seen. One that led to several leads is one unlawful trip. The rate comes with
    an interval (Wilson, 95 %): one of two trips is no half.
    """
    trips = Counter(visit.enterprise for visit in visits if visit.sure and not visit.left_unseen)
    vehicles: dict[str, set[str]] = {}
    for visit in visits:
        if visit.enterprise and visit.sure:
            vehicles.setdefault(visit.enterprise, set()).add(visit.vehicle_id)
    unlawful: dict[str, set[tuple[str, float]]] = {}
    counted: dict[str, Counter[str]] = {}
    for one in leads:
        began, enterprise = one.origin.visit, one.origin.enterprise
        if enterprise is None or began is None:
            continue
        counted.setdefault(enterprise, Counter())[one.kind] += 1
        if one.kind == "prohibited" and not began.left_unseen:
            unlawful.setdefault(enterprise, set()).add((began.vehicle_id, began.arrived_s))
    table = []
    for enterprise in sorted(vehicles):
        n, bad = trips[enterprise], len(unlawful.get(enterprise, ()))
        low, high = wilson(bad, n)
        table.append(
            {
                "enterprise": enterprise,
                "name": names.get(enterprise),
                "vehicles": len(vehicles[enterprise]),
                "trips": n,
                "unlawful_trips": bad,
                "rate": round(bad / n, 4) if n else None,
                "rate_low": low,
                "rate_high": high,
                "leads_prohibited": counted.get(enterprise, Counter())["prohibited"],
                "leads_undetermined": counted.get(enterprise, Counter())["undetermined"],
            }
        )
    return sorted(table, key=lambda row: (-row["unlawful_trips"], -(row["rate"] or 0.0), row["enterprise"]))


def wilson(some: int, of: int, *, level: float = 0.95) -> tuple[float | None, float | None]:
    """Return the interval of a share (Wilson 1927, without correction), None for a share of nothing."""
    if not of:
        return None, None
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share, square = some / of, z * z / of
    middle = (share + square / 2) / (1 + square)
    half = z * ((share * (1 - share) + square / 4) / of) ** 0.5 / (1 + square)
    return round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)


def many_enterprises(
    visits: Sequence[Visit], *, least: int = MANY, names: Mapping[str, str] | None = None
) -> list[Row]:
    """Return the vehicles that were surely seen at so many enterprises, and at which (`named`: by the names, for people)."""
    called = names or {}
    seen: dict[str, Counter[str]] = {}
    plates: dict[str, str | None] = {}
    for visit in visits:
        if visit.sure and visit.enterprise:
            seen.setdefault(visit.vehicle_id, Counter())[visit.enterprise] += 1
            plates[visit.vehicle_id] = visit.plate
    table = [
        {
            "vehicle_id": name,
            "plate": plates[name],
            "enterprises": len(own),
            "visits": own.total(),
            "which": ";".join(f"{enterprise}={count}" for enterprise, count in sorted(own.items())),
            "named": [f"{called.get(enterprise, enterprise)} × {count}" for enterprise, count in sorted(own.items())],
        }
        for name, own in seen.items()
        if len(own) >= least
    ]
    return sorted(table, key=lambda row: (-row["enterprises"], -row["visits"], row["vehicle_id"]))


def not_listed(visits: Sequence[Visit], registry: Registry, timezone: str) -> list[Row]:
    """Return the enterprises that were surely visited on days when they were on no list in force, and when they were listed.

    Days before the first list at hand are left out: nobody knows of them.

    Args:
        visits: of any vehicles.
        registry: the lists.
        timezone: in which a visit has its day, that of its arrival.
    """
    zone = ZoneInfo(timezone)
    spans = {enterprise: registry.spans(enterprise) for enterprise in {one.enterprise for one in visits} if enterprise}
    found: dict[str, list[tuple[dt.date, str]]] = {}
    for visit in visits:
        if not visit.sure or visit.enterprise is None:
            continue
        day = dt.datetime.fromtimestamp(visit.arrived_s, zone).date()
        if registry.in_force(day) is not None and not any(span.holds(day) for span in spans[visit.enterprise]):
            found.setdefault(visit.enterprise, []).append((day, visit.vehicle_id))
    table = [
        {
            "enterprise": enterprise,
            "name": registry.entry(enterprise, max(own)[0]).name,
            "visits": len(own),
            "vehicles": len({vehicle for _, vehicle in own}),
            "first_day": min(own)[0].isoformat(),
            "last_day": max(own)[0].isoformat(),
            "listed": ";".join(f"{span.since}/{span.to or '..'}" for span in spans[enterprise]),
        }
        for enterprise, own in found.items()
    ]
    return sorted(table, key=lambda row: (-row["visits"], row["enterprise"]))
