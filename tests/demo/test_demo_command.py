from pathlib import Path

import pandas as pd
import pytest

from truckban.cli.main import run


@pytest.mark.parametrize(("lang", "words"), [("zh", "示意"), ("en", "schematic")])
def test_it_writes_the_files_and_says_that_the_streets_are_a_schematic(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str, words: str
) -> None:
    out = tmp_path / "new" / "day"
    assert run(["--lang", lang, "simulate", "--out", str(out), "--trucks", "3"]) == 0
    printed = capsys.readouterr().out
    assert words in printed
    for name in ("traces", "vehicles", "permits", "truth", "scenarios"):
        assert str(out / f"{name}.csv") in printed
    assert len(pd.read_csv(out / "vehicles.csv")) == 3


def test_the_date_and_the_seed_are_heeded(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        out = str(tmp_path / seed)
        assert run(["simulate", "--out", out, "--trucks", "2", "--seed", seed, "--date", "2025-03-01"]) == 0
    one, two = (pd.read_csv(tmp_path / seed / "traces.csv") for seed in ("1", "2"))
    assert set(one["time"].str[:10]) == {"2025-03-01"}
    assert not one.equals(two)


@pytest.mark.parametrize(
    "wrong", [["--date", "8.5.2024"], ["--trucks", "0"], ["--trucks", "many"], ["--seed", "-1"], ["--nonsense", "1"]]
)
def test_a_wrong_call_is_said_and_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: list[str]
) -> None:
    assert run(["simulate", "--out", str(tmp_path), *wrong]) == 2
    assert wrong[0] in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert run(["simulate", "--out", str(tmp_path / "file"), "--trucks", "1"]) == 3
    assert "file" in capsys.readouterr().err
