"""Visits, loads and places on no list: found by a worker, shown to whom they concern, gone after their time."""

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from freight import FIRST, WHY, candidate, freight_day
from jobs_here import work_off
from uploading import put_upload, upload

from api.enterprises.purge_job import purge
from api.jobs.worker import Worker
from api.settings import Settings
from api.store import enterprises as stored
from api.store.audit import verify
from api.store.base import now
from api.store.database import Store
from api.store.tables.enterprises import Candidate, FreightRun, Load, Visit
from api.store.tables.runs import Job
from api.store.uploads import purged
from api.traces.files import runs_folder

Clients = Callable[..., TestClient]
_DAY = dt.datetime(2024, 5, 8, tzinfo=dt.UTC)


def _run(store: Store, kind: str) -> str:
    with store.write() as session:
        return stored.add_run(session, kind, account_id="officer-1", options={}, why=WHY, uploads=[]).id


def _visit(run: str, number: int, enterprise: str | None = FIRST, certainty: str = "inside") -> dict[str, object]:
    at = _DAY + dt.timedelta(hours=number)
    facts = {"margin_m": 20.0, "others": [], "stops": 1, "load_before": None, "load_after": None, "silent_min": 0.0}
    return {
        "visit_id": f"{number:032d}",
        "run_id": run,
        "enterprise": enterprise,
        "name": "临猗汇鑫商砼有限公司",
        "listed": True,
        "site": "s1",
        "vehicle_id": "晋M12345",
        "plate": "晋M12345",
        "vehicle_class": "heavy",
        "arrived_at": at,
        "left_at": at + dt.timedelta(minutes=20),
        "day": at.date().toordinal(),
        "certainty": certainty,
        "probability": 0.99,
        "facts": {**facts, "came_unseen": False, "left_unseen": False},
        "invented": False,
        "added_at": now(),
    }


def _load(run: str, number: int, enterprise: str | None = FIRST, verdict: str = "over") -> dict[str, object]:
    at = _DAY + dt.timedelta(hours=number)
    return {
        "load_id": f"{number:032d}",
        "run_id": run,
        "enterprise": enterprise,
        "written": "临猗汇鑫商砼",
        "file": "slips.csv",
        "line": number + 2,
        "slip": "晋M12345-001",
        "plate": "晋M12345",
        "at": at,
        "day": at.date().toordinal(),
        "axles": 6,
        "gross_g": 55_000_500,
        "limit_low_g": 49_000_000,
        "limit_high_g": 49_000_000,
        "verdict": verdict,
        "over_low_g": 6_000_500,
        "over_high_g": 6_000_500,
        "facts": {"article": "x", "missing": [], "notes": [], "cargo_g": None, "payload_over_g": 0},
        "added_at": now(),
    }


def _filled(store: Store) -> None:
    visits, loads = _run(store, "visits"), _run(store, "loads")
    with store.write() as session:
        others = [_visit(visits, 6, "linyi-2023-18-02"), _visit(visits, 7, None, "ambiguous")]
        stored.put_rows(
            session, Visit, [*(_visit(visits, n) for n in range(5)), _visit(visits, 5, certainty="unsure"), *others]
        )
        stored.put_rows(session, Load, [_load(loads, 0), _load(loads, 1, verdict="within"), _load(loads, 2, None)])
        stored.put_candidates(session, visits, [candidate(1), candidate(2, 9)])


def test_an_enterprise_sees_its_own_and_nobody_elses(signed_in: Clients, store: Store) -> None:
    officer, own = signed_in("officer"), signed_in("enterprise", enterprise_id=FIRST)
    _filled(store)
    assert len(officer.get("/v1/visits").json()["visits"]) == 8
    told = own.get("/v1/visits").json()
    assert {row["enterprise"] for row in told["visits"]} == {FIRST}
    assert len(told["visits"]) == 6
    assert own.get("/v1/visits", params={"enterprise": "linyi-2023-18-02"}).json()["visits"] == []
    assert {row["enterprise"] for row in own.get("/v1/loads").json()["loads"]} == {FIRST}
    assert own.get(f"/v1/enterprises/{FIRST}/summary").status_code == 200
    assert own.get("/v1/enterprises/linyi-2023-18-02/summary").status_code == 404
    nobody = signed_in("enterprise", "enterprise-9")
    assert nobody.get("/v1/visits").json()["visits"] == []
    assert nobody.get("/v1/loads").json()["loads"] == []
    assert nobody.get(f"/v1/enterprises/{FIRST}/summary").status_code == 404


