"""People and machines that may ask, and how they show who they are."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.store.base import ID, Table, new_id, now


class Account(Table):
    """A person or a machine."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    enterprise_id: Mapped[str | None] = mapped_column(String(60))  # of an `enterprise` account: which
    password_hash: Mapped[str | None] = mapped_column(String(300))
    one_time_until: Mapped[dt.datetime | None]  # of a password that someone else knows: it must be changed before
    totp_secret: Mapped[str | None] = mapped_column(String(200))  # sealed
    totp_on: Mapped[bool] = mapped_column(default=False)  # from the first code shown on
    totp_last_step: Mapped[int | None]  # a code is good once (RFC 6238, 5.2)
    oidc_subject: Mapped[str | None] = mapped_column(String(300), unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)


class LoginSession(Table):
    """One signed-in browser; the cookie's token is kept as a hash only."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[str] = mapped_column(ID, unique=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)


class SignInFailure(Table):
    """Failures to sign in with one login, whether or not there is such an account: both must cost and answer the same."""

    __tablename__ = "sign_in_failures"

    login_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    locked_until: Mapped[dt.datetime | None]
    last_at: Mapped[dt.datetime] = mapped_column(index=True)


class OidcFlow(Table):
    """A sign-in that was sent to the identity provider and has not come back; used once."""

    __tablename__ = "oidc_flows"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(128))
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)


class ApiKey(Table):
    """A machine's key; the secret part is kept as a hash only."""

    __tablename__ = "api_keys"
    __table_args__ = (UniqueConstraint("account_id", "name"), Index("ix_api_keys_account_id_id", "account_id", "id"))

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
