"""Plans of trips against a search of another kind: every street part at every second, on random small maps.

    python benchmarks/trips_brute_force.py --cases 10000 --seed 1

Maps are grids of 4 x 4 to 5 x 5 crossings (some blocks missing, some one-way, some without trucks, three speeds, forbidden turns);
zones are rings of their streets with a carve-out; notices, vehicles and permits are drawn at random. Each trip is planned by
`truckban.trips`, and again here: a street is cut where `truckban` itself gives positions on it another place, each part is
asked `decide` by position for each span of hours, and lawful ways are looked for among all instants at once (a whole number
whose bits are seconds). Drives take whole seconds in both, so the two must agree to the second.

Compared are: the quickest way as asked; whether it is lawful, and its first second that is not; the earliest lawful arrival
of departures from then on, and the latest departure that still arrives then; the latest lawful departure that arrives when
asked; and `decide`, at every second of driving, of every alternative (of `permit`, with the permit).
"""

# ruff: noqa: ANN401, C901, PLR2004, S311 - chances, positions and arrays of a generator of cases

import argparse
import datetime as dt
import json
import math
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from multiprocessing import Pool
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from shapely import LineString, Point
from shapely.geometry import shape

from truckban.asking import read_question
from truckban.notices.load import load_notice
from truckban.notices.shelf import Shelf
from truckban.places import PlaceFacts, read_place
from truckban.trips.answer import answer_trip
from truckban.trips.model import Options
from truckban.trips.rules import Rule
from truckban.verdict import decide
from zones.build import build_zone
from zones.coords import LocalPlane
from zones.errors import InputError
from zones.locate import Locator
from zones.network import Segment, Source, StreetNetwork, TurnRule
from zones.routing.ground import TripStreets
from zones.routing.speeds import NoStanding, Speed, Speeds
from zones.spec import ZoneSpec

if TYPE_CHECKING:
    from truckban.norms import Notice

PLANE = LocalPlane(121.0, 31.0)
TIMEZONE = ZoneInfo("Asia/Shanghai")
BLOCK_M = 200.0
WIDTH_M = 20.0
STAND_M = 100.0
COLUMNS, ROWS = "甲乙丙丁戊", "子丑寅卯辰"
# km/h; on `trunk` no truck may stand
# metres and seconds are whole numbers together: three paces
KMH = {"primary": 3.6, "secondary": 1.8, "tertiary": 1.2, "trunk": 3.6}
MS = {highway: kmh / 3.6 for highway, kmh in KMH.items()}
TRIPS_A_MAP = 5
NO, OPEN, ASK = "prohibited", "allowed", "undetermined"
# a permit for a street covers, by position, what lies within its width of the streets that it crosses; plans take each street alone
MOUTH = "at a crossing"
WORDS = {OPEN: "lawful", NO: "unlawful", ASK: "undetermined"}
Node = tuple[int, int]


# --- maps


@dataclass(frozen=True)
class Block:
    """A street from crossing to crossing."""

    start: Node
    end: Node
    name: str | None
    highway: str
    oneway: bool
    trucks: bool

    @property
    def id(self) -> str:
        """Unique on a map."""
        return f"{self.start}-{self.end}"

    def place(self, along_m: float) -> tuple[float, float]:
        """Return WGS 84 lon/lat of metres from its beginning."""
        share = along_m / BLOCK_M
        x, y = ((a + share * (b - a)) * BLOCK_M for a, b in zip(self.start, self.end, strict=True))
        point = PLANE.to_lonlat(Point(x, y))
        return point.x, point.y

    @property
    def segment(self) -> Segment:
        """The same for the program."""
        corners = [(BLOCK_M * x, BLOCK_M * y) for x, y in (self.start, self.end)]
        return Segment(
            id=self.id,
            name=self.name,
            highway=self.highway,
            line=PLANE.to_lonlat(LineString(corners)),
            width_m=WIDTH_M,
            oneway=self.oneway,
            truck_tags=() if self.trucks else (("hgv", "no"),),
        )


class Turn(NamedTuple):
    """A turn at a crossing that is forbidden, or the only one."""

    before: Block
    at: Node
    after: Block
    only: bool


@dataclass(frozen=True)
class Map:
    """Streets, turns, and notices with their zones."""

    blocks: tuple[Block, ...]
    turns: tuple[Turn, ...]
    rules: tuple[Rule, ...]
    streets: TripStreets
    marks: tuple[int, ...] = field(default=())
    parts_of: dict[str, list[float]] = field(default_factory=dict)


