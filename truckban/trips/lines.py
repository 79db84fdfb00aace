"""A planned line, as a navigation app draws it, on the streets; whether trucks may drive there does not count."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
import shapely

from truckban.trips.line_forms import Given, read_line
from truckban.trips.ways import NOTHING_M
from zones.coords import Crs, to_wgs84
from zones.errors import InputError
from zones.matching.matcher import Matcher
from zones.matching.model import Model
from zones.matching.path import Stretches
from zones.routing.ground import TripStreets
from zones.text import Text

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
_READINGS: tuple[str, ...] = get_args(Crs)
# A line has no noise of its own but another map's idea of where a street is, and turns back without drifting. Positions are
# `_STEP_M` apart; one that projects a little further back than the one before has not turned.
_MODEL = Model()._replace(sigma=8.0, backwards=12.0, apart=5.0)
_STEP_M = 25.0
_PACE_MS = 10.0
_LONGEST_M = 1_500_000.0
_SHORTEST_M = 20.0
# farther than this the way and the line are not the same street: half of a wide one, and what maps differ by
_OFF_M = 45.0
# so far the way may leave the line, or the line the streets, to be told and not refused; at the ends there are yards
_SHORT_M = 150.0
_YARD_M = 500.0
_FINE_M = 5.0
# along the line, a place on the way and its place on the line are no farther apart: a step, and what corners cost
_WINDOW_M = 75.0
# stretches off the streets that are nearer to each other are one
_JOINT_M = 50.0
_SAMPLED = 400
# so far the coordinates lie apart at most: beyond the network's edge by more, nothing can be said
_SHIFT_M = 800.0
_FITS_M = 25.0
_BETTER = 0.5


@dataclass(frozen=True, slots=True)
class Line:
    """A line found on the streets.

    Attributes:
        stretches: (edge, from, to) in metres, in the order of driving.
        start: WGS 84 lon/lat of its first position.
        end: of its last.
        notes: what was not found: code and sentence.
    """

    stretches: tuple[tuple[int, float, float], ...]
    start: tuple[float, float]
    end: tuple[float, float]
    notes: tuple[tuple[str, Text], ...] = ()


class _Drawn(NamedTuple):
    """A line in the plane of the streets, with the metres along it."""

    x: Floats
    y: Floats
    along: Floats

    @property
    def length(self) -> float:
        return float(self.along[-1])

    def at(self, metres: Floats) -> tuple[Floats, Floats]:
        return np.interp(metres, self.along, self.x), np.interp(metres, self.along, self.y)


class _Run(NamedTuple):
    """A part of the line that is not on the way found: from and to, metres along the line, and metres of the way beside it."""

    low: float
    high: float
    way: float


def edges_of_line(asked: Any, streets: TripStreets, *, allow_files: bool = False) -> Line:  # noqa: ANN401
    """Follow a planned line on the streets: one-way streets count, bans and signs do not.

    Where it leaves the streets for up to 150 m (at its ends, 500 m: a yard) a note says so; where for longer, or where no way
    follows it, it is refused with the place. Nothing is corrected: a line that fits the streets much better in other coordinates than
    those declared is told so.

    Args:
        asked: see `line_forms.read_line`.
        streets: the network.
        allow_files: whether `{"file": path}` is read; never for the API.

    Raises:
        InputError: it cannot be read, or cannot be followed; with its field.
    """
    given = read_line(asked, allow_files=allow_files)
    lon, lat = to_wgs84(given.lon, given.lat, given.crs)
    drawn = _drawn(*streets.graph.plane.xy(lon, lat))
    if drawn is None or not drawn.length >= _SHORTEST_M:
        raise InputError(Text("线路不到 20 米", "the line is shorter than 20 m"), field=given.field)
    _within_reach(drawn, streets, given)
    misfit = _misfit(given, streets)
    try:
        stretches, runs = _followed(drawn, streets, given.field)
    except InputError as error:
        if misfit is None:
            raise
        text = Text(f"{error.text.zh}；{misfit.zh}", f"{error.text.en}; {misfit.en}")
        raise InputError(text, field="crs") from None
    notes = [("line.crs_misfit", misfit)] if misfit is not None else []
    notes += [("line.off_streets", _off(run, drawn, streets)) for run in runs]
    return Line(
        stretches=tuple(stretches),
        start=(float(lon[0]), float(lat[0])),
        end=(float(lon[-1]), float(lat[-1])),
        notes=tuple(notes),
    )


def _drawn(x: Floats, y: Floats) -> _Drawn | None:
    """Return a line without equal positions in a row; None where none are left, or a position cannot be projected."""
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return None
    kept = np.append(True, np.hypot(np.diff(x), np.diff(y)) > NOTHING_M)
    x, y = x[kept], y[kept]
    return _Drawn(x, y, np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))]))


def _within_reach(drawn: _Drawn, streets: TripStreets, given: Given) -> None:
    """Raise InputError where the line is endless, or lies where no streets are known."""
    if drawn.length > _LONGEST_M:
        raise InputError(
            Text(
                f"线路长 {drawn.length / 1000:.0f} 公里，最多 {_LONGEST_M / 1000:.0f} 公里",
                f"the line is {drawn.length / 1000:.0f} km long; {_LONGEST_M / 1000:.0f} km at most",
            ),
            field=given.field,
        )
    network = shapely.box(*shapely.total_bounds(streets.lines))
    away = network.distance(shapely.LineString(np.column_stack([drawn.x, drawn.y])))
    if away <= _YARD_M:
        return
    hint = Text(
        "路网不够大时请用 --streets 给出更大的路网", "where the network is too small give a larger one with --streets"
    )
    if given.scale != 1:
        lon, lat = to_wgs84(given.lon * given.scale, given.lat * given.scale, given.crs)
        x, y = streets.graph.plane.xy(lon, lat)
        inside = np.isfinite(x) & np.isfinite(y)
        if inside.any() and shapely.dwithin(network, shapely.points(x[inside], y[inside]), _YARD_M).any():
            other = 6 if given.scale < 1 else 5
            hint = Text(
                f"precision 是不是 {other}？那样线路就在路网里",
                f"is the precision {other}? Then it lies in the network",
            )
    raise InputError(
        Text(
            f"线路离已知的路网有 {away / 1000:.1f} 公里；{hint.zh}",
            f"the line lies {away / 1000:.1f} km from the streets that are known; {hint.en}",
        ),
        field=given.field,
    )


def _misfit(given: Given, streets: TripStreets) -> Text | None:
    """Return what is to be said where the line lies on the streets in other coordinates and not in the declared ones."""
    west, south, east, north = shapely.total_bounds(streets.lines)
    places, known = {}, np.ones(_SAMPLED, np.bool_)
    for name in _READINGS:
        drawn = _drawn(*streets.graph.plane.xy(*to_wgs84(given.lon, given.lat, name)))
        if drawn is None:
            return None
        x, y = drawn.at(np.linspace(0.0, drawn.length, _SAMPLED))
        known &= (x >= west - _SHIFT_M) & (x <= east + _SHIFT_M) & (y >= south - _SHIFT_M) & (y <= north + _SHIFT_M)
        places[name] = x, y
    if not known.any():
        return None
    mean_m = {}
    for name, (x, y) in places.items():
        points = shapely.points(x[known], y[known])
        near = streets.tree.nearest(points)
        mean_m[name] = float(np.mean(shapely.distance(points, streets.lines[near])))
    best = min(_READINGS, key=lambda name: mean_m[name])
    mine = mean_m[given.crs]
    if best == given.crs or mine <= _FITS_M or mean_m[best] > min(_FITS_M, _BETTER * mine):
        return None
    listed = "，".join(f"{name} {mean_m[name]:.0f} 米" for name in _READINGS)
    listed_en = ", ".join(f"{name} {mean_m[name]:.0f} m" for name in _READINGS)
    return Text(
        f"坐标系可能不对：声明为 {given.crs}；到最近街道的平均距离：{listed}。未作更正；请核实后以 {best} 重查",
        f"the coordinates may be wrong: declared {given.crs}; mean distance to the nearest street: {listed_en}. "
        f"Nothing was corrected; find out, and ask again with {best}",
    )


def _followed(drawn: _Drawn, streets: TripStreets, field: str) -> tuple[list[tuple[int, float, float]], list[_Run]]:
    """Return the way along a line, and the short parts of the line that it does not follow."""
    count = max(2, int(np.ceil(drawn.length / _STEP_M))) + 1
    along = np.linspace(0.0, drawn.length, count)
    x, y = drawn.at(along)
    match = Matcher(streets.graph, model=_MODEL).match_xy(x, y, along / _PACE_MS, np.full(count, _MODEL.sigma))
    rows = match.stretches
    if not len(rows.edge):
        raise _lost(_Run(0.0, drawn.length, 0.0), drawn, streets, field)
    rows, runs = _compared(drawn, streets, rows)
    for run in runs:
        at_end = run.low <= 0.0 or run.high >= drawn.length
        if run.high - run.low > (_YARD_M if at_end else _SHORT_M) or (not at_end and run.way > _SHORT_M):
            raise _lost(run, drawn, streets, field)
    for first, then in zip(rows.piece, rows.piece[1:], strict=False):
        if first != then:
            at = float(rows.left[rows.piece == first][-1]) * _PACE_MS
            raise _lost(_Run(at, float(rows.entered[rows.piece == then][0]) * _PACE_MS, 0.0), drawn, streets, field)
    found = list(_joined(rows, streets))
    if not found:
        raise _lost(_Run(0.0, drawn.length, 0.0), drawn, streets, field)
    return found, runs


def _compared(drawn: _Drawn, streets: TripStreets, rows: Stretches) -> tuple[Stretches, list[_Run]]:
    """Return the way without what hangs over at its ends, and where it and the line are not the same."""
    edge, offset, when = _places(rows)
    x, y = streets.graph.positions(edge, offset)
    fine = np.linspace(0.0, drawn.length, max(2, int(np.ceil(drawn.length / _FINE_M))) + 1)
    line_x, line_y = drawn.at(fine)
    place = when * _PACE_MS
    apart = _apart((place, x, y), (fine, line_x, line_y))
    bad = _apart((fine, line_x, line_y), (place, x, y)) > _OFF_M
    strays = apart > _OFF_M
    bad[np.clip(np.searchsorted(fine, place[strays]), 0, len(fine) - 1)] = True
    gone = np.append(0.0, np.hypot(np.diff(x), np.diff(y)))
    runs = [
        _Run(low, high, float(gone[(place >= low - _FINE_M) & (place <= high + _FINE_M)].sum()))
        for low, high in _spans(fine, bad)
    ]
    begin = max([run.high for run in runs if run.low <= 0.0], default=0.0)
    end = min([run.low for run in runs if run.high >= drawn.length], default=drawn.length)
    return _cut(rows, begin / _PACE_MS, end / _PACE_MS), runs


def _places(rows: Stretches) -> tuple[npt.NDArray[np.int32], Floats, Floats]:
    """Return places on a way, at most `_FINE_M` apart: edge, metres along it, seconds."""
    length = rows.end - rows.begin
    count = np.maximum(np.ceil(length / _FINE_M).astype(np.int64), 1) + 1
    row = np.repeat(np.arange(len(count)), count)
    share = (np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)) / (count[row] - 1)
    return (
        rows.edge[row],
        rows.begin[row] + share * length[row],
        rows.entered[row] + share * (rows.left - rows.entered)[row],
    )


def _apart(ones: tuple[Floats, Floats, Floats], others: tuple[Floats, Floats, Floats]) -> Floats:
    """Return how far each place is from the nearest of the other places within a window along the line."""
    at, x, y = ones
    other_at, other_x, other_y = others
    low = np.searchsorted(other_at, at - _WINDOW_M, side="left")
    high = np.searchsorted(other_at, at + _WINDOW_M, side="right")
    least = np.full(len(at), np.inf)
    widest = int((high - low).max(initial=0))
    for step in range(widest):
        on = low + step
        some = on < high
        on = on[some]
        least[some] = np.minimum(least[some], np.hypot(x[some] - other_x[on], y[some] - other_y[on]))
    return least


def _spans(fine: Floats, bad: Flags) -> Iterator[tuple[float, float]]:
    """Yield from and to of what is bad, metres along the line; parts near to each other are one."""
    at = np.flatnonzero(bad)
    if not len(at):
        return
    breaks = np.flatnonzero(np.diff(fine[at]) > _JOINT_M)
    for first, last in zip(at[np.append(0, breaks + 1)], at[np.append(breaks, len(at) - 1)], strict=True):
        yield float(fine[max(first - 1, 0)]), float(fine[min(last + 1, len(fine) - 1)])


def _cut(rows: Stretches, since: float, until: float) -> Stretches:
    """Return a way between two instants of the invented clock."""
    pace = (rows.end - rows.begin) / np.maximum(rows.left - rows.entered, 1e-9)
    begin = np.where(rows.entered < since, rows.begin + (since - rows.entered) * pace, rows.begin)
    end = np.where(rows.left > until, rows.end - (rows.left - until) * pace, rows.end)
    kept = (rows.left >= since) & (rows.entered <= until)
    return Stretches(
        rows.edge[kept],
        np.minimum(begin, rows.end)[kept],
        np.maximum(end, begin)[kept],
        np.maximum(rows.entered, since)[kept],
        np.minimum(rows.left, until)[kept],
        rows.piece[kept],
    )


def _joined(rows: Stretches, streets: TripStreets) -> Iterator[tuple[int, float, float]]:
    """Yield edges with from and to, each drive along one edge once."""
    last: tuple[int, float, float] | None = None
    columns = (rows.edge.tolist(), rows.begin.tolist(), rows.end.tolist())
    for edge, begin, end in zip(*columns, strict=True):
        if last is not None and last[0] == edge and abs(last[2] - begin) <= NOTHING_M:
            last = edge, last[1], end
            continue
        if last is not None and last[2] - last[1] > NOTHING_M:
            yield last
        last = edge, begin, min(end, float(streets.graph.edges.length[edge]))
    if last is not None and last[2] - last[1] > NOTHING_M:
        yield last


def _where(metres: float, drawn: _Drawn, streets: TripStreets) -> str:
    x, y = drawn.at(np.array([metres]))
    lon, lat = streets.graph.plane.lonlat(x, y)
    return f"{lon[0]:.5f}, {lat[0]:.5f}"


def _off(run: _Run, drawn: _Drawn, streets: TripStreets) -> Text:
    """Return the note on a short part that is not followed."""
    where, metres = _where(run.low, drawn, streets), max(run.high - run.low, 0.0)
    if run.low <= 0.0:
        return Text(
            f"线路开头 {metres:.0f} 米不在街道上，没有判断",
            f"the first {metres:.0f} m of the line are off the streets and were not judged",
        )
    if run.high >= drawn.length:
        return Text(
            f"线路末尾 {metres:.0f} 米不在街道上，没有判断",
            f"the last {metres:.0f} m of the line are off the streets and were not judged",
        )
    return Text(
        f"线路在 {where} 起有 {metres:.0f} 米偏离街道，按旁边 {run.way:.0f} 米的街道判断",
        f"from {where} the line leaves the streets for {metres:.0f} m; {run.way:.0f} m of streets beside it were judged",
    )


def _lost(run: _Run, drawn: _Drawn, streets: TripStreets, field: str) -> InputError:
    """Return the error of a line that cannot be followed, with the place and, where it can be told, why."""
    where, metres = _where(run.low, drawn, streets), run.high - run.low
    x, y = drawn.at(np.linspace(run.low, run.high, 9))
    points = shapely.points(x, y)
    near = streets.tree.nearest(points)
    far = float(np.median(shapely.distance(points, streets.lines[near])))
    place = f"{run.low / 1000:.1f}", where
    if far > _OFF_M:
        return InputError(
            Text(
                f"线路在 {place[0]} 公里处（{where}）起有 {metres:.0f} 米不在已知的街道上，走不通；路网不够大时请用 --streets 给出更大的路网",
                f"from km {place[0]} ({where}) the line is off the known streets for {metres:.0f} m and cannot be followed; "
                "where the network is too small give a larger one with --streets",
            ),
            field=field,
        )
    against = _against(run, drawn, streets)
    if against is not None:
        return InputError(
            Text(
                f"线路在 {place[0]} 公里处（{where}）逆着单行道 {against or '（无名）'}，走不通",
                f"at km {place[0]} ({where}) the line runs against the one-way street {against or '(no name)'} and cannot be followed",
            ),
            field=field,
        )
    return InputError(
        Text(
            f"线路在 {place[0]} 公里处（{where}）的街道不相连，走不通（街道的走法要绕 {run.way:.0f} 米）",
            f"at km {place[0]} ({where}) the streets do not connect as the line does (by the streets it is {run.way:.0f} m)",
        ),
        field=field,
    )


def _against(run: _Run, drawn: _Drawn, streets: TripStreets) -> str | None:
    """Return the name ("" for none) of the one-way street that most of a part of the line runs against; None where it is no such."""
    edges = streets.graph.edges
    at = np.linspace(run.low, run.high, 9)
    x, y = drawn.at(at)
    ahead_x, ahead_y = drawn.at(at + _STEP_M)
    votes = 0
    name: str | None = None
    for number in range(len(at)):
        point = shapely.Point(x[number], y[number])
        near = streets.tree.query(point, predicate="dwithin", distance=_OFF_M)
        course = np.array([ahead_x[number] - x[number], ahead_y[number] - y[number]])
        along = []
        for edge in near.tolist():
            line = streets.lines[edge]
            metres = shapely.line_locate_point(line, point)
            ends = shapely.get_coordinates(
                shapely.line_interpolate_point(line, [max(metres - 5.0, 0.0), min(metres + 5.0, line.length)])
            )
            way = ends[1] - ends[0]
            cosine = float(way @ course / max(float(np.hypot(*way) * np.hypot(*course)), NOTHING_M))
            along.append((cosine, edge))
        if along and max(along)[0] < 0.5 and min(along)[0] < -0.8:  # noqa: PLR2004 - cosines: none with it, one against it
            edge = min(along)[1]
            if edges.reverse[edge] < 0:
                votes += 1
                name = streets.name(edge) or ""
    return name if 2 * votes >= len(at) else None
