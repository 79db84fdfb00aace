"""Zones for maps: the file itself, the ways in, the roads around it, how good it is."""

import json

import pytest
from fastapi.testclient import TestClient

from zones import load_builtin
from zones.entries import entries_of

ZONE = load_builtin("linyi-schematic")
PATH = "/v1/zones/linyi-schematic"


def test_zones_are_listed_with_their_grade_and_notices(reader: TestClient) -> None:
    (shown,) = reader.get("/v1/zones").json()["zones"]
    assert (shown["id"], shown["grade"], shown["sha256"]) == (ZONE.id, "schematic", ZONE.sha256)
    assert shown["notices"] == ["linyi-2023-5"]
    assert shown["bbox"] == list(ZONE.area.bounds)


@pytest.mark.parametrize("name", [ZONE.id, ZONE.sha256])
def test_a_zone_is_its_file_by_id_and_by_hash(reader: TestClient, name: str) -> None:
    given = reader.get(f"/v1/zones/{name}")
    assert given.content == ZONE.text.encode()
    assert given.headers["content-type"] == "application/geo+json"
    assert given.headers["etag"] == f'"{ZONE.sha256}"'


@pytest.mark.parametrize(
    "path",
    ["", "?streets=false", "/entries", "/roads", "/quality", "/streets", "/streets?bbox=110,35,111,36", "/picture"],
)
def test_who_has_it_is_not_sent_it_again(reader: TestClient, path: str) -> None:
    first = reader.get(PATH + path)
    assert first.status_code == 200
    again = reader.get(PATH + path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert reader.get(PATH + path, headers={"if-none-match": '"other"'}).status_code == 200


def test_without_streets_the_area_is_the_same(reader: TestClient) -> None:
    whole, area = (reader.get(PATH + query).json() for query in ("", "?streets=false"))
    assert [each for each in whole["features"] if each["properties"]["role"] != "street"] == area["features"]
    assert area["truckban"]["grade"] == "schematic"


def test_every_way_in_is_listed(reader: TestClient) -> None:
    shown = reader.get(f"{PATH}/entries").json()
    assert [(each["number"], each["street"]) for each in shown["entries"]] == [
        (each.number, each.street) for each in entries_of(ZONE)
    ]
    assert shown["zone"]["grade"] == "schematic"


def test_boundary_roads_and_carve_outs_are_told_apart(reader: TestClient) -> None:
    roads = reader.get(f"{PATH}/roads").json()["roads"]
    assert [each["name"] for each in roads if each["role"] == "boundary_road"] == [r.name for r in ZONE.boundary_roads]
    assert {each["boundary"] for each in roads if each["role"] == "boundary_road"} == {"excluded"}
    assert [each["name"] for each in roads if each["role"] == "carve_out"] == [c.name for c in ZONE.carve_outs]


def test_a_schematic_says_that_it_is_not_fit_for_enforcement(reader: TestClient) -> None:
    shown = reader.get(f"{PATH}/quality").json()
    assert shown["fit_for_enforcement"] is False
    assert shown["warnings"] == list(ZONE.warnings)
    assert sum(shown["streets"].values()) == len(ZONE.streets)


def test_streets_are_those_that_touch_the_box(reader: TestClient) -> None:
    every = reader.get(f"{PATH}/streets").json()["features"]
    assert len(every) == len(ZONE.streets)
    some = reader.get(f"{PATH}/streets?bbox=110.76,35.135,110.77,35.145").json()
    assert 0 < len(some["features"]) < len(every)
    assert some["truckban"]["grade"] == "schematic"
    assert reader.get(f"{PATH}/streets?bbox=0,0,1,1").json()["features"] == []


@pytest.mark.parametrize("box", ["", "1,2,3", "a,b,c,d", "1,2,3,4,5", "nan,0,1,1", "inf,0,1,1", "3,0,1,1", "0,9,1,1"])
def test_a_box_that_is_none_is_refused(reader: TestClient, box: str) -> None:
    given = reader.get(f"{PATH}/streets", params={"bbox": box})
    assert given.status_code == 422
    assert given.json()["errors"][0]["field"] == "query.bbox"


def test_a_picture_is_a_png(reader: TestClient) -> None:
    given = reader.get(f"{PATH}/picture")
    assert given.headers["content-type"] == "image/png"
    assert given.content.startswith(b"\x89PNG")


@pytest.mark.parametrize("path", ["", "/entries", "/roads", "/quality", "/streets", "/picture"])
def test_there_is_no_other_zone(reader: TestClient, path: str) -> None:
    given = reader.get(f"/v1/zones/nowhere{path}")
    assert given.status_code == 404
    assert json.loads(given.content)["code"] == "not_found"
