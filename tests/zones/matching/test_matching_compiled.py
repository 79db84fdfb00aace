"""Compiled or not, the results are the same; what was compiled of other sources is thrown away."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from zones.matching.compiled import FAST, drop_stale

_REPO = Path(__file__).parents[3]

_WORK = """
import json, sys
if "blocked" in sys.argv:
    class Blocked:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] == "numba":
                raise ModuleNotFoundError(name)
    sys.meta_path.insert(0, Blocked())
    import importlib.util
    find_spec = importlib.util.find_spec
    importlib.util.find_spec = lambda name, package=None: None if name == "numba" else find_spec(name, package)
import numpy as np
from zones.matching import compiled, hmm
from zones.matching.matcher import Matcher
from zones.matching.stream import Stream
from zones.matching.streets import RoadGraph

side = 5
lon, lat = (v.ravel() for v in np.meshgrid(121 + np.arange(side) * 0.002, 31 + np.arange(side) * 0.0018))
rng = np.random.default_rng(5)
lon, lat = lon + rng.normal(0, 1e-4, lon.shape), lat + rng.normal(0, 1e-4, lat.shape)
node = np.arange(side * side).reshape(side, side)
ways = [*zip(node[:, :-1].ravel(), node[:, 1:].ravel()), *zip(node[:-1].ravel(), node[1:].ravel())]
one_way = [(int(a), int(b)) for k, (a, b) in enumerate(ways) if k % 5 != 0]
start, end = np.array([(int(a), int(b)) for a, b in ways] + [(b, a) for a, b in one_way]).T
graph = RoadGraph.of_arcs(lon, lat, start, end)
found = []
for table in (0, 900):
    matcher = Matcher(graph).tabled(table) if table else Matcher(graph)
    for seed in range(2):
        rng = np.random.default_rng(seed)
        stops = rng.integers(0, side * side, 3)
        at = np.linspace(0, 2, 16)
        x = np.interp(at, range(3), lon[stops]) + rng.normal(0, 8e-5, 16)
        y = np.interp(at, range(3), lat[stops]) + rng.normal(0, 8e-5, 16)
        t = np.arange(16) * 12.0
        m = matcher.match(x, y, t)
        mask = np.arange(len(m.arc_p)) % 3 == 0
        stream = Stream(matcher, lag=5, inside=mask)
        given = [s for k in range(16) for s in stream.push(x[k], y[k], t[k])] + stream.finish()
        found.append({
            "arcs": m.arcs.tolist(), "p": m.arc_p.tolist(), "any": m.probability(mask), "breaks": m.breaks,
            "legs": [[leg.source, leg.begin_m, leg.end_m, leg.entered_at, leg.left_at] for leg in m.legs],
            "stream": [[s.fix, s.source, s.forced] for s in given],
            "sure": [p for s in given for p in (s.p, s.p_inside)] + m.fix_p.tolist() + m.fix_probability(mask).tolist(),
        })
