"""Each lead's row opens to what an officer needs to decide, with a map of its own."""

import dataclasses
import re

import pytest

from truckban.facts import COLORS, ENERGIES, FLAG, SERVICES
from truckban.report.drawing import Drawing
from truckban.report.lead_map import lead_maps
from truckban.report.lead_words import (
    CLASSES,
    ENDS,
    basis_words,
    depth_words,
    entry_words,
    exit_words,
    fact_words,
    speed_words,
)
from truckban.report.page import html
from truckban.traces.check import Checked
from truckban.traces.lead.evidence import EVIDENCE
from truckban.traces.lead.lead_facts import End
from truckban.traces.lead.repeats import NO_RULE
from zones.locate import Locator
from zones.text import Text


def _both(words: Text | None) -> Text:
    assert words is not None
    assert not words.zh.isascii()
    assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"[\u4e00-\u9fff]+[路街道]", "", words.en)), words.en
    return words


def test_every_row_has_a_map_and_what_it_shows_is_drawn_once(checked: Checked) -> None:
    page = html(checked, lang="zh")
    assert page.count('<figure class="drawn">') == len(checked.leads)
    assert page.count('<use href="#ground"/>') == len(checked.leads)
    assert page.count('<g id="ground">') == 1


def test_maps_beyond_the_limit_are_left_out_and_it_says_where_to_look(checked: Checked) -> None:
    page = html(checked, lang="zh", maps=2)
    assert page.count('<figure class="drawn">') == 2
    assert 'id="maps-capped"' in page
    assert page.count("leads.geojson") >= len(checked.leads) - 2
    assert 'id="maps-capped"' not in html(checked, lang="zh")


def test_the_map_holds_the_whole_path_and_all_its_fixes(checked: Checked) -> None:
    drawing = Drawing(checked.ground.zone)
    for lead in checked.leads:
        drawn = lead_maps([lead], drawing, "zh")[0]
        left, top, width, height = drawn.view
        assert width / height == pytest.approx(520 / 320, rel=0.01)
        assert drawn.inside.count("M") == lead.fixes_inside
        assert drawn.inside.count("M") + drawn.outside.count("M") == lead.fixes
        for mark in (*drawn.arrows, *drawn.ends, *drawn.names):
            assert left <= mark.x <= left + width
            assert top <= mark.y <= top + height


def test_arrows_point_the_way_it_was_driven(checked: Checked) -> None:
    drawing = Drawing(checked.ground.zone)
    for lead in checked.leads:
        turns = [arrow.turn for arrow in lead_maps([lead], drawing, "zh")[0].arrows]
        assert turns
        assert all(abs(turn) <= 90 for turn in turns), "every drive of this day goes east"
        assert any(abs(turn) <= 2 for turn in turns)


def test_a_lead_without_a_path_says_so_on_its_map(checked: Checked) -> None:
    lead = checked.leads[0]
    bare = dataclasses.replace(
        lead, passage=dataclasses.replace(lead.passage, streets=()), why_probability=("border_only",)
    )
    page = html(dataclasses.replace(checked, parts=[bare]), lang="zh")
    assert "by-fixes" in page.split("<figure", 1)[1]
    assert "没有匹配到路径" in page


def test_route_entry_exit_speed_and_depth_stand_in_the_row(checked: Checked) -> None:
    page = html(checked, lang="zh")
    for lead in checked.leads:
        assert lead.route is not None
        for words in (
            lead.route,
            entry_words(lead.entry, lead.entered_at[11:19]),
            exit_words(lead.exit, lead.left_at[11:19]),
            depth_words(lead),
        ):
            assert words.zh in page
    assert EVIDENCE["picture"].zh in page
    assert NO_RULE.zh in page


def test_sentences_are_in_both_languages(checked: Checked) -> None:
    for words in (*ENDS.values(), *CLASSES.values(), *EVIDENCE.values(), NO_RULE):
        _both(words)
    for lead in checked.leads:
        for said in (speed_words(lead), depth_words(lead), *basis_words(lead)):
            _both(said)
        for fact in lead.vehicle_facts:
            assert fact_words(fact, checked.notice).zh


def test_the_greatest_speed_is_said_to_be_a_mean_and_only_where_there_is_a_stretch_of_its_own(checked: Checked) -> None:
    lead = dataclasses.replace(checked.leads[0], mean_speed_kmh=31.2, max_speed_kmh=48.6)
    assert speed_words(lead) == Text(
        "平均 31 km/h，最快的一段（至少 20 秒）平均 49 km/h",
        "31 km/h on average, 49 km/h over the fastest stretch of 20 s or more",
    )
    short = dataclasses.replace(lead, max_speed_kmh=31.2)
    assert speed_words(short) == Text("平均 31 km/h", "31 km/h on average")


def test_an_end_says_as_much_as_is_known() -> None:
    full = End("crossed", "五一路", 15, "丰喜大道", 110.77, 35.13)
    assert entry_words(full, "10:00:00").zh == "10:00:00 由丰喜大道驶入五一路（区域第 15 号路口）"
    assert exit_words(full, "10:00:00").zh == "10:00:00 由五一路驶出，到丰喜大道（区域第 15 号路口）"
    bare = End("crossed", None, None, None, 110.77, 35.13)
    assert entry_words(bare, "10:00:00") == Text("10:00:00 驶入区域", "10:00:00 into the zone")
    opened = End("window_opened", "五一路", None, None, 110.77, 35.13)
    assert "06:00:00 禁行时间开始时已在区域内" in entry_words(opened, "06:00:00").zh


def test_leads_of_one_occasion_are_said_to_be(checked: Checked) -> None:
    first, second, *rest = checked.leads
    one = [dataclasses.replace(lead, incident_id=first.lead_id) for lead in (first, second)]
    page = html(dataclasses.replace(checked, parts=[*one, *rest]), lang="zh")
    assert page.count("与另 1 条线索合为一次") == 2


def test_a_zone_of_other_roads_is_said_to_be_for_trial_only(surveyed: Checked) -> None:
    zone = surveyed.ground.zone
    roads = tuple(dataclasses.replace(road, name=f"{road.name}东段") for road in zone.boundary_roads)
    elsewhere = dataclasses.replace(surveyed, ground=Locator(dataclasses.replace(zone, boundary_roads=roads)))
    for lang, fine in (("zh", "通告文字上没有障碍"), ("en", "no obstacle in the notice")):
        page = html(elsewhere, lang=lang)
        assert 'id="other-roads"' in page
        assert fine not in page
        assert 'id="other-roads"' not in html(surveyed, lang=lang)
        assert fine in html(surveyed, lang=lang)


@pytest.mark.parametrize(
    ("name", "values"),
    [("service", SERVICES), ("energy", ENERGIES), ("plate_color", COLORS), ("on_duty", FLAG)],
)
def test_no_code_stands_among_a_vehicles_facts(checked: Checked, name: str, values: tuple[str, ...]) -> None:
    for value in values:
        words = _both(fact_words(f"{name}={value}", checked.notice))
        assert not re.search(r"[A-Za-z_]", words.zh)
        assert "_" not in words.en
