"""The sift says the same as cleaning everything at once, whatever is wrong with the rows and however they are cut."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from driving import LAT_M, LON_M, at
from hypothesis import example, given, settings
from hypothesis import strategies as st
from whole import codes, limits, near, same, streamed

from zones.matching.compiled import FAST

WEST, SOUTH, EAST, NORTH = near().box
START = int(at("10:00:00")) * 1000
NAMES = ("A", "B", " C", "D 4")
Row = dict[str, Any]


class Truck:
    """A vehicle whose rows are made one event after another."""

    def __init__(self, name: str, seed: int) -> None:
        self.name, self.rng = name, np.random.default_rng(seed)
        self.t, self.rows = START + 1000 * seed % 7000, list[Row]()
        self.lon, self.lat = (WEST + EAST) / 2, (SOUTH + NORTH) / 2
        self.heading = 0.0
        self.put()

    def put(self, after_s: float = 0.0, lon: float | None = None, lat: float | None = None, **more: Any) -> None:
        self.t += round(1000 * after_s)
        self.lon, self.lat = self.lon if lon is None else lon, self.lat if lat is None else lat
        self.aside(**more)

    def aside(self, **more: Any) -> None:
        """Add a row that says something else, and go on from where it was."""
        row = {"vehicle_id": self.name, "t": self.t, "lon": self.lon, "lat": self.lat, "speed_kmh": np.nan}
        self.rows.append({**row, "accuracy_m": float(self.rng.choice([np.nan, 5.0, 12.0])), **more})

    def go(self, seconds: float, ms: float, **more: Any) -> None:
        east, north = np.cos(self.heading) * ms * seconds, np.sin(self.heading) * ms * seconds
        self.put(seconds, self.lon + east / LON_M, self.lat + north / LAT_M, **more)

    def to(self, lon: float, lat: float, ms: float = 30.0) -> None:
        way = np.hypot((lon - self.lon) * LON_M, (lat - self.lat) * LAT_M)
        self.put(max(1.0, round(way / ms, 1)), lon, lat)

    def drive(self) -> None:
        self.heading += self.rng.uniform(-1, 1)
        for seconds in self.rng.choice([1, 15, 30, 60], 4):
            self.go(float(seconds), self.rng.uniform(3, 30), speed_kmh=float(self.rng.choice([0.0, 19.0, 40.0, np.nan])))

    def far(self, rows: int = 150, x: float = WEST - 0.05) -> None:
        self.to(x, SOUTH)
        for _ in range(rows):
            self.put(float(self.rng.choice([5, 20])), self.lon - 0.00005, self.lat + 0.0001, speed_kmh=36.0)

    def cross(self) -> None:
        self.far(int(self.rng.integers(64, 200)))
        self.to(EAST + 0.01, NORTH - 0.001, 49.0)
        self.far(70, EAST + 0.02)

    def touch(self) -> None:
        edge = [(WEST, NORTH), (EAST, SOUTH), (WEST, SOUTH), (EAST, NORTH)][int(self.rng.integers(4))]
        out = np.nextafter(edge[0], 0 if edge[0] == WEST else 180)
        for lon in (out, edge[0], out, out):
            self.put(20, lon, edge[1])

    def twice(self) -> None:
        self.rows.append(dict(self.rows[-1]))

    def said_otherwise(self) -> None:
        self.rows.append(self.rows[-1] | {"accuracy_m": 30.0})

    def other_speed(self) -> None:
        self.rows.append(self.rows[-1] | {"speed_kmh": 77.0})

    def repeated_late(self) -> None:
        self.rows.append(dict(self.rows[max(-4, -len(self.rows))]))

    def late(self) -> None:
        self.aside(t=self.t - 5000)

    def swapped_rows(self) -> None:
        self.drive()
        self.rows[-2:] = self.rows[:-3:-1]

    def two_places(self) -> None:
        self.aside(lat=self.lat + 0.0001)

    def slip(self, count: int = 1, every_s: float = 20.0) -> None:
        for n in range(count):
            self.t += round(1000 * every_s)
            self.aside(lon=self.lon + 0.3 + 0.0001 * n)
        self.go(every_s, 10)

    def slip_twice(self) -> None:
        self.slip(2)

    def slip_repeated(self) -> None:
        self.t += 20_000
        self.aside(lat=self.lat - 0.4)
        self.twice()
        self.go(20, 10)

    def ferry(self) -> None:
        self.t += 20_000
        self.lon, self.lat = [(WEST - 0.3, SOUTH), (EAST - 0.01, NORTH - 0.01), (EAST + 0.2, SOUTH)][self.rng.integers(3)]
        for _ in range(3):
            self.go(20, 10)

    def two_tracks(self) -> None:
        for _ in range(int(self.rng.integers(1, 4))):
            self.slip()

    def gap(self) -> None:
        self.go(float(self.rng.choice([599.999, 600.0, 600.001, 700.0, 4000.0])), 2.0)

    def clock(self, between: tuple[float, ...] = ()) -> None:
        """Drive on, with a clock that leaps by hours, and perhaps a slip in the silence."""
        hours = int(self.rng.choice([1, 2, 24, 25]))
        self.go(30, 15)
        self.go(30, 15)
        leap = 3600 * hours
        for seconds in between:
            self.aside(t=self.t + round(seconds * 1000), lon=self.lon + 1)
        self.t += leap * 1000
        for _ in range(3):
            self.go(30, 15)

    def clock_and_slip(self) -> None:
        self.clock((40.0,))

    def frozen(self) -> None:
        speed = float(self.rng.choice([0.0, 19.0, 40.0, 90.0]))
        for seconds in self.rng.choice([5, 20, 60], 4):
            self.put(float(seconds), speed_kmh=speed)

    def frozen_far(self) -> None:
        self.far(int(self.rng.integers(1, 70)))
        self.frozen()
        self.far(70)

    def bad(self) -> None:
        what = [
            {"lon": 0.0, "lat": 0.0},
            {"lon": self.lat, "lat": self.lon},
            {"lon": 181.0},
            {"lat": -90.5},
            {"lon": np.nan},
            {"lat": np.inf},
            {"t": 900_000_000_000},
            {"t": START + 10**10},
            {"vehicle_id": ""},
            {"vehicle_id": " "},
        ]
        self.t += 1000
        self.aside(**what[int(self.rng.integers(len(what)))])


EVENTS = [name for name in vars(Truck) if not name.startswith("_") and name not in ("put", "aside", "go", "to")]


def rows_of(events: Sequence[str], name: str, seed: int) -> list[Row]:
    truck = Truck(name, seed)
    for event in events:
        getattr(truck, event)()
    return truck.rows


def mixed(tracks: Sequence[list[Row]], order: str, seed: int) -> list[Row]:
    """Return the rows of all vehicles, those of each in their order unless they are shuffled."""
    rows = [row for track in tracks for row in track]
    if order == "by time":
        newest = [(max(row["t"] for row in track[: k + 1]), row) for track in tracks for k, row in enumerate(track)]
        return [row for _, row in sorted(newest, key=lambda one: one[0])]
    if order == "any":
        return [rows[k] for k in np.random.default_rng(seed).permutation(len(rows))]
    if order == "in turns":
        turn = np.random.default_rng(seed).permutation([n for n, track in enumerate(tracks) for _ in track])
        left = [iter(track) for track in tracks]
        return [next(left[n]) for n in turn]
    return rows


def parquet(path: Path, rows: Sequence[Row], *, unit: str = "ms", zone: str | None = "UTC", **options: Any) -> Path:
    frame = pd.DataFrame(rows, columns=["vehicle_id", "t", "lon", "lat", "speed_kmh", "accuracy_m"])
    times = pa.array(frame["t"].to_numpy(np.int64)).cast(pa.timestamp("ms", zone)).cast(pa.timestamp(unit, zone), safe=False)
    columns = {name: pa.array(frame[name].to_numpy(float), from_pandas=False) for name in ("lon", "lat")}
    for name in options.pop("extra", ("speed_kmh", "accuracy_m")):
        columns[name] = pa.array(frame[name].to_numpy(float), from_pandas=False)
    ids = pa.array(frame["vehicle_id"].astype(str).tolist(), pa.string()).dictionary_encode()
    pq.write_table(pa.table({"vehicle_id": ids, "time": times, **columns}), path, **options)
    return path


def csv(path: Path, rows: Sequence[Row], zone: str | None) -> Path:
    offset = "" if zone is None else "Z"
    frame = pd.DataFrame(rows, columns=["vehicle_id", "t", "lon", "lat", "speed_kmh", "accuracy_m"])
    stamps = pd.to_datetime(frame["t"], unit="ms").dt.strftime("%Y-%m-%d %H:%M:%S.%f") + offset
    frame.assign(time=stamps).drop(columns="t").to_csv(path, index=False)
    return path


ways = st.fixed_dictionaries(
    {
        "tracks": st.lists(st.lists(st.sampled_from(EVENTS), max_size=7), min_size=1, max_size=4),
        "seed": st.integers(0, 10_000),
        "order": st.sampled_from(["by vehicle", "by time", "in turns", "any"]),
        "cuts": st.lists(st.floats(0, 1), max_size=3),
        "kinds": st.lists(st.sampled_from(["parquet", "no speed", "csv", "empty"]), min_size=4, max_size=4),
        "zone": st.sampled_from(["UTC", None]),
        "unit": st.sampled_from(["ms", "us", "ns", "s"]),
        "now": st.sampled_from([None, START / 1000 + 2000, START / 1000 + 10_000]),
        "limits": st.fixed_dictionaries(
            {
                "rows": st.sampled_from([5, 64, 65, 200, 1 << 17]),
                "held": st.sampled_from([0, 7, 150, 10**6]),
                "torn": st.sampled_from([1, 100, 10**6]),
                "enough": st.sampled_from([1, 40, 10**6]),
            }
        ),
    }
)


def files(folder: Path, way: dict[str, Any]) -> Path:
    tracks = [rows_of(events, NAMES[n], way["seed"] + n) for n, events in enumerate(way["tracks"])]
    rows = mixed(tracks, way["order"], way["seed"])
    edges = [0, *sorted(int(cut * len(rows)) for cut in way["cuts"]), len(rows)]
    for n, (a, b) in enumerate(pairwise(edges)):
        kind = way["kinds"][n]
        if kind == "csv":
            csv(folder / f"{n}.csv", rows[a:b], way["zone"])
            continue
        extra = ("accuracy_m",) if kind == "no speed" else ("speed_kmh", "accuracy_m")
        group = 50 if kind == "no speed" else 100_000
        how = {"unit": way["unit"], "zone": way["zone"], "extra": extra, "row_group_size": group}
        parquet(folder / f"{n}.parquet", rows[a:b], **how)
        if kind == "empty":
            parquet(folder / f"{n}-empty.parquet", [], **how)
            csv(folder / f"{n}-none.csv", [{**rows[0], "lon": ""}], way["zone"])
    return folder


def case(tracks: Sequence[Sequence[str]], **more: Any) -> dict[str, Any]:
    plain = {
        "tracks": tracks,
        "seed": 1,
        "order": "by vehicle",
        "cuts": [],
        "kinds": ["parquet"] * 4,
        "zone": "UTC",
        "unit": "ms",
        "now": None,
    }
    return {**plain, "limits": {"rows": 200, "held": 10**6, "torn": 10**6, "enough": 10**6}, **more}


@settings(max_examples=40, deadline=None)
@given(way=ways)
@example(way=case([EVENTS, EVENTS], order="by time"))
@example(way=case([EVENTS], order="any", cuts=[0.5], limits={"rows": 30, "held": 40, "torn": 1, "enough": 5}))
def test_any_rows_in_any_pieces_say_what_cleaning_them_as_a_whole_says(way: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder, limits(**way["limits"]):
        same(files(Path(folder), way), now_s=way["now"])


@settings(max_examples=25, deadline=None)
@given(events=st.lists(st.sampled_from([e for e in EVENTS if "far" not in e and e != "cross"]), max_size=5), seed=st.integers(0, 999))
def test_rows_that_come_one_by_one_say_the_same(events: list[str], seed: int) -> None:
    way = case([events], seed=seed, limits={"rows": 1, "held": 9, "torn": 1, "enough": 1})
    with TemporaryDirectory() as folder, limits(**way["limits"]):
        same(files(Path(folder), way))


def line(count: int, *, x: float = WEST - 0.2, every_s: float = 20.0, name: str = "A", begin: float = 0.0) -> list[Row]:
    """Return rows far from the zone."""
    return [
        {
            "vehicle_id": name,
            "t": START + round(1000 * (begin + every_s * n)),
            "lon": x - 0.0001 * n,
            "lat": SOUTH,
            "speed_kmh": 36.0,
            "accuracy_m": 5.0,
        }
        for n in range(count)
    ]


FROZEN = "frozen: the terminal says it drives, and no digit changes"
JUMP = "no vehicle could have got there in the time: a jump of the receiver"
FUTURE = "later than the time of this check: the terminal's clock is wrong"


@pytest.mark.parametrize("before", [1, 2, 63, 64, 65, 66])
@pytest.mark.parametrize("rows", [64, 65, 1 << 17])
def test_a_position_that_is_frozen_where_a_block_of_far_rows_begins_is_found(tmp_path: Path, before: int, rows: int) -> None:
    track = line(before + 80)
    for n in range(before, len(track)):
        track[n] |= {"lon": track[n - 1]["lon"] if n == before else track[n]["lon"]}
    with limits(rows=rows):
        assert codes(same(parquet(tmp_path / "t.parquet", track))) == {FROZEN: 1}


@pytest.mark.parametrize("late", [1, 10, 63, 64, 65, 100])
def test_far_rows_later_than_the_check_are_rejected_wherever_they_begin(tmp_path: Path, late: int) -> None:
    track = line(200)
    now_s = track[-late]["t"] / 1000 - 600.001
    assert codes(same(parquet(tmp_path / "t.parquet", track), now_s=now_s)) == {FUTURE: late}
    assert codes(same(parquet(tmp_path / "t.parquet", track), now_s=now_s + 0.001)) == ({FUTURE: late - 1} if late > 1 else {})


def test_a_row_that_repeats_a_jump_is_rejected_with_it(tmp_path: Path) -> None:
    track = line(20)
    track[10] |= {"lon": 111.9}
    track.insert(11, dict(track[10]))
    assert codes(same(parquet(tmp_path / "t.parquet", track))) == {JUMP: 2}


@pytest.mark.parametrize("first_s", [20, 40, 60, 3000])
def test_a_clock_that_leaps_while_a_slip_lies_in_the_silence_is_counted(tmp_path: Path, first_s: float) -> None:
    track = line(3, every_s=30) + line(3, every_s=30, begin=60 + 3630, x=WEST - 0.2003)
    for n, row in enumerate(track):
        row["lon"] = WEST - 0.2 - 0.006 * n
    slip = track[2] | {"t": track[2]["t"] + round(1000 * first_s), "lon": 115.0}
    fixes = same(parquet(tmp_path / "t.parquet", [*track[:3], slip, *track[3:]]))
    assert fixes.tally["clock_forward"] == 1
    assert codes(fixes) == {JUMP: 1}


def lockstep(places: Sequence[float], count: int) -> list[list[Row]]:
    """Return the rows of many vehicles, all of them at one place after another, by instant."""
    return [
        [
            {"vehicle_id": f"V{v}", "t": START + 30_000 * k, "lon": x, "lat": 35.14, "speed_kmh": 1.0, "accuracy_m": 5.0}
            for v in range(count)
        ]
        for k, x in enumerate(places)
    ]


OUT, IN = WEST - 0.2, (WEST + EAST) / 2


@pytest.mark.parametrize(
    ("places", "jumps"),
    [
        ([OUT, OUT, IN, IN, IN, IN], 0),
        ([IN, IN, OUT, OUT, IN, IN], 2),
        ([IN, IN, OUT, OUT], 2),
        ([IN, OUT, OUT, OUT, OUT, IN], 1),
        ([OUT, EAST + 0.3, EAST + 0.3, EAST + 0.3], 0),
    ],
)
@pytest.mark.parametrize("count", [1, 9, 300])
def test_when_all_vehicles_jump_at_once_there_is_room_for_all_that_is_held_of_them(
    tmp_path: Path, places: list[float], jumps: int, count: int
) -> None:
    """As a platform's outage makes them, with a file for every instant; what was written beyond its room crashed the process."""
    for n, rows in enumerate(lockstep(places, count)):
        parquet(tmp_path / f"{n}.parquet", rows)
    assert len(same(tmp_path).rejects) == jumps * count


