"""`truckban enterprise visits`: traces and sites in; visits, possible loading places on no list and cross-checks out."""

from pathlib import Path
from typing import Any

import click

from truckban.cli.base import DONE, DONE_WITH_REJECTS, Command, Number, complain, new, write
from truckban.cli.enterprise_given import registry_option, sites_option
from truckban.cli.enterprise_shippers import summary as shippers_line
from truckban.cli.language import Speaker
from truckban.cli.traces_given import FORMATS, file_option, law_given, progress, trace_columns, trace_options
from zones.errors import InputError
from zones.text import Text


def visits_command(say: Speaker) -> Command:
    """Build `visits`."""

    def visits(traces: Path, out: Path, **given: Any) -> int:  # noqa: ANN401
        import datetime as dt  # noqa: PLC0415
        from zoneinfo import ZoneInfo  # noqa: PLC0415

        from enterprises.names import Matcher  # noqa: PLC0415
        from truckban.freight.shipper_files import Asking, unlisted_shippers  # noqa: PLC0415
        from truckban.freight.sites_given import read_given_sites, read_known_places  # noqa: PLC0415
        from truckban.freight.visit_report import VisitReport  # noqa: PLC0415
        from truckban.freight.visiting import visiting, with_sites  # noqa: PLC0415
        from truckban.traces.check import Inputs, check  # noqa: PLC0415

        law, ground = law_given(given["notice"], given["zone"], say)
        if out.exists() and not out.is_dir():
            raise InputError(Text("输出要是文件夹", "the output must be a folder"), file=out.name, field="--out")
        sites = read_given_sites(given["sites"], given["registry"])
        known = read_known_places(given["places"]) if given["places"] else None
        zone = ZoneInfo(law.pack.timezone)
        shippers = (
            unlisted_shippers(given["shippers"], Asking(Matcher(sites.registry), zone), lang=say.lang)
            if given["shippers"]
            else None
        )
        inputs = Inputs(
            traces,
            given["vehicles"],
            given["permits"],
            given["crs"],
            trace_columns(given["column"], say),
            now=dt.datetime.now(dt.UTC),
        )
        with progress(say) as step:
            checked = check(inputs, law, ground, step=step)
            plates = checked.fleet.plates
            found = visiting(inputs, law.pack.timezone, sites, plates, min_s=given["min_minutes"] * 60, step=step)
            checked, origins = with_sites(checked, found, within_s=given["within_hours"] * 3600)
            with step(Text("写出到访和核对表", "writing visits and cross-checks")):
                report = VisitReport.of(checked, origins, found, known, shippers=shippers)
                report.write(out, masked=not given["plates"], excel=given["excel"], lang=say.lang)
        for line in summary(report.counts(), say):
            write(line)
        for note in report.notes():
            complain(note.of(say.lang))
        write(say("报告：", "Report: ") + str(out / "report.html"))
        unread = shippers is not None and shippers.counts["error"]
        return DONE_WITH_REJECTS if checked.rejects or unread else DONE

    return new(
        say,
        visits,
        "visits",
        (
            "从轨迹找车辆到访源头企业的记录、名单外的疑似装载点，并与线索相互核对。" + FORMATS.zh,
            "Find visits to source enterprises in traces, possible loading places on no list, and check them against the leads. "
            + FORMATS.en,
        ),
        [
            *trace_options(say),
            sites_option(say, required=True),
            registry_option(say),
            file_option(
                "--vehicles", say("车辆表（CSV、Parquet、Excel）", "vehicles (CSV, Parquet, Excel)"), required=True
            ),
            file_option("--out", say("结果写到这个文件夹", "folder for the results"), required=True),
            file_option("--permits", say("通行证（CSV、Excel、JSON）", "permits (CSV, Excel, JSON)")),
            file_option(
                "--places",
                say(
                    "已知不是装载点的地方（GeoJSON：停车场、服务区）",
                    "places known to be no loading places (GeoJSON: depots, service areas)",
                ),
            ),
            file_option(
                "--shippers",
                say(
                    "行程或通行证申请的表（CSV、Excel），核对发货单位当日是否在名单上",
                    "trips or permit applications (CSV, Excel): were their shippers on the list on the day?",
                ),
            ),
            click.Option(
                ["--min-minutes"],
                type=Number(1.0, 1440.0),
                default=10.0,
                show_default=True,
                help=say("停留至少这么久才算到访", "a stay must last so long to be a visit"),
            ),
            within_option(say),
            click.Option(
                ["--plates"],
                is_flag=True,
                help=say("号牌写全（默认遮去中间）", "write plates in full (masked unless said)"),
            ),
            click.Option(
                ["--excel"],
                is_flag=True,
                help=say("CSV 带 BOM，Excel 直接打开不乱码", "CSV with a byte order mark, for Excel"),
            ),
        ],
    )


def within_option(say: Speaker) -> click.Option:
    """Return `--within-hours`."""
    return click.Option(
        ["--within-hours"],
        type=Number(0.0, 240.0),
        default=6.0,
        show_default=True,
        help=say("到访后这么久以内的出车才算从那里出发", "a trip so long after a visit still began there"),
    )


def summary(counts: dict[str, Any], say: Speaker) -> list[str]:
    """Return the few lines a person reads first."""
    visits, stops, leads = counts["visits"]["visits"], counts["visits"]["stops"], counts["leads"]
    return [
        say(
            f"停留 {stops} 次；到访 {visits['all']} 次：确定 {visits['inside']}，拿不准 {visits['unsure']}，场地重叠 {visits['ambiguous']}",
            f"{stops} stops; {visits['all']} visits: {visits['inside']} sure, {visits['unsure']} unsure, "
            f"{visits['ambiguous']} where sites overlap",
        ),
        say(
            f"线索 {leads['all']} 条，其中 {leads['with_origin']} 条找到源头企业。线索，须经人工核实",
            f"{leads['all']} leads, {leads['with_origin']} with an origin enterprise. Leads, for a person to verify",
        ),
        say(
            f"名单外的疑似装载点 {counts['unlisted']['clusters']['candidates']} 处，供实地核查，不是指控",
            f"{counts['unlisted']['clusters']['candidates']} possible loading places on no list: "
            "candidates for inspection, not accusations",
        ),
        *([shippers_line(counts["shippers"], say)] if "shippers" in counts else []),
    ]
