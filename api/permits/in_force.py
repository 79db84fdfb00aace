"""A permit in force: what its vehicles carry, whether a text that somebody shows is genuine, and what is in force when."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy.orm import Session

from api.law_in_force import LawInForce
from api.permits.schemas import VerifyAsked
from api.permits.showing import state_at
from api.problems import Problem
from api.settings import Settings
from api.store import permits as stored
from api.store.tables.permits import Permit
from truckban.moments import local
from truckban.norms import Notice
from truckban.permitting.certificate import Certificate, certificates, sign
from truckban.permitting.checking import Checked, verify
from truckban.permitting.granted import not_in_force
from truckban.permitting.revocations import Revocations, Revoked
from truckban.permitting.states import STATE_WORDS, Event
from zones.text import Text
from zones.zone import Zone

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_TIMEZONE = "Asia/Shanghai"
_FIRST_YEAR, _LAST_YEAR = 1990, 2210
_NOT_IN_STORE = Text(
    "签名真实，但本系统没有这张证的记录：请向签发机关核实",
    "genuinely signed, but this service has no record of the permit: ask who issued it",
)


class Signed(NamedTuple):
    """What one vehicle carries."""

    certificate: Certificate
    text: str
    shown: str


def signed(row: Permit, key: "Ed25519PrivateKey", settings: Settings) -> list[Signed]:
    """Return the certificates of a permit, one a vehicle.

    `shown` is what the QR code holds: where people reach the service, the address of a page with the text behind `#`, which
    browsers do not send.

    Raises:
        Problem: 409 where there is no permit, or it is not in force.
    """
    approval = stored.approval_of(row)
    if approval is None or row.state != "approved":
        word = STATE_WORDS[state_at(row, dt.datetime.now(dt.UTC))]
        text = Text(f"现在是“{word.zh}”，没有可用的证", f"it is {word.en} now: there is no certificate")
        raise Problem(409, "no_certificate", text, more={"state": row.state})
    front = "" if settings.public_url is None else f"{settings.public_url.rstrip('/')}/p#"
    return [Signed(each, text, front + text) for each, text in own_certificates(row, key)]


def own_certificates(row: Permit, key: "Ed25519PrivateKey") -> list[tuple[Certificate, str]]:
    """Return the certificates of what was granted with their signed texts, whatever became of it since."""
    approval = stored.approval_of(row)
    if approval is None:
        return []
    made = certificates(stored.application_of(row), approval, timezone=row.timezone or _TIMEZONE)
    return [(each, sign(each, key)) for each in made]


def checked(
    session: Session,
    law: LawInForce,
    keys: "Sequence[Ed25519PublicKey]",
    asked: VerifyAsked,
    at: dt.datetime,
) -> Checked:
    """Check a signed text, also against what the store knows of the permit since.

    Raises:
        InputError: the plate that is asked about is none.
    """
    first = verify(asked.text, keys, at)
    if first.certificate is None:
        return first
    own = first.certificate
    row = stored.by_number(session, own.permit_no)
    notice = law.pairs.get(own.notice)
    position = None if asked.lon is None or asked.lat is None else (asked.lon, asked.lat)
    found = verify(
        asked.text,
        keys,
        at,
        revoked=Revocations.of(at, taken_back(session, row)),
        plate=asked.plate,
        road=asked.road,
        position=position,
        road_name=None if notice is None else notice.notice.road_name,
    )
    if row is None:
        return replace(found, notes=(*found.notes, ("certificate.not_in_store", _NOT_IN_STORE)))
    return found


def taken_back(session: Session, row: Permit | None) -> list[Revoked]:
    """Return a permit as the list of those taken back has it; nothing where it was not."""
    if row is None or row.permit_no is None or row.state not in ("suspended", "revoked"):
        return []
    since = stored.since_of(stored.events_of(session, [row.id])[row.id])
    return [Revoked(row.permit_no, "revoked" if row.state == "revoked" else "suspended", since)]


def revocations(session: Session, at: dt.datetime) -> Revocations:
    """Return the list of permits that are not in force although their time is not over."""
    entries = [
        Revoked(number, "revoked" if state == "revoked" else "suspended", since)
        for number, state, since in stored.taken_back(session, at)
    ]
    return Revocations.of(at, entries)


def at_instant(row: Permit, events: Sequence[Event], at: dt.datetime) -> list[dict[str, Any]]:
    """Return a permit as the contract has it, where it was in force at an instant; nothing where it was not."""
    if any(since <= at and (until is None or at < until) for since, until, _ in not_in_force(events)):
        return []
    day = dt.date.fromordinal(local(at, row.timezone or _TIMEZONE)[0])
    around = ((day - dt.timedelta(1)).isoformat(), day.isoformat())
    return [
        one
        for one in stored.contract_permits(row, events)
        if one["status"] == "active" and one["valid_from"] <= around[1] and around[0] <= one["valid_to"]
    ]


def read_at(at: dt.datetime | None) -> dt.datetime:
    """Return the instant asked about; now where none is.

    Raises:
        Problem: 422; nothing can have been in force then.
    """
    if at is None:
        return dt.datetime.now(dt.UTC)
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        text = Text("时间不合理", "such a time cannot be meant")
        raise Problem(422, "invalid", text, errors=[("query.at", text)])
    return at.astimezone(dt.UTC)


def vehicle_of(found: Sequence[Signed], number: int) -> Signed:
    """Return what one vehicle carries, by its number from 0.

    Raises:
        Problem: 404; the permit has fewer vehicles.
    """
    if number >= len(found):
        raise Problem(404, "not_found", Text("这张证没有这么多车", "the permit has fewer vehicles"))
    return found[number]


def ground_of(law: LawInForce, notice: str) -> tuple[Notice, tuple[Zone, ...]]:
    """Return notice and zones that a permit's map is drawn on.

    Raises:
        Problem: 409; there is no map.
    """
    pair = law.pairs.get(notice)
    if pair is None or pair.ground is None:
        text = Text("通告已不在用，或没有区域图，画不出来", "the notice is no longer in force, or has no zone to draw")
        raise Problem(409, "no_map", text)
    return pair.notice, pair.zones
