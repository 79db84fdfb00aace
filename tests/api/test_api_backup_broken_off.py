"""Backup, restore and migration that are killed at any of their steps: afterwards there is one state or the other, whole."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from breaking import backed_up, broken_at, migrated, restored
from effort import TIMES
from uploading import put_upload

from api.settings import Settings
from api.store.audit import Actor, note, verify
from api.store.check import faults
from api.store.database import Store
from api.store.schema import newest, revision_of
from api.store.swapping import finish_restore
from api.store.tables.runs import Upload
from api.traces.files import uploads_folder
from zones.errors import InputError

pytestmark = pytest.mark.slow
_ACTOR = Actor("tester", "program")


def _put(settings: Settings, data: bytes) -> None:
    """Put a file, its row and an entry of the trail into a store."""
    store = Store(settings.url)
    id_ = put_upload(settings, store, "traces", data)
    with store.write() as session:
        note(session, _ACTOR, "upload.create", f"upload:{id_}")
    store.close()


def _held(settings: Settings) -> list[bytes]:
    """Return the uploads of a store, which is whole and agrees with its files."""
    store = Store(settings.url)
    finish_restore(store, settings.data_dir)  # as whoever opens the store does
    assert faults(store) == []
    with store.read() as session:
        assert verify(session).fault is None
        found = [(uploads_folder(settings) / each.path).read_bytes() for each in session.scalars(sa.select(Upload))]
    store.close()
    return sorted(found)


def _steps(total: int, *, last: int) -> list[int]:
    """Return some steps of many: among the last ones, where all is decided, and anywhere; as many more as one has time for."""
    chance = random.Random(total)  # noqa: S311
    late = range(max(0, total - last), total)
    return sorted(
        {*chance.sample(late, k=min(len(late), 3 * TIMES)), *chance.sample(range(total), k=min(total, TIMES))}
    )


@pytest.fixture
def another(settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[], Settings]:
    """Return a maker of stores of the same kind, with one upload."""
    made = 0

    def make() -> Settings:
        nonlocal made
        made += 1
        folder = tmp_path / f"try{made}"
        folder.mkdir()
        if settings.url.startswith("sqlite"):
            url = f"sqlite:///{folder / 'truckban.sqlite'}"
            shutil.copy(request.getfixturevalue("ready_sqlite"), folder / "truckban.sqlite")
        else:
            url = request.getfixturevalue("new_postgresql")()
        fresh = Settings(data_dir=folder / "data", database_url=url, trip_processes=0)
        _put(fresh, b"old\n")
        return fresh

    return make


def test_a_restore_that_is_killed_at_any_step_leaves_the_old_state_or_the_new_one(
    settings: Settings, tmp_path: Path, another: Callable[[], Settings]
) -> None:
    for data in (b"new 1\n", b"new 2\n"):
        _put(settings, data)
    file = tmp_path / "backup.tar"
    backed_up(settings.url, settings.data_dir, file)
    old, new = [b"old\n"], [b"new 1\n", b"new 2\n"]

    here = another()
    total = broken_at(None, restored, here.url, here.data_dir, file)
    assert total is not None
    assert _held(here) == new
    seen = set()
    # a step before the plan is written, and one after it
    for step in sorted({total - 20, total - 2, *_steps(total, last=14)}):
        here = another()
        assert broken_at(step, restored, here.url, here.data_dir, file) is None
        held = _held(here)
        assert held in (old, new), step
        seen.add(len(held))
    assert seen == {1, 2}
    # nothing that was left stands in the way
    restored(here.url, here.data_dir, file)
    assert _held(here) == new
    left = [*here.data_dir.glob(".restor*"), *here.data_dir.parent.glob("*.restored-*")]
    assert [path.name for path in left] == [".restore.lock"]


def test_a_backup_that_is_killed_at_any_step_is_there_whole_or_not_at_all(
    settings: Settings, tmp_path: Path, another: Callable[[], Settings]
) -> None:
    _put(settings, b"kept\n")
    folder = tmp_path / "backups"
    folder.mkdir()
    total = broken_at(None, backed_up, settings.url, settings.data_dir, folder / "all.tar")
    assert total is not None
    for step in _steps(total, last=14):
        file = folder / f"{step}.tar"
        assert broken_at(step, backed_up, settings.url, settings.data_dir, file) is None
        if not file.exists():
            backed_up(settings.url, settings.data_dir, file)
        here = another()
        restored(here.url, here.data_dir, file)
        assert _held(here) == [b"kept\n"]
    assert not list(folder.glob("*.part"))


def test_a_migration_that_is_killed_at_any_step_was_done_or_was_not(another: Callable[[], Settings]) -> None:
    here = another()
    before, after = newest(), "0006"
    for _ in range(2):  # back, and forward again
        there = another()
        migrated(there.url, before)
        total = broken_at(None, migrated, there.url, after)
        assert total is not None
        for step in _steps(total, last=6):
            assert broken_at(step, migrated, here.url, after) is None
            store = Store(here.url)
            assert revision_of(store) in (before, after)
            store.close()
            migrated(here.url, before)
        migrated(here.url, after)
        before, after = after, before
    assert _held(here) == [b"old\n"]


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)  # PostgreSQL's tables go on under another name
def test_a_restore_is_refused_while_the_store_is_open(settings: Settings, store: Store, tmp_path: Path) -> None:
    _put(settings, b"old\n")
    backed_up(settings.url, settings.data_dir, tmp_path / "backup.tar")
    with store.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Upload)) == 1
        with pytest.raises(InputError, match="stop the service"):
            restored(settings.url, settings.data_dir, tmp_path / "backup.tar")
    store.close()
    assert _held(settings) == [b"old\n"]
    assert not list(settings.data_dir.glob("*.before-*"))
