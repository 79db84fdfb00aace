"""Where `truckban zone build` has its streets from: a file, or a server; with drives and names beside them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truckban.cli.base import Number
from truckban.cli.language import Speaker

if TYPE_CHECKING:
    from zones.area import Area, Around
    from zones.network import StreetNetwork

# one of these says where; then the options that every server has
_AREAS = ("around", "within", "place")
_ASKING = ("timeout_s", "retries", "cache", "user_agent")
_AROUND_PARTS = 3
_SHIFTED = ("gcj02", "bd09")


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
        click.Option(
            ["--name-column"],
            help=say(
                ".gpkg、.shp、.zip、.parquet：路名所在的列",
                ".gpkg, .shp, .zip, .parquet: the column that holds the streets' names",
            ),
        ),
        click.Option(
            ["--layer"],
            help=say(".gpkg、.zip：有几层线时取哪一层", ".gpkg, .zip: which layer, where several hold lines"),
        ),
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
            ["--track-crs"],
            type=click.Choice(["wgs84", "gcj02", "bd09"]),
            help=say(
                "--track 轨迹的坐标系；缺省 wgs84（GPX 标准如此，但国内应用常导出 gcj02）",
                "what the --track drives are in; wgs84 by default, as GPX defines, though apps in China often write gcj02",
            ),
        ),
        click.Option(
            ["--around"],
            metavar="LON,LAT,RADIUS_M",
            help=say(
                "只取这一点周围多少米的街道（文件、overpass 都可）",
                "only streets so many metres around a position (of a file or overpass)",
            ),
        ),
        click.Option(
            ["--within"],
            type=click.Path(path_type=Path),
            metavar="FILE.geojson",
            help=say(
                "只取碰到这个面的街道（文件、overpass 都可）",
                "only streets that touch this area (of a file or overpass)",
            ),
        ),
        click.Option(
            ["--place"],
            metavar=say("地名|R123456", "NAME|R123456"),
            help=say(
                "只取这个地方的街道，如“临猗县, 山西”，或 OSM 关系编号；联网问 Nominatim",
                'only streets of this place, such as "Linyi, Shanxi", or of an OSM relation; asks Nominatim, online',
            ),
        ),
        click.Option(["--nominatim-url"], help=say("--place：服务器地址", "--place: the server's address")),
        click.Option(["--overpass-url"], help=say("overpass：服务器地址", "overpass: the server's address")),
        click.Option(
            ["--timeout-s"],
            type=Number(min=0.1, max=3600),
            help=say("联网：每次最多等多少秒", "online: longest wait for one answer, seconds"),
        ),
        click.Option(
            ["--retries"],
            type=click.IntRange(0, 20),
            help=say("联网：失败后再试几次", "online: how often to ask again"),
        ),
        click.Option(
            ["--cache"],
            type=click.Path(path_type=Path),
            metavar="DIR",
            help=say("联网：把应答存在这个文件夹，再问时不联网", "online: keep answers in this folder and ask no more"),
        ),
        click.Option(
            ["--user-agent"],
            help=say(
                "联网：向服务器说明是谁在问，最好含联系方式（ASCII）", "online: who asks, best with a contact (ASCII)"
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

    _check(say, streets, given)
    area = _area(say, given)
    if streets == "overpass":
        network = _fetched(say, area, given)
    else:
        network = read_streets(streets, area=area, **{name: given[name] for name in ("crs", "name_column", "layer")})
    crs = given["track_crs"] or "wgs84"
    tracks = [
        read_tracks(path, name=name, crs=crs) for name, path in (track_named(say, text) for text in given["track"])
    ]
    network = with_tracks(network, *tracks)
    return named(network, given["names"]) if given["names"] is not None else network


def _check(say: Speaker, streets: str, given: dict[str, Any]) -> None:
    """Refuse options that would have no effect, and two that say the same thing in different ways."""
    for name, why in _idle(say, streets, given).items():
        if given[name] is not None:
            option = "--" + name.replace("_", "-")
            raise click.UsageError(say(f"{option} 在这里没有作用（{why}）", f"{option} has no use here ({why})"))
    if sum(given[name] is not None for name in _AREAS) > 1:
        raise click.UsageError(
            say("--around、--within、--place 只能给其中一个", "give only one of --around, --within and --place")
        )
    if given["track"] and given["crs"] in _SHIFTED and given["track_crs"] is None:
        raise click.UsageError(
            say(
                f"--crs {given['crs']} 说的是街道；轨迹的坐标系请用 --track-crs 说明",
                f"--crs {given['crs']} is about the streets; say with --track-crs what the drives are in",
            )
        )


def _idle(say: Speaker, streets: str, given: dict[str, Any]) -> dict[str, str]:
    """Return the options that have no effect in this call, each with why."""
    from zones.line_files import LAYERED, SUFFIXES  # noqa: PLC0415

    online, suffix = streets == "overpass", Path(streets).suffix.lower()
    asks = online or given["place"] is not None
    uses = {
        "crs": not online,
        "name_column": suffix in SUFFIXES,
        "layer": suffix in LAYERED,
        "overpass_url": online,
        **dict.fromkeys(_ASKING, asks),
    }
    idle = {name: f"--streets {streets}" for name, used in uses.items() if not used}
    if given["place"] is None:
        idle["nominatim_url"] = say("没有 --place", "no --place")
    if not given["track"]:
        idle["track_crs"] = say("没有 --track", "no --track")
    return idle


def _area(say: Speaker, given: dict[str, Any]) -> "Area | None":
    from zones.area import read_within  # noqa: PLC0415

    if given["around"] is not None:
        return _around(say, given["around"])
    if given["within"] is not None:
        return read_within(given["within"])
    if given["place"] is None:
        return None
    from zones.place import NominatimSettings, find_place  # noqa: PLC0415

    return find_place(given["place"], NominatimSettings(**_asked(given, "nominatim_url")))


def _fetched(say: Speaker, area: "Area | None", given: dict[str, Any]) -> "StreetNetwork":
    from zones.overpass import OverpassSettings, read_overpass  # noqa: PLC0415

    if area is None:
        raise click.UsageError(
            say(
                "联网下载要说明范围：--around 经度,纬度,半径米、--within 面.geojson 或 --place 地名（通告的话里没有坐标）",
                "to fetch streets say where: one of --around LON,LAT,RADIUS_M, --within AREA.geojson and --place NAME "
                "(the notice's words hold no position)",
            )
        )
    return read_overpass(area, OverpassSettings(**_asked(given, "overpass_url")))


def _asked(given: dict[str, Any], url: str) -> dict[str, Any]:
    """Return the settings of a server that were given."""
    values = {"url": given[url], **{name: given[name] for name in _ASKING}}
    return {name: value for name, value in values.items() if value is not None}


def _around(say: Speaker, text: str) -> "Around":
    from zones.area import Around  # noqa: PLC0415

    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != _AROUND_PARTS:
        raise click.UsageError(
            say(f"--around {text}：应写作 经度,纬度,半径米", f"--around {text}: write LON,LAT,RADIUS_M")
        )
    return Around(*numbers)


def track_named(say: Speaker, text: str) -> tuple[str, str]:
    """Return the road and the file of a `--track`."""
    name, equals, path = text.partition("=")
    if not (equals and name.strip() and path):
        raise click.UsageError(say(f"--track {text}：应写作 路名=文件", f"--track {text}: write NAME=FILE"))
    return name, path
