"""`/v1/zones`."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.etags import unchanged
from api.notices.schemas import ZoneNamed
from api.openapi import answers
from api.paging import Cursor, Limit, cut, read_cursor
from api.problems import Problem, language_of, not_found
from api.service import service_of
from api.zones import service as zones
from api.zones.schemas import Entries, EntryShown, GeoJson, Quality, Roads, ZonePage, ZoneShort
from zones.errors import InputError
from zones.text import Text
from zones.zone import Zone

router = APIRouter(prefix="/zones", tags=["zones"])
GEOJSON = "application/geo+json"
ZonePath = Annotated[str, Path(max_length=200, description="the zone's id or its SHA-256")]
Whose = Annotated[
    str | None, Query(max_length=200, description="whose zone it is, where notices of several places call theirs alike")
]
_KNOWN = {304: {"description": "the caller has it"}, **answers(404, 409, 422)}
_GEOJSON = {
    200: {
        "content": {GEOJSON: {"schema": {"$ref": "#/components/schemas/GeoJson"}}},
        "description": "a FeatureCollection; `truckban.grade` says how good it is",
    },
    **_KNOWN,
}


def _zone(request: Request, zone: str, notice: str | None) -> Zone:
    law = service_of(request).law.now
    found = law.zones_named(zone, notice=notice) or not_found()
    if len(found) > 1:
        listed = [{"sha256": each.sha256, "notices": law.notices_of(each)} for each in found]
        named = "; ".join(f"{each.sha256} ({', '.join(law.notices_of(each))})" for each in found)
        text = Text(
            f"有 {len(found)} 个区域都叫 {zone}，请用 SHA-256，或加上 ?notice=：{named}",
            f"{len(found)} zones are called {zone}: ask by the SHA-256, or with ?notice=: {named}",
        )
        raise Problem(409, "several_zones", text, errors=[("path.zone", text)], more={"zones": listed})
    return found[0]


def _file(request: Request, etag: str, body: bytes, media: str = GEOJSON) -> Response:
    answer = Response(body, media_type=media, headers={"Cache-Control": "no-cache"})
    return unchanged(request, answer, etag) or answer


@router.get("", operation_id="zones.list", summary="The zones in force", responses=answers(422))
def list_zones(request: Request, limit: Limit = 50, cursor: Cursor = None) -> ZonePage:
    """List the zones that places are looked up in, with their grade: a `schematic` is not fit for enforcement."""
    law = service_of(request).law.now
    key = read_cursor(cursor, str, str)
    rows = [zone for zone in law.zones() if key is None or (zone.id, zone.sha256) > key]
    shown, following = cut(rows[: limit + 1], limit, lambda zone: (zone.id, zone.sha256))
    return ZonePage(
        zones=[
            ZoneShort(
                **ZoneNamed.of(zone).model_dump(),
                area_km2=zone.area_km2,
                loop_area_km2=zone.loop_area_km2,
                notices=law.notices_of(zone),
                bbox=zone.area.bounds,
            )
            for zone in shown
        ],
        next=following,
    )


@router.get(
    "/{zone}",
    operation_id="zones.one",
    summary="A zone as GeoJSON",
    response_class=Response,
    responses=_GEOJSON,
)
def one_zone(
    request: Request,
    zone: ZonePath,
    streets: Annotated[bool, Query(description="with the streets around it")] = True,  # noqa: FBT002 - of the query
    notice: Whose = None,
) -> Response:
    """Return the zone's file: area, boundary roads, stretches that stay open, streets. Its ETag is its SHA-256."""
    found = _zone(request, zone, notice)
    etag = f'"{found.sha256}"' if streets else f'"{found.sha256}-area"'
    return _file(request, etag, zones.geojson(found, streets=streets))


@router.get(
    "/{zone}/entries",
    operation_id="zones.entries",
    summary="Every way into a zone",
    response_model=Entries,
    responses=_KNOWN,
)
def entries(request: Request, response: Response, zone: ZonePath, notice: Whose = None) -> Entries | Response:
    """List every place where a street crosses into the zone, or only out of it, clockwise from the north-west."""
    found = _zone(request, zone, notice)
    return unchanged(request, response, f'"{found.sha256}-entries"') or Entries(
        zone=ZoneNamed.of(found), entries=[EntryShown.of(entry) for entry in zones.entries(found)]
    )


@router.get(
    "/{zone}/roads",
    operation_id="zones.roads",
    summary="Boundary roads, and stretches that stay open",
    response_model=Roads,
    responses=_KNOWN,
)
def roads(request: Request, response: Response, zone: ZonePath, notice: Whose = None) -> Roads | Response:
    """List the roads around the zone from kerb to kerb, and whether each belongs to it."""
    found = _zone(request, zone, notice)
    return unchanged(request, response, f'"{found.sha256}-roads"') or Roads(
        zone=ZoneNamed.of(found), roads=zones.roads_of(found)
    )


@router.get(
    "/{zone}/quality",
    operation_id="zones.quality",
    summary="How good a zone is",
    response_model=Quality,
    responses=_KNOWN,
)
def quality(request: Request, response: Response, zone: ZonePath, notice: Whose = None) -> Quality | Response:
    """Tell gaps, how names and widths were found, the source of the streets, and what to know before using it."""
    found = _zone(request, zone, notice)
    return unchanged(request, response, f'"{found.sha256}-quality"') or Quality.whole(found)


@router.get(
    "/{zone}/picture",
    operation_id="zones.picture",
    summary="A zone drawn for the wall",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}, "description": "PNG"}, **_KNOWN, **answers(503)},
)
def picture(request: Request, zone: ZonePath, notice: Whose = None) -> Response:
    """Return map, names, boundary roads and numbered ways in as PNG; a schematic is stamped as one. Needs the extra `maps`."""
    found = _zone(request, zone, notice)
    lang = language_of(request)
    try:
        drawn = zones.picture(found, lang)
    except InputError as error:
        raise Problem(503, "no_maps", error.text) from None
    return _file(request, f'"{found.sha256}-picture-{lang}"', drawn, "image/png")


@router.get(
    "/{zone}/streets",
    operation_id="zones.streets",
    summary="The streets of a zone's own network",
    response_class=Response,
    responses=_GEOJSON,
)
def streets(
    request: Request,
    zone: ZonePath,
    bbox: Annotated[
        str | None,
        Query(max_length=200, description="west,south,east,north (WGS 84)", examples=["110.75,35.13,110.78,35.15"]),
    ] = None,
    notice: Whose = None,
) -> Response:
    """Return the streets on and near the zone, each with where it runs, for maps that need no other server."""
    found = _zone(request, zone, notice)
    box = zones.read_box(bbox)
    etag = f'"{found.sha256}-streets{"" if box is None else "-" + "_".join(f"{edge:.7f}" for edge in box)}"'
    return _file(request, etag, zones.streets_in(found, box))


SCHEMAS = (GeoJson,)
