"""The page about permits names every step, state, field and family of findings that the program knows."""

import ast
from pathlib import Path

from truckban.permitting.certificate import MOST_CHARACTERS
from truckban.permitting.model import Application
from truckban.permitting.states import TRANSITIONS

REPO = Path(__file__).parents[2]
PAGE = (REPO / "docs" / "permits.md").read_text("utf-8")


def test_every_step_stands_on_the_page_with_where_it_leads() -> None:
    rows = {line.split("`")[1]: line for line in PAGE.splitlines() if line.startswith("| `") and line.count("|") == 5}
    assert set(rows) == {step.action for step in TRANSITIONS}
    for step in TRANSITIONS:
        assert step.to in rows[step.action]
        assert all(state in rows[step.action] for state in step.froms)
        assert ("with reasons" in rows[step.action]) == step.needs_reason


def test_every_field_of_an_application_stands_on_the_page() -> None:
    assert all(f"`{name}`" in PAGE for name in Application.model_fields)


def test_every_family_of_findings_stands_on_the_page() -> None:
    codes = {
        node.value
        for name in ("completeness", "need", "without", "narrowness", "records", "assessment")
        for node in ast.walk(ast.parse((REPO / "truckban" / "permitting" / f"{name}.py").read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.count(".") == 1
        and node.value.replace(".", "").replace("_", "").isalpha()
        and node.value.isascii()
        and node.value.islower()
    }
    families = {code.partition(".")[0] for code in codes}
    assert {"needed", "without", "shipper", "leads", "overlap", "narrow", "enough", "others"} <= families
    assert {family for family in families if f"`{family}.*`" not in PAGE} == set()


def test_the_length_that_is_refused_stands_on_the_page() -> None:
    assert str(MOST_CHARACTERS) in PAGE
