"""Signing in, as people do it."""

from collections.abc import Callable
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
PASSWORD = "rather long, and only for tests"  # noqa: S105

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(empty_service: Any) -> Any:
    """Use the service that others use too: nothing is left in it."""
    return empty_service


def test_a_wrong_password_is_said_and_the_right_one_leads_back(
    person: Callable[..., Any], check_access: Callable[[Any], None]
) -> None:
    page = person()
    page.goto("/signin?next=/signin%3Flang%3Den")
    check_access(page)
    page.get_by_label("账号").fill("officer")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录").click()
    sync_api.expect(page.get_by_role("alert")).not_to_be_empty()
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/signin?lang=en")
    assert page.get_by_role("button", name="Sign out").is_visible()
