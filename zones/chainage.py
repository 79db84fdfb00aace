"""Where a chainage (K764+000) is on a road: measured along its centre line from the kilometre posts beside it.

Between two posts the place is interpolated; beyond the last one it is measured on, in the direction that two posts tell.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
import shapely
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from zones.errors import InputError
from zones.gaps import KEY_M, key_of
from zones.kilometres import written
from zones.roads import Road, line_parts
from zones.text import Text

# a post stands at the kerb or beyond the verge
_VERGE_M = 20.0
# further than this beyond the last post nothing is measured
_BEYOND_M = 2000.0
# signs and the drawn line disagree by this much at most: of their distance, and at least so many metres
_STRETCHED, _STRETCHED_M = 0.15, 100.0
# posts whose signs lie within this of the place asked for must not contradict each other
_LOOKED_AT_M = 5000.0
_SAME_M = 0.5
# carriageways of one road that lie nearer to each other than this are one direction
_ONE_WAY_ON_M = 60.0
_Place = tuple[Point, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class RoadPost:
    """A kilometre post in the plane; `given` by the operator for this very road, or found beside it in the streets."""

    chainage_m: float
    point: Point
    given: bool = False
    source: str | None = None

    @property
    def name(self) -> str:
        """What it says."""
        return written(self.chainage_m)


@dataclass(frozen=True, eq=False)
class Mark:
    """A place on a road: its point on the centre line, the direction of the line there, and how it was found."""

    point: Point
    along: tuple[float, float]
    how: Text

    def across(self, reach_m: float) -> BaseGeometry:
        """Return a hair-thin cut across the road that reaches so far to both sides."""
        dx, dy = -self.along[1] * reach_m, self.along[0] * reach_m
        line = LineString([(self.point.x - dx, self.point.y - dy), (self.point.x + dx, self.point.y + dy)])
        return shapely.buffer(line, KEY_M, cap_style="flat")


def mark_of(road: Road, chainage_m: float, posts: Sequence[RoadPost]) -> Mark:
    """Return where a chainage is on a road.

    Args:
        road: in the plane of the posts.
        chainage_m: metres from the start of the road.
        posts: those that the operator gave for this road; or all that the source holds, of any road.

    Raises:
        InputError: posts are missing, contradict each other, or do not stand by the road; nothing is guessed.
    """
    near = _beside(road, posts)
    if not near:
        raise _fault(
            road,
            chainage_m,
            "路旁没有里程碑（OSM highway=milestone 带 distance），请在 posts 里给出",
            "no kilometre post stands by the road (OSM highway=milestone with distance); give some in `posts`",
        )
    _check_order(road, chainage_m, near)
    exact = [post for post in near if abs(post.chainage_m - chainage_m) < _SAME_M]
    if exact:
        return _at_post(road, exact[0])
    below = [post for post in near if post.chainage_m < chainage_m]
    above = [post for post in near if post.chainage_m > chainage_m]
    if below and above:
        return _between(road, chainage_m, below[-1], above[0])
    return _beyond(road, chainage_m, near)


def _fault(road: Road, chainage_m: float, zh: str, en: str) -> InputError:
    name = written(chainage_m)
    return InputError(Text(f"{road.name} {name}：{zh}", f"{name} of {road.name}: {en}"), field="chainage")


def _beside(road: Road, posts: Sequence[RoadPost]) -> list[RoadPost]:
    """Return the posts by a road, by what they say; of several with one number the first."""
    if not posts:
        return []
    limit = road.reach_m + _VERGE_M
    found = sorted(posts, key=lambda post: (post.chainage_m, post.point.x, post.point.y))
    for post in found:
        apart = road.lines.distance(post.point)
        if post.given and apart > limit:
            raise InputError(
                Text(
                    f"里程碑 {post.name} 离 {road.name} 有 {apart:.0f} 米：请核对位置和坐标系",
                    f"the post {post.name} stands {apart:.0f} m from {road.name}: check its position and coordinates",
                ),
                field="posts",
            )
    return [post for post in found if road.lines.distance(post.point) <= limit]


def _check_order(road: Road, chainage_m: float, posts: Sequence[RoadPost]) -> None:
    looked_at = [post for post in posts if abs(post.chainage_m - chainage_m) <= _LOOKED_AT_M]
    for a, b in itertools.pairwise(looked_at):
        _measured(road, chainage_m, a, b)


def _measured(road: Road, chainage_m: float, a: RoadPost, b: RoadPost) -> float | None:
    """Return how far two posts lie apart along the road, the lower first; None where it is not drawn through.

    Raises:
        InputError: their signs and the line disagree.
    """
    axis = _Axis(road, a, b)
    length_m = axis.length_m
    if length_m is None:
        return None
    signed = b.chainage_m - a.chainage_m
    if abs(length_m - signed) > max(_STRETCHED_M, _STRETCHED * signed):
        raise _fault(
            road,
            chainage_m,
            f"里程碑 {a.name} 与 {b.name} 沿路相距 {length_m:.0f} 米，按碑号应为 {signed:.0f} 米：互相矛盾，"
            "请核对，或在 posts 里给出这条路的里程碑",
            f"the posts {a.name} and {b.name} lie {length_m:.0f} m apart along the road, by their signs "
            f"{signed:.0f} m: they contradict each other; check them, or give this road's in `posts`",
        )
    return length_m


def _at_post(road: Road, post: RoadPost) -> Mark:
    line = min(line_parts(road.lines), key=lambda part: part.distance(post.point))
    at = float(shapely.line_locate_point(line, post.point))
    return Mark(*_on(line, at), _how(Text("里程碑所在", "at the post"), post))


def _between(road: Road, chainage_m: float, a: RoadPost, b: RoadPost) -> Mark:
    length_m = _measured(road, chainage_m, a, b)
    if length_m is None:
        raise _fault(
            road,
            chainage_m,
            f"{a.name} 与 {b.name} 之间道路没有连通，无法量取",
            f"the road is not drawn through between {a.name} and {b.name}",
        )
    share = (chainage_m - a.chainage_m) / (b.chainage_m - a.chainage_m)
    return Mark(
        *_Axis(road, a, b).at(share * length_m), _how(Text("在里程碑之间内插", "interpolated between the posts"), a, b)
    )


def _beyond(road: Road, chainage_m: float, posts: Sequence[RoadPost]) -> Mark:
    """Measure on from the last post in the direction that it and the one before it tell."""
    ordered = sorted(posts, key=lambda post: abs(post.chainage_m - chainage_m))
    last = ordered[0]
    before = next((post for post in ordered if abs(post.chainage_m - last.chainage_m) >= _SAME_M), None)
    if before is None:
        raise _fault(
            road,
            chainage_m,
            f"只有一个里程碑 {last.name}，不知道里程往哪边增加；请在 posts 里再给一个",
            f"{last.name} is the only post, and which way the numbers rise is not known; give another in `posts`",
        )
    further = abs(chainage_m - last.chainage_m)
    if further > _BEYOND_M:
        raise _fault(
            road,
            chainage_m,
            f"最近的里程碑 {last.name} 在 {further:.0f} 米以外（最多外推 {_BEYOND_M:.0f} 米）；请在 posts 里给出更近的",
            f"the nearest post {last.name} is {further:.0f} m away (at most {_BEYOND_M:.0f} m are measured on); "
            "give a nearer one in `posts`",
        )
    drawn = _measured(road, chainage_m, *sorted((before, last), key=lambda post: post.chainage_m)) is not None
    marks = list(_Axis(road, before, last).onward(further)) if drawn else []
    if not marks:
        raise _fault(
            road,
            chainage_m,
            f"道路在里程碑 {last.name} 之后没有画到 {further:.0f} 米",
            f"the road is not drawn {further:.0f} m beyond the post {last.name}",
        )
    if any(point.distance(marks[0][0]) > max(_ONE_WAY_ON_M, road.spacing_m) for point, _ in marks):
        raise _fault(
            road,
            chainage_m,
            f"道路在里程碑 {last.name} 之后分岔，不知道是哪一支",
            f"the road forks beyond the post {last.name}, and which branch is meant is not known",
        )
    return Mark(*marks[0], _how(Text("由里程碑向外量", "measured on beyond the posts"), before, last))


def _how(way: Text, *posts: RoadPost) -> Text:
    names = "、".join(post.name for post in sorted(posts, key=lambda post: post.chainage_m))
    origins = "；".join(dict.fromkeys(post.source for post in posts if post.source))
    said = f"（{origins}）" if origins else ""
    return Text(f"由里程碑 {names}{said} 推算（{way.zh}）", f"worked out from the posts {names}{said} ({way.en})")


def _on(line: LineString, at_m: float) -> _Place:
    """Return the point at so many metres of a line, and the direction of the line there."""
    (x0, y0), (x1, y1) = (line.interpolate(min(max(at, 0.0), line.length)).coords[0] for at in (at_m - 1.0, at_m + 1.0))
    length = float(np.hypot(x1 - x0, y1 - y0)) or 1.0
    return line.interpolate(at_m), ((x1 - x0) / length, (y1 - y0) / length)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a line between two nodes, from `start_m` to `end_m` along it; no line between a post and a carriageway."""

    line: LineString | None
    nodes: tuple[object, object]
    start_m: float
    end_m: float

    @property
    def length_m(self) -> float:
        return self.end_m - self.start_m

    def at(self, node: object, metres: float) -> _Place:
        """Return the place so many metres from one of its nodes; of a piece of a line only."""
        at = self.start_m + metres if node == self.nodes[0] else self.end_m - metres
        return _on(self.line or LineString(), at)


