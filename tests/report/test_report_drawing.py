import re

import numpy as np
import pytest
import shapely

from truckban.report.drawing import Drawing, path
from truckban.report.rows import distance, lasted
from zones import load_builtin
from zones.coords import LocalPlane
from zones.zone import Zone


@pytest.fixture(scope="module")
def zone() -> Zone:
    return load_builtin("linyi-schematic")


def test_a_metre_on_the_sheet_is_a_metre_on_the_ground_both_ways(zone: Zone) -> None:
    drawn, plane = Drawing(zone).on_sheet(zone.area), LocalPlane.around(zone.area).to_xy(zone.area)
    west, north, east, south = drawn.bounds
    bounds = plane.bounds
    assert east - west == pytest.approx(bounds[2] - bounds[0], rel=0.004)
    assert south - north == pytest.approx(bounds[3] - bounds[1], rel=0.004)


def test_north_is_up(zone: Zone) -> None:
    west, south, east, north = zone.area.bounds
    line = Drawing(zone).on_sheet(shapely.LineString([(west, south), (east, north)]))
    (x0, y0), (x1, y1) = line.coords
    assert x1 > x0
    assert y1 < y0


def test_the_first_view_holds_the_area_and_its_boundary_roads(zone: Zone) -> None:
    drawing = Drawing(zone)
    left, top, width, height = drawing.view
    for geometry in (zone.area, *(road.geometry for road in zone.boundary_roads)):
        west, north, east, south = drawing.on_sheet(geometry).bounds
        assert left < west
        assert east < left + width
        assert top < north
        assert south < top + height


def test_every_boundary_road_is_named_outside_the_area_and_upright_where_it_runs_north(zone: Zone) -> None:
    drawing = Drawing(zone)
    area = drawing.on_sheet(zone.area)
    labels = {label.text: label for label in drawing.labels() if label.kind == "boundary"}
    assert set(labels) == {road.name for road in zone.boundary_roads}
    for label in labels.values():
        assert not area.contains(shapely.Point(label.x, label.y))
    assert {name for name, label in labels.items() if label.upright} == {"西环路", "东环路"}
    assert labels["峨嵋大道"].side == labels["西环路"].side == -1
    assert labels["丰喜大道"].side == labels["东环路"].side == 1


def test_names_are_written_in_order_of_weight(zone: Zone) -> None:
    kinds = [label.kind for label in Drawing(zone).labels()]
    assert kinds == sorted(kinds, key=["boundary", "carve_out", "road", "street"].index)


def _points(d: str) -> list[tuple[int, int]]:
    start, steps = re.fullmatch(r"M(-?\d+ -?\d+)l([-\d ]+)z?", d).groups()  # type: ignore[union-attr]
    pairs = np.array([start.split(), *np.array(steps.split()).reshape(-1, 2).tolist()], dtype=int)
    return [(int(x), int(y)) for x, y in np.cumsum(pairs, axis=0)]


def test_a_path_does_not_drift_however_many_steps_it_has() -> None:
    line = np.column_stack([np.arange(1000) * 0.4, np.arange(1000) * -0.3])
    points = _points(path(shapely.LineString(line)))
    assert points[-1] == (round(999 * 0.4), round(999 * -0.3))


def test_a_zone_without_streets_is_drawn_and_its_roads_are_named(zone: Zone) -> None:
    bare = Zone(
        id="bare", grade="survey", area=zone.area, loop_area_km2=1.0, area_km2=1.0, boundary_roads=zone.boundary_roads,
        carve_outs=zone.carve_outs,
    )  # fmt: skip
    drawing = Drawing(bare)
    assert drawing.streets() == []
    assert {label.text for label in drawing.labels()} == {
        road.name for road in (*zone.boundary_roads, *zone.carve_outs)
    }


def test_durations_and_distances_are_written_as_people_say_them() -> None:
    assert lasted(832, "zh") == "13 分 52 秒"
    assert lasted(0, "en") == "0 s"
    assert lasted(3600 + 65, "en") == "1 h 1 min"
    assert distance(6192.3, "zh") == "6.2 公里"
    assert distance(812.4, "en") == "812 m"