def random_blocks(rng: Random, columns: int, rows: int, rings: list[tuple[int, int, int, int]]) -> list[Block]:
    """Return the blocks of a grid; those of rings are all there."""
    blocks = []
    for across in (False, True):
        for line in range(rows if across else columns):
            on_ring = any(line in (ring[2:] if across else ring[:2]) for ring in rings)
            name = f"{ROWS[line]}街" if across else f"{COLUMNS[line]}路"
            name_ = None if not on_ring and rng.random() < 0.1 else name
            highway = rng.choice(("primary", "secondary", "secondary", "tertiary", "trunk"))
            oneway = rng.random() < 0.15
            against = rng.random() < 0.5
            for k in range((columns if across else rows) - 1):
                if not on_ring and rng.random() < 0.12:
                    continue
                ends = ((k, line), (k + 1, line)) if across else ((line, k), (line, k + 1))
                alone = rng.random() < 0.06
                trucks = on_ring or rng.random() >= 0.04
                start, end = reversed(ends) if oneway and against else ends
                blocks.append(Block(start, end, name_, highway, oneway or (alone and not on_ring), trucks))
    return blocks


def random_turns(rng: Random, blocks: list[Block]) -> list[Turn]:
    """Return some rules at crossings of three and more."""
    at: dict[Node, list[Block]] = {}
    for block in blocks:
        for node in (block.start, block.end):
            at.setdefault(node, []).append(block)
    crossings = [node for node, met in at.items() if len(met) > 2]
    turns: list[Turn] = []
    for node in rng.sample(crossings, min(len(crossings), rng.choice((0, 0, 1, 2, 4)))):
        before, after = rng.sample(at[node], 2)
        if not (before.oneway and before.start == node) and not (after.oneway and after.end == node):
            turns.append(Turn(before, node, after, only=rng.random() < 0.3))
    return turns


def random_ring(rng: Random, columns: int, rows: int) -> tuple[int, int, int, int]:
    """Return the columns and the rows of a ring of two blocks by one or more."""
    while True:
        west, east = sorted(rng.sample(range(columns), 2))
        south, north = sorted(rng.sample(range(rows), 2))
        if (east - west) * (north - south) > 1:
            return west, east, south, north


def ring_area(rng: Random, ring: tuple[int, int, int, int], blocks: list[Block]) -> dict[str, Any]:
    """Return the area of a notice: a ring of streets, perhaps with a carve-out."""
    west, east, south, north = ring
    roads = (f"{COLUMNS[west]}路", f"{COLUMNS[east]}路", f"{ROWS[south]}街", f"{ROWS[north]}街")
    edges = [
        {
            "road": road,
            "side": side,
            "boundary": rng.choice(("excluded", "excluded", "excluded", "included", "unstated")),
        }
        for road, side in zip(roads, ("east", "west", "north", "south"), strict=True)
    ]
    area: dict[str, Any] = {"edges": edges}
    there = {(b.start, b.end) for b in blocks} | {(b.end, b.start) for b in blocks}
    named = {b.name for b in blocks}
    found = [
        (f"{COLUMNS[c]}路", roads[2], roads[3], [f"{ROWS[k]}街" for k in range(south + 1, north)])
        for c in range(west + 1, east)
        if f"{COLUMNS[c]}路" in named and all(((c, k), (c, k + 1)) in there for k in range(south, north))
    ] + [
        (f"{ROWS[r]}街", roads[0], roads[1], [f"{COLUMNS[k]}路" for k in range(west + 1, east)])
        for r in range(south + 1, north)
        if f"{ROWS[r]}街" in named and all(((k, r), (k + 1, r)) in there for k in range(west, east))
    ]
    if found and rng.random() < 0.6:
        road, first, last, between = rng.choice(found)
        between = [name for name in between if name in named]
        if between and rng.random() < 0.5:
            last = rng.choice(between)
        part = {"road": road, "from": {"junction": [road, first]}, "to": {"junction": [road, last]}}
        area["carve_outs"] = [part]
    return area


def hour(minute: int) -> str:
    """Write a minute of the day, any day."""
    return f"{minute % 1440 // 60:02d}:{minute % 60:02d}"


def spans_near(rng: Random, minute: int, *, most: int = 3) -> list[str]:
    """Return spans of the day that begin and end about a minute of it; the last may be long."""
    marks = sorted(rng.sample(range(minute - 30, minute + 75), 2 * rng.randint(1, most)))
    if rng.random() < 0.4:
        marks[-1] = marks[-1] + rng.randint(60, 900)
    if rng.random() < 0.2:
        marks[0] = marks[0] - rng.randint(30, 400)
    return [f"{hour(a)}-{hour(b)}" for a, b in zip(marks[::2], marks[1::2], strict=True) if hour(a) != hour(b)]


