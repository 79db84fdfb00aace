"""Secrets that must be read again, such as an authenticator's: kept sealed, with a key that is never in the store."""

import base64
import binascii
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from api.settings import Settings

_NONCE = 12
_BYTES = 32


def key_path(settings: Settings) -> Path:
    """Return where the key is that the machine made for itself; not used where the environment has one."""
    return settings.data_dir / "keys" / "secrets.key"


def seal(settings: Settings, text: str, *, of: str) -> str:
    """Return a secret as it may be kept; it opens for whom it was sealed and for nobody else (AES-256-GCM)."""
    nonce = secrets.token_bytes(_NONCE)
    sealed = AESGCM(_key(settings)).encrypt(nonce, text.encode(), of.encode())
    return base64.b64encode(nonce + sealed).decode()


def unseal(settings: Settings, sealed: str, *, of: str) -> str | None:
    """Return what was sealed; None where the key is another one, or it was sealed for someone else, or changed."""
    try:
        content = base64.b64decode(sealed, validate=True)
        return AESGCM(_key(settings)).decrypt(content[:_NONCE], content[_NONCE:], of.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError):
        return None


def _key(settings: Settings) -> bytes:
    given = settings.secret_key
    words = _of_machine(key_path(settings)) if given is None else given.get_secret_value().encode()
    return HKDF(algorithm=SHA256(), length=_BYTES, salt=None, info=b"truckban sealed secrets").derive(words)


def _of_machine(path: Path) -> bytes:
    """Return the machine's key; made where there is none. Of two processes at once one makes it, whole when it appears."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(_BYTES).encode())
            file.flush()
            os.fsync(file.fileno())
        os.link(new, path)
    except FileExistsError:
        pass
    finally:
        new.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return path.read_bytes()
