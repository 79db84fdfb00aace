"""Applications as the tests hand them in."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from fastapi.testclient import TestClient

HERE = ZoneInfo("Asia/Shanghai")


def day(later: int = 0) -> str:
    """Return a day from today on, in the notice's zone."""
    return (dt.datetime.now(HERE).date() + dt.timedelta(later)).isoformat()


def form(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a complete application; a change to None leaves the field out."""
    whole: dict[str, Any] = {
        "notice": "linyi-2023-5",
        "holder": {"kind": "person", "name": "张三丰", "id_no": "440524188001010014", "phone": "13900000000"},
        "vehicles": [
            {
                "plate": "晋M12345",
                "vehicle_type": "重型自卸货车",
                "length_mm": 8600,
                "gross_mass_kg": 25000,
                "energy": "diesel",
            }
        ],
        "goods": "商品混凝土",
        "purpose": "五一路工地浇筑",
        "route": {"roads": ["五一路", "北环路"]},
        "days": {"from": day(), "to": day(20)},
        "sponsor": "县住建局",
    }
    whole |= changes
    return {name: value for name, value in whole.items() if value is not None}


def vehicle(plate: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"plate": plate, "vehicle_type": "重型自卸货车", **more}


def drafted(client: TestClient, **changes: Any) -> str:  # noqa: ANN401
    given = client.post("/v1/permits", json=form(**changes))
    assert given.status_code == 201, given.text
    return str(given.json()["id"])


def step(client: TestClient, id_: str, action: str, tag: str = "*", **body: Any) -> Any:  # noqa: ANN401
    return client.post(f"/v1/permits/{id_}/{action}", json=body, headers={"if-match": tag})


def done(client: TestClient, id_: str, action: str, **body: Any) -> Mapping[str, Any]:  # noqa: ANN401
    given = step(client, id_, action, **body)
    assert given.status_code == 200, given.text
    told: Mapping[str, Any] = given.json()
    return told


def submitted(client: TestClient, **changes: Any) -> str:  # noqa: ANN401
    id_ = drafted(client, **changes)
    done(client, id_, "submit")
    return id_


def granted(
    client: TestClient,
    reviewer: TestClient,
    *,
    approval: Mapping[str, Any] | None = None,
    **changes: Any,  # noqa: ANN401
) -> str:
    id_ = submitted(client, **changes)
    done(reviewer, id_, "approve", **(approval or {}))
    return id_
