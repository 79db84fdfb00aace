"""The map of one lead: what was driven, along the streets where the path is known, over the ground that the page draws once."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString

from truckban.report.drawing import Drawing, line_paths, path, simplified
from truckban.traces.lead.lead_facts import CROSSED, End
from truckban.traces.lead.leads import Lead
from truckban.traces.lead.route import pieces_between
from zones.text import Text

_WIDE, _HIGH = 520, 320
"""Pixels that it is laid out for; a screen may show it larger or smaller."""
_LEAST_M = 260.0
_MARGIN = 0.14
_FINE_M = 1.5
_APART_PX = 90.0
_ARROWS_AT_MOST = 5
_NAMED_PX = 46.0
_NAMES_AT_MOST = 6
_TOGETHER_PX = 24.0
_HIDDEN_PX = 44.0
_ALONG_M = 12.0
"""A line that is no farther from a street runs along it."""
_WORDS = {
    ("entry", True): Text("进", "in"),
    ("exit", True): Text("出", "out"),
    ("entry", False): Text("起", "from"),
    ("exit", False): Text("止", "to"),
}

_Floats = npt.NDArray[np.float64]
_Named = tuple[str, LineString]


@dataclass(frozen=True, slots=True)
class Mark:
    """A word or an arrow at a place of the sheet, metres east and south; `turn` in degrees clockwise from the east."""

    x: float
    y: float
    text: str = ""
    turn: float = 0.0
    kind: str = ""


@dataclass(frozen=True, slots=True)
class LeadMap:
    """What the template draws.

    Attributes:
        view: left, top, width and height in metres.
        a_pixel_m: metres a pixel.
        driven: the path, or the line through the fixes where no path is known.
        on_streets: whether it is the path.
        inside: the fixes inside, each a point.
        outside: the others.
        arrows: in the direction of travel.
        ends: where it came in and went out, began and ended.
        names: of the streets driven.
    """

    view: tuple[float, float, float, float]
    a_pixel_m: float
    driven: str
    on_streets: bool
    inside: str
    outside: str
    arrows: tuple[Mark, ...]
    ends: tuple[Mark, ...]
    names: tuple[Mark, ...]


def lead_maps(parts: Sequence[Lead], drawing: Drawing, lang: str) -> list[LeadMap]:
    """Draw leads.

    Args:
        parts: the leads.
        drawing: the sheet that their zone is drawn on.
        lang: of the words on it.
    """
    if not parts:
        return []
    paths = [part.path for part in parts]
    lines = [part.line if known is None else known for part, known in zip(parts, paths, strict=True)]
    drawn = cast("list[LineString]", simplified(drawing.all_on_sheet(lines), _FINE_M))
    columns = zip(parts, paths, drawn, line_paths(drawn), _streets_of(parts, drawing), strict=True)
    return [
        _lead_map(part, drawing, lang, line, on_streets=known is not None, driven=driven, streets=streets)
        for part, known, line, driven, streets in columns
    ]


def _lead_map(
    part: Lead,
    drawing: Drawing,
    lang: str,
    line: LineString,
    *,
    on_streets: bool,
    driven: str,
    streets: Sequence[_Named],
) -> LeadMap:
    passage = part.passage
    here = passage.is_fix & (passage.t_s >= part.begin_s) & (passage.t_s <= part.end_s)
    fixes = _on_sheet(drawing, passage.lon[here], passage.lat[here])
    within = passage.is_inside[here]
    view = _view(np.concatenate([shapely.get_coordinates(line), fixes]))
    k = round(max(view[2] / _WIDE, view[3] / _HIGH), 3)
    return LeadMap(
        view,
        k,
        driven,
        on_streets,
        _dots(fixes[within]),
        _dots(fixes[~within]),
        tuple(_arrows(line, k)),
        (ends := tuple(_ends(part.entry, part.exit, drawing, k, lang))),
        tuple(_chosen_names(streets, k, ends)),
    )


def line_map(line: LineString, drawing: Drawing, *, entry: End, leaving: End, on_streets: bool, lang: str) -> LeadMap:
    """Draw a lead of which only the line is kept: without its fixes.

    Args:
        line: what was driven, WGS 84.
        drawing: the sheet that its zone is drawn on.
        entry: how it came in.
        leaving: how it went out.
        on_streets: whether the line is the matched path, and not just from fix to fix.
        lang: of the words on it.
    """
    drawn = _drawn(drawing, line)
    view = _view(shapely.get_coordinates(drawn))
    k = round(max(view[2] / _WIDE, view[3] / _HIGH), 3)
    ends = tuple(_ends(entry, leaving, drawing, k, lang))
    names = tuple(_chosen_names(_streets_along(drawn, drawing), k, ends)) if on_streets else ()
    return LeadMap(view, k, path(drawn), on_streets, "", "", tuple(_arrows(drawn, k)), ends, names)


def _drawn(drawing: Drawing, line: LineString) -> LineString:
    """Return a line on the sheet, without the points that no eye would miss."""
    return cast("LineString", shapely.simplify(drawing.on_sheet(line), _FINE_M))


def _on_sheet(drawing: Drawing, lon: Sequence[float] | _Floats, lat: Sequence[float] | _Floats) -> _Floats:
    return drawing.sheet_xy(np.column_stack([lon, lat]))


def _view(points: _Floats) -> tuple[float, float, float, float]:
    (west, north), (east, south) = points.min(axis=0), points.max(axis=0)
    width, height = (max(far - near, _LEAST_M) * (1 + 2 * _MARGIN) for near, far in ((west, east), (north, south)))
    # in the shape of the frame, so that nothing is left white beside it
    width, height = max(width, height * _WIDE / _HIGH), max(height, width * _HIGH / _WIDE)
    left, top = (west + east - width) / 2, (north + south - height) / 2
    return round(float(left), 1), round(float(top), 1), round(float(width), 1), round(float(height), 1)


def _dots(points: _Floats) -> str:
    return "".join(f"M{x} {y}h0" for x, y in np.rint(points).astype(int).tolist())


def _arrows(line: LineString, k: float) -> Iterator[Mark]:
    count = min(_ARROWS_AT_MOST, max(1, round(line.length / (_APART_PX * k))))
    at = [line.length * (n + 0.5) / count + step for n in range(count) for step in (-2 * k, 2 * k, 0.0)]
    places = shapely.get_coordinates(shapely.line_interpolate_point(line, at)).tolist()
    for behind, ahead, middle in zip(places[::3], places[1::3], places[2::3], strict=True):
        if behind != ahead:
            turn = math.degrees(math.atan2(ahead[1] - behind[1], ahead[0] - behind[0]))
            yield Mark(round(middle[0], 1), round(middle[1], 1), turn=round(turn))


def _ends(entry: End, leaving: End, drawing: Drawing, k: float, lang: str) -> Iterator[Mark]:
    both = (("entry", entry), ("exit", leaving))
    points = _on_sheet(drawing, [end.lon for _, end in both], [end.lat for _, end in both])
    # in and out at one junction would hide each other
    close = float(np.hypot(*(points[1] - points[0]))) < _TOGETHER_PX * k
    for (name, end), (x, y), aside in zip(both, points.tolist(), (-1, 1), strict=True):
        shift = aside * _TOGETHER_PX / 2 * k if close else 0.0
        yield Mark(round(x + shift, 1), round(y, 1), _word(name, end).of(lang), kind=name)


def _word(name: str, end: End) -> Text:
    return _WORDS[name, end.how == CROSSED]


def _streets_of(parts: Sequence[Lead], drawing: Drawing) -> list[list[_Named]]:
    """Return the named streets that each of some leads drove, on the sheet; all of them are drawn at once."""
    pieces = [
        (number, name, points)
        for number, part in enumerate(parts)
        for name, points in pieces_between(part.passage, part.begin_s, part.end_s)
        if name and len(points) > 1
    ]
    found: list[list[_Named]] = [[] for _ in parts]
    if pieces:
        of = np.repeat(np.arange(len(pieces)), [len(points) for *_, points in pieces])
        points = np.concatenate([points for *_, points in pieces])
        lines = np.asarray(shapely.linestrings(points, indices=of), dtype=object).tolist()
        drawn = cast("list[LineString]", simplified(drawing.all_on_sheet(lines), _FINE_M))
        for (number, name, _), line in zip(pieces, drawn, strict=True):
            found[number].append((name, line))
    return found


def _streets_along(line: LineString, drawing: Drawing) -> Iterator[tuple[str, LineString]]:
    """Yield the stretches of named streets that a line on the sheet runs along."""
    near = line.buffer(_ALONG_M)
    for street in drawing.zone.streets:
        if street.name:
            for piece in shapely.get_parts(drawing.on_sheet(street.geometry).intersection(near)):
                if piece.geom_type == "LineString":
                    yield street.name, piece


def _chosen_names(driven: Iterable[tuple[str, LineString]], k: float, ends: Sequence[Mark]) -> Iterator[Mark]:
    """Yield the names of the longest of some stretches, each once, where no mark of an end hides them."""
    longest: dict[str, tuple[float, LineString]] = {}
    for name, line in driven:
        length = line.length
        if length > max(_NAMED_PX * k, longest[name][0] if name in longest else 0.0):
            longest[name] = length, line
    for name, (_, line) in sorted(longest.items(), key=lambda item: -item[1][0])[:_NAMES_AT_MOST]:
        places = shapely.line_interpolate_point(line, (0.5, 0.35, 0.65), normalized=True)
        for x, y in shapely.get_coordinates(places).tolist():
            if all(math.hypot(x - end.x, y - end.y) > _HIDDEN_PX * k for end in ends):
                yield Mark(round(x, 1), round(y, 1), name)
                break
