"""`/v1/permits/…`: certificates, pages and codes, verifying, keys, lists of what is and what is not in force."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.access.guard import Caller, CallerReach
from api.access.principal import Principal
from api.access.table import Reach
from api.bodies import EachOnce
from api.openapi import answers
from api.paging import Cursor, Limit, cut, read_cursor
from api.permits import in_force
from api.permits.keys import signer, trusted
from api.permits.routes import IdPath, WordQuery, whose
from api.permits.schemas import (
    CertificateOfVehicle,
    Certificates,
    InForce,
    InForcePage,
    Mine,
    MinePermit,
    PublicKey,
    PublicKeys,
    Revoked,
    SentenceShown,
    Verified,
    VerifyAsked,
)
from api.permits.showing import HERE, state_at
from api.privacy import may_see_plates, plates_for
from api.problems import Problem, language_of, not_found
from api.service import service_of
from api.store import permits as stored
from api.store.base import now
from api.store.permit_search import in_force_at, standing_own
from api.store.tables.permits import Permit
from api.vehicles.routes import PlateQuery, plate_asked
from api.written_times import WrittenTime
from truckban.moments import rfc3339
from truckban.permitting.checking import verify
from truckban.permitting.keys import key_id
from truckban.permitting.qr import qr_svg
from truckban.permitting.revocations import Revocations, sign_revocations
from truckban.report.permit_page import html
from zones.text import Text

router = APIRouter(prefix="/permits", tags=["permits"], route_class=EachOnce)
# the page has its style within itself and asks for nothing
_PAGE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; sandbox allow-modals"
_TIMEZONE = "Asia/Shanghai"
VehicleQuery = Annotated[int, Query(ge=0, le=99, description="which of its vehicles, from 0")]
AtQuery = Annotated[WrittenTime | None, Query(description="RFC 3339 with an offset; now if absent")]
_CERTIFICATE = answers(401, 403, 404, 409, 422)


@router.get(
    "/mine", operation_id="permits.mine", summary="My permits, and whether they are valid now",
    responses=answers(401, 403, 422),
)  # fmt: skip
def mine(request: Request, principal: Caller) -> Mine:
    """List one's own permits whose time is not over: which roads, which hours, valid at this minute or why not."""
    service, at = service_of(request), now()
    key = signer(service)
    found: list[MinePermit] = []
    with service.store.read() as session:
        keys = trusted(session)
        for row in standing_own(session, principal, at):
            found += _mine(session, row, key, keys, at)
    return Mine(at=rfc3339(at, _TIMEZONE), permits=found)


def _mine(session: Any, row: Permit, key: Any, keys: Any, at: dt.datetime) -> list[MinePermit]:  # noqa: ANN401
    approval = stored.approval_of(row)
    told = in_force.own_certificates(row, key)
    revoked = Revocations.of(at, in_force.taken_back(session, row))
    shown = []
    for number, (own, text) in enumerate(told):
        answer = verify(text, keys, at, revoked=revoked, plate=own.plate)
        shown.append(
            MinePermit(
                id=row.id,
                permit_no=own.permit_no,
                plate=own.plate,
                word=answer.word,
                reasons=[SentenceShown(code=code, text=said.zh, text_en=said.en) for code, said in answer.reasons],
                valid_from=own.valid_from.isoformat(),
                valid_to=own.valid_to.isoformat(),
                windows=list(own.windows),
                roads=list(own.roads),
                whole_zone=own.whole_zone,
                area=own.as_json()["area"],
                conditions=[] if approval is None else list(approval.conditions),
                page=f"/v1/permits/{row.id}/page?vehicle={number}",
            )
        )
    return shown


