"""Vehicles: whose they are is what an office confirms, and nothing else."""

import threading
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from api.access.principal import Principal
from api.store.audit import verify
from api.store.database import Store
from api.store.vehicles import own_plates

Clients = Callable[..., TestClient]
TRUCK = {"plate": "晋M12345", "vehicle_type": "重型自卸货车", "length_mm": 8600, "gross_mass_kg": 25000}


def registered(client: TestClient, plate: str = "晋M12345", **more: object) -> str:
    given = client.post("/v1/vehicles", json={**TRUCK, "plate": plate, **more})
    assert given.status_code == 201, given.text
    return str(given.json()["id"])


def confirmed(office: TestClient, id_: str) -> None:
    given = office.post(f"/v1/vehicles/{id_}/confirm", json={"why": "行驶证已核对"}, headers={"if-match": "*"})
    assert given.status_code == 200, given.text


def of(account: str, enterprise: str | None = None) -> Principal:
    return Principal("driver", f"account:{account}", account_id=account, enterprise_id=enterprise)


def test_a_vehicle_is_registered_classified_changed_and_removed(signed_in: Clients) -> None:
    driver = signed_in("driver")
    given = driver.post("/v1/vehicles", json={**TRUCK, "plate": "晋m·12345"})
    assert (given.status_code, given.json()["vehicle_class"], given.json()["confirmed"]) == (201, "heavy", False)
    path = given.headers["location"]
    shown = driver.get(path)
    assert (shown.json()["plate"], shown.json()["plates"]) == ("晋M12345", "full")
    assert driver.get(path, headers={"if-none-match": shown.headers["etag"]}).status_code == 304
    light = {"plate": "晋M12345", "vehicle_type": "轻型厢式货车"}
    assert driver.put(path, json=light).status_code == 428
    changed = driver.put(path, json=light, headers={"if-match": shown.headers["etag"]})
    assert (changed.status_code, changed.json()["vehicle_class"]) == (200, "light")
    assert driver.put(path, json=light, headers={"if-match": shown.headers["etag"]}).status_code == 412
    assert driver.delete(path, headers={"if-match": changed.headers["etag"]}).status_code == 204
    assert driver.get(path).status_code == 404


def test_words_and_numbers_that_disagree_are_said(signed_in: Clients) -> None:
    driver = signed_in("driver")
    id_ = registered(driver, vehicle_type="轻型厢式货车", gross_mass_kg=25000)
    shown = driver.get(f"/v1/vehicles/{id_}", headers={"accept-language": "en"}).json()
    assert shown["warnings"], shown


@pytest.mark.parametrize(
    "bad",
    [
        {"plate": ""}, {"plate": "晋M\x0012345"}, {"plate": "x" * 41}, {"length_mm": -1}, {"length_mm": 1e400}, {"plate": None},
        {"energy": "steam"}, {"owner_id": "driver-2"}, {"on_duty": True}, {"vehicle_type": 3}, {"plate_color": "\ud800"},
    ],
    ids=str,
)  # fmt: skip
def test_a_vehicle_that_cannot_be_is_refused(unchanged: Clients, bad: dict[str, object]) -> None:
    import json  # noqa: PLC0415

    driver = unchanged("driver")
    given = driver.post(
        "/v1/vehicles", content=json.dumps({**TRUCK, **bad}), headers={"content-type": "application/json"}
    )
    assert given.status_code in (400, 422), given.text
    assert driver.get("/v1/vehicles").json()["vehicles"] == []


def test_somebody_elses_vehicle_does_not_exist(signed_in: Clients) -> None:
    id_ = registered(signed_in("driver", "d1"))
    other = signed_in("driver", "d2")
    assert other.get(f"/v1/vehicles/{id_}").status_code == 404
    assert other.put(f"/v1/vehicles/{id_}", json=TRUCK, headers={"if-match": "*"}).status_code == 404
    assert other.delete(f"/v1/vehicles/{id_}", headers={"if-match": "*"}).status_code == 404
    assert other.get("/v1/vehicles").json()["vehicles"] == []
    assert other.get("/v1/vehicles?plate=晋M12345").json()["vehicles"] == []


def test_accounts_of_one_enterprise_share_their_vehicles(signed_in: Clients) -> None:
    first = signed_in("enterprise", "e1", enterprise_id="E-1")
    id_ = registered(first)
    assert signed_in("enterprise", "e2", enterprise_id="E-1").get(f"/v1/vehicles/{id_}").status_code == 200
    assert signed_in("enterprise", "e3", enterprise_id="E-2").get(f"/v1/vehicles/{id_}").status_code == 404
    assert signed_in("enterprise", "e4").get(f"/v1/vehicles/{id_}").status_code == 404


