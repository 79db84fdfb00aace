"""Pages on paper: maps are there, what is folded is unfolded, buttons are not; and counts in words."""

from collections.abc import Callable
from typing import Any

import pytest
from driver_ways import ask, fill, opened
from web_ways import until

pytestmark = pytest.mark.browser
_PIXELS = """() => { const copy = document.querySelector('.map .paper'); const seen = new Set();
const drawn = copy.getContext('2d').getImageData(0, 0, copy.width, copy.height).data;
for (let n = 0; n < drawn.length; n += 4 * 97) seen.add((drawn[n] << 16) | (drawn[n + 1] << 8) | drawn[n + 2]);
return seen.size; }"""


@pytest.fixture(scope="module")
def served(empty_service: Any) -> Any:
    """Use the service that others use too: nothing is left in it."""
    return empty_service


def test_the_answer_is_printed_with_its_map_and_its_clause_and_without_buttons(regular: Callable[..., Any]) -> None:
    page = opened(regular(size=(1280, 860)))
    fill(page)
    ask(page, "unlawful")
    page.evaluate("document.querySelector('#map-here, #answer-map').scrollIntoView()")  # it comes when it is near
    page.locator("#answer-map[data-ready=yes]").wait_for(timeout=60_000)
    until(page, "document.querySelectorAll('#clauses:not([open])').length === 1")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#answer-map .paper").is_visible()
    assert page.evaluate(_PIXELS) > 3, "the copy of the map is no empty sheet"
    assert page.locator("#clauses blockquote, #clauses [lang=zh-CN]").first.is_visible()
    assert not any(each.is_visible() for each in page.locator("main .button").all())
    assert page.locator("#asked").is_visible(), "what was asked is on the paper too"
    assert page.locator(".say").evaluate("each => getComputedStyle(each).printColorAdjust") == "exact"
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#clauses[open]").count() == 0
    assert page.locator("#answer-map .paper").is_hidden()


@pytest.mark.parametrize("address", ["/runs", "/enterprises/runs"])
def test_what_was_checked_is_printed_without_the_form_for_the_next_files(
    regular: Callable[..., Any], address: str
) -> None:
    page = regular("officer", maps=False)
    page.goto(address)
    page.locator("#upload").wait_for()
    page.emulate_media(media="print")
    assert page.locator("#upload").is_hidden()
    assert page.locator("#new-title").is_hidden()
    assert page.locator("#runs").is_visible()
    page.emulate_media(media="screen")
    assert page.locator("#upload").is_visible()


def test_one_is_never_many(regular: Callable[..., Any]) -> None:
    page = regular(lang="en", maps=False)
    page.goto("/")
    count = (
        "async (n) => (await import(document.querySelector('script[src$=\"/base.js\"]').src)).t('places_found', {n})"
    )
    assert page.evaluate(count, 1) == "1 place found"
    assert page.evaluate(count, "1") == "1 place found"
    assert page.evaluate(count, 0) == "0 places found"
    assert page.evaluate(count, "1,001") == "1,001 places found"