def random_notice(rng: Random, number: int, area: dict[str, Any], t0: dt.datetime) -> dict[str, Any]:
    """Return a notice pack about an area, with hours near an instant."""
    minute = t0.hour * 60 + t0.minute
    weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    windows = {}
    for name in ("one", "other")[: rng.choice((1, 1, 2))]:
        windows[name] = {"clause": "一", "spans": spans_near(rng, minute)}
        if rng.random() < 0.2:
            windows[name]["weekdays"] = [day for day in weekdays if rng.random() < 0.6] or ["mon"]
        if rng.random() < 0.15:
            windows[name]["mode"] = "outside"
    conditions = (
        {"fact": "size", "in": ["heavy", "medium"]},
        {"fact": "gross_mass_kg", "at_least": 4500},
        {"any": [{"fact": "size", "in": ["heavy"]}, {"fact": "length_mm", "more_than": 6000}]},
        None,
    )
    rules = []
    for name in windows:
        where = {"zone": "town"}
        if rng.random() < 0.1:
            where["boundary"] = {rng.choice(area["edges"])["road"]: rng.choice(("included", "excluded"))}
        when = rng.choice(conditions)
        rules.append(
            {"id": f"ban.{name}", "clause": "一", "where": [where], "windows": [name]}
            | ({"when": when} if when else {})
        )
    bans = [rule["id"] for rule in rules]
    exemptions = (
        {"fact": "energy", "in": ["electric", "fuel_cell"]},
        {"fact": "service", "in": ["fire"]},
        {"all": [{"fact": "size", "in": ["medium", "light"]}, {"fact": "gross_mass_kg", "at_most": 8000}]},
    )
    day = t0.date()
    return {
        "format": "truckban-notice-1",
        "id": f"drawn-{number}",
        "title": "示意县货车禁行通告",
        "issuer": "示意县人民政府",
        "place": {"name": f"示意{number}县", "province": "示意省"},
        "timezone": "Asia/Shanghai",
        "dates": {
            "published": "2023-01-01",
            "in_force": (day if rng.random() < 0.05 else dt.date(2023, 2, 1)).isoformat(),
        }
        | ({"end": day.isoformat()} if rng.random() < 0.05 else {}),
        "source": {"title": "示意公报"},
        "clauses": [{"id": "一", "text": "环路以内货车禁止通行"}, {"id": "二", "text": "不受限制的车辆"}],
        "zones": [{"id": "town", "clause": "一", "area": area}],
        "windows": windows,
        "rules": rules,
        "exemptions": [{"id": "exempt.some", "clause": "二", "over": bans, "when": rng.choice(exemptions)}]
        if rng.random() < 0.4
        else [],
        "permits": [{"id": "permit.pass", "clause": "二", "over": bans}] if rng.random() < 0.8 else [],
    }


def random_map(rng: Random, t0: dt.datetime) -> Map:
    """Return a map with one notice or two."""
    columns, rows = rng.randint(4, 5), rng.randint(4, 5)
    rings = [random_ring(rng, columns, rows) for _ in range(rng.choice((1, 1, 2)))]
    blocks = random_blocks(rng, columns, rows, rings)
    turns = random_turns(rng, blocks)
    segments = tuple(block.segment for block in blocks)
    network = StreetNetwork(segments, Source("drawn", "0" * 64))
    rules, marks = [], {0}
    for number, ring in enumerate(rings):
        area = ring_area(rng, ring, blocks)
        pack = random_notice(rng, number, area, t0)
        for window in pack["windows"].values():
            marks |= seconds_of(window["spans"])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"drawn-{number}.yaml"
            path.write_text(json.dumps(pack, ensure_ascii=False), encoding="utf-8")
            notice = load_notice(path)
        zone = build_zone(network, ZoneSpec.model_validate({"zone": f"drawn-{number}", **area}))
        if not zone.text:
            raise AssertionError
        rules.append(Rule(Shelf([notice]), Locator(zone)))
    reason = "drawn"
    speeds = Speeds(
        format="truckban-truck-speeds-1",
        speeds={highway: Speed(kmh=kmh, reason=reason) for highway, kmh in KMH.items()},
        otherwise=Speed(kmh=3.6, reason=reason),
        no_standing=NoStanding(highways={"trunk": reason}),
    )
    signs = []
    for turn in turns:
        lon, lat = turn.before.place(0.0 if turn.before.start == turn.at else BLOCK_M)
        signs.append(TurnRule(turn.before.id, turn.after.id, lon, lat, only=turn.only))
    streets = TripStreets.of(segments, [rule.ground for rule in rules], turns=signs, speeds=speeds)
    # projections differ by a hair: whole seconds, so that both count alike
    whole = streets.streets._replace(duration=np.round(streets.streets.duration))
    return Map(tuple(blocks), tuple(turns), tuple(rules), replace(streets, streets=whole), tuple(sorted(marks)))


def seconds_of(spans: Iterable[str]) -> set[int]:
    """Return the seconds of the day at which spans begin and end."""
    marks = (mark.split(":") for span in spans for mark in span.split("-"))
    return {(int(h) * 3600 + int(m) * 60) % 86400 for h, m in marks}


