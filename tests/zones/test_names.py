import json
from importlib.resources import files

import pytest
from street_map import network_of, segment

from zones.errors import ZoneError
from zones.names import candidates, find_road, find_roads
from zones.network import StreetNetwork
from zones.spellings import folded

_LINE = [(0.0, 0.0), (500.0, 0.0)]
_NETWORK = network_of(
    [
        segment("峨嵋大道", _LINE),
        segment("峨嵋西街", _LINE),
        segment("人民路", _LINE, other_names=(("alt_name", "民主路"), ("old_name", "大同路"))),
        segment("Ｇ２０９辅路", _LINE),
    ]
)


@pytest.mark.parametrize(
    ("name", "how", "signed"),
    [
        ("峨嵋大道", "exact", "峨嵋大道"),
        (" 峨嵋大道 ", "exact", "峨嵋大道"),
        ("G209辅路", "exact", "Ｇ２０９辅路"),
        ("民主路", "alt_name", "人民路"),
        ("大同路", "old_name", "人民路"),
    ],
)
def test_a_name_is_found_and_says_how(name: str, how: str, signed: str) -> None:
    found = find_road(_NETWORK, name)
    assert found is not None
    assert (found.how, found.segments[0].name) == (how, signed)


def test_candidates_are_the_most_alike_names_with_their_place_and_length() -> None:
    first = candidates(_NETWORK, "峨眉大道")[0]
    assert first["name"] == "峨嵋大道"
    assert first["length_m"] == pytest.approx(500, abs=1)
    assert (first["lon"], first["lat"]) == pytest.approx((121.0026, 31.0), abs=1e-3)


def test_all_names_that_are_not_there_are_reported_at_once() -> None:
    with pytest.raises(ZoneError) as error:
        find_roads(_NETWORK, ["峨湄大道", "人民路", "不存在的街"])
    assert error.value.code == "road_not_found"
    assert set(error.value.candidates) == {"峨湄大道", "不存在的街"}
    assert "峨嵋大道" in str(error.value)


def _streets(*names: str) -> StreetNetwork:
    return network_of([segment(name, _LINE) for name in names])


@pytest.mark.parametrize(
    ("name", "signed", "how"),
    [
        ("峨眉大道", ["峨嵋大道"], "alike"),
        ("北寰路", ["北环路"], "alike"),
        ("黄岗路", ["黄冈路"], "alike"),
        ("環城路", ["环城路"], "traditional"),
        ("中山東路", ["中山东路"], "traditional"),
        ("人民 大街", ["人民大道"], "suffix"),
        ("人民街", ["人民大街"], "suffix"),
        ("三环", ["三环路"], "suffix"),
        ("峨眉大街", ["峨嵋大道"], "alike+suffix"),
        ("濱河大街", ["滨河路"], "traditional+suffix"),
        ("人民路", ["人民东路", "人民中路", "人民西路"], "parts"),
        ("北三环", ["北三环中路", "北三环东路", "北三环西路"], "parts"),
        ("三环", ["东三环中路", "北三环西路", "南三环东路", "西三环南路"], "parts"),
        ("外环路", ["东外环路", "北外环路"], "parts"),
        ("环城路", ["环城东路", "环城北路"], "parts"),
        ("北三環", ["北三环东路", "北三环西路"], "traditional+parts"),
        ("人民大道", ["人民东路", "人民西路"], "suffix+parts"),
    ],
)
def test_another_spelling_is_found_and_says_how_and_as_what(name: str, signed: list[str], how: str) -> None:
    found = find_road(_streets("长治路", *signed), name)
    assert found is not None
    assert found.how == how
    assert set(found.signed) == set(signed)
    assert {s.name for s in found.segments} == set(signed)
    assert found.report.startswith(f"{how}: ")


