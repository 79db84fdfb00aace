"""Permits and applications whose time is over go with their files; what a lead still needs, or somebody waits for, stays."""

import datetime as dt
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from applying import done, drafted, vehicle
from fastapi.testclient import TestClient
from jobs_here import work_off
from lead_rows import added, row

from api.permits import files, past
from api.retention.service import due, purge
from api.settings import Settings
from api.store.audit import verify
from api.store.base import now
from api.store.database import Store
from api.store.permits_past import remove_past
from api.store.tables.audit import AuditEntry
from api.store.tables.leads import Hold, Lead
from api.store.tables.permits import Attachment, Permit, PermitAssessment, PermitEvent, PermitPlate
from truckban.cli.main import run

Clients = Callable[..., TestClient]
DAY = dt.timedelta(days=1)
TICK = dt.timedelta(microseconds=1)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PLATE = "晋M12345"
SAID: dict[str, dict[str, Any]] = {
    "return": {"codes": ["attachment"], "reason": "测试"},
    **{action: {"reason": "测试"} for action in ("refuse", "withdraw", "suspend", "revoke")},
}
WAYS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "withdrawn draft": ("withdraw",),
    "submitted": ("submit",),
    "returned": ("submit", "return"),
    "refused": ("submit", "refuse"),
    "withdrawn": ("submit", "withdraw"),
    "approved": ("submit", "approve"),
    "suspended": ("submit", "approve", "suspend"),
    "revoked": ("submit", "approve", "revoke"),
}


@pytest.fixture
def at() -> dt.datetime:
    return now()


def made(signed_in: Clients, way: str = "approved", plate: str = PLATE, *, filed: bool = True) -> str:
    """Have an application with a file go a way."""
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    id_ = drafted(driver, vehicles=[vehicle(plate, length_mm=8600, gross_mass_kg=25000)])
    if filed:
        sent = driver.post("/v1/attachments", params={"permit": id_, "name": "合同.pdf"}, content=PDF)
        assert sent.status_code == 201, sent.text
    for action in WAYS[way]:
        if action in ("approve", "refuse"):
            assert reviewer.get(f"/v1/permits/{id_}/assessment").status_code == 200
        mine = action in ("submit", "withdraw")
        done(driver if mine else reviewer, id_, action, **SAID.get(action, {}))
    return id_


def change(store: Store, id_: str, **values: object) -> None:
    with store.write() as session:
        session.execute(sa.update(Permit).where(Permit.id == id_).values(**values))


def aged(store: Store, id_: str, at: dt.datetime, days: float) -> None:
    """Let an application be so old: its last step and, where there is one, its last day."""
    over = at - days * DAY
    with store.write() as session:
        granted = session.scalar(sa.select(Permit.ends_at).where(Permit.id == id_)) is not None
    more = {"begins_at": over - 20 * DAY, "ends_at": over} if granted else {}
    change(store, id_, changed_at=over, **more)


def left(store: Store) -> set[str]:
    with store.read() as session:
        return set(session.scalars(sa.select(Permit.id)))


def on_disk(settings: Settings) -> set[str]:
    return {f"{path.parent.name}/{path.name}" for path in files.folder(settings).rglob("*") if path.is_file()}


def lead(store: Store, folder: Path, at: dt.datetime, number: int = 0, plate: str = PLATE, **values: object) -> None:
    one = {**row(number, at=at), "vehicle_id": plate, "plate": plate, "entered_at": at.isoformat()}
    added(store, [one], folder)
    with store.write() as session:
        told = sa.update(Lead).where(Lead.lead_id == one["lead_id"])
        session.execute(told.values(entered_at=at, plate=plate, added_at=now(), **values))


@pytest.mark.parametrize("way", WAYS)
def test_each_goes_after_its_time_and_not_an_instant_before(
    signed_in: Clients, store: Store, settings: Settings, at: dt.datetime, way: str
) -> None:
    id_ = made(signed_in, way)
    drafts = way.endswith("draft")
    days = settings.draft_days if drafts else settings.permit_days
    aged(store, id_, at, days)
    what = "drafts" if drafts else "permits"
    assert due(store, settings, at)[what] == purge(store, settings, at)[what] == 0
    later = at + TICK
    if way == "submitted":
        assert purge(store, settings, at + 10_000 * DAY)["permits"] == 0, "it waits for a decision"
        assert left(store) == {id_}
        return
    assert (due(store, settings, later)["permits"], due(store, settings, later)["drafts"]) == (1 - drafts, drafts + 0)
    gone = purge(store, settings, later)
    assert (gone["permits"], gone["drafts"], gone["files"]) == (1 - drafts, drafts + 0, 0)
    assert left(store) == set()
    assert on_disk(settings) == set()
    with store.read() as session:
        for table in (PermitPlate, PermitEvent, PermitAssessment, Attachment):
            assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0, table
    assert purge(store, settings, later)[what] == 0
    assert signed_in("driver").get(f"/v1/permits/{id_}").status_code == 404


