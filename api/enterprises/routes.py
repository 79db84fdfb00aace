"""`/v1/enterprises`: the published list, what operators know of it, and whom a name means."""

import datetime as dt
from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request, Response

from api.access.guard import Caller, CallerReach
from api.access.principal import Principal
from api.access.table import Reach
from api.bodies import EachOnce
from api.enterprises.schemas import (
    ActShown,
    EnterprisePage,
    EnterpriseShown,
    EnterpriseWhole,
    KindShown,
    Match,
    Matched,
    NameShown,
    NotMatched,
    RegistryShown,
    ShipperShown,
    SpanShown,
    Summary,
    VersionPage,
    VersionShown,
)
from api.enterprises.service import etag_of_registry, read, today
from api.enterprises.showing import matcher_of, shown_entry
from api.enterprises.summary import summary_of
from api.enterprises.words import EnterprisePath, OnDay, PlainText
from api.etags import unchanged
from api.openapi import answers
from api.paging import Cursor, Limit, cut, read_cursor
from api.problems import language_of, not_found
from api.service import service_of
from api.store import enterprises as stored
from api.written_times import WrittenDay
from enterprises.kinds import kind_words
from truckban.freight.enterprise_answers import match_json
from truckban.freight.shippers import check_shipper, shipper_json
from zones.errors import InputError

router = APIRouter(prefix="/enterprises", tags=["enterprises"], route_class=EachOnce)
_MOST_NAMES = 500
_FIRST, _LAST = dt.date(1950, 1, 1), dt.date(2999, 12, 31)


