"""What is said to be lawful wherever it was driven is lawful at every second of it."""

import datetime as dt
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from driving import (
    BLOCK,
    HEAVY,
    IN_BY_SECOND_STREET,
    WUYI,
    at,
    drive,
    judged,
    law,
    noisy,
    off,
    ring,
    rows_of,
    stay,
    written,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from whole import limits

from truckban.columns import Questions, decide_columns
from truckban.logic import Coded
from truckban.norms import Notice
from truckban.notices.load import builtin_names, builtin_notice, load_notice
from truckban.permits import PermitList, read_permit
from truckban.traces.check import Checked
from truckban.traces.lead.lawful import area_of, may_stand
from truckban.vehicle_facts import read_vehicle

DAY = 86_400.0
KINDS: list[dict[str, Any]] = [
    HEAVY,
    HEAVY | {"gross_mass_kg": None, "vehicle_type": None, "length_mm": None},
    HEAVY | {"vehicle_type": "中型厢式货车", "length_mm": 5900, "gross_mass_kg": 7900},
    HEAVY | {"vehicle_type": "轻型普通货车", "length_mm": 5000, "gross_mass_kg": 3000},
    HEAVY | {"vehicle_type": "重型专项作业车"},
    HEAVY | {"vehicle_type": "小型轿车", "length_mm": 4500, "gross_mass_kg": 1800},
    {},
    {"plate": "晋M00001", "energy": "electric", "vehicle_type": "重型半挂牵引车"},
]
PACKS = Path(__file__).parents[1] / "notices"


@cache
def notices() -> dict[str, Notice]:
    found = {name: builtin_notice(name) for name in builtin_names()}
    for path in sorted(PACKS.glob("packs/*.yaml")):
        notice = load_notice(path)
        found[path.name] = notice
    return {name: notice for name, notice in found.items() if _mapped(notice)}


def _mapped(notice: Notice) -> bool:
    try:
        area_of(notice, law()[1])
    except Exception:  # noqa: BLE001 - a notice of another place, of which the zone is not
        return False
    return True


def verdicts(notice: Notice, facts: Any, seconds: Sequence[float], permits: PermitList) -> np.ndarray:  # noqa: ANN401
    at_s = np.floor(np.array(seconds)).astype(np.int64)
    nowhere = np.full(len(at_s), np.nan)
    zones = {name: np.full(len(at_s), mask, np.int64) for name, mask in area_of(notice, law()[1]).items()}
    which, roads = np.zeros(len(at_s), np.intp), Coded(np.zeros(len(at_s), np.intp), [None])
    return decide_columns(notice, Questions([facts], which, at_s, zones, roads, nowhere, nowhere, permits))


EDGES = [-1.5, -1.0, -0.5, -0.001, 0.0, 0.001, 0.5, 1.0, 60.0]
spans = st.tuples(
    st.integers(0, len(KINDS) - 1),
    st.dates(dt.date(2022, 12, 1), dt.date(2029, 12, 31)),
    st.one_of(
        st.floats(0, DAY),
        st.sampled_from([h * 3600.0 + e for h in (0, 6, 7, 9, 12, 17, 19, 20, 22, 24) for e in EDGES]),
    ),
    st.one_of(st.sampled_from([0.0, 0.001, 1.0, 30.0, 600.0]), st.floats(0, 30 * 3600), st.floats(0, 5 * DAY)),
)


@settings(max_examples=6, deadline=None)
@given(some=st.lists(spans, min_size=1, max_size=8), permit=st.booleans())
def test_where_no_ban_may_stand_none_stands_at_any_second(
    some: list[tuple[int, dt.date, float, float]], *, permit: bool
) -> None:
    permits = PermitList([read_permit({"plate": "晋M12345", "status": "approved"})] if permit else [])
    for notice in notices().values():
        vehicles = [read_vehicle(kind, notice.facts) for kind in KINDS]
        begin = np.array([at("00:00:00", day.isoformat()) + second for _, day, second, _ in some])
        end = begin + np.array([length for *_, length in some])
        which = np.array([kind for kind, *_ in some], np.intp)
        stands = may_stand(notice, law()[1], vehicles, which, begin, end)
        for k in range(len(some)):
            hours = np.arange(np.floor(begin[k] / 3600), end[k] / 3600 + 1) * 3600
            seconds = np.concatenate([[begin[k]], np.linspace(begin[k], end[k], 50), hours - 1, hours, hours + 1])
            seconds = seconds[(seconds >= begin[k]) & ((seconds < end[k]) | (seconds == begin[k]))]
            found = verdicts(notice, vehicles[which[k]], seconds.tolist(), permits)
            if not stands[k]:
                assert (found == -1).all()


def test_spans_do_not_change_what_is_said_of_others() -> None:
    notice = law()[0]
    vehicles = [read_vehicle(kind, notice.facts) for kind in KINDS]
    rng = np.random.default_rng(2)
    begin = at("00:00:00") + rng.uniform(0, 900 * DAY, 300)
    end = begin + rng.choice([0, 10, 3600, 40_000], 300)
    which = rng.integers(0, len(KINDS), 300)
    stands = partial(may_stand, notice, law()[1], vehicles)
    together = stands(which, begin, end)
    alone = [bool(stands(which[k : k + 1], begin[k : k + 1], end[k : k + 1])[0]) for k in range(300)]
    assert together.tolist() == alone
    assert 0 < together.sum() < 300
    assert len(stands(which[:0], begin[:0], end[:0])) == 0


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        ("05:00:00", "05:59:59", False),
        ("05:00:00", "06:00:00", False),
        ("05:00:00", "06:00:01", True),
        ("21:59:59", "23:00:00", True),
        ("22:00:00", "23:59:59", False),
    ],
)
def test_a_heavy_truck_is_free_between_22_and_6(begin: str, end: str, *, expected: bool) -> None:
    notice, ground = law()
    vehicles = [read_vehicle(HEAVY, notice.facts)]
    span = np.array([at(begin)]), np.array([at(end)])
    assert may_stand(notice, ground, vehicles, np.zeros(1, np.intp), *span).tolist() == [expected]


