"""A day of invented trucks as fleets store it: several Parquet files, rows in any order, repeated and broken ones among them."""

import contextlib
import importlib.util
import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from spark_day import CHINESE, Check, arguments, words

from truckban.cli.main import run
from truckban.demo.day import make_day


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    why = None
    if importlib.util.find_spec("pyspark") is None:
        why = "PySpark is not installed (extra `spark`)"
    elif shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        why = "there is no Java, which Spark needs"
    for item in items:
        if why and item.get_closest_marker("spark"):
            item.add_marker(pytest.mark.skip(reason=why))


@pytest.fixture(scope="session", autouse=True)
def quick_java() -> Iterator[None]:
    """Let every Java of these tests compile its code once and quickly, and take Spark's as sound: it lives for seconds."""
    quick = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    unchecked = "-XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", f"{quick} {unchecked}")
        yield


@pytest.fixture(scope="session")
def parquet_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with `traces/`, `vehicles.csv` and `permits.csv`."""
    folder = tmp_path_factory.mktemp("day")
    day = make_day(seed=1, trucks=60)
    day.write(str(folder))
    rows = day.traces.sample(frac=1, random_state=1)
    repeated, broken = rows.sample(300, random_state=2), rows.sample(60, random_state=3)
    broken[:10] = broken[:10].assign(vehicle_id=None)
    broken[10:20] = broken[10:20].assign(lon=0.0, lat=0.0)
    broken[20:30] = broken[20:30].assign(time="never")
    broken[30:40] = broken[30:40].assign(lat=broken[30:40]["lat"] + 0.1)  # at the instant of another fix
    broken[40:] = broken[40:].assign(time=broken[40:]["time"].str.slice(0, 19))  # the same instant, without its zone
    rows = pd.concat([rows, repeated, broken]).sample(frac=1, random_state=4)
    traces = folder / "traces"
    (traces / "更多").mkdir(parents=True)
    thirds = [rows.iloc[part] for part in np.array_split(np.arange(len(rows)), 3)]
    thirds[0].to_parquet(traces / "a b.parquet", row_group_size=500)
    thirds[1].rename(columns=CHINESE).to_parquet(traces / "更多" / "1.parquet", index=False)
    instants = pd.to_datetime(thirds[2]["time"], errors="coerce", utc=True, format="ISO8601")
    thirds[2].assign(time=instants.astype("datetime64[ns, UTC]")).to_parquet(traces / "c.parquet", row_group_size=900)
    (traces / "readme.txt.bak").write_text("-")
    return folder


@pytest.fixture(scope="session")
def call(parquet_day: Path) -> Check:
    """Return a function that calls the real program on the day, or on other traces."""

    def run(out: Path, *more: str, traces: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            arguments(parquet_day, out, *more, traces=traces), capture_output=True, text=True, check=False, timeout=1800
        )

    return run


@pytest.fixture(scope="session")
def here(parquet_day: Path) -> Check:
    """Return a function that calls the program in this process, where no Java is to start."""

    def call(out: Path, *more: str, traces: Path | None = None) -> subprocess.CompletedProcess[str]:
        given = words(parquet_day, out, *more, traces=traces)
        with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(io.StringIO()) as errors:
            status = run(given)
        return subprocess.CompletedProcess(given, status, said.getvalue(), errors.getvalue())

    return call


@pytest.fixture(scope="session")
def local(here: Check, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the results of one machine."""
    out = tmp_path_factory.mktemp("local")
    done = here(out, "--all-passages")
    assert done.returncode == 1, done.stderr
    return out
