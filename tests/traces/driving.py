"""Trucks driven on the built-in schematic, in coordinates alone, and what a check says of them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from truckban.grounds import ground_for
from truckban.norms import Notice
from truckban.notices.load import builtin_notice
from truckban.traces.check import Checked, Inputs, check
from truckban.traces.lead.leads import Lead
from zones.locate import Locator

Floats = npt.NDArray[np.float64]
LonLat = tuple[float, float]
LON_M, LAT_M = 91126.0, 110943.0
WEST, MIDDLE, EAST = 110.7480, 110.7720, 110.7960
SOUTH, CROSS, NORTH = 35.1280, 35.1560, 35.1640
KERB_M = 17.75
"""From the line through the junctions of a boundary road to its inner kerb: 12.5 m and one and a half lanes."""
BLOCK = [(110.7595, 35.1368), (110.7845, 35.1368), (110.7845, 35.1514), (110.7595, 35.1514)]
"""A way round on the streets inside."""
HEAVY = {
    "plate": "晋M12345",
    "vehicle_type": "重型自卸货车",
    "length_mm": 8600,
    "gross_mass_kg": 25000,
    "energy": "diesel",
}


@cache
def law() -> tuple[Notice, Locator]:
    notice = builtin_notice("linyi-2023-5")
    ground = ground_for(notice)
    assert ground is not None
    return notice, ground


def at(clock: str, day: str = "2024-05-08") -> float:
    """Return the instant of a clock in the notice's zone of time."""
    return dt.datetime.fromisoformat(f"{day}T{clock}+08:00").timestamp()


def instant(written: str) -> float:
    parsed = dt.datetime.fromisoformat(written)
    assert parsed.utcoffset() == dt.timedelta(hours=8)
    return parsed.timestamp()


def off(place: LonLat, east_m: float = 0.0, north_m: float = 0.0) -> LonLat:
    return place[0] + east_m / LON_M, place[1] + north_m / LAT_M


def where(route: Sequence[LonLat], metres: Floats) -> tuple[Floats, Floats]:
    """Return the positions so many metres along a route; at its end beyond it."""
    points = np.array(route)
    steps = np.hypot(np.diff(points[:, 0]) * LON_M, np.diff(points[:, 1]) * LAT_M)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    return np.interp(metres, along, points[:, 0]), np.interp(metres, along, points[:, 1])


def length_m(route: Sequence[LonLat]) -> float:
    points = np.array(route)
    return float(np.hypot(np.diff(points[:, 0]) * LON_M, np.diff(points[:, 1]) * LAT_M).sum())


def frame(name: str, t_s: Floats, lon: Floats, lat: Floats) -> pd.DataFrame:
    return pd.DataFrame({"vehicle_id": name, "t_s": t_s, "lon": lon, "lat": lat})


def drive(
    route: Sequence[LonLat], start: float, *, kmh: float = 36.0, every_s: float = 15.0, name: str = "T1"
) -> pd.DataFrame:
    """Return the fixes of a drive along a route, without error."""
    speed = kmh / 3.6
    t_s = np.arange(0.0, length_m(route) / speed, every_s)
    return frame(name, start + t_s, *where(route, t_s * speed))


def stay(place: LonLat, start: float, end: float, *, every_s: float = 60.0, name: str = "T1") -> pd.DataFrame:
    t_s = np.arange(start, end, every_s)
    return frame(name, t_s, np.full(len(t_s), place[0]), np.full(len(t_s), place[1]))


def noisy(fixes: pd.DataFrame, seed: int, sigma_m: float = 8.0, persistence: float = 0.0) -> pd.DataFrame:
    """Return fixes with a receiver's error on each axis; `persistence` is the correlation from one fix to the next."""
    rng = np.random.default_rng(seed)
    error = rng.standard_normal((len(fixes), 2)) * sigma_m
    for row in range(1, len(error)) if persistence else ():
        error[row] = persistence * error[row - 1] + np.sqrt(1 - persistence**2) * error[row]
    return fixes.assign(lon=fixes["lon"] + error[:, 0] / LON_M, lat=fixes["lat"] + error[:, 1] / LAT_M)


def written(fixes: pd.DataFrame) -> pd.DataFrame:
    """Return fixes as the contract's columns."""
    seconds = fixes["t_s"].round(3).map("{:.3f}".format)
    return fixes.assign(time=seconds).drop(columns="t_s")[
        ["vehicle_id", "time", *fixes.columns.drop(["vehicle_id", "t_s"])]
    ]


