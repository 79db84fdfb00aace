"""The one route or track of a GPX text as positions. The reader of traces yields fixes with times and leaves routes out."""

from typing import Any
from xml.parsers import expat

from zones.errors import InputError
from zones.text import Text

_MOST_DEPTH = 64
_POINTS = {"rtept": "rte", "trkpt": "trk"}


def parts_of_gpx(text: str) -> list[list[tuple[float, float]]]:
    """Return the parts (segments) of the one track, or else the one route.

    A file with both has the track for the way and the route for the stops on it. Anything that defines entities is refused.

    Raises:
        InputError: not whole GPX, with a document type, no line, several, or a point without a position; field `gpx`.
    """
    reading = _Reading()
    parser = expat.ParserCreate("utf-8")
    reading.listen(parser)
    try:
        parser.Parse(text.lstrip("\ufeff \r\n\t").encode("utf-8", "replace"), True)  # noqa: FBT003 - takes no keywords
    except expat.ExpatError as error:
        why = expat.ErrorString(error.code)
        raise _error(f"不是完整的 GPX：{why}", f"this is not whole GPX: {why}", error.lineno) from None
    for kind, zh, en in (("trk", "轨迹 trk", "tracks (trk)"), ("rte", "路线 rte", "routes (rte)")):
        lines = reading.lines[kind]
        if len(lines) > 1:
            raise _error(f"有 {len(lines)} 条{zh}，应只有一条", f"there are {len(lines)} {en}; one is needed")
        if lines:
            return lines[0]
    raise _error("GPX 里没有路线（rte）或轨迹（trk）", "the GPX holds neither a route (rte) nor a track (trk)")


def _error(zh: str, en: str, line: int | None = None) -> InputError:
    return InputError(Text(zh, en), line=line, field="gpx")


class _Reading:
    """What has been read: of each track its segments, of each route its points as one."""

    def __init__(self) -> None:
        self.lines: dict[str, list[list[list[tuple[float, float]]]]] = {"trk": [], "rte": []}
        self._tags: list[str] = []

    def listen(self, parser: Any) -> None:  # noqa: ANN401 - typeshed has no name for it at run time
        """Take what the parser finds."""
        self._parser = parser
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_: object) -> None:
        raise _error("GPX 里不应有 DOCTYPE，不予读取", "a GPX file has no document type; this one is not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        line = self._parser.CurrentLineNumber
        if not self._tags and tag != "gpx":
            raise _error(f"这是 XML，但不是 GPX：<{tag[:40]}>", f"XML, but not GPX: <{tag[:40]}>", line)
        if len(self._tags) >= _MOST_DEPTH:
            raise _error("标记嵌套太深", "tags are nested too deeply", line)
        self._tags.append(tag)
        if tag in self.lines:
            self.lines[tag].append([[]])
        elif tag == "trkseg" and self.lines["trk"]:
            self.lines["trk"][-1].append([])
        elif tag in _POINTS and self.lines[_POINTS[tag]]:
            try:
                point = float(attributes["lon"]), float(attributes["lat"])
            except (KeyError, ValueError):
                raise _error("有的点没有经纬度", "a point has no position", line) from None
            self.lines[_POINTS[tag]][-1][-1].append(point)

    def _end(self, _name: str) -> None:
        self._tags.pop()
        if _name.rpartition(":")[2] in self.lines:
            kind = self.lines[_name.rpartition(":")[2]]
            if not any(kind[-1]):  # an empty track is none
                kind.pop()