YARD = off(BLOCK[1], 30, 40)
NAMES = ("A1", "B2", "C3", "D4", "E5", "F6", "G7", "H8")


@cache
def fleet() -> pd.DataFrame:
    """Return eight trucks' fixes: inside and out, at both ends of the window, slips, frozen, two tracks, rows that are none."""
    twin = drive([off(WUYI[0], 30_000, 0), off(WUYI[1], 30_000, 0)], at("11:00:07"), every_s=30)
    parts = [
        drive(WUYI, at("10:00:00"), every_s=30, name="A1"),
        drive(WUYI[::-1], at("10:40:00"), every_s=30, name="A1"),
        drive(IN_BY_SECOND_STREET, at("05:57:00"), every_s=30, name="B2"),
        stay(YARD, at("08:00:00"), at("09:00:00"), every_s=300, name="C3"),
        drive([YARD, BLOCK[2]], at("09:00:00"), every_s=30, name="C3"),
        drive(ring(16.0)["西环路"], at("12:00:00"), every_s=30, name="D4"),
        drive(WUYI, at("11:00:00"), every_s=30, name="E5"),
        twin.assign(vehicle_id="E5"),
        drive(IN_BY_SECOND_STREET, at("14:00:00"), every_s=15, name="F6"),
        drive(WUYI, at("21:55:00"), every_s=20, name="G7"),
        drive([off(place, 40_000, 0) for place in WUYI], at("09:00:00"), every_s=5, name="H8"),
    ]
    table = noisy(pd.concat(parts, ignore_index=True), 4).assign(speed_kmh=36.0)
    slips = np.flatnonzero(table["vehicle_id"].isin(["A1", "F6"]))[::37]
    table.loc[slips, "lon"] += 0.4
    frozen = np.flatnonzero(table["vehicle_id"] == "F6")[30:60]
    table.loc[frozen, ["lon", "lat"]] = table.loc[frozen[0], ["lon", "lat"]].to_numpy()
    bad = table.iloc[[3, 90]].assign(lon=0.0, lat=0.0)
    return pd.concat([table, bad, table.iloc[10:200:9].assign(speed_kmh=0.0)], ignore_index=True)


def parquet(folder: Path, *tables: pd.DataFrame) -> Path:
    folder.mkdir()
    for n, table in enumerate(tables):
        times = pa.array((table["t_s"] * 1000).round().astype("int64")).cast(pa.timestamp("ms", "UTC"))
        columns = {name: pa.array(table[name].to_numpy(float)) for name in ("lon", "lat", "speed_kmh")}
        ids = pa.array(table["vehicle_id"].astype(str).tolist()).dictionary_encode()
        pq.write_table(
            pa.table({"vehicle_id": ids, "time": times, **columns}), folder / f"{n}.parquet", row_group_size=100
        )
    return folder


def checked(folder: Path, traces: Path) -> Checked:
    return judged(
        folder, traces=traces, vehicles={name: HEAVY | {"plate": f"晋M1000{n}"} for n, name in enumerate(NAMES)}
    )


def test_leads_are_the_same_however_the_fleets_rows_are_laid_out(tmp_path: Path) -> None:
    table = fleet().sort_values(["vehicle_id", "t_s"], kind="stable")
    table["t_s"] = table["t_s"].round(3)
    written(table).to_csv(tmp_path / "all.csv", index=False)
    expected = checked(tmp_path, tmp_path / "all.csv")
    assert len(expected.leads) >= 4
    by_time, any_order = table.sort_values("t_s", kind="stable"), table.sample(frac=1.0, random_state=5)
    ways = {
        "by vehicle": [table],
        "by time": [by_time],
        "shuffled": [any_order],
        "three files": [by_time[:150], by_time[150:151], by_time[151:]],
        "three shuffled": [any_order[::3], any_order[1::3], any_order[2::3]],
    }
    small = {"rows": 60, "held": 120, "torn": 80, "enough": 50}
    for n, (name, tables) in enumerate(ways.items()):
        path = parquet(tmp_path / str(n), *tables)
        for bounds in ({}, small) if name in ("by time", "three shuffled") else (small,):
            with limits(**bounds):
                found = checked(tmp_path, path)
            assert rows_of(found.leads) == rows_of(expected.leads), name
            assert rows_of(found.parts) == rows_of(expected.parts), name
            one, other = found.counts(), expected.counts()
            for counted in (one, other):
                counted["cleaning"].pop("out_of_order")
                counted["cleaning"].pop("vehicles_clock_back")
            assert one == other, name
