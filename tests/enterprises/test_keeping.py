"""A registry's file: two who write at once, and one who is killed half-way."""

import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from enterprises.errors import EnterpriseError
from enterprises.keeping import keep
from enterprises.registry import Registry
from enterprises.registry_file import builtin_registry, read_registry, written

OLD = builtin_registry()
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


def called(place: str) -> Registry:
    return replace(OLD, place=place, sha256=None)


def visible(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("[!.]*")}


def test_who_read_an_older_file_does_not_write_over_the_newer_one(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    keep(OLD, path)
    mine = theirs = read_registry(path)
    keep(replace(theirs, place="乙"), path, expected=theirs.sha256)
    before = visible(tmp_path)
    with pytest.raises(EnterpriseError, match=r"^r\.json: somebody else changed this file") as caught:
        keep(replace(mine, place="甲"), path, expected=mine.sha256)
    assert caught.value.text.zh.startswith("读取之后这个文件已被别人改动")
    assert read_registry(path).place == "乙"
    assert visible(tmp_path) == before


def test_a_new_file_is_not_put_over_one_that_came_meanwhile_nor_after_one_that_went(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    keep(called("乙"), path, expected=None)
    with pytest.raises(EnterpriseError, match="somebody else"):
        keep(called("甲"), path, expected=None)
    known = read_registry(path)
    path.unlink()
    with pytest.raises(EnterpriseError, match="somebody else"):
        keep(called("甲"), path, expected=known.sha256)
    assert not path.exists()


def test_of_many_who_begin_with_one_file_exactly_one_writes(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    keep(OLD, path)
    begun = read_registry(path).sha256
    done: list[str] = []
    refused: list[str] = []
    start = threading.Barrier(8)

    def write(name: str) -> None:
        start.wait()
        try:
            keep(called(name), path, expected=begun)
        except EnterpriseError:
            refused.append(name)
        else:
            done.append(name)

    threads = [threading.Thread(target=write, args=(f"第{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    assert len(refused) == 7
    assert read_registry(path).place == done[0]


HOLDER = """
import sys, time
from pathlib import Path
from enterprises import keeping
with keeping._alone(Path(sys.argv[1]), 1.0):
    print("held", flush=True)
    time.sleep(60)
"""


@POSIX
def test_a_second_writer_waits_gives_up_in_a_sentence_and_is_let_in_when_the_first_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    keep(OLD, path)
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(EnterpriseError, match="another program is writing this file"):
            keep(called("甲"), path, wait_s=0.2)
        assert read_registry(path).place == OLD.place
        holder.kill()
    keep(called("甲"), path, wait_s=5)
    assert read_registry(path).place == "甲"


# The real program, killed by the system at one of its steps: while the new bytes are being written, and before they take the old
# ones' place.
KILLED = """
import os, signal, sys
from pathlib import Path
from dataclasses import replace
from enterprises import keeping
from enterprises.registry_file import read_registry
def killed(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
path, step = Path(sys.argv[1]), sys.argv[2]
if step == "sync":
    os.fsync = killed
elif step == "replace":
    Path.replace = killed
else:
    real = Path.replace
    Path.replace = lambda own, to: killed() if Path(to).name == path.name else real(own, to)
keeping.keep(replace(read_registry(path), place="甲"), path)
"""


@POSIX
@pytest.mark.parametrize("step", ["sync", "replace", "last"])
def test_a_writer_killed_half_way_leaves_the_old_file_whole_and_the_next_one_tidies_up(
    tmp_path: Path, step: str
) -> None:
    path = tmp_path / "r.json"
    keep(OLD, path)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path), step], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert path.read_bytes() == written(OLD)
    assert len(list(tmp_path.glob(".r.json.*.part"))) == 1
    aside = keep(called("乙"), path)
    assert aside is not None
    assert aside.read_bytes() == written(OLD)
    assert read_registry(path).place == "乙"
    assert not list(tmp_path.glob("*.part"))


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(EnterpriseError, match=r"r\.json: cannot be written"):
        keep(OLD, tmp_path / "file" / "r.json")
