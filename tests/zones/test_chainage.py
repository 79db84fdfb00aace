"""Places on a road by their kilometres, from posts in the streets' data or given with the words."""

from pathlib import Path
from typing import Any

import pytest
from ring_map import SIDES, holds, spec_of
from shapely import Point
from street_map import lonlat, places, street_map

from zones.boundary import Outline, outline
from zones.build import build_zone
from zones.coords import from_wgs84
from zones.errors import InputError
from zones.kilometres import metres_of, written
from zones.network import StreetNetwork
from zones.spec_file import read_spec

# 100 m a character and a line: 209国道 runs from west to east through a ring of 3000 m, and on beyond it
_MAP = """
    a                               b
  wA---------------------------------Bx
    |                               |
 p--W----q---------r--------s-------E----------t-------------u
    |                               |
  zD---------------------------------Cy
    d                               c
"""
_WAYS: dict[str, dict[str, Any]] = {
    "wABx": {"name": "北路"},
    "bEc": {"name": "东路"},
    "zDCy": {"name": "南路"},
    "aWd": {"name": "西路"},
    "pWqr": {"name": "建设路", "other_names": (("ref", "G209"),)},
    "rsEtu": {"name": "209国道"},
}
_WHERE = places(_MAP)
_Q, _R, _S = (_WHERE[letter][0] for letter in "qrs")
_Y = _WHERE["q"][1]


def _network(**posts: float) -> StreetNetwork:
    return street_map(_MAP, _WAYS, posts=posts)


def _carved(network: StreetNetwork, from_: str, to: str | None = None, **more: Any) -> Outline:  # noqa: ANN401
    end = {"to": {"chainage": to}} if to else {"toward": "east"}
    part = {"road": "209国道", "from": {"chainage": from_}, **end}
    return outline(spec_of(carve_outs=[part], **more), network)


def _ends(drawn: Outline) -> tuple[float, float]:
    """Return where the carve-out begins and ends, in metres of the drawing."""
    west, _, east, _ = drawn.carve_outs[0].bounds
    origin = drawn.plane.to_xy(Point(*lonlat(0, _Y))).x
    return west - origin, east - origin


def test_a_place_between_two_posts_is_interpolated_along_the_road() -> None:
    drawn = _carved(_network(q=763_000, r=764_000), "K763+250", "K763+800")
    assert _ends(drawn) == pytest.approx((_Q + 0.25 * (_R - _Q), _Q + 0.8 * (_R - _Q)), abs=0.5)
    assert holds(drawn, drawn.carve_outs[0], _Q + 500, _Y + 3.4)
    assert not holds(drawn, drawn.carve_outs[0], _Q + 500, _Y + 3.6)
    assert not holds(drawn, drawn.area, _Q + 500, _Y)
    assert holds(drawn, drawn.area, _Q + 200, _Y)


def test_the_middle_of_three_posts_is_between_its_own_two() -> None:
    # 900 m are drawn between r and s: what is signed as a kilometre
    drawn = _carved(_network(q=763_000, r=764_000, s=765_000), "K763+500", "K764+500")
    assert _ends(drawn) == pytest.approx(((_Q + _R) / 2, (_R + _S) / 2), abs=0.5)


def test_a_place_at_a_post_needs_no_other() -> None:
    drawn = _carved(_network(r=764_000), "K764+000")
    assert _ends(drawn)[0] == pytest.approx(_R, abs=0.5)
    assert _ends(drawn)[1] == pytest.approx(_WHERE["E"][0], abs=5)


def test_beyond_the_last_post_it_is_measured_on_in_the_direction_of_two() -> None:
    drawn = _carved(_network(q=763_000, r=764_000), "K764+300", "K764+700")
    assert _ends(drawn) == pytest.approx((_R + 300, _R + 700), abs=0.5)
    falling = _carved(_network(q=764_000, r=763_000), "K764+100", "K764+400")
    assert _ends(falling) == pytest.approx((_Q - 400, _Q - 100), abs=0.5)


def test_the_zone_says_what_every_chainage_was_worked_out_from() -> None:
    part = {"road": "209国道", "from": {"chainage": "K764"}, "to": {"chainage": "K764+300"}}
    zone = build_zone(_network(q=763_000, r=764_000), spec_of(carve_outs=[part]))
    said = [warning for warning in zone.warnings if "里程碑" in warning]
    assert said == [
        "209国道 K764+000: 由里程碑 K764+000 推算（里程碑所在） worked out from the posts K764+000 (at the post)",
        (
            "209国道 K764+300: 由里程碑 K763+000、K764+000 推算（由里程碑向外量） "
            "worked out from the posts K763+000、K764+000 (measured on beyond the posts)"
        ),
    ]


def _given(crs: str = "wgs84", **posts: str) -> list[dict[str, Any]]:
    found = []
    for letter, chainage in posts.items():
        lon, lat = from_wgs84(*lonlat(*_WHERE[letter]), crs)
        found.append({"road": "209国道", "chainage": chainage, "lon": float(lon), "lat": float(lat), "crs": crs})
    return found


