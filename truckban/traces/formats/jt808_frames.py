"""Logs of JT/T 808 messages cut into messages: raw bytes, or hexadecimal in lines of text; streamed, escapes undone.

JT/T 808-2011, -2013 and -2019, section 4.4: a message stands between two bytes 0x7e; inside it 0x7d 0x02 means 0x7e and
0x7d 0x01 means 0x7d; the last byte is the exclusive or of all before it.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from zones.errors import InputError
from zones.text import Text

_FLAG, _ESCAPE = 0x7E, 0x7D
_CHUNK = 1 << 22
_HEAD = 1 << 15
_MOST_FRAME = 4096
"""More than any message has: 21 bytes of header, 1023 of body and the check, were each of them escaped."""
_MOST_LINE = 1 << 20
_RUN = re.compile(rb"(?:(?<![0-9A-Za-z])|(?<=0[xX]))7[eE](?:[ \t,:-]?[0-9a-fA-F]{2})*")
_LONG_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}[ \t,:-]?){13}")
"""The shortest message has 13 bytes: a line with so much of hexadecimal and no message in it is a damaged one."""
_BETWEEN = b" \t\r\n,:-"
_FEW = 2
_SPACES = (9, 10, 13, 32)

CUT_OFF = Text("消息不完整：缺少首尾的 7E", "the message is cut off: it has no 7E at one end")


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages with escapes undone, each with its check byte.

    Attributes:
        data: bytes, all messages in one array.
        starts: where each begins.
        ends: where each ends.
        line: its line in a text, else its number in the file; from 1.
        check: the exclusive or of all its bytes; 0 where it is whole.
        escaped_wrongly: whether 0x7d is followed by something other than 0x01 and 0x02.
        too_long: whether there are more bytes than any message has.
    """

    data: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.intp]
    ends: npt.NDArray[np.intp]
    line: npt.NDArray[np.int64]
    check: npt.NDArray[np.uint8]
    escaped_wrongly: npt.NDArray[np.bool_]
    too_long: npt.NDArray[np.bool_]


@dataclass(slots=True)
class Splitter:
    """Cuts a log; what it meets beside messages is counted here.

    Attributes:
        path: the log.
        cut_off: lines or numbers of messages without a 0x7e at one end.
        other_lines: lines of text that hold no message and no hexadecimal: what a program logged beside.
    """

    path: Path
    cut_off: list[int]
    other_lines: int = 0

    def messages(self) -> Iterator[Messages]:
        """Yield the messages in batches of bounded size.

        Raises:
            InputError: the text is UTF-16.
        """
        with self.path.open("rb") as file:
            head = file.read(_HEAD)
            file.seek(0)
            if head.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise InputError(
                    Text("日志是 UTF-16 文本；请另存为 UTF-8", "the log is UTF-16 text; save it as UTF-8"),
                    file=self.path.name,
                )
            yield from self._text(file) if is_text(head) else self._raw(file)

    def _raw(self, file: IO[bytes]) -> Iterator[Messages]:
        number, begun, rest = 0, False, b""
        while chunk := file.read(_CHUNK):
            piece = rest + chunk
            if not begun:
                first = piece.find(_FLAG)
                if first < 0:
                    rest = piece[: _MOST_FRAME + 1]
                    continue
                if piece[:first].strip():
                    number += 1
                    self.cut_off.append(number)
                piece, begun = piece[first:], True
            last = piece.rfind(_FLAG)
            rest = piece[last : last + _MOST_FRAME + 2]
            found = _messages(np.frombuffer(piece, np.uint8)[: last + 1])
            if len(found.starts):
                found.line[:] = np.arange(len(found.starts)) + number + 1
                number += len(found.starts)
                yield found
        if rest.lstrip(b"\x7e").strip():
            self.cut_off.append(number + 1)

    def _text(self, file: IO[bytes]) -> Iterator[Messages]:
        frames: list[bytes] = []
        at: list[int] = []
        size = 0
        for number, line in enumerate(_lines(file), start=1):
            whole = line.translate(None, b" \t\r\n")
            if not whole:
                continue
            cut = self._of_line(line, whole)
            if cut is None:
                self.cut_off.append(number)
                continue
            frames += cut
            at += [number] * len(cut)
            size += len(line)
            if size > _CHUNK:
                yield _joined(frames, at)
                frames, at, size = [], [], 0
        if frames:
            yield _joined(frames, at)

    def _of_line(self, line: bytes, whole: bytes) -> list[bytes] | None:
        """Return the messages of a line, None where one is cut off."""
        if whole[:2] in (b"7E", b"7e") and whole[-2:] in (b"7E", b"7e"):
            try:
                parts = binascii.unhexlify(whole).split(b"\x7e")
            except binascii.Error:
                pass
            else:
                cut = [part for part in parts if part]
                return cut or None
        found: list[bytes] = []
        runs = _RUN.findall(line)
        for run in runs:
            digits = run.translate(None, _BETWEEN)
            parts = binascii.unhexlify(digits).split(b"\x7e")[1:-1]
            found += [part for part in parts if part]
        if found:
            return found
        if runs or _LONG_HEX.search(line):
            return None
        self.other_lines += 1
        return []


