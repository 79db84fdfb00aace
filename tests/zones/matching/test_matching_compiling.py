"""Loops are compiled in a process of its own; where there is none, or it dies, they are compiled all the same."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from zones.matching.compiled import FAST

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not FAST, reason="Numba is not installed")]
_REPO = Path(__file__).parents[3]
_LOOPS = """
from zones.matching.compiled import compiled, compiled_inline

@compiled_inline
def half(value):
    return value / 2

@compiled
def halves(values):
    total = 0.0
    for value in values:
        total += half(value)
    return total

def local():
    @compiled
    def doubled(value):
        return value * 2
    return doubled
"""
_TOLD = """
import json, sys
import numpy as np
import loops
from zones.matching import compiling
{before}
sums = [float(loops.halves(np.arange(n, dtype=kind))) for n, kind in ((5, "f8"), (6, "i4"))]
{after}
missed = sum(getattr(loops, name).dispatcher.stats.cache_misses.total() for name in ("half", "halves"))
print(json.dumps({{"sums": sums, "here": missed, "other": compiling._COMPILER._process is not None}}))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "loops.py").write_text(_LOOPS)
    return tmp_path


def run(folder: Path, before: str = "", after: str = "", **environment: str) -> dict[str, object]:
    """Run the loops in a process of its own; `here` is how often it compiled one itself."""
    kept = {"NUMBA_CACHE_DIR": str(folder / "kept")} | environment
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _TOLD.format(before=before, after=after)],
        cwd=folder / "code",
        env={**os.environ, "PYTHONPATH": str(_REPO), **kept},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    assert told.pop("sums") == [5.0, 7.5]
    return told


def test_another_process_compiles_what_is_not_kept_and_nobody_what_is(folder: Path) -> None:
    assert run(folder) == {"here": 0, "other": True}
    assert run(folder) == {"here": 0, "other": False}


def test_a_compiler_that_was_killed_is_replaced(folder: Path) -> None:
    killed = "loops.halves(np.ones(2, 'f4')); compiling._COMPILER._process.kill(); compiling._COMPILER._process.wait()"
    assert run(folder, killed) == {"here": 0, "other": True}


def test_where_the_system_does_not_say_what_a_process_holds_each_compiles_one_loop(folder: Path) -> None:
    (folder / "code" / "sitecustomize.py").write_text(
        "import sys\nfrom pathlib import Path\nread = Path.read_text\n"
        "def unknown(path, *a, **k):\n    if str(path) == '/proc/self/statm':\n        raise FileNotFoundError\n    return read(path, *a, **k)\n"
        "Path.read_text = unknown\n"
    )
    ended = "compiling._COMPILER._process.wait(60)"
    assert run(folder, f"loops.halves(np.ones(2, 'f4')); {ended}", ended) == {"here": 0, "other": True}


@pytest.mark.parametrize("without", ["sys.executable = '/nowhere/python'", "sys.executable = '/bin/false'"])
def test_without_a_compiler_a_process_compiles_itself(folder: Path, without: str) -> None:
    assert run(folder, without) == {"here": 4, "other": False}
    assert run(folder) == {"here": 0, "other": False}, "and keeps it"


def test_a_program_in_one_file_compiles_itself(folder: Path) -> None:
    frozen = "sys.frozen = True; compiling._COMPILER = compiling._Compiler()"
    assert run(folder, frozen)["other"] is False


def test_where_nothing_can_be_kept_it_is_compiled_each_time(folder: Path) -> None:
    nowhere = {"NUMBA_CACHE_DIR": "/dev/null/kept", "NUMBA_CACHE_LOCATOR_CLASSES": "UserProvidedCacheLocator"}
    for _ in range(2):
        assert run(folder, **nowhere)["other"] is False


def test_what_no_other_process_can_find_is_compiled_here(folder: Path) -> None:
    assert run(folder, "assert loops.local()(4) == 8") == {"here": 0, "other": True}


def test_of_those_that_begin_together_none_compiles_itself(folder: Path) -> None:
    with ThreadPoolExecutor() as threads:
        for told in threads.map(lambda _: run(folder), range(3)):
            assert told["here"] == 0
    kept = sorted(path.name.rpartition("-")[0] for path in folder.glob("kept/*/*.nbc"))
    assert kept == ["loops.half", "loops.half", "loops.halves", "loops.halves"]
    assert run(folder) == {"here": 0, "other": False}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not copied on this system")
def test_a_copy_of_a_process_has_its_own_compiler(folder: Path) -> None:
    copied = """
import os
loops.halves(np.ones(2, "f4"))
mine = compiling._COMPILER._process
copy = os.fork()
if copy == 0:
    assert compiling._COMPILER._process is None
    loops.halves(np.ones(2, "u1"))
    compiling._COMPILER.end()
    os._exit(0)
assert os.waitpid(copy, 0)[1] == 0
assert mine.poll() is None
"""
    assert run(folder, copied, "assert compiling._COMPILER._process is mine") == {"here": 0, "other": True}
