"""Applications on the demonstration streets, and who decides them."""

import datetime as dt
from functools import cache
from typing import Any

from truckban.permitting.approval import Approval, approval_of
from truckban.permitting.model import Application, read_application
from truckban.trips.network import Network, network_of

CHINA = dt.timezone(dt.timedelta(hours=8))
PLATE, OTHER_PLATE = "晋M12345", "晋M54321"
HEAVY = {"plate": PLATE, "plate_color": "yellow", "vehicle_type": "重型自卸货车", "gross_mass_kg": 25000}
LIGHT = {"plate": OTHER_PLATE, "vehicle_type": "轻型厢式货车", "gross_mass_kg": 4000}
TRIP = {
    "origin": {"junction": ["西环路", "丰喜大道"]},
    "destination": {"lon": 110.772, "lat": 35.142},
    "depart": "10:00",
}
ASKED: dict[str, Any] = {
    "notice": "linyi-2023-5",
    "holder": {"kind": "person", "name": "张三丰"},
    "vehicles": [HEAVY],
    "goods": "砂石",
    "purpose": "工地供料",
    "shipper": {"name": "某某建材有限公司"},
    "route": {"roads": ["五一路", "北环路"]},
    "days": {"from": "2024-05-08", "to": "2024-05-31"},
    "windows": ["09:00-11:00", "22:00-03:00"],
    "trips": [TRIP],
    "attachments": [{"name": "行驶证.jpg", "media_type": "image/jpeg", "size_bytes": 9, "sha256": "0" * 64}],
}


@cache
def network() -> Network:
    return network_of(["linyi-2023-5"])


def fields(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the fields of an application; None leaves one out."""
    return {name: value for name, value in {**ASKED, **changes}.items() if value is not None}


def asked(**changes: Any) -> Application:  # noqa: ANN401
    return read_application(fields(**changes))


def at(text: str) -> dt.datetime:
    """Return a local instant written `05-08 10:00` of 2024, or with its year."""
    whole = text if text.count("-") > 1 else f"2024-{text}"
    return dt.datetime.fromisoformat(whole).replace(tzinfo=CHINA)


def granted(application: Application, **changes: Any) -> Approval:  # noqa: ANN401
    return approval_of(
        application,
        permit_no="临交通〔2024〕12号",
        issuer="临猗县公安局交警大队秩序科",
        issued_at=at("05-06 09:00"),
        **changes,
    )
