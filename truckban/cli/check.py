"""`truckban check`: traces in; leads, a report, and every rejected row out."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truckban.cli.base import DONE, DONE_WITH_REJECTS, Command, Number, complain, new, write
from truckban.cli.enterprise_given import registry_option, sites_option
from truckban.cli.language import Speaker
from truckban.cli.traces_given import FORMATS, file_option, map_of, progress, trace_columns, trace_options
from zones.errors import InputError
from zones.text import Text

if TYPE_CHECKING:
    from truckban.freight.sites_given import GivenSites
    from truckban.norms import Notice
    from truckban.traces.check import Checked, Inputs, Step


def command(say: Speaker) -> Command:
    """Build the command."""

    def check(traces: Path, out: Path, **given: Any) -> int:  # noqa: ANN401
        import datetime as dt  # noqa: PLC0415

        from truckban.grounds import in_force_with  # noqa: PLC0415
        from truckban.report import write_report  # noqa: PLC0415
        from truckban.traces.check import Inputs  # noqa: PLC0415
        from truckban.traces.check import check as run_check  # noqa: PLC0415
        from truckban.traces.output import whole_result, write_outputs, write_run  # noqa: PLC0415

        law, ground = in_force_with(given["notice"], given["zone"])
        ground = map_of(law, ground, say)
        if given["alert"]:
            law = _told(law, given["alert"])
        if out.exists() and not out.is_dir():
            raise InputError(Text("输出要是文件夹", "the output must be a folder"), file=out.name, field="--out")
        inputs = Inputs(
            traces,
            given["vehicles"],
            given["permits"],
            given["crs"],
            trace_columns(given["column"], say),
            given["min_probability"],
            dt.datetime.now(dt.UTC),
        )
        engine = run_check
        if given["engine"] == "spark":
            from truckban.traces.spark.check import engine_at  # noqa: PLC0415

            engine = engine_at(given["master"], out, all_passages=given["all_passages"])
        elif given["master"] is not None:
            raise click.UsageError(say("--master 只用于 --engine spark", "--master goes with --engine spark"))
        sites = _sites(given, say)
        with progress(say) as step:
            checked = engine(inputs, law, ground, step=step)
            checked = _with_origins(checked, inputs, sites, step)
            with step(Text("写出线索和报告", "writing leads and report")), whole_result(checked, out) as part:
                write_outputs(checked, part, all_passages=given["all_passages"], excel=given["excel"], lang=say.lang)
                write_report(checked, part / "report.html", lang=say.lang)
                write_run(checked, part)
        for line in summary(checked.counts(), ground.zone.grade, say):
            write(line)
        for note in [*checked.notes, *(sites.notes if sites else ())]:
            complain(note.of(say.lang))
        write(say("报告：", "Report: ") + str(out / "report.html"))
        return DONE_WITH_REJECTS if checked.rejects else DONE

    return new(
        say,
        check,
        "check",
        (
            "用 GPS 轨迹找出可能违反通告的经过。结果是线索，须经人工核实；程序不作处罚。" + FORMATS.zh,
            "Find passages in GPS traces that may break the notice. They are leads for a person to verify; nothing is penalised. "
            + FORMATS.en,
        ),
        [
            *trace_options(say),
            file_option(
                "--vehicles", say("车辆表（CSV、Parquet、Excel）", "vehicles (CSV, Parquet, Excel)"), required=True
            ),
            file_option("--out", say("结果写到这个文件夹", "folder for the results"), required=True),
            file_option("--permits", say("通行证（CSV、Excel、JSON）", "permits (CSV, Excel, JSON)")),
            sites_option(say),
            registry_option(say),
            click.Option(
                ["--min-probability"],
                type=Number(0.0, 1.0),
                default=0.9,
                show_default=True,
                help=say("低于此概率的经过算拿不准，不作线索", "passages less likely than this are unsure, no leads"),
            ),
            click.Option(
                ["--alert"],
                multiple=True,
                metavar=say("等级=起/止", "LEVEL=FROM/UNTIL"),
                help=say(
                    "何时有预警，如 red=2024-12-01/2024-12-03（日期，止日包含在内；也可以是时刻，终止时刻不含），可多次；没有预警写 none；"
                    "不写则不查只在预警期间生效的禁令",
                    "when an alert was in force, such as red=2024-12-01/2024-12-03 (days, both included; or instants, the end not), may be repeated; "
                    "none where there was no alert; bans that hold during alerts only are not asked unless said",
                ),
            ),
            click.Option(
                ["--engine"],
                type=click.Choice(["local", "spark"]),
                default="local",
                show_default=True,
                help=say(
                    "spark：多台机器分担，只读 Parquet，结果相同（见 docs/spark.md）",
                    "spark: shared out to many machines, Parquet only, same results (see docs/spark.md)",
                ),
            ),
            click.Option(
                ["--master"],
                metavar="URL",
                help=say(
                    "Spark 的 master，如 spark://主机:7077；不写则按 Spark 自己的配置，没有配置就用本机",
                    "Spark's master, such as spark://host:7077; else Spark's own configuration, else this machine",
                ),
            ),
            click.Option(
                ["--excel"],
                is_flag=True,
                help=say("CSV 带 BOM，Excel 直接打开不乱码", "CSV with a byte order mark, for Excel"),
            ),
            click.Option(
                ["--all-passages"],
                is_flag=True,
                help=say(
                    "另存全部经过，含合法的和拿不准的", "also write all passages, lawful and unsure ones included"
                ),
            ),
        ],
    )


def _told(law: "Notice", alerts: tuple[str, ...]) -> "Notice":
    """Return a notice that is told which alerts there were."""
    from truckban.alert_times import alert_said, read_alert_times  # noqa: PLC0415

    said = [] if alerts == ("none",) else [alert_said(text) for text in alerts]
    return law.during(read_alert_times(said, law.pack.alerts, law.pack.timezone))


def _sites(given: Mapping[str, Any], say: Speaker) -> "GivenSites | None":
    """Return the sites that `--sites` names, if any."""
    if given["sites"] is None:
        return None
    if given["engine"] == "spark":
        raise click.UsageError(say("--sites 只用于 --engine local", "--sites goes with --engine local"))
    from truckban.freight.sites_given import read_given_sites  # noqa: PLC0415

    return read_given_sites(given["sites"], given["registry"])


def _with_origins(checked: "Checked", inputs: "Inputs", sites: "GivenSites | None", step: "Step") -> "Checked":
    """Return a check with the origins of its leads; as it is where no sites are given."""
    if sites is None:
        return checked
    from truckban.freight.visiting import visiting, with_sites  # noqa: PLC0415

    found = visiting(inputs, checked.notice.pack.timezone, sites, checked.fleet.plates, step=step)
    return with_sites(checked, found)[0]


def summary(counts: Mapping[str, Any], grade: str, say: Speaker) -> list[str]:
    """Return the few lines a person reads first."""
    rows, passages = counts["rows"], counts["passages"]
    lines = [
        say(
            f"轨迹 {rows['read']} 行：采用 {rows['used']}（其中重复 {counts['duplicates']}），拒绝 {rows['rejected']}",
            f"traces: {rows['read']} rows, {rows['used']} used ({counts['duplicates']} of them repeats), {rows['rejected']} rejected",
        ),
        say(
            f"车辆 {counts['vehicles']['in_traces']} 辆（{counts['vehicles']['in_traces_unknown']} 辆不在车辆表中）；"
            f"经过 {passages['all']} 次：合法 {passages['lawful']}，拿不准 {passages['unsure']}",
            f"vehicles: {counts['vehicles']['in_traces']} ({counts['vehicles']['in_traces_unknown']} not in the vehicles' file); "
            f"passages: {passages['all']}, {passages['lawful']} lawful, {passages['unsure']} unsure",
        ),
        say(
            f"线索 {counts['leads']} 条：禁止 {passages['prohibited']}，无法确定 {passages['undetermined']}。线索，须经人工核实",
            f"leads: {counts['leads']}: {passages['prohibited']} prohibited, {passages['undetermined']} undetermined. Leads, for a person to verify",
        ),
    ]
    for name, zh, en in (("vehicles", "车辆表", "vehicles' file"), ("permits", "通行证", "permits")):
        if counts[name]["rejected"]:
            read, rejected = counts[name]["read"], counts[name]["rejected"]
            lines.append(
                say(
                    f"{zh} {read} 行：拒绝 {rejected}，原因见 rejected.csv",
                    f"{en}: {read} rows, {rejected} rejected; rejected.csv says why",
                )
            )
    if grade == "schematic":
        lines.append(
            say(
                "注意：区域是示意图，结果不得用于执法",
                "Note: the zone is a schematic; nothing here is fit for enforcement",
            )
        )
    return lines
