"""A lead decided again: the same by the same law, and field by field where something changed; and the looks at its fixes."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.leads.evidence import SCHEMA, reports_of, tracks_of
from api.settings import Settings
from api.store.database import Store
from api.store.leads import Track, add_leads
from api.store.tables.audit import AuditEntry
from api.store.tables.leads import Basis, Lead, LeadTrack
from truckban.cli.main import run
from truckban.grounds import ground_for
from truckban.notices.load import notice_named
from truckban.traces.check import Checked, Inputs, check
from truckban.traces.output import run_facts, write_outputs

SignedIn = Callable[..., TestClient]


class Ran(NamedTuple):
    """A check of a small simulated day."""

    checked: Checked
    tracks: dict[str, Track]
    out: Path
    run: dict[str, Any]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("day")
    assert run(["simulate", "--out", str(folder), "--trucks", "40", "--seed", "3"]) == 0
    notice = notice_named("linyi-2023-5")
    ground = ground_for(notice)
    assert ground is not None
    inputs = Inputs(folder / "traces.csv", folder / "vehicles.csv", folder / "permits.csv")
    checked = check(inputs, notice, ground)
    write_outputs(checked, folder / "out", all_passages=False, excel=False, lang="zh")
    return Ran(checked, tracks_of(checked, inputs), folder / "out", run_facts(checked))


@pytest.fixture
def kept(ran: Ran, store: Store) -> Ran:
    with store.write() as session:
        paths = ran.out / "leads.parquet", ran.out / "leads.geojson"
        add_leads(session, "run-1", paths[0], basis=ran.run, path_geojson=paths[1], tracks=ran.tracks)
    return ran


def test_every_lead_of_a_day_is_decided_the_same_again(kept: Ran, signed_in: SignedIn) -> None:
    officer = signed_in("officer")
    assert len(kept.checked.leads) > 5
    for lead in kept.checked.leads:
        again = officer.post(f"/v1/leads/{lead.lead_id}/recheck").json()
        assert (again["same"], again["verdict"], again["differences"]) == (True, lead.verdict, [])


def test_what_changed_is_named_and_the_lead_stays(kept: Ran, signed_in: SignedIn, store: Store) -> None:
    lead = next(each for each in kept.checked.leads if each.verdict == "prohibited" and each.vehicle_class == "heavy")
    with store.write() as session:
        number = session.scalars(sa.select(Lead.number).where(Lead.lead_id == lead.lead_id)).one()
        track = session.get_one(LeadTrack, number)
        # the licence turns out to be a light truck's: lawful
        track.vehicle = {**track.vehicle, "vehicle_type": "轻型普通货车", "length_mm": 5000, "gross_mass_kg": 4000}
    again = signed_in("officer").post(f"/v1/leads/{lead.lead_id}/recheck").json()
    assert (again["same"], again["decided"], again["verdict"]) == (False, True, "allowed")
    changed = {each["field"]: (each["stored"], each["again"]) for each in again["differences"]}
    assert changed["verdict"] == ("prohibited", "allowed")
    assert changed["vehicle_class"] == ("heavy", "light")
    one = signed_in("officer").get(f"/v1/leads/{lead.lead_id}").json()
    assert (one["verdict"], one["version"]) == ("prohibited", 1)


@pytest.mark.parametrize(
    ("what", "missing"),
    [
        (sa.update(Basis).values(notice_sha256="0" * 64), ["notice"]),
        (sa.update(Basis).values(zone_sha256="0" * 64), ["zone"]),
        (sa.delete(LeadTrack), ["track"]),
    ],
)
def test_what_is_not_there_any_more_is_named(
    kept: Ran, signed_in: SignedIn, store: Store, what: sa.Executable, missing: list[str]
) -> None:
    with store.write() as session:
        session.execute(what)
    again = signed_in("officer").post(f"/v1/leads/{kept.checked.leads[0].lead_id}/recheck").json()
    assert (again["decided"], again["same"], again["missing"]) == (False, False, missing)


def test_the_command_says_the_same_and_its_status_says_whether(
    kept: Ran, settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRUCKBAN_DATABASE_URL", settings.database_url.get_secret_value())  # type: ignore[union-attr]
    id_ = kept.checked.leads[0].lead_id
    assert run(["recheck", id_]) == 0
    assert json.loads(capsys.readouterr().out)["same"] is True
    with store.write() as session:
        session.execute(sa.delete(LeadTrack))
    assert run(["recheck", id_]) == 1
    assert json.loads(capsys.readouterr().out)["missing"] == ["track"]
    assert run(["recheck", "0" * 16]) == 1


def test_evidence_is_the_reports_of_one_vehicle_around_its_lead(kept: Ran) -> None:
    for lead in kept.checked.leads:
        rows = reports_of(kept.tracks[lead.lead_id].fixes)
        assert {row["vehicle_id"] for row in rows} == {lead.vehicle_id}
        assert lead.begin_s - 3601 <= rows[0]["time"].timestamp() <= rows[-1]["time"].timestamp() <= lead.end_s + 3601
        assert set(rows[0]) == set(SCHEMA.names)


def test_a_look_at_the_fixes_is_on_record_with_its_reason(kept: Ran, signed_in: SignedIn, store: Store) -> None:
    lead = kept.checked.leads[0]
    officer = signed_in("officer")
    url = f"/v1/leads/{lead.lead_id}/track"
    for bad in ({}, {"why": ""}, {"why": "  "}, {"why": "a\x00b"}, {"why": "x" * 501}):
        assert officer.get(url, params=bad).status_code == 422
    seen = officer.get(url, params={"why": "核对卡口"}).json()
    assert len(seen["fixes"]) == len(reports_of(kept.tracks[lead.lead_id].fixes))
    with store.write() as session:
        session.execute(sa.delete(LeadTrack))
    assert officer.get(url, params={"why": "再看一次"}).status_code == 410
    for role in ("reviewer", "admin", "enterprise"):
        assert signed_in(role).get(url, params={"why": "好奇"}).status_code == 403
    with store.read() as session:
        entries = list(
            session.scalars(
                sa.select(AuditEntry).where(AuditEntry.action.startswith("lead.")).order_by(AuditEntry.number)
            )
        )
        plates = list(session.scalars(sa.select(Lead.plate)))
        session.expunge_all()
    assert [(each.action, each.subject, each.why) for each in entries] == [
        ("lead.track", f"lead:{lead.lead_id}", "核对卡口"),
        ("lead.track", f"lead:{lead.lead_id}", "再看一次"),
    ]
    told = " ".join(f"{each.subject} {each.details}" for each in entries)
    assert not any(re.search(re.escape(plate), told) for plate in plates if plate)
