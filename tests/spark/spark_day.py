"""How the tests call the program."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

CHINESE = {"vehicle_id": "车牌号", "time": "定位时间", "lon": "经度", "lat": "纬度"}
Check = Callable[..., subprocess.CompletedProcess[str]]


def words(day: Path, out: Path, *more: str, traces: Path | None = None) -> list[str]:
    """Return the words of a call."""
    files = [
        str(traces or day / "traces"),
        "--vehicles",
        str(day / "vehicles.csv"),
        "--permits",
        str(day / "permits.csv"),
    ]
    return ["check", *files, "--out", str(out), "--lang", "en", *more]


def arguments(day: Path, out: Path, *more: str, traces: Path | None = None) -> list[str]:
    """Return a call of the program as a process of its own."""
    return [sys.executable, "-m", "truckban.cli", *words(day, out, *more, traces=traces)]
