"""What a loaded vehicle may weigh: the law's table as data, and the limits that are possible for what is known of a vehicle."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from enterprises.errors import Text

Kind = Literal["truck", "train"]
Effect = Literal["licence", "may_lift"]
Year = Literal["rolling", "calendar"]


@dataclass(frozen=True, slots=True)
class MassRow:
    """One row of the table: so many axles (`and_more`: or more), a truck or a train, so many kilograms at most.

    Attributes:
        one_drive_axle_kg: the limit where the tractor has one drive axle, if that makes a difference.
        item: where in the article it stands.
        most_single: how many axles the rule about single tyres can count at most.
    """

    axles: int
    and_more: bool
    kind: Kind
    kg: int
    one_drive_axle_kg: int | None
    item: str
    most_single: int


@dataclass(frozen=True, slots=True)
class Special:
    """A kind of vehicle that the table does not judge alone, known by words of its type.

    Attributes:
        effect: `licence`, the licence's total mass is the limit; `may_lift`, it may be over and yet no over-limit vehicle.
        known_from: how far the fact can be trusted; see the data file.
    """

    id: str
    effect: Effect
    article: str
    known_from: str
    words: tuple[str, ...]
    text: Text


@dataclass(frozen=True, slots=True)
class Counter:
    """What the law counts over one year: more than `more_than` times, or percent of a fleet.

    Attributes:
        year: `rolling`, any year on end; `calendar`, from 1 January.
        reason: why that one.
    """

    id: str
    who: Literal["vehicle", "carrier"]
    more_than: int
    title: Text
    article: str
    known_from: str
    article_known_from: str
    year: Year
    reason: Text


@dataclass(frozen=True, slots=True)
class Plausible:
    """Which numbers can be meant, bounds included; no law."""

    gross_kg: tuple[int, int]
    other_kg: tuple[int, int]
    tonnes_without_unit: tuple[int, int]
    kg_without_unit: tuple[int, int]
    axles: tuple[int, int]


@dataclass(frozen=True)
class Limits:
    """The data file.

    Attributes:
        includes_limit: whether a vehicle of exactly the limit is over it.
        rows: by axles.
        less_kg: how much less for each axle with single tyres that the rule counts.
        words: of a vehicle's type, by kind, in the order in which they are looked for.
        sha256: of the file.
    """

    id: str
    title: Text
    article: str
    known_from: str
    includes_limit: bool
    rows: tuple[MassRow, ...]
    less_kg: int
    single_item: str
    exceptions: tuple[Special, ...]
    counters: Mapping[str, Counter]
    words: Mapping[Kind, tuple[str, ...]]
    plausible: Plausible
    sha256: str


class Case(NamedTuple):
    """What is known of a vehicle's axles; None where it is not.

    Attributes:
        single_axles: axles with single tyres that the rule counts.
        exception: the place of its exception in `Limits.exceptions`.
    """

    axles: int | None = None
    kind: Kind | None = None
    drive_axles: int | None = None
    single_axles: int | None = None
    exception: int | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """The limits that are possible for a case.

    Attributes:
        low_kg: the least of them; None where the table has none for such a vehicle, or the licence says it.
        high_kg: the largest; the same where the limit is known.
        article: where it stands in the law.
        missing: the facts that would narrow it.
        licence: whether the licence's total mass is the limit.
        may_lift: whether a vehicle over it may be no over-limit vehicle.
    """

    low_kg: int | None
    high_kg: int | None
    article: str
    missing: tuple[str, ...] = ()
    licence: bool = False
    may_lift: bool = False


def limit_of(limits: Limits, case: Case) -> Range:
    """Return the limits that are possible for what is known; what is unknown is taken for neither side.

    Nothing narrows a limit that is the same either way: drive axles below six axles, tyres of a two-axle truck. More axles with
    single tyres than the rule can count are a number that means something else, so it is not used.
    """
    exception = None if case.exception is None else limits.exceptions[case.exception]
    if exception is not None and exception.effect == "licence":
        return Range(None, None, exception.article, licence=True)
    rows = [row for row in limits.rows if _fits(row, case)]
    lift = exception is not None and exception.effect == "may_lift"
    if not rows:
        return Range(None, None, limits.article, may_lift=lift)
    possible = [kg for row in rows for kg in _possible(limits, row, case)]
    items = dict.fromkeys(row.item for row in rows) if case.axles is not None else {}
    article = limits.article + "/".join(items)
    if case.single_axles:
        article += f"、{limits.single_item}"
    low, high = min(possible), max(possible)
    missing = tuple(_missing(limits, rows, case)) if low != high else ()
    return Range(low, high, article, missing, may_lift=lift)


def _fits(row: MassRow, case: Case) -> bool:
    of_axles = case.axles is None or case.axles == row.axles or (row.and_more and case.axles > row.axles)
    return of_axles and case.kind in (None, row.kind)


def _possible(limits: Limits, row: MassRow, case: Case) -> Iterator[int]:
    plain = {row.kg}
    if row.one_drive_axle_kg is not None and case.drive_axles is None:
        plain.add(row.one_drive_axle_kg)
    if row.one_drive_axle_kg is not None and case.drive_axles == 1:
        plain = {row.one_drive_axle_kg}
    most = _most_single(row, case)
    counts = (case.single_axles,) if case.single_axles is not None and case.single_axles <= most else (0, most)
    for kg in plain:
        for count in counts:
            yield max(0, kg - limits.less_kg * count)


def _most_single(row: MassRow, case: Case) -> int:
    """Return how many axles may have single tyres that count; more drive axles leave fewer."""
    more_drive = max(0, (case.drive_axles or 1) - 1)
    axles = row.axles if case.axles is None else case.axles
    return max(0, min(row.most_single + axles - row.axles, axles - 1 - more_drive))


def _missing(limits: Limits, rows: list[MassRow], case: Case) -> Iterator[str]:
    """Yield the unknown facts on which the limit depends, the axles first."""
    if case.axles is None:
        yield "axles"
    if case.kind is None and len({row.kind for row in rows}) > 1:
        yield "kind"
    if case.drive_axles is None and any(row.one_drive_axle_kg is not None for row in rows):
        yield "drive_axles"
    if limits.less_kg and any(_unsure_single(row, case) for row in rows):
        yield "single_axles"


def _unsure_single(row: MassRow, case: Case) -> bool:
    most = _most_single(row, case)
    return most > 0 and (case.single_axles is None or case.single_axles > most)


def exception_of(limits: Limits, text: str) -> int | None:
    """Return the place of the first exception one of whose words stands in a vehicle's type."""
    plain = text.casefold()
    places = (place for place, known in enumerate(limits.exceptions) if any(word in plain for word in known.words))
    return next(places, None)


def kind_of_vehicle(limits: Limits, text: str) -> Kind | None:
    """Return whether a vehicle's type is that of a truck or of a train; None where it says neither."""
    plain = text.casefold()
    return next((kind for kind, words in limits.words.items() if any(word in plain for word in words)), None)
