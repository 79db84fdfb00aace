"""Signed-in browsers."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.base import now
from api.store.tables.accounts import Account, LoginSession


def session_and_account(session: Session, token_hash: str) -> tuple[LoginSession, Account] | None:
    """Return a session that is still good, with its active account, in one query."""
    row = session.execute(
        sa.select(LoginSession, Account)
        .join(Account, Account.id == LoginSession.account_id)
        .where(LoginSession.token_hash == token_hash, LoginSession.expires_at > now(), Account.active)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def begin(session: Session, made: LoginSession) -> None:
    """Keep a session; those that have run out are forgotten."""
    session.execute(sa.delete(LoginSession).where(LoginSession.expires_at < now()))
    session.add(made)
    session.flush()


def sessions_of(session: Session, account_id: str) -> Sequence[LoginSession]:
    """Return the sessions of an account that are still good, newest first."""
    query = sa.select(LoginSession).where(LoginSession.account_id == account_id, LoginSession.expires_at > now())
    return session.scalars(query.order_by(LoginSession.created_at.desc(), LoginSession.id.desc())).all()


def end(session: Session, token_hash: str) -> None:
    """End the session with a token."""
    session.execute(sa.delete(LoginSession).where(LoginSession.token_hash == token_hash))


def end_one(session: Session, account_id: str, id_: str) -> bool:
    """End one session of an account; tell whether there was one."""
    query = sa.delete(LoginSession).where(LoginSession.account_id == account_id, LoginSession.id == id_)
    return session.execute(query.returning(LoginSession.id)).one_or_none() is not None


def end_all(session: Session, account_id: str, *, but: str | None = None) -> None:
    """End every session of an account, except the one with the token hash `but`."""
    query = sa.delete(LoginSession).where(LoginSession.account_id == account_id)
    session.execute(query if but is None else query.where(LoginSession.token_hash != but))
