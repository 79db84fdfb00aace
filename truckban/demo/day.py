"""The whole day: 200 trucks, what they are, what their terminals sent, and what is true of them."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from truckban.demo import fixes, fleet, passes, truth
from truckban.demo.drives import DayOfTruck, Planner
from truckban.demo.motion import Driver
from truckban.demo.scenarios import Scenario, shared_out
from truckban.demo.streets import Streets
from zones import load_builtin
from zones.errors import InputError
from zones.locate import Locator
from zones.text import Text
from zones.zone import Zone

ZONE = "linyi-schematic"
DATE = dt.date(2024, 5, 8)
_OFFSET = dt.timezone(dt.timedelta(hours=8))
_DECIMALS = 6
_MIDDLE_LANE_SHARE = 0.35


@dataclass(frozen=True, eq=False)
class Truck:
    """One truck with what only its maker knows: its scenario, its noise-free day and its fixes with their errors."""

    vehicle_id: str
    scenario: Scenario
    day: DayOfTruck
    sent: fixes.Sent


@dataclass(frozen=True, eq=False)
class Day:
    """A simulated day.

    Attributes:
        traces: fixes as received, `truckban.demo.fixes.COLUMNS`.
        vehicles: `truckban.demo.fleet.FIELDS`, one row a truck.
        permits: `truckban.demo.passes.FIELDS`, lists joined by `;`.
        truth: `truckban.demo.truth.COLUMNS`, one row a true passage, sorted by vehicle and time.
        scenarios: `vehicle_id, scenario, drive, if_inside_by_day`, one row a truck.
        trucks: in the order of `vehicles`.
        streets: what they drove on.
    """

    traces: pd.DataFrame
    vehicles: pd.DataFrame
    permits: pd.DataFrame
    truth: pd.DataFrame
    scenarios: pd.DataFrame
    trucks: tuple[Truck, ...]
    streets: Streets

    def write(self, folder: str | Path) -> list[Path]:
        """Write traces, vehicles, permits, truth and scenarios as CSV (UTF-8) and return the files.

        Raises:
            InputError: the folder cannot be written to.
        """
        folder = Path(folder)
        written = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in ("traces", "vehicles", "permits", "truth", "scenarios"):
                path = folder / f"{name}.csv"
                getattr(self, name).to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
                written.append(path)
        except OSError as error:
            raise InputError(
                Text(f"无法写入：{error.strerror}", f"cannot be written: {error.strerror}"), file=str(folder)
            ) from error
        return written


def make_day(
    *, seed: int = 1, trucks: int = 200, date: dt.date = DATE, zone: Zone | None = None, persistence: float = 0.0
) -> Day:
    """Make a day; the same arguments give the same day, and a truck's day depends on its own number only.

    Args:
        seed: of everything left to chance.
        trucks: how many.
        date: the day, from midnight to midnight at +08:00.
        zone: the zone with its streets; the scenarios name streets of the schematic, which is used unless said.
        persistence: correlation of a moving fix's error with the one before.

    Raises:
        InputError: fewer than one truck, or a zone without the schematic's streets.
    """
    zone = zone or load_builtin(ZONE)
    streets, locator = Streets(zone), Locator(zone)
    scenarios = shared_out(trucks)
    order = np.random.default_rng([seed, trucks]).permutation(trucks)
    vehicles, permits, rows, made, sent = [], [], [], [], []
    turns = [scenarios[:number].count(scenario) for number, scenario in enumerate(scenarios)]
    for number in range(trucks):
        scenario, turn = scenarios[order[number]], turns[order[number]]
        rng = np.random.default_rng([seed, trucks, number])
        vehicle = fleet.make_vehicle(scenario.vehicle, number, turn, rng)
        driver = Driver(fleet.cruise_kmh(vehicle, rng), int(rng.random() < _MIDDLE_LANE_SHARE))
        day = Planner(streets, locator, driver, rng).plan(scenario.drive, turn)
        permit = passes.make_pass(scenario.permit, vehicle["plate"], date, turn) if scenario.permit else None
        name = vehicle["vehicle_id"]
        vehicles.append(vehicle)
        permits += [permit.fields] if permit else []
        passages = truth.true_passages(day, scenario, permit, streets, locator)
        rows += [{"vehicle_id": name, **row} for row in passages]
        made.append(Truck(name, scenario, day, fixes.send(day, rng, persistence=persistence)))
        sent.append(_table(made[-1], streets))
    traces = fixes.received(pd.concat(sent, ignore_index=True), np.random.default_rng([seed, trucks, trucks]))
    traces["time"] = _times(traces["second"].to_numpy(), date)
    true = pd.DataFrame(rows, columns=list(truth.COLUMNS))
    for column in ("entered_at", "left_at"):
        true[column] = _times(true[column].to_numpy(dtype=np.int64), date)
    return Day(
        traces=traces[list(fixes.COLUMNS)],
        vehicles=_vehicles(vehicles),
        permits=pd.DataFrame(permits, columns=list(passes.FIELDS)),
        truth=true,
        scenarios=_scenarios(made),
        trucks=tuple(made),
        streets=streets,
    )


def _table(truck: Truck, streets: Streets) -> pd.DataFrame:
    sent = truck.sent
    lon, lat = streets.plane.lonlat(*sent.xy.T)
    return pd.DataFrame(
        {
            "vehicle_id": truck.vehicle_id,
            "second": sent.second,
            "lon": np.round(lon, _DECIMALS),
            "lat": np.round(lat, _DECIMALS),
            "speed_kmh": np.round(sent.speed_kmh, 1),
            "heading": np.round(sent.heading).astype(np.int64) % 360,
        }
    )


def _times(seconds: npt.NDArray[np.int64], date: dt.date) -> list[str]:
    """Return RFC 3339 times of seconds of the day."""
    midnight = dt.datetime.combine(date, dt.time(), _OFFSET)
    return [(midnight + dt.timedelta(seconds=second)).isoformat() for second in seconds.tolist()]


def _vehicles(rows: list[dict[str, object]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(fleet.FIELDS))
    for column in ("length_mm", "gross_mass_kg"):
        table[column] = table[column].astype("Int64")
    table["on_duty"] = [None if value is None else str(value).lower() for value in table["on_duty"]]
    return table


def _scenarios(trucks: list[Truck]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "vehicle_id": truck.vehicle_id,
                "scenario": truck.scenario.name,
                "drive": truck.scenario.drive,
                "if_inside_by_day": truck.scenario.verdict,
            }
            for truck in trucks
        ]
    )
