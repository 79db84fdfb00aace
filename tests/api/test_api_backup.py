"""Backup and restore: a state that was, whole, on either database; nothing is overwritten unasked."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from uploading import put_upload

from api.settings import Settings
from api.store.audit import Actor, head_of, note, verify
from api.store.backup import back_up
from api.store.check import faults
from api.store.database import Store
from api.store.restoring import restore
from api.store.schema import migrate, newest, revision_of
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


def _each_backed_up(settings: Settings, files: list[Path]) -> list[BaseException | None]:
    """Back up to each of some files at once, as separate commands do; return what became of each."""
    begin = threading.Barrier(len(files))
    ended: list[BaseException | None] = [None] * len(files)

    def one(number: int, file: Path) -> None:
        own = Store(settings.url)
        begin.wait()
        try:
            back_up(own, settings.data_dir, file)
        except InputError as error:
            ended[number] = error
        finally:
            own.close()

    threads = [threading.Thread(target=one, args=each) for each in enumerate(files)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def test_of_two_backups_to_one_file_at_once_one_is_made_and_whole(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    for _ in range(20):
        put_upload(settings, store, "traces", b"a,b\n" * 1000)
    folder = tmp_path / "backups"
    folder.mkdir()
    for number in range(3):
        file = folder / f"{number}.tar"
        ended = _each_backed_up(settings, [file, file])
        refused = [str(each) for each in ended if each is not None]
        assert len(refused) == 1
        assert "not overwritten" in refused[0] or "being written" in refused[0]
    assert sorted(path.name for path in folder.iterdir()) == ["0.tar", "1.tar", "2.tar"]
    before = _counted(store)
    restore(store, settings.data_dir, folder / "2.tar", replace=True)
    assert _counted(store) == before


def test_two_backups_to_two_files_at_once_are_both_whole_and_for_nobody_else(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    for _ in range(20):
        put_upload(settings, store, "traces", b"a,b\n" * 1000)
    files = [tmp_path / "one.tar", tmp_path / "two.tar"]
    assert _each_backed_up(settings, files) == [None, None]
    before = _counted(store)
    for file in files:
        assert file.stat().st_mode & 0o077 == 0
        restore(store, settings.data_dir, file, replace=True)
        assert _counted(store) == before
        time.sleep(1.1)  # what is set aside is named by the second


_BACK_UP = (
    "import sys; from pathlib import Path; from api.store.backup import back_up; from api.store.database import Store; "
    "back_up(Store(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))"
)


def test_a_backup_that_is_killed_leaves_nothing_that_stands_in_the_way(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    put_upload(settings, store, "traces", b"x" * 60_000_000)
    folder = tmp_path / "backups"
    folder.mkdir()
    file = folder / "backup.tar"
    process = subprocess.Popen([sys.executable, "-c", _BACK_UP, settings.url, settings.data_dir, file])
    until = time.monotonic() + 120
    part = folder / "backup.tar.part"
    while not (part.exists() and part.stat().st_size > 1_000_000) and time.monotonic() < until:
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert [path.name for path in folder.iterdir()] == ["backup.tar.part"]
    with pytest.raises(InputError):
        restore(store, settings.data_dir, part, replace=True)
    back_up(store, settings.data_dir, file)
    assert [path.name for path in folder.iterdir()] == ["backup.tar"]
    restore(store, settings.data_dir, file, replace=True)
    assert faults(store) == []


@pytest.mark.parametrize("revision", ["0002", "0006"])
def test_a_backup_of_an_older_revision_is_brought_forward(
    settings: Settings, store: Store, tmp_path: Path, revision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_upload(settings, store, "traces", b"a,b\n")
    with store.write() as session:
        note(session, _ACTOR, "upload.create", "upload:first", why="为什么")
    before = _counted(store)
    migrate(store, revision)
    with monkeypatch.context() as then:  # the program of then, whose newest revision this was
        then.setattr("api.store.backup.newest", lambda: revision)
        manifest = back_up(store, settings.data_dir, tmp_path / "old.tar")
    assert manifest["revision"] == revision
    migrate(store)
    with store.write() as session:
        note(session, _ACTOR, "upload.create", "upload:later")
    restore(store, settings.data_dir, tmp_path / "old.tar", replace=True)
    store.close()
    assert revision_of(store) == newest()
    assert faults(store) == []
    assert _counted(store) == before
    with store.write() as session:  # it goes on from there
        note(session, _ACTOR, "upload.create", "upload:next")
    with store.read() as session:
        assert verify(session).fault is None


@pytest.mark.parametrize("revision", ["9999", None, 7])
def test_a_backup_of_a_newer_program_is_refused_and_changes_nothing(
    settings: Settings, store: Store, tmp_path: Path, revision: object
) -> None:
    put_upload(settings, store, "traces", b"a,b\n")
    before = _counted(store)
    back_up(store, settings.data_dir, tmp_path / "now.tar")
    later = tmp_path / "later.tar"
    with tarfile.open(tmp_path / "now.tar") as tar, tarfile.open(later, "w") as out:
        for member in tar.getmembers():
            file = tar.extractfile(member)
            assert file is not None
            if member.name != "manifest.json":
                out.addfile(member, file)
                continue
            manifest = {**json.load(file), "revision": revision, "truckban": "99.0"}
            path = tmp_path / "manifest.json"
            path.write_text(json.dumps(manifest))
            out.add(path, "manifest.json")
    with pytest.raises(InputError, match=r"newer program .*99\.0.* upgrade the program first"):
        restore(store, settings.data_dir, later, replace=True)
    assert _counted(store) == before
    assert list(settings.data_dir.glob("*.before-*")) == []
