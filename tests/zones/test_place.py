"""A place by its name: one area or a clear error, from a real server that answers as Nominatim does."""

import json
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

sys.path.append(str(Path(__file__).parent))

from overpass_server import SMALL, Step, answer_of, serving

from zones.errors import InputError
from zones.overpass import OverpassSettings, read_overpass
from zones.place import NominatimSettings, find_place

NAME = "临猗县, 山西"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def quick(url: str, **values: Any) -> NominatimSettings:  # noqa: ANN401
    given = {"url": url, "timeout_s": 5, "backoff_s": 0.01, "retries": 2, "spacing_s": 0.0, **values}
    return NominatimSettings(**given)


def square(west: float, south: float, size: float) -> dict[str, Any]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def result(number: int = 3317312, geometry: dict[str, Any] | None = None, **values: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a result in the form of `format=jsonv2&polygon_geojson=1`."""
    return {
        "place_id": 1, "licence": "Data © OpenStreetMap contributors, ODbL 1.0", "osm_type": "relation",
        "osm_id": number, "lat": "35.1443", "lon": "110.7740", "category": "boundary", "type": "administrative",
        "place_rank": 12, "importance": 0.4, "addresstype": "county", "name": "临猗县",
        "display_name": "临猗县, 运城市, 山西省, 中国", "boundingbox": ["35.0", "35.4", "110.5", "110.9"],
        "geojson": geometry or square(110.5, 35.0, 0.4), **values,
    }  # fmt: skip


def point(number: int = 244080, **values: Any) -> dict[str, Any]:  # noqa: ANN401
    geometry = {"type": "Point", "coordinates": [110.774, 35.1443]}
    return result(number, geometry, osm_type="node", category="place", type="county", **values)


def answer(*results: dict[str, Any]) -> Step:
    return Step(json.dumps(list(results), ensure_ascii=False).encode())


GOOD = answer(result())


def test_a_name_is_searched_for_and_its_area_says_what_was_taken() -> None:
    with serving(GOOD) as server:
        area = find_place(f" {NAME} ", quick(server.url, user_agent="tester 1 (a@example.org)"))
    assert area.area.bounds == (110.5, 35.0, 110.9, 35.4)
    assert area.origin == {"place": NAME, "osm": "R3317312", "display_name": "临猗县, 运城市, 山西省, 中国"}
    assert set(area.said()) == {"place", "osm", "display_name", "area_sha256"}
    asked = parse_qs(server.asked[0])
    assert (asked["q"], asked["format"], asked["polygon_geojson"]) == ([NAME], ["jsonv2"], ["1"])
    assert (server.paths, server.agents) == (["/api/search"], ["tester 1 (a@example.org)"])


@pytest.mark.parametrize("number", ["R3317312", "r3317312"])
def test_a_number_is_looked_up(number: str) -> None:
    with serving(GOOD) as server:
        assert find_place(number, quick(server.url)).origin["osm"] == "R3317312"
    assert parse_qs(server.asked[0])["osm_ids"] == ["R3317312"]
    assert server.paths == ["/api/lookup"]


def test_the_area_of_a_name_fetches_its_streets_and_the_source_says_both() -> None:
    place = result(7, square(120.999, 30.999, 0.02), name="小镇", display_name="小镇, 某县")
    with serving(answer(place)) as names, serving(Step(answer_of(SMALL))) as streets:
        area = find_place("小镇", quick(names.url))
        network = read_overpass(area, OverpassSettings(url=streets.url, timeout_s=5))
    assert "(poly:" in streets.asked[0]
    assert set(network.by_name) == {"北路", "东路", "南路", "西路"}
    assert network.source.area == area.said()
    assert (network.source.area["osm"], network.source.area["place"]) == ("R7", "小镇")


@pytest.mark.parametrize(
    ("results", "osm"),
    [
        # a hospital named after the county, and the county's node, are not the county
        ([result(9, category="amenity", type="hospital", name="临猗县人民医院"), result(), point()], "R3317312"),
        # an area that bears the name itself comes before one that contains it
        ([result(9, name="临猗县经济开发区"), result()], "R3317312"),
        ([result(9, name="运城市", category="place", type="city"), point()], "R9"),
    ],
)
def test_the_administrative_area_of_that_name_comes_first(results: list[dict[str, Any]], osm: str) -> None:
    with serving(answer(*results)) as server:
        assert find_place(NAME, quick(server.url)).origin["osm"] == osm


def test_of_two_equally_good_areas_none_is_taken_and_both_are_named() -> None:
    two = [
        result(11, name="鼓楼区", display_name="鼓楼区, 南京市", lat="32.06", lon="118.77", importance=0.6),
        result(12, name="鼓楼区", display_name="鼓楼区, 福州市", lat="26.08", lon="119.30", importance=0.5),
    ]
    with serving(answer(*two)) as server, pytest.raises(InputError) as error:
        find_place("鼓楼区", quick(server.url))
    assert error.value.field == "place"
    for text in error.value.text:
        for word in ("R11 鼓楼区, 南京市 (118.77000, 32.06000)", "R12", "119.30000", "--place R11"):
            assert word in text


def test_a_place_that_is_only_a_point_is_refused_with_its_position() -> None:
    with serving(answer(point())) as server, pytest.raises(InputError, match="only a position") as error:
        find_place(NAME, quick(server.url))
    assert "--around 110.77400,35.14430,RADIUS_M" in error.value.text.en
    assert "--around 110.77400,35.14430" in error.value.text.zh


def test_a_name_that_nobody_knows_is_said_and_not_asked_again() -> None:
    with serving(answer()) as server, pytest.raises(InputError, match="nothing is known") as error:
        find_place("没有这个县", quick(server.url))
    assert (error.value.field, len(server.asked)) == ("place", 1)


def test_a_large_county_fits_and_a_province_is_refused_with_its_size() -> None:
    with serving(answer(result(geometry=square(110, 35, 1.1)))) as server:
        assert find_place(NAME, quick(server.url)).area.bounds[2] == pytest.approx(111.1)
    with serving(answer(result(geometry=square(110, 35, 5)))) as server, pytest.raises(InputError) as error:
        find_place("山西", quick(server.url))
    assert "5.00 × 5.00" in error.value.text.en
    assert "临猗县, 运城市" in error.value.text.zh


def test_a_broken_polygon_is_mended_and_lines_in_a_collection_are_left_out() -> None:
    bow = {"type": "Polygon", "coordinates": [[[110, 35], [111, 36], [111, 35], [110, 36], [110, 35]]]}
    parts = {"type": "GeometryCollection", "geometries": [square(110, 35, 0.5), {**bow, "coordinates": []}]}
    for geometry, size in ((bow, 0.5), (parts, 0.25)):
        with serving(answer(result(geometry=geometry))) as server:
            assert find_place(NAME, quick(server.url)).area.area == pytest.approx(size)


@pytest.mark.parametrize(
    "first",
    [
        Step(status=429), Step(status=503, body=b"<html>busy</html>"), Step(b"<html>"), Step(b"{}"), Step(b"\xff"),
        Step(b"[7]"), Step(b"[{}]"), Step(b'{"error": {"code": 500}}'), Step(GOOD.body[:-40]),
        Step(GOOD.body[:-40], length=len(GOOD.body)), answer(result(lat="north")), answer(result(lon="1e9")),
        answer(result(geometry={"type": "Polygon", "coordinates": [[[1, 2]]]})), Step(b"[" * 100_000),
    ],
)  # fmt: skip
def test_after_a_busy_or_broken_answer_the_server_is_asked_again(first: Step) -> None:
    with serving(first, GOOD) as server:
        assert find_place(NAME, quick(server.url)).origin["osm"] == "R3317312"
    assert len(server.asked) == 2


@pytest.mark.parametrize("always", [Step(status=429), Step(status=503), Step(b"garbage")])
def test_after_the_last_try_a_person_is_told_what_to_do(always: Step) -> None:
    with serving(always) as server, pytest.raises(InputError) as error:
        find_place(NAME, quick(server.url))
    assert len(server.asked) == 3
    assert (error.value.field, "--around" in error.value.text.en) == ("nominatim", True)
    assert "Nominatim" in error.value.text.zh


def test_without_a_network_or_in_time_it_is_said() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(InputError, match="no connection"):
        find_place(NAME, quick(url, retries=1))
    with serving(Step(hang=True)) as server, pytest.raises(InputError, match="in time"):
        find_place(NAME, quick(server.url, timeout_s=0.2, retries=0))


def test_a_server_that_refuses_is_not_asked_again() -> None:
    with serving(Step(status=403)) as server, pytest.raises(InputError, match="403"):
        find_place(NAME, quick(server.url))
    assert len(server.asked) == 1


def test_a_kept_answer_is_not_asked_for_again_and_a_useless_one_is_not_kept_broken(tmp_path: Path) -> None:
    with serving(Step(b"{"), GOOD) as server:
        first = find_place(NAME, quick(server.url, cache=tmp_path))
        assert find_place(NAME, quick(server.url, cache=tmp_path)) == first
        assert len(server.asked) == 2
        find_place("R3317312", quick(server.url, cache=tmp_path))
    assert len(server.asked) == 3
    assert all(path.read_bytes() == GOOD.body for path in tmp_path.iterdir())


def test_the_server_is_asked_at_most_once_a_second_by_all_threads_and_tries_together() -> None:
    assert NominatimSettings().spacing_s == 1.0
    with serving(Step(status=503), GOOD) as server:
        settings = quick(server.url, spacing_s=0.3)
        threads = [threading.Thread(target=find_place, args=(NAME, settings)) for _ in range(3)]
        begin = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.asked) == 4
    assert time.monotonic() - begin >= 0.9
    assert all(after - before > 0.2 for before, after in zip(server.times, server.times[1:], strict=False))


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_a_name_that_is_none_is_not_asked(name: str) -> None:
    with serving(GOOD) as server, pytest.raises(InputError) as error:
        find_place(name, quick(server.url))
    assert (error.value.field, server.asked) == ("place", [])


@pytest.mark.parametrize(
    "values",
    [
        {"url": "nominatim"}, {"user_agent": ""}, {"user_agent": "临猗"}, {"user_agent": "a\nb"}, {"spacing_s": -1},
        {"spacing_s": float("nan")},
    ],
)  # fmt: skip
def test_settings_that_no_server_takes_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(InputError) as error:
        NominatimSettings(**values)
    assert error.value.field in {"nominatim-url", *values}
