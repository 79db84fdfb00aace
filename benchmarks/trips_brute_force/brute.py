"""The search among all instants at once: parts of streets, and sets of seconds as whole numbers."""

# ruff: noqa: ANN401, C901 - arrays of places

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from trips_brute_force.blocks import BLOCK_M, MS, Block, Map, Node
from trips_brute_force.judge import OPEN, Judge, midnight_of

STAND_M = 100.0


class Part(NamedTuple):
    """A piece of a block in one direction; `start` and `end` are (block, metres) or crossings."""

    block: Block
    low: float
    high: float
    forward: bool
    stand: bool

    @property
    def takes(self) -> int:
        """Whole seconds."""
        return round((self.high - self.low) / MS[self.block.highway])

    @property
    def begins(self) -> float:
        """Where on its block."""
        return self.low if self.forward else self.high

    @property
    def ends(self) -> float:
        """Where on its block."""
        return self.high if self.forward else self.low


def node_at(block: Block, along: float) -> Node | None:
    """Return the crossing at an end of a block."""
    return block.start if along == 0.0 else block.end if along == BLOCK_M else None


def breaks_of(drawn: Map, block: Block) -> list[float]:
    """Return where along a block `truckban` gives positions another place, to 5 cm, with its ends."""
    if block.id not in drawn.parts_of:
        along = np.arange(0.025, BLOCK_M, 0.05)
        (x, y), (lon, lat) = (np.array(block.place(at)) for at in (0.0, BLOCK_M))
        at = x + along / BLOCK_M * (lon - x), y + along / BLOCK_M * (lat - y)
        kinds = [(rule.ground.places(*at), rule.ground.edge(*at)) for rule in drawn.rules]
        changes = np.flatnonzero(np.any([np.diff(column) != 0 for pair in kinds for column in pair], axis=0))
        drawn.parts_of[block.id] = [0.0, *(along[changes] + 0.025).tolist(), BLOCK_M]
    return drawn.parts_of[block.id]


@dataclass(frozen=True, eq=False)
class Brute:
    """All parts, and which may follow which.

    Attributes:
        parts: of all blocks that trucks may use, cut at the ends of the trip too.
        follow: for each, those that may follow.
        start: those that begin at the origin.
        goal: those that end at the destination.
        zero: seconds since 1970 of bit 0.
        count: bits.
        lawful: for each part, the seconds in which driving there is allowed.
    """

    parts: list[Part]
    follow: list[list[int]]
    start: list[int]
    goal: list[int]
    zero: int
    count: int
    lawful: list[int]

    @cached_property
    def runs(self) -> dict[int, list[tuple[int, int]]]:
        """For each set of seconds, its runs: first second, and the instant after the last."""
        found = {}
        for seconds in set(self.lawful):
            runs, rest, at = [], seconds, 0
            while rest:
                gap = (rest & -rest).bit_length() - 1
                rest >>= gap
                length = (~rest & (rest + 1)).bit_length() - 1
                runs.append((at + gap, at + gap + length))
                rest >>= length
                at += gap + length
            found[seconds] = runs
        return found

    @cached_property
    def begins(self) -> list[int]:
        """For each part, the instants at which a drive along it can begin so that it is lawful to its end."""
        cache: dict[tuple[int, int], int] = {}
        for number, part in enumerate(self.parts):
            key = self.lawful[number], part.takes
            if key not in cache:
                cache[key] = sum(
                    (1 << (end - part.takes + 1)) - (1 << begin)
                    for begin, end in self.runs[key[0]]
                    if end - part.takes >= begin
                )
        return [cache[self.lawful[number], part.takes] for number, part in enumerate(self.parts)]

    def reached(self, departures: int) -> int:
        """Return all instants at which the destination can be reached."""
        found = 0
        leaving = [0] * len(self.parts)
        todo = dict.fromkeys(self.start)
        entering = [departures if number in set(self.start) else 0 for number in range(len(self.parts))]
        goal = set(self.goal)
        while todo:
            number = next(iter(todo))
            del todo[number]
            part = self.parts[number]
            arrived = (entering[number] & self.begins[number]) << part.takes
            if number in goal:
                found |= arrived
            if part.stand:
                for begin, end in self.runs[self.lawful[number]]:
                    here = arrived & ((1 << (end + 1)) - (1 << begin))
                    if here:
                        arrived |= (1 << (end + 1)) - (here & -here)
            if arrived & ~leaving[number]:
                leaving[number] |= arrived
                for then in self.follow[number]:
                    if leaving[number] & ~entering[then]:
                        entering[then] |= leaving[number]
                        todo[then] = None
        return found & ((1 << self.count) - 1)

    def leaves(self, by: int) -> int:
        """Return all instants of departure from which the destination can be reached by a bit."""
        before: list[list[int]] = [[] for _ in self.parts]
        for number, follow in enumerate(self.follow):
            for then in follow:
                before[then].append(number)
        goal = set(self.goal)
        ending = [(1 << (by + 1)) - 1 if number in goal else 0 for number in range(len(self.parts))]
        good = [0] * len(self.parts)
        todo = dict.fromkeys(self.goal)
        while todo:
            number = next(iter(todo))
            del todo[number]
            part = self.parts[number]
            ends = ending[number]
            if part.stand:
                for begin, end in self.runs[self.lawful[number]]:
                    here = ends & ((1 << (end + 1)) - (1 << begin))
                    if here:
                        ends |= (1 << here.bit_length()) - (1 << begin)
            begins = (ends >> part.takes) & self.begins[number]
            if begins & ~good[number]:
                good[number] |= begins
                for earlier in before[number]:
                    if good[number] & ~ending[earlier]:
                        ending[earlier] |= good[number]
                        todo[earlier] = None
        found = 0
        for number in self.start:
            found |= good[number]
        return found


