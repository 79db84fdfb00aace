"""`/v1/accounts`: what administrators do to accounts."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from sqlalchemy.orm import Session

from api.access.guard import Caller
from api.accounts import service as acts
from api.accounts.schemas import (
    AccountChange,
    AccountMade,
    AccountNew,
    AccountPage,
    AccountShown,
    PasswordReset,
    Role,
)
from api.bodies import EachOnce
from api.etags import etag_of, require_match, unchanged
from api.once import Made, do_once
from api.openapi import answers
from api.paging import Cursor, Limit, cut, read_cursor
from api.problems import not_found
from api.service import service_of
from api.store import accounts
from api.store.tables.accounts import Account

router = APIRouter(prefix="/accounts", tags=["accounts"], route_class=EachOnce)
Id = Annotated[str, Path(pattern=r"^[0-9A-Z]{26}$", description="an account's id")]
IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="the ETag of the account as it was seen; need not be sent")
]


@router.get("", operation_id="accounts.list", summary="All accounts")
def list_(
    request: Request,
    cursor: Cursor = None,
    limit: Limit = 100,
    role: Annotated[Role | None, Query(description="of one role only")] = None,
) -> AccountPage:
    """Return accounts, oldest first."""
    key = read_cursor(cursor, str)
    with service_of(request).store.read() as session:
        found = accounts.accounts(session, after=key[0] if key else None, limit=limit, role=role)
        rows, following = cut(found, limit, lambda row: (row.id,))
        return AccountPage(items=[shown(each) for each in rows], next=following)


@router.post(
    "",
    operation_id="accounts.create",
    summary="Make an account",
    status_code=201,
    response_model=AccountMade,
    responses=answers(409),
)
def create(request: Request, asked: AccountNew, principal: Caller) -> Response:
    """Make an account with a one-time password, which is shown this once and must be changed at first use."""
    settings = service_of(request).settings

    def make(session: Session) -> Made:
        made = acts.create_account(session, settings, principal.actor, **asked.model_dump())
        body = AccountMade(**shown(made.account).model_dump(), password_until=made.account.one_time_until)
        headers = {"Location": f"/v1/accounts/{made.account.id}", "ETag": _etag(made.account)}
        return Made(body, headers=headers, once={"password": made.password})

    return do_once(request, principal, asked, make)


@router.get(
    "/{id}",
    operation_id="accounts.read",
    summary="One account",
    response_model=AccountShown,
    responses={304: {"description": "unchanged"}, **answers(404)},
)
def read(request: Request, response: Response, id: Id) -> AccountShown | Response:  # noqa: A002
    """Return one account."""
    with service_of(request).store.read() as session:
        found = accounts.account(session, id)
        if found is None:
            not_found()
        return unchanged(request, response, _etag(found)) or shown(found)


@router.patch(
    "/{id}",
    operation_id="accounts.change",
    summary="Change an account",
    responses=answers(404, 409, 412, 428),
)
def change(request: Request, response: Response, id: Id, asked: AccountChange, principal: Caller) -> AccountShown:  # noqa: A002
    """Change name, role, enterprise, or close or open an account; it is signed out where it may do other things then."""
    changes = asked.model_dump(exclude_unset=True)
    for field in ("name", "role", "active"):
        if changes.get(field, ...) is None:
            del changes[field]
    with service_of(request).store.write() as session:
        found = accounts.account(session, id, change=True)
        if found is None:
            not_found()
        require_match(request, _etag(found))
        acts.change_account(session, principal.actor, found, changes)
        response.headers["ETag"] = _etag(found)
        return shown(found)


@router.post(
    "/{id}/password-reset",
    operation_id="accounts.reset_password",
    summary="Give an account a one-time password",
    responses=answers(404, 409, 412),
)
def reset_password(request: Request, id: Id, principal: Caller, match: IfMatch = None) -> PasswordReset:  # noqa: A002
    """Give an account a one-time password; its sessions, second step and lock end. Sent again it gives another one."""
    service = service_of(request)
    with service.store.write() as session:
        found = accounts.account(session, id, change=True)
        if found is None:
            not_found()
        if match is not None:
            require_match(request, _etag(found))
        made = acts.reset_password(session, service.settings, principal.actor, found)
        assert found.one_time_until is not None  # noqa: S101  (it was set just now)
        return PasswordReset(password=made.password, password_until=found.one_time_until)


def shown(account: Account) -> AccountShown:
    """Return an account as callers see it."""
    return AccountShown.model_validate(
        {
            **{name: getattr(account, name) for name in ("id", "login", "name", "role", "enterprise_id", "active")},
            "two_step": account.totp_on,
            "identity_provider": account.oidc_subject is not None,
            "version": account.version,
            "created_at": account.created_at,
        }
    )


def _etag(account: Account) -> str:
    return etag_of(account.id, account.version)
