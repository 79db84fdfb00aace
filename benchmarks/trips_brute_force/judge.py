"""Verdicts by position and second."""

# ruff: noqa: ANN401 - positions and kinds of them

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from msgspec.structs import replace
from shapely.geometry import shape

from trips_brute_force.blocks import Map
from trips_brute_force.drawing import seconds_of
from truckban.places import PlaceFacts, read_place
from truckban.questions.asking import read_question
from truckban.verdict import decide

if TYPE_CHECKING:
    from truckban.norms import Notice

NO, OPEN, ASK = "prohibited", "allowed", "undetermined"


class Judge:
    """What `decide` says of one vehicle, by position and second."""

    def __init__(self, drawn: Map, asked: Mapping[str, Any]) -> None:
        """Take the vehicle and the permits of a trip."""
        self.drawn = drawn
        self.case = {"vehicle": asked["vehicle"], "permits": asked["permits"]}
        self.questions: list[tuple[Notice, Any]] = []
        for rule in drawn.rules:
            case = self.case | {"at": "2024-05-08T10:00:00+08:00", "place": {"zone": "outside"}}
            self.questions.append((rule.shelf.first, read_question(case, rule.shelf.first, rule.ground)))
        marks = set(drawn.marks).union(*(seconds_of(permit.get("windows") or ()) for permit in asked["permits"]))
        self.marks = sorted(marks)
        self.areas = [shape(permit["area"]) for permit in asked["permits"] if permit.get("area")]
        self.known: dict[Any, str] = {}
        self.asked: dict[Any, tuple[PlaceFacts, ...]] = {}

    def kinds(self, lon: Any, lat: Any) -> list[Any]:
        """Return for each position what tells it from others: each map's place, edge and streets, and the permits' areas."""
        columns = [np.asarray(shapely.intersects_xy(area, lon, lat)).tolist() for area in self.areas]
        for rule in self.drawn.rules:
            columns += [rule.ground.places(lon, lat).tolist(), rule.ground.edge(lon, lat).tolist()]
            columns.append(list(rule.ground.roads(lon, lat)))
        return list(zip(*columns, strict=True))

    def places(self, lon: float, lat: float, kind: Any) -> tuple[PlaceFacts, ...]:
        """Return what each notice says of a position, or of the first one of its kind."""
        if kind not in self.asked:
            place = {"lon": lon, "lat": lat}
            self.asked[kind] = tuple(read_place(place, rule.shelf.first, rule.ground) for rule in self.drawn.rules)
        return self.asked[kind]

    def words(self, seconds: Sequence[int], lon: Any, lat: Any, names: Sequence[Any] | None = None) -> list[str]:
        """Return the strictest notice's verdict at each position and second; `names` are the streets driven on."""
        found = []
        kinds = self.kinds(lon, lat)
        for n, (second, x, y, kind) in enumerate(zip(seconds, lon.tolist(), lat.tolist(), kinds, strict=True)):
            places = self.places(x, y, kind)
            own = (kind, places) if names is None else self.on_own_street(kind, places, names[n])
            found.append(self.word(*own, second))
        return found

    def span(self, second: int) -> int:
        """Return the last instant at which anything can have changed; seconds since 1970."""
        midnight, of_day = midnight_of(second)
        return midnight + max(mark for mark in self.marks if mark <= of_day)

    def on_own_street(
        self, kind: Any, places: tuple[PlaceFacts, ...], name: str | None
    ) -> tuple[Any, tuple[PlaceFacts, ...]]:
        """Return the same as a plan has it: on its street only, also where that crosses another within its width."""
        roads = frozenset() if name is None else frozenset({name})
        own = [
            PlaceFacts(place.word, place.zones, roads, place.lon, place.lat, place.mapped, place.notes)
            for place in places
        ]
        return (kind, name), tuple(own)

    def word(self, kind: Any, places: tuple[PlaceFacts, ...], second: int) -> str:
        """Return the strictest notice's verdict on a kind of position at a second."""
        key = kind, self.span(second)
        if key not in self.known:
            instant = dt.datetime.fromtimestamp(key[1], tz=dt.UTC)
            words = [
                decide(notice, replace(question, at=instant, place=place)).verdict
                for (notice, question), place in zip(self.questions, places, strict=True)
            ]
            self.known[key] = next((word for word in (NO, ASK) if word in words), OPEN)
        return self.known[key]


def midnight_of(second: int) -> tuple[int, int]:
    """Return the midnight (UTC+8) before a second since 1970, and the second of that day."""
    of_day = (second + 28_800) % 86_400
    return second - of_day, of_day
