"""How many loading records a second: read, judged, counted and written, beside pandas that only reads the same file.

    python benchmarks/loads.py [--rows 1000000]

Processor time of one thread where the program has one; the file is invented (seeded), half of it in tonnes, with repeats and faults.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from enterprises.loads import Loads, Reading, builtin_limits, check_loads, zone_named
from truckban.freight.load_files import write_loads

HEADER = "过磅时间,车牌号,轴数,毛重,企业名称,磅单号,车辆类型,驱动轴数,单轮胎轴数,核定载质量(kg),皮重(kg),承运单位"
KINDS = {2: "重型厢式货车", 3: "重型自卸货车", 4: "重型自卸货车", 5: "重型半挂牵引车", 6: "重型半挂牵引车"}


def write_file(path: Path, rows: int) -> None:
    """Write invented records over two years."""
    draw = random.Random(7)  # noqa: S311
    start = pd.Timestamp("2023-01-01")
    moments = (start + pd.to_timedelta(pd.Series(range(rows)) * (2 * 365 * 86_400 / rows), unit="s")).dt.strftime(
        "%F %T"
    )
    lines = [HEADER]
    for number, moment in enumerate(moments):
        vehicle = draw.randrange(20_000)
        axles = 2 + vehicle % 5
        kg = int(draw.gauss({2: 15_000, 3: 22_000, 4: 28_000, 5: 40_000, 6: 46_000}[axles], 4_000))
        kg = min(max(kg, 4_000), 90_000)
        gross = f"{kg / 1000:.3f}" if number % 2 else str(kg)
        gross = "800" if number % 10_000 == 0 else gross
        lines.append(
            f"{moment},晋M{vehicle:05d},{axles},{gross},示意{vehicle % 400}号石料厂,S{number},{KINDS[axles]},2,0,{kg // 2},{kg // 3},"
            f"示意{vehicle % 700}运输有限公司"
        )
        if number % 1_000 == 0:
            lines.append(lines[-1])
    path.write_text("\n".join(lines[: rows + 1]) + "\n", encoding="utf-8")


def timed(what: Callable[[], Loads | pd.DataFrame | None]) -> tuple[float, float, Loads | pd.DataFrame | None]:
    """Return wall and processor seconds, and what came of it."""
    wall, processor = time.perf_counter(), time.process_time()
    found = what()
    return time.perf_counter() - wall, time.process_time() - processor, found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    how = Reading(builtin_limits(), zone_named("Asia/Shanghai"))
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "loads.csv", Path(folder) / "out"
        write_file(path, rows)
        print(f"{rows} rows, {path.stat().st_size / 1e6:.0f} MB")
        print("| | wall s | processor s | rows a processor second |\n|---|---|---|---|")
        plain = timed(lambda: pd.read_csv(path))
        as_text = timed(lambda: pd.read_csv(path, dtype=str))
        checked = timed(lambda: check_loads([path], how))
        found = checked[2]
        assert isinstance(found, Loads)  # noqa: S101
        wrote = timed(lambda: write_loads(found, out, how, plates=False, excel=False, lang="en", names={}) and None)
        for name, (wall, processor, _) in {
            "pandas.read_csv, types guessed": plain,
            "pandas.read_csv, all as text": as_text,
            "truckban: read, judged, counted": checked,
            "truckban: files written": wrote,
        }.items():
            print(f"| {name} | {wall:.1f} | {processor:.1f} | {rows / processor:,.0f} |")
        print(found.counts())


if __name__ == "__main__":
    main()
