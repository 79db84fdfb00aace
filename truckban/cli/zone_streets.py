"""Where `truckban zone build` has its streets from: a file, or a server; with drives and names beside them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truckban.cli.base import Number
from truckban.cli.language import Speaker

if TYPE_CHECKING:
    from zones.network import StreetNetwork
    from zones.overpass import Around, Within

_ONLINE = ("around", "within", "overpass_url", "timeout_s", "retries", "cache")
_AROUND_PARTS = 3


def options(say: Speaker) -> list[click.Parameter]:
    """Build the options; `streets_asked` understands them."""
    return [
        click.Option(
            ["--streets"],
            required=True,
            metavar="FILE|overpass",
            help=say(
                "街道文件（.osm、.osm.pbf、.geojson、.gpkg、.shp、.zip、.parquet、.gpx、.csv），或 overpass 联网下载",
                "file of streets (.osm, .osm.pbf, .geojson, .gpkg, .shp, .zip, .parquet, .gpx, .csv), or overpass to fetch them",
            ),
        ),
        click.Option(
            ["--crs"],
            help=say(
                "街道文件的坐标系：wgs84、gcj02、bd09，或 EPSG:4490 等；缺省按文件所说",
                "what the streets' coordinates are in: wgs84, gcj02, bd09, or such as EPSG:4490; by default what the file says",
            ),
        ),
        click.Option(["--name-column"], help=say("路名所在的列", "the column that holds the streets' names")),
        click.Option(
            ["--names"],
            type=click.Path(path_type=Path),
            help=say("补充路名的文件（YAML 或 JSON）", "file of names to add (YAML or JSON)"),
        ),
        click.Option(
            ["--track"],
            multiple=True,
            metavar=say("路名=FILE", "NAME=FILE"),
            help=say("沿某路实测的轨迹（CSV 或 GPX）；可多次", "a drive along a road (CSV or GPX); may be repeated"),
        ),
        click.Option(
            ["--around"],
            metavar="LON,LAT,RADIUS_M",
            help=say("overpass：这一点周围多少米", "overpass: so many metres around a position"),
        ),
        click.Option(
            ["--within"],
            type=click.Path(path_type=Path),
            metavar="FILE.geojson",
            help=say("overpass：这个面以内", "overpass: within this area"),
        ),
        click.Option(["--overpass-url"], help=say("overpass：服务器地址", "overpass: the server's address")),
        click.Option(
            ["--timeout-s"],
            type=Number(min=0.1, max=3600),
            help=say("overpass：每次最多等多少秒", "overpass: longest wait for one answer, seconds"),
        ),
        click.Option(
            ["--retries"],
            type=click.IntRange(0, 20),
            help=say("overpass：失败后再试几次", "overpass: how often to ask again"),
        ),
        click.Option(
            ["--cache"],
            type=click.Path(path_type=Path),
            metavar="DIR",
            help=say(
                "overpass：把应答存在这个文件夹，再问时不联网", "overpass: keep answers in this folder and ask no more"
            ),
        ),
    ]


def streets_asked(say: Speaker, streets: str, given: dict[str, Any]) -> "StreetNetwork":
    """Return the streets that a call asks for.

    Args:
        say: for sentences about the call.
        streets: a file's name, or `overpass`.
        given: the values of the other options by name.

    Raises:
        click.UsageError: options that do not belong together.
        InputError: no streets are to be had from there.
    """
    from zones.network import read_streets  # noqa: PLC0415
    from zones.overlay import named  # noqa: PLC0415
    from zones.track_streets import read_tracks, with_tracks  # noqa: PLC0415

    online = streets == "overpass"
    idle = ("crs", "name_column") if online else _ONLINE
    for name in idle:
        if given[name] is not None:
            option = "--" + name.replace("_", "-")
            raise click.UsageError(
                say(f"{option} 不能和 --streets {streets} 一起用", f"{option} has no use with --streets {streets}")
            )
    form = {name: given[name] for name in ("crs", "name_column")}
    network = _fetched(say, given) if online else read_streets(streets, **form)
    tracks = [read_tracks(path, name=name) for name, path in (_track(say, text) for text in given["track"])]
    network = with_tracks(network, *tracks)
    return named(network, given["names"]) if given["names"] is not None else network


def _fetched(say: Speaker, given: dict[str, Any]) -> "StreetNetwork":
    from zones.overpass import OverpassSettings, read_overpass, read_within  # noqa: PLC0415

    if (given["around"] is None) == (given["within"] is None):
        raise click.UsageError(
            say(
                "联网下载要说明范围：--around 经度,纬度,半径米 或 --within 面.geojson，给其中一个（通告的话里没有坐标）",
                "to fetch streets say where: one of --around LON,LAT,RADIUS_M and --within AREA.geojson "
                "(the notice's words hold no position)",
            )
        )
    area = _around(say, given["around"]) if given["around"] is not None else read_within(given["within"])
    asked = {"url": given["overpass_url"], **{name: given[name] for name in ("timeout_s", "retries", "cache")}}
    return read_overpass(area, OverpassSettings(**{name: value for name, value in asked.items() if value is not None}))


def _around(say: Speaker, text: str) -> "Around | Within":
    from zones.overpass import Around  # noqa: PLC0415

    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != _AROUND_PARTS:
        raise click.UsageError(
            say(f"--around {text}：应写作 经度,纬度,半径米", f"--around {text}: write LON,LAT,RADIUS_M")
        )
    return Around(*numbers)


def _track(say: Speaker, text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not (equals and name.strip() and path):
        raise click.UsageError(say(f"--track {text}：应写作 路名=文件", f"--track {text}: write NAME=FILE"))
    return name, path
