"""A share of the work: the rows of some vehicles, from typed rows to judged passages, on whatever machine.

What is made of one vehicle's rows does not depend on the others', so shares can be made anywhere and laid side by side.
"""

import pickle
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from truckban.alert_times import AlertTimes
from truckban.norms import Notice
from truckban.notices.model import NoticePack
from truckban.permits import PermitList
from truckban.traces.check import law_for
from truckban.traces.clean.cleaning_notes import PARKED
from truckban.traces.clean.clocks import LEAPS
from truckban.traces.clean.late_vehicles import RECEIVED_LATER, LateVehicles
from truckban.traces.clean.misfit import Sample, moving_sample, street_box
from truckban.traces.clean.two_tracks import TWO_AT_ONCE
from truckban.traces.fixes import Fixes, columns_of, fixes_of
from truckban.traces.in_or_out.believed import with_believed
from truckban.traces.in_or_out.passages import passages_of
from truckban.traces.in_or_out.paths import ZoneMatcher
from truckban.traces.lead.lawful import may_stand
from truckban.traces.lead.leads import LEADS, OTHER_COORDINATES, Lead, judge, kind_of, without_some
from truckban.traces.lead.other_coordinates import Coordinates, Doubt, fleet_doubted, is_of_fleet
from truckban.traces.lead.repeats import counted_once
from truckban.traces.read.file_notes import ColumnTally, FileNotes
from truckban.traces.read.fleet import Fleet
from truckban.traces.read.tables import Reject
from truckban.traces.read.typed import typed
from truckban.traces.sifting.near import Near, visits_of
from truckban.traces.sifting.stream import Traces
from truckban.traces.spark.pieces import Piece, table_of
from zones.coords import to_wgs84
from zones.locate import Locator
from zones.text import Text
from zones.zone import Zone
from zones.zone_file import parse_zone

ROWS = pa.schema(
    [
        ("vehicle_id", pa.string()),
        ("time", pa.float64()),
        ("without_zone", pa.bool_()),
        ("lon", pa.float64()),
        ("lat", pa.float64()),
        ("speed_kmh", pa.float64()),
        ("heading", pa.float64()),
        ("accuracy_m", pa.float64()),
        ("file", pa.int32()),
        ("line", pa.int64()),
        ("field", pa.string()),
        ("zh", pa.string()),
        ("en", pa.string()),
        ("tally", pa.binary()),
    ]
)
"""Rows on their way from the files to their vehicle, as typed.

What has `zh` and `en` is a rejected row, or, without `field`, a note; what has a `tally` is a piece's `ColumnTally`, or,
with a `vehicle_id`, what the piece's receipts say of the vehicle's clock.
"""
_TYPED = ROWS.names[:-4]
_WHY = ROWS.names[-4:-1]
_AGAINST = "against"
"""Of a tally: vehicles with passages against them whose coordinates are not in doubt."""
CHUNK_ROWS = 200_000
"""Vehicles are judged together up to so many rows; one that has more is judged alone."""

Told = tuple[int, int, str | None, Text]
"""A rejected row: file (index), line, field, reason; without a field a note on the file."""


class Placed(NamedTuple):
    """A part of a passage: which of its share it is, its kind (`Checked.kind`), and itself."""

    number: int
    kind: str
    part: Lead


@dataclass(frozen=True, slots=True)
class Head:
    """The figures of some vehicles' rows.

    Attributes:
        traces: what was counted while they were cleaned.
        drives: that came near.
        kinds: how many parts of passages are of each kind.
        sample: of moving fixes, to see whether they lie on the streets; None where there are no streets.
        tallies: what columns say, of pieces of files (index); to be noted of each file as a whole.
        clocks: vehicles whose clocks look wrong by the receipts of their reports.
        names: of the sample's vehicles, by their number.
    """

    traces: Traces
    drives: int
    kinds: Counter[str]
    sample: Sample | None
    tallies: dict[int, ColumnTally]
    clocks: LateVehicles
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Share:
    """What was made of some vehicles' rows.

    Attributes:
        head: its figures.
        leads: past the threshold and not lawful, in order of vehicle and time.
        others: lawful and unsure ones, likewise.
        told: rows that were not used, and notes on the files.
    """

    head: Head
    leads: list[Placed]
    others: list[Placed]
    told: list[Told]


