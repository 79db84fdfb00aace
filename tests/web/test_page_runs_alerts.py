"""Checks begun by the page: the officer says when alerts were in force, where the notice has bans that hang on them."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from two_rings import notice, written
from web_ways import no_wider

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Any]
TEXT = (
    notice()
    .replace("windows: [day], when", "alerts: [red, orange], when")
    .replace(
        "windows:\n",
        "alerts: {red: {zh: 红色预警, en: Red alert}, orange: {zh: 橙色预警, en: Orange alert}, blue: {zh: 蓝色预警, en: Blue alert}}\nwindows:\n",
    )
)


@pytest.fixture(scope="module")
def files(served: Any, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Put the county's notice in force, alone; return a day's files."""
    county = written(tmp_path_factory.mktemp("county"), TEXT)
    with closing(served.api("officer")) as client:
        assert 'name="alerts"' not in client.get("/runs").text  # a notice without alerts asks for none
    with closing(served.api("admin")) as client:
        first = client.get("/v1/in-force").json()["enactments"][0]["id"]
        law, zone = (
            client.post(f"/v1/documents?kind={kind}", content=(county / name).read_bytes()).json()["sha256"]
            for kind, name in (("notice", "law/jia.yaml"), ("zone", "town.geojson"))
        )
        put = {"notice_sha256": law, "zone_sha256": zone, "why": "甲县"}
        client.post("/v1/in-force", json=put).raise_for_status()
        client.post(f"/v1/in-force/{first}/end", json={"why": "x"}, headers={"if-match": "*"}).raise_for_status()
    traces, vehicles = county / "traces.csv", county / "vehicles.csv"
    traces.write_text("vehicle_id,time,lon,lat\nA,2024-05-08T23:00:00+08:00,113.9,35.2\n", "utf-8")
    vehicles.write_text("vehicle_id,vehicle_type\nA,重型自卸货车\n", "utf-8")
    return [traces, vehicles]


def filled(regular: Open, files: list[Path], **more: Any) -> Any:
    page = regular("officer", maps=False, **more)
    page.goto("/runs")
    page.set_input_files("#files", files)
    page.get_by_label("WGS 84").check()
    page.locator("#why").fill("专项检查")
    return page


def told(served: Any, page: Any, count: int) -> Any:
    """Wait for one more check, and return what it was told."""
    page.locator(".run").nth(count - 1).wait_for(timeout=60_000)
    run = page.locator(".run").first.get_attribute("data-id")
    with closing(served.api("officer")) as client:
        return client.get(f"/v1/traces/runs/{run}").json()["options"].get("alerts")


def test_what_is_wrong_is_said_beside_its_field_and_what_is_right_reaches_the_check(
    regular: Open, served: Any, files: list[Path]
) -> None:
    page = filled(regular, files)
    go, row = page.get_by_role("button", name="上传并核查"), page.locator("#spans li")
    assert page.get_by_label("不清楚（不查这些禁令）").is_checked(), "never guessed"
    assert row.first.is_hidden()
    page.get_by_label("有预警，起止如下").check()
    assert row.count() == 2
    # the levels that a ban asks for, by their names
    assert row.first.locator("option").all_text_contents() == ["请选择", "红色预警", "橙色预警"]
    first = row.first
    steps: list[tuple[str, str, Callable[[], Any]]] = [
        ("level_0", "请填预警的等级和起止", lambda: first.get_by_label("等级").select_option("red")),
        ("from_0", "请填预警开始的日期。", lambda: first.get_by_label("开始日期").fill("2024-05-03")),
        ("until_0", "请填预警结束的日期。", lambda: first.get_by_label("结束日期").fill("2024-05-02")),
        ("until_0", "预警的结束要晚于开始。", lambda: first.get_by_label("结束日期").fill("2024-05-04")),
    ]
    for field, said, mend in steps:
        go.click()
        page.locator("#fault", has_text=said).wait_for()
        wrong = page.locator("[aria-invalid=true]")
        assert [each.get_attribute("name") for each in wrong.all()] == [field]
        described = wrong.get_attribute("aria-describedby")
        assert said in page.locator(f"#{described}").text_content()
        assert page.evaluate("document.activeElement.name") == field
        mend()
        assert page.locator("[aria-invalid=true]").count() == 0
    # a third one, by the hour; the second is left empty
    page.get_by_role("button", name="再加一次预警").click()
    third = row.nth(2)
    third.get_by_label("等级").select_option("orange")
    third.get_by_label("开始日期").fill("2024-05-06")
    third.get_by_label("几点起").fill("12:30")
    third.get_by_label("结束日期").fill("2024-05-06")
    third.get_by_label("到几点止").fill("20:00")
    # what was typed is there after the page was left
    page.reload()
    page.locator("#spans li").nth(2).wait_for()
    assert row.nth(2).get_by_label("几点起").input_value() == "12:30"
    assert row.first.get_by_label("等级").input_value() == "red"
    page.set_input_files("#files", files)
    go.click()
    assert told(served, page, 1) == [
        {"level": "red", "from": "2024-05-03", "until": "2024-05-04"},
        {"level": "orange", "from": "2024-05-06T12:30:00", "until": "2024-05-06T20:00:00"},
    ]
    # the form is as it was at first
    assert page.get_by_label("不清楚（不查这些禁令）").is_checked()
    assert row.count() == 2
    assert row.first.is_hidden()


@pytest.mark.parametrize(("choice", "expected"), [("这段时间没有预警", []), (None, None)])
def test_none_and_not_known_are_two_answers(
    regular: Open, served: Any, files: list[Path], choice: str | None, expected: list[Any] | None
) -> None:
    page = filled(regular, files)
    with closing(served.api("officer")) as client:
        before = len(client.get("/v1/traces/runs").json()["runs"])
    if choice:
        page.get_by_label(choice).check()
    page.get_by_role("button", name="上传并核查").click()
    assert told(served, page, before + 1) == expected


def test_what_the_service_refuses_stands_beside_the_field_too(regular: Open, files: list[Path]) -> None:
    page = filled(regular, files)
    page.get_by_label("有预警，起止如下").check()
    row = page.locator("#spans li").nth(1)  # the first one is left empty: the service counts the others
    row.get_by_label("等级").select_option("red")
    row.get_by_label("开始日期").fill("2024-05-03")
    row.get_by_label("结束日期").fill("2024-05-03")
    # the notice is replaced while the form is open: the level is no longer there
    page.evaluate("document.querySelector('[name=level_1]').selectedOptions[0].value = 'violet'")
    page.get_by_role("button", name="上传并核查").click()
    page.locator("#span-fault-1", has_text="violet").wait_for(timeout=60_000)
    assert row.get_by_label("等级").get_attribute("aria-invalid") == "true"


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [400, 1200])
def test_the_fields_fit_the_screen_and_stand_there_without_a_script(regular: Open, lang: str, width: int) -> None:
    page = regular("officer", maps=False, lang=lang, size=(width, 900))
    page.goto(f"/runs?lang={lang}")
    page.get_by_label({"zh": "有预警，起止如下", "en": "There were some, from when to when:"}[lang]).check()
    page.locator("#spans li").first.wait_for()
    no_wider(page)
    bare = page.request.get(f"/runs?lang={lang}").text()
    assert 'name="level_1"' in bare
    assert {"zh": "红色预警", "en": "Red alert"}[lang] in bare
    assert "蓝色预警" not in bare
