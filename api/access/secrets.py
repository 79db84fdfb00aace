"""Tokens and keys: made at random, kept as hashes."""

import hashlib
import hmac
import secrets
from typing import NamedTuple

from api.settings import Settings

_PREFIX = "tbk_"
_ID = 26
_BYTES = 32  # 256 bits: nothing to guess, so that a fast hash is enough


class Presented(NamedTuple):
    """A key as it was sent."""

    id: str
    secret: str


def cookie_name(settings: Settings) -> str:
    """Return the name of the session's cookie; with TLS one that browsers take from nobody else (RFC 6265bis, 4.1.3.2)."""
    return "__Host-truckban" if settings.secure else "truckban"


def new_token() -> str:
    """Return a new secret."""
    return secrets.token_urlsafe(_BYTES)


def hash_of_token(token: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare without telling by time how much is equal."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def key_text(id_: str, secret: str) -> str:
    """Return a key as it is handed out."""
    return f"{_PREFIX}{id_}_{secret}"


def read_key(text: str) -> Presented | None:
    """Take a key apart; None for what is none."""
    id_, _, secret = text.removeprefix(_PREFIX).partition("_")
    if not text.startswith(_PREFIX) or len(id_) != _ID or not (id_ + secret).isascii() or not secret:
        return None
    return Presented(id_, secret) if id_.isalnum() else None
