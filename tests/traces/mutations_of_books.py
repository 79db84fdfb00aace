"""Workbooks that are no `.xlsx`, whole as files and odd in what they say: numbers in them are changed, and parts within a zip damaged."""

import io
import random
import re
import struct
import zipfile

from mutations import BOOKS, damaged_bytes

_NUMBERS = (0, 1, 2, 7, 127, 128, 255, 256, 16383, 16384, 65535, 1048575, 1048576, 2**31 - 1, 2**31, 2**32 - 1)
_REPEATED = re.compile(rb'(repeated=")(\d+)(")')
_VALUES = re.compile(rb'((?:value|value-type)=")([^"]*)(")')
_SAID = (b"", b"-1", b"1e999", b"NaN", b"2024-13-45", b"0001-01-01", b"date", b"float", b"time", b"string", b"x" * 300)


def odd_book(kind: str, draw: random.Random) -> tuple[str, bytes]:
    """Return a file's name and its content."""
    name, data = BOOKS[kind]
    if kind == "xls":
        return name, _other_numbers(data, draw)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        parts = {part.filename: old.read(part) for part in old.infolist()}
        mine = draw.choice([*parts, *["content.xml", "xl/worksheets/sheet1.bin"] * 8])
        for part, content in parts.items():
            new.writestr(part, _spoilt(kind, content, draw) if part == mine else content)
    return name, out.getvalue()


def _spoilt(kind: str, content: bytes, draw: random.Random) -> bytes:
    if draw.random() < 0.3:
        return damaged_bytes(content, [("", content)], draw)
    return _other_numbers(content, draw) if kind == "xlsb" else _other_texts(content, draw)


def _other_numbers(content: bytes, draw: random.Random) -> bytes:
    """Write some numbers over others, of one, two, four or eight bytes."""
    data = bytearray(content)
    for _ in range(draw.choice([1, 1, 2, 5])):
        form = draw.choice(["<B", "<H", "<H", "<I", "<I", "<d"])
        size = struct.calcsize(form)
        number = draw.choice([*_NUMBERS, draw.getrandbits(32)])
        at = draw.randrange(len(data) - size)
        struct.pack_into(form, data, at, number if form == "<d" else number % 256**size)
    return bytes(data)


def _other_texts(content: bytes, draw: random.Random) -> bytes:
    """Say something else in one attribute."""
    found = draw.choice([*(draw.choice([_REPEATED, _VALUES]).finditer(content) or ()), None])
    if found is None:
        return content
    said = str(draw.choice(_NUMBERS)).encode() if draw.random() < 0.7 else draw.choice(_SAID)
    return content[: found.start(2)] + said + content[found.end(2) :]
