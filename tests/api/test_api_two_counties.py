"""Two counties in one service: whoever asks without naming a notice is answered by the county whose map holds the place."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from two_counties import HEAVY, County, county
from uploading import WHY, upload

from api.decide.answering import at_once

Clients = Callable[..., TestClient]
FIRST = county()
AWAY = county("丙县", "bing-2024-1", east_m=40_000, hours="22:00-06:00", through="解放路")
NIGHT, DAY = "2024-05-08T23:00:00+08:00", "2024-05-08T10:00:00+08:00"


def enact(admin: TestClient, each: County) -> None:
    known = {}
    for kind, content in (("notice", each.notice), ("zone", each.zone)):
        given = admin.post(f"/v1/documents?kind={kind}", content=content)
        assert given.status_code == 201, given.text
        known[f"{kind}_sha256"] = given.json()["sha256"]
    assert admin.post("/v1/in-force", json={**known, "why": "x"}).status_code == 201


@pytest.fixture(params=["one after the other", "the other way round"])
def admin(signed_in: Clients, request: pytest.FixtureRequest) -> TestClient:
    """Return an administrator's client of a service in which only the two are in force."""
    client: TestClient = signed_in("admin")
    builtin = client.get("/v1/in-force").json()["enactments"][0]["id"]
    for each in (FIRST, AWAY) if request.param == "one after the other" else (AWAY, FIRST):
        enact(client, each)
    ended = client.post(f"/v1/in-force/{builtin}/end", json={"why": "x"}, headers={"if-match": "*"})
    assert ended.status_code == 200, ended.text
    return client


def state_of(page: str) -> dict[str, Any]:
    found = re.search(r'id="state">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    state: dict[str, Any] = json.loads(found[1])
    return state


def asked(place: Any, at: str = NIGHT) -> dict[str, Any]:  # noqa: ANN401
    return {"vehicle": HEAVY, "at": at, "place": place}


def test_a_truck_in_either_county_is_told_what_that_county_says(admin: TestClient) -> None:
    for own in (FIRST, AWAY):
        for at in (DAY, NIGHT):
            case = asked(own.centre, at)
            named = admin.post(f"/v1/decide?notice={own.law.id}", json=case).json()
            assert named["verdict"] == ("prohibited" if (own is FIRST) == (at == DAY) else "allowed")
            assert json.loads(at_once(json.dumps(case).encode(), admin.app.state.service, "case") or b"") == named  # type: ignore[attr-defined]
            assert admin.post("/v1/decide", json=case).json() == named
            assert admin.post("/v1/decide", json=[case]).json() == [named]


def test_inside_without_saying_whose_is_refused(admin: TestClient) -> None:
    found = admin.post("/v1/decide", json=asked({"zone": "inside"}))
    assert (found.status_code, found.json()["errors"][0]["field"]) == (422, "place.zone")
    assert all(own.law.id in found.json()["errors"][0]["message"] for own in (FIRST, AWAY))


def test_fixes_and_trips_say_what_cases_say(admin: TestClient) -> None:
    spots = [FIRST.centre, AWAY.centre, AWAY.at(-300, 700)]
    fixes = {"time": [NIGHT] * 3} | {name: [spot[name] for spot in spots] for name in ("lon", "lat")}
    body = {"vehicle": HEAVY, "fixes": fixes}
    short = at_once(json.dumps(body).encode(), admin.app.state.service, "fixes")  # type: ignore[attr-defined]
    for found in (admin.post("/v1/decide/fixes", json=body).json(), json.loads(short or b"")):
        told = [(run["verdict"], found["answers"][run["answer"]]["notice"]) for run in found["runs"]]
        assert told == [("allowed", "jia-2024-1"), ("prohibited", "bing-2024-1"), ("allowed", "bing-2024-1")]
    for own, at, verdict in ((AWAY, NIGHT, "unlawful"), (AWAY, DAY, "lawful"), (FIRST, DAY, "unlawful")):
        ends = {"origin": own.at(-700, 1_000), "destination": own.at(2_700, 1_000)}
        trip = admin.post("/v1/trips", json={"vehicle": HEAVY, **ends, "depart": at}).json()
        assert "verdict" in trip, (own.law.id, at, trip["errors"])
        assert trip["verdict"] == verdict
        if verdict == "unlawful":
            first = trip["first_unlawful"]
            assert first["notice"] == own.law.id
            there = asked({"lon": first["lon"], "lat": first["lat"]}, first["at"])
            assert admin.post("/v1/decide", json=there).json()["verdict"] != "allowed"


def test_the_drivers_page_knows_the_hours_of_every_county(admin: TestClient) -> None:
    text = admin.get("/").text
    state = state_of(text)
    assert state["windows"] == {"jia-2024-1": ["06:00-22:00"], "bing-2024-1": ["22:00-06:00"]}
    assert state["edges"] == ["06:00", "22:00"]
    for own in (FIRST, AWAY):
        assert own.law.pack.title in text
        assert f"<strong>{own.law.pack.place.name}</strong>" in text


@pytest.mark.usefixtures("admin")
def test_a_check_and_a_search_for_visits_say_by_which_notice(signed_in: Clients) -> None:
    officer = signed_in("officer")
    traces = f"vehicle_id,time,lon,lat\nA,{NIGHT},113.9,35.2\n".encode()
    files = [
        upload(officer, "traces", traces, crs="wgs84"),
        upload(officer, "vehicles", "vehicle_id,plate,vehicle_type\nA,晋M12345,重型自卸货车\n".encode()),
    ]
    for path in ("/v1/traces/runs", "/v1/visits/runs"):
        none = officer.post(path, json={"uploads": files, "why": WHY})
        assert (none.status_code, none.json()["errors"][0]["field"]) == (422, "body.notice")
        assert all(own.law.id in none.json()["errors"][0]["message"] for own in (FIRST, AWAY))
    named = officer.post("/v1/traces/runs", json={"uploads": files, "notice": AWAY.law.id, "why": WHY})
    assert (named.status_code, named.json()["notice"]) == (201, AWAY.law.id)
    for page in ("/runs", "/enterprises/runs"):
        text = officer.get(page).text
        for own in (FIRST, AWAY):
            assert f'<option value="{own.law.id}">{own.law.pack.title}</option>' in text


@pytest.mark.usefixtures("admin")
def test_the_form_of_a_permit_asks_by_the_notice_that_it_is_under(signed_in: Clients) -> None:
    driver = signed_in("driver")
    drawn = driver.post("/v1/permits", json={})
    assert drawn.status_code == 201, drawn.text
    laws = state_of(driver.get(f"/apply/{drawn.json()['id']}").text)["laws"]
    assert set(laws) == {own.law.id for own in (FIRST, AWAY)}
    assert laws["bing-2024-1"] == {
        "zones": ["ring"],
        "edges": ["06:00", "22:00"],
        "roads": ["丙县东路", "丙县北路", "丙县南路", "丙县西路", "解放路"],
        "inside": ["解放路"],
    }
    assert laws["jia-2024-1"]["inside"] == ["人民路"]