def test_a_plate_written_into_a_form_opens_nothing_before_an_office_confirms_it(
    signed_in: Clients, store: Store
) -> None:
    thief, owner, officer = signed_in("driver", "thief"), signed_in("driver", "owner"), signed_in("officer")
    stolen, own = registered(thief), registered(owner)
    with store.read() as session:
        assert own_plates(session, of("thief")) == ()
    confirmed(officer, own)
    with store.read() as session:
        assert own_plates(session, of("owner")) == ("晋M12345",)
        assert own_plates(session, of("thief")) == ()
    second = officer.post(f"/v1/vehicles/{stolen}/confirm", json={"why": "x"}, headers={"if-match": "*"})
    assert (second.status_code, second.json()["code"]) == (409, "confirmed_for_another")
    assert thief.post(f"/v1/vehicles/{stolen}/confirm", json={"why": "x"}, headers={"if-match": "*"}).status_code == 403


def test_another_plate_has_to_be_confirmed_again_another_name_has_not(signed_in: Clients, store: Store) -> None:
    driver, officer = signed_in("driver", "d"), signed_in("officer")
    id_ = registered(driver)
    confirmed(officer, id_)
    named = driver.put(f"/v1/vehicles/{id_}", json={**TRUCK, "name": "三号车"}, headers={"if-match": "*"})
    assert named.json()["confirmed_at"] is not None
    driver.put(f"/v1/vehicles/{id_}", json={**TRUCK, "plate": "晋M99999"}, headers={"if-match": "*"})
    with store.read() as session:
        assert own_plates(session, of("d")) == ()


def test_a_doubt_takes_a_confirmation_back(signed_in: Clients, store: Store) -> None:
    driver, officer = signed_in("driver", "d"), signed_in("officer")
    id_ = registered(driver)
    doubt = f"/v1/vehicles/{id_}/doubt"
    assert officer.post(doubt, json={"why": "x"}, headers={"if-match": "*"}).status_code == 409
    confirmed(officer, id_)
    assert officer.post(doubt, json={"why": "已过户"}, headers={"if-match": "*"}).status_code == 200
    with store.read() as session:
        assert own_plates(session, of("d")) == ()


def test_plates_are_masked_for_who_has_no_right_to_them(signed_in: Clients) -> None:
    driver, admin = signed_in("driver"), signed_in("admin")
    id_ = registered(driver, name="晋M12345 老王")
    shown = admin.get(f"/v1/vehicles/{id_}").json()
    assert shown["plates"] == "masked"
    assert "晋M12345" not in str(shown)
    assert admin.get("/v1/vehicles?plate=晋M12345").status_code == 403
    for role in ("officer", "reviewer", "auditor"):
        assert signed_in(role).get(f"/v1/vehicles/{id_}").json()["plate"] == "晋M12345"
    key = signed_in("officer", "machine", scopes=frozenset(["vehicles.read"]))
    assert "晋M12345" not in key.get("/v1/vehicles").text


def test_an_office_enters_a_vehicle_for_an_account(signed_in: Clients, account_of: Clients) -> None:
    driver, officer = account_of("driver"), signed_in("officer")
    id_ = registered(officer, owner_id=driver.account_id)  # type: ignore[attr-defined]
    assert driver.get(f"/v1/vehicles/{id_}").json()["confirmed_at"] is not None
    for owner in (None, "nobody", account_of("auditor").account_id):  # type: ignore[attr-defined]
        given = officer.post("/v1/vehicles", json={**TRUCK, "plate": "晋M55555", "owner_id": owner})
        assert (given.status_code, given.json()["errors"][0]["field"]) == (422, "body.owner_id")


def test_many_at_once_register_a_plate_once(signed_in: Clients, store: Store) -> None:
    driver = signed_in("driver")
    codes: list[int] = []

    def send() -> None:
        codes.append(driver.post("/v1/vehicles", json=TRUCK).status_code)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [201, 409, 409, 409, 409, 409]
    with store.read() as session:
        assert verify(session).fault is None


def test_the_same_key_registers_once_and_keeps_no_plate_in_its_answer(signed_in: Clients) -> None:
    driver = signed_in("driver")
    answers = [driver.post("/v1/vehicles", json=TRUCK, headers={"idempotency-key": "k"}) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert "晋M12345" not in answers[0].text


def test_pages_show_every_vehicle_once(signed_in: Clients) -> None:
    driver = signed_in("driver")
    ids = {registered(driver, f"晋M1000{number}") for number in range(5)}
    seen: list[str] = []
    following = ""
    while True:
        page = driver.get(f"/v1/vehicles?limit=2{following}").json()
        seen += [each["id"] for each in page["vehicles"]]
        if page["next"] is None:
            break
        following = f"&cursor={page['next']}"
    assert set(seen) == ids
    assert len(seen) == 5


def test_no_plate_stands_in_the_audit_trail(signed_in: Clients) -> None:
    driver, officer = signed_in("driver"), signed_in("officer")
    confirmed(officer, registered(driver))
    assert "12345" not in signed_in("auditor").get("/v1/audit").text
