"""Drawn streets and the drives on them that are easy to get wrong."""

import numpy as np
import pytest
from drawn_drive import Drawn, Fixes, along, driven, metres_on, roads

_SEEDS = range(25)


@pytest.fixture(scope="module")
def service() -> Drawn:
    """Return a ring road and a service road 20 m beside it; the links between them are 2 km apart."""
    drawing = """
a---A--------------------B---b
    C--------------------D
"""
    ways = {"aABb": {"name": "环路"}, "AC": {"name": "西口"}, "BD": {"name": "东口"}, "CD": {"name": "辅路"}}
    return roads(drawing, ways, cell_m=(100.0, 20.0))


@pytest.mark.parametrize(("letters", "road", "other"), [("aABb", "环路", "辅路"), ("aACDBb", "辅路", "环路")])
def test_a_ring_road_and_the_service_road_beside_it_are_told_apart(
    service: Drawn, letters: str, road: str, other: str
) -> None:
    right = 0
    for seed in _SEEDS:
        m = service.match(service.drive(letters, every=15, noise=8, seed=seed))
        between = metres_on(m, road) - (800 if road == "环路" else 0)
        right += between > 1900 and metres_on(m, other) < 100 + (800 if other == "环路" else 0)
        # the road that was not taken is never claimed to have been
        inner = service.arcs_named("辅路")
        assert (m.probability(inner) >= 0.9) == (road == "辅路"), seed
    assert right >= 0.9 * len(_SEEDS)


def test_midway_between_two_roads_either_is_as_likely(service: Drawn) -> None:
    where = service.where
    (x0, y0), (x1, y1) = where["A"], where["D"]
    m = service.match(along([(x0 + 150, (y0 + y1) / 2), (x1 - 150, (y0 + y1) / 2)], speed=12, every=15))
    for name in ("环路", "辅路"):
        assert m.probability(service.arcs_named(name)) == pytest.approx(0.5, abs=0.1)
    assert m.arc_p.max() < 0.7
    assert all(leg.p < 0.7 for leg in m.legs)


def test_noise_midway_favours_neither_road(service: Drawn) -> None:
    where = service.where
    (x0, y0), (x1, y1) = where["A"], where["D"]
    line = [(x0 + 150, (y0 + y1) / 2), (x1 - 150, (y0 + y1) / 2)]
    p = [
        service.match(along(line, speed=12, every=15, noise=4, seed=seed)).probability(service.arcs_named("辅路"))
        for seed in range(100)
    ]
    assert np.mean(p) == pytest.approx(0.5, abs=0.12)


_FLYOVER = """
     N
     |
     |
W---------E
     |
     |
     S
"""


@pytest.mark.parametrize("noise", [0, 8])
def test_at_a_flyover_there_is_no_turning(noise: float) -> None:
    ways = {"WE": {"name": "高架"}, "NS": {"name": "地面"}}
    drawn = roads(_FLYOVER, ways)
    for seed in range(5):
        m = drawn.match(drawn.drive("WE", every=5, noise=noise, seed=seed))
        assert driven(m) == ["高架"]
        assert m.probability(drawn.arcs_named("地面")) < 0.3
    x, y = drawn.where["N"][0], drawn.where["W"][1]
    turned = drawn.match(along([drawn.where["W"], (x, y), drawn.where["N"]], speed=12, every=5))
    # who does turn there drove on no street from the one to the other
    assert driven(turned) == ["高架", "地面<"]
    assert len(turned.breaks) == 1
    crossing = roads(
        _FLYOVER.replace("W----", "W----X").replace("X-----E", "X----E"), {"WXE": ways["WE"], "NXS": ways["NS"]}
    )
    turned = crossing.match(along([crossing.where[c] for c in "WXN"], speed=12, every=5))
    assert driven(turned) == ["高架", "地面<"]
    assert turned.breaks == []


