"""The reviewer's side of applications: how long is left, what the program finds, and what is kept of it."""

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from applying import HERE, done, granted, submitted, vehicle
from fastapi.testclient import TestClient

from api.permits import service
from api.store.database import Store
from api.store.tables.permits import Permit, PermitAssessment

Clients = Callable[..., TestClient]


def test_the_clock_counts_working_days_over_the_national_holiday(
    signed_in: Clients, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2024: holiday from 1 to 7 October, Sunday 29 September and Saturday 12 October are worked."""
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    at = dt.datetime(2024, 9, 30, 16, 0, tzinfo=HERE)
    monkeypatch.setattr(service, "now", lambda: at.astimezone(dt.UTC))
    id_ = submitted(driver, days={"from": "2024-10-14", "to": "2024-10-20"})
    whole = driver.get(f"/v1/permits/{id_}").json()
    assert whole["clock"]["due_at"] == "2024-10-09T00:00:00+08:00"
    assert whole["clock"]["overdue"] is True
    at = dt.datetime(2024, 10, 8, 9, 0, tzinfo=HERE)
    done(reviewer, id_, "return", codes=["missing"], reason="缺合同")
    assert reviewer.get(f"/v1/permits/{id_}").json()["clock"]["overdue"] is False
    at = dt.datetime(2024, 10, 11, 9, 0, tzinfo=HERE)
    done(driver, id_, "submit")
    with store.read() as session:
        due = session.get_one(Permit, id_).due_at
    assert due is not None
    assert due.astimezone(HERE).isoformat() == "2024-10-13T00:00:00+08:00"


def test_a_clock_that_was_set_back_does_not_turn_steps_round(
    signed_in: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    id_ = submitted(driver)
    earlier = dt.datetime.now(dt.UTC) - dt.timedelta(hours=3)
    monkeypatch.setattr(service, "now", lambda: earlier)
    done(reviewer, id_, "refuse", reason="不需要")
    steps = reviewer.get(f"/v1/permits/{id_}/history").json()["events"]
    assert steps[0]["at"] <= steps[1]["at"]
    assert reviewer.get(f"/v1/permits/{id_}").json()["state"] == "refused"


def test_an_assessment_is_made_once_and_kept_with_the_decision(signed_in: Clients, store: Store) -> None:
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    trip = {"origin": {"lon": 110.745, "lat": 35.14}, "destination": {"lon": 110.785, "lat": 35.14}, "depart": "10:00"}
    id_ = submitted(driver, trips=[trip])
    signed_in("driver", "thief").post("/v1/vehicles", json=vehicle("晋M12345"))
    path = f"/v1/permits/{id_}/assessment"
    first = reviewer.get(path)
    assert first.status_code == 200, first.text
    shown = first.json()
    codes = {line["code"]: line["finding"] for line in shown["lines"]}
    assert codes["complete.ok"] == "ok"
    assert codes["vehicle.not_registered"] == "info"
    assert codes["leads.none"] == "ok"
    assert shown["basis"]["notices"][0]["id"] == "linyi-2023-5"
    assert sum(shown["counts"].values()) == len(shown["lines"])
    assert reviewer.get(path).json() == shown
    driver.post("/v1/vehicles", json=vehicle("晋M12345"))
    second = reviewer.get(path).json()
    assert second["assessment_id"] != shown["assessment_id"]
    done(reviewer, id_, "approve", assessment_id=shown["assessment_id"])
    last = reviewer.get(f"/v1/permits/{id_}/history").json()["events"][-1]
    assert last["assessment_id"] == shown["assessment_id"]
    assert reviewer.get(f"{path}?assessment_id={shown['assessment_id']}").json() == shown
    assert reviewer.get(f"{path}?assessment_id={second['assessment_id']}").status_code == 404
    with store.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(PermitAssessment)) == 1
    assert driver.get(path).status_code == 403
    assert signed_in("officer", scopes=frozenset(["permits.decide"])).get(path).status_code == 403
    assert signed_in("reviewer", "key", scopes=frozenset(["permits.decide"])).get(path).json()["code"] == "plates"


def test_the_assessment_says_whose_the_plate_is_and_what_overlaps(signed_in: Clients) -> None:
    owner, driver, reviewer = signed_in("driver", "owner"), signed_in("driver", "d"), signed_in("reviewer")
    own = owner.post("/v1/vehicles", json=vehicle("晋M12345")).json()["id"]
    reviewer.post(f"/v1/vehicles/{own}/confirm", json={"why": "证"}, headers={"if-match": "*"})
    granted(owner, reviewer)
    id_ = submitted(driver)
    lines = {line["code"]: line for line in reviewer.get(f"/v1/permits/{id_}/assessment").json()["lines"]}
    assert lines["vehicle.of_another"]["finding"] == "problem"
    assert "overlap.covered" in lines


def test_an_unread_assessment_stays_with_the_decision_that_names_none(signed_in: Clients) -> None:
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    seen, unseen = submitted(driver), submitted(driver)
    shown = reviewer.get(f"/v1/permits/{seen}/assessment").json()["assessment_id"]
    for id_, expected in ((seen, shown), (unseen, None)):
        done(reviewer, id_, "refuse", reason="不需要")
        assert reviewer.get(f"/v1/permits/{id_}/history").json()["events"][-1]["assessment_id"] == expected
