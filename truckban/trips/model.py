"""What a trip asks, and what is answered."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shapely.geometry.base import BaseGeometry

from truckban.trips.ends import End
from truckban.trips.lines import Line
from truckban.trips.rules import Judged, Word
from truckban.trips.ways import Way
from truckban.verdict import Verdict
from zones.routing.limits import Truck
from zones.text import Text

Kind = Literal["detour", "depart", "wait", "permit", "vehicle"]
Notes = tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class Options:
    """Assumptions of a plan.

    Attributes:
        margin_s: ways that are offered keep this far from the beginning and the end of every ban; a trip as asked that comes nearer is
            judged as it stands, and told so.
        ahead_s: how far ahead of the departure a lawful way is looked for.
        before_s: how much earlier than asked a departure may be offered.
    """

    margin_s: float = 120.0
    ahead_s: float = 7 * 86_400.0
    before_s: float = 86_400.0


@dataclass(frozen=True)
class Trip:
    """A question, read.

    Attributes:
        judged: the vehicle and its permits before the notices.
        truck: its figures as signs on streets ask for them.
        origin: where it begins.
        destination: where it ends.
        depart: when it leaves, seconds since 1970-01-01 UTC; None where the arrival is given.
        arrive: by when it has to be there.
        line: the way that is asked about, without times; None where the quickest is meant.
        fleet: other vehicles: the name, the same question for it.
        notes: what was taken for granted.
        timezone: in which answers are written.
    """

    judged: Judged
    truck: Truck
    origin: End
    destination: End
    depart: float | None
    arrive: float | None
    timezone: str
    line: Line | None = None
    fleet: tuple[tuple[str, Judged, Truck], ...] = ()
    notes: Notes = ()


@dataclass(frozen=True)
class Piece:
    """A part of the trip under one verdict.

    Attributes:
        word: lawful, unlawful or undetermined.
        since: seconds since 1970-01-01 UTC.
        until: likewise.
        roads: its streets.
        verdict: the strictest notice's verdict at its beginning.
    """

    word: Word
    since: float
    until: float
    roads: tuple[str, ...]
    verdict: Verdict


@dataclass(frozen=True)
class Moment:
    """A second of a way: where the truck is then, and the strictest notice's verdict. The first that is not lawful, in a plan."""

    at: dt.datetime
    road: str | None
    lon: float
    lat: float
    verdict: Verdict


@dataclass(frozen=True)
class Wanted:
    """What a permit would have to name: its streets, hours, day, and the area of streets without a name."""

    roads: tuple[str, ...]
    windows: tuple[str, ...]
    day: dt.date
    until: dt.date
    area: BaseGeometry | None = None


@dataclass(frozen=True)
class Alternative:
    """A way out.

    Attributes:
        kind: what is changed.
        way: as it would be driven.
        extra_s: by how much the span from the earlier departure to the later arrival is longer than the trip as asked.
        extra_m: by how much the way is longer.
        why: a sentence.
        permit: for `permit`.
        vehicle: for `vehicle`: its name.
    """

    kind: Kind
    way: Way
    extra_s: float
    extra_m: float
    why: Text
    permit: Wanted | None = None
    vehicle: str | None = None


@dataclass(frozen=True)
class Plan:
    """The answer to a trip.

    Attributes:
        trip: the question.
        word: of the trip as asked; undetermined where there is no way at all.
        way: as asked; None where there is none.
        pieces: its parts.
        first_unlawful: None where all is lawful.
        alternatives: the best first.
        why_none: why there is none; None where there are some or none is needed.
        says: sentences for the driver, the most important first.
        facts: zones and notices: for each rule, id, hash and grade.
    """

    trip: Trip
    word: Word
    way: Way | None
    pieces: tuple[Piece, ...] = ()
    first_unlawful: Moment | None = None
    alternatives: tuple[Alternative, ...] = ()
    why_none: Text | None = None
    says: Notes = ()
    facts: tuple[Mapping[str, Any], ...] = ()
