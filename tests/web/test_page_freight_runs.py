"""From files to visits and loads, by the page; names of an enterprise entered and taken back; permits of the store in a check."""

import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from desk_data import working
from web_ways import asked, no_wider, stripped, until

sys.path.append(str(Path(__file__).parents[1] / "api"))
from freight import freight_day

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Any]
WHY = "五月源头企业核查"
FIRST = "linyi-2023-18-01"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a day's files, the slips once more with a row that cannot be read."""
    folder = tmp_path_factory.mktemp("freight")
    for kind, data in freight_day().items():
        (folder / ("sites.json" if kind == "sites" else f"{kind}.csv")).write_bytes(data)
    lines = freight_day()["slips"].splitlines(keepends=True)
    (folder / "bad.csv").write_bytes(b"".join([*lines, b"," * lines[0].count(b",") + b"\n", lines[1][:5] + b"\n"]))
    return folder


def _done(page: Any, kind: str) -> str:
    page.locator(f".run[data-kind={kind}]").first.wait_for(timeout=60_000)
    page.locator(f".run[data-kind={kind}][data-state=done]").first.wait_for(timeout=240_000)
    return str(page.locator(f".run[data-kind={kind}]").first.get_attribute("data-id"))


def test_from_files_to_visits_and_loads_on_the_enterprises_pages(
    regular: Open, served: Any, files: Path, check_access: Callable[[Any], None], picture: Open
) -> None:
    page = regular("officer", maps=False)
    page.goto("/enterprises")
    page.get_by_role("link", name="到访与装载核查").click()
    page.get_by_text("还没有核查过").wait_for()
    go = page.get_by_role("button", name="上传并核查")
    go.click()
    page.get_by_text("还缺轨迹文件").wait_for()
    page.set_input_files("#files", [files / name for name in ("traces.csv", "vehicles.csv", "sites.json")])
    assert [each.input_value() for each in page.locator("#chosen select").all()] == ["traces", "vehicles", "sites"]
    # for the other question these are no files at all, and back they are what they were
    page.get_by_label("过磅单、装载单：是否超限").check()
    assert page.get_by_label("WGS 84").is_hidden()
    page.get_by_label("轨迹：到访和名单外装载点").check()
    for select, kind in zip(page.locator("#chosen select").all(), ("traces", "vehicles", "sites"), strict=True):
        select.select_option(kind)
    page.get_by_label("用途", exact=True).fill(WHY)
    go.click()
    page.get_by_text("请选择轨迹的坐标系").wait_for()
    page.get_by_label("WGS 84").check()
    page.get_by_label("停留至少（分钟）").fill("0")
    go.click()
    page.get_by_text("停留时间应在 1 到 1440 分钟之间").wait_for()
    page.get_by_label("停留至少（分钟）").fill("10")
    with working(served.settings):
        go.click()
        run = _done(page, "visits")
        page.get_by_label("过磅单、装载单：是否超限").check()
        page.set_input_files("#files", files / "bad.csv")
        page.get_by_label("用途", exact=True).fill(WHY)
        go.click()
        loads = _done(page, "loads")
    told = asked(served, "officer", "GET", f"/v1/visits/runs/{run}")
    assert told["options"]["min_minutes"] == 10
    said = page.locator(f".run[data-id='{run}'] .counts").text_content()
    assert f"到访 {told['counts']['visits']['visits']['all']} 次" in said
    assert f"名单外疑似装载点 {told['counts']['unlisted']['clusters']['candidates']} 处" in said
    counted = asked(served, "officer", "GET", f"/v1/loads/runs/{loads}")["counts"]
    assert f"记录 {counted['records']} 条" in page.locator(f".run[data-id='{loads}'] .counts").text_content()
    assert counted["rejected"] == page.locator(f".run[data-id='{loads}'] tbody tr").count() > 0
    _shown(page, run, told["counts"]["visits"]["visits"]["all"])
    _looked_at(page, served, check_access, picture)


