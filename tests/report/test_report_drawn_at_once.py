"""What the report draws of many leads at once is what it draws of each alone."""

import numpy as np
import shapely

from truckban.report.drawing import Drawing, line_paths, path
from truckban.report.lead_map import lead_maps
from truckban.traces.check import Checked


def test_maps_of_all_leads_are_those_of_each(checked: Checked) -> None:
    drawing, leads = Drawing(checked.ground.zone), checked.leads
    assert len(leads) > 1
    assert lead_maps(leads, drawing, "zh") == [lead_maps([lead], drawing, "zh")[0] for lead in leads]
    assert lead_maps([], drawing, "zh") == []


def test_paths_of_many_lines_are_those_of_each() -> None:
    rng = np.random.default_rng(1)
    lines = [shapely.LineString(rng.normal(0, 99, (count, 2))) for count in (2, 3, 9, 2, 40)]
    ring = rng.normal(0, 99, (5, 2))
    lines += [shapely.LineString([*ring, ring[0]]), shapely.LineString([(1.4, 1.5), (1.4, 1.5)])]
    assert line_paths(lines) == [path(line) for line in lines]
    assert line_paths(lines)[-2].endswith("z")
    assert line_paths(lines)[-1] == path(lines[-1]) == "M1 2l0 0"
