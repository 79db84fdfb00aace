"""The first check on a machine, which compiles its loops: no process of it holds half a gigabyte, and it finds what later ones find."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from check_speed import DENSE  # not installed: scripts, no package
from fleet_file import write_fleet

from zones.matching.compiled import FAST

_REPO = Path(__file__).parents[2]
# in between: a process begins with the memory figure of the one that starts it, which here is pytest's
_RUN = """
import json, resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "truckban.cli", *sys.argv[1:]], capture_output=True, text=True)
print(json.dumps([done.returncode, done.stderr, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]))
"""


def _hand_on(kept: Path) -> None:
    """Put what was compiled where every other test looks for it, but for what is there already: to compile it again takes 40 s."""
    from numba.core.caching import _CacheLocator  # noqa: PLC0415 - Numba may be absent

    from zones.matching.compiling import _one_at_a_time  # noqa: PLC0415

    handed_on = 0
    with _one_at_a_time():  # who waits for its turn to compile looks again
        for folder in {path.parent for room in ("truckban", "zones") for path in (_REPO / room).rglob("*.py")}:
            own = kept / _CacheLocator.get_suitable_cache_subpath(str(folder / "any.py"))
            for index in own.glob("*.nbi"):
                home, function = folder / "__pycache__", index.name.removesuffix(".nbi")
                home.mkdir(exist_ok=True)
                handed_on += 1
                if (home / index.name).exists():
                    continue
                for file in (
                    *own.glob(f"{function}.*.nbc"),
                    index,
                ):  # the index last: it says that the others are there
                    new = home / f"{file.name}.new"
                    shutil.copy2(file, new)
                    new.replace(home / file.name)
    assert handed_on == len([*kept.glob("*/*.nbi")])


@pytest.mark.slow
@pytest.mark.skipif(not FAST, reason="Numba is not installed")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the figure is in other units elsewhere")
def test_no_process_of_the_first_check_holds_half_a_gigabyte(tmp_path: Path) -> None:
    traces, vehicles = write_fleet(tmp_path, trucks=40, fixes=10_000, **DENSE)

    def peak_kb(out: str) -> int:
        """Run a check and return what the largest of its processes held."""
        done = subprocess.run(
            [
                *(sys.executable, "-c", _RUN, "check", str(traces)),
                *("--vehicles", str(vehicles), "--out", str(tmp_path / out)),
            ],
            cwd=_REPO,
            env={**os.environ, "PYTHONPATH": str(_REPO), "NUMBA_CACHE_DIR": str(tmp_path / "kept")},
            capture_output=True,
            text=True,
            check=True,
        )
        code, said, held_kb = json.loads(done.stdout)
        assert code == 1, said  # done, and rows were rejected
        return int(held_kb)

    first, kept = peak_kb("first"), sorted((tmp_path / "kept").glob("*/drive.matched-*.nbc"))
    assert first < 500_000
    assert len(kept) == 1
    stamp = kept[0].stat().st_mtime_ns
    assert peak_kb("second") < first
    assert kept[0].stat().st_mtime_ns == stamp
    for file in ("leads.csv", "leads.geojson", "rejected.csv", "report.html"):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()
    _hand_on(tmp_path / "kept")
