"""Figures about leads: drawn, told as tables, and each leading to the leads behind it."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from desk_data import many_leads, ready

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("nine_weeks")]
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def nine_weeks(served: Any, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Have leads of nine weeks in the store."""
    many_leads(served.store, tmp_path_factory.mktemp("leads"), 900, weeks=9)
    return 900


def test_figures_are_those_of_the_store_and_lead_to_the_desk(regular: Open, served: Any, nine_weeks: int) -> None:
    page = regular("officer", maps=False)
    page.goto("/overview")
    page.locator("#by-state .sum b").first.wait_for()
    assert page.locator("#by-state .sum b").first.text_content() == f"{nine_weeks}"
    with closing(served.api("officer")) as client:
        told = client.get("/v1/statistics/leads/hour_weekday").json()["figures"]
        road = client.get("/v1/statistics/leads/road").json()["figures"]
    cells = page.locator("#by-hour_weekday tbody td").all_text_contents()
    assert len(cells) == 7 * 24
    assert sum(int(cell.replace(",", "")) for cell in cells) == sum(each["leads"] for each in told) == nine_weeks
    weeks = page.locator("#by-week tbody tr").all()
    assert len(weeks) == 9
    assert weeks[0].locator("td").nth(1).text_content() == "—"
    # a road's bar leads to its leads, with the filter set
    most = max(road, key=lambda each: each["leads"])
    page.locator("#by-road a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk?*")
    ready(page)
    assert page.get_by_label("道路").input_value() == most["key"]["road"]


def test_filters_change_every_figure_and_none_is_said(regular: Open) -> None:
    page = regular("officer", maps=False)
    page.goto("/overview?from_day=2024-05-06&to_day=2024-05-12")
    page.locator("#by-week tbody tr").first.wait_for(state="attached")
    assert page.locator("#by-week tbody tr").count() == 1
    page.get_by_label("从", exact=True).fill("2020-01-01")
    page.get_by_label("到", exact=True).fill("2020-01-02")
    page.locator("#by-road").get_by_text("没有符合条件的线索").wait_for()


def test_an_admin_who_may_not_see_plates_is_shown_no_small_figures(regular: Open) -> None:
    page = regular("admin")
    page.goto("/overview")
    page.get_by_text("小于 5 的数不显示").wait_for()
    page.locator("#by-hour_weekday tbody td").first.wait_for(state="attached")
    shown = page.locator("#by-hour_weekday tbody td").all_text_contents()
    assert not {"1", "2", "3", "4"} & set(shown)


def test_both_languages_and_screens_without_serious_faults(
    regular: Open, check_access: Callable[[Any], None], picture: Callable[..., None]
) -> None:
    for lang in ("zh", "en"):
        page = regular("officer", lang=lang)
        page.goto("/overview")
        page.locator("#by-enterprise svg").wait_for()
        page.locator("#by-week svg").wait_for()
        check_access(page)
        picture(page, f"overview-{lang}", full_page=True)
        for width, height in ((1280, 860), (1920, 1080), (768, 1024)):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (lang, width)
    check_access(page)


def test_on_a_phone_the_charts_can_be_read_and_the_page_does_not_scroll_sideways(regular: Open) -> None:
    page = regular("officer", maps=False, size=(400, 760))
    page.goto("/overview")
    for chart in ("hour_weekday", "week", "road", "entry"):
        page.locator(f"#by-{chart} svg").wait_for()
        heights = [text.bounding_box()["height"] for text in page.locator(f"#by-{chart} svg text").all()[:5]]
        assert min(heights) >= 9, (chart, heights)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("#by-hour_weekday .cell").first.bounding_box()["width"] >= 24
