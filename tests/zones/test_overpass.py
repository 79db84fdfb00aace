"""Streets from an Overpass server: the file's network, and never an endless wait."""

import hashlib
import json
import socket
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))

from overpass_server import OSM_BASE, SIDES, SMALL, Step, answer_of, answer_of_file, serving

from zones.build import build_zone
from zones.errors import InputError
from zones.network import StreetNetwork, read_streets
from zones.overpass import Around, OverpassSettings, Within, read_overpass, read_within
from zones.spec import ZoneSpec

HERE = Around(121.005, 31.0025, 2000)
GOOD = Step(answer_of(SMALL))
SHU = {"南外环路": "north", "东外环路": "west", "北外环路": "south", "西外环路": "east"}


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def quick(url: str, **values: Any) -> OverpassSettings:  # noqa: ANN401
    return OverpassSettings(**{"url": url, "timeout_s": 5, "backoff_s": 0.01, "retries": 2, **values})


def spec(sides: dict[str, str]) -> ZoneSpec:
    edges = [{"road": road, "side": side, "boundary": "excluded"} for road, side in sides.items()]
    return ZoneSpec.model_validate({"zone": "t", "edges": edges})


def file_network(folder: Path) -> StreetNetwork:
    path = folder / "small.osm"
    path.write_text(SMALL, "utf-8")
    return read_streets(path)


def test_the_network_is_that_of_the_file_with_service_roads(tmp_path: Path) -> None:
    with serving(GOOD) as server:
        network = read_overpass(HERE, quick(server.url))
    assert network.segments == file_network(tmp_path).segments
    assert network.by_name["东路"][0].highway == "service"
    assert network.grade == "osm"


def test_the_source_is_the_servers_time_and_the_hash_of_its_bytes() -> None:
    with serving(GOOD) as server:
        source = read_overpass(HERE, quick(server.url)).source
    assert (source.file, source.date) == ("overpass", OSM_BASE)
    assert source.sha256 == hashlib.sha256(GOOD.body).hexdigest()


@pytest.mark.parametrize(("name", "sides"), [("shu_campus", SHU)])
def test_a_zone_from_overpass_is_the_zone_from_the_file(
    shared: Callable[[str], Path], name: str, sides: dict[str, str]
) -> None:
    path = shared(f"osm/{name}.osm")
    with serving(Step(answer_of_file(path))) as server:
        fetched = build_zone(read_overpass(Around(121.389, 31.3166, 2000), quick(server.url)), spec(sides))
    read = build_zone(path, spec(sides))
    assert fetched.area.symmetric_difference(read.area).area <= 1e-6 * read.area.area
    assert (fetched.area_km2, fetched.loop_area_km2, fetched.gaps) == (read.area_km2, read.loop_area_km2, read.gaps)


def test_a_small_zone_is_the_zone_from_the_file_too(tmp_path: Path) -> None:
    with serving(GOOD) as server:
        fetched = build_zone(read_overpass(HERE, quick(server.url)), spec(SIDES))
    assert fetched.area.equals(build_zone(file_network(tmp_path), spec(SIDES)).area)


def test_the_question_names_the_place_all_highways_and_who_asks() -> None:
    square = Within(read_polygon([[121, 31], [121.01, 31], [121.01, 31.01], [121, 31]]))
    with serving(GOOD) as server:
        read_overpass(HERE, quick(server.url, user_agent="tester 1"))
        read_overpass(square, quick(server.url + "/interpreter"))
    around, within = server.asked
    assert 'way["highway"](around:2000.0,31.0025000,121.0050000);' in around
    assert '(poly:"31.0000000 121.0000000 31.0000000 121.0100000' in within
    assert server.agents[0] == "tester 1"
    assert server.paths == ["/api/interpreter"] * 2


def read_polygon(ring: list[list[float]]) -> Any:  # noqa: ANN401
    from shapely import Polygon  # noqa: PLC0415

    return Polygon(ring)


