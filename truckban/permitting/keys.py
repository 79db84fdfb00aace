"""Keys that permits are signed with: Ed25519 (RFC 8032), in PEM files, several at a time while one takes over from another."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from zones.errors import InputError
from zones.text import Text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ID_DIGITS = 12
_PRIVATE_MODE = 0o600


def new_key() -> "Ed25519PrivateKey":
    """Return a new private key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - extra `service`

    return Ed25519PrivateKey.generate()


def key_id(key: "Ed25519PublicKey") -> str:
    """Return a key's name: the first twelve hexadecimal digits of its SHA-256."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:_ID_DIGITS]


def save_private(key: "Ed25519PrivateKey", path: Path, *, password: bytes | None = None) -> None:
    """Write a private key as PEM (PKCS 8), for its owner's eyes alone; a file that exists is never replaced.

    Raises:
        InputError: the file exists.
    """
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415

    hidden = form.BestAvailableEncryption(password) if password else form.NoEncryption()
    text = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, hidden)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_MODE)
    except FileExistsError:
        raise InputError(
            Text("文件已存在，私钥不会被覆盖", "the file exists; a private key is never replaced"), file=path.name
        ) from None
    with os.fdopen(handle, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def load_private(path: Path, *, password: bytes | None = None) -> "Ed25519PrivateKey":
    """Read a private key.

    Raises:
        InputError: there is no file, no key in it, not an Ed25519 key, or the password is another.
    """
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    try:
        key = form.load_pem_private_key(_read(path), password)
    except (ValueError, TypeError):
        raise InputError(
            Text("不是 Ed25519 私钥，或口令不对", "this is no Ed25519 private key, or the password is another"),
            file=path.name,
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(Text("不是 Ed25519 私钥", "this is no Ed25519 private key"), file=path.name)
    return key


def save_public(keys: Iterable["Ed25519PublicKey"], path: Path) -> None:
    """Write public keys as PEM, one after another: while one takes over from another both are trusted."""
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415

    shapes = form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo
    path.write_bytes(b"".join(key.public_bytes(*shapes) for key in keys))


def load_public(path: Path) -> list["Ed25519PublicKey"]:
    """Read the public keys of a PEM file.

    Raises:
        InputError: there is no file, no key in it, or one that is no Ed25519 key.
    """
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    end = b"-----END PUBLIC KEY-----"
    parts = [part for part in _read(path).split(end) if b"-----BEGIN PUBLIC KEY-----" in part]
    wrong = InputError(Text("不是 Ed25519 公钥（PEM）", "these are no Ed25519 public keys (PEM)"), file=path.name)
    found = []
    for part in parts:
        try:
            key = form.load_pem_public_key(part[part.index(b"-----BEGIN") :] + end + b"\n")
        except ValueError:
            raise wrong from None
        if not isinstance(key, Ed25519PublicKey):
            raise wrong
        found.append(key)
    if not found:
        raise wrong
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(Text("没有这个文件", "there is no such file"), file=str(path)) from None
    except IsADirectoryError:
        raise InputError(Text("这是文件夹，应为文件", "this is a folder; a file is needed"), file=str(path)) from None
