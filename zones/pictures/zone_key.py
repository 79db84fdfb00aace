"""The column beside a zone's map: title, figures, what the colours mean, the entries by number."""

from collections.abc import Callable, Sequence

from zones.entries import COMPASS, Entry
from zones.pictures import zone_map as colors
from zones.pictures.sheet import INK, SOFT, Sheet
from zones.pictures.spots import wrapped
from zones.zone import Zone

GRADES = {
    "schematic": ("示意（不得用于执法）", "schematic, not fit for enforcement"),
    "osm": ("OpenStreetMap", "OpenStreetMap"),
    "survey": ("其他来源的路网", "streets of another source"),
}
BOUNDARY = {"excluded": ("不含", "not included"), "included": ("含", "included"), "unstated": ("未说明", "unstated")}
STAMP = "示意图，不得用于执法"
_CREDIT = "© OpenStreetMap contributors, ODbL"
_ROW_PT = 12.4


def write_title(sheet: Sheet, zone: Zone) -> None:
    """Write the title and the zone's figures."""
    say = sheet.say
    sheet.text(say("禁行区域", "Truck-ban zone"), size=22, bold=True)
    sheet.text(zone.id, size=14, color=SOFT)
    sheet.gap(7)
    sheet.text(
        say(
            f"禁行面积 {zone.area_km2:.3f} km²　围合面积 {zone.loop_area_km2:.3f} km²",
            f"Banned area {zone.area_km2:.3f} km², within the loop {zone.loop_area_km2:.3f} km²",
        ),
        size=9.6,
    )
    grade = say(*GRADES[zone.grade])
    sheet.text(say(f"等级：{grade}", f"Grade: {grade}"), size=9.6, bold=zone.grade == "schematic")
    sheet.gap(2)
    for text in source_lines(zone, sheet):
        sheet.text(text, size=7.8, color=SOFT)
    sheet.gap(6)


def source_lines(zone: Zone, sheet: Sheet) -> list[str]:
    """Say what the zone is built from, and when, and which file it is."""
    say = sheet.say
    file = zone.source.get("file") or say("未说明", "not said")
    date = zone.source.get("date") or say("未注明", "not stated")
    lines = [say(f"街道来源：{file}", f"Streets: {file}"), say(f"数据日期：{date}", f"Date of the data: {date}")]
    lines.append(say(f"区域文件 SHA-256：{zone.sha256[:16]}…", f"SHA-256 of the zone: {zone.sha256[:16]}…"))
    if zone.grade == "osm":
        lines.append(_CREDIT)
    if zone.gaps:
        total = len(zone.gaps)
        lines.append(say(f"边界有 {total} 处缺口已补", f"Gaps of the boundary that were bridged: {total}"))
    return lines


def write_legend(sheet: Sheet, zone: Zone, entries: Sequence[Entry]) -> None:
    """Write what the colours mean."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    say = sheet.say
    swatch: Callable[..., Rectangle] = Rectangle
    street: dict[str, object] = {"facecolor": "white", "linewidth": 1.4}
    rows: list[tuple[str, dict[str, object]]] = [
        (say("禁行区域", "banned area"), {"facecolor": "#f9d9d1", "edgecolor": colors.BAN_LINE, "linewidth": 1.1})
    ]
    for kind, said in BOUNDARY.items():
        names = [road.name for road in zone.boundary_roads if road.boundary == kind]
        color = colors.BAN_LINE if kind == "included" else colors.EDGE
        style: dict[str, object] = {"facecolor": color, "edgecolor": colors.EDGE_DARK, "linewidth": 0.6}
        rows += _listed(say(f"边界道路（{said[0]}）：", f"boundary road ({said[1]}): "), names, style, sheet)
    open_: dict[str, object] = {"facecolor": "#dff2e8", "edgecolor": colors.OPEN, "linewidth": 0.9, "hatch": "//////"}
    rows += _listed(say("不禁行路段：", "stays open: "), [part.name for part in zone.carve_outs], open_, sheet)
    places = {street.place for street in zone.streets}
    if places & {"inside", "crosses"}:
        rows.append((say("禁行区内的街道", "street inside"), {**street, "edgecolor": "#dd957f"}))
    if "outside" in places:
        rows.append((say("区外的街道", "street outside"), {**street, "edgecolor": "#cfcbc1"}))
    with sheet.fonts():
        for text, style in rows:
            if style:
                sheet.column.add_patch(swatch((0, sheet.y + 1), 22, 8, **style))
            sheet.cell(29, sheet.y + 5, text, size=8.2)
            sheet.y += _ROW_PT + 0.8
    sheet.gap(5)
    if entries:
        _write_entries(sheet, entries)


def _listed(
    head: str, names: Sequence[str], style: dict[str, object], sheet: Sheet
) -> list[tuple[str, dict[str, object]]]:
    """Return the rows of a key that name several roads; only the first has a swatch."""
    if not names:
        return []
    lines = wrapped(head + sheet.say("、", ", ").join(dict.fromkeys(names)), (sheet.side_pt - 29) / 8.2)
    return [(line, style if number == 0 else {}) for number, line in enumerate(lines)]


def _write_entries(sheet: Sheet, entries: Sequence[Entry]) -> None:
    from matplotlib.patches import Circle  # noqa: PLC0415

    say = sheet.say
    out = sum(entry.kind == "exit" for entry in entries)
    word = say(f"入口 {len(entries) - out} 处", f"Entries: {len(entries) - out}")
    if out:
        word += say(f"，只出不进 {out} 处（蓝）", f", ways out only: {out} (blue)")
    sheet.text(word, size=10.5, bold=True)
    sheet.gap(2)
    room = int((sheet.side_height_pt - sheet.y - 14) / _ROW_PT)
    columns = 1 if len(entries) <= room else 2
    shown = entries[: columns * room]
    rows = -(-len(shown) // columns)
    disc: Callable[..., Circle] = Circle
    with sheet.fonts():
        for index, entry in enumerate(shown):
            x = index // rows * sheet.side_pt / 2
            y = sheet.y + (index % rows) * _ROW_PT + 5
            color = colors.ENTRY if entry.kind == "entry" else colors.EXIT
            sheet.column.add_patch(disc((x + 6, y), 5.6, facecolor=color, edgecolor="none"))
            sheet.cell(x + 6, y, str(entry.number), size=6.6, color="white", ha="center", va="center_baseline")
            sheet.cell(x + 17, y, entry_words(entry, sheet), size=7.8 if columns == 1 else 6.4, color=INK)
    sheet.y += rows * _ROW_PT
    if len(shown) < len(entries):
        more = len(entries) - len(shown)
        sheet.text(say(f"另有 {more} 处，见入口表", f"{more} more: see the table of entries"), size=7.4, color=SOFT)


def entry_words(entry: Entry, sheet: Sheet) -> str:
    """Say in a line which street leads from where into the zone."""
    say = sheet.say
    street = entry.street or say("无名道路", "unnamed way")
    way = COMPASS[entry.direction].of(sheet.lang)
    if entry.from_road is None:
        return say(f"{street}　向{way}", f"{street}, {way}")
    if entry.kind == "exit":
        return say(f"{street} → {entry.from_road}　向{way}", f"{street} → {entry.from_road}, {way}")
    return say(f"{entry.from_road} → {street}　向{way}", f"{entry.from_road} → {street}, {way}")
