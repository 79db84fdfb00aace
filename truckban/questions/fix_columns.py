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
from bisect import bisect_right
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from truckban.advice import change_seconds
from truckban.case_kinds import case_kinds
from truckban.columns import EPOCH_ORDINAL, local_columns, one_offset_s
from truckban.far import far_rows
from truckban.hours import DAY_S
from truckban.moments import zone_of_time
from truckban.norms import Notice
from truckban.numbers import is_number
from truckban.permits import PermitList
from truckban.places import PlaceFacts, at_position, read_position
from truckban.positions import CHINA_LAT, MOST_LAT, MOST_LON
from truckban.questions.asking import alerts_of, object_of, permit_list, prefixed, vehicle_reader, zone_facts
from truckban.questions.fix_answers import Groups, in_runs
from truckban.questions.fix_numbers import Column, read_numbers, read_plain
from truckban.questions.fix_times import Instants, read_times, times_of, times_since_1970
from truckban.questions.jurisdiction import Jurisdiction
from truckban.vehicle_facts import VehicleFacts
from truckban.verdict import Question, decide
from zones.coords import to_wgs84
from zones.errors import InputError
from zones.locate import Locator
from zones.place_grid import Bounds
from zones.text import Text

_Codes = npt.NDArray[np.int64]


class _Columns(msgspec.Struct, forbid_unknown_fields=True):
    time: msgspec.Raw
    lon: msgspec.Raw
    lat: msgspec.Raw


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


class FixColumns(NamedTuple):
    """A question about fixes, read as JSON; its vehicle, permits and alerts are read when its notice is known.

    Attributes:
        said: the JSON object's members beside the fixes.
        times: the column `time` as numbers, as JSON bytes, or as a list.
        lon: degrees in `crs`.
        lat: likewise.
    """

    said: Mapping[str, Any]
    times: Column | bytes | list[Any]
    lon: Column
    lat: Column

    def instants(self, timezone: str) -> Instants:
        """Return the column of times.

        Raises:
            InputError: with the field and index of the time.
        """
        try:
            if isinstance(self.times, Column):
                return times_since_1970(self.times, timezone)
            if isinstance(self.times, bytes):
                return read_times(self.times, timezone)
            return times_of(self.times, timezone)
        except InputError as error:
            raise InputError(error.text, field=f"fixes.time{error.field or ''}") from None


def fix_columns(body: bytes) -> FixColumns | None:
    """Return the question in a body that is all as it should be; None where it must be read again to say what is not."""
    try:
        asked = _decode(body)
        raw = asked.fixes
        lon, lat, times = read_plain(raw.lon, raw.lat, raw.time)
        lon, lat = lon or read_numbers(raw.lon), lat or read_numbers(raw.lat)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    said = {name: getattr(asked, name) for name in _FIELDS if name != "fixes"}
    return FixColumns(said, times or bytes(raw.time), lon, lat)


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


def _degrees(values: list[Any], name: str) -> Column:
    for index, value in enumerate(values):
        if not is_number(value):
            raise InputError(Text("应为十进制度数", "decimal degrees are needed"), field=f"{name}[{index}]")
    return Column.of(np.array(values, np.float64))


def answer_fixes(asked: FixColumns, context: Jurisdiction) -> dict[str, Any]:
    """Answer for each fix; the object that the module describes.

    Raises:
        InputError: something cannot be read, with its field.
    """
    instants = asked.instants(context.timezone)
    fixes = instants.many
    positions = positions_of(asked, fixes)
    groups = Groups()
    first_share = Share.of(asked, context.shelf.first, context)
    if len(context.shelf.notices) == 1:
        starts, labels = first_share.labels(instants, positions, groups)
    else:
        of_fix = np.empty(fixes, np.int64)
        for notice, rows in by_notice(context, instants.at_s):
            share = Share.of(asked, notice, context)
            starts, labels = share.labels(instants.take(rows), positions.take(rows), groups)
            of_fix[rows] = np.repeat(np.array(labels, np.int64), np.diff([*starts, len(rows)]))
        starts, labels = list(range(fixes)), of_fix.tolist()
    return in_runs(asked.said["id"], first_share.vehicle.vehicle_class, (starts, labels, fixes), groups)


class Positions(NamedTuple):
    """WGS 84 degrees."""

    lon: Column
    lat: Column

    @property
    def bounds(self) -> Bounds:
        """What all of them lie in."""
        return self.lon.least, self.lat.least, self.lon.most, self.lat.most

    def take(self, rows: npt.NDArray[np.intp]) -> "Positions":
        """Return some rows."""
        return Positions(self.lon.take(rows), self.lat.take(rows))


