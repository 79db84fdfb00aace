"""Backup and restore: a state that was, whole, on either database; nothing is overwritten unasked."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from uploading import put_upload

from api.settings import Settings
from api.store.audit import Actor, head_of, note, verify
from api.store.backup import back_up, restore
from api.store.check import faults
from api.store.database import Store
from api.store.tables.runs import Upload
from api.traces.files import uploads_folder
from zones.errors import InputError

_ACTOR = Actor("tester", "program")


def _counted(store: Store) -> tuple[int, int]:
    with store.read() as session:
        uploads = session.scalar(sa.select(sa.func.count()).select_from(Upload)) or 0
        return uploads, head_of(session).number


def test_a_backup_under_load_restores_to_one_state(settings: Settings, store: Store, tmp_path: Path) -> None:
    ends, failed = threading.Event(), []

    def write() -> None:
        # a file, its row, an entry of the trail: all of it or nothing
        while not ends.is_set():
            try:
                id_ = put_upload(settings, store, "traces", b"a,b\n" * 1000)
                with store.write() as session:
                    note(session, _ACTOR, "upload.create", f"upload:{id_}")
            except Exception as error:  # noqa: BLE001  (told below)
                failed.append(error)
                return

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    while _counted(store)[0] < 20 and not failed:
        pass
    manifest = back_up(store, settings.data_dir, tmp_path / "backup.tar")
    ends.set()
    for writer in writers:
        writer.join()
    assert failed == []
    later = _counted(store)
    held = manifest["tables"]["uploads"]["rows"]
    assert 20 <= held <= later[0]

    with pytest.raises(InputError, match="--replace"):
        restore(store, settings.data_dir, tmp_path / "backup.tar")
    restore(store, settings.data_dir, tmp_path / "backup.tar", replace=True)
    back = Store(settings.url)
    assert faults(back) == []
    uploads, entries = _counted(back)
    assert uploads == held
    assert entries == manifest["tables"]["audit_entries"]["rows"]
    assert uploads - 3 <= entries <= uploads
    with back.read() as session:
        assert verify(session).fault is None
        for upload in session.scalars(sa.select(Upload)):
            assert (uploads_folder(settings) / upload.path).stat().st_size == upload.size
    back.close()
    assert len(list(settings.data_dir.glob("uploads.before-*"))) == 1


def test_a_backup_of_one_database_restores_in_the_other(
    settings: Settings, store: Store, tmp_path: Path, new_postgresql: Callable[[], str]
) -> None:
    id_ = put_upload(settings, store, "traces", b"a,b\n")
    with store.write() as session:
        note(session, _ACTOR, "upload.create", f"upload:{id_}", why="为什么", details={"a": [1, None, "甲"]})
    back_up(store, settings.data_dir, tmp_path / "backup.tar")
    url = new_postgresql() if store.is_sqlite else f"sqlite:///{tmp_path / 'other' / 'truckban.sqlite'}"
    other = Store(Settings(database_url=url).url)
    restore(other, tmp_path / "other-data", tmp_path / "backup.tar", replace=not other.is_sqlite)
    other.close()
    other = Store(Settings(database_url=url).url)
    assert faults(other) == []
    assert _counted(other) == _counted(store)
    with other.write() as session:  # it goes on from there
        note(session, _ACTOR, "upload.create", "upload:next")
    with other.read() as session:
        assert verify(session).fault is None
    other.close()


def test_a_damaged_backup_changes_nothing(settings: Settings, store: Store, tmp_path: Path) -> None:
    put_upload(settings, store, "traces", b"a,b\n" * 1000)
    whole = tmp_path / "backup.tar"
    back_up(store, settings.data_dir, whole)
    before = _counted(store)
    data = bytearray(whole.read_bytes())
    place = data.index(b"a,b\n" * 10)
    data[place] = ord("x")
    (tmp_path / "changed.tar").write_bytes(data)
    (tmp_path / "cut.tar").write_bytes(whole.read_bytes()[:3000])
    (tmp_path / "text.tar").write_text("no tar")
    for name in ("changed.tar", "cut.tar", "text.tar", "none.tar"):
        with pytest.raises(InputError):
            restore(store, settings.data_dir, tmp_path / name, replace=True)
    assert _counted(store) == before
    assert list(settings.data_dir.glob("*.before-*")) == []
    with pytest.raises(InputError, match="not overwritten"):
        back_up(store, settings.data_dir, whole)


def test_check_says_what_is_wrong(settings: Settings, store: Store) -> None:
    assert faults(store) == []
    put_upload(settings, store, "traces", b"a,b\n")
    with store.write() as session:
        session.execute(sa.text("UPDATE audit_head SET number = 7"))
    assert [fault.partition(":")[0] for fault in faults(store)] == ["audit"]
    with store.migrating() as connection:
        connection.execute(sa.text("DROP INDEX ix_runs_state"))
    assert any(fault.startswith("schema") for fault in faults(store))
    shutil.rmtree(settings.data_dir)
