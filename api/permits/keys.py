"""The key that permits are signed with: a file of the machine, made on first use, never in the store; and those trusted."""

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from api.service import Service
from api.settings import Settings
from api.store import permits as stored
from api.store.audit import Actor, note
from truckban.permitting.keys import key_id, load_private, new_key, save_private

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_PROGRAM = Actor("program", "program")
_ready: "WeakKeyDictionary[Service, Ed25519PrivateKey]" = WeakKeyDictionary()


def key_path(settings: Settings) -> Path:
    """Return where the private key is."""
    return settings.permit_key_file or settings.data_dir / "keys" / "permits.pem"


def signer(service: Service) -> "Ed25519PrivateKey":
    """Return the key that signs; its public half is in the store from then on. Not to be called inside a transaction.

    Raises:
        InputError: the key file of the settings is none.
    """
    known = _ready.get(service)
    if known is not None:
        return known
    path = key_path(service.settings)
    made = not path.exists() and _made(path)
    key = load_private(path)
    name = key_id(key.public_key())
    with service.store.read() as session:
        kept = any(row.id == name for row in stored.public_keys(session))
    if not kept:
        with service.store.write() as session:
            if stored.keep_public_key(session, name, pem_of(key.public_key())):
                note(session, _PROGRAM, "permit.key", f"permit_key:{name}", details={"made": made})
    _ready[service] = key
    return key


def _made(path: Path) -> bool:
    """Make the key where there is none; of two processes at once one does, and its file is whole when it appears."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    save_private(new_key(), new)
    try:
        os.link(new, path)
    except FileExistsError:
        return False
    finally:
        new.unlink()
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return True


def trusted(session: Session) -> "Sequence[Ed25519PublicKey]":
    """Return the public keys that a permit may be signed with."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    found = [load_pem_public_key(row.pem.encode()) for row in stored.public_keys(session)]
    return [key for key in found if isinstance(key, Ed25519PublicKey)]


def pem_of(key: "Ed25519PublicKey") -> str:
    """Return a public key as PEM."""
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415

    return key.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo).decode()
