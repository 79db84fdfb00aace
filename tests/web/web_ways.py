"""What tests of several pages do."""

import datetime as dt
import time
from contextlib import closing
from typing import Any
from zoneinfo import ZoneInfo

_TODAY = dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()
LATER = ((_TODAY + dt.timedelta(1)).isoformat(), (_TODAY + dt.timedelta(20)).isoformat())
_PLATES = iter(range(10_000, 99_999))


def asked(served: Any, login: str, method: str, path: str, body: Any = None) -> Any:
    """Ask the interface as somebody, and return the body of the answer."""
    with closing(served.api(login)) as client:
        return client.request(method, path, json=body, headers={"if-match": "*"}).raise_for_status().json()


def until(page: Any, condition: str, *, seconds: float = 30) -> None:
    """Wait until an expression holds; Playwright's own way would need `eval`, which the pages forbid."""
    end = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(100)


def applied(served: Any, **changes: Any) -> str:
    """Hand an application in by the interface, and return its id."""
    form = {
        "notice": "linyi-2023-5",
        "holder": {"kind": "firm", "name": "临猗示例运输有限公司", "phone": "0359-0000000"},
        "vehicles": [
            {"plate": f"晋M{next(_PLATES)}", "vehicle_type": "重型自卸货车", "length_mm": 8600, "gross_mass_kg": 25000}
        ],
        "goods": "商品混凝土",
        "purpose": "五一路工地浇筑",
        "route": {"roads": ["五一路", "北环路"]},
        "days": {"from": LATER[0], "to": LATER[1]},
        "windows": ["09:00-17:00"],
        **changes,
    }
    id_ = str(asked(served, "driver", "POST", "/v1/permits", form)["id"])
    asked(served, "driver", "POST", f"/v1/permits/{id_}/submit", {})
    return id_


def no_wider(page: Any) -> None:
    """Check that nothing has to be scrolled sideways."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def stripped(page: Any) -> str:
    """Return a page's text without what is marked as Chinese, and without findings, whose sentences name streets and plates."""
    return str(
        page.evaluate(
            """() => { const body = document.body.cloneNode(true);
            for (const each of body.querySelectorAll('[lang=zh-CN], [lang=zh-CN] *, script, option, datalist, .map, .finding p')) each.remove();
            return body.textContent; }"""
        )
    )
