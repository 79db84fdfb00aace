"""Signing in: the same work and the same answer whatever is wrong."""

import datetime as dt
import logging
import time
from typing import NamedTuple, NoReturn

import pyotp
from sqlalchemy.orm import Session

from api.access.sealed import unseal
from api.access.secrets import hash_of_token, new_token, same
from api.accounts.passwords import fits, is_dated, keep
from api.problems import Problem
from api.service import Service
from api.settings import Settings
from api.store import accounts, sessions
from api.store.audit import Actor, note
from api.store.base import now
from api.store.tables.accounts import Account, LoginSession
from zones.text import Text

NOBODY = Actor("anonymous", "anonymous")
_STEP_S = 30
_log = logging.getLogger(__name__)


class Begun(NamedTuple):
    """A session that has just begun: the cookie's token is known here only."""

    token: str
    session: LoginSession
    account: Account


def sign_in(service: Service, *, login: str, password: str, code: str | None, before: str | None = None) -> Begun:
    """Begin a session for who knows a login's password, and code where the account asks for one.

    Unknown login, wrong password, wrong or missing code, closed account and shut login have one answer and cost the same
    work: one look, one argon2, one transaction that counts the failure.

    Args:
        service: settings and store.
        login: as typed.
        password: as typed.
        code: of the authenticator.
        before: the hash of the session that the browser had; it ends.

    Raises:
        Problem: 401.
    """
    login = login.strip().casefold()
    login_hash = hash_of_token(f"login:{login}")
    with service.store.read() as session:
        known = accounts.account_by_login(session, _storable(login))
        kept = known.password_hash if known else None
    right = fits(kept, password) and kept is not None
    anew = keep(password) if right and kept and is_dated(kept) else kept
    with service.store.write() as session:
        account = accounts.account_by_login(session, _storable(login), change=True)
        shut = accounts.is_shut(session, login_hash)
        if (
            account
            and right
            and not shut
            and account.password_hash == kept
            and _may_enter(service.settings, account, code)
        ):
            account.password_hash = anew
            accounts.forget_failures(session, login_hash)
            return begin_session(session, service.settings, account, before=before)
        if not shut:
            count_failure(session, service.settings, login_hash)
        subject = f"account:{account.id if account else 'unknown'}"
        note(session, NOBODY, "account.sign_in_refused", subject, details={"shut": shut})
    return _refuse()


def count_failure(session: Session, settings: Settings, login_hash: str) -> None:
    """Count one failure of a login, as the settings say."""
    accounts.count_failure(
        session,
        login_hash,
        free=settings.lock_after,
        first_s=settings.lock_first_s,
        longest_s=settings.lock_longest_s,
    )


def begin_session(
    session: Session, settings: Settings, account: Account, *, before: str | None = None, by: str = "password"
) -> Begun:
    """Begin a session for an account that was shown to be the caller's."""
    if before is not None:
        sessions.end(session, before)
    token = new_token()
    until = now() + dt.timedelta(hours=settings.session_hours)
    made = LoginSession(token_hash=hash_of_token(token), account_id=account.id, csrf=new_token(), expires_at=until)
    sessions.begin(session, made)
    note(session, Actor(account.id, account.role), "account.sign_in", f"account:{account.id}", details={"by": by})
    session.flush()
    session.expunge(made)
    session.refresh(account)
    session.expunge(account)
    return Begun(token, made, account)


def take_code(settings: Settings, account: Account, code: str | None) -> bool:
    """Take a code of an account's authenticator, this step's or a neighbour's, and no code twice (RFC 6238, 5.2)."""
    if account.totp_secret is None or code is None:
        return False
    secret = unseal(settings, account.totp_secret, of=account.id)
    if secret is None:
        _log.error(
            "the secret of the second step of account %s does not open: is TRUCKBAN_SECRET_KEY another?", account.id
        )
        return False
    totp = pyotp.TOTP(secret)
    this = int(time.time()) // _STEP_S
    for step in (this - 1, this, this + 1):
        if step > (account.totp_last_step or 0) and same(totp.generate_otp(step), code):
            account.totp_last_step = step
            return True
    return False


def _may_enter(settings: Settings, account: Account, code: str | None) -> bool:
    if not account.active or (account.one_time_until is not None and account.one_time_until <= now()):
        return False
    return not account.totp_on or take_code(settings, account, code)


def _storable(login: str) -> str:
    """Return a login that both databases take; what no account can be called stands for no account."""
    return login if login.isascii() and login.isprintable() else ""


def _refuse() -> NoReturn:
    text = Text(
        "登录名、密码或动态码不对，或多次失败后暂时锁定",
        "login, password or code is wrong, or shut for a while after failures",
    )
    raise Problem(401, "sign_in_refused", text, headers={"WWW-Authenticate": 'Bearer realm="truckban"'})