@pytest.mark.parametrize("state", ["approved", "suspended", "revoked"])
def test_a_permit_is_kept_from_its_last_day_and_its_last_step_whichever_is_later(
    signed_in: Clients, store: Store, settings: Settings, at: dt.datetime, state: str
) -> None:
    id_ = made(signed_in, state)
    old, young = at - (settings.permit_days + 1) * DAY, at - (settings.permit_days - 1) * DAY
    change(store, id_, begins_at=old, ends_at=young, changed_at=old)
    assert purge(store, settings, at)["permits"] == 0
    change(store, id_, ends_at=old, changed_at=young)
    assert purge(store, settings, at)["permits"] == 0
    change(store, id_, changed_at=old)
    assert purge(store, settings, at)["permits"] == 1


def test_permits_outlast_leads(signed_in: Clients, store: Store, settings: Settings, at: dt.datetime) -> None:
    id_ = made(signed_in)
    short = settings.model_copy(update={"permit_days": 1})
    aged(store, id_, at, settings.lead_days)
    assert purge(store, short, at)["permits"] == 0, "a check would find leads where a permit was"
    assert purge(store, short, at + TICK)["permits"] == 1
    assert past.permit_days(short) == settings.lead_days


@pytest.mark.parametrize("state", ["new", "assigned", "confirmed"])
def test_a_lead_in_its_days_holds_a_permit_until_it_is_closed(
    signed_in: Clients, store: Store, settings: Settings, tmp_path: Path, at: dt.datetime, state: str
) -> None:
    id_, other = made(signed_in), made(signed_in, plate="晋M54321")
    long = settings.model_copy(update={"lead_days": 5000, "permit_days": 5000})
    for each in (id_, other):
        aged(store, each, at, 5001)
    over = at - 5001 * DAY
    lead(store, tmp_path, over + DAY - TICK, state=state)
    assert due(store, long, at)["permits"] == 1
    assert purge(store, long, at)["permits"] == 1
    assert left(store) == {id_}
    with store.write() as session:
        session.execute(sa.update(Lead).values(state="dismissed"))
    assert purge(store, long, at)["permits"] == 1


@pytest.mark.parametrize(
    ("after", "plate"), [(DAY, PLATE), (-21 * DAY - TICK, PLATE), (-DAY, "晋M54321")], ids=["later", "earlier", "other"]
)
def test_a_lead_of_another_time_or_truck_holds_nothing(
    signed_in: Clients,
    store: Store,
    settings: Settings,
    tmp_path: Path,
    at: dt.datetime,
    after: dt.timedelta,
    plate: str,
) -> None:
    aged(store, made(signed_in), at, settings.permit_days + 1)
    lead(store, tmp_path, at - (settings.permit_days + 1) * DAY + after, plate=plate)
    assert purge(store, settings, at)["permits"] == 1


def test_a_hold_on_a_closed_lead_holds_its_permit_until_its_day(
    signed_in: Clients, store: Store, settings: Settings, tmp_path: Path, at: dt.datetime
) -> None:
    aged(store, made(signed_in), at, settings.permit_days + 1)
    lead(store, tmp_path, at - (settings.permit_days + 2) * DAY, state="dismissed", closed_at=at)
    with store.write() as session:
        number = session.scalars(sa.select(Lead.number)).one()
        session.add(Hold(number=number, why="复议", until=at + DAY, actor="o"))
    assert purge(store, settings, at)["permits"] == 0
    assert purge(store, settings, at + DAY)["permits"] == 1


def test_the_record_has_numbers_and_no_plate_and_no_name(
    signed_in: Clients, store: Store, settings: Settings, at: dt.datetime
) -> None:
    ids = sorted([made(signed_in), made(signed_in, "refused", plate="晋M54321")])
    for id_ in ids:
        aged(store, id_, at, settings.permit_days + 1)
    purge(store, settings, at)
    with store.read() as session:
        entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "retention.purge")).all()
        (entry,) = [each for each in entries if each.subject == "permits"]
        assert entry.details == {
            "what": "permits", "removed": 2, "files": 2, "permits": ids,
            "permit_days": settings.permit_days, "draft_days": settings.draft_days,
        }  # fmt: skip
        assert entry.actor == "retention"
        session.expunge_all()
        assert verify(session).fault is None


