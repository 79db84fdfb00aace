import dataclasses
import html as escaping
import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from trip_plans import NAMES, OTHER_PLATE, PLATE, asked, plan, renamed

from truckban.cli.main import run
from truckban.report.rows import lasted
from truckban.report.trip_page import Listed, TripPages, html, write_trip_list, write_trip_page
from truckban.trips.model import Options
from zones.text import Text

HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>&amp;{{ 7*7 }}"


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

    def all_text(self) -> str:
        return "".join(self.text.values())


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("unlawful", "不可以", "No, you may not"),
        ("lawful", "可以", "Yes, you may"),
        ("open", "说不准", "It cannot be said"),
    ],
)
def test_the_answer_stands_first_in_one_big_line(name: str, zh: str, en: str) -> None:
    for lang, words in (("zh", zh), ("en", en)):
        page = html(plan(name), lang=lang)
        seen = _Seen(page)
        assert seen.text["answer"].strip(" \n✓✕?").startswith(words)
        assert page.index("<h1") < page.index("<main")


def test_the_reason_names_its_clause_and_the_first_second_and_place() -> None:
    seen = _Seen(html(plan("unlawful"), lang="zh"))
    assert seen.text["why"].strip() == "重、中型货车，在禁行时间、禁行区域内通行（通告 一(一)）"
    first = seen.text["first"]
    assert "10:02:18" in first
    assert "示意八街" in first
    assert "110.759" in first


def test_an_open_question_says_what_is_missing_in_words() -> None:
    zh, en = (_Seen(html(plan("open"), lang=lang)).all_text() for lang in ("zh", "en"))
    assert "不知道车长" in zh
    assert "Without length it is open" in en
    assert "length_mm" not in zh
    assert "length_mm" not in en


