"""Street maps drawn as text: letters are places, ways are strings of letters.

    street_map("A---B", {"AB": {"name": "北路"}})

The first column and the last line are at (121 E, 31 N); a character is 100 m wide and a line 100 m high unless said.
What is drawn between the letters is for the reader only.
"""

from collections.abc import Mapping
from typing import Any

from shapely import LineString, Point

from zones.coords import LocalPlane
from zones.network import Segment, Source, StreetNetwork

PLANE = LocalPlane(121.0, 31.0)


def places(drawing: str, *, cell_m: tuple[float, float] = (100.0, 100.0)) -> dict[str, tuple[float, float]]:
    """Return the position of every letter in metres east and north of the lower left."""
    lines = [line for line in drawing.split("\n") if line.strip()]
    return {
        letter: (column * cell_m[0], row * cell_m[1])
        for row, line in enumerate(reversed(lines))
        for column, letter in enumerate(line)
        if letter.isalnum()
    }


def network_of(segments: list[Segment]) -> StreetNetwork:
    return StreetNetwork(tuple(segments), Source("drawn", "0" * 64))


def segment(name: str | None, points: list[tuple[float, float]], **tags: object) -> Segment:
    """Return one way through points in metres; `tags` are fields of Segment."""
    line = PLANE.to_lonlat(LineString(points))
    values: dict[str, Any] = {"id": f"{name}{points}", "highway": "secondary", "lanes": 2, **tags}
    return Segment(name=name, line=line, **values)


def street_map(
    drawing: str, ways: Mapping[str, Mapping[str, Any]], *, cell_m: tuple[float, float] = (100.0, 100.0)
) -> StreetNetwork:
    """Turn a drawing and its ways into a network.

    Args:
        drawing: letters at their places.
        ways: strings of letters to the fields of a Segment (`name`, `oneway`, `lanes`, `width_m`, `highway`).
        cell_m: the width and the height of a character.
    """
    where = places(drawing, cell_m=cell_m)
    drawn = [(letters, {"name": None, **tags}) for letters, tags in ways.items()]
    return network_of([segment(points=[where[letter] for letter in letters], **tags) for letters, tags in drawn])


def lonlat(x: float, y: float) -> tuple[float, float]:
    """Return the position of metres on the drawing."""
    point = PLANE.to_lonlat(Point(x, y))
    return point.x, point.y
