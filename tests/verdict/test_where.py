"""Places: positions in three coordinate systems, roads by name, zones by word."""

import math
from typing import Any

import pytest
from linyi_asked import (
    EAST_RING,
    ask,
    clauses,
    codes,
    ground,
    moved,
    permit,
    truck,
    warned,
)

from zones.errors import InputError


class TestPlace:
    """Question 10, and the ways to say where."""

    @pytest.mark.parametrize(
        ("lon", "lat", "word"),
        [
            (110.7480, 35.1280, "boundary_road"),
            (110.7960, 35.1640, "boundary_road"),
            (110.7720, 35.1280, "boundary_road"),
            (110.7720, 35.1640, "boundary_road"),
            (110.7480, 35.1560, "boundary_road"),
            (110.7960, 35.1560, "boundary_road"),
            (110.7720, 35.1560, "carve_out"),
            (110.7720, 35.1600, "carve_out"),
            (110.7600, 35.1560, "carve_out"),
            (110.7840, 35.1560, "inside"),
            (110.7720, 35.1500, "inside"),
            (110.7650, 35.1400, "inside"),
            (110.8200, 35.1450, "outside"),
            (110.7720, 35.1700, "outside"),
        ],
    )
    def test_has_the_notices_own_parts(self, lon: float, lat: float, word: str) -> None:
        answered = ask(place={"lon": lon, "lat": lat})
        assert answered["place"] == word
        assert answered["verdict"] == ("prohibited" if word == "inside" else "allowed")
        if word != "inside":
            assert f"place.{word}" in codes(answered)
            assert "二(二)" in clauses(answered)

    @pytest.mark.parametrize(("west_m", "word"), [(17.7, "boundary_road"), (17.8, "inside")])
    def test_a_boundary_road_ends_at_its_inner_kerb(self, west_m: float, word: str) -> None:
        assert ask(place=moved(EAST_RING, east_m=-west_m))["place"] == word

    @pytest.mark.parametrize(
        ("at", "place"),
        [("2024-05-08T06:00:00+08:00", (110.796, 35.146)), ("2024-05-08T21:59:59+08:00", (110.772, 35.16))],
    )
    def test_boundary_roads_and_carve_outs_are_free_at_all_times(self, at: str, place: tuple[float, float]) -> None:
        assert ask(at=at, place={"lon": place[0], "lat": place[1]})["verdict"] == "allowed"

    @pytest.mark.parametrize(
        ("place", "word", "verdict"),
        [
            ({"zone": "inside"}, "inside", "prohibited"),
            ({"zone": "outside"}, "outside", "allowed"),
            ({"road": "五一路", "segment": "丰喜大道至北环路"}, "inside", "prohibited"),
            ({"road": "五一路", "segment": "北环路至丰喜大道"}, "inside", "prohibited"),
            ({"road": "五一路", "segment": "五一北岗至峨嵋大道"}, "carve_out", "allowed"),
            ({"road": "五一路", "segment": "北环路至峨嵋大道"}, "carve_out", "allowed"),
            ({"road": "北环路", "segment": "西环路至五一路"}, "carve_out", "allowed"),
            ({"road": "北环路", "segment": "五一路至东环路"}, "inside", "prohibited"),
            ({"road": "示意一街"}, "inside", "prohibited"),
            ({"road": "示意南乡道"}, "outside", "allowed"),
            ({"road": "五一路", "zone": "inside"}, "inside", "prohibited"),
            ({"road": "五一路"}, "unsure", "undetermined"),
            ({"road": "东环路", "segment": "丰喜大道至北环路"}, "boundary_road", "allowed"),
            ({"road": "东环路"}, "boundary_road", "allowed"),
            ({"road": "峨嵋大道"}, "boundary_road", "allowed"),
            ({"road": "峨眉大道"}, "boundary_road", "allowed"),
        ],
        ids=str,
    )
    def test_can_be_said_in_words(self, place: dict[str, Any], word: str, verdict: str) -> None:
        answered = ask(place=place)
        assert (answered["verdict"], answered["place"]) == (verdict, word)

    def test_unknown_is_undetermined_and_asks_for_it(self) -> None:
        answered = ask(place=None)
        assert (answered["verdict"], answered["place"], answered["missing"]) == ("undetermined", "unsure", ["place"])

    def test_unknown_does_not_matter_where_nothing_could_be_banned(self) -> None:
        assert ask(place=None, at="2024-05-08T22:00:00+08:00")["verdict"] == "allowed"
        assert ask(place=None, vehicle=truck("轻型厢式货车", 5995, 4495))["verdict"] == "allowed"
        assert ask(place=None, permits=[permit()])["verdict"] == "allowed"

    @pytest.mark.parametrize(
        ("west_m", "accuracy_m", "word"),
        [
            (27.75, 9.9, "inside"),
            (27.75, 10.1, "unsure"),
            (17.7, 1.0, "unsure"),
            (0.0, 17.0, "boundary_road"),
            (0.0, 18.5, "unsure"),
            (27.75, 0, "inside"),
            (27.75, None, "inside"),
        ],
    )
    def test_a_circle_across_the_border_is_unsure(self, west_m: float, accuracy_m: float | None, word: str) -> None:
        answered = ask(place={**moved(EAST_RING, east_m=-west_m), "accuracy_m": accuracy_m})
        assert answered["place"] == word
        if word == "unsure":
            assert (answered["verdict"], answered["missing"]) == ("undetermined", ["place"])

    @pytest.mark.parametrize("crs", ["gcj02", "bd09"])
    @pytest.mark.parametrize(
        ("start", "word"), [((110.765, 35.14), "inside"), (EAST_RING, "boundary_road"), ((110.772, 35.16), "carve_out")]
    )
    def test_other_coordinates_are_the_same_place(self, crs: str, start: tuple[float, float], word: str) -> None:
        lon, lat = shifted(*start, crs=crs)
        assert ask(place={"lon": lon, "lat": lat, "crs": crs})["place"] == word

    @pytest.mark.parametrize("crs", ["gcj02", "bd09"])
    def test_other_coordinates_taken_for_wgs84_are_another_place(self, crs: str) -> None:
        lon, lat = shifted(*EAST_RING, crs=crs)
        assert ask(place={"lon": lon, "lat": lat})["place"] != "boundary_road"

    @pytest.mark.parametrize("crs", ["wgs84", "gcj02", "bd09"])
    def test_swapped_coordinates_are_an_error_that_says_so(self, crs: str) -> None:
        with pytest.raises(InputError, match="swapped") as raised:
            ask(place={"lon": 35.14, "lat": 110.765, "crs": crs})
        assert raised.value.field in ("place.lon", "place.lat")
        assert "写反" in raised.value.text.zh


