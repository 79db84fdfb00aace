"""Decisions over HTTP beside a bare FastAPI route that echoes its body: one core for the server, one for the load.

    python benchmarks/service_speed.py [--seconds 4] [--rounds 3] [--connections 1 16]

Both are asked in turn with the same bodies, one core each; a figure is the median of the rounds. Every body is another one
(position, instant, vehicle), so that nothing is answered from memory of the last request. The load is `wrk` where it is
installed, else a small client in here, which says so.
"""

# ruff: noqa: S311 - made-up requests, no secrets

import argparse
import asyncio
import json
import math
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import urlopen

PORTS = {"echo": 8311, "service": 8312}
PATHS = {"case": "/v1/decide", "fixes": "/v1/decide/fixes"}
GOALS = {"one decision": 0.7, "100 fixes": 0.65, "1000 fixes": 0.35}
# so long both are asked before anything is counted: a service makes maps and loops ready beside its first answers
_WARM_S = 2.0
_DONE = """
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{"requests": %d, "us": %d, "p50": %d, "p99": %d, "errors": %d}\\n', summary.requests,
    summary.duration, latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
"""


class Figures(NamedTuple):
    """What one round showed."""

    per_s: float
    p50_ms: float
    p99_ms: float
    errors: int
    requests: int
    server_us: float = 0.0
    """Time of the processor that the server took for a request; other work changes it less than the clock, yet it empties caches."""


def bodies(kind: str, *, fixes: int = 0, many: int = 200) -> list[bytes]:
    """Return bodies that all differ."""
    random.seed(7)
    types = ["重型自卸货车", "中型厢式货车", "轻型厢式货车", "重型半挂牵引车"]
    made = []
    for number in range(many):
        vehicle = {
            "plate": f"晋M{number:05d}",
            "vehicle_type": random.choice(types),
            "length_mm": random.randrange(4_000, 12_000),
            "gross_mass_kg": random.randrange(3_000, 40_000),
            "energy": "diesel",
        }
        lon, lat = random.uniform(110.75, 110.78), random.uniform(35.13, 35.15)
        if kind == "case":
            at = f"2024-05-{random.randrange(1, 29):02d}T{random.randrange(24):02d}:30:00+08:00"
            case = {"id": str(number), "vehicle": vehicle, "at": at, "place": {"lon": lon, "lat": lat, "crs": "wgs84"}}
            made.append(json.dumps(case, ensure_ascii=False).encode())
            continue
        begins = 1_715_130_000 + 60 * number
        turn = random.uniform(0, 6.28)
        columns = {
            "time": [begins + 10 * i for i in range(fixes)],
            "lon": [round(lon + 0.00008 * i * math.cos(turn + i / 40), 6) for i in range(fixes)],
            "lat": [round(lat + 0.00008 * i * math.sin(turn + i / 40), 6) for i in range(fixes)],
        }
        made.append(json.dumps({"id": str(number), "vehicle": vehicle, "fixes": columns}, ensure_ascii=False).encode())
    return made


