import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from truckban.report import write_report
from truckban.traces.check import Checked

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytestmark = pytest.mark.browser
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no Chromium is installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=list(_ARGUMENTS))
        yield browser
        browser.close()


class _Opened:
    """A page opened from its file, with what it complained of and what it asked for."""

    def __init__(self, browser, file: Path, **options) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001, ANN003
        self.page = browser.new_context(offline=True, **options).new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(file.as_uri())
        self.settle()

    def settle(self) -> None:
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def count(self, query: str) -> int:
        return int(
            self.page.evaluate(
                "(query) => [...document.querySelectorAll(query)].filter((n) => n.getClientRects().length).length",
                query,
            )
        )


@pytest.fixture(scope="module")
def file(checked: Checked, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(checked, path, lang="zh")
    return path


def test_a_report_opens_offline_and_its_map_and_table_point_at_each_other(
    browser: object, file: Path, checked: Checked
) -> None:
    opened = _Opened(browser, file, viewport={"width": 1280, "height": 900})
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


def test_filters_search_and_sorting_work(browser: object, file: Path, checked: Checked) -> None:
    opened = _Opened(browser, file, viewport={"width": 1280, "height": 900})
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


def test_the_map_zooms_moves_and_comes_back(browser: object, file: Path) -> None:
    opened = _Opened(browser, file, viewport={"width": 1280, "height": 900})
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


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_runs_over_the_edge_of_the_screen(browser: object, file: Path, width: int) -> None:
    opened = _Opened(browser, file, viewport={"width": width, "height": 844})
    opened.page.locator("#unfold").click()
    opened.settle()
    assert opened.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert opened.said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast_in_both_schemes(browser: object, file: Path, scheme: str) -> None:
    opened = _Opened(browser, file, viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    opened.page.locator("#r0 .main td.roads").click()
    assert opened.page.evaluate(_TOO_FAINT) == []


_TOO_FAINT = """() => {
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const ground = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      const [r, g, b, a = 1] = numbers(getComputedStyle(at).backgroundColor);
      layers.push([r, g, b, a]);
      if (a === 1) break;
    }
    return layers.reverse().reduce((under, [r, g, b, a]) => [r, g, b].map((v, n) => v * a + under[n] * (1 - a)), [255, 255, 255]);
  };
  const faint = new Set();
  for (const node of document.querySelectorAll("body *:not(svg *):not(script)")) {
    const said = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!said || !node.getClientRects().length || node.classList.contains("skip")) continue;
    const [a, b] = [light(numbers(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.add(`${node.tagName}.${node.className} ${ratio.toFixed(2)}`);
  }
  return [...faint];
}"""
