"""Words over a map: placed by shares of its width and height, none over another on a wide screen or on a telephone."""

import math
from dataclasses import dataclass

WIDE_PX, NARROW_PX = 700.0, 320.0
"""The map's width that words are placed for; at a width below 700 the rest of them are left out."""
_EAST = 80.0
"""In percent: so near to an edge, long marks are written towards the middle."""
_EM_PX = 13.0
_ASCII_EM = 0.58
_LINE_EM = 1.35
_EDGE_PX2 = 1e6

Frame = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Tag:
    """Words at a place.

    Attributes:
        left: in percent of the map's width.
        top: in percent of its height.
        text: what is written.
        kind: its class.
        number: of the way instead that it belongs to, 0 for none.
        turn: degrees clockwise.
        upright: written from top to bottom.
        side: -1 above or left of the place, 1 below or right of it, 0 on it.
        wide: only on a wide screen.
        more: written after the text on a wide screen.
    """

    left: float
    top: float
    text: str
    kind: str
    number: int
    turn: float
    upright: bool
    side: int
    wide: bool
    more: str = ""

    @property
    def classes(self) -> str:
        """How it is written, for the style."""
        east, west = self.left > _EAST, self.left < 100 - _EAST
        said = {"roomy": self.wide, "upright": self.upright, "below": self.side > 0, "east": east, "west": west}
        return " ".join([self.kind, *(word for word, holds in said.items() if holds)])


@dataclass(frozen=True, slots=True)
class Box:
    """A word to be placed: metres east and south, as `Label` has them."""

    x: float
    y: float
    text: str
    turn: float = 0.0
    upright: bool = False
    side: int = 0
    pad_px: float = 3.0
    more: str = ""


class Placer:
    """Places words on a map in the order of their weight."""

    def __init__(self, view: tuple[float, float, float, float]) -> None:
        """Take the view: left, top, width and height in metres."""
        self.tags: list[Tag] = []
        self._view = view
        self._taken: dict[float, list[Frame]] = {WIDE_PX: [], NARROW_PX: []}

    def must(self, box: Box, kind: str, number: int = 0, *others: Box) -> None:
        """Place a word: of some places at the first where it hides least of others, and is whole."""
        box = min((box, *others), key=lambda one: sum(self._hidden(one, width) for width in self._taken))
        for width in self._taken:
            self._taken[width].append(self._frame(box, width))
        self.tags.append(self._tag(box, kind, number, wide=False))

    def may(self, box: Box, kind: str) -> None:
        """Place a word where there is room for it: on a wide screen, and on a narrow one."""
        if not self._fits(box, WIDE_PX):
            return
        narrow = self._fits(box, NARROW_PX)
        for width in (WIDE_PX, NARROW_PX) if narrow else (WIDE_PX,):
            self._taken[width].append(self._frame(box, width))
        self.tags.append(self._tag(box, kind, 0, wide=not narrow))

    def _tag(self, box: Box, kind: str, number: int, *, wide: bool) -> Tag:
        left, top, width, height = self._view
        across, down = 100 * (box.x - left) / width, 100 * (box.y - top) / height
        return Tag(
            round(across, 2), round(down, 2), box.text, kind, number, box.turn, box.upright, box.side, wide, box.more
        )

    def _fits(self, box: Box, width: float) -> bool:
        return self._within(box, width) and not self._hidden(box, width)

    def _hidden(self, box: Box, width: float) -> float:
        """Return how much of other words a word would hide, in square pixels; over the edge counts for more than any."""
        a = self._frame(box, width)
        over = (
            max(min(a[2], b[2]) - max(a[0], b[0]), 0.0) * max(min(a[3], b[3]) - max(a[1], b[1]), 0.0)
            for b in self._taken[width]
        )
        return sum(over) + (0.0 if self._within(box, width) else _EDGE_PX2)

    def _within(self, box: Box, width: float) -> bool:
        a = self._frame(box, width)
        return a[0] >= 0 and a[1] >= 0 and a[2] <= width and a[3] <= width * self._view[3] / self._view[2]

    def _frame(self, box: Box, width: float) -> Frame:
        """Return left, top, right, bottom in pixels of a map of some width."""
        scale = width / self._view[2]
        x, y = (box.x - self._view[0]) * scale, (box.y - self._view[1]) * scale
        text = f"{box.text} {box.more}" if box.more and width >= WIDE_PX else box.text
        long = sum(_ASCII_EM if c.isascii() else 1.0 for c in text) * _EM_PX
        high = _LINE_EM * _EM_PX
        wide, tall = (high, long * 1.1) if box.upright else (long, high)
        if box.upright:
            x += box.side * high
        else:
            y += box.side * high
        sine, cosine = abs(math.sin(math.radians(box.turn))), abs(math.cos(math.radians(box.turn)))
        half_w, half_h = (wide * cosine + tall * sine) / 2 + box.pad_px, (wide * sine + tall * cosine) / 2 + box.pad_px
        return x - half_w, y - half_h, x + half_w, y + half_h
