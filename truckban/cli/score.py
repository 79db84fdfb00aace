"""`truckban score`: the leads of a simulated day held against its truth."""

from pathlib import Path

import click

from truckban.cli.base import DONE, Command, new, write
from truckban.cli.language import Speaker
from zones.errors import InputError
from zones.text import Text

_NEEDED = ("truth.csv", "vehicles.csv")


def command(say: Speaker) -> Command:
    """Build the command."""

    def score_(leads: Path, day: Path) -> int:
        import pandas as pd  # noqa: PLC0415

        from truckban.demo.score import score  # noqa: PLC0415

        files = [leads, *(day / name for name in _NEEDED)]
        for file in files:
            if not file.is_file():
                raise InputError(Text("没有这个文件", "there is no such file"), file=str(file))
        write(score(*(pd.read_csv(file) for file in files)).sentence.of(say.lang))
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
