"""Runs that judge by what this service granted."""

import csv
import datetime as dt
import io
from collections.abc import Callable

import pytest
from applying import granted, vehicle
from fastapi.testclient import TestClient
from jobs_here import work_off
from uploading import WHY, day, upload

from api.permits import service
from api.settings import Settings
from api.store.database import Store
from api.store.permits_judged import permits_for_check

Clients = Callable[..., TestClient]
DAY = "2024-05-08"
_BEFORE = dt.datetime(2024, 5, 7, 1, tzinfo=dt.UTC)


def _leads(client: TestClient, url: str) -> dict[str, dict[str, str]]:
    run = client.get(url).json()
    assert (run["state"], run["error"]) == ("done", None)
    answer = client.get(f"{url}/files/leads.csv", params={"why": WHY})
    return {row["lead_id"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}


@pytest.mark.slow
def test_a_vehicle_with_a_permit_in_force_gives_no_lead_on_its_road(
    signed_in: Clients, settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, driver, reviewer = signed_in("officer"), signed_in("driver"), signed_in("reviewer")
    ids = [upload(client, kind, day()[kind]) for kind in ("traces", "vehicles")]

    def begun(**more: object) -> str:
        answer = client.post("/v1/traces/runs", json={"uploads": ids, "why": WHY, **more})
        assert answer.status_code == 201, answer.text
        return str(answer.headers["location"])

    bare = begun()
    work_off(settings, store)
    before = _leads(client, bare)
    lead = next(row for row in before.values() if row["plate"] and row["roads"] and row["verdict"] == "prohibited")
    roads = lead["roads"].split(";")
    with monkeypatch.context() as then:
        then.setattr(service, "now", lambda: _BEFORE)
        granted(
            driver,
            reviewer,
            vehicles=[vehicle(lead["plate"])],
            route={"roads": roads},
            days={"from": DAY, "to": DAY},
        )
    with_store, without = begun(permits="store"), begun()
    ids.append(
        upload(client, "permits", b"plate,valid_from,valid_to\n" + b"\xe6\x99\x8bM99999,2024-05-08,2024-05-08\n")
    )
    both = begun(permits="store")
    work_off(settings, store)
    found = _leads(client, with_store)
    assert lead["lead_id"] not in found
    assert {row["lead_id"] for row in found.values()} >= {
        id_ for id_, row in before.items() if row["plate"] != lead["plate"]
    }
    assert _leads(client, without).keys() == before.keys()
    assert _leads(client, both).keys() == found.keys()
    counts = client.get(both).json()["counts"]["permits"]
    assert counts == {"read": 2, "used": 2, "rejected": 0}


def test_a_permit_of_another_notice_is_not_judged_by(
    signed_in: Clients, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "now", lambda: _BEFORE)
    granted(signed_in("driver"), signed_in("reviewer"), days={"from": DAY, "to": DAY})
    days = (dt.date.fromisoformat(DAY),) * 2
    with store.read() as session:
        assert len(permits_for_check(session, days, notices=["linyi-2023-5"])) == 1
        assert permits_for_check(session, days, notices=["another-2024-1"]) == []


def test_only_the_store_can_be_asked_for_permits(signed_in: Clients) -> None:
    asked = {"uploads": ["0" * 26, "1" * 26], "why": WHY, "permits": "elsewhere"}
    answer = signed_in("officer").post("/v1/traces/runs", json=asked)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body.permits")
