"""From a request to who is asking."""

from functools import lru_cache
from typing import NoReturn

from fastapi import Request

from api.access.origins import check_same_site
from api.access.principal import Principal
from api.access.secrets import cookie_name, hash_of_token, read_key, same
from api.problems import Problem
from api.service import Service, service_of
from api.store import accounts, sessions
from api.store.base import now
from zones.text import Text

_BEFORE_CHANGE = {"accounts.who", "accounts.sign_out", "accounts.change_password", "web.signin", "web.account"}


def shows_something(request: Request) -> bool:
    """Tell whether a request comes with a key or a cookie: only then is the store asked."""
    return "authorization" in request.headers or cookie_name(service_of(request).settings) in request.cookies


def identify(request: Request) -> Principal:
    """Return who is asking: the key's account, the session's person, or nobody.

    A cookie that is no longer good makes nobody; a key that is not good is refused everywhere, for a machine that
    believes to be known must not be answered as if it were not.

    Sets `request.state.csrf` for a session.

    Raises:
        Problem: 401 for a key that is unknown, wrong, revoked, run out, or of an account that is closed;
            403 for a change from another site or without the session's CSRF token, or before a one-time password was
            changed.
    """
    service = service_of(request)
    given = request.headers.get("authorization")
    if given is not None:
        return _by_key(service, given)
    token = request.cookies.get(cookie_name(service.settings))
    if token is not None and (known := _by_session(service, request, token)) is not None:
        return known
    return nobody(request.client.host if request.client else "unknown")


@lru_cache(maxsize=4096)
def nobody(host: str) -> Principal:
    """Return who asks without showing anything."""
    return Principal("anonymous", f"address:{host}"[:80])


def _by_key(service: Service, given: str) -> Principal:
    kind, _, text = given.partition(" ")
    key = read_key(text.strip())
    if kind.lower() != "bearer" or key is None:
        _refuse_key()
    with service.store.read() as session:
        found = accounts.key_and_account(session, key.id)
        if found is None:
            _refuse_key()
        kept, account = found
        right = same(kept.secret_hash, hash_of_token(key.secret))
        if not (right and kept.revoked_at is None and kept.expires_at > now() and account.active):
            _refuse_key()
        return Principal(
            account.role,
            f"key:{kept.id}",
            account_id=account.id,
            enterprise_id=account.enterprise_id,
            scopes=frozenset(kept.scopes),
        )


def _by_session(service: Service, request: Request, token: str) -> Principal | None:
    hashed = hash_of_token(token)
    with service.store.read() as session:
        found = sessions.session_and_account(session, hashed)
        if found is None:
            return None
        kept, account = found
        principal = Principal(
            account.role,
            f"account:{account.id}",
            account_id=account.id,
            enterprise_id=account.enterprise_id,
            session=hashed,
            must_change=account.one_time_until is not None,
        )
        csrf = kept.csrf
    request.state.csrf = csrf
    check_same_site(request, csrf)
    if principal.must_change and request.scope["route"].operation_id not in _BEFORE_CHANGE:
        text = Text("请先改掉一次性密码", "change the one-time password first")
        raise Problem(403, "password_change", text)
    return principal


def _refuse_key() -> NoReturn:
    text = Text("密钥无效、已过期或已撤销", "the key is not valid, has expired or was revoked")
    raise Problem(401, "key", text, headers={"WWW-Authenticate": 'Bearer realm="truckban", error="invalid_token"'})
