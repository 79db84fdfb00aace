"""A file stands under its name only when it is whole; a pipe with the name of a file is not waited for."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from driving import HEAVY, WUYI, at, drive, noisy, written

from truckban.traces.arrow_table import rows_said
from truckban.traces.whole_files import whole_file

# The real check, killed by the system in the moment it writes a row of leads or of rejects.
_KILLED = """
import os, signal, sys
from truckban.traces import output
output.cell = lambda _value: os.kill(os.getpid(), signal.SIGKILL)
from truckban.cli.main import run
sys.exit(run(sys.argv[1:]))
"""


def test_what_is_written_takes_the_place_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old", encoding="utf-8")
    with whole_file(path) as part:
        part.write_text("new", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == "old"
    assert path.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [path]


def _half_written(path: Path, error: type[BaseException]) -> None:
    with whole_file(path) as part:
        part.write_text("half", encoding="utf-8")
        raise error


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_an_error_leaves_what_stood_there_and_nothing_beside(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(error):
        _half_written(path, error)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize(("clock", "half"), [("10:00:00", "leads.csv"), ("23:00:00", "rejected.csv")])
def test_a_check_that_is_killed_while_it_writes_leaves_no_half_file(tmp_path: Path, clock: str, half: str) -> None:
    fixes = written(noisy(drive(WUYI, at(clock), name="T1"), 2))
    bad = fixes.iloc[:1].assign(lon="nowhere")
    pd.concat([fixes.astype({"lon": object}), bad]).to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "v.csv").write_text(
        ",".join(["vehicle_id", *HEAVY]) + "\n" + ",".join(["T1", *map(str, HEAVY.values())]) + "\n", encoding="utf-8"
    )
    out = tmp_path / "out"
    call = ["check", str(tmp_path / "t.csv"), "--vehicles", str(tmp_path / "v.csv"), "--out", str(out)]
    killed = subprocess.run([sys.executable, "-c", _KILLED, *call], capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (out / f".{half}.part").exists()
    assert not (out / half).exists()
    assert not (out / "run.json").exists()


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
