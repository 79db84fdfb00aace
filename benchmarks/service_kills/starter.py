"""Starts servers and workers from a process that has imported everything already: a start then costs a fraction of a second.

Its standard input has lines `server PORT` and `worker LEASE_S`; for each it prints the number of the process that it began.
What is begun runs `truckban serve --no-worker`, or the worker with a shorter lease than `truckban worker` gives it.
"""

import os
import signal
import sys
from contextlib import suppress

import uvicorn.lifespan.on
import uvicorn.protocols.http.httptools_impl  # noqa: F401  (what a server would import when it starts)

import api.cli.serve
from api.app import create_app, operations
from api.jobs.worker import Worker
from api.settings import Settings
from api.store import schema  # noqa: F401  (likewise)
from api.store.database import Store
from truckban.cli.main import entry


def _serve(port: str) -> None:
    sys.argv = ["truckban", "serve", "--no-worker", "--port", port]
    entry()


def _work(lease_s: str) -> None:
    settings = Settings()
    Worker(settings, Store(settings.url), lease_s=float(lease_s)).run()


def _reap(_signal: int, _frame: object) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def main() -> None:
    """Begin what is asked for, until the input ends."""
    assert api.cli.serve.command is not None  # noqa: S101
    operations()
    create_app(Settings())  # prepares the routes; nothing is opened before it runs
    signal.signal(signal.SIGCHLD, _reap)
    print("ready", flush=True)
    for line in sys.stdin:
        kind, _, argument = line.strip().partition(" ")
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            nothing = os.open(os.devnull, os.O_RDWR)
            os.dup2(nothing, 0)
            os.dup2(2, 1)
            try:
                {"server": _serve, "worker": _work}[kind](argument)
            finally:
                os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
