"""Street maps drawn as text: letters are places, ways are strings of letters.

    street_map("A---B", {"AB": {"name": "北路"}})

The first column and the last line are at (121 E, 31 N); a character is 100 m wide and a line 100 m high unless said.
What is drawn between the letters is for the reader only.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from shapely import LineString, Point

from zones.coords import LocalPlane
from zones.network import Beside, Post, Segment, Source, StreetNetwork

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


def network_of(segments: list[Segment], posts: Iterable[Post] = ()) -> StreetNetwork:
    """Return streets as a network; lines of another kind stand beside them."""
    streets, lines = (tuple(s for s in segments if (s.kind == "road") == road) for road in (True, False))
    return StreetNetwork(streets, Source("drawn", "0" * 64), beside=Beside(lines, tuple(posts)))


def post(chainage_m: float, x: float, y: float) -> Post:
    """Return a kilometre post at metres on the drawing."""
    return Post(chainage_m, *lonlat(x, y))


def segment(name: str | None, points: list[tuple[float, float]], **tags: object) -> Segment:
    """Return one way through points in metres; `tags` are fields of Segment."""
    line = PLANE.to_lonlat(LineString(points))
    values: dict[str, Any] = {"id": f"{name}{points}", "highway": "secondary", "lanes": 2, **tags}
    return Segment(name=name, line=line, **values)


def street_map(
    drawing: str,
    ways: Mapping[str, Mapping[str, Any]],
    *,
    cell_m: tuple[float, float] = (100.0, 100.0),
    posts: Mapping[str, float] | None = None,
) -> StreetNetwork:
    """Turn a drawing and its ways into a network.

    Args:
        drawing: letters at their places.
        ways: strings of letters to the fields of a Segment (`name`, `oneway`, `lanes`, `width_m`, `highway`, `kind`).
        cell_m: the width and the height of a character.
        posts: letters to the metres that a kilometre post there says.
    """
    where = places(drawing, cell_m=cell_m)
    drawn = [(letters, {"name": None, **tags}) for letters, tags in ways.items()]
    segments = [segment(points=[where[letter] for letter in letters], **tags) for letters, tags in drawn]
    return network_of(segments, [post(metres, *where[letter]) for letter, metres in (posts or {}).items()])


def lonlat(x: float, y: float) -> tuple[float, float]:
    """Return the position of metres on the drawing."""
    point = PLANE.to_lonlat(Point(x, y))
    return point.x, point.y
