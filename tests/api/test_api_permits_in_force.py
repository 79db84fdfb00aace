"""Permits in force: what a truck carries, what an officer is told, and all of them suspended at once."""

import datetime as dt
import json
import threading
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from applying import day, done, form, granted, step, submitted, vehicle
from fastapi.testclient import TestClient

from api.app import create_app
from api.permits import keys
from api.service import Service
from api.settings import Settings
from api.store.audit import verify
from api.store.base import now
from api.store.database import Store
from api.store.permits_judged import permits_for_check
from api.store.tables.permits import Permit
from truckban.permitting.checking import verify as check_text
from truckban.permitting.keys import load_public
from truckban.permitting.revocations import read_revocations

Clients = Callable[..., TestClient]
HERE = ZoneInfo("Asia/Shanghai")


def texts(client: TestClient, id_: str) -> list[str]:
    given = client.get(f"/v1/permits/{id_}/certificate")
    assert given.status_code == 200, given.text
    return [each["text"] for each in given.json()["certificates"]]


def asked(client: TestClient, text: str, **more: Any) -> Any:  # noqa: ANN401
    by_get = client.get("/v1/permits/verify", params={"text": text, **more})
    by_post = client.post("/v1/permits/verify", json={"text": text, **more})
    assert (by_get.status_code, by_post.status_code) == (200, 200), by_get.text
    first, second = by_get.json(), by_post.json()
    assert {**first, "at": None, "notes": None} == {**second, "at": None, "notes": None}
    return first


def codes(answer: Any) -> list[str]:  # noqa: ANN401
    return [each["code"] for each in answer["reasons"]]


