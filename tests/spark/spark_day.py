"""How the tests call the program."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

CHINESE = {"vehicle_id": "车牌号", "time": "定位时间", "lon": "经度", "lat": "纬度"}
Check = Callable[..., subprocess.CompletedProcess[str]]


def arguments(day: Path, out: Path, *more: str, traces: Path | None = None) -> list[str]:
    files = [
        str(traces or day / "traces"),
        "--vehicles",
        str(day / "vehicles.csv"),
        "--permits",
        str(day / "permits.csv"),
    ]
    return [sys.executable, "-m", "truckban.cli", "check", *files, "--out", str(out), "--lang", "en", *more]
