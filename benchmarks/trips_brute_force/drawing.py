"""Maps that are drawn at random: blocks, turns, notices."""

# ruff: noqa: PLR2004 - chances of a generator of cases

import datetime as dt
import json
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from trips_brute_force.blocks import BLOCK_M, COLUMNS, KMH, ROWS, Block, Map, Node, Turn
from truckban.notices.load import load_notice
from truckban.notices.shelf import Shelf
from truckban.trips.rules import Rule
from zones.build import build_zone
from zones.locate import Locator
from zones.network import Source, StreetNetwork, TurnRule
from zones.routing.ground import TripStreets
from zones.routing.speeds import NoStanding, Speed, Speeds
from zones.spec import ZoneSpec


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
