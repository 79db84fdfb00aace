"""A sheet of paper: a map in metres on the left, a column of text on the right; as PNG or as one HTML file."""

import html
import io
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import shapely
from shapely.geometry.base import BaseGeometry

from zones.errors import InputError
from zones.pictures.fonts import chinese_family
from zones.pictures.spots import Spots, wrapped
from zones.text import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH_IN, HEIGHT_IN, DPI = 16.0, 10.4, 125
_MAP = (0.012, 0.018, 0.682, 0.964)
_SIDE = (0.712, 0.018, 0.276, 0.964)
_POINTS = 72
_MARGIN = 0.075
_COLORS = 128
INK, SOFT, PAPER, FRAME = "#23272b", "#6b7178", "#f4f2ec", "#8b8f94"


def need_matplotlib() -> ModuleType:
    """Import matplotlib.

    Raises:
        InputError: it is not installed; the error says how to get it.
    """
    try:
        import matplotlib as mpl  # noqa: PLC0415 - of the extra `maps`
    except ImportError:
        raise InputError(
            Text(
                "画图需要 matplotlib；请运行 pip install truckban[maps]",
                "pictures need matplotlib; run pip install truckban[maps]",
            )
        ) from None
    return mpl


class Sheet:
    """One picture in the making; positions on the map are metres in one plane.

    Attributes:
        ax: the map.
        say: takes both sentences, gives the one in the sheet's language.
        spots: where on the map something is written.
        point_m: the metres of a typographic point on the map.
    """

    def __init__(self, shown: BaseGeometry, *, lang: str, margin: float = _MARGIN) -> None:
        """Open a sheet whose map shows a geometry."""
        mpl = need_matplotlib()
        from matplotlib.figure import Figure  # noqa: PLC0415

        self._rc = {
            "font.family": [chinese_family(), "DejaVu Sans"],
            "text.parse_math": False,
            "axes.unicode_minus": False,
            "svg.fonttype": "path",
            "svg.hashsalt": "truckban",
            "hatch.linewidth": 0.9,
        }
        self._context = mpl.rc_context
        self.lang = lang
        with self.fonts():
            self._figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DPI, facecolor="white")
            self.ax: Axes = self._figure.add_axes(_MAP)
            self._side: Axes = self._figure.add_axes(_SIDE)
        self._frame(shown, margin)
        self._side.axis("off")
        self.side_pt = WIDTH_IN * _SIDE[2] * _POINTS
        self.side_height_pt = HEIGHT_IN * _SIDE[3] * _POINTS
        self._side.set_xlim(0, self.side_pt)
        self._side.set_ylim(self.side_height_pt, 0)
        self.y = 0.0
        self.notes: list[str] = []

    def say(self, zh: str, en: str) -> str:
        """Return the sentence in the sheet's language."""
        return Text(zh, en).of(self.lang)

    @contextmanager
    def fonts(self) -> Iterator[None]:
        """Draw with the sheet's fonts."""
        with self._context(self._rc):
            yield

    def _frame(self, shown: BaseGeometry, margin: float) -> None:
        left, low, right, high = shown.bounds
        wide, tall = WIDTH_IN * _MAP[2], HEIGHT_IN * _MAP[3]
        scale = max((right - left) / wide, (high - low) / tall) * (1 + 2 * margin)
        x, y = (left + right) / 2, (low + high) / 2
        box = shapely.box(x - scale * wide / 2, y - scale * tall / 2, x + scale * wide / 2, y + scale * tall / 2)
        self.point_m = scale / _POINTS
        self.view = box
        self.spots = Spots(box.buffer(-4 * self.point_m))
        self.ax.set_xlim(box.bounds[0], box.bounds[2])
        self.ax.set_ylim(box.bounds[1], box.bounds[3])
        self.ax.set_facecolor(PAPER)
        self.ax.set_xticks([])
        self.ax.set_yticks([])
        for spine in self.ax.spines.values():
            spine.set_edgecolor(FRAME)

    def text(self, text: str, *, size: float = 8.6, color: str = INK, bold: bool = False, x: float = 0.0) -> None:
        """Write a paragraph in the column, and move down."""
        for line in wrapped(text, (self.side_pt - x) / size):
            weight = "bold" if bold else "normal"
            self._side.text(x, self.y, line, size=size, color=color, va="top", fontweight=weight)
            self.y += size * 1.5
        self.notes.append(text)

    def cell(self, x: float, y: float, text: str, **style: Any) -> None:  # noqa: ANN401 - matplotlib's
        """Write in the column at a place in points."""
        self._side.text(x, y, text, **{"size": 7.6, "color": INK, "va": "center", **style})

    def gap(self, points: float) -> None:
        """Leave room in the column."""
        self.y += points

    @property
    def column(self) -> "Axes":
        """The column, in points, downwards."""
        return self._side

    def north_and_scale(self) -> None:
        """Draw the arrow to the north and a bar with its length."""
        p = self.point_m
        left, low, right, high = self.view.bounds
        halo: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85}
        from matplotlib.patches import Polygon, Rectangle  # noqa: PLC0415

        x, y = right - 26 * p, high - 52 * p
        self.ax.add_patch(Rectangle((x - 15 * p, y - 8 * p), 30 * p, 54 * p, zorder=29, **halo))
        for sign, color in ((-1, INK), (1, "white")):
            half = [(x, y + 28 * p), (x + sign * 8 * p, y), (x, y + 7 * p)]
            self.ax.add_patch(Polygon(half, closed=True, facecolor=color, edgecolor=INK, linewidth=0.8, zorder=30))
        self.ax.text(x, y + 36 * p, self.say("北", "N"), size=10, ha="center", va="center", color=INK, zorder=30)
        bar = _round_metres(150 * p)
        x, y = left + 18 * p, low + 16 * p
        self.ax.add_patch(Rectangle((x - 9 * p, y - 8 * p), bar + 18 * p, 34 * p, zorder=29, **halo))
        for part, color in enumerate((INK, "white", INK, "white")):
            where = (x + part * bar / 4, y)
            self.ax.add_patch(
                Rectangle(where, bar / 4, 5 * p, facecolor=color, edgecolor=INK, linewidth=0.7, zorder=30)
            )
        for part in (0, 2, 4):
            metres = bar * part / 4
            word = f"{metres / 1000:g} km" if bar >= 2000 and part else f"{metres:g}" + (" m" if part == 4 else "")  # noqa: PLR2004
            align = {0: "left", 2: "center", 4: "right"}[part]
            self.ax.text(x + metres, y + 9 * p, word, size=8, ha=align, va="bottom", color=INK, zorder=30)

    def reserve_corners(self) -> None:
        """Keep names off the arrow and the bar."""
        p = self.point_m
        left, low, right, high = self.view.buffer(-4.01 * p).bounds
        self.spots.take(shapely.box(right - 42 * p, high - 64 * p, right, high))
        self.spots.take(shapely.box(left, low, left + 30 * p + _round_metres(150 * p), low + 42 * p))

    def stamp(self, text: str) -> None:
        """Write across the map what it must not be used for."""
        x, y = self.view.centroid.x, self.view.centroid.y
        turn = math.degrees(math.atan2(HEIGHT_IN * _MAP[3], WIDTH_IN * _MAP[2])) * 0.62
        self.ax.text(
            x, y, text, size=46, color="#8c1d18", alpha=0.2, rotation=turn, ha="center", va="center", zorder=26
        )

    def png(self) -> bytes:
        """Return the sheet as PNG: 2000 by 1300 pixels, the same bytes for the same content."""
        from PIL import Image  # noqa: PLC0415 - comes with matplotlib

        raw, out = io.BytesIO(), io.BytesIO()
        with self.fonts():
            self._figure.savefig(raw, format="png", dpi=DPI, metadata={"Software": None})
        raw.seek(0)
        image = Image.open(raw).convert("RGB").quantize(_COLORS, dither=Image.Dither.NONE)
        image.save(out, format="PNG", optimize=True)
        return out.getvalue()

    def html(self, title: str, facts: str = "") -> str:
        """Return the sheet as one HTML file that needs no network.

        Args:
            title: of the page.
            facts: more HTML below the picture.
        """
        raw = io.StringIO()
        with self.fonts():
            self._figure.savefig(
                raw, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
            )
        drawn = raw.getvalue()
        svg = drawn[drawn.index("<svg") :]
        svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
        svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg).replace("xlink:href", "href")
        svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
        svg = re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', "", svg, count=1)
        page = files("zones.pictures").joinpath("page.html").read_text("utf-8")
        words = {
            "lang": "zh-CN" if self.lang == "zh" else "en",
            "title": html.escape(title),
            "hint": self.say("滚轮缩放，拖动平移，双击还原", "Wheel: zoom. Drag: move. Double click: whole sheet."),
            "svg": svg,
            "facts": facts,
        }
        return re.sub(r"\{\{(\w+)\}\}", lambda match: words[match[1]], page)

    def write_png(self, path: str | Path) -> None:
        """Write the sheet as PNG."""
        Path(path).write_bytes(self.png())

    def write_html(self, path: str | Path, title: str, facts: str = "") -> None:
        """Write the sheet as HTML."""
        Path(path).write_text(self.html(title, facts), encoding="utf-8", newline="\n")


def _round_metres(most: float) -> float:
    """Return the longest round length up to `most` metres."""
    magnitude = 10.0 ** math.floor(math.log10(most))
    return max(step * magnitude for step in (1, 2, 4, 5) if step * magnitude <= most)
