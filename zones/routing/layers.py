"""What several clauses on one street say together: what always holds, and what holds at times.

Of clauses that apply the last one counts. One of which it is not known whether it applies (a figure of the truck is missing,
a word is not understood) closes and does not open: no way is ever guessed open.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from zones.routing.opening import ALWAYS
from zones.text import Text

Verdict = Literal["yes", "no", "destination", "unknown"]
# the freer, the higher
_RANK: dict[Verdict, int] = {"no": 0, "unknown": 1, "destination": 2, "yes": 3}
_CLOSED: tuple[Verdict, ...] = ("no", "unknown")


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the strictest verdict; `no` is stricter than `unknown`."""
    return min(verdicts, key=_RANK.__getitem__, default="yes")


@dataclass(frozen=True, slots=True)
class Said:
    """What one clause says to one truck.

    Attributes:
        outcome: where it applies.
        times: `opening_hours` expressions that must all hold; none is always.
        applies: False is never for this truck, None is not known.
        purpose: for those only who have their destination on the street.
        why: sentences.
        missing: the truck's figures that would tell whether it applies, or what it comes to.
    """

    outcome: Verdict
    times: tuple[str, ...] = ()
    applies: bool | None = True
    purpose: bool = False
    why: tuple[Text, ...] = ()
    missing: tuple[str, ...] = ()


class Sum(NamedTuple):
    """What all clauses come to; as `limits.Use`."""

    verdict: Verdict
    why: tuple[Text, ...] = ()
    missing: tuple[str, ...] = ()
    closed_when: tuple[str, ...] = ()
    destination_when: tuple[str, ...] = ()


@dataclass(slots=True)
class _Stack:
    base: Verdict = "yes"
    layers: list[Said] = field(default_factory=list)
    why: list[Text] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, said: Said) -> None:
        opens_nothing = said.outcome == self.base == "yes" and not self.layers
        if said.applies is False or (opens_nothing and (said.times or said.purpose or said.applies is None)):
            return
        if said.purpose and said.outcome in _CLOSED:
            said = replace(said, applies=None)  # closed to those who have to go there: nobody means that
        if said.applies is None:
            self._unsure(said)
        elif said.purpose:
            self._for_destination(said)
        elif said.times:
            self.layers.append(said)
        else:
            self.base, self.layers, self.why, self.missing = said.outcome, [], [], []
        self.why += said.why
        self.missing += said.missing

    def _unsure(self, said: Said) -> None:
        freer = _RANK[said.outcome] > _RANK[self.base]
        if said.times and not freer:
            if said.outcome != self.base:
                self.layers.append(replace(said, outcome="unknown"))
        elif said.outcome != self.base:
            self.base = "unknown"
        if said.outcome in _CLOSED and not said.times:
            self.layers = [one if one.outcome in _CLOSED else replace(one, outcome="unknown") for one in self.layers]

    def _for_destination(self, said: Said) -> None:
        if said.times:
            self.layers.append(replace(said, outcome="destination"))
            return
        self.layers = [replace(one, outcome="destination") if one.outcome in _CLOSED else one for one in self.layers]
        if self.base in _CLOSED:
            self.base = "destination"

    def sum(self) -> Sum:
        outcomes: list[Verdict] = [self.base, *(one.outcome for one in self.layers)]
        verdict = max(outcomes, key=_RANK.__getitem__)
        closed = self._when(_CLOSED, "no") if verdict not in _CLOSED else ()
        destination = self._when(("destination",), "destination") if verdict == "yes" else ()
        why, missing = tuple(dict.fromkeys(self.why)), tuple(dict.fromkeys(self.missing))
        return Sum(verdict, why, missing, closed, destination)

    def _when(self, outcomes: tuple[Verdict, ...], word: str) -> tuple[str, ...]:
        """Return when one of some outcomes holds, as `opening.closed_between` reads it."""
        marks = [self.base in outcomes, *(one.outcome in outcomes for one in self.layers)]
        if not any(marks):
            return ()
        times = [ALWAYS, *(" AND ".join(one.times) for one in self.layers)]
        if marks == sorted(marks):  # nothing lifts what is before it: each stands for itself
            return tuple(dict.fromkeys(when for mark, when in zip(marks, times, strict=True) if mark))
        first = marks.index(True)
        laid = zip(marks[first:], times[first:], strict=True)
        return ("; ".join(f"{word if mark else 'yes'} @ ({when})" for mark, when in laid),)


def sum_of(clauses: Iterable[Said]) -> Sum:
    """Return what clauses come to, in their order."""
    stack = _Stack()
    for clause in clauses:
        stack.add(clause)
    return stack.sum()


def all_of(sums: Iterable[Sum]) -> Sum:
    """Return what binds where each of several must be kept; a street that is closed lacks no figure."""
    given = list(sums)
    verdict = worst(one.verdict for one in given)
    why = tuple(dict.fromkeys(text for one in given for text in one.why))
    if verdict == "no":
        return Sum(verdict, why)
    return Sum(
        verdict,
        why,
        tuple(dict.fromkeys(name for one in given for name in one.missing)),
        tuple(dict.fromkeys(when for one in given for when in one.closed_when)),
        tuple(dict.fromkeys(when for one in given for when in one.destination_when)),
    )