def judged(
    folder: Path,
    *fixes: pd.DataFrame,
    vehicles: Mapping[str, Mapping[str, object]] | None = None,
    permits: Sequence[Mapping[str, object]] = (),
    min_probability: float = 0.9,
    traces: Path | None = None,
) -> Checked:
    """Check fixes on the built-in zone; every truck is one heavy lorry unless `vehicles` says otherwise."""
    table = pd.concat(fixes, ignore_index=True) if fixes else None
    if traces is None:
        assert table is not None
        traces = folder / "traces.csv"
        written(table).to_csv(traces, index=False)
    if vehicles is None:
        assert table is not None
        vehicles = dict.fromkeys(table["vehicle_id"].unique().tolist(), HEAVY)
    rows = [{"vehicle_id": name, **facts} for name, facts in vehicles.items()] or [{"vehicle_id": "nobody"}]
    pd.DataFrame(rows).assign(plate_color=None).to_csv(folder / "vehicles.csv", index=False)
    permit_file = None
    if permits:
        permit_file = folder / "permits.json"
        pd.Series([dict(permit) for permit in permits]).to_json(permit_file, orient="values", force_ascii=False)
    inputs = Inputs(traces, folder / "vehicles.csv", permit_file, min_probability=min_probability)
    checked = check(inputs, *law())
    counts = checked.counts()
    for name in ("rows", "vehicles", "permits"):
        assert counts[name]["read"] == counts[name]["used"] + counts[name]["rejected"]
    passages = counts["passages"]
    assert passages["all"] == sum(passages[kind] for kind in ("prohibited", "undetermined", "lawful", "unsure"))
    assert counts["leads"] == len(checked.leads)
    return checked


def inside_times(route: Sequence[LonLat], start: float, kmh: float) -> tuple[float, float, float]:
    """Return when a drive truly enters and leaves for good, and how many metres of it lie inside."""
    speed = kmh / 3.6
    t_s = np.arange(0.0, length_m(route) / speed, 0.1)
    inside = law()[1].depth_m(*where(route, t_s * speed)) > 0
    within = t_s[inside]
    return start + float(within[0]), start + float(within[-1]), float(inside.sum() * 0.1 * speed)


def rows_of(leads: Sequence[Lead]) -> list[dict[str, object]]:
    return [lead.row() for lead in leads]


KMH = 36.0
CROSSROADS = MIDDLE, CROSS
WUYI = [off((MIDDLE, SOUTH), north_m=-1500), off((MIDDLE, NORTH), north_m=1500)]
IN_BY_SECOND_STREET = [off((WEST, 35.1368), east_m=-300), *BLOCK]


def ring(inward_m: float) -> dict[str, list[LonLat]]:
    """Return a drive along each boundary road, so far from the line through the junctions, from beyond the corners."""
    a, b = -1900, 1900
    return {
        "丰喜大道": [off((WEST, SOUTH), a, inward_m), off((EAST, SOUTH), b, inward_m)],
        "峨嵋大道": [off((EAST, NORTH), b, -inward_m), off((WEST, NORTH), a, -inward_m)],
        "西环路": [off((WEST, NORTH), inward_m, b), off((WEST, SOUTH), inward_m, a)],
        "东环路": [off((EAST, SOUTH), -inward_m, a), off((EAST, NORTH), -inward_m, b)],
    }


def round_the_ring(outward_m: float) -> list[LonLat]:
    o = outward_m
    corners = [
        off((WEST, SOUTH), -o, -o),
        off((EAST, SOUTH), o, -o),
        off((EAST, NORTH), o, o),
        off((WEST, NORTH), -o, o),
    ]
    return [*corners, corners[0]]


def carve_outs(right_m: float) -> dict[str, list[LonLat]]:
    """Return drives through the two carve-outs, so far to the right of the centre lines."""
    o = right_m
    return {
        "北环路-五一路": [
            off((WEST, CROSS), -1500, -o),
            off(CROSSROADS, o, -o),
            off((MIDDLE, NORTH), o, 1500),
        ],
        "五一路-北环路": [
            off((MIDDLE, NORTH), -o, 1500),
            off(CROSSROADS, -o, o),
            off((WEST, CROSS), -1500, o),
        ],
    }


def accused(checked: Checked) -> list[tuple[str, float, int]]:
    return [(lead.vehicle_id, lead.probability, lead.fixes_inside) for lead in checked.leads]
