"""Two more sheets: what changed between two zones, and a ring that does not close."""

from collections.abc import Iterable

import shapely

from zones.coords import LocalPlane
from zones.difference import Difference
from zones.errors import ZoneError
from zones.network import StreetNetwork
from zones.pictures.sheet import SOFT, Sheet
from zones.pictures.zone_key import STAMP
from zones.pictures.zone_map import BAN_LINE, EDGE_DARK, OPEN, ZoneMap, fill, write

_ADDED, _REMOVED = "#b3261e", "#1f6fb2"
_CHANGES_AT_MOST = 34


def sheet_of_difference(found: Difference, *, lang: str = "zh") -> Sheet:
    """Draw two zones in one map: what is banned now and was not, and what was and is not.

    Raises:
        InputError: matplotlib or a font with Chinese characters is missing.
    """
    plane = LocalPlane.around(found.old.area, found.new.area)
    old, new = plane.to_xy(found.old.area), plane.to_xy(found.new.area)
    sheet = Sheet(shapely.union_all([old, new]), lang=lang)
    drawn = ZoneMap(found.new, sheet, plane)
    drawn.draw_ground()
    hatches = ((found.added, _ADDED, "xxxx"), (found.removed, _REMOVED, "\\\\\\\\"))
    with sheet.fonts():
        for geometry, color, hatch in hatches:
            shape = plane.to_xy(geometry)
            seen = shape.buffer(1.5 * sheet.point_m) if not shape.is_empty else shape
            fill(sheet, seen, facecolor=color, alpha=0.18, linewidth=0, zorder=9)
            fill(sheet, seen, facecolor="none", edgecolor=color, linewidth=1.4, hatch=hatch, zorder=10)
        fill(sheet, old, facecolor="none", edgecolor="#23272b", linewidth=1.2, linestyle=(0, (5, 3)), zorder=11)
        sheet.reserve_corners()
        sheet.north_and_scale()
        if "schematic" in (found.old.grade, found.new.grade):
            sheet.stamp(STAMP if lang == "zh" else f"{STAMP}\nSchematic, not for enforcement")
    drawn.draw_names()
    with sheet.fonts():
        _write_difference(sheet, found)
    return sheet


def _write_difference(sheet: Sheet, found: Difference) -> None:
    say = sheet.say
    sheet.text(say("禁行区域的变化", "What changed in the zone"), size=20, bold=True)
    sheet.text(f"{found.old.id} {found.old.sha256[:8]} → {found.new.id} {found.new.sha256[:8]}", size=9, color=SOFT)
    sheet.gap(8)
    sheet.text(
        say(f"新增 {found.added_km2:.4f} km²（红，交叉线）", f"Added {found.added_km2:.4f} km² (red, crossed)"),
        size=10,
        color=_ADDED,
    )
    sheet.text(
        say(f"减少 {found.removed_km2:.4f} km²（蓝，斜线）", f"Removed {found.removed_km2:.4f} km² (blue, hatched)"),
        size=10,
        color=_REMOVED,
    )
    sheet.text(say("虚线：原来的边界", "Dashed: the border before"), size=9, color=SOFT)
    sheet.gap(8)
    if found.succession is not None:
        sheet.text(found.succession.text.of(sheet.lang), size=9, bold=found.succession.subject != "follows")
        sheet.gap(4)
    if not found.changes:
        sheet.text(say("没有变化", "Nothing changed"), size=10)
    for change in found.changes[:_CHANGES_AT_MOST]:
        sheet.text("· " + change.text.of(sheet.lang), size=8.2)
    more = len(found.changes) - _CHANGES_AT_MOST
    if more > 0:
        sheet.text(say(f"另有 {more} 项", f"{more} more"), size=8.2, color=SOFT)


def sheet_of_failure(network: StreetNetwork, error: ZoneError, *, roads: Iterable[str] = (), lang: str = "zh") -> Sheet:
    """Draw why no zone could be built: the roads that were meant, their loose ends, how far they lie apart.

    Raises:
        InputError: matplotlib or a font with Chinese characters is missing.
    """
    every = [segment.line for segment in network.segments if segment.driven]
    plane = LocalPlane.around(*every)
    named = dict.fromkeys([*_meant(network, error), *(name for name in roads if name in network.by_name)])
    lines = {name: [plane.to_xy(s.line) for s in network.by_name.get(name, [])] for name in named}
    drawn = [line for pieces in lines.values() for line in pieces]
    ends = [_point(gap, plane) for gap in error.gaps]
    shown = shapely.union_all([*drawn, *ends] or [plane.to_xy(line) for line in every])
    if shown.area == 0 and shown.length == 0:
        shown = shown.buffer(500)
    sheet = Sheet(shown, lang=lang)
    with sheet.fonts():
        _draw_failure(sheet, [plane.to_xy(line) for line in every], lines)
        for number, (gap, end) in enumerate(zip(error.gaps, ends, strict=True), start=1):
            _draw_gap(sheet, number, gap, end)
        sheet.reserve_corners()
        sheet.north_and_scale()
        for name, pieces in lines.items():
            size = 12.0
            spot = sheet.spots.label(name, pieces, size * sheet.point_m, aside_m=5 * sheet.point_m) if pieces else None
            if spot is not None:
                write(sheet, spot.text, (spot.x, spot.y), size, rotation=spot.turn, color=EDGE_DARK, zorder=20)
        _write_failure(sheet, error)
    return sheet


