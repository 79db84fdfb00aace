"""Checks in the service that are told when alerts were in force; what they found is decided again by the same alerts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from jobs_here import work_off
from two_rings import at, notice, written
from uploading import WHY, upload

from api.settings import Settings
from api.store.database import Store

Clients = Callable[..., TestClient]
TEXT = notice().replace("windows: [day], when", "alerts: [red], when")
TEXT = TEXT.replace("windows:\n", "alerts: {red: {zh: 红色预警, en: red}}\nwindows:\n")


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("county"), TEXT)


def drives() -> bytes:
    """Return a drive along 建设路 on each of three days."""
    rows = ["vehicle_id,time,lon,lat"]
    for day in (1, 2, 3):
        for k in range(27):
            lon, lat = at(-600 + 165 * k, 2000)
            rows.append(f"{day},2024-05-0{day}T10:{k // 4:02}:{k % 4 * 15:02}+08:00,{lon:.6f},{lat:.6f}")
    return "\n".join(rows).encode()


@pytest.mark.slow
def test_a_run_is_told_of_alerts_and_its_leads_are_decided_again_by_them(
    signed_in: Clients, county: Path, settings: Settings, store: Store
) -> None:
    admin, officer = signed_in("admin"), signed_in("officer")
    law, zone = (
        admin.post(f"/v1/documents?kind={kind}", content=(county / name).read_bytes()).json()["sha256"]
        for kind, name in (("notice", "law/jia.yaml"), ("zone", "town.geojson"))
    )
    put = {"notice_sha256": law, "zone_sha256": zone, "why": "甲县"}
    assert admin.post("/v1/in-force", json=put).status_code == 201
    vehicles = "vehicle_id,plate,vehicle_type\n" + "".join(f"{n},晋M1234{n},重型自卸货车\n" for n in (1, 2, 3))
    files = [upload(officer, "traces", drives(), crs="wgs84"), upload(officer, "vehicles", vehicles.encode())]
    asked = {"uploads": files, "notice": "jia-2024-1", "why": WHY}
    for alerts, field in (
        ([{"level": "blue", "from": "2024-05-02", "until": "2024-05-02"}], "body.alerts[0].level"),
        ([{"level": "red", "from": "2024-05-03", "until": "2024-05-02"}], "body.alerts[0].until"),
        ([{"level": "red", "from": "2024-05-03"}], "body.alerts.0.until"),
        ("red", "body.alerts"),
    ):
        wrong = officer.post("/v1/traces/runs", json={**asked, "alerts": alerts})
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, field)
    found = {}
    for name, alerts in (
        ("told", [{"level": "red", "from": "2024-05-02", "until": "2024-05-02"}]),
        ("none", []),
        ("unsaid", None),
    ):
        url = officer.post("/v1/traces/runs", json={**asked, "alerts": alerts}).headers["location"]
        work_off(settings, store)
        run = officer.get(url).json()
        assert run["state"] == "done", run["error"]
        assert run["options"].get("alerts") == alerts
        found[name] = run["counts"]["leads"]
        notes = " ".join(run["notes"])
        assert ("没有查" in notes) == (alerts is None)
        assert ("按给出的预警时间判断" in notes) == (alerts is not None)
    assert found == {"told": 1, "none": 0, "unsaid": 0}
    (lead,) = officer.get("/v1/leads").json()["leads"]
    assert lead["entered_at"].startswith("2024-05-02")
    again = officer.post(f"/v1/leads/{lead['lead_id']}/recheck", json={"why": WHY})
    assert again.status_code == 200, again.text
    assert (again.json()["same"], again.json()["verdict"]) == (True, "prohibited")
