"""`truckban enterprise shippers`: trips and permits whose shipper is on no list, or was not on the day."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from truckban.cli.base import DONE, DONE_WITH_REJECTS, Command, complain, new, read_lines, write
from truckban.cli.columns_given import chosen_columns, column_option
from truckban.cli.enterprise_given import registry_given, registry_option
from truckban.cli.language import Speaker

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

_LINES = (".jsonl", ".ndjson")


def shippers_command(say: Speaker) -> Command:
    """Build `shippers`."""

    def shippers(file: str, out: Path | None, registry: str | None, column: tuple[str, ...], time_zone: str) -> int:
        from enterprises.names import Matcher  # noqa: PLC0415
        from truckban.freight.enterprise_answers import told  # noqa: PLC0415
        from truckban.freight.shipper_files import COLUMNS, Asking, check_lines, check_sheet, counted  # noqa: PLC0415

        columns, zone = chosen_columns(column, COLUMNS, say), _zone(time_zone, say)
        lines = file == "-" or Path(file).suffix.lower() in _LINES
        if lines == (out is not None):
            raise click.UsageError(
                say(
                    "JSON 行写到标准输出，不用 --out；表格要用 --out 写明结果文件（.csv、.xlsx）",
                    "JSON lines go to standard output, without --out; for a sheet name the result with --out (.csv, .xlsx)",
                )
            )
        given = read_lines(file) if lines else []
        with told():
            asking = Asking(Matcher(registry_given(registry)), zone)
        if out is None:
            counts = counted(check_lines(given, asking, write, columns=columns, lang=say.lang))
        else:
            found, notes = check_sheet(Path(file), out, asking, columns=columns, lang=say.lang)
            counts = counted(found)
            for note in notes:
                complain(note.of(say.lang))
        tell = complain if out is None else write
        tell(summary(counts, say))
        if asking.matcher.registry.invented:
            complain(say("名录是虚构的", "the registry is invented"))
        return DONE_WITH_REJECTS if counts["error"] else DONE

    return new(
        say,
        shippers,
        "shippers",
        (
            "行程、通行证申请的发货单位当日是否在名单上（CSV、Excel 或 JSON 行；原样写回并加上结果）",
            "Were the shippers of trips or permit applications on the list of the day? CSV, Excel or JSON lines; the same rows with the answer",
        ),
        [
            click.Argument(["file"], metavar=say("文件|-", "FILE|-")),
            click.Option(
                ["--out"],
                type=click.Path(path_type=Path),
                metavar=say("文件", "FILE"),
                help=say("表格的结果写到这里（.csv、.xlsx）", "where the answered sheet goes (.csv, .xlsx)"),
            ),
            registry_option(say),
            column_option(
                say,
                "指定列名：shipper、on、to、credit_code；可多次",
                "name a column: shipper, on, to, credit_code; may be repeated",
            ),
            click.Option(
                ["--time-zone"],
                default="Asia/Shanghai",
                show_default=True,
                help=say("带偏移的时间按哪个时区算日期", "the zone in which an instant with an offset has its day"),
            ),
        ],
    )


def summary(counts: "Mapping[str, int]", say: Speaker) -> str:
    """Return how many rows got which answer, in a line."""
    return say(
        f"{counts['rows']} 行：在名单上 {counts['listed']}，部分日子在 {counts['in_part']}，当日不在 {counts['not_on_the_day']}，"
        f"不在任何名单 {counts['on_no_list']}，须确认是哪家 {counts['unclear']}，当日无名单 {counts['no_list_known']}，读不懂 {counts['error']}",
        f"{counts['rows']} rows: {counts['listed']} listed, {counts['in_part']} on some of the days, {counts['not_on_the_day']} not on the "
        f"day, {counts['on_no_list']} on no list, {counts['unclear']} unclear which, {counts['no_list_known']} no list of the day, "
        f"{counts['error']} not understood",
    )


def _zone(name: str, say: Speaker) -> "ZoneInfo":
    from enterprises.errors import EnterpriseError  # noqa: PLC0415
    from enterprises.loads import zone_named  # noqa: PLC0415

    try:
        return zone_named(name)
    except EnterpriseError as error:
        raise click.UsageError(f"--time-zone: {error.text.of(say.lang)}") from None
