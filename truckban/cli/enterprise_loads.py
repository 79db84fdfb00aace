"""`truckban enterprise loads`: weighing and loading-slip records held against what a vehicle may weigh on a road."""

from pathlib import Path
from typing import Any

import click

from truckban.cli.base import DONE, DONE_WITH_REJECTS, Command, Number, complain, new, write
from truckban.cli.columns_given import chosen_columns, column_option
from truckban.cli.enterprise_given import registry_given, registry_option
from truckban.cli.language import Speaker
from truckban.cli.traces_given import file_option


def loads_command(say: Speaker) -> Command:
    """Build `loads`."""

    def loads(records: tuple[Path, ...], out: Path, **given: Any) -> int:  # noqa: ANN401
        from enterprises.errors import EnterpriseError  # noqa: PLC0415
        from enterprises.loading.columns import COLUMNS  # noqa: PLC0415
        from enterprises.loads import Reading, builtin_limits, check_loads, read_limits, zone_named  # noqa: PLC0415
        from enterprises.names import Matcher  # noqa: PLC0415
        from truckban.freight.enterprise_answers import told  # noqa: PLC0415
        from truckban.freight.load_files import write_loads  # noqa: PLC0415
        from truckban.freight.load_given import enterprise_of, plate_number  # noqa: PLC0415
        from truckban.freight.load_visits import Beside  # noqa: PLC0415
        from truckban.freight.visit_table import read_visits  # noqa: PLC0415
        from zones.errors import InputError  # noqa: PLC0415
        from zones.text import Text  # noqa: PLC0415

        if out.exists() and not out.is_dir():
            raise InputError(Text("输出要是文件夹", "the output must be a folder"), file=out.name, field="--out")
        matcher = Matcher(registry_given(given["registry"]))
        visits = read_visits(given["visits"], matcher.registry) if given["visits"] else None
        columns = chosen_columns(given["column"], COLUMNS, say)
        try:
            zone = zone_named(given["time_zone"])
        except EnterpriseError as error:
            raise click.UsageError(f"--time-zone: {error.text.of(say.lang)}") from None
        with told():
            how = Reading(
                limits=read_limits(given["limits"]) if given["limits"] else builtin_limits(),
                zone=zone,
                plate=plate_number,
                enterprise=enterprise_of(matcher),
                columns=columns,
                drive_axles=given["drive_axles"],
                single_axles={"double": 0, None: None}[given["tyres"]],
            )
            fleets = _fleets(given["fleets"]) if given["fleets"] else None
            found = check_loads(records, how, fleets=fleets)
        registry = matcher.registry
        names = {one: registry.entry(one, registry.latest).name for one in registry.enterprises}
        beside = Beside.of(found, visits, within_s=given["within_minutes"] * 60) if visits else None
        run = write_loads(
            found, out, how, plates=given["plates"], excel=given["excel"], lang=say.lang, names=names, beside=beside
        )
        for line in _summary(run["counts"], say):
            write(line)
        if beside is not None:
            write(_beside(run["visits"], say))
        for note in run["notes"]:
            complain(f"{note['file']}: {note[say.lang]}")
        return DONE_WITH_REJECTS if found.rejects else DONE

    return new(
        say,
        loads,
        "loads",
        (
            "称重、装载单记录（CSV、Excel）对照总质量限值：超限、未超、无法确定。结果是线索，须经人工核实。",
            (
                "Hold weighing and loading-slip records (CSV, Excel) against the limits of total mass: over, within or undetermined. "
                "What it finds are leads for a person to verify."
            ),
        ),
        [
            click.Argument(
                ["records"],
                nargs=-1,
                required=True,
                type=click.Path(path_type=Path),
                metavar=say("记录文件或文件夹…", "RECORDS..."),
            ),
            *_options(say),
        ],
    )


def _options(say: Speaker) -> list[click.Parameter]:
    return [
        file_option("--out", say("结果写到这个文件夹", "folder for the results"), required=True),
        registry_option(say),
        file_option("--fleets", say("各承运单位的货车总数（列 carrier、vehicles）", "goods vehicles of each carrier (columns carrier, vehicles)")),
        file_option("--limits", say("限值文件（YAML）；不写用内置的", "a file of limits (YAML); the built-in one unless said")),
        file_option("--visits", say("到访：enterprise visits --plates 的结果文件夹", "visits: the folder of enterprise visits --plates, or its visits.csv")),
        click.Option(
            ["--within-minutes"],
            type=Number(0.0, 1440.0),
            default=30.0,
            show_default=True,
            help=say("记录早于到达、晚于离开多久之内仍算同一次", "how long before the arrival and after the departure a record still belongs to a visit"),
        ),
        click.Option(
            ["--time-zone"],
            default="Asia/Shanghai",
            show_default=True,
            help=say("没有写偏移的时间属于哪个时区", "the zone of times that name no offset"),
        ),
        column_option(say, "指定列名，如 gross=重量；可多次", "name a column, such as gross=WEIGHT; may be repeated"),
        click.Option(
            ["--drive-axles"],
            type=click.IntRange(1, 10),
            help=say("记录没写时，牵引车驱动轴数算几根；不写则未知", "drive axles where a record does not say; unknown unless said"),
        ),
        click.Option(
            ["--tyres"],
            type=click.Choice(["double"]),
            help=say("记录没写时，各轴按双轮胎算；不写则未知", "double tyres where a record does not say; unknown unless said"),
        ),
        click.Option(
            ["--plates"], is_flag=True, help=say("车牌写全；不写则遮盖中间", "plates in full; masked unless said")
        ),
        click.Option(
            ["--excel"],
            is_flag=True,
            help=say("CSV 带 BOM，Excel 直接打开不乱码", "CSV with a byte order mark, for Excel"),
        ),
    ]  # fmt: skip


def _fleets(path: Path) -> dict[str, int]:
    from enterprises.loading.fleets import read_fleets  # noqa: PLC0415

    return read_fleets(path)


def _summary(counts: dict[str, Any], say: Speaker) -> list[str]:
    return [
        say(
            f"读入 {counts['read']} 行：采用 {counts['records']}，重复 {counts['repeats']}，拒绝 {counts['rejected']}",
            f"{counts['read']} rows: {counts['records']} used, {counts['repeats']} repeats, {counts['rejected']} rejected",
        ),
        say(
            f"超限 {counts['over']}，未超 {counts['within']}，无法确定 {counts['undetermined']}。线索，须经人工核实",
            f"{counts['over']} over, {counts['within']} within, {counts['undetermined']} undetermined. Leads, for a person to verify",
        ),
        say(
            f"车辆 {counts['vehicles']} 辆；一年内超限超过规定次数的 {counts['vehicles_reached']} 辆，超过车辆比例的承运单位 {counts['carriers_reached']} 家",
            f"{counts['vehicles']} vehicles; {counts['vehicles_reached']} over more often in a year than the law's number, "
            f"{counts['carriers_reached']} carriers beyond its share of their fleet",
        ),
    ]


def _beside(counts: dict[str, Any], say: Speaker) -> str:
    records, visits = counts["records"], counts["visits"]
    return say(
        f"与到访对照：成对 {records['paired']}；没有到访的记录 {records['alone']}（另有企业不明 {records['nowhere']}），"
        f"没有记录的到访 {visits['alone']}（另有无从对照 {visits['nowhere']}）。须经人工核实",
        f"beside visits: {records['paired']} pairs; {records['alone']} records without a visit (and {records['nowhere']} of unknown "
        f"enterprises), {visits['alone']} visits without a record (and {visits['nowhere']} that cannot be compared). For a person to verify",
    )
