"""Two counties whose zones have the same ids: both are listed, each is found by its notice or its hash, none is mixed up."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from two_rings import ZONES, at, notice, written

Clients = Callable[..., TestClient]
COUNTIES = ("jia-2024-1", "yi-2024-1")
PARTS = ("", "/entries", "/roads", "/quality", "/streets", "/picture")
HEAVY = {"vehicle_type": "重型自卸货车"}


@pytest.fixture(scope="module")
def counties(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: written(tmp_path_factory.mktemp(name), notice(name)) for name in COUNTIES}


@pytest.fixture
def admin(signed_in: Clients) -> TestClient:
    client: TestClient = signed_in("admin")
    return client


def put(admin: TestClient, folder: Path) -> dict[str, str]:
    """Put a county's notice in force with its zones; return their hashes."""
    found = {}
    for kind, name in (("notice", "law/jia.yaml"), *(("zone", f"{zone}.geojson") for zone in ZONES)):
        given = admin.post(f"/v1/documents?kind={kind}", content=(folder / name).read_bytes())
        assert given.status_code == 201, given.text
        found[Path(name).stem] = given.json()["sha256"]
    first, *others = (found[zone] for zone in ZONES)
    body = {"notice_sha256": found["jia"], "zone_sha256": first, "other_zones_sha256": others, "why": "x"}
    assert admin.post("/v1/in-force", json=body).status_code == 201
    return found


def listed(admin: TestClient, limit: int) -> list[dict[str, Any]]:
    found, cursor = [], None
    while True:
        page = admin.get("/v1/zones", params={"limit": limit, **({"cursor": cursor} if cursor else {})}).json()
        found += page["zones"]
        if (cursor := page["next"]) is None:
            return found


def test_all_are_listed_each_with_its_own_notice_on_pages_of_any_length(
    admin: TestClient, counties: dict[str, Path]
) -> None:
    known = {name: put(admin, folder) for name, folder in counties.items()}
    expected = {(zone, known[name][zone], name) for name in COUNTIES for zone in ZONES}
    for limit in (1, 2, 3, 50):
        rows = [(each["id"], each["sha256"], *each["notices"]) for each in listed(admin, limit)]
        assert len(rows) == len(set(rows)) == 7
        assert {row for row in rows if row[0] in ZONES} == expected
        assert [row[:2] for row in rows] == sorted(row[:2] for row in rows)


def test_an_id_that_two_have_is_never_answered_by_one_of_them(admin: TestClient, counties: dict[str, Path]) -> None:
    one = put(admin, counties["jia-2024-1"])
    for part in PARTS:  # as long as it is the only one, its id is enough
        assert admin.get(f"/v1/zones/town{part}").status_code == 200
    other = put(admin, counties["yi-2024-1"])
    for part in PARTS:
        found = admin.get(f"/v1/zones/town{part}?lang=en")
        assert (found.status_code, found.json()["code"]) == (409, "several_zones")
        assert found.json()["errors"][0]["field"] == "path.zone"
        assert {each["sha256"]: each["notices"] for each in found.json()["zones"]} == {
            one["town"]: ["jia-2024-1"],
            other["town"]: ["yi-2024-1"],
        }
    for name, known in (("jia-2024-1", one), ("yi-2024-1", other)):
        by_hash = admin.get(f"/v1/zones/{known['town']}")
        assert by_hash.json()["truckban"]["notice"]["id"] == name
        assert admin.get(f"/v1/zones/town?notice={name}").content == by_hash.content
        for part in PARTS:
            tags = {
                admin.get(f"/v1/zones/{way}").headers["etag"]
                for way in (f"{known['town']}{part}", f"town{part}?notice={name}")
            }
            assert len(tags) == 1
            assert known["town"] in tags.pop()
    # of a notice that has no such zone, or another's hash, or no notice in force: there is none
    for path in ("town?notice=linyi-2023-5", f"{one['town']}?notice=yi-2024-1", "town?notice=bing-2024-1"):
        assert admin.get(f"/v1/zones/{path}").status_code == 404


def test_decisions_by_each_notice_name_their_own_zones(admin: TestClient, counties: dict[str, Path]) -> None:
    known = {name: put(admin, folder) for name, folder in counties.items()}
    lon, lat = at(1500, 1700)
    case = {"vehicle": HEAVY, "at": "2024-05-08T23:00:00+08:00", "place": {"lon": lon, "lat": lat}}
    for name in COUNTIES:
        found = admin.post(f"/v1/decide?notice={name}", json=case).json()
        assert found["verdict"] == "prohibited"
        used = [found["zone"], *found["zone"]["others"]]
        assert [each["sha256"] for each in used] == [known[name][zone] for zone in ZONES]
    trip = {
        "vehicle": HEAVY,
        "origin": dict(zip(("lon", "lat"), at(500, 1500), strict=True)),
        "destination": dict(zip(("lon", "lat"), at(2500, 1500), strict=True)),
        "depart": "2024-05-08T23:00:00+08:00",
    }
    facts = admin.post("/v1/trips", json=trip).json()["zones"]
    of = {(each["notice"], each["zone"]): each["zone_sha256"] for each in facts if each["notice"] in COUNTIES}
    assert of == {(name, zone): known[name][zone] for name in COUNTIES for zone in ZONES}


def test_pages_draw_the_zones_of_the_first_notice_by_their_hashes(admin: TestClient, counties: dict[str, Path]) -> None:
    first = admin.get("/v1/in-force").json()["enactments"][0]["id"]
    known = {name: put(admin, folder) for name, folder in counties.items()}
    assert admin.post(f"/v1/in-force/{first}/end", json={"why": "x"}, headers={"if-match": "*"}).status_code == 200
    said = re.search(r'"maps": (\[[^]]*\]), "notice": "([^"]*)"', admin.get("/desk").text)
    assert said is not None
    assert re.findall(r"[0-9a-f]{64}", said[1]) == [known[said[2]][zone] for zone in ZONES]
