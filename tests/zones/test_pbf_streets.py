"""OSM PBF: the network of the same data as XML."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from overpass_server import SMALL

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
