"""Many people at once: 70 % decisions, 20 % trips, 5 % lists of leads, 5 % uploads; errors, times, and memory over time.

    python benchmarks/service_mix.py [--minutes 10] [--users 200] [--pause 1.0] [--leads 20000] [--trip-processes 1]

Each user asks, waits for the answer, pauses (on average `--pause` seconds) and asks again, over one connection. The server
runs by itself on SQLite; users are coroutines of this process. Memory is that of the server and the processes it began.
"""

# ruff: noqa: S311 - made-up requests, no secrets

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

PORT = 8313
SHARES = {"decide": 0.70, "trip": 0.20, "leads": 0.05, "upload": 0.05}
_PIECE = b"vehicle_id,time,lon,lat\n" + b"T1,2024-05-08T10:00:00+08:00,110.765000,35.140000\n" * 40


def serve(folder: Path, leads: int, trip_processes: int) -> None:
    """Be the server."""
    from api.app import create_app  # noqa: PLC0415
    from api.serving import run  # noqa: PLC0415
    from api.settings import Settings  # noqa: PLC0415
    from api.store.database import Store  # noqa: PLC0415
    from api.store.schema import migrate  # noqa: PLC0415

    settings = Settings(
        data_dir=folder, rate_per_minute=10**9, trip_processes=trip_processes, port=PORT, log_level="warning"
    )
    store = Store(settings.url)
    migrate(store)
    officer = _officer(settings, store)
    if leads:
        sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "api"))
        from lead_rows import added, row  # noqa: PLC0415

        added(store, [row(number) for number in range(leads)], folder)
    store.close()
    (folder / "key").write_text(officer, "utf-8")
    run(create_app(settings), settings, worker=False)


def _officer(settings: Any, store: Any) -> str:  # noqa: ANN401
    """Make an officer with a key."""
    from api.accounts.service import create_account, create_key  # noqa: PLC0415
    from api.store.audit import Actor  # noqa: PLC0415

    maker = Actor("benchmark", "program")
    with store.write() as session:
        account = create_account(
            session,
            settings,
            maker,
            login="mix",
            name="mix",
            role="officer",
            password="never used: a key is",  # noqa: S106
        ).account
        scopes = ["leads.read", "traces.read", "traces.write"]
        return str(create_key(session, settings, maker, account=account, name="mix", scopes=scopes, days=1).text)


def decision() -> dict[str, Any]:
    """Return a question."""
    return {
        "vehicle": {
            "vehicle_type": random.choice(["重型自卸货车", "中型厢式货车", "轻型厢式货车"]),
            "gross_mass_kg": 25000,
        },
        "at": f"2024-05-{random.randrange(1, 29):02d}T{random.randrange(24):02d}:30:00+08:00",
        "place": {"lon": random.uniform(110.75, 110.78), "lat": random.uniform(35.13, 35.15)},
    }


def trip() -> dict[str, Any]:
    """Return a trip through or around the zone."""
    return {
        "vehicle": {"vehicle_type": "重型自卸货车", "gross_mass_kg": 25000},
        "origin": {"lon": random.uniform(110.745, 110.755), "lat": random.uniform(35.135, 35.145)},
        "destination": {"lon": random.uniform(110.775, 110.785), "lat": random.uniform(35.135, 35.145)},
        "depart": f"2024-05-08T{random.randrange(24):02d}:00:00+08:00",
    }


