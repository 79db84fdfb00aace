import re
import shutil
import subprocess
from pathlib import Path

import pytest
from report_opened import TOO_FAINT, Window

from truckban.report import write_report
from truckban.traces.check import Checked

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def file(checked: Checked, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(checked, path, lang="zh")
    return path


def test_a_report_opens_offline_and_its_map_and_table_point_at_each_other(
    window: Window, file: Path, checked: Checked
) -> None:
    opened = window(file)
    page = opened.page
    leads = len(checked.leads)
    assert opened.count("tbody.lead") == leads
    assert opened.count("path.passage") == len(checked.parts)

    page.locator("#r1 .main td.roads").click()
    opened.settle()
    assert page.locator("#r1.on.open").count() == 1
    assert opened.count("#m1") == 1
    assert opened.count("#picked .core") == 1
    assert page.locator("#picked .core").get_attribute("d") == page.locator("#p1").get_attribute("d")
    page.keyboard.press("Escape")
    assert opened.count("#picked .core") == 0

    middle = page.evaluate(
        """() => { const path = document.getElementById("p0"); const at = path.getPointAtLength(path.getTotalLength() / 2);
        const seen = at.matrixTransform(path.getScreenCTM()); return [seen.x, seen.y + 2]; }"""
    )
    page.mouse.click(*middle)
    opened.settle()
    assert page.locator("tbody.lead.on").count() == 1
    number = page.locator("tbody.lead.on").get_attribute("data-n")
    assert page.locator("#picked .core").get_attribute("d") == page.locator(f"#p{number}").get_attribute("d")

    assert opened.said == []
    assert opened.asked == [file.as_uri()]


def test_filters_search_and_sorting_work(window: Window, file: Path, checked: Checked) -> None:
    opened = window(file)
    page = opened.page
    counts = checked.counts()["passages"]

    page.locator("input[value=prohibited]").uncheck()
    assert opened.count("tbody.lead") == counts["undetermined"]
    assert opened.count("path.passage") == counts["all"] - counts["prohibited"]
    page.locator("input[value=undetermined]").uncheck()
    assert opened.count("tbody.lead") == 0
    assert opened.count("#none") == 1
    page.locator("input[value=prohibited]").check()
    page.locator("input[value=undetermined]").check()

    page.locator("#find").fill("晋M12345")
    assert opened.count("tbody.lead") == sum(lead.plate == "晋M12345" for lead in checked.leads)
    page.locator("#find").fill("")

    def written() -> list[str]:
        return [str(text) for text in page.locator("td.vehicle b").all_inner_texts()]

    page.locator("th.vehicle button").click()
    assert written() == sorted(written())
    page.locator("th.vehicle button").click()
    assert written() == sorted(written(), reverse=True)
    assert page.locator("th.vehicle").get_attribute("aria-sort") == "descending"
    assert opened.said == []


def test_the_map_zooms_moves_and_comes_back(window: Window, file: Path) -> None:
    opened = window(file)
    page = opened.page

    def view() -> list[float]:
        opened.settle()
        return [round(float(value), 3) for value in str(page.locator("#sheet").get_attribute("viewBox")).split()]

    first = view()
    page.locator("[data-do=in]").click()
    nearer = view()
    assert nearer[2] < first[2]
    page.locator("#sheet").focus()
    page.keyboard.press("ArrowRight")
    assert view()[0] > nearer[0]
    page.locator("#sheet").hover()
    page.mouse.wheel(0, -300)
    assert view()[2] < nearer[2]
    page.locator("#sheet").focus()
    page.keyboard.press("0")
    assert view() == pytest.approx(first, abs=0.01)
    assert opened.said == []


def test_nothing_runs_over_the_edge_of_the_screen_and_text_has_enough_contrast_in_both_schemes(
    window: Window, file: Path
) -> None:
    opened = window(file, size=(390, 844))
    opened.page.locator("#unfold").click()
    for width in (390, 1280):
        opened.page.set_viewport_size({"width": width, "height": 844})
        opened.settle()
        assert opened.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width
    for scheme in ("light", "dark"):
        opened.page.emulate_media(color_scheme=scheme)
        assert opened.page.evaluate(TOO_FAINT) == [], scheme
    assert opened.said == []


def test_on_paper_every_page_of_the_table_names_its_columns(window: Window, file: Path, tmp_path: Path) -> None:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext (poppler-utils) is not installed: the sheet is not read")
    opened = window(file)
    opened.page.locator("#unfold").click()
    sheet = tmp_path / "report.pdf"
    opened.page.pdf(path=sheet, format="A4")
    text = subprocess.run([program, "-layout", sheet, "-"], capture_output=True, check=True, text=True).stdout
    heads = [line for line in text.splitlines() if re.fullmatch(r"(时间 .*)?理由( +进入把握)?", line.strip())]
    assert len(heads) > 1
    assert all({"时间", "判断", "进入把握"} <= set(line.split()) for line in heads), heads
