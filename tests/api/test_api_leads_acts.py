"""What officers do with leads: by one at a time, never by itself, always to be taken back."""

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from lead_rows import added, row

from api.store.base import now
from api.store.database import Store
from api.store.lead_search import Filters
from api.store.statistics import Days, figures
from api.store.tables.accounts import Account
from api.store.tables.audit import AuditEntry
from api.store.tables.leads import Lead, LeadEvent, Violation
from api.store.tables.runs import Run

SignedIn = Callable[..., TestClient]
ID = row(1)["lead_id"]
URL = f"/v1/leads/{ID}"


def etag(officer: TestClient, url: str = URL) -> dict[str, str]:
    return {"If-Match": officer.get(url).headers["etag"]}


def act(officer: TestClient, what: str, body: dict[str, Any], url: str = URL) -> Any:  # noqa: ANN401
    return officer.post(f"{url}/{what}", json=body, headers=etag(officer, url))


@pytest.fixture
def officer(signed_in: SignedIn, store: Store, tmp_path: Path) -> TestClient:
    added(store, [row(n) for n in range(6)], tmp_path)
    return signed_in("officer")


def state(store: Store, id_: str = ID) -> tuple[str, int]:
    with store.read() as session:
        return tuple(session.execute(sa.select(Lead.state, Lead.version).where(Lead.lead_id == id_)).one())  # type: ignore[return-value]


def test_a_confirmed_lead_is_a_violation_and_taking_it_back_leaves_the_row(officer: TestClient, store: Store) -> None:
    made = act(officer, "confirm", {"why": "卡口照片一致"})
    assert (made.status_code, made.json()["state"]) == (201, "confirmed")
    url = made.headers["location"]
    violation = officer.get(url).json()
    assert (violation["state"], violation["lead_id"], violation["notice_sha256"]) == ("standing", ID, "a" * 64)
    assert officer.get(URL).json()["violation_id"] == violation["id"]
    assert act(officer, "undo", {"why": "看错了照片"}).json()["state"] == "new"
    assert officer.get(url).json()["state"] == "revoked"
    assert officer.get("/v1/violations", params={"state": "standing"}).json()["violations"] == []
    assert len(officer.get("/v1/violations").json()["violations"]) == 1
    events = officer.get(URL).json()["events"]
    assert [(event["act"], event["undone"]) for event in events] == [("confirm", True), ("undo", False)]
    assert act(officer, "confirm", {"why": "又核实一次"}).status_code == 201
    with store.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Violation)) == 2


def test_two_officers_on_one_lead_the_second_learns_where_it_stands(officer: TestClient, signed_in: SignedIn) -> None:
    second = signed_in("officer", "officer-2")
    seen = etag(second)
    assert act(officer, "assign", {"assignee": "me"}).status_code == 200
    refused = second.post(f"{URL}/confirm", json={"why": "核实"}, headers=seen)
    assert refused.status_code == 412
    assert refused.json()["lead"] == {
        "lead_id": ID, "state": "assigned", "assignee": "officer-1", "merged_into": None, "version": 2,
    }  # fmt: skip
    assert second.post(f"{URL}/confirm", json={"why": "核实"}).status_code == 428


@pytest.mark.parametrize("what", ["confirm", "dismiss", "undo"])
def test_of_many_at_once_one_act_counts(officer: TestClient, signed_in: SignedIn, store: Store, what: str) -> None:
    if what == "undo":
        assert act(officer, "confirm", {"why": "核实"}).status_code == 201
    before = state(store)[1]
    officers = [signed_in("officer", f"officer-{n}") for n in range(5)]
    seen = etag(officer)
    bodies = {"confirm": {"why": "核实"}, "dismiss": {"code": "permit", "why": "有证"}, "undo": {"why": "撤回"}}
    answers: list[int] = []

    def work(one: TestClient) -> None:
        answers.append(one.post(f"{URL}/{what}", json=bodies[what], headers=seen).status_code)

    workers = [threading.Thread(target=work, args=(one,)) for one in officers]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(answers)[1:] == [412] * 4
    assert min(answers) in (200, 201)
    assert state(store)[1] == before + 1
    with store.read() as session:
        standing = sa.select(sa.func.count()).select_from(Violation).where(Violation.revoked_at.is_(None))
        assert session.scalar(standing) == (1 if what == "confirm" else 0)


def test_what_stands_against_a_lead_has_to_be_acknowledged(officer: TestClient, store: Store, tmp_path: Path) -> None:
    bad = row(9, enforceable=False, verdict="undetermined", grade="schematic")
    added(store, [bad], tmp_path)
    url = f"/v1/leads/{bad['lead_id']}"
    refused = act(officer, "confirm", {"why": "核实", "acknowledge": ["schematic"]}, url)
    assert (refused.status_code, refused.json()["code"]) == (409, "acknowledge")
    assert refused.json()["acknowledge"] == ["not_enforceable", "undetermined"]
    known = ["schematic", "not_enforceable", "undetermined"]
    made = act(officer, "confirm", {"why": "核实", "acknowledge": known}, url)
    assert made.status_code == 201
    assert officer.get(made.headers["location"]).json()["acknowledged"] == known


