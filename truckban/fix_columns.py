"""Many fixes of one vehicle in one question, as columns, and one short answer: stretches of fixes that are the same.

It judges fixes, each as `decide` does, not the path between them: a corner cut between two fixes is not seen, and a fix that a
receiver put on the wrong side of a border counts where it stands. What the truck drove is judged by `truckban check`.

    {"id": "t1", "vehicle": {…}, "permits": […], "alerts": […], "crs": "wgs84",
     "fixes": {"time": ["2024-05-08T10:00:00+08:00", …], "lon": [110.765, …], "lat": [35.14, …]}}

`vehicle`, `permits`, `alerts` and `crs` are those of one case (contract, section 1). Times are RFC 3339 texts, or numbers: seconds since
1970-01-01 UTC, fractions cut off. They may come in any order; stretches follow the order given.

    {"id": "t1", "vehicle_class": "heavy", "fixes": 1000,
     "runs": [{"first": 0, "last": 411, "place": "inside", "verdict": "prohibited", "answer": 0}, …],
     "answers": [{"verdict": "prohibited", "reasons": […], …}, …]}

`runs` cover all fixes, `first` and `last` are indices into the columns, both included; `answer` is an index into `answers`. An answer is the
verdict's object without its `id`, as it is of the first fix that it is given for: of the others, verdict, place, clauses and missing facts are
the same, while hours, days and advice that its reasons quote are that first fix's own.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from truckban.advice import change_seconds
from truckban.asking import alerts_of, object_of, permit_list, prefixed, vehicle_reader, zone_facts
from truckban.case_kinds import case_kinds
from truckban.columns import local_columns, one_offset_s
from truckban.fix_times import Instants, read_times, times_of
from truckban.hours import DAY_S
from truckban.jurisdiction import Jurisdiction
from truckban.norms import Notice
from truckban.numbers import is_number
from truckban.permits import PermitList
from truckban.places import PlaceFacts, at_position, read_position
from truckban.positions import CHINA_LAT, MOST_LAT, MOST_LON
from truckban.vehicle_facts import VehicleFacts
from truckban.verdict import Question, Verdict, decide
from zones.coords import to_wgs84
from zones.errors import InputError
from zones.locate import Locator
from zones.text import Text

_Floats = npt.NDArray[np.float64]
_Codes = npt.NDArray[np.int64]
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class _Columns(msgspec.Struct, forbid_unknown_fields=True):
    time: msgspec.Raw
    lon: list[float]
    lat: list[float]


class _Asked(msgspec.Struct, forbid_unknown_fields=True):
    fixes: _Columns
    id: Any = None
    vehicle: Any = None
    permits: Any = None
    alerts: Any = None
    crs: Any = None


_decode = msgspec.json.Decoder(_Asked).decode
_FIELDS = _Asked.__struct_fields__
_COLUMNS = _Columns.__struct_fields__


@dataclass(frozen=True, slots=True)
class FixColumns:
    """A question about fixes, read as JSON; its vehicle, permits and alerts are read when its notice is known.

    Attributes:
        said: the JSON object's members beside the fixes.
        times: the column `time` as JSON bytes, or as a list.
        lon: degrees in `crs`, shape (n,).
        lat: likewise.
    """

    said: Mapping[str, Any]
    times: bytes | list[Any]
    lon: _Floats
    lat: _Floats

    def instants(self, timezone: str) -> Instants:
        """Return the column of times.

        Raises:
            InputError: with the field and index of the time.
        """
        try:
            if isinstance(self.times, bytes):
                return read_times(self.times, timezone)
            return times_of(self.times, timezone)
        except InputError as error:
            raise InputError(error.text, field=f"fixes.time{error.field or ''}") from None


def fix_columns(body: bytes) -> FixColumns | None:
    """Return the question in a body that is all as it should be; None where it must be read again to say what is not."""
    try:
        asked = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    said = {
        "id": asked.id,
        "vehicle": asked.vehicle,
        "permits": asked.permits,
        "alerts": asked.alerts,
        "crs": asked.crs,
    }
    lon, lat = (np.fromiter(column, np.float64, len(column)) for column in (asked.fixes.lon, asked.fixes.lat))
    return FixColumns(said, bytes(asked.fixes.time), lon, lat)


def read_fix_columns(value: Any) -> FixColumns:  # noqa: ANN401
    """Return the question in a JSON value.

    Raises:
        InputError: a member that cannot be, with its field.
    """
    asked = _members(value, _FIELDS)
    if asked.get("fixes") is None:
        raise InputError(Text("缺少定位点 fixes", "the fixes are missing"), field="fixes")
    try:
        columns = _members(asked["fixes"], _COLUMNS)
        times, *degrees = (_list(columns, name) for name in _COLUMNS)
        lon, lat = (_degrees(values, name) for values, name in zip(degrees, _COLUMNS[1:], strict=True))
    except InputError as error:
        raise prefixed(error, "fixes") from None
    return FixColumns({name: asked.get(name) for name in _FIELDS if name != "fixes"}, times, lon, lat)


def _members(value: Any, known: tuple[str, ...]) -> Mapping[str, Any]:  # noqa: ANN401
    if not isinstance(value, Mapping):
        raise InputError(Text("应为对象 {…}", "an object {…} is needed"))
    for name in value:
        if name not in known:
            listed = ", ".join(known)
            raise InputError(
                Text(f"没有这个字段；可以是：{listed}", f"there is no such field; it is one of: {listed}"),
                field=str(name),
            )
    return value


def _list(columns: Mapping[str, Any], name: str) -> list[Any]:
    values = columns.get(name)
    if not isinstance(values, list):
        raise InputError(Text("应为列表 […]", "a list […] is needed"), field=name)
    return values


def _degrees(values: list[Any], name: str) -> _Floats:
    for index, value in enumerate(values):
        if not is_number(value):
            raise InputError(Text("应为十进制度数", "decimal degrees are needed"), field=f"{name}[{index}]")
    return np.array(values, np.float64)


def answer_fixes(asked: FixColumns, context: Jurisdiction) -> dict[str, Any]:
    """Answer for each fix; the object that the module describes.

    Raises:
        InputError: something cannot be read, with its field.
    """
    instants = asked.instants(context.timezone)
    fixes = len(instants.at_s)
    for name, column in (("lon", asked.lon), ("lat", asked.lat)):
        if len(column) != fixes:
            raise InputError(
                Text(f"有 {len(column)} 个，而 time 有 {fixes} 个", f"{len(column)} of them, but {fixes} times"),
                field=f"fixes.{name}",
            )
    lon, lat = _positions(asked)
    groups = _Groups()
    first_share = _Share.of(asked, context.shelf.first, context.grounds[context.shelf.first.id])
    if len(context.shelf.notices) == 1:
        starts, labels = first_share.labels(instants, lon, lat, groups)
    else:
        of_fix = np.empty(fixes, np.int64)
        for notice, rows in _by_notice(context, instants.at_s):
            share = _Share.of(asked, notice, context.grounds[notice.id])
            starts, labels = share.labels(instants.take(rows), lon[rows], lat[rows], groups)
            of_fix[rows] = np.repeat(np.array(labels, np.int64), np.diff([*starts, len(rows)]))
        starts, labels = list(range(fixes)), of_fix.tolist()
    runs: list[dict[str, Any]] = []
    for start, label in zip(starts, labels, strict=True):
        if runs and runs[-1]["answer"] == label:
            continue
        if runs:
            runs[-1]["last"] = start - 1
        verdict = groups.verdicts[label]
        runs.append(
            {"first": start, "last": fixes - 1, "place": verdict.place, "verdict": verdict.verdict, "answer": label}
        )
    return {
        "id": asked.said["id"],
        "vehicle_class": first_share.vehicle.vehicle_class,
        "fixes": fixes,
        "runs": runs,
        "answers": [verdict.as_json() for verdict in groups.verdicts],
    }


def _positions(asked: FixColumns) -> tuple[_Floats, _Floats]:
    """Return WGS 84 positions, all of them possible ones."""
    lon, lat, crs = asked.lon, asked.lat, asked.said["crs"]
    plain = not len(lon) or (lon.min() > CHINA_LAT[1] and lon.max() <= MOST_LON and abs(lat).max() <= MOST_LAT)
    if not plain or crs not in (None, "wgs84"):
        # the reader of one position says what is wrong with the first that may be
        doubtful = (lon <= CHINA_LAT[1]) | (lon > MOST_LON) | (abs(lat) > MOST_LAT)
        for index in [0, *np.flatnonzero(doubtful).tolist()][: None if len(lon) else 0]:
            _read_one(float(lon[index]), float(lat[index]), crs, index)
        if crs not in (None, "wgs84"):
            return to_wgs84(lon, lat, crs)
    return lon, lat


def _read_one(lon: float, lat: float, crs: Any, index: int) -> None:  # noqa: ANN401
    try:
        read_position({"lon": lon, "lat": lat, "crs": crs})
    except InputError as error:
        raise InputError(error.text, field="crs" if error.field == "crs" else f"fixes.{error.field}[{index}]") from None


def _by_notice(context: Jurisdiction, at_s: _Codes) -> Iterator[tuple[Notice, npt.NDArray[np.intp]]]:
    """Yield the notices that answer for some instants, each with the rows that it answers for."""
    days, codes = np.unique(local_columns(at_s, context.timezone)[0], return_inverse=True)
    notices = [context.shelf.on(dt.date.fromordinal(day)) for day in days.tolist()]
    for notice in dict.fromkeys(notices):
        yield notice, np.flatnonzero(np.array([other is notice for other in notices])[codes])


class _Groups:
    """The distinct answers, in order of first appearance."""

    def __init__(self) -> None:
        self.verdicts: list[Verdict] = []
        self._labels: dict[Any, int] = {}

    def label(self, verdict: Verdict) -> int:
        """Return the number of an answer that says the same but for the figures it quotes."""
        key = (
            verdict.notice,
            verdict.place,
            verdict.verdict,
            verdict.enforceable,
            tuple([(reason.code, reason.clause) for reason in verdict.reasons]),
            verdict.missing,
            tuple([reading["reading"] for reading in verdict.other_readings]),
            verdict.warnings,
        )
        label = self._labels.setdefault(key, len(self.verdicts))
        if label == len(self.verdicts):
            self.verdicts.append(verdict)
        return label


class _Share(NamedTuple):
    """What one notice is asked about."""

    notice: Notice
    ground: Locator | None
    vehicle: VehicleFacts
    permits: PermitList
    alerts: frozenset[str] | None

    @classmethod
    def of(cls, asked: FixColumns, notice: Notice, ground: Locator | None) -> "_Share":
        """Read what is said of the vehicle and its permits."""
        try:
            vehicle = vehicle_reader(notice).read(object_of(asked.said["vehicle"]))
        except InputError as error:
            raise prefixed(error, "vehicle") from None
        alerts = alerts_of(asked.said, notice)
        return cls(notice, ground, vehicle, permit_list(asked.said["permits"], notice), alerts)

    def labels(self, instants: Instants, lon: _Floats, lat: _Floats, groups: _Groups) -> tuple[list[int], list[int]]:
        """Return where stretches of fixes begin, and the number of each one's answer.

        Fixes between which no condition of the notice and no test of a permit can tell are decided once.
        """
        kinds = [*self._of_time(instants), *self._of_permits(lon, lat)]
        if self.ground is not None:
            kinds.append(self.ground.codes(lon, lat))
        known: dict[Any, int] = {}
        starts = _starts(kinds, len(lon))
        first_rows = starts.tolist()
        labels = []
        zone = zone_facts(self.ground)
        for row, kind in zip(first_rows, _rows(kinds, starts), strict=True):
            label = known.get(kind)
            if label is None:
                place = at_position(
                    self.notice,
                    self.ground,
                    float(lon[row]),
                    float(lat[row]),
                    known=None if self.ground is None else self.ground.of_code(kind[-1]),
                )
                question = self._question(instants, place, row)
                label = known[kind] = groups.label(decide(self.notice, question, zone=zone))
            labels.append(label)
        return first_rows, labels

    def _question(self, instants: Instants, place: PlaceFacts, row: int) -> Question:
        at = _EPOCH + dt.timedelta(seconds=int(instants.at_s[row]))
        assumed = instants.assumed is not None and bool(instants.assumed[row])
        return Question(self.vehicle, at, place, self.permits, self.alerts, zone_assumed=assumed)

    def _of_time(self, instants: Instants) -> Iterator[npt.NDArray[Any]]:
        """Yield what norms and permits ask of instants, each of shape (n,)."""
        edges = change_seconds(self.notice, self.permits) if self.permits.permits else case_kinds(self.notice).edges
        stretches = _stretches(instants.at_s, edges, self.notice.pack.timezone)
        if stretches is not None:
            yield stretches if self.permits.permits else self._moments(instants.at_s, stretches)
        if instants.assumed is not None:
            yield instants.assumed

    def _moments(self, at_s: _Codes, stretches: _Codes) -> _Codes:
        """Return which instants are of one kind: stretches between which no condition can tell are the same; shape (n,)."""
        starts = _starts([stretches], len(stretches))
        numbers: dict[Any, int] = {}
        of_start = []
        for at in zip(*(part.tolist() for part in local_columns(at_s[starts], self.notice.pack.timezone)), strict=True):
            moment = case_kinds(self.notice).moment(*at)
            of_start.append(numbers.setdefault((moment.kind, moment.published, moment.aged), len(numbers)))
        return np.repeat(np.array(of_start, np.int64), np.diff(starts, append=len(stretches)))

    def _of_permits(self, lon: _Floats, lat: _Floats) -> Iterator[npt.NDArray[Any]]:
        """Yield what permits ask of places, each of shape (n,)."""
        if self.ground is not None and any(permit.roads is not None for permit in self.permits.permits):
            numbers: dict[frozenset[str], int] = {}
            roads = self.ground.roads(lon, lat)
            yield np.array([numbers.setdefault(names, len(numbers)) for names in roads], np.int64)
        for permit in self.permits.permits:
            if permit.area is not None:
                yield np.asarray(shapely.intersects_xy(permit.area, lon, lat))


def _stretches(at_s: _Codes, edges: Sequence[int], timezone: str) -> _Codes | None:
    """Return a number of the stretch that each instant is in: of one day, between two neighbouring seconds of the day.

    Args:
        at_s: seconds since 1970-01-01 UTC, shape (n,).
        edges: the seconds of a day that part stretches, the day's first with them.
        timezone: whose days are meant.

    Returns:
        Shape (n,); None where all are in the same one.
    """
    if not len(at_s):
        return None
    first_s, last_s = int(at_s.min()), int(at_s.max())
    offset_s = one_offset_s(first_s, last_s, timezone)
    if offset_s is None:
        day, second = local_columns(at_s, timezone)
        return day * (len(edges) + 1) + np.searchsorted(edges, second, "right")
    first, last = first_s + offset_s, last_s + offset_s
    days = range(first // DAY_S, last // DAY_S + 1)
    between = [at for day in days for edge in edges if first < (at := day * DAY_S + edge) <= last]
    return np.searchsorted(np.array(between) - offset_s, at_s, "right") if between else None


def _starts(kinds: Sequence[npt.NDArray[Any]], rows: int) -> _Codes:
    """Return where a row differs from the one before in any of some columns; the first row always."""
    differs = np.zeros(rows, bool)
    differs[:1] = True
    for kind in kinds:
        differs[1:] |= kind[1:] != kind[:-1]
    return np.flatnonzero(differs)


def _rows(kinds: Sequence[npt.NDArray[Any]], rows: _Codes) -> list[tuple[Any, ...]]:
    """Return some rows of columns; of no columns, rows of nothing."""
    return list(zip(*(kind[rows].tolist() for kind in kinds), strict=True)) if kinds else [()] * len(rows)
