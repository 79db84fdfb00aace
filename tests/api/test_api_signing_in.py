"""Signing in and out: nothing is told about logins, nothing is guessed for long, nothing is done from another site."""

import datetime as dt
import statistics
import time
from collections.abc import Callable

import pyotp
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.access.sealed import seal, unseal
from api.accounts import passwords
from api.app import create_app
from api.settings import Settings
from api.store.base import now
from api.store.database import Store
from api.store.tables.accounts import Account, LoginSession, SignInFailure

NEW = "siebzehn graue reiher"


def enter(client: TestClient, login: str, password: str, **more: str) -> int:
    return client.post("/v1/session", json={"login": login, "password": password, **more}).status_code


@pytest.fixture
def stranger(account_of: Callable[..., TestClient]) -> TestClient:
    """Return a client that is not signed in, of the service that has accounts."""
    return TestClient(account_of("driver").app, base_url="http://127.0.0.1:8000")


def test_who_signs_in_is_known_until_signing_out(account_of: Callable[..., TestClient]) -> None:
    client = account_of("officer")
    me = client.get("/v1/session").json()
    assert (me["login"], me["role"], me["must_change_password"], me["two_step"]) == (
        "officer.0",
        "officer",
        False,
        False,
    )
    assert "session" not in me["scopes"]
    assert client.delete("/v1/session").status_code == 204
    assert client.get("/v1/session").status_code == 401


def test_the_token_of_a_session_that_ended_is_good_for_nothing(account_of: Callable[..., TestClient]) -> None:
    client = account_of("officer")
    token = client.cookies["truckban"]
    client.delete("/v1/session")
    client.cookies.set("truckban", token)
    assert client.get("/v1/session").status_code == 401


def test_the_store_holds_neither_tokens_nor_passwords(account_of: Callable[..., TestClient], store: Store) -> None:
    client = account_of("officer")
    with store.read() as session:
        kept = session.query(LoginSession).one()
        account = session.query(Account).one()
        assert client.cookies["truckban"] not in (kept.token_hash, kept.csrf, kept.id)
        assert client.password not in (account.password_hash or "")
        assert (account.password_hash or "").startswith("$argon2id$")


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(settings: Settings, stranger: TestClient) -> None:
    answer = stranger.post("/v1/session", json={"login": "driver.0", "password": "0 kraniche ziehen am fluss"})
    said = answer.headers["set-cookie"].lower()
    assert said.startswith("truckban=")
    assert "httponly" in said
    assert "samesite=lax" in said
    assert "path=/" in said
    assert "secure" not in said
    assert answer.headers["cache-control"] == "no-store"
    secure = settings.model_copy(update={"public_url": "https://trucks.example"})
    with TestClient(create_app(secure), base_url="https://trucks.example") as client:
        answer = client.post("/v1/session", json={"login": "driver.0", "password": "0 kraniche ziehen am fluss"})
        assert answer.headers["set-cookie"].startswith("__Host-truckban=")
        assert "; Secure" in answer.headers["set-cookie"]
        assert "domain" not in answer.headers["set-cookie"].lower()
        assert client.get("/v1/session").status_code == 200


def test_a_wrong_password_an_unknown_login_a_closed_account_and_a_shut_login_have_one_answer(
    account_of: Callable[..., TestClient], stranger: TestClient, store: Store
) -> None:
    account_of("officer")
    account_of("reviewer")
    with store.write() as session:
        session.query(Account).filter_by(login="reviewer.2").one().active = False

    def answer(login: str, password: str, **more: str) -> tuple[int, str, dict[str, str]]:
        said = stranger.post("/v1/session", json={"login": login, "password": password, **more})
        headers = {k: v for k, v in said.headers.items() if k not in ("x-request-id", "ratelimit")}
        return said.status_code, said.text, headers

    for _ in range(6):
        answer("officer.1", "no")
    told = {
        str(answer(*asked))
        for asked in (
            ("driver.0", "wrong"),
            ("nobody", "wrong"),
            ("reviewer.2", "2 kraniche ziehen am fluss"),
            ("officer.1", "1 kraniche ziehen am fluss"),
            ("纳粹", "wrong"),
            ("a\u0000b", "wrong"),
        )
    }
    assert len(told) == 1
    assert answer("driver.0", "wrong")[0] == 401