NOTE = {"zh": "坐标系可能不对：声明为 bd09，按 wgs84 更合路网", "en": "the coordinates may be wrong: wgs84 fits better"}


def test_notes_of_the_checks_that_found_a_lead_have_to_be_acknowledged_and_that_is_on_record(
    officer: TestClient, store: Store, tmp_path: Path
) -> None:
    """They stood on the page, and a lead could be confirmed without them having been seen."""
    with store.write() as session:
        common: dict[str, Any] = {
            "account_id": "a",
            "notice": "linyi-2023-5",
            "options": {},
            "why": "x",
            "progress": {},
        }
        session.add_all([Run(id="noted", notes=[NOTE], **common), Run(id="plain", notes=[], **common)])
    for run in ("noted", "plain"):
        added(store, [row(1)], tmp_path, run=run)
    for lang in ("zh", "en"):
        refused = officer.post(f"{URL}/confirm?lang={lang}", json={"why": "核实"}, headers=etag(officer))
        assert (refused.status_code, refused.json()["code"]) == (409, "acknowledge")
        assert (refused.json()["acknowledge"], refused.json()["notes"]) == (["notes"], [NOTE[lang]])
        assert "notes" in refused.json()["title"]
    assert state(store) == ("new", 1)
    made = act(officer, "confirm", {"why": "核实", "acknowledge": ["notes"]})
    assert made.status_code == 201
    assert officer.get(made.headers["location"]).json()["acknowledged"] == ["notes"]
    with store.read() as session:
        told = session.scalars(sa.select(AuditEntry.details).where(AuditEntry.action == "lead.confirm")).one()
    assert told["acknowledged"] == ["notes"]
    # the checks of another lead had no doubts
    other = f"/v1/leads/{row(2)['lead_id']}"
    assert act(officer, "confirm", {"why": "核实"}, other).status_code == 201


def test_a_closed_lead_is_not_changed_but_taken_back(officer: TestClient) -> None:
    assert act(officer, "dismiss", {"code": "permit", "why": "有通行证"}).status_code == 200
    for what, body in (
        ("confirm", {"why": "核实"}),
        ("assign", {"assignee": "me"}),
        ("dismiss", {"code": "other", "why": "又一次"}),
    ):
        refused = act(officer, what, body)
        assert (refused.status_code, refused.json()["lead"]["state"]) == (409, "dismissed")
    assert act(officer, "undo", {"why": "证是别的车的"}).json()["state"] == "new"
    assert act(officer, "undo", {"why": "再撤"}).status_code == 409


def test_acts_are_taken_back_one_after_the_other(officer: TestClient) -> None:
    act(officer, "assign", {"assignee": "me"})
    act(officer, "confirm", {"why": "核实"})
    assert act(officer, "undo", {"why": "第一步"}).json()["state"] == "assigned"
    assert act(officer, "undo", {"why": "第二步"}).json()["state"] == "new"
    assert act(officer, "undo", {"why": "第三步"}).status_code == 409


def test_leads_of_one_vehicle_merge_and_others_do_not(officer: TestClient, store: Store, tmp_path: Path) -> None:
    same = row(51)  # the vehicle of row 1
    added(store, [same], tmp_path)
    assert act(officer, "merge", {"into": row(2)["lead_id"], "why": "同一次"}).status_code == 409
    assert act(officer, "merge", {"into": ID, "why": "同一次"}).status_code == 409
    assert act(officer, "merge", {"into": "0" * 16, "why": "同一次"}).status_code == 422
    merged = act(officer, "merge", {"into": same["lead_id"], "why": "同一次经过"})
    assert (merged.json()["state"], merged.json()["merged_into"]) == ("merged", same["lead_id"])
    back = act(officer, "merge", {"into": ID, "why": "同一次"}, f"/v1/leads/{same['lead_id']}")
    assert back.status_code == 409
    undone = act(officer, "undo", {"why": "是两次"}).json()
    assert (undone["state"], undone["merged_into"]) == ("new", None)


