"""A member that is there twice: every list, site, registry, zone and street file that has one is refused by its name."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from enterprises.errors import EnterpriseError
from enterprises.list_tables import read_list
from enterprises.registry_file import builtin_registry, parse_registry, written
from enterprises.site_files import read_sites
from truckban.freight.sites_given import read_known_places
from zones import load_builtin
from zones.errors import InputError
from zones.geojson_streets import read_geojson
from zones.zone_file import parse_zone, read_zone

LIST = '{"doc_no": "临政办发〔2024〕1号", "names": [{"name": "甲矿", "credit_code": null}]}'
POINT = '{"type": "Feature", "properties": {%s}, "geometry": {"type": "Point", "coordinates": [110.7, 35.1]}}'
SITES = (
    '{"type": "FeatureCollection", "features": ['
    + POINT % '"enterprise": "linyi-2023-18-01", "crs": "wgs84", "radius_m": 90'
    + "]}"
)
PLACES = (
    '{"type": "FeatureCollection", "features": [' + POINT % '"kind": "depot", "crs": "wgs84", "radius_m": 90' + "]}"
)
STREETS = (
    '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "甲路", "highway": "primary"}, '
    '"geometry": {"type": "LineString", "coordinates": [[110.7, 35.1], [110.8, 35.1]]}}]}'
)
READERS: dict[str, tuple[str, Callable[[Path], Any], str]] = {
    "list": (LIST, read_list, "credit_code"),
    "sites": (
        SITES,
        lambda path: read_sites(path, builtin_registry(), said={"source": "甲", "date": "2024-01-01"}),
        "radius_m",
    ),
    "registry": (
        written(builtin_registry()).decode(),
        lambda path: parse_registry(path.read_bytes(), file=path.name),
        "format",
    ),
    "places": (PLACES, read_known_places, "kind"),
    "streets": (STREETS, lambda path: read_geojson(path, "0" * 64), "highway"),
    "zone": (load_builtin("linyi-schematic").text, read_zone, "boundary"),
}


@pytest.mark.parametrize("kind", READERS)
def test_a_member_that_is_there_twice_is_refused_by_its_name(kind: str, tmp_path: Path) -> None:
    text, read, name = READERS[kind]
    path = tmp_path / "given.json"
    path.write_text(text, "utf-8")
    read(path)  # as it is, it can be used
    before = f'"{name}":'
    assert before in text
    # the same value once more: even where it makes no difference nobody can know what was meant
    value = json.JSONDecoder().raw_decode(text[text.index(before) + len(before) :].lstrip())[0]
    path.write_text(text.replace(before, f"{before} {json.dumps(value, ensure_ascii=False)}, {before}", 1), "utf-8")
    with pytest.raises((EnterpriseError, InputError)) as caught:
        read(path)
    assert caught.value.field == name
    assert caught.value.file is not None
    assert caught.value.file.endswith("given.json")
    assert "不止一次" in caught.value.text.zh
    assert "more than once" in caught.value.text.en


def test_a_zone_with_another_id_behind_the_first_is_not_the_second_one() -> None:
    text = load_builtin("linyi-schematic").text.replace('"truckban":', '"truckban": {"zone": "other"}, "truckban":', 1)
    with pytest.raises(InputError) as caught:
        parse_zone(text)
    assert (caught.value.field, caught.value.file) == ("truckban", None)