@pytest.mark.parametrize("crs", ["wgs84", "gcj02", "bd09"])
def test_the_operators_posts_count_before_those_of_the_data(crs: str) -> None:
    wrong = _network(q=10_000, r=90_000)
    drawn = _carved(wrong, "K763+250", "K763+800", posts=_given(crs, q="K763+000", r="K764+000"))
    assert _ends(drawn) == pytest.approx((_Q + 0.25 * (_R - _Q), _Q + 0.8 * (_R - _Q)), abs=0.5)


def test_a_post_may_name_its_road_in_another_way_but_not_one_that_nobody_asked_for() -> None:
    posts = [{**post, "road": "G209"} for post in _given(q="K763", r="K764")]
    drawn = _carved(_network(), "K763+250", "K763+800", posts=posts)
    assert _ends(drawn)[0] == pytest.approx(_Q + 0.25 * (_R - _Q), abs=0.5)
    with pytest.raises(InputError, match="names no road 290国道") as error:
        _carved(_network(), "K763", posts=[*posts, {**posts[0], "road": "290国道"}])
    assert error.value.field == "posts.2.road"


def test_the_source_and_the_date_of_a_post_are_told() -> None:
    posts = [{**post, "source": "省公路局", "date": "2023-04"} for post in _given(q="K763", r="K764")]
    part = {"road": "209国道", "from": {"chainage": "K763+500"}, "toward": "east"}
    zone = build_zone(_network(), spec_of(carve_outs=[part], posts=posts))
    assert any("K763+000、K764+000（省公路局 2023-04）" in warning for warning in zone.warnings)


def test_a_named_point_may_be_a_chainage_of_another_road() -> None:
    points = {"界碑": {"road": "209国道", "chainage": "K763+500"}}
    part = {"road": "209国道", "from": "界碑", "toward": "west"}
    drawn = outline(spec_of(carve_outs=[part], points=points), _network(q=763_000, r=764_000))
    assert _ends(drawn)[1] == pytest.approx((_Q + _R) / 2, abs=0.5)


def test_an_edge_may_be_a_stretch_between_two_chainages() -> None:
    edges = [e.model_dump(by_alias=True) for e in spec_of({r: s for r, s in SIDES.items() if r != "北路"}).edges]
    part = {"road": "209国道", "from": {"chainage": "K762+300"}, "to": {"chainage": "K766+000"}}
    edges.append({"road": "209国道", "side": "south", "boundary": "excluded", "part": part})
    spec = spec_of().model_validate({"zone": "t", "edges": edges})
    drawn = outline(spec, _network(q=763_000, r=764_000))
    width, height = _WHERE["E"][0] - _WHERE["W"][0], _Y - _WHERE["D"][1]
    assert drawn.loop.area == pytest.approx(width * height, rel=5e-3)


# 10 m a character, 100 m a line: two carriageways of one road 20 m apart, a post at the kerb of each
_DUAL = """
 A--------------------------B
 C--------------------------D
"""


def test_a_chainage_cuts_both_carriageways_whichever_side_its_posts_stand_on() -> None:
    cell = (100.0, 20.0)
    ring = places(_DUAL, cell_m=cell)
    ways = {"AB": {"name": "209国道", "oneway": True}, "DC": {"name": "209国道", "oneway": True}}
    box = {"北路": [(0, 300), (2900, 300)], "南路": [(0, -300), (2900, -300)]}
    sides = {"西路": [(100, -400), (100, 400)], "东路": [(2800, -400), (2800, 400)]}
    from street_map import network_of, post, segment  # noqa: PLC0415

    dual = street_map(_DUAL, ways, cell_m=cell).segments
    roads = [segment(name, line) for name, line in {**box, **sides}.items()]  # type: ignore[arg-type]
    posts = [post(763_000, 500, ring["A"][1] + 12), post(764_000, 1500, ring["C"][1] - 12)]
    drawn = _carved(network_of([*dual, *roads], posts), "K763+200", "K763+700")
    origin = drawn.plane.to_xy(Point(*lonlat(0, _Y))).x
    west, south, east, north = drawn.carve_outs[0].bounds
    assert (west - origin, east - origin) == pytest.approx((700, 1200), abs=0.5)
    assert north - south == pytest.approx(20 + 7, abs=0.5)
    assert drawn.carve_outs[0].area == pytest.approx(500 * 27, rel=1e-2)


