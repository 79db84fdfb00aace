"""`truckban enterprise export`: the list of a day as CSV, JSON, Excel or GeoJSON."""

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truckban.cli.base import DONE, Command, new, write
from truckban.cli.enterprise_given import day_given, on_option, registry_given, registry_option
from truckban.cli.language import Speaker

if TYPE_CHECKING:
    from enterprises.registry import Registry

FORMATS = {".csv": "csv", ".json": "json", ".xlsx": "xlsx", ".geojson": "geojson"}
COLUMNS = (
    "number", "id", "name", "kind", "kind_text", "listed_from", "listed_to", "list", "doc_no", "supervision_phone", "credit_code",
    "position",
)  # fmt: skip
# a cell that begins so is a formula to a spreadsheet
_FORMULA = ("=", "+", "-", "@", "\t")


def export_command(say: Speaker) -> Command:
    """Build `export`."""

    def export(out: str, registry: str | None, on: str | None) -> int:
        from truckban.enterprise_answers import entry_json  # noqa: PLC0415

        path = Path(out)
        kind = FORMATS.get(path.suffix.lower())
        if kind is None:
            known_endings = " ".join(FORMATS)
            raise click.UsageError(
                say(
                    f"文件名应以 {known_endings} 之一结尾：{path.name}",
                    f"a file name ends in one of {known_endings}: {path.name}",
                )
            )
        known = registry_given(registry)
        entries = [entry_json(known, entry, say.lang) for entry in known.listed(day_given(on, say) or known.latest)]
        data = {"csv": _csv, "json": _json, "xlsx": _xlsx, "geojson": _geojson}[kind](entries, known)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        write(say(f"{path.name}：{len(entries)} 家", f"{path.name}: {len(entries)} enterprises"))
        return DONE

    return new(
        say,
        export,
        "export",
        (
            "把某日的名单写成 CSV、JSON、Excel 或 GeoJSON（按文件名后缀）",
            "Write the list of a day as CSV, JSON, Excel or GeoJSON, by the file's ending",
        ),
        [click.Argument(["out"], metavar=say("输出文件", "OUT")), registry_option(say), on_option(say)],
    )


def _cells(entry: dict[str, Any]) -> list[Any]:
    return [_plain(entry[name]) for name in COLUMNS]


def _plain(value: Any) -> Any:  # noqa: ANN401
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _csv(entries: list[dict[str, Any]], _: "Registry") -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(["" if cell is None else cell for cell in _cells(entry)] for entry in entries)
    return text.getvalue().encode("utf-8-sig")


def _json(entries: list[dict[str, Any]], known: "Registry") -> bytes:
    tree = {"place": known.place, "invented": known.invented, "registry_sha256": known.sha256, "enterprises": entries}
    return (json.dumps(tree, ensure_ascii=False, indent=1) + "\n").encode()


def _xlsx(entries: list[dict[str, Any]], _: "Registry") -> bytes:
    import xlsxwriter  # noqa: PLC0415

    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("名单")
        for row, cells in enumerate([list(COLUMNS), *(_cells(entry) for entry in entries)]):
            for column, cell in enumerate(cells):
                sheet.write(row, column, cell)
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return data.getvalue()


def _geojson(entries: list[dict[str, Any]], known: "Registry") -> bytes:
    """Return sites in WGS 84; an enterprise without one is a feature without geometry, which says so."""
    features: list[dict[str, Any]] = []
    for entry in entries:
        own = {name: entry[name] for name in COLUMNS}
        for site in entry["sites"] or [None]:
            said = (
                {f"site_{key}": site[key] for key in ("id", "name", "radius_m", "source", "date", "invented")}
                if site
                else {}
            )
            given = {"site_crs_given": site["crs"]} if site else {}
            features.append(
                {
                    "type": "Feature",
                    "geometry": _wgs84(site["geometry"], site["crs"]) if site else None,
                    "properties": own | said | given,
                }
            )
    tree = {"type": "FeatureCollection", "invented": known.invented, "features": features}
    return (json.dumps(tree, ensure_ascii=False, indent=1) + "\n").encode()


def _wgs84(geometry: dict[str, Any], crs: str) -> dict[str, Any]:
    import numpy as np  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    from zones.coords import to_wgs84  # noqa: PLC0415

    if crs == "wgs84":
        return geometry
    moved = shapely.transform(
        shapely.geometry.shape(geometry), lambda points: np.column_stack(to_wgs84(points[:, 0], points[:, 1], crs))
    )
    found: dict[str, Any] = json.loads(shapely.to_geojson(moved))
    return found
