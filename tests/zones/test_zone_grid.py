"""Areas on the file's grid: whatever a boundary leaves, what is written is an area that can be read."""

import pickle

import shapely
from shapely import GeometryCollection, LineString, MultiPolygon, box

from zones.errors import InputError, ZoneError
from zones.text import Text
from zones.zone import on_grid


def test_parts_that_cross_each_other_by_a_rounding_are_made_one_sound_area() -> None:
    crossed = MultiPolygon([box(110.0, 35.0, 110.01, 35.01), box(110.0099999, 35.0, 110.02, 35.01)])
    assert not shapely.is_valid(crossed)
    placed = on_grid(crossed)
    assert shapely.is_valid(placed)
    assert abs(placed.area - 0.02 * 0.01) < 1e-9


def test_a_line_that_a_carve_out_left_is_no_part_of_the_area() -> None:
    area = box(110.0, 35.0, 110.01, 35.01)
    placed = on_grid(GeometryCollection([area, LineString([(110.02, 35.0), (110.03, 35.0)])]))
    assert placed.geom_type == "Polygon"
    assert placed.equals(area)


def test_faults_can_be_handed_between_processes() -> None:
    fault = InputError(Text("坏了", "broken"), file="a.csv", line=3, field="time")
    again = pickle.loads(pickle.dumps(fault))  # noqa: S301 - our own
    assert (again.say("zh"), again.file, again.line, again.field) == (fault.say("zh"), "a.csv", 3, "time")
    open_ring = ZoneError(
        "loop_open", Text("没有闭合", "not closed"), gaps=[{"length_m": 3.0}], candidates={"甲路": []}
    )
    assert pickle.loads(pickle.dumps(open_ring)).as_json() == open_ring.as_json()  # noqa: S301