def test_a_vehicle_that_is_far_for_ten_thousand_rows_comes_and_goes(tmp_path: Path) -> None:
    truck = Truck("A", 3)
    truck.far(10_000)
    truck.to((WEST + EAST) / 2, (SOUTH + NORTH) / 2)
    truck.far(5000, EAST + 0.02)
    for rows in (64, 1000, 1 << 17):
        with limits(rows=rows):
            same(parquet(tmp_path / "t.parquet", truck.rows))
    traces, found = streamed(tmp_path / "t.parquet")
    assert 2 <= sum(len(visit) for visit in found["A"]) < 100
    assert traces.fixes == len(truck.rows)


@pytest.mark.parametrize("edge", ["west", "south", "east", "north"])
@pytest.mark.parametrize("off", [-1, 0, 1])
def test_a_way_that_just_touches_the_box_is_a_visit_and_one_beside_it_is_none(tmp_path: Path, edge: str, off: int) -> None:
    at_edge = {"west": WEST, "south": SOUTH, "east": EAST, "north": NORTH}[edge]
    outwards = -1 if edge in ("west", "south") else 1
    at_edge = float(at_edge if not off else np.nextafter(at_edge, at_edge + off * outwards))
    track = line(4)
    for n, row in enumerate(track):
        out = at_edge + outwards * 0.001 * (n != 2)
        row |= {"lon": out, "lat": 35.14} if edge in ("west", "east") else {"lon": 110.77, "lat": out}
    same(parquet(tmp_path / "t.parquet", track))
    assert len(streamed(tmp_path / "t.parquet")[1].get("A", [])) == (off < 1)