def test_plates_are_masked_for_those_who_need_none(signed_in: Clients, store: Store) -> None:
    officer = signed_in("officer")
    _filled(store)
    assert officer.get("/v1/visits").json()["visits"][0]["plate"] == "晋M12345"
    for role, more in (("admin", {}), ("enterprise", {"enterprise_id": FIRST})):
        client = signed_in(role, f"{role}-7", **more)
        for path in ("/v1/visits", "/v1/loads", *(["/v1/unlisted"] if role == "admin" else [])):
            answer = client.get(path)
            assert answer.json()["plates"] == "masked"
            assert "12345" not in answer.text, path
        assert client.get("/v1/visits", params={"plate": "晋M12345"}).status_code == 403
    assert len(officer.get("/v1/loads", params={"plate": "晋m·12345"}).json()["loads"]) == 3


def test_lists_come_in_pages_and_by_filters(signed_in: Clients, store: Store) -> None:
    client = signed_in("officer")
    _filled(store)
    seen, cursor = [], None
    while True:
        page = client.get("/v1/visits", params={"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
        seen += [row["visit_id"] for row in page["visits"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [f"{n:032d}" for n in range(7, -1, -1)]
    assert len(client.get("/v1/visits", params={"certainty": "unsure"}).json()["visits"]) == 1
    span = {"from": "2024-05-08T01:00:00Z", "to": "2024-05-08T03:00:00Z"}
    assert len(client.get("/v1/visits", params=span).json()["visits"]) == 2
    over = client.get("/v1/loads", params={"verdict": "over"}).json()["loads"]
    assert [row["over_low_kg"] for row in over] == [6000.5, 6000.5]
    assert over[0]["at"].endswith("+08:00")
    assert client.get("/v1/visits", params={"cursor": "xx"}).status_code == 422


def test_weeks_add_up(signed_in: Clients, store: Store) -> None:
    client = signed_in("officer")
    _filled(store)
    told = client.get(f"/v1/enterprises/{FIRST}/summary", params={"until": "2024-05-12", "weeks": 2}).json()
    assert [week["week"] for week in told["weeks"]] == ["2024-04-29", "2024-05-06"]
    assert (told["total"]["visits"], told["total"]["visits_unsure"]) == (5, 1)
    assert (told["total"]["loads"], told["total"]["loads_over"]) == (2, 1)
    assert told["weeks"][0]["visits"] == 0
    early = client.get(f"/v1/enterprises/{FIRST}/summary", params={"until": "1950-01-01", "weeks": 260})
    assert early.status_code == 200


def test_a_place_is_looked_at_dismissed_and_taken_back(signed_in: Clients, store: Store) -> None:
    client = signed_in("officer")
    _filled(store)
    told = client.get("/v1/unlisted").json()
    assert [place["id"] for place in told["places"]] == ["p2", "p1"]
    assert told["caution"]
    first = client.get("/v1/unlisted", params={"limit": 1}).json()
    assert client.get("/v1/unlisted", params={"cursor": first["next"]}).json()["places"][0]["id"] == "p1"
    assert len(client.get("/v1/unlisted/map").json()["features"]) == 2

    def act(name: str, match: str | None = None) -> int:
        headers = {"If-Match": match or client.get("/v1/unlisted/p1").headers["etag"]}
        return int(client.post(f"/v1/unlisted/p1/{name}", json={"why": "是饭店停车场"}, headers=headers).status_code)

    seen = client.get("/v1/unlisted/p1").headers["etag"]
    assert act("dismiss") == 200
    assert act("dismiss") == 409
    assert act("inspect", seen) == 412
    assert act("inspect") == 200
    assert client.get("/v1/unlisted/p1").json()["state"] == "inspected"
    assert act("undo") == 200
    assert client.get("/v1/unlisted/p1").json()["state"] == "dismissed"
    # a later search finds it again and leaves it aside
    with store.write() as session:
        stored.put_candidates(session, _latest(store), [candidate(1, 20)])
    place = client.get("/v1/unlisted/p1").json()
    assert (place["state"], place["vehicles"]) == ("dismissed", 20)
    assert act("undo") == 200
    assert act("undo") == 409
    assert client.get("/v1/unlisted/p1").json()["state"] == "new"
    assert [one["undone_at"] is not None for one in client.get("/v1/unlisted/p1").json()["acts"]] == [True, True]
    assert client.get("/v1/unlisted/none").status_code == 404
    assert signed_in("reviewer").post("/v1/unlisted/p1/inspect", json={"why": WHY}).status_code == 403
    with store.read() as session:
        assert verify(session).fault is None


def _latest(store: Store) -> str:
    with store.read() as session:
        return session.scalars(sa.select(FreightRun.id).where(FreightRun.kind == "visits")).first() or ""


def test_what_is_past_its_time_goes_and_the_rest_stays(settings: Settings, store: Store) -> None:
    _filled(store)
    at = now()
    assert purge(store, settings, at + dt.timedelta(days=settings.raw_days - 1)) == dict.fromkeys(
        ("visits", "loads", "examples", "places"), 0
    )
    gone = purge(store, settings, at + dt.timedelta(days=settings.raw_days + 1))
    assert gone == {"visits": 8, "loads": 3, "examples": 2, "places": 0}
    with store.read() as session:
        assert [place.examples for place in session.scalars(sa.select(Candidate))] == [[], []]
    assert purge(store, settings, at + dt.timedelta(days=settings.lead_days + 1))["places"] == 2


def test_a_run_is_refused_with_what_is_missing(signed_in: Clients, settings: Settings, store: Store) -> None:
    client = signed_in("officer")
    files = {kind: put_upload(settings, store, kind, b"a\n1\n") for kind in ("traces", "vehicles", "sites", "loads")}

    def asked(path: str, *kinds: str, **more: object) -> tuple[int, str]:
        body = {"uploads": [files[kind] for kind in kinds], "why": WHY, **more}
        answer = client.post(path, json=body)
        return answer.status_code, answer.json().get("errors", [{}])[0].get("field", "")

    visits, loads = "/v1/visits/runs", "/v1/loads/runs"
    assert asked(visits, "traces") == (422, "body.uploads")
    assert asked(visits, "traces", "vehicles") == (422, "body.uploads")  # no site anywhere
    assert asked(visits, "traces", "vehicles", "sites") == (422, "body.crs")  # never guessed
    assert asked(visits, "traces", "vehicles", "sites", "loads", crs="wgs84") == (422, "body.uploads")
    assert asked(loads, "traces") == (422, "body.uploads")
    assert asked(loads, "loads", time_zone="Mars/Base") == (422, "body.time_zone")
    assert asked(loads, "loads", columns={"nothing": "a"}) == (422, "body.columns")
    made = client.post(loads, json={"uploads": [files["loads"]], "why": WHY}, headers={"Idempotency-Key": "1"})
    again = client.post(loads, json={"uploads": [files["loads"]], "why": WHY}, headers={"Idempotency-Key": "1"})
    assert (made.status_code, again.json()["id"]) == (201, made.json()["id"])
    # a file that a run is about to read is not purged
    with store.write() as session:
        assert not purged(session, files["loads"])
    assert client.post(f"{made.headers['location']}/cancel").json()["state"] == "cancelled"
    assert client.post(f"{made.headers['location']}/cancel").status_code == 200
    with store.write() as session:
        assert purged(session, files["loads"])
        assert set(session.scalars(sa.select(Job.state).where(Job.kind == "loads"))) == {"cancelled"}


def test_a_file_that_is_none_fails_its_run_with_the_reason(
    signed_in: Clients, settings: Settings, store: Store
) -> None:
    client = signed_in("officer")
    id_ = put_upload(settings, store, "loads", b"a,b\n1,2\n", "x.csv")
    url = client.post("/v1/loads/runs", json={"uploads": [id_], "why": WHY}).headers["location"]
    work_off(settings, store)
    told = client.get(url).json()
    assert told["state"] == "failed"
    assert told["error"]["file"] == "x.csv"
    assert told["error"]["message"]


@pytest.mark.slow
def test_a_day_of_freight_is_found_and_counted_once(signed_in: Clients, settings: Settings, store: Store) -> None:
    client = signed_in("officer")
    day = freight_day()
    ids = [
        upload(client, "traces", day["traces"], crs="wgs84"),
        upload(client, "vehicles", day["vehicles"]),
        upload(client, "sites", day["sites"], "sites.json"),
    ]
    visits = client.post("/v1/visits/runs", json={"uploads": ids, "why": WHY})
    assert visits.status_code == 201, visits.text
    slips = upload(client, "loads", day["slips"], "slips.csv")
    loads = client.post("/v1/loads/runs", json={"uploads": [slips], "why": WHY}).headers["location"]
    if store.is_sqlite:  # each in a process of its own, which the other database makes no difference to
        Worker(settings, store, at_once=2, tick_s=0.05).run_until_idle()
    else:
        work_off(settings, store)

    told = client.get(visits.headers["location"]).json()
    assert told["state"] == "done", told["error"]
    counted = told["counts"]["visits"]["visits"]["all"]
    rows = client.get("/v1/visits", params={"limit": 500}).json()["visits"]
    assert len(rows) == counted > 0
    assert all(row["invented"] for row in rows)
    assert told["basis"]["registry"]
    assert told["notes"]
    records = client.get(loads).json()
    assert records["state"] == "done", records["error"]
    found = client.get("/v1/loads", params={"limit": 500}).json()["loads"]
    assert len(found) == records["counts"]["records"] > 0
    for verdict in ("over", "within", "undetermined"):
        assert sum(row["verdict"] == verdict for row in found) == records["counts"][verdict]

    # the same files once more: nothing is there twice, and no file of the runs is left
    client.post("/v1/visits/runs", json={"uploads": ids, "why": WHY})
    client.post("/v1/loads/runs", json={"uploads": [slips], "why": WHY})
    work_off(settings, store)
    with store.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Visit)) == counted
        assert session.scalar(sa.select(sa.func.count()).select_from(Load)) == len(found)
        assert verify(session).fault is None
    assert not list(runs_folder(settings).iterdir())