# 10 m a character and a line: a roundabout at the zone's corner, driven counter-clockwise
_ROUNDABOUT = """
                    N
                    |
                    |
                    |
                    |
                    n
                  f   e
W----------------w     m----------------E
                  g   h
                    s
                    |
                    |
                    |
                    |
                    S
"""
_ROUND = {
    "Ww": {"name": "北路"},
    "mE": {"name": "东段"},
    "Nn": {"name": "西路"},
    "sS": {"name": "南段"},
    "wgs": {"name": "环岛", "oneway": True},
    "shm": {"name": "环岛", "oneway": True},
    "men": {"name": "环岛", "oneway": True},
    "nfw": {"name": "环岛", "oneway": True},
}


@pytest.mark.parametrize(
    ("letters", "streets"),
    [
        ("WwgshmE", ["北路", "环岛", "东段"]),
        ("WwgsS", ["北路", "环岛", "南段"]),
        ("EmenfwW", ["东段<", "环岛", "北路<"]),
        ("NnfwW", ["西路", "环岛", "北路<"]),
    ],
)
@pytest.mark.parametrize("every", [3, 10])
def test_a_roundabout_is_driven_its_way_round(letters: str, streets: list[str], every: float) -> None:
    drawn = roads(_ROUNDABOUT, _ROUND, cell_m=(10.0, 10.0))
    m = drawn.match(drawn.drive(letters, speed=8, every=every, noise=3, seed=1))
    assert driven(m) == streets
    assert metres_on(m, "环岛") < 100


_CARVE_OUT = """
          K
          |
          |
          |
A---------J---------B
"""


@pytest.fixture(scope="module")
def carve_out() -> Drawn:
    return roads(_CARVE_OUT, {"AJB": {"name": "环路"}, "JK": {"name": "内街"}})


@pytest.mark.parametrize("every", [1, 5, 15, 30])
@pytest.mark.parametrize("letters", ["AJ", "AJA", "AJB"])
def test_up_to_the_last_junction_is_not_beyond_it(carve_out: Drawn, letters: str, every: float) -> None:
    for seed in range(5):
        m = carve_out.match(carve_out.drive(letters, speed=10, every=every, noise=5 if seed else 0, seed=seed))
        assert m.probability(carve_out.arcs_named("内街")) < 0.9, seed
        assert metres_on(m, "内街") < 20
        # where between two fixes it turned back, nobody knows
        unseen = 10 * every if letters == "AJA" else 0
        assert 1000 * (len(letters) - 1) - 60 - unseen < metres_on(m, "环路") < 1000 * (len(letters) - 1) + 60


@pytest.mark.parametrize("every", [1, 5, 15, 30])
def test_well_beyond_the_last_junction_is_beyond_it(carve_out: Drawn, every: float) -> None:
    for seed in range(5):
        m = carve_out.match(carve_out.drive("AJK", speed=10, every=every, noise=5, seed=seed))
        assert m.probability(carve_out.arcs_named("内街")) > 0.95, seed


_DUAL = """
A------------------------B
|                        |
D------------------------C
"""


@pytest.mark.parametrize("every", [1, 15, 30])
@pytest.mark.parametrize(("letters", "right"), [("DC", "东向"), ("BA", "西向")])
def test_of_a_dual_carriageway_the_side_that_goes_that_way_is_taken(letters: str, right: str, every: float) -> None:
    ways = {"DC": {"name": "东向", "oneway": True}, "BA": {"name": "西向", "oneway": True}, "AD": {}, "BC": {}}
    drawn = roads(_DUAL, ways, cell_m=(100.0, 6.0))
    for seed in range(8):
        m = drawn.match(drawn.drive(letters, every=every, noise=8, seed=seed))
        assert metres_on(m, right) > 2300
        assert metres_on(m, {"东向": "西向", "西向": "东向"}[right]) < 100


def _block(oneway: bool) -> Drawn:  # noqa: FBT001
    drawing = """
A----B----C----D
     |    |
     |    |
     E----F
"""
    return roads(drawing, {"ABCD": {"name": "单行", "oneway": oneway}, "CFEB": {"name": "街区"}})


