"""What a file is, by its content: it must be what the ending of its name says, for the ending chooses the reader."""

import puremagic

from enterprises.loading import tables as slips
from truckban.traces.formats.by_name import JT808
from truckban.traces.formats.jt808_frames import looks_like_log
from truckban.traces.read.tables import EXCEL, PARQUET
from zones.errors import InputError
from zones.text import Text

HEAD_BYTES = 8192
"""So much of a file's beginning is looked at."""
_TEXTS = (".csv", ".txt", ".tsv")
_JSONS = (".geojson", ".json", ".mfjson")
ENDINGS = {
    "traces": (*_TEXTS, *PARQUET, *EXCEL, ".gpx", *_JSONS, *JT808),
    "vehicles": (*_TEXTS, *PARQUET, *EXCEL),
    "permits": (*_TEXTS, *PARQUET, *EXCEL, ".json", ".jsonl"),
    "sites": (".csv", ".geojson", ".json"),
    "loads": (*slips.CSV, *slips.EXCEL),
}
"""The endings of each kind of file."""
_BINARY = {b"PAR1": "parquet", b"PK\x03\x04": "zip", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "ole"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LEAST_PARQUET = 12
"""A mark at either end and a length."""
_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13, 26}
_TYPES = {
    "text": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "zip": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ole": "application/vnd.ms-excel",
    "xml": "application/gpx+xml",
    "json": "application/json",
    "jt808": "application/octet-stream",
}


def ending_of(name: str) -> str:
    """Return the ending of a file's name, in lower case."""
    return "." + name.rpartition(".")[2].lower() if "." in name else ""


def media_type(head: bytes, name: str, size: int) -> str:
    """Return the media type of a file.

    Args:
        head: its first bytes, HEAD_BYTES of them where it has so many.
        name: its name.
        size: its size.

    Raises:
        InputError: it is something else than its name says.
    """
    ending = ending_of(name)
    found = _found(head, size)
    if found not in _fitting(ending):
        shown = _shown(head) if found == "other" else _TYPES[found]
        raise InputError(
            Text(
                f"文件内容不是 {ending}（看起来是 {shown}）", f"the content is no {ending} file (it looks like {shown})"
            ),
            file=name,
            field="file_name",
        )
    return _TYPES[found]


def _fitting(ending: str) -> tuple[str, ...]:
    if ending in PARQUET:
        return ("parquet",)
    if ending in EXCEL:
        return ("zip", "ole")
    if ending == ".gpx":
        return ("xml",)
    if ending in (*_JSONS, ".jsonl"):
        return ("json",)
    if ending in (".bin", ".jt808", ".808", ".hex", ".log"):
        return ("jt808", "text")
    return ("text", "json", "jt808") if ending == ".txt" else ("text",)


def _found(head: bytes, size: int) -> str:
    for mark, kind in _BINARY.items():
        if head.startswith(mark):
            return kind if kind != "parquet" or size >= _LEAST_PARQUET else "other"
    if head.startswith(b"~") or looks_like_log(head):
        return "jt808"
    if head.startswith(_UTF16):
        head = head[2:].replace(b"\0", b"")
    return "other" if _CONTROLS.intersection(head) else _text(head.removeprefix(b"\xef\xbb\xbf").lstrip())


def _text(body: bytes) -> str:
    if body.startswith((b"{", b"[")):
        return "json"
    if body.startswith(b"<"):
        return "xml" if body.startswith(b"<?xml") or b"<gpx" in body else "other"
    return "other" if body.startswith((b"%PDF", b"#!")) else "text"


def _shown(head: bytes) -> str:
    """Return what other thing it is, for the sentence."""
    try:
        return puremagic.from_string(head, mime=True) or "?"
    except (puremagic.PureError, ValueError):
        return "?"
