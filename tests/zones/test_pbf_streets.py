"""OSM PBF: the network of the same data as XML."""

import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from overpass_server import SMALL

from zones.area import Around
from zones.errors import InputError
from zones.network import read_streets


def to_pbf(xml: Path, pbf: Path, **header: str) -> Path:
    osmium = pytest.importorskip("osmium")
    head = osmium.io.Header()
    for key, value in header.items():
        head.set(key, value)
    with osmium.SimpleWriter(str(pbf), header=head) as writer:
        for element in osmium.FileProcessor(str(xml)):
            writer.add(element)
    return pbf


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.osm"
    path.write_text(SMALL, "utf-8")
    return path


@pytest.mark.parametrize("name", ["a.osm.pbf", "a.pbf"])
def test_a_pbf_gives_the_network_of_the_xml(small: Path, name: str) -> None:
    network = read_streets(to_pbf(small, small.parent / name))
    assert network.segments == read_streets(small).segments
    assert (network.grade, network.source.file) == ("osm", name)


@pytest.mark.parametrize("name", ["shu_campus", "nanjing_centre"])
def test_a_pbf_of_a_real_place_gives_the_network_of_the_xml(
    shared: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    xml = shared(f"osm/{name}.osm")
    # their order follows what else the file holds
    packed, plain = (read_streets(path).segments for path in (to_pbf(xml, tmp_path / "a.osm.pbf"), xml))
    assert sorted(packed, key=lambda s: s.id) == sorted(plain, key=lambda s: s.id)


def test_the_date_is_that_of_the_header(small: Path) -> None:
    dated = {"osmosis_replication_timestamp": "2024-05-08T10:00:00Z"}
    assert read_streets(to_pbf(small, small.parent / "a.pbf", **dated)).source.date == "2024-05-08"
    assert read_streets(to_pbf(small, small.parent / "b.pbf")).source.date is None


def test_what_is_no_pbf_or_half_a_one_is_said(small: Path) -> None:
    whole = to_pbf(small, small.parent / "whole.pbf").read_bytes()
    for data in (b"x", b"\0" * 100, whole[:-20], whole[:90], small.read_bytes()):
        (small.parent / "a.pbf").write_bytes(data)
        with pytest.raises(InputError, match=r"a\.pbf"):
            read_streets(small.parent / "a.pbf")


def test_a_pbf_without_streets_or_without_nodes_is_said(small: Path) -> None:
    text = small.read_text("utf-8")
    for wrong in (text.replace("highway", "waterway"), text.replace('<node id="5"', '<node id="50"')):
        small.write_text(wrong, "utf-8")
        with pytest.raises(InputError, match=r"a\.pbf"):
            read_streets(to_pbf(small, small.parent / "a.pbf"))
        (small.parent / "a.pbf").unlink()


def test_without_pyosmium_the_extra_is_named(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "osmium", None)
    with pytest.raises(InputError) as error:
        read_streets(small.rename(small.with_suffix(".pbf")))
    assert "pip install truckban[pbf]" in error.value.text.en
    assert "pip install truckban[pbf]" in error.value.text.zh


def test_the_other_sources_need_no_pyosmium(small: Path) -> None:
    code = f"import sys; from zones.network import read_streets; read_streets({str(small)!r}); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "osmium" not in loaded


def province(path: Path, *, outside: int) -> Path:
    """Write a town of 3000 nodes, and streets some 40 km away."""
    osmium = pytest.importorskip("osmium")
    streets = [(110.77, 35.14 + row * 0.0002) for row in range(100)]
    streets += [(111.07 + row // 100 * 0.008, 35.44 + row % 100 * 0.0002) for row in range(outside // 30)]
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (lon, lat) in enumerate(streets):
            for step in range(30):
                place = (lon + step * 0.0002, lat)
                writer.add_node(osmium.osm.mutable.Node(id=number * 30 + step + 1, location=place))
        for number in range(len(streets)):
            refs = [number * 30 + step + 1 for step in range(30)]
            tags = {"highway": "residential", "name": f"{number}路"}
            writer.add_way(osmium.osm.mutable.Way(id=number + 1, nodes=refs, tags=tags))
    return path


def test_what_lies_outside_the_area_is_not_kept_in_memory(tmp_path: Path) -> None:
    town, peaks = Around(110.77, 35.14, 3000), []
    for outside in (0, 0, 60_000):  # the first read imports libraries
        path = province(tmp_path / f"{len(peaks)}.osm.pbf", outside=outside)
        tracemalloc.start()
        segments = read_streets(path, area=town).segments
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert len(segments) == 100
    assert peaks[2] < 1.2 * peaks[1]


def test_a_street_with_no_node_in_the_area_is_found_by_its_nodes_around(tmp_path: Path) -> None:
    osm = tmp_path / "long.osm"
    osm.write_text(SMALL, "utf-8")
    middle = Around(121.0075, 31.0, 50)  # of 南路, 240 m from its nearest node
    assert {s.name for s in read_streets(to_pbf(osm, tmp_path / "long.pbf"), area=middle).segments} == {"南路"}


def test_a_street_that_is_cut_off_elsewhere_is_no_fault_of_the_area(small: Path) -> None:
    small.write_text(SMALL.replace('<node id="2"', '<node id="20"'), "utf-8")
    path = to_pbf(small, small.parent / "cut.pbf")
    with pytest.raises(InputError, match="node 2 of way"):
        read_streets(path)
    assert {s.name for s in read_streets(path, area=Around(121.0, 31.0, 50)).segments} == {"南路", "西路"}
    with pytest.raises(InputError, match="node 2 of way"):
        read_streets(path, area=Around(121.0, 31.005, 50))
