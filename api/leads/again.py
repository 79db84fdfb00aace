"""A lead decided again, by the notice and the zone whose hashes it carries."""

import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from api.law_in_force import zone_of
from api.store.documents import document
from api.store.lead_acts import Whole
from api.store.tables.leads import Basis, Lead, LeadTrack
from truckban.norms import Notice
from truckban.notices.load import builtin_names, builtin_notice, notice_of
from truckban.permits import PermitList, read_permit
from truckban.traces.check import judged_stream
from truckban.traces.lead.leads import Lead as Judged
from truckban.traces.read.fleet import Fleet
from truckban.traces.read.pieces import Source
from truckban.traces.sifting.near import Near
from truckban.traces.sifting.stream import Stream
from truckban.traces.zone_notice import told_alerts
from truckban.vehicle_facts import read_vehicle
from zones import load_builtin
from zones.locate import Locator

_NOT_COMPARED = frozenset(
    # these hang on other leads and on sites, which are no part of one lead's evidence
    ("incident_id", "repeat_rule", "enterprise_id", "vehicle_id", "plate")
)
_OWN = ("lead_id", "probability", "verdict", "vehicle_class", "enforceable", "grade", "notice")


@dataclass(frozen=True)
class Difference:
    """What a field was and what it is when decided again."""

    field: str
    stored: Any
    again: Any


@dataclass(frozen=True)
class Again:
    """What came of deciding again.

    Attributes:
        same: the verdict and all that was compared are as they were stored.
        decided: False where something that is needed is not there any more.
        verdict: now; None where the passage is no lead now, or nothing was decided.
        differences: field by field.
        missing: `notice`, `zone`, `track`: what is not there.
        program: the version that decided again, and the one that decided first.
    """

    same: bool
    decided: bool
    verdict: str | None
    differences: Sequence[Difference]
    missing: Sequence[str]
    program: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def decide_again(session: Session, lead: Lead, known: Whole, track: LeadTrack | None) -> Again:
    """Decide a lead again from the fixes that are stored; nothing is changed.

    Args:
        session: a transaction that reads.
        lead: which.
        known: what else the store has of it.
        track: its evidence, None where that was removed.
    """
    program = {"stored": known.basis.program, "again": metadata.version("truckban")}
    notice = notice_by(session, known.basis)
    ground = zone_by(session, known.basis)
    missing = [name for name, has in (("notice", notice), ("zone", ground), ("track", track)) if has is None]
    if notice is None or ground is None or track is None:
        return Again(same=False, decided=False, verdict=None, differences=(), missing=missing, program=program)
    stored = stored_row(lead, known)
    found = _the_same(_judged(told_alerts(notice, known.basis.options), ground, lead, track), lead)
    least = float(known.basis.options.get("min_probability", 0.0))
    differences = [Difference("lead_id", lead.lead_id, None)] if found is None else _differences(stored, found.row())
    if found is not None and found.probability < least:
        differences.append(Difference("min_probability", least, found.probability))
    return Again(
        same=not differences,
        decided=True,
        verdict=None if found is None else found.verdict,
        differences=differences,
        missing=(),
        program=program,
    )


def notice_by(session: Session, basis: Basis) -> Notice | None:
    """Return the notice of a hash: the store's own, else one that comes with the program."""
    builtin = (builtin_notice(name) for name in builtin_names())
    return _by_hash(session, basis.notice_sha256, notice_of, builtin)


def zone_by(session: Session, basis: Basis) -> Locator | None:
    """Return the zone of a hash, likewise."""
    names = {builtin_notice(name).pack.zone_file for name in builtin_names()}
    zone = _by_hash(session, basis.zone_sha256, zone_of, (load_builtin(name) for name in sorted(filter(None, names))))
    return None if zone is None else Locator(zone)


class _Hashed(Protocol):
    @property
    def sha256(self) -> str: ...


_Named = TypeVar("_Named", bound=_Hashed)


def _by_hash(
    session: Session, sha256: str, read: Callable[[bytes], _Named], builtin: Iterable[_Named]
) -> _Named | None:
    content = document(session, sha256)
    if content is not None:
        return read(content)
    return next((each for each in builtin if each.sha256 == sha256), None)


def _judged(notice: Notice, ground: Locator, lead: Lead, track: LeadTrack) -> list[Judged]:
    """Return every part of a passage in the evidence of a lead, judged."""
    vehicle = read_vehicle(track.vehicle, notice.facts)
    fleet = Fleet({lead.vehicle_id: vehicle}, {lead.vehicle_id: vehicle.plate})
    permits = PermitList([read_permit(row, notice.road_name) for row in track.permits])
    with tempfile.TemporaryDirectory(prefix="truckban-") as folder:
        path = Path(folder) / "fixes.parquet"
        path.write_bytes(track.fixes)
        stream = Stream(Source(path, notice.pack.timezone), Near.of(ground))
        return judged_stream(stream, notice, ground, fleet, permits)[2]


def local(at: dt.datetime, lead: Lead) -> str:
    """Return an instant as the contract writes it: in the notice's zone of time, to the second."""
    return at.astimezone(dt.timezone(dt.timedelta(minutes=lead.offset_min))).isoformat(timespec="seconds")


def stored_row(lead: Lead, known: Whole) -> dict[str, Any]:
    """Return a lead as the leads file had it."""
    own = {name: getattr(lead, name) for name in _OWN}
    ends = {name: local(getattr(lead, name), lead) for name in ("entered_at", "left_at")}
    return {**known.facts.facts, **own, **ends}


def _the_same(parts: Sequence[Judged], lead: Lead) -> Judged | None:
    """Return the part with the lead's id, else the one that it shares most of its time with."""

    def shared_s(part: Judged) -> float:
        return min(part.end_s, lead.left_at.timestamp()) - max(part.begin_s, lead.entered_at.timestamp())

    by_id = next((part for part in parts if part.lead_id == lead.lead_id), None)
    longest = max(parts, key=shared_s, default=None)
    return by_id or (longest if longest is not None and shared_s(longest) > 0 else None)


def _differences(stored: Mapping[str, Any], again: Mapping[str, Any]) -> list[Difference]:
    return [
        Difference(name, stored[name], value)
        for name, value in again.items()
        if name in stored and name not in _NOT_COMPARED and stored[name] != value
    ]
