"""Keys for machines: a part of what their account may, for a time."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from api.access.table import scopes_of
from api.settings import Settings
from api.store.base import now
from api.store.database import Store
from api.store.tables.accounts import Account, ApiKey

Maker = Callable[..., TestClient]


def machine(client: TestClient, key: str) -> TestClient:
    return TestClient(client.app, base_url="http://127.0.0.1:8000", headers={"authorization": f"Bearer {key}"})


def made(client: TestClient, *scopes: str, **more: object) -> dict[str, str]:
    answer = client.post("/v1/keys", json={"name": "k", "scopes": list(scopes), **more})
    assert answer.status_code == 201, answer.text
    told: dict[str, str] = answer.json()
    return told


def test_a_key_does_what_its_scopes_say_and_nothing_else(account_of: Maker) -> None:
    client = account_of("auditor")
    admin = account_of("admin")
    key = made(admin, "audit.read", "self.read", account_id=client.account_id)  # type: ignore[attr-defined]
    robot = machine(client, key["key"])
    assert robot.get("/v1/audit").status_code == 200
    refused = robot.get("/v1/accounts")
    assert (refused.status_code, refused.json()["scope"]) == (403, "accounts.read")
    me = robot.get("/v1/session").json()
    assert (me["role"], me["scopes"], me["csrf"]) == ("auditor", ["audit.read", "self.read"], None)


def test_a_key_needs_no_csrf_token_but_may_make_no_key_and_no_account(account_of: Maker) -> None:
    admin = account_of("admin")
    robot = machine(admin, made(admin, *sorted(scopes_of("admin")))["key"])
    for path, body in (
        ("/v1/keys", {"name": "x", "scopes": ["decide"]}),
        ("/v1/accounts", {"login": "aa", "name": "a", "role": "admin"}),
        ("/v1/session", {"login": "a", "password": "b"}),
    ):
        refused = robot.post(path, json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "scope"), path


@pytest.mark.parametrize("role", ["driver", "enterprise", "reviewer", "officer", "admin"])
def test_nobody_gives_a_key_more_than_the_role_has(account_of: Maker, role: str) -> None:
    client = account_of(role)
    every = {"session", *(scope for each in ("driver", "officer", "auditor", "admin") for scope in scopes_of(each))}
    for scope in sorted(every - scopes_of(role)):
        refused = client.post("/v1/keys", json={"name": scope, "scopes": [scope]})
        assert refused.status_code == 422, scope
    made(client, *sorted(scopes_of(role)))


def test_a_bad_key_is_401_even_where_nobody_at_all_may_ask(account_of: Maker, store: Store) -> None:
    client = account_of("officer")
    key = made(client, "health.read")
    text, id_ = key["key"], key["id"]
    assert machine(client, text).get("/v1/health").status_code == 200
    for bad in (
        text[:-1],
        text + "x",
        text[:-1] + ("a" if text[-1] != "a" else "b"),
        f"tbk_{'0' * 26}_{text.split('_', 2)[2]}",
        "tbk_",
        "tbk__",
        f"tbk_{id_}_",
        f"tbk_{id_}_\u00e9",
        f"tbk_{id_[:-1]}\u0660_x",
        "",
        "x" * 5000,
    ):
        answer = TestClient(client.app, headers={"authorization": f"Bearer {bad}".encode()}).get("/v1/health")
        assert (answer.status_code, answer.json()["code"]) == (401, "key"), bad
        assert "Bearer" in answer.headers["www-authenticate"]
    for other in (f"Basic {text}", text, "Bearer"):
        assert TestClient(client.app, headers={"authorization": other}).get("/v1/health").status_code == 401
    with store.write() as session:
        session.query(ApiKey).one().expires_at = now()
    assert machine(client, text).get("/v1/health").status_code == 401


def test_a_revoked_key_and_one_of_a_closed_account_are_refused_at_once(account_of: Maker, store: Store) -> None:
    client = account_of("officer")
    first, second = made(client, "decide"), made(client, "decide", name="k2")
    assert client.delete(f"/v1/keys/{first['id']}").status_code == 204
    assert client.delete(f"/v1/keys/{first['id']}").status_code == 204
    assert machine(client, first["key"]).get("/v1/health").status_code == 401
    assert machine(client, second["key"]).get("/v1/health").status_code == 403  # good, without the scope
    with store.write() as session:
        session.query(Account).one().active = False
    assert machine(client, second["key"]).get("/v1/health").status_code == 401


def test_a_key_follows_its_accounts_role(account_of: Maker, store: Store) -> None:
    client = account_of("admin")
    robot = machine(client, made(client, "accounts.read")["key"])
    assert robot.get("/v1/accounts").status_code == 200
    with store.write() as session:
        session.query(Account).one().role = "officer"
    assert robot.get("/v1/accounts").status_code == 403


def test_other_peoples_keys_do_not_exist(account_of: Maker) -> None:
    one, two, admin = account_of("officer"), account_of("officer"), account_of("admin")
    key = made(one, "decide")
    assert two.delete(f"/v1/keys/{key['id']}").status_code == 404
    assert two.get("/v1/keys", params={"account_id": one.account_id}).json()["items"] == []  # type: ignore[attr-defined]
    body = {"name": "x", "scopes": ["decide"], "account_id": one.account_id}  # type: ignore[attr-defined]
    assert two.post("/v1/keys", json=body).status_code == 404
    assert admin.post("/v1/keys", json=body).status_code == 201
    assert len(admin.get("/v1/keys").json()["items"]) == 2
    assert len(one.get("/v1/keys").json()["items"]) == 2
    assert admin.delete(f"/v1/keys/{key['id']}").status_code == 204


def test_the_secret_is_shown_once_and_kept_nowhere(account_of: Maker, store: Store) -> None:
    client = account_of("officer")
    body = {"name": "k", "scopes": ["decide"]}
    first, second = (client.post("/v1/keys", json=body, headers={"idempotency-key": "k"}) for _ in range(2))
    assert second.json() == {**first.json(), "key": None}
    secret = first.json()["key"].split("_", 2)[2]
    assert secret not in client.get("/v1/keys").text
    with store.read() as session:
        assert secret not in session.query(ApiKey).one().secret_hash
    assert client.post("/v1/keys", json=body).status_code == 409


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"scopes": []},
        {"scopes": ["no.such"]},
        {"scopes": "decide"},
        {"days": 0},
        {"days": 367},
        {"days": 10**30},
        {"account_id": "x"},
    ],
)
def test_what_is_no_key_is_refused(account_of: Maker, change: dict[str, object]) -> None:
    assert account_of("officer").post("/v1/keys", json={"name": "k", "scopes": ["decide"], **change}).status_code == 422


def test_the_longest_time_is_a_setting(account_of: Maker, settings: Settings) -> None:
    made(account_of("officer"), "decide", days=settings.key_days)


def test_keys_are_not_without_end(account_of: Maker) -> None:
    client = account_of("officer")
    for number in range(50):
        made(client, "decide", name=f"k{number}")
    assert client.post("/v1/keys", json={"name": "one more", "scopes": ["decide"]}).status_code == 409
