"""JT/T 808 messages that were sent in parts, and the positions of a batch."""

from collections import Counter, OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from zones.text import Text

_MOST_WAITING = 4096
"""So many messages may wait for their other parts at once; the oldest is given up first."""
_MOST_PARTS = 1 << 17
"""And of all together so many parts, of a kilobyte each: twice as many as one message may have."""
_SERIALS = 1 << 16


class Part(NamedTuple):
    """One part of a message: whose, of which kind, its serial number, how many there are, which one (from 1), where.

    Serial numbers are those of `Joiner.counted_on`.
    """

    phone: str
    kind: int
    serial: int
    total: int
    number: int
    at: int
    body: bytes


class Joiner:
    """Joins parts: those of one message have serial numbers in a row (JT/T 808, 4.4.3), in whatever order they come.

    A serial number comes again after 65,536 messages of a terminal, and sooner where it is started anew. What waits then for a
    part that was lost must not get another message's: numbers are counted on, and a part that says something else than the one
    of its number is of another message.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._waiting: OrderedDict[tuple[str, int, int, int], dict[int, Part]] = OrderedDict()
        self._parts = 0
        self._faults: list[tuple[int, Text]] = []
        self._held: Counter[str] = Counter()
        self._last: dict[str, int] = {}

    @property
    def waits(self) -> bool:
        """Whether any message waits for its other parts."""
        return bool(self._waiting)

    def counted_on(self, messages: Iterable[tuple[str, int]], parts_of: set[str]) -> list[int]:
        """Return serial numbers that go on where those of the terminal begin anew at 0; as they are where no part may wait.

        Args:
            messages: terminal and serial number of all messages that are read, in their order.
            parts_of: the terminals of which parts are among them.
        """
        followed = parts_of | self._held.keys()
        found = []
        for phone, serial in messages:
            counted = serial
            if phone in followed:
                last = self._last.get(phone, serial)
                # those that are lost, or come late, are fewer than half of all numbers
                counted = last + (serial - last + _SERIALS // 2) % _SERIALS - _SERIALS // 2
                self._last[phone] = counted
            found.append(counted)
        return found

    def forget(self) -> None:
        """Forget the serial numbers of terminals of which no part waits."""
        self._last = {phone: last for phone, last in self._last.items() if phone in self._held}

    def add(self, part: Part) -> bytes | None:
        """Take a part; return the body if it is now whole. A part that came twice is one part."""
        if not 1 <= part.number <= part.total:
            why = Text(
                f"分包序号有误：第 {part.number} 包，共 {part.total} 包", f"wrong part: {part.number} of {part.total}"
            )
            self._faults.append((part.at, why))
            return None
        if part.total == 1:
            return part.body
        key = (part.phone, part.kind, part.total, part.serial - part.number + 1)
        if key in self._waiting and self._waiting[key].get(part.number, part).body != part.body:
            self._give_up(self._taken(key))
        if key not in self._waiting:
            self._waiting[key] = {}
            self._held[part.phone] += 1
        parts = self._waiting[key]
        self._parts += part.number not in parts
        parts.setdefault(part.number, part)
        if len(parts) == part.total:
            self._taken(key)
            return b"".join(parts[number].body for number in sorted(parts))
        while len(self._waiting) > _MOST_WAITING or self._parts > _MOST_PARTS:
            self._give_up(self._taken(next(iter(self._waiting))))
        return None

    def _taken(self, key: tuple[str, int, int, int]) -> dict[int, Part]:
        self._held[key[0]] -= 1
        if not self._held[key[0]]:
            del self._held[key[0]]
        parts = self._waiting.pop(key)
        self._parts -= len(parts)
        return parts

    def faults(self) -> list[tuple[int, Text]]:
        """Return, once, where and why parts could not be used."""
        faults, self._faults = self._faults, []
        return faults

    def rest(self) -> list[tuple[int, Text]]:
        """Give up what still waits; return its faults."""
        while self._waiting:
            self._give_up(self._taken(next(iter(self._waiting))))
        return self.faults()

    def _give_up(self, parts: dict[int, Part]) -> None:
        for part in parts.values():
            why = Text(
                f"分包消息不完整：这是第 {part.number} 包，共 {part.total} 包，只有 {len(parts)} 包",
                f"a message in parts that is not whole: this is part {part.number} of {part.total}, {len(parts)} came",
            )
            self._faults.append((part.at, why))


def batch_items(body: bytes, least: int) -> tuple[list[tuple[int, int]], list[tuple[int, Text]]]:
    """Return the positions of a 0x0704 body and what is wrong with others.

    The body is a count (2 bytes), a kind (1 byte: 0 a batch, 1 a backlog), then each item's length (2 bytes) and bytes.

    Args:
        body: the bytes.
        least: bytes that a position must have.

    Returns:
        Number (from 1) and offset of each position; number and reason of each that cannot be read.
    """
    items: list[tuple[int, int]] = []
    faults: list[tuple[int, Text]] = []
    if len(body) < 3:  # noqa: PLR2004 - count and kind
        return items, [(0, Text("批量上报没有内容", "a batch without content"))]
    count = int.from_bytes(body[:2], "big")
    place, number = 3, 0
    while place < len(body) and number < count:
        number += 1
        length = int.from_bytes(body[place : place + 2], "big")
        place += 2
        left = len(body) - place
        if length > left or left < 0:
            why = Text(
                f"这一项说有 {length} 字节，只剩 {max(left, 0)} 字节",
                f"this item declares {length} bytes; {max(left, 0)} are left",
            )
            faults.append((number, why))
            place = len(body)
        elif length < least:
            faults.append((number, Text(f"位置不足 {least} 字节", f"a position shorter than its {least} bytes")))
            place += length
        else:
            items.append((number, place))
            place += length
    if number < count:
        why = Text(f"说有 {count} 个位置，只有 {number} 个", f"{count} positions are declared; there are {number}")
        faults.append((0, why))
    elif place < len(body):
        extra = len(body) - place
        faults.append((0, Text(f"最后多出 {extra} 字节", f"{extra} bytes follow after the last position")))
    return items, faults