@pytest.mark.parametrize("every", [1, 5])
def test_drifting_back_on_a_one_way_street_drives_no_loop(every: float) -> None:
    drawn = _block(oneway=True)
    for seed in range(5):
        slow = drawn.drive("ABCD", speed=3, every=every, noise=9, seed=seed)
        m = drawn.match(slow)
        assert driven(m) == ["单行"]
        assert metres_on(m, "单行") == pytest.approx(1500, abs=60)


def test_round_the_block_is_a_loop() -> None:
    m = (drawn := _block(oneway=True)).match(drawn.drive("ABCFEBCD", every=10, noise=4))
    assert driven(m) == ["单行", "街区", "单行"]


@pytest.mark.parametrize("every", [5, 15])
def test_into_a_dead_end_and_back(carve_out: Drawn, every: float) -> None:
    m = carve_out.match(carve_out.drive("AJKJB", speed=8, every=every, noise=4, seed=2))
    assert driven(m) == ["环路", "内街", "内街<", "环路"]
    assert metres_on(m, "内街") == pytest.approx(800, abs=80)


@pytest.mark.parametrize("every", [5, 15])
def test_a_u_turn_in_the_street_is_driven_up_to_where_it_was_made(carve_out: Drawn, every: float) -> None:
    (x, y), end = carve_out.where["A"], (700.0, 0.0)
    m = carve_out.match(along([(x, y), end, (x, y)], speed=10, every=every, noise=4, seed=3))
    assert driven(m) == ["环路", "环路<"]
    assert metres_on(m, "环路") == pytest.approx(1400, abs=120)
    assert m.probability(carve_out.arcs_named("内街")) < 0.5


def test_a_corner_cut_by_sparse_fixes_is_driven_round() -> None:
    drawing = """
        C
        1
        |
        |
        |
A-0-----B
"""
    drawn = roads(drawing, {"ABC": {"name": "路"}})
    m = drawn.match(drawn.fixes(every=60))
    assert metres_on(m, "路") == pytest.approx(600 + 400, abs=10)
    assert m.breaks == []


def test_a_drive_that_leaves_the_map_is_broken_off_and_not_bridged() -> None:
    drawn = roads("A---B--------------------C---D", {"AB": {"name": "西"}, "BC": {"name": "街"}, "CD": {"name": "东"}})
    (bx, _), (cx, _) = drawn.where["B"], drawn.where["C"]
    bypass = [drawn.where["A"], (bx - 50, 0), (bx - 50, 400), (cx + 50, 400), (cx + 50, 0), drawn.where["D"]]
    for every in (5, 15, 30):
        fixes = along(bypass, speed=12, every=every)
        m = drawn.match(fixes)
        assert driven(m) == ["西", "东"]
        assert metres_on(m, "街") == 0
        assert len(m.breaks) == 1
        (before, after) = m.breaks[0]
        assert fixes.x[before] < bx
        assert fixes.x[after] > cx
        assert {leg.piece for leg in m.legs} == {0, 1}
        assert m.skipped.tolist() == list(range(before + 1, after))


def test_of_two_ways_as_long_as_each_other_neither_is_sure() -> None:
    drawing = """
A-----B------C
      |      |
      |      |
      D------E-----F
"""
    ways = {"AB": {"name": "引"}, "BCE": {"name": "环路"}, "BDE": {"name": "内街"}, "EF": {"name": "出"}}
    drawn = roads(drawing, ways)
    (ax, top), (fx, low) = drawn.where["A"], drawn.where["F"]
    x, y = np.array([ax, ax + 500, fx - 500, fx]), np.array([top, top, low, low])
    m = drawn.match(Fixes(x, y, np.arange(4) * 60.0))
    ring, inner = (m.probability(drawn.arcs_named(name)) for name in ("环路", "内街"))
    assert max(ring, inner) == pytest.approx(0.5, abs=0.2)
