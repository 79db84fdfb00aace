"""Leads as they are answered."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from api.leads.again import local
from api.leads.schemas import (
    Acted,
    End,
    Event,
    Judged,
    Kept,
    LeadRow,
    LeadWhole,
    ViolationRow,
)
from api.privacy import MASKED, Plates
from api.store.lead_acts import Whole
from api.store.tables.leads import Lead, LeadFacts
from api.store.violations import Found
from zones.text import Text

SCHEMATIC = Text(
    "区域是示意图，不是实测边界：这条结果只能用于试验，不得用于执法",
    "the zone is a schematic, not a surveyed border: this is for trial only and not fit for enforcement",
)
A_LEAD = Text(
    "这是线索，不是违法认定：须由民警核实，单凭轨迹不能处罚",
    "a lead, no finding of a violation: an officer has to verify it, and a trace alone is no evidence for a penalty",
)
_NAMED = (
    *("fixes", "fixes_inside", "distance_inside_m", "missing", "other_readings", "permit_status", "mean_speed_kmh"),
    *("max_speed_kmh", "depth_max_m", "vehicle_facts", "why_probability", "evidence_missing", "repeat_rule"),
)


def says(grades: Iterable[str], plates: Plates, lang: str) -> list[str]:
    """Return what an answer about leads says of itself."""
    told = [A_LEAD]
    if "schematic" in grades:
        told.append(SCHEMATIC)
    if not plates.full:
        told.append(MASKED)
    return [text.of(lang) for text in told]


def shown(plates: Plates) -> Literal["full", "masked"]:
    """Return how plates are shown, in a word."""
    return "full" if plates.full else "masked"


def fit(lead: Lead, said: Mapping[str, Any]) -> Literal[False] | None:
    """Return what can be said of the fitness for enforcement: no, or that a person has to say.

    Args:
        lead: the lead.
        said: its facts, or the options it was judged by: its zone may be bounded by other roads than the notice names.
    """
    return False if lead.grade == "schematic" or said.get("fit_for_enforcement") is False else None


def row_of(lead: Lead, facts: LeadFacts, plates: Plates) -> LeadRow:
    """Return a lead as lists show it."""
    return LeadRow.model_validate(_row(lead, facts, plates))


def _row(lead: Lead, facts: LeadFacts, plates: Plates) -> dict[str, Any]:
    same = (
        *("lead_id", "state", "assignee", "merged_into", "version", "probability", "verdict", "vehicle_class"),
        *("enterprise_id", "enforceable", "grade", "notice", "incident_id", "lon", "lat"),
    )
    return {
        **{name: getattr(lead, name) for name in same},
        **{name: facts.facts[name] for name in ("roads", "reasons", "clauses")},
        "vehicle_id": plates.vehicle(lead.vehicle_id, lead.plate),
        "plate": plates.plate(lead.plate),
        "entered_at": local(lead.entered_at, lead),
        "left_at": local(lead.left_at, lead),
        "fit_for_enforcement": fit(lead, facts.facts),
    }


def whole_of(lead: Lead, known: Whole, plates: Plates, lang: str) -> LeadWhole:
    """Return everything about a lead, but for its fixes."""
    facts = known.facts.facts
    undone = {event.id for event in known.events if event.undone_by is not None}
    return LeadWhole.model_validate(
        {
            **_row(lead, known.facts, plates),
            **{name: facts[name] for name in _NAMED},
            "route": facts["route"] if lang == "zh" else facts["route_en"],
            "entry": _end(facts, "entry"),
            "exit": _end(facts, "exit"),
            "geometry": {"type": "LineString", "coordinates": known.facts.line},
            "basis": Judged.model_validate(known.basis, from_attributes=True),
            "runs": known.runs,
            "notes": [each[lang] for each in known.notes],
            "events": [
                Event(
                    at=local(event.at, lead),
                    actor=event.actor,
                    role=event.role,
                    act=event.act,
                    code=event.code,
                    why=event.why,
                    undone=event.id in undone,
                )
                for event in known.events
            ],
            "violation_id": known.violation and known.violation.id,
            "track": known.track_since and Kept(since=local(known.track_since, lead)),
            "added_at": local(lead.added_at, lead),
            "closed_at": lead.closed_at and local(lead.closed_at, lead),
            "plates": shown(plates),
            "says": says([lead.grade], plates, lang),
        }
    )


def _end(facts: dict[str, Any], name: str) -> End:
    return End(
        how=facts[name],
        from_road=facts[f"{name}_from"],
        **{part: facts[f"{name}_{part}"] for part in ("street", "number", "lon", "lat")},
    )


def acted(lead: Lead, act: str, violation_id: str | None = None) -> Acted:
    """Return where a lead stands after an act; nothing in it is personal data, because answers are kept for a while."""
    names = ("lead_id", "state", "assignee", "merged_into", "version")
    return Acted(act=act, violation_id=violation_id, **{name: getattr(lead, name) for name in names})


def violation_row(found: Found, plates: Plates) -> ViolationRow:
    """Return a violation with what it was judged by."""
    violation, lead, basis = found
    return ViolationRow.model_validate(
        {
            **{
                name: getattr(violation, name)
                for name in (
                    *("id", "officer", "why", "acknowledged", "confirmed_at", "revoked_at", "revoked_by"),
                    "revoked_why",
                )
            },
            "state": "standing" if violation.revoked_at is None else "revoked",
            "lead_id": lead.lead_id,
            "vehicle_id": plates.vehicle(lead.vehicle_id, lead.plate),
            "plate": plates.plate(lead.plate),
            "entered_at": local(lead.entered_at, lead),
            "left_at": local(lead.left_at, lead),
            **{name: getattr(lead, name) for name in ("verdict", "enforceable", "grade", "notice")},
            "fit_for_enforcement": fit(lead, basis.options),
            **{name: getattr(basis, name) for name in ("notice_sha256", "zone_sha256", "program")},
        }
    )


def instant(number: int) -> dt.datetime:
    """Return the instant of a number in a cursor, which may be anything: what lies beyond all times is the last of them."""
    try:
        return _EPOCH + number * _MICROSECOND
    except OverflowError:
        return _LAST if number > 0 else _FIRST


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_FIRST, _LAST = (dt.datetime(year, 1, 2, tzinfo=dt.UTC) for year in (1, 9999))
_MICROSECOND = dt.timedelta(microseconds=1)
