"""Settings of the service; each is an environment variable `TRUCKBAN_…`."""

import re
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from api.access.table import ROLES
from zones.errors import InputError
from zones.text import Text


class Settings(BaseSettings):
    """What a county sets; everything has a value that is safe for one machine."""

    model_config = SettingsConfigDict(env_prefix="TRUCKBAN_", extra="forbid", frozen=True)

    data_dir: Path = Field(default=Path("truckban-data"), description="files of the service: store, uploads, backups")
    database_url: SecretStr | None = Field(default=None, description="SQLAlchemy URL; SQLite in data_dir if not set")
    notices: tuple[str, ...] = Field(default=("linyi-2023-5",), description="notices in force in a new store")
    host: str = Field(default="127.0.0.1", description="the address that is listened on")
    port: int = Field(default=8000, ge=0, le=65535, description="the port that is listened on; 0 for a free one")
    public_url: str | None = Field(default=None, description="how people reach it: for links, QR codes, origin checks")
    behind_proxy: bool = Field(default=False, description="believe X-Forwarded-For and -Proto of the address in front")
    proxies: tuple[str, ...] = Field(
        default=("127.0.0.0/8", "::1/128"), description="networks that the proxy in front is in, with behind_proxy"
    )
    demonstration: bool = Field(default=False, description="the schematic area with one account a role, local only")
    raw_days: int = Field(default=30, ge=1, description="days that raw fixes are kept")
    lead_days: int = Field(default=730, ge=1, description="days that closed leads are kept")
    permit_days: int = Field(
        default=1095, ge=1, description="days that permits are kept once they are over; lead_days where those are more"
    )
    draft_days: int = Field(default=90, ge=1, description="days that applications never handed in are kept")
    result_days: int = Field(default=90, ge=1, description="days that the files of finished checks are kept")
    reply_days: int = Field(
        default=7, ge=1, description="days in which a request that is sent again is answered as before"
    )
    log_days: int = Field(default=180, ge=180, description="days that logs are kept (Cybersecurity Law, article 21)")
    secret_key: SecretStr | None = Field(
        default=None, min_length=32, description="seals secrets in the store; data_dir/keys/secrets.key if not set"
    )
    session_hours: float = Field(default=12, gt=0, le=24 * 7, description="hours after which one signs in again")
    upload_bytes: int = Field(default=20_000_000_000, gt=0, description="the largest file of traces")
    body_bytes: int = Field(default=2_000_000, gt=0, description="the largest body of any other request")
    attachment_bytes: int = Field(default=10_000_000, gt=0, description="the largest file handed in for a permit")
    document_bytes: int = Field(default=20_000_000, gt=0, description="the largest notice, zone or list of enterprises")
    permit_issuer: str | None = Field(
        default=None, max_length=200, description="who grants permits; whoever issued the notice if not set"
    )
    permit_key_file: Path | None = Field(
        default=None, description="private key (PEM) that permits are signed with; data_dir/keys/permits.pem if not set"
    )
    request_s: float = Field(default=60, gt=0, description="seconds a request may take")
    trip_processes: int = Field(
        default=1, ge=0, le=64, description="processes that plan trips; 0: threads of the server"
    )
    rate_per_minute: int = Field(default=600, gt=0, description="requests a minute for each key or address")
    sign_ins_per_minute: int = Field(default=10, gt=0, description="attempts a minute for each address")
    lock_after: int = Field(default=5, ge=1, description="failures that shut a login, whether or not there is one")
    lock_first_s: float = Field(
        default=30, gt=0, description="how long it is shut first, seconds; each failure doubles it"
    )
    lock_longest_s: float = Field(default=3600, gt=0, description="the longest that it is shut, seconds")
    one_time_hours: float = Field(default=72, gt=0, description="hours in which a one-time password must be changed")
    key_days: int = Field(default=366, ge=1, description="the longest that a key may be good")
    oidc_issuer: str | None = Field(default=None, description="sign-in by an identity provider: its issuer URL")
    oidc_client_id: str | None = Field(default=None, description="who the service is to the identity provider")
    oidc_client_secret: SecretStr | None = Field(default=None, description="its secret there")
    oidc_scope: str = Field(default="openid profile", description="what the provider is asked for")
    oidc_role_claim: str = Field(default="roles", description="the claim that names groups or roles; a dot goes deeper")
    oidc_roles: dict[str, str] = Field(default={}, description="what the claim says -> role here; the first that fits")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="the least serious lines that are logged"
    )

    @classmethod
    def of_environment(cls) -> "Settings":
        """Return what the environment says, for commands.

        Raises:
            InputError: a value that cannot be, with its variable; the value itself, which may be a secret, is not told.
        """
        try:
            return cls()
        except ValidationError as error:
            first = error.errors(include_input=False, include_context=False, include_url=False)[0]
            name, why = str(first["loc"][0]) if first["loc"] else None, first["msg"].removeprefix("Value error, ")
            text = Text(f"设置的值不行：{why}", f"the value will not do: {why}")
        except SettingsError as error:
            found = re.search(r'field "(\w+)"', str(error))
            name = found[1] if found else None
            text = Text("应写作 JSON", "it is to be written as JSON")
        raise InputError(text, field=None if name is None else f"TRUCKBAN_{name.upper()}")

    @model_validator(mode="after")
    def _demonstration_is_local(self) -> "Settings":
        if self.demonstration and not self.local:
            raise ValueError("the demonstration has published accounts: it listens on a local address only")
        return self

    @model_validator(mode="after")
    def _identity_provider_is_complete(self) -> "Settings":
        if self.oidc_issuer is None:
            return self
        if not self.oidc_client_id or not self.oidc_roles:
            raise ValueError("oidc_issuer needs oidc_client_id and oidc_roles")
        if unknown := set(self.oidc_roles.values()) - (set(ROLES) - {"anonymous"}):
            raise ValueError(f"oidc_roles: no such role: {', '.join(sorted(unknown))}")
        parts = urlsplit(self.oidc_issuer)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
            raise ValueError("oidc_issuer is an https address: what it says decides who may do what")
        return self

    @property
    def local(self) -> bool:
        """Is the service reachable from this machine only?"""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def secure(self) -> bool:
        """Do people reach it by TLS? Cookies then travel by nothing else."""
        return (self.public_url or "").startswith("https://")

    @cached_property
    def url(self) -> str:
        """Return the URL of the store."""
        if self.database_url is not None:
            url = self.database_url.get_secret_value()
            return url.replace("postgresql://", "postgresql+psycopg://", 1)
        return f"sqlite:///{self.data_dir / 'truckban.sqlite'}"