def _meant(network: StreetNetwork, error: ZoneError) -> list[str]:
    """Return the roads that an error speaks of, as far as the streets have them."""
    names = [name for gap in error.gaps for name in gap.get("between", [])]
    names += [str(near["name"]) for found in error.candidates.values() for near in found if near.get("name")]
    names += [name for name in network.by_name if name in error.text.zh]
    return [name for name in dict.fromkeys(names) if name in network.by_name]


def _point(gap: dict[str, float], plane: LocalPlane) -> shapely.Point:
    x, y = plane.xy(gap["lon"], gap["lat"])
    return shapely.Point(float(x), float(y))


def _draw_failure(sheet: Sheet, every: list[shapely.LineString], lines: dict[str, list[shapely.LineString]]) -> None:
    from matplotlib.collections import LineCollection  # noqa: PLC0415

    near = [shapely.get_coordinates(line) for line in every if line.intersects(sheet.view)]
    meant = [shapely.get_coordinates(line) for pieces in lines.values() for line in pieces]
    for rows, width, color, order in (
        (near, 2.4, "#cfcbc1", 2),
        (near, 1.3, "white", 3),
        (meant, 4.2, EDGE_DARK, 4),
        (meant, 3.0, "#f0b429", 5),
    ):
        sheet.ax.add_collection(
            LineCollection(rows, linewidths=width, colors=color, capstyle="round", zorder=order), autolim=False
        )


def _draw_gap(sheet: Sheet, number: int, gap: dict[str, float], end: shapely.Point) -> None:
    from matplotlib.patches import Circle  # noqa: PLC0415

    radius = max(gap["length_m"] / 2, 9 * sheet.point_m)
    ring = Circle((end.x, end.y), radius, facecolor="#ffffff66", edgecolor=BAN_LINE, linewidth=2.4, zorder=8)
    sheet.ax.add_patch(ring)
    x, y = sheet.spots.disc(end.x, end.y, (0.7, 0.7), 14 * sheet.point_m, radius)
    text = f"{number}: {gap['length_m']:.0f} m"
    sheet.ax.annotate("", xy=(end.x, end.y), xytext=(x, y), arrowprops={"arrowstyle": "-", "color": BAN_LINE}, zorder=9)
    write(sheet, text, (x, y), 12, color=BAN_LINE, fontweight="bold", zorder=25)


def _write_failure(sheet: Sheet, error: ZoneError) -> None:
    say = sheet.say
    sheet.text(say("围不成禁行区域", "No zone could be built"), size=20, bold=True, color=BAN_LINE)
    sheet.gap(4)
    sheet.text(error.text.of(sheet.lang), size=9.6)
    sheet.gap(8)
    if error.gaps:
        sheet.text(say("缺口", "Loose ends"), size=11, bold=True)
    for number, gap in enumerate(error.gaps, start=1):
        roads = " — ".join(gap.get("between", []))
        at = f"{gap['lon']:.6f}, {gap['lat']:.6f}"
        sheet.text(
            say(
                f"{number}　{roads}：相距 {gap['length_m']:.0f} 米", f"{number}  {roads}: {gap['length_m']:.0f} m apart"
            ),
            size=8.8,
        )
        sheet.text(at, size=7.6, color=SOFT, x=0)
    for name, found in error.candidates.items():
        near = say("、", ", ").join(str(row.get("name")) for row in found[:6])
        sheet.text(say(f"没有找到 {name}；相近的路名：{near}", f"{name} was not found; near names: {near}"), size=8.8)
    sheet.gap(6)
    sheet.text(
        say(
            "程序不会自己连直线；请补全街道，或用 --bridge 同意补这一处。",
            "The program draws no line of its own: complete the streets, or agree to this very gap with --bridge.",
        ),
        size=8.4,
        color=OPEN,
    )
