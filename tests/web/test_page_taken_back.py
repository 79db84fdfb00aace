"""A permit that was suspended or revoked: its holder can no longer print it, nor ask with it."""

from collections.abc import Callable
from typing import Any

import pytest
from driver_ways import PHONE
from web_ways import applied, asked

pytestmark = pytest.mark.browser
_SAVED = "JSON.parse(localStorage.getItem('truckban.permits') ?? '[]').map(({permit_no}) => permit_no)"


def _mine(page: Any) -> Any:
    page.goto("/my-permits")
    page.locator("#found[data-ready] .permit-list").wait_for()
    return page.locator(".permit-list > li").first


def test_what_was_taken_back_is_not_used_printed_or_kept_on_the_device(
    regular: Callable[..., Any], served: Any
) -> None:
    id_ = applied(served)
    number = asked(served, "reviewer", "POST", f"/v1/permits/{id_}/approve", {})["permit_no"]
    page = regular("driver", maps=False, **PHONE)
    first = _mine(page)
    assert first.get_by_role("link", name="打开证件（可打印）").count() == 1
    first.get_by_role("button", name="用它查行程").tap()
    page.locator("#trip[data-ready]").wait_for()
    assert page.evaluate(_SAVED) == [number]

    for action, words, word in (("suspend", "暂停使用", "已停用"), ("revoke", "吊销", "已停用")):
        asked(served, "reviewer", "POST", f"/v1/permits/{id_}/{action}", {"reason": "道路塌陷"})
        first = _mine(page)
        assert first.locator("[data-word=not_valid] h2").inner_text().strip() == word
        assert words in first.inner_text()
        assert first.get_by_role("link").count() == 0
        assert [each.inner_text() for each in first.get_by_role("button").all()] == ["在地图上看"]
        assert page.evaluate(_SAVED) == []


def test_in_english_it_is_called_not_valid(regular: Callable[..., Any], served: Any) -> None:
    id_ = applied(served)
    asked(served, "reviewer", "POST", f"/v1/permits/{id_}/approve", {})
    asked(served, "reviewer", "POST", f"/v1/permits/{id_}/revoke", {"reason": "转借他人"})
    first = _mine(regular("driver", lang="en", maps=False, **PHONE))
    assert first.locator("[data-word=not_valid] h2").inner_text().strip() == "Not valid"
    assert "revoked since" in first.inner_text()
