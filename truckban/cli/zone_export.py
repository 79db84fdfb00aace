"""`truckban zone export`: a zone for other programs."""

from pathlib import Path

import click

from truckban.cli.base import DONE, Command, new
from truckban.cli.language import Speaker
from truckban.cli.zone_given import given, params, ready, told
from zones.errors import InputError
from zones.text import Text

_FORMATS = ["geojson", "gpkg", "kml", "osm-tags"]


def export(say: Speaker) -> Command:
    """Build `zone export`."""

    def export_(zone: str | None, builtin: str | None, format_: str, out: Path, notice: str | None) -> int:
        from zones.export import kml_of, osm_tags_csv, write_geojson, write_geopackage  # noqa: PLC0415

        if format_ == "osm-tags" and notice is None:
            raise click.UsageError(
                say("osm-tags 需要 --notice：禁行时间写在通告里", "osm-tags needs --notice: the hours are the notice's")
            )
        found = given(zone, builtin, say)
        if format_ == "osm-tags":
            text = osm_tags_csv(found, _hours(str(notice)))
            ready(out, "--out").write_text(text, encoding="utf-8", newline="")
        elif format_ == "kml":
            ready(out, "--out").write_text(kml_of(found), encoding="utf-8", newline="\n")
        else:
            {"geojson": write_geojson, "gpkg": write_geopackage}[format_](found, ready(out, "--out"))
        told(out, say)
        return DONE

    return new(
        say,
        export_,
        "export",
        (
            "导出为 GeoJSON、GeoPackage、KML，或区内道路的 OSM 标签表（hgv:conditional）。",
            "Write it as GeoJSON, GeoPackage, KML, or a table of OSM tags (hgv:conditional) for the ways inside.",
        ),
        [
            *params(say),
            click.Option(
                ["--format", "format_"], type=click.Choice(_FORMATS), required=True, help=say("格式", "the format")
            ),
            click.Option(
                ["--out"],
                type=click.Path(path_type=Path),
                required=True,
                metavar="FILE",
                help=say("写到这个文件", "file to write"),
            ),
            click.Option(["--notice"], help=say("禁行时间取自这个通告（osm-tags）", "whose hours to take (osm-tags)")),
        ],
    )


def _hours(notice: str) -> str:
    """Return the hours of a notice's ban as an OSM `opening_hours` value.

    Raises:
        InputError: the notice has no daily hours, or more than one window, which one tag cannot say.
    """
    from truckban.notices.load import notice_named  # noqa: PLC0415

    pack = notice_named(notice).pack
    used = {name for rule in pack.rules for name in rule.windows or ()}
    windows = [window for name, window in pack.windows.items() if name in used]
    plain = [w.spans for w in windows if w.mode == "during" and not w.model_fields_set - {"clause", "spans", "mode"}]
    if len(windows) != 1 or not plain:
        raise InputError(
            Text(
                "通告的禁行时间不是单一的每日时段，不能写成一个标签",
                "the notice's hours are not one set of daily hours; one tag cannot say them",
            ),
            field="--notice",
        )
    return ",".join(plain[0])
