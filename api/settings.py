"""Settings of the service; each is an environment variable `TRUCKBAN_…`."""

from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What a county sets; everything has a value that is safe for one machine."""

    model_config = SettingsConfigDict(env_prefix="TRUCKBAN_", extra="forbid", frozen=True)

    data_dir: Path = Field(default=Path("truckban-data"), description="files of the service: store, uploads, backups")
    database_url: SecretStr | None = Field(default=None, description="SQLAlchemy URL; SQLite in data_dir if not set")
    notices: tuple[str, ...] = Field(default=("linyi-2023-5",), description="notices in force in a new store")
    host: str = Field(default="127.0.0.1", description="the address that is listened on")
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str | None = Field(default=None, description="how people reach it: for links, QR codes, origin checks")
    behind_proxy: bool = Field(default=False, description="believe X-Forwarded-For and -Proto of the address in front")
    demonstration: bool = Field(default=False, description="the schematic area with one account a role, local only")
    raw_days: int = Field(default=30, ge=1, description="days that raw fixes are kept")
    lead_days: int = Field(default=730, ge=1, description="days that closed leads are kept")
    log_days: int = Field(default=180, ge=180, description="days that logs are kept (Cybersecurity Law, article 21)")
    session_hours: float = Field(default=12, gt=0, le=24 * 7)
    upload_bytes: int = Field(default=20_000_000_000, gt=0, description="the largest file of traces")
    body_bytes: int = Field(default=2_000_000, gt=0, description="the largest body of any other request")
    request_s: float = Field(default=60, gt=0, description="seconds a request may take")
    rate_per_minute: int = Field(default=600, gt=0, description="requests a minute for each key or address")
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _demonstration_is_local(self) -> "Settings":
        if self.demonstration and not self.local:
            raise ValueError("the demonstration has published accounts: it listens on a local address only")
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
