"""Names found by a few letters, as people type them."""

# ruff: noqa: ANN401 - what JSON and Hypothesis give

import datetime as dt
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.law import Law
from api.places.index import Index, index_of
from api.places.spelling import fit, folded, sounds_of
from api.problems import Problem
from api.query_text import check_query
from enterprises.registry_file import registry_named

DAY = dt.date(2026, 11, 22)
CROSSING = {"junction": ["五一路", "北环路"]}


def found(reader: TestClient, q: str, **more: Any) -> list[dict[str, Any]]:
    given = reader.get("/v1/places", params={"q": q, **more})
    assert given.status_code == 200, given.text
    places: list[dict[str, Any]] = given.json()["places"]
    return places


@pytest.fixture(scope="module")
def index() -> Index:
    return index_of(Law(("linyi-2023-5",)).now, registry_named("schematic"), DAY)


@pytest.mark.parametrize("q", ["五一", "wyl", "wuyi", "WYL", "五 一", "ｗｙｌ"])
def test_a_street_is_found_by_characters_sound_and_first_letters_with_its_junctions(reader: TestClient, q: str) -> None:
    places = found(reader, q)
    assert (places[0]["kind"], places[0]["label"], places[0]["end"]) == ("street", "五一路", {"road": "五一路"})
    assert CROSSING in [each["end"] for each in places]


@pytest.mark.parametrize(
    "q",
    [
        "五一路 × 北环路",
        "五一路北环路",
        "北环路 五一路",
        "五一/北环",
        "wylbhl",
        "wyl bhl",
        "五一路和北环路",
        "五一北岗",
        "wybg",
    ],
)
def test_a_junction_is_found_by_its_two_streets_or_its_own_word(reader: TestClient, q: str) -> None:
    first = found(reader, q)[0]
    assert (first["kind"], first["end"], first["place"]) == ("junction", CROSSING, "carve_out")


@pytest.mark.parametrize("q", ["峨眉大道", "峨嵋大道", "emdd"])
def test_a_name_that_is_written_in_two_ways_is_one(reader: TestClient, q: str) -> None:
    assert found(reader, q)[0]["label"] == "峨嵋大道"


def test_the_street_that_was_typed_is_named_first(reader: TestClient) -> None:
    assert found(reader, "东环路 峨嵋")[0]["label"] == "东环路 × 峨嵋大道"
    assert found(reader, "峨嵋 东环路")[0]["label"] == "峨嵋大道 × 东环路"


@pytest.mark.parametrize("query", ["q=%FF", "limit=3&q=%E4%BA%94%E4", "q=%ED%A0%80", "q=wyl&%FF=1", "q=%C0%80"])
def test_what_is_no_text_is_refused_and_not_looked_for_as_another_character(reader: TestClient, query: str) -> None:
    """Bytes that are no UTF-8 were looked for as U+FFFD."""
    for lang, said in (("zh", "UTF-8 文字"), ("en", "UTF-8 text")):
        told = reader.get(f"/v1/places?{query}&lang={lang}")
        assert told.status_code == 422, told.text
        problem = told.json()
        assert said in problem["title"]
        assert problem["errors"][0]["field"] == ("query.\ufffd" if "%FF=" in query else "query.q")


def test_letters_that_are_written_as_themselves_are_refused() -> None:
    """Clients that do not encode an address send them so; they were read as other letters, and nothing was found."""
    with pytest.raises(Problem) as raised:
        check_query("limit=8&q=五一".encode())
    assert raised.value.errors[0][0] == "query.q"
    check_query(b"q=%E4%BA%94%e4%b8%80&limit=8&lang=en")


def test_what_is_found_is_what_a_trip_takes(reader: TestClient) -> None:
    for q in ("示意三街", "五一路 峨嵋大道", "西环路 丰喜"):
        end = found(reader, q)[0]["end"]
        trip = {
            "vehicle": {"vehicle_type": "轻型厢式货车"},
            "origin": end,
            "destination": {"junction": ["五一路", "北环路"]},
            "depart": "2026-11-23T09:00:00+08:00",
        }
        assert reader.post("/v1/trips", json=trip).status_code == 200, q


def test_an_enterprise_without_a_position_is_named_and_cannot_be_an_end(reader: TestClient) -> None:
    listed = [each for each in found(reader, "丰喜") if each["kind"] == "enterprise"]
    assert listed
    assert all(each["end"] is None and each["lon"] is None for each in listed)


def test_an_enterprise_with_a_position_says_where_that_is(index: Index) -> None:
    (first, *_) = index.find("示意甲", 8)
    assert (first.kind, first.end) == ("enterprise", {"enterprise": "示意甲商砼有限公司"})
    assert first.place == "inside"


@pytest.mark.parametrize("q", ["没有这条路", "zzzz", "　", "；", "%", "\u0000", "😀"])
def test_nothing_is_found_where_nothing_fits(reader: TestClient, q: str) -> None:
    assert found(reader, q) == []


@pytest.mark.parametrize("params", [{}, {"q": ""}, {"q": "x" * 101}, {"q": "五", "limit": 0}, {"q": "五", "limit": 21}])
def test_what_cannot_be_asked_is_refused(reader: TestClient, params: dict[str, Any]) -> None:
    assert reader.get("/v1/places", params=params).status_code == 422


def test_no_more_than_asked_and_none_twice(reader: TestClient) -> None:
    places = found(reader, "示意", limit=20)
    assert len(places) == 20
    assert len({each["label"] for each in places}) == 20
    assert found(reader, "示意", limit=3) == places[:3]


@given(st.text(max_size=40))
def test_any_text_is_answered(index: Index, typed: str) -> None:
    assert len(index.find(typed, 8)) <= 8


@given(st.sampled_from(["五一路", "峨嵋大道", "重庆路", "长乐路", "人民东路"]), st.data())
def test_every_beginning_of_a_name_or_of_its_letters_finds_it(name: str, data: Any) -> None:
    sounds = sounds_of(name)
    key = data.draw(st.sampled_from((folded(name), *sounds.short, *sounds.full)))
    assert fit(key[: data.draw(st.integers(1, len(key)))], name) is not None


def test_a_character_of_two_sounds_is_found_by_both() -> None:
    assert fit("cql", "重庆路") is not None
    assert fit("zql", "重庆路") is not None
