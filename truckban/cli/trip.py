"""`truckban trip`: JSON trips in, one JSON answer a line out."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truckban.cli.base import DONE, DONE_WITH_REJECTS, Command, complain, json_of, new, read_lines, write
from truckban.cli.language import Speaker

if TYPE_CHECKING:
    from truckban.report.trip_page import TripPages
    from truckban.trips.model import Options
    from truckban.trips.network import Network


def command(say: Speaker) -> Command:
    """Build the command."""

    def trip(
        trips: str | None,
        margin_s: float,
        days: float,
        geometry: bool,  # noqa: FBT001
        html: Path | None,
        sheet: Path | None,
        out: Path | None,
        crs: str | None,
        **given: Any,  # noqa: ANN401
    ) -> int:
        from truckban.trips.model import Options  # noqa: PLC0415

        if (trips is None) == (sheet is None) or (sheet is None) != (out is None):
            raise click.UsageError(
                say(
                    "应给出 行程.jsonl（或 -），或者 --sheet 表格 --out 表格",
                    "give TRIPS.jsonl (or -), or --sheet SHEET --out SHEET",
                )
            )
        options = Options(margin_s=margin_s, ahead_s=days * 86_400)
        if sheet is not None and out is not None:
            return sheet_answered(say, sheet, out, options, crs=crs, **given)
        return lines_answered(say, trips or "-", options, geometry=geometry, html=html, **given)

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
        [
            click.Argument(["trips"], required=False, metavar=say("行程.jsonl|-", "TRIPS.jsonl|-")),
            *trip_options(say),
            click.Option(
                ["--sheet"],
                type=click.Path(path_type=Path),
                help=say(
                    "行程表（CSV 或 Excel，一行一次行程），代替 行程.jsonl",
                    "a sheet of trips (CSV or Excel, one a row) in place of TRIPS.jsonl",
                ),
            ),
            click.Option(
                ["--out"],
                type=click.Path(path_type=Path),
                help=say(
                    "与 --sheet 同用：同一张表，加上结论、原因和最佳办法",
                    "with --sheet: the same sheet with verdict, reason and best way out",
                ),
            ),
            click.Option(
                ["--crs"],
                type=click.Choice(["wgs84", "gcj02", "bd09"]),
                help=say("行程表里位置的坐标系", "what the positions of the sheet are in"),
            ),
            click.Option(
                ["--html"],
                type=click.Path(path_type=Path),
                help=say(
                    "另写网页（地图、时间条、各种走法）：文件夹（每次行程一页，另有目录页），或只有一次行程时的 .html 文件",
                    "pages with map, time strip and ways instead: a folder (a page a trip, and a list), or, for one trip, a .html file",
                ),
            ),
        ],
    )


def lines_answered(
    say: Speaker,
    trips: str,
    options: "Options",
    *,
    geometry: bool,
    html: Path | None,
    **given: Any,  # noqa: ANN401
) -> int:
    """Answer JSON lines; return the exit status."""
    from truckban.json_text import identity  # noqa: PLC0415
    from truckban.trips.answer import as_json  # noqa: PLC0415
    from truckban.trips.plan import plan_trip  # noqa: PLC0415
    from truckban.trips.request import read_trip  # noqa: PLC0415
    from zones.errors import InputError  # noqa: PLC0415

    network = network_given(**given)
    lines: Iterable[str] = read_lines(trips, each=True)
    pages = None
    if html is not None:
        lines = list(lines)
        pages = pages_given(say, html, lines, options)
    status = DONE
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        asked: Any = None
        try:
            asked = json_of(line)
            plan = plan_trip(
                network.streets,
                read_trip(asked, network.streets, network.rules, sites=network.sites, allow_files=True),
                options,
            )
            wide = geometry or asked.get("geometry") is True
            found = {"id": identity(asked), **as_json(plan, geometry=wide)}
            if pages is not None:
                pages.add(str(identity(asked) or number), plan)
        except InputError as error:
            status = DONE_WITH_REJECTS
            wrong = {"line": number, "field": error.field, "message": error.text.of(say.lang)}
            found = {"id": identity(asked), "error": wrong}
            if pages is not None:
                pages.refuse(str(identity(asked) or number), error.text)
        write(json.dumps(found, ensure_ascii=False))
    if pages is not None:
        pages.close()
    return status


def sheet_answered(say: Speaker, sheet: Path, out: Path, options: "Options", *, crs: str | None, **given: Any) -> int:  # noqa: ANN401
    """Answer a sheet of trips; return the exit status."""
    from truckban.cli.traces_given import progress  # noqa: PLC0415
    from truckban.trips.batch import plan_sheet  # noqa: PLC0415

    network = network_given(**given)
    with progress(say) as step:
        counts = plan_sheet(
            sheet,
            out,
            network.streets,
            network.rules,
            options=options,
            sites=network.sites,
            step=step,
            crs=crs,
            lang=say.lang,
        )
    for note in counts.notes:
        complain(note.of(say.lang))
    complain(
        say(
            f"{counts.rows} 行：合法 {counts.lawful}，不合法 {counts.unlawful}，说不准 {counts.undetermined}，读不懂 {counts.unreadable}",
            f"{counts.rows} rows: {counts.lawful} lawful, {counts.unlawful} unlawful, {counts.undetermined} undetermined, "
            f"{counts.unreadable} not read",
        )
    )
    return DONE_WITH_REJECTS if counts.unreadable else DONE


def pages_given(say: Speaker, html: Path, lines: Sequence[str], options: "Options") -> "TripPages":
    """Return where the trips of some lines are drawn."""
    from truckban.report.trip_page import TripPages, is_page  # noqa: PLC0415

    count = sum(bool(line.strip()) for line in lines)
    if is_page(html) and count > 1:
        raise click.UsageError(
            say(
                f"有 {count} 次行程，一个网页文件只放一次：--html 请给出文件夹",
                f"there are {count} trips and a page holds one: give --html a folder",
            )
        )
    return TripPages(html, lang=say.lang, options=options)


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
                "区域文件（GeoJSON）：每个 --notice 一个，通告有几个区域时每个区域一个；不写则用通告自带的",
                "zone files (GeoJSON), one for each --notice, and where it has several zones one for each; the notice's own unless said",
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
            ["--enterprises"],
            metavar=say("文件.json|名录", "FILE.json|NAME"),
            help=say(
                "企业名录（带位置），行程可以写企业名；不写为内置名单（没有位置）",
                "a registry of enterprises with positions, so that trips can name them; the built-in list, without positions, unless said",
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
    *,
    notice: tuple[str, ...],
    zone: tuple[str, ...],
    streets: Path | None,
    speeds: Path | None,
    enterprises: str | None,
) -> "Network":
    """Return the network of a command's options."""
    from truckban.trips.network import network_of  # noqa: PLC0415

    return network_of(notice, zone or None, streets=streets, speeds=speeds, enterprises=enterprises)
