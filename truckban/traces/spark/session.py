"""A Spark session: started with its log in a file, watched while it works, its faults told in a sentence."""

import base64
import json
import logging
import os
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zones.errors import InputError
from zones.text import Text

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Progress = Callable[[int, int], None]
_MARK = "truckban-input-error:"
_TOLD = re.compile(_MARK + r"([A-Za-z0-9+/=]+)")
_LOOK_S = 0.5


class ToldError(Exception):
    """An InputError on its way from a worker through Java: its parts in a form that no layer breaks into lines."""

    def __init__(self, error: InputError) -> None:
        """Write the error's parts into the message."""
        parts = {
            "zh": error.text.zh,
            "en": error.text.en,
            "file": error.file,
            "line": error.line,
            "field": error.field,
        }
        super().__init__(_MARK + base64.b64encode(json.dumps(parts).encode()).decode())


def told(message: str) -> InputError | None:
    """Return the InputError that a worker raised, from what Spark says of it."""
    found = _TOLD.search(message)
    if found is None:
        return None
    parts: dict[str, Any] = json.loads(base64.b64decode(found[1]))
    return InputError(Text(parts.pop("zh"), parts.pop("en")), **parts)


def spark_version() -> str:
    """Return PySpark's version.

    Raises:
        InputError: it is not installed.
    """
    try:
        import pyspark  # noqa: PLC0415
    except ImportError as error:
        raise InputError(
            Text(
                "没有安装 PySpark：pip install 'truckban[spark]'", "PySpark is missing: pip install 'truckban[spark]'"
            ),
            field="--engine",
        ) from error
    return str(pyspark.__version__)


@contextmanager
def spark_session(master: str | None, log: Path) -> Iterator["SparkSession"]:
    """Start Spark, and stop it whatever happens.

    Args:
        master: where to run; None for what Spark's own configuration says, which is this machine where it says nothing.
        log: the file that Java and the workers of this machine write to.

    Raises:
        InputError: PySpark or Java is missing, the master does not answer, Spark gave up, or a worker told of a file.
    """
    spark_version()
    from py4j.protocol import Py4JError  # noqa: PLC0415
    from pyspark.errors import PySparkException  # noqa: PLC0415

    log.unlink(missing_ok=True)
    try:
        # PySpark warns of every pandas from 3 on; only Arrow goes through it here, and the tests hold that
        with warnings.catch_warnings(), _logged(log):
            warnings.simplefilter("ignore")
            spark = _started(master, log)
            try:
                yield spark
            finally:
                spark.stop()
    except (PySparkException, Py4JError, ConnectionError, EOFError) as error:
        raise told(str(error)) or _gave_up(error, log) from error


@contextmanager
def _logged(log: Path) -> Iterator[None]:
    """Let what py4j says in Python's own log, of every interrupt for one, go where Java writes."""
    handler = logging.FileHandler(log, encoding="utf-8")
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


def _started(master: str | None, log: Path) -> "SparkSession":
    from pyspark import SparkConf, SparkContext  # noqa: PLC0415
    from pyspark.java_gateway import launch_gateway  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else workers take whatever `python3` is on their path
    conf = SparkConf(loadDefaults=False).setAppName("truckban check").set("spark.ui.showConsoleProgress", "false")
    if master:
        conf.setMaster(master)
    gateway = None
    if SparkContext._gateway is None:  # noqa: SLF001 - else its Java is used again
        with log.open("ab") as sink:
            gateway = launch_gateway(conf, {"stdout": sink, "stderr": sink})  # type: ignore[no-untyped-call]
    return SparkSession(SparkContext(conf=conf, gateway=gateway))


def _gave_up(error: BaseException, log: Path) -> InputError:
    if "JAVA_GATEWAY_EXITED" in str(error):
        return InputError(
            Text(
                f"Spark 没有启动：需要 Java 17 或更高版本（JAVA_HOME）；详见 {log.name}",
                f"Spark did not start: it needs Java 17 or later (JAVA_HOME); {log.name} says more",
            ),
            field="--engine",
        )
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    why = next((line for line in lines if "Exception" in line or "Error" in line), lines[0] if lines else "")[:300]
    return InputError(
        Text(f"Spark 放弃了：{why}；详见 {log.name}", f"Spark gave up: {why}; {log.name} says more"), field="--engine"
    )


@contextmanager
def watched(spark: "SparkSession", progress: Progress | None) -> Iterator[None]:
    """Report how many of the tasks known so far are done, while something runs."""
    if progress is None:
        yield
        return
    tracker = spark.sparkContext.statusTracker()
    over = threading.Event()
    stages: dict[int, tuple[int, int]] = {}

    def look() -> None:
        while not over.wait(_LOOK_S):
            for stage in tracker.getActiveStageIds():
                if (info := tracker.getStageInfo(stage)) is not None:
                    stages[stage] = (info.numCompletedTasks, info.numTasks)
            if stages:
                progress(sum(done for done, _ in stages.values()), sum(tasks for _, tasks in stages.values()))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
