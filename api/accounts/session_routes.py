"""`/v1/session`: signing in and out, and what is one's own."""

from typing import Annotated

import pyotp
from fastapi import APIRouter, Path, Request, Response

from api.access.guard import Caller
from api.access.origins import check_origin
from api.access.secrets import cookie_name
from api.access.table import scopes_of
from api.accounts import service as acts
from api.accounts.schemas import Confirmed, Me, PasswordChange, Sessions, SessionShown, SignIn, TotpCode, TotpSecret
from api.accounts.signing_in import Begun, sign_in
from api.bodies import EachOnce
from api.openapi import answers
from api.problems import not_found
from api.service import service_of
from api.settings import Settings
from api.store import accounts, sessions
from api.store.audit import note
from api.store.tables.accounts import Account, LoginSession
from truckban.permitting.qr import qr_svg

router = APIRouter(tags=["session"], route_class=EachOnce)
Id = Annotated[str, Path(pattern=r"^[0-9A-Z]{26}$")]


@router.post(
    "/session",
    operation_id="accounts.sign_in",
    summary="Sign in by login and password",
    responses=answers(401),
)
def sign_in_(request: Request, response: Response, asked: SignIn, principal: Caller) -> Me:
    """Begin a session; its cookie comes with the answer.

    Whatever is wrong, the answer is the same. After some failures a login is shut for a time that doubles, whether or not
    there is such an account.
    """
    check_origin(request)
    service = service_of(request)
    begun = sign_in(service, login=asked.login, password=asked.password, code=asked.totp, before=principal.session)
    set_cookie(response, service.settings, begun)
    return _me(begun.account, begun.session)


@router.delete("/session", operation_id="accounts.sign_out", summary="Sign out", status_code=204)
def sign_out(request: Request, response: Response, principal: Caller) -> None:
    """End this session; where there is none, nothing is done."""
    service = service_of(request)
    if principal.session is not None:
        with service.store.write() as session:
            sessions.end(session, principal.session)
            note(session, principal.actor, "account.sign_out", f"account:{principal.account_id}")
    settings = service.settings
    response.delete_cookie(cookie_name(settings), secure=settings.secure, httponly=True, samesite="lax")


@router.get("/session", operation_id="accounts.who", summary="Who is asking", responses=answers(404))
def who(request: Request, principal: Caller) -> Me:
    """Return who is asking, with the CSRF token of the session."""
    with service_of(request).store.read() as session:
        if principal.session is not None and (known := sessions.session_and_account(session, principal.session)):
            return _me(known[1], known[0])
        key_id = principal.caller.removeprefix("key:")
        if principal.scopes is not None and (found := accounts.key_and_account(session, key_id)):
            key, account = found
            return _told(account, csrf=None, scopes=key.scopes, expires_at=key.expires_at)
    return not_found()


@router.put(
    "/session/password",
    operation_id="accounts.change_password",
    summary="Change one's own password",
    status_code=204,
    responses=answers(404),
)
def change_password(request: Request, asked: PasswordChange, principal: Caller) -> None:
    """Change one's own password; every other session of the account ends."""
    acts.change_password(service_of(request), principal, old=asked.old, new=asked.new)


@router.post(
    "/session/totp",
    operation_id="accounts.totp_begin",
    summary="Begin with an authenticator",
    responses=answers(404, 409),
)
def totp_begin(request: Request, asked: Confirmed, principal: Caller) -> TotpSecret:
    """Return a secret for an authenticator (RFC 6238); it counts from the first code that is shown."""
    service = service_of(request)
    secret = acts.enrol_totp(service, principal, password=asked.password)
    with service.store.read() as session:
        login = accounts.account(session, principal.account_id or "")
        name = login.login if login else ""
    uri = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="truckban")
    drawn = qr_svg(uri)
    if "xmlns=" not in drawn:
        drawn = drawn.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return TotpSecret(secret=secret, uri=uri, qr=drawn)


@router.put(
    "/session/totp",
    operation_id="accounts.totp_confirm",
    summary="Show the authenticator's first code",
    status_code=204,
    responses=answers(404, 409),
)
def totp_confirm(request: Request, asked: TotpCode, principal: Caller) -> None:
    """Turn the second step on; every other session of the account ends."""
    acts.confirm_totp(service_of(request), principal, code=asked.code)


@router.post(
    "/session/totp/off",
    operation_id="accounts.totp_off",
    summary="Go without an authenticator",
    status_code=204,
    responses=answers(404),
)
def totp_off(request: Request, asked: Confirmed, principal: Caller) -> None:
    """Turn the second step off."""
    acts.disable_totp(service_of(request), principal, password=asked.password)


@router.get("/sessions", operation_id="accounts.sessions", summary="Where one is signed in")
def sessions_(request: Request, principal: Caller) -> Sessions:
    """Return the sessions of one's own account, newest first."""
    with service_of(request).store.read() as session:
        found = sessions.sessions_of(session, principal.account_id or "")
        return Sessions(
            items=[
                SessionShown(
                    id=each.id,
                    created_at=each.created_at,
                    expires_at=each.expires_at,
                    current=each.token_hash == principal.session,
                )
                for each in found
            ]
        )


@router.delete(
    "/sessions/{id}",
    operation_id="accounts.end_session",
    summary="Sign out elsewhere",
    status_code=204,
    responses=answers(404),
)
def end_session(request: Request, id: Id, principal: Caller) -> None:  # noqa: A002
    """End one session of one's own account."""
    with service_of(request).store.write() as session:
        if not sessions.end_one(session, principal.account_id or "", id):
            not_found()
        note(session, principal.actor, "account.session_end", f"account:{principal.account_id}")


def set_cookie(response: Response, settings: Settings, begun: Begun) -> None:
    """Have a browser keep a session: no script reads it, no other site's page sends it along with a change."""
    response.set_cookie(
        cookie_name(settings),
        begun.token,
        max_age=int(settings.session_hours * 3600),
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )


def _me(account: Account, session: LoginSession) -> Me:
    return _told(account, csrf=session.csrf, scopes=sorted(scopes_of(account.role)), expires_at=session.expires_at)


def _told(account: Account, **more: object) -> Me:
    return Me.model_validate(
        {
            "id": account.id,
            "login": account.login,
            "name": account.name,
            "role": account.role,
            "enterprise_id": account.enterprise_id,
            "must_change_password": account.one_time_until is not None,
            "two_step": account.totp_on,
            **more,
        }
    )
