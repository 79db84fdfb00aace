"""Lines of JSON in one file a day, written beside the requests."""

import datetime as dt
import json
import os
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

_WAIT_S, _IDLE = 0.2, 25
_MOST = 50_000
_encode_lines = msgspec.json.Encoder().encode_lines


class LogFile:
    """A log that takes lines at once and writes them a fifth of a second later; days that are over are removed.

    A line that cannot be written (the disk is full) is dropped and counted: a log must not stop the service.

    Args:
        folder: where the files are; made at the first line.
        name: of the files: `<name>-<day>.jsonl`, the day in UTC.
        days: for how long they are kept.
    """

    def __init__(self, folder: Path, name: str, *, days: int) -> None:
        """Prepare; nothing is opened yet."""
        self.dropped = 0
        self._folder, self._name, self._days = folder, name, days
        self._lines: deque[Mapping[str, Any]] = deque(maxlen=_MOST)
        self._writing = threading.Lock()
        self._starting = threading.Lock()
        self._runs = False
        self._day: dt.date | None = None

    def write(self, line: Mapping[str, Any]) -> None:
        """Take a line."""
        self._lines.append(line)
        if not self._runs:
            self._start()

    def close(self) -> None:
        """Write what was taken."""
        self._flush()

    def _start(self) -> None:
        with self._starting:
            if not self._runs:
                self._runs = True
                threading.Thread(target=self._work, name=f"log-{self._name}", daemon=True).start()

    def _work(self) -> None:
        idle = 0
        while True:
            time.sleep(_WAIT_S)
            idle = 0 if self._flush() else idle + 1
            if idle > _IDLE:
                with self._starting:
                    if not self._lines:
                        self._runs = False
                        return

    def _flush(self) -> bool:
        with self._writing:
            taken = [self._lines.popleft() for _ in range(len(self._lines))]
            if not taken:
                return False
            try:
                self._append(_lines(taken))
            except OSError as error:
                if not self.dropped:
                    print(f"truckban: the {self._name} log cannot be written: {error.strerror}", file=sys.stderr)  # noqa: T201
                self.dropped += len(taken)
            return True

    def _append(self, rest: bytes) -> None:
        today = dt.datetime.now(dt.UTC).date()
        if today != self._day:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o750)
            self._remove_old(today)
            self._day = today
        path = self._folder / f"{self._name}-{today.isoformat()}.jsonl"
        # opened anew each time: whoever moves the file away, gets the lines until then
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        finally:
            os.close(descriptor)

    def _remove_old(self, today: dt.date) -> None:
        first = today - dt.timedelta(days=self._days)
        for path in self._folder.glob(f"{self._name}-*.jsonl"):
            day = re.fullmatch(rf"{re.escape(self._name)}-(\d{{4}}-\d\d-\d\d)\.jsonl", path.name)
            if day and dt.date.fromisoformat(day[1]) < first:
                path.unlink(missing_ok=True)


def _lines(taken: list[Mapping[str, Any]]) -> bytes:
    """Return lines of JSON; `json` would take nearly as long for one as all layers do for its request."""
    try:
        return _encode_lines(taken)
    except UnicodeEncodeError:  # half a surrogate pair
        return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in taken).encode()