# --- questions

TYPES = ("重型自卸货车", "中型厢式货车", "轻型厢式货车", "重型半挂牵引车", None)


def random_vehicle(rng: Random) -> dict[str, Any]:
    """Return a vehicle; some facts are not known."""
    vehicle: dict[str, Any] = {"plate": "晋M10001", "vehicle_type": rng.choice(TYPES)}
    for name, values in (
        ("length_mm", (5990, 6000, 8600, None)),
        ("gross_mass_kg", (4490, 7500, 12_000, 25_000, None)),
        ("energy", ("diesel", "diesel", "electric", None)),
    ):
        value = rng.choice(values)
        if rng.random() < 0.9:
            vehicle[name] = value
    if rng.random() < 0.1:
        vehicle["service"] = "fire"
    if rng.random() < 0.05:
        del vehicle["plate"]
    # most trips are of trucks that the notices are about
    if rng.random() < 0.5:
        vehicle |= {"vehicle_type": TYPES[0], "length_mm": 8600, "gross_mass_kg": 25_000, "energy": "diesel"}
    return vehicle


def random_permit(rng: Random, drawn: Map, t0: dt.datetime) -> dict[str, Any]:
    """Return a permit of some streets and hours."""
    names = sorted({block.name for block in drawn.blocks if block.name})
    day = t0.date()
    permit: dict[str, Any] = {
        "plate": "晋M10001" if rng.random() < 0.9 else "晋M10002",
        "valid_from": (day - dt.timedelta(days=rng.choice((0, 1, 30)))).isoformat(),
        "valid_to": (day + dt.timedelta(days=rng.choice((0, 0, 1, 30)))).isoformat(),
        "status": "active" if rng.random() < 0.95 else "suspended",
    }
    if rng.random() < 0.8:
        permit["roads"] = rng.sample(names, rng.randint(1, min(3, len(names))))
    if rng.random() < 0.6:
        permit["windows"] = spans_near(rng, t0.hour * 60 + t0.minute, most=2)
    return permit


def random_trip(rng: Random, drawn: Map, t0: dt.datetime) -> tuple[dict[str, Any], list[tuple[Block, float]]]:
    """Return a question, and where on which blocks it begins and ends."""
    usable = [block for block in drawn.blocks if block.trucks]
    while True:
        ends = [(rng.choice(usable), rng.choice((0.0, 50.0, 100.0, 150.0, BLOCK_M))) for _ in range(2)]
        if ends[0][0].place(ends[0][1]) != ends[1][0].place(ends[1][1]):
            break
    at = t0 + dt.timedelta(seconds=rng.randint(-2400, 2400))
    places = [dict(zip(("lon", "lat"), block.place(along), strict=True)) for block, along in ends]
    asked = {
        "id": "t",
        "vehicle": random_vehicle(rng),
        "origin": places[0],
        "destination": places[1],
        rng.choice(("depart", "arrive")): at.isoformat(),
        "permits": [random_permit(rng, drawn, t0) for _ in range(rng.choice((0, 0, 1, 2)))],
        "geometry": True,
    }
    if rng.random() < 0.2:
        asked["fleet"] = [{"id": "other", **random_vehicle(rng)}]
    return asked, ends


# --- verdicts by position


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
        return (kind, name), tuple(replace(place, roads=roads) for place in places)

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


# --- the search


class Part(NamedTuple):
    """A piece of a block in one direction; `start` and `end` are (block, metres) or crossings."""

    block: Block
    low: float
    high: float
    forward: bool
    stand: bool

    @property
    def takes(self) -> int:
        """Whole seconds."""
        return round((self.high - self.low) / MS[self.block.highway])

    @property
    def begins(self) -> float:
        """Where on its block."""
        return self.low if self.forward else self.high

    @property
    def ends(self) -> float:
        """Where on its block."""
        return self.high if self.forward else self.low


def node_at(block: Block, along: float) -> Node | None:
    """Return the crossing at an end of a block."""
    return block.start if along == 0.0 else block.end if along == BLOCK_M else None


def breaks_of(drawn: Map, block: Block) -> list[float]:
    """Return where along a block `truckban` gives positions another place, to 5 cm, with its ends."""
    if block.id not in drawn.parts_of:
        along = np.arange(0.025, BLOCK_M, 0.05)
        (x, y), (lon, lat) = (np.array(block.place(at)) for at in (0.0, BLOCK_M))
        at = x + along / BLOCK_M * (lon - x), y + along / BLOCK_M * (lat - y)
        kinds = [(rule.ground.places(*at), rule.ground.edge(*at)) for rule in drawn.rules]
        changes = np.flatnonzero(np.any([np.diff(column) != 0 for pair in kinds for column in pair], axis=0))
        drawn.parts_of[block.id] = [0.0, *(along[changes] + 0.025).tolist(), BLOCK_M]
    return drawn.parts_of[block.id]


