"""`truckban check --engine spark` on this machine: the same files as one machine leaves, and the same sentences."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pandas as pd
import pytest
from results import assert_same, rows, run_of
from spark_day import Check, arguments

pytestmark = pytest.mark.spark


def test_spark_leaves_what_one_machine_leaves_and_says_the_same(call: Check, local: Path, tmp_path: Path) -> None:
    done = call(tmp_path, "--engine", "spark", "--master", "local[2]", "--all-passages")
    assert done.returncode == 1, done.stderr
    assert_same(tmp_path, local)
    assert "leads:" in done.stdout
    assert "Spark" not in done.stdout + done.stderr  # its own log is a file
    assert "readme.txt.bak" in done.stderr
    assert (tmp_path / "spark.log").stat().st_size > 0
    counts = run_of(tmp_path)["counts"]
    assert counts["rows"]["read"] == counts["rows"]["used"] + counts["rows"]["rejected"]
    assert counts["duplicates"] >= 300
    assert counts["times_without_zone"] > 0
    assert {row["file"] for row in rows(tmp_path / "rejected.csv")} == {"a b.parquet", "c.parquet", "更多/1.parquet"}
    assert any(row["field"] == "vehicle_id" for row in rows(tmp_path / "rejected.csv"))


def test_other_files_rows_and_tasks_give_the_same_leads(
    call: Check, local: Path, parquet_day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["vehicle_id", "time", "lon", "lat", "speed_kmh", "heading"]
    tables = [pd.read_parquet(path).set_axis(names, axis=1) for path in (parquet_day / "traces").rglob("*.parquet")]
    whole = pd.concat([table.astype({"time": "string"}) for table in tables])
    one = tmp_path / "one.parquet"
    whole.sample(frac=1, random_state=9).to_parquet(one, row_group_size=3000)
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", "--master local[1] --conf spark.sql.shuffle.partitions=3 pyspark-shell")
    done = call(tmp_path / "out", "--engine", "spark", traces=one)
    assert done.returncode == 1, done.stderr
    assert (tmp_path / "out" / "leads.csv").read_bytes() == (local / "leads.csv").read_bytes()
    assert not (tmp_path / "out" / "passages.csv").exists()


def test_what_the_files_lack_is_said_before_spark_starts(here: Check, parquet_day: Path, tmp_path: Path) -> None:
    traces = tmp_path / "traces"
    shutil.copytree(parquet_day / "traces", traces)
    table = pd.read_parquet(traces / "c.parquet").drop(columns="lon")
    table.to_parquet(traces / "c.parquet")
    spark, one = (here(tmp_path / "out", *more, traces=traces) for more in (["--engine", "spark"], []))
    assert spark.returncode == one.returncode == 3
    assert spark.stdout == one.stdout == ""
    for said in (spark.stderr, one.stderr):
        assert said.startswith("c.parquet:1: lon: there is no column lon; the file has: vehicle_id, time, lat")
        assert said.count("\n") == 1
    assert not (tmp_path / "out").exists()  # nor a log of Spark in it


def test_a_file_damaged_in_the_middle_is_one_sentence_and_no_trace_of_java(
    call: Check, here: Check, parquet_day: Path, tmp_path: Path
) -> None:
    traces = tmp_path / "traces"
    shutil.copytree(parquet_day / "traces", traces)
    data = bytearray((traces / "c.parquet").read_bytes())
    data[100 : len(data) // 2] = bytes(
        len(data) // 2 - 100
    )  # its footer is whole, so only who reads the rows finds out
    (traces / "c.parquet").write_bytes(data)
    spark = call(tmp_path / "out", "--engine", "spark", "--master", "local[1]", traces=traces)
    one = here(tmp_path / "out", traces=traces)
    assert spark.returncode == one.returncode == 3
    assert spark.stderr == one.stderr
    assert spark.stderr.count("\n") == 1
    assert not (tmp_path / "out" / "run.json").exists()


@pytest.mark.parametrize("name", ["t.csv", "traces/t.csv"])
def test_other_formats_are_refused_by_name(here: Check, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("vehicle_id,time,lon,lat\n", "utf-8")
    given = path if path.parent == tmp_path else path.parent
    done = here(tmp_path / "out", "--engine", "spark", traces=given)
    assert done.returncode == 3
    assert done.stderr.strip() == (
        "t.csv: with Spark traces are Parquet only, and here is t.csv; convert it, or use --engine local"
    )


def test_a_master_without_spark_is_a_wrong_call(here: Check, tmp_path: Path) -> None:
    done = here(tmp_path, "--master", "local[2]")
    assert done.returncode == 2
    assert "--master goes with --engine spark" in done.stderr


def test_without_java_the_sentence_says_so(call: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "no-java"))
    done = call(tmp_path / "out", "--engine", "spark")
    assert done.returncode == 3
    assert "it needs Java 17 or later" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interrupt_stops_the_job_and_java(parquet_day: Path, tmp_path: Path) -> None:
    call = arguments(parquet_day, tmp_path, "--engine", "spark", "--master", "local[1]")
    running = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not at_work(running.pid) and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=120)
    assert running.returncode == 2, errors
    assert errors.strip() == "interrupted"
    assert not (tmp_path / "run.json").exists()
    assert not java_children(running.pid)


def at_work(program: int) -> bool:
    """Tell whether Spark has begun to work on rows: Java started a Python for that."""
    for java in java_children(program):
        for child in java_children(java):
            with contextlib.suppress(OSError):
                if b"pyspark.daemon" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return True
    return False


def java_children(parent: int) -> list[int]:
    """Return processes that say they were started by one."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if f"PPid:\t{parent}\n" in status.read_text():
                found.append(int(status.parent.name))
        except OSError:
            continue
    return found
