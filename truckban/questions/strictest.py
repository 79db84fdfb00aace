"""One answer where the notices of several places are heard: the strictest, and which notice it rests on."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from truckban.far import CODE as FAR
from truckban.far import far_text
from truckban.norms import Notice
from truckban.questions.asking import zone_facts
from truckban.questions.jurisdiction import Jurisdiction
from truckban.verdict import Question, Verdict, decide
from zones.locate import Locator
from zones.text import Text

_STRICTEST = ("prohibited", "undetermined", "allowed")
_NEAREST = ("inside", "carve_out", "boundary_road", "unsure", "outside")
_IN_A_ZONE = ("inside", "carve_out", "boundary_road")
_NO_LONGER = ("notice.not_in_force", "notice.ended")
_TRIES = 16


class Heard(NamedTuple):
    """A notice that is asked, with what it is asked."""

    jurisdiction: Jurisdiction
    notice: Notice
    ground: Locator | None
    question: Question

    def verdict(self) -> Verdict:
        """Return what it says."""
        until = self.jurisdiction.shelf.until(self.notice)
        return decide(self.notice, self.question, zone=zone_facts(self.ground), until=until)

    def verdict_at(self, at: dt.datetime) -> Verdict | None:
        """Return what it says of another instant; None where another notice of the place answers by then."""
        if self.jurisdiction.at(at)[0] is not self.notice:
            return None
        return self._replace(question=replace(self.question, at=at)).verdict()


def strictest(heard: Sequence[Heard]) -> Verdict:
    """Return the strictest of several verdicts: prohibited before undetermined before allowed.

    Of equal ones it is that on which a penalty could stand, of a notice in force, that has the place in its zone, in this order; then that
    of the first id. It names what would settle all that are undetermined, and advises only what all of them allow.

    Args:
        heard: one of a place at most; the same answer in whatever order.
    """
    asked = _with_maps(heard)
    if len(asked) == 1:
        return asked[0].verdict()
    verdicts = sorted((each.verdict() for each in asked), key=rank)
    lead = verdicts[0]
    alike = [verdict for verdict in verdicts if verdict.verdict == lead.verdict]
    missing, warnings = lead.missing, lead.warnings
    if lead.verdict == "undetermined":
        missing = tuple(dict.fromkeys(name for verdict in alike for name in verdict.missing))
        warnings = tuple(dict.fromkeys(warning for verdict in alike for warning in verdict.warnings))
    warnings = (*(warning for warning in warnings if warning[0] != FAR), *_of_all(asked, verdicts))
    return replace(lead, missing=missing, warnings=warnings, advice=_advice(asked, lead))


def rank(verdict: Verdict) -> tuple[int, bool, bool, int, str]:
    """Return where a verdict stands among others on the same case, the least first: the one that answers."""
    over = any(reason.code in _NO_LONGER for reason in verdict.reasons)
    order = _STRICTEST.index(verdict.verdict), not verdict.enforceable, over, _NEAREST.index(verdict.place)
    return *order, verdict.notice


def _with_maps(heard: Sequence[Heard]) -> Sequence[Heard]:
    """Leave out those without a map where a map of another place has the position in its zone: there are no two notices' zones in one."""
    if any(each.ground is not None and each.question.place.word in _IN_A_ZONE for each in heard):
        return [each for each in heard if each.ground is not None or not _is_position(each)]
    return heard


def _is_position(each: Heard) -> bool:
    lon = each.question.place.lon
    return lon == lon  # noqa: PLR0124 - NaN where no position was given


def _of_all(asked: Sequence[Heard], verdicts: Sequence[Verdict]) -> list[tuple[str, Text]]:
    """Return what is to be said of the place by all maps together: that it is far from them, or that its road may be another one."""
    found = []
    far = [each.notice for each in asked if any(code == FAR for code, _ in each.question.place.notes)]
    if far:
        found.append((FAR, far_text(sorted(far, key=lambda notice: notice.id))))
    by_road = all(isinstance(each.question.place.on, frozenset) and not each.question.place.notes for each in asked)
    if by_road and len({verdict.verdict for verdict in verdicts}) > 1:
        found.append(_several_roads([each.notice for each in asked]))
    return found


def _several_roads(notices: Sequence[Notice]) -> tuple[str, Text]:
    listed = sorted({f"{notice.pack.place.name} ({notice.id})" for notice in notices})
    return (
        "place.road_in_several",
        Text(
            f"几个地方都有这条道路：{'、'.join(listed)}；按最严的回答，请给出位置或写明 notice",
            f"several places have a road of this name: {', '.join(listed)}; the strictest answers: give a position, or name the `notice`",
        ),
    )


def _advice(asked: Sequence[Heard], lead: Verdict) -> tuple[Mapping[str, Any], ...]:
    """Return the advice of a verdict, or of those that do not allow what it advises; none where not all of them allow it."""
    advice = lead.advice
    for _ in range(_TRIES):
        if not advice:
            break
        at = dt.datetime.fromisoformat(advice[0]["at"])
        then = [verdict for each in asked if (verdict := each.verdict_at(at)) is not None]
        if len(then) < len(asked):
            break
        first = min(then, key=rank)
        if first.verdict == "allowed":
            return advice
        advice = first.advice
    return ()
