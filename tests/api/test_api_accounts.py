"""What administrators do to accounts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from api.store.base import now
from api.store.database import Store
from api.store.tables.accounts import Account
from api.store.tables.audit import AuditEntry
from api.store.tables.replies import Reply

Maker = Callable[..., TestClient]
NEW = {"login": "li.driver", "name": "李师傅", "role": "driver"}


def enter(client: TestClient, login: str, password: str) -> int:
    answer = client.post("/v1/session", json={"login": login, "password": password})
    if answer.status_code == 200:
        client.headers["x-csrf-token"] = answer.json()["csrf"]
    return answer.status_code


def test_a_new_account_has_a_one_time_password_that_must_be_changed_before_anything_else(account_of: Maker) -> None:
    admin = account_of("admin")
    made = admin.post("/v1/accounts", json={**NEW, "role": "auditor"})
    assert made.status_code == 201
    password = made.json()["password"]
    assert admin.get(made.headers["location"]).json()["login"] == NEW["login"]
    person = TestClient(admin.app, base_url="http://127.0.0.1:8000")
    assert enter(person, NEW["login"], password) == 200
    assert person.get("/v1/session").json()["must_change_password"] is True
    refused = person.get("/v1/accounts")
    assert (refused.status_code, refused.json()["code"]) == (403, "password_change")
    change = {"old": password, "new": "vier blaue kraniche"}
    assert person.put("/v1/session/password", json=change).status_code == 204
    assert person.get("/v1/accounts").status_code == 200


def test_a_one_time_password_is_good_for_a_time_only(account_of: Maker, store: Store) -> None:
    admin = account_of("admin")
    password = admin.post("/v1/accounts", json=NEW).json()["password"]
    with store.write() as session:
        session.query(Account).filter_by(login=NEW["login"]).one().one_time_until = now()
    assert enter(TestClient(admin.app), NEW["login"], password) == 401


def test_the_same_request_sent_twice_makes_one_account_and_shows_its_password_once(
    account_of: Maker, store: Store
) -> None:
    admin = account_of("admin")
    first, second = (admin.post("/v1/accounts", json=NEW, headers={"idempotency-key": "k"}) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json()["id"] == second.json()["id"]
    assert second.json()["password"] is None
    with store.read() as session:
        assert first.json()["password"].encode() not in session.query(Reply).one().body
        assert first.json()["password"] not in str([each.details for each in session.query(AuditEntry)])
    assert admin.post("/v1/accounts", json=NEW).status_code == 409


@pytest.mark.parametrize(
    "change",
    [
        {"login": "A"},
        {"login": "Li"},
        {"login": "a b"},
        {"login": "li\n"},
        {"login": "x" * 101},
        {"name": ""},
        {"name": "a\u0000b"},
        {"name": "x" * 201},
        {"role": "anonymous"},
        {"role": "root"},
        {"role": "enterprise"},
        {"enterprise_id": "E-1"},
        {"password": "vier blaue kraniche"},
    ],
)
def test_what_is_no_account_is_refused(account_of: Maker, change: dict[str, str]) -> None:
    assert account_of("admin").post("/v1/accounts", json={**NEW, **change}).status_code == 422


def test_a_change_needs_the_state_that_was_seen(account_of: Maker) -> None:
    admin = account_of("admin")
    path = admin.post("/v1/accounts", json=NEW).headers["location"]
    seen = admin.get(path)
    assert admin.get(path, headers={"if-none-match": seen.headers["etag"]}).status_code == 304
    assert admin.patch(path, json={"name": "x"}).status_code == 428
    good = {"if-match": seen.headers["etag"]}
    changed = admin.patch(path, json={"name": "李师傅二"}, headers=good)
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert admin.patch(path, json={"name": "x"}, headers=good).status_code == 412
    same = {"if-match": changed.headers["etag"]}
    assert admin.patch(path, json={"name": "李师傅二"}, headers=same).json()["version"] == 2


def test_another_role_or_a_closed_account_is_signed_out(account_of: Maker) -> None:
    admin, officer = account_of("admin"), account_of("officer")
    path = f"/v1/accounts/{officer.account_id}"  # type: ignore[attr-defined]
    etag = {"if-match": admin.get(path).headers["etag"]}
    assert admin.patch(path, json={"role": "enterprise"}, headers=etag).status_code == 422
    assert officer.get("/v1/session").status_code == 200
    told = admin.patch(path, json={"role": "enterprise", "enterprise_id": "E-9"}, headers=etag)
    assert told.status_code == 200
    assert officer.get("/v1/session").status_code == 401
    told = admin.patch(path, json={"role": "reviewer"}, headers={"if-match": told.headers["etag"]})
    assert told.json()["enterprise_id"] is None
    told = admin.patch(path, json={"active": False}, headers={"if-match": told.headers["etag"]})
    assert told.json()["active"] is False
    assert enter(officer, officer.login, officer.password) == 401  # type: ignore[attr-defined]


def test_the_last_administrator_stays(account_of: Maker) -> None:
    admin = account_of("admin")
    path = f"/v1/accounts/{admin.account_id}"  # type: ignore[attr-defined]
    headers = {"if-match": admin.get(path).headers["etag"]}
    for change in ({"active": False}, {"role": "officer"}):
        refused = admin.patch(path, json=change, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "last_admin")
    account_of("admin")
    assert admin.patch(path, json={"role": "officer"}, headers=headers).status_code == 200


def test_two_administrators_cannot_end_each_other_at_once(account_of: Maker, store: Store) -> None:
    one, two = account_of("admin"), account_of("admin")

    def end(who: TestClient, whom: TestClient) -> int:
        path = f"/v1/accounts/{whom.account_id}"  # type: ignore[attr-defined]
        return who.patch(path, json={"active": False}, headers={"if-match": "*"}).status_code

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(end, (one, two), (two, one)))
    assert 200 in statuses
    assert statuses != [200, 200]
    with store.read() as session:
        assert session.query(Account).filter_by(role="admin", active=True).count() == 1


def test_a_reset_ends_sessions_and_the_old_password(account_of: Maker) -> None:
    admin, driver = account_of("admin"), account_of("driver")
    made = admin.post(f"/v1/accounts/{driver.account_id}/password-reset")  # type: ignore[attr-defined]
    assert made.status_code == 200
    assert driver.get("/v1/session").status_code == 401
    assert enter(driver, driver.login, driver.password) == 401  # type: ignore[attr-defined]
    assert enter(driver, driver.login, made.json()["password"]) == 200  # type: ignore[attr-defined]


def test_accounts_are_listed_in_pages(account_of: Maker) -> None:
    admin = account_of("admin")
    for number in range(5):
        account_of("driver", f"driver{number}")
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = admin.get("/v1/accounts", params={"limit": 2, "role": "driver", **cursor}).json()
        seen += [each["login"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == [f"driver{number}" for number in range(5)]
    assert admin.get("/v1/accounts", params={"cursor": "x"}).status_code == 422


def test_what_is_not_there_is_404(account_of: Maker) -> None:
    admin = account_of("admin")
    nobody = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
    assert admin.get(f"/v1/accounts/{nobody}").status_code == 404
    assert admin.patch(f"/v1/accounts/{nobody}", json={}, headers={"if-match": "*"}).status_code == 404
    assert admin.post(f"/v1/accounts/{nobody}/password-reset").status_code == 404
    assert admin.get("/v1/accounts/1").status_code == 422


def test_everything_is_in_the_trail_without_names_and_passwords(account_of: Maker) -> None:
    admin = account_of("admin")
    path = admin.post("/v1/accounts", json=NEW).headers["location"]
    admin.patch(path, json={"name": "无名氏", "role": "officer"}, headers={"if-match": "*"})
    password = admin.post(f"{path}/password-reset").json()["password"]
    enter(TestClient(admin.app), NEW["login"], "wrong")
    trail = admin.get("/v1/audit").json()["items"]
    acts = [each["action"] for each in trail]
    assert acts[:4] == ["account.sign_in_refused", "account.reset", "account.change", "account.create"]
    assert trail[2]["details"] == {"role": ["driver", "officer"], "fields": ["name", "role"]}
    text = str(trail)
    assert not [each for each in ("无名氏", "李师傅", password, NEW["login"]) if each in text]
