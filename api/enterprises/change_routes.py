"""`/v1/enterprises/…`: names, codes, lists that do not count, and going back to an earlier version."""

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Header, Request, Response

from api.access.guard import Caller
from api.access.principal import Principal
from api.bodies import EachOnce
from api.enterprises import service as registries
from api.enterprises.change_schemas import NewAlias, NewCode, Restore, Said
from api.enterprises.schemas import VersionShown
from api.enterprises.service import Act, etag_of_registry, today
from api.enterprises.words import Asked, EnterprisePath, ListPath
from api.once import Key, Made, do_once
from api.openapi import answers
from api.problems import not_found
from api.service import service_of
from api.store.tables.enterprises import RegistryVersion
from enterprises import operating
from enterprises.registry import Registry

router = APIRouter(prefix="/enterprises", tags=["enterprises"], route_class=EachOnce)
IfMatch = Annotated[str | None, Header(alias="If-Match", description="the registry's hash as it was seen (its ETag)")]
_CHANGES = answers(400, 401, 403, 404, 409, 412, 413, 422, 428)


def made(request: Request, principal: Principal, asked: Any, make: Callable[[Any], RegistryVersion]) -> Response:  # noqa: ANN401
    """Make a version, once, and have this process answer by it at once; the others do within a second."""

    def do(session: Any) -> Made:  # noqa: ANN401
        row = make(session)
        headers = {"ETag": etag_of_registry(row.sha256), "Location": f"/v1/enterprises/registry/versions/{row.number}"}
        return Made(VersionShown.of(row), 201, headers)

    answer = do_once(request, principal, asked, do)
    service = service_of(request)
    service.law.refresh(service.store)
    return answer


class Changing(NamedTuple):
    """Who changes the registry."""

    request: Request
    principal: Principal

    def said(self, asked: Said) -> operating.Said:
        """Return who told it, and when."""
        return operating.Said(asked.source, asked.date or today(service_of(self.request)))

    def make(self, asked: Asked | Restore, act: Act, change: Callable[[Registry], Registry]) -> Response:
        """Change the registry, once."""
        return made(
            self.request,
            self.principal,
            asked,
            lambda session: registries.change(self.request, session, self.principal, act, change),
        )


async def _changing(request: Request, principal: Caller, _match: IfMatch = None, _key: Key = None) -> Changing:
    return Changing(request, principal)


Change = Annotated[Changing, Depends(_changing)]


def _of_enterprise(of: Changing, asked: Asked, act: Act, change: Callable[[Registry], Registry]) -> Response:
    def checked(registry: Registry) -> Registry:
        if act.subject not in registry.enterprises:
            not_found()
        return change(registry)

    return of.make(asked, act, checked)


@router.post(
    "/registry/restore",
    operation_id="enterprises.restore",
    summary="Let an earlier version count again",
    status_code=201,
    response_model=VersionShown,
    responses=_CHANGES,
)
def restore(of: Change, asked: Restore) -> Response:
    """Undo: the version in `before` of the newest one counts again, as a new version. Both stay on record."""
    return made(
        of.request,
        of.principal,
        asked,
        lambda session: registries.restore(of.request, session, of.principal, asked.version, asked.why),
    )


@router.post(
    "/lists/{list_id}/withdraw",
    operation_id="enterprises.withdraw_list",
    summary="Say that a list does not count",
    status_code=201,
    response_model=VersionShown,
    responses=_CHANGES,
)
def withdraw_list(of: Change, list_id: ListPath, asked: Said) -> Response:
    """Keep a list without letting it count; the list before it goes on holding."""
    return _of_list(of, list_id, asked, withdrawn=True)


@router.post(
    "/lists/{list_id}/reinstate",
    operation_id="enterprises.reinstate_list",
    summary="Let a withdrawn list count again",
    status_code=201,
    response_model=VersionShown,
    responses=_CHANGES,
)
def reinstate_list(of: Change, list_id: ListPath, asked: Said) -> Response:
    """Let a list count again; that it was withdrawn stays written."""
    return _of_list(of, list_id, asked, withdrawn=False)


def _of_list(of: Changing, list_id: str, asked: Said, *, withdrawn: bool) -> Response:
    said = of.said(asked)

    def change(registry: Registry) -> Registry:
        if all(document.id != list_id for document in (*registry.lists, *registry.withdrawn)):
            not_found()
        act = operating.with_list_withdrawn if withdrawn else operating.with_list_restored
        return act(registry, list_id, said, asked.why)

    act = Act("withdraw" if withdrawn else "reinstate", list_id, asked.why)
    return of.make(asked, act, change)


@router.post(
    "/{enterprise}/aliases",
    operation_id="enterprises.add_alias",
    summary="Enter another name of an enterprise",
    status_code=201,
    response_model=VersionShown,
    responses=_CHANGES,
)
def add_alias(of: Change, enterprise: EnterprisePath, asked: NewAlias) -> Response:
    """Let a name mean this enterprise; refused where it is another's."""
    said = of.said(asked)
    return _of_enterprise(
        of,
        asked,
        Act("alias", enterprise, asked.why),
        lambda registry: operating.with_alias(registry, enterprise, asked.name, said),
    )


@router.post(
    "/{enterprise}/aliases/remove",
    operation_id="enterprises.remove_alias",
    summary="Take another name back",
    status_code=201,
    response_model=VersionShown,
    responses=_CHANGES,
)
def remove_alias(of: Change, enterprise: EnterprisePath, asked: NewAlias) -> Response:
    """Let an alias no longer mean this enterprise; that it did stays on record."""
    said = of.said(asked)
    return _of_enterprise(
        of,
        asked,
        Act("alias.remove", enterprise, asked.why),
        lambda registry: operating.without_alias(registry, enterprise, asked.name, said),
    )


@router.post(
    "/{enterprise}/code",
    operation_id="enterprises.set_code",
    summary="Enter an enterprise's credit code",
    status_code=201,
    response_model=VersionShown,
    responses=_CHANGES,
)
def set_code(of: Change, enterprise: EnterprisePath, asked: NewCode) -> Response:
    """Enter a unified social credit code, held against its check character (GB 32100-2015)."""
    said = of.said(asked)
    return _of_enterprise(
        of,
        asked,
        Act("code", enterprise, asked.why),
        lambda registry: operating.with_code(registry, enterprise, asked.credit_code, said),
    )


@router.post(
    "/{enterprise}/code/remove",
    operation_id="enterprises.remove_code",
    summary="Take an entered credit code back",
    status_code=201,
    response_model=VersionShown,
    responses=_CHANGES,
)
def remove_code(of: Change, enterprise: EnterprisePath, asked: Said) -> Response:
    """Take back a code that an operator entered; one that a list gives stays."""
    said = of.said(asked)
    return _of_enterprise(
        of,
        asked,
        Act("code.remove", enterprise, asked.why),
        lambda registry: operating.without_code(registry, enterprise, said),
    )
