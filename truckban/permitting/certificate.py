"""A permit in force as a signed document, small enough for a QR code, that anybody with the public key can check without a network."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from shapely.geometry.base import BaseGeometry

from truckban.moments import rfc3339
from truckban.notices.conditions import Strict
from truckban.notices.model import Day, Span
from truckban.permits import Permit, read_permit
from truckban.permitting.approval import Approval
from truckban.permitting.granted import area_of
from truckban.permitting.model import Application, Aware, Holder, PermitNo, Words, Zone, read_model
from truckban.permitting.sealing import sealed
from truckban.permitting.small_area import geojson, packed, small, unpacked
from truckban.vehicles.plates import read_plate
from zones.errors import InputError
from zones.text import Text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MARK = "TB1"
# what a telephone still reads from paper at arm's length
MOST_CHARACTERS = 1500
_HASH_DIGITS = 32
_VERSION = 1
_LAST_S = 7_258_118_400  # the year 2200
_USUAL_ZONE = "Asia/Shanghai"
_SHORT = {
    "permit_no": "n",
    "plate": "p",
    "plate_color": "pc",
    "holder": "h",
    "valid_from": "f",
    "valid_to": "t",
    "windows": "w",
    "roads": "r",
    "area_off_m": "ao",
    "area_sha256": "ah",
    "notice": "l",
    "issuer": "b",
    "timezone": "z",
    "kind": "k",
    "retroactive": "re",
    "note": "s",
}
"""The payload's names: a code has room for few characters."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a permit says of one vehicle.

    Attributes:
        permit_no: its number.
        plate: whose it is.
        plate_color: as given, or None.
        holder: a firm's name; of a person the first character alone.
        valid_from: first day.
        valid_to: last day, included.
        windows: hours of the day; none: at any time.
        roads: streets it names; none with no area either: the whole zone.
        area: WGS 84, with few corners; None where it names none, or where `area_sha256` alone would fit.
        area_off_m: by how much the area's border may lie off.
        area_sha256: of the area as granted, the first 32 digits; None where it names none.
        notice: the notice whose ban it lifts.
        issuer: who granted it.
        issued_at: when.
        timezone: the notice's.
        kind: which of the notice's kinds of permit.
        retroactive: registered afterwards.
        note: what an officer should know.
    """

    permit_no: str
    plate: str
    holder: str
    valid_from: dt.date
    valid_to: dt.date
    notice: str
    issuer: str
    issued_at: dt.datetime
    plate_color: str | None = None
    windows: tuple[str, ...] = ()
    roads: tuple[str, ...] = ()
    area: BaseGeometry | None = None
    area_off_m: float = 0.0
    area_sha256: str | None = None
    timezone: str = "Asia/Shanghai"
    kind: str | None = None
    retroactive: bool = False
    note: str | None = None

    @property
    def whole_zone(self) -> bool:
        """Whether it names neither streets nor an area."""
        return not self.roads and self.area_sha256 is None

    def permit(self) -> Permit:
        """Return it as what `decide` judges by."""
        return read_permit(
            {
                "plate": self.plate,
                "valid_from": self.valid_from,
                "valid_to": self.valid_to,
                "windows": list(self.windows),
                "roads": list(self.roads),
                "area": None if self.area is None else geojson(self.area),
                "kind": self.kind,
            }
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON; `read_certificate` takes it back."""
        found: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            **found,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat(),
            "issued_at": rfc3339(self.issued_at, self.timezone),
            "windows": list(self.windows),
            "roads": list(self.roads),
            "area": None if self.area is None else geojson(self.area),
        }


def certificates(application: Application, approval: Approval, *, timezone: str = "Asia/Shanghai") -> list[Certificate]:
    """Return a certificate for each vehicle of an application: every truck carries its own."""
    route = approval.route
    drawn = area_of(route)
    fewer = None if drawn is None else small(drawn)
    return [
        Certificate(
            permit_no=approval.permit_no,
            plate=plate,
            plate_color=read_plate(plate, vehicle.get("plate_color")).color,
            holder=_shown(application.holder),
            valid_from=approval.days.from_,
            valid_to=approval.days.to,
            windows=tuple(approval.windows),
            roads=tuple(route.roads or ()),
            area=None if fewer is None else fewer.area,
            area_off_m=0.0 if fewer is None else fewer.off_m,
            area_sha256=None if drawn is None else hash_of_area(drawn),
            notice=approval.notice,
            issuer=approval.issuer,
            issued_at=approval.issued_at.replace(microsecond=0),
            timezone=timezone,
            kind=application.permit_kind,
            retroactive=application.retroactive is not None,
            note=approval.note,
        )
        for plate, vehicle in zip(application.plates, application.vehicles, strict=True)
    ]


