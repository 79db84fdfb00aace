"""`truckban zone show` and `entries`: a zone's quality in words, its picture, the ways into it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from truckban.cli.base import DONE, Command, new, write
from truckban.cli.language import Speaker
from truckban.cli.zone_given import file_option, given, params, ready, save_png, told

if TYPE_CHECKING:
    from zones.zone import Zone

_GRADES = {
    "schematic": ("示意，不得用于执法", "schematic, not fit for enforcement"),
    "osm": ("OpenStreetMap", "OpenStreetMap"),
    "survey": ("其他来源的路网", "streets of another source"),
}
_BOUNDARY = {"excluded": ("不含", "not included"), "included": ("含", "included"), "unstated": ("未说明", "unstated")}


def show(say: Speaker) -> Command:
    """Build `zone show`."""

    def show_(zone: str | None, builtin: str | None, png: Path | None, html: Path | None) -> int:
        found = given(zone, builtin, say)
        if png is not None or html is not None:
            from zones.picture import html_of, picture_of  # noqa: PLC0415

            if png is not None:
                save_png(picture_of(found, lang=say.lang), png, say)
            if html is not None:
                page = html_of(found, lang=say.lang)
                ready(html, "--html").write_text(page, encoding="utf-8", newline="\n")
                told(html, say)
            return DONE
        for line in quality(found, say):
            write(line)
        return DONE

    return new(
        say,
        show_,
        "show",
        (
            "区域的质量报告：是否闭合、缺口、路名怎样找到、路宽、面积、等级、来源；或画成图。",
            "The quality of a zone: closure, gaps, how names were found, widths, area, grade, source; or a picture of it.",
        ),
        [
            *params(say),
            file_option(say, "--png", "画成 PNG（需要 truckban[maps]）", "draw it as PNG (needs truckban[maps])"),
            file_option(
                say,
                "--html",
                "画成一个离线 HTML 文件（需要 truckban[maps]）",
                "draw it as one offline HTML file (needs truckban[maps])",
            ),
        ],
    )


def quality(zone: "Zone", say: Speaker) -> Iterator[str]:
    """Yield the quality report of a zone, line by line."""
    grade = say(*_GRADES[zone.grade])
    yield f"{zone.id}  sha256 {zone.sha256}"
    yield say(f"等级：{grade}", f"grade: {grade}")
    yield say(
        f"面积：禁行 {zone.area_km2:.4f} km²，围合 {zone.loop_area_km2:.4f} km²",
        f"area: banned {zone.area_km2:.4f} km2, loop {zone.loop_area_km2:.4f} km2",
    )
    gaps = len(zone.gaps)
    yield say(
        f"闭合：是，补了 {gaps} 处缺口" if gaps else "闭合：是，没有缺口",
        f"closed: yes, {gaps} gap{'s' * (gaps > 1)} bridged" if gaps else "closed: yes, without gaps",
    )
    for gap in zone.gaps:
        roads, how = " — ".join(gap.get("between", [])), gap.get("bridged_by")
        yield say(
            f"  缺口 {gap['length_m']:.0f} 米 {roads}，{gap['lon']:.6f},{gap['lat']:.6f}，补法 {how}",
            f"  gap of {gap['length_m']:.0f} m, {roads}, at {gap['lon']:.6f},{gap['lat']:.6f}, bridged by {how}",
        )
    yield say("边界道路：", "boundary roads:")
    for road in zone.boundary_roads:
        said = say(*_BOUNDARY[road.boundary])
        yield f"  {road.name}  {said}  {_found(zone, road.name, say)}"
    for part in zone.carve_outs:
        yield say(f"不禁行路段：{part.name}", f"stays open: {part.name}") + f"  {_found(zone, part.name, say)}"
    counts: dict[str, int] = {}
    for street in zone.streets:
        counts[street.place] = counts.get(street.place, 0) + 1
    listed = ", ".join(f"{place} {count}" for place, count in sorted(counts.items()))
    yield say(f"街道：{listed or '无'}", f"streets: {listed or 'none'}")
    unstated = say("未注明", "not stated")
    file, date = zone.source.get("file") or unstated, zone.source.get("date") or unstated
    sha = zone.source.get("sha256") or unstated
    yield say(f"来源：{file}，日期 {date}，sha256 {sha}", f"source: {file}, date {date}, sha256 {sha}")
    yield from _making(zone, say)
    for warning in zone.warnings:
        yield say("注意：", "warning: ") + warning


def _making(zone: "Zone", say: Speaker) -> Iterator[str]:
    """Yield what the zone was built for and with, as far as its file says so."""
    from zones.provenance import option_words, source_words  # noqa: PLC0415

    for name, zh, en in (("area", "只取范围", "only within an area"), ("overlay", "补充路名", "names added")):
        if zone.source.get(name) is not None:
            part = source_words(name, zone.source[name])
            yield say(f"{zh}：{part.zh}", f"{en}: {part.en}")
    if zone.notice:
        law, sha = zone.notice["id"], zone.notice["sha256"]
        yield say(f"所依通告：{law}，sha256 {sha}", f"notice: {law}, sha256 {sha}")
    if zone.replaces:
        before, sha = zone.replaces["zone"], zone.replaces["sha256"]
        yield say(f"接替的区域：{before}，文件 sha256 {sha}", f"the zone before: {before}, file sha256 {sha}")
    for words in option_words(zone.built_with).values():
        yield say("构建选项：", "build option: ") + words.of(say.lang)
    yield say(f"构建规则版本：{zone.builder or '未注明'}", f"version of the builder: {zone.builder or 'not stated'}")


def _found(zone: "Zone", name: str, say: Speaker) -> str:
    """Say how a road's name was found and how wide the road is."""
    how = zone.names.get(name)
    width = zone.widths.get(name)
    parts = [say(f"按 {how} 找到", f"found as {how}")] if how else []
    if width:
        parts.append(
            say(
                f"宽 {width.get('width_m')} 米（依据 {width.get('from')}）",
                f"{width.get('width_m')} m wide (from {width.get('from')})",
            )
        )
    return say("，", ", ").join(parts)


def entries(say: Speaker) -> Command:
    """Build `zone entries`."""

    def entries_(zone: str | None, builtin: str | None, csv: Path | None, png: Path | None) -> int:
        from zones.entries import entries_csv, entries_of  # noqa: PLC0415

        found = given(zone, builtin, say)
        table = entries_csv(entries_of(found))
        if csv is not None:
            # Excel takes UTF-8 for the local encoding unless a file begins with its mark
            ready(csv, "--csv").write_text(table, encoding="utf-8-sig", newline="")
            told(csv, say)
        if png is not None:
            from zones.picture import picture_of  # noqa: PLC0415

            save_png(picture_of(found, lang=say.lang), png, say)
        if csv is None and png is None:
            write(table.rstrip("\n"))
        return DONE

    return new(
        say,
        entries_,
        "entries",
        (
            "列出街道进入区域的每一处（从西北角起顺时针编号）；只出不进的单行道标为 exit。",
            "List every place where a street crosses into the zone, clockwise from the north-west; one-way streets that only lead out are marked exit.",
        ),
        [
            *params(say),
            file_option(say, "--csv", "写成 CSV", "write a CSV table"),
            file_option(say, "--png", "画成 PNG（需要 truckban[maps]）", "draw them as PNG (needs truckban[maps])"),
        ],
    )
