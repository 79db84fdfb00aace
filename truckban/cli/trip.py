"""`truckban trip`: JSON trips in, one JSON answer a line out."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truckban.cli.base import DONE, DONE_WITH_REJECTS, Command, new, read_lines, write
from truckban.cli.language import Speaker

if TYPE_CHECKING:
    from truckban.trips.network import Network


def command(say: Speaker) -> Command:
    """Build the command."""

    def trip(trips: str, margin_s: float, days: float, geometry: bool, **given: Any) -> int:  # noqa: ANN401, FBT001
        from truckban.json_text import identity, read_json  # noqa: PLC0415
        from truckban.trips.answer import answer_trip  # noqa: PLC0415
        from truckban.trips.model import Options  # noqa: PLC0415
        from zones.errors import InputError  # noqa: PLC0415

        network = network_given(say, **given)
        options = Options(margin_s=margin_s, ahead_s=days * 86_400)
        status = DONE
        for number, line in enumerate(read_lines(trips), start=1):
            if not line.strip():
                continue
            asked: Any = None
            try:
                asked = read_json(line)
                if geometry and isinstance(asked, dict):
                    asked = {**asked, "geometry": True}
                found = answer_trip(asked, network.streets, network.rules, options=options)
            except InputError as error:
                status = DONE_WITH_REJECTS
                wrong = {"line": number, "field": error.field, "message": error.text.of(say.lang)}
                found = {"id": identity(asked), "error": wrong}
            write(json.dumps(found, ensure_ascii=False))
        return status

    return new(
        say,
        trip,
        "trip",
        (
            "对每次行程（一行一个 JSON）回答：能不能走；不能走时绕行、改时间、等待、换车或办证，各要多花多少时间和路程。",
            (
                "Answer each trip (one JSON a line): is it lawful, and if not, another way, another time, a wait, another vehicle "
                "or a permit, each with what it costs."
            ),
        ),
        [click.Argument(["trips"], metavar=say("行程.jsonl|-", "TRIPS.jsonl|-")), *trip_options(say)],
    )


def trip_options(say: Speaker) -> list[click.Parameter]:
    """Build the options: notices, zones, streets, speeds, margins."""
    return [
        click.Option(
            ["--notice"],
            multiple=True,
            default=("linyi-2023-5",),
            show_default=True,
            help=say(
                "内置通告名、YAML 文件，或同一地方前后几个通告的文件夹；几个地方的通告可多次给出",
                "a built-in notice, a YAML file, or a folder of one place's notices over time; repeat it for several places",
            ),
        ),
        click.Option(
            ["--zone"],
            multiple=True,
            help=say(
                "区域文件（GeoJSON），与 --notice 一一对应；不写则用通告自带的",
                "zone files (GeoJSON), one for each --notice; the notice's own unless said",
            ),
        ),
        click.Option(
            ["--streets"],
            type=click.Path(path_type=Path),
            help=say(
                "更大的路网（OSM XML、PBF、GeoJSON 等）；不写则用区域文件自带的街道（周边约 2.5 公里）",
                "a larger network (OSM XML, PBF, GeoJSON ...); the zone file's own streets (about 2.5 km around) unless said",
            ),
        ),
        click.Option(
            ["--speeds"],
            type=click.Path(path_type=Path),
            help=say(
                "货车车速假设（YAML）；不写则用内置的", "assumed speeds of trucks (YAML); the built-in ones unless said"
            ),
        ),
        click.Option(
            ["--margin-s"],
            type=click.FloatRange(min=0, max=3600),
            default=120.0,
            show_default=True,
            help=say("建议的走法离禁行时段至少多少秒", "how many seconds the ways that are offered keep from a ban"),
        ),
        click.Option(
            ["--days"],
            type=click.FloatRange(min=1, max=31),
            default=7.0,
            show_default=True,
            help=say("往后看几天", "how many days ahead a lawful way is looked for"),
        ),
        click.Option(
            ["--geometry"], is_flag=True, help=say("附上线路坐标和时刻", "with the lines, and when the truck is where")
        ),
    ]


def network_given(
    say: Speaker, *, notice: tuple[str, ...], zone: tuple[str, ...], streets: Path | None, speeds: Path | None
) -> "Network":
    """Return the network of a command's options."""
    from truckban.trips.network import network_of  # noqa: PLC0415

    if zone and len(zone) != len(notice):
        raise click.UsageError(
            say(
                f"--zone 有 {len(zone)} 个，--notice 有 {len(notice)} 个：应一一对应",
                f"there are {len(zone)} of --zone and {len(notice)} of --notice: give one for each",
            )
        )
    return network_of(notice, zone or None, streets=streets, speeds=speeds)
