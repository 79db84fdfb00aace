"""What a zone says of its making: written only where there is something, read back, and refused where it is broken."""

import json
from dataclasses import replace
from typing import Any

import pytest

from zones.errors import InputError
from zones.provenance import option_words, source_words
from zones.verify import verify_text
from zones.zone import Zone
from zones.zone_file import load_builtin, parse_zone

SHA = "0123456789abcdef" * 4
TRACK = {"road": "东路", "file": "east.csv", "sha256": SHA}
OPTIONS: dict[str, Any] = {
    "max_gap_m": 50.0,
    "bridge": [[121.0, 31.0048]],
    "grade": "survey",
    "crs": "gcj02",
    "name_column": "路名",
    "layer": "roads",
    "tracks": [TRACK],
    "track_crs": "bd09",
}


@pytest.fixture(scope="module")
def zone() -> Zone:
    return load_builtin("linyi-schematic")


def test_what_is_not_set_is_not_written(zone: Zone) -> None:
    assert {"notice", "replaces", "built_with"}.isdisjoint(zone.head())


def test_what_is_set_comes_back_from_the_file(zone: Zone) -> None:
    told = replace(
        zone, notice={"id": "n", "sha256": SHA}, replaces={"zone": "z", "sha256": SHA[::-1]}, built_with=OPTIONS
    )
    again = parse_zone(told.text)
    assert again == told
    assert (again.text, again.notice["id"], again.replaces["sha256"]) == (told.text, "n", SHA[::-1])
    assert [check.name for check in verify_text(told.text) if not check.ok] == []


@pytest.mark.parametrize(
    ("member", "value", "field"),
    [
        ("notice", "linyi-2023-5", "truckban.notice"),
        ("notice", {"id": "n"}, "truckban.notice.sha256"),
        ("notice", {"id": "", "sha256": SHA}, "truckban.notice.id"),
        ("notice", {"id": "n", "sha256": SHA, "hash": SHA}, "truckban.notice.hash"),
        ("replaces", {"zone": "z", "sha256": SHA[:-1]}, "truckban.replaces.sha256"),
        ("replaces", {"zone": "z", "sha256": SHA.upper()}, "truckban.replaces.sha256"),
        ("replaces", {"zone": "z", "sha256": SHA + "\n"}, "truckban.replaces.sha256"),
        ("replaces", {"zone": 7, "sha256": SHA}, "truckban.replaces.zone"),
        ("replaces", [], "truckban.replaces"),
        ("built_with", {"max_gap_m": "50"}, "truckban.built_with.max_gap_m"),
        ("built_with", {"max_gap_m": True}, "truckban.built_with.max_gap_m"),
        ("built_with", {"max_gap_m": -1.0}, "truckban.built_with.max_gap_m"),
        ("built_with", {"max_gap_m": float("nan")}, "truckban.built_with.max_gap_m"),
        ("built_with", {"bridge": [[121.0]]}, "truckban.built_with.bridge.0"),
        ("built_with", {"tracks": [{**TRACK, "sha256": "x"}]}, "truckban.built_with.tracks.0.sha256"),
        ("built_with", {"tracks": [{"file": "east.csv", "sha256": SHA}]}, "truckban.built_with.tracks.0.road"),
    ],
)
def test_a_broken_member_is_named_in_both_languages(zone: Zone, member: str, value: object, field: str) -> None:
    data = json.loads(zone.text)
    data["truckban"][member] = value
    text = json.dumps(data, ensure_ascii=False)
    with pytest.raises(InputError) as error:
        parse_zone(text, file="z.geojson")
    assert (error.value.file, error.value.field) == ("z.geojson", field)
    assert error.value.text.zh != error.value.text.en
    [check] = verify_text(text)
    assert (check.name, check.ok) == ("members", False)
    assert field in check.text.en


def test_an_option_of_a_later_version_leaves_the_zone_readable(zone: Zone) -> None:
    told = replace(zone, built_with={"colour": "red"})
    assert parse_zone(told.text) == told
    assert option_words(told.built_with)["colour"].en == "colour: red"


def test_every_option_is_said_in_both_languages_with_its_value() -> None:
    words = option_words(OPTIONS)
    assert list(words) == list(OPTIONS)
    for name, value in {
        "max_gap_m": "50",
        "bridge": "121.000000,31.004800",
        "grade": "survey",
        "crs": "gcj02",
        "name_column": "路名",
        "layer": "roads",
        "tracks": "东路=east.csv",
        "track_crs": "bd09",
    }.items():
        assert value in words[name].zh
        assert value in words[name].en
        assert words[name].zh != words[name].en
        assert not words[name].en.startswith(f"{name}: ")


def test_the_source_is_said_in_words_whatever_stands_there() -> None:
    assert source_words("area", {"around": [121.0, 31.0, 500]}).en == "within 500 m of 121.0,31.0"
    assert source_words("area", {"within": "a.geojson", "area_sha256": SHA}).zh == "a.geojson 以内"
    assert source_words("overlay", {"file": "n.yaml", "sha256": SHA, "segments": ["1"]}).en.startswith("n.yaml (sha256")
    assert source_words("date", None).en == "not stated"
    assert source_words("area", 5).en == "5"
