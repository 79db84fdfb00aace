"""What a check made, and what was answered to requests that may be sent again: gone when its time is over, and not before."""

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from fastapi.testclient import TestClient
from uploading import put_run

from api.retention.service import purge
from api.settings import Settings
from api.store.audit import verify
from api.store.base import now
from api.store.database import Store
from api.store.replies import keep_reply
from api.store.tables.replies import Reply
from api.store.tables.runs import Run
from api.traces.files import runs_folder
from api.traces.purge import purge_uploads

_FILES = {"vehicles": b"vehicle_id\n", "traces": b"vehicle_id,time,lon,lat\n"}
DAY = dt.timedelta(days=1)


def _done(settings: Settings, store: Store, *, days: float, state: str = "done") -> Path:
    """Have a check that ended so many days ago, with its files."""
    run_id = put_run(settings, store, _FILES)
    folder = runs_folder(settings) / run_id / "1"
    folder.mkdir(parents=True)
    (folder / "leads.csv").write_text("vehicle_id\n晋M00001\n", "utf-8")
    with store.write() as session:
        values = {"state": state, "folder": f"{run_id}/1", "finished_at": now() - days * DAY}
        session.execute(sa.update(Run).where(Run.id == run_id).values(values))
        session.execute(sa.text("DELETE FROM jobs"))
    return folder


def test_files_of_a_check_go_when_its_time_is_over(
    signed_in: Callable[..., TestClient], settings: Settings, store: Store
) -> None:
    old = _done(settings, store, days=settings.result_days + 0.001)
    young = _done(settings, store, days=settings.result_days - 0.001)
    assert purge_uploads(store, settings)["results"] == 1
    assert not old.parent.exists()
    assert (young / "leads.csv").is_file()
    assert purge_uploads(store, settings)["results"] == 0
    client = signed_in("officer")
    shown = client.get(f"/v1/traces/runs/{old.parent.name}").json()
    assert (shown["state"], shown["files"]) == ("done", []), "the check itself stays on record"
    answer = client.get(f"/v1/traces/runs/{old.parent.name}/files/leads.csv", params={"why": "复查"})
    assert answer.status_code == 404
    with store.read() as session:
        assert verify(session).fault is None


def test_a_purge_that_is_killed_after_its_transaction_leaves_no_file_for_good(settings: Settings, store: Store) -> None:
    folder = _done(settings, store, days=settings.result_days + 1)
    with store.write() as session:
        session.execute(sa.update(Run).values(folder=None))  # and then it is killed
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC).timestamp()
    os.utime(folder.parent, (past, past))
    purge_uploads(store, settings)
    assert not folder.exists()


def test_an_answer_is_kept_for_its_days_and_no_longer(settings: Settings, store: Store) -> None:
    at = now()
    with store.write() as session:
        for key, days in (("old", settings.reply_days + 0.001), ("young", settings.reply_days - 0.001)):
            made = {"request_hash": "0" * 64, "status": 201, "headers": {}, "body": "晋M00001".encode()}
            keep_reply(session, "account:1", "permits.create", key, created_at=at - days * DAY, **made)
    assert purge(store, settings, at)["replies"] == 1
    assert purge(store, settings, at)["replies"] == 0
    with store.read() as session:
        assert session.scalars(sa.select(Reply.key)).all() == ["young"]