def positions_of(asked: FixColumns, fixes: int) -> Positions:
    """Return the positions of so many fixes, all of them possible ones.

    Raises:
        InputError: there are not as many as times, or one cannot be, with its field.
    """
    for name, column in (("lon", asked.lon), ("lat", asked.lat)):
        if len(column.values) != fixes:
            many = len(column.values)
            raise InputError(
                Text(f"有 {many} 个，而 time 有 {fixes} 个", f"{many} of them, but {fixes} times"),
                field=f"fixes.{name}",
            )
    found = Positions(asked.lon, asked.lat)
    west, south, east, north = found.bounds
    lon, lat, crs = asked.lon.values, asked.lat.values, asked.said["crs"]
    plain = not len(lon) or (west > CHINA_LAT[1] and east <= MOST_LON and south >= -MOST_LAT and north <= MOST_LAT)
    if not plain or crs not in (None, "wgs84"):
        # the reader of one position says what is wrong with the first that may be
        doubtful = (lon <= CHINA_LAT[1]) | (lon > MOST_LON) | (abs(lat) > MOST_LAT)
        for index in [0, *np.flatnonzero(doubtful).tolist()][: None if len(lon) else 0]:
            _read_one(float(lon[index]), float(lat[index]), crs, index)
        if crs not in (None, "wgs84"):
            return Positions(*(Column.of(degrees) for degrees in to_wgs84(lon, lat, crs)))
    return found


def _read_one(lon: float, lat: float, crs: Any, index: int) -> None:  # noqa: ANN401
    try:
        read_position({"lon": lon, "lat": lat, "crs": crs})
    except InputError as error:
        raise InputError(error.text, field="crs" if error.field == "crs" else f"fixes.{error.field}[{index}]") from None


def by_notice(context: Jurisdiction, at_s: _Codes) -> Iterator[tuple[Notice, npt.NDArray[np.intp]]]:
    """Yield the notices that answer for some instants, each with the rows that it answers for."""
    days, codes = np.unique(local_columns(at_s, context.timezone)[0], return_inverse=True)
    notices = [context.shelf.on(dt.date.fromordinal(day)) for day in days.tolist()]
    for notice in dict.fromkeys(notices):
        yield notice, np.flatnonzero(np.array([other is notice for other in notices])[codes])


