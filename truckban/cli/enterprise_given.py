"""Options that the commands of `truckban enterprise` share."""

import datetime as dt
from typing import TYPE_CHECKING

import click

from truckban.cli.language import Speaker
from zones.errors import InputError

if TYPE_CHECKING:
    from enterprises.registry import Registry


def registry_option(say: Speaker) -> click.Option:
    """Return `--registry`."""
    return click.Option(
        ["--registry"],
        metavar=say("文件.json|名录", "FILE.json|NAME"),
        help=say(
            "企业名录：文件，或内置的 linyi、schematic（虚构）；不写为 linyi",
            "the registry: a file, or built in, linyi or schematic (invented); linyi unless said",
        ),
    )


def sites_option(say: Speaker, *, required: bool = False) -> click.Option:
    """Return `--sites`."""
    return click.Option(
        ["--sites"],
        required=required,
        metavar=say("文件|名录", "FILE|NAME"),
        help=say(
            "源头企业的位置：名录文件、内置的 schematic（虚构），或写明坐标系、来源、日期的 CSV、GeoJSON",
            "sites of source enterprises: a registry file, the built-in schematic (invented), or CSV or GeoJSON "
            "with coordinate system, source and day",
        ),
    )


def on_option(say: Speaker) -> click.Option:
    """Return `--on`."""
    return click.Option(
        ["--on"],
        metavar=say("日期", "DAY"),
        help=say(
            "某日的情形，如 2024-05-08；不写为最新名单", "as of a day, such as 2024-05-08; the newest list unless said"
        ),
    )


def as_json_option(say: Speaker) -> click.Option:
    """Return `--json`."""
    return click.Option(["--json", "as_json"], is_flag=True, help=say("输出 JSON", "print JSON"))


def registry_given(name: str | None) -> "Registry":
    """Return the registry that `--registry` names."""
    from enterprises.registry_file import registry_named  # noqa: PLC0415
    from truckban.freight.enterprise_answers import told  # noqa: PLC0415

    with told():
        return registry_named(name)


def day_given(text: str | None, say: Speaker, option: str = "--on") -> dt.date | None:
    """Return the day that an option names, None where it is not given.

    Raises:
        click.UsageError: it is no day.
    """
    from truckban.freight.enterprise_answers import read_day  # noqa: PLC0415

    if text is None:
        return None
    try:
        return read_day(text, option)
    except InputError as error:
        raise click.UsageError(f"{option} {error.text.of(say.lang)}") from None
