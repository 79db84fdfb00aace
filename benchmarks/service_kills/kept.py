"""What was acknowledged, as the clients wrote it down."""

import hashlib
import json
import threading
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any


@dataclass
class KeptUpload:
    """A file: what it should be, and how much of it is acknowledged."""

    data: bytes
    offset: int = 0
    state: str = "open"

    @property
    def sha256(self) -> str:
        """The hash of all of it."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass
class KeptLead:
    """A lead: what was done with it, and where it stands."""

    version: int = 1
    state: str = "new"
    merged_into: str | None = None
    acts: list[str] = field(default_factory=list)
    confirmed: int = 0


@dataclass
class KeptPermit:
    """An application: its steps, and where it stands."""

    version: int
    state: str
    permit_no: str | None = None
    acts: list[str] = field(default_factory=list)


@dataclass
class KeptRun:
    """A run: the vehicles that it is about, and how it ended."""

    tag: str
    state: str = "queued"
    leads: int | None = None


class Kept:
    """Everything, under one lock; each line also goes to a file.

    Attributes:
        faults: what was not as it should be.
    """

    def __init__(self, file: Path) -> None:
        """Begin with nothing."""
        self._lock = threading.Lock()
        self._file = file.open("w", encoding="utf-8")
        self.uploads: dict[str, KeptUpload] = {}
        self.leads: dict[str, KeptLead] = {}
        self.permits: dict[str, KeptPermit] = {}
        self.runs: dict[str, KeptRun] = {}
        self.faults: list[str] = []
        self.count = 0

    def note(self, kind: str, id_: str, thing: Any) -> None:  # noqa: ANN401
        """Write down what was acknowledged of a thing."""
        with self._lock:
            getattr(self, kind)[id_] = thing
            self.count += 1
            told = {name: value for name, value in asdict(thing).items() if name != "data"}
            self._file.write(json.dumps({"kind": kind, "id": id_, **told}) + "\n")

    def begin(self, id_: str, lead: KeptLead) -> None:
        """Write down a lead as it is before anybody does anything."""
        with self._lock:
            self.leads[id_] = lead

    def fault(self, text: str) -> None:
        """Write down what is not as it should be."""
        with self._lock:
            self.faults.append(text)
            self._file.write(json.dumps({"fault": text}, ensure_ascii=False) + "\n")

    def now(self) -> "Snapshot":
        """Return what was acknowledged up to now."""
        with self._lock:
            return Snapshot(
                {id_: replace(each) for id_, each in self.uploads.items()},
                {id_: replace(each, acts=list(each.acts)) for id_, each in self.leads.items()},
                {id_: replace(each, acts=list(each.acts)) for id_, each in self.permits.items()},
                {id_: replace(each) for id_, each in self.runs.items()},
            )

    def close(self) -> None:
        """Close the file."""
        self._file.close()


@dataclass(frozen=True)
class Snapshot:
    """What was acknowledged up to a moment."""

    uploads: dict[str, KeptUpload]
    leads: dict[str, KeptLead]
    permits: dict[str, KeptPermit]
    runs: dict[str, KeptRun]