@dataclass(frozen=True)
class Kernel:
    """All that a machine needs to judge: plain data, sent to it once; what is costly is built once in each process.

    Attributes:
        pack: the notice's text as data; its compiled norms cannot be sent.
        sha256: of the notice's file.
        zone_text: where, as in its file: a geometry that is pickled loses the grid it lies on, and its unions come out otherwise.
        fleet: the vehicles, without what was wrong with their file.
        permits: the permits.
        min_probability: the threshold.
        crs: what the positions are in.
        columns: names of columns in the files, by the contract's names.
        now_s: when the check is made, the same on all machines.
        files: names of the files.
        alerts: when alerts were in force, as the notice was told; None where it was not.
    """

    pack: NoticePack
    sha256: str
    zone_text: str
    fleet: Fleet
    permits: PermitList
    min_probability: float
    crs: str
    columns: Mapping[str, str]
    now_s: float | None
    files: tuple[str, ...]
    alerts: AlertTimes | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Send the data without what was built of them."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.files)}

    @cached_property
    def notice(self) -> Notice:
        """The notice, compiled."""
        return Notice(self.pack, sha256=self.sha256, alerts=self.alerts)

    @cached_property
    def zone(self) -> Zone:
        """The zone."""
        return parse_zone(self.zone_text)

    @cached_property
    def ground(self) -> Locator:
        """The zone, ready for positions."""
        return Locator(self.zone)

    @cached_property
    def near(self) -> Near:
        """What is near the zone."""
        return Near.of(self.ground)

    @cached_property
    def streets(self) -> ZoneMatcher | None:
        """The zone's streets, ready for matching."""
        return ZoneMatcher.of(self.zone)

    @cached_property
    def coordinates(self) -> Coordinates:
        """What the positions are said to be in, beside the zone's streets."""
        return Coordinates(self.zone, self.crs)

    def typed_rows(self, pieces: Iterable[Piece]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of some pieces of files, typed, those that are rejected among them.

        Raises:
            InputError: a file is damaged.
        """
        for piece in pieces:
            table = table_of(piece)
            frame, rejects = typed(table, self.pack.timezone, self.columns, now_s=self.now_s)
            yield _batch(self._on_the_ground(frame).assign(file=piece.file)[_TYPED])
            said = [(r.line, r.field, r.reason) for r in rejects] + [(piece.first, None, note) for note in table.notes]
            if said:
                told = [(piece.file, line, name, text.zh, text.en) for line, name, text in said]
                yield _batch(pd.DataFrame(told, columns=["file", "line", *_WHY]))
            if table.tally:
                tally = pickle.dumps(table.tally)
                yield _batch(pd.DataFrame([(piece.file, piece.first, tally)], columns=["file", "line", "tally"]))
            late = [(name, piece.file, piece.first, pickle.dumps(one)) for name, one in table.late]
            if late:
                yield _batch(pd.DataFrame(late, columns=["vehicle_id", "file", "line", "tally"]))

    def _on_the_ground(self, frame: pd.DataFrame) -> pd.DataFrame:
        lon, lat = frame["lon"].to_numpy(np.float64), frame["lat"].to_numpy(np.float64)
        if self.crs != "wgs84" and len(lon):
            lon, lat = to_wgs84(lon, lat, self.crs)
        return frame.assign(lon=lon, lat=lat)

    def shares(self, batches: Iterable[pa.RecordBatch]) -> Iterator[Share]:
        """Yield what is made of rows that come in order of vehicle, a chunk of whole vehicles at a time.

        Only a chunk is held, or the largest vehicle.
        """
        for rows in _by_whole_vehicles(batches):
            told, tallies = rows["zh"].is_valid(), rows["tally"].is_valid()
            fixes = rows.filter(pc.invert(pc.or_(told, tallies))).select(_TYPED)
            clocks = pc.and_(tallies, rows["vehicle_id"].is_valid())
            columns = rows.filter(pc.and_not(tallies, clocks))
            yield self.share(fixes.to_pandas(), _told(rows.filter(told)), _tallies(columns), _late(rows.filter(clocks)))

    def share(
        self, frame: pd.DataFrame, told: list[Told], tallies: dict[int, ColumnTally], late: LateVehicles
    ) -> Share:
        """Judge the rows of some whole vehicles; `told` are rows that had been rejected before, and notes."""
        fixes = fixes_of(columns_of(frame.astype({"file": np.int64})), self.files)
        visits = with_believed(visits_of(fixes, self.near), by_border=self.streets is None)
        law = law_for(visits.fixes, self.notice, self.ground, self.fleet, self.permits)
        stands = partial(may_stand, self.notice, self.ground, law.vehicles)
        found = passages_of(visits, self.near, self.streets, stands)
        wrong = late.clocks()
        parts = self.coordinates.checked(judge(found.passages, visits.fixes, law), visits)
        doubt = Doubt.of(parts)
        fixes.named.put(OTHER_COORDINATES, doubt.vehicles)
        parts = without_some(doubt.spread(parts), wrong.names(), RECEIVED_LATER)
        parts = without_some(parts, fixes.leapt, LEAPS)
        parts = without_some(parts, fixes.doubled, TWO_AT_ONCE)
        kinds = [kind_of(part, self.min_probability) for part in parts]
        some = [part for part, kind in zip(parts, kinds, strict=True) if kind in LEADS]
        parts = counted_once(parts, self.pack.repeats, some)
        placed = [Placed(number, kind, part) for number, (kind, part) in enumerate(zip(kinds, parts, strict=True))]
        near = visits.fixes.t_s
        figures = Traces(
            vehicle_ids=fixes.vehicle_ids,
            fixes=len(fixes.t_s),
            duplicates=fixes.duplicates,
            assumed_zone=fixes.assumed_zone,
            gaps=visits.gaps,
            first_s=float(near.min(initial=np.inf)),
            last_s=float(near.max(initial=-np.inf)),
            tally=fixes.tally
            + Counter(
                {PARKED: found.parked.total(), OTHER_COORDINATES: len(doubt.vehicles), _AGAINST: len(doubt.others)}
            ),
            named=fixes.named,
        )
        return Share(
            Head(figures, len(found.vehicles), Counter(kinds), self._sample(visits.fixes), tallies, wrong, ()),
            [one for one in placed if one.kind in LEADS],
            [one for one in placed if one.kind not in LEADS],
            [*told, *((self._numbers[r.file], r.line or 0, r.field, r.reason) for r in fixes.rejects)],
        )

    def _sample(self, fixes: Fixes) -> Sample | None:
        if not self.zone.streets:
            return None
        return moving_sample(fixes.vehicle, fixes.t_s, fixes.lon, fixes.lat, street_box(self.zone.streets))


def summed(heads: Iterable[Head]) -> Head:
    """Return the figures of all shares as those of one."""
    traces, drives, kinds = Traces(), 0, Counter[str]()
    samples: list[Sample] = []
    tallies: dict[int, ColumnTally] = {}
    clocks = LateVehicles()
    vehicles = 0
    for head in heads:
        own = head.traces
        for name in ("fixes", "duplicates", "assumed_zone", "gaps"):
            setattr(traces, name, getattr(traces, name) + getattr(own, name))
        traces.first_s, traces.last_s = min(traces.first_s, own.first_s), max(traces.last_s, own.last_s)
        traces.tally.update(own.tally)
        traces.named.add(own.named)
        traces.vehicle_ids += own.vehicle_ids
        drives += head.drives
        kinds.update(head.kinds)
        if head.sample is not None:
            samples.append(replace(head.sample, vehicle=head.sample.vehicle + vehicles))
        vehicles += len(own.vehicle_ids)
        for file, tally in head.tallies.items():
            tallies.setdefault(file, ColumnTally()).add(tally)
        clocks.add(head.clocks)
    names = list(traces.vehicle_ids)
    traces.vehicle_ids.sort()
    return Head(traces, drives, kinds, Sample.all_of(samples) if samples else None, tallies, clocks, names)


def is_in_other_coordinates(heads: Iterable[Head]) -> bool:
    """Tell whether the vehicles of all shares together show the fleet to be in another system of coordinates."""
    tally = sum((head.traces.tally for head in heads), Counter[str]())
    return is_of_fleet(tally[OTHER_COORDINATES], tally[_AGAINST])


def placed_in_doubt(placed: Iterable[Placed]) -> Iterator[Placed]:
    """Yield parts of such a fleet: none is a lead."""
    for one in placed:
        [part] = fleet_doubted([one.part])
        yield Placed(one.number, "lawful" if one.kind == "lawful" else "unsure", part)


def in_order(placed: Iterable[Placed]) -> list[Placed]:
    """Return parts of all shares in order of vehicle and time; each vehicle's are all in one share."""
    return sorted(placed, key=lambda one: (one.part.vehicle_id, one.number))


def told_of(
    told: Iterable[Told], tallies: Mapping[int, ColumnTally], files: Sequence[str]
) -> tuple[list[Reject], list[Text]]:
    """Return rejected rows, and notes, each once for a file, with the names of their files and in their order."""
    rejects: list[Reject] = []
    notes = FileNotes()
    for number, file in enumerate(files):
        notes.add(file, (), tallies.get(number, ColumnTally()))
    for number, line, name, text in sorted(told, key=lambda one: one[:2]):
        if name is None:
            notes.add(files[number], [text], ColumnTally())
        else:
            rejects.append(Reject(files[number], line, name, text))
    return rejects, notes.all()


def _batch(frame: pd.DataFrame) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [
            pa.array(frame[name], kind, from_pandas=kind == pa.string())  # NaN is a number that is not given
            if name in frame
            else pa.nulls(len(frame), kind)
            for name, kind in zip(ROWS.names, ROWS.types, strict=True)
        ],
        schema=ROWS,
    )


