"""`/v1/enterprises/import`, `/sites`, `/export`: lists and sites as files, each shown before it is written."""

import datetime as dt
import hashlib
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access.guard import Caller
from api.documents.routes import body_of
from api.enterprises import handed_in
from api.enterprises import service as registries
from api.enterprises.change_routes import IfMatch, made
from api.enterprises.change_schemas import ChangeShown, DraftShown, ImportPreview, SitePreview, SitesPreview
from api.enterprises.handed_in import Options, import_of, renames_of, sites_of, token_of
from api.enterprises.schemas import VersionShown
from api.enterprises.service import Act, etag_of_registry, today
from api.enterprises.showing import shown_entry
from api.enterprises.words import OnDay, PlainText
from api.etags import require_match
from api.once import Key
from api.openapi import answers
from api.problems import Problem, language_of
from api.service import service_of
from api.store.audit import note
from api.store.tables.enterprises import RegistryVersion
from api.traces.schemas import FileName
from api.written_times import WrittenDay
from truckban.freight.enterprise_export import exported
from zones.text import Text

router = APIRouter(prefix="/enterprises", tags=["enterprises"])
_FIRST, _LAST = dt.date(1950, 1, 1), dt.date(2999, 12, 31)
_MEDIA = {
    "csv": "text/csv",
    "json": "application/json",
    "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FILE = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Given = Annotated[FileName, Query(description="its ending says what the file is")]
Body = Annotated[bytes, Depends(body_of)]
Word = Annotated[PlainText | None, Query(max_length=200)]
Said = Annotated[WrittenDay | None, Query(ge=_FIRST, le=_LAST)]
Token = Annotated[str, Query(pattern="^[0-9a-f]{64}$", description="of the preview that was seen")]
Reason = Annotated[PlainText, Query(min_length=1, max_length=2000, description="for the audit trail")]
Crs = Literal["wgs84", "gcj02", "bd09"]


def list_options(  # noqa: PLR0913, PLR0917  (one for each word of the address)
    title: Word = None,
    doc_no: Word = None,
    issuer: Word = None,
    supervision_phone: Annotated[PlainText | None, Query(max_length=60)] = None,
    issued: Said = None,
    valid_from: Annotated[WrittenDay | None, Query(ge=_FIRST, le=_LAST, description="`issued` unless said")] = None,
    count: Annotated[int | None, Query(ge=1, le=100_000, description="how many the text says there are")] = None,
    list_id: Annotated[
        str | None, Query(alias="id", pattern=r"^[0-9A-Za-z._-]{1,60}$", description="from its number unless said")
    ] = None,
    rename: Annotated[
        list[PlainText], Query(max_length=500, description="OLD=NEW: one enterprise under a new name")
    ] = [],  # noqa: B006
) -> Options:
    """Read what the caller says of a list."""
    given = {
        "title": title,
        "doc_no": doc_no,
        "issuer": issuer,
        "supervision_phone": supervision_phone,
        "issued": issued,
        "valid_from": valid_from,
        "stated_count": count,
    }
    said = {name: value for name, value in given.items() if value is not None}
    return Options(said, renames_of(rename), list_id)


Wanted = Annotated[Options, Depends(list_options)]


@router.post(
    "/import/preview",
    operation_id="enterprises.preview_import",
    summary="What a new list would change",
    responses=answers(401, 403, 413, 422),
    openapi_extra=_FILE,
)
def preview_import(
    request: Request, response: Response, _principal: Caller, file_name: Given, wanted: Wanted, content: Body
) -> ImportPreview:
    """Read a list (CSV, Excel, JSON or the notice's own text) and say what it would change. Nothing is written.

    Choose new names by `rename` and look again. What is then confirmed with `token` is what was shown, or nothing.
    """
    registry = service_of(request).law.registry
    found = import_of(registry, content, file_name, wanted)
    token = token_of(registry, found.after, content)
    response.headers["ETag"] = etag_of_registry(registry.sha256)
    return ImportPreview(
        draft=DraftShown.model_validate(handed_in.draft_json(found)),
        change=ChangeShown.model_validate(handed_in.change_json(found.change, language_of(request))),
        token=token,
        registry_sha256=str(registry.sha256),
    )


@router.post(
    "/import",
    operation_id="enterprises.import",
    summary="Take a list in as it was shown",
    status_code=201,
    response_model=VersionShown,
    responses=answers(400, 401, 403, 409, 412, 413, 422, 428),
    openapi_extra=_FILE,
)
def import_list(
    request: Request,
    principal: Caller,
    file_name: Given,
    wanted: Wanted,
    content: Body,
    token: Token,
    why: Reason,
    _match: IfMatch = None,
    _key: Key = None,
) -> Response:
    """Send the same file with the same words as for the preview, its token, and If-Match with the registry's hash."""

    def make(session: Any) -> RegistryVersion:  # noqa: ANN401
        row, registry = registries.current(session)
        require_match(request, etag_of_registry(row.sha256))
        found = import_of(registry, content, file_name, wanted)
        _must_be(token, token_of(registry, found.after, content))
        act = Act("import", found.after.lists[-1].id, why, found.facts)
        return registries.change(request, session, principal, act, lambda _: found.after)

    return made(request, principal, _asked(content, file_name, token, why), make)


@router.post(
    "/sites/preview",
    operation_id="enterprises.preview_sites",
    summary="What a file of sites would change",
    responses=answers(401, 403, 413, 422),
    openapi_extra=_FILE,
)
def preview_sites(
    request: Request,
    response: Response,
    _principal: Caller,
    file_name: Given,
    content: Body,
    crs: Annotated[Crs | None, Query(description="where a row does not say; never guessed")] = None,
    source: Word = None,
    date: Said = None,
) -> SitesPreview:
    """Read sites (GeoJSON, CSV): whose each is, and whether it replaces one. Nothing is written."""
    service, lang = service_of(request), language_of(request)
    registry = service.law.registry
    sites, after = sites_of(registry, content, file_name, _of_sites(crs, source, date))
    token = token_of(registry, after, content)
    response.headers["ETag"] = etag_of_registry(registry.sha256)
    before = {site.id for site in registry.sites}
    day = today(service)
    shown: dict[str, tuple[str, dict[str, Any]]] = {}
    for enterprise in {site.enterprise for site in sites}:
        entry = shown_entry(after, after.entry(enterprise, day), lang)
        shown |= {site["id"]: (entry["name"], site) for site in entry["sites"]}
    rows = [
        SitePreview.model_validate(
            {
                "id": site.id,
                "enterprise": site.enterprise,
                "name": shown[site.id][0],
                "replaces": site.id in before,
                "site": shown[site.id][1],
            }
        )
        for site in {site.id: site for site in sites}.values()
    ]
    replaced = sum(row.replaces for row in rows)
    return SitesPreview(
        sites=rows,
        added=len(rows) - replaced,
        replaced=replaced,
        token=token,
        registry_sha256=str(registry.sha256),
    )


@router.post(
    "/sites",
    operation_id="enterprises.import_sites",
    summary="Take sites in as they were shown",
    status_code=201,
    response_model=VersionShown,
    responses=answers(400, 401, 403, 409, 412, 413, 422, 428),
    openapi_extra=_FILE,
)
def import_sites(  # noqa: PLR0913, PLR0917  (one for each part of the request)
    request: Request,
    principal: Caller,
    file_name: Given,
    content: Body,
    token: Token,
    why: Reason,
    crs: Annotated[Crs | None, Query(description="where a row does not say; never guessed")] = None,
    source: Word = None,
    date: Said = None,
    _match: IfMatch = None,
    _key: Key = None,
) -> Response:
    """Send the same file with the same words as for the preview, its token, and If-Match with the registry's hash."""

    def make(session: Any) -> RegistryVersion:  # noqa: ANN401
        row, registry = registries.current(session)
        require_match(request, etag_of_registry(row.sha256))
        sites, after = sites_of(registry, content, file_name, _of_sites(crs, source, date))
        _must_be(token, token_of(registry, after, content))
        act = Act("sites", None, why, {"given": len(sites)})
        return registries.change(request, session, principal, act, lambda _: after)

    return made(request, principal, _asked(content, file_name, token, why), make)


def _of_sites(crs: str | None, source: str | None, date: dt.date | None) -> dict[str, str | None]:
    return {"crs": crs, "source": source, "date": handed_in.day_text(date)}


def _asked(content: bytes, file_name: str, token: str, why: str) -> list[str]:
    return [hashlib.sha256(content).hexdigest(), file_name, token, why]


def _must_be(given: str, found: str) -> None:
    if given != found:
        text = Text(
            "与预览时的文件、填写或更名不同；请重新预览再确认",
            "the file, what was said of it or the new names are not those of the preview; look at it again",
        )
        raise Problem(409, "preview_differs", text, errors=[("query.token", text)])


@router.get(
    "/export",
    operation_id="enterprises.export",
    summary="The list of a day as a file",
    response_class=Response,
    responses={
        200: {"content": {media: {} for media in _MEDIA.values()}, "description": "the file"},
        **answers(401, 403, 422),
    },
)
def export(
    request: Request,
    principal: Caller,
    kind: Annotated[Literal["csv", "xlsx", "json", "geojson"], Query(alias="format")] = "xlsx",
    on: OnDay = None,
) -> Response:
    """Return what `truckban enterprise export` writes: CSV and Excel without sites, JSON and GeoJSON with them."""
    service = service_of(request)
    registry = service.law.registry
    day = on or today(service)
    data, count = exported(registry, day, kind, language_of(request))
    with service.store.write() as session:
        details = {"format": kind, "on": day.isoformat(), "rows": count, "sha256": registry.sha256}
        note(session, principal.actor, "enterprises.export", "registry", details=details)
    name = f"enterprises-{day.isoformat()}.{kind}"
    return Response(data, media_type=_MEDIA[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'})
