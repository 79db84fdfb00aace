"""A notice with several zones on the pages: put in force with all of them, drawn with all of them, checked one by one."""

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from two_rings import ZONES, at, written

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_all_zones_are_put_in_force_drawn_and_one_is_chosen_for_a_check(
    regular: Callable[..., Any], served: Any, tmp_path: Path
) -> None:
    county = written(tmp_path)
    with closing(served.api("admin")) as client:
        first = client.get("/v1/in-force").json()["enactments"][0]["id"]
        for kind, name in (("notice", "law/jia.yaml"), *(("zone", f"{zone}.geojson") for zone in ZONES)):
            client.post(f"/v1/documents?kind={kind}", content=(county / name).read_bytes()).raise_for_status()
    page = regular("admin", maps=False)
    page.goto("/settings#law")
    page.get_by_role("button", name="让“甲县货车禁行通告”生效").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("用哪个区域").select_option(label="town")
    for zone in ("core", "listed", "town"):  # the first one among the others too: it counts once
        dialog.get_by_role("checkbox", name=zone).check()
    dialog.get_by_label("理由").fill("甲县")
    dialog.get_by_role("button", name="生效").click()
    page.locator(".toast", has_text="已生效").wait_for()
    page.get_by_text(re.compile("town、(core、listed|listed、core)")).wait_for()
    with closing(served.api("admin")) as client:
        client.post(f"/v1/in-force/{first}/end", json={"why": "x"}, headers={"if-match": "*"}).raise_for_status()

    page = regular("officer")
    page.goto("/desk")
    page.wait_for_selector("#map[data-ready=yes]", timeout=60_000)
    lon, lat = at(1500, 1250)
    drawn = page.evaluate(
        "([lon, lat]) => { const map = deskMap.map; map.jumpTo({ center: [lon, lat], zoom: 12 }); return map.getSource('zone').serialize().data.features"
        ".filter((each) => each.properties.role === 'area').length; }",
        [lon, lat],
    )
    assert drawn == len(ZONES)

    page.goto("/runs")
    (tmp_path / "traces.csv").write_text("vehicle_id,time,lon,lat\nA,2024-05-08T23:00:00+08:00,113.9,35.2\n", "utf-8")
    (tmp_path / "vehicles.csv").write_text("vehicle_id,vehicle_type\nA,重型自卸货车\n", "utf-8")
    page.set_input_files("#files", [tmp_path / "traces.csv", tmp_path / "vehicles.csv"])
    page.get_by_label("WGS 84").check()
    page.get_by_label("用途", exact=True).fill("专项检查")
    page.get_by_role("button", name="上传并核查").click()
    page.get_by_text("请选择查哪个区域。").wait_for()
    page.get_by_label("查哪个区域").select_option(label="core")
    page.get_by_role("button", name="上传并核查").click()
    page.locator(".run", has_text="甲县货车禁行通告 · core").wait_for(timeout=60_000)
    _visits(page, served, tmp_path)


def _visits(page: Any, served: Any, tmp_path: Path) -> None:
    """Look for visits in one zone, by the page."""
    page.goto("/enterprises/runs")
    which = page.get_by_label("查哪个区域")
    assert sorted(which.locator("option").all_text_contents()) == sorted(["请选择", *ZONES])
    page.get_by_label("过磅单、装载单：是否超限").check()
    assert which.is_hidden()
    page.get_by_label("轨迹：到访和名单外装载点").check()
    sites = "enterprise,lon,lat,radius_m,crs,source,date\nlinyi-2023-18-01,113.99,35.2,80,wgs84,测量,2024-03-01\n"
    (tmp_path / "sites.csv").write_text(sites, "utf-8")
    page.set_input_files("#files", [tmp_path / f"{name}.csv" for name in ("traces", "vehicles", "sites")])
    page.get_by_label("WGS 84").check()
    page.get_by_label("用途", exact=True).fill("专项检查")
    page.get_by_role("button", name="上传并核查").click()
    page.get_by_text("请选择查哪个区域。").wait_for()
    which.select_option(label="listed")
    page.get_by_role("button", name="上传并核查").click()
    page.locator(".run[data-kind=visits]").wait_for(timeout=60_000)
    with closing(served.api("officer")) as client:
        (run,) = client.get("/v1/visits/runs").json()["runs"]
        listed = next(each for each in client.get("/v1/zones").json()["zones"] if each["id"] == "listed")
    assert run["options"]["zone"] == listed["sha256"]
