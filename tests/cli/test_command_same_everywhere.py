"""A check writes the same bytes in every process: sets have another order in each, and nothing that is written may have it."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from truckban.demo.day import make_day

ROADS = ["五一路", "峨嵋大道", "东外环路", "北环路", "西外环路"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a day's files: vehicles of which every other one has no plate, and four permits of one plate that differ in roads."""
    folder = tmp_path_factory.mktemp("same")
    make_day(seed=1, trucks=12).write(folder)
    with (folder / "vehicles.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows[::2]:
        row["plate"] = ""
    _write(folder / "vehicles.csv", rows)
    permits = [
        {
            "plate": row["plate"],
            "valid_from": "2024-05-01",
            "valid_to": "2024-05-31" if number % 2 else "2024-05-02",
            "roads": ";".join(ROADS[number : number + 3]),
            "status": "active" if number % 3 else "suspended",
        }
        for row in rows[1::2]
        for number in range(4)
    ]
    _write(folder / "permits.csv", permits)
    return folder


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.slow
def test_every_process_writes_the_same_bytes(files: Path) -> None:
    written = []
    for seed in ("0", "1", "2", "3"):
        out = files / f"out{seed}"
        command = [sys.executable, "-P", "-m", "truckban.cli", "--lang", "en", "check", str(files / "traces.csv")]
        command += [
            "--vehicles",
            str(files / "vehicles.csv"),
            "--permits",
            str(files / "permits.csv"),
            "--out",
            str(out),
        ]
        run = subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=False
        )
        assert run.returncode in {0, 1}, run.stderr
        found = {path.name: path.read_bytes() for path in out.iterdir() if path.suffix != ".parquet"}
        assert b"permit.off_route" in found["leads.csv"], "permits that name roads are quoted"
        written.append((found, run.stdout.replace(str(out), "")))
    assert all(each == written[0] for each in written[1:])
