"""Signing in by an identity provider: a small one of our own, over real sockets, with a real key."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from pydantic import SecretStr, ValidationError

from api.app import create_app
from api.settings import Settings
from api.store.database import Store
from api.store.tables.accounts import Account, LoginSession, OidcFlow

BASE = "http://127.0.0.1:8000"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)


class Provider:
    """Does what OpenID Connect Core asks of a provider; `spoil` changes what it says."""

    def __init__(self) -> None:
        self.issuer = ""
        self.app = FastAPI()
        self.app.get("/.well-known/openid-configuration")(self.about)
        self.app.get("/keys")(self.keys)
        self.app.get("/authorize")(self.authorize)
        self.app.post("/token")(self.token)
        self.begin()

    def begin(self) -> None:
        """Know nothing of what was asked before."""
        self.claims: dict[str, Any] = {"sub": "u-1", "name": "王警官", "groups": ["county", "jiaojing"]}
        self.spoil: dict[str, Any] = {}
        self.key: Any = KEY
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked_for_keys = 0

    def about(self) -> dict[str, str]:
        there = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        return {"issuer": self.spoil.get("issuer_said", self.issuer), **{k: self.issuer + v for k, v in there.items()}}

    def keys(self) -> dict[str, Any]:
        self.asked_for_keys += 1
        return {"keys": [KEY.as_dict(private=False)]}

    def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = f"code{len(self.codes)}"
        self.codes[code] = asked
        return Response(
            status_code=302, headers={"location": f"{asked['redirect_uri']}?code={code}&state={asked['state']}"}
        )

    async def token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        client = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        asked = self.codes.pop(form["code"], None)
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        )
        if client != "truckban:s3cret" or asked is None or challenge != asked["code_challenge"]:
            return Response(json.dumps({"error": "invalid_grant"}), 400, media_type="application/json")
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "truckban",
            "iat": now,
            "exp": now + 60,
            "nonce": asked["nonce"],
            **self.claims,
            **self.spoil.get("claims", {}),
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode(self.header, claims, self.key)
        body = {"access_token": "x", "token_type": "Bearer", "id_token": token, **self.spoil.get("answer", {})}
        return Response(json.dumps(body), media_type="application/json")


@pytest.fixture(scope="module")
def served() -> Iterator[Provider]:
    made = Provider()
    server = uvicorn.Server(uvicorn.Config(made.app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    made.issuer = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield made
    server.should_exit = True
    thread.join()


@pytest.fixture
def provider(served: Provider) -> Provider:
    served.begin()
    return served


@pytest.fixture
def client(provider: Provider, settings: Settings) -> Iterator[TestClient]:
    more = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": "truckban",
        "oidc_client_secret": SecretStr("s3cret"),
        "oidc_role_claim": "groups",
        "oidc_roles": {"admins": "admin", "jiaojing": "officer", "county": "auditor"},
    }
    told = Settings.model_validate({**settings.model_dump(), **more})
    with TestClient(create_app(told), base_url=BASE, follow_redirects=False) as opened:
        yield opened


def go(client: TestClient) -> str:
    """Go to the provider and return where it sends the browser back to."""
    import httpx  # noqa: PLC0415

    sent = client.get("/v1/session/oidc")
    assert sent.status_code == 303, sent.text
    back = httpx.get(sent.headers["location"]).headers["location"]
    assert back.startswith(f"{BASE}/v1/session/oidc/back?")
    return back


def enter(client: TestClient) -> tuple[int, str]:
    answer = client.get(go(client))
    return answer.status_code, "" if answer.status_code == 303 else answer.json()["code"]


def test_who_the_provider_knows_gets_an_account_of_the_role_it_says(client: TestClient, store: Store) -> None:
    assert enter(client) == (303, "")
    me = client.get("/v1/session").json()
    assert (me["role"], me["name"], me["must_change_password"]) == ("officer", "王警官", False)
    assert enter(client) == (303, "")
    with store.read() as session:
        account = session.query(Account).one()
        assert account.password_hash is None
        assert account.oidc_subject != "u-1"
        assert session.query(LoginSession).count() == 1
        assert session.query(OidcFlow).count() == 0


def test_the_role_is_that_of_today(client: TestClient, provider: Provider) -> None:
    enter(client)
    provider.claims["groups"] = "county"
    other = TestClient(client.app, base_url=BASE, follow_redirects=False)
    enter(other)
    assert other.get("/v1/session").json()["role"] == "auditor"
    assert client.get("/v1/session").status_code == 401  # the session with the old role has ended


@pytest.mark.parametrize("groups", [[], ["x"], None, 7, {"jiaojing": 1}, [["jiaojing"]]])
def test_nobody_without_a_role_gets_in(client: TestClient, provider: Provider, groups: object, store: Store) -> None:
    provider.claims["groups"] = groups
    assert enter(client) == (403, "no_role")
    with store.read() as session:
        assert session.query(Account).count() == 0


def test_a_closed_account_stays_closed(client: TestClient, store: Store) -> None:
    enter(client)
    with store.write() as session:
        session.query(Account).one().active = False
    assert enter(client) == (403, "no_role")


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": None},
        {"azp": "another"},
        {"iss": "http://127.0.0.1:1"},
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"iat": 2**40},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
    ],
)
def test_a_token_that_is_not_for_us_now_and_here_is_refused(
    client: TestClient, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.spoil["claims"] = claims
    assert enter(client) == (401, "oidc")
    assert client.get("/v1/session").status_code == 401


def test_a_token_of_another_key_or_none_is_refused_and_the_keys_are_not_asked_for_each_time(
    client: TestClient, provider: Provider
) -> None:
    public = json.dumps(KEY.as_dict(private=False)).encode()
    for key, header in (
        (RSAKey.generate_key(2048, {"kid": "one"}, private=True), {"alg": "RS256", "kid": "one"}),
        (RSAKey.generate_key(2048, {"kid": "two"}, private=True), {"alg": "RS256", "kid": "two"}),
        (OctKey.import_key(public), {"alg": "HS256", "kid": "one"}),
    ):
        provider.key, provider.header = key, header
        assert enter(client) == (401, "oidc")
    provider.spoil["answer"] = {"id_token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1LTEifQ."}
    assert enter(client) == (401, "oidc")
    provider.spoil["answer"] = {"id_token": 7}
    assert enter(client) == (401, "oidc")
    assert provider.asked_for_keys == 1


def test_what_comes_back_must_have_been_sent_from_this_browser_and_counts_once(
    client: TestClient, provider: Provider
) -> None:
    assert provider.issuer
    other = TestClient(client.app, base_url=BASE, follow_redirects=False)
    back = go(client)
    assert other.get(back).status_code == 401  # another browser was led here
    go(other)
    assert other.get(back).status_code == 401
    cookies = dict(client.cookies)
    assert client.get(back).status_code == 303
    again = TestClient(client.app, base_url=BASE, cookies=cookies, follow_redirects=False)
    assert again.get(back).status_code == 401
    for query in ("", "?state=x", "?code=x", "?state=&code=", "?error=access_denied&state=x"):
        assert client.get(f"/v1/session/oidc/back{query}").status_code == 401


def test_a_code_that_was_swapped_does_not_fit_the_verifier(client: TestClient) -> None:
    theirs = parse_qs(urlsplit(go(TestClient(client.app, base_url=BASE, follow_redirects=False))).query)["code"][0]
    mine = parse_qs(urlsplit(go(client)).query)["state"][0]
    assert client.get("/v1/session/oidc/back", params={"code": theirs, "state": mine}).status_code == 401


def test_a_provider_that_speaks_for_another_or_not_at_all_is_503(client: TestClient, provider: Provider) -> None:
    provider.spoil["issuer_said"] = "https://another.example"
    answer = client.get("/v1/session/oidc")
    assert (answer.status_code, answer.json()["code"]) == (503, "oidc_unavailable")
    gone = client.app.state.service.settings.model_copy(update={"oidc_issuer": "http://127.0.0.1:9"})  # type: ignore[attr-defined]
    with TestClient(create_app(gone), base_url=BASE, follow_redirects=False) as other:
        assert other.get("/v1/session/oidc").status_code == 503


def test_without_the_setting_there_is_no_such_way(account_of: Callable[..., TestClient]) -> None:
    client = account_of("driver")
    assert client.get("/v1/session/oidc").status_code == 404
    assert client.get("/v1/session/oidc/back", params={"state": "x", "code": "y"}).status_code == 404


def test_an_account_of_the_provider_has_no_password(client: TestClient, provider: Provider, store: Store) -> None:
    provider.claims["groups"] = ["admins"]
    enter(client)
    me = client.get("/v1/session").json()
    head = {"x-csrf-token": me["csrf"]}
    assert client.post("/v1/session", json={"login": me["login"], "password": "x"}, headers=head).status_code == 401
    reset = client.post(f"/v1/accounts/{me['id']}/password-reset", headers=head)
    assert (reset.status_code, reset.json()["code"]) == (409, "identity_provider")
    with store.read() as session:
        assert session.query(Account).one().password_hash is None


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"oidc_client_id": "x"},
        {"oidc_client_id": "x", "oidc_roles": {"a": "root"}},
        {"oidc_client_id": "x", "oidc_roles": {"a": "anonymous"}},
    ],
)
def test_half_a_setting_is_none(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(oidc_issuer="https://id.example", **more)


def test_a_provider_without_tls_is_refused_elsewhere_than_here() -> None:
    with pytest.raises(ValidationError, match="https"):
        Settings(oidc_issuer="http://id.example", oidc_client_id="x", oidc_roles={"a": "admin"})
