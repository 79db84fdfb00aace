"""What is kept beside the byte code: made once, made anew where anything changed, done without where nothing can be written."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from truckban.kept import kept


class Made:
    """Counts how often it was made."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> list[int]:
        self.times += 1
        return [1, 2, self.times]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Path]]:
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return lambda: sorted(tmp_path.rglob("*.kept"))


def test_what_was_made_of_the_same_is_made_once(folder: Callable[[], list[Path]]) -> None:
    make = Made()
    assert kept("thing", ("a", "1"), make) == kept("thing", ("a", "1"), make) == [1, 2, 1]
    assert make.times == len(folder()) == 1


def test_other_data_another_version_and_another_kind_are_made_anew(folder: Callable[[], list[Path]]) -> None:
    make = Made()
    for kind, of in (("thing", ("a", "1")), ("thing", ("b", "1")), ("thing", ("a", "2")), ("other", ("a", "1"))):
        kept(kind, of, make)
    assert make.times == len(folder()) == 4


def test_a_changed_source_makes_it_anew(
    folder: Callable[[], list[Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "makes_things"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    make, sources = Made(), "truckban.kept._sources"
    module = sys.modules["truckban.kept"]
    kept("thing", (), make, packages=("makes_things",))
    (package / "__init__.py").write_text("changed = True\n")
    kept("thing", (), make, packages=("makes_things",))
    assert make.times == 1, f"{sources} is asked once in a process"
    module._sources.cache_clear()  # noqa: SLF001 - what a new process begins with
    kept("thing", (), make, packages=("makes_things",))
    assert make.times == len(folder()) == 2


@pytest.mark.parametrize("damage", [b"", b"no pickle", b"\x80\x05."])
def test_a_damaged_file_is_made_again_and_mended(folder: Callable[[], list[Path]], damage: bytes) -> None:
    make = Made()
    kept("thing", ("a",), make)
    folder()[0].write_bytes(damage)
    assert kept("thing", ("a",), make) == kept("thing", ("a",), make) == [1, 2, 2]


def test_where_no_byte_code_is_written_nothing_is_kept(
    folder: Callable[[], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    make = Made()
    assert [kept("thing", ("a",), make), kept("thing", ("a",), make)] == [[1, 2, 1], [1, 2, 2]]
    assert folder() == []


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setattr(sys, "pycache_prefix", str(blocked))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert kept("thing", ("a",), Made()) == [1, 2, 1]


def test_of_one_kind_the_newest_eight_are_kept(folder: Callable[[], list[Path]]) -> None:
    for number in range(12):
        kept("thing", (str(number),), Made())
        for age, file in enumerate(folder()):
            os.utime(file, ns=(age, age))
        kept("other", ("a",), Made())
    assert [len([f for f in folder() if f.name.startswith(kind)]) for kind in ("thing", "other")] == [8, 1]


def test_what_is_used_again_and_again_stays_however_much_else_is_made(folder: Callable[[], list[Path]]) -> None:
    make = Made()
    for number in range(20):
        assert kept("thing", ("used",), make) == [1, 2, 1]
        for file in folder():
            os.utime(file, ns=(number, number))
        kept("thing", ("used",), make)
        kept("thing", (str(number),), Made())
    assert make.times == 1


def test_what_is_too_large_is_not_kept(folder: Callable[[], list[Path]]) -> None:
    assert len(kept("thing", ("a",), lambda: bytes(33_000_000))) == 33_000_000
    assert folder() == []


def test_an_error_of_the_maker_is_the_callers(folder: Callable[[], list[Path]]) -> None:
    def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        kept("thing", ("a",), fail)
    assert folder() == []
