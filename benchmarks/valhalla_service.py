"""Valhalla's router as a local service, for measurement only: its wheel's executables, without its Python.

The wheel (MIT) is unpacked into a folder of the benchmark by pip, whatever Python runs: nothing of it is imported but its
default configuration, which is plain data in a file of its own.
"""

import importlib.util
import json
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

WHEEL = "pyvalhalla==3.9.1"
# of the wheels that exist, the one whose executables are taken
WHEEL_PYTHON = "3.12"
OK = 200
_STARTS_S = 20.0
# the defaults (10 km, 100 vertices) refuse the zone of a county town
_PERIMETER_M, _VERTICES = 1_000_000, 100_000


class CannotBeHadError(Exception):
    """Why there is no Valhalla."""


class Answer(NamedTuple):
    """What a request brought: the status of HTTP, what was said, and in how many seconds."""

    status: int
    said: dict[str, Any]
    seconds: float


def installed(work: Path) -> Path:
    """Return the folder of the unpacked wheel, made if it is not there.

    Raises:
        CannotBeHadError: the registry has none for this machine.
    """
    home = work / "valhalla"
    if not (home / "valhalla" / "bin" / "valhalla_service").is_file():
        options = ["--no-deps", "--only-binary=:all:", "--python-version", WHEEL_PYTHON, "--target", str(home)]
        command = [sys.executable, "-m", "pip", "install", "--quiet", *options, WHEEL]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
        if done.returncode:
            raise CannotBeHadError(next(iter(done.stderr.strip().splitlines()[-1:]), "pip said nothing"))
    return home / "valhalla"


def _defaults(package: Path) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("valhalla_defaults", package / "valhalla_build_config.py")
    if spec is None or spec.loader is None:
        message = "the wheel holds no configuration"
        raise CannotBeHadError(message)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)

    def given(part: dict[str, Any]) -> dict[str, Any]:
        values = {k: given(v) if isinstance(v, dict) else v for k, v in part.items()}
        return {k: v for k, v in values.items() if not isinstance(v, module.Optional)}

    return given(module.config)


class Valhalla:
    """A service on tiles of one network; ends with its `with` block."""

    def __init__(self, package: Path, osm: Path, work: Path) -> None:
        """Make the tiles.

        Raises:
            CannotBeHadError: they cannot be made.
        """
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.package, self.config = package, work / "valhalla.json"
        tiles = work / "tiles"
        tiles.mkdir(exist_ok=True)
        config = _defaults(package)
        config["mjolnir"].update(tile_dir=str(tiles), tile_extract="")
        config["service_limits"].update(
            max_exclude_polygons_length=_PERIMETER_M, max_exclude_polygons_vertices=_VERTICES
        )
        service = config["httpd"]["service"]
        service.update(listen=f"tcp://127.0.0.1:{self.port}")
        for name in ("loopback", "interrupt"):
            if name in service:
                service[name] = f"ipc://{work / name}"
        self.config.write_text(json.dumps(config))
        begun = time.perf_counter()
        done = subprocess.run(  # noqa: S603
            [package / "bin" / "valhalla_build_tiles", "-j", "1", "-c", self.config, osm],
            check=False,
            capture_output=True,
            text=True,
        )
        self.tiles_s = time.perf_counter() - begun
        if done.returncode:
            raise CannotBeHadError(next(iter((done.stdout + done.stderr).strip().splitlines()[-1:]), "no tiles"))

    def __enter__(self) -> Self:
        """Start it, with one worker of each kind."""
        log = self.config.with_suffix(".log").open("w")
        program = self.package / "bin" / "valhalla_service"
        self.process = subprocess.Popen([program, self.config, "1"], stdout=log, stderr=log)  # noqa: S603
        until = time.perf_counter() + _STARTS_S
        while True:
            try:
                self.line = HTTPConnection("127.0.0.1", self.port, timeout=60)
                self.ask("status", {})
            except OSError as error:
                if time.perf_counter() > until or self.process.poll() is not None:
                    self.process.kill()
                    message = f"the service does not start: {error}"
                    raise CannotBeHadError(message) from error
                time.sleep(0.1)
            else:
                return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End it."""
        self.line.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def ask(self, action: str, request: dict[str, Any]) -> Answer:
        """Send one request; timed from sending to the last byte, reading the JSON is not."""
        body = json.dumps(request)
        begun = time.perf_counter()
        self.line.request("POST", f"/{action}", body, {"Content-Type": "application/json"})
        got = self.line.getresponse()
        text = got.read()
        took = time.perf_counter() - begun
        return Answer(got.status, json.loads(text), took)