@router.get("", operation_id="enterprises.list", summary="The list of a day", responses=answers(401, 403, 422))
def list_enterprises(
    request: Request,
    response: Response,
    _principal: Caller,
    on: OnDay = None,
    kind: Annotated[str | None, Query(max_length=40, pattern=r"^[a-z_]+$", description="only these")] = None,
    q: Annotated[PlainText | None, Query(max_length=100, description="part of the name, the id or an alias")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> EnterprisePage:
    """List the enterprises in the printed order. The ETag is the registry's hash, which changes of it are asked for."""
    after = read_cursor(cursor, int)
    service, lang = service_of(request), language_of(request)
    registry = service.law.registry
    day = on or today(service)
    entries = registry.listed(day)
    known = Counter(entry.kind for entry in entries)
    words = kind_words()
    wanted = "".join((q or "").split()).casefold()
    found = [
        entry
        for entry in entries
        if (kind is None or entry.kind == kind)
        and (after is None or (entry.number or 0) > after[0])
        and any(
            wanted in text.casefold()
            for text in (entry.name, entry.id, *(alias.name for alias in registry.enterprises[entry.id].aliases))
        )
    ]
    rows, following = cut(found[: limit + 1], limit, lambda entry: (entry.number,))
    document = registry.in_force(day)
    response.headers["ETag"] = etag_of_registry(registry.sha256)
    return EnterprisePage(
        enterprises=[EnterpriseShown.model_validate(shown_entry(registry, entry, lang)) for entry in rows],
        next=following,
        on=day,
        list=document.id if document else None,
        invented=registry.invented,
        kinds=[KindShown(kind=name, text=words[name].of(lang), count=count) for name, count in known.most_common()],
        total=len(entries),
        registry_sha256=str(registry.sha256),
    )


@router.get(
    "/registry",
    operation_id="enterprises.registry",
    summary="The registry that counts",
    responses=answers(401, 403, 422),
)
def registry_now(request: Request, response: Response, _principal: Caller) -> RegistryShown:
    """Show the lists and what operators did. Its ETag, the hash, is what If-Match names when it is changed."""
    with service_of(request).store.read() as session:
        row = stored.newest_version(session) or not_found()
        response.headers["ETag"] = etag_of_registry(row.sha256)
        return RegistryShown.of(row, read(row.content), language_of(request))


@router.get(
    "/registry/versions",
    operation_id="enterprises.versions",
    summary="Every version of the registry, the newest first",
    responses=answers(401, 403, 422),
)
def list_versions(request: Request, _principal: Caller, limit: Limit = 50, cursor: Cursor = None) -> VersionPage:
    """List who changed the registry when and why. No version is ever changed or removed."""
    key = read_cursor(cursor, int)
    with service_of(request).store.read() as session:
        before = None if key is None else min(key[0], 2**31 - 1)
        rows = stored.versions_page(session, before=before, limit=limit)
        shown, following = cut(rows, limit, lambda row: (row.number,))
        return VersionPage(versions=[VersionShown.of(row) for row in shown], next=following)


@router.get(
    "/registry/versions/{number}",
    operation_id="enterprises.version_content",
    summary="The file of a version",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {}}, "description": "as `truckban enterprise --registry` reads it"},
        304: {"description": "the caller has it"},
        **answers(401, 403, 404, 422),
    },
)
def version_content(request: Request, _principal: Caller, number: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> Response:
    """Return the registry's bytes as they were."""
    with service_of(request).store.read() as session:
        row = stored.version_of(session, number) or not_found()
        answer = Response(headers={"Cache-Control": "private, max-age=31536000, immutable"})
        same = unchanged(request, answer, etag_of_registry(row.sha256))
        return same or Response(row.content, media_type="application/json", headers={"ETag": answer.headers["etag"]})


@router.post(
    "/match",
    operation_id="enterprises.match",
    summary="Which enterprise a name means",
    responses=answers(401, 403, 413, 422),
)
def match(
    request: Request,
    _principal: Caller,
    asked: Annotated[Match | Annotated[list[Match], Body(max_length=_MOST_NAMES)], Body()],
) -> Matched | list[Matched | NotMatched]:
    """Answer as `truckban enterprise match` does: one object, or a list in its order, at most 500.

    In a list, a name that cannot be looked for is answered with `error`, and the others are answered all the same.
    """
    lang, matcher = language_of(request), matcher_of(service_of(request).law.registry)
    if isinstance(asked, Match):
        return Matched.model_validate(match_json(_fields(asked), matcher, lang))
    found: list[Matched | NotMatched] = []
    for number, one in enumerate(asked, start=1):
        try:
            found.append(Matched.model_validate(match_json(_fields(one), matcher, lang)))
        except InputError as error:
            fault = {"line": number, "field": error.field, "message": error.text.of(lang)}
            found.append(NotMatched.model_validate({"id": one.id, "error": fault}))
    return found


def _fields(asked: Match) -> dict[str, Any]:
    return asked.model_dump(exclude_unset=True)


@router.get(
    "/shippers",
    operation_id="enterprises.shipper",
    summary="Is a shipper on the list",
    responses=answers(401, 403, 422),
)
def shipper(
    request: Request,
    _principal: Caller,
    name: Annotated[PlainText, Query(min_length=1, max_length=200, examples=["汇鑫商砼"])],
    on: OnDay = None,
    to: Annotated[
        WrittenDay | None, Query(ge=_FIRST, le=_LAST, description="the last day, included; of a permit")
    ] = None,
    credit_code: Annotated[PlainText | None, Query(max_length=100)] = None,
) -> ShipperShown:
    """Say what the lists say of a shipper on a day or on all the days of a permit: a fact for who decides."""
    service = service_of(request)
    registry = service.law.registry
    found = check_shipper(matcher_of(registry), name, on or today(service), to=to, credit_code=credit_code)
    return ShipperShown.model_validate(shipper_json(found, registry, language_of(request)))


def within_of(principal: Principal, reach: Reach) -> str | None:
    """Return the one enterprise that somebody may know visits and loads of; None for all, `` for none."""
    return None if reach == "all" else principal.enterprise_id or ""


@router.get(
    "/{enterprise}",
    operation_id="enterprises.one",
    summary="One enterprise with its history",
    responses=answers(401, 403, 404, 422),
)
def one_enterprise(
    request: Request, response: Response, _principal: Caller, enterprise: EnterprisePath, on: OnDay = None
) -> EnterpriseWhole:
    """Show its names, when it was listed, its sites, and what operators said of it."""
    service = service_of(request)
    registry = service.law.registry
    if enterprise not in registry.enterprises:
        not_found()
    day = on or today(service)
    response.headers["ETag"] = etag_of_registry(registry.sha256)
    names = [NameShown(name=name, since=span.since, to=span.to) for name, span in registry.names(enterprise)]
    return EnterpriseWhole.model_validate(
        {
            **shown_entry(registry, registry.entry(enterprise, day), language_of(request)),
            "on": day,
            "spans": [SpanShown.of(span) for span in registry.spans(enterprise)],
            "names": names,
            "acts": [ActShown.of(act) for act in registry.acts if act.subject == enterprise],
            "invented": registry.invented,
            "registry_sha256": registry.sha256,
        }
    )


@router.get(
    "/{enterprise}/summary",
    operation_id="enterprises.summary",
    summary="Visits, leads that began there, and loads, by week",
    responses=answers(401, 403, 404, 422),
)
def summary(
    request: Request,
    principal: Caller,
    reach: CallerReach,
    enterprise: EnterprisePath,
    until: Annotated[
        WrittenDay | None, Query(ge=_FIRST, le=_LAST, description="the last day; today unless said")
    ] = None,
    weeks: Annotated[int, Query(ge=1, le=260)] = 26,
) -> Summary:
    """Count by weeks from Monday to Sunday where the notice holds. No vehicle is named."""
    service = service_of(request)
    within = within_of(principal, reach)
    if within not in (None, enterprise) or enterprise not in service.law.registry.enterprises:
        not_found()
    with service.store.read() as session:
        return summary_of(session, enterprise, until or today(service), weeks, language_of(request))