class _Axis:
    """A road's lines as a graph with two posts in it, each joined to every carriageway that it stands by."""

    def __init__(self, road: Road, a: RoadPost, b: RoadPost) -> None:
        self.a, self.b = a, b
        self.graph: nx.MultiGraph = nx.MultiGraph()
        self.graph.add_nodes_from((a, b))
        lines = line_parts(road.lines)
        nearest = {post: min(line.distance(post.point) for line in lines) + road.spacing_m + 1.0 for post in (a, b)}
        for line in lines:
            stops = {0.0: key_of(line.coords[0]), line.length: key_of(line.coords[-1])}
            for post in (post for post in (a, b) if line.distance(post.point) <= nearest[post]):
                at = float(shapely.line_locate_point(line, post.point))
                self._join(_Piece(None, (post, stops.setdefault(at, key_of(line.interpolate(at).coords[0]))), 0.0, 0.0))
            for (p, u), (q, v) in itertools.pairwise(sorted(stops.items())):
                self._join(_Piece(line, (u, v), p, q))

    def _join(self, piece: _Piece) -> None:
        self.graph.add_edge(*piece.nodes, length=piece.length_m, piece=piece)

    @property
    def length_m(self) -> float | None:
        """How far the two posts lie apart along the road, None where it is not drawn through."""
        if not nx.has_path(self.graph, self.a, self.b):
            return None
        return float(nx.shortest_path_length(self.graph, self.a, self.b, weight="length"))

    def at(self, metres: float) -> _Place:
        """Return the place so many metres (above 0) from the first post towards the second."""
        path = nx.shortest_path(self.graph, self.a, self.b, weight="length")
        left = metres
        for u, v in itertools.pairwise(path):
            piece = min((data["piece"] for data in self.graph[u][v].values()), key=lambda piece: float(piece.length_m))
            if piece.line is not None and left <= piece.length_m + _SAME_M:
                found: _Place = piece.at(u, left)
                return found
            left -= piece.length_m
        raise AssertionError(metres)  # no path is shorter than what is measured on it

    def onward(self, metres: float) -> Iterator[_Place]:
        """Yield the places so many metres beyond the second post, away from the first."""
        start = nx.single_source_dijkstra_path_length(self.graph, self.a, weight="length")
        on = nx.single_source_dijkstra_path_length(self.graph, self.b, weight="length")
        for u, v, piece in self.graph.edges(data="piece"):
            for near, far in ((u, v), (v, u)):
                away = near in on and abs(start[near] - start[self.b] - on[near]) < _SAME_M and start[far] > start[near]
                if away and piece.line is not None and on[near] <= metres <= on[near] + piece.length_m:
                    yield piece.at(near, metres - on[near])
