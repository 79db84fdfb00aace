"""A standalone cluster of Spark on this machine: a real master and real workers, each a process group of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyspark.find_spark_home import _find_spark_home

_PATIENCE_S = 240.0  # where many tests run at once, everything takes its time


def waited(what: Callable[[], Any], why: str, patience_s: float = _PATIENCE_S) -> Any:  # noqa: ANN401
    """Return what a function returns as soon as that is something."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.1)
    raise TimeoutError(why)


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


class Daemon:
    """One process of the cluster, and those it starts."""

    def __init__(self, folder: Path, name: str, *arguments: str) -> None:
        self.folder = folder / name
        self.folder.mkdir()
        self.log = self.folder / "log"
        env = {
            **os.environ,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_HOME": _find_spark_home(),
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [f"{env['SPARK_HOME']}/bin/spark-class", *arguments],
                stdout=log,
                stderr=log,
                env=env,
                cwd=self.folder,
                start_new_session=True,
            )

    def said(self, pattern: str) -> re.Match[str]:
        """Wait for a line of the log."""
        found: re.Match[str] = waited(
            lambda: re.search(pattern, self.log.read_text("utf-8", "replace")),
            f"{self.folder.name} never said {pattern}",
        )
        return found

    def kill(self) -> None:
        """Kill it and its executors at once, as a machine that loses its power."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Worker(Daemon):
    """A worker with one core."""

    def __init__(self, folder: Path, name: str, master: str) -> None:
        self.work = folder / name / "work"
        arguments = "-c", "1", "-m", "1g", "-h", "127.0.0.1", "--webui-port", str(free_port()), "-d", str(self.work)
        super().__init__(folder, name, "org.apache.spark.deploy.worker.Worker", *arguments, master)

    def executors(self) -> set[str]:
        """Return the ids of the executors it was told to start."""
        return {path.name for path in self.work.glob("app-*/*")}


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[Worker]]]:
    """Start a master and its workers; yield its URL and them; end them all."""
    ports = "--host", "127.0.0.1", "--port", str(free_port()), "--webui-port", str(free_port())
    master = Daemon(folder, "master", "org.apache.spark.deploy.master.Master", *ports)
    started: list[Daemon] = [master]
    try:
        url = master.said(r"Starting Spark master at (spark://\S+)")[1]
        machines = [Worker(folder, f"worker{number}", url) for number in range(workers)]
        started += machines
        for machine in machines:
            machine.said("Successfully registered with master")
        yield url, machines
    finally:
        for daemon in started:
            daemon.kill()


def asked(url: str) -> Any:  # noqa: ANN401
    """Return what Spark's REST interface answers, or None while it does not."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - this machine
            return json.load(answer)
    except (OSError, ValueError):
        return None