def test_every_vehicle_has_a_certificate_that_is_checked_without_a_network(
    signed_in: Clients,
    settings: Settings,
    tmp_path: Any,  # noqa: ANN401
) -> None:
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    id_ = granted(driver, reviewer, vehicles=[vehicle("晋M12345"), vehicle("晋M54321")])
    first, second = texts(driver, id_)
    assert texts(reviewer, id_) == [first, second]
    anybody = signed_in("anonymous")
    pem = tmp_path / "keys.pem"
    pem.write_text("".join(each["pem"] for each in anybody.get("/v1/permits/keys").json()["keys"]))
    told = check_text(second, load_public(pem), dt.datetime.now(dt.UTC), plate="晋M54321")
    assert told.word == "valid_now"
    path = keys.key_path(settings)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    drawn = driver.get(f"/v1/permits/{id_}/qr.svg?vehicle=1")
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/svg+xml")
    page = driver.get(f"/v1/permits/{id_}/page?vehicle=1", headers={"accept-language": "en"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "晋M54321" in page.text
    assert "script" not in page.headers["content-security-policy"]
    for kind in ("qr.svg", "page"):
        assert driver.get(f"/v1/permits/{id_}/{kind}?vehicle=2").status_code == 404
    admin = signed_in("admin")
    assert admin.get(f"/v1/permits/{id_}/certificate").status_code == 403
    key = signed_in("officer", "machine", scopes=frozenset(["permits.read"]))
    assert key.get(f"/v1/permits/{id_}/certificate").status_code == 403


def test_the_private_key_is_nowhere_in_the_store_or_the_trail(
    signed_in: Clients, settings: Settings, store: Store
) -> None:
    signed_in("anonymous").get("/v1/permits/keys")
    secret = keys.key_path(settings).read_text().splitlines()[1]
    with store.read() as session:
        for table in Permit.metadata.sorted_tables:
            assert secret not in str(session.execute(table.select()).all()), table.name
    entries = signed_in("auditor").get("/v1/audit").json()["items"]
    assert [each["action"] for each in entries].count("permit.key") == 1


def test_processes_that_begin_at_once_sign_with_one_key(settings: Settings, store: Store) -> None:
    found: list[bytes] = []

    def begin() -> None:
        service = Service(settings, store, None)  # type: ignore[arg-type]  # no law is asked
        found.append(keys.signer(service).public_key().public_bytes_raw())

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


def test_an_officer_is_told_what_holds_now(signed_in: Clients) -> None:
    driver, reviewer, anybody = signed_in("driver"), signed_in("reviewer"), signed_in("anonymous")
    id_ = granted(driver, reviewer)
    (text,) = texts(driver, id_)
    told = asked(anybody, text, plate="晋M12345", road="五一路")
    assert (told["word"], told["permit"]["plate"]) == ("valid_now", "晋M12345")
    assert told["permit"]["holder"] == "张**"
    assert codes(asked(anybody, text, plate="晋M99999")) == ["permit.other_plate"]
    assert codes(asked(anybody, text, road="东环路")) == ["permit.off_route"]
    assert asked(anybody, f"https://example.gov/p#{text}")["word"] == "valid_now"
    changed = text[:-3] + ("AAA" if text[-3:] != "AAA" else "BBB")
    for bad in (changed, "x", "TB1.a.b.c", text + "A", text.replace("TB1", "TB2"), "TB1." + "A" * 3000):
        answer = asked(anybody, bad)
        assert (answer["word"], answer["permit"]) == ("not_valid", None)
    assert anybody.get("/v1/permits/verify", params={"text": text, "lon": 110}).status_code == 422
    assert anybody.get("/v1/permits/verify", params={"text": text, "plate": "?"}).status_code in (200, 422)
    assert anybody.get("/v1/permits/verify").status_code == 422


def test_hours_and_days_are_those_that_were_granted(signed_in: Clients) -> None:
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    hour = dt.datetime.now(HERE).hour
    window = f"{(hour + 4) % 24:02d}:00-{(hour + 6) % 24 or 24:02d}:00"
    id_ = granted(driver, reviewer, approval={"windows": [window], "days": {"from": day(0), "to": day(2)}})
    assert codes(asked(driver, texts(driver, id_)[0])) == ["permit.off_time"]
    later = granted(driver, reviewer, approval={"days": {"from": day(1), "to": day(2)}})
    assert codes(asked(driver, texts(driver, later)[0]))[0] == "permit.not_active"
    mine = driver.get("/v1/permits/mine").json()["permits"]
    assert [(each["word"], each["windows"]) for each in mine] == [("not_now", []), ("not_now", [window])]


def test_what_was_taken_back_is_told_at_once_and_listed_signed(signed_in: Clients, tmp_path: Any) -> None:  # noqa: ANN401
    driver, reviewer, anybody = signed_in("driver"), signed_in("reviewer"), signed_in("anonymous")
    id_, other = granted(driver, reviewer), granted(driver, reviewer)
    text = texts(driver, id_)[0]
    assert [each["word"] for each in driver.get("/v1/permits/mine").json()["permits"]] == ["valid_now"] * 2
    done(reviewer, id_, "suspend", reason="道路塌陷")
    assert codes(asked(anybody, text)) == ["certificate.suspended"]
    assert driver.get(f"/v1/permits/{id_}/certificate").json()["code"] == "no_certificate"
    done(reviewer, id_, "revoke", reason="转借")
    assert codes(asked(anybody, text)) == ["certificate.revoked"]
    listed = anybody.get("/v1/permits/revoked").json()
    pem = tmp_path / "keys.pem"
    pem.write_text(anybody.get("/v1/permits/keys").json()["keys"][0]["pem"])
    read = read_revocations(listed["text"], load_public(pem))
    assert [(each.permit_no, each.status) for each in read.permits.values()] == [
        (driver.get(f"/v1/permits/{id_}").json()["permit_no"], "revoked")
    ]
    assert "晋M" not in json.dumps(listed, ensure_ascii=False)
    words = {each["id"]: each["word"] for each in driver.get("/v1/permits/mine").json()["permits"]}
    assert words == {id_: "not_valid", other: "valid_now"}


def test_where_people_reach_the_service_the_code_holds_an_address(settings: Settings, signed_in: Clients) -> None:
    id_ = granted(signed_in("driver"), signed_in("reviewer"))
    app = create_app(settings.model_copy(update={"public_url": "https://permits.example.gov/"}))
    app.state.identify = lambda _: signed_in("driver").principal  # type: ignore[attr-defined]
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        page = client.get(f"/v1/permits/{id_}/page")
        assert page.status_code == 200, page.text
        plain = signed_in("driver").get(f"/v1/permits/{id_}/qr.svg").text
        assert client.get(f"/v1/permits/{id_}/qr.svg").text != plain


def test_more_roads_than_a_code_holds_are_refused_before_they_are_granted(signed_in: Clients) -> None:
    roads = [f"一条名字很长很长的乡村道路第{number}号" for number in range(60)]
    id_ = submitted(signed_in("driver"), route={"roads": roads})
    given = step(signed_in("reviewer"), id_, "approve")
    assert (given.status_code, given.json()["code"]) == (422, "too_much")


def test_checks_judge_by_what_was_in_force_then(signed_in: Clients, store: Store) -> None:
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    id_ = granted(driver, reviewer, vehicles=[vehicle("晋M12345"), vehicle("晋M54321")])
    submitted(driver)
    days = (dt.datetime.now(HERE).date(),) * 2
    with store.read() as session:
        found = permits_for_check(session, days)
        assert permits_for_check(session, (days[0] - dt.timedelta(90), days[0] - dt.timedelta(60))) == []
    assert sorted(each["plate"] for each in found) == ["晋M12345", "晋M54321"]
    assert {each["status"] for each in found} == {"active"}
    case = {
        "vehicle": vehicle("晋M12345"),
        "at": f"{day(1)}T10:00:00+08:00",
        "place": {"road": "五一路"},
        "permits": found,
    }
    assert driver.post("/v1/decide", json=case).status_code == 200
    done(reviewer, id_, "revoke", reason="转借")
    with store.read() as session:
        found = permits_for_check(session, days)
    assert {each["status"] for each in found} >= {"revoked"}


def test_officers_see_what_is_in_force_at_an_instant(signed_in: Clients) -> None:
    driver, reviewer, officer = signed_in("driver"), signed_in("reviewer"), signed_in("officer")
    id_ = granted(driver, reviewer, vehicles=[vehicle("晋M12345"), vehicle("晋M54321")])
    gone = granted(driver, reviewer)
    done(reviewer, gone, "suspend", reason="x")

    def listed(client: TestClient = officer, **query: str) -> list[Any]:
        given = client.get("/v1/permits/in-force", params=query)
        assert given.status_code == 200, given.text
        found: list[Any] = given.json()["permits"]
        return found

    assert [(each["id"], each["permit"]["plate"]) for each in listed()] == [(id_, "晋M12345"), (id_, "晋M54321")]
    assert [each["permit"]["plate"] for each in listed(plate="晋M54321")] == ["晋M54321"]
    assert listed(at=f"{day(30)}T00:00:00+08:00") == []
    assert listed(notice="x") == []
    assert "晋M12345" not in str(listed(signed_in("admin")))
    assert officer.get("/v1/permits/in-force?at=2024-01-01T00:00:00").status_code == 422
    assert officer.get("/v1/permits/in-force?at=0001-01-01T00:00:00%2B14:00").status_code == 422
    assert driver.get("/v1/permits/in-force").status_code == 403


def test_all_are_suspended_at_once_and_exactly_these_come_back(signed_in: Clients, store: Store) -> None:
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    plain, revoked, twice, before = (granted(driver, reviewer) for _ in range(4))
    waiting = submitted(driver)
    done(reviewer, before, "suspend", reason="别的原因")
    alert = {"notice": "linyi-2023-5", "reason": "重污染天气橙色预警"}
    path = "/v1/permits/suspensions"
    looked = reviewer.post(f"{path}?dry_run=true", json=alert)
    assert (looked.status_code, looked.json()["count"], looked.json()["id"]) == (200, 4, None)
    assert reviewer.get(path).json()["suspensions"] == []
    made = reviewer.post(path, json=alert, headers={"idempotency-key": "a"})
    assert (made.status_code, made.json()["count"]) == (201, 4)
    again = reviewer.post(path, json=alert, headers={"idempotency-key": "a"})
    assert again.json() == made.json()
    states = {id_: driver.get(f"/v1/permits/{id_}").json()["state"] for id_ in (plain, revoked, twice, before, waiting)}
    assert states == {
        plain: "suspended",
        revoked: "suspended",
        twice: "suspended",
        before: "suspended",
        waiting: "submitted",
    }
    done(reviewer, revoked, "revoke", reason="转借")
    done(reviewer, twice, "suspend", reason="另一个原因")
    one = f"{path}/{made.json()['id']}"
    assert reviewer.delete(one).status_code == 422
    assert signed_in("officer").delete(f"{one}?why=x").status_code == 403
    lifted = reviewer.delete(one, params={"why": "预警解除"})
    assert (lifted.status_code, lifted.json()["lifted_count"]) == (200, 1)
    states = {id_: driver.get(f"/v1/permits/{id_}").json()["state"] for id_ in (plain, revoked, twice, before)}
    assert states == {plain: "approved", revoked: "revoked", twice: "suspended", before: "suspended"}
    assert reviewer.delete(one, params={"why": "x"}).json()["code"] == "lifted"
    assert reviewer.delete(f"{path}/{'0' * 26}", params={"why": "x"}).status_code == 404
    assert reviewer.get(one).json()["lifted_reason"] == "预警解除"
    with store.read() as session:
        assert verify(session).fault is None


def test_an_alert_is_for_its_notice_and_kind_and_not_for_what_is_over(signed_in: Clients, store: Store) -> None:
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    over = granted(driver, reviewer)
    with store.write() as session:
        session.get_one(Permit, over).ends_at = now() - dt.timedelta(seconds=1)
    for asked_for in ({"notice": "linyi-2023-5"}, {"notice": "x"}, {"notice": "linyi-2023-5", "permit_kind": "x"}):
        given = reviewer.post("/v1/permits/suspensions?dry_run=true", json={**asked_for, "reason": "x"})
        assert given.json()["count"] == 0
    assert reviewer.post("/v1/permits/suspensions", json={"notice": "x"}).status_code == 422
    assert driver.post("/v1/permits/suspensions", json={"notice": "x", "reason": "x"}).status_code == 403


@pytest.mark.parametrize(
    "route", [{"whole_zone": True}, {"line": {"type": "LineString", "coordinates": [[110.75, 35.14], [110.78, 35.14]]}}]
)
def test_other_routes_have_certificates_too(signed_in: Clients, route: dict[str, Any]) -> None:
    driver = signed_in("driver")
    id_ = granted(driver, signed_in("reviewer"), route=route)
    told = asked(driver, texts(driver, id_)[0], lon=110.765, lat=35.14)
    assert told["word"] == "valid_now"
    assert driver.get(f"/v1/permits/{id_}/page").status_code == 200
    assert form()["route"] != route
