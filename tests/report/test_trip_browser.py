from pathlib import Path

import pytest
from report_opened import TOO_FAINT, Window
from trip_plans import NAMES, plan

from truckban.report.trip_page import Listed, write_trip_list, write_trip_page
from zones.picture import html_of
from zones.zone_file import load_builtin

pytestmark = pytest.mark.browser

_ENTRY_PX = 80


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the pages of all plans in both languages, and their list."""
    path = tmp_path_factory.mktemp("trips")
    for lang in ("zh", "en"):
        for name in NAMES:
            write_trip_page(path / f"{name}-{lang}.html", plan(name), lang=lang)
        rows = [Listed(name, plan(name), href=f"{name}-{lang}.html") for name in NAMES]
        write_trip_list(path / f"list-{lang}.html", rows, lang=lang)
    return path


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", [*NAMES, "list"])
def test_a_page_fits_the_screen_can_be_read_and_asks_for_nothing(
    window: Window, folder: Path, name: str, lang: str
) -> None:
    file = folder / f"{name}-{lang}.html"
    opened = window(file, size=(360, 800))
    opened.page.evaluate("document.querySelectorAll('details').forEach((node) => { node.open = true; })")
    for width in (360, 1280):
        opened.page.set_viewport_size({"width": width, "height": 800})
        opened.settle()
        assert opened.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width
        assert opened.page.evaluate(_OVER_THE_MAP) == [], width
        for scheme in ("light", "dark"):
            opened.page.emulate_media(color_scheme=scheme)
            assert opened.page.evaluate(TOO_FAINT) == [], (width, scheme)
    assert opened.page.evaluate(_NO_GLYPH) == []
    assert opened.said == []
    assert opened.asked == [file.as_uri()]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_of_a_zone_fits_a_telephone_and_its_doubts_stand_on_paper(
    window: Window, tmp_path: Path, lang: str
) -> None:
    pytest.importorskip("matplotlib")
    file = tmp_path / "zone.html"
    file.write_text(html_of(load_builtin("linyi-schematic"), lang=lang), "utf-8")
    opened = window(file, size=(360, 800))
    assert opened.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    widths = opened.page.evaluate("[...document.querySelectorAll('td:nth-child(2)')].map((cell) => cell.clientWidth)")
    assert min(widths) >= _ENTRY_PX  # not a character a line
    opened.page.emulate_media(media="print")
    assert opened.page.get_by_text("不得用于执法。").is_visible()
    assert opened.page.evaluate("document.querySelector('#sheet + p').offsetParent") is None  # how to use a mouse


def test_choosing_a_way_by_pointer_or_keyboard_makes_its_line_stand_out(window: Window, folder: Path) -> None:
    opened = window(folder / "waits-zh.html")
    page = opened.page

    def shown() -> list[float]:
        paths = "[...document.querySelectorAll('path.alt')].sort((a, b) => a.classList[1] < b.classList[1] ? -1 : 1)"
        return [round(float(one), 2) for one in page.evaluate(f"{paths}.map((n) => getComputedStyle(n).opacity)")]

    count = len(plan("waits").alternatives)
    assert shown() == [1.0] * count
    page.locator("label.chip[for=pick-2]").click()
    assert shown() == [0.22, 1.0, *[0.22] * (count - 2)]
    page.keyboard.press("ArrowRight")
    assert shown() == [0.22, 0.22, 1.0, *[0.22] * (count - 3)]
    page.locator(".card.n1 h2 label").click()
    assert shown() == [1.0, *[0.22] * (count - 1)]
    page.locator(f".tag.number.n{count}").click()
    assert shown() == [*[0.22] * (count - 1), 1.0]
    page.locator("label.chip.all").click()
    assert shown() == [1.0] * count
    assert opened.said == []


def test_the_answer_is_on_the_first_screen_of_a_telephone(window: Window, folder: Path) -> None:
    for lang in ("zh", "en"):
        page = window(folder / f"unlawful-{lang}.html", size=(360, 640)).page
        for name in ("answer", "why", "first", "schematic"):
            assert page.evaluate("(id) => document.getElementById(id).getBoundingClientRect().bottom", name) <= 640
        assert page.evaluate("parseFloat(getComputedStyle(document.getElementById('answer')).fontSize)") >= 36


def test_on_paper_every_street_is_listed_and_nothing_runs_over(window: Window, folder: Path) -> None:
    opened = window(folder / "waits-zh.html", size=(703, 900))
    opened.page.emulate_media(media="print")
    opened.settle()
    assert opened.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert opened.count(".chip") == 0
    assert opened.count(".steps tbody tr") == opened.page.locator(".steps tbody tr").count()
    assert opened.page.evaluate(TOO_FAINT) == []


_OVER_THE_MAP = """() => {
  const sheet = document.querySelector(".sheet");
  if (!sheet) return [];
  const frame = sheet.getBoundingClientRect();
  return [...sheet.querySelectorAll(".tag")].filter((tag) => tag.getClientRects().length).filter((tag) => {
    const box = tag.getBoundingClientRect();
    return box.left < frame.left - 2 || box.right > frame.right + 2 || box.top < frame.top - 2 || box.bottom > frame.bottom + 2;
  }).map((tag) => tag.textContent);
}"""

# a character without a glyph is drawn as one that no font can have
_NO_GLYPH = """() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 40;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.font = `24px ${getComputedStyle(document.body).fontFamily}`;
  const drawn = (character) => {
    pen.clearRect(0, 0, 40, 40);
    pen.fillText(character, 4, 30);
    return new Uint32Array(pen.getImageData(0, 0, 40, 40).data.buffer);
  };
  const missing = drawn("\\u{10FFFD}");
  const same = (pixels) => pixels.every((pixel, n) => pixel === missing[n]);
  return [...new Set(document.body.innerText)].filter((one) => one.trim() && same(drawn(one)));
}"""
