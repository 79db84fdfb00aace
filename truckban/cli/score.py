"""`truckban score`: the leads of a simulated day held against its truth."""

from pathlib import Path

import click

from truckban.cli.base import DONE, Command, new, write
from truckban.cli.language import Speaker
from zones.errors import InputError
from zones.text import Text

_LEADS = ("vehicle_id", "entered_at", "left_at", "verdict")
_NEEDED = {"truth.csv": (*_LEADS, "length_m"), "vehicles.csv": ("vehicle_id",)}
"""The files of a simulated day that are needed, and their columns."""


def command(say: Speaker) -> Command:
    """Build the command."""

    def score_(leads: Path, day: Path) -> int:
        import pandas as pd  # noqa: PLC0415

        from truckban.demo.score import score  # noqa: PLC0415

        tables = []
        for file, columns in ((leads, _LEADS), *((day / name, columns) for name, columns in _NEEDED.items())):
            if not file.is_file():
                raise InputError(Text("没有这个文件", "there is no such file"), file=str(file))
            try:
                table = pd.read_csv(file)
            except (ValueError, pd.errors.ParserError):
                raise InputError(Text("不是可读的 CSV", "this is not readable as CSV"), file=str(file)) from None
            missing = ", ".join(name for name in columns if name not in table.columns)
            if missing:
                raise InputError(Text(f"没有列 {missing}", f"there is no column {missing}"), file=str(file), line=1)
            tables.append(table)
        write(score(*tables).sentence.of(say.lang))
        return DONE

    return new(
        say,
        score_,
        "score",
        (
            "用模拟时已知的真相检验线索：违规经过找到多少，合法车辆误列多少。",
            "Check leads against a simulated day's truth: unlawful passages found, lawful trucks accused.",
        ),
        [
            click.Argument(["leads"], type=click.Path(path_type=Path), metavar=say("线索.csv", "LEADS.csv")),
            click.Option(
                ["--truth", "day"],
                required=True,
                type=click.Path(path_type=Path),
                metavar=say("文件夹", "DIR"),
                help=say("truckban simulate 写出的文件夹", "the folder that truckban simulate wrote"),
            ),
        ],
    )