def _shown(page: Any, run: str, visits: int) -> None:
    """Check that what was found, enterprise by enterprise, adds up."""
    page.locator(f".run[data-id='{run}']").get_by_role("button", name="按企业看结果").click()
    page.locator(f".run[data-id='{run}'] tbody tr").first.wait_for()
    cells = page.locator(f".run[data-id='{run}'] td:nth-child(2)").all_text_contents()
    assert sum(int(each) for each in cells) == visits


def _looked_at(page: Any, served: Any, check_access: Callable[[Any], None], picture: Open) -> None:
    check_access(page)
    no_wider(page)
    picture(page, "enterprises-runs-zh", full_page=True)
    page.set_viewport_size({"width": 360, "height": 740})
    no_wider(page)
    page.context.add_cookies([{"name": "lang", "value": "en", "url": served.url}])
    page.set_viewport_size({"width": 1280, "height": 860})
    page.reload()
    page.locator(".run").first.wait_for()
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in stripped(page).replace("示意", "").replace("中文", ""))
    picture(page, "enterprises-runs-en", full_page=True)


def test_an_auditor_reads_the_runs_and_a_driver_does_not(regular: Open) -> None:
    page = regular("auditor", maps=False)
    page.goto("/enterprises/runs")
    page.get_by_text("您的角色只能查看核查结果").wait_for()
    assert page.locator("form").count() == 0
    answer = page.context.request.get("/enterprises/runs", headers={"accept": "text/html"})
    assert answer.status == 200
    other = regular("driver")
    assert other.goto("/enterprises/runs").status == 403


def test_a_name_is_entered_and_taken_back_and_another_enterprises_name_is_refused(regular: Open, served: Any) -> None:
    page = regular("reviewer", maps=False)
    page.goto(f"/enterprises/{FIRST}")
    page.get_by_role("button", name="登记别名").click()
    dialog = page.locator("dialog[open]")
    with closing(served.api("reviewer")) as client:
        other = client.get("/v1/enterprises/linyi-2023-18-02").json()["names"][-1]["name"]
    dialog.get_by_label("别名").fill(other)
    dialog.get_by_label("依据").fill("县治超办函")
    dialog.get_by_label("理由").fill("单据上这样写")
    dialog.get_by_role("button", name="登记").click()
    dialog.get_by_text("已经是").wait_for()
    assert dialog.get_by_label("依据").input_value() == "县治超办函", "nothing typed is lost"
    dialog.get_by_label("别名").fill("汇鑫搅拌站")
    dialog.get_by_role("button", name="登记").click()
    page.locator("#history").get_by_text("汇鑫搅拌站（县治超办函").wait_for()
    assert asked(served, "reviewer", "GET", f"/v1/enterprises/{FIRST}")["aliases"][0]["name"] == "汇鑫搅拌站"
    page.get_by_role("button", name="撤销别名 汇鑫搅拌站").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("依据").fill("县治超办函")
    dialog.get_by_label("理由").fill("写错了")
    dialog.get_by_role("button", name="撤销").click()
    until(page, "!document.querySelector('#history [data-alias]')")
    assert asked(served, "reviewer", "GET", f"/v1/enterprises/{FIRST}")["aliases"] == []


def test_a_check_judges_by_the_permits_of_the_store_where_it_is_ticked(regular: Open, files: Path) -> None:
    page = regular("officer", maps=False)
    page.goto("/runs")
    page.set_input_files("#files", [files / name for name in ("traces.csv", "vehicles.csv")])
    page.get_by_label("WGS 84").check()
    page.get_by_label("用途", exact=True).fill(WHY)
    page.get_by_label("也按本系统发放的通行证判断").check()
    with page.expect_request(
        lambda request: request.url.endswith("/v1/traces/runs") and request.method == "POST"
    ) as sent:
        page.get_by_role("button", name="上传并核查").click()
    assert sent.value.post_data_json["permits"] == "store"
    page.locator(".run").get_by_text("含本系统通行证").wait_for()
    assert not page.get_by_label("也按本系统发放的通行证判断").is_checked(), "asked again for the next check"
