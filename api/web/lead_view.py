"""Everything about a lead in words, for its page and its sheet."""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from api.leads.schemas import End as EndShown
from api.leads.schemas import LeadWhole
from truckban.hours import DAY_S
from truckban.logic import ONE, TRUE
from truckban.missing_words import missing_words
from truckban.norms import Notice
from truckban.notices.model import Rule
from truckban.report.lead_words import (
    CLASSES,
    basis_words,
    depth_words,
    entry_words,
    exit_words,
    fact_words,
    speed_words,
)
from truckban.report.phrases import say
from truckban.report.rows import distance, lasted, position
from truckban.report.words import FOR_A_PERSON, GRADES, VERDICTS, clause_of, permit_words, reading_words, reason_words
from truckban.traces.lead.evidence import EVIDENCE
from truckban.traces.lead.lead_facts import End
from truckban.traces.lead.repeats import repeats_words
from zones.text import Text

_HOUR_S = 3600


def lead_words(lead: LeadWhole, notice: Notice, lang: str, *, enterprise: str | None) -> dict[str, Any]:
    """Return a lead as a page tells it.

    Args:
        lead: as /v1 answers it, with plates as the caller may see them.
        notice: that it was judged by; of another version where that one is gone.
        lang: `zh` or `en`.
        enterprise: the name of the one that it came from.
    """
    entered, left = (dt.datetime.fromisoformat(at) for at in (lead.entered_at, lead.left_at))
    held: Any = lead  # it has the names that the words look at
    speed = speed_words(held)
    seconds = int((left - entered).total_seconds())
    return {
        "id": lead.lead_id,
        "day": f"{entered:%Y-%m-%d}",
        "from": f"{entered:%H:%M:%S}",
        "to": f"{left:%H:%M:%S}" if left.date() == entered.date() else f"{left:%m-%d %H:%M:%S}",
        "lasted": lasted(seconds, lang),
        "offset": f"{entered:%z}"[:3] + ":" + f"{entered:%z}"[3:5],
        "plate": lead.plate,
        "vehicle": lead.vehicle_id,
        "verdict": lead.verdict,
        "verdict_words": VERDICTS[lead.verdict].of(lang),
        "roads": _joined(lead.roads, lang),
        "route": lead.route,
        "entry": entry_words(end_of(lead.entry), f"{entered:%H:%M:%S}").of(lang),
        "exit": exit_words(end_of(lead.exit), f"{left:%H:%M:%S}").of(lang),
        "positions": f"{position((lead.entry.lon, lead.entry.lat))} → {position((lead.exit.lon, lead.exit.lat))}",
        "far": distance(lead.distance_inside_m, lang),
        "speed": speed and speed.of(lang),
        "depth": depth_words(held).of(lang),
        "fixes": lead.fixes,
        "fixes_inside": lead.fixes_inside,
        "sure": f"{math.floor(lead.probability * 100 + 1e-6)}%",
        "basis": [words.of(lang) for words in basis_words(held)],
        "on_streets": "path" in lead.why_probability,
        "reasons": list(_reasons(lead, notice, lang)),
        "clauses": [
            {"id": clause.id, "text": clause.text} for clause in notice.pack.clauses if clause.id in lead.clauses
        ],
        "missing": [missing_words(field, notice).of(lang) for field in lead.missing],
        "readings": [reading_words(name, notice).of(lang) for name in lead.other_readings],
        "enforceable": _enforceable(lead, notice, lang),
        "permit": [words.of(lang) for words in permit_words(lead.permit_status, notice)],
        "class": (CLASSES.get(lead.vehicle_class) or _plain(lead.vehicle_class)).of(lang),
        "facts": [fact_words(fact, notice).of(lang) for fact in lead.vehicle_facts],
        "evidence": [(EVIDENCE.get(code) or _plain(code)).of(lang) for code in _lacking(lead)],
        "grade": (GRADES.get(lead.grade) or _plain(lead.grade)).of(lang),
        "schematic": lead.grade == "schematic",
        "enterprise": enterprise or lead.enterprise_id,
        "repeats": repeats_words(notice.pack.repeats).of(lang),
        "incident": lead.incident_id,
        "notice": notice.pack.title,
        "doc_no": notice.pack.doc_no,
        "judged": lead.basis.model_dump(),
        "same_notice": notice.sha256 == lead.basis.notice_sha256,
        "says": lead.says,
    }


def end_of(end: EndShown) -> End:
    """Return an end as the words and the map know it."""
    return End(**end.model_dump())


def banned_hours(notice: Notice, codes: Sequence[str], day: dt.date) -> list[tuple[float, float]]:
    """Return when the bans among some reasons hold on a day, in hours: start included, end not."""
    bans = [norm.written for code, norm in notice.norms.items() if code in codes]
    names = dict.fromkeys(name for ban in bans if isinstance(ban, Rule) for name in ban.windows or ())
    hours = [notice.hours[name] for name in names]
    edges = sorted({0, DAY_S, *(edge for each in hours for edge in each.edges)})
    found: list[tuple[float, float]] = []
    for begin, end in pairwise(edges):
        if any(each.holds(day.toordinal(), begin, ONE) == TRUE for each in hours):
            joins = bool(found) and found[-1][1] == begin / _HOUR_S
            found.append((found.pop()[0] if joins else begin / _HOUR_S, end / _HOUR_S))
    return found


def _lacking(lead: LeadWhole) -> list[str]:
    """Return what is lacking now: once it is confirmed a person has verified it."""
    return [code for code in lead.evidence_missing if code != "person" or lead.state != "confirmed"]


def _plain(code: str) -> Text:
    return Text(code, code)


def _reasons(lead: LeadWhole, notice: Notice, lang: str) -> Iterator[dict[str, Any]]:
    for code in lead.reasons:
        clause = clause_of(code, notice)
        yield {
            "words": reason_words(code, notice).of(lang),
            "clause": clause if clause in lead.clauses else None,
            "for_a_person": code in FOR_A_PERSON,
        }


def _enforceable(lead: LeadWhole, notice: Notice, lang: str) -> dict[str, Any]:
    """Return whether a penalty could stand on it at all, and why."""
    if not lead.enforceable:
        codes = [code for code in lead.reasons if code.startswith("notice.")]
        why = _joined([reason_words(code, notice).of(lang) for code in codes], lang, "；")
        return {"can": False, "words": say("row.not_enforceable", lang), "why": why}
    for holds, name, why, can in (
        (lead.grade == "schematic", "row.not_on_schematic", "row.why_schematic", False),
        (lead.fit_for_enforcement is False, "row.not_on_schematic", "row.why_other_roads", False),
        (lead.verdict == "undetermined", "row.not_settled", "row.why_not_settled", None),
    ):
        if holds:
            return {"can": can, "words": say(name, lang), "why": say(why, lang)}
    return {"can": True, "words": say("row.enforceable", lang), "why": say("row.why_enforceable", lang)}


def _joined(words: Sequence[str], lang: str, between: str = "、") -> str:
    return (between if lang == "zh" else {"、": ", ", "；": "; "}[between]).join(words)
