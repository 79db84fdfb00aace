"""A check that is killed half-way: what it leaves does not pass for a whole one, and the next run makes it whole."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from driving import HEAVY, WUYI, at, drive, noisy
from test_command_check import inputs

from truckban.cli.main import run

# The real program, killed by the system in the moment it begins to write the report.
KILLED = """
import os, signal, sys
import truckban.report
truckban.report.write_report = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
from truckban.cli.main import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_check_leaves_no_run_json_and_the_next_one_gives_the_same_leads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = inputs(tmp_path, noisy(drive(WUYI, at("10:00:00"), name="T1"), 2), vehicles={"T1": HEAVY})
    out = tmp_path / "out"
    assert run(call) == 0
    whole = (out / "leads.csv").read_bytes()
    assert (out / "run.json").exists()
    killed = subprocess.run([sys.executable, "-c", KILLED, *call], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not (out / "run.json").exists()
    assert run(call) == 0
    assert (out / "leads.csv").read_bytes() == whole
    assert (out / "run.json").exists()
    capsys.readouterr()
