"""Damaged files of every format end in an answer whose counts add up, or in a clear error; never otherwise.

`python benchmarks/fuzz_traces.py --files 100000` reads as many as anyone likes; here a hundred of each.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from effort import times
from mutations import FORMATS, damaged, outcome, run

_FILES = times(100)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_whole_file_is_read_whole(kind: str, tmp_path: Path) -> None:
    for number, (name, data) in enumerate(FORMATS[kind]()):
        (tmp_path / str(number)).mkdir()
        path = tmp_path / str(number) / name
        path.write_bytes(data)
        assert outcome(path) == "answer"


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != "parquet"])
def test_damaged_files_end_in_an_answer_or_a_clear_error(kind: str, tmp_path: Path) -> None:
    ends, failures = run(kind, range(_FILES), tmp_path)
    assert failures == []
    assert ends["answer"] > _FILES // 20
    assert ends["error"] > _FILES // 20
    assert ends["answer"] + ends["error"] == _FILES


@pytest.mark.slow
def test_damaged_parquet_ends_in_an_answer_or_a_clear_error(tmp_path: Path) -> None:
    """In a process of its own: the library that reads Parquet is not Python and could end the process."""
    code = (
        "import json, pathlib, sys; sys.path.insert(0, sys.argv[1]); from mutations import run;"
        f"ends, failures = run('parquet', range({_FILES}), pathlib.Path(sys.argv[2]));"
        "print(json.dumps([sum(ends.values()), failures]))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, Path(__file__).parent, tmp_path],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [_FILES, []]


def test_the_same_seed_makes_the_same_file() -> None:
    seeds = FORMATS["jt808"]()
    assert damaged(seeds, 7) == damaged(seeds, 7)
    assert len({damaged(seeds, seed)[1] for seed in range(50)}) > 40


_ONCE = {"csv": [500371, 501147], "excel": [501100, 502468], "parquet": [10, 88, 1270, 2627]}


@pytest.mark.parametrize("kind", _ONCE)
def test_files_that_once_ended_wrongly_no_longer_do(kind: str, tmp_path: Path) -> None:
    for seed in _ONCE[kind]:
        assert run(kind, range(seed, seed + 1), tmp_path)[1] == []