def _told(rows: pa.Table) -> list[Told]:
    reasons: dict[tuple[str, str], Text] = {}  # one object for each reason: there may be millions of rows
    columns = (rows[name].to_pylist() for name in ("file", "line", *_WHY))
    return [
        (file, line, name, reasons.setdefault((zh, en), Text(zh, en)))
        for file, line, name, zh, en in zip(*columns, strict=True)
    ]


def _tallies(rows: pa.Table) -> dict[int, ColumnTally]:
    """Add up what was said of pieces of each file."""
    tallies: dict[int, ColumnTally] = {}
    for file, tally in zip(rows["file"].to_pylist(), rows["tally"].to_pylist(), strict=True):
        tallies.setdefault(file, ColumnTally()).add(pickle.loads(tally))  # noqa: S301 - our own workers'
    return tallies


def _late(rows: pa.Table) -> LateVehicles:
    """Add up what was said of the clocks of vehicles."""
    late = LateVehicles()
    for name, one in zip(rows["vehicle_id"].to_pylist(), rows["tally"].to_pylist(), strict=True):
        late.put(name, pickle.loads(one))  # noqa: S301 - our own workers'
    return late


def _by_whole_vehicles(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Join batches that come in order of vehicle into tables of about `CHUNK_ROWS` that end where a vehicle does."""
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in filter(len, batches):
        if rows >= CHUNK_ROWS and (starts := _next_vehicle(held[-1], batch)) is not None:
            if starts:
                held.append(batch.slice(0, starts))
            yield pa.Table.from_batches(held)
            held, rows, batch = [], 0, batch.slice(starts)  # noqa: PLW2901
        held.append(batch)
        rows += batch.num_rows
    if rows:
        yield pa.Table.from_batches(held)


def _next_vehicle(before: pa.RecordBatch, batch: pa.RecordBatch) -> int | None:
    """Return the row at which another vehicle than the one before begins; None where none does."""
    last = before["vehicle_id"][-1].as_py()
    if last is None:  # rejected rows belong to no vehicle
        return 0
    other = np.array([name != last for name in batch["vehicle_id"].to_pylist()], bool)
    return int(other.argmax()) if other.any() else None
