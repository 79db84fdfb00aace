"""The driver's page of a service of two counties: a driver in the second one is told what the second one says."""

from typing import Any
from urllib.parse import urlencode

import pytest
from driver_ways import DAY, PHONE, Driver, opened
from two_counties import County, county

pytestmark = pytest.mark.browser

AWAY = county("丙县", "bing-2024-1", hours="22:00-06:00", through="解放路")


@pytest.fixture(scope="module")
def second(served: Any) -> County:
    """Put a second county's notice in force beside the built-in one."""
    with served.api("admin") as admin:
        known = {}
        for kind, content in (("notice", AWAY.notice), ("zone", AWAY.zone)):
            told = admin.post(f"/v1/documents?kind={kind}", content=content).raise_for_status().json()
            known[f"{kind}_sha256"] = told["sha256"]
        admin.post("/v1/in-force", json={**known, "why": "x"}).raise_for_status()
    return AWAY


@pytest.mark.parametrize(("clock", "verdict"), [("23:00", "prohibited"), ("10:00", "allowed")])
def test_a_driver_in_the_second_county_is_told_its_hours(
    person: Driver, second: County, clock: str, verdict: str
) -> None:
    asked = {"mode": "here", "type": "重型自卸货车", "to": "x", **second.centre, "when": "depart", "at": DAY + clock}
    page = opened(person(**PHONE), f"/?{urlencode(asked)}")
    page.locator(f"[data-verdict={verdict}]").wait_for()
    text = page.locator("#answer").inner_text()
    assert "22:00" in text
    if verdict == "prohibited":
        assert "22:00–06:00" in text
    for name in ("临猗县", "丙县"):
        assert page.locator("#law").get_by_text(name).count() == 1
