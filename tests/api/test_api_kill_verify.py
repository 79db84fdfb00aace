"""Workers that die while they take the hash of a large file: the file, all of it acknowledged, is not to be sent again."""

from uploading import put_upload

from api.jobs.kinds import kind_named
from api.settings import Settings
from api.store import jobs
from api.store.database import Store
from api.store.jobs import CRASHES, Lease
from api.store.tables.runs import Upload
from api.traces.uploads import VERIFY
from api.traces.verify_job import _AGAIN

_DATA = b"vehicle_id,time,lon,lat\n"


def _whole(settings: Settings, store: Store) -> str:
    id_ = put_upload(settings, store, "traces", _DATA)
    with store.write() as session:
        session.get_one(Upload, id_).state = "checking"
        jobs.enqueue(session, VERIFY, id_)
    return id_


def _die(store: Store) -> Lease:
    """Let a worker take the job and die, and the next one see that."""
    with store.write() as session:
        lease = jobs.claim(session, "w", [VERIFY])
        assert lease is not None
    kind = kind_named(VERIFY)
    with store.write() as session:
        assert jobs.take_from_the_dead(
            session,
            lease.id,
            lease.attempt,
            0,
            kind.back,
            lambda session, lease: kind.failed(session, lease, {"code": "crashed", "zh": "甲", "en": "a"}),
        )
    return lease


def _state(store: Store, id_: str) -> str:
    with store.read() as session:
        return session.get_one(Upload, id_).state


def test_a_file_over_which_workers_died_waits_for_the_next_one(settings: Settings, store: Store) -> None:
    id_ = _whole(settings, store)
    seen = {_die(store).id for _ in range(CRASHES + 1)}
    assert len(seen) == 2
    assert _state(store, id_) == "checking"
    with store.write() as session:
        lease = jobs.claim(session, "w", [VERIFY])
        assert lease is not None
        kind_named(VERIFY).ended(session, settings, lease, {"sha256": "0" * 64})
        jobs.finish(session, lease)
    assert _state(store, id_) == "complete"


def test_a_file_over_which_every_worker_dies_is_refused_at_last(settings: Settings, store: Store) -> None:
    id_ = _whole(settings, store)
    for _ in range(CRASHES * (_AGAIN + 1)):
        assert _state(store, id_) == "checking"
        _die(store)
    assert _state(store, id_) == "refused"
    with store.read() as session:
        assert not jobs.anything_to_do(session)


def test_a_file_that_is_at_fault_is_refused_at_once(settings: Settings, store: Store) -> None:
    id_ = _whole(settings, store)
    with store.write() as session:
        lease = jobs.claim(session, "w", [VERIFY])
        assert lease is not None
        kind_named(VERIFY).failed(session, lease, {"code": "input", "zh": "甲", "en": "a"})
    assert _state(store, id_) == "refused"