@router.get(
    "/in-force", operation_id="permits.in_force", summary="Permits in force at an instant",
    responses=answers(401, 403, 422),
)  # fmt: skip
def list_in_force(
    request: Request,
    principal: Caller,
    reach: CallerReach,
    at: AtQuery = None,
    plate: PlateQuery = None,
    notice: WordQuery = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> InForcePage:
    """List permits as the contract has them, as they were in force at an instant; a page may hold fewer than asked."""
    plates, instant = plates_for(principal, reach), in_force.read_at(at)
    after = read_cursor(cursor, str)
    number = plate_asked(principal, plate)
    with service_of(request).store.read() as session:
        rows, following = cut(
            in_force_at(session, instant, plate=number, notice=notice, after=after[0] if after else None, limit=limit),
            limit,
            lambda row: (row.id,),
        )
        events = stored.events_of(session, [row.id for row in rows])
        permits = [
            InForce(
                id=row.id,
                retroactive=row.fields.get("retroactive") is not None,
                permit={**one, "plate": plates.plate(one["plate"])},
            )
            for row in rows
            for one in in_force.at_instant(row, events[row.id], instant)
            if number in (None, one["plate"])
        ]
    return InForcePage(
        at=rfc3339(instant, _TIMEZONE), permits=permits, next=following, plates="full" if plates.full else "masked"
    )


@router.get(
    "/verify", operation_id="permits.verify", summary="Is this permit genuine, and valid now?", responses=answers(422)
)
def verify_get(
    request: Request,
    text: Annotated[str, Query(min_length=1, max_length=4000, pattern=r"^[^\x00]*$", description="of the QR code")],
    plate: PlateQuery = None,
    road: WordQuery = None,
    lon: Annotated[float | None, Query(ge=-180, le=180, allow_inf_nan=False)] = None,
    lat: Annotated[float | None, Query(ge=-90, le=90, allow_inf_nan=False)] = None,
) -> Verified:
    """Check a certificate, for anybody: its signature, its days and hours now, and that nobody took it back.

    It tells no more than the certificate itself says. `POST` does the same without the text in the address.
    """
    return _verified(request, VerifyAsked(text=text, plate=plate, road=road, lon=lon, lat=lat))


@router.post(
    "/verify", operation_id="permits.verify_text", summary="The same, with the text in the body",
    responses=answers(400, 413, 415, 422),
)  # fmt: skip
def verify_post(request: Request, asked: VerifyAsked) -> Verified:
    """Check a certificate without its text in an address, which machines on the way may keep."""
    return _verified(request, asked)


def _verified(request: Request, asked: VerifyAsked) -> Verified:
    if (asked.lon is None) != (asked.lat is None):
        text = Text("经度和纬度要一起给", "longitude and latitude come together")
        raise Problem(422, "invalid", text, errors=[("lat" if asked.lat is None else "lon", text)])
    service = service_of(request)
    with service.store.read() as session:
        found = in_force.checked(session, service.law.now, trusted(session), asked, now())
    return Verified.model_validate(found.as_json())


@router.get("/keys", operation_id="permits.keys", summary="Public keys that permits are signed with")
def list_keys(request: Request) -> PublicKeys:
    """Show the public keys, for checking permits without a network (`truckban permit verify`)."""
    service = service_of(request)
    name = key_id(signer(service).public_key())
    with service.store.read() as session:
        keys = [
            PublicKey(id=row.id, pem=row.pem, since=row.since.astimezone(HERE)) for row in stored.public_keys(session)
        ]
    return PublicKeys(keys=sorted(keys, key=lambda each: each.id != name))


@router.get("/revoked", operation_id="permits.revoked", summary="The signed list of permits that were taken back")
def revoked(request: Request) -> Revoked:
    """Show which permits are suspended or revoked, by number, signed: for checking without a network."""
    service = service_of(request)
    key = signer(service)
    with service.store.read() as session:
        found = in_force.revocations(session, now())
    return Revoked.model_validate({"text": sign_revocations(found, key), **found.as_json()})


@router.get(
    "/{permit_id}/certificate", operation_id="permits.certificate", summary="The certificates of a permit",
    responses=_CERTIFICATE,
)  # fmt: skip
def certificate(request: Request, principal: Caller, reach: CallerReach, permit_id: IdPath) -> Certificates:
    """Show what each vehicle carries, signed."""
    row, found = _signed(request, principal, reach, permit_id)
    return Certificates(
        id=row.id,
        permit_no=str(row.permit_no),
        state=state_at(row, now()),
        certificates=[
            CertificateOfVehicle(
                plate=each.certificate.plate,
                text=each.text,
                certificate=each.certificate.as_json(),
                qr=f"/v1/permits/{row.id}/qr.svg?vehicle={number}",
                page=f"/v1/permits/{row.id}/page?vehicle={number}",
            )
            for number, each in enumerate(found)
        ],
    )


@router.get(
    "/{permit_id}/qr.svg", operation_id="permits.qr", summary="The QR code of a permit", response_class=Response,
    responses={
        200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}, "description": "the code"}, **_CERTIFICATE
    },
)  # fmt: skip
def qr(
    request: Request, principal: Caller, reach: CallerReach, permit_id: IdPath, vehicle: VehicleQuery = 0
) -> Response:
    """Draw the code that an officer scans."""
    _, found = _signed(request, principal, reach, permit_id)
    each = in_force.vehicle_of(found, vehicle)
    drawn = qr_svg(each.shown, title=each.certificate.permit_no)
    if "xmlns=" not in drawn:
        drawn = drawn.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return Response(drawn, media_type="image/svg+xml", headers={"Content-Security-Policy": "default-src 'none'"})


@router.get(
    "/{permit_id}/page", operation_id="permits.page", summary="The page of a permit, to print", response_class=Response,
    responses={
        200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "the page"}, **_CERTIFICATE
    },
)  # fmt: skip
def page(
    request: Request, principal: Caller, reach: CallerReach, permit_id: IdPath, vehicle: VehicleQuery = 0
) -> Response:
    """Show which roads at which hours, on a map, with the code; one file for the truck's cab."""
    _, found = _signed(request, principal, reach, permit_id)
    each = in_force.vehicle_of(found, vehicle)
    notice, (zone, *others) = in_force.ground_of(service_of(request).law.now, each.certificate.notice)
    shown = html(each.certificate, each.shown, zone, notice=notice, lang=language_of(request), others=others)
    return Response(shown, media_type="text/html", headers={"Content-Security-Policy": _PAGE})


def _signed(
    request: Request, principal: Principal, reach: Reach, permit_id: str
) -> tuple[Permit, list[in_force.Signed]]:
    if reach == "all" and not may_see_plates(principal):
        raise Problem(
            403, "plates", Text("证上有车牌，您无权看", "a certificate names its plate, which you may not see")
        )
    service = service_of(request)
    key = signer(service)
    with service.store.read() as session:
        row = stored.permit(session, permit_id, whose=whose(principal, reach)) or not_found()
        found = in_force.signed(row, key, service.settings)
        session.expunge(row)
    return row, found