class Load:
    """The users, and what they saw."""

    def __init__(self, key: str, ends: float, pause: float) -> None:
        """Begin with nothing."""
        self.key, self.ends, self.pause = key, ends, pause
        self.took: dict[str, list[float]] = {kind: [] for kind in SHARES}
        self.errors: Counter[str] = Counter()

    async def user(self) -> None:
        """Be one."""
        reader = writer = None
        fresh = True
        while time.monotonic() < self.ends:
            kind = random.choices(list(SHARES), list(SHARES.values()))[0]
            begun = time.perf_counter()
            try:
                if writer is None:
                    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
                    fresh = True
                try:
                    await self.act(kind, reader, writer)
                except (OSError, asyncio.IncompleteReadError):
                    if fresh:
                        raise
                    # the server lets go of connections that are idle for some seconds: that is no error
                    writer.close()
                    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
                    await self.act(kind, reader, writer)
                fresh = False
            except (OSError, asyncio.IncompleteReadError) as error:
                self.errors[f"{kind}: {type(error).__name__}"] += 1
                writer = None
            self.took[kind].append(time.perf_counter() - begun)
            await asyncio.sleep(random.expovariate(1 / self.pause))
        if writer is not None:
            writer.close()

    async def act(self, kind: str, reader: Any, writer: Any) -> None:  # noqa: ANN401
        """Do one thing."""
        if kind == "decide":
            await self.ask(kind, reader, writer, "POST", "/v1/decide", json.dumps(decision()).encode())
        elif kind == "trip":
            await self.ask(kind, reader, writer, "POST", "/v1/trips", json.dumps(trip()).encode())
        elif kind == "leads":
            await self.ask(kind, reader, writer, "GET", "/v1/leads?limit=50", b"", keyed=True)
        else:
            new = {"kind": "traces", "file_name": "t.csv", "size": len(_PIECE), "why": "benchmark"}
            told = await self.ask(
                kind, reader, writer, "POST", "/v1/traces/uploads", json.dumps(new).encode(), keyed=True
            )
            if told:
                path = f"/v1/traces/uploads/{json.loads(told)['id']}"
                more = "Upload-Offset: 0\r\n"
                media = "application/offset+octet-stream"
                await self.ask(kind, reader, writer, "PATCH", path, _PIECE, keyed=True, more=more, media=media)

    async def ask(  # noqa: PLR0913
        self,
        kind: str,
        reader: Any,  # noqa: ANN401
        writer: Any,  # noqa: ANN401
        method: str,
        path: str,
        body: bytes,
        *,
        keyed: bool = False,
        more: str = "",
        media: str = "application/json",
    ) -> bytes:
        """Send one request, and return its body; an error counts."""
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nContent-Type: {media}\r\n{more}"
        head += f"Authorization: Bearer {self.key}\r\n" if keyed else ""
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        told = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = told.partition(b"content-length: ")[2].partition(b"\r")[0]
        answer: bytes = await reader.readexactly(int(length)) if length else b""
        status = told.split()[1].decode()
        if not status.startswith("2"):
            self.errors[f"{kind}: {status}"] += 1
            return b""
        return answer


def memory_mb(pid: int) -> float:
    """Return the memory of a process and those it began, MB."""
    total, pids = 0, [pid]
    while pids:
        one = pids.pop()
        try:
            text = Path(f"/proc/{one}/status").read_text("utf-8")
            total += int(text.partition("VmRSS:")[2].split()[0])
            for task in Path(f"/proc/{one}/task").iterdir():
                pids += map(int, (task / "children").read_text("utf-8").split())
        except (OSError, IndexError):
            continue
    return total / 1024


async def run(options: argparse.Namespace, pid: int, key: str) -> None:
    """Let the users loose, and print what came of it."""
    load = Load(key, time.monotonic() + options.minutes * 60, options.pause)
    users = [asyncio.create_task(load.user()) for _ in range(options.users)]
    memory = []
    while time.monotonic() < load.ends:
        memory.append(memory_mb(pid))
        await asyncio.sleep(min(5, max(1, options.minutes * 6)))
    await asyncio.gather(*users)
    for kind, took in load.took.items():
        took.sort()
        p50, p99 = (took[int(len(took) * part)] * 1000 for part in (0.5, 0.99)) if took else (0.0, 0.0)
        print(f"{kind:>7}: {len(took):>7} done  p50 {p50:8.2f} ms  p99 {p99:8.2f} ms")
    print(f"errors: {sum(load.errors.values())} {dict(load.errors)}")
    tenth = max(1, len(memory) // 5)
    first, last = statistics.mean(memory[tenth : 2 * tenth] or memory), statistics.mean(memory[-tenth:])
    print(f"memory MB: {', '.join(f'{each:.0f}' for each in memory[:: max(1, len(memory) // 12)])}")
    print(f"memory, second fifth to last fifth: {first:.0f} -> {last:.0f} MB")


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--pause", type=float, default=1.0)
    parser.add_argument("--leads", type=int, default=20_000)
    parser.add_argument("--trip-processes", type=int, default=1)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.leads, options.trip_processes)
        return
    with tempfile.TemporaryDirectory() as folder:
        more = ["--leads", str(options.leads), "--trip-processes", str(options.trip_processes)]
        server = subprocess.Popen([sys.executable, __file__, "--serve", folder, *more])  # noqa: S603
        try:
            asyncio.run(_when_up(server))
            asyncio.run(run(options, server.pid, (Path(folder) / "key").read_text("utf-8")))
        finally:
            server.terminate()
            server.wait()


async def _when_up(server: "subprocess.Popen[bytes]") -> None:
    for _ in range(1800):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", PORT)
        except OSError:
            if server.poll() is not None:
                raise SystemExit("the server did not start") from None
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return


if __name__ == "__main__":
    random.seed(os.environ.get("SEED", "7"))
    main()