def is_text(head: bytes) -> bool:
    """Whether a log is hexadecimal text. Raw messages hold control bytes: the first of every message id is one."""
    return not any(byte < 32 and byte not in (9, 10, 12, 13, 27) for byte in set(head))  # noqa: PLR2004


def looks_like_log(head: bytes) -> bool:
    """Whether a file begins with a line that is one message in hexadecimal."""
    line = head.lstrip().partition(b"\n")[0]
    return _RUN.fullmatch(line.strip()) is not None and len(line) > 2 * 13


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Yield lines; of one beyond all sense only the beginning."""
    while line := file.readline(_MOST_LINE):
        more = line
        while not more.endswith(b"\n") and len(more) == _MOST_LINE:
            more = file.readline(_MOST_LINE)
        yield line


def _joined(frames: list[bytes], at: list[int]) -> Messages:
    found = _messages(np.frombuffer(b"\x7e" + b"\x7e".join(frames) + b"\x7e", np.uint8), line_ends=False)
    found.line[:] = at
    return found


def _messages(piece: npt.NDArray[np.uint8], *, line_ends: bool = True) -> Messages:
    """Cut what begins and ends with 0x7e; nothing but line ends between two messages is no message, where there may be such."""
    flags = np.flatnonzero(piece == _FLAG)
    starts, ends = flags[:-1] + 1, flags[1:]
    length = ends - starts
    real = length > 0
    few = np.flatnonzero(real & (length <= _FEW) & line_ends)
    spaces = np.isin(piece[starts[few]], _SPACES) & np.isin(piece[ends[few] - 1], _SPACES)
    real[few[spaces]] = False
    starts, ends = starts[real], ends[real]
    too_long = ends - starts > _MOST_FRAME

    escapes = np.flatnonzero(piece == _ESCAPE)
    after = piece[np.minimum(escapes + 1, len(piece) - 1)]
    right = (after == 1) | (after == 2)  # noqa: PLR2004
    inside = np.searchsorted(starts, escapes, side="right") - 1
    escaped_wrongly = np.zeros(len(starts), bool)
    wrong = inside[~right]
    escaped_wrongly[wrong[(wrong >= 0)]] = True
    data = piece
    if right.any():
        undone = escapes[right]
        data = piece.copy()
        data[undone] = 0x7C + after[right]
        keep = np.ones(len(piece), bool)
        keep[undone + 1] = False
        gone = np.cumsum(~keep)
        starts, ends = starts - gone[starts], ends - gone[ends]
        data = data[keep]
    check = (
        np.bitwise_xor.reduceat(data, np.column_stack([starts, ends]).ravel())[::2]
        if len(starts)
        else np.zeros(0, np.uint8)
    )
    return Messages(data, starts, ends, np.zeros(len(starts), np.int64), check, escaped_wrongly, too_long)
