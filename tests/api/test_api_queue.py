"""The queue: one worker a job, nothing lost, nothing written by who lost it."""

import threading

import pytest
from sqlalchemy.orm import Session

from api.store import jobs
from api.store.database import Store
from api.store.jobs import Lease, LeaseLost
from api.store.tables.runs import Job


def _put(store: Store, subject: str = "s", **more: object) -> str | None:
    with store.write() as session:
        return jobs.enqueue(session, "check", subject, {"a": 1}, **more)  # type: ignore[arg-type]


def _claim(store: Store, worker: str = "w") -> Lease | None:
    with store.write() as session:
        return jobs.claim(session, worker, ["check"])


def _state(store: Store) -> tuple[str, int, int]:
    with store.read() as session:
        job = session.query(Job).one()
        return job.state, job.attempt, job.crashes


def _nothing(_session: Session, _lease: Lease) -> None:
    pass


def test_a_job_stands_or_falls_with_what_it_is_about(store: Store) -> None:
    with store.engine.connect() as connection, Session(connection) as session:
        jobs.enqueue(session, "check", "s")
        session.rollback()
    assert _claim(store) is None
    _put(store)
    assert _state(store) == ("queued", 0, 0)


def test_a_job_is_claimed_once_however_many_ask(store: Store) -> None:
    for number in range(5):
        _put(store, f"s{number}")
    found: list[Lease | None] = []
    threads = [threading.Thread(target=lambda: found.extend(_claim(store) for _ in range(3))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(lease.subject for lease in found if lease) == ["s0", "s1", "s2", "s3", "s4"]


def test_what_matters_more_comes_first_then_what_came_first(store: Store) -> None:
    for subject, priority in (("a", 5), ("b", 1), ("c", 5)):
        _put(store, subject, priority=priority)
    assert [lease.subject for _ in range(3) if (lease := _claim(store))] == ["b", "a", "c"]


def test_a_name_is_taken_once(store: Store) -> None:
    assert _put(store, once="purge:2024-05-08") is not None
    assert _put(store, once="purge:2024-05-08") is None
    assert _put(store) is not None
    assert _put(store) is not None


def test_who_was_taken_over_from_writes_nothing_more(store: Store) -> None:
    id_ = _put(store)
    slow = _claim(store, "slow")
    assert id_ is not None
    assert slow is not None
    with store.write() as session:
        assert jobs.take_from_the_dead(session, id_, 1, 0, _nothing, _nothing)
    quick = _claim(store, "quick")
    assert quick is not None
    assert quick.attempt == 2
    for act in (jobs.beat, jobs.hold, jobs.finish, jobs.give_back):
        with pytest.raises(LeaseLost), store.write() as session:
            act(session, slow)  # type: ignore[operator]
    with store.write() as session:
        jobs.hold(session, quick)
        jobs.finish(session, quick)
    assert _state(store) == ("done", 2, 1)


def test_a_worker_that_moved_keeps_its_job(store: Store) -> None:
    id_ = _put(store)
    lease = _claim(store)
    assert id_ is not None
    assert lease is not None
    with store.write() as session:
        jobs.beat(session, lease)
    with store.write() as session:
        assert not jobs.take_from_the_dead(session, id_, 1, 0, _nothing, _nothing)
    with store.write() as session:
        jobs.finish(session, lease)
    assert _state(store) == ("done", 1, 0)


def test_a_job_that_workers_do_not_live_through_is_failed(store: Store) -> None:
    id_ = _put(store)
    assert id_ is not None
    told: list[str] = []
    for attempt in range(1, jobs.CRASHES + 1):
        assert _claim(store) is not None
        with store.write() as session:
            jobs.take_from_the_dead(
                session, id_, attempt, 0, lambda _s, _l: told.append("back"), lambda _s, _l: told.append("failed")
            )
    assert told == ["back"] * (jobs.CRASHES - 1) + ["failed"]
    assert _state(store) == ("failed", jobs.CRASHES, jobs.CRASHES)
    assert _claim(store) is None


def test_a_cancelled_job_is_nobodys(store: Store) -> None:
    _put(store)
    lease = _claim(store)
    assert lease is not None
    with store.write() as session:
        assert jobs.cancel(session, "s")
    with pytest.raises(LeaseLost), store.write() as session:
        jobs.beat(session, lease)
    with store.write() as session:
        assert not jobs.cancel(session, "s")
