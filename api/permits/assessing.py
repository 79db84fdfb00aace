"""What the program finds on an application: looked at once for one state of it, of the law and of the records."""

import datetime as dt
import hashlib
import threading
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from api.law import Law
from api.law_in_force import LawInForce
from api.permits.service import content_hash, timezone_of, whole_application
from api.problems import Problem
from api.service import Service
from api.store import permits as stored
from api.store import vehicles
from api.store.base import new_id, now
from api.store.tables.permits import Permit, PermitAssessment
from api.store.tables.vehicles import Vehicle
from enterprises.names import Matcher
from enterprises.registry import Registry
from truckban.moments import local
from truckban.permitting.assessment import Assessment, Context, assess
from truckban.permitting.lines import Line
from truckban.permitting.model import Application
from truckban.permitting.sealing import canonical
from zones.errors import InputError
from zones.text import Text

_FLEET = 4
"""So many other vehicles of the holder are tried: each takes trips to plan."""
_SOURCE = Text("车辆登记", "the register of vehicles")
_one = threading.Lock()
_matchers: dict[str | None, Matcher] = {}


class _Asked(NamedTuple):
    application: Application
    content: str
    basis: str
    leads: list[dict[str, Any]]
    permits: list[dict[str, Any]]
    fleet: list[dict[str, Any]]
    claims: list[Line]


def assessment_of(service: Service, permit_id: str) -> PermitAssessment | None:
    """Return what is found on an application that was handed in; None where there is no such application.

    Raises:
        Problem: 409 where no notice in force has streets, 503 while another assessment takes too long.
    """
    law = service.law.now
    with service.store.read() as session:
        row = stored.permit(session, permit_id, whose=None)
        if row is None:
            return None
        asked = _asked(session, row, service.law, law)
        kept = stored.kept_assessment(session, row.id, asked.content, asked.basis)
        if kept is not None:
            session.expunge(kept)
            return kept
    if not _one.acquire(timeout=service.settings.request_s / 2):
        text = Text("正在审查的申请太多，请稍后再试", "too many applications are being assessed; try again soon")
        raise Problem(503, "busy", text, headers={"Retry-After": "5"})
    try:
        found = _found(service.law, law, asked)
    finally:
        _one.release()
    body = _with_claims(found.as_json(), asked.claims)
    with service.store.write() as session:
        # somebody else may have been quicker, or have changed it meanwhile
        if stored.permit(session, permit_id, whose=None, change=True) is None:
            return None
        kept = stored.kept_assessment(session, permit_id, asked.content, asked.basis)
        if kept is None:
            kept = PermitAssessment(
                id=new_id(), permit_id=permit_id, content=asked.content, basis=asked.basis, body=body, made_at=now()
            )
            session.add(kept)
            session.flush()
        session.expunge(kept)
    return kept


def _asked(session: Session, row: Permit, law: Law, now_: LawInForce) -> _Asked:
    application = whole_application(session, row)
    plates = application.plates
    leads = stored.open_leads(session, plates)
    others = stored.others_for(session, row, plates)
    fleet = [
        {"id": each.id, "plate": each.plate, **each.facts}
        for each in vehicles.others_of(session, row.applicant_id, plates, limit=_FLEET)
    ]
    claims = list(_claims(row, plates, vehicles.with_plates(session, plates)))
    told = {
        "law": [
            [pair.notice.sha256, *([zone.sha256 for zone in pair.zones] if pair.ground else [None])]
            for pair in now_.pairs.values()
        ],
        "registry": law.registry.sha256,
        "day": local(now(), timezone_of(now_, row))[0],
        "leads": leads,
        "permits": others,
        "fleet": fleet,
        "claims": [line.as_json() for line in claims],
    }
    basis = hashlib.sha256(canonical(told)).hexdigest()
    return _Asked(application, content_hash(application), basis, leads, others, fleet, claims)


def _found(law: Law, now_: LawInForce, asked: _Asked) -> Assessment:
    try:
        network = now_.network
    except InputError as error:
        raise Problem(409, "no_streets", error.text) from None
    context = Context(
        network,
        at=dt.datetime.now(dt.UTC),
        matcher=_matcher(law.registry),
        leads=asked.leads,
        permits=asked.permits,
        fleet=asked.fleet,
    )
    return assess(asked.application, context=context)


def _matcher(registry: Registry) -> Matcher:
    """Return the names of the list, taken apart once; nobody else is here at the same time."""
    if registry.sha256 not in _matchers:
        _matchers.clear()
        _matchers[registry.sha256] = Matcher(registry)
    return _matchers[registry.sha256]


def _claims(row: Permit, plates: Sequence[str], known: Sequence[Vehicle]) -> Iterator[Line]:
    """Yield whose the vehicles are, as far as the register says."""
    for plate in plates:
        rows = [each for each in known if each.plate == plate]
        own = [each for each in rows if _same(each, row)]
        facts = {"plate": plate, "vehicles": [each.id for each in rows]}
        if any(each.confirmed_at is not None and not _same(each, row) for each in rows):
            text = Text(f"{plate} 已确认属于另一个账户", f"{plate} is confirmed to be another account's vehicle")
            yield Line("vehicle.of_another", "problem", text, _SOURCE, facts)
        elif any(each.confirmed_at is not None for each in own):
            text = Text(f"{plate} 已核对属于申请人", f"{plate} is confirmed to be the applicant's")
            yield Line("vehicle.own", "ok", text, _SOURCE, facts)
        elif own:
            text = Text(f"{plate} 由申请人登记，尚未核对", f"{plate} is registered by the applicant and not confirmed")
            yield Line("vehicle.not_confirmed", "info", text, _SOURCE, facts)
        else:
            text = Text(f"{plate} 不在申请人登记的车辆中", f"{plate} is none of the applicant's registered vehicles")
            yield Line("vehicle.not_registered", "info", text, _SOURCE, facts)


def _same(vehicle: Vehicle, row: Permit) -> bool:
    shared = row.enterprise_id is not None and vehicle.enterprise_id == row.enterprise_id
    return vehicle.owner_id == row.applicant_id or shared


def _with_claims(body: dict[str, Any], claims: Sequence[Line]) -> dict[str, Any]:
    counts = dict(body["counts"])
    for line in claims:
        counts[line.finding] += 1
    return {**body, "counts": counts, "lines": [*body["lines"], *(line.as_json() for line in claims)]}
