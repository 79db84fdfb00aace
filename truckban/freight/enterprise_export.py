"""The list of a day as CSV, JSON, Excel or GeoJSON."""

import csv
import datetime as dt
import io
import json
from typing import Any

import numpy as np
import shapely

from enterprises.registry import Registry
from truckban.freight.enterprise_answers import entry_json
from truckban.spreadsheet import inert
from zones.coords import to_wgs84

KINDS = ("csv", "json", "xlsx", "geojson")
COLUMNS = (
    "number", "id", "name", "kind", "kind_text", "listed_from", "listed_to", "list", "doc_no", "supervision_phone", "credit_code",
    "position",
)  # fmt: skip


def exported(known: Registry, on: dt.date, kind: str, lang: str) -> tuple[bytes, int]:
    """Return the list of a day as a file, and how many enterprises are on it.

    Args:
        known: the registry.
        on: the day.
        kind: one of `KINDS`; sites are in GeoJSON and JSON only.
        lang: of the words for kinds.
    """
    entries = [entry_json(known, entry, lang) for entry in known.listed(on)]
    write = {"csv": _csv, "json": _json, "xlsx": _xlsx, "geojson": _geojson}[kind]
    return write(entries, known), len(entries)


def _cells(entry: dict[str, Any]) -> list[Any]:
    return [inert(entry[name]) for name in COLUMNS]


def _csv(entries: list[dict[str, Any]], _: Registry) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(["" if cell is None else cell for cell in _cells(entry)] for entry in entries)
    return text.getvalue().encode("utf-8-sig")


def _json(entries: list[dict[str, Any]], known: Registry) -> bytes:
    tree = {"place": known.place, "invented": known.invented, "registry_sha256": known.sha256, "enterprises": entries}
    return (json.dumps(tree, ensure_ascii=False, indent=1) + "\n").encode()


def _xlsx(entries: list[dict[str, Any]], _: Registry) -> bytes:
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


def _geojson(entries: list[dict[str, Any]], known: Registry) -> bytes:
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
                    "geometry": in_wgs84(site["geometry"], site["crs"]) if site else None,
                    "properties": own | said | given,
                }
            )
    tree = {"type": "FeatureCollection", "invented": known.invented, "features": features}
    return (json.dumps(tree, ensure_ascii=False, indent=1) + "\n").encode()


def in_wgs84(geometry: dict[str, Any], crs: str) -> dict[str, Any]:
    """Return a GeoJSON geometry in WGS 84."""
    if crs == "wgs84":
        return geometry
    moved = shapely.transform(
        shapely.geometry.shape(geometry), lambda points: np.column_stack(to_wgs84(points[:, 0], points[:, 1], crs))
    )
    found: dict[str, Any] = json.loads(shapely.to_geojson(moved))
    return found
