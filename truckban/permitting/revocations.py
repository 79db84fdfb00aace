"""Permits that were taken back, as a signed list: what a certificate alone cannot show."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from truckban.moments import rfc3339
from truckban.permitting.sealing import SealError, opened, sealed
from zones.errors import InputError
from zones.text import Text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MARK = "TBR1"
_MOST_CHARACTERS = 20_000_000
_STATUSES = ("revoked", "suspended")

Status = Literal["revoked", "suspended"]


@dataclass(frozen=True, slots=True)
class Revoked:
    """A permit that is not in force since an instant."""

    permit_no: str
    status: Status
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class Revocations:
    """The list as it stood when it was made; of later it knows nothing.

    Attributes:
        issued_at: when it was made.
        permits: by their numbers.
    """

    issued_at: dt.datetime
    permits: Mapping[str, Revoked]

    @classmethod
    def of(cls, issued_at: dt.datetime, entries: Sequence[Revoked]) -> "Revocations":
        """Make a list; of a permit that stands twice the graver counts: revoked before suspended, then the earlier."""
        found: dict[str, Revoked] = {}
        for one in sorted(entries, key=lambda e: (_STATUSES.index(e.status), e.since)):
            found.setdefault(one.permit_no, one)
        return cls(issued_at, found)

    def as_json(self, timezone: str = "Asia/Shanghai") -> dict[str, Any]:
        """Return the list as JSON."""
        return {
            "issued_at": rfc3339(self.issued_at, timezone),
            "permits": [
                {"permit_no": one.permit_no, "status": one.status, "since": rfc3339(one.since, timezone)}
                for one in self.permits.values()
            ],
        }


def sign_revocations(revocations: Revocations, key: "Ed25519PrivateKey") -> str:
    """Return the list as signed text."""
    rows = sorted([one.permit_no, one.status, int(one.since.timestamp())] for one in revocations.permits.values())
    return sealed(MARK, {"v": 1, "i": int(revocations.issued_at.timestamp()), "r": rows}, key)


def read_revocations(text: str, keys: Sequence["Ed25519PublicKey"]) -> Revocations:
    """Read a signed list.

    Raises:
        InputError: it is none, its key is not known, or it was changed.
    """
    try:
        payload, _ = opened(MARK, text, keys, most=_MOST_CHARACTERS)
    except SealError as error:
        if error.code == "certificate.unreadable":
            raise InputError(
                Text("不是签名的停用名单，或没有读全", "this is no signed list of revoked permits, or not all of it")
            ) from None
        raise
    issued = dt.datetime.fromtimestamp(payload["i"], tz=dt.UTC)
    entries = [Revoked(no, status, dt.datetime.fromtimestamp(since, tz=dt.UTC)) for no, status, since in payload["r"]]
    return Revocations.of(issued, entries)


def read_entries(rows: Any) -> list[Revoked]:  # noqa: ANN401
    """Read the permits to list as JSON: `[{"permit_no", "status": "revoked" | "suspended", "since"}]`.

    Raises:
        InputError: one of them cannot be, with its number and field.
    """
    from truckban.moments import read_instant  # noqa: PLC0415
    from truckban.questions.asking import object_of, under  # noqa: PLC0415

    if not isinstance(rows, list):
        raise InputError(Text("应为列表 […]", "a list […] is needed"))
    found = []
    for number, row in enumerate(rows):
        with under(f"[{number}]"):
            given = object_of(row)
            name, status = given.get("permit_no"), given.get("status", "revoked")
            if not isinstance(name, str) or not name:
                raise InputError(Text("缺少证号", "the permit's number is missing"), field="permit_no")
            if status not in _STATUSES:
                raise InputError(Text("应为 revoked 或 suspended", "it is revoked or suspended"), field="status")
            with under("since"):
                since, _ = read_instant(given.get("since"), "Asia/Shanghai")
            found.append(Revoked(name, status, since))
    return found