@dataclass(frozen=True, eq=False)
class Brute:
    """All parts, and which may follow which.

    Attributes:
        parts: of all blocks that trucks may use, cut at the ends of the trip too.
        follow: for each, those that may follow.
        start: those that begin at the origin.
        goal: those that end at the destination.
        zero: seconds since 1970 of bit 0.
        count: bits.
        lawful: for each part, the seconds in which driving there is allowed.
    """

    parts: list[Part]
    follow: list[list[int]]
    start: list[int]
    goal: list[int]
    zero: int
    count: int
    lawful: list[int]

    @cached_property
    def runs(self) -> dict[int, list[tuple[int, int]]]:
        """For each set of seconds, its runs: first second, and the instant after the last."""
        found = {}
        for seconds in set(self.lawful):
            runs, rest, at = [], seconds, 0
            while rest:
                gap = (rest & -rest).bit_length() - 1
                rest >>= gap
                length = (~rest & (rest + 1)).bit_length() - 1
                runs.append((at + gap, at + gap + length))
                rest >>= length
                at += gap + length
            found[seconds] = runs
        return found

    @cached_property
    def begins(self) -> list[int]:
        """For each part, the instants at which a drive along it can begin so that it is lawful to its end."""
        cache: dict[tuple[int, int], int] = {}
        for number, part in enumerate(self.parts):
            key = self.lawful[number], part.takes
            if key not in cache:
                cache[key] = sum(
                    (1 << (end - part.takes + 1)) - (1 << begin)
                    for begin, end in self.runs[key[0]]
                    if end - part.takes >= begin
                )
        return [cache[self.lawful[number], part.takes] for number, part in enumerate(self.parts)]

    def reached(self, departures: int) -> int:
        """Return all instants at which the destination can be reached."""
        found = 0
        leaving = [0] * len(self.parts)
        todo = dict.fromkeys(self.start)
        entering = [departures if number in set(self.start) else 0 for number in range(len(self.parts))]
        goal = set(self.goal)
        while todo:
            number = next(iter(todo))
            del todo[number]
            part = self.parts[number]
            arrived = (entering[number] & self.begins[number]) << part.takes
            if number in goal:
                found |= arrived
            if part.stand:
                for begin, end in self.runs[self.lawful[number]]:
                    here = arrived & ((1 << (end + 1)) - (1 << begin))
                    if here:
                        arrived |= (1 << (end + 1)) - (here & -here)
            if arrived & ~leaving[number]:
                leaving[number] |= arrived
                for then in self.follow[number]:
                    if leaving[number] & ~entering[then]:
                        entering[then] |= leaving[number]
                        todo[then] = None
        return found & ((1 << self.count) - 1)

    def leaves(self, by: int) -> int:
        """Return all instants of departure from which the destination can be reached by a bit."""
        before: list[list[int]] = [[] for _ in self.parts]
        for number, follow in enumerate(self.follow):
            for then in follow:
                before[then].append(number)
        goal = set(self.goal)
        ending = [(1 << (by + 1)) - 1 if number in goal else 0 for number in range(len(self.parts))]
        good = [0] * len(self.parts)
        todo = dict.fromkeys(self.goal)
        while todo:
            number = next(iter(todo))
            del todo[number]
            part = self.parts[number]
            ends = ending[number]
            if part.stand:
                for begin, end in self.runs[self.lawful[number]]:
                    here = ends & ((1 << (end + 1)) - (1 << begin))
                    if here:
                        ends |= (1 << here.bit_length()) - (1 << begin)
            begins = (ends >> part.takes) & self.begins[number]
            if begins & ~good[number]:
                good[number] |= begins
                for earlier in before[number]:
                    if good[number] & ~ending[earlier]:
                        ending[earlier] |= good[number]
                        todo[earlier] = None
        found = 0
        for number in self.start:
            found |= good[number]
        return found


def parts_of(drawn: Map, ends: list[tuple[Block, float]]) -> list[Part]:
    """Return the parts of all blocks."""
    found = []
    for block in drawn.blocks:
        if not block.trucks:
            continue
        whole = breaks_of(drawn, block)
        own = sorted(along for other, along in ends if other is block and 0.0 < along < BLOCK_M)
        for low, high in pairwise(whole):
            stand = block.highway != "trunk" and high - low >= STAND_M
            marks = [low, *(along for along in own if low < along < high), high]
            for a, b in pairwise(marks):
                found.append(Part(block, a, b, forward=True, stand=stand and b == high))
                if not block.oneway:
                    found.append(Part(block, a, b, forward=False, stand=stand and a == low))
    return found


