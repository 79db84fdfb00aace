"""The map of a zone: streets by place, the tinted area, boundary roads, carve-outs, names and numbered entries."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zones.coords import LocalPlane
from zones.entries import Entry
from zones.pictures.sheet import INK, Sheet
from zones.zone import Zone

BAN, BAN_LINE = "#e8573c", "#c0311b"
EDGE, EDGE_DARK = "#f0b429", "#8a5a00"
OPEN = "#1d7f5b"
ENTRY, EXIT = "#a3190f", "#33658a"
STREET_CASING = {"inside": "#dd957f", "crosses": "#dd957f", "carve_out": OPEN, "boundary_road": EDGE_DARK}
_OUTSIDE_CASING = "#cfcbc1"
_BIG = ("motorway", "trunk", "primary", "secondary")
_LEAST_PT = {"motorway": 4.2, "trunk": 4.0, "primary": 3.4, "secondary": 3.0, "tertiary": 2.4}
_SMALL_PT = 1.5
# service ways are drawn but not named: their names would cover the streets'
_UNNAMED = ("service", "track")
_DISC_PT = 7.6
_NAMED_AT_MOST = 120
_SHOWN_PT = 6.5


class ZoneMap:
    """Draws a zone on a sheet."""

    def __init__(self, zone: Zone, sheet: Sheet, plane: LocalPlane) -> None:
        """Prepare the zone's geometry in the sheet's plane."""
        self.zone, self.sheet, self.plane = zone, sheet, plane
        lines = [(street, plane.to_xy(street.geometry)) for street in zone.streets]
        self.streets = [(street, line) for street, line in lines if line.intersects(sheet.view)]
        self.area = plane.to_xy(zone.area)
        self.carved = [plane.to_xy(part.geometry) for part in zone.carve_outs]
        self.edges = [plane.to_xy(road.geometry) for road in zone.boundary_roads]

    def draw_ground(self) -> None:
        """Draw the area, the streets, the boundary roads and the carve-outs."""
        with self.sheet.fonts():
            fill(self.sheet, self.area, facecolor=BAN, alpha=0.17, linewidth=0, zorder=2)
            self._draw_streets()
            for road, drawn in zip(self.zone.boundary_roads, self.edges, strict=True):
                color = BAN_LINE if road.boundary == "included" else EDGE
                fill(self.sheet, self._shown(drawn), facecolor=color, edgecolor=EDGE_DARK, linewidth=0.5, zorder=6)
            for drawn in self.carved:
                shown = self._shown(drawn)
                fill(self.sheet, shown, facecolor="#dff2e8", edgecolor=OPEN, linewidth=0.9, hatch="//////", zorder=7)
            fill(self.sheet, self.area, facecolor="none", edgecolor=BAN_LINE, linewidth=1.1, zorder=8)

    def _shown(self, surface: BaseGeometry) -> BaseGeometry:
        """Return a road's surface wide enough to be seen; a map draws roads wider than they are."""
        least = _SHOWN_PT * self.sheet.point_m
        width = 2 * surface.area / max(surface.length, 1.0)
        return surface.buffer(max(0.0, (least - width) / 2), cap_style="flat", join_style="mitre")

    def _draw_streets(self) -> None:
        from matplotlib.collections import LineCollection  # noqa: PLC0415

        order = sorted(self.streets, key=lambda row: (self._width_pt(row[0].highway, row[0].half_width_m), row[0].id))
        lines = [shapely.get_coordinates(line) for _, line in order]
        widths = np.array([self._width_pt(street.highway, street.half_width_m) for street, _ in order])
        casing = [STREET_CASING.get(street.place, _OUTSIDE_CASING) for street, _ in order]
        for extra, colors, zorder in ((1.3, casing, 3), (0.0, ["white"] * len(lines), 4)):
            self.sheet.ax.add_collection(
                LineCollection(lines, linewidths=widths + extra, colors=colors, capstyle="round", zorder=zorder),
                autolim=False,
            )

    def _width_pt(self, highway: str, half_width_m: float) -> float:
        real = 2 * half_width_m / self.sheet.point_m
        return float(min(max(real, _LEAST_PT.get(highway, _SMALL_PT)), 9.0))

    def draw_names(self, size: float = 8.4) -> None:
        """Write the names: the boundary roads' first, then the carve-outs', then the streets', the longest first."""
        em = size * self.sheet.point_m
        self.sheet.spots.avoid([(street.name, line) for street, line in self.streets])
        with self.sheet.fonts():
            for name, drawn in self._edge_names():
                self._write(name, drawn, 1.5 * em, EDGE_DARK, aside_m=8 * self.sheet.point_m, bold=True)
            for part in self.zone.carve_outs:
                lines = [ln for s, ln in self.streets if s.name == part.name and s.place == "carve_out"]
                self._write(part.name, lines, 1.25 * em, OPEN, aside_m=5 * self.sheet.point_m, bold=True)
            done = {road.name for road in self.zone.boundary_roads}
            for name, lines, big in self._street_names():
                if name not in done:
                    self._write(name, lines, em * (1.12 if big else 0.95), INK if big else "#54595f")

    def _edge_names(self) -> list[tuple[str, list[BaseGeometry]]]:
        found = []
        for road, drawn in zip(self.zone.boundary_roads, self.edges, strict=True):
            own = [ln for s, ln in self.streets if s.name == road.name and s.place == "boundary_road"]
            found.append((road.name, own or [shapely.boundary(drawn)]))
        return found

    def _street_names(self) -> list[tuple[str, list[BaseGeometry], bool]]:
        named: dict[str, list[tuple[str, BaseGeometry, str]]] = {}
        for street, line in self.streets:
            if street.name and street.highway not in _UNNAMED and street.place != "carve_out":
                named.setdefault(street.name, []).append((street.place, line, street.highway))
        rows = []
        for name, pieces in named.items():
            within = [line for place, line, _ in pieces if place in ("inside", "crosses")]
            lines = within or [line for _, line, _ in pieces]
            rows.append((name, lines, any(highway in _BIG for _, _, highway in pieces), bool(within)))
        rows.sort(key=lambda row: (not row[3], not row[2], -sum(line.length for line in row[1]), row[0]))
        return [(name, lines, big) for name, lines, big, _ in rows[:_NAMED_AT_MOST]]

    def _write(
        self,
        name: str,
        lines: Sequence[BaseGeometry],
        em: float,
        color: str,
        *,
        aside_m: float = 0.0,
        bold: bool = False,
    ) -> None:
        spot = self.sheet.spots.label(name, lines, em, aside_m=aside_m) if lines else None
        if spot is not None:
            style = {"color": color, "fontweight": "bold" if bold else "normal", "zorder": 20}
            write(self.sheet, spot.text, (spot.x, spot.y), em / self.sheet.point_m, rotation=spot.turn, **style)

    def draw_entries(self, entries: Sequence[Entry]) -> None:
        """Put a numbered disc beside each entry and exit, with an arrow across the border."""
        radius = _DISC_PT * self.sheet.point_m
        with self.sheet.fonts():
            for entry in entries:
                self._draw_entry(entry, radius if len(entries) < 60 else 0.8 * radius)  # noqa: PLR2004

    def _draw_entry(self, entry: Entry, radius: float) -> None:
        from matplotlib.patches import Circle  # noqa: PLC0415

        x, y = (float(value) for value in self.plane.xy(entry.lon, entry.lat))
        travel = math.radians(entry.bearing_deg)
        way = (math.sin(travel), math.cos(travel))
        # beyond a boundary road there is room; beyond a carve-out lies the zone again, so its discs stand inside
        with_travel = (entry.from_kind == "carve_out") != (entry.kind == "exit")
        toward = way if with_travel else (-way[0], -way[1])
        beyond = 0.0 if with_travel else self._across(entry)
        cx, cy = self.sheet.spots.disc(x, y, toward, radius, beyond)
        color = ENTRY if entry.kind == "entry" else EXIT
        tip = 5 * self.sheet.point_m
        ends = (
            ((x - tip * way[0], y - tip * way[1]), (cx, cy))
            if with_travel
            else ((cx, cy), (x + tip * way[0], y + tip * way[1]))
        )
        style = {"arrowstyle": "-|>,head_width=0.22,head_length=0.45", "color": color, "linewidth": 1.3}
        style |= {"shrinkA": 0.0 if with_travel else 7.0, "shrinkB": 7.0 if with_travel else 0.0}
        self.sheet.ax.annotate("", xy=ends[1], xytext=ends[0], arrowprops=style, zorder=22)
        self.sheet.ax.add_patch(Circle((cx, cy), radius, facecolor=color, edgecolor="white", linewidth=1, zorder=23))
        size = 8.2 * radius / (_DISC_PT * self.sheet.point_m)
        put: Callable[..., object] = self.sheet.ax.text
        place = {"ha": "center", "va": "center_baseline", "zorder": 24}
        put(cx, cy, str(entry.number), size=size, color="white", fontweight="bold", **place)

    def _across(self, entry: Entry) -> float:
        """Return how wide the road is drawn that an entry comes from."""
        x, y = (float(value) for value in self.plane.xy(entry.lon, entry.lat))
        travel = math.radians(entry.bearing_deg)
        back = shapely.LineString([(x, y), (x - 80 * math.sin(travel), y - 80 * math.cos(travel))])
        widths = [back.intersection(self._shown(edge)).length for edge in self.edges]
        return min(max(widths, default=0.0), 12 * self.sheet.point_m)


def fill(sheet: Sheet, geometry: BaseGeometry, **style: object) -> None:
    """Fill polygons with their holes."""
    from matplotlib.patches import PathPatch  # noqa: PLC0415
    from matplotlib.path import Path as Outline  # noqa: PLC0415

    rings = [ring for part in shapely.get_parts(geometry) if part.area for ring in shapely.get_rings(part)]
    if rings:
        path = Outline.make_compound_path(*(Outline(shapely.get_coordinates(ring), closed=True) for ring in rings))
        draw: Callable[..., PathPatch] = PathPatch
        sheet.ax.add_patch(draw(path, **style))


def write(sheet: Sheet, text: str, at: tuple[float, float], size: float, **style: object) -> None:
    """Write on the map with a light rim, so that lines below do not disturb."""
    from matplotlib.patheffects import withStroke  # noqa: PLC0415

    put: Callable[..., object] = sheet.ax.text
    centred = {
        "ha": "center",
        "va": "center",
        "rotation_mode": "anchor",
        "linespacing": 1.0,
        "multialignment": "center",
    }
    rim = [withStroke(linewidth=2.4, foreground="#ffffffd0")]
    put(*at, text, size=size, path_effects=rim, **centred, **style)
