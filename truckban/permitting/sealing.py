"""Signed texts: `<mark>.<key id>.<payload>.<signature>`, checked before anything of them is read.

The payload is JSON in one fixed spelling, then base64url (RFC 4648, without padding); the signature Ed25519 (RFC 8032) over all that
stands before it.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from truckban.json_text import read_json
from truckban.permitting.keys import key_id
from zones.errors import InputError
from zones.text import Text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_PARTS = 4


def sealed(mark: str, payload: Mapping[str, Any], key: "Ed25519PrivateKey") -> str:
    """Return a payload with its signature; the mark says what it is, so that one document cannot pass for another."""
    head = f"{mark}.{key_id(key.public_key())}.{_encoded(canonical(payload))}"
    return f"{head}.{_encoded(key.sign(head.encode()))}"


class SealError(InputError):
    """A signed text that proves nothing.

    Args:
        code: `certificate.unreadable`, `certificate.unknown_key` or `certificate.wrong_signature`.
        text: the sentence for a person.
    """

    def __init__(self, code: str, text: Text) -> None:
        """Keep the code beside the sentence."""
        self.code = code
        super().__init__(text)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it be handed between processes."""
        return SealError, (self.code, self.text)


_UNREADABLE = Text("不是通行证的签名文本，或没有读全", "this is no signed permit, or not all of it")


def opened(mark: str, text: str, keys: Sequence["Ed25519PublicKey"], *, most: int) -> tuple[dict[str, Any], str]:
    """Return the payload of a signed text and the id of its key; nothing of it is read before its signature has been checked.

    Raises:
        SealError: it is not whole, of a key that is not known, or its signature is wrong.
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - extra `service`

    # a page's address may carry it behind a #
    parts = text.strip().rpartition("#")[2].split(".") if len(text) <= most else []
    if len(parts) != _PARTS or parts[0] != mark:
        raise SealError("certificate.unreadable", _UNREADABLE)
    payload, signature = _decoded(parts[2]), _decoded(parts[3])
    own = [key for key in keys if key_id(key) == parts[1]]
    if not own:
        raise SealError(
            "certificate.unknown_key",
            Text(
                "签发密钥不在已知的公钥中：可能是伪造，或公钥没有更新",
                "its key is none of those known: a forgery, or the public keys are out of date",
            ),
        )
    for key in own:
        try:
            key.verify(signature, ".".join(parts[:3]).encode())
        except InvalidSignature:
            continue
        found = read_json(payload.decode())
        if not isinstance(found, dict) or canonical(found) != payload:
            raise SealError("certificate.unreadable", _UNREADABLE)
        return found, parts[1]
    raise SealError(
        "certificate.wrong_signature",
        Text("签名不符：内容被改过，或是伪造", "the signature does not fit: changed, or a forgery"),
    )


def canonical(payload: Mapping[str, Any]) -> bytes:
    """Return JSON in the one spelling that is signed: keys in order, no spaces, UTF-8."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    """Return the bytes of base64url in its one spelling.

    Raises:
        SealError: it is none.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise SealError("certificate.unreadable", _UNREADABLE) from None
    if _encoded(data) != text:
        raise SealError("certificate.unreadable", _UNREADABLE)
    return data
