"""Pictures: their size, what colours they hold, what they do without; what they look like is for eyes."""

import io
import itertools
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import shapely

pytest.importorskip("matplotlib")

from matplotlib import font_manager
from PIL import Image

from zones.build import build_zone
from zones.difference import difference_of
from zones.errors import InputError, ZoneError
from zones.network import Segment, Source, StreetNetwork
from zones.picture import html_of, html_of_difference, picture_of, picture_of_difference, picture_of_failure
from zones.pictures import fonts
from zones.pictures.spots import Spots, em_width, wrapped
from zones.spec import ZoneSpec
from zones.zone import Zone
from zones.zone_file import load_builtin

try:
    fonts.chinese_family()
except InputError as missing:
    pytest.skip(missing.text.en, allow_module_level=True)


@pytest.fixture(scope="module")
def zone() -> Zone:
    return load_builtin("linyi-schematic")


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_zone_is_drawn_dark_on_tinted_ground(zone: Zone, lang: str) -> None:
    png = picture_of(zone, lang=lang).png()
    assert 30_000 < len(png) < 400_000
    seen = pixels(png)
    assert seen.shape == (1300, 2000, 3)
    red, green, blue = seen[..., 0], seen[..., 1], seen[..., 2]
    tinted = (red > 225) & (green - blue < 30) & (red - green > 15)
    assert tinted.mean() > 0.2
    assert (seen.sum(axis=2) < 200).mean() > 0.001


def test_the_same_zone_gives_the_same_picture(zone: Zone) -> None:
    assert picture_of(zone).png() == picture_of(zone).png()


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "action")]
        assert tag not in ("link", "iframe", "object", "embed")


def test_the_html_needs_no_network_and_holds_the_picture_and_the_entries(zone: Zone) -> None:
    page = html_of(zone)
    links = _Links()
    links.feed(page)
    assert all(link.startswith("#") for link in links.found)
    assert not re.search(r"https?://|url\((?!['\"]?#)|@import", page)
    assert page.count("<svg") == 1
    assert page.count("<tr>") == 20
    assert "{{" not in page


def test_a_difference_is_drawn(zone: Zone) -> None:
    west, south, east, north = zone.area.bounds
    new = replace(zone, area=shapely.intersection(zone.area, shapely.box(west, south, (west + east) / 2, north)))
    seen = pixels(picture_of_difference(difference_of(zone, new)).png())
    blue = (seen[..., 2] - seen[..., 0]) > 40
    assert blue.mean() > 0.05
    assert east > west


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_html_of_a_difference_needs_no_network_and_says_every_change(zone: Zone, lang: str) -> None:
    widths = {name: {"width_m": 99.0, "from": "<b>"} for name in zone.widths}
    names = {f"<i>{number}": "exact" for number in range(40)}
    found = difference_of(zone, replace(zone, widths=widths, names=names, replaces={"zone": "z", "sha256": "a" * 64}))
    page = html_of_difference(found, lang=lang)
    links = _Links()
    links.feed(page)
    assert all(link.startswith("#") for link in links.found)
    assert not re.search(r"https?://|url\((?!['\"]?#)|@import", page)
    assert page.count("<tr>") == len(found.changes) + 1 > 50
    assert found.succession is not None
    assert found.succession.text.of(lang) in page
    assert "<i>" not in page
    assert "{{" not in page
    assert html_of_difference(found, lang=lang) == page


def test_a_ring_that_does_not_close_is_drawn() -> None:
    def segment(number: int, name: str, points: list[tuple[float, float]]) -> Segment:
        return Segment(str(number), name, "primary", shapely.LineString(points), width_m=10.0)

    network = StreetNetwork(
        (
            segment(1, "南路", [(121.0, 31.0), (121.01, 31.0)]),
            segment(2, "东路", [(121.01, 31.0), (121.01, 31.01)]),
            segment(3, "北路", [(121.01, 31.01), (121.0, 31.01)]),
            segment(4, "西路", [(121.0, 31.008), (121.0, 31.0)]),
        ),
        Source("s.osm", "0" * 64),
    )
    sides = {"南路": "north", "东路": "west", "北路": "south", "西路": "east"}
    edges = [{"road": road, "side": side, "boundary": "excluded"} for road, side in sides.items()]
    with pytest.raises(ZoneError) as caught:
        build_zone(network, ZoneSpec.model_validate({"zone": "z", "edges": edges}))
    seen = pixels(picture_of_failure(network, caught.value, roads=sides).png())
    amber = (seen[..., 0] > 200) & (seen[..., 2] < 100)
    assert amber.mean() > 0.002


def test_without_matplotlib_the_extra_is_named(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InputError, match=r"pip install truckban\[maps\]"):
        picture_of(zone)


def test_without_a_chinese_font_a_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [str(Path("DejaVuSans.ttf"))])
    fonts.chinese_family.cache_clear()
    with pytest.raises(InputError, match="fonts-noto-cjk"):
        fonts.chinese_family()
    fonts.chinese_family.cache_clear()


def test_names_do_not_cover_each_other() -> None:
    spots = Spots(shapely.box(0, 0, 1000, 1000))
    line = shapely.LineString([(0, 500), (1000, 500)])
    placed = [spots.label("一二三四", [line], 50.0) for _ in range(9)]
    found = sorted(spot.x for spot in placed if spot)
    assert 2 <= len(found) < 9
    assert min(b - a for a, b in itertools.pairwise(found)) >= 200


def test_lines_break_where_they_are_full() -> None:
    lines = wrapped("禁行区域 within the loop 丰喜大道", 8)
    assert "".join(lines).replace(" ", "") == "禁行区域withintheloop丰喜大道"
    assert all(em_width(line) <= 8 for line in lines)
