import dataclasses
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
import shapely
from report_day import HOSTILE, PLATES, drive

from truckban.report import write_report
from truckban.report.page import html
from truckban.traces.check import Checked

Rows = Callable[[list[tuple[str, ...]]], Checked]


class _Seen(HTMLParser):
    """What a browser would make of the page: its elements, and its text by the id of the element that it stands in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        self._id = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._id = dict(attrs).get("id") or self._id

    def handle_data(self, data: str) -> None:
        self.text[self._id] = self.text.get(self._id, "") + data

    def ids(self) -> set[str]:
        return {value for _, attributes in self.tags if (value := attributes.get("id"))}


@pytest.fixture(scope="module", params=["zh", "en"])
def page(request: pytest.FixtureRequest, checked: Checked) -> str:
    return html(checked, lang=request.param)


def _number(page: str, name: str) -> int:
    found = re.search(rf'id="{name}">([\d,]+)<', page)
    assert found
    return int(found[1].replace(",", ""))


def test_the_day_has_leads_of_both_kinds_and_lawful_passages(checked: Checked) -> None:
    passages = checked.counts()["passages"]
    assert passages["prohibited"] >= 3
    assert passages["undetermined"] >= 2
    assert passages["lawful"] >= 2


def test_the_tiles_say_what_was_counted_and_it_adds_up(page: str, checked: Checked) -> None:
    counts = checked.counts()
    assert _number(page, "n-read") == counts["rows"]["read"]
    assert _number(page, "n-read") == _number(page, "n-used") + _number(page, "n-rejected")
    assert _number(page, "n-leads") == counts["leads"]
    assert _number(page, "n-passages") == counts["passages"]["all"]
    shown = {kind: int(n.replace(",", "")) for kind, n in re.findall(r'data-count="(\w+)">([\d,]+)<', page)}
    assert shown == {kind: n for kind, n in counts["passages"].items() if kind != "all"}


def test_every_lead_has_a_row_and_every_passage_a_line(page: str, checked: Checked) -> None:
    assert page.count('<tbody id="r') == len(checked.leads)
    assert len(re.findall(r'<path id="p\d+"', page)) == len(checked.parts)
    for lead in checked.leads:
        assert lead.lead_id in page


def test_a_row_links_its_clauses_to_their_verbatim_text(page: str, checked: Checked) -> None:
    seen = _Seen(page)
    linked = {a["href"] for tag, a in seen.tags if tag == "a" and a.get("class") == "clause"}
    assert linked
    assert {link[1:] for link in linked if link} <= seen.ids()
    for number, clause in enumerate(checked.notice.pack.clauses):
        assert clause.text in seen.text[f"clause-{number}"]


def test_hostile_names_stay_text(page: str) -> None:
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(" in page
    assert "<img" not in page
    seen = _Seen(page)
    assert [a.get("type") for tag, a in seen.tags if tag == "script"] == ["application/json", None]
    assert not [name for _, attributes in seen.tags for name in attributes if name.startswith("on")]


def test_no_plate_stands_unmasked_anywhere_in_the_file(page: str) -> None:
    for plate in PLATES:
        assert plate not in page
        assert plate[1:] not in page
        assert f"{plate[:2]}·{plate[2:]}" not in page
    assert "晋M***45" in page
    assert "晋M***21" in page, "an id that is a plate is masked like one"


def test_the_page_asks_the_network_for_nothing(page: str) -> None:
    for _, attributes in _Seen(page).tags:
        for name in ("src", "href", "action", "data", "poster", "srcset", "xlink:href"):
            assert (attributes.get(name) or "#").startswith("#")
    assert "@import" not in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page
    assert set(re.findall(r"url\(([^)]*)\)", page)) <= {"#hatch", "#dots"}
    assert "default-src 'none'" in page


def test_it_says_that_leads_are_for_a_person_to_verify(checked: Checked) -> None:
    assert "<strong>线索，须经人工核实</strong>" in html(checked, lang="zh")
    assert "<strong>Leads, to be verified by a person</strong>" in html(checked, lang="en")


def test_the_schematic_banner_and_watermark_stand_there_if_and_only_if_the_zone_is_one(
    checked: Checked, surveyed: Checked
) -> None:
    drawn, measured = html(checked, lang="zh"), html(surveyed, lang="zh")
    assert 'id="schematic"' in drawn
    assert '<g class="watermark"' in drawn
    assert '<p class="caption">示意区域，不得用于执法</p>' in drawn
    assert "不得用于执法" not in measured
    assert "示意区域" not in measured


def test_no_leads_says_so_and_what_was_looked_at(checked_of: Rows) -> None:
    checked = checked_of(drive("T5", 35.134, 14))
    page = html(checked, lang="zh")
    assert not checked.leads
    assert "没有线索" in page
    assert f"看过 {checked.counts()['rows']['used']} 行定位点、1 辆车" in page
    assert "<tbody id=" not in page


def test_no_usable_fix_at_all_still_gives_a_page(checked_of: Rows) -> None:
    page = html(checked_of([("T1", "?", "110.77", "35.14")]), lang="zh")
    assert "没有可用的定位点" in page


def test_more_passages_than_are_drawn_is_said_and_leads_come_first(checked: Checked) -> None:
    part = next(part for part in checked.parts if checked.kind(part) == "lawful")
    many = dataclasses.replace(checked, parts=[*[part] * 400, *checked.parts])
    page = html(many, lang="zh", drawn=100, rows=3)
    assert len(re.findall(r'<path id="p\d+"', page)) == 100
    assert f"地图画出 100 次经过，共 {len(many.parts)} 次" in page
    assert f"表中列出 3 条线索，共 {len(many.leads)} 条" in page
    assert page.count('<tbody id="r') == 3
    assert 'id="many"' in page, "many lawful passages are hidden until asked for, and it says so"
    boxes = dict(re.findall(r'name="kind" value="(\w+)"( checked)?', page))
    assert boxes["prohibited"] == boxes["undetermined"] == " checked"
    assert boxes["lawful"] == ""


def test_what_fits_is_drawn_without_a_word_about_limits(page: str) -> None:
    assert 'id="capped"' not in page
    assert 'id="rows-capped"' not in page
    assert 'id="many"' not in page


def test_rejected_rows_and_notes_are_told(checked: Checked) -> None:
    page = html(checked, lang="zh")
    assert "时间读不懂" in page
    assert "经纬度为零：没有定位" in page
    assert "1 行时间没有时区" in page


def test_it_names_what_it_was_judged_by(page: str, checked: Checked) -> None:
    assert checked.notice.sha256 in page
    assert checked.ground.zone.sha256 in page
    assert "临政发〔2023〕5号" in page
    assert "2024-05-08" in page


def test_the_same_check_gives_the_same_bytes(checked: Checked, tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        write_report(checked, tmp_path / name, lang="zh")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_the_language_of_the_page_is_declared(checked: Checked) -> None:
    assert '<html lang="zh-CN">' in html(checked, lang="zh")
    assert '<html lang="en">' in html(checked, lang="en")


def test_a_passage_of_a_single_point_is_drawn(checked: Checked) -> None:
    part = checked.leads[0]
    at = part.line.coords[0]
    nowhere = dataclasses.replace(part.passage, streets=())
    dot = dataclasses.replace(part, line=shapely.LineString([at, at]), passage=nowhere)
    still = dataclasses.replace(checked, parts=[dot])
    assert re.search(r'<path id="p0"[^>]* d="M-?\d+ -?\d+l0 0"', html(still, lang="zh"))
