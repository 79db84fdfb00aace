"""The clock is set back while the service runs: nobody is let in who should not be, nothing is done twice, nothing stands still."""

import datetime as dt
import sys
import time
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from ulid import ULID

from api.jobs.worker import Worker
from api.settings import Settings
from api.store import base, jobs
from api.store.audit import Actor, note, verify
from api.store.database import Store
from api.store.jobs import Lease

Maker = Callable[..., TestClient]
_ACTOR = Actor("tester", "program")


class Clock:
    """The clock of the machine, as the service reads it."""

    def __init__(self) -> None:
        self.off = dt.timedelta()

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.off


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return a clock that can be set; ids that begin with the time follow it."""
    made, real = Clock(), base.now
    monkeypatch.setattr(base, "ULID", lambda: ULID.from_datetime(made.now()))
    for name, module in list(sys.modules.items()):
        if name.startswith("api.") and getattr(module, "now", None) is real:
            monkeypatch.setattr(module, "now", made.now)
    return made


def test_who_is_signed_in_stays_so_and_others_sign_in(account_of: Maker, clock: Clock) -> None:
    officer = account_of("officer")
    clock.off = dt.timedelta(days=-2)
    assert officer.get("/v1/session").status_code == 200
    auditor = account_of("auditor")
    assert auditor.get("/v1/sessions").json()["items"][0]["current"] is True
    assert officer.delete("/v1/session").status_code == 204
    assert officer.get("/v1/session").status_code == 401


def test_a_session_lasts_its_hours_by_a_clock_that_was_right(
    account_of: Maker, clock: Clock, settings: Settings
) -> None:
    officer = account_of("officer")
    clock.off = dt.timedelta(hours=settings.session_hours, seconds=1)
    assert officer.get("/v1/session").status_code == 401


def test_a_request_sent_again_after_the_clock_was_set_back_is_done_once(account_of: Maker, clock: Clock) -> None:
    admin = account_of("admin")
    asked = {"login": "new.officer", "name": "甲", "role": "officer"}
    first = admin.post("/v1/accounts", json=asked, headers={"Idempotency-Key": "one"})
    assert first.status_code == 201, first.text
    clock.off = dt.timedelta(days=-3)
    again = admin.post("/v1/accounts", json=asked, headers={"Idempotency-Key": "one"})
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert again.headers["idempotent-replayed"] == "true"
    other = admin.post("/v1/accounts", json={**asked, "login": "next.officer"}, headers={"Idempotency-Key": "two"})
    assert other.status_code == 201
    seen = [each["login"] for each in admin.get("/v1/accounts").json()["items"]]
    assert sorted(seen) == sorted({*seen, "new.officer", "next.officer"})


def _claim(store: Store) -> Lease | None:
    with store.write() as session:
        return jobs.claim(session, "w", ["check"])


@pytest.mark.parametrize("back", [dt.timedelta(minutes=2), dt.timedelta(days=400)])
def test_what_waited_before_is_done_now_and_not_when_the_clock_has_caught_up(
    store: Store, clock: Clock, back: dt.timedelta
) -> None:
    with store.write() as session:
        jobs.enqueue(session, "check", "before")
    clock.off = -back
    with store.write() as session:
        jobs.enqueue(session, "check", "after")
    assert {lease.subject for lease in (_claim(store), _claim(store)) if lease} == {"before", "after"}


def test_what_shall_wait_a_little_still_waits(store: Store, clock: Clock) -> None:
    with store.write() as session:
        jobs.enqueue(session, "check", "s")
    lease = _claim(store)
    assert lease is not None
    with store.write() as session:
        jobs.give_back(session, lease, wait=dt.timedelta(seconds=15), crashed=True)
    assert _claim(store) is None
    clock.off = dt.timedelta(seconds=16)
    assert _claim(store) is not None


@pytest.mark.parametrize("days", [-3, 3])
def test_who_works_keeps_the_job_whatever_the_clock_does(
    settings: Settings, store: Store, clock: Clock, days: int
) -> None:
    with store.write() as session:
        jobs.enqueue(session, "check", "s")
    lease = _claim(store)
    assert lease is not None
    other = Worker(settings, store, lease_s=0.4)
    clock.off = dt.timedelta(days=days)
    until = time.monotonic() + 1.2
    while time.monotonic() < until:
        with store.write() as session:
            jobs.beat(session, lease)
        with store.read() as session:
            other._take_over(jobs.beats_of_others(session))  # noqa: SLF001  (what a tick does, without its daily jobs)
        time.sleep(0.02)
    with store.write() as session:
        jobs.hold(session, lease)
        jobs.finish(session, lease)


def test_the_trail_holds_and_shows_every_entry_once(account_of: Maker, store: Store, clock: Clock) -> None:
    auditor = account_of("auditor")
    for hours in (0, -30, 5, -1000, 0):
        clock.off = dt.timedelta(hours=hours)
        for number in range(3):
            with store.write() as session:
                note(session, _ACTOR, "lead.confirm", f"lead:{number}")
    clock.off = dt.timedelta(hours=5)
    with store.read() as session:
        held = verify(session)
        assert held.fault is None
    seen, cursor = [], None
    while True:
        page = auditor.get("/v1/audit", params={"limit": 4, **({"cursor": cursor} if cursor else {})}).json()
        seen += [each["number"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(seen) == list(range(1, held.checked + 1))
