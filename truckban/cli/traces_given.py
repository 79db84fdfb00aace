"""What the commands that read traces share: which files and columns, which notice and zone; progress on the terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from truckban.cli.columns_given import chosen_columns, column_option
from truckban.cli.language import Speaker
from zones.text import Text

if TYPE_CHECKING:
    from truckban.norms import Notice
    from truckban.traces.check import Step
    from zones.locate import Locator

FORMATS = Text(
    "轨迹可以是 CSV、Parquet、Excel、GPX、GeoJSON、OGC Moving Features JSON 或 JT/T 808 报文日志，文件或文件夹。",
    "Traces are CSV, Parquet, Excel, GPX, GeoJSON, OGC Moving Features JSON or logs of JT/T 808 messages; a file or a folder.",
)


def trace_options(say: Speaker) -> list[click.Parameter]:
    """Build the parameters: the traces, the notice, the zone, the coordinates, the columns."""
    return [
        click.Argument(["traces"], type=click.Path(path_type=Path), metavar=say("轨迹文件或文件夹", "TRACES")),
        click.Option(
            ["--notice"],
            default="linyi-2023-5",
            show_default=True,
            help=say("内置通告名，或 YAML 文件", "a built-in notice, or a YAML file"),
        ),
        click.Option(
            ["--zone"],
            type=click.Path(path_type=Path),
            multiple=True,
            callback=partial(_one_zone, say),
            help=say(
                "区域文件（GeoJSON），一次一个；不写则用通告自带的",
                "a zone file (GeoJSON), one at a time; the notice's own unless said",
            ),
        ),
        click.Option(
            ["--crs"],
            type=click.Choice(["wgs84", "gcj02", "bd09"]),
            default="wgs84",
            show_default=True,
            help=say("轨迹的坐标系", "what the positions are in"),
        ),
        column_option(
            say, "指定列名，如 time=定位时间；可多次", "name a column, such as time=定位时间; may be repeated"
        ),
    ]


def file_option(name: str, help_: str, *, required: bool = False) -> click.Option:
    """Build an option that names a file or folder."""
    return click.Option([name], required=required, type=click.Path(path_type=Path), help=help_)


def trace_columns(pairs: tuple[str, ...], say: Speaker) -> dict[str, str]:
    """Return the columns that `--column` names, by the contract's names."""
    from truckban.traces.read.column_names import EXTRA, NAMES  # noqa: PLC0415

    return chosen_columns(pairs, (*NAMES, *EXTRA), say)


def law_given(notice: str, zone: Path | None, say: Speaker) -> "tuple[Notice, Locator]":
    """Return the notice and its zone on the ground.

    Raises:
        click.UsageError: the notice comes with no zone, and none is given.
    """
    from truckban.grounds import ground_for  # noqa: PLC0415
    from truckban.notices.load import notice_named  # noqa: PLC0415

    law = notice_named(notice)
    return law, map_of(law, ground_for(law, zone), say)


def map_of(law: "Notice", ground: "Locator | None", say: Speaker) -> "Locator":
    """Return the map of a notice's zone.

    Raises:
        click.UsageError: there is none.
    """
    if ground is None:
        raise click.UsageError(
            say(
                f"通告 {law.id} 没有自带区域，请用 --zone 给出",
                f"notice {law.id} comes with no zone; give one with --zone",
            )
        )
    return ground


@contextmanager
def progress(say: Speaker) -> Iterator["Step"]:
    """Show what is being done, on the terminal's error stream only."""
    if not sys.stderr.isatty():
        yield lambda _what: nullcontext()
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:

        @contextmanager
        def step(what: Text) -> Iterator[Callable[[int, int], None]]:
            task = bar.add_task(what.of(say.lang), total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
            bar.update(task, total=1, completed=1)

        yield step


def _one_zone(say: Speaker, ctx: click.Context, _option: click.Parameter, given: tuple[Path, ...]) -> Path | None:
    """Return the zone file; of several none is taken in silence for all of them."""
    if len(given) > 1:
        text = say(
            f"一次查一个区域，--zone 给了 {len(given)} 个：每个区域各运行一次",
            f"one zone at a time, and --zone names {len(given)}: run the command once for each",
        )
        raise click.UsageError(text, ctx)
    return given[0] if given else None