def test_what_a_card_compares_fits_the_clock_times_it_shows() -> None:
    """To leave early costs no time on the way, and a span is that between the two times one reads."""
    for name in ("unlawful", "near"):
        planned = plan(name)
        assert planned.way is not None
        page = html(planned, lang="zh")
        cards = re.findall(r'<article class="card n\d.*?</article>', page, re.DOTALL)
        assert len(cards) == len(planned.alternatives)
        for card, one in zip(cards, planned.alternatives, strict=True):
            longer = (one.way.arrives - one.way.departs) - (planned.way.arrives - planned.way.departs)
            said = re.search(r"<dt>路上用时</dt><dd[^>]*>([^<]*)<", card)
            assert said is not None
            minutes = round(longer / 60)
            span = lasted(abs(minutes) * 60, "zh")
            assert said[1] == ("不多用时间" if not minutes else f"{'+' if minutes > 0 else '−'}{span}")
            apart = int(one.way.departs // 60 - planned.way.departs // 60)
            by = re.search(r"<dt>出发</dt><dd[^>]*>[^<]*<small>(.*?)</small>", card)
            word = f"{'晚' if apart > 0 else '早'} {lasted(abs(apart) * 60, 'zh')}"
            assert (by[1] if by else "") == (word if apart else "")


def test_that_an_end_lies_inside_is_said_before_everything_else() -> None:
    says = _Seen(html(plan("unlawful"), lang="zh")).text["says"].strip().splitlines()
    assert says[0] == "目的地在禁行区域内：06:00 前可以，22:00 以后可以，或者办通行证"


def test_a_schematic_is_warned_of_and_real_streets_are_not() -> None:
    planned = plan("unlawful")
    assert 'id="schematic"' in html(planned, lang="zh")
    real = dataclasses.replace(planned, facts=tuple({**fact, "grade": "survey"} for fact in planned.facts))
    assert 'id="schematic"' not in html(real, lang="zh")


@pytest.mark.parametrize("name", NAMES)
def test_every_way_instead_has_a_card_a_line_a_number_and_a_choice_in_rank_order(name: str) -> None:
    planned = plan(name)
    seen = _Seen(html(planned, lang="zh"))
    classes = [(tag, str(attributes.get("class")).split()) for tag, attributes in seen.tags]
    numbers = [str(n) for n in range(1, len(planned.alternatives) + 1)]
    assert [a["id"] for tag, a in seen.tags if tag == "article" and a["id"] != "asked"] == [f"way-{n}" for n in numbers]
    for n, one in zip(numbers, planned.alternatives, strict=True):
        assert sum(tag == "path" and {"alt", f"n{n}"} <= set(own) for tag, own in classes) == 1
        assert sum(tag == "label" and {"number", f"n{n}"} <= set(own) for tag, own in classes) == 1
        assert any(tag == "input" and a.get("id") == f"pick-{n}" for tag, a in seen.tags)
        card = seen.text[f"way-{n}"]
        assert one.why.zh in card
        assert all(road in card for road in one.way.roads)
        for step in one.way.steps:
            assert str(step.name or "无名道路") in card
    asked_lines = [own[1] for tag, own in classes if tag == "path" and own[0] == "asked"]
    assert asked_lines == [piece.word for piece in planned.pieces]


def test_a_card_says_what_the_way_costs() -> None:
    planned = plan("near")
    card = _Seen(html(planned, lang="zh")).text["way-1"]
    one = planned.alternatives[0]
    assert (
        f"晚 {lasted(round(one.extra_s / 60) * 60, 'zh')}" in card
    )  # it is waited, not driven: the way itself is 1 min longer
    assert "路上用时+1 分" in card
    assert f"+{one.extra_m / 1000:.1f} 公里" in card
    assert "21:58" in card
    assert "22:04" in card


def test_a_stand_is_named_with_its_hours_on_the_map_and_on_the_card() -> None:
    planned = plan("waits")
    way = planned.alternatives[0].way
    seen = _Seen(html(planned, lang="zh"))
    assert len(way.waits) == 1
    assert f"停车等待 {way.streets.name(way.legs[way.waits[0].after].edge)}" in seen.text["way-1"]
    assert "8 分" in seen.text["way-1"]
    assert any("stand" in str(a.get("class")).split() for tag, a in seen.tags if tag == "span")


def test_a_permit_says_roads_day_and_hours_and_that_it_is_none_yet() -> None:
    planned = plan("unlawful")
    number, permit = next((n, one.permit) for n, one in enumerate(planned.alternatives, start=1) if one.permit)
    card = _Seen(html(planned, lang="zh")).text[f"way-{number}"]
    assert "、".join(permit.roads) in card
    assert f"{permit.day} {permit.windows[0]}" in card
    assert "申请批准以前，仍然不可以走。" in card


def test_the_clauses_are_there_word_by_word_with_notice_zone_and_hashes() -> None:
    planned = plan("unlawful")
    text = _Seen(html(planned, lang="en")).all_text()
    for piece in planned.pieces:
        for reason in piece.verdict.reasons:
            assert reason.text is not None
            assert reason.text in text
    for fact in planned.facts:
        assert all(str(fact[key]) in text for key in ("notice", "zone", "notice_sha256", "zone_sha256"))


def test_the_margin_that_was_planned_by_is_said() -> None:
    assert "至少 5 分" in html(plan("near"), lang="zh", options=Options(margin_s=300.0))
    assert "at least 2 min" in html(plan("near"), lang="en")


def test_without_any_way_the_page_says_why() -> None:
    why = Text("没有这辆车走得通的路", "no way for this truck")
    planned = plan("unlawful")
    none = dataclasses.replace(
        planned, word="undetermined", way=None, pieces=(), first_unlawful=None, alternatives=(), why_none=why
    )
    for lang in ("zh", "en"):
        seen = _Seen(html(none, lang=lang))
        assert seen.text["why-none"].strip() == why.of(lang)
        assert "strips" not in seen.text


def test_where_nothing_is_lawful_the_reason_stands_at_the_top() -> None:
    planned = dataclasses.replace(plan("unlawful"), alternatives=(), why_none=Text("今后七天都不可以", "not in a week"))
    seen = _Seen(html(planned, lang="zh"))
    assert "没有合法走法：" in seen.text["why-none"]
    assert "今后七天都不可以" in seen.text["why-none"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_no_page_shows_a_whole_plate(name: str, lang: str) -> None:
    page = html(plan(name), lang=lang)
    assert "晋M***45" in page
    assert not any(number in page for plate in (PLATE, OTHER_PLATE) for number in (plate, plate[1:], plate[2:]))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_small_asks_for_nothing_and_is_the_same_each_time(name: str, tmp_path: Path) -> None:
    first, second = tmp_path / "1.html", tmp_path / "2.html"
    write_trip_page(first, plan(name), lang="zh")
    write_trip_page(second, plan(name), lang="zh")
    assert first.read_bytes() == second.read_bytes()
    page = first.read_text("utf-8")
    assert len(first.read_bytes()) < 120_000
    assert not re.search(r"https?:|//[a-z]|@import|url\((?!#)", page)
    tags = {tag for tag, _ in _Seen(page).tags}
    assert not tags & {"script", "img", "iframe", "link", "object", "form"}
    assert not [a for _, attributes in _Seen(page).tags for a in attributes if a.startswith("on") or a == "src"]
    assert "default-src 'none'" in page


@pytest.mark.parametrize("name", ["fleet", "waits", "lawful", "open"])
def test_hostile_names_are_text_everywhere(name: str) -> None:
    planned = renamed(plan(name), HOSTILE)
    planned = dataclasses.replace(
        planned,
        alternatives=tuple(
            dataclasses.replace(one, vehicle=HOSTILE if one.vehicle else None) for one in planned.alternatives
        ),
        trip=dataclasses.replace(
            planned.trip,
            judged=dataclasses.replace(
                planned.trip.judged, vehicle={"vehicle_type": HOSTILE, "plate": HOSTILE, "gross_mass_kg": 7000}
            ),
        ),
    )
    plain = _Seen(html(plan(name), lang="zh"))
    seen = _Seen(html(planned, lang="zh"))
    assert {tag for tag, _ in seen.tags} <= {tag for tag, _ in plain.tags}
    assert HOSTILE in seen.all_text()
    assert "49" not in seen.text["answer"]


@cache
def _plain() -> _Seen:
    return _Seen(html(renamed(plan("near"), "街"), lang="zh"))


@settings(max_examples=times(10), deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40))
def test_whatever_a_street_is_called_the_page_has_the_same_elements(name: str) -> None:
    page = html(renamed(plan("near"), name), lang="zh")
    assert escaping.escape(name, quote=False).replace("'", "&#39;").replace('"', "&#34;") in page
    count = [tag for tag, _ in _Seen(page).tags if tag in ("script", "img", "article", "figure", "input")]
    assert count == [tag for tag, _ in _plain().tags if tag in ("script", "img", "article", "figure", "input")]


def test_the_list_of_several_trips_links_their_pages_and_masks_their_ids(tmp_path: Path) -> None:
    rows = [
        Listed(f"{PLATE} 早班", plan("unlawful"), href="001.html"),
        Listed("b", plan("lawful"), href="002.html"),
        Listed(HOSTILE, None, Text("应为对象", "an object is needed")),
    ]
    for lang in ("zh", "en"):
        write_trip_list(tmp_path / "index.html", rows, lang=lang)
        page = (tmp_path / "index.html").read_text("utf-8")
        seen = _Seen(page)
        assert [a["href"] for tag, a in seen.tags if tag == "a"] == ["001.html", "002.html"]
        assert PLATE not in page
        assert plan("unlawful").alternatives[0].why.of(lang) in page
        assert HOSTILE in seen.all_text()
        assert not any(tag in ("script", "img") for tag, _ in seen.tags)


def test_pages_go_to_a_folder_with_a_list_or_to_one_file(tmp_path: Path) -> None:
    folder = TripPages(tmp_path / "new" / "pages", lang="zh")
    folder.add("a/../b", plan("unlawful"))
    folder.refuse("c", Text("不对", "wrong"))
    folder.add("d", plan("lawful"))
    folder.close()
    assert sorted(path.name for path in (tmp_path / "new" / "pages").iterdir()) == [
        "001.html",
        "003.html",
        "index.html",
    ]
    single = TripPages(tmp_path / "other" / "one.html", lang="zh")
    single.add("a", plan("lawful"))
    single.close()
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["one.html"]


def test_the_command_writes_the_pages_beside_its_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trips = tmp_path / "trips.jsonl"
    lines = [{"id": "a", **asked("10:00")}, {"id": "b", **asked("22:30")}, {"id": "c"}]
    trips.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    assert run(["--lang", "en", "trip", str(trips), "--html", str(tmp_path / "pages")]) == 1
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer.get("verdict") for answer in answers] == ["unlawful", "lawful", None]
    assert sorted(path.name for path in (tmp_path / "pages").iterdir()) == ["001.html", "002.html", "index.html"]
    assert "No, you may not" in (tmp_path / "pages" / "001.html").read_text("utf-8")


def test_one_file_holds_one_trip_and_the_command_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trips, page = tmp_path / "trips.jsonl", tmp_path / "page.html"
    line = json.dumps({"id": "a", **asked("22:30")}, ensure_ascii=False)
    trips.write_text(f"{line}\n\n", encoding="utf-8")
    assert run(["--lang", "zh", "trip", str(trips), "--html", str(page)]) == 0
    assert "可以" in page.read_text("utf-8")
    trips.write_text(f"{line}\n{line}\n", encoding="utf-8")
    capsys.readouterr()
    assert run(["--lang", "zh", "trip", str(trips), "--html", str(page)]) == 2
    assert "文件夹" in capsys.readouterr().err
