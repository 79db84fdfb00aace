"""A link to an answer: the question itself, without whom it was about."""

import base64
import binascii
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from api.problems import Problem
from truckban.trips.model import Options
from zones.text import Text

LONGEST = 6_000
_MOST_BYTES = 65_536
_LEFT_OUT = ("id", "expect")
_SHORTEST_PLATE = 7
_NEW_ENERGY_PLATE = 8


def link_of(asked: Mapping[str, Any], options: Options) -> str | None:
    """Return the `trip` of a link to the same answer; None where the question is too long for one.

    Plates are replaced by others of the same place and kind, the same one everywhere, so that permits still belong to
    their vehicle; ids and names of vehicles are left out.
    """
    told = {name: value for name, value in asked.items() if name not in _LEFT_OUT}
    names: dict[str, str] = {}
    if isinstance(told.get("vehicle"), dict):
        told["vehicle"] = _nameless(told["vehicle"], names)
    for name in ("permits", "fleet"):
        if isinstance(told.get(name), list):
            told[name] = [_nameless(each, names) for each in told[name]]
    plain = [told, [options.margin_s, options.ahead_s]]
    text = json.dumps(plain, ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode()
    packed = base64.urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip("=")
    return packed if len(packed) <= LONGEST and len(text) <= _MOST_BYTES else None


def read_link(packed: str) -> tuple[dict[str, Any], Options]:
    """Return the question of a link.

    Raises:
        Problem: 422; it is none.
    """
    try:
        data = base64.b64decode(packed.encode() + b"=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        told, numbers = _unpacked(data)
        margin_s, ahead_s = map(float, numbers)
        fits = isinstance(told, dict) and 0 <= margin_s <= MOST_MARGIN_S and 0 < ahead_s <= MOST_DAYS * 86_400
    except (ValueError, TypeError, binascii.Error, zlib.error, RecursionError):
        fits = False
    if not fits:
        text = Text("链接不完整或已损坏", "the link is cut off or damaged")
        raise Problem(422, "invalid", text, errors=[("query.trip", text)])
    return told, Options(margin_s=margin_s, ahead_s=ahead_s)


MOST_MARGIN_S = 3_600.0
MOST_DAYS = 31.0


def _unpacked(data: bytes) -> Any:  # noqa: ANN401
    reader = zlib.decompressobj()
    text = reader.decompress(data, _MOST_BYTES)
    if reader.unconsumed_tail or not reader.eof:
        raise ValueError("too long, or cut off")
    return json.loads(text)


def _nameless(fields: Any, names: dict[str, str]) -> Any:  # noqa: ANN401
    if not isinstance(fields, dict):
        return fields
    return dict(_members(fields, names))


def _members(fields: dict[str, Any], names: dict[str, str]) -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        if name in ("id", "vehicle_id", "holder", "name"):
            continue
        if name == "plate" and isinstance(value, str) and value:
            yield name, names.setdefault(value, _stand_in(value, len(names)))
        else:
            yield name, value


def _stand_in(plate: str, number: int) -> str:
    """Return a plate that nobody has, of the same place and kind."""
    plate = plate.strip()
    if len(plate) not in (_SHORTEST_PLATE, _NEW_ENERGY_PLATE):
        return f"0{number}"
    head = plate[:3] if len(plate) == _NEW_ENERGY_PLATE else plate[:2]
    tail = "" if plate[-1].isascii() else plate[-1]
    return head + str(number).zfill(len(plate) - len(head) - len(tail)) + tail
