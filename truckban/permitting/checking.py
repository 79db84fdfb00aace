"""What an officer is told of a permit that a driver shows, without a network: is it genuine, for whom, for when, for where."""

import datetime as dt
import math
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from truckban.cases import Case
from truckban.logic import FALSE, ONE, UNKNOWN
from truckban.moments import local, rfc3339
from truckban.permits import PermitList
from truckban.permitting.certificate import MARK, MOST_CHARACTERS, Certificate, unpack
from truckban.permitting.revocations import Revocations
from truckban.permitting.sealing import SealError, opened
from truckban.permitting.small_area import side_of
from truckban.vehicles.plates import read_plate
from zones.errors import InputError
from zones.text import Text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Word = Literal["valid_now", "not_now", "not_valid"]
Notes = tuple[tuple[str, Text], ...]

WORDS: dict[Word, Text] = {
    "valid_now": Text("真实，此时有效", "genuine, and valid now"),
    "not_now": Text("真实，但此时、此地或此车不适用", "genuine, but not for this time, place or vehicle"),
    "not_valid": Text("不能认定有效", "not shown to be valid"),
}
_FAILS = {
    "permit.other_plate": Text("通行证是另一辆车的", "the permit is another vehicle's"),
    "permit.not_active": Text("通行证还没有生效", "the permit is not valid yet"),
    "permit.expired": Text("通行证已过期", "the permit has expired"),
    "permit.off_time": Text("不在通行证写明的时段内", "outside the permit's hours"),
    "permit.off_route": Text("不在通行证写明的道路上", "off the permit's roads"),
}
_DAYS = {"permit.not_active", "permit.expired"}
_UNSEEN = Text(
    "离线核验看不到签发以后的暂停和吊销；请联网核对，或用 --revoked 给出签名的停用名单",
    "what was suspended or revoked after it was issued cannot be seen offline: ask the service, or give a signed list",
)
_STALE_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer.

    Attributes:
        word: `valid_now`, `not_now` (genuine, but not here, now or for this vehicle) or `not_valid`.
        reasons: why not, codes with sentences; none where it is valid now.
        notes: what is left for the officer to compare, and what cannot be seen offline.
        certificate: what it says; None where its signature proves nothing.
        key: the id of the key that signed it.
        at: the instant that was asked about.
    """

    word: Word
    reasons: Notes
    notes: Notes
    certificate: Certificate | None
    key: str | None
    at: dt.datetime

    @property
    def valid(self) -> bool:
        """Whether it is valid at the instant, as far as it was asked."""
        return self.word == "valid_now"

    def as_json(self) -> dict[str, Any]:
        """Return the answer as JSON."""
        own = self.certificate
        return {
            "word": self.word,
            "text": WORDS[self.word].zh,
            "text_en": WORDS[self.word].en,
            "valid": self.valid,
            "at": rfc3339(self.at, own.timezone if own is not None else "Asia/Shanghai"),
            "reasons": [{"code": code, "text": text.zh, "text_en": text.en} for code, text in self.reasons],
            "notes": [{"code": code, "text": text.zh, "text_en": text.en} for code, text in self.notes],
            "key": self.key,
            "permit": None if own is None else own.as_json(),
        }


def verify(
    text: str,
    keys: Sequence["Ed25519PublicKey"],
    at: dt.datetime,
    *,
    revoked: Revocations | None = None,
    plate: str | None = None,
    road: str | None = None,
    position: tuple[float, float] | None = None,
    road_name: Callable[[str], str] | None = None,
) -> Checked:
    """Check a certificate.

    Args:
        text: what the QR code holds.
        keys: the public keys that are trusted; several while one takes over from another.
        at: the instant asked about, aware.
        revoked: the list of what was taken back, its signature checked; None: there is none at hand.
        plate: of the truck that stands there; None: the officer compares.
        road: the street it is on; None: not asked.
        position: WGS 84 lon, lat, for a permit with an area; None: not asked.
        road_name: turns a road into the notice's own spelling.

    Raises:
        InputError: `at` has no offset, or `plate` is no plate; never for what stands in the text.
    """
    if at.tzinfo is None:
        raise InputError(Text("时间要带时区", "the time needs its offset"), field="at")
    number = None if plate is None else read_plate(plate).number
    try:
        payload, key = opened(MARK, text, keys, most=MOST_CHARACTERS + 500)
    except SealError as error:
        return Checked("not_valid", ((error.code, error.text),), (), None, None, at)
    try:
        own = unpack(payload)
        failing, notes = _now(own, at, number, road, position, road_name or _plain)
    except (InputError, KeyError, TypeError, ValueError) as error:
        said = error.text if isinstance(error, InputError) else Text("内容读不出来", "its content cannot be read")
        return Checked("not_valid", (("certificate.unreadable", said),), (), None, key, at)
    taken = _taken_back(own, revoked, at)
    if taken is not None:
        return Checked("not_valid", (taken,), tuple(_listed(revoked, at)), own, key, at)
    word: Word = "not_now" if failing else "valid_now"
    return Checked(word, tuple(failing), (*notes, *_listed(revoked, at)), own, key, at)


def _taken_back(own: Certificate, revoked: Revocations | None, at: dt.datetime) -> tuple[str, Text] | None:
    entry = None if revoked is None else revoked.permits.get(own.permit_no)
    if entry is None or entry.since > at:
        return None
    since = _said(entry.since, own.timezone)
    if entry.status == "revoked":
        return "certificate.revoked", Text(f"自 {since} 起已吊销", f"revoked since {since}")
    return "certificate.suspended", Text(f"自 {since} 起暂停使用", f"suspended since {since}")


def _said(instant: dt.datetime, timezone: str) -> str:
    """Return an instant as people read it, to the minute and with its offset."""
    written = rfc3339(instant, timezone)
    return f"{written[:10]} {written[11:16]} ({written[-6:]})"


def _listed(revoked: Revocations | None, at: dt.datetime) -> Iterator[tuple[str, Text]]:
    """Say what is known of permits that were taken back."""
    if revoked is None:
        yield "certificate.revocations_unseen", _UNSEEN
        return
    stands = _said(revoked.issued_at, "Asia/Shanghai")
    yield (
        "certificate.revocations_as_of",
        Text(
            f"停用名单截至 {stands}，以后的看不到",
            f"the list of revoked permits is of {stands}; later ones are not on it",
        ),
    )
    if (at - revoked.issued_at).total_seconds() > _STALE_S:
        yield (
            "certificate.revocations_old",
            Text("停用名单超过一天，请更新", "the list of revoked permits is more than a day old; get a new one"),
        )


def _now(
    own: Certificate,
    at: dt.datetime,
    plate: str | None,
    road: str | None,
    position: tuple[float, float] | None,
    road_name: Callable[[str], str],
) -> tuple[list[tuple[str, Text]], list[tuple[str, Text]]]:
    """Return what fails, and what the officer has to compare, by the tests that `decide` uses."""
    day, second = local(at, own.timezone)
    lon, lat = position or (math.nan, math.nan)
    case = Case(
        logic=ONE,
        day=day,
        second=second,
        categories={},
        numbers={},
        plate=plate,
        zones={},
        roads=None if road is None else frozenset({road_name(road)}),
        lon=lon,
        lat=lat,
        permits=PermitList(),
        readings={},
    )
    failing: dict[str, Text] = {}
    notes: list[tuple[str, Text]] = []
    for code, holds in own.permit().tests(case):
        trit = _route(own, case, position) if code == "permit.off_route" else holds()
        if trit == FALSE:
            if code == "permit.off_time" and _DAYS & failing.keys():
                continue  # on a day that is none of its own no hour holds; of the clock that says nothing
            failing.setdefault(code, _FAILS[code])
        elif trit == UNKNOWN:
            notes.append(_to_compare(code, own))
    if own.retroactive:
        notes.append(("certificate.retroactive", Text("这是事后补登的通行证", "this permit was registered afterwards")))
    return list(failing.items()), notes


def _route(own: Certificate, case: Case, position: tuple[float, float] | None) -> int:
    """Return the trit of: it is on the permit's roads or in its area; near the border of a rounded area nobody knows."""
    if own.whole_zone:
        return -FALSE
    found = []
    if own.roads:
        found.append(UNKNOWN if case.roads is None else -FALSE if case.roads & set(own.roads) else FALSE)
    if own.area_sha256 is not None:
        within = None if own.area is None or position is None else side_of(own.area, own.area_off_m, *position)
        found.append(UNKNOWN if within is None else -FALSE if within else FALSE)
    return max(found, key=lambda trit: (trit == -FALSE, trit == UNKNOWN))


def _to_compare(code: str, own: Certificate) -> tuple[str, Text]:
    if code == "permit.other_plate":
        return (
            "certificate.compare_plate",
            Text(f"请核对车牌：{own.plate}", f"compare the plate: {own.plate}"),
        )
    roads = "、".join(own.roads)
    if own.area_sha256 is not None:
        return (
            "certificate.compare_area",
            Text("请对照证上的地图核对位置", "compare the place with the permit's map"),
        )
    return "certificate.compare_road", Text(f"请核对道路：{roads}", f"compare the road: {', '.join(own.roads)}")


def _plain(road: str) -> str:
    return unicodedata.normalize("NFKC", road).strip()
