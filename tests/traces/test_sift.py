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
import pytest
from effort import times
from hypothesis import example, given, settings
from hypothesis import strategies as st
from trouble import (
    EAST,
    EVENTS,
    NAMES,
    NORTH,
    SOUTH,
    START,
    WEST,
    Truck,
    csv,
    line,
    lockstep,
    mixed,
    parquet,
    rows_of,
)
from whole import codes, limits, same, streamed

from truckban.traces.sifting.sift import rows_to_come
from zones.matching import compiled
from zones.matching.compiled import FAST

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
        extra = ("accuracy_m",) if kind == "no speed" else ("speed_kmh", "heading", "accuracy_m")
        group = 50 if kind == "no speed" else 100_000
        how = {"unit": way["unit"], "zone": way["zone"], "extra": extra, "row_group_size": group}
        parquet(folder / f"{n}.parquet", rows[a:b], **how)
        if kind == "empty":
            parquet(folder / f"{n}-empty.parquet", [], **how)
            csv(folder / f"{n}-none.csv", [{**rows[0], "lon": ""}], way["zone"])
    return folder


def case(tracks: Sequence[Sequence[str]], **more: Any) -> dict[str, Any]:  # noqa: ANN401
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


@settings(max_examples=times(16), deadline=None)
@given(way=ways)
@example(way=case([EVENTS, EVENTS], order="by time"))
@example(way=case([EVENTS], order="any", cuts=[0.5], limits={"rows": 30, "held": 40, "torn": 1, "enough": 5}))
def test_any_rows_in_any_pieces_say_what_cleaning_them_as_a_whole_says(way: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder, limits(**way["limits"]):
        same(files(Path(folder), way), now_s=way["now"])


@settings(max_examples=times(10), deadline=None)
@given(way=ways)
@example(way=case([EVENTS, EVENTS], order="by vehicle", limits={"rows": 300, "held": 40, "torn": 1, "enough": 5}))
@example(way=case([EVENTS, EVENTS], order="by time", unit="ns"))
def test_while_the_loop_is_not_compiled_it_says_what_cleaning_as_a_whole_says(way: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder, limits(**way["limits"]), pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled._Plain, "now", True)  # noqa: SLF001 - as in a small check, for as long as it takes
        patch.setattr(compiled._Plain, "left_s", 1e9)  # noqa: SLF001
        same(files(Path(folder), way), now_s=way["now"])
        assert not compiled.quick()


@pytest.mark.skipif(not FAST, reason="the loops are not compiled here")
def test_very_many_rows_are_not_begun_with_the_loop_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled._Plain, "now", True)  # noqa: SLF001
    monkeypatch.setattr(compiled._Plain, "left_s", compiled._LOADING_S)  # noqa: SLF001
    rows_to_come(1_000_000)
    assert not compiled.quick()
    assert compiled._Plain.left_s == compiled._LOADING_S  # noqa: SLF001 - they are reckoned with when they come
    rows_to_come(20_000_000)
    assert compiled.quick()


@settings(max_examples=times(10), deadline=None)
@given(
    events=st.lists(st.sampled_from([e for e in EVENTS if "far" not in e and e != "cross"]), max_size=5),
    seed=st.integers(0, 999),
)
def test_rows_that_come_one_by_one_say_the_same(events: list[str], seed: int) -> None:
    way = case([events], seed=seed, limits={"rows": 1, "held": 9, "torn": 1, "enough": 1})
    with TemporaryDirectory() as folder, limits(**way["limits"]):
        same(files(Path(folder), way))


FROZEN = "frozen: the terminal says it drives, and no digit changes"
JUMP = "no vehicle could have got there in the time: a jump of the receiver"
FUTURE = "later than the time of this check: the terminal's clock is wrong"


@pytest.mark.parametrize("before", [1, 2, 63, 64, 65, 66])
@pytest.mark.parametrize("rows", [64, 65, 1 << 17])
def test_a_position_that_is_frozen_where_a_block_of_far_rows_begins_is_found(
    tmp_path: Path, before: int, rows: int
) -> None:
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
    assert codes(same(parquet(tmp_path / "t.parquet", track), now_s=now_s + 0.001)) == (
        {FUTURE: late - 1} if late > 1 else {}
    )


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


OUT, IN = WEST - 0.2, (WEST + EAST) / 2


@pytest.mark.parametrize(
    ("places", "jumps"),
    [
        ([OUT, OUT, IN, IN, IN, IN], 0),
        ([OUT, OUT, *[IN] * 10], 2),
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
def test_a_way_that_just_touches_the_box_is_a_visit_and_one_beside_it_is_none(
    tmp_path: Path, edge: str, off: int
) -> None:
    at_edge = {"west": WEST, "south": SOUTH, "east": EAST, "north": NORTH}[edge]
    outwards = -1 if edge in ("west", "south") else 1
    at_edge = float(at_edge if not off else np.nextafter(at_edge, at_edge + off * outwards))
    track = line(4)
    for n in range(len(track)):
        out = at_edge + outwards * 0.001 * (n != 2)
        track[n] |= {"lon": out, "lat": 35.14} if edge in ("west", "east") else {"lon": 110.77, "lat": out}
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
from truckban.traces.sifting import sift_loop
for n, order in enumerate(("by time", "any")):
    way = case([EVENTS[::2], EVENTS[1::2]], seed=n, order=order, cuts=[0.4])
    with TemporaryDirectory() as folder, limits(rows=100, held=150, torn=100, enough=40):
        same(files(Path(folder), way), now_s=None)
print(json.dumps([FAST, hasattr(getattr(sift_loop.sift, "dispatcher", None), "py_func")]))
"""


@pytest.mark.slow
@pytest.mark.skipif(not FAST, reason="Numba is not installed")
@pytest.mark.parametrize(("how", "disable", "fast"), [("blocked", "0", False), ("as it is", "1", True)])
def test_without_its_compiler_the_sift_says_the_same(how: str, disable: str, *, fast: bool) -> None:
    here = Path(__file__).parent
    folders = json.dumps([str(here), str(here.parent), str(here.parent / "maps"), str(here.parents[1])])
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT, how, folders],
        env={**os.environ, "NUMBA_DISABLE_JIT": disable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [fast, False]