def shifted(lon: float, lat: float, *, crs: str) -> tuple[float, float]:
    """Return a WGS 84 position in GCJ-02 or BD-09 by the published formulas, written here a second time."""

    def wave(*terms: tuple[float, float]) -> float:
        return sum(height * math.sin(turn * math.pi) for height, turn in terms) * 2 / 3

    x, y = lon - 105, lat - 35
    fast = wave((20, 6 * x), (20, 2 * x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + fast
    north += wave((20, y), (40, y / 3)) + wave((160, y / 12), (320, y / 30))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + fast
    east += wave((20, x), (40, x / 3)) + wave((150, x / 12), (300, x / 30))
    axis, square = 6378245.0, 0.00669342162296594323
    bent = 1 - square * math.sin(math.radians(lat)) ** 2
    lat += math.degrees(north / (axis * (1 - square) / bent**1.5))
    lon += math.degrees(east / (axis / math.sqrt(bent) * math.cos(math.radians(y + 35))))
    if crs == "gcj02":
        return lon, lat
    turn = math.pi * 3000 / 180
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * turn)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * turn)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


class TestFarPlace:
    """What the loaded notice says of another town is true, and no answer on that town's own bans."""

    @pytest.mark.parametrize(
        "place",
        [{"lon": 118.78, "lat": 32.06}, {"lon": 118.785, "lat": 32.058, "crs": "gcj02"}, {"lon": 111.0, "lat": 35.02}],
    )
    def test_is_answered_with_the_notices_that_were_asked_and_that_its_own_are_not_known(
        self, place: dict[str, Any]
    ) -> None:
        answered = ask(place=place)
        assert (answered["verdict"], answered["place"]) == ("allowed", "outside")
        told = next(warning for warning in answered["warnings"] if warning["code"] == "place.far")
        for said, not_known in ((told["text"], "当地自己的禁行"), (told["text_en"], "bans of the place itself")):
            assert "临猗县" in said
            assert "临政发〔2023〕5号" in said
            assert not_known in said

    def test_begins_five_kilometres_beyond_the_streets_of_the_map(self) -> None:
        east = max(street.geometry.bounds[2] for street in ground().zone.streets)
        for beyond_m, far in ((-10.0, False), (4_980.0, False), (5_020.0, True)):
            assert ("place.far" in warned(ask(place=moved((east, 35.146), east_m=beyond_m)))) == far

    @pytest.mark.parametrize(
        "place", [{"lon": 110.82, "lat": 35.145}, {"lon": 110.765, "lat": 35.14}, {"zone": "outside"}]
    )
    def test_is_none_that_the_map_shows_and_none_that_is_said_in_words(self, place: dict[str, Any]) -> None:
        assert "place.far" not in warned(ask(place=place))
