"""From a figure of the overview to exactly the leads that it counts: by hour and weekday, by where they came in."""

import re
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from desk_data import many_leads
from web_ways import until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("nine_weeks")]
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def nine_weeks(served: Any, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Have leads of nine weeks in the store."""
    many_leads(served.store, tmp_path_factory.mktemp("leads"), 700, weeks=9)
    return 700


def _counted(served: Any, by: str) -> dict[tuple[Any, ...], int]:
    with closing(served.api("officer")) as client:
        figures = client.get(f"/v1/statistics/leads/{by}").json()["figures"]
    return {tuple(each["key"].values()): each["leads"] for each in figures}


def _listed(page: Any, count: int) -> None:
    """Wait until the desk lists so many leads, and all of them."""
    until(page, f"document.querySelectorAll('#leads .lead').length === {count}")
    page.get_by_text(f"共 {count} 条，已全部列出").wait_for()


def test_a_cell_and_an_entry_lead_to_exactly_their_leads(regular: Open, served: Any) -> None:
    page = regular("officer")
    page.goto("/overview")
    cells = page.locator("#by-hour_weekday a")
    cells.first.wait_for()
    counted = _counted(served, "hour_weekday")
    assert cells.count() == len(counted)
    # by keys alone: one stop of the tabulator, then arrows, in step with what is drawn
    assert page.locator("#by-hour_weekday a[tabindex='0']").count() == 1
    cells.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    on = page.evaluate(
        "() => { const { day, hour } = document.activeElement.dataset; return [Number(day) + 1, Number(hour)]; }"
    )
    assert on == [2, sorted(hour for day, hour in counted if day == 1)[1]]
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/desk\?.*weekday={on[0]}.*hour={on[1]}|/desk\?.*hour={on[1]}.*weekday={on[0]}"))
    _listed(page, counted[on[0], on[1]])
    assert page.get_by_label("星期").input_value() == "2"
    assert page.get_by_label("钟点").is_visible(), "what is filtered by stands open"
    # the map is in step, and taking the hour away widens the list to the weekday
    until(page, f"document.getElementById('map').dataset.leads === '{counted[on[0], on[1]]}'", seconds=60)
    page.get_by_label("钟点").select_option("")
    wider = sum(count for (day, _), count in counted.items() if day == 2)
    page.wait_for_url(lambda url: "hour=" not in url)
    until(page, f"document.querySelectorAll('#leads .lead').length >= {min(wider, 40)}")
    # an entry of the overview
    page.goto("/overview?weekday=2")
    page.locator("#by-entry a").first.wait_for()
    assert page.locator("#by-state .sum b").first.text_content() == f"{wider}", "the overview takes the filter too"
    href = page.locator("#by-entry a").first.get_attribute("href")
    entry = re.search(r"entry=(\w+)", href).group(1)  # type: ignore[union-attr]
    with closing(served.api("officer")) as client:
        found = client.get("/v1/leads", params={"weekday": 2, "entry": entry, "limit": 200}).json()["leads"]
    page.locator("#by-entry a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk?*")
    _listed(page, len(found))
    assert page.get_by_label("进入路口").input_value() == entry
    until(page, "document.querySelectorAll('#leads .lead[data-id]').length > 0")
    shown = page.locator("#leads .lead").evaluate_all("rows => rows.map((each) => each.dataset.id).sort()")
    assert shown == sorted(lead["lead_id"] for lead in found)