@pytest.mark.parametrize(
    ("name", "how", "signed"),
    [
        ("G342", "ref", ("胜利街", "解放路")),
        ("342国道", "ref", ("胜利街", "解放路")),
        ("国道342", "ref", ("胜利街", "解放路")),
    ],
)
def test_a_numbered_road_is_one_road_whatever_its_streets_are_called(
    name: str, how: str, signed: tuple[str, ...]
) -> None:
    tags = {"other_names": (("ref", "G 342"),)}
    network = network_of(
        [segment("解放路", _LINE, **tags), segment("胜利街", _LINE, **tags), segment(None, _LINE, **tags)]
    )
    found = find_road(network, name)
    assert found is not None
    assert (found.how, found.signed, len(found.segments)) == (how, signed, 3)


def test_a_numbered_road_may_be_signed_with_its_number() -> None:
    network = network_of([segment("G209", _LINE), segment("解放路", _LINE, other_names=(("ref", "S87;G209"),))])
    found = find_road(network, "209国道")
    assert found is not None
    assert (found.how, found.signed) == ("ref", ("G209", "解放路"))


def test_a_numbered_road_that_is_signed_with_its_number_in_places_is_one_road() -> None:
    tags = {"other_names": (("ref", "G209"),)}
    network = network_of([segment("209国道", _LINE), segment("解放路", _LINE, **tags), segment("209国道辅路", _LINE)])
    found = find_road(network, "209国道")
    assert found is not None
    assert (found.how, found.signed) == ("ref", ("209国道", "解放路"))
    alone = find_road(network_of([segment("209国道", _LINE, **tags)]), "209国道")
    assert alone is not None
    assert (alone.how, alone.signed) == ("exact", ())


def test_an_old_name_is_found_in_another_spelling() -> None:
    found = find_road(_NETWORK, "大同街")
    assert found is not None
    assert found.report == "old_name+suffix: 人民路"


def test_the_name_itself_comes_before_any_other_spelling() -> None:
    network = _streets("人民路", "人民大道", "人民东路", "人民西路")
    assert [s.name for s in find_roads(network, ["人民路"])["人民路"].segments] == ["人民路"]


@pytest.mark.parametrize(
    ("name", "signed"),
    [
        ("人民路", ["人民大道", "人民街"]),
        ("中山路", ["中山东路", "中山西路", "中山北路"]),
        ("峨眉街", ["峨嵋大道", "峨嵋路"]),
    ],
)
def test_two_roads_that_fit_in_the_same_way_are_an_error_that_names_both(name: str, signed: list[str]) -> None:
    for find in (find_road, lambda network, name: find_roads(network, [name])):
        with pytest.raises(ZoneError, match="any of several") as error:
            find(_streets(*signed), name)
        assert error.value.code == "road_not_found"
        nearest = error.value.candidates[name]
        assert {c["name"] for c in nearest} == set(signed)
        assert all(c["length_m"] == pytest.approx(500, abs=1) for c in nearest)
        assert all(other in error.value.text.zh for other in signed)


def test_two_roads_with_one_other_name_are_an_error_that_names_both() -> None:
    tags = {"other_names": (("alt_name", "民主路"),)}
    with pytest.raises(ZoneError) as error:
        find_road(network_of([segment("解放路", _LINE, **tags), segment("胜利街", _LINE, **tags)]), "民主路")
    assert {c["name"] for c in error.value.candidates["民主路"]} == {"解放路", "胜利街"}


@pytest.mark.parametrize(
    ("name", "signed"), [("中山路", "中山东路"), ("东街", "东路"), ("北三环", "北三环西路"), ("湖滨路", "湖宾路")]
)
def test_what_may_as_well_be_another_road_is_not_taken_for_it(name: str, signed: str) -> None:
    assert find_road(_streets(signed), name) is None


def test_every_character_of_the_table_is_folded_to_one_that_stays() -> None:
    table = json.loads(files("zones").joinpath("data/road-names.json").read_text("utf-8"))
    pairs = [*table["alike"], *(list(pair) for pair in " ".join(table["traditional"]).split())]
    assert all(kept != other for kept, other in pairs)
    kept, other = "traditional", "alike"
    traditional = [pair for pair in pairs if pair not in table["alike"]]
    assert not {a for a, _ in traditional} & {b for _, b in traditional}
    for first, second in table["alike"]:
        assert folded(second, (other,)) == folded(first, (other,)) == first
        assert folded(first, (kept,)) == first
