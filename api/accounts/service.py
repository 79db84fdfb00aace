"""What is done to accounts and keys."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

import pyotp
from sqlalchemy.orm import Session

from api.access.principal import Principal
from api.access.sealed import seal
from api.access.secrets import hash_of_token, key_text, new_token
from api.access.table import scopes_of
from api.accounts.passwords import fits, keep, one_time, weakness
from api.accounts.signing_in import count_failure, take_code
from api.problems import Problem, not_found
from api.service import Service
from api.settings import Settings
from api.store import accounts, sessions
from api.store.audit import Actor, note
from api.store.base import new_id, now
from api.store.tables.accounts import Account, ApiKey
from zones.errors import InputError
from zones.text import Text

_KEYS = 50


class Made(NamedTuple):
    """A new account or password, and the password that is shown once."""

    account: Account
    password: str


class KeyText(NamedTuple):
    """A new key, and its text, which is shown once."""

    key: ApiKey
    text: str


def create_account(
    session: Session,
    settings: Settings,
    actor: Actor,
    *,
    login: str,
    name: str,
    role: str,
    enterprise_id: str | None = None,
    password: str | None = None,
) -> Made:
    """Make an account.

    Args:
        session: a transaction that writes.
        settings: how long a one-time password is good.
        actor: who makes it.
        login: not yet taken.
        name: for people.
        role: one of the table of access.
        enterprise_id: of an `enterprise` account.
        password: chosen by the person; without it a one-time password is made, which must be changed at first use.

    Raises:
        Problem: 409; the login is taken.
        InputError: a password that is too easy, or an enterprise that does not go with the role.
    """
    _check_enterprise(role, enterprise_id)
    if password is not None:
        _check_password(password, login, "password")
    if accounts.account_by_login(session, login) is not None:
        raise Problem(409, "login_taken", Text("这个登录名已有人用", "this login is taken"))
    chosen = password or one_time()
    made = Account(login=login, name=name, role=role, enterprise_id=enterprise_id, password_hash=keep(chosen))
    if password is None:
        made.one_time_until = now() + dt.timedelta(hours=settings.one_time_hours)
    session.add(made)
    session.flush()
    note(session, actor, "account.create", f"account:{made.id}", details={"role": role})
    return Made(made, chosen)


def change_account(session: Session, actor: Actor, account: Account, changes: dict[str, Any]) -> Account:
    """Change name, role, enterprise or whether an account is active; its sessions end where it may do other things then.

    Raises:
        Problem: 409; it is the last active administrator.
        InputError: an enterprise that does not go with the role.
    """
    told = {key: value for key, value in changes.items() if getattr(account, key) != value}
    if not told:
        return account
    role = told.get("role", account.role)
    if role != "enterprise" and "role" in told and "enterprise_id" not in told and account.enterprise_id is not None:
        told["enterprise_id"] = None
    _check_enterprise(role, told.get("enterprise_id", account.enterprise_id))
    ends_office = account.role == "admin" and account.active and (role != "admin" or told.get("active") is False)
    if ends_office and list(accounts.admins_in_office(session)) == [account.id]:
        raise Problem(409, "last_admin", Text("这是最后一个管理员", "this is the last administrator"))
    before = {key: getattr(account, key) for key in told}
    for key, value in told.items():
        setattr(account, key, value)
    account.version += 1
    if set(told) - {"name"}:
        sessions.end_all(session, account.id)
    public = {key: [before[key], value] for key, value in told.items() if key != "name"}
    note(session, actor, "account.change", f"account:{account.id}", details={**public, "fields": sorted(told)})
    session.flush()
    return account


def reset_password(session: Session, settings: Settings, actor: Actor, account: Account) -> Made:
    """Give an account a one-time password; its sessions, its second step and the lock on its login end.

    Raises:
        Problem: 409; it signs in by the identity provider and has none.
    """
    if account.oidc_subject is not None:
        text = Text(
            "这个账号由身份服务登录，没有密码", "this account signs in by the identity provider: it has no password"
        )
        raise Problem(409, "identity_provider", text)
    password = one_time()
    account.password_hash = keep(password)
    account.one_time_until = now() + dt.timedelta(hours=settings.one_time_hours)
    account.totp_secret, account.totp_on = None, False
    account.version += 1
    sessions.end_all(session, account.id)
    accounts.forget_failures(session, hash_of_token(f"login:{account.login}"))
    note(session, actor, "account.reset", f"account:{account.id}")
    session.flush()
    return Made(account, password)


def change_password(service: Service, principal: Principal, *, old: str, new: str) -> None:
    """Change one's own password; every other session of the account ends.

    Raises:
        Problem: 403; the old one is wrong.
        InputError: the new one is too easy.
    """
    account = _own(service, principal)
    kept = _confirmed(service, principal, account, old, "body.old")
    _check_password(new, account.login, "body.new")
    if old == new:
        raise InputError(Text("新密码和旧密码一样", "the new password is the old one"), field="body.new")
    anew = keep(new)
    with service.store.write() as session:
        mine = _mine(session, principal, kept)
        mine.password_hash, mine.one_time_until = anew, None
        mine.version += 1
        sessions.end_all(session, mine.id, but=principal.session)
        note(session, principal.actor, "account.password", f"account:{mine.id}")


def enrol_totp(service: Service, principal: Principal, *, password: str) -> str:
    """Give an account a secret for an authenticator; it counts from the first code that is shown.

    Raises:
        Problem: 403 for a wrong password, 409 where there is one already.
    """
    account = _own(service, principal)
    kept = _confirmed(service, principal, account, password, "body.password")
    with service.store.write() as session:
        mine = _mine(session, principal, kept)
        if mine.totp_on:
            raise Problem(409, "totp_on", Text("动态码已启用", "the second step is on already"))
        secret = pyotp.random_base32()
        mine.totp_secret = seal(service.settings, secret, of=mine.id)
        return secret


def confirm_totp(service: Service, principal: Principal, *, code: str) -> None:
    """Turn the second step on, by a code that shows that the authenticator has the secret.

    Raises:
        Problem: 409 where there is nothing to confirm, 422 for a wrong code.
    """
    with service.store.write() as session:
        mine = _mine(session, principal)
        if mine.totp_on or mine.totp_secret is None:
            raise Problem(409, "totp_state", Text("没有等待确认的动态码", "there is no second step to confirm"))
        if not take_code(service.settings, mine, code):
            raise InputError(Text("动态码不对", "the code is wrong"), field="body.code")
        mine.totp_on = True
        sessions.end_all(session, mine.id, but=principal.session)
        note(session, principal.actor, "account.totp_on", f"account:{mine.id}")


def disable_totp(service: Service, principal: Principal, *, password: str) -> None:
    """Turn the second step off.

    Raises:
        Problem: 403; the password is wrong.
    """
    kept = _confirmed(service, principal, _own(service, principal), password, "body.password")
    with service.store.write() as session:
        mine = _mine(session, principal, kept)
        if mine.totp_on:
            note(session, principal.actor, "account.totp_off", f"account:{mine.id}")
        mine.totp_secret, mine.totp_on = None, False


def create_key(
    session: Session, settings: Settings, actor: Actor, *, account: Account, name: str, scopes: Iterable[str], days: int
) -> KeyText:
    """Make a key for an account.

    Raises:
        Problem: 409; it has a key of that name, or too many.
        InputError: a scope that the account's role may not have, or too long a time.
    """
    wanted = sorted(set(scopes))
    if over := set(wanted) - scopes_of(account.role):
        listed = ", ".join(sorted(over))
        raise InputError(
            Text(f"这个角色不能有这些权限：{listed}", f"this role cannot have these scopes: {listed}"),
            field="body.scopes",
        )
    if days > settings.key_days:
        text = Text(f"密钥最长 {settings.key_days} 天", f"a key is good for {settings.key_days} days at most")
        raise InputError(text, field="body.days")
    if accounts.key_named(session, account.id, name) is not None:
        raise Problem(409, "name_taken", Text("已有同名密钥", "there is a key of this name"))
    if accounts.keys_in_use(session, account.id) >= _KEYS:
        raise Problem(409, "too_many_keys", Text(f"最多 {_KEYS} 把密钥", f"{_KEYS} keys are the most"))
    secret = new_token()
    made = ApiKey(
        id=new_id(),
        account_id=account.id,
        name=name,
        scopes=wanted,
        secret_hash=hash_of_token(secret),
        expires_at=now() + dt.timedelta(days=days),
    )
    session.add(made)
    session.flush()
    details = {"account": account.id, "scopes": wanted, "days": days}
    note(session, actor, "key.create", f"key:{made.id}", details=details)
    return KeyText(made, key_text(made.id, secret))


def revoke_key(session: Session, actor: Actor, key: ApiKey) -> None:
    """End a key; it stays in the list."""
    if key.revoked_at is None:
        key.revoked_at = now()
        note(session, actor, "key.revoke", f"key:{key.id}", details={"account": key.account_id})


def _check_enterprise(role: str, enterprise_id: str | None) -> None:
    if (role == "enterprise") != (enterprise_id is not None):
        text = Text(
            "企业账号要写明企业编号，其他账号不写",
            "an account of an enterprise names which one, and no other account does",
        )
        raise InputError(text, field="body.enterprise_id")


def _check_password(password: str, login: str, field: str) -> None:
    weak = weakness(password, login=login)
    if weak is not None:
        raise InputError(weak, field=field)


def _own(service: Service, principal: Principal) -> Account:
    with service.store.read() as session:
        found = accounts.account(session, principal.account_id or "")
        if found is None:
            not_found()
        session.expunge(found)
        return found


def _mine(session: Session, principal: Principal, kept: str | None = None) -> Account:
    """Return the caller's account for a change, with the password that was confirmed a moment ago."""
    mine = accounts.account(session, principal.account_id or "", change=True)
    if mine is None or not mine.active or (kept is not None and mine.password_hash != kept):
        not_found()
    return mine


def _confirmed(service: Service, principal: Principal, account: Account, password: str, field: str) -> str:
    """Return the kept password where the one given is right.

    Wrong ones count like those at sign-in: a stolen session must not be a way to guess on.

    Raises:
        Problem: 403.
    """
    login_hash = hash_of_token(f"login:{account.login}")
    right = fits(account.password_hash, password) and account.password_hash is not None
    with service.store.write() as session:
        shut = accounts.is_shut(session, login_hash)
        if right and not shut and account.password_hash is not None:
            return account.password_hash
        if not shut:
            count_failure(session, service.settings, login_hash)
        note(session, principal.actor, "account.password_refused", f"account:{account.id}", details={"shut": shut})
    text = Text("密码不对，或多次失败后暂时锁定", "the password is wrong, or shut for a while after failures")
    raise Problem(403, "password_refused", text, errors=[(field, text)])
