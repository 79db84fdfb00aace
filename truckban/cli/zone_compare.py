"""`truckban zone verify` and `diff`: is a file whole and its own, and what changed between two."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truckban.cli.base import DONE, DONE_WITH_REJECTS, Command, new, write
from truckban.cli.language import Speaker
from truckban.cli.zone_given import file_option, given_text, params, ready, save_png, told
from truckban.cli.zone_streets import track_named

if TYPE_CHECKING:
    from zones.rebuild import Files
    from zones.zone import Zone


def verify(say: Speaker) -> Command:
    """Build `zone verify`."""

    def verify_(zone: str | None, builtin: str | None, *, as_json: bool, **given: Any) -> int:  # noqa: ANN401
        from zones.verify import verify_text  # noqa: PLC0415

        checks = verify_text(given_text(zone, builtin, say), files=_files(say, **given))
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
            "核对区域文件是否完整、未被改动；有一项不符则退出码为 1。给出街道文件就按文件所记的选项重建，逐字节比较。",
            "Check that a zone file is whole and unaltered; status 1 if not. With its streets it is built again as it records, and compared by bytes.",
        ),
        [
            *params(say),
            click.Option(
                ["--streets"],
                metavar="FILE|overpass",
                help=say(
                    "原来的街道文件；overpass 表示在 --cache 里找应答",
                    "the streets it was built from; overpass: their answer in --cache",
                ),
            ),
            click.Option(
                ["--track"],
                multiple=True,
                metavar=say("路名=FILE", "NAME=FILE"),
                help=say("构建时用的轨迹；可多次", "a drive it was built with; may be repeated"),
            ),
            _path("--names", say("构建时补充路名的文件", "the file of names it was built with")),
            _path("--within", say("构建时限定范围的面", "the area it was built within")),
            _path("--cache", say("构建时存应答的文件夹", "the folder that kept the server's answers")),
            click.Option(["--json", "as_json"], is_flag=True, help=say("输出 JSON", "print JSON")),
        ],
    )


def _path(name: str, help_: str) -> click.Option:
    return click.Option(
        [name], type=click.Path(path_type=Path), metavar="FILE" if name != "--cache" else "DIR", help=help_
    )


def _files(say: Speaker, *, streets: str | None, track: tuple[str, ...], **more: Path | None) -> "Files | None":
    from zones.rebuild import Files  # noqa: PLC0415

    if streets is None:
        idle = ["--track"] * bool(track) + [f"--{name}" for name, value in more.items() if value is not None]
        if idle:
            raise click.UsageError(
                say(f"{idle[0]} 要和 --streets 一起用", f"{idle[0]} is of use only together with --streets")
            )
        return None
    drives = [track_named(say, text) for text in track]
    return Files(
        streets=None if streets == "overpass" else Path(streets),
        tracks=tuple((road, Path(path)) for road, path in drives),
        **more,
    )


def diff(say: Speaker) -> Command:
    """Build `zone diff`."""

    def diff_(old: str, new_: str, png: Path | None, html: Path | None, *, as_json: bool) -> int:
        from zones.difference import difference_of  # noqa: PLC0415

        (before, old_sha256), (after, new_sha256) = _read(old), _read(new_)
        found = difference_of(before, after, old_sha256=old_sha256, new_sha256=new_sha256)
        if as_json:
            write(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
        else:
            for change in found.changes:
                write(change.text.of(say.lang))
            if not found.changes:
                write(say("没有变化", "nothing changed"))
            if found.succession is not None:
                write(found.succession.text.of(say.lang))
        if png is not None or html is not None:
            from zones.picture import html_of_difference, picture_of_difference  # noqa: PLC0415

            if png is not None:
                save_png(picture_of_difference(found, lang=say.lang), png, say)
            if html is not None:
                page = html_of_difference(found, lang=say.lang)
                ready(html, "--html").write_text(page, encoding="utf-8", newline="\n")
                told(html, say)
        return DONE

    return new(
        say,
        diff_,
        "diff",
        (
            "两个区域文件之间变了什么：面积、边界、不禁行路段、入口、路名、路宽、等级、来源、通告、选项；新的是否接替旧的。",
            "What changed between two zone files: area, boundary, entries, names, widths, source, notice, options; whether NEW names OLD as the one before.",
        ),
        [
            click.Argument(["old"], metavar=say("旧文件", "OLD")),
            click.Argument(["new_"], metavar=say("新文件", "NEW")),
            file_option(say, "--png", "画出变化（需要 truckban[maps]）", "draw what changed (needs truckban[maps])"),
            file_option(
                say,
                "--html",
                "把变化画成一个离线 HTML 文件（需要 truckban[maps]）",
                "draw what changed as one offline HTML file (needs truckban[maps])",
            ),
            click.Option(["--json", "as_json"], is_flag=True, help=say("输出 JSON", "print JSON")),
        ],
    )


def _read(path: str) -> "tuple[Zone, str]":
    """Return a zone and the hash of its file's bytes."""
    from zones.zone_file import read_zone  # noqa: PLC0415

    return read_zone(path), hashlib.sha256(Path(path).read_bytes()).hexdigest()
