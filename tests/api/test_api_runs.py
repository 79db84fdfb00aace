"""Runs: asked for, done by the worker, looked at by those who may."""

import json
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from jobs_here import work_off
from uploading import WHY, begin, day, put_run, send, upload

from api.settings import Settings
from api.store.audit import verify
from api.store.database import Store
from api.store.runs import run_of
from api.store.tables.audit import AuditEntry
from api.store.tables.leads import Lead
from api.store.tables.runs import Upload

Clients = Callable[..., TestClient]


def _files(client: TestClient) -> list[str]:
    return [upload(client, kind, data) for kind, data in day().items()]


def _run(client: TestClient, **more: object) -> str:
    answer = client.post("/v1/traces/runs", json={"uploads": _files(client), "why": WHY, **more})
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] == "queued"
    return str(answer.headers["location"])


@pytest.mark.slow
def test_a_run_finds_what_the_command_finds_and_leaves_its_files(
    signed_in: Clients, settings: Settings, store: Store
) -> None:
    client = signed_in("officer")
    url = _run(client)
    work_off(settings, store)
    run = client.get(url).json()
    assert (run["state"], run["error"]) == ("done", None)
    assert run["files"] == ["run.json", "report.html", "rejected.csv", "leads.csv", "leads.parquet", "leads.geojson"]
    counts = run["counts"]
    assert run["progress"] == {
        "phase": "done",
        "rows": counts["rows"]["read"],
        "share": 1.0,
        "vehicles": counts["vehicles"]["in_traces"],
        "leads": counts["leads"],
    }
    told = client.get(f"{url}/files/run.json").json()
    assert told["counts"] == counts
    assert run["basis"] == {
        "notice": told["notice"]["sha256"],
        "zone": told["zone"]["sha256"],
        "program": told["truckban"],
    }
    with store.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Lead)) == counts["leads"] > 0
        assert verify(session).fault is None

    # the same uploads once more: the leads are known, and nothing is there twice
    again = client.post("/v1/traces/runs", json={"uploads": run["uploads"], "why": WHY}).headers["location"]
    work_off(settings, store)
    assert client.get(again).json()["counts"] == counts
    with store.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Lead)) == counts["leads"]

    _look_at_what_it_left(signed_in, url, store)


def _look_at_what_it_left(signed_in: Clients, url: str, store: Store) -> None:
    client, version = signed_in("officer", "officer-2"), signed_in("officer").get(url).json()["version"]
    # events end with the run, go on where they broke off, and are over for who has seen the last one
    events = client.get(f"{url}/events")
    assert events.headers["content-type"].startswith("text/event-stream")
    assert f"id: {version}" in events.text
    assert client.get(f"{url}/events", headers={"Last-Event-ID": str(version)}).status_code == 204
    assert client.get(url, headers={"If-None-Match": client.get(url).headers["etag"]}).status_code == 304

    # plates in full only to those who may, with a reason, on record
    assert client.get(f"{url}/files/leads.csv").status_code == 422
    leads = client.get(f"{url}/files/leads.csv", params={"why": "核对"})
    assert leads.headers["content-type"].startswith("text/csv")
    assert signed_in("admin").get(f"{url}/files/leads.csv", params={"why": "x"}).status_code == 403
    assert signed_in("admin").get(f"{url}/files/run.json").status_code == 200
    report = client.get(f"{url}/files/report.html")
    assert "sandbox" in report.headers["content-security-policy"]
    assert client.get(f"{url}/files/passages.csv").status_code == 404
    assert client.get(f"{url}/files/evidence.parquet").status_code == 422

    vehicle = leads.text.splitlines()[1].split(",")[1]
    looked = client.get(f"{url}/tracks/{vehicle}", params={"why": "复核线索"})
    assert looked.status_code == 200
    assert len(looked.json()["times"]) == len(looked.json()["lon"]) > 0
    assert client.get(f"{url}/tracks/{vehicle}").status_code == 422
    assert client.get(f"{url}/tracks/nobody", params={"why": "x"}).status_code == 404
    assert signed_in("admin").get(f"{url}/tracks/{vehicle}", params={"why": "x"}).status_code == 403
    with store.read() as session:
        asked = sa.select(AuditEntry.actor, AuditEntry.why, AuditEntry.details).where(AuditEntry.action == "trace.look")
        looks = session.execute(asked).all()
    assert looks[0][:2] == ("officer-2", "复核线索")
    assert vehicle not in json.dumps([list(look) for look in looks])
    with store.write() as session:
        session.execute(sa.update(Upload).values(state="purged"))
    assert client.get(f"{url}/tracks/{vehicle}", params={"why": "x"}).status_code == 410


