import pytest
from street_map import network_of, segment

from zones.errors import ZoneError
from zones.names import candidates, find_road, find_roads

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
        find_roads(_NETWORK, ["峨眉大道", "人民路", "不存在的街"])
    assert error.value.code == "road_not_found"
    assert set(error.value.candidates) == {"峨眉大道", "不存在的街"}
    assert "峨嵋大道" in str(error.value)
