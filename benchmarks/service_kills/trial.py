"""One trial: clients that go on, kills, checks."""

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from api.settings import Settings
from api.store.check import faults
from api.store.jobs import ALIVE, CRASHES
from api.store.tables.runs import Job
from api.traces.files import runs_folder
from api.traces.purge import purge_uploads
from service_kills import ground
from service_kills.asking import Asking
from service_kills.clients import Applicant, Client, Officer, Runner, Uploader
from service_kills.holding import Holding
from service_kills.kept import Kept
from service_kills.moments import POINTS, Moments
from service_kills.processes import Name, Processes

_IDLE_S = 300
_FULL_CHECK = 25
"""After so many kills all of `truckban db check` is asked; after each one, what was acknowledged and the trail."""


@dataclass(frozen=True)
class Plan:
    """How a trial goes.

    Attributes:
        kills: how many.
        seed: of every choice; what threads do meanwhile is their own affair.
        leads: to be decided on.
        each: clients of each kind.
        trucks: of the day that is checked; 0: none is.
        pause_s: at most so long the clients go on between two kills.
        lease_s: see `Processes`.
    """

    kills: int
    seed: int
    leads: int = 400
    each: int = 2
    trucks: int = 2
    pause_s: float = 1.5
    lease_s: float = 3.0


