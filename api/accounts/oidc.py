"""Signing in by an identity provider: OpenID Connect, authorization code with PKCE, state and nonce."""

import datetime as dt
import json
import threading
import time
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

import httpx
from authlib.integrations.base_client.errors import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy.orm import Session

from api.access.secrets import hash_of_token, new_token
from api.accounts.signing_in import NOBODY, Begun, begin_session
from api.problems import Problem
from api.service import Service
from api.settings import Settings
from api.store import accounts, sessions
from api.store.audit import note
from api.store.base import now
from api.store.tables.accounts import Account, OidcFlow
from zones.text import Text

_ALGORITHMS = [
    "RS256",
    "ES256",
    "PS256",
    "EdDSA",
]  # signed with a key that only the provider has; never `none`, never ours
_KEPT_S, _FRESH_S, _FLOW_S, _LEEWAY_S, _WAIT_S = 3600, 60, 600, 60, 10


class Sent(NamedTuple):
    """Where a browser is sent, and what it keeps to come back with."""

    url: str
    state: str


class Provider:
    """One identity provider: what it says about itself, and its keys, asked for again after an hour."""

    def __init__(self, settings: Settings) -> None:
        """Take the settings; nothing is asked yet."""
        assert settings.oidc_issuer  # noqa: S101  (asked by `provider_of`)
        self.issuer = settings.oidc_issuer
        self._kept: dict[str, tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def about(self) -> Mapping[str, Any]:
        """Return what the provider says about itself.

        Raises:
            Problem: 503; it does not answer, or speaks for someone else.
        """
        told: Mapping[str, Any] = self._ask(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration", _KEPT_S)
        if told.get("issuer") != self.issuer:
            _unavailable()
        return told

    def claims(self, token: str, *, client: str, nonce: str) -> Mapping[str, Any]:
        """Return what an ID token says, if the provider made it, for us, now, and for this sign-in.

        Raises:
            Problem: 401.
        """
        address = self.about()["jwks_uri"]
        for age_s in (_KEPT_S, _FRESH_S, 0):
            # a key that is not known may be new; but not every bad token makes us ask
            try:
                signed = jwt.decode(token, KeySet.import_key_set(self._ask(address, age_s)), algorithms=_ALGORITHMS)
                break
            except (JoseError, ValueError):
                if age_s == 0 or self._age(address) < _FRESH_S:
                    _refuse()
        claims: Mapping[str, Any] = signed.claims
        audience = claims.get("aud")
        for_us = client in audience if isinstance(audience, list) else audience == client
        party = claims.get("azp", client)
        try:
            timely = float(claims["exp"]) > time.time() - _LEEWAY_S and float(claims["iat"]) < time.time() + _LEEWAY_S
        except (KeyError, TypeError, ValueError):
            timely = False
        known = isinstance(claims.get("sub"), str) and 0 < len(claims["sub"]) <= 255 and claims["sub"].isprintable()  # noqa: PLR2004
        if not (timely and known and for_us and party == client and claims.get("iss") == self.issuer):
            _refuse()
        if claims.get("nonce") != nonce:
            _refuse()
        return claims

    def _age(self, address: str) -> float:
        return time.monotonic() - self._kept[address][0] if address in self._kept else float("inf")

    def _ask(self, address: str, age_s: float) -> Any:  # noqa: ANN401
        with self._lock:
            if self._age(address) > age_s:
                try:
                    answer = httpx.get(address, timeout=_WAIT_S, follow_redirects=False).raise_for_status()
                    self._kept[address] = time.monotonic(), answer.json()
                except (httpx.HTTPError, json.JSONDecodeError):
                    _unavailable()
            return self._kept[address][1]


def send(service: Service, provider: Provider, *, back: str) -> Sent:
    """Return where a browser goes to sign in.

    Args:
        service: settings and store.
        provider: where to.
        back: our address that it comes back to.
    """
    state, nonce, verifier = new_token(), new_token(), new_token()
    with _client(service.settings, back) as client:
        url, _ = client.create_authorization_url(
            provider.about()["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
    until = now() + dt.timedelta(seconds=_FLOW_S)
    with service.store.write() as session:
        flow = OidcFlow(state_hash=hash_of_token(state), nonce=nonce, verifier=verifier, expires_at=until)
        accounts.begin_flow(session, flow)
    return Sent(url, state)


def come_back(
    service: Service, provider: Provider, *, back: str, state: str, code: str, before: str | None = None
) -> Begun:
    """Begin a session for who comes back from the provider.

    An account is made at the first time; its role is what the provider says each time.

    Raises:
        Problem: 401 for what does not hold, 403 for nobody's role or a closed account, 503 without the provider.
    """
    with service.store.write() as session:
        flow = accounts.end_flow(session, hash_of_token(state))
    if flow is None:
        _refuse()
    nonce, verifier = flow
    settings = service.settings
    try:
        with _client(settings, back) as client:
            token = client.fetch_token(provider.about()["token_endpoint"], code=code, code_verifier=verifier)
    except OAuthError:
        _refuse()
    except (httpx.HTTPError, json.JSONDecodeError):
        _unavailable()
    if not isinstance(token.get("id_token"), str):
        _refuse()
    claims = provider.claims(token["id_token"], client=settings.oidc_client_id or "", nonce=nonce)
    role = role_of(settings, claims)
    subject = hash_of_token(f"{provider.issuer} {claims['sub']}")
    with service.store.write() as session:
        account = accounts.account_by_subject(session, subject)
        if role is not None and (account is None or account.active):
            account = _account(session, account, subject, claims, role)
            return begin_session(session, settings, account, before=before, by="identity provider")
        whose = f"account:{account.id if account else 'unknown'}"
        note(session, NOBODY, "account.sign_in_refused", whose, details={"by": "identity provider"})
    text = Text("您在这里没有角色，请找管理员", "you have no role here; ask an administrator")
    raise Problem(403, "no_role", text)


def role_of(settings: Settings, claims: Mapping[str, Any]) -> str | None:
    """Return the role that the provider's claim stands for: the first of the setting that it has."""
    value: Any = claims
    for part in settings.oidc_role_claim.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    said = {each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)}
    return next((role for word, role in settings.oidc_roles.items() if word in said), None)


def _account(session: Session, account: Account | None, subject: str, claims: Mapping[str, Any], role: str) -> Account:
    if account is None:
        name = str(claims.get("name") or claims.get("preferred_username") or "")
        name = "".join(each for each in name if each.isprintable())[:200] or "-"
        # a login of its own kind: it can never be that of an account with a password
        account = Account(login=f"oidc:{subject[:40]}", name=name, role=role, oidc_subject=subject)
        session.add(account)
        session.flush()
        details: dict[str, object] = {"role": role, "by": "identity provider"}
        note(session, NOBODY, "account.create", f"account:{account.id}", details=details)
    elif account.role != role:
        details = {"role": [account.role, role], "by": "identity provider"}
        account.role = role
        if role != "enterprise":
            account.enterprise_id = None
        account.version += 1
        sessions.end_all(session, account.id)
        note(session, NOBODY, "account.change", f"account:{account.id}", details=details)
    return account


def _client(settings: Settings, back: str) -> OAuth2Client:
    secret = settings.oidc_client_secret
    return OAuth2Client(
        client_id=settings.oidc_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        token_endpoint_auth_method="client_secret_basic" if secret else "none",
        scope=settings.oidc_scope,
        redirect_uri=back,
        code_challenge_method="S256",
        timeout=_WAIT_S,
    )


def _refuse() -> NoReturn:
    text = Text("登录没有完成，请重新登录", "signing in did not work; begin again")
    raise Problem(401, "oidc", text, headers={"WWW-Authenticate": 'Bearer realm="truckban"'})


def _unavailable() -> NoReturn:
    text = Text("身份服务暂时不可用", "the identity provider does not answer")
    raise Problem(503, "oidc_unavailable", text, headers={"Retry-After": "30"})
