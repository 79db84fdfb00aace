"""The applicant's form from the list of applications to its being handed in, without a mouse."""

import io
import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from web_ways import LATER, asked, until

pytestmark = pytest.mark.browser
Open = Callable[..., Any]


def _tab_to(page: Any, selector: str, *, most: int = 60, back: bool = False) -> None:
    """Press the tabulator until an element has the focus: it can be reached, and is not behind too many others."""
    for _ in range(most):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(selector)


def _day(page: Any, day: str) -> None:
    """Type a day into the field that has the focus, in the order that this browser's language has."""
    year, month, day_ = f"{date.fromisoformat(day):%Y %m %d}".split()
    for parts in ((year, month, day_), (day_, month, year), (month, day_, year)):
        for each in parts:
            page.keyboard.type(each)
            if len(each) > 2:
                page.keyboard.press("ArrowRight")
        if page.evaluate("document.activeElement.value") == day:
            return
        for _ in parts:
            page.keyboard.press("ArrowLeft")
    raise AssertionError(day)


def _time(page: Any, clock: str) -> None:
    page.keyboard.type(clock.replace(":", ""))
    if page.evaluate("document.activeElement.value") != clock:
        page.keyboard.type("a")  # a clock of twice twelve hours
    assert page.evaluate("document.activeElement.value") == clock


def _next(page: Any, step: str) -> None:
    _tab_to(page, ".stepfoot .main")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-step={step}]")
    assert page.evaluate("document.activeElement.id") == "step-title", "one goes on where one reads on"


def _begun(page: Any) -> str:
    page.goto("/apply")
    page.wait_for_selector("#found[data-ready]")
    _tab_to(page, "#begin")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/apply/[0-9A-Z]{26}"))
    page.wait_for_selector("[data-step=holder]")
    return str(page.url.rsplit("/", 1)[1].partition("#")[0])


def _who_and_what(page: Any) -> None:
    _tab_to(page, "#holder-name")
    page.keyboard.insert_text("临猗示例运输有限公司")
    _next(page, "vehicles")
    _tab_to(page, "#vehicles-0-plate")
    page.keyboard.insert_text("晋M66666")
    page.keyboard.press("Tab")
    page.keyboard.insert_text("重型自卸货车")
    page.keyboard.press("Tab")
    page.keyboard.type("8600")
    page.keyboard.press("Tab")
    page.keyboard.type("25000")
    _next(page, "purpose")
    _tab_to(page, "#goods")
    page.keyboard.insert_text("商品混凝土")
    page.keyboard.press("Tab")
    page.keyboard.insert_text("工地浇筑，每天 6 趟")
    _next(page, "where")


def _where_and_when(page: Any) -> None:
    for road in ("五一路", "北环路"):
        _tab_to(page, "#road-add", back=road == "北环路")
        page.keyboard.insert_text(road)
        page.keyboard.press("Enter")
        page.get_by_role("button", name=f"去掉 {road}").wait_for()
    # a road that was chosen is taken away again, and its button reached by keys
    _tab_to(page, ".tags li:last-child button")
    page.keyboard.press("Enter")
    until(page, "document.querySelectorAll('.tags li').length === 1")
    _tab_to(page, "#days-from")
    _day(page, LATER[0])
    _tab_to(page, "#days-to")
    _day(page, LATER[1])
    _tab_to(page, "#hours-add")
    page.keyboard.press("Enter")
    until(page, "document.activeElement.id === 'hours-0-from'")
    _time(page, "09:00")
    _tab_to(page, ".linerow label:nth-child(2) input")
    _time(page, "11:00")
    _next(page, "files")


def _file(page: Any) -> None:
    image = pytest.importorskip("PIL.Image")
    drawn = io.BytesIO()
    image.new("RGB", (40, 40), "white").save(drawn, "PNG")
    # asked for before the keys that lead there: set up in the same breath as the key, it comes after it at times,
    # and the browser opens a window of its own that nobody sees
    asked_for: list[Any] = []
    page.on("filechooser", partial(list.append, asked_for))
    _tab_to(page, "#file")
    page.keyboard.press("Enter")
    while not asked_for:
        page.wait_for_event("filechooser")
    asked_for[0].set_files({"name": "行驶证.png", "mimeType": "image/png", "buffer": drawn.getvalue()})
    page.get_by_text("行驶证.png").wait_for()
    _next(page, "check")


def test_the_form_is_handed_in_by_keys_alone(regular: Open, served: Any) -> None:
    page = regular("driver", maps=False)
    id_ = _begun(page)
    for part in (_who_and_what, _where_and_when, _file):
        part(page)
    _tab_to(page, "#need-go")
    page.keyboard.press("Enter")
    page.get_by_text("晋M66666：在所填的道路和时段内受限").wait_for()
    page.wait_for_selector(".saved.saved")
    _tab_to(page, ".stepfoot .main")
    page.keyboard.press("Enter")
    page.get_by_text("正在审批").wait_for()
    told = asked(served, "reviewer", "GET", f"/v1/permits/{id_}")
    assert told["state"] == "submitted"
    application = told["application"]
    assert application["route"]["roads"] == ["五一路"]
    assert (application["days"]["from"], application["days"]["to"]) == LATER
    assert application["windows"] == ["09:00-11:00"]
    assert len(told["attachments"]) == 1
