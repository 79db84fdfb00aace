"""The page about enterprises names every difference and every column that the program knows."""

import re
from pathlib import Path

from enterprises import list_tables, site_files

REPO = Path(__file__).parents[2]
PAGE = (REPO / "docs" / "enterprises.md").read_text("utf-8")


def test_every_difference_between_names_is_on_the_page() -> None:
    source = (REPO / "enterprises" / "naming" / "compare.py").read_text("utf-8")
    codes = set(re.findall(r'"((?:brand|industry|region|town|form|group|house|branch)\.[a-z_]+)"', source))
    assert len(codes) > 20
    assert {code for code in codes if f"`{code}`" not in PAGE} == set()


def test_the_columns_are_on_the_page() -> None:
    for name in (*list_tables.COLUMNS["name"][:4], "统一社会信用代码", *site_files.COLUMNS):
        assert name in PAGE
