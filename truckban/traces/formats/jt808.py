"""Positions in logs of JT/T 808 messages (terminals of road transport vehicles): 0x0200, and 0x0704 for backlogs.

JT/T 808-2011, -2013 and -2019: 4.4 (messages), 8.12 and 8.18 of 2011, 8.18 and 8.49 of 2013 (0x0200, 0x0704). Headers of
2011 and 2013 have a phone number of 6 bytes BCD; that of 2019 sets bit 14 of the properties and has a version byte and
10 bytes. Times are BCD `YYMMDDhhmmss` at GMT+8, positions in millionths of a degree, speed in 0.1 km/h.

The terminal's phone number is the vehicle's id, without the zeros that only fill its field. It is personal data: it stands
in no message of this program.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truckban.traces.formats.jt808_frames import CUT_OFF, Messages, Splitter
from truckban.traces.formats.jt808_parts import Joiner, Part, batch_items
from truckban.traces.read.reasons import BAD_TIME, WITHOUT_FIX
from truckban.traces.read.tables import Reject, Table
from zones.errors import InputError
from zones.text import Text

Bytes = npt.NDArray[np.uint8]
Index = npt.NDArray[np.intp]
REPORT, BATCH = 0x0200, 0x0704
_HEADER, _HEADER_2019, _OF_PART = 12, 17, 4
_LENGTH, _ENCRYPTION, _SPLIT, _VERSION = 0x03FF, 0x1C00, 0x2000, 0x4000
_PHONE = 20
_LOCATED, _SOUTH, _WEST, _HIDDEN = 1 << 1, 1 << 2, 1 << 3, 1 << 5
_LOAD, _LOAD_BITS = 8, 0b11
"""Bits 8 and 9: 0 empty (or nothing is wired to them), 1 half, 2 reserved, 3 full."""
_FULL_TURN = 360
_BASIC = np.dtype(
    [
        ("alarm", ">u4"),
        ("status", ">u4"),
        ("lat", ">u4"),
        ("lon", ">u4"),
        ("altitude", ">u2"),
        ("speed", ">u2"),
        ("heading", ">u2"),
        ("time", "u1", 6),
    ]
)
"""What every position begins with, 28 bytes; what follows (id, length, value) holds nothing that is used here."""

_TOO_LONG = Text("字节太多，不是一条消息", "more bytes than any message has")
_ESCAPED = Text("转义有误：7D 之后不是 01 或 02", "wrong escape: 7D is followed by neither 01 nor 02")
_TOO_SHORT = Text("不足一个消息头", "shorter than the header of a message")
_CHECK = Text("校验码不对，消息在传输或保存中损坏", "the check byte is wrong: the message was damaged on its way")
_ENCRYPTED = Text("消息体已加密，无法读取", "the body is encrypted and cannot be read")
_NO_BODY = Text("位置不足 28 字节", "a position shorter than its 28 bytes")
_HIDDEN_PLACE = Text(
    "经纬度经保密插件加密，无法使用", "the position is encrypted by a secrecy plug-in and cannot be used"
)


def read_jt808(path: Path) -> Iterator[Table]:
    """Yield the positions of a log: `vehicle_id, time, lon, lat, speed_kmh, heading, load`.

    A row is a position; a message that is damaged counts as one row, rejected. Its line is that of the text, or in raw
    bytes the message's number. Messages of other kinds hold no position and are counted in a note.

    Raises:
        InputError: there is no message in the file.
    """
    splitter = Splitter(path, [])
    log = _Log(path.name)
    for messages in splitter.messages():
        yield log.table(messages)
    rest = log.rest()
    rest.rejects += [Reject(path.name, at, "", CUT_OFF) for at in splitter.cut_off]
    if splitter.other_lines:
        count = splitter.other_lines
        rest.notes.append(
            Text(f"{count} 行文字里没有消息，未使用", f"{count} lines of text hold no message and were not used")
        )
    if not log.seen:
        raise InputError(
            Text(
                "里面没有 JT/T 808 消息：应是 7E 开头、7E 结尾的十六进制行或原始字节",
                "holds no JT/T 808 message: lines of hexadecimal or raw bytes, from 7E to 7E, are needed",
            ),
            file=path.name,
        )
    yield rest


@dataclass(slots=True)
class _Places:
    """Where positions stand: arrays of bytes, and in them offsets, with whose and which line or number each is."""

    data: Bytes
    offsets: Index
    phones: npt.NDArray[np.object_]
    line: npt.NDArray[np.int64]
    items: npt.NDArray[Any]


@dataclass(slots=True)
class _Found:
    """Positions found one by one: offset, whose, line or number, which item of a batch (from 1; 0 is no batch)."""

    rows: list[tuple[int, str, int, int]] = field(default_factory=list)

    def add(self, body: bytes, place: int, kind: int, phone: str, line: int) -> list[tuple[int, Text]]:
        """Take the positions of a body that stands at `place`; return the items that are none, with the reason."""
        if kind == BATCH:
            items, faults = batch_items(body, _BASIC.itemsize)
        elif len(body) < _BASIC.itemsize:
            items, faults = [], [(0, _NO_BODY)]
        else:
            items, faults = [(0, 0)], []
        self.rows += [(place + offset, phone, line, number) for number, offset in items]
        return faults

    def places(self, data: Bytes) -> _Places:
        """Return them all, as offsets into `data`."""
        offsets, phones, at, items = zip(*self.rows, strict=True) if self.rows else ((), (), (), ())
        return _Places(
            data,
            np.array(offsets, np.intp),
            np.array(phones, object),
            np.array(at, np.int64),
            np.array(items, np.int64),
        )


@dataclass(slots=True)
class _Log:
    name: str
    seen: int = 0
    others: Counter[int] = field(default_factory=Counter)
    joiner: Joiner = field(default_factory=Joiner)

    def table(self, found: Messages) -> Table:
        """Return the positions of a batch of messages."""
        self.seen += len(found.starts)
        rejects: list[Reject] = []
        size = found.ends - found.starts
        good = ~(found.too_long | found.escaped_wrongly) & (size > _HEADER)
        self._reject(rejects, found.line[found.too_long], "", _TOO_LONG)
        self._reject(rejects, found.line[found.escaped_wrongly & ~found.too_long], "", _ESCAPED)
        self._reject(rejects, found.line[~(found.too_long | found.escaped_wrongly) & (size <= _HEADER)], "", _TOO_SHORT)
        rows = np.flatnonzero(good)
        kinds, properties = (_words(found.data, found.starts[rows] + skip) for skip in (0, 2))
        new = (properties & _VERSION) > 0
        header = np.where(new, _HEADER_2019, _HEADER) + np.where(properties & _SPLIT, _OF_PART, 0)
        stated, there = properties & _LENGTH, size[rows] - header - 1
        for row in np.flatnonzero(there != stated):
            declared, carried = int(stated[row]), int(max(there[row], 0))
            rejects.append(
                Reject(
                    self.name,
                    int(found.line[rows[row]]),
                    "",
                    Text(
                        f"消息头说消息体有 {declared} 字节，实有 {carried} 字节",
                        f"the header declares a body of {declared} bytes; there are {carried}",
                    ),
                )
            )
        whole = there == stated
        damaged = whole & (found.check[rows] != 0)
        self._reject(rejects, found.line[rows[damaged]], "", _CHECK)
        whole &= ~damaged
        report = (kinds == REPORT) | (kinds == BATCH)
        self.others.update(kinds[whole & ~report].tolist())
        hidden = whole & report & ((properties & _ENCRYPTION) > 0)
        self._reject(rejects, found.line[rows[hidden]], "", _ENCRYPTED)
        use = np.flatnonzero(whole & report & ~hidden)
        rows, kinds, properties, header, new = rows[use], kinds[use], properties[use], header[use], new[use]
        return self._positions(found, rows, kinds, (properties & _SPLIT) > 0, header, new, rejects)

    def _positions(
        self,
        found: Messages,
        rows: Index,
        kinds: npt.NDArray[np.int64],
        split: npt.NDArray[np.bool_],
        header: npt.NDArray[np.int64],
        new: npt.NDArray[np.bool_],
        rejects: list[Reject],
    ) -> Table:
        starts, at = found.starts[rows], found.line[rows]
        phones = _phones(found.data, starts, new)
        bodies, ends = starts + header, found.ends[rows] - 1
        single = (kinds == REPORT) & ~split
        short = single & (ends - bodies < _BASIC.itemsize)
        self._reject(rejects, at[short], "", _NO_BODY)
        alone = np.flatnonzero(single & ~short)
        batched, joined = _Found(), _Found()
        together = bytearray()
        serials = self._serials(found.data, bodies, phones, split)
        for row in np.flatnonzero(~single):
            body = found.data[bodies[row] : ends[row]].tobytes()
            if not split[row]:
                faults = batched.add(body, int(bodies[row]), int(kinds[row]), phones[row], int(at[row]))
            else:
                total, number = (int(_words(found.data, bodies[row : row + 1] - skip)[0]) for skip in (4, 2))
                part = Part(phones[row], int(kinds[row]), serials[row], total, number, int(at[row]), body)
                whole = self.joiner.add(part)
                rejects += [Reject(self.name, other, "", why) for other, why in self.joiner.faults()]
                if whole is None:
                    continue
                faults = joined.add(whole, len(together), int(kinds[row]), phones[row], int(at[row]))
                together += whole
            rejects += [Reject(self.name, int(at[row]), _field(item, ""), why) for item, why in faults]
        self.joiner.forget()
        tables = [
            self._decoded(_Places(found.data, bodies[alone], phones[alone], at[alone], alone * 0), rejects),
            self._decoded(batched.places(found.data), rejects),
            self._decoded(joined.places(np.frombuffer(bytes(together), np.uint8)), rejects),
        ]
        tables = [(frame, lines) for frame, lines in tables if len(frame)]
        frame = pd.concat([frame for frame, _ in tables], ignore_index=True) if tables else _EMPTY
        lines = np.concatenate([lines for _, lines in tables]) if tables else np.zeros(0, np.int64)
        if (np.diff(lines) < 0).any():  # as they stand in the file
            order = np.argsort(lines, kind="stable")
            frame, lines = frame.iloc[order].reset_index(drop=True), lines[order]
        return Table(self.name, frame, lines, rejects, named=True)

    def _serials(
        self, data: Bytes, bodies: Index, phones: npt.NDArray[np.object_], split: npt.NDArray[np.bool_]
    ) -> list[int]:
        """Return the serial numbers of messages, counted on; nothing where no part is there or waits."""
        if not self.joiner.waits and not split.any():
            return []
        parts_of = set(phones[split].tolist())
        serials = _words(data, bodies - np.where(split, _OF_PART + 2, 2))
        return self.joiner.counted_on(zip(phones.tolist(), serials.tolist(), strict=True), parts_of)

    def rest(self) -> Table:
        """Return what remains at the end: parts of messages whose other parts never came, and notes."""
        rejects = [Reject(self.name, at, "", why) for at, why in self.joiner.rest()]
        notes = []
        if self.others:
            listed = ", ".join(f"0x{kind:04X} × {count}" for kind, count in self.others.most_common(8))
            total = sum(self.others.values())
            notes.append(
                Text(
                    f"{total} 条其他消息不含位置：{listed}",
                    f"{total} messages of other kinds hold no position: {listed}",
                )
            )
        return Table(self.name, _EMPTY, np.zeros(0, np.int64), rejects, notes, named=True)

    def _reject(self, rejects: list[Reject], at: npt.NDArray[np.int64], name: str, why: Text) -> None:
        rejects += [Reject(self.name, line, name, why) for line in at.tolist()]

    def _decoded(self, places: _Places, rejects: list[Reject]) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
        if not len(places.offsets):
            return _EMPTY, places.line
        spread = places.offsets[:, None] + np.arange(_BASIC.itemsize)
        basic = places.data[spread].view(_BASIC).ravel()
        status = basic["status"].astype(np.int64)
        time, bad_time = _times(basic["time"])
        bad = np.zeros(len(basic), bool)
        for name, why, rows in (
            ("status", _HIDDEN_PLACE, (status & _HIDDEN) > 0),
            ("status", WITHOUT_FIX, (status & _LOCATED) == 0),
            ("time", BAD_TIME, bad_time),
        ):
            rejects += [
                Reject(self.name, int(places.line[row]), _field(int(places.items[row]), name), why)
                for row in np.flatnonzero(rows & ~bad)
            ]
            bad |= rows
        heading = basic["heading"].astype(float)
        frame = pd.DataFrame(
            {
                "vehicle_id": places.phones,
                "time": time,
                "lon": basic["lon"] / np.where(status & _WEST, -1e6, 1e6),
                "lat": basic["lat"] / np.where(status & _SOUTH, -1e6, 1e6),
                "speed_kmh": basic["speed"] / 10,
                "heading": np.where(heading < _FULL_TURN, heading, np.nan),
                "load": (status >> _LOAD & _LOAD_BITS).astype(float),
            }
        )
        return frame[~bad], places.line[~bad]


_EMPTY = pd.DataFrame(
    {
        "vehicle_id": np.zeros(0, object),
        "time": pd.to_datetime(np.zeros(0, "datetime64[ms]")).tz_localize("UTC"),
        **{name: np.zeros(0) for name in ("lon", "lat", "speed_kmh", "heading", "load")},
    }
)


def _field(item: int, name: str) -> str:
    """Return where a position of a batch stands: `positions[2].status`; items count from 1, 0 is no batch."""
    return ".".join(part for part in (f"positions[{item}]" if item else "", name) if part)


def _words(data: Bytes, at: Index) -> npt.NDArray[np.int64]:
    return data[at].astype(np.int64) << 8 | data[at + 1]


def _phones(data: Bytes, starts: Index, new: npt.NDArray[np.bool_]) -> npt.NDArray[np.object_]:
    """Return the terminals' numbers as text; digits that are no decimal ones stay as they are."""
    digits = np.zeros((len(starts), _PHONE), np.uint8)
    for rows, at, count in ((np.flatnonzero(~new), 4, 6), (np.flatnonzero(new), 5, 10)):
        packed = data[starts[rows, None] + at + np.arange(count)]
        digits[rows, _PHONE - 2 * count :: 2] = packed >> 4
        digits[rows, _PHONE - 2 * count + 1 :: 2] = packed & 0xF
    letters = np.frombuffer(b"0123456789ABCDEF", np.uint8)[digits]
    names, codes = np.unique(letters.view(f"S{_PHONE}").ravel(), return_inverse=True)
    return np.array([name.decode().lstrip("0") for name in names], object)[codes]


def _times(packed: npt.NDArray[np.uint8]) -> tuple[pd.DatetimeIndex, npt.NDArray[np.bool_]]:
    """Return instants from BCD `YYMMDDhhmmss` at GMT+8, and which are none."""
    high, low = (packed >> 4).astype(np.int64), (packed & 0xF).astype(np.int64)
    year, month, day, hour, minute, second = (high * 10 + low).T
    bad = ((high > 9) | (low > 9)).any(axis=1)  # noqa: PLR2004 - digits
    bad |= (month < 1) | (month > 12) | (day < 1) | (hour > 23) | (minute > 59) | (second > 59)  # noqa: PLR2004 - a calendar
    months = ((year + 30) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1)
    bad |= days.astype("datetime64[M]") != months
    seconds = hour * 3600 + minute * 60 + second - 8 * 3600
    at = days.astype("datetime64[s]") + seconds.astype("timedelta64[s]")
    at = np.where(bad, np.datetime64("NaT", "s"), at).astype("datetime64[ms]")
    return pd.DatetimeIndex(at).tz_localize("UTC"), bad