_WITHOUT = """
import importlib.util, json, sys, warnings
warnings.simplefilter("error")
sys.path[:0] = json.loads(sys.argv[2])
find_spec = importlib.util.find_spec
if sys.argv[1] == "blocked":
    importlib.util.find_spec = lambda name, package=None: None if name == "numba" else find_spec(name, package)
from pathlib import Path
from tempfile import TemporaryDirectory
from test_sift import EVENTS, case, files, limits, same
from zones.matching.compiled import FAST
from truckban.traces import sift_loop
for n, order in enumerate(("by time", "any")):
    way = case([EVENTS[::2], EVENTS[1::2]], seed=n, order=order, cuts=[0.4])
    with TemporaryDirectory() as folder, limits(rows=100, held=150, torn=100, enough=40):
        same(files(Path(folder), way), now_s=None)
print(json.dumps([FAST, hasattr(sift_loop.sift, "py_func")]))
"""


@pytest.mark.slow
@pytest.mark.skipif(not FAST, reason="Numba is not installed")
@pytest.mark.parametrize(("how", "disable", "fast"), [("blocked", "0", False), ("as it is", "1", True)])
def test_without_its_compiler_the_sift_says_the_same(how: str, disable: str, *, fast: bool) -> None:
    here = Path(__file__).parent
    folders = json.dumps([str(here), str(here.parent / "maps"), str(here.parents[1])])
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT, how, folders],
        env={**os.environ, "NUMBA_DISABLE_JIT": disable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [fast, False]