dispatched = hasattr(getattr(hmm.run, "dispatcher", None), "py_func")
print(json.dumps({"numba": "numba" in sys.modules, "dispatched": dispatched, "found": found}))
"""


def run(*arguments: str, **environment: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _WORK, *arguments],
        cwd=_REPO,
        env={**os.environ, "PYTHONPATH": str(_REPO), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def flat(rows: list[list[float]]) -> list[float]:
    return [value for row in rows for value in row]


@pytest.mark.slow
@pytest.mark.skipif(not FAST, reason="Numba is not installed")
def test_without_numba_and_without_its_compiler_the_results_are_the_same() -> None:
    compiled, plain, blocked = run(), run(NUMBA_DISABLE_JIT="1"), run("blocked")
    assert compiled["dispatched"]
    assert not plain["dispatched"]
    assert not blocked["numba"]
    for other in (plain, blocked):
        for a, b in zip(compiled["found"], other["found"], strict=True):
            assert a["arcs"] == b["arcs"]
            assert a["breaks"] == b["breaks"]
            assert a["stream"] == b["stream"]
            assert a["sure"] == pytest.approx(b["sure"], abs=1e-9, nan_ok=True)
            assert a["p"] == pytest.approx(b["p"], abs=1e-9)
            assert a["any"] == pytest.approx(b["any"], abs=1e-9)
            assert flat(a["legs"]) == pytest.approx(flat(b["legs"]), abs=1e-6)
    assert sum(len(set(f["arcs"])) > 5 for f in compiled["found"]) >= 2


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "__pycache__").iterdir() if path.name != "kernels.sha256")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "one.py").write_text("A = 1\n")
    (tmp_path / "two.py").write_text("B = 2\n")
    drop_stale(tmp_path)
    for name in ("one.f-3.py311.nbi", "one.f-3.py311.1.nbc", "one.cpython-311.pyc"):
        (tmp_path / "__pycache__" / name).write_bytes(b"x")
    return tmp_path


def test_unchanged_sources_keep_what_was_compiled(package: Path) -> None:
    drop_stale(package)
    (package / "one.py").touch()
    (package / "notes.txt").write_text("no source")
    drop_stale(package)
    assert kept(package) == ["one.cpython-311.pyc", "one.f-3.py311.1.nbc", "one.f-3.py311.nbi"]


@pytest.mark.parametrize("change", ["edited", "another file edited", "added", "removed", "stamp lost"])
def test_any_change_of_the_sources_drops_what_was_compiled(package: Path, change: str) -> None:
    if change == "edited":
        (package / "one.py").write_text("A = 2\n")
    elif change == "another file edited":
        (package / "two.py").write_text("B = 3\n")
    elif change == "added":
        (package / "three.py").write_text("C = 3\n")
    elif change == "removed":
        (package / "two.py").unlink()
    else:
        (package / "__pycache__" / "kernels.sha256").unlink()
    drop_stale(package)
    assert kept(package) == ["one.cpython-311.pyc"]
    (package / "__pycache__" / "one.f-3.py311.nbi").write_bytes(b"new")
    drop_stale(package)
    assert "one.f-3.py311.nbi" in kept(package)


def test_code_that_moves_from_one_file_to_the_next_drops_what_was_compiled(package: Path) -> None:
    (package / "one.py").write_text("A = 1\nB = 2\n")
    (package / "two.py").write_text("")
    drop_stale(package)
    assert kept(package) == ["one.cpython-311.pyc"]


def test_a_folder_without_a_cache_gets_a_stamp_and_one_that_cannot_be_written_to_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("A = 1\n")
    drop_stale(tmp_path)
    assert (tmp_path / "__pycache__" / "kernels.sha256").is_file()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "__pycache__").write_text("a file in its place")
    drop_stale(tmp_path / "sub")


_SMALL = """
import json, sys
import numpy as np
from zones.coords import LocalPlane
from zones.matching.compiled import ahead, plain_at_first, quick
from zones.matching.plane import plane_numbers, project

def at_work():
    x, y = np.empty(1), np.empty(1)
    project(numbers, np.array([110.78]), np.array([35.15]), x, y)
    return [float(x[0]), float(y[0])], "numba" in sys.modules, quick()

with plain_at_first():
    ahead(0.1)
    numbers = plane_numbers(LocalPlane(110.77, 35.14))
    little = at_work()
with plain_at_first():
    ahead(0.1)
    more = at_work()
    ahead(0.5)
    much = at_work()
with plain_at_first():
    again = at_work()
print(json.dumps([little, more, much, again]))
"""


@pytest.mark.slow
@pytest.mark.skipif(not FAST, reason="Numba is not installed")
def test_numba_is_loaded_when_much_is_ahead_and_stays() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _SMALL], cwd=_REPO, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    little, more, much, again = json.loads(done.stdout)
    assert [loaded for _, loaded, _ in (little, more, much, again)] == [False, False, True, True]
    assert [compiled for _, _, compiled in (little, more, much, again)] == [False, False, True, True]
    assert little[0] == more[0] == pytest.approx(much[0], abs=1e-8)
    assert much[0] == again[0]
