"""Columns of cases get the verdicts that the same cases get one by one."""

import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from effort import times
from linyi_asked import ground, law

from truckban.columns import Questions, decide_columns
from truckban.logic import Coded
from truckban.moments import instant_of
from truckban.norms import Notice
from truckban.notices.load import load_notice
from truckban.notices.model import PermitKind
from truckban.permits import Permit, PermitList, read_permit
from truckban.places import PlaceFacts, read_place
from truckban.vehicle_facts import VehicleFacts, read_vehicle
from truckban.verdict import Question, decide
from zones.errors import InputError
from zones.locate import Locator

PACKS = sorted((Path(__file__).parents[1] / "notices" / "packs").glob("*.yaml"))
WORDS = {1: "prohibited", -1: "allowed", 0: "undetermined"}
PLATES = [f"晋M1234{digit}" for digit in range(8)] + ["晋A8888A", "津B12345", "晋MD12345"]
SIZES = ["重型", "中型", "中型", "轻型", "微型", ""]
TAILS = [
    "普通货车",
    "厢式货车",
    "封闭货车",
    "自卸货车",
    "特殊结构货车",
    "仓栅式货车",
    "厢式自卸货车",
    "半挂牵引车",
    "货车",
]
TYPES = [
    *[
        "低速货车",
        "三轮汽车",
        "大型专项作业车",
        "小型专项作业车",
        "Z11",
        "H22",
        "H99",
        "重型半挂车",
        "大型客车",
        "拖拉机",
    ],
    *["其他", "卡车", "重卡", "洒水车", "不知道", None, None],
]
LENGTHS = [None, 3500, 3501, 5995, 5999, 6000, 6001, 8600, 12000]
MASSES = [None, 1800, 1801, 4495, 4500, 7999, 8000, 8001, 11999, 12000, 25000]
NUMBERS = {"axles": [2, 3, 6], "emission_stage": [3, 4, 5, 6], "rated_payload_kg": [1500, 5000, 8000]}
ROADS = ["五一路", "北环路", "东环路", "示意一街", "示意三街"]
BLOCKS = [
    {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]}
    for w, s, e, n in [(110.76, 35.13, 110.77, 35.15), (110.74, 35.14, 110.78, 35.17), (110.77, 35.12, 110.80, 35.16)]
]
MIDNIGHT, DAY_S = 0, 86_400


def vehicle(draw: random.Random, notice: Notice) -> VehicleFacts:
    """Return a vehicle with conflicts and gaps; where the drawn fields cannot be, another."""
    fields: dict[str, Any] = {
        "plate": draw.choice([None, *PLATES]),
        "vehicle_type": draw.choice([draw.choice(SIZES) + draw.choice(TAILS), draw.choice(TYPES)]),
        "length_mm": draw.choice(LENGTHS),
        "gross_mass_kg": draw.choice(MASSES),
    }
    for name, fact in notice.facts.items():
        if name in ("kind", "size", "body", "plate_color", *fields) or draw.random() < 0.4:
            continue
        if fact.kind == "number":
            fields[name] = draw.choice(NUMBERS.get(name, [0, 1, 5000]))
        else:
            fields[name] = draw.random() < 0.5 if fact.kind == "flag" else draw.choice(fact.values)
    try:
        return read_vehicle(fields, notice.facts)
    except InputError:
        return vehicle(draw, notice)


def place(draw: random.Random, notice: Notice, map_: Locator | None) -> PlaceFacts:
    """Return a place in words or, on a map, a position anywhere on and around it."""
    roads = [edge.road for zone in notice.zones.values() if zone.area for edge in zone.area.edges]
    roads += [part.road for zone in notice.zones.values() for part in [*(zone.roads or ()), *zone.open_roads]]
    segments = [
        {"road": part.road, "segment": f"{part.from_}至{part.to}"}
        for zone in notice.zones.values()
        for part in [*(zone.roads or ()), *(zone.area.carve_outs if zone.area else ())]
        if part.from_ is not None and part.to is not None
    ]
    words: list[dict[str, Any] | None] = [None, {"zone": "outside"}, {"road": draw.choice([*roads, *ROADS])}]
    words += [draw.choice(segments)] if segments else []
    words += [{"zones": {name: draw.choice(["inside", "outside"])}} for name in notice.zones]
    words += [{"zones": {name: draw.choice(["inside", "outside"]) for name in notice.zones}}] * 3
    if map_ is not None and draw.random() < 0.8:
        chosen: dict[str, Any] | None = position(draw)
    else:
        chosen = draw.choice(words)
    try:
        return read_place(chosen, notice, map_)
    except InputError:
        return place(draw, notice, map_)


def position(draw: random.Random) -> dict[str, Any]:
    where: dict[str, Any] = {"lon": draw.uniform(110.735, 110.81), "lat": draw.uniform(35.115, 35.178)}
    where |= draw.choice([{}, {}, {"lon": draw.gauss(110.796, 3e-4)}, {"lon": draw.gauss(110.772, 3e-4)}])
    where |= draw.choice([{}, {}, {"lat": draw.gauss(35.156, 2e-4)}, {"lat": draw.gauss(35.128, 2e-4)}])
    return where | draw.choice([{}, {}, {"accuracy_m": draw.choice([0, 5, 30, 200])}, {"crs": "gcj02"}])


