"""Pictures of a zone: the zone itself with its entries, what changed, a ring that does not close."""

import html
from collections.abc import Iterable

import shapely

from zones.coords import LocalPlane
from zones.difference import Difference
from zones.entries import entries_of
from zones.errors import ZoneError
from zones.network import StreetNetwork
from zones.pictures.other_sheets import sheet_of_difference, sheet_of_failure
from zones.pictures.sheet import Sheet
from zones.pictures.zone_key import STAMP, entry_words, write_legend, write_title
from zones.pictures.zone_map import ZoneMap
from zones.zone import Zone

__all__ = ["html_of", "html_of_difference", "picture_of", "picture_of_difference", "picture_of_failure"]


def picture_of(zone: Zone, *, lang: str = "zh") -> Sheet:
    """Draw a zone for the wall: map, names, boundary roads, carve-outs, numbered entries and their key.

    Args:
        zone: the zone.
        lang: `zh` or `en`; street names stay as they are signed.

    Raises:
        InputError: matplotlib or a font with Chinese characters is missing.
    """
    plane = LocalPlane.around(zone.area)
    shown = shapely.union_all([zone.area, *(road.geometry for road in zone.boundary_roads)])
    sheet = Sheet(plane.to_xy(shown), lang=lang)
    entries = entries_of(zone)
    drawn = ZoneMap(zone, sheet, plane)
    drawn.draw_ground()
    sheet.reserve_corners()
    with sheet.fonts():
        sheet.north_and_scale()
        if zone.grade == "schematic":
            sheet.stamp(STAMP if lang == "zh" else f"{STAMP}\nSchematic, not for enforcement")
    drawn.draw_entries(entries)
    drawn.draw_names()
    with sheet.fonts():
        write_title(sheet, zone)
        write_legend(sheet, zone, entries)
    return sheet


def html_of(zone: Zone, *, lang: str = "zh") -> str:
    """Return the same picture as one HTML file that needs no network, with the entries as a table below.

    Raises:
        InputError: matplotlib or a font with Chinese characters is missing.
    """
    sheet = picture_of(zone, lang=lang)
    title = f"{sheet.say('禁行区域', 'Truck-ban zone')} {zone.id}"
    heads = sheet.say("编号 入口 经度 纬度 方位角", "No. Entry Longitude Latitude Bearing").split()
    rows = [
        [str(e.number), entry_words(e, sheet), f"{e.lon:.6f}", f"{e.lat:.6f}", f"{e.bearing_deg:.0f}°"]
        for e in entries_of(zone)
    ]
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in zone.warnings)
    return sheet.html(title, f"{notes}{_table(heads, rows)}")


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    body = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>\n" for row in rows)
    head = "".join(f"<th>{html.escape(word)}</th>" for word in heads)
    return f"<table><tr>{head}</tr>\n{body}</table>"


def picture_of_difference(found: Difference, *, lang: str = "zh") -> Sheet:
    """Draw what changed between two zones.

    Raises:
        InputError: matplotlib or a font with Chinese characters is missing.
    """
    return sheet_of_difference(found, lang=lang)


def html_of_difference(found: Difference, *, lang: str = "zh") -> str:
    """Return the same picture as one HTML file that needs no network, with every change in words below.

    Raises:
        InputError: matplotlib or a font with Chinese characters is missing.
    """
    sheet = picture_of_difference(found, lang=lang)
    title = f"{sheet.say('禁行区域的变化', 'What changed in the zone')} {found.old.id} → {found.new.id}"
    files = "".join(
        f"<p>{word} {html.escape(zone.id)} sha256 {zone.sha256}</p>"
        for word, zone in ((sheet.say("旧", "Old"), found.old), (sheet.say("新", "New"), found.new))
    )
    following = f"<p>{html.escape(found.succession.text.of(lang))}</p>" if found.succession is not None else ""
    rows = [[str(number), change.text.of(lang)] for number, change in enumerate(found.changes, start=1)]
    table = _table(sheet.say("序号 变化", "No. Change").split(), rows)
    nothing = f"<p>{sheet.say('没有变化', 'Nothing changed')}</p>"
    return sheet.html(title, files + following + (table if rows else nothing))


def picture_of_failure(
    network: StreetNetwork, error: ZoneError, *, roads: Iterable[str] = (), lang: str = "zh"
) -> Sheet:
    """Draw a ring that does not close: the roads, their loose ends and how far these lie apart.

    Args:
        network: the streets.
        error: why there is no zone.
        roads: names of the edges, drawn where the streets have them beside those that the error speaks of.
        lang: `zh` or `en`.

    Raises:
        InputError: matplotlib or a font with Chinese characters is missing.
    """
    return sheet_of_failure(network, error, roads=roads, lang=lang)
