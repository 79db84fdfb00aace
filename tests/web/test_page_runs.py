"""The officer's whole way: from files over the check to a lead, a violation and a sheet of paper; and uploads that break off."""

import io
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from desk_data import day, ready, working
from paper import poppler
from PIL import Image

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a day's files; one row of the traces cannot be read."""
    folder = tmp_path_factory.mktemp("day")
    for kind, data in day().items():
        (folder / f"{kind}.csv").write_bytes(data)
    rows = day()["traces"].splitlines(keepends=True)
    cells = rows[200].split(b",")
    cells[rows[0].rstrip().split(b",").index(b"time")] = b"no time at all"
    (folder / "traces.csv").write_bytes(b"".join([*rows[:200], b",".join(cells), *rows[201:]]))
    return folder


def _fill(page: Any, folder: Path, *names: str) -> None:
    page.set_input_files("#files", [folder / name for name in names])
    page.get_by_label("WGS 84").check()
    page.get_by_label("用途", exact=True).fill("五月货车专项检查")


def test_from_files_over_the_rows_that_are_rejected_to_a_sheet_of_paper(
    regular: Open, served: Any, files: Path, tmp_path: Path
) -> None:
    page = regular("officer", size=(1280, 700))
    page.goto("/runs")
    page.get_by_text("还没有核查过轨迹").wait_for()
    page.get_by_role("button", name="上传并核查").click()
    page.get_by_text("还缺轨迹文件").wait_for()
    page.set_input_files("#files", [files / "traces.csv", files / "vehicles.csv", files / "permits.csv"])
    page.get_by_role("button", name="上传并核查").click()
    page.get_by_text("请选择轨迹的坐标系").wait_for()
    assert page.locator("[name=crs]:checked").count() == 0, "never guessed"
    page.get_by_label("WGS 84").check()
    page.get_by_role("button", name="上传并核查").click()
    page.get_by_text("请写明用途").wait_for()
    page.get_by_label("用途", exact=True).fill("五月货车专项检查")
    with working(served.settings):
        page.get_by_role("button", name="上传并核查").click()
        page.locator(".run").wait_for(timeout=60_000)
        page.locator(".run[data-state=done]").wait_for(timeout=180_000)
    run = page.locator(".run").get_attribute("data-id")
    with closing(served.api("officer")) as client:
        counts = client.get(f"/v1/traces/runs/{run}").json()["counts"]
    assert counts["rows"]["read"] == counts["rows"]["used"] + counts["rows"]["rejected"]
    assert f"{counts['rows']['read']:,}" in page.locator(".counts").text_content()
    passages = counts["passages"]
    assert passages["all"] == sum(passages[each] for each in ("prohibited", "undetermined", "lawful", "unsure"))
    _rejected(page)
    page.get_by_role("link", name="看线索").click()
    ready(page)
    assert page.locator("#leads .lead").count() == counts["leads"]
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/leads/*")
    page.locator("[data-act=confirm]").click()
    page.get_by_role("button", name="卡口照片与车牌、时间、地点一致").click()
    for box in page.locator("dialog [type=checkbox]").all():
        box.check()
    page.locator("dialog").get_by_role("button", name="确认").click()
    page.locator(".toast").get_by_text("已确认").wait_for()
    page.keyboard.press("k")
    page.locator(".leadhead .statechip.confirmed").wait_for()
    _sheets(page, served, page.url.rpartition("/")[2], tmp_path)


def _rejected(page: Any) -> None:
    """Read where the rejected row is, which is shown after a purpose is said."""
    page.get_by_role("button", name="被拒绝的行").click()
    page.locator("dialog [name=why]").fill("查看坏行")
    page.get_by_role("button", name="查看").click()
    page.locator("dialog tbody td").first.wait_for()
    assert page.locator("dialog tbody td").all_text_contents()[:3] == ["traces.csv", "201", "time"]
    page.keyboard.press("Escape")


def _sheets(page: Any, served: Any, lead: str, tmp_path: Path) -> None:
    """Read the sheet of a lead, with its plate masked and in full."""
    answer = page.context.request.get(f"/desk/leads/{lead}/sheet.pdf", timeout=60_000)
    assert answer.ok, answer.text()
    (tmp_path / "sheet.pdf").write_bytes(answer.body())
    said = poppler("pdftotext", "-layout", tmp_path / "sheet.pdf", "-").decode()
    assert "货车禁行线索单" in said
    assert "***" in said
    assert "作为证据还缺什么" in said
    assert "重中型货车禁止通行" in said
    with closing(served.api("officer")) as client:
        plate = client.get(f"/v1/leads/{lead}").json()["plate"]
    assert plate not in said
    _scan(tmp_path / "sheet.pdf", f"{served.url}/desk/leads/{lead}")
    refused = page.context.request.get(f"/desk/leads/{lead}/sheet.pdf?plates=full")
    assert refused.status == 422
    full = page.context.request.get(f"/desk/leads/{lead}/sheet.pdf?plates=full&why=移送法制科", timeout=60_000)
    (tmp_path / "full.pdf").write_bytes(full.body())
    said = poppler("pdftotext", tmp_path / "full.pdf", "-").decode()
    assert plate in said
    with closing(served.api("admin")) as client:
        assert client.get(f"/desk/leads/{lead}/sheet.pdf", params={"plates": "full", "why": "x y"}).status_code == 403


def _scan(pdf: Path, address: str) -> None:
    """Read the QR code as a telephone does."""
    zxing = pytest.importorskip("zxingcpp")
    drawn = poppler("pdftoppm", "-r", "200", "-png", "-f", "1", "-l", "1", pdf)
    assert zxing.read_barcodes(Image.open(io.BytesIO(drawn)))[0].text == address


def test_an_upload_goes_on_after_a_reload_and_a_broken_connection(regular: Open, files: Path) -> None:
    page = regular("officer", maps=False)
    page.goto("/runs")
    _fill(page, files, "traces.csv", "vehicles.csv")
    # the line breaks after the first piece
    sent = 0

    def cut(route: Any) -> None:
        nonlocal sent
        sent += 1
        route.continue_() if sent == 1 else route.abort()

    page.route(
        "**/v1/traces/uploads/*", lambda route: cut(route) if route.request.method == "PATCH" else route.continue_()
    )
    page.get_by_role("button", name="上传并核查").click()
    page.get_by_text("连接断了").wait_for()
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_text("上次没有传完").wait_for()
    assert page.get_by_label("用途", exact=True).input_value() == "五月货车专项检查"
    page.locator("[data-name='traces.csv'][data-state=again]").wait_for()
    page.get_by_role("button", name="上传并核查").click()
    page.get_by_text("请再次选择 traces.csv").wait_for()
    page.unroute_all()
    offsets = []
    page.on(
        "request",
        lambda request: offsets.append(request.headers["upload-offset"]) if request.method == "PATCH" else None,
    )
    page.set_input_files("#files", [files / "traces.csv", files / "vehicles.csv"])
    page.get_by_role("button", name="上传并核查").click()
    page.locator(".run[data-state=queued]").first.wait_for(timeout=60_000)
    assert int(offsets[0]) > 0, "what had arrived is not sent again"
    page.get_by_role("button", name="取消核查").click()
    page.locator(".run[data-state=cancelled]").first.wait_for()


def test_a_file_that_is_not_what_its_name_says_is_refused_with_the_reason(
    regular: Open, files: Path, tmp_path: Path
) -> None:
    (tmp_path / "traces.parquet").write_bytes(b"no parquet at all, but long enough")
    page = regular("officer", maps=False)
    page.goto("/runs")
    _fill(page, files, "vehicles.csv")
    page.set_input_files("#files", [tmp_path / "traces.parquet"])
    page.get_by_role("button", name="上传并核查").click()
    page.locator("[data-name='traces.parquet'][data-state=refused]").wait_for()
    page.locator("#fault").get_by_text(".parquet").wait_for()


def test_both_languages_and_screens_without_serious_faults(
    regular: Open, files: Path, check_access: Callable[[Any], None], picture: Callable[..., None]
) -> None:
    for lang in ("zh", "en"):
        page = regular("officer", lang=lang)
        page.goto("/runs")
        page.set_input_files("#files", [files / "traces.csv", files / "vehicles.csv"])
        page.locator(".files li").nth(1).wait_for()
        page.locator(".run").first.wait_for()
        check_access(page)
        picture(page, f"runs-{lang}", full_page=True)
        for width, height in ((1280, 860), (1920, 1080), (768, 1024)):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (lang, width)
    check_access(page)


def test_an_auditor_sees_the_runs_and_cannot_upload(regular: Open) -> None:
    page = regular("auditor", maps=False)
    page.goto("/runs")
    page.locator(".run").first.wait_for()
    assert page.locator("#upload").count() == 0
    assert page.get_by_role("button", name="取消核查").count() == 0
