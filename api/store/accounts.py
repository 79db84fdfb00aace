"""Accounts, their keys, and failures to sign in."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.base import now
from api.store.tables.accounts import Account, ApiKey, OidcFlow, SignInFailure

_FORGET = dt.timedelta(days=1)  # failures to sign in are forgotten after so long


def account(session: Session, id_: str, *, change: bool = False) -> Account | None:
    """Return an account; with `change`, nobody else changes it until the transaction ends."""
    return session.get(Account, id_, with_for_update=change or None, populate_existing=change)


def account_by_login(session: Session, login: str, *, change: bool = False) -> Account | None:
    """Return the account with a login."""
    query = sa.select(Account).where(Account.login == login)
    return session.scalars(query.with_for_update() if change else query).one_or_none()


def account_by_subject(session: Session, subject: str) -> Account | None:
    """Return the account that an identity provider knows under a subject."""
    return session.scalars(sa.select(Account).where(Account.oidc_subject == subject).with_for_update()).one_or_none()


def accounts(session: Session, *, after: str | None, limit: int, role: str | None = None) -> Sequence[Account]:
    """Return accounts by id, oldest first, one more than `limit` where there are more."""
    query = sa.select(Account).order_by(Account.id).limit(limit + 1)
    if after is not None:
        query = query.where(Account.id > after)
    if role is not None:
        query = query.where(Account.role == role)
    return session.scalars(query).all()


def admins_in_office(session: Session) -> Sequence[str]:
    """Return the ids of active administrators; none of them changes until the transaction ends."""
    query = sa.select(Account.id).where(Account.role == "admin", Account.active).order_by(Account.id).with_for_update()
    return session.scalars(query).all()


def key_and_account(session: Session, id_: str) -> tuple[ApiKey, Account] | None:
    """Return a key with its account, in one query."""
    row = session.execute(
        sa.select(ApiKey, Account).join(Account, Account.id == ApiKey.account_id).where(ApiKey.id == id_)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def keys(session: Session, *, of: str | None, after: str | None, limit: int) -> Sequence[ApiKey]:
    """Return the keys of one account, or of all."""
    query = sa.select(ApiKey).order_by(ApiKey.id).limit(limit + 1)
    if after is not None:
        query = query.where(ApiKey.id > after)
    if of is not None:
        query = query.where(ApiKey.account_id == of)
    return session.scalars(query).all()


def key(session: Session, id_: str, *, of: str | None) -> ApiKey | None:
    """Return one key, of one account only where `of` names it."""
    query = sa.select(ApiKey).where(ApiKey.id == id_).with_for_update()
    return session.scalars(query if of is None else query.where(ApiKey.account_id == of)).one_or_none()


def keys_in_use(session: Session, account_id: str) -> int:
    """Return how many keys of an account would be let in."""
    count = sa.select(sa.func.count()).select_from(ApiKey)
    return (
        session.scalar(
            count.where(ApiKey.account_id == account_id, ApiKey.revoked_at.is_(None), ApiKey.expires_at > now())
        )
        or 0
    )


def key_named(session: Session, account_id: str, name: str) -> ApiKey | None:
    """Return the key of an account with a name."""
    return session.scalars(sa.select(ApiKey).where(ApiKey.account_id == account_id, ApiKey.name == name)).one_or_none()


def is_shut(session: Session, login_hash: str) -> bool:
    """Return whether one login is shut for a while after failures; nobody else counts one until the transaction ends."""
    failure = session.get(SignInFailure, login_hash, with_for_update=True)
    return failure is not None and failure.locked_until is not None and failure.locked_until > now()


def count_failure(session: Session, login_hash: str, *, free: int, first_s: float, longest_s: float) -> SignInFailure:
    """Count one failure; from the one after `free` on, the login is shut for a time that doubles."""
    session.execute(sa.delete(SignInFailure).where(SignInFailure.last_at < now() - _FORGET))
    _insert_if_missing(session, SignInFailure, {"login_hash": login_hash, "failures": 0, "last_at": now()})
    known = session.get_one(SignInFailure, login_hash, with_for_update=True, populate_existing=True)
    known.failures += 1
    known.last_at = now()
    if known.failures >= free:
        shut_s = min(longest_s, first_s * 2.0 ** min(known.failures - free, 40))
        known.locked_until = known.last_at + dt.timedelta(seconds=shut_s)
    session.flush()
    return known


def forget_failures(session: Session, login_hash: str) -> None:
    """Forget the failures with one login."""
    session.execute(sa.delete(SignInFailure).where(SignInFailure.login_hash == login_hash))


def begin_flow(session: Session, flow: OidcFlow) -> None:
    """Keep what a sign-in that was sent away must come back with; forget those that never did."""
    session.execute(sa.delete(OidcFlow).where(OidcFlow.expires_at < now()))
    session.add(flow)


def end_flow(session: Session, state_hash: str) -> tuple[str, str] | None:
    """Return nonce and verifier of a sign-in that came back, once, and in time."""
    flow = session.get(OidcFlow, state_hash, with_for_update=True)
    if flow is None:
        return None
    session.delete(flow)
    session.flush()
    return (flow.nonce, flow.verifier) if flow.expires_at > now() else None


def _insert_if_missing(session: Session, table: type[Any], values: dict[str, Any]) -> None:
    """Insert a row unless it is there: two at once must not fail each other."""
    from sqlalchemy.dialects import postgresql, sqlite  # noqa: PLC0415

    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(table).values(**values).on_conflict_do_nothing())