def permit(draw: random.Random, notice: Notice, days: Sequence[int]) -> Permit:
    first, last = sorted(dt.date.fromordinal(draw.choice(days)).isoformat() for _ in "ab")
    kinds = [norm.written.kind for norm in notice.norms.values() if isinstance(norm.written, PermitKind)]
    return read_permit(
        {
            "plate": draw.choice(PLATES),
            "valid_from": draw.choice([None, first]),
            "valid_to": draw.choice([None, last]),
            "windows": draw.choice([None, ["09:00-11:00"], ["20:00-07:00"], ["22:00-06:30", "12:00-12:01"]]),
            "roads": draw.choice([None, None, draw.sample(ROADS, 2)]),
            "area": draw.choice([None, None, draw.choice(BLOCKS)]),
            "status": draw.choice(["active", "active", "active", "suspended"]),
            "kind": draw.choice([None, *kinds]),
        }
    )


def days_of(notice: Notice, draw: random.Random) -> list[int]:
    """Return the days at whose ends something changes, their neighbours, and some between."""
    dates = notice.pack.dates
    stated = [day for day in (dates.in_force, dates.published, dates.issued, dates.end) if day is not None]
    near = [day.toordinal() + step for day in stated for step in (-1, 0, 1)]
    start = min((day.toordinal() for day in stated), default=dt.date(2022, 1, 1).toordinal())
    return near + [start + draw.randrange(0, 900) for _ in range(20)]


def instant(draw: random.Random, notice: Notice, days: Sequence[int]) -> dt.datetime:
    """Return an instant, often within a second of an edge of some window, with or without a fraction."""
    edges = {MIDNIGHT, *(int(hour * 3600) for hour in (6.5, 7, 9, 11, 12, 20, 22))}
    edges |= {edge for hours in notice.hours.values() for edge in hours.edges}
    second = draw.choice([draw.choice(sorted(edges)) + draw.choice([-1, 0, 1]), draw.randrange(DAY_S)]) % DAY_S
    at = instant_of(draw.choice(days), second, notice.pack.timezone)
    return at + dt.timedelta(microseconds=draw.choice([0, 0, 1, 999_999]))


def compare(notice: Notice, map_: Locator | None, *, seed: int, rows: int, in_lists: int) -> set[str]:
    """Ask the same cases both ways, some permits at a time; return the verdicts that came up."""
    draw = random.Random(seed)  # noqa: S311
    met: set[str] = set()
    zone_names = list(notice.zones)
    for _ in range(in_lists):
        days = days_of(notice, draw)
        permits = PermitList([permit(draw, notice, days) for _ in range(draw.choice([0, 1, 4, 8]))])
        vehicles = [vehicle(draw, notice) for _ in range(80)]
        places = [place(draw, notice, map_) for _ in range(150)]
        alerts = frozenset(level for level in notice.pack.alerts if draw.random() < 0.5)
        chosen = [draw.randrange(len(vehicles)) for _ in range(rows)]
        where = [draw.choice(places) for _ in range(rows)]
        at = [instant(draw, notice, days) for _ in range(rows)]
        questions = Questions(
            vehicles=vehicles,
            vehicle=np.array(chosen, np.intp),
            at_s=np.array([int(moment.timestamp() // 1) for moment in at], np.int64),
            zones={name: np.array([facts.zones[name] for facts in where], np.int64) for name in zone_names},
            roads=Coded.of([facts.roads for facts in where]),
            lon=np.array([facts.lon for facts in where]),
            lat=np.array([facts.lat for facts in where]),
            permits=permits,
            alerts=alerts,
        )
        in_columns = decide_columns(notice, questions).tolist()
        published = notice.pack.dates.published
        assert len(in_columns) == rows
        for row in range(rows):
            asked = Question(vehicles[chosen[row]], at[row], where[row], permits, alerts)
            found = decide(notice, asked)
            assert WORDS[in_columns[row]] == found.verdict, (row, asked)
            assert found.enforceable == (
                published is None
                or at[row].astimezone(ZoneInfo(notice.pack.timezone)).date() >= published
                or found.verdict == "allowed"
            ), (row, asked)
            met.add(found.verdict)
    return met


@pytest.mark.slow
def test_columns_and_single_cases_agree_on_the_built_in_notice_and_its_map() -> None:
    met = compare(law(), ground(), seed=20230423, rows=500, in_lists=times(6))
    assert met == set(WORDS.values())


@pytest.mark.skipif(not PACKS, reason="there are no packs of other places")
@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_columns_and_single_cases_agree_on_other_notices(path: Path) -> None:
    met = compare(load_notice(path), None, seed=7, rows=200, in_lists=3)
    assert {"allowed", "prohibited"} <= met


@pytest.mark.parametrize("vehicles", [0, 1])
def test_no_rows_give_no_verdicts(vehicles: int) -> None:
    nothing = np.array([], np.int64)
    empty = Questions(
        vehicles=[read_vehicle({"plate": PLATES[0], "vehicle_type": "轻型栏板货车", "gross_mass_kg": 4500})] * vehicles,
        vehicle=nothing.astype(np.intp),
        at_s=nothing,
        zones=dict.fromkeys(law().zones, nothing),
        roads=Coded.of([]),
        lon=nothing.astype(float),
        lat=nothing.astype(float),
        permits=PermitList([read_permit({"plate": PLATES[0], "windows": ["20:00-07:00"], "roads": ["五一路"]})]),
    )
    assert decide_columns(law(), empty).shape == (0,)