def test_two_merges_into_each_other_leave_one_lead_open(
    officer: TestClient, signed_in: SignedIn, store: Store, tmp_path: Path
) -> None:
    other = row(51)["lead_id"]
    added(store, [row(51)], tmp_path)
    pairs = [(URL, other, signed_in("officer", "a")), (f"/v1/leads/{other}", ID, signed_in("officer", "b"))]
    seen = [etag(officer, url) for url, _, _ in pairs]
    answers: list[int] = []

    def work(number: int) -> None:
        url, into, who = pairs[number]
        answers.append(who.post(f"{url}/merge", json={"into": into, "why": "同一次"}, headers=seen[number]).status_code)

    workers = [threading.Thread(target=work, args=(n,)) for n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(answers) == [200, 409]
    assert sorted((state(store)[0], state(store, other)[0])) == ["merged", "new"]


def test_some_are_assigned_at_once_and_each_says_what_became_of_it(officer: TestClient, store: Store) -> None:
    with store.write() as session:
        session.add(Account(id="officer-2", login="o2", name="乙", role="officer"))
        session.add(Account(id="driver-9", login="d9", name="丙", role="driver"))
    act(officer, "dismiss", {"code": "permit", "why": "有证"})
    leads = [{"lead_id": row(n)["lead_id"], "version": 2 if n == 1 else 1} for n in range(4)]
    leads[3]["version"] = 7
    asked = {"assignee": "officer-2", "leads": [*leads, {"lead_id": "f" * 16, "version": 1}], "why": "分派"}
    answer = officer.post("/v1/leads/assign", json=asked).json()
    assert answer["assigned"] == 2
    assert [each["outcome"] for each in answer["leads"]] == [
        "assigned", "closed", "assigned", "changed_meanwhile", "not_found",
    ]  # fmt: skip
    page = officer.get("/v1/leads", params={"assignee": "officer-2"}).json()
    assert {lead["lead_id"] for lead in page["leads"]} == {row(0)["lead_id"], row(2)["lead_id"]}
    for nobody in ("driver-9", "officer-77"):
        assert officer.post("/v1/leads/assign", json={**asked, "assignee": nobody}).status_code == 422


def test_a_request_sent_twice_acts_once(officer: TestClient, store: Store) -> None:
    headers = {**etag(officer), "Idempotency-Key": "k1"}
    first = officer.post(f"{URL}/confirm", json={"why": "核实"}, headers=headers)
    again = officer.post(f"{URL}/confirm", json={"why": "核实"}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    with store.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(LeadEvent)) == 1


def test_counts_follow_every_act(officer: TestClient, store: Store) -> None:
    act(officer, "dismiss", {"code": "permit", "why": "有证"})
    act(officer, "assign", {"assignee": "me"}, f"/v1/leads/{row(2)['lead_id']}")
    act(officer, "confirm", {"why": "核实"}, f"/v1/leads/{row(3)['lead_id']}")
    with store.read() as session:
        kept = figures(session, "state", Filters(), Days())
        asked = figures(session, "state", Filters(least=0.0), Days())
    assert kept == asked == [("assigned", 1), ("confirmed", 1), ("dismissed", 1), ("new", 3)]
    act(officer, "undo", {"why": "撤回"})
    with store.read() as session:
        assert ("new", 4) in figures(session, "state", Filters(road="五一路"), Days())


@pytest.mark.parametrize(
    "body",
    [{}, {"why": ""}, {"why": "  "}, {"why": "a\x00b"}, {"why": "x" * 501}, {"why": 1}, {"why": "核实", "more": 1},
     {"why": "核实", "acknowledge": ["x"]}, [], "x", None],
)  # fmt: skip
def test_a_body_that_cannot_be_is_refused(officer: TestClient, store: Store, body: object) -> None:
    assert officer.post(f"{URL}/confirm", json=body, headers=etag(officer)).status_code == 422
    raw = officer.post(
        f"{URL}/confirm",
        content=b'{"why": "\\ud800\\ud800"}',
        headers={**etag(officer), "Content-Type": "application/json"},
    )
    assert raw.status_code in (400, 422)
    assert state(store) == ("new", 1)


@pytest.mark.parametrize("role", ["anonymous", "driver", "enterprise", "reviewer", "auditor", "admin"])
def test_only_officers_act(officer: TestClient, signed_in: SignedIn, role: str) -> None:
    other = signed_in(role)
    for what, body in (("confirm", {"why": "核实"}), ("undo", {"why": "撤回"}), ("assign", {"assignee": "me"})):
        assert other.post(f"{URL}/{what}", json=body, headers=etag(officer)).status_code in (401, 403)


def test_every_act_is_on_record_and_nothing_in_the_trail_or_the_log_is_a_plate(
    officer: TestClient, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    plate = row(1)["plate"]
    caplog.set_level("DEBUG")
    act(officer, "assign", {"assignee": "me"})
    act(officer, "confirm", {"why": "核实"})
    act(officer, "undo", {"why": "撤回"})
    act(officer, "dismiss", {"code": "other", "why": "不是"})
    officer.get("/v1/leads", params={"plate": plate})
    officer.get("/v1/leads/export", params={"plate": plate, "plates": "full", "why": "移送"})
    officer.get(f"{URL}/track", params={"why": "看一看"})
    with store.read() as session:
        entries = list(
            session.scalars(
                sa.select(AuditEntry).where(AuditEntry.action.startswith("lead.")).order_by(AuditEntry.number)
            )
        )
        session.expunge_all()
    actions = [entry.action for entry in entries]
    assert actions == [
        "lead.assign", "lead.confirm", "lead.undo", "lead.dismiss", "lead.export", "lead.track",
    ]  # fmt: skip
    assert all(entry.actor == "officer-1" and entry.at <= now() for entry in entries)
    # what the client logs of its own requests is not the service's log
    logged = [record.getMessage() for record in caplog.records if not record.name.startswith("http")]
    told = " ".join([*(f"{entry.subject} {entry.why} {entry.details}" for entry in entries), *logged])
    assert not re.search(rf"{plate}|{quote(plate)}|晋M", told)
