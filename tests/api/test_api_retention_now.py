"""Purging at once: by who runs the service, of what was seen and no more, by a worker, on record."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from fastapi.testclient import TestClient
from lead_rows import added, row

from api.jobs.worker import Worker
from api.settings import Settings
from api.store.base import now
from api.store.database import Store
from api.store.leads import Track
from api.store.tables.leads import Lead, LeadTrack

SignedIn = Callable[..., TestClient]
URL = "/v1/retention/purge"
DAY = dt.timedelta(days=1)


def _fill(store: Store, settings: Settings, folder: Path, count: int = 3) -> None:
    """Have leads that were closed so long ago that their fixes go, and one that is gone altogether."""
    rows = [row(n, at=now() - (settings.lead_days + 40) * DAY) for n in range(count)]
    added(store, rows, folder, tracks={each["lead_id"]: Track(b"fixes", {}, []) for each in rows})
    old = now() - (settings.raw_days + 1) * DAY
    with store.write() as session:
        session.execute(sa.update(Lead).values(state="dismissed", closed_at=old, added_at=old))
        session.execute(sa.update(LeadTrack).values(added_at=old))
        first = rows[0]["lead_id"]
        session.execute(
            sa.update(Lead).where(Lead.lead_id == first).values(closed_at=now() - (settings.lead_days + 1) * DAY)
        )


def _seen(client: TestClient, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    told = client.get("/v1/retention").json()
    return {**{name: told[name] for name in ("tracks", "closed_leads", "lapsed_leads")}, "why": "季度清理", **more}


def test_what_was_seen_goes_once_by_a_worker_and_is_on_record(
    signed_in: SignedIn, settings: Settings, store: Store, tmp_path: Path
) -> None:
    _fill(store, settings, tmp_path)
    admin = signed_in("admin")
    seen = _seen(admin)
    assert (seen["tracks"], seen["closed_leads"], seen["lapsed_leads"]) == (3, 1, 0)
    told = admin.post(URL, json=seen, headers={"Idempotency-Key": "k1"})
    assert told.status_code == 202, told.text
    # the same once more is the same purge; another one has to wait
    assert admin.post(URL, json=seen, headers={"Idempotency-Key": "k1"}).json() == told.json()
    assert admin.post(URL, json=seen).json()["code"] == "purging"
    assert admin.get("/v1/retention").json()["purging"] is True
    assert admin.get("/v1/retention").json()["tracks"] == 3, "nothing is gone before a worker did it"
    Worker(settings, store).run_until_idle()
    after = admin.get("/v1/retention").json()
    assert (after["tracks"], after["closed_leads"], after["purging"]) == (0, 0, False)
    with store.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Lead)) == 2
    entries = signed_in("auditor").get("/v1/audit", params={"limit": 50}).json()["items"]
    (asked,) = [each for each in entries if each["action"] == "retention.purge_now"]
    assert (asked["actor"], asked["why"]) == ("admin-1", "季度清理")
    assert asked["details"] == {"tracks": 3, "closed_leads": 1, "lapsed_leads": 0, "permits": 0, "drafts": 0}
    assert sum(each["details"]["removed"] for each in entries if each["action"] == "retention.purge") == 4
    assert admin.post(URL, json=_seen(admin)).json()["code"] == "nothing"


def test_more_than_was_seen_is_not_removed(
    signed_in: SignedIn, settings: Settings, store: Store, tmp_path: Path
) -> None:
    _fill(store, settings, tmp_path)
    admin = signed_in("admin")
    refused = admin.post(URL, json=_seen(admin, tracks=2))
    assert (refused.status_code, refused.json()["code"], refused.json()["tracks"]) == (409, "changed", 3)
    assert admin.get("/v1/retention").json()["purging"] is False
    # less than was seen is no surprise: somebody put a hold on one
    assert admin.post(URL, json=_seen(admin, tracks=99)).status_code == 202


def test_nobody_else_purges_and_nothing_goes_without_a_reason(signed_in: SignedIn) -> None:
    body = {"tracks": 0, "closed_leads": 0, "lapsed_leads": 0, "why": "季度清理"}
    for role in ("driver", "enterprise", "reviewer", "officer", "auditor"):
        assert signed_in(role).post(URL, json=body).status_code == 403, role
    assert signed_in("anonymous").post(URL, json=body).status_code == 401
    for wrong in ({"why": " "}, {"tracks": -1}, {"tracks": "0"}, {"tracks": None}, {"more": 1}):
        assert signed_in("admin").post(URL, json={**body, **wrong}).status_code == 422, wrong
