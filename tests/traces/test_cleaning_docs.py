"""The page about traces names every column and every reason that the program knows."""

from pathlib import Path

from truckban.traces.clean.cleaning_notes import cleaning_counts
from truckban.traces.read.column_names import EXTRA, NAMES, plain
from truckban.traces.read.reasons import CODES, UNREADABLE

PAGE = (Path(__file__).parents[2] / "docs" / "traces.md").read_text("utf-8")


def test_every_reason_and_every_count_is_on_the_page() -> None:
    for code in (*CODES.values(), UNREADABLE, *cleaning_counts({}, {}, 0)):
        assert code in PAGE.replace("`", " ").split() or f"`{code}`" in PAGE


def test_every_name_of_a_column_is_on_the_page() -> None:
    rows = {line.split("`")[1]: line for line in PAGE.splitlines() if line.startswith("| `") and line.count("|") == 3}
    for wanted, others in {**NAMES, **EXTRA}.items():
        said = {plain(name) for name in rows[wanted].split("|")[2].replace("each also with", ",").split(",")}
        missing = {plain(name) for name in others} - said
        assert not {
            name
            for name in missing
            if not name.endswith(("kmh", "公里小时", "公里时", "千米时", "千米小时", "m", "米"))
        }