@dataclass
class Told:
    """What a trial saw."""

    kills: Counter[str] = field(default_factory=Counter)
    back_s: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Trial:
    """Kills, and holds."""

    def __init__(self, plan: Plan, settings: Settings, environment: dict[str, str], folder: Path) -> None:
        """Make the ground."""
        self.plan, self.settings, self.environment, self.folder = plan, settings, environment, folder
        self.chance = random.Random(plan.seed)  # noqa: S311  (no secret)
        self.store, self._dealt = ground.prepare(settings, leads=plan.leads, officers=plan.each)
        self.kept, self.moments, self.told = Kept(folder / "acknowledged.jsonl"), Moments(), Told()
        self.holding = Holding(settings, self.store)
        self.ends = threading.Event()
        self.processes = Processes(environment, folder / "service.log", lease_s=plan.lease_s)

    def run(self) -> Told:
        """Do all of it."""
        try:
            self.processes.start("server")
            self.processes.start("worker")
            self.processes.answers()
            clients = self._clients()
            for client in clients:
                client.start()
            for number in range(1, self.plan.kills + 1):
                time.sleep(self.chance.uniform(0.05, self.plan.pause_s))
                self._one(number)
            self.ends.set()
            for client in clients:
                client.join(_IDLE_S)
                if client.is_alive() or client.died is not None:
                    self.told.faults.append(f"client {client.name} did not end: {client.died!r}")
            self._end()
            self.again = sum(asking.again for asking in self._askings)
        finally:
            self.processes.close()
            self.kept.close()
            self.store.close()
        return self.told

    def _clients(self) -> list[Client]:
        def asking(role: str, login: str) -> Asking:
            key = ground.key_of(self.settings, self.store, role, login)
            self._askings.append(made := Asking(self.processes.port, key, self.moments, self.kept))
            return made

        self._askings: list[Asking] = []
        clients: list[Client] = []

        def own(name: str) -> tuple[str, threading.Event, random.Random]:
            return name, self.ends, random.Random(f"{self.plan.seed} {name}")  # noqa: S311

        for number in range(self.plan.each):
            officer = asking("officer", f"officer.{number}")
            clients += [
                Uploader(asking("officer", f"sender.{number}"), *own(f"uploader {number}")),
                Officer(officer, self._dealt[number], *own(f"officer {number}")),
                Applicant(
                    asking("driver", f"driver.{number}"),
                    asking("reviewer", f"reviewer.{number}"),
                    *own(f"applicant {number}"),
                ),
            ]
        if self.plan.trucks:
            files = ground.day(self.plan.trucks)
            clients.append(Runner(asking("officer", "checker"), files, *own("runner")))
        return clients

    def _one(self, number: int) -> None:
        """Kill, start again, hold."""
        names = self._whom()
        count = self.kept.count
        moment = self._kill(names)
        under_way = self.moments.under_way()
        for name in names:
            self.processes.gone(name)
        for name in names:
            self.processes.start(name)
        back = self.processes.answers()
        self.told.back_s.append(back)
        self.told.kills["+".join(names)] += 1
        found = self._held() + (faults(self.store) if number % _FULL_CHECK == 0 else [])
        self.told.faults += found
        said = f"{len(self.kept.faults) + len(self.told.faults)} faults" if self.kept.faults or found else "all there"
        print(
            f"{number:4} {'+'.join(names):13} {moment:42} under way {len(under_way)}: {_listed(under_way):60} "
            f"back in {back:4.1f} s, {self.kept.count} ({self.kept.count - count:+}) acknowledged, {said}",
            flush=True,
        )
        for line in found:
            print("     FAULT", line, flush=True)

    def _whom(self) -> list[Name]:
        drawn = self.chance.random()
        names: list[Name] = ["server"] if drawn < 0.6 else ["worker"] if drawn < 0.9 else ["server", "worker"]  # noqa: PLR2004
        if "worker" in names and self._worn():
            return ["server"]
        return names

    def _worn(self) -> bool:
        """Tell whether a job has lost as many workers as it may."""
        with self.store.read() as session:
            asked = sa.select(sa.func.max(Job.crashes)).where(Job.state.in_(ALIVE))
            return (session.scalar(asked) or 0) >= CRASHES - 1

    def _kill(self, names: list[Name]) -> str:
        def kill() -> None:
            for name in names:
                self.processes.kill(name)

        drawn = self.chance.random()
        delay = self.chance.choice([0.0, 0.0, self.chance.uniform(0.0, 0.03)])
        if "server" in names and drawn < 0.6:  # noqa: PLR2004
            point = self.chance.choice(POINTS)
            label = self.moments.kill_at(point, delay, kill, longest_s=3.0)
            return f"{point}: {label}, {delay * 1000:+.0f} ms"
        if names == ["worker"] and drawn < 0.5 and self._results():  # noqa: PLR2004
            delay = self.chance.uniform(0.0, 1.0)
            time.sleep(delay)
            kill()
            return f"a job has written its files, {delay * 1000:+.0f} ms"
        kill()
        return "any"

    def _results(self) -> bool:
        """Wait a while for a job that has written its files, and is not over."""
        until = time.monotonic() + 6
        while time.monotonic() < until:
            with self.store.read() as session:
                asked = sa.select(Job.subject, Job.attempt).where(Job.state == "running", Job.kind == "check")
                held = session.execute(asked).all()
            if any((runs_folder(self.settings) / id_ / str(attempt) / "run.json").exists() for id_, attempt in held):
                return True
            time.sleep(0.05)
        return False

    def _held(self) -> list[str]:
        return self.holding.meanwhile(self.kept.now())

    def _end(self) -> None:
        until = time.monotonic() + _IDLE_S
        while self._busy() and time.monotonic() < until:
            time.sleep(0.5)
        names: tuple[Name, ...] = ("server", "worker")
        self.told.faults += [f"the {name} ended by itself" for name in names if not self.processes.alive(name)]
        time.sleep(1.0)  # what a job leaves is removed after it is done
        self.told.faults += self.holding.at_the_end(self.kept.now())
        self.told.faults += self.kept.faults
        left = self.holding.leftovers(self.kept.now())
        purge_uploads(self.store, self.settings)
        still = self.holding.leftovers(self.kept.now())
        print(f"left by tries that were killed: {len(left)}; after the daily purge: {len(still)}")
        self.told.faults += [f"the purge leaves {each}" for each in still]
        for command in (("audit", "verify"), ("db", "check")):
            self.told.faults += self._command(*command)

    def _busy(self) -> bool:
        with self.store.read() as session, suppress(sa.exc.OperationalError):
            return bool(session.scalar(sa.select(sa.exists().where(Job.state.in_(ALIVE)))))
        return True

    def _command(self, *words: str) -> list[str]:
        program = "import sys; from truckban.cli.main import entry; sys.argv[0] = 'truckban'; entry()"
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", program, *words],
            capture_output=True,
            text=True,
            check=False,
            env={**self.processes.environment, "TRUCKBAN_LANG": "en"},
        )
        print(f"truckban {' '.join(words)}: exit status {done.returncode}: {done.stdout.strip()}")
        return [] if done.returncode == 0 else [f"truckban {' '.join(words)}: {done.stdout} {done.stderr}"]


def _listed(labels: list[str]) -> str:
    counted = Counter(label.partition(" ")[0] for label in labels)
    return ", ".join(f"{count} {name}" if count > 1 else name for name, count in counted.items())
