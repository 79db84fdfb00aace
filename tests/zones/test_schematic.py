import itertools
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely
from pyproj import Geod

import zones
from zones.build import build_zone
from zones.network import StreetNetwork, read_streets
from zones.schematic import osm_xml
from zones.spec_file import read_spec

_DATA = Path(str(files("zones").joinpath("data")))
_RINGS = ("丰喜大道", "西环路", "峨嵋大道", "东环路")
_GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def network() -> StreetNetwork:
    return read_streets(_DATA / "linyi_schematic.osm")


def test_the_committed_network_is_what_the_script_writes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "zones.schematic", str(tmp_path / "out.osm")], check=True)
    assert (tmp_path / "out.osm").read_bytes() == (_DATA / "linyi_schematic.osm").read_bytes()
    assert osm_xml().encode() == (_DATA / "linyi_schematic.osm").read_bytes()


def test_the_committed_zone_is_what_its_streets_and_words_give() -> None:
    zone = build_zone(_DATA / "linyi_schematic.osm", read_spec(_DATA / "linyi-schematic.spec.yaml"))
    assert zone.text.encode() == (_DATA / "linyi-schematic.geojson").read_bytes()


def test_it_says_that_it_is_schematic() -> None:
    zone = zones.load_builtin("linyi-schematic")
    assert zone.grade == "schematic"
    assert any("not fit for enforcement" in warning for warning in zone.warnings)
    assert zone.names == dict.fromkeys([*_RINGS, "五一路", "北环路"], "exact")


def test_the_loop_is_the_rectangle_of_the_corner_junctions() -> None:
    lon, lat = [110.748, 110.796, 110.796, 110.748], [35.128, 35.128, 35.164, 35.164]
    rectangle_km2 = abs(_GEOD.polygon_area_perimeter(lon, lat)[0]) / 1e6
    assert zones.load_builtin("linyi-schematic").loop_area_km2 == pytest.approx(rectangle_km2, rel=5e-4)


def test_each_ring_road_is_two_one_way_carriageways_25_m_apart(network: StreetNetwork) -> None:
    for name in _RINGS:
        segments = network.by_name[name]
        assert {(s.oneway, s.lanes) for s in segments} == {(True, 3)}
        points = np.concatenate([shapely.get_coordinates(s.line) for s in segments])
        across = 1 if name.endswith("大道") else 0
        low, high = (np.unique(points[:, across])[[0, -1]]) if len(np.unique(points[:, across])) else (0, 0)
        pair = [(points[0, 0], low), (points[0, 0], high)] if across else [(low, points[0, 1]), (high, points[0, 1])]
        assert _GEOD.inv(*pair[0], *pair[1])[2] == pytest.approx(25, abs=0.1)


def test_traffic_keeps_to_the_right(network: StreetNetwork) -> None:
    for name in _RINGS:
        for segment in network.by_name[name]:
            (x0, y0), (x1, y1) = segment.line.coords[0], segment.line.coords[-1]
            middle = shapely.union_all([s.line for s in network.by_name[name]]).envelope.centroid
            left_of_travel = (x1 - x0) * (middle.y - y0) - (y1 - y0) * (middle.x - x0)
            assert left_of_travel > 0, (name, segment.id)


def test_ring_roads_run_on_2_km_and_the_two_streets_1500_m(network: StreetNetwork) -> None:
    west, south, east, north = 110.748, 35.128, 110.796, 35.164
    for name, metres in [*((ring, 2000) for ring in _RINGS), ("五一路", 1500), ("北环路", 1500)]:
        box = shapely.total_bounds([s.line for s in network.by_name[name]])
        if box[2] - box[0] > box[3] - box[1]:
            ends = [(box[0], west, box[1], box[1]), (box[2], east, box[1], box[1])]
        else:
            ends = [(box[0], box[0], box[1], south), (box[0], box[0], box[3], north)]
        for lon0, lon1, lat0, lat1 in ends:
            assert _GEOD.inv(lon0, lat0, lon1, lat1)[2] >= metres
        assert box[0] <= east
        assert box[2] >= west


def test_the_invented_streets_keep_200_m_from_parallel_rings(network: StreetNetwork) -> None:
    for name, segments in network.by_name.items():
        if not (name.startswith("示意") and name.endswith("街")):
            continue
        lon, lat = shapely.get_coordinates(segments[0].line)[0]
        box = shapely.total_bounds([s.line for s in segments])
        if box[2] - box[0] > box[3] - box[1]:
            apart = [_GEOD.inv(lon, lat, lon, ring)[2] for ring in (35.128, 35.164)]
        else:
            apart = [_GEOD.inv(lon, lat, ring, lat)[2] for ring in (110.748, 110.796)]
        assert min(apart) >= 200, name


def test_one_can_drive_from_everywhere_to_everywhere_but_off_the_map(network: StreetNetwork) -> None:
    graph = nx.DiGraph()
    for segment in network.segments:
        a, b = segment.line.coords[0], segment.line.coords[-1]
        graph.add_edge(a, b)
        if not segment.oneway:
            graph.add_edge(b, a)
    connected = max(nx.strongly_connected_components(graph), key=len)
    dead_ends = {node for node in graph if len(set(graph.predecessors(node)) | set(graph.successors(node))) == 1}
    assert set(graph) - connected <= dead_ends
    assert len(dead_ends) == 16


def test_a_detour_around_the_zone_exists_on_every_side(network: StreetNetwork) -> None:
    zone = zones.load_builtin("linyi-schematic")
    lawful = {street.id for street in zone.streets if street.place in {"outside", "boundary_road"}}
    graph = nx.Graph()
    for segment in network.segments:
        if segment.id in lawful:
            graph.add_edge(segment.line.coords[0], segment.line.coords[-1])
    sides = [("五一路", 1, min), ("五一路", 1, max), ("北环路", 0, min), ("北环路", 0, max)]
    ends = []
    for name, axis, pick in sides:
        points = [point for s in network.by_name[name] for point in (s.line.coords[0], s.line.coords[-1])]
        ends.append(pick(points, key=lambda point: point[axis]))
    assert all(nx.has_path(graph, a, b) for a, b in itertools.combinations(ends, 2))
