"""What tests of several pages do."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

_TODAY = dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()
LATER = ((_TODAY + dt.timedelta(1)).isoformat(), (_TODAY + dt.timedelta(20)).isoformat())
_PLATES = iter(range(10_000, 99_999))


def applied(served: Any, **changes: Any) -> str:
    """Hand an application in by the interface, and return its id."""
    driver = served.api("driver")
    form = {
        "notice": "linyi-2023-5",
        "holder": {"kind": "firm", "name": "临猗示例运输有限公司", "phone": "0359-0000000"},
        "vehicles": [{"plate": f"晋M{next(_PLATES)}", "vehicle_type": "重型自卸货车", "length_mm": 8600, "gross_mass_kg": 25000}],
        "goods": "商品混凝土",
        "purpose": "五一路工地浇筑",
        "route": {"roads": ["五一路", "北环路"]},
        "days": {"from": LATER[0], "to": LATER[1]},
        "windows": ["09:00-17:00"],
        **changes,
    }
    id_ = str(driver.post("/v1/permits", json=form).raise_for_status().json()["id"])
    driver.post(f"/v1/permits/{id_}/submit", json={}, headers={"if-match": "*"}).raise_for_status()
    return id_


def no_wider(page: Any) -> None:
    """Check that nothing has to be scrolled sideways."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def stripped(page: Any) -> str:
    """Return a page's text without what is marked as Chinese."""
    return str(
        page.evaluate(
            """() => { const body = document.body.cloneNode(true);
            for (const each of body.querySelectorAll('[lang=zh-CN], [lang=zh-CN] *, script, option, datalist, .map')) each.remove();
            return body.textContent; }"""
        )
    )