def test_a_purge_killed_before_its_files_are_gone_leaves_nobodys_files_to_the_next(
    signed_in: Clients, store: Store, settings: Settings, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = [made(signed_in) for _ in range(3)]
    stays = made(signed_in)
    for id_ in gone:
        aged(store, id_, at, settings.permit_days + 1)
    removed = files.remove

    def killed(_settings: Settings, path: str) -> None:
        if killed.calls:  # type: ignore[attr-defined]
            raise KeyboardInterrupt
        killed.calls = 1  # type: ignore[attr-defined]
        removed(_settings, path)

    killed.calls = 0  # type: ignore[attr-defined]
    monkeypatch.setattr(files, "remove", killed)
    with pytest.raises(KeyboardInterrupt):
        purge(store, settings, at)
    monkeypatch.setattr(files, "remove", removed)
    assert left(store) == {stays}
    assert len(on_disk(settings)) == 3
    assert purge(store, settings, at)["files"] == 0, "a file so young may be one that is just being handed in"
    for path in files.folder(settings).rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - 2 * 86400,) * 2)
    assert purge(store, settings, at)["files"] == 2
    assert len(on_disk(settings)) == 1
    assert purge(store, settings, at)["files"] == 0
    driver = signed_in("driver")
    (kept,) = driver.get(f"/v1/permits/{stays}").json()["attachments"]
    assert driver.get(f"/v1/attachments/{kept['id']}").content == PDF


def test_a_purge_killed_before_its_entry_is_written_removes_nothing(
    signed_in: Clients, store: Store, settings: Settings, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = {made(signed_in, filed=number == 0) for number in range(3)}
    for id_ in ids:
        aged(store, id_, at, settings.permit_days + 1)
    monkeypatch.setattr(past, "_TOGETHER", 2)
    told, calls = past.note, []

    def killed(*args: Any, **more: Any) -> Any:  # noqa: ANN401
        calls.append(more)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return told(*args, **more)

    monkeypatch.setattr(past, "note", killed)
    with pytest.raises(KeyboardInterrupt):
        purge(store, settings, at)
    assert len(left(store)) == 1
    monkeypatch.setattr(past, "note", told)
    assert purge(store, settings, at)["permits"] == 1
    with store.read() as session:
        entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.subject == "permits")).all()
        assert sum(each.details["removed"] for each in entries) == 3


def test_what_was_changed_meanwhile_stays(
    signed_in: Clients, store: Store, settings: Settings, at: dt.datetime
) -> None:
    id_ = made(signed_in, "draft")
    aged(store, id_, at, settings.draft_days + 1)
    assert due(store, settings, at)["drafts"] == 1
    done(signed_in("driver"), id_, "submit")
    with store.write() as session:
        assert remove_past(session, past.past_limits(settings, at), 10, drafts=True).ids == []
    assert left(store) == {id_}


def test_what_was_seen_goes_at_once_by_a_worker_and_more_does_not(
    signed_in: Clients, store: Store, settings: Settings, at: dt.datetime
) -> None:
    aged(store, made(signed_in), at, settings.permit_days + 1)
    aged(store, made(signed_in, "draft", filed=False), at, settings.draft_days + 1)
    admin = signed_in("admin")
    told = admin.get("/v1/retention").json()
    assert (told["permits"], told["drafts"], told["permit_days"], told["draft_days"]) == (1, 1, 1095, 90)
    seen = {"tracks": 0, "closed_leads": 0, "lapsed_leads": 0, "why": "季度清理"}
    refused = admin.post("/v1/retention/purge", json=seen)
    assert (refused.status_code, refused.json()["code"], refused.json()["permits"]) == (409, "changed", 1)
    asked = admin.post("/v1/retention/purge", json={**seen, "permits": 1, "drafts": 1})
    assert (asked.status_code, asked.json()["drafts"]) == (202, 1)
    work_off(settings, store)
    assert left(store) == set()
    assert on_disk(settings) == set()


def test_the_command_counts_and_removes(
    signed_in: Clients,
    store: Store,
    settings: Settings,
    at: dt.datetime,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TRUCKBAN_DATABASE_URL", settings.database_url.get_secret_value())  # type: ignore[union-attr]
    monkeypatch.setenv("TRUCKBAN_DATA_DIR", str(settings.data_dir))
    aged(store, made(signed_in), at, settings.permit_days + 1)
    assert run(["retention", "purge", "--dry-run"]) == 0
    assert "通行证和申请 1 份" in capsys.readouterr().out
    assert len(left(store)) == len(on_disk(settings)) == 1
    assert run(["retention", "purge"]) == 0
    assert "通行证和申请 1 份" in capsys.readouterr().out
    assert len(left(store)) == len(on_disk(settings)) == 0