def hash_of_area(area: Mapping[str, Any]) -> str:
    """Return the first 32 digits of the SHA-256 of a GeoJSON polygon's coordinates."""
    own = area.get("geometry") or area
    text = json.dumps(own["coordinates"], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_DIGITS]


class _Written(Strict):
    """A certificate as JSON."""

    permit_no: PermitNo
    plate: Words
    plate_color: Words | None = None
    holder: Words
    valid_from: Day
    valid_to: Day
    windows: Annotated[list[Span], Field(max_length=12)] = Field(default_factory=list)
    roads: Annotated[list[Words], Field(max_length=100)] = Field(default_factory=list)
    area: dict[str, Any] | None = None
    area_off_m: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    area_sha256: Annotated[str, Field(pattern=rf"^[0-9a-f]{{{_HASH_DIGITS}}}$")] | None = None
    notice: Words
    issuer: Words
    issued_at: Aware
    timezone: Zone = "Asia/Shanghai"
    kind: Words | None = None
    retroactive: bool = False
    note: Annotated[str, Field(max_length=200)] | None = None


def read_certificate(fields_: Mapping[str, Any]) -> Certificate:
    """Read a certificate as JSON, as `Certificate.as_json` or a person writes it.

    Raises:
        InputError: something in it cannot be, with its field.
    """
    own = read_model(_Written, fields_)
    parts = own.model_dump(include={"plate", "valid_from", "valid_to", "windows", "roads", "area", "kind"})
    permit = read_permit(parts)
    fewer = None if own.area is None else small(own.area)
    return Certificate(
        **own.model_dump(exclude={"plate", "windows", "roads", "area", "area_off_m", "area_sha256", "issued_at"}),
        plate=permit.plate,
        windows=permit.windows,
        roads=tuple(dict.fromkeys(own.roads)),
        area=None if fewer is None else fewer.area,
        area_off_m=0.0 if fewer is None else max(fewer.off_m, own.area_off_m),
        area_sha256=own.area_sha256 or (None if own.area is None else hash_of_area(own.area)),
        issued_at=own.issued_at.replace(microsecond=0),
    )


def sign(certificate: Certificate, key: "Ed25519PrivateKey") -> str:
    """Return a certificate as signed text.

    Raises:
        InputError: it names more than a QR code holds.
    """
    text = sealed(MARK, _payload(certificate), key)
    if len(text) > MOST_CHARACTERS:
        raise InputError(
            Text(
                f"写了 {len(certificate.roads)} 条道路，二维码放不下（{len(text)} 字符，最多 {MOST_CHARACTERS}）；请改用区域，或分成几张",
                f"{len(certificate.roads)} roads do not fit a QR code ({len(text)} characters, at most {MOST_CHARACTERS}); "
                "grant an area instead, or several permits",
            ),
            field="roads",
        )
    return text


def unpack(payload: Mapping[str, Any]) -> Certificate:
    """Return the certificate of a payload whose signature has been checked.

    Raises:
        InputError: it is none, or a later version of the program wrote it.
    """
    if payload.get("v") != _VERSION:
        raise InputError(
            Text("这是更新版本的通行证，请更新程序", "a later version wrote this permit; update the program")
        )
    area, issued = payload.get("a"), payload.get("i")
    if type(issued) is not int or not 0 <= issued < _LAST_S:
        raise InputError(Text("签发时间读不出来", "its time of issue cannot be read"), field="issued_at")
    said = {name: payload[short] for name, short in _SHORT.items() if short in payload}
    if area is not None:
        said["area"] = geojson(unpacked(area))
    return read_certificate({**said, "issued_at": dt.datetime.fromtimestamp(issued, tz=dt.UTC).isoformat()})


def _payload(certificate: Certificate) -> dict[str, Any]:
    area = certificate.area
    written = certificate.as_json()
    said = {
        **{short: written[name] for name, short in _SHORT.items()},
        "v": _VERSION,
        "a": None if area is None else packed(area),
        "i": int(certificate.issued_at.timestamp()),
    }
    usual = {"ao": 0.0, "z": _USUAL_ZONE, "re": False}
    said = {short: value for short, value in said.items() if short not in usual or value != usual[short]}
    return {name: value for name, value in said.items() if value is not None and value != []}


def _shown(holder: Holder | None) -> str:
    """Return a firm's name, and of a person's no more than tells two people apart: whoever scans the code reads it."""
    if holder is None:
        return "-"
    return holder.name if holder.kind == "firm" else holder.name[:1] + "*" * max(len(holder.name) - 1, 1)
