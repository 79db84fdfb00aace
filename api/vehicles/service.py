"""Vehicles: read from what is sent, kept, confirmed, shown."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.access.principal import Principal
from api.access.table import Reach
from api.privacy import Plates
from api.problems import Problem
from api.store import vehicles as stored
from api.store.accounts import account
from api.store.audit import note
from api.store.base import new_id, now
from api.store.tables.vehicles import Vehicle
from api.vehicles.schemas import FACTS, NewVehicle, VehicleActed, VehicleGiven, VehicleShown
from truckban.questions.asking import classify_json
from truckban.vehicle_facts import read_vehicle
from zones.text import Text

_HERE = ZoneInfo("Asia/Shanghai")
OWNERS = ("driver", "enterprise")


def _read(given: VehicleGiven) -> tuple[str, dict[str, Any], str]:
    """Return plate, facts and class of what was sent; InputError where it cannot be, with its field."""
    facts = {name: value for name in FACTS if (value := getattr(given, name)) is not None}
    read = read_vehicle({"plate": given.plate, **facts})
    if read.plate is None or len(read.plate) > 40:  # noqa: PLR2004 - the store's column
        text = Text("缺少车牌", "the plate is missing")
        raise Problem(422, "invalid", text, errors=[("body.plate", text)])
    return read.plate, facts, read.vehicle_class


def register(session: Session, principal: Principal, reach: Reach, given: NewVehicle) -> Vehicle:
    """Keep a vehicle: one's own, or, by an office, that of an account, which confirms it.

    Raises:
        Problem: 422 for an owner that cannot be, 409 where the account has it already or, by an office, another is believed.
    """
    plate, facts, vehicle_class = _read(given)
    owner_id, enterprise_id = _owner(session, principal, reach, given.owner_id)
    if stored.of_owner(session, owner_id, plate) is not None:
        raise Problem(409, "there_already", Text("这辆车已经登记", "this vehicle is registered already"))
    row = Vehicle(
        id=new_id(),
        owner_id=owner_id,
        enterprise_id=enterprise_id,
        plate=plate,
        facts=facts,
        name=given.name,
        vehicle_class=vehicle_class,
    )
    if reach == "all":
        _believe(session, principal, row)
    session.add(row)
    flushed(session)
    details = {"owner": owner_id, "confirmed": row.confirmed_at is not None}
    note(session, principal.actor, "vehicle.register", f"vehicle:{row.id}", details=details)
    return row


def change(session: Session, principal: Principal, row: Vehicle, given: VehicleGiven) -> Vehicle:
    """Change a vehicle; what an office has confirmed is no longer so, unless an office itself changes it."""
    plate, facts, vehicle_class = _read(given)
    if plate != row.plate and stored.of_owner(session, row.owner_id, plate) is not None:
        raise Problem(409, "there_already", Text("这辆车已经登记", "this vehicle is registered already"))
    changed = [name for name in FACTS if facts.get(name) != row.facts.get(name)]
    changed += ["plate"] if plate != row.plate else []
    row.plate, row.facts, row.name, row.vehicle_class = plate, facts, given.name, vehicle_class
    row.version += 1
    if changed and row.confirmed_at is not None:
        row.confirmed_at = row.confirmed_by = None
    flushed(session)
    details = {"fields": changed, "version": row.version, "confirmed": row.confirmed_at is not None}
    note(session, principal.actor, "vehicle.change", f"vehicle:{row.id}", details=details)
    return row


def remove(session: Session, principal: Principal, row: Vehicle) -> None:
    """Remove a vehicle; applications keep what they say of it."""
    session.delete(row)
    note(session, principal.actor, "vehicle.delete", f"vehicle:{row.id}", details={"owner": row.owner_id})


def confirm(session: Session, principal: Principal, row: Vehicle, why: str) -> Vehicle:
    """Say that an office has seen the licence: the vehicle is its owner's.

    Raises:
        Problem: 409 where it is confirmed, or another one with that plate is.
    """
    if row.confirmed_at is not None:
        raise Problem(409, "confirmed", Text("已经核对过", "it is confirmed already"))
    _believe(session, principal, row)
    row.version += 1
    flushed(session)
    note(session, principal.actor, "vehicle.confirm", f"vehicle:{row.id}", why=why, details={"version": row.version})
    return row


def doubt(session: Session, principal: Principal, row: Vehicle, why: str) -> Vehicle:
    """Take that back: sold, or entered by somebody else's hand.

    Raises:
        Problem: 409 where it is not confirmed.
    """
    if row.confirmed_at is None:
        raise Problem(409, "not_confirmed", Text("还没有核对过", "it is not confirmed"))
    row.confirmed_at = row.confirmed_by = None
    row.version += 1
    note(session, principal.actor, "vehicle.doubt", f"vehicle:{row.id}", why=why, details={"version": row.version})
    return row


def _believe(session: Session, principal: Principal, row: Vehicle) -> None:
    other = stored.confirmed_with(session, row.plate)
    if other is not None:
        text = Text(
            "这个车牌已确认属于另一个账户，请先撤销那一个",
            "this plate is confirmed for another account; take that back first",
        )
        raise Problem(409, "confirmed_for_another", text, more={"vehicle": other.id})
    if row.owner_id == principal.account_id:
        raise Problem(403, "own_vehicle", Text("不能确认自己的车辆", "nobody confirms a vehicle of his own"))
    row.confirmed_at, row.confirmed_by = now(), principal.account_id


def _owner(session: Session, principal: Principal, reach: Reach, asked: str | None) -> tuple[str, str | None]:
    if reach == "own":
        if asked not in (None, principal.account_id):
            text = Text("只能登记自己的车辆", "register vehicles of your own only")
            raise Problem(422, "invalid", text, errors=[("body.owner_id", text)])
        assert principal.account_id is not None  # noqa: S101  (the table lets nobody in without an account)
        return principal.account_id, principal.enterprise_id
    owner = None if asked is None else account(session, asked)
    if owner is None or owner.role not in OWNERS:
        text = Text("请写明是哪个驾驶人或企业账户的车", "name the driver's or enterprise's account whose vehicle it is")
        raise Problem(422, "invalid", text, errors=[("body.owner_id", text)])
    return owner.id, owner.enterprise_id


def flushed(session: Session) -> None:
    """Write, and say so where another request was quicker."""
    try:
        session.flush()
    except IntegrityError:
        text = Text("同时有人登记了同一辆车，请再看一次", "somebody registered the same vehicle at once; look again")
        raise Problem(409, "there_already", text) from None


def acted(row: Vehicle) -> VehicleActed:
    """Return where a vehicle stands."""
    return VehicleActed(
        id=row.id, version=row.version, vehicle_class=row.vehicle_class, confirmed=row.confirmed_at is not None
    )


def shown(row: Vehicle, plates: Plates, lang: str) -> VehicleShown:
    """Return a vehicle as the caller may see it."""
    said = classify_json({"plate": row.plate, **row.facts}, lang)
    return VehicleShown.model_validate(
        {
            **dict.fromkeys(FACTS),
            **row.facts,
            **{
                name: getattr(row, name)
                for name in ("id", "owner_id", "enterprise_id", "vehicle_class", "confirmed_by", "version")
            },
            "name": row.name if plates.full or row.name is None else plates.vehicle(row.name, row.plate),
            "plate": plates.plate(row.plate),
            "plates": "full" if plates.full else "masked",
            "body": said["body"],
            "warnings": said["warnings"],
            "confirmed_at": row.confirmed_at and local(row.confirmed_at),
            "added_at": local(row.added_at),
        }
    )


def local(at: dt.datetime) -> dt.datetime:
    """Return an instant in China's time."""
    return at.astimezone(_HERE)