def test_input_that_cannot_be_read_fails_with_the_sentence_and_its_place(
    signed_in: Clients, settings: Settings, store: Store
) -> None:
    client = signed_in("officer")
    ids = [upload(client, "traces", b"a,b\n1,2\n", "bad.csv"), upload(client, "vehicles", day()["vehicles"])]
    url = client.post("/v1/traces/runs", json={"uploads": ids, "why": WHY}).headers["location"]
    work_off(settings, store)
    run = client.get(url, params={"lang": "en"}).json()
    assert run["state"] == "failed"
    assert run["error"]["file"] == "bad.csv"
    assert (run["error"]["line"], run["error"]["field"]) == (1, None) or run["error"]["line"] == 1
    assert "there is no column vehicle_id" in run["error"]["message"]
    assert run["files"] == []


def test_what_a_run_needs_must_be_there(signed_in: Clients) -> None:
    client = signed_in("officer")
    traces, vehicles, _ = _files(client)
    unfinished = begin(client, "permits", b"x").rpartition("/")[2]

    def field(**asked: object) -> str:
        answer = client.post("/v1/traces/runs", json={"uploads": [traces, vehicles], "why": WHY, **asked})
        assert answer.status_code == 422, answer.text
        return str(answer.json()["errors"][0]["field"])

    assert field(uploads=[traces, unfinished]) == "body.uploads.1"
    assert field(uploads=[traces, traces]) == "body.uploads"
    assert field(uploads=[traces, upload(client, "traces", day()["traces"])]) == "body.uploads"
    assert field(uploads=[vehicles, upload(client, "permits", day()["permits"])]) == "body.uploads"
    assert field(notice="nowhere") == "body.notice"
    assert field(zone="0" * 64) == "body.zone"
    assert field(min_probability=2) == "body.min_probability"
    assert field(columns={"time": "a\x00"}).startswith("body.columns")
    other = signed_in("officer", "officer-2")
    assert other.post("/v1/traces/runs", json={"uploads": [traces, vehicles], "why": WHY}).status_code == 422


def test_a_waiting_run_is_cancelled_at_once_and_for_good(signed_in: Clients, settings: Settings, store: Store) -> None:
    client = signed_in("officer")
    url = _run(client)
    assert signed_in("officer", "officer-2").post(f"{url}/cancel").status_code == 404
    assert client.post(f"{url}/cancel").json()["state"] == "cancelled"
    assert client.post(f"{url}/cancel").json()["state"] == "cancelled"
    work_off(settings, store)
    assert client.get(url).json()["state"] == "cancelled"
    assert "event: run" in client.get(f"{url}/events").text


def test_an_upload_that_a_run_waits_for_is_not_deleted(signed_in: Clients) -> None:
    client = signed_in("officer")
    ids = _files(client)
    url = client.post("/v1/traces/runs", json={"uploads": ids, "why": WHY}).headers["location"]
    assert client.delete(f"/v1/traces/uploads/{ids[0]}").status_code == 409
    client.post(f"{url}/cancel")
    assert client.delete(f"/v1/traces/uploads/{ids[0]}").status_code == 204


def test_runs_are_listed_in_pages_the_newest_first(signed_in: Clients, settings: Settings, store: Store) -> None:
    ids = [put_run(settings, store) for _ in range(5)]
    client = signed_in("auditor")
    seen, cursor = [], None
    while True:
        page = client.get("/v1/traces/runs", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [run["id"] for run in page["runs"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ids[::-1]
    assert client.get("/v1/traces/runs", params={"state": "done"}).json()["runs"] == []
    assert client.get("/v1/traces/runs", params={"cursor": "x"}).status_code == 422
    assert signed_in("driver").get("/v1/traces/runs").status_code == 403


def test_a_large_upload_is_checked_by_the_worker(
    signed_in: Clients, settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.traces.uploads.AT_ONCE_BYTES", 10)
    client, data = signed_in("officer"), day()["vehicles"]
    good = begin(client, "vehicles", data)
    bad = begin(client, "vehicles", data, sha256="0" * 64)
    for url in (good, bad):
        assert send(client, url, data).status_code == 204
        assert client.get(url).json()["state"] == "checking"
    work_off(settings, store)
    assert [client.get(url).json()["state"] for url in (good, bad)] == ["complete", "refused"]


def test_a_run_that_is_over_keeps_its_state(settings: Settings, store: Store) -> None:
    from api.store.runs import cancel_run, change_run  # noqa: PLC0415

    id_ = put_run(settings, store)
    with store.write() as session:
        assert cancel_run(session, id_)
        assert not change_run(session, id_, state="running")
        assert not cancel_run(session, id_)
    with store.read() as session:
        run = run_of(session, id_)
        assert run is not None
        assert run.state == "cancelled"
