"""Which leads of a vehicle count as one occasion: the policy of the notice's place, as data. All leads stay; they share an incident.

A pure function of the leads: neither their order nor what is known of other vehicles changes it.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from truckban.notices.model import Repeats
from truckban.traces.lead.leads import Lead
from zones.text import Text

NO_RULE = Text(
    "通告没有写重复经过怎样计算，也没有给出别的依据：每次经过各计一次",
    "the notice does not say how repeated passages count, and no other rule is known: each passage is counted",
)
_DAY = len("2024-05-08")
_UNITS = {
    "passage": Text("每次经过计一次", "each passage counts"),
    "day": Text("同一天的经过合计一次", "passages of one day count once"),
    "road": Text("同一道路上的经过合计一次", "passages on one road count once"),
}


def counted_once(parts: Sequence[Lead], policy: Repeats | None, leads: Iterable[Lead]) -> list[Lead]:
    """Return parts of passages with the incident that each lead belongs to.

    An incident is called by the id of its first lead. Parts that are no leads belong to none.

    Args:
        parts: of any vehicles, in any order.
        policy: what counts as one occasion; None where no rule is known: then only parts of one passage that touch are one.
        leads: which of the parts are leads.
    """
    by_vehicle: dict[str, dict[str, Lead]] = {}
    for lead in leads:
        by_vehicle.setdefault(lead.vehicle_id, {})[lead.lead_id] = lead
    incident: dict[str, str] = {}
    for own in by_vehicle.values():
        incident |= _incidents(list(own.values()), policy)
    rule = policy.unit if policy else "none"
    return [
        replace(part, incident_id=incident[part.lead_id], repeat_rule=rule) if part.lead_id in incident else part
        for part in parts
    ]


def _incidents(leads: list[Lead], policy: Repeats | None) -> dict[str, str]:
    """Return the incident of each lead of one vehicle: what is linked, over whatever leads between, is one."""
    leads = sorted(leads, key=lambda lead: (lead.begin_s, lead.end_s, lead.lead_id))
    gap_s = 60.0 * policy.merge_gap_minutes if policy else 0.0
    unit = policy.unit if policy else "passage"
    rows: dict[Hashable, list[int]] = {}
    for n, lead in enumerate(leads):
        for road in (lead.roads or ("",)) if unit == "road" else ("",):
            rows.setdefault(road, []).append(n)
    linked = _Linked(len(leads))
    for group in rows.values():
        last = group[0]
        for a, b in pairwise(group):
            last = max(last, a, key=lambda n: leads[n].end_s)
            if leads[b].begin_s - leads[last].end_s <= gap_s:
                linked.link(last, b)
    if unit == "day":
        first_of: dict[str, int] = {}
        for n, lead in enumerate(leads):
            linked.link(first_of.setdefault(lead.entered_at[:_DAY], n), n)
    return {lead.lead_id: leads[linked.first(n)].lead_id for n, lead in enumerate(leads)}


class _Linked:
    """Which of some numbers belong together."""

    def __init__(self, count: int) -> None:
        self._before = list(range(count))

    def first(self, n: int) -> int:
        """Return the least number that n is linked to, over whatever lies between."""
        while self._before[n] != n:
            self._before[n] = self._before[self._before[n]]
            n = self._before[n]
        return n

    def link(self, a: int, b: int) -> None:
        first, second = sorted((self.first(a), self.first(b)))
        self._before[second] = first


def repeats_words(policy: Repeats | None) -> Text:
    """Return the policy in a sentence, with where it is from."""
    if policy is None:
        return NO_RULE
    unit = _UNITS[policy.unit]
    gap = f"{policy.merge_gap_minutes:g}"
    joined = policy.merge_gap_minutes > 0
    zh = f"{unit.zh}，间隔不超过 {gap} 分钟的合为一次" if joined else unit.zh
    en = f"{unit.en}; those no more than {gap} minutes apart are one" if joined else unit.en
    source = policy.clause or policy.source
    return Text(f"{zh}（{source}）：{policy.why.zh}", f"{en} ({source}): {policy.why.en}")


def repeats_facts(policy: Repeats | None) -> Mapping[str, Any]:
    """Return what `run.json` says of the policy."""
    words = repeats_words(policy)
    return {
        "unit": policy.unit if policy else None,
        "merge_gap_minutes": policy.merge_gap_minutes if policy else None,
        "clause": policy.clause if policy else None,
        "source": policy.source if policy else None,
        "why": {"zh": words.zh, "en": words.en},
    }
