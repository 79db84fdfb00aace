"""Role x route: what the tables say, and nothing else."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from api.access.page import access_page
from api.access.principal import Principal
from api.access.table import PERSON, ROLES, Rule, check_complete, rules, scopes_of
from api.app import create_app, operations
from api.settings import Settings
from api.store.base import new_id
from api.store.database import Store
from api.store.tables.accounts import Account

PAGE = Path(__file__).parents[2] / "docs" / "service" / "access.md"
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
# what somebody who changes nothing must still be able to do with the own way of signing in
OWN_ACCOUNT = {
    *("accounts.sign_in", "accounts.sign_out", "accounts.change_password", "accounts.end_session"),
    *("accounts.totp_begin", "accounts.totp_confirm", "accounts.totp_off"),
}


_found: list[tuple[str, str, str]] = []


def operations_of(app: FastAPI) -> list[tuple[str, str, str]]:
    """Return method, path and id of every operation, the pages' too: of any application, for all have the same."""
    if not _found:
        _found.extend(_operations_of(app))
    return _found


def _operations_of(app: FastAPI) -> list[tuple[str, str, str]]:
    found = [
        (method.upper(), path, operation["operationId"])
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
        if isinstance(operation, dict) and "operationId" in operation
    ]
    known = {id_ for _, _, id_ in found}
    from api.app import routes_of  # noqa: PLC0415
    from api.web.mount import PAGES  # noqa: PLC0415

    pages = [
        (method, route.path, str(route.operation_id))
        for route in routes_of(PAGES)
        for method in (route.methods or set()) - {"HEAD"}
        if route.operation_id not in known
    ]
    return [*found, *pages]


