"""Moments at which a process is killed: any, or one that a client or a job has just come to."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Point = Literal["half", "sent", "answered"]
POINTS: tuple[Point, ...] = ("half", "sent", "answered")
"""Of a request: half of it is sent; all of it, without an answer yet; the answer has just come."""


@dataclass
class _Armed:
    point: Point
    delay_s: float
    kill: Callable[[], None]
    done: threading.Event
    label: str = ""


class Moments:
    """What clients are about, and who waits for one of them to come to a point."""

    def __init__(self) -> None:
        """Begin with nobody waiting."""
        self._lock = threading.Lock()
        self._armed: _Armed | None = None
        self._under_way: dict[int, str] = {}

    def reached(self, point: Point, label: str) -> None:
        """Tell that a request has come to a point; whoever waits for that kills now."""
        with self._lock:
            armed = self._armed
            if armed is None or armed.point != point:
                return
            self._armed = None
        armed.label = label
        if armed.delay_s:
            time.sleep(armed.delay_s)
        armed.kill()
        armed.done.set()

    def kill_at(self, point: Point, delay_s: float, kill: Callable[[], None], *, longest_s: float) -> str:
        """Kill when the next request comes to a point; return which it was, or that none came in time."""
        armed = _Armed(point, delay_s, kill, threading.Event())
        with self._lock:
            self._armed = armed
        if not armed.done.wait(longest_s):
            with self._lock:
                missed = self._armed is armed
                self._armed = None
            if missed:
                kill()
                return "nobody asked"
            armed.done.wait()
        return armed.label

    def begin(self, label: str) -> None:
        """Note what this thread asks for."""
        self._under_way[threading.get_ident()] = label

    def end(self) -> None:
        """Note that it asks for nothing."""
        self._under_way.pop(threading.get_ident(), None)

    def under_way(self) -> list[str]:
        """Return what is asked for now."""
        return sorted(self._under_way.values())