def serve(name: str, core: int) -> None:
    """Be one of the two servers: a bare route, or `truckban serve` as it is started anywhere."""
    os.sched_setaffinity(0, {core})
    if name == "echo":
        _echo()
        return
    os.environ.update(
        TRUCKBAN_DATA_DIR=tempfile.mkdtemp(), TRUCKBAN_RATE_PER_MINUTE=f"{10**9}", TRUCKBAN_TRIP_PROCESSES="0"
    )
    program = str(Path(sys.executable).with_name("truckban"))
    subprocess.run([program, "db", "init"], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    os.execv(program, [program, "serve", "--no-worker", "--port", str(PORTS[name])])  # noqa: S606


def _echo() -> None:
    import uvicorn  # noqa: PLC0415
    from fastapi import FastAPI, Request, Response  # noqa: PLC0415

    app = FastAPI()

    async def echo(request: Request) -> Response:
        return Response(await request.body(), media_type="application/json")

    for path in PATHS.values():
        app.post(path)(echo)

    @app.get("/v1/health")
    async def health() -> dict[str, str]:
        return {}

    uvicorn.run(app, port=PORTS["echo"], log_level="warning", access_log=False)


@contextmanager
def running(name: str, core: int):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Run a server of its own process until the block ends."""
    server = subprocess.Popen([sys.executable, __file__, "--serve", name, "--core", str(core)])  # noqa: S603
    try:
        for _ in range(600):
            try:
                urlopen(f"http://127.0.0.1:{PORTS[name]}/v1/health", timeout=1).close()
                break
            except OSError:
                if server.poll() is not None:
                    raise SystemExit(f"{name} did not start") from None
                time.sleep(0.1)
        yield server.pid
    finally:
        server.terminate()
        server.wait()


def load(name: str, path: str, asked: Sequence[bytes], *, connections: int, seconds: float, core: int) -> Figures:
    """Ask a server as fast as it answers."""
    if shutil.which("wrk") is None:
        command = [sys.executable, __file__, "--load", name, path, str(connections), str(seconds), "--core", str(core)]
        given = b"\n".join(asked)
        found = json.loads(subprocess.run(command, input=given, capture_output=True, check=True).stdout)  # noqa: S603
    else:
        with tempfile.NamedTemporaryFile("wb", suffix=".lua") as script:
            listed = b",\n".join(b"[==[" + body + b"]==]" for body in asked)
            script.write(
                b'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nlocal bodies = {'
                + listed
                + b"}\n"
                b"local ready = {}\nlocal n = 0\n"
                b"function init(args) for i, b in ipairs(bodies) do ready[i] = wrk.format(nil, nil, nil, b) end end\n"
                b"function request() n = n % #ready + 1 return ready[n] end\n" + _DONE.encode()
            )
            script.flush()
            url = f"http://127.0.0.1:{PORTS[name]}{path}"
            command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "-s", script.name, url]
            run = subprocess.run(  # noqa: S603
                command,
                capture_output=True,
                check=True,
                preexec_fn=lambda: os.sched_setaffinity(0, {core}),
            )
            found = json.loads(run.stdout.splitlines()[-1])
    return Figures(
        found["requests"] / found["us"] * 1e6,
        found["p50"] / 1000,
        found["p99"] / 1000,
        int(found["errors"]),
        int(found["requests"]),
    )


async def ask(name: str, path: str, asked: Sequence[bytes], *, connections: int, seconds: float) -> None:
    """Be the load where there is no `wrk`; print what was seen."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
    requests = [f"{head}{len(body)}\r\n\r\n".encode() + body for body in asked]
    took: list[float] = []
    errors = 0

    async def one(number: int) -> None:
        nonlocal errors
        reader, writer = await asyncio.open_connection("127.0.0.1", PORTS[name])
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while (begun := loop.time()) < ends:
            number += 1
            writer.write(requests[number % len(requests)])
            told = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(told.partition(b"content-length: ")[2].partition(b"\r")[0])
            await reader.readexactly(length)
            took.append(loop.time() - begun)
            errors += not told.startswith(b"http/1.1 200")
        writer.close()

    await asyncio.gather(*(one(17 * number) for number in range(connections)))
    took.sort()
    p50, p99 = (took[int(len(took) * part)] * 1e6 for part in (0.5, 0.99))
    print(json.dumps({"requests": len(took), "us": seconds * 1e6, "p50": p50, "p99": p99, "errors": errors}))


def used_s(pid: int) -> float:
    """Return the seconds of the processor that a process has used so far, all its threads together."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def compare(label: str, path: str, asked: Sequence[bytes], options: Any, pids: Mapping[str, int]) -> None:  # noqa: ANN401
    """Print what both do, and how they compare."""
    for name in pids:
        load(name, path, asked, connections=1, seconds=_WARM_S, core=options.load_core)
    for connections in options.connections:
        seen: dict[str, list[Figures]] = {"echo": [], "service": []}
        for _ in range(options.rounds):
            for name, rounds in seen.items():
                before_s = used_s(pids[name])
                found = load(
                    name, path, asked, connections=connections, seconds=options.seconds, core=options.load_core
                )
                server_us = (used_s(pids[name]) - before_s) / found.requests * 1e6
                rounds.append(found._replace(server_us=server_us))
        middle = {
            name: Figures(*(statistics.median(each) for each in zip(*rounds, strict=True)))  # type: ignore[arg-type]
            for name, rounds in seen.items()
        }
        ratios = [ours.per_s / bare.per_s for bare, ours in zip(seen["echo"], seen["service"], strict=True)]
        added = statistics.median(o.p50_ms - b.p50_ms for b, o in zip(seen["echo"], seen["service"], strict=True))
        for name, figures in middle.items():
            print(
                f"{label:>13} {connections:>4} conn {name:>8}: {figures.per_s:>9.0f}/s  p50 {figures.p50_ms:.3f} ms"
                f"  p99 {figures.p99_ms:.3f} ms  errors {figures.errors:.0f}  processor {figures.server_us:.0f} us"
            )
        print(
            f"{label:>13} {connections:>4} conn    ratio: {statistics.median(ratios):.3f}"
            f" (rounds {', '.join(f'{ratio:.3f}' for ratio in ratios)}; goal {GOALS[label]})  added p50 {added:+.3f} ms"
            f"  processor: ratio {middle['echo'].server_us / middle['service'].server_us:.3f},"
            f" added {middle['service'].server_us - middle['echo'].server_us:+.0f} us"
        )


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 16])
    parser.add_argument("--server-core", type=int, default=0)
    parser.add_argument("--load-core", type=int, default=1)
    parser.add_argument("--serve", choices=list(PORTS), help=argparse.SUPPRESS)
    parser.add_argument("--load", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--core", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.core)
        return
    if options.load:
        os.sched_setaffinity(0, {options.core})
        name, path, connections, seconds = options.load
        asked = sys.stdin.buffer.read().split(b"\n")
        asyncio.run(ask(name, path, asked, connections=int(connections), seconds=float(seconds)))
        return
    print(f"load: {shutil.which('wrk') or 'own client (no wrk here): its own work counts in the times'}")
    with running("echo", options.server_core) as echo, running("service", options.server_core) as service:
        pids = {"echo": echo, "service": service}
        compare("one decision", PATHS["case"], bodies("case"), options, pids)
        for count in (100, 1000):
            compare(f"{count} fixes", PATHS["fixes"], bodies("fixes", fixes=count), options, pids)


if __name__ == "__main__":
    main()
