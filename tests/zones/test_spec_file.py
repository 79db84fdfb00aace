from pathlib import Path

import pytest

from zones.errors import InputError
from zones.spec_file import read_spec

_GOOD = """zone: shu
edges:
  - {road: 南外环路, side: north, boundary: excluded}
  - {road: 东外环路, side: west,  boundary: included}
carve_outs:
  - {road: 五一路, from: {junction: [五一路, 北环路]}, to: {junction: [五一路, 峨嵋大道]}}
"""


def _write(folder: Path, text: str) -> Path:
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_contracts_example_is_read(tmp_path: Path) -> None:
    spec = read_spec(_write(tmp_path, _GOOD))
    assert [(edge.road, edge.side, edge.boundary) for edge in spec.edges] == [
        ("南外环路", "north", "excluded"),
        ("东外环路", "west", "included"),
    ]
    assert spec.carve_outs[0].road == "五一路"


def test_yaml_1_2_reads_no_as_a_word(tmp_path: Path) -> None:
    assert read_spec(_write(tmp_path, _GOOD.replace("zone: shu", "zone: no"))).zone == "no"


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("side: north", "side: up", 3, "edges[0].side"),
        ("side: west,", "sides: west,", 4, "edges[1].sides"),
        (", boundary: excluded", "", 3, "edges[0].boundary"),
        ("zone: shu", "zone: ''", 1, "zone"),
        ("carve_outs:", "carve_out:", 5, "carve_out"),
    ],
)
def test_a_wrong_field_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, field: str) -> None:
    with pytest.raises(InputError) as error:
        read_spec(_write(tmp_path, _GOOD.replace(old, new)))
    assert (error.value.line, error.value.field) == (line, field)
    assert error.value.file is not None
    assert error.value.file.endswith("spec.yaml")
    assert error.value.text.zh != error.value.text.en


def test_a_tab_is_called_a_tab(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="tab") as error:
        read_spec(_write(tmp_path, _GOOD.replace("  - {road: 东外环路", "\t- {road: 东外环路")))
    assert error.value.line in {3, 4}


@pytest.mark.parametrize("text", ["", "[]", "zone: [", "a: b: c"])
def test_what_is_no_mapping_is_an_input_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"spec\.yaml"):
        read_spec(_write(tmp_path, text))


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.yaml"):
        read_spec(tmp_path / "none.yaml")


def test_an_edge_may_list_the_names_that_its_road_also_bears(tmp_path: Path) -> None:
    text = _GOOD.replace("side: north,", "side: north, also: [南关街, 朝阳街],")
    edges = read_spec(_write(tmp_path, text)).edges
    assert [edge.also for edge in edges] == [("南关街", "朝阳街"), None]
