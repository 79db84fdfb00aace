"""A notice with several zones in the service: decisions, fixes, trips, zones, checks; and what is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from freight import FIRST
from jobs_here import work_off
from two_rings import ZONES, at, written
from uploading import WHY, upload

from api.law import Law
from api.settings import Settings
from api.store.database import Store
from truckban.grounds import grounds_for
from truckban.notices.load import notice_named
from truckban.questions.asking import answer

Clients = Callable[..., TestClient]
HEAVY = {"vehicle_type": "重型自卸货车"}
ID = "jia-2024-1"
# in the inner zone alone, in the outer alone, in both; on a listed road, on one that stays open; by day and at night
SPOTS = [
    (1500, 1700),
    (500, 2200),
    (1500, 1000),
    (1500, 2000),
    (1500, 500),
    (500, 500),
    (500, 1500),
    (0, 1200),
    (4500, 1200),
]
CLOCKS = ["03:00:00", "05:59:59", "06:00:00", "21:59:59", "22:00:00", "23:00:00"]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("county"))


def add(admin: TestClient, county: Path) -> dict[str, str]:
    """Add the notice and its zones; return their hashes by name."""
    files = {"notice": county / "law" / "jia.yaml", **{zone: county / f"{zone}.geojson" for zone in ZONES}}
    found = {}
    for name, path in files.items():
        kind = "notice" if name == "notice" else "zone"
        given = admin.post(f"/v1/documents?kind={kind}", content=path.read_bytes())
        assert given.status_code == 201, given.text
        found[name] = given.json()["sha256"]
    return found


def enact(admin: TestClient, known: dict[str, str], *zones: str) -> Any:  # noqa: ANN401
    first, *others = zones or ZONES
    body = {"notice_sha256": known["notice"], "zone_sha256": known[first], "why": "甲县"}
    return admin.post("/v1/in-force", json={**body, "other_zones_sha256": [known[zone] for zone in others]})


def place(x: float, y: float) -> dict[str, float]:
    return dict(zip(("lon", "lat"), at(x, y), strict=True))


def cases() -> list[dict[str, Any]]:
    return [
        {"id": f"{xy} {clock}", "vehicle": HEAVY, "at": f"2024-05-08T{clock}+08:00", "place": place(*xy)}
        for xy in SPOTS
        for clock in CLOCKS
    ]


def test_the_service_answers_what_the_command_answers(signed_in: Clients, county: Path) -> None:
    admin = signed_in("admin")
    row = enact(admin, add(admin, county))
    assert row.status_code == 201, row.text
    law = notice_named(str(county / "law" / "jia.yaml"))
    ground = grounds_for([law], [county / f"{zone}.geojson" for zone in ZONES])[ID]
    expected = [answer(case, law, ground) for case in cases()]
    assert {each["verdict"] for each in expected} == {"prohibited", "allowed"}
    assert admin.post(f"/v1/decide?notice={ID}", json=cases()).json() == expected
    one = admin.post(f"/v1/decide?notice={ID}", json=cases()[0]).json()
    assert [one["zone"]["id"], *(other["id"] for other in one["zone"]["others"])] == list(ZONES)


def test_fix_by_fix_every_zone_is_asked(signed_in: Clients, county: Path) -> None:
    """A drive from the outer zone through the inner one and out: at night only the inner one bans, and each fix knows where it is."""
    admin = signed_in("admin")
    enact(admin, add(admin, county))
    spots = [(x, 1700) for x in range(-500, 3600, 100)]
    lon, lat = zip(*(at(*xy) for xy in spots), strict=True)
    for hour in ("10", "23"):
        times = [f"2024-05-08T{hour}:{n // 60:02}:{n % 60:02}+08:00" for n in range(0, 10 * len(spots), 10)]
        fixes = {"time": times, "lon": lon, "lat": lat}
        found = admin.post(f"/v1/decide/fixes?notice={ID}", json={"id": 1, "vehicle": HEAVY, "fixes": fixes}).json()
        of_fix = [run["verdict"] for run in found["runs"] for _ in range(run["first"], run["last"] + 1)]
        singly = [
            admin.post(
                f"/v1/decide?notice={ID}", json={"vehicle": HEAVY, "at": at_, "place": {"lon": x, "lat": y}}
            ).json()["verdict"]
            for at_, x, y in zip(times, lon, lat, strict=True)
        ]
        assert of_fix == singly
        assert set(singly) == {"prohibited", "allowed"}


def test_trips_are_closed_by_every_zone_in_processes_too(
    signed_in: Clients, county: Path, settings: Settings, store: Store
) -> None:
    admin = signed_in("admin")
    enact(admin, add(admin, county))
    trip = {"vehicle": HEAVY, "origin": place(500, 1500), "destination": place(2500, 1500)}
    found = admin.post("/v1/trips", json={**trip, "depart": "2024-05-08T23:00:00+08:00"}).json()
    assert (found["verdict"], found["first_unlawful"]["clause"]) == ("unlawful", "二")
    assert {facts["zone"] for facts in found["zones"]} >= set(ZONES)
    assert "detour" in [way["kind"] for way in found["alternatives"]]
    # what a process is given makes the same law
    from api.law_in_force import LawInForce, Pair  # noqa: PLC0415
    from api.trips.planner import files_of  # noqa: PLC0415

    law = Law(settings.notices)
    assert law.refresh(store)
    again = LawInForce([Pair.read(text, zones) for text, zones in files_of(law.now)])
    assert [[zone.sha256 for zone in pair.zones] for pair in again.pairs.values()] == [
        [zone.sha256 for zone in pair.zones] for pair in law.now.pairs.values()
    ]


def test_zones_notices_and_places_show_all_of_them(signed_in: Clients, county: Path) -> None:
    admin = signed_in("admin")
    before = admin.get("/v1/notices/linyi-2023-5")
    known = add(admin, county)
    row = enact(admin, known).json()
    assert row["other_zones_sha256"] == [known["core"], known["listed"]]
    assert admin.get(f"/v1/in-force/{row['id']}").json() == row
    zones = {each["id"]: each["notices"] for each in admin.get("/v1/zones").json()["zones"]}
    assert {name: zones[name] for name in ZONES} == {name: [ID] for name in ZONES}
    shown = admin.get(f"/v1/notices/{ID}").json()
    assert [shown["zone"]["id"], *(zone["id"] for zone in shown["other_zones"])] == list(ZONES)
    for zone in ZONES:
        assert admin.get(f"/v1/zones/{zone}?streets=false").json()["truckban"]["zone"] == zone
        assert admin.get(f"/v1/zones/{known[zone]}/roads").status_code == 200
    found = admin.get("/v1/places", params={"q": "滨河路"}).json()["places"]
    assert found[0]["name"] == "滨河路"
    # a notice with one zone says what it said
    assert admin.get("/v1/notices/linyi-2023-5").content == before.content
    assert b"other_zones" not in before.content
    listed = {each["notice"]: each for each in admin.get("/v1/in-force").json()["enactments"]}
    assert "other_zones_sha256" not in listed["linyi-2023-5"]


def test_a_zone_that_is_not_in_force_is_named_in_the_answer(signed_in: Clients, county: Path) -> None:
    admin = signed_in("admin")
    known = add(admin, county)
    assert enact(admin, known, "town").status_code == 201
    case = {"vehicle": HEAVY, "at": "2024-05-08T23:00:00+08:00", "place": place(500, 2200)}
    found = admin.post(f"/v1/decide?notice={ID}", json=case).json()
    assert found["verdict"] == "undetermined"
    said = {warning["code"]: warning["text_en"] for warning in found["warnings"]}
    assert said["zone.no_map"].endswith(": core, listed")
    # the core too, and the list of roads alone is lacking; then undo
    row = enact(admin, known, "town", "core")
    found = admin.post(f"/v1/decide?notice={ID}", json=case).json()
    assert {warning["code"]: warning["text_en"] for warning in found["warnings"]}["zone.no_map"].endswith(": listed")
    admin.post(f"/v1/in-force/{row.json()['id']}/undo", json={"why": "x"}, headers={"if-match": "*"})
    again = admin.post(f"/v1/decide?notice={ID}", json=case).json()
    assert again["warnings"][0]["text_en"].endswith(": core, listed")
    # what it does not hang on is decided: the town bans by day, wherever in it
    by_day = admin.post(f"/v1/decide?notice={ID}", json={**case, "at": "2024-05-08T10:00:00+08:00"}).json()
    assert (by_day["verdict"], by_day["warnings"]) == ("prohibited", [])


def test_what_does_not_go_together_is_refused_with_its_field(signed_in: Clients, county: Path) -> None:
    admin = signed_in("admin")
    known = add(admin, county)
    twice = enact(admin, known, "town", "town")
    assert (twice.status_code, twice.json()["errors"][0]["field"]) == (422, "body.other_zones_sha256")
    none = admin.post(
        "/v1/in-force",
        json={
            "notice_sha256": known["notice"],
            "zone_sha256": known["town"],
            "other_zones_sha256": ["0" * 64],
            "why": "x",
        },
    )
    assert (none.status_code, none.json()["errors"][0]["field"]) == (422, "body.other_zones_sha256.0")
    lone = admin.post(
        "/v1/in-force",
        json={"notice_sha256": known["notice"], "other_zones_sha256": [known["core"]], "why": "x"},
    )
    assert lone.status_code == 422
    other = admin.get("/v1/in-force").json()["enactments"][0]["zone_sha256"]
    foreign = admin.post(
        "/v1/in-force", json={"notice_sha256": known["notice"], "zone_sha256": other, "why": "x"}
    )  # the schematic is none of this notice's zones: no position could be answered by it
    assert (foreign.status_code, foreign.json()["errors"][0]["field"]) == (422, "body.zone_sha256")
    assert [each["notice"] for each in admin.get("/v1/in-force").json()["enactments"]] == ["linyi-2023-5"]


def test_every_process_takes_all_zones(signed_in: Clients, county: Path, settings: Settings, store: Store) -> None:
    law = Law(settings.notices)
    admin = signed_in("admin")
    enact(admin, add(admin, county))
    assert law.refresh(store)
    first = law.ground(ID)
    assert first is not None
    assert [each.zone.id for each in first.each] == list(ZONES)
    assert not law.refresh(store)
    # another notice's change makes nothing of this one anew
    text = (county / "law" / "jia.yaml").read_text("utf-8").replace(ID, "yi-2024-1")
    sha256 = admin.post("/v1/documents?kind=notice", content=text.encode()).json()["sha256"]
    assert admin.post("/v1/in-force", json={"notice_sha256": sha256, "why": "x"}).status_code == 201
    assert law.refresh(store)
    assert law.ground(ID) is first


def traces(x0: float, y: float, x1: float, start: str) -> bytes:
    """Return a drive along a street, 11 m/s, a fix each 10 s."""
    hours, minutes = map(int, start.split(":"))
    rows = ["vehicle_id,time,lon,lat"]
    for k in range(int(abs(x1 - x0) / 110) + 1):
        lon, lat = at(x0 + 110 * k, y)
        second = hours * 3600 + minutes * 60 + 10 * k
        rows.append(
            f"A,2024-05-08T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+08:00,{lon:.6f},{lat:.6f}"
        )
    return "\n".join(rows).encode()


def truck_at_eleven(officer: TestClient) -> list[str]:
    """Upload a heavy truck that drives through the core at 23:00, and who it is."""
    return [
        upload(officer, "traces", traces(-600, 1500, 3600, "23:00"), crs="wgs84"),
        upload(officer, "vehicles", "vehicle_id,plate,vehicle_type\nA,晋M12345,重型自卸货车\n".encode()),
    ]


@pytest.mark.slow
def test_a_check_says_which_zone_and_is_refused_without(
    signed_in: Clients, county: Path, settings: Settings, store: Store
) -> None:
    admin, officer = signed_in("admin"), signed_in("officer")
    assert 'name="zone"' not in (alone := officer.get("/runs").text)
    assert 'name="notice"' not in alone  # of one place with one zone nothing is asked
    known = add(admin, county)
    enact(admin, known)
    files = truck_at_eleven(officer)
    asked = {"uploads": files, "notice": ID, "why": WHY}
    none = officer.post("/v1/traces/runs", json=asked)
    assert (none.status_code, none.json()["errors"][0]["field"]) == (422, "body.zone")
    assert all(f"{zone} {known[zone]}" in none.json()["errors"][0]["message"] for zone in ZONES)
    leads = {}
    for zone in ("core", "town"):
        run = officer.post("/v1/traces/runs", json={**asked, "zone": known[zone]})
        assert run.status_code == 201, run.text
        work_off(settings, store)
        done = officer.get(run.headers["location"]).json()
        assert done["state"] == "done", done["error"]
        assert done["basis"]["zone"] == known[zone]
        leads[zone] = done["counts"]["leads"]
        others = set(ZONES) - {zone}
        assert any(all(other in note for other in others) for note in done["notes"])
    assert leads == {"core": 1, "town": 0}
    # and the page asks which, after the notice: there are two places now
    page = officer.get("/runs").text
    assert page.index('name="notice"') < page.index('name="zone"')
    assert all(f'<option value="{known[zone]}">{zone} · ' in page for zone in ZONES)
    assert '"zoned": ["jia-2024-1"]' in page


def test_pages_know_every_zone_of_the_first_notice(signed_in: Clients, county: Path) -> None:
    admin, officer = signed_in("admin"), signed_in("officer")
    known = add(admin, county)
    one = {path: officer.get(path).text for path in ("/", "/runs", "/desk")}
    assert all("other_zones" not in text and 'name="zone"' not in text for text in one.values())
    first = admin.get("/v1/in-force").json()["enactments"][0]["id"]
    enact(admin, known)
    assert admin.post(f"/v1/in-force/{first}/end", json={"why": "x"}, headers={"if-match": "*"}).status_code == 200
    for lang in ("zh", "en"):
        for path in ("/", "/desk", "/runs", "/overview"):
            page = officer.get(f"{path}?lang={lang}")
            assert page.status_code == 200
            assert '"zone": "town", "other_zones": ["core", "listed"]' in page.text
        runs = officer.get(f"/runs?lang={lang}").text
        assert all(f'<option value="{known[zone]}">{zone}</option>' in runs for zone in ZONES)
    assert "示意" not in officer.get("/desk").text


SITES = f"enterprise,lon,lat,radius_m,crs,source,date\n{FIRST},113.99,35.2,80,wgs84,测量,2024-03-01\n"


@pytest.mark.slow
def test_a_search_for_visits_says_which_zone_and_is_refused_without(
    signed_in: Clients, county: Path, settings: Settings, store: Store
) -> None:
    admin, officer = signed_in("admin"), signed_in("officer")
    known = add(admin, county)
    enact(admin, known)
    files = [*truck_at_eleven(officer), upload(officer, "sites", SITES.encode())]
    asked = {"uploads": files, "notice": ID, "why": WHY}
    none = officer.post("/v1/visits/runs", json=asked)
    assert (none.status_code, none.json()["errors"][0]["field"]) == (422, "body.zone")
    assert all(f"{zone} {known[zone]}" in none.json()["errors"][0]["message"] for zone in ZONES)
    other = officer.post("/v1/visits/runs", json={**asked, "zone": known["notice"]})
    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "body.zone")
    leads = {}
    for zone in ("core", "town"):
        run = officer.post("/v1/visits/runs", json={**asked, "zone": known[zone]})
        assert run.status_code == 201, run.text
        work_off(settings, store)
        done = officer.get(run.headers["location"]).json()
        assert done["state"] == "done", done["error"]
        assert (done["options"]["zone"], done["basis"]["zone"]) == (known[zone], known[zone])
        leads[zone] = done["counts"]["leads"]["all"]
        assert any(all(name in note for name in set(ZONES) - {zone}) for note in done["notes"])
    assert leads == {"core": 1, "town": 0}
    # a zone that was there when it was asked, and is not when it is done, is not taken for another one
    run = officer.post("/v1/visits/runs", json={**asked, "zone": known["core"]})
    assert enact(admin, known, "town", "listed").status_code == 201
    work_off(settings, store)
    gone = officer.get(run.headers["location"]).json()
    assert (gone["state"], gone["error"]["field"]) == ("failed", "zone")