@pytest.mark.usefixtures("dear_passwords")
def test_an_unknown_login_takes_as_long_as_a_known_one(stranger: TestClient) -> None:
    assert not passwords.is_dated(passwords.NOBODYS)  # else the work would differ

    def took(login: str) -> float:
        began = time.process_time()
        assert enter(stranger, login, "wrong") == 401
        return time.process_time() - began

    enter(stranger, "driver.0", "wrong")
    pairs = [(took("driver.0"), took(f"nobody{number}")) for number in range(6)]
    known, unknown = (statistics.median(each) for each in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2


@pytest.mark.parametrize("login", ["driver.0", "nobody"])
def test_failures_shut_a_login_for_a_time_that_doubles_whether_or_not_there_is_one(
    stranger: TestClient, store: Store, login: str
) -> None:
    for _ in range(7):
        assert enter(stranger, login, "wrong") == 401
    with store.write() as session:
        known = session.query(SignInFailure).one()
        assert known.failures == 5  # what comes while it is shut counts no more: nobody is shut out for good
        assert known.locked_until is not None
        assert abs((known.locked_until - known.last_at).total_seconds() - 30) < 1e-6
        known.locked_until = now()
    assert enter(stranger, login, "wrong") == 401
    with store.read() as session:
        known = session.query(SignInFailure).one()
        assert known.locked_until is not None
        assert abs((known.locked_until - known.last_at).total_seconds() - 60) < 1e-6


def test_the_right_password_opens_when_the_time_is_over_and_forgets_the_failures(
    stranger: TestClient, store: Store
) -> None:
    right = "0 kraniche ziehen am fluss"
    for _ in range(5):
        enter(stranger, "driver.0", "wrong")
    assert enter(stranger, "driver.0", right) == 401
    with store.write() as session:
        session.query(SignInFailure).one().locked_until = now() - dt.timedelta(seconds=1)
    assert enter(stranger, " Driver.0", right) == 200
    with store.read() as session:
        assert session.query(SignInFailure).count() == 0


def test_a_session_runs_out(account_of: Callable[..., TestClient], store: Store) -> None:
    client = account_of("driver")
    with store.write() as session:
        session.query(LoginSession).one().expires_at = now()
    assert client.get("/v1/session").status_code == 401
    assert client.get("/v1/health").status_code == 200  # a cookie that ran out is no cookie


def test_a_closed_account_is_out_at_once(account_of: Callable[..., TestClient], store: Store) -> None:
    client = account_of("driver")
    with store.write() as session:
        session.query(Account).one().active = False
    assert client.get("/v1/session").status_code == 401


def test_signing_in_again_gives_a_new_session_and_ends_the_old_one(
    account_of: Callable[..., TestClient], store: Store
) -> None:
    client = account_of("driver")
    before = client.cookies["truckban"]
    assert enter(client, client.login, client.password) == 200
    assert client.cookies["truckban"] != before
    with store.read() as session:
        assert session.query(LoginSession).count() == 1


def test_a_change_needs_the_csrf_token_and_our_origin(account_of: Callable[..., TestClient]) -> None:
    client = account_of("admin")
    good = client.headers["x-csrf-token"]
    body = {"login": "new.one", "name": "New", "role": "driver"}
    for headers, status in (
        ({"x-csrf-token": ""}, 403),
        ({"x-csrf-token": good[:-1]}, 403),
        ({"x-csrf-token": "\u00e9"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:8001"}, 403),
        ({"origin": "http://127.0.0.1:8000"}, 201),
    ):
        encoded = {name: value.encode("latin-1") for name, value in headers.items()}
        assert client.post("/v1/accounts", json=body, headers=encoded).status_code == status, headers
    assert client.get("/v1/accounts", headers={"x-csrf-token": ""}).status_code == 200


def test_another_sites_page_signs_nobody_in(stranger: TestClient) -> None:
    body = {"login": "driver.0", "password": "0 kraniche ziehen am fluss"}
    assert stranger.post("/v1/session", json=body, headers={"origin": "https://evil.example"}).status_code == 403


def test_every_unsafe_route_refuses_a_session_without_the_csrf_token(account_of: Callable[..., TestClient]) -> None:
    client = account_of("admin")
    del client.headers["x-csrf-token"]
    asked = 0
    for path, methods in client.app.openapi()["paths"].items():  # type: ignore[attr-defined]
        for method in set(methods) & {"post", "put", "patch", "delete"}:
            answer = client.request(method, path.replace("{", "").replace("}", ""), json={})
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf"), (method, path)
            asked += 1
    assert asked > 10


def test_changing_the_password_ends_the_other_sessions_only(account_of: Callable[..., TestClient]) -> None:
    client = account_of("auditor")
    other = TestClient(client.app, base_url="http://127.0.0.1:8000")
    assert enter(other, client.login, client.password) == 200
    change = {"old": client.password, "new": NEW}
    assert client.put("/v1/session/password", json={**change, "old": "no"}).status_code == 403
    assert client.put("/v1/session/password", json={**change, "new": "password1234"}).status_code == 422
    assert client.put("/v1/session/password", json={"old": client.password, "new": client.password}).status_code == 422
    assert other.get("/v1/session").status_code == 200
    assert client.put("/v1/session/password", json=change).status_code == 204
    assert other.get("/v1/session").status_code == 401
    assert client.get("/v1/session").status_code == 200
    assert enter(other, client.login, client.password) == 401
    assert enter(other, client.login, NEW) == 200


def test_a_session_is_no_way_to_guess_the_password_on(account_of: Callable[..., TestClient]) -> None:
    client = account_of("driver")
    for _ in range(5):
        assert client.put("/v1/session/password", json={"old": "wrong", "new": NEW}).status_code == 403
    assert client.put("/v1/session/password", json={"old": client.password, "new": NEW}).status_code == 403


def test_sessions_are_listed_and_ended_by_their_owner_alone(account_of: Callable[..., TestClient]) -> None:
    client, other = account_of("driver"), account_of("officer")
    second = TestClient(client.app, base_url="http://127.0.0.1:8000")
    enter(second, client.login, client.password)
    listed = client.get("/v1/sessions").json()["items"]
    assert [each["current"] for each in listed] == [False, True]
    assert other.delete(f"/v1/sessions/{listed[0]['id']}").status_code == 404
    assert second.get("/v1/session").status_code == 200
    assert client.delete(f"/v1/sessions/{listed[0]['id']}").status_code == 204
    assert client.delete(f"/v1/sessions/{listed[0]['id']}").status_code == 404
    assert second.get("/v1/session").status_code == 401


def test_a_second_step_is_asked_from_its_first_code_on_and_takes_no_code_twice(
    account_of: Callable[..., TestClient], stranger: TestClient, store: Store
) -> None:
    client = account_of("admin")
    assert client.post("/v1/session/totp", json={"password": "no"}).status_code == 403
    begun = client.post("/v1/session/totp", json={"password": client.password}).json()
    assert begun["uri"].startswith("otpauth://totp/truckban:")
    assert enter(stranger, client.login, client.password) == 200  # not yet on
    stranger.cookies.clear()
    totp = pyotp.TOTP(begun["secret"])
    wrong = f"{(int(totp.now()) + 7) % 1_000_000:06}"
    assert client.put("/v1/session/totp", json={"code": wrong}).status_code == 422
    code = totp.now()
    assert client.put("/v1/session/totp", json={"code": code}).status_code == 204
    assert client.get("/v1/session").json()["two_step"] is True
    assert client.put("/v1/session/totp", json={"code": code}).status_code == 409
    assert enter(stranger, client.login, client.password) == 401
    assert enter(stranger, client.login, client.password, totp=code) == 401  # it was used
    following = totp.at(int(time.time()) + 30)
    assert enter(stranger, client.login, client.password, totp=following) == 200
    stranger.cookies.clear()
    assert enter(stranger, client.login, client.password, totp=following) == 401
    with store.write() as session:
        session.query(SignInFailure).delete()
    assert client.post("/v1/session/totp/off", json={"password": client.password}).status_code == 204
    assert enter(stranger, client.login, client.password) == 200


def test_the_secret_of_a_second_step_is_sealed_for_its_account_and_opens_with_the_key_alone(
    account_of: Callable[..., TestClient], stranger: TestClient, store: Store, settings: Settings
) -> None:
    client, other = account_of("admin"), account_of("officer")
    secret = client.post("/v1/session/totp", json={"password": client.password}).json()["secret"]
    assert client.put("/v1/session/totp", json={"code": pyotp.TOTP(secret).now()}).status_code == 204
    key = settings.data_dir / "keys" / "secrets.key"
    assert key.stat().st_mode & 0o777 == 0o600
    with store.write() as session:
        mine, theirs = (session.get(Account, each.account_id) for each in (client, other))
        assert mine is not None
        assert theirs is not None
        kept = mine.totp_secret or ""
        assert secret not in kept
        assert unseal(settings, kept, of=mine.id) == secret
        assert unseal(settings, kept, of=theirs.id) is None  # a row copied to another account opens nothing
        assert unseal(settings, f"{kept[:-4]}AAA=", of=mine.id) is None
        assert unseal(settings, "not base64 \u4e2d", of=mine.id) is None
    elsewhere = settings.model_copy(update={"secret_key": SecretStr("k" * 32)})
    assert unseal(elsewhere, kept, of=client.account_id) is None
    assert unseal(elsewhere, seal(elsewhere, "s", of="a"), of="a") == "s"
    key.write_text("f" * 64)  # the key is lost: nobody gets in by it, and an administrator helps
    following = pyotp.TOTP(secret).at(int(time.time()) + 30)
    assert enter(stranger, client.login, client.password, totp=following) == 401


def test_codes_that_are_long_past_or_far_ahead_are_refused(account_of: Callable[..., TestClient]) -> None:
    client = account_of("admin")
    totp = pyotp.TOTP(client.post("/v1/session/totp", json={"password": client.password}).json()["secret"])
    for seconds in (-95, 95):
        late = totp.at(int(time.time()) + seconds)
        assert client.put("/v1/session/totp", json={"code": late}).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"login": 1, "password": "x"},
        {"login": "x"},
        {"login": "x", "password": "x", "totp": "12345"},
        {"login": "x", "password": "x", "totp": "١٢٣٤٥٦"},
        {"login": "x", "password": "x" * 1001},
        {"login": "x", "password": "x", "more": 1},
        [],
        None,
    ],
)
def test_a_body_that_is_no_sign_in_is_422(reader: TestClient, body: object) -> None:
    assert reader.post("/v1/session", json=body).status_code == 422


def test_lone_surrogates_are_no_password(client: TestClient) -> None:
    text = '{"login": "x", "password": "\\ud800"}'
    assert client.post("/v1/session", content=text, headers={"content-type": "application/json"}).status_code in (
        401,
        422,
    )
