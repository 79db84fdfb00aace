"""Where trips are planned: beside the server, so that a decision never waits for one."""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

from api.law import Law
from api.law_in_force import LawInForce, Pair
from api.problems import Problem
from enterprises.registry_file import parse_registry, written
from truckban.questions.asking_bytes import encoded
from truckban.trips.answer import answer_trip
from truckban.trips.model import Options
from truckban.trips.network import Network
from zones.text import Text

_WAITING = 256
_THREADS = 2
Files = tuple[tuple[bytes, tuple[bytes, ...]], ...]


class _Crew(NamedTuple):
    """Those who plan by one state of the law."""

    law: LawInForce
    pool: Executor


class Planner:
    """Plans trips by the law as it stands when each is asked.

    Args:
        law: what is in force.
        processes: how many plan at a time, each with streets of its own; 0: threads of this process.
        longest_s: how long a trip may take.
    """

    def __init__(self, law: Law, *, processes: int, longest_s: float) -> None:
        """Begin nothing yet."""
        self._law = law
        self._processes = processes
        self._longest_s = longest_s
        self._crew: _Crew | None = None
        self._waiting = 0
        self._changing = threading.Lock()

    def warm(self) -> None:
        """Have the processes load the streets before the first trip is asked."""
        if self._processes and self._law.now.rules:
            self._take(self._law.now).pool.submit(_ready)

    async def answer(self, asked: Mapping[str, Any], options: Options) -> bytes:
        """Return the answer to a trip as JSON.

        Raises:
            InputError: the trip cannot be read, with its field.
            Problem: 503; too many wait, or it takes too long.
        """
        if self._waiting >= _WAITING:
            text = Text("正在规划的行程太多，请稍后再试", "too many trips are being planned; try again soon")
            raise Problem(503, "busy", text, headers={"Retry-After": "2"})
        law = self._law.now
        law.check_streets()
        self._waiting += 1
        try:
            for last in (False, True):
                crew = self._take(law)
                try:
                    future = self._submit(crew, asked, options)
                    return await asyncio.wait_for(asyncio.wrap_future(future), self._longest_s)
                except BrokenProcessPool:
                    self._drop(crew)
                    if last:
                        raise
        except TimeoutError:
            text = Text("这次行程规划太久，请缩小范围", "this trip takes too long to plan; ask for less")
            raise Problem(503, "too_long", text, headers={"Retry-After": "60"}) from None
        finally:
            self._waiting -= 1
        raise AssertionError

    def close(self) -> None:
        """Let the processes go; a trip that is asked after this begins new ones."""
        with self._changing:
            crew, self._crew = self._crew, None
        if crew is not None:
            crew.pool.shutdown(wait=False, cancel_futures=True)

    def _submit(self, crew: _Crew, asked: Mapping[str, Any], options: Options) -> "Future[bytes]":
        if self._processes:
            return crew.pool.submit(_answer, asked, options)
        return crew.pool.submit(_answer_on, crew.law, asked, options)

    def _take(self, law: LawInForce) -> _Crew:
        with self._changing:
            if self._crew is None or self._crew.law is not law:
                if self._crew is not None:
                    self._crew.pool.shutdown(wait=False)  # what was asked by the law before is answered by it
                self._crew = _Crew(law, self._pool(law))
            return self._crew

    def _drop(self, crew: _Crew) -> None:
        with self._changing:
            if self._crew is crew:
                self._crew = None
        crew.pool.shutdown(wait=False)

    def _pool(self, law: LawInForce) -> Executor:
        if not self._processes:
            return ThreadPoolExecutor(_THREADS, thread_name_prefix="trips")
        return ProcessPoolExecutor(
            self._processes,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(files_of(law), written(law.registry)),
        )


def files_of(law: LawInForce) -> Files:
    """Return the files that a law is made of."""
    return tuple((pair.text, tuple(zone.text.encode() for zone in pair.zones)) for pair in law.pairs.values())


_network: list[Network] = []


def _begin(files: Files, registry: bytes) -> None:
    """Load the law and its streets in a process that plans; it ends when the server does, however that ends."""
    server = multiprocessing.parent_process()
    if server is not None:
        threading.Thread(target=_end_with, args=(server,), daemon=True).start()
    known = parse_registry(registry, file="registry.json")
    _network.append(LawInForce([Pair.read(notice, zones) for notice, zones in files], registry=known).network)


def _end_with(server: BaseProcess) -> None:
    server.join()
    os._exit(0)


def _ready() -> None:
    """Do nothing, once all is loaded."""


def _answer(asked: Mapping[str, Any], options: Options) -> bytes:
    return _told(_network[0], asked, options)


def _answer_on(law: LawInForce, asked: Mapping[str, Any], options: Options) -> bytes:
    return _told(law.network, asked, options)


def _told(network: Network, asked: Mapping[str, Any], options: Options) -> bytes:
    return encoded(answer_trip(asked, network.streets, network.rules, options=options, sites=network.sites))
