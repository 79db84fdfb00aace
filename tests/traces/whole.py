"""The same file read as a whole and as a stream; both have to say the same."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from driving import law

from truckban.traces.fixes import Fixes, read_fixes
from truckban.traces.read import arrow_table
from truckban.traces.read.pieces import Source
from truckban.traces.sifting import stream, torn_rows
from truckban.traces.sifting.near import Near, Visits, visits_of
from truckban.traces.sifting.stream import Stream, Traces
from zones.text import Text

Place = tuple[float, float, float, float, float, float]
"""Time, longitude, latitude, accuracy and speed (-1 where not given)."""
TIMEZONE = "Asia/Shanghai"


@cache
def near() -> Near:
    return Near.of(law()[1])


@contextmanager
def limits(rows: int = 1 << 17, held: int = 2_000_000, torn: int = 1_000_000, enough: int = 200_000) -> Iterator[None]:
    """Set how many rows come, are held, cleaned and looked at together."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrow_table, "_ROWS", rows)
        patch.setattr(stream, "_HELD_ROWS", held)
        patch.setattr(torn_rows, "TOGETHER", torn)
        patch.setattr(stream, "IN_MEMORY", 20 * torn)
        patch.setattr(stream, "_ENOUGH", enough)
        yield


def visits_by_name(visits: Visits, found: dict[str, list[list[Place]]], *, void: np.ndarray | None = None) -> None:
    """Add visits to those of each vehicle, but for those of vehicles whose are void."""
    fixes = visits.fixes
    accuracy = np.where(np.isnan(fixes.accuracy_m), -1.0, fixes.accuracy_m)
    speed, heading = (_or_none(column, len(fixes.t_s)) for column in (fixes.speed_kmh, fixes.heading))
    for a, b in zip(visits.starts[:-1].tolist(), visits.starts[1:].tolist(), strict=True):
        code = int(fixes.vehicle[a])
        assert (fixes.vehicle[a:b] == code).all()
        if void is None or not void[code]:
            columns = (fixes.t_s, fixes.lon, fixes.lat, accuracy, speed, heading)
            rows = zip(*(column[a:b] for column in columns), strict=True)
            found.setdefault(fixes.vehicle_ids[code], []).append([tuple(map(float, row)) for row in rows])


def _or_none(column: np.ndarray | None, n: int) -> np.ndarray:
    return np.full(n, -1.0) if column is None else np.where(np.isnan(column), -1.0, column)


def streamed(path: Path, **how: Any) -> tuple[Traces, dict[str, list[list[Place]]]]:  # noqa: ANN401
    """Return what a stream says of a file, and the visits of each vehicle in their order."""
    source = Source(
        path, how.get("timezone", TIMEZONE), how.get("crs", "wgs84"), how.get("columns") or {}, how.get("now_s")
    )
    given = Stream(source, near())
    parts = list(given.visits())
    found: dict[str, list[list[Place]]] = {}
    for visits, may_be_void in parts:
        visits_by_name(visits, found, void=given.torn() if may_be_void else None)
    return given.traces, found


def read_whole(path: Path, **how: Any) -> tuple[Fixes, Visits, dict[str, list[list[Place]]]]:  # noqa: ANN401
    fixes = read_fixes(path, **{"timezone": TIMEZONE, **how})
    visits = visits_of(fixes, near())
    found: dict[str, list[list[Place]]] = {}
    visits_by_name(visits, found)
    return fixes, visits, found


def rejected(fixes: Fixes | Traces) -> Counter[tuple[str, int | None, str, str]]:
    return Counter((row.file, row.line, row.field, row.reason.en) for row in fixes.rejects)


def figures(fixes: Fixes | Traces) -> dict[str, object]:
    """Return what both kinds of reading count."""
    return {
        "vehicle_ids": fixes.vehicle_ids,
        "read": fixes.read,
        "used": fixes.used,
        "duplicates": fixes.duplicates,
        "assumed_zone": fixes.assumed_zone,
        "rejected": rejected(fixes),
        "tally": +fixes.tally,
        "files": fixes.files,
        "notes": sorted((note.zh, note.en) for note in fixes.notes),
    }


def same(path: Path, **how: Any) -> Fixes:  # noqa: ANN401
    """Hold a stream to what is read as a whole, and return that."""
    fixes, visits, expected = read_whole(path, **how)
    traces, found = streamed(path, **how)
    one, other = figures(traces), figures(fixes)
    for name, value in other.items():
        assert one[name] == value, name
    assert traces.fixes == len(fixes.t_s)
    assert traces.gaps == visits.gaps
    assert traces.read == traces.used + len(traces.rejects)
    assert found == expected
    return fixes


def codes(fixes: Fixes | Traces) -> Mapping[str, int]:
    """Return how many rows were rejected for which reason."""
    return Counter(row.reason.en for row in fixes.rejects)


def texts(notes: list[Text]) -> list[str]:
    return [note.en for note in notes]
