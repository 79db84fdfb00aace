"""Server and worker side by side: a worker that dies is started again, and both end in order."""

import gc
import logging
import signal
import socket
import subprocess
import sys
import threading
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from api.settings import Settings
from api.together import Together

_DRAIN_S = 10
_AGAIN_S = 1.0
_END_S = 20
_log = logging.getLogger("truckban.serve")


class _Server(uvicorn.Server):
    """Tells streams that never end by themselves when the end is near."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start; what is there by now stays, and is not to be gone through, for a quarter of a second, whenever garbage is looked for."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._app.state.stopping = True
        super().handle_exit(sig, frame)


class WorkerBeside:
    """A worker in a process of its own, that ends with this one whatever becomes of it.

    Args:
        program: what starts it.
        end_s: so long it may take to end when it is told to.
    """

    def __init__(self, program: list[str] | None = None, *, end_s: float = _END_S) -> None:
        """Start it, and watch it."""
        self._end_s = end_s
        started = "import sys; from truckban.cli.main import entry; sys.argv[0] = 'truckban'; entry()"
        self._program = program or [sys.executable, "-P", "-c", started, "worker", "--with-parent"]
        self._ends = threading.Event()
        self._process = self._start()
        self._watching = threading.Thread(target=self._watch, name="worker-watch", daemon=True)
        self._watching.start()

    @property
    def pid(self) -> int:
        """The process' number."""
        return self._process.pid

    def stop(self) -> None:
        """Let it give back what it has, and wait for it."""
        self._ends.set()
        self._watching.join()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(self._end_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._close()

    def _start(self) -> "subprocess.Popen[bytes]":
        # its input stays open as long as this process lives
        return subprocess.Popen(self._program, stdin=subprocess.PIPE)  # noqa: S603  (this very program)

    def _close(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _watch(self) -> None:
        while not self._ends.wait(_AGAIN_S):
            if self._process.poll() is not None:
                _log.warning("the worker ended (exit status %s) and is started again", self._process.returncode)
                self._close()
                self._process = self._start()


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def run(app: FastAPI, settings: Settings, *, worker: bool, **more: Any) -> None:  # noqa: ANN401
    """Serve until a signal ends it."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        # its own log of requests has queries in it, and its own belief in proxies knows no setting
        access_log=False,
        proxy_headers=False,
        server_header=False,
        http=Together,
        timeout_graceful_shutdown=_DRAIN_S,
        **more,
    )
    # uvicorn raises the signal that ended it once more: by its default that would end this process before the worker
    signal.signal(signal.SIGTERM, _end)
    beside = WorkerBeside() if worker else None
    try:
        _Server(config, app).run()
    finally:
        if beside is not None:
            beside.stop()
