"""GPX 1.0 and 1.1 (https://www.topografix.com/gpx.asp): the points of tracks, read as a stream, each known by its line.

Neither gpxpy nor GDAL is used: the one builds the whole file in memory, the other drops a time it cannot read without
a word, and neither knows the line of a point. The parser is Python's own (expat). A document type, and with it every
entity that a file could define, is refused.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

import numpy as np
import pandas as pd

from truckban.traces.read.tables import Table
from zones.errors import InputError
from zones.text import Text

_CHUNK = 1 << 18
_MOST_POINTS = 200_000
_MOST_DEPTH = 64
_MOST_TAG = 1 << 20
_MOST_TEXT = 200
_GBK = re.compile(rb"""^<\?xml[^>]{0,100}encoding\s*=\s*["'](gb[k0-9-]+)["']""", re.IGNORECASE)
_MS_TO_KMH = 3.6
_OF_TRACK = ["gpx", "trk"]
# GPX 1.0: speed in metres a second, course in degrees; 1.1 has neither, Garmin's TrackPointExtension (v2) has both so
_OF_POINT = frozenset({"time", "speed", "course"})


def read_gpx(path: Path) -> Iterator[Table]:
    """Yield the track points of a GPX file as text: `vehicle_id, time, lon, lat, speed_kmh, heading`.

    The vehicle is the track's `name`, else its `number`, else the file's name without its ending, which is noted.
    `hdop` is a factor and no length, so no accuracy is taken from it. Routes and waypoints are plans, not drives: they
    are counted in a note.

    Raises:
        InputError: it is not XML, not whole, not GPX, has a document type, or tags without end.
    """
    reading = _Reading(path)
    with path.open("rb") as file:
        head = file.read(_CHUNK)
        named = _GBK.match(head)
        parser = expat.ParserCreate("utf-8" if named else None)
        decoder = codecs.getincrementaldecoder("gb18030")() if named else None
        reading.listen(parser)
        fed = 0
        chunk = head
        try:
            while chunk:
                data = decoder.decode(chunk).encode() if decoder else chunk
                parser.Parse(data, False)  # noqa: FBT003 - takes no keywords
                fed += len(data)
                if fed - max(parser.CurrentByteIndex, 0) > _MOST_TAG:
                    raise reading.error("有过长的标记", "a tag has no end", parser.CurrentLineNumber)
                if len(reading.points) >= _MOST_POINTS:
                    yield reading.table()
                chunk = file.read(_CHUNK)
            if decoder:
                parser.Parse(decoder.decode(b"", final=True).encode(), False)  # noqa: FBT003
            parser.Parse(b"", True)  # noqa: FBT003
        except expat.ExpatError as error:
            why = expat.ErrorString(error.code)
            raise reading.error(f"不是完整的 GPX：{why}", f"this is not whole GPX: {why}", error.lineno) from None
        except (UnicodeError, LookupError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            raise reading.error(
                "GPX 的编码读不懂；请另存为 UTF-8", "the encoding of the GPX is unknown; save it as UTF-8"
            ) from None
    yield reading.table(last=True)


def _short(text: str) -> str:
    """Return a text as long as a number may be; of a longer one what is none."""
    return text if len(text) <= _MOST_TEXT else "?"


class _Reading:
    """What has been read of one file: where in the tree the parser is, the points so far, what is to be noted."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.points: list[tuple[int, str, str, str, str, str, str]] = []
        self._tags: list[str] = []
        self._text: list[str] | None = None
        self._point: dict[str, str] = {}
        self._line = 0
        self._track: dict[str, str] = {}
        self._unnamed = 0
        self._others = {"rtept": 0, "wpt": 0}

    def listen(self, parser: expat.XMLParserType) -> None:
        """Take what the parser finds."""
        self._parser = parser
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype

    def error(self, zh: str, en: str, line: int | None = None) -> InputError:
        """Return an error of this file."""
        return InputError(Text(zh, en), file=self.path.name, line=line)

    def table(self, *, last: bool = False) -> Table:
        """Return the points since the last table, and with the last one what is to be noted."""
        points, self.points = self.points, []
        columns = list(zip(*points, strict=True)) or [()] * 7
        names = ("vehicle_id", "time", "lon", "lat", "speed_kmh", "heading")
        frame = pd.DataFrame({name: list(values) for name, values in zip(names, columns[1:], strict=True)}, dtype="str")
        frame["speed_kmh"] = pd.to_numeric(frame["speed_kmh"], errors="coerce") * _MS_TO_KMH
        return Table(
            self.path.name, frame, np.array(columns[0], np.int64), notes=self._notes() if last else [], named=True
        )

    def _notes(self) -> list[Text]:
        notes = []
        if self._unnamed:
            stem = self.path.stem
            notes.append(
                Text(
                    f"{self._unnamed} 条轨迹没有 name 和 number，以文件名 {stem} 作车辆编号",
                    f"{self._unnamed} tracks have neither name nor number: the file's name {stem} is taken for the vehicle",
                )
            )
        if any(self._others.values()):
            routes, waypoints = self._others["rtept"], self._others["wpt"]
            notes.append(
                Text(
                    f"未使用：路线点 {routes} 个、航点 {waypoints} 个，它们不是行驶记录",
                    f"not used: {routes} route points, {waypoints} waypoints; they are no record of a drive",
                )
            )
        return notes

    def _doctype(self, *_: object) -> None:
        raise self.error(
            "GPX 里不应有 DOCTYPE，不予读取",
            "a GPX file has no document type; this one is not read",
            self._parser.CurrentLineNumber,
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        line = self._parser.CurrentLineNumber
        if not self._tags and tag != "gpx":
            raise self.error(f"这是 XML，但不是 GPX：<{tag[:40]}>", f"XML, but not GPX: <{tag[:40]}>", line)
        if len(self._tags) >= _MOST_DEPTH:
            raise self.error("标记嵌套太深", "tags are nested too deeply", line)
        self._tags.append(tag)
        if tag == "trkpt" and not self._point:
            self._line = line
            self._point = {name: _short(attributes.get(name, "")) for name in ("lon", "lat")}
        elif tag == "trk":
            self._track = {}
        elif tag in self._others:
            self._others[tag] += 1
        elif (self._point and tag in _OF_POINT) or (tag in ("name", "number") and self._tags[:-1] == _OF_TRACK):
            self._text = []

    def _characters(self, text: str) -> None:
        if self._text is not None and len(self._text) < _MOST_TEXT:
            self._text.append(text[:_MOST_TEXT])

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        self._tags.pop()
        if self._text is not None:
            text = "".join(self._text)[:_MOST_TEXT].strip()
            into = self._point or self._track
            into.setdefault(tag, text)
            self._text = None
        elif tag == "trkpt" and self._point:
            point, self._point = self._point, {}
            self.points.append(
                (
                    self._line,
                    self._vehicle(),
                    point.get("time", ""),
                    point["lon"],
                    point["lat"],
                    point.get("speed", ""),
                    point.get("course", ""),
                )
            )

    def _vehicle(self) -> str:
        name = self._track.get("name") or self._track.get("number")
        if name:
            return name
        if "counted" not in self._track:
            self._track["counted"] = "yes"
            self._unnamed += 1
        return self.path.stem
