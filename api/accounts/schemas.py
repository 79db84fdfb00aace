"""What accounts, sessions and keys look like to callers."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from api.paging import Page

Role = Literal["driver", "enterprise", "reviewer", "officer", "auditor", "admin"]
LOGIN = r"^[a-z0-9][a-z0-9._@-]{1,99}$"
Login = Annotated[str, StringConstraints(pattern=LOGIN), Field(examples=["wang.officer"])]
_LINE = r"^[^\x00-\x1f\x7f]+$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_LINE), Field(examples=["王警官"])]
KeyName = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=_LINE), Field(examples=["dispatch system"])
]
EnterpriseId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,60}$"), Field(examples=["LY-001"])]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$"), Field(examples=["287082"])]
Password = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Scope = Annotated[str, StringConstraints(pattern=r"^[a-z_.]{1,40}$"), Field(examples=["decide"])]


class Asked(BaseModel):
    """A body; what is not known is refused, for it would be lost."""

    model_config = ConfigDict(extra="forbid")


class SignIn(Asked):
    """Who says to be who."""

    login: str = Field(max_length=200, examples=["wang.officer"])
    password: Password = Field(examples=["pferd-batterie-heftklammer"])
    totp: Code | None = Field(default=None, description="code of the authenticator, where the account has one")


class Me(BaseModel):
    """Who is asking."""

    id: str
    login: str
    name: str
    role: Role
    enterprise_id: str | None
    must_change_password: bool = Field(description="nothing else may be done before")
    two_step: bool
    csrf: str | None = Field(description="to be sent as X-CSRF-Token with every change; keys need none")
    scopes: list[str] = Field(description="of this key; for a person: those that a key may be given")
    expires_at: AwareDatetime


class PasswordChange(Asked):
    """The password of today and the one from now on."""

    old: Password = Field(examples=["pferd-batterie-heftklammer"])
    new: Password = Field(examples=["siebzehn kraniche am fluss"])


class Confirmed(Asked):
    """The password once more: a browser that was left open must not be enough."""

    password: Password = Field(examples=["pferd-batterie-heftklammer"])


class TotpSecret(BaseModel):
    """What the authenticator is fed with."""

    secret: str = Field(examples=["JBSWY3DPEHPK3PXP"])
    uri: str = Field(description="the same for a QR code", examples=["otpauth://totp/truckban:wang?secret=…"])
    qr: str = Field(description="that QR code as SVG", examples=["<svg xmlns='http://www.w3.org/2000/svg'>…</svg>"])


class TotpCode(Asked):
    """A code of the authenticator."""

    code: Code


class SessionShown(BaseModel):
    """One signed-in browser."""

    id: str
    created_at: AwareDatetime
    expires_at: AwareDatetime
    current: bool = Field(description="the one that asks")


class Sessions(BaseModel):
    """All of an account's sessions."""

    items: list[SessionShown]


class AccountNew(Asked):
    """An account to be."""

    login: Login
    name: Name
    role: Role
    enterprise_id: EnterpriseId | None = Field(
        default=None, description="needed for the role `enterprise`, and for no other"
    )


class AccountChange(Asked):
    """What is to be different; what is left out stays."""

    name: Name | None = None
    role: Role | None = None
    enterprise_id: EnterpriseId | None = None
    active: StrictBool | None = None


class AccountShown(BaseModel):
    """An account."""

    id: str
    login: str
    name: str
    role: Role
    enterprise_id: str | None
    active: bool
    two_step: bool
    identity_provider: bool = Field(description="signs in there; there is no password here")
    version: int
    created_at: AwareDatetime


class AccountMade(AccountShown):
    """A new account."""

    password: str | None = Field(
        default=None, description="one-time, shown this once; null where the request is sent again"
    )
    password_until: AwareDatetime | None


class AccountPage(Page):
    """A page of accounts."""

    items: list[AccountShown]


class PasswordReset(BaseModel):
    """A new one-time password."""

    password: str = Field(description="shown this once")
    password_until: dt.datetime


class KeyNew(Asked):
    """A key to be."""

    name: KeyName
    scopes: list[Scope] = Field(min_length=1, max_length=100, examples=[["decide"]])
    days: int = Field(default=90, ge=1, le=3660, strict=True, description="for how long it is good")
    account_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{26}$")] | None = Field(
        default=None, description="whose; an administrator may name another"
    )


class KeyShown(BaseModel):
    """A key, without its secret."""

    id: str
    account_id: str
    name: str
    scopes: list[str]
    created_at: AwareDatetime
    expires_at: AwareDatetime
    revoked_at: AwareDatetime | None


class KeyMade(KeyShown):
    """A new key."""

    key: str | None = Field(default=None, description="shown this once; null where the request is sent again")


class KeyPage(Page):
    """A page of keys."""

    items: list[KeyShown]
