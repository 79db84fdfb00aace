import pytest
import shapely
from ring_map import RING, WAYS, spec_of
from street_map import lonlat, network_of, places, segment, street_map

from zones.boundary import outline
from zones.errors import ZoneError
from zones.spec import ZoneSpec

# a hole of 200 m at the north-east corner, closed by a lane that runs a little outside
_OPEN = """
             p
 wA-------B
  |          q
  |          E
  |          |
 zD----------C
"""
_OPEN_WAYS = {
    "wAB": {"name": "北路"},
    "EC": {"name": "东路"},
    "CDz": {"name": "南路"},
    "DA": {"name": "西路"},
}
_GAP_M = (300**2 + 200**2) ** 0.5


def test_an_open_corner_is_an_error_with_its_place_and_length() -> None:
    with pytest.raises(ZoneError) as error:
        outline(spec_of(), street_map(_OPEN, _OPEN_WAYS))
    assert error.value.code == "loop_open"
    [gap] = error.value.gaps
    assert gap["length_m"] == pytest.approx(_GAP_M, abs=1)
    assert gap["bridged_by"] is None
    assert set(gap["between"]) == {"北路", "东路"}
    b, e = places(_OPEN)["B"], places(_OPEN)["E"]
    assert (gap["lon"], gap["lat"]) == pytest.approx(lonlat((b[0] + e[0]) / 2, (b[1] + e[1]) / 2), abs=1e-5)


@pytest.mark.parametrize(("max_gap_m", "closes"), [(400, False), (600, True)])
def test_a_gap_closes_along_drawn_ways_up_to_the_length_allowed(max_gap_m: float, closes: bool) -> None:  # noqa: FBT001
    # B-q-E measures 316 + 100 m
    network = street_map(_OPEN, {**_OPEN_WAYS, "BqE": {"name": None, "highway": "service"}})
    if not closes:
        with pytest.raises(ZoneError, match="open"):
            outline(spec_of(), network, max_gap_m=max_gap_m)
        return
    drawn = outline(spec_of(), network, max_gap_m=max_gap_m)
    [gap] = drawn.gaps
    assert gap.bridged_by == "ways"
    corner = shapely.Polygon([places(_OPEN)[letter] for letter in "ABqECD"])
    assert drawn.loop.area == pytest.approx(corner.area, rel=5e-3)


def test_a_straight_line_closes_only_the_gap_that_the_operator_names() -> None:
    network = street_map(_OPEN, _OPEN_WAYS)
    b, e = places(_OPEN)["B"], places(_OPEN)["E"]
    here = lonlat((b[0] + e[0]) / 2 + 50, (b[1] + e[1]) / 2)
    drawn = outline(spec_of(), network, bridge=[here])
    assert [gap.bridged_by for gap in drawn.gaps] == ["operator"]
    far = lonlat(b[0] - 300, b[1])
    with pytest.raises(ZoneError) as error:
        outline(spec_of(), network, bridge=[far])
    assert [gap["bridged_by"] for gap in error.value.gaps] == [None]


def test_every_gap_is_listed_with_what_would_close_it() -> None:
    ways = {"wAB": {"name": "北路"}, "EC": {"name": "东路"}, "Dz": {"name": "南路"}, "DA": {"name": "西路"}}
    network = street_map(_OPEN, {**ways, "BqE": {"name": None}})
    with pytest.raises(ZoneError) as error:
        outline(spec_of(), network, max_gap_m=600)
    found = {frozenset(gap["between"]): gap["bridged_by"] for gap in error.value.gaps}
    assert found == {frozenset({"北路", "东路"}): "ways", frozenset({"东路", "南路"}): None}


def test_a_road_with_a_hole_in_it_has_a_gap_with_itself() -> None:
    drawing = RING.replace("A---------B", "A----mn---B")
    ways = {name: tags for name, tags in WAYS.items() if name != "wABx"}
    network = street_map(drawing, {**ways, "wAm": {"name": "北路"}, "nBx": {"name": "北路"}})
    drawn = outline(spec_of(), network, max_gap_m=0, bridge=[lonlat(*places(drawing)["m"])])
    [gap] = drawn.gaps
    assert [drawn.roads[i].name for i in gap.roads] == ["北路", "北路"]
    assert gap.line.length == pytest.approx(100, abs=1)


def test_lines_that_miss_each_other_by_less_than_a_metre_touch() -> None:
    drawing = """
 wA---------B
  |         |
 zD---------C
"""
    where = places(drawing)
    network = street_map(drawing, {"BC": {"name": "东路"}, "CD": {"name": "南路"}, "DA": {"name": "西路"}})
    for miss, touches in ((0.9, True), (1.2, False)):
        north = segment("北路", [where["w"], where["A"], (where["B"][0] - miss, where["B"][1])])
        near = network_of([*network.segments, north])
        if touches:
            assert outline(spec_of(), near).gaps == ()
        else:
            with pytest.raises(ZoneError, match="open"):
                outline(spec_of(), near)


def test_roads_that_meet_in_one_place_enclose_nothing() -> None:
    star = """
 a c
  o
 b d
"""
    ways = {"ao": {"name": "北路"}, "bo": {"name": "东路"}, "co": {"name": "南路"}, "do": {"name": "西路"}}
    with pytest.raises(ZoneError) as error:
        outline(spec_of(), street_map(star, ways))
    assert error.value.code == "loop_open"


_BAY = """
 A---------B
 |         |
 |         |
 |         b
 |         E
 |         |
 D---------C
"""


@pytest.mark.parametrize("ways", [{"bBADCE": {"name": "环路"}}, {"bBAD": {"name": "环路"}, "DCE": {"name": "别路"}}])
def test_one_or_two_roads_that_leave_a_ring_open_have_a_gap_at_their_loose_ends(
    ways: dict[str, dict[str, str]],
) -> None:
    edges = [{"road": tags["name"], "side": "inside", "boundary": "excluded"} for tags in ways.values()]
    spec = ZoneSpec.model_validate({"zone": "t", "edges": edges})
    network = street_map(_BAY, ways)
    with pytest.raises(ZoneError) as error:
        outline(spec, network)
    [gap] = error.value.gaps
    assert gap["length_m"] == pytest.approx(100, abs=1)
    drawn = outline(spec, network, bridge=[lonlat(*places(_BAY)["E"])])
    assert drawn.loop.area == pytest.approx(1000 * 600, rel=5e-3)


def test_a_footpath_closes_no_gap() -> None:
    network = street_map(_OPEN, {**_OPEN_WAYS, "BqE": {"name": None, "highway": "footway"}})
    with pytest.raises(ZoneError, match="open"):
        outline(spec_of(), network, max_gap_m=600)
