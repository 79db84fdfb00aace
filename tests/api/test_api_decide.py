"""One decision, many, and a vehicle's fixes: the short way and the described way answer alike."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.access.principal import Principal
from api.app import create_app
from api.law import Law, LawWatch
from api.settings import Settings
from api.store.database import Store
from truckban.questions import fix_numbers
from truckban.questions.asking_bytes import answer_bytes
from truckban.questions.jurisdiction import Jurisdiction
from zones.matching.compiled import FAST

CASE: dict[str, Any] = {
    "id": "c1",
    "vehicle": {"plate": "晋M12345", "vehicle_type": "重型自卸货车", "length_mm": 8600, "gross_mass_kg": 25000},
    "at": "2024-05-08T10:00:00+08:00",
    "place": {"lon": 110.765, "lat": 35.14, "crs": "wgs84"},
    "permits": [],
}
FIXES: dict[str, Any] = {
    "id": "t1",
    "vehicle": CASE["vehicle"],
    "fixes": {
        "time": ["2024-05-08T10:00:00+08:00", "2024-05-08T10:00:30+08:00", "2024-05-08T22:00:00+08:00"],
        "lon": [110.765, 110.766, 110.766],
        "lat": [35.14, 35.14, 35.14],
    },
}


@pytest.fixture
def one_store(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/none.sqlite", trip_processes=0, body_bytes=5_000
    )


@pytest.fixture
def both(one_store: Settings) -> Iterator[tuple[TestClient, TestClient]]:
    """Return clients of the short and of the described way."""
    with (
        TestClient(create_app(one_store), base_url="http://127.0.0.1:8000") as fast,
        TestClient(create_app(one_store, fast=False), base_url="http://127.0.0.1:8000") as slow,
    ):
        yield fast, slow


def seen(response: Response) -> tuple[int, Any, dict[str, str]]:
    own = {name: value for name, value in response.headers.items() if name not in ("x-request-id", "server-timing")}
    body = json.loads(response.content)
    body.pop("request_id", None) if isinstance(body, dict) else None
    return response.status_code, body, {n: v for n, v in own.items() if not n.startswith("ratelimit")}


def test_one_case_is_answered_as_the_command_line_answers_it(client: TestClient) -> None:
    given = client.post("/v1/decide", json=CASE)
    assert given.status_code == 200
    assert given.headers["content-type"] == "application/json"
    assert given.content == answer_bytes(json.dumps(CASE).encode(), context=Jurisdiction.of("linyi-2023-5"))
    assert given.json()["verdict"] == "prohibited"
    assert given.json()["zone"]["grade"] == "schematic"


def test_a_list_is_answered_in_order_and_what_cannot_be_read_keeps_its_place(client: TestClient) -> None:
    night = {**CASE, "id": "c2", "at": "2024-05-08T23:00:00+08:00"}
    given = client.post("/v1/decide?lang=en", json=[CASE, {"id": "bad", "at": "soon"}, night, 7])
    assert [each.get("verdict") for each in given.json()] == ["prohibited", None, "allowed", None]
    assert given.json()[1]["error"]["line"] == 2
    assert given.json()[1]["error"]["field"] == "at"
    assert [each["id"] for each in given.json()] == ["c1", "bad", "c2", None]


def test_fixes_are_answered_in_runs_that_cover_them_all(client: TestClient) -> None:
    given = client.post("/v1/decide/fixes", json=FIXES).json()
    assert given["fixes"] == 3
    assert [(run["first"], run["last"], run["verdict"]) for run in given["runs"]] == [
        (0, 1, "prohibited"),
        (2, 2, "allowed"),
    ]


_DEEP = b"[" * 3000
REQUESTS: dict[str, tuple[str, bytes, dict[str, str]]] = {
    "a case": ("/v1/decide", json.dumps(CASE).encode(), {}),
    "a case in English": ("/v1/decide?lang=en", json.dumps(CASE).encode(), {}),
    "a list": ("/v1/decide", json.dumps([CASE, 1]).encode(), {"accept-language": "en"}),
    "fixes": ("/v1/decide/fixes", json.dumps(FIXES).encode(), {}),
    "no JSON": ("/v1/decide", b'{"at": ', {}),
    "no JSON, in English": ("/v1/decide/fixes", b"{", {"accept-language": "en-GB,en"}),
    "nothing": ("/v1/decide", b"", {}),
    "not UTF-8": ("/v1/decide", b'{"id": "\xff"}', {}),
    "too deep": ("/v1/decide", _DEEP, {}),
    "a word": ("/v1/decide", b'"x"', {}),
    "no time": ("/v1/decide", b'{"id": 1}', {}),
    "a wrong field": ("/v1/decide", json.dumps({**CASE, "place": {"lon": 500, "lat": 1}}).encode(), {}),
    "a position beside the vehicle": (
        "/v1/decide",
        json.dumps({"vehicle": CASE["vehicle"], "at": CASE["at"], "lon": 110.765, "lat": 35.14}).encode(),
        {},
    ),
    "a wrong fix": (
        "/v1/decide/fixes",
        json.dumps({**FIXES, "fixes": {"time": [1], "lon": [], "lat": []}}).encode(),
        {},
    ),
    "no such notice": ("/v1/decide?notice=nowhere", json.dumps(CASE).encode(), {}),
    "another kind": ("/v1/decide", json.dumps(CASE).encode(), {"content-type": "text/plain"}),
    "a form": ("/v1/decide", b"a=b", {"content-type": "application/x-www-form-urlencoded"}),
    "too long": ("/v1/decide", b" " * 5_001, {}),
    "just not too long": ("/v1/decide", json.dumps(CASE).encode().ljust(5_000), {}),
    "a key that is none": ("/v1/decide", json.dumps(CASE).encode(), {"authorization": "Bearer nobody"}),
    "half a pair": ("/v1/decide", b'{"id": "\\ud800", "at": "2024-05-08T10:00:00+08:00"}', {}),
    "a number too large": (
        "/v1/decide",
        b'{"at": "2024-05-08T10:00:00+08:00", "place": {"lon": 1' + b"0" * 400 + b', "lat": 1}}',
        {},
    ),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_both_ways_answer_alike(both: tuple[TestClient, TestClient], name: str) -> None:
    path, body, headers = REQUESTS[name]
    headers = {"content-type": "application/json", **headers}
    fast, slow = (client.post(path, content=body, headers=headers) for client in both)
    assert seen(fast) == seen(slow)
    expected = {
        "no JSON": 400,
        "a position beside the vehicle": 422,
        "too long": 413,
        "another kind": 415,
        "a form": 415,
        "a key that is none": 401,
    }
    if name in expected:
        assert fast.status_code == expected[name]
        assert fast.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "code"} <= set(fast.json())


def test_a_position_beside_the_vehicle_is_refused_by_its_name(client: TestClient) -> None:
    given = client.post("/v1/decide?lang=en", content=REQUESTS["a position beside the vehicle"][1])
    assert given.status_code == 422
    assert [error["field"] for error in given.json()["errors"]] == ["lon"]
    assert "`place`" in given.json()["errors"][0]["message"]


@pytest.mark.parametrize("path", ["/v1/decide", "/v1/decide/fixes"])
@pytest.mark.parametrize("scopes", [frozenset({"decide"}), frozenset({"leads.read"})])
def test_both_ways_ask_a_keys_scope(one_store: Settings, path: str, scopes: frozenset[str]) -> None:
    found = []
    for way in (True, False):
        app = create_app(one_store, fast=way)
        app.state.identify = lambda _request: Principal("driver", "key:1", account_id="1", scopes=scopes)
        with TestClient(app, base_url="http://127.0.0.1:8000") as client:
            found.append(seen(client.post(path, json=FIXES if path.endswith("fixes") else CASE)))
    assert found[0] == found[1]
    assert found[0][0] == (200 if "decide" in scopes else 403)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_both_ways_refuse_other_methods(both: tuple[TestClient, TestClient], method: str) -> None:
    fast, slow = (client.request(method, "/v1/decide") for client in both)
    assert seen(fast) == seen(slow)
    assert fast.status_code == 405


def test_a_body_that_comes_in_pieces_is_counted_as_it_comes(both: tuple[TestClient, TestClient]) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(10):
            yield b" " * 1_000

    for client in both:
        assert client.post("/v1/decide", content=pieces()).status_code == 413


@pytest.mark.parametrize("role", ["driver", "enterprise", "reviewer", "officer", "auditor", "admin", "anonymous"])
def test_every_role_may_ask(unchanged: Callable[..., TestClient], role: str) -> None:
    assert unchanged(role).post("/v1/decide", json=CASE).json()["verdict"] == "prohibited"


def test_the_law_is_made_ready_beside_the_first_answers(client: TestClient) -> None:
    assert client.post("/v1/decide", json=CASE).status_code == 200
    grounds = [place.grounds for place in client.app.state.service.law.now.jurisdictions]  # type: ignore[attr-defined]
    grids = [ground.grid for own in grounds for ground in own.values() if ground is not None]
    assert grids
    ends = time.monotonic() + 60
    while not all(grid.compiled == FAST for grid in grids) and time.monotonic() < ends:
        time.sleep(0.05)
    assert all(grid.compiled == FAST for grid in grids)
    assert fix_numbers.Reading.compiled == FAST


def test_a_law_that_cannot_be_made_ready_is_watched_all_the_same(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    law = Law(["linyi-2023-5"])
    asked = threading.Event()

    def refuse() -> None:
        raise RuntimeError

    def refresh(_store: Store) -> bool:
        asked.set()
        return False

    monkeypatch.setattr(law, "make_ready", refuse)
    monkeypatch.setattr(law, "refresh", refresh)
    watch = LawWatch(law, store)
    try:
        assert asked.wait(20)
    finally:
        watch.stop()
