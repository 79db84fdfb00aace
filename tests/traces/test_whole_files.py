"""A result stands whole or not at all; a pipe with the name of a file is not waited for."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from driving import HEAVY, WUYI, at, drive, noisy, written

from truckban.traces.output import FILES
from truckban.traces.read.arrow_table import rows_said
from truckban.whole_folder import PART, RUN, whole_folder

# The real check, killed by the system in the moment it writes a row of leads or of rejects.
_KILLED = """
import os, signal, sys
from truckban.traces import output
output.cell = lambda _value: os.kill(os.getpid(), signal.SIGKILL)
from truckban.cli.main import run
sys.exit(run(sys.argv[1:]))
"""


# Likewise, killed between two of the files that take their places.
_KILLED_AT_THE_END = """
import os, signal, sys
from pathlib import Path
from truckban.cli.main import run
replace, left = Path.replace, list(range({after}))
def replaced(path, target):
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    left.pop()
    return replace(path, target)
Path.replace = replaced
sys.exit(run(sys.argv[1:]))
"""


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def test_what_is_written_takes_the_place_of_what_stood_there(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv", "mine.txt", RUN):
        (tmp_path / name).write_text("old", encoding="utf-8")
    (tmp_path / "apart").mkdir()
    before = files_of(tmp_path)
    with whole_folder(tmp_path, ["a.csv", "b.csv", "c.csv"], ["apart"]) as part:
        (part / RUN).write_text("new", encoding="utf-8")
        (part / "a.csv").write_text("new", encoding="utf-8")
        assert files_of(tmp_path) == before
    assert files_of(tmp_path) == {"a.csv": b"new", "mine.txt": b"old", RUN: b"new"}
    assert len(list(tmp_path.iterdir())) == 3


def _half_written(folder: Path, error: type[BaseException]) -> None:
    with whole_folder(folder, ["a.csv"]) as part:
        (part / "a.csv").write_text("half", encoding="utf-8")
        raise error


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_an_error_leaves_what_stood_there_and_nothing_beside(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(error):
        _half_written(tmp_path, error)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_in_a_file_s_place_is_told_before_anything_is_touched(tmp_path: Path) -> None:
    (tmp_path / RUN).write_text("old", encoding="utf-8")
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(IsADirectoryError, match=re.escape("b.csv")), whole_folder(tmp_path, ["a.csv"]) as part:
        (part / "b.csv").write_text("new", encoding="utf-8")
    assert files_of(tmp_path) == {RUN: b"old"}
    assert not (tmp_path / PART).exists()


def the_call(folder: Path, *, clock: str, bad: int = 1) -> list[str]:
    """Write traces with rows that cannot be used, and return how they are checked."""
    fixes = written(noisy(drive(WUYI, at(clock), name="T1"), 2))
    rows = fixes.iloc[:bad].assign(lon="nowhere")
    pd.concat([fixes.astype({"lon": object}), rows]).to_csv(folder / "t.csv", index=False)
    (folder / "v.csv").write_text(
        ",".join(["vehicle_id", *HEAVY]) + "\n" + ",".join(["T1", *map(str, HEAVY.values())]) + "\n", encoding="utf-8"
    )
    return ["check", str(folder / "t.csv"), "--vehicles", str(folder / "v.csv"), "--out", str(folder / "out")]


def run(code: str, call: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", code, *call], capture_output=True, text=True, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize(("clock", "half"), [("10:00:00", "leads.csv"), ("23:00:00", "rejected.csv")])
def test_a_check_that_is_killed_while_it_writes_leaves_no_half_file(tmp_path: Path, clock: str, half: str) -> None:
    killed = run(_KILLED, the_call(tmp_path, clock=clock))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    out = tmp_path / "out"
    assert (out / PART / half).exists()
    assert [path.name for path in out.iterdir()] == [PART]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_check_that_is_killed_over_an_earlier_result_leaves_that_and_the_next_one_replaces_all(
    tmp_path: Path,
) -> None:
    whole = "import sys; from truckban.cli.main import run; sys.exit(run(sys.argv[1:]))"
    out = tmp_path / "out"
    assert run(whole, [*the_call(tmp_path, clock="10:00:00"), "--all-passages"]).returncode == 1
    before = files_of(out)
    assert before.keys() == {*FILES, RUN}
    again = the_call(tmp_path, clock="10:30:00", bad=2)
    assert run(_KILLED, again).returncode == -signal.SIGKILL
    assert files_of(out) == before
    assert run(whole, again).returncode == 1
    after = files_of(out)
    assert {path.name for path in out.iterdir()} == after.keys() == before.keys() - {"passages.csv", "passages.parquet"}
    assert not any(after[name] == before[name] for name in after)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_check_that_is_killed_between_two_files_does_not_say_that_the_folder_is_whole(
    tmp_path: Path, after: int
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / RUN).write_text("{}", encoding="utf-8")
    killed = run(_KILLED_AT_THE_END.format(after=after), the_call(tmp_path, clock="10:00:00"))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not (out / RUN).exists()
    assert len(files_of(out)) == after


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_nobody_waits_for_the_rows_of_a_pipe(tmp_path: Path) -> None:
    for path in (tmp_path / "t.parquet", tmp_path / "folder" / "t.parquet"):
        path.parent.mkdir(exist_ok=True)
        os.mkfifo(path)
    code = f"from pathlib import Path; from {rows_said.__module__} import rows_said; print(rows_said(Path({{!r}})))"
    done = subprocess.run(
        [sys.executable, "-c", code.format(str(tmp_path / "t.parquet"))],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "None"
    assert rows_said(tmp_path / "folder") is None
