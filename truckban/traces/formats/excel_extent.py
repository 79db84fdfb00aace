"""How far the cells of a workbook spread: calamine makes room for every cell between the first and the last that say anything.

One cell in the last corner of an otherwise small sheet (XFD1048576) asks for hundreds of gigabytes so, and ends the process.
"""

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from enterprises.workbooks import BEYOND_SENSE, trouble_with
from zones.text import Text

MOST_CELLS = 1 << 23
"""Eight columns down to the last row; more only where so many
"""
_ONE_IN = 20
"""of the cells are there."""
_MOST_UNPACKED = 1 << 30
"""A sheet has at most 1,048,576 rows: its XML is a few hundred megabytes when full."""
_MOST_TEXTS = 1 << 27
"""Of the texts that cells point to, which are held as long as the book is open: some millions of different ones."""
_CHUNK, _PACKED = 1 << 20, 1 << 17
_HEAD = 30
"""Bytes of what stands before a part and its name in a zip."""
_MOST_TAG = 1 << 16
_ROWS = b"sheetData"
_FAR = re.compile(rb"""\br\s*=\s*["'](?:[A-Za-z]{2,}\d+|[A-Za-z]?\d{6,})["']""")
"""The place of a cell, or of a row, right of column Z or below row 99,999."""
_FARTHER = re.compile(rb"""\br\s*=\s*["'](?:[A-Za-z]{2,}\d+|[A-Za-z]?(?:\d{8,}|1[1-9]\d{5}|[2-9]\d{6}))["']""")
"""The same, but for rows up to 1,099,999."""
_ROOM = 26 * 1_100_000
"""Cells in what is nearer than that."""
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)(\d+)["']""")
_EMPTY = re.compile(rb"""<(?:\w+:)?c(?:\s+[\w:]+\s*=\s*"[^"<>]*")*\s*/>""")
_LAST_COLUMN, _LAST_ROW = 1 << 14, 1 << 20
_MOST_DIGITS, _ANYWHERE = 8, 1 << 64


def workbook_trouble(path: Path) -> Text | None:
    """Return why a workbook is not to be opened: it unpacks to more than sheets hold, or would if each cell it spreads over were there.

    One whose sheets are not XML, or no zip, is opened by another process first.
    """
    sheets_in_xml = False
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            texts = sum(part.file_size for part in parts if "sharedstrings" in part.filename.lower())
            if texts > _MOST_TEXTS or sum(part.file_size for part in parts) > _MOST_UNPACKED or spread_too_far(packed):
                return Text(*BEYOND_SENSE)
            sheets_in_xml = not any(part.filename.lower().endswith((".bin", "content.xml")) for part in parts)
    if sheets_in_xml:
        return None
    with path.open("rb") as file:
        trouble = trouble_with(file)
    return trouble and Text(*trouble)


def spread_too_far(packed: zipfile.ZipFile) -> bool:
    """Return whether any sheet of a workbook in XML spreads its cells over more room than it says things; damaged ones too.

    Raises:
        BadZipFile: a part is much larger than the file says.
    """
    return any(_may_be_far(_tags(packed, part)) and _too_far(_tags(packed, part)) for part in packed.infolist())


def _may_be_far(texts: Iterable[bytes]) -> bool:
    """Return whether each cell has to be looked at to know how far a sheet goes: not of a small one, nor of a long one that is full."""
    far = farther = False
    cells = 0
    for text in texts:
        far = far or _FAR.search(text) is not None
        farther = farther or (far and _FARTHER.search(text) is not None)
        cells += _cells(text)
    return farther or (far and _ONE_IN * cells < _ROOM)


def _cells(text: bytes) -> int:
    return text.count(b"<c ") + text.count(b":c ") + text.count(b"<c>")


def _too_far(texts: Iterable[bytes]) -> bool:
    """Return whether a sheet's XML, in texts that are cut where a tag begins, has cells over too much room."""
    width = height = cells = 0
    for text in texts:
        cells += _cells(text)
        found = _extent(text, width, height)
        if found != (width, height):  # cells without a value take no room
            width, height = _extent(_EMPTY.sub(b"", text), width, height)
    return width * height > max(MOST_CELLS, _ONE_IN * cells)


def _extent(text: bytes, width: int, height: int) -> tuple[int, int]:
    places = _PLACE.findall(text)
    columns, rows = {letters for letters, _ in places}, {digits for _, digits in places}
    return max(width, *map(_column, columns), 1), max(height, *map(_row, rows), 1)


def _column(letters: bytes) -> int:
    """Return the number of a column, from 1; calamine wraps round where there is no such column, so that it may be any."""
    number = 0
    for letter in letters.upper()[:_MOST_DIGITS]:
        number = number * 26 + letter - ord("A") + 1
    return number if number <= _LAST_COLUMN else _ANYWHERE


def _row(digits: bytes) -> int:
    number = int(digits.lstrip(b"0")[:_MOST_DIGITS] or b"0")
    return number if number <= _LAST_ROW else _ANYWHERE


def _tags(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the XML of a sheet from its first row on, cut where tags begin; of other parts nothing."""
    rest, begun = b"", False
    for chunk in _unpacked(packed, part):
        text = rest + chunk
        if not begun:
            at = text.find(_ROWS)
            begun = at >= 0
            text = text[at:] if begun else text[-len(_ROWS) :]
        cut = text.rfind(b"<") if begun else 0
        cut = cut if cut > 0 and len(text) - cut < _MOST_TAG else len(text) if begun else 0
        if cut:
            yield text[:cut]
        rest = text[cut:]
    if begun:
        yield rest


def _unpacked(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what calamine may read of a part, damaged or not: it looks at no sum of a part that it does not read to the end.

    Raises:
        BadZipFile: there is much more of it than the file says.
    """
    file = packed.fp
    if file is None or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return  # neither does calamine know others
    file.seek(part.header_offset)
    head = file.read(_HEAD)
    if len(head) < _HEAD:
        return
    at = part.header_offset + _HEAD + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    left, size = part.compress_size, 0
    unpack = zlib.decompressobj(-zlib.MAX_WBITS) if part.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0:
        file.seek(at)
        data = file.read(min(left, _PACKED))
        at, left = at + len(data), left - len(data)
        if not data:
            return
        if unpack is None:
            yield data
            continue
        while data:
            try:
                chunk = unpack.decompress(data, _CHUNK)
            except zlib.error:
                return
            data = unpack.unconsumed_tail
            size += len(chunk)
            if size > part.file_size + _CHUNK:
                message = "a part that is larger than it says"
                raise zipfile.BadZipFile(message)
            if chunk:
                yield chunk
