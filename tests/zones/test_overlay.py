"""Names that people give to streets: recorded, shown, and wrong ones told by their number."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))

from overpass_server import SIDES, SMALL

from zones.build import build_zone
from zones.errors import InputError
from zones.names import find_road
from zones.network import StreetNetwork, read_streets
from zones.overlay import named
from zones.spec import ZoneSpec


@pytest.fixture
def nameless(tmp_path: Path) -> StreetNetwork:
    """Return the small ring whose east road bears no name."""
    path = tmp_path / "small.osm"
    path.write_text(SMALL.replace('<tag k="name" v="东路"/>', ""), "utf-8")
    return read_streets(path)


def file(folder: Path, text: str | list[dict[str, Any]], name: str = "names.yaml") -> Path:
    path = folder / name
    path.write_text(text if isinstance(text, str) else json.dumps(text, ensure_ascii=False), "utf-8")
    return path


def test_a_way_is_named_and_a_line_names_the_street_along_it(tmp_path: Path, nameless: StreetNetwork) -> None:
    by_way = named(nameless, file(tmp_path, "- {way: 102, name: 东路}\n"))
    line = "- {line: [[121.01005, 31.005], [121.01005, 31.0]], name: 东路, within_m: 15}\n"
    by_line = named(nameless, file(tmp_path, line))
    for network in (by_way, by_line):
        assert [s.way_id for s in network.by_name["东路"]] == [102]
        assert network.overlay is not None
        assert network.overlay.segments == frozenset({network.by_name["东路"][0].id})


def test_json_is_read_as_well(tmp_path: Path, nameless: StreetNetwork) -> None:
    network = named(nameless, file(tmp_path, [{"way": 102, "name": "东路"}, {"way": 101, "name": "北大路"}], "n.json"))
    assert {"东路", "北大路"} <= set(network.by_name)


def test_a_name_that_a_street_had_is_still_found(tmp_path: Path, nameless: StreetNetwork) -> None:
    network = named(nameless, file(tmp_path, "- {way: 104, name: 西大路}"))
    found = find_road(network, "西路")
    assert found is not None
    assert {s.way_id for s in found.segments} == {104}
    assert find_road(network, "老西路") is not None


def test_the_zone_shows_and_records_what_was_named(tmp_path: Path, nameless: StreetNetwork) -> None:
    edges = [{"road": road, "side": side, "boundary": "excluded"} for road, side in SIDES.items()]
    spec = ZoneSpec.model_validate({"zone": "t", "edges": edges})
    path = file(tmp_path, "- {way: 102, name: 东路}")
    zone = build_zone(named(nameless, path), spec)
    assert zone.names == {"北路": "exact", "东路": "overlay", "南路": "exact", "西路": "exact"}
    assert zone.source["overlay"]["file"] == "names.yaml"
    assert len(zone.source["overlay"]["segments"]) == 1
    assert any("names.yaml" in warning for warning in zone.warnings)


def test_a_line_names_no_street_that_only_crosses_it(tmp_path: Path, nameless: StreetNetwork) -> None:
    with pytest.raises(InputError, match="entry 1"):
        named(nameless, file(tmp_path, "- {line: [[121.009, 31.0025], [121.011, 31.0025]], name: 东路}"))


@pytest.mark.parametrize(
    ("text", "entry", "field"),
    [
        ("- {way: 102, name: 东路}\n- {way: 9, name: x}\n", "entry 2", "way"),
        ("- {line: [[120, 30], [120.1, 30]], name: x}", "entry 1", "line"),
        ("- {way: 102, name: a}\n- {way: 102, name: b}\n", "entry 2", "name"),
        ("- {way: 102}", "entry 1", "name"),
        ("- {name: x}", "entry 1", None),
        ("- {way: 1, line: [[1, 2], [3, 4]], name: x}", "entry 1", None),
        ("- {way: '102', name: x}", "entry 1", "way"),
        ("- {way: -102, name: x}", "entry 1", "way"),
        ("- {way: true, name: x}", "entry 1", "way"),
        ("- {way: 102, name: ''}", "entry 1", "name"),
        ("- {way: 102, name: '  '}", "entry 1", None),
        ("- {way: 102, name: 五}\n- {way: 102, nme: 五}", "entry 2", None),
        ("- {line: [[1, 2]], name: x}", "entry 1", "line"),
        ("- {line: [[31, 121], [31, 122]], name: x}", "entry 1", "line[0][1]"),
        ("- {line: [[.nan, 1], [1, 2]], name: x}", "entry 1", "line[0][0]"),
        ("- {line: [[121, 31], [121, 31.1]], name: x, within_m: 5000}", "entry 1", "within_m"),
        ("- 5", "entry 1", None),
    ],
)
def test_a_wrong_entry_is_told_by_its_number(
    tmp_path: Path, nameless: StreetNetwork, text: str, entry: str, field: str | None
) -> None:
    with pytest.raises(InputError, match=entry) as error:
        named(nameless, file(tmp_path, text))
    assert error.value.text.zh.startswith(f"第 {entry[-1]} 项")
    if field is not None:
        assert error.value.field == field


@pytest.mark.parametrize(
    "text", ["", "x", "way: 1", "- {", "[" * 5000, "a: &a [*a]", "- !!python/name:os.system {}", "[]", "\t- x"]
)
def test_a_file_that_is_no_list_is_said(tmp_path: Path, nameless: StreetNetwork, text: str) -> None:
    with pytest.raises(InputError, match=r"names\.yaml"):
        named(nameless, file(tmp_path, text))


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, nameless: StreetNetwork) -> None:
    (tmp_path / "bad.yaml").write_bytes(b"\xff\xfe")
    for name in ("bad.yaml", "none.yaml", "."):
        with pytest.raises(InputError):
            named(nameless, tmp_path / name)
