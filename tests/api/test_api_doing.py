"""The process of a job: nothing of the folder it is started in gets into it, and what is no line of ours is passed over."""

import sys
import time
from pathlib import Path

import pytest

from api.jobs.doing import Doing
from api.settings import Settings
from api.store.jobs import Lease

pytestmark = pytest.mark.slow
_LEASE = Lease("j-1", "freight.purge", "today", {}, 1, 0)


def _over(doing: Doing) -> Doing:
    until = time.monotonic() + 120
    while not doing.over and time.monotonic() < until:
        time.sleep(0.05)
    doing.close()
    return doing


def test_modules_that_lie_where_the_service_was_started_are_not_taken(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    for package in ("api", "truckban", "pandas", "sqlalchemy"):
        (here / package).mkdir(parents=True)
        (here / package / "__init__.py").write_text("raise SystemExit('taken')")
    monkeypatch.chdir(here)
    done = _over(Doing(settings, _LEASE))
    assert (done.process.returncode, done.error) == (0, None)
    assert done.result is not None


@pytest.mark.parametrize("line", ["[1, 2]", "null", "7", '"progress"', "{", ""])
def test_a_line_that_is_no_object_does_not_end_the_listening(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    program = tmp_path / "program"
    program.write_text(f'#!{sys.executable}\nprint({line!r})\nprint(\'{{"result": {{"n": 1}}}}\')\n')
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    done = _over(Doing(settings, _LEASE))
    assert done.result == {"n": 1}
