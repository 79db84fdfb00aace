"""How far another departure lies from the one that was asked for: it is not time lost on the way."""

from collections.abc import Callable
from typing import Any

import pytest
from driver_ways import PHONE, ask, fill, opened

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(empty_service: Any) -> Any:
    """Use the service that others use too: drivers leave nothing in it."""
    return empty_service


@pytest.mark.parametrize(("lang", "earlier", "later"), [("zh", "早 ", "晚 "), ("en", " earlier", " later")])
def test_leaving_at_another_time_says_how_much_earlier_or_later(
    regular: Callable[..., Any], lang: str, earlier: str, later: str
) -> None:
    page = opened(regular(lang=lang, maps=False, **PHONE))
    fill(page, time="09:00")
    ask(page, "unlawful")
    cards = page.locator(".out[data-kind=depart]")
    said = {
        card.locator("h3").inner_text()[-8:]: card.locator(".figures span").first.inner_text() for card in cards.all()
    }
    assert len(said) == 2
    assert [each for each in said.values() if earlier in each]
    assert [each for each in said.values() if later in each]
    assert not [each for each in said.values() if "多" in each or "more" in each]


def test_without_scripts_the_way_in_says_what_it_needs(person: Callable[..., Any]) -> None:
    for lang, words in (("zh", "需要开启 JavaScript"), ("en", "needs JavaScript")):
        page = person(lang=lang, java_script_enabled=False)
        for path in ("/", "/p", "/signin"):
            page.goto(path)
            assert words in page.locator("main").inner_text(), path
