"""The raw fixes of one vehicle, out of the files that a run read."""

import datetime as dt
import time
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np

from api.problems import Problem, not_found
from api.settings import Settings
from api.store.tables.runs import Run, Upload
from api.traces.files import new_name, runs_folder
from api.traces.laying import laid_out
from api.traces.schemas import Track
from truckban.traces.read.pieces import Source
from zones.text import Text

MOST_FIXES = 50_000


def track_of(settings: Settings, run: Run, uploads: Sequence[Upload], vehicle_id: str, zone: ZoneInfo) -> Track:
    """Return the fixes of a vehicle, each as it was sent, in order of time; the files are read from their beginning.

    Raises:
        Problem: 404; the vehicle is in none of the files. 503; they are too large to be read within a request.
        InputError: a file was deleted.
    """
    until = time.monotonic() + settings.request_s / 2
    found: list[tuple[float, float, float]] = []
    with laid_out(settings, uploads, runs_folder(settings) / f".look-{new_name()}") as given:
        source = Source(given["traces"], zone.key, run.options["crs"], run.options["columns"])
        for piece, _ in source.pieces():
            code = source.vehicles.get(vehicle_id)
            if code is not None:
                rows = np.flatnonzero(piece.codes[piece.vehicle] == code)
                stamps = piece.time[rows]
                t_s = (
                    stamps.astype(np.float64)
                    if piece.ms == 0
                    else (stamps.astype(np.int64) * piece.ms // piece.parts + piece.shift_ms) / 1000.0
                )
                found += zip(t_s.tolist(), piece.lon[rows].tolist(), piece.lat[rows].tolist(), strict=True)
            if time.monotonic() > until:
                text = Text("文件太大，来不及在一次请求里读完", "the files are too large to be read within a request")
                raise Problem(503, "too_slow", text)
    fixes = sorted({fix for fix in found if all(map(np.isfinite, fix))})
    if not fixes:
        not_found()
    shown = fixes[:MOST_FIXES]
    return Track(
        vehicle_id=vehicle_id,
        times=[dt.datetime.fromtimestamp(t_s, zone) for t_s, _, _ in shown],
        lon=[lon for _, lon, _ in shown],
        lat=[lat for _, _, lat in shown],
        truncated=len(fixes) > len(shown),
    )
