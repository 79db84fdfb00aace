"""A check in one go over the rows: they are read, cleaned and sifted piece by piece, and what is near the zone is judged.

What is held does not grow with the files, only with what is found in them. Vehicles whose rows are not in order of time are
read a second time, some at a time, and cleaned as a whole; the outcome is the same for any order of rows and files.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import SpooledTemporaryFile

import numpy as np
import numpy.typing as npt

from truckban.traces.clean.misfit import Fit, fit_of, moving_sample, street_box
from truckban.traces.clean.noted import Named
from truckban.traces.fixes import Fixes, fixes_of, remarks
from truckban.traces.read.file_marks import Mark, marks, refuse_changed
from truckban.traces.read.pieces import Source
from truckban.traces.read.reasons import JUMP
from truckban.traces.read.rejects import Rejects
from truckban.traces.read.tables import Reject
from truckban.traces.sifting.near import Near, Visits, visits_of
from truckban.traces.sifting.sift import Sift
from truckban.traces.sifting.sift_rows import Kept, Piece
from truckban.traces.sifting.torn_rows import IN_MEMORY, ROW, Rows, TornRows
from zones.locate import Locator
from zones.text import Text

_Index = npt.NDArray[np.intp]
_ENOUGH = 200_000
"""Rows of visits that are looked at together."""
_HELD_ROWS = 1_000_000
"""So many rows are held for vehicles that turn out to be torn; rows from before are read again from the files."""
_SAMPLE = 50_000
"""Fixes near the zone by which the system of coordinates is looked at."""


@dataclass(slots=True)
class Traces:
    """What was read, in figures.

    Attributes:
        vehicle_ids: of all vehicles with fixes, sorted.
        fixes: how many there are, each once.
        read: rows in the files.
        duplicates: rows that repeat a fix; they are used, once.
        assumed_zone: used rows whose time named no zone and was read in the notice's.
        gaps: silences.
        first_s: time of the first fix near the zone, seconds since 1970-01-01 UTC; infinite where there is none.
        last_s: likewise.
        rejects: rows not used.
        notes: what was found out about the files.
        tally: what cleaning counted and did not reject.
        named: the first of the vehicles that were counted.
        leapt: all whose clocks leapt forward by whole hours as they drove.
        doubled: all with two tracks at once.
        files: name and rows of each file.
        fit: of the positions to the streets under each system of coordinates; None where too few moved there.
    """

    vehicle_ids: list[str] = field(default_factory=list)
    fixes: int = 0
    read: int = 0
    duplicates: int = 0
    assumed_zone: int = 0
    gaps: int = 0
    first_s: float = np.inf
    last_s: float = -np.inf
    rejects: Rejects = field(default_factory=Rejects)
    notes: list[Text] = field(default_factory=list)
    tally: Counter[str] = field(default_factory=Counter)
    named: Named = field(default_factory=Named)
    leapt: frozenset[str] = frozenset()
    doubled: frozenset[str] = frozenset()
    files: list[tuple[str, int]] = field(default_factory=list)
    fit: Fit | None = None

    @property
    def used(self) -> int:
        """Rows that were used: fixes, and repetitions of them."""
        return self.fixes + self.duplicates


@dataclass(slots=True)
class FitSample:
    """Fixes near the zone, to see whether their system of coordinates is the declared one; of large files the first ones.

    Attributes:
        declared: what the positions are said to be in.
    """

    declared: str
    _parts: list[tuple[Fixes, bool]] = field(default_factory=list)
    _rows: int = 0

    def add(self, fixes: Fixes, *, may_be_void: bool) -> None:
        """Take some fixes in."""
        if self._rows < _SAMPLE and len(fixes.t_s):
            self._parts.append((fixes, may_be_void))
            self._rows += len(fixes.t_s)

    def fit(self, torn: npt.NDArray[np.bool_], ground: Locator) -> Fit | None:
        """Return how well they lie on the streets; those of torn vehicles only as they were read the second time."""
        if not self._parts or not ground.zone.streets:
            return None
        void = np.concatenate([torn[part.vehicle] & may_be for part, may_be in self._parts])
        names = ("vehicle", "t_s", "lon", "lat")
        columns = [np.concatenate([getattr(part, name) for part, _ in self._parts]) for name in names]
        if void.any():
            columns = [column[~void] for column in columns]
        vehicle, t_s, lon, lat = columns
        if not _in_order(vehicle, t_s):
            order = np.lexsort((t_s, vehicle))
            vehicle, t_s, lon, lat = (column[order] for column in columns)
        box = street_box(ground.zone.streets)
        known = max((part.vehicle_ids for part, _ in self._parts), key=len)
        return fit_of(moving_sample(vehicle, t_s, lon, lat, box), ground.zone.streets, self.declared, names=known)


def _in_order(vehicle: _Index, t_s: npt.NDArray[np.float64]) -> bool:
    """Return whether rows are in order of vehicle, and those of one in order of time."""
    later = vehicle[1:] > vehicle[:-1]
    return bool((later | ((vehicle[1:] == vehicle[:-1]) & (t_s[1:] >= t_s[:-1]))).all())


@dataclass(slots=True)
class Stream:
    """The traces of a source, as visits to a zone.

    Attributes:
        source: files.
        near: the zone.
        progress: told how many rows were read.
        traces: what was read, once all visits were yielded.
    """

    source: Source
    near: Near
    progress: Callable[[int], None] | None = None
    traces: Traces = field(default_factory=Traces)
    _sift: Sift = field(init=False)
    _rows: int = 0
    _spans: list[tuple[npt.NDArray[np.int32], npt.NDArray[np.float64], npt.NDArray[np.float64]]] = field(
        default_factory=list
    )
    _window: deque[Piece] = field(default_factory=deque)
    _window_rows: int = 0
    _stash: list[Rows] = field(default_factory=list)
    _stashed: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    _lost: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    _marks: Mapping[Path, Mark | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with an empty sift."""
        self._sift = Sift(self.near.box)

    def visits(self) -> Iterator[tuple[Visits, bool]]:
        """Yield visits, some thousand at a time, and whether they may be void.

        Those of a vehicle that turns out to be `torn` are void, and come again: `torn` says of which.

        Raises:
            InputError: a file cannot be read at all, or is another when it is read again.
        """
        self._marks = marks(self.source.path)
        open_ = Kept.room(0)
        for piece, table in self.source.pieces():
            self._sift.add(piece, len(self.source.vehicles))
            if len(self._sift.bad):
                self.source.reject(table, self._sift.bad)
                self.source.assumed_zone -= len(self._sift.bad) * int(piece.naive[0])
            self._remember(piece)
            self._rows += len(piece.vehicle)
            if self.progress is not None:
                self.progress(self._rows)
            if self._sift.kept >= _ENOUGH:
                closed, open_ = self._closed(Kept.all_of([open_, self._sift.taken()]))
                yield closed, True
        self._sift.end()
        closed, _ = self._closed(Kept.all_of([open_, self._sift.taken()]))
        yield closed, True
        yield from ((visits, False) for visits in self._second_reading())
        self._sum_up()

    def torn(self) -> npt.NDArray[np.bool_]:
        """Return of each vehicle's code whether what was first yielded of it is void."""
        return self._sift.torn()[: len(self.source.vehicles)]

    def _remember(self, piece: Piece) -> None:
        """Hold a piece while its vehicles may turn out to be torn."""
        self._window.append(piece)
        self._window_rows += len(piece.vehicle)
        while self._window_rows > _HELD_ROWS:
            self._let_go()

    def _let_go(self) -> None:
        """Give up the oldest piece that is held, but for the rows of vehicles that are torn by now."""
        piece = self._window.popleft()
        self._window_rows -= len(piece.vehicle)
        n = len(self.source.vehicles)
        if len(self._stashed) < n:
            new = np.zeros(n - len(self._stashed), np.bool_)
            self._stashed, self._lost = np.append(self._stashed, new), np.append(self._lost, new)
        torn = self.torn()
        if sum(map(len, self._stash)) > _HELD_ROWS:
            self._stash = []
            self._lost |= self._stashed
        some = np.flatnonzero(torn)
        self._lost[some] |= ~self._stashed[some] & (self._sift.first()[some] < piece.number)
        self._stashed = torn & ~self._lost
        if self._stashed.any() and self._stashed[piece.codes].any():
            self._stash.append(self._rows_of(piece, self._stashed))

    def _closed(self, kept: Kept) -> tuple[Visits, Kept]:
        """Return the visits that are over, and the rows of those that may go on."""
        if (np.diff(kept.vehicle) < 0).any():
            kept = kept.take(np.argsort(kept.vehicle, kind="stable"))
        n = len(kept.vehicle)
        begins = ~kept.joined
        visit = np.cumsum(begins) - 1
        last = np.ones(n, np.bool_)
        last[:-1] = np.diff(kept.vehicle) != 0
        going_on = np.zeros(int(begins.sum()), np.bool_)
        going_on[visit[last]] = self._sift.open()[kept.vehicle[last]]
        stays = going_on[visit]
        over = int(n - stays.sum())
        if stays[:over].any():
            open_, done = kept.take(np.flatnonzero(stays)), kept.take(np.flatnonzero(~stays))
        else:
            open_, done = kept.take(slice(over, n)).copied(), kept.take(slice(over))
        starts = np.append(np.flatnonzero(~done.joined), len(done.vehicle)).astype(np.intp)
        names = list(self.source.vehicles)
        fixes = Fixes(names, done.vehicle.astype(np.intp), done.t_s, done.lon, done.lat, done.accuracy_m, 0, 0, 0)
        for name in ("speed_kmh", "heading"):
            said = getattr(done, name)
            setattr(fixes, name, said if len(said) else None)
        if over:
            mine = np.append(0, np.flatnonzero(np.diff(done.vehicle)) + 1)
            ends = np.append(mine[1:], len(done.vehicle)) - 1
            self._spans.append((done.vehicle[mine], done.t_s[mine], done.t_s[ends]))
        return Visits(fixes, starts, 0), open_

    def _span(self, first_s: npt.NDArray[np.float64], last_s: npt.NDArray[np.float64]) -> None:
        self.traces.first_s = min(self.traces.first_s, float(first_s.min(initial=np.inf)))
        self.traces.last_s = max(self.traces.last_s, float(last_s.max(initial=-np.inf)))

    def _second_reading(self) -> Iterator[Visits]:
        """Yield the visits of the vehicles that are torn."""
        while self._window:
            self._let_go()
        yield from self._in_lots(self._stashed, self._stash)
        if self._lost.any():
            self._stash = []
            yield from self._in_lots(self._lost, self._read_again())

    def _in_lots(self, mine: npt.NDArray[np.bool_], parts: Iterable[Rows]) -> Iterator[Visits]:
        """Yield the visits of some vehicles, of which rows come in any order."""
        # a file that needs no name: it is gone with the process
        with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            torn = TornRows(file, np.where(mine, self._sift.counts()["rows"][: len(mine)], 0))
            for part in parts:
                torn.put(part)
            for rows in torn.lots():
                yield self._cleaned(rows)

    def _cleaned(self, rows: Rows) -> Visits:
        names = np.array(list(self.source.vehicles), dtype=object)
        columns = {name: np.ascontiguousarray(rows[name]) for name in ROW.names or () if name != "vehicle"}
        fixes = fixes_of({**columns, "vehicle_id": names[rows["vehicle"]]}, [name for name, _ in self.source.files])
        self._add(fixes, int(columns["without_zone"].sum()))
        visits = visits_of(fixes, self.near)
        self._span(visits.fixes.t_s, visits.fixes.t_s)
        self.traces.gaps += visits.gaps
        code = np.array([self.source.vehicles[name] for name in fixes.vehicle_ids], np.intp)
        return visits.numbered(code, list(self.source.vehicles))

    def _read_again(self) -> Iterator[Rows]:
        """Yield the rows of vehicles that are lost, from the files."""
        refuse_changed(self.source.path, self._marks)
        old = self.source
        again = Source(old.path, old.timezone, old.crs, old.columns, old.now_s, vehicles=old.vehicles)
        for piece, _ in again.pieces():
            yield self._rows_of(piece, self._lost)
        refuse_changed(self.source.path, self._marks)

    def _rows_of(self, piece: Piece, mine: npt.NDArray[np.bool_]) -> Rows:
        """Return the fixes of some vehicles among a piece's rows."""
        rows = np.flatnonzero(((piece.codes >= 0) & mine[piece.codes])[piece.vehicle])
        good, t_s = self._sift.fixes_among(piece, rows)
        rows = rows[good]
        found = np.zeros(len(rows), ROW)
        found["vehicle"], found["file"], found["time"] = piece.codes[piece.vehicle[rows]], piece.file, t_s[good]
        found["line"] = piece.lines[rows] if len(piece.lines) == len(piece.vehicle) else piece.lines[0] + rows
        found["without_zone"] = piece.naive[rows] if len(piece.naive) == len(piece.vehicle) else piece.naive[0]
        found["lon"], found["lat"] = piece.lon[rows], piece.lat[rows]
        for name in ("speed_kmh", "heading", "accuracy_m"):
            column = getattr(piece, name)
            found[name] = column[rows] if len(column) else np.nan
        return found

    def _add(self, fixes: Fixes, without_zone: int) -> None:
        """Add the figures of fixes that were cleaned as a whole; of their rows some came without a zone."""
        traces = self.traces
        traces.fixes += len(fixes.t_s)
        traces.duplicates += fixes.duplicates
        traces.assumed_zone -= without_zone - fixes.assumed_zone
        traces.rejects += fixes.rejects
        traces.tally += fixes.tally
        traces.named.add(fixes.named)
        traces.leapt |= fixes.leapt
        traces.doubled |= fixes.doubled
        traces.vehicle_ids += fixes.vehicle_ids

    def _sum_up(self) -> None:
        traces, source = self.traces, self.source
        whole = ~self.torn()
        for vehicle, first_s, last_s in self._spans:
            self._span(first_s[whole[vehicle]], last_s[whole[vehicle]])
        counts = {name: column[: len(whole)] for name, column in self._sift.counts().items()}
        jumps = self._sift.jumps()
        jumps = jumps[whole[jumps[:, 0]]]
        rejects = Rejects(source.rejects)
        rejects += traces.rejects
        rejects += (Reject(source.files[file][0], line, "lon", JUMP) for _, line, file, _ in jumps.tolist())
        traces.rejects = rejects
        traces.files = source.files
        traces.read = sum(rows for _, rows in source.files)
        traces.duplicates += int(counts["duplicates"][whole].sum())
        traces.gaps += int(counts["gaps"][whole].sum())
        own = counts["rows"] - counts["duplicates"] - counts["jumps"]
        traces.fixes += int(own[whole].sum())
        traces.assumed_zone += source.assumed_zone - int(jumps[:, 3].sum())
        names = np.array(list(source.vehicles), dtype=object)
        traces.vehicle_ids = sorted([*traces.vehicle_ids, *names[whole & (own > 0)].tolist()])
        traces.notes = [*source.notes.all(), *traces.notes]
        traces.notes += remarks(traces, source.timezone)
