"""Changes that are sent again because the answer to them was lost, without an Idempotency-Key: once is as good as twice."""

from collections.abc import Callable

import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.store.database import Store
from api.store.tables.audit import AuditEntry

Maker = Callable[..., TestClient]


def _acts(store: Store, action: str) -> int:
    with store.read() as session:
        counted = sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.action == action)
        return session.scalar(counted) or 0


def test_a_reset_of_an_account_that_was_changed_meanwhile_is_refused(account_of: Maker, store: Store) -> None:
    admin, officer = account_of("admin"), account_of("officer")
    path = f"/v1/accounts/{officer.account_id}"  # type: ignore[attr-defined]
    tag = admin.get(path).headers["etag"]
    assert admin.patch(path, json={"name": "乙"}, headers={"If-Match": tag}).status_code == 200
    refused = admin.post(f"{path}/password-reset", headers={"If-Match": tag})
    assert (refused.status_code, refused.json()["code"]) == (412, "changed_meanwhile")
    assert officer.get("/v1/session").status_code == 200
    given = admin.post(f"{path}/password-reset", headers={"If-Match": refused.headers["etag"]})
    assert given.status_code == 200
    assert officer.get("/v1/session").status_code == 401
    assert _acts(store, "account.reset") == 1


def test_of_a_reset_that_is_sent_twice_the_last_password_alone_is_good(account_of: Maker) -> None:
    admin, officer = account_of("admin"), account_of("officer")
    path = f"/v1/accounts/{officer.account_id}/password-reset"  # type: ignore[attr-defined]
    lost, told = (admin.post(path).json()["password"] for _ in range(2))
    login = officer.login  # type: ignore[attr-defined]
    for password, status in ((lost, 401), (told, 200)):
        given = officer.post("/v1/session", json={"login": login, "password": password})
        assert given.status_code == status, given.text


def test_a_key_that_is_ended_twice_is_ended_once(account_of: Maker, store: Store) -> None:
    officer = account_of("officer")
    made = officer.post("/v1/keys", json={"name": "k", "scopes": ["leads.read"], "days": 1})
    path = made.headers["location"]
    assert [officer.delete(path).status_code for _ in range(2)] == [204, 204]
    assert _acts(store, "key.revoke") == 1
