"""`check --alert --engine spark`: every machine is told when alerts were in force; the same files as one machine leaves."""

from pathlib import Path

import pytest
from results import assert_same, rows, run_of
from spark_day import Check

from truckban.notices.load import builtin_text

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the built-in notice with its ban in force during red alerts alone."""
    text = builtin_text("linyi-2023-5").decode()
    for old, new in (
        ("    windows: [daytime]\n    when:", "    alerts: [red]\n    when:"),
        ("\nwindows:\n", "\nalerts: {red: {zh: 红色预警, en: red}}\nwindows:\n"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    path = tmp_path_factory.mktemp("law") / "alerts.yaml"
    path.write_text(text, "utf-8")
    return path


def test_every_machine_is_told_when_there_were_alerts(call: Check, here: Check, law: Path, tmp_path: Path) -> None:
    told = [
        "--notice",
        str(law),
        "--all-passages",
        "--alert",
        "red=2024-05-08T04:00:00+08:00/2024-05-08T20:00:00+08:00",
    ]
    spark = call(tmp_path / "spark", "--engine", "spark", "--master", "local[2]", *told)
    assert spark.returncode == 1, spark.stderr
    one, none = here(tmp_path / "one", *told), here(tmp_path / "none", *told[:-1], "none")
    assert one.returncode == none.returncode == 1
    assert_same(tmp_path / "spark", tmp_path / "one")
    assert spark.stderr == one.stderr
    assert "judged by the alerts that were given" in spark.stderr
    assert run_of(tmp_path / "spark")["options"]["alerts"][0]["level"] == "red"
    entered = [row["entered_at"][11:16] for row in rows(tmp_path / "spark" / "leads.csv")]
    assert "04:00" <= min(entered) <= max(entered) < "20:00"
    assert rows(tmp_path / "none" / "leads.csv") == []
