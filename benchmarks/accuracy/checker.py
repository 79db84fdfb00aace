"""The one place that knows the program under test: fixes in, judged passages out."""

import datetime as dt
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import shapely

from accuracy.errors import Sent
from accuracy.ground import Ground
from truckban.notices.load import builtin_notice
from truckban.traces.check import Inputs, check
from zones.locate import Locator

NOTICE = "linyi-2023-5"
MIDNIGHT = dt.datetime(2024, 5, 8, tzinfo=dt.timezone(dt.timedelta(hours=8))).timestamp()


@dataclass(frozen=True, eq=False)
class Judged:
    """A passage as the check reports it.

    Attributes:
        vehicle: whose.
        entered, left: seconds of the day.
        probability: that it drove inside.
        verdict: the notice's.
        kind: `prohibited` and `undetermined` are leads; `unsure` and `lawful` are none.
        roads: as reported.
        metres: as reported.
        line: where, WGS 84.
        entry, exit: how it came in and went out, or began and ended.
        depth_m: of its deepest fix.
        mean_kmh, max_kmh: as reported.
    """

    vehicle: str
    entered: float
    left: float
    probability: float
    verdict: str
    kind: str
    roads: tuple[str, ...]
    metres: float
    line: shapely.LineString
    entry: str
    exit: str
    depth_m: float | None
    mean_kmh: float | None
    max_kmh: float | None

    @property
    def is_lead(self) -> bool:
        """Whether a person would be shown it."""
        return self.kind in ("prohibited", "undetermined")


def judge(ground: Ground, days: Sequence[tuple[str, Sent]]) -> list[Judged]:
    """Check the fixes of some vehicles, all heavy trucks without a permit, by the files that people would give."""
    notice = builtin_notice(NOTICE)
    sizes = [len(sent.t_s) for _, sent in days]
    joined = {
        name: np.concatenate([getattr(sent, name) for _, sent in days])
        for name in ("t_s", "lon", "lat", "accuracy_m", "speed_kmh", "heading")
    }
    stamps = np.round((joined["t_s"] + MIDNIGHT) * 1000).astype("datetime64[ms]")
    table = {
        "vehicle_id": pa.array(np.repeat([name for name, _ in days], sizes)),
        "time": pa.array(stamps).cast(pa.timestamp("ms", "UTC")),
        "lon": pa.array(joined["lon"]),
        "lat": pa.array(joined["lat"]),
    }
    for name in ("accuracy_m", "speed_kmh", "heading"):
        if np.isfinite(joined[name]).any():
            table[name] = pa.array(joined[name])
    with tempfile.TemporaryDirectory() as folder:
        traces, vehicles = Path(folder) / "traces.parquet", Path(folder) / "vehicles.csv"
        pa.parquet.write_table(pa.table(table), traces)
        rows = [f"{name},{_plate(number)},yellow,重型自卸货车,8600,25000" for number, (name, _) in enumerate(days)]
        head = "vehicle_id,plate,plate_color,vehicle_type,length_mm,gross_mass_kg"
        vehicles.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
        zone = ground.zone if ground.streets_told else replace(ground.zone, streets=())
        checked = check(Inputs(traces, vehicles), notice, Locator(zone))
    return [
        Judged(
            vehicle=part.vehicle_id,
            entered=dt.datetime.fromisoformat(part.entered_at).timestamp() - MIDNIGHT,
            left=dt.datetime.fromisoformat(part.left_at).timestamp() - MIDNIGHT,
            probability=float(part.probability),
            verdict=part.verdict,
            kind=checked.kind(part),
            roads=tuple(part.roads),
            metres=float(part.distance_inside_m),
            line=part.line,
            entry=part.entry.how,
            exit=part.exit.how,
            depth_m=part.depth_max_m,
            mean_kmh=part.mean_speed_kmh,
            max_kmh=part.max_speed_kmh,
        )
        for part in checked.parts
    ]


def _plate(number: int) -> str:
    """Return an invented plate."""
    return f"晋M{'ABCDEFGH'[number // 10_000 % 8]}{number % 10_000:04d}"
