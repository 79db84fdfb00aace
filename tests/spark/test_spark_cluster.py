"""A standalone cluster whose worker dies half-way: the leads are those of one machine, row by row."""

import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from results import assert_same
from spark_day import arguments

pytestmark = [
    pytest.mark.spark,
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="process groups of POSIX"),
]
TASKS = 12


def test_a_worker_that_is_killed_half_way_changes_no_lead(parquet_day: Path, local: Path, tmp_path: Path) -> None:
    from cluster import asked, cluster, free_port, waited  # noqa: PLC0415 - it needs PySpark

    events, out, port = tmp_path / "events", tmp_path / "out", free_port()
    events.mkdir()
    conf = {
        "spark.ui.port": port,
        "spark.sql.shuffle.partitions": TASKS,
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": events.as_uri(),
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
        "spark.shuffle.io.retryWait": "1s",  # how long the living wait for the dead
    }
    submit = " ".join(f"--conf {name}={value}" for name, value in conf.items())
    env = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_SUBMIT_ARGS": f"{submit} pyspark-shell"}
    with cluster(tmp_path, workers=2) as (master, workers):
        call = arguments(parquet_day, out, "--engine", "spark", "--master", master, "--all-passages")
        running = subprocess.Popen(call, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            base = f"http://127.0.0.1:{port}/api/v1/applications"
            app = waited(lambda: asked(base), "the driver never answered")[0]["id"]

            def half_way() -> bool:
                """Both executors have finished tasks, and the stage that judges has done some and not all."""
                executors = [one for one in asked(f"{base}/{app}/executors") or [] if one["id"] != "driver"]
                stages = [one for one in asked(f"{base}/{app}/stages?status=active") or [] if one["numTasks"] == TASKS]
                done = max((stage["numCompleteTasks"] for stage in stages), default=0)
                return len(executors) == 2 and all(one["completedTasks"] for one in executors) and 2 <= done < TASKS - 2

            waited(half_way, "the job was never half-way")
            victim = workers[0]
            killed = victim.executors()
            victim.kill()
            assert running.poll() is None
            output, errors = running.communicate(timeout=300)
        finally:
            running.kill()
    assert running.returncode == 1, output + errors
    assert_same(out, local)
    assert_ran_tasks_and_was_lost(events, killed)


def assert_ran_tasks_and_was_lost(events: Path, executors: set[str]) -> None:
    """Hold Spark's own log of events to it: the executor finished tasks, was lost, and others did the rest."""
    (file,) = events.iterdir()
    log: list[dict[str, Any]] = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    kinds = [event["Event"] for event in log]
    (lost,) = (
        n
        for n, kind in enumerate(kinds)
        if kind == "SparkListenerExecutorRemoved" and log[n]["Executor ID"] in executors
    )
    ends = [(n, event) for n, event in enumerate(log) if event["Event"] == "SparkListenerTaskEnd"]
    finished = Counter(
        (event["Task Info"]["Executor ID"] in executors, n > lost)
        for n, event in ends
        if event["Task End Reason"]["Reason"] == "Success"
    )
    assert finished[True, False] > 0  # it had finished tasks
    assert finished[True, True] == 0  # and none after it was lost
    assert finished[False, True] > 0  # the other went on
    reasons = {event["Task End Reason"]["Reason"] for _, event in ends}
    assert reasons & {"ExecutorLostFailure", "FetchFailed", "Resubmitted"}, reasons
