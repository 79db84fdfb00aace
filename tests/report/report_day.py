"""The rows that the reports of these tests are made of: hostile names, plates, drives across the zone."""

import csv
from pathlib import Path

HOSTILE = "<script>alert('x')</script>"
HOSTILE_FILE = "轨迹 晋M77777 <img src=x onerror=alert(1)>.csv"
PLATES = ("晋M12345", "晋M23456", "晋M54321", "晋M34567", "晋M45678", "晋M77777")
HEADINGS = (
    "vehicle_id",
    "plate",
    "plate_color",
    "vehicle_type",
    "length_mm",
    "gross_mass_kg",
    "energy",
    "service",
    "on_duty",
)
VEHICLES = (
    ("T1", "晋M12345", "yellow", "重型自卸货车", "8600", "25000", "diesel", "", ""),
    (HOSTILE, "晋M23456", "yellow", "重型自卸货车", "8600", "25000", "diesel", "", ""),
    ("晋M·54321", "晋M54321", "yellow", "重型自卸货车", "8600", "25000", "diesel", "", ""),
    ("T4", "晋M34567", "yellow", "中型厢式货车", "", "7000", "diesel", "", ""),
    ("T5", "晋M45678", "blue", "轻型厢式货车", "5900", "4000", "diesel", "", ""),
    ("T7", "", "yellow", "重型专项作业车", "8600", "25000", "diesel", "", ""),
)
_START_LON, _END_LON = 110.742, 110.802
_FIXES = 25


def drive(vehicle: str, lat: float, hour: int, *, day: str = "2024-05-08") -> list[tuple[str, str, str, str]]:
    """Return the fixes of a drive from west to east, 20 s apart."""
    rows = []
    for k in range(_FIXES):
        lon = _START_LON + (_END_LON - _START_LON) * k / (_FIXES - 1)
        minute, second = divmod(20 * k, 60)
        rows.append((vehicle, f"{day}T{hour:02}:{minute:02}:{second:02}+08:00", f"{lon:.6f}", f"{lat:.6f}"))
    return rows


def write(path: Path, headings: tuple[str, ...], rows: list[tuple[str, ...]] | tuple[tuple[str, ...], ...]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path
