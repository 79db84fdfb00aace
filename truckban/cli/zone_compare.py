"""`truckban zone verify` and `diff`: is a file whole and its own, and what changed between two."""

import json
from pathlib import Path

import click

from truckban.cli.base import DONE, DONE_WITH_REJECTS, Command, Number, new, write
from truckban.cli.language import Speaker
from truckban.cli.zone_given import file_option, given_text, params, save_png


def verify(say: Speaker) -> Command:
    """Build `zone verify`."""

    def verify_(
        zone: str | None, builtin: str | None, streets: str | None, crs: str, max_gap_m: float, *, as_json: bool
    ) -> int:
        from zones.verify import verify_text  # noqa: PLC0415

        checks = verify_text(given_text(zone, builtin, say), streets=streets, crs=crs, max_gap_m=max_gap_m)
        if as_json:
            write(json.dumps([check.as_json() for check in checks], ensure_ascii=False, indent=2))
        else:
            for check in checks:
                word = say("通过", "ok    ") if check.ok else say("不符", "failed")
                write(f"{word}  {check.name:<14}  {check.text.of(say.lang)}")
        return DONE if all(check.ok for check in checks) else DONE_WITH_REJECTS

    return new(
        say,
        verify_,
        "verify",
        (
            "核对区域文件是否完整、未被改动；有一项不符则退出码为 1。给出街道文件就重建并逐字节比较。",
            "Check that a zone file is whole and unaltered; status 1 if a check fails. With the streets, it is built again and compared byte by byte.",
        ),
        [
            *params(say),
            click.Option(["--streets"], metavar="FILE", help=say("原来的街道文件", "the streets it was built from")),
            click.Option(
                ["--crs"],
                type=click.Choice(["wgs84", "gcj02", "bd09"]),
                default="wgs84",
                show_default=True,
                help=say("街道文件的坐标系", "what the streets' coordinates are in"),
            ),
            click.Option(
                ["--max-gap-m"],
                type=Number(min=0.0),
                default=100.0,
                show_default=True,
                help=say("构建时用的最大缺口（米）", "the longest gap it was built with, metres"),
            ),
            click.Option(["--json", "as_json"], is_flag=True, help=say("输出 JSON", "print JSON")),
        ],
    )


def diff(say: Speaker) -> Command:
    """Build `zone diff`."""

    def diff_(old: str, new_: str, png: Path | None, *, as_json: bool) -> int:
        from zones.difference import difference_of  # noqa: PLC0415
        from zones.zone_file import read_zone  # noqa: PLC0415

        found = difference_of(read_zone(old), read_zone(new_))
        if as_json:
            write(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
        elif not found.changes:
            write(say("没有变化", "nothing changed"))
        else:
            for change in found.changes:
                write(change.text.of(say.lang))
        if png is not None:
            from zones.picture import picture_of_difference  # noqa: PLC0415

            save_png(picture_of_difference(found, lang=say.lang), png, say)
        return DONE

    return new(
        say,
        diff_,
        "diff",
        (
            "两个区域文件之间变了什么：面积、边界、不禁行路段、入口、路名、路宽、等级、来源。",
            "What changed between two zone files: area, boundary, carve-outs, entries, names, widths, grade, source.",
        ),
        [
            click.Argument(["old"], metavar=say("旧文件", "OLD")),
            click.Argument(["new_"], metavar=say("新文件", "NEW")),
            file_option(say, "--png", "画出变化（需要 truckban[maps]）", "draw what changed (needs truckban[maps])"),
            click.Option(["--json", "as_json"], is_flag=True, help=say("输出 JSON", "print JSON")),
        ],
    )
