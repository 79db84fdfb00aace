"""`truckban simulate`: a day of invented trucks on the schematic, with its truth."""

import click

from truckban.cli.base import DONE, Command, new, write
from truckban.cli.language import Speaker

_MOST_TRUCKS = 5000


def command(say: Speaker) -> Command:
    """Build the command."""

    def simulate(out: str, trucks: int, seed: int, date: str, freight: int) -> int:
        import datetime as dt  # noqa: PLC0415 - the help stays quick

        from truckban.demo.day import FREIGHT_TABLES, TABLES, make_day  # noqa: PLC0415

        try:
            on = dt.date.fromisoformat(date)
        except ValueError:
            raise click.BadParameter(
                say(f"`{date}` 不是日期；应如 2024-05-08", f"`{date}` is not a day; write 2024-05-08"),
                param=options[3],
            ) from None
        day = make_day(seed=seed, trucks=trucks, date=on, freight_trucks=freight)
        files = day.write(out)
        tables = dict(zip((*TABLES, *FREIGHT_TABLES), files, strict=False))
        unlawful = int((day.truth["verdict"] == "prohibited").sum())
        rows = {name: len(getattr(day, name)) for name in tables}
        write(
            say(
                f"已造好 {on} 一天 {trucks + freight} 辆车的轨迹（种子 {seed}）：",
                f"made one day, {on}, of {trucks + freight} trucks (seed {seed}):",
            )
        )
        notes = {
            "traces": say("定位点，误差 8 米", "fixes, 8 m of noise"),
            "vehicles": say("车辆，车牌均为虚构", "vehicles, every plate invented"),
            "permits": say("通行证", "permits"),
            "truth": say(
                f"区域内行驶的真相，其中违规 {unlawful} 次",
                f"true passages inside, {unlawful} of them unlawful",
            ),
            "scenarios": say("每辆车的情形", "what each truck was made to do"),
            "visits_truth": say("在各场地停留的真相", "true stays at sites and other places"),
            "slips": say("磅单，有缺的，也有写错企业的", "weighing records, some missing, some of another enterprise"),
        }
        for name, path in tables.items():
            write(f"  {path}  {rows[name]}  {notes[name]}")
        if freight:
            write(f"  {files[-1]}  " + say("已知不是装载点的地方", "places known to be no loading places"))
        write(
            say(
                "路网为示意：拓扑正确，位置任意，不是临猗的实际道路；结果不得用于执法。",
                "The streets are a schematic: right in topology, arbitrary in position, "
                "not the county's real roads; nothing here is fit for enforcement.",
            )
        )
        return DONE

    options: list[click.Parameter] = [
        click.Option(
            ["--out"], required=True, metavar=say("文件夹", "DIR"), help=say("写到哪个文件夹", "the folder to write to")
        ),
        click.Option(
            ["--trucks"],
            type=click.IntRange(1, _MOST_TRUCKS),
            default=200,
            show_default=True,
            help=say("多少辆车", "how many trucks"),
        ),
        click.Option(
            ["--seed"],
            type=click.IntRange(0),
            default=1,
            show_default=True,
            help=say("随机种子；相同则结果逐字节相同", "seed of chance; the same one gives the same bytes"),
        ),
        click.Option(
            ["--date"],
            default="2024-05-08",
            show_default=True,
            metavar="YYYY-MM-DD",
            help=say("哪一天", "which day"),
        ),
        click.Option(
            ["--freight"],
            type=click.IntRange(0, _MOST_TRUCKS),
            default=0,
            show_default=True,
            metavar="N",
            help=say(
                "另加多少辆到虚构源头企业装货的车（附磅单）；其余车辆不变",
                "so many trucks more that load at the invented sites, with weighing records; the others stay the same",
            ),
        ),
    ]
    return new(
        say,
        simulate,
        "simulate",
        (
            "在示意路网上造一天货车轨迹并写出真相：合法、违规、豁免、有证、夜间、只走环路、停在区内。",
            (
                "Make a day of truck traces on the schematic and its truth: lawful, unlawful, exempt, permitted, "
                "by night, on the ring road only, parked inside."
            ),
        ),
        options,
    )
