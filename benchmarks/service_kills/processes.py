"""The service's processes: started, killed, waited for; and a PostgreSQL of our own."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

_LONGEST_S = 180
Name = Literal["server", "worker"]


class Processes:
    """A server and a worker.

    Args:
        settings: environment variables `TRUCKBAN_…`.
        log: what they say on their error output.
        lease_s: after so many seconds without a sign of life a worker's job is taken by the next one.
    """

    def __init__(self, settings: dict[str, str], log: Path, *, lease_s: float) -> None:
        """Start what starts them."""
        self.port = free_port()
        self._arguments = {"server": str(self.port), "worker": str(lease_s)}
        self._pids: dict[str, int] = {}
        self._log = log.open("ab")
        self.environment = {**os.environ, **settings, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._starter = subprocess.Popen(  # noqa: S603  (this very program)
            [sys.executable, str(Path(__file__).with_name("starter.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=self.environment,
            text=True,
        )
        self._told()

    def _told(self) -> str:
        assert self._starter.stdout is not None  # noqa: S101
        line = self._starter.stdout.readline()
        if not line:
            raise RuntimeError("the starter ended; see the log")
        return line

    def start(self, name: Name) -> None:
        """Start one of them."""
        assert self._starter.stdin is not None  # noqa: S101
        self._starter.stdin.write(f"{name} {self._arguments[name]}\n")
        self._starter.stdin.flush()
        self._pids[name] = int(self._told())

    def kill(self, name: Name) -> None:
        """Send SIGKILL to one of them."""
        with suppress(ProcessLookupError):
            os.kill(self._pids[name], signal.SIGKILL)

    def gone(self, name: Name) -> None:
        """Wait until one that was killed is no more."""
        until = time.monotonic() + _LONGEST_S
        while alive(self._pids[name]):
            if time.monotonic() > until:
                raise RuntimeError(f"{name} does not die")
            time.sleep(0.005)

    def alive(self, name: Name) -> bool:
        """Tell whether one of them lives: none may end by itself."""
        return alive(self._pids[name])

    def answers(self) -> float:
        """Wait until the server answers; return how many seconds that took."""
        begun = time.monotonic()
        while time.monotonic() - begun < _LONGEST_S:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            with suppress(OSError, http.client.HTTPException):
                connection.request("GET", "/v1/ready")
                if connection.getresponse().status == http.HTTPStatus.OK:
                    connection.close()
                    return time.monotonic() - begun
            connection.close()
            time.sleep(0.02)
        raise RuntimeError("the server does not come back; see the log")

    def close(self) -> None:
        """End all of them."""
        for name in list(self._pids):
            self.kill(name)  # type: ignore[arg-type]
        assert self._starter.stdin is not None  # noqa: S101
        self._starter.stdin.close()
        self._starter.wait(60)
        if self._starter.stdout is not None:
            self._starter.stdout.close()
        self._log.close()


def alive(pid: int) -> bool:
    """Tell whether there is a process of this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Start a PostgreSQL of our own on a socket, until the block ends; yield its URL."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        raise SystemExit("no PostgreSQL on this machine")
    programs = found[-1].parent if found else Path(str(on_path)).parent
    # PostgreSQL refuses to be run by root
    as_user = {"user": "nobody"} if os.geteuid() == 0 else {}
    folder.mkdir(parents=True)
    if as_user:
        shutil.chown(folder, "nobody")
    data = str(folder / "data")

    def run(program: str, *arguments: str) -> None:
        subprocess.run(  # type: ignore[call-overload]  # noqa: S603
            [str(programs / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(folder)},
            cwd=folder,
            **as_user,
        )

    run("initdb", "-D", data, "-U", "truckban", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c max_connections=100"
    run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://truckban@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
