"""`truckban zone`: build a zone from streets and the notice's words."""

import json
from pathlib import Path
from typing import Any

import click

from truckban.cli.base import DONE, NO_POLYGON, Command, Lazy, Number, complain, group, new, write
from truckban.cli.language import Speaker
from truckban.cli.zone_compare import diff, verify
from truckban.cli.zone_export import export
from truckban.cli.zone_given import draw_failure, file_option
from truckban.cli.zone_show import entries, show
from truckban.cli.zone_streets import options, streets_asked


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
        **given: Any,  # noqa: ANN401 - the options of `zone_streets`
    ) -> int:
        from zones.build import build_zone  # noqa: PLC0415
        from zones.errors import InputError, ZoneError  # noqa: PLC0415
        from zones.text import Text  # noqa: PLC0415

        if (spec is None) == (notice is None):
            raise click.UsageError(say("--spec 和 --notice 要给其中一个", "give one of --spec and --notice"))
        if out.is_dir():
            raise InputError(
                Text("这是文件夹，应为文件名", "this is a folder; a file name is needed"), file=out.name, field="--out"
            )
        words = _spec(spec, notice)
        network = streets_asked(say, streets, given)
        try:
            zone = build_zone(
                network,
                words,
                max_gap_m=max_gap_m,
                bridge=[_position(point, say) for point in bridge],
            )
        except ZoneError as error:
            write(json.dumps({"error": error.as_json()}, ensure_ascii=False))
            complain(error.say(say.lang))
            draw_failure(network, error, say, roads=[e.road for e in words.edges], png=failure_png, html=failure_html)
            return NO_POLYGON
        out.parent.mkdir(parents=True, exist_ok=True)
        zone.write(out)
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
                ["--out"],
                required=True,
                type=click.Path(path_type=Path),
                help=say("写到这个文件（GeoJSON）", "file to write (GeoJSON)"),
            ),
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


def _spec(spec: str | None, notice: str | None):  # type: ignore[no-untyped-def]  # noqa: ANN202
    from zones.errors import InputError  # noqa: PLC0415
    from zones.spec import ZoneSpec  # noqa: PLC0415
    from zones.spec_file import read_spec  # noqa: PLC0415
    from zones.text import Text  # noqa: PLC0415

    if spec is not None:
        return read_spec(spec)
    from truckban.notices.load import notice_named  # noqa: PLC0415

    for zone in notice_named(str(notice)).pack.zones:
        if zone.area is not None:
            return ZoneSpec(zone=zone.id, **zone.area.model_dump(by_alias=True))
    raise InputError(Text("通告里没有由道路围成的区域", "the notice has no area bounded by roads"), field="--notice")


def _position(text: str, say: Speaker) -> tuple[float, float]:
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise click.UsageError(say(f"--bridge {text}：应写作 经度,纬度", f"--bridge {text}: write LON,LAT")) from None
    return lon, lat
