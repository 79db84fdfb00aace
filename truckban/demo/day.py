"""The whole day: 200 trucks, what they are, what their terminals sent, and what is true of them."""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from truckban.demo import fixes, fleet, freight, passes, slips, truth
from truckban.demo.drives import DayOfTruck, Planner
from truckban.demo.motion import Driver
from truckban.demo.scenarios import Scenario, shared_out
from truckban.demo.streets import Streets
from zones import load_builtin
from zones.errors import InputError, why_not
from zones.locate import Locator
from zones.text import Text
from zones.zone import Zone

ZONE = "linyi-schematic"
DATE = dt.date(2024, 5, 8)
_OFFSET = dt.timezone(dt.timedelta(hours=8))
_DECIMALS = 6
_MIDDLE_LANE_SHARE = 0.35
_FREIGHT = 1
"""Sets the chance of freight trucks apart from that of the others."""
TABLES = ("traces", "vehicles", "permits", "truth", "scenarios")
FREIGHT_TABLES = ("visits_truth", "slips")


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
        visits_truth: `truckban.demo.freight.VISIT_COLUMNS`, one row a stay; None without freight.
        slips: `truckban.demo.slips.COLUMNS`, weighing records; likewise.
    """

    traces: pd.DataFrame
    vehicles: pd.DataFrame
    permits: pd.DataFrame
    truth: pd.DataFrame
    scenarios: pd.DataFrame
    trucks: tuple[Truck, ...]
    streets: Streets
    visits_truth: pd.DataFrame | None = None
    slips: pd.DataFrame | None = None

    def write(self, folder: str | Path) -> list[Path]:
        """Write traces, vehicles, permits, truth and scenarios as CSV (UTF-8) and return the files.

        With freight also the true visits, the slips, and `places.geojson`: what is known to be no loading place.

        Raises:
            InputError: the folder cannot be written to.
        """
        folder = Path(folder)
        written = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in TABLES if self.slips is None else (*TABLES, *FREIGHT_TABLES):
                path = folder / f"{name}.csv"
                getattr(self, name).to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
                written.append(path)
            if self.slips is not None:
                path = folder / "places.geojson"
                text = json.dumps(freight.known_places(), ensure_ascii=False, indent=1)
                path.write_text(text + "\n", encoding="utf-8", newline="\n")
                written.append(path)
        except OSError as error:
            why = why_not(error)
            raise InputError(Text(f"无法写入：{why.zh}", f"cannot be written: {why.en}"), file=str(folder)) from error
        return written


def make_day(
    *,
    seed: int = 1,
    trucks: int = 200,
    date: dt.date = DATE,
    zone: Zone | None = None,
    persistence: float = 0.0,
    freight_trucks: int = 0,
) -> Day:
    """Make a day; the same arguments give the same day, and a truck's day depends on its own number only.

    Args:
        seed: of everything left to chance.
        trucks: how many.
        date: the day, from midnight to midnight at +08:00.
        zone: the zone with its streets; the scenarios name streets of the schematic, which is used unless said.
        persistence: correlation of a moving fix's error with the one before.
        freight_trucks: how many trucks more visit the invented sites; the others' days are the same with and without them.

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
    stays: list[dict[str, object]] = []
    shared = shared_out(freight_trucks, freight.SCENARIOS) if freight_trucks else []
    for number, scenario in enumerate(shared, start=trucks):
        rng = np.random.default_rng([seed, trucks, number, _FREIGHT])
        vehicle = fleet.make_vehicle(scenario.vehicle, number, number, rng)
        planner = Planner(streets, locator, Driver(fleet.cruise_kmh(vehicle, rng), 0), rng)
        day, stands = freight.plan(planner, scenario.drive)
        name = vehicle["vehicle_id"]
        vehicles.append(vehicle)
        passages = truth.true_passages(day, scenario, None, streets, locator)
        rows += [{"vehicle_id": name, **row} for row in passages]
        stays += [{"vehicle_id": name, **row} for row in freight.true_stays(day, stands)]
        made.append(Truck(name, scenario, day, fixes.send(day, rng, persistence=persistence)))
        sent.append(_table(made[-1], streets))
    traces = fixes.received(pd.concat(sent, ignore_index=True), np.random.default_rng([seed, trucks, trucks]))
    traces["time"] = _times(traces["second"].to_numpy(), date)
    plates = {vehicle["vehicle_id"]: vehicle["plate"] for vehicle in vehicles}
    weighed = slips.make_slips(stays, plates, np.random.default_rng([seed, trucks, freight_trucks, 2 * _FREIGHT]))
    return Day(
        traces=traces[list(fixes.COLUMNS)],
        vehicles=_vehicles(vehicles),
        permits=pd.DataFrame(permits, columns=list(passes.FIELDS)),
        truth=_timed(rows, truth.COLUMNS, ("entered_at", "left_at"), date),
        scenarios=_scenarios(made),
        trucks=tuple(made),
        streets=streets,
        visits_truth=_timed(stays, freight.VISIT_COLUMNS, ("arrived_at", "left_at"), date) if shared else None,
        slips=_timed(weighed, slips.COLUMNS, ("time",), date) if shared else None,
    )


def _timed(
    rows: list[dict[str, object]], columns: tuple[str, ...], times: tuple[str, ...], date: dt.date
) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(columns))
    for column in times:
        table[column] = _times(table[column].to_numpy(dtype=np.int64), date)
    return table


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
