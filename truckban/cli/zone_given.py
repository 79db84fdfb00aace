"""What the commands about a finished zone share: which zone is meant, where a picture goes."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from truckban.cli.base import complain, write
from truckban.cli.language import Speaker
from zones.errors import InputError, ZoneError
from zones.text import Text

if TYPE_CHECKING:
    from zones.network import StreetNetwork
    from zones.pictures.sheet import Sheet
    from zones.zone import Zone


def params(say: Speaker) -> list[click.Parameter]:
    """Return the parameters that name a zone: a file, or one that comes with the program."""
    return [
        click.Argument(["zone"], required=False, metavar=say("[区域文件]", "[ZONE]")),
        click.Option(
            ["--builtin"],
            metavar="NAME",
            help=say("内置区域，如 linyi-schematic", "a built-in zone, such as linyi-schematic"),
        ),
    ]


def given(zone: str | None, builtin: str | None, say: Speaker) -> "Zone":
    """Read the zone that a call means."""
    from zones.zone_file import load_builtin, read_zone  # noqa: PLC0415

    if (zone is None) == (builtin is None):
        raise click.UsageError(say("要给一个区域文件，或 --builtin 名称", "give a zone file, or --builtin NAME"))
    return read_zone(zone) if zone is not None else load_builtin(str(builtin))


def given_text(zone: str | None, builtin: str | None, say: Speaker) -> str:
    """Read the text of the zone's file that a call means; a built-in one is as it lies."""
    if zone is None:
        return given(zone, builtin, say).text
    if builtin is not None:
        raise click.UsageError(say("要给一个区域文件，或 --builtin 名称", "give a zone file, or --builtin NAME"))
    try:
        return Path(zone).read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(Text("文件不是 UTF-8 编码", "the file is not UTF-8"), file=Path(zone).name) from None


def file_option(say: Speaker, name: str, zh: str, en: str) -> click.Option:
    """Return an option that names a file to write."""
    return click.Option([name], type=click.Path(path_type=Path), metavar="FILE", help=say(zh, en))


def ready(path: Path, option: str) -> Path:
    """Return a path that a file can be written to, its folder made.

    Raises:
        InputError: it is a folder.
    """
    if path.is_dir():
        raise InputError(
            Text("这是文件夹，应为文件名", "this is a folder; a file name is needed"), file=path.name, field=option
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def save_png(sheet: "Sheet", path: Path, say: Speaker) -> None:
    """Write a picture and say so."""
    sheet.write_png(ready(path, "--png"))
    told(path, say)


def told(path: Path, say: Speaker) -> None:
    """Say what was written."""
    write(say("已写出 ", "written: ") + str(path))


def draw_failure(
    network: "StreetNetwork", error: ZoneError, say: Speaker, *, roads: list[str], png: Path | None, html: Path | None
) -> None:
    """Draw why no zone could be built, where that was asked for."""
    if png is None and html is None:
        return
    from zones.picture import picture_of_failure  # noqa: PLC0415

    sheet = picture_of_failure(network, error, roads=roads, lang=say.lang)
    # standard output is the error as JSON, for programs: what was written is said beside it
    if png is not None:
        sheet.write_png(ready(png, "--failure-png"))
        complain(say("已写出 ", "written: ") + str(png))
    if html is not None:
        sheet.write_html(ready(html, "--failure-html"), say("围不成禁行区域", "No zone could be built"))
        complain(say("已写出 ", "written: ") + str(html))