def parts_of(drawn: Map, ends: list[tuple[Block, float]]) -> list[Part]:
    """Return the parts of all blocks."""
    found = []
    for block in drawn.blocks:
        if not block.trucks:
            continue
        whole = breaks_of(drawn, block)
        own = sorted(along for other, along in ends if other is block and 0.0 < along < BLOCK_M)
        for low, high in pairwise(whole):
            stand = block.highway != "trunk" and high - low >= STAND_M
            marks = [low, *(along for along in own if low < along < high), high]
            for a, b in pairwise(marks):
                found.append(Part(block, a, b, forward=True, stand=stand and b == high))
                if not block.oneway:
                    found.append(Part(block, a, b, forward=False, stand=stand and a == low))
    return found


def following(drawn: Map, parts: list[Part]) -> list[list[int]]:
    """Return for each part those that may follow; the way back only where streets offer no other."""
    begin: dict[Any, list[int]] = {}

    def place(block: Block, along: float) -> Any:
        return node_at(block, along) or (block.id, along)

    for number, part in enumerate(parts):
        begin.setdefault(place(part.block, part.begins), []).append(number)
    never = {(turn.before.id, turn.at, turn.after.id) for turn in drawn.turns if not turn.only}
    only: dict[tuple[str, Node], set[str]] = {}
    for turn in drawn.turns:
        if turn.only:
            only.setdefault((turn.before.id, turn.at), set()).add(turn.after.id)

    def dead_end(block: Block, node: Node | None) -> bool:
        others = (b for b in drawn.blocks if b is not block)
        return node is not None and not any(b.start == node or (b.end == node and not b.oneway) for b in others)

    found = []
    for part in parts:
        node = node_at(part.block, part.ends)
        follow = []
        back = dead_end(part.block, node)
        for number in begin.get(place(part.block, part.ends), ()):
            then = parts[number]
            if then.block is part.block:
                if (then.forward == part.forward) if node is None else back:
                    follow.append(number)
                continue
            if node is not None and (part.block.id, node, then.block.id) in never:
                continue
            if node is not None and then.block.id not in only.get((part.block.id, node), {then.block.id}):
                continue
            follow.append(number)
        found.append(follow)
    return found


def brute_of(drawn: Map, judge: Judge, ends: list[tuple[Block, float]], low: int, high: int) -> Brute:
    """Return the search of a trip, lawful between two instants; what is allowed all the time is so for ever."""
    parts = parts_of(drawn, ends)
    pad = 3600
    zero, count = low - pad, high - low + 2 * pad
    spans = [low]
    while spans[-1] < high:
        midnight, of_day = midnight_of(spans[-1])
        later = [mark for mark in (*judge.marks, 86_400) if mark > of_day]
        spans.append(min(midnight + min(later), high))
    middles = np.array([part.block.place((part.low + part.high) / 2) for part in parts]).T
    lawful, known = [], {}
    for part, lon, lat, at_middle in zip(parts, *middles.tolist(), judge.kinds(*middles), strict=True):
        kind, places = judge.on_own_street(at_middle, judge.places(lon, lat, at_middle), part.block.name)
        if kind not in known:
            words = [judge.word(kind, places, begin) for begin in spans[:-1]]
            seconds = sum(
                (1 << (end - zero)) - (1 << (begin - zero))
                for begin, end, word in zip(spans, spans[1:], words, strict=False)
                if word == OPEN
            )
            known[kind] = (1 << count) - 1 if all(word == OPEN for word in words) else seconds
        lawful.append(known[kind])

    def at(part: Part, along: float, end: tuple[Block, float]) -> bool:
        node = node_at(*end)
        if node is not None:
            return node_at(part.block, along) == node
        return part.block is end[0] and along == end[1]

    start = [number for number, part in enumerate(parts) if at(part, part.begins, ends[0])]
    goal = [number for number, part in enumerate(parts) if at(part, part.ends, ends[1])]
    return Brute(parts, following(drawn, parts), start, goal, zero, count, lawful)