def following(drawn: Map, parts: list[Part]) -> list[list[int]]:
    """Return for each part those that may follow; the way back only where streets offer no other."""
    begin: dict[Any, list[int]] = {}

    def place(block: Block, along: float) -> Any:
        return node_at(block, along) or (block.id, along)

    for number, part in enumerate(parts):
        begin.setdefault(place(part.block, part.begins), []).append(number)
    never = {(turn.before.id, turn.at, turn.after.id) for turn in drawn.turns if not turn.only}
    only: dict[tuple[str, Node], set[str]] = {}
    for turn in drawn.turns:
        if turn.only:
            only.setdefault((turn.before.id, turn.at), set()).add(turn.after.id)

    def dead_end(block: Block, node: Node | None) -> bool:
        others = (b for b in drawn.blocks if b is not block)
        return node is not None and not any(b.start == node or (b.end == node and not b.oneway) for b in others)

    found = []
    for part in parts:
        node = node_at(part.block, part.ends)
        follow = []
        back = dead_end(part.block, node)
        for number in begin.get(place(part.block, part.ends), ()):
            then = parts[number]
            if then.block is part.block:
                if (then.forward == part.forward) if node is None else back:
                    follow.append(number)
                continue
            if node is not None and (part.block.id, node, then.block.id) in never:
                continue
            if node is not None and then.block.id not in only.get((part.block.id, node), {then.block.id}):
                continue
            follow.append(number)
        found.append(follow)
    return found


def brute_of(drawn: Map, judge: Judge, ends: list[tuple[Block, float]], low: int, high: int) -> Brute:
    """Return the search of a trip, lawful between two instants; what is allowed all the time is so for ever."""
    parts = parts_of(drawn, ends)
    pad = 3600
    zero, count = low - pad, high - low + 2 * pad
    spans = [low]
    while spans[-1] < high:
        midnight, of_day = midnight_of(spans[-1])
        later = [mark for mark in (*judge.marks, 86_400) if mark > of_day]
        spans.append(min(midnight + min(later), high))
    middles = np.array([part.block.place((part.low + part.high) / 2) for part in parts]).T
    lawful, known = [], {}
    for part, lon, lat, at_middle in zip(parts, *middles.tolist(), judge.kinds(*middles), strict=True):
        kind, places = judge.on_own_street(at_middle, judge.places(lon, lat, at_middle), part.block.name)
        if kind not in known:
            words = [judge.word(kind, places, begin) for begin in spans[:-1]]
            seconds = sum(
                (1 << (end - zero)) - (1 << (begin - zero))
                for begin, end, word in zip(spans, spans[1:], words, strict=False)
                if word == OPEN
            )
            known[kind] = (1 << count) - 1 if all(word == OPEN for word in words) else seconds
        lawful.append(known[kind])

    def at(part: Part, along: float, end: tuple[Block, float]) -> bool:
        node = node_at(*end)
        if node is not None:
            return node_at(part.block, along) == node
        return part.block is end[0] and along == end[1]

    start = [number for number, part in enumerate(parts) if at(part, part.begins, ends[0])]
    goal = [number for number, part in enumerate(parts) if at(part, part.ends, ends[1])]
    return Brute(parts, following(drawn, parts), start, goal, zero, count, lawful)


# --- comparison


def first_bit(bits: int) -> int | None:
    """Return the first instant of a set."""
    return (bits & -bits).bit_length() - 1 if bits else None


def epoch(text: str) -> int:
    """Return seconds since 1970 of an RFC 3339 time."""
    return round(dt.datetime.fromisoformat(text).timestamp())


def differ(one: int | None, other: int | None, *, within: int = 1) -> bool:
    """Tell whether two instants differ by more than a second; answers are written to the second."""
    return (one is None) != (other is None) or (one is not None and other is not None and abs(one - other) > within)


def driving(way: Mapping[str, Any]) -> tuple[list[int], Any, Any]:
    """Return each whole second of driving (since 1970) and where the truck is a hair after it, and half a second later."""
    line = np.array(way["line"])
    # a hair after the second: at the very instant a truck may be on the line between two places, and leaves it
    at = np.arange(0.05, math.floor(line[-1, 2]), 0.5)
    k = np.minimum(np.searchsorted(line[:, 2], at, side="right") - 1, len(line) - 2)
    a, b = line[k], line[k + 1]
    takes = b[:, 2] - a[:, 2]
    # a stand is one point twice, to a centimetre
    moves = np.hypot(*(b - a)[:, :2].T) * 111_000 > 0.05 * takes
    share = ((at - a[:, 2]) / np.where(takes > 0, takes, 1.0))[:, None]
    lon, lat = (a[:, :2] + share * (b[:, :2] - a[:, :2]))[moves].T
    begin = epoch(way["depart"])
    return [begin + math.floor(second) for second in at[moves]], lon, lat


