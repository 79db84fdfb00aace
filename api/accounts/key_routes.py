"""`/v1/keys`: keys for machines."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.orm import Session

from api.access.guard import Caller, CallerReach
from api.accounts import service as acts
from api.accounts.schemas import KeyMade, KeyNew, KeyPage, KeyShown
from api.bodies import EachOnce
from api.once import Made, do_once
from api.openapi import answers
from api.paging import Cursor, Limit, cut, read_cursor
from api.problems import not_found
from api.service import service_of
from api.store import accounts
from api.store.tables.accounts import ApiKey

router = APIRouter(prefix="/keys", tags=["keys"], route_class=EachOnce)
_ULID = r"^[0-9A-Z]{26}$"


@router.get("", operation_id="keys.list", summary="Keys, without their secrets")
def list_(
    request: Request,
    principal: Caller,
    reach: CallerReach,
    cursor: Cursor = None,
    limit: Limit = 100,
    account_id: Annotated[str | None, Query(pattern=_ULID, description="of one account only")] = None,
) -> KeyPage:
    """Return one's own keys, or everyone's for who may see them, oldest first."""
    of = account_id if reach == "all" else principal.account_id
    key = read_cursor(cursor, str)
    with service_of(request).store.read() as session:
        found = accounts.keys(session, of=of, after=key[0] if key else None, limit=limit)
        rows, following = cut(found, limit, lambda row: (row.id,))
        return KeyPage(items=[_shown(each) for each in rows], next=following)


@router.post(
    "",
    operation_id="keys.create",
    summary="Make a key",
    status_code=201,
    response_model=KeyMade,
    responses=answers(404, 409),
)
def create(request: Request, asked: KeyNew, principal: Caller, reach: CallerReach) -> Response:
    """Make a key that may do a part of what its account may; its text is shown this once."""
    settings = service_of(request).settings
    whose = asked.account_id or principal.account_id or ""

    def make(session: Session) -> Made:
        account = accounts.account(session, whose, change=True)
        if account is None or not account.active or (reach == "own" and whose != principal.account_id):
            not_found()
        made = acts.create_key(
            session,
            settings,
            principal.actor,
            account=account,
            name=asked.name,
            scopes=asked.scopes,
            days=asked.days,
        )
        body = KeyMade(**_shown(made.key).model_dump())
        return Made(body, headers={"Location": f"/v1/keys/{made.key.id}"}, once={"key": made.text})

    return do_once(request, principal, asked, make)


@router.delete("/{id}", operation_id="keys.revoke", summary="End a key", status_code=204, responses=answers(404))
def revoke(
    request: Request,
    id: Annotated[str, Path(pattern=_ULID, description="a key's id")],  # noqa: A002
    principal: Caller,
    reach: CallerReach,
) -> None:
    """End a key at once; it stays in the list. Ending it twice is ending it once."""
    with service_of(request).store.write() as session:
        found = accounts.key(session, id, of=None if reach == "all" else principal.account_id or "")
        if found is None:
            not_found()
        acts.revoke_key(session, principal.actor, found)


def _shown(key: ApiKey) -> KeyShown:
    return KeyShown.model_validate(
        {
            name: getattr(key, name)
            for name in ("id", "account_id", "name", "scopes", "created_at", "expires_at", "revoked_at")
        }
    )
