"""The arrows between the packages, held by machine."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPO = Path(__file__).parents[1]
SOURCES = sorted(path for name in ("api", "enterprises", "truckban", "zones") for path in (REPO / name).rglob("*.py"))
MOST_LINES = 420


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_the_contracts_of_import_linter_are_kept() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=REPO, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 kept, 0 broken" in done.stdout


def test_the_place_knows_nothing_of_the_law() -> None:
    upward = {
        (path.name, name)
        for path in SOURCES
        if path.is_relative_to(REPO / "zones")
        for name in imported(path)
        if name.partition(".")[0] in ("truckban", "api", "enterprises")
    }
    assert upward == set()


def test_who_loads_knows_neither_the_place_nor_the_law() -> None:
    sideways = {
        (path.name, name)
        for path in SOURCES
        if path.is_relative_to(REPO / "enterprises")
        for name in imported(path)
        if name.partition(".")[0] in ("truckban", "api", "zones")
    }
    assert sideways == set()


def test_a_verdict_reads_no_clock_no_file_and_no_network() -> None:
    for name in ("verdict", "columns", "norms", "conditions", "hours", "logic"):
        roots = {module.partition(".")[0] for module in imported(REPO / "truckban" / f"{name}.py")}
        assert roots & {"os", "time", "pathlib", "socket", "urllib", "requests", "sqlite3", "io"} == set(), name
        text = (REPO / "truckban" / f"{name}.py").read_text("utf-8")
        assert ".now(" not in text, name
        assert ".today(" not in text, name
        assert "open(" not in text, name


@pytest.mark.parametrize("package", ["api", "enterprises", "truckban", "zones"])
def test_no_file_is_too_long_for_one_subject(package: str) -> None:
    lengths = {
        path.relative_to(REPO).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in SOURCES
        if path.is_relative_to(REPO / package)
    }
    assert len(lengths) > 10
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}
