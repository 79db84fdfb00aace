"""The page of settings says what each setting is; one that cannot be is told with its variable, and never with its value."""

import json
from pathlib import Path
from typing import Any

import pytest

from api.settings import Settings
from truckban.cli.main import run

PAGE = (Path(__file__).parents[2] / "docs" / "service" / "settings.md").read_text("utf-8")


def written(value: Any) -> str:  # noqa: ANN401
    """Return a default as it would be written into the environment; nothing where it is not set."""
    if value is None:
        return ""
    if isinstance(value, bool | tuple | dict):
        return f"`{json.dumps(value)}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_each_setting_stands_on_the_page_with_its_default(name: str) -> None:
    field = Settings.model_fields[name]
    assert field.description
    assert f"| `TRUCKBAN_{name.upper()}` | {written(field.default)} | {field.description} |\n" in PAGE


def test_the_page_names_no_other_setting() -> None:
    named = {line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `TRUCKBAN_")}
    assert named == {f"TRUCKBAN_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "abc", "TRUCKBAN_PORT: the value will not do: Input should be a valid integer"),
        ("LOG_DAYS", "10", "TRUCKBAN_LOG_DAYS: the value will not do: Input should be greater than or equal to 180"),
        ("NOTICES", "linyi-2023-5", "TRUCKBAN_NOTICES: it is to be written as JSON"),
        ("SECRET_KEY", "much-too-short", "TRUCKBAN_SECRET_KEY: the value will not do"),
        ("OIDC_ISSUER", "https://sign.in", "oidc_issuer needs oidc_client_id and oidc_roles"),
    ],
)
def test_a_setting_that_cannot_be_is_told_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(f"TRUCKBAN_{name}", value)
    assert run(["--lang", "en", "db", "check"]) == 3
    told = capsys.readouterr().err
    assert says in told
    assert value not in told
