"""The map of a lead: by the hash of the zone it was judged by; where that is replaced, its notice's zone of the same name."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DRAW = """async ([sha256, zone, notice]) => {
  const from = document.querySelector("script[type=module][src]").src.replace(/js[/][^/]*$/, "js/map.js");
  const { zoneMap } = await import(from);
  const box = Object.assign(document.createElement("div"), { className: "map" });
  document.querySelector("main").append(box);
  const drawn = await zoneMap(box, { zone: { sha256, zone, notice } });
  return [box.dataset.ready, drawn?.zone.truckban.sha256 ?? null];
}"""


def test_a_zone_that_was_replaced_is_drawn_as_its_notice_has_it_now_and_no_other_one(
    person: Callable[..., Any], served: Any
) -> None:
    with served.api("officer") as client:
        (zone,) = client.get("/v1/zones").json()["zones"]
    page = person("officer")
    page.goto("/runs")
    page.locator("#runs").wait_for()
    (notice,) = zone["notices"]
    expected = {
        (zone["sha256"], zone["id"], notice): ["yes", zone["sha256"]],
        ("0" * 64, zone["id"], notice): ["yes", zone["sha256"]],
        ("0" * 64, zone["id"], "jia-2024-1"): ["no", None],  # another county's of the same name is not drawn
        ("0" * 64, "ring-roads", notice): ["no", None],
    }
    assert {asked: page.evaluate(DRAW, list(asked)) for asked in expected} == expected