@pytest.mark.parametrize(
    "first",
    [
        Step(status=429),
        Step(status=504, body=b"<html>busy</html>"),
        Step(status=503),
        Step(GOOD.body[: len(GOOD.body) // 2]),
        Step(GOOD.body[: len(GOOD.body) // 2], length=len(GOOD.body)),
        Step(b"", length=10),
        Step(b"<html>rate limited</html>"),
        Step(b"[]"),
        Step(b'{"elements": {}}'),
        Step(b"\xff\xfe"),
        Step(b"[" * 100_000),
        Step(b'{"elements": [], "remark": "runtime error: Query timed out in \\"recurse\\" at line 1"}'),
        Step(b'{"elements": [{"type": "way", "id": 1, "nodes": [7, 8], "tags": {"highway": "service"}}]}'),
        Step(b'{"elements": [{"type": "node", "id": 1, "lat": "x", "lon": NaN}]}'),
        Step(b'{"elements": [{"type": "node", "id": 1, "lat": NaN, "lon": 1}]}'),
        Step(b'{"elements": [{"type": "way", "id": "1", "nodes": [1, 2], "tags": {"highway": "service"}}]}'),
        Step(b'{"elements": [{"type": "way", "id": 1, "nodes": [1, 2], "tags": {"highway": 5}}]}'),
        Step(b'{"elements": [null]}'),
    ],
)
def test_after_a_busy_or_broken_answer_the_server_is_asked_again(first: Step) -> None:
    with serving(first, GOOD) as server:
        assert len(read_overpass(HERE, quick(server.url)).by_name) == 4
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "always",
    [Step(status=429), Step(status=504), Step(b"garbage"), Step(GOOD.body, length=len(GOOD.body) + 5)],
)
def test_after_the_last_try_a_person_is_told_what_to_do(always: Step) -> None:
    with serving(always) as server, pytest.raises(InputError) as error:
        read_overpass(HERE, quick(server.url))
    assert len(server.asked) == 3
    assert "use a file" in error.value.text.en
    assert "文件" in error.value.text.zh
    assert "127.0.0.1" not in str(error.value)


def test_a_server_that_refuses_is_not_asked_again() -> None:
    with serving(Step(status=400)) as server, pytest.raises(InputError, match="400"):
        read_overpass(HERE, quick(server.url))
    assert len(server.asked) == 1


def test_an_answer_without_streets_is_said_and_not_repeated() -> None:
    with serving(Step(b'{"elements": []}')) as server, pytest.raises(InputError, match="no streets there"):
        read_overpass(HERE, quick(server.url))
    assert len(server.asked) == 1


@pytest.mark.parametrize("step", [Step(hang=True), Step(GOOD.body, drip=True)])
def test_a_server_that_never_answers_in_full_is_left_in_time(step: Step) -> None:
    begin = time.monotonic()
    with serving(step) as server, pytest.raises(InputError, match="in time"):
        read_overpass(HERE, quick(server.url, timeout_s=0.2, retries=1))
    assert time.monotonic() - begin < 5
    assert len(server.asked) == 2


def test_all_tries_together_end_with_the_total_time() -> None:
    with serving(Step(status=504)) as server, pytest.raises(InputError, match="504"):
        read_overpass(HERE, quick(server.url, retries=100, backoff_s=0.05, total_s=0.5))
    assert 2 <= len(server.asked) <= 5


def test_one_long_try_is_not_cut_short_by_the_total_time() -> None:
    assert [OverpassSettings(timeout_s=s).most_s for s in (1, 900)] == [300, 900]
    assert OverpassSettings(timeout_s=900, total_s=20).most_s == 20


def test_retry_after_is_waited_for_in_seconds_and_as_a_date() -> None:
    begin = time.monotonic()
    with serving(Step(status=429, headers={"Retry-After": "1"}), GOOD) as server:
        read_overpass(HERE, quick(server.url))
    assert time.monotonic() - begin >= 1
    passed = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    for value in (passed, "soon", "-1"):
        with serving(Step(status=429, headers={"Retry-After": value}), GOOD) as server:
            read_overpass(HERE, quick(server.url))


def test_a_server_that_asks_for_an_hour_is_not_waited_for() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    for value in ("3600", later):
        begin = time.monotonic()
        with (
            serving(Step(status=429, headers={"Retry-After": value})) as server,
            pytest.raises(InputError, match="429"),
        ):
            read_overpass(HERE, quick(server.url))
        assert time.monotonic() - begin < 5
        assert len(server.asked) == 1


def test_without_a_network_the_file_is_advised() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/api"
    with pytest.raises(InputError, match="use a file"):
        read_overpass(HERE, quick(url, retries=1))


def test_what_is_kept_is_not_asked_again_and_what_is_kept_broken_is(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "cache"
    with serving(GOOD) as server:
        first = read_overpass(HERE, quick(server.url, cache=folder))
        again = read_overpass(HERE, quick(server.url, cache=folder))
        assert len(server.asked) == 1
        assert (again.segments, again.source) == (first.segments, first.source)
        [kept] = folder.iterdir()
        assert kept.read_bytes() == GOOD.body
        kept.write_bytes(b"{")
        read_overpass(HERE, quick(server.url, cache=folder))
        read_overpass(Around(121.005, 31.0025, 1999), quick(server.url, cache=folder))
    assert len(server.asked) == 3


def test_nothing_broken_is_kept(tmp_path: Path) -> None:
    for step in (Step(b"{"), Step(b'{"elements": []}'), Step(status=429)):
        with serving(step) as server, pytest.raises(InputError):
            read_overpass(HERE, quick(server.url, cache=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with serving(GOOD) as server, pytest.raises(InputError, match="cache"):
        read_overpass(HERE, quick(server.url, cache=tmp_path / "file"))


def test_fetching_leaves_osmnx_and_the_process_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from osmnx import settings  # noqa: PLC0415

    monkeypatch.chdir(tmp_path)

    def state() -> dict[str, str]:
        return {name: repr(value) for name, value in vars(settings).items() if not name.startswith("_")}

    before, names = state(), socket.getaddrinfo
    with serving(Step(status=429), GOOD) as server:
        read_overpass(HERE, quick(server.url))
    assert (state(), socket.getaddrinfo) == (before, names)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "around", [(121, 31, 0), (121, 31, 1e6), (31, 121, 5), (float("nan"), 31, 5), (121, 31, float("nan"))]
)
def test_an_area_that_is_none_is_refused(around: tuple[float, float, float]) -> None:
    with pytest.raises(InputError):
        Around(*around)


@pytest.mark.parametrize(
    "values",
    [{"url": "ftp://x"}, {"url": "x"}, {"timeout_s": 0}, {"retries": -1}, {"total_s": float("nan")}, {"backoff_s": -1}],
)
def test_settings_that_would_never_end_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        OverpassSettings(**values)


def test_an_area_is_read_from_geojson_of_any_shape(tmp_path: Path) -> None:
    ring = [[121, 31], [121.01, 31], [121.01, 31.01], [121, 31.01], [121, 31]]
    polygon = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {}, "geometry": polygon}
    for tree in (polygon, feature, {"type": "FeatureCollection", "features": [feature, feature]}):
        path = tmp_path / "a.geojson"
        path.write_text(json.dumps(tree))
        assert read_within(path).area.area == pytest.approx(1e-4)


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", '{"type": "Point", "coordinates": [121, 31]}', '{"type": "FeatureCollection", "features": []}',
        '{"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}',
        '{"type": "Polygon", "coordinates": [[[0, 0], [90, 0], [90, 80], [0, 0]]]}',
    ],
)  # fmt: skip
def test_a_file_without_a_usable_area_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.geojson").write_text(text)
    with pytest.raises(InputError, match=r"a\.geojson"):
        read_within(tmp_path / "a.geojson")