def names_at(way: Mapping[str, Any], seconds: Sequence[int]) -> list[str | None]:
    """Return the street that is driven on at each second."""
    begins = [epoch(step["from"]) for step in way["steps"]]
    return [way["steps"][max(int(np.searchsorted(begins, second, side="right")) - 1, 0)]["road"] for second in seconds]


def faults_of(
    drawn: Map, asked: dict[str, Any], ends: list[tuple[Block, float]], options: Options, answer: Mapping[str, Any]
) -> tuple[list[str], str]:
    """Return where an answer is wrong, and what kind of question it was."""
    judge = Judge(drawn, asked)
    at = epoch(asked.get("depart") or asked["arrive"])
    brute = brute_of(drawn, judge, ends, at - round(options.before_s), at + round(options.ahead_s))
    free = replace(brute, lawful=[(1 << brute.count) - 1] * len(brute.parts))
    found: list[str] = []
    route, others = answer["route"], answer["alternatives"]
    here = at - brute.zero
    if "depart" in asked:
        best = first_bit(free.reached((1 << brute.count) - (1 << here)))
    else:
        best = free.leaves(here).bit_length() - 1
        best = None if best < 0 else best
    if (best is None) != (route is None):
        return [f"as asked: {best} against {route and route['arrive']}"], "none"
    if best is None or route is None:
        return ([] if answer["why_none"] else ["no way and no reason"]), "no way"
    leaves, arrives = epoch(route["depart"]) - brute.zero, epoch(route["arrive"]) - brute.zero
    expected_ = (here, best) if "depart" in asked else (best, here)
    if differ(expected_[0], leaves) or differ(expected_[1], arrives):
        found.append(f"as asked: {best - here} s from the time asked, against {leaves - here} to {arrives - here}")
    seconds, lon, lat = driving(route)
    by_position = max(judge.words(seconds, lon, lat), key=(OPEN, ASK, NO).index)
    seen = list(zip(judge.words(seconds, lon, lat, names_at(route, seconds)), seconds, strict=True))
    if by_position != max((word for word, _ in seen), key=(OPEN, ASK, NO).index):
        found.append(f"{MOUTH}: by position {WORDS[by_position]}, by street {answer['verdict']}")
    word = next((w for w in (NO, ASK) if any(w == one for one, _ in seen)), OPEN)
    if answer["verdict"] != WORDS[word]:
        found.append(f"as asked: {WORDS[word]} against {answer['verdict']}")
    first = next((second for one, second in seen if one == word), None) if word != OPEN else None
    said = None if answer["first_unlawful"] is None else epoch(answer["first_unlawful"]["at"])
    if differ(first, said, within=2):
        found.append(f"first unlawful second: {first} against {said}")
    for other in others:
        found += wrong_with(drawn, asked, other)
    if word == OPEN:
        return found + (["alternatives of a lawful trip"] if others else []), WORDS[word]
    found += [*sooner_and_later(brute, others, leaves, here if "arrive" in asked else arrives, round(options.before_s))]
    if (answer["why_none"] is None) != bool(others):
        found.append(f"why_none: {answer['why_none']} with {len(others)} alternatives")
    kinds = "+".join(sorted({o["kind"] for o in others})) or "none"
    return found, f"{WORDS[word]}: {kinds}"


def sooner_and_later(
    brute: Brute, others: Sequence[Mapping[str, Any]], leaves: int, by: int, before_s: int
) -> Iterator[str]:
    """Yield where the earliest lawful arrival or the latest lawful departure differ."""
    own = [
        (epoch(o["depart"]) - brute.zero, epoch(o["arrive"]) - brute.zero)
        for o in others
        if o["kind"] not in {"permit", "vehicle"}
    ]
    earliest = first_bit(brute.reached((1 << brute.count) - (1 << leaves)))
    mine = min((b for a, b in own if a >= leaves), default=None)
    if differ(earliest, mine):
        yield (
            f"earliest lawful arrival, from departure: {earliest and earliest - leaves} against {mine and mine - leaves}"
        )
    elif earliest is not None:
        # a plan arrives a second later where that lets it leave later, and leaves on the next whole second
        least, *_, most = sorted(brute.leaves(earliest + late).bit_length() - 1 for late in range(3))
        mine_last = max(a for a, b in own if a >= leaves and not differ(b, earliest, within=2))
        if not (least <= mine_last <= most) and differ(least, mine_last) and differ(most, mine_last):
            yield (f"latest departure for the earliest arrival: {least - leaves} against {mine_last - leaves}")
    latest = brute.leaves(by).bit_length() - 1
    # the program offers no departure that is earlier by a second or less
    expected = latest if max(leaves - before_s, 0) <= latest < leaves - 1 else None
    given = max((a for a, b in own if a < leaves and b <= by + 1), default=None)
    if differ(expected, given):
        yield (f"latest lawful departure: {expected and expected - leaves} against {given and given - leaves}")