@pytest.mark.parametrize(
    ("posts", "asked", "message"),
    [
        ({}, "K764+000", "no kilometre post stands by the road"),
        ({"A": 764_000}, "K764+000", "no kilometre post stands by the road"),
        ({"r": 764_000}, "K764+100", "K764.000 is the only post, and which way the numbers rise is not known"),
        ({"q": 763_000, "r": 764_000}, "K766+100", "2100 m away .at most 2000 m"),
        ({"s": 763_000, "u": 766_000}, "K767+500", "not drawn 1500 m beyond the post K766.000"),
        ({"q": 763_000, "s": 764_000, "r": 765_000}, "K763+500", "contradict each other"),
        ({"q": 763_000, "r": 763_200}, "K763+100", "by their signs 200 m"),
        ({"q": 763_000, "u": 763_000}, "K763+000", "by their signs 0 m"),
    ],
)
def test_what_no_posts_show_is_said_and_never_guessed(posts: dict[str, float], asked: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        _carved(_network(**posts), asked)
    assert error.value.field == "carve_outs.0.from.chainage"
    assert "209国道" in error.value.text.zh


def test_a_road_with_a_hole_between_two_posts_is_not_measured_across_it() -> None:
    ways = {**_WAYS, "qr": {"name": "另一条路"}, "pWq": {"name": "209国道"}}
    del ways["pWqr"]
    with pytest.raises(InputError, match=r"not drawn through between K763.000 and K764.000"):
        _carved(street_map(_MAP, ways, posts={"q": 763_000, "r": 764_000}), "K763+500")


def test_a_road_that_forks_beyond_the_last_post_is_not_followed() -> None:
    ways = {**_WAYS, "rb": {"name": "209国道"}}
    with pytest.raises(InputError, match=r"forks beyond the post K764.000"):
        _carved(street_map(_MAP, ways, posts={"q": 763_000, "r": 764_000}), "K764+900")


def test_a_post_that_the_operator_put_far_from_its_road_is_refused() -> None:
    far = [{**_given(q="K763")[0], "lat": 31.02}]
    with pytest.raises(InputError, match=r"the post K763.000 stands .* m from 209国道") as error:
        _carved(_network(), "K763+000", posts=far)
    assert error.value.field == "posts"


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ({"chainage": "K900"}, "edges.0.part.from.chainage"),
        ({"junction": ["209国道", "北路"]}, "edges.0.part.from.junction"),
        ("无此处", "edges.0.part.from"),
        ("远处", "points.远处.chainage"),
    ],
)
def test_an_error_in_an_edges_part_names_the_edge(place: object, field: str) -> None:
    part = {"road": "209国道", "from": place, "toward": "east"}
    edge = {"road": "209国道", "side": "south", "boundary": "excluded", "part": part}
    points = {"远处": {"road": "209国道", "chainage": "K1"}}
    spec = spec_of().model_validate({"zone": "t", "edges": [edge], "points": points})
    with pytest.raises(InputError) as error:
        outline(spec, _network(q=763_000, r=764_000))
    assert error.value.field == field


def test_no_stretch_in_an_edges_part_names_the_edge_and_in_a_carve_out_the_carve_out() -> None:
    part = {"road": "209国道", "from": {"junction": ["209国道", "东路"]}, "toward": "north"}
    edge = {"road": "209国道", "side": "south", "boundary": "excluded", "part": part}
    with pytest.raises(InputError, match="no continuous stretch") as error:
        outline(spec_of().model_validate({"zone": "t", "edges": [edge]}), _network())
    assert error.value.field == "edges.0.part"
    with pytest.raises(InputError, match="no continuous stretch") as error:
        outline(spec_of(carve_outs=[{"road": "西路"}, part]), _network())
    assert error.value.field == "carve_outs.1"


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("K764+000", 764_000),
        ("k764", 764_000),
        ("Ｋ７６４＋０５０", 764_050),
        ("764", 764_000),
        ("763.5", 763_500),
        ("763.5 km", 763_500),
        ("K0+500.5", 500.5),
        ("12 mi", None),
        ("G209", None),
        ("", None),
        (None, None),
    ],
)
def test_kilometres_are_read_as_posts_and_notices_write_them(text: str | None, metres: float | None) -> None:
    assert metres_of(text) == metres


def test_kilometres_are_written_with_three_digits_of_metres() -> None:
    assert [written(m) for m in (764_000, 50, 763_999.6)] == ["K764+000", "K0+050", "K764+000"]


_SPEC = """zone: t
edges:
  - {road: 北路, side: south, boundary: excluded}
points:
  界碑: {road: 209国道, chainage: K764+000}
carve_outs:
  - {road: 209国道, from: {chainage: K763+000}, to: 界碑}
posts:
  - {road: 209国道, chainage: K763+000, lon: 110.7, lat: 35.1, crs: gcj02, source: 公路局, date: "2023-04"}
"""


def test_a_specification_file_may_hold_chainages_and_posts(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(_SPEC, "utf-8")
    spec = read_spec(path)
    assert spec.posts is not None
    assert (spec.posts[0].crs, spec.posts[0].chainage) == ("gcj02", "K763+000")
    assert type(spec).model_validate(spec.model_dump(mode="json", by_alias=True, exclude_none=True)) == spec


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("{chainage: K763+000}", "{chainage: K763 and more}", 7, "carve_outs[0].from.chainage"),
        ("chainage: K764+000", "chainage: five", 5, "points.界碑.chainage"),
        ("chainage: K763+000, lon", "chainage: 里程, lon", 9, "posts[0].chainage"),
        ("lat: 35.1", "lat: 135.1", 9, "posts[0].lat"),
        ("crs: gcj02", "crs: cgcs", 9, "posts[0].crs"),
    ],
)
def test_a_chainage_that_is_none_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, field: str
) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(_SPEC.replace(old, new), "utf-8")
    with pytest.raises(InputError) as error:
        read_spec(path)
    assert (error.value.line, error.value.field) == (line, field)
