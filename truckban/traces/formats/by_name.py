"""Which reader a file of traces needs, by the ending of its name; for endings that say little, by how it begins."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from truckban.traces.formats.geojson import read_geojson
from truckban.traces.formats.gpx import read_gpx
from truckban.traces.formats.jt808 import read_jt808
from truckban.traces.formats.jt808_frames import looks_like_log
from truckban.traces.tables import Reader, Table

JT808 = (".jt808", ".808", ".hex", ".log", ".bin")
_HEAD = 4096


def trace_readers(text: Reader, chosen: Mapping[str, str]) -> dict[str, Reader]:
    """Return readers by ending.

    Args:
        text: reads `.txt` that is no log of JT/T 808 messages.
        chosen: columns that the caller named.
    """

    def read_text(path: Path) -> Table | Iterator[Table]:
        with path.open("rb") as file:
            head = file.read(_HEAD)
        return read_jt808(path) if looks_like_log(head) else text(path)

    return {
        ".txt": read_text,
        ".gpx": read_gpx,
        **dict.fromkeys((".geojson", ".json", ".mfjson"), partial(read_geojson, chosen=chosen)),
        **dict.fromkeys(JT808, read_jt808),
    }