def wrong_with(drawn: Map, asked: dict[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    """Yield where an alternative is not lawful by position at some second of driving."""
    own = dict(asked)
    if other["kind"] == "permit":
        wanted = other["permit"]
        named = {"roads": wanted["roads"]} if wanted["roads"] else {}
        area = {"area": wanted["area"]} if wanted["area"] else {}
        days = {name: wanted[name] for name in ("valid_from", "valid_to")}
        plate = asked["vehicle"].get("plate") or "晋M10009"
        own["permits"] = [*asked["permits"], {"plate": plate, "windows": wanted["windows"], **days, **named, **area}]
        own["vehicle"] = {**asked["vehicle"], "plate": plate}
    if other["kind"] == "vehicle":
        own["vehicle"] = {name: value for name, value in asked["fleet"][0].items() if name != "id"}
    seconds, lon, lat = driving(other)
    try:
        judge = Judge(drawn, own)
    except InputError as error:
        yield f"{other['kind']} that cannot be read: {error}"
        return
    words = judge.words(seconds, lon, lat)
    # departures are written to the second that has begun
    later = [second + 1 for second in seconds] if any(word != OPEN for word in words) else []
    if later and all(word == OPEN for word in judge.words(later, lon, lat)):
        return
    for second, word, x, y in zip(seconds, words, lon.tolist(), lat.tolist(), strict=True):
        if word != OPEN:
            yield f"{other['kind']}: {word} {second - epoch(other['depart'])} s after departure at {x:.6f}, {y:.6f}"
            return


# --- running


def options_of(rng: Random) -> Options:
    """Return a horizon: some hours, or some days."""
    if rng.random() < 0.96:
        return Options(margin_s=0.0, ahead_s=3 * 3600.0, before_s=3600.0)
    return Options(margin_s=0.0, ahead_s=2 * 86_400.0, before_s=86_400.0)


def instant_near(rng: Random) -> dt.datetime:
    """Return a whole minute; one in five is near midnight."""
    day = dt.datetime(2024, 1, 1, tzinfo=TIMEZONE) + dt.timedelta(days=rng.randrange(700))
    return day + dt.timedelta(minutes=rng.choice((rng.randrange(1440),) * 4 + (rng.randint(-10, 10),)))


def cases_of(seed: int) -> Iterator[tuple[Map, dict[str, Any], list[tuple[Block, float]], Options]]:
    """Yield the trips on one map."""
    rng = Random(seed)
    t0 = instant_near(rng)
    while True:
        try:
            drawn = random_map(rng, t0)
            break
        except (InputError, KeyError, shapely.errors.GEOSException):
            continue
    for _ in range(TRIPS_A_MAP):
        yield drawn, *random_trip(rng, drawn, t0), options_of(rng)


def checked(seed: int) -> tuple[int, list[tuple[str, list[str]]], Counter[str]]:
    """Return the seed of a map, what is wrong by trip, and what was asked how often."""
    wrong, kinds = [], Counter[str]()
    for number, (drawn, asked, ends, options) in enumerate(cases_of(seed)):
        name = f"{seed}.{number}"
        answer = answer_trip(asked, drawn.streets, drawn.rules, options=options)
        faults, kind = faults_of(drawn, asked, ends, options, answer)
        kinds[kind] += 1
        if faults:
            wrong.append((name, faults))
    return seed, wrong, kinds


def main() -> int:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", type=int, default=20, help="faults to print")
    given = parser.parse_args()
    begun = time.perf_counter()
    maps = -(-given.cases // TRIPS_A_MAP)
    seeds = range(given.seed * 1_000_000, given.seed * 1_000_000 + maps)
    kinds, faults = Counter[str](), Counter[str]()
    shown = done = 0
    with Pool(given.jobs) as pool:
        for _, wrong, own in pool.imap_unordered(checked, seeds, chunksize=4):
            kinds += own
            done += 1
            if done % 100 == 0:
                print(f"{done} of {maps} maps", file=sys.stderr, flush=True)
            for name, said_ in wrong:
                faults.update({one.split(":")[0] for one in said_})
                said = [one for one in said_ if not one.startswith(MOUTH)]
                if not said:
                    continue
                if shown < given.show:
                    print(name, *said, sep="\n    ", flush=True)
                shown += 1
    print(
        f"{kinds.total()} trips on {maps} maps in {time.perf_counter() - begun:.0f} s; {shown} disagree {dict(faults)}"
    )
    for kind, number in kinds.most_common():
        print(f"  {number:6d}  {kind}")
    return 1 if shown else 0


if __name__ == "__main__":
    sys.exit(main())
