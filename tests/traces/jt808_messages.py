"""JT/T 808 messages, made for tests from the standard's layout; numbers are invented."""

import datetime as dt
import functools
import operator
import struct

GMT8 = dt.timezone(dt.timedelta(hours=8))
AT = dt.datetime(2024, 5, 8, 10, tzinfo=GMT8)
LOCATED, SOUTH, WEST, HIDDEN = 2, 4, 8, 32


def bcd(digits: str) -> bytes:
    return bytes.fromhex(digits)


def position(
    lon: float = 110.77,
    lat: float = 35.14,
    *,
    at: dt.datetime | str = AT,
    status: int = LOCATED | 1,
    kmh: float = 36.5,
    heading: int = 90,
    extra: bytes = b"\x01\x04\x00\x00\x00\x64\x31\x01\x0b",
) -> bytes:
    time = at if isinstance(at, str) else at.astimezone(GMT8).strftime("%y%m%d%H%M%S")
    place = round(abs(lat) * 1e6), round(abs(lon) * 1e6)
    return struct.pack(">IIIIHHH", 0, status, *place, 400, round(kmh * 10), heading) + bcd(time) + extra


def batch(*items: bytes, count: int | None = None, backlog: bool = True) -> bytes:
    head = struct.pack(">HB", len(items) if count is None else count, backlog)
    return head + b"".join(struct.pack(">H", len(item)) + item for item in items)


def message(
    body: bytes,
    *,
    kind: int = 0x0200,
    phone: str = "13912345678",
    new: bool = False,
    serial: int = 7,
    part: tuple[int, int] | None = None,
    encryption: int = 0,
) -> bytes:
    """Return one message with its flags, escaped; `part` is (how many, which)."""
    properties = len(body) | encryption << 10 | (0x2000 if part else 0) | (0x4000 if new else 0)
    head = struct.pack(">HH", kind, properties)
    head += b"\x01" + bcd(phone.zfill(20)) if new else bcd(phone.zfill(12))
    head += struct.pack(">H", serial) + (struct.pack(">HH", *part) if part else b"")
    return flagged(checked(head + body))


def checked(inside: bytes) -> bytes:
    return inside + bytes([functools.reduce(operator.xor, inside)])


def flagged(inside: bytes) -> bytes:
    return b"\x7e" + inside.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02") + b"\x7e"


def in_hex(*messages: bytes) -> str:
    return "".join(one.hex().upper() + "\n" for one in messages)
