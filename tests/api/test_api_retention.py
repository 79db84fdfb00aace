"""Retention: what is past its time goes, with all that belongs to it; what is held stays."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from lead_rows import added, row

from api.retention import service
from api.retention.service import due, purge
from api.settings import Settings
from api.store.base import now
from api.store.database import Store
from api.store.lead_search import Filters
from api.store.leads import Track
from api.store.statistics import Days, figures
from api.store.tables.audit import AuditEntry
from api.store.tables.leads import Hold, Lead, LeadCount, LeadEvent, LeadFacts, LeadRoad, LeadRun, LeadTrack, Violation
from truckban.cli.main import run

SignedIn = Callable[..., TestClient]
DAY = dt.timedelta(days=1)
NOTHING = dict.fromkeys(("permits", "drafts", "files", "tracks", "closed_leads", "lapsed_leads", "replies"), 0)
PARTS = (Lead, LeadFacts, LeadRoad, LeadRun, LeadTrack, LeadEvent, Violation, Hold)


@pytest.fixture
def at() -> dt.datetime:
    return now()


def fill(store: Store, folder: Path, count: int = 6) -> None:
    rows = [row(n, at=now() - DAY) for n in range(count)]
    added(store, rows, folder, tracks={each["lead_id"]: Track(b"fixes", {}, []) for each in rows})


def change(store: Store, number: int, **values: object) -> None:
    with store.write() as session:
        session.execute(sa.update(Lead).where(Lead.lead_id == row(number)["lead_id"]).values(**values))


def aged(store: Store, number: int, days: float, at: dt.datetime) -> None:
    """Let the fixes of a lead be so old."""
    with store.write() as session:
        own = sa.select(Lead.number).where(Lead.lead_id == row(number)["lead_id"]).scalar_subquery()
        session.execute(sa.update(LeadTrack).where(LeadTrack.number == own).values(added_at=at - days * DAY))


def tracks(store: Store) -> set[str]:
    with store.read() as session:
        return set(session.scalars(sa.select(Lead.lead_id).join(LeadTrack, LeadTrack.number == Lead.number)))


def test_fixes_go_when_they_are_old_and_their_lead_was_closed_as_long_ago(
    store: Store, settings: Settings, tmp_path: Path, at: dt.datetime
) -> None:
    fill(store, tmp_path)
    days = settings.raw_days
    for number, stored, closed, in_state in (
        (0, days + 1, days + 1, "dismissed"),
        (1, days + 1, days - 1, "confirmed"),  # its case may be open still
        (2, days - 1, days + 1, "dismissed"),
        (3, days + 1, None, "assigned"),
        (4, days + 1, days + 1, "confirmed"),
    ):
        aged(store, number, stored, at)
        change(store, number, state=in_state, closed_at=None if closed is None else at - closed * DAY)
    assert due(store, settings, at)["tracks"] == 2
    assert purge(store, settings, at) == {**NOTHING, "tracks": 2}
    assert tracks(store) == {row(n)["lead_id"] for n in (1, 2, 3, 5)}
    assert purge(store, settings, at) == NOTHING


def test_bounds_are_exact(store: Store, settings: Settings, tmp_path: Path, at: dt.datetime) -> None:
    fill(store, tmp_path, 1)
    edge = at - settings.lead_days * DAY
    change(store, 0, state="dismissed", closed_at=edge, entered_at=edge)
    assert purge(store, settings, at)["closed_leads"] == 0
    assert purge(store, settings, at + dt.timedelta(microseconds=1))["closed_leads"] == 1


def test_a_closed_lead_goes_with_all_that_belongs_to_it(
    store: Store, settings: Settings, tmp_path: Path, at: dt.datetime, signed_in: SignedIn
) -> None:
    fill(store, tmp_path, 3)
    officer, url = signed_in("officer"), f"/v1/leads/{row(0)['lead_id']}"
    tag = {"If-Match": officer.get(url).headers["etag"]}
    assert officer.post(f"{url}/confirm", json={"why": "核实"}, headers=tag).status_code == 201
    with store.read() as session:
        kept = figures(session, "state", Filters(), Days())
    assert kept == [("confirmed", 1), ("new", 2)]
    change(store, 0, closed_at=at - (settings.lead_days + 1) * DAY)
    assert purge(store, settings, at)["closed_leads"] == 1
    with store.read() as session:
        left = {part.__tablename__: session.scalar(sa.select(sa.func.count()).select_from(part)) for part in PARTS}
        assert (
            figures(session, "state", Filters(), Days())
            == figures(session, "state", Filters(least=0.0), Days())
            == [("new", 2)]
        )
        assert session.scalar(sa.select(sa.func.sum(LeadCount.leads)).where(LeadCount.dimension == "road")) == 2
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "retention.purge")).all()[-1]
        session.expunge_all()
    assert left == {
        "leads": 2, "lead_facts": 2, "lead_roads": 2, "lead_runs": 2, "lead_tracks": 2, "lead_events": 0, "violations": 0,
        "holds": 0,
    }  # fmt: skip
    assert (entry.actor, entry.details["removed"], entry.details["what"]) == ("retention", 1, "closed_leads")
    assert officer.get(url).status_code == 404


def test_an_open_lead_stays_until_nothing_can_follow_from_it(
    store: Store, settings: Settings, tmp_path: Path, at: dt.datetime
) -> None:
    fill(store, tmp_path, 3)
    old = at - (settings.lead_days + 1) * DAY
    change(store, 0, entered_at=old, added_at=old)
    change(store, 1, entered_at=old)  # of an old trace, found just now
    assert purge(store, settings, at) == {**NOTHING, "lapsed_leads": 1}


def test_a_hold_keeps_a_lead_until_its_day_or_its_release(
    store: Store, settings: Settings, tmp_path: Path, at: dt.datetime, signed_in: SignedIn
) -> None:
    fill(store, tmp_path, 2)
    old = at - (settings.lead_days + 40) * DAY
    officer = signed_in("officer")
    body = {"lead_id": row(0)["lead_id"], "why": "行政复议未结", "until": (at + 10 * DAY).isoformat()}
    made = officer.post("/v1/retention/holds", json=body)
    assert made.status_code == 201
    for number in (0, 1):
        aged(store, number, settings.raw_days + 1, at)
        change(store, number, state="dismissed", closed_at=old)
    assert purge(store, settings, at)["closed_leads"] == 1
    assert [each["lead_id"] for each in officer.get("/v1/retention/holds").json()["holds"]] == [row(0)["lead_id"]]
    release = f"/v1/retention/holds/{made.json()['id']}/release"
    assert officer.post(release, json={"why": "复议已结"}).status_code == 200
    assert officer.post(release, json={"why": "复议已结"}).status_code == 409
    assert officer.get("/v1/retention/holds").json()["holds"] == []
    assert purge(store, settings, at)["closed_leads"] == 1


def test_a_hold_that_is_over_holds_nothing(store: Store, settings: Settings, tmp_path: Path, at: dt.datetime) -> None:
    fill(store, tmp_path, 1)
    change(store, 0, state="dismissed", closed_at=at - (settings.lead_days + 1) * DAY)
    with store.write() as session:
        number = session.scalars(sa.select(Lead.number)).one()
        session.add(Hold(number=number, why="复议", until=at + DAY, actor="o"))
    assert purge(store, settings, at)["closed_leads"] == 0
    assert purge(store, settings, at + 2 * DAY)["closed_leads"] == 1


@pytest.mark.parametrize("until", ["2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "2026-12-31", "x", None, 1e30])
def test_a_hold_without_an_end_that_can_be_is_refused(
    signed_in: SignedIn, store: Store, tmp_path: Path, until: object
) -> None:
    fill(store, tmp_path, 1)
    body = {"lead_id": row(0)["lead_id"], "why": "复议", "until": until}
    assert signed_in("officer").post("/v1/retention/holds", json=body).status_code == 422


def test_a_purge_that_is_stopped_half_way_goes_on(
    store: Store, settings: Settings, tmp_path: Path, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, tmp_path, 5)
    for number in range(5):
        change(store, number, state="dismissed", closed_at=at - (settings.lead_days + 1) * DAY)
    monkeypatch.setattr(service, "_TOGETHER", 2)
    told = service.note
    calls = iter(range(10))

    def stopped(*args: object, **more: object) -> object:
        if next(calls) == 1:
            raise RuntimeError("killed")
        return told(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "note", stopped)
    with pytest.raises(RuntimeError, match="killed"):
        purge(store, settings, at)
    monkeypatch.setattr(service, "note", told)
    assert purge(store, settings, at)["closed_leads"] == 3
    with store.read() as session:
        entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "retention.purge")).all()
        assert sum(each.details["removed"] for each in entries) == 5
        assert session.scalar(sa.select(sa.func.sum(LeadCount.leads)).where(LeadCount.dimension == "all")) == 0


def test_the_command_shows_removes_and_holds(
    store: Store,
    settings: Settings,
    tmp_path: Path,
    at: dt.datetime,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TRUCKBAN_DATABASE_URL", settings.database_url.get_secret_value())  # type: ignore[union-attr]
    fill(store, tmp_path, 2)
    for number in range(2):
        change(store, number, state="dismissed", closed_at=at - (settings.lead_days + 1) * DAY)
    day = (at + 30 * DAY).date().isoformat()
    assert run(["retention", "hold", row(0)["lead_id"], "--why", "复议", "--until", day]) == 0
    assert run(["retention", "show"]) == 0
    assert run(["retention", "purge", "--dry-run"]) == 0
    assert "1" in capsys.readouterr().out
    assert run(["retention", "purge"]) == 0
    assert run(["retention", "hold", "0" * 16, "--why", "复议", "--until", day]) == 1
    with store.read() as session:
        assert session.scalars(sa.select(Lead.lead_id)).all() == [row(0)["lead_id"]]


def test_the_page_says_how_long_what_is_kept(signed_in: SignedIn, settings: Settings) -> None:
    told = signed_in("auditor").get("/v1/retention").json()
    assert (told["raw_days"], told["lead_days"]) == (settings.raw_days, settings.lead_days)
    assert signed_in("driver").get("/v1/retention").status_code == 403
