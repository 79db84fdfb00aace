"""Conditions, ready to be asked of a case: one definition for a single case and for columns of them."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from truckban.alert_times import AlertTimes
from truckban.cases import Case
from truckban.facts import Fact
from truckban.hours import Hours, in_range
from truckban.logic import FALSE, TRUE, UNKNOWN
from truckban.notices import conditions as written
from truckban.notices.model import DateRange, Question
from truckban.vehicles.plates import plate_digit, read_plate
from zones.text import Text


class Node(Protocol):
    """A condition or a part of one."""

    @property
    def parts(self) -> Sequence["Node"]:
        """The conditions that this one is made of."""

    def holds(self, case: Case) -> Any:  # noqa: ANN401
        """Return the trit of this condition."""


@dataclass(frozen=True, slots=True)
class Every:
    """Kleene's and."""

    parts: Sequence[Node]

    def holds(self, case: Case) -> Any:  # noqa: ANN401
        """Return the least of the parts."""
        return case.logic.every(part.holds(case) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Some:
    """Kleene's or."""

    parts: Sequence[Node]

    def holds(self, case: Case) -> Any:  # noqa: ANN401
        """Return the greatest of the parts."""
        return case.logic.some(part.holds(case) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Opposite:
    """Kleene's not."""

    parts: Sequence[Node]

    def holds(self, case: Case) -> Any:  # noqa: ANN401
        """Return the opposite of the one part."""
        return -self.parts[0].holds(case)


@dataclass(frozen=True, slots=True)
class _Leaf:
    @property
    def parts(self) -> Sequence[Node]:
        return ()


@dataclass(frozen=True, slots=True)
class CategoryIn(_Leaf):
    """A category has one of some values."""

    fact: Fact
    mask: int

    def holds(self, case: Case) -> Any:  # noqa: ANN401
        """True where every possible value is wanted, false where none is."""
        possible = case.categories[self.fact.name]
        return case.logic.trit((possible & self.mask) != 0, (possible & ~self.mask) != 0)


@dataclass(frozen=True, slots=True)
class Bounded(_Leaf):
    """A number lies within bounds that say whether they include their number."""

    fact: Fact
    at_least: float | None
    more_than: float | None
    at_most: float | None
    less_than: float | None

    def holds(self, case: Case) -> Any:  # noqa: ANN401
        """Compare the interval of possible values with each bound."""
        low, high = case.numbers[self.fact.name]
        trit = case.logic.trit
        found = []
        if self.at_most is not None:
            found.append(trit(low <= self.at_most, high > self.at_most))
        if self.less_than is not None:
            found.append(trit(low < self.less_than, high >= self.less_than))
        if self.at_least is not None:
            found.append(trit(high >= self.at_least, low < self.at_least))
        if self.more_than is not None:
            found.append(trit(high > self.more_than, low <= self.more_than))
        return case.logic.every(found)


@dataclass(frozen=True, slots=True)
class PlateStarts(_Leaf):
    """The plate begins with one of some prefixes."""

    prefixes: tuple[str, ...]

    def holds(self, case: Case) -> Any:  # noqa: ANN401
        """Unknown without a plate."""
        return case.logic.each(case.plate, self._of)

    def _of(self, plate: str | None) -> int:
        return UNKNOWN if plate is None else TRUE if plate.startswith(self.prefixes) else FALSE


@dataclass(frozen=True, slots=True)
class PlateDigit(_Leaf):
    """The plate's last digit is restricted on the day."""

    rule: written.DigitRule

    def holds(self, case: Case) -> Any:  # noqa: ANN401
        """Ask, for each digit, whether the plate has it and the day restricts it; unknown without a plate."""
        logic = case.logic
        return logic.some(
            [
                logic.every([logic.each(case.plate, self._has(digit)), logic.by_day(case.day, self._restricts(digit))])
                for digit in range(10)
            ]
        )

    def _has(self, digit: int) -> Callable[[str | None], int]:
        def has(plate: str | None) -> int:
            known = None if plate is None else plate_digit(read_plate(plate), letters_as=self.rule.letters_as)
            return UNKNOWN if known is None else TRUE if known == digit else FALSE

        return has

    def _restricts(self, digit: int) -> Callable[[int], int]:
        return lambda ordinal: TRUE if digit in self.restricted(ordinal) else FALSE

    def restricted(self, ordinal: int) -> Sequence[int]:
        """Return the digits that a day restricts."""
        date = dt.date.fromordinal(ordinal)
        if self.rule.by_weekday is not None:
            return self.rule.by_weekday.get(written.WEEKDAYS[date.weekday()], [])
        return (self.rule.on_odd_days if date.day % 2 else self.rule.on_even_days) or []


@dataclass(frozen=True, slots=True)
class ReadAs(_Leaf):
    """The notice is read in one of the ways a question allows."""

    question: Question
    reading: str

    def holds(self, case: Case) -> Any:  # noqa: ANN401
        """Unknown while the question is open."""
        active = case.readings[self.question.id]
        return UNKNOWN if active is None else TRUE if active == self.reading else FALSE


@dataclass(frozen=True, slots=True)
class ByPerson(_Leaf):
    """What only a person can judge."""

    says: Text
    presumed: int

    def holds(self, case: Case) -> Any:  # noqa: ANN401, ARG002
        """Return what is presumed until a person has looked."""
        return self.presumed


@dataclass(frozen=True, slots=True)
class InZone(_Leaf):
    """The place belongs to a zone, as far as a norm counts its parts."""

    zone: str
    mask: int
    unstated: int = 0

    def holds(self, case: Case) -> Any:  # noqa: ANN401
        """Compare the possible parts; an edge of which the text says nothing is in neither mask for sure."""
        possible = case.zones[self.zone]
        return case.logic.trit((possible & (self.mask | self.unstated)) != 0, (possible & ~self.mask) != 0)


@dataclass(frozen=True, slots=True)
class InHours(_Leaf):
    """A window is open."""

    name: str
    hours: Hours

    def holds(self, case: Case) -> Any:  # noqa: ANN401
        """Ask the window."""
        return self.hours.holds(case.day, case.second, case.logic)


@dataclass(frozen=True, slots=True)
class OnDays(_Leaf):
    """The day passes a test: in force, not ended, within the rule's dates."""

    code: str
    of: Callable[[int], int]

    def holds(self, case: Case) -> Any:  # noqa: ANN401
        """Ask the day."""
        return case.logic.by_day(case.day, self.of)


@dataclass(frozen=True, slots=True)
class AlertIs(_Leaf):
    """One of some alert levels is in force."""

    levels: frozenset[str]

    def holds(self, case: Case) -> Any:  # noqa: ANN401
        """Levels not named by the caller are not in force; the verdict says that this was assumed."""
        return TRUE if self.levels & case.alerts else FALSE


@dataclass(frozen=True, slots=True)
class AlertThen(_Leaf):
    """One of some alert levels was in force at the case's instant, by what is known of all alerts there were."""

    levels: frozenset[str]
    times: AlertTimes

    def holds(self, case: Case) -> Any:  # noqa: ANN401
        """Ask the times."""
        return self.times.holds(self.levels, case)


@dataclass(frozen=True, slots=True)
class HasPermit(_Leaf):
    """Some permit of the kind covers the case."""

    kind: str | None

    def holds(self, case: Case) -> Any:  # noqa: ANN401
        """Ask the permits."""
        return case.permits.cover(self.kind, case)


def leaves(node: Node) -> Iterator[Node]:
    """Yield the leaves of a condition, left to right."""
    if not node.parts:
        yield node
    for part in node.parts:
        yield from leaves(part)


def compiled(condition: Any, facts: Mapping[str, Fact], questions: Mapping[str, Question]) -> Node:  # noqa: ANN401
    """Make a condition of the notice ready to be asked."""

    def make(part: Any) -> Node:  # noqa: ANN401, PLR0911
        match part:
            case written.AllOf():
                return Every([make(p) for p in part.all])
            case written.AnyOf():
                return Some([make(p) for p in part.any])
            case written.Not():
                return Opposite([make(part.not_)])
            case written.PlateStarts():
                return PlateStarts(tuple(part.plate_starts))
            case written.PlateDigit():
                return PlateDigit(part.plate_digit)
            case written.Asked():
                return ReadAs(questions[part.question], part.reading)
            case written.ByPerson():
                return ByPerson(part.person.text, UNKNOWN if part.presume == "unknown" else FALSE)
        return _fact(part, facts[part.fact])

    return make(condition)


def _fact(part: written.FactIs, fact: Fact) -> Node:
    if part.in_ is not None:
        return CategoryIn(fact, fact.mask(part.in_))
    if part.is_ is not None:
        return CategoryIn(fact, fact.mask(["true" if part.is_ else "false"]))
    return Bounded(fact, part.at_least, part.more_than, part.at_most, part.less_than)


def within(dates: DateRange) -> Callable[[int], int]:
    """Return the test of a day against a range of dates."""
    return lambda ordinal: TRUE if in_range(ordinal, dates) else FALSE
