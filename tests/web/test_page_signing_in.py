"""Signing in, as people do it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from web_ways import no_wider, stripped

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


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_way_in_and_a_page_that_is_not_there_read_in_both_languages(
    regular: Callable[..., Any], check_access: Callable[[Any], None], picture: Callable[..., None], lang: str
) -> None:
    page = regular(lang=lang, maps=False)
    for path, name, status in (("/signin", "signin", 200), ("/no-such-page", "problem", 404)):
        assert page.goto(path).status == status
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 640})
            no_wider(page)
        check_access(page)
        if lang == "en":
            assert not re.search(r"[\u4e00-\u9fff]", stripped(page))
        page.set_viewport_size({"width": 1280, "height": 640})
        picture(page, f"{name}-{lang}")
