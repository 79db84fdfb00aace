"""What the tests of enterprises, visits and loads share."""

from functools import cache
from importlib import resources
from typing import Any

import pandas as pd
from fastapi.testclient import TestClient

from truckban.demo.day import make_day

POINT = (110.7635, 35.138)
WHY = "测试 test"
FIRST = "linyi-2023-18-01"
CSV = "企业名称\n临猗汇鑫商砼有限公司\n临猗新来建材有限公司\n"


def as_bytes(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False).encode()


@cache
def freight_day() -> dict[str, bytes]:
    """Return the files of a simulated day on which trucks visit the invented sites."""
    made = make_day(seed=1, trucks=4, freight_trucks=6)
    sites = (resources.files("enterprises") / "data" / "schematic.registry.json").read_bytes()
    tables = {
        name: as_bytes(getattr(made, name)) for name in ("traces", "vehicles", "permits", "slips", "visits_truth")
    }
    return {**tables, "sites": sites}


def candidate(number: int, vehicles: int = 5) -> dict[str, object]:
    """Return a place on no list, as a run finds it."""
    evidence = {
        "rank": 1, "reach_m": 30.0, "sprawls": False, "overnight": 0, "vehicles_overnight": 0, "days": 4, "first_at": 1715130000,
        "last_at": 1715140000, "hours": [0] * 24, "median_min": 25.0, "load_known": 0, "left_loaded": 0, "near": None, "near_m": None,
    }  # fmt: skip
    example = {"vehicle_id": "晋M12345", "plate": "晋M12345", "from": 1715130000, "to": 1715131000}
    return {
        "id": f"p{number}", "lon": 110.77, "lat": 35.14, "vehicles": vehicles, "stops": 12, "evidence": evidence, "examples": [example],
    }  # fmt: skip


def etag(client: TestClient) -> str:
    return str(client.get("/v1/enterprises/registry").headers["etag"])


def preview(client: TestClient, content: str | bytes = CSV, name: str = "new.csv", **more: Any) -> Any:  # noqa: ANN401
    more.setdefault("issued", "2024-05-01")
    return client.post("/v1/enterprises/import/preview", params={"file_name": name, **more}, content=content)


def take_in(client: TestClient, token: str, content: str | bytes = CSV, name: str = "new.csv", **more: Any) -> Any:  # noqa: ANN401
    headers = {"If-Match": more.pop("match", None) or etag(client)}
    if key := more.pop("key", None):
        headers["Idempotency-Key"] = key
    more = {"issued": "2024-05-01", "why": WHY, **more}
    params = {"file_name": name, "token": token, **more}
    return client.post("/v1/enterprises/import", params=params, content=content, headers=headers)


def sites_csv(enterprise: str = FIRST) -> str:
    return f"enterprise,lon,lat,radius_m\n{enterprise},{POINT[0]},{POINT[1]},80\n"


def import_sites(client: TestClient, content: str | None = None) -> None:
    params = {"file_name": "sites.csv", "crs": "wgs84", "source": "现场测量", "date": "2024-03-01"}
    content = content or sites_csv()
    shown = client.post("/v1/enterprises/sites/preview", params=params, content=content)
    assert shown.status_code == 200, shown.text
    done = client.post(
        "/v1/enterprises/sites",
        params={**params, "token": shown.json()["token"], "why": WHY},
        content=content,
        headers={"If-Match": etag(client)},
    )
    assert done.status_code == 201, done.text
