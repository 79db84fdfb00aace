"""What a spreadsheet would run stays a text, by one rule, whoever writes the file."""

import pytest

from truckban.spreadsheet import RUN, inert
from truckban.traces.output import cell


@pytest.mark.parametrize("first", RUN)
def test_what_begins_like_a_formula_gets_an_apostrophe(first: str) -> None:
    assert inert(f"{first}HYPERLINK(1)") == f"'{first}HYPERLINK(1)"
    assert cell([f"{first}1", "2"]) == f"'{first}1;2"


@pytest.mark.parametrize("value", ["晋M12345", "", " =1", 12, -3.5, None, True, ("=",)])
def test_all_else_stays_as_it_is(value: object) -> None:
    assert inert(value) is value