class Asker:
    """One service whose door is told who asks."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.app = create_app(settings, fast=True)
        self.who = Principal("anonymous", "address:test")
        self.app.state.identify = lambda _request: self.who
        self.client = TestClient(self.app, base_url="http://127.0.0.1:8000", raise_server_exceptions=True)
        self.accounts: dict[str, str] = {}
        with store.write() as session:
            for role in ROLES[1:]:
                account = Account(id=new_id(), login=f"{role}.x", name=role, role=role)
                account.enterprise_id = "E-1" if role == "enterprise" else None
                session.add(account)
                self.accounts[role] = account.id

    def ask(self, role: str, method: str, path: str, scopes: frozenset[str] | None = None) -> tuple[int, str]:
        id_ = self.accounts.get(role)
        enterprise = "E-1" if role == "enterprise" else None
        self.who = Principal(role, f"account:{id_}", account_id=id_, enterprise_id=enterprise, scopes=scopes)
        filled = re.sub(r"\{[^}]*\}", "01ARZ3NDEKTSV4RRFFQ69G5FAV", path)
        answer = self.client.request(method, filled, headers={"accept": "application/json"}, follow_redirects=False)
        if method == "HEAD":  # which has no body to say why
            why = {401: "sign_in", 403: "forbidden" if scopes is None else "scope"}
            return answer.status_code, why.get(answer.status_code, "")
        is_problem = "problem+json" in answer.headers.get("content-type", "")
        code = answer.json().get("code", "") if is_problem else ""
        return answer.status_code, code


@pytest.fixture
def asker(settings: Settings, store: Store) -> Iterator[Asker]:
    made = Asker(settings, store)
    with made.client:
        yield made


def test_every_operation_lets_in_exactly_the_roles_of_its_row(asker: Asker) -> None:
    wrong = []
    for method, path, id_ in operations_of(asker.app):
        for role in ROLES:
            status, code = asker.ask(role, method, path)
            refused = (status, code) in {(401, "sign_in"), (403, "forbidden")}
            if refused == (role in rules()[id_].reach) or (refused and (status == 401) != (role == "anonymous")):
                wrong.append((id_, role, status, code))
    assert wrong == []


def test_a_key_without_the_scope_is_refused_everywhere(asker: Asker) -> None:
    wrong = []
    for method, path, id_ in operations_of(asker.app):
        rule = rules()[id_]
        for role in sorted(set(rule.reach) - {"anonymous"}):
            others = frozenset(scopes_of(role) - {rule.scope})
            if asker.ask(role, method, path, others) != (403, "scope"):
                wrong.append((id_, role))
    assert wrong == []


def test_nobody_who_shows_nothing_is_somebody(settings: Settings) -> None:
    app = create_app(settings)
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        for method, path, id_ in operations_of(app):
            if "anonymous" not in rules()[id_].reach:
                filled = re.sub(r"\{[^}]*\}", "01ARZ3NDEKTSV4RRFFQ69G5FAV", path)
                answer = client.request(method, filled, headers={"accept": "application/json"})
                assert answer.status_code == 401, (method, path)
                assert "www-authenticate" in answer.headers


def test_the_auditor_reads_and_changes_nothing(asker: Asker) -> None:
    changing = {
        id_
        for method, _, id_ in operations_of(asker.app)
        if method in UNSAFE and "auditor" in rules()[id_].reach and not rules()[id_].asks
    }
    assert changing <= OWN_ACCOUNT


def test_the_auditor_may_read_all_that_anyone_may_read(asker: Asker) -> None:
    unread = {
        id_: dict(rules()[id_].reach)
        for method, _, id_ in operations_of(asker.app)
        if method == "GET" and not id_.startswith("web.")
        if "auditor" not in rules()[id_].reach and "all" in rules()[id_].reach.values()
    }
    assert unread == {}


def test_only_a_post_can_be_one_that_only_asks(asker: Asker) -> None:
    methods = {id_: method for method, _, id_ in operations_of(asker.app)}
    assert {methods[id_] for id_, rule in rules().items() if rule.asks} <= {"POST"}


def test_no_key_may_have_the_scope_of_persons() -> None:
    assert all(PERSON not in scopes_of(role) for role in ROLES)
    assert "audit.read" not in scopes_of("officer")


def test_every_route_is_behind_the_door(settings: Settings) -> None:
    """A route that asks no table would be open to everybody."""
    app = create_app(settings)
    seen: list[str] = []

    def closed(request: Request) -> Principal:
        seen.append(request.scope["route"].operation_id)
        return Principal("nobody at all", "x")

    app.state.identify = closed
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        for method, path, id_ in operations_of(app):
            filled = re.sub(r"\{[^}]*\}", "01ARZ3NDEKTSV4RRFFQ69G5FAV", path)
            answer = client.request(method, filled, headers={"accept": "application/json"})
            assert (answer.status_code, seen[-1]) == (403, id_)


def test_the_page_of_rights_is_that_of_the_tables() -> None:
    assert PAGE.read_text("utf-8") == access_page(), "truckban account rights --out docs/service/access.md"


def test_a_route_without_a_row_stops_the_service() -> None:
    check_complete(operations())
    with pytest.raises(ValueError, match=r"new\.route"):
        check_complete([*operations(), "new.route"])


def test_no_row_is_left_of_a_route_that_is_gone() -> None:
    assert set(rules()) - set(operations()) == set()


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ({"scope": "x"}, "a row has"),
        ({"scope": "x", "allow": {"root": "all"}}, "allow has roles"),
        ({"scope": "x", "allow": {"admin": "some"}}, "allow has roles"),
        ({"scope": "x", "allow": {"admin": True}}, "allow has roles"),
        ({"scope": 1, "allow": {}}, "scope is a word"),
        ({"scope": "x", "allow": {}, "asks": "yes"}, "scope is a word"),
        ({"scope": "x", "allow": {}, "more": 1}, "a row has"),
        ({"scope": "x", "allow": ["admin"]}, "a row has"),
    ],
)
def test_a_row_that_cannot_be_is_an_error(row: dict[str, object], word: str) -> None:
    from api.access.table import _rule  # noqa: PLC0415

    with pytest.raises(ValueError, match=word):
        _rule("file: route", row)


def test_an_empty_row_lets_nobody_in(signed_in: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules(), "health.alive", Rule("health.read", {}))
    assert signed_in("admin").get("/v1/health").status_code == 403