class Share(NamedTuple):
    """What one notice is asked about."""

    notice: Notice
    ground: Locator | None
    vehicle: VehicleFacts
    permits: PermitList
    alerts: frozenset[str] | None
    until: dt.date | None

    @classmethod
    def of(cls, asked: FixColumns, notice: Notice, context: Jurisdiction) -> "Share":
        """Read what is said of the vehicle and its permits."""
        try:
            vehicle = vehicle_reader(notice).read(object_of(asked.said["vehicle"]))
        except InputError as error:
            raise prefixed(error, "vehicle") from None
        alerts = alerts_of(asked.said, notice)
        permits, until = permit_list(asked.said["permits"], notice), context.shelf.until(notice)
        return cls(notice, context.grounds[notice.id], vehicle, permits, alerts, until)

    def labels(self, instants: Instants, positions: Positions, groups: Groups) -> tuple[list[int], list[int]]:
        """Return where stretches of fixes begin, and the number of each one's answer.

        Fixes between which no condition of the notice and no test of a permit can tell are decided once.
        """
        code = codes = None
        kinds = self._of_time(instants) if instants.many else []
        kinds += self._of_permits(positions) if self.permits.permits else []
        if self.ground is not None:
            if self.ground.others:
                kinds += [each.codes(positions.lon.values, positions.lat.values) for each in self.ground.each]
            elif (code := self.ground.one_code(positions.bounds)) is None:
                kinds.append(codes := self.ground.codes(positions.lon.values, positions.lat.values))
            kinds += far_rows(self.ground, positions.lon, positions.lat)
        known: dict[Any, int] = {}
        first_rows, row_kinds = _first_rows(kinds, instants.many)
        labels = []
        zone = zone_facts(self.ground)
        for row, kind in zip(first_rows, row_kinds, strict=True):
            label = known.get(kind)
            if label is None:
                place = self._place(positions, row, code if codes is None else int(codes[row]))
                question = self._question(instants, place, row)
                label = known[kind] = groups.label(decide(self.notice, question, zone=zone, until=self.until))
            labels.append(label)
        return first_rows, labels

    def question(self, instants: Instants, positions: Positions, row: int) -> Question:
        """Return what is asked about one fix."""
        return self._question(instants, self._place(positions, row, None), row)

    def _place(self, positions: Positions, row: int, code: int | None) -> PlaceFacts:
        lon, lat = positions.lon.values.item(row), positions.lat.values.item(row)
        known = None if self.ground is None or code is None else self.ground.of_code(code)
        return at_position(self.notice, self.ground, lon, lat, known=known)

    def _question(self, instants: Instants, place: PlaceFacts, row: int) -> Question:
        at = dt.datetime.fromtimestamp(instants.second(row), zone_of_time(self.notice.pack.timezone))
        assumed = instants.assumed is not None and bool(instants.assumed[row])
        return Question(self.vehicle, at, place, self.permits, self.alerts, zone_assumed=assumed)

    def _of_time(self, instants: Instants) -> list[npt.NDArray[Any]]:
        """Return what norms and permits ask of instants, each of shape (n,)."""
        return [kind for kind in (self._stretches(instants), instants.assumed) if kind is not None]

    def _stretches(self, instants: Instants) -> _Codes | None:
        """Return a number of each instant, another where conditions can tell the instants apart; None where they cannot."""
        first_s, last_s = instants.first_s, instants.last_s
        edges = change_seconds(self.notice, self.permits) if self.permits.permits else case_kinds(self.notice).edges
        timezone = self.notice.pack.timezone
        offset_s = one_offset_s(first_s, last_s, timezone)
        if offset_s is None:
            at_s = instants.at_s
            day, second = local_columns(at_s, timezone)
            stretches = day * (len(edges) + 1) + np.searchsorted(edges, second, "right")
            starts = starts_of([stretches], len(at_s))
            numbers: dict[Any, int] = {}
            moments = map(self._moment, day[starts].tolist(), second[starts].tolist())
            of_start = [numbers.setdefault(moment, len(numbers)) for moment in moments]
            return np.repeat(np.array(of_start, np.int64), np.diff(starts, append=len(at_s)))
        first, last = first_s + offset_s, last_s + offset_s
        if first // DAY_S == last // DAY_S and _same_stretch(edges, first % DAY_S, last % DAY_S):
            return None
        days = range(first // DAY_S, last // DAY_S + 1)
        between = [at for day in days for edge in edges if first < (at := day * DAY_S + edge) <= last]
        kinds = [self._moment(at // DAY_S + EPOCH_ORDINAL, at % DAY_S) for at in (first, *between)]
        changes = [at - offset_s for at, kind, before in zip(between, kinds[1:], kinds, strict=False) if kind != before]
        return np.array(changes).searchsorted(instants.at_s, "right") if changes else None

    def _moment(self, day: int, second: int) -> Hashable:
        """Return what conditions can tell of a local day's ordinal and second, beside the permits' windows."""
        if self.permits.permits:
            return day, second
        moment = case_kinds(self.notice).moment(day, second)
        return moment.kind, moment.hindered, moment.aged

    def _of_permits(self, positions: Positions) -> list[npt.NDArray[Any]]:
        """Return what permits ask of places, each of shape (n,)."""
        lon, lat = positions.lon.values, positions.lat.values
        kinds: list[npt.NDArray[Any]] = []
        if self.ground is not None and any(permit.roads is not None for permit in self.permits.permits):
            numbers: dict[frozenset[str], int] = {}
            roads = self.ground.roads(lon, lat)
            kinds.append(np.array([numbers.setdefault(names, len(numbers)) for names in roads], np.int64))
        areas = [permit.area for permit in self.permits.permits if permit.area is not None]
        return [*kinds, *(np.asarray(shapely.intersects_xy(area, lon, lat)) for area in areas)]


def starts_of(kinds: Sequence[npt.NDArray[Any]], rows: int) -> _Codes:
    """Return where a row differs from the one before in any of some columns; the first row always."""
    differs = np.zeros(rows, bool)
    differs[:1] = True
    for kind in kinds:
        differs[1:] |= kind[1:] != kind[:-1]
    return differs.nonzero()[0]


def _same_stretch(edges: Sequence[int], first: int, last: int) -> bool:
    """Return whether no edge lies after the first second of a day up to the last, itself included."""
    return bisect_right(edges, first) == bisect_right(edges, last)


def _first_rows(kinds: Sequence[npt.NDArray[Any]], rows: int) -> tuple[list[int], list[tuple[Any, ...]]]:
    """Return where stretches of rows begin that are the same in all columns, and what the columns have there."""
    if not kinds:  # as a rule
        return ([0], [()]) if rows else ([], [])
    starts = starts_of(kinds, rows)
    return starts.tolist(), list(zip(*(kind[starts].tolist() for kind in kinds), strict=True))
