"""Is the shipper of a trip, or of a permit application, on the published list: on the day, on all the days of a permit?

    check_shipper(Matcher(registry), "汇鑫商砼", on=dt.date(2024, 5, 8)).status    # "listed"

The answer is a fact for the person who decides, with the list it rests on; it accuses nobody.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from enterprises.names import Candidate, Matcher
from enterprises.registry import Entry, ListDocument, Registry, Span
from truckban.freight.enterprise_answers import told
from zones.errors import InputError
from zones.text import Text

STATUSES = ("listed", "in_part", "not_on_the_day", "on_no_list", "unclear", "no_list_known")
PLAUSIBLE = 0.6
"""A candidate of this score differs in nothing that makes it another firm for certain (`enterprises.names`)."""
DAY = dt.timedelta(days=1)
_MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Maybe:
    """An enterprise that the name may mean: why, and when it was listed."""

    enterprise: str
    name: str
    score: float
    why: Text
    listed: bool | None
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Shipper:
    """What the lists say of a shipper.

    Attributes:
        status: `listed` on all the days asked for; `in_part` on some of them; `not_on_the_day`: on none of them, though on other
            days or on a list that was withdrawn; `on_no_list`: no enterprise of any list is meant; `unclear`: the name may mean
            one of `candidates`, a person has to say which; `no_list_known`: no list of the first day is at hand.
        name: the shipper as given.
        on, to: the days asked for, both included.
        match: the enterprise that is meant, as of the first day, if it is sure.
        spans: when that was listed, oldest first.
        lists: the lists in force on the days, oldest first: the source.
        candidates: the best first; not the match.
        warnings: `(code, sentence)` of the matching.
    """

    status: str
    name: str
    on: dt.date
    to: dt.date
    match: Entry | None
    spans: tuple[Span, ...]
    lists: tuple[ListDocument, ...]
    candidates: tuple[Maybe, ...]
    warnings: tuple[tuple[str, Text], ...]

    @property
    def listed(self) -> bool | None:
        """Whether it was listed on all the days; None where nobody can say."""
        return {"listed": True, "unclear": None, "no_list_known": None}.get(self.status, False)

    @property
    def reason(self) -> Text:
        """Why, in a sentence."""
        return _REASONS[self.status](self)

    @property
    def source(self) -> Text | None:
        """The documents that the answer rests on, None where there is none."""
        if not self.lists:
            return None
        return Text(
            "；".join(f"{one.title} {one.doc_no or ''}（自 {one.valid_from} 起）" for one in self.lists),
            "; ".join(f"{one.title} {one.doc_no or ''} (from {one.valid_from})" for one in self.lists),
        )


def check_shipper(
    matcher: Matcher, name: str, on: dt.date, *, to: dt.date | None = None, credit_code: str | None = None
) -> Shipper:
    """Return what the lists say of a shipper on a day, or on all the days of a permit.

    Args:
        matcher: of a registry.
        name: as somebody wrote it.
        on: the day of the trip; the first day of a permit.
        to: the last day of a permit, included. The newest list is taken to hold on, as lists do until another comes.
        credit_code: the unified social credit code, where there is one.

    Raises:
        InputError: the name cannot be one, or `to` is before `on` or ten years after it.
    """
    to = to or on
    if not on <= to <= on + _MOST_DAYS * DAY:
        raise InputError(
            Text(
                f"截止日 {to} 应在 {on} 当日或之后十年之内", f"the last day {to} is {on} or within ten years after it"
            ),
            field="to",
        )
    with told():
        answer = matcher.match(name, credit_code=credit_code)
        entry = matcher.entry(answer, on)
    registry = matcher.registry
    spans = registry.spans(entry.id) if entry else ()
    known = registry.in_force(on) is not None
    candidates = tuple(
        _maybe(registry, one, on) for one in answer.candidates if entry is None or one.enterprise != entry.id
    )
    if not known:
        status = "no_list_known"
    elif entry is not None:
        status = _held(spans, on, to)
    else:
        status = "unclear" if any(one.score >= PLAUSIBLE for one in candidates) else "on_no_list"
    warnings = tuple((code, Text(*text)) for code, text in answer.warnings)
    return Shipper(status, name, on, to, entry, spans, _in_force(registry, on, to), candidates, warnings)


def _held(spans: tuple[Span, ...], on: dt.date, to: dt.date) -> str:
    if any(span.holds(on) and span.holds(to) for span in spans):
        return "listed"
    if any(span.since <= to and (span.to is None or span.to >= on) for span in spans):
        return "in_part"
    return "not_on_the_day"


def _in_force(registry: Registry, on: dt.date, to: dt.date) -> tuple[ListDocument, ...]:
    first = registry.in_force(on)
    return tuple(one for one in registry.lists if one is first or on < one.valid_from <= to)


def _maybe(registry: Registry, candidate: Candidate, on: dt.date) -> Maybe:
    entry = registry.entry(candidate.enterprise, on)
    listed = entry.listed if registry.in_force(on) else None
    spans = registry.spans(candidate.enterprise)
    return Maybe(candidate.enterprise, candidate.name, candidate.score, Text(*candidate.why), listed, spans)


def _when(spans: tuple[Span, ...]) -> Text:
    if not spans:
        return Text("从未在有效名单上", "it never stood on a list that holds")
    zh = "、".join(f"{span.since} 至 {span.to or '今'}" for span in spans)
    en = ", ".join(f"{span.since} to {span.to or 'now'}" for span in spans)
    return Text(f"在册时间：{zh}", f"listed {en}")


def _days(found: Shipper) -> Text:
    if found.on == found.to:
        return Text(str(found.on), str(found.on))
    return Text(f"{found.on} 至 {found.to}", f"{found.on} to {found.to}")


def _name(found: Shipper) -> str:
    return found.match.name if found.match else found.name


def _listed(found: Shipper) -> Text:
    days = _days(found)
    return Text(f"{_name(found)} 在名单上（{days.zh}）", f"{_name(found)} is on the list ({days.en})")


def _in_part(found: Shipper) -> Text:
    days, when = _days(found), _when(found.spans)
    return Text(
        f"{_name(found)} 在 {days.zh} 中只有一部分日子在名单上；{when.zh}",
        f"{_name(found)} is on the list on some of the days from {days.en} only; {when.en}",
    )


def _not_on_the_day(found: Shipper) -> Text:
    days, when = _days(found), _when(found.spans)
    return Text(
        f"{_name(found)} {days.zh} 不在名单上；{when.zh}", f"{_name(found)} is not on the list on {days.en}; {when.en}"
    )


def _on_no_list(found: Shipper) -> Text:
    return Text(f"已知的名单上都没有“{found.name}”", f"{found.name} is on none of the lists at hand")


def _unclear(found: Shipper) -> Text:
    likely = [one.name for one in found.candidates if one.score >= PLAUSIBLE]
    return Text(
        f"“{found.name}”可能是：{'、'.join(likely)}；须由人确认是哪一家",
        f"{found.name} may be: {', '.join(likely)}; a person has to say which",
    )


def _no_list_known(found: Shipper) -> Text:
    return Text(f"没有 {found.on} 的名单，无从判断", f"no list of {found.on} is at hand: nobody can say")


_REASONS = {
    "listed": _listed,
    "in_part": _in_part,
    "not_on_the_day": _not_on_the_day,
    "on_no_list": _on_no_list,
    "unclear": _unclear,
    "no_list_known": _no_list_known,
}


def shipper_json(found: Shipper, registry: Registry, lang: str) -> dict[str, Any]:
    """Return the answer as JSON."""
    source = found.source
    return {
        "status": found.status,
        "listed": found.listed,
        "shipper": found.name,
        "on": found.on.isoformat(),
        "to": found.to.isoformat(),
        "enterprise": found.match.id if found.match else None,
        "name": found.match.name if found.match else None,
        "spans": _spans(found.spans),
        "lists": [one.id for one in found.lists],
        "source": source.of(lang) if source else None,
        "reason": found.reason.of(lang),
        "candidates": [
            {
                "enterprise": one.enterprise,
                "name": one.name,
                "score": one.score,
                "why": one.why.of(lang),
                "listed": one.listed,
                "spans": _spans(one.spans),
            }
            for one in found.candidates
        ],
        "warnings": [{"code": code, "message": text.of(lang)} for code, text in found.warnings],
        "invented": registry.invented,
        "registry_sha256": registry.sha256,
    }


def _spans(spans: tuple[Span, ...]) -> list[dict[str, str | None]]:
    return [{"from": span.since.isoformat(), "to": span.to.isoformat() if span.to else None} for span in spans]
