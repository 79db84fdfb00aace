"""The county that the benchmark of trips is measured on: its size, and that its zone can be built."""

import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from truckban.notices.shelf import shelf_named
from zones.build import build_zone
from zones.network import StreetNetwork, read_streets
from zones.spec import ZoneSpec

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from county_network import county_of, osm_text


@pytest.fixture(scope="module")
def text() -> str:
    return osm_text(county_of())


@pytest.fixture(scope="module")
def network(text: str, tmp_path_factory: pytest.TempPathFactory) -> StreetNetwork:
    path = tmp_path_factory.mktemp("county") / "county.osm"
    path.write_text(text, "utf-8")
    return read_streets(path)


def test_it_is_the_same_every_time(text: str) -> None:
    assert osm_text(county_of()) == text


def test_it_is_of_a_countys_size_and_in_one_piece(network: StreetNetwork) -> None:
    streets = nx.MultiDiGraph()
    for segment in network.segments:
        ends = np.round(np.array(segment.line.coords)[[0, -1]], 7).tolist()
        start, end = map(tuple, ends)
        streets.add_edge(start, end)
        if not segment.oneway:
            streets.add_edge(end, start)
    assert 3500 <= streets.number_of_nodes() <= 4500
    assert 9000 <= streets.number_of_edges() <= 11500
    assert nx.is_strongly_connected(streets)


def test_it_has_several_classes_and_signs_for_trucks(network: StreetNetwork) -> None:
    assert {"motorway", "trunk", "primary", "secondary", "tertiary", "residential"} <= {
        s.highway for s in network.segments
    }
    assert {"hgv", "hgv:conditional", "maxheight"} <= {tag for s in network.segments for tag, _ in s.truck_tags}
    assert network.turns


def test_the_zone_of_the_notice_is_built_on_it(network: StreetNetwork) -> None:
    words = shelf_named("linyi-2023-5").first.pack.zones[0]
    assert words.area is not None
    zone = build_zone(network, ZoneSpec(zone=words.id, **words.area.model_dump(by_alias=True)))
    assert zone.loop_area_km2 == pytest.approx(17.47, abs=0.05)
    assert zone.gaps == ()
