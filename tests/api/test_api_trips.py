"""Trips: the answers of the command line, links without plates, planned beside the server."""

import asyncio
import base64
import json
import os
import signal
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.law import Law
from api.settings import Settings
from api.trips.links import link_of, read_link
from api.trips.planner import Planner
from truckban.trips.answer import answer_trip
from truckban.trips.model import Options
from truckban.trips.network import network_of

TRIP: dict[str, Any] = {
    "id": "t1",
    "vehicle": {"plate": "晋M12345", "vehicle_type": "重型自卸货车", "length_mm": 8600, "gross_mass_kg": 25000},
    "origin": {"lon": 110.745, "lat": 35.14},
    "destination": {"lon": 110.785, "lat": 35.14},
    "depart": "2024-05-08T09:00:00+08:00",
}
PERMITTED = {
    **TRIP,
    "permits": [
        {"plate": "晋M12345", "valid_from": "2024-01-01", "valid_to": "2024-12-31", "status": "active"},
        {"plate": "晋M99999", "valid_from": "2024-01-01", "valid_to": "2024-12-31", "status": "active"},
    ],
}


def without(answer: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in names}


def test_a_trip_is_answered_as_the_command_line_answers_it(reader: TestClient) -> None:
    network = network_of(["linyi-2023-5"])
    expected = answer_trip(TRIP, network.streets, network.rules, sites=network.sites)
    given = reader.post("/v1/trips", json=TRIP)
    assert given.status_code == 200
    assert without(given.json(), "link") == json.loads(json.dumps(expected))
    assert given.json()["verdict"] == "unlawful"


@pytest.mark.parametrize("trip", [TRIP, PERMITTED], ids=["as it is", "with permits"])
def test_a_link_gives_the_same_answer_and_names_no_plate(reader: TestClient, trip: dict[str, Any]) -> None:
    first = reader.post("/v1/trips", json=trip).json()
    again = reader.get(first["link"])
    assert again.status_code == 200
    assert without(again.json(), "link", "id") == without(first, "link", "id")
    assert again.json()["link"] == first["link"]
    packed = first["link"].partition("=")[2]
    told = zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))).decode()
    assert "12345" not in told
    assert "99999" not in told
    assert '"t1"' not in told


def test_options_travel_with_the_link(reader: TestClient) -> None:
    first = reader.post("/v1/trips?margin_s=600&days=2", json=TRIP).json()
    assert read_link(first["link"].partition("=")[2])[1] == Options(margin_s=600, ahead_s=2 * 86_400)
    assert without(reader.get(first["link"]).json(), "id", "link") == without(first, "id", "link")


def test_a_trip_too_long_for_a_link_has_none() -> None:
    noise = base64.b64encode(os.urandom(20_000)).decode()
    assert link_of({**TRIP, "line": {"gpx": noise}}, Options()) is None


@pytest.mark.parametrize(
    "packed",
    ["", "A", "AAAA", "%", "é", base64.urlsafe_b64encode(zlib.compress(b"[]")).decode()]
    + [base64.urlsafe_b64encode(zlib.compress(text)).decode() for text in (b"[{},[1]]", b"[1,[1,1]]", b"[{},[-1,9]]")]
    + [
        base64.urlsafe_b64encode(zlib.compress(b"[" * 60_000)).decode(),
        base64.urlsafe_b64encode(zlib.compress(b" " * 900_000)).decode(),
    ],
)
def test_a_damaged_link_is_told_so(reader: TestClient, packed: str) -> None:
    given = reader.get("/v1/trips", params={"trip": packed})
    assert given.status_code == 422
    assert given.json()["errors"][0]["field"] == "query.trip"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"depart": None}, "depart"),
        ({"origin": {"lon": 0, "lat": 0}}, "origin"),
        ({"line": {"file": "/etc/passwd", "crs": "wgs84"}}, "line"),
        ({"vehicle": {"length_mm": -1}}, "vehicle.length_mm"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_its_field(
    reader: TestClient, change: dict[str, Any], field: str
) -> None:
    given = reader.post("/v1/trips", json={**TRIP, **change})
    assert given.status_code == 422
    assert given.json()["errors"][0]["field"].startswith(field)


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 422), (b"7", 422), (b"null", 422), (b"\xff", 400)])
def test_a_body_that_is_no_trip_is_refused(reader: TestClient, body: bytes, status: int) -> None:
    given = reader.post("/v1/trips", content=body, headers={"content-type": "application/json"})
    assert given.status_code == status
    assert given.headers["content-type"] == "application/problem+json"


def test_a_planned_line_is_judged(reader: TestClient) -> None:
    first = reader.post("/v1/trips", json={**TRIP, "geometry": True}).json()
    line = [[lon, lat] for lon, lat, _ in first["route"]["line"]]
    asked = {
        **without(TRIP, "origin", "destination"),
        "line": {"type": "LineString", "coordinates": line, "crs": "wgs84"},
    }
    given = reader.post("/v1/trips", json=asked).json()
    assert given["verdict"] == "unlawful"
    assert given["route"]["roads"] == first["route"]["roads"]


@pytest.fixture
def beside(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/none.sqlite", trip_processes=1)


@pytest.mark.slow
def test_a_process_plans_as_a_thread_does_and_is_begun_again_when_it_dies(beside: Settings) -> None:
    with TestClient(create_app(beside), base_url="http://127.0.0.1:8000") as client:
        network = network_of(["linyi-2023-5"])
        expected = json.loads(json.dumps(answer_trip(TRIP, network.streets, network.rules, sites=network.sites)))
        assert without(client.post("/v1/trips", json=TRIP).json(), "link") == expected
        bad = client.post("/v1/trips", json={**TRIP, "depart": None})
        assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "depart")
        (process,) = client.app.state.planner._crew.pool._processes.values()  # type: ignore[attr-defined]  # noqa: SLF001
        os.kill(process.pid, signal.SIGKILL)
        assert without(client.post("/v1/trips", json=TRIP).json(), "link") == expected


def test_a_trip_asked_before_a_change_is_answered_by_the_law_before(settings: Settings) -> None:
    law = Law(settings.notices)
    planner = Planner(law, processes=0, longest_s=60)
    before = law.now

    async def ask() -> tuple[bytes, bytes]:
        first = asyncio.ensure_future(planner.answer(TRIP, Options()))
        await asyncio.sleep(0)
        law.now = type(before)(before.pairs.values())
        return await first, await planner.answer(TRIP, Options())

    first, second = asyncio.run(ask())
    assert first == second
    planner.close()


def test_a_trip_that_takes_too_long_is_given_up(settings: Settings) -> None:
    planner = Planner(Law(settings.notices), processes=0, longest_s=0.0001)
    from api.problems import Problem  # noqa: PLC0415

    with pytest.raises(Problem) as caught:
        asyncio.run(planner.answer(TRIP, Options()))
    assert (caught.value.status, caught.value.code) == (503, "too_long")
    planner.close()


@pytest.mark.parametrize("role", ["anonymous", "driver", "enterprise"])
def test_drivers_need_no_account_to_ask(unchanged: Callable[..., TestClient], role: str) -> None:
    assert unchanged(role).post("/v1/trips", json=TRIP).status_code == 200


def test_time_is_not_spent_twice_on_streets(client: TestClient) -> None:
    client.post("/v1/trips", json=TRIP)
    begun = time.perf_counter()
    for _ in range(5):
        assert client.post("/v1/trips", json=TRIP).status_code == 200
    assert time.perf_counter() - begun < 3
