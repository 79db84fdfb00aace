"""Server and worker killed while clients go on: `benchmarks/service_kills`, a few kills on one database, the other one tomorrow.

`TRUCKBAN_KILLS=sqlite|postgresql` names the database.
"""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_BY_TURN = ("sqlite", "postgresql")
_DATABASE = os.environ.get("TRUCKBAN_KILLS") or _BY_TURN[dt.datetime.now(dt.UTC).toordinal() % 2]


@pytest.mark.slow
def test_nothing_that_was_acknowledged_is_lost_or_done_twice_by_kills(request: pytest.FixtureRequest) -> None:
    if _DATABASE == "postgresql":
        request.getfixturevalue("postgresql")  # skips where there is none
    asked = [
        "--kills",
        "6",
        "--seed",
        "3",
        "--clients",
        "1",
        "--trucks",
        "0",
        "--pause",
        "0.5",
        "--database",
        _DATABASE,
    ]
    done = subprocess.run(
        [sys.executable, _ROOT / "benchmarks" / "service_kills", *asked],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 kills" in done.stdout
    assert done.stdout.count("truckban audit verify: exit status 0") == 1
    assert done.stdout.count("truckban db check: exit status 0") == 1
