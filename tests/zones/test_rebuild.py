"""A zone is built again from its own files by what it records; a file that is another one is named."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely import LineString, Point

sys.path.append(str(Path(__file__).parent))

from overpass_server import SIDES, SMALL, answer_of

from zones.area import Around, read_within
from zones.build import build_zone
from zones.coords import from_wgs84
from zones.errors import InputError
from zones.network import read_streets
from zones.overlay import named
from zones.overpass import read_answer
from zones.provenance import Provenance
from zones.rebuild import Files, rebuild
from zones.spec import ZoneSpec
from zones.track_streets import read_tracks, with_tracks
from zones.verify import verify_text
from zones.zone import Zone
from zones.zone_file import parse_zone

SHA = "0123456789abcdef" * 4
# the west road ends 55 m short of the north road
OPEN = SMALL.replace('<nd ref="4"/><nd ref="1"/>', '<nd ref="4"/><nd ref="7"/>').replace(
    '<node id="5"', '<node id="7" lon="121.0000000" lat="31.0045000"/><node id="5"'
)
NAMELESS = SMALL.replace('<tag k="name" v="东路"/>', "")


def spec() -> ZoneSpec:
    edges = [{"road": road, "side": side, "boundary": "excluded"} for road, side in SIDES.items()]
    return ZoneSpec.model_validate({"zone": "t", "edges": edges})


def put(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder / name


def failed(zone: Zone, files: Files) -> str:
    """Return what the last check says, where it is the only one that fails."""
    bad = [check for check in verify_text(zone.text, files=files) if not check.ok]
    assert [check.name for check in bad] == ["rebuild"]
    assert bad[0].text.zh != bad[0].text.en
    return bad[0].text.en


def same(zone: Zone, files: Files) -> bool:
    checks = verify_text(zone.text, files=files)
    return checks[-1].name == "rebuild" and all(check.ok for check in checks)


def test_the_options_of_the_build_need_not_be_repeated(tmp_path: Path) -> None:
    streets = put(tmp_path, "s.osm", OPEN)
    zone = build_zone(streets, spec(), max_gap_m=50, bridge=[(121.0, 31.0048)], crs="wgs84", grade="survey")
    assert zone.built_with == {"max_gap_m": 50.0, "bridge": [[121.0, 31.0048]], "grade": "survey", "crs": "wgs84"}
    assert same(zone, Files(streets=streets))
    less = replace(zone, built_with={"max_gap_m": 50.0, "grade": "survey", "crs": "wgs84"})
    assert "s.osm" not in failed(less, Files(streets=streets))
    other = replace(zone, built_with={**zone.built_with, "grade": "osm"})
    assert "grade" in failed(other, Files(streets=streets))


def test_notice_and_the_zone_before_are_kept(tmp_path: Path) -> None:
    streets = put(tmp_path, "s.osm", SMALL)
    made = Provenance(notice={"id": "n", "sha256": SHA}, replaces={"zone": "z", "sha256": SHA[::-1]})
    zone = build_zone(streets, spec(), provenance=made)
    assert (zone.notice, zone.replaces, zone.built_with) == (made.notice, made.replaces, {})
    assert same(zone, Files(streets=streets))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -1.0])
def test_a_number_that_no_file_can_hold_is_refused(tmp_path: Path, number: float) -> None:
    with pytest.raises(InputError, match="max_gap_m"):
        build_zone(put(tmp_path, "s.osm", SMALL), spec(), max_gap_m=number)
    with pytest.raises(InputError, match="bridge"):
        build_zone(put(tmp_path, "s.osm", SMALL), spec(), bridge=[(float("inf"), 31.0)])


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace('v="9"', 'v="8"'),
        lambda text: text.replace("<osm", "<osn", 1),
        lambda text: text + " ",
    ],
)
def test_one_byte_of_the_streets_is_enough_and_the_file_is_named(tmp_path: Path, damage: Callable[[str], str]) -> None:
    streets = put(tmp_path, "s.osm", SMALL)
    zone = build_zone(streets, spec())
    put(tmp_path, "s.osm", damage(SMALL))
    said = failed(zone, Files(streets=streets))
    assert "s.osm: --streets: this is not the file of the build" in said
    assert str(zone.source["sha256"])[:12] in said


def test_the_same_bytes_under_another_name_are_said_to_be_that(tmp_path: Path) -> None:
    zone = build_zone(put(tmp_path, "s.osm", SMALL), spec())
    assert "the build knew them as s.osm" in failed(zone, Files(streets=put(tmp_path, "r.osm", SMALL)))


def lines(folder: Path, name: str, **more: Any) -> Path:  # noqa: ANN401
    """Write the ring as a table without a coordinate system, its positions in GCJ-02."""
    corners = {"北路": [0, 1], "东路": [1, 2], "南路": [2, 3], "西路": [3, 0]}
    lon, lat = from_wgs84([121.0, 121.01, 121.01, 121.0], [31.005, 31.005, 31.0, 31.0], "gcj02")
    drawn = [LineString([(lon[end], lat[end]) for end in ends]) for ends in corners.values()]
    gpd.GeoDataFrame({"signed": list(corners)}, geometry=drawn).to_file(folder / name, **more)
    return folder / name


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_columns_layers_and_coordinates_are_read_as_they_were(tmp_path: Path) -> None:
    streets = lines(tmp_path, "s.gpkg", layer="roads")
    lines(tmp_path, "s.gpkg", layer="old roads")
    told = {"crs": "gcj02", "name_column": "signed", "layer": "roads"}
    zone = build_zone(read_streets(streets, **told), spec(), provenance=Provenance(read_with=told))
    assert zone.area.centroid.distance(Point(121.005, 31.0025)) < 1e-4
    assert same(zone, Files(streets=streets))
    assert "old roads" in failed(replace(zone, built_with={**told, "layer": "x"}), Files(streets=streets))


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_names_beside_a_shapefile_are_part_of_it(tmp_path: Path) -> None:
    streets = lines(tmp_path, "s.shp", encoding="UTF-8")
    told = {"crs": "gcj02", "name_column": "signed"}
    zone = build_zone(read_streets(streets, **told), spec(), provenance=Provenance(read_with=told))
    assert same(zone, Files(streets=streets))
    table = streets.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace("北".encode(), "背".encode()))
    assert "s.shp: --streets: this is not the file of the build" in failed(zone, Files(streets=streets))


def drive(folder: Path, name: str = "east.csv") -> Path:
    rows = [f"121.0100000,{31.0055 - i * 0.0001:.7f}" for i in range(61)]
    return put(folder, name, "\n".join(["lon,lat", *rows, ""]))


def built_with_a_drive_and_names(folder: Path) -> tuple[Zone, Path, Path, Path]:
    text = NAMELESS.replace('v="service"', 'v="proposed"').replace("西路", "无名路")
    streets, track = put(folder, "s.osm", text), drive(folder)
    names = put(folder, "names.yaml", "- {way: 104, name: 西路}\n")
    drives = read_tracks(track, name="东路")
    network = named(with_tracks(read_streets(streets), drives), names)
    told = {"tracks": [{"road": "东路", "file": "east.csv", "sha256": drives.source.sha256}]}
    return build_zone(network, spec(), provenance=Provenance(read_with=told)), streets, track, names


def test_drives_and_names_are_asked_for_and_held_against_their_hashes(tmp_path: Path) -> None:
    zone, streets, track, names = built_with_a_drive_and_names(tmp_path)
    tracks = (("东路", track),)
    assert same(zone, Files(streets=streets, tracks=tracks, names=names))
    assert "--names: the zone was built with the names of names.yaml" in failed(
        zone, Files(streets=streets, tracks=tracks)
    )
    assert "--track: the zone was built with the drive 东路=east.csv" in failed(
        zone, Files(streets=streets, names=names)
    )
    assert "东路=east.csv" in failed(zone, Files(streets=streets, tracks=(("西路", track),), names=names))
    more = (*tracks, ("南路", drive(tmp_path, "south.csv")))
    assert "south.csv: --track 南路: the zone was built without this file" in failed(
        zone, Files(streets=streets, tracks=more, names=names)
    )
    for path, said in (
        (names, "names.yaml: --names"),
        (track, "east.csv: --track 东路"),
        (streets, "s.osm: --streets"),
    ):
        before = path.read_bytes()
        path.write_bytes(before + b"\n")
        assert f"{said}: this is not the file of the build" in failed(
            zone, Files(streets=streets, tracks=tracks, names=names)
        )
        path.write_bytes(before)


def test_two_drives_along_one_road_may_be_given_in_any_order(tmp_path: Path) -> None:
    streets = put(tmp_path, "s.osm", NAMELESS.replace('v="service"', 'v="proposed"'))
    rows = [f"{121.01 + (i > 30) * 0.00002:.7f},{31.0055 - i * 0.0001:.7f}" for i in range(61)]
    paths = [drive(tmp_path), put(tmp_path, "again.csv", "\n".join(["lon,lat", *rows, ""]))]
    drives = [read_tracks(path, name="东路") for path in paths]
    told = [{"road": "东路", "file": d.source.file, "sha256": d.source.sha256} for d in drives]
    network = with_tracks(read_streets(streets), *drives)
    zone = build_zone(network, spec(), provenance=Provenance(read_with={"tracks": told}))
    for order in (paths, paths[::-1]):
        assert same(zone, Files(streets=streets, tracks=tuple(("东路", path) for path in order)))


def test_names_that_the_build_had_not_are_refused(tmp_path: Path) -> None:
    streets = put(tmp_path, "s.osm", SMALL)
    names = put(tmp_path, "names.yaml", "- {way: 104, name: 西路}\n")
    said = failed(build_zone(streets, spec()), Files(streets=streets, names=names))
    assert "names.yaml: --names: the zone was built without this file" in said


def answer(folder: Path, text: str = SMALL) -> Path:
    (folder / "cache").mkdir(exist_ok=True)
    (folder / "cache" / "0.json").write_text("[]")
    (folder / "cache" / "1.json").write_bytes(answer_of(text))
    return folder / "cache" / "1.json"


def test_streets_of_a_server_are_found_among_its_kept_answers(tmp_path: Path) -> None:
    kept = answer(tmp_path)
    zone = build_zone(read_answer(kept.read_bytes(), Around(121.005, 31.0025, 2000.0)), spec())
    assert zone.source["area"] == {"around": [121.005, 31.0025, 2000.0]}
    assert same(zone, Files(streets=None, cache=kept.parent))
    assert same(zone, Files(streets=kept))
    assert "whose answer of today is another one" in failed(zone, Files(streets=None))
    kept.write_bytes(kept.read_bytes() + b" ")
    assert "does not hold the answer of the build" in failed(zone, Files(streets=None, cache=kept.parent))
    assert "1.json: --streets: this is not the file" in failed(zone, Files(streets=kept))


def test_a_file_is_no_server(tmp_path: Path) -> None:
    zone = build_zone(put(tmp_path, "s.osm", SMALL), spec())
    assert "built from the file s.osm" in failed(zone, Files(streets=None, cache=tmp_path))


def polygon(folder: Path, east: float = 121.02) -> Path:
    ring = [[120.99, 30.99], [east, 30.99], [east, 31.02], [120.99, 31.02], [120.99, 30.99]]
    return put(folder, "a.geojson", json.dumps({"type": "Polygon", "coordinates": [ring]}))


def test_the_area_that_streets_were_taken_from_is_held_against_its_hash(tmp_path: Path) -> None:
    streets, within = put(tmp_path, "s.osm", SMALL), polygon(tmp_path)
    zone = build_zone(read_streets(streets, area=read_within(within)), spec())
    assert same(zone, Files(streets=streets, within=within))
    assert "a.geojson" in failed(zone, Files(streets=streets))
    assert "a.geojson" in failed(zone, Files(streets=streets, within=polygon(tmp_path, 121.03)))
    around = build_zone(read_streets(streets, area=Around(121.005, 31.0025, 2000)), spec())
    assert same(around, Files(streets=streets))
    assert "without this file" in failed(around, Files(streets=streets, within=within))


def test_the_area_of_a_place_is_found_among_kept_answers(tmp_path: Path) -> None:
    streets, within = put(tmp_path, "s.osm", SMALL), polygon(tmp_path)
    origin = {"place": "城", "osm": "R1", "display_name": "城, 省"}
    zone = build_zone(read_streets(streets, area=replace(read_within(within), origin=origin)), spec())
    place = {"osm_type": "relation", "osm_id": 1, "display_name": "城, 省", "lon": "121", "lat": "31"}
    place["geojson"] = json.loads(within.read_text("utf-8"))
    answer(tmp_path)
    put(tmp_path / "cache", "2.json", json.dumps([place]))
    assert same(zone, Files(streets=streets, cache=tmp_path / "cache"))
    assert same(zone, Files(streets=streets, within=within))
    assert "城" in failed(zone, Files(streets=streets))
    (tmp_path / "cache" / "2.json").unlink()
    assert "--cache cache" in failed(zone, Files(streets=streets, cache=tmp_path / "cache"))


@pytest.mark.parametrize(
    ("source", "field"),
    [
        ({"area": "here"}, "source.area"),
        ({"area": {"around": [1, "x", 3]}}, "source.area.around"),
        ({"overlay": 5}, "source.overlay"),
    ],
)
def test_a_source_that_was_broken_by_hand_is_said(tmp_path: Path, source: dict[str, Any], field: str) -> None:
    streets = put(tmp_path, "s.osm", SMALL)
    zone = build_zone(streets, spec())
    assert field in failed(replace(zone, source={**zone.source, **source}), Files(streets=streets))


def test_an_option_of_a_later_version_cannot_be_honoured(tmp_path: Path) -> None:
    streets = put(tmp_path, "s.osm", SMALL)
    zone = replace(build_zone(streets, spec()), built_with={"colour": "red"})
    assert "colour" in failed(zone, Files(streets=streets))


def test_a_zone_without_words_cannot_be_built_again(tmp_path: Path) -> None:
    streets = put(tmp_path, "s.osm", SMALL)
    zone = parse_zone(replace(build_zone(streets, spec()), spec=None).text)
    with pytest.raises(InputError, match="no words"):
        rebuild(zone, Files(streets=streets))
