"""`truckban zone`: build a zone from streets and the notice's words."""

import json
import math
from pathlib import Path
from typing import Any

import click

from truckban.cli.base import DONE, NO_POLYGON, Command, Lazy, Number, complain, group, new, write
from truckban.cli.language import Speaker
from truckban.cli.zone_compare import diff, verify
from truckban.cli.zone_export import export
from truckban.cli.zone_given import draw_failure, file_option
from truckban.cli.zone_making import keep, read_with, replaced, words
from truckban.cli.zone_making import options as making
from truckban.cli.zone_show import entries, show
from truckban.cli.zone_streets import options, streets_asked

_LISTED = 5


def command(say: Speaker) -> Lazy:
    """Build the group."""
    made = [_build(say), show(say), entries(say), verify(say), diff(say), export(say)]
    return group(say, "zone", ("区域", "Zones"), made)


def _build(say: Speaker) -> Command:
    def build(
        streets: str,
        spec: str | None,
        notice: str | None,
        out: Path,
        max_gap_m: float,
        bridge: tuple[str, ...],
        failure_png: Path | None,
        failure_html: Path | None,
        **given: Any,  # noqa: ANN401 - the options of `zone_streets` and `zone_making`
    ) -> int:
        from zones.build import build_zone  # noqa: PLC0415
        from zones.errors import ZoneError  # noqa: PLC0415
        from zones.matching.cutting import crossings_made  # noqa: PLC0415
        from zones.provenance import Provenance  # noqa: PLC0415

        spots = [_position(point, say) for point in bridge]
        said, law = words(spec, notice, given.pop("zone_id"), say)
        before = replaced(given.pop("replaces"), out)
        network = streets_asked(say, streets, given)
        try:
            zone = build_zone(
                network,
                said,
                max_gap_m=max_gap_m,
                bridge=spots,
                provenance=Provenance(notice=law, replaces=before, read_with=read_with(given)),
            )
        except ZoneError as error:
            write(json.dumps({"error": error.as_json()}, ensure_ascii=False))
            complain(error.say(say.lang))
            draw_failure(network, error, say, roads=[e.road for e in said.edges], png=failure_png, html=failure_html)
            return NO_POLYGON
        aside = keep(zone, out)
        if aside is not None:
            complain(say(f"原来的 {out.name} 留存为 {aside.name}", f"what stood in {out.name} is kept as {aside.name}"))
        write(
            say(
                f"{zone.id}：围合面积 {zone.loop_area_km2:.3f} km²，禁行面积 {zone.area_km2:.3f} km²，等级 {zone.grade}",
                f"{zone.id}: loop {zone.loop_area_km2:.3f} km2, banned area {zone.area_km2:.3f} km2, grade {zone.grade}",
            )
        )
        for gap in zone.gaps:
            write(
                say(
                    f"缺口 {gap['length_m']:.0f} 米，在 {gap['lon']:.6f},{gap['lat']:.6f}（{'—'.join(gap['between'])}），补法：{gap['bridged_by']}",
                    f"gap of {gap['length_m']:.0f} m at {gap['lon']:.6f},{gap['lat']:.6f} ({' - '.join(gap['between'])}), bridged by: {gap['bridged_by']}",
                )
            )
        for warning in zone.warnings:
            complain(str(warning))
        crossings = crossings_made(zone)
        if crossings:
            places = "; ".join(f"{lon:.6f},{lat:.6f}" for lon, lat in crossings[:_LISTED])
            complain(
                say(
                    f"线上没有节点，{len(crossings)} 处交叉按路口处理（{places}{'……' if len(crossings) > _LISTED else ''}）；"
                    "立交的线请标 bridge=yes 或 tunnel=yes",
                    f"the lines have no nodes: {len(crossings)} places where they cross count as junctions "
                    f"({places}{'; …' if len(crossings) > _LISTED else ''}); "
                    "tag what passes over or under with bridge=yes or tunnel=yes",
                )
            )
        write(say("已写出 ", "written: ") + str(out))
        return DONE

    return new(
        say,
        build,
        "build",
        (
            "由街道（文件或联网下载）和通告的话（某路以北……）画出禁行区域；围不拢就说明缺口，不会自己连直线。",
            "Build the zone from streets and the notice's words; where the ring does not close it says where, and draws no line of its own.",
        ),
        [
            *options(say),
            click.Option(["--spec"], type=click.Path(), help=say("区域说明（YAML）", "the zone's words (YAML)")),
            click.Option(["--notice"], help=say("用通告里的区域说明", "take the words from this notice")),
            click.Option(
                ["--zone-id"],
                metavar="ID",
                help=say(
                    "通告有几个区域时画哪一个（通告 zones 里的 id）",
                    "which zone of the notice, where it has several: its id under `zones`",
                ),
            ),
            *making(say),
            file_option(say, "--failure-png", "围不拢时画出断头处", "draw the loose ends where it does not close"),
            file_option(say, "--failure-html", "同上，离线 HTML", "the same, as one offline HTML file"),
            click.Option(
                ["--max-gap-m"],
                type=Number(min=0.0),
                default=100.0,
                show_default=True,
                help=say("沿已画道路补缺口的最大长度（米）", "longest gap bridged along drawn ways, metres"),
            ),
            click.Option(
                ["--bridge"],
                multiple=True,
                metavar="LON,LAT",
                help=say(
                    "同意用直线补这一处缺口；可多次", "agree to a straight line across this very gap; may be repeated"
                ),
            ),
        ],
    )


def _position(text: str, say: Speaker) -> tuple[float, float]:
    try:
        lon, lat = (float(part) for part in text.split(","))
        there = math.isfinite(lon) and math.isfinite(lat)
    except ValueError:
        there = False
    if not there:
        raise click.UsageError(say(f"--bridge {text}：应写作 经度,纬度", f"--bridge {text}: write LON,LAT"))
    return lon, lat
