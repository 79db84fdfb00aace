"""Which reader a file of traces needs, by the ending of its name; for endings that say little, by how it begins."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from truckban.traces.read.tables import Reader, Table

JT808 = (".jt808", ".808", ".hex", ".log", ".bin")
_HEAD = 4096


def trace_readers(text: Reader, chosen: Mapping[str, str]) -> dict[str, Reader]:
    """Return readers by ending.

    Args:
        text: reads `.txt` that is no log of JT/T 808 messages.
        chosen: columns that the caller named.
    """

    # each reader is imported when a file needs it: they take longer to import than a small file to read
    def read_gpx(path: Path) -> Table | Iterator[Table]:
        from truckban.traces.formats.gpx import read_gpx as read  # noqa: PLC0415

        return read(path)

    def read_geojson(path: Path) -> Table | Iterator[Table]:
        from truckban.traces.formats.geojson import read_geojson as read  # noqa: PLC0415

        return read(path, chosen=chosen)

    def read_jt808(path: Path) -> Table | Iterator[Table]:
        from truckban.traces.formats.jt808 import read_jt808 as read  # noqa: PLC0415

        return read(path)

    def read_text(path: Path) -> Table | Iterator[Table]:
        from truckban.traces.formats.jt808_frames import looks_like_log  # noqa: PLC0415

        with path.open("rb") as file:
            head = file.read(_HEAD)
        return read_jt808(path) if looks_like_log(head) else text(path)

    return {
        ".txt": read_text,
        ".gpx": read_gpx,
        **dict.fromkeys((".geojson", ".json", ".mfjson"), read_geojson),
        **dict.fromkeys(JT808, read_jt808),
    }
