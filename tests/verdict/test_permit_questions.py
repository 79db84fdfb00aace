"""What a permit covers: its plate, days, hours and roads."""

from typing import Any

import pytest
from linyi_asked import (
    EAST_RING,
    HEAVY,
    WUYI,
    ask,
    clauses,
    codes,
    moved,
    permit,
)

BLOCK = {
    "type": "Polygon",
    "coordinates": [[[110.760, 35.135], [110.770, 35.135], [110.770, 35.145], [110.760, 35.145], [110.760, 35.135]]],
}


class TestPermit:
    """Question 11."""

    def test_lifts_the_ban_where_and_when_it_says(self) -> None:
        answered = ask(permits=[permit()])
        assert answered["verdict"] == "allowed"
        assert "四(四)" in clauses(answered)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"plate": "晋M54321"}, "permit.other_plate"),
            ({"plate": "晋MD12345"}, "permit.other_plate"),
            ({"windows": ["10:01-11:00"]}, "permit.off_time"),
            ({"windows": ["09:00-10:00"]}, "permit.off_time"),
            ({"windows": ["22:00-07:00"]}, "permit.off_time"),
            ({"windows": ["09:00-09:30", "10:30-11:00"]}, "permit.off_time"),
            ({"windows": ["09:00-09:30", "09:59-10:01"]}, None),
            ({"windows": []}, None),
            ({"windows": None}, None),
            ({"windows": ["00:00-24:00"]}, None),
            ({"valid_to": "2024-05-07"}, "permit.expired"),
            ({"valid_to": "2024-05-08"}, None),
            ({"valid_to": None}, None),
            ({"valid_from": "2024-05-08"}, None),
            ({"valid_from": "2024-05-09"}, "permit.not_active"),
            ({"valid_from": None}, None),
            ({"status": "suspended"}, "permit.not_active"),
            ({"status": "revoked"}, "permit.not_active"),
            ({"status": "吊销"}, "permit.not_active"),
            ({"status": None}, None),
            ({"status": "Active"}, None),
            ({"status": "有效"}, None),
            ({"status": "approved"}, None),
            ({"roads": ["五一路"]}, "permit.off_route"),
            ({"area": BLOCK}, None),
            ({"area": {"type": "Feature", "properties": {}, "geometry": BLOCK}}, None),
            ({"roads": ["五一路"], "area": BLOCK}, None),
        ],
        ids=str,
    )
    def test_says_why_it_does_not_cover(self, changes: dict[str, Any], code: str | None) -> None:
        answered = ask(permits=[permit(**changes)])
        told = {reason for reason in codes(answered) if reason.startswith("permit.")}
        assert answered["verdict"] == ("allowed" if code is None else "prohibited")
        assert told == ({"permit.pass"} if code is None else {code})

    @pytest.mark.parametrize(
        ("at", "verdict"),
        [
            ("2024-05-08T08:59:59+08:00", "prohibited"),
            ("2024-05-08T09:00:00+08:00", "allowed"),
            ("2024-05-08T10:59:59.999+08:00", "allowed"),
            ("2024-05-08T11:00:00+08:00", "prohibited"),
            ("2024-05-08T02:30:00Z", "allowed"),
            ("2024-05-31T10:59:59+08:00", "allowed"),
            ("2024-06-01T09:00:00+08:00", "prohibited"),
            ("2024-04-30T10:59:59+08:00", "prohibited"),
            ("2024-05-01T01:00:00Z", "allowed"),
        ],
    )
    def test_opens_and_closes_to_the_second_in_the_notices_zone_of_time(self, at: str, verdict: str) -> None:
        assert ask(at=at, permits=[permit()])["verdict"] == verdict

    @pytest.mark.parametrize(
        ("at", "verdict", "code"),
        [
            ("2024-05-01T06:30:00+08:00", "prohibited", None),  # the night that began on 30 April
            ("2024-05-01T19:59:59+08:00", "prohibited", "permit.off_time"),
            ("2024-05-01T20:00:00+08:00", "allowed", None),  # the first night
            ("2024-05-02T06:59:59+08:00", "allowed", None),
            ("2024-05-02T07:00:00+08:00", "prohibited", "permit.off_time"),
            ("2024-05-31T21:59:59+08:00", "allowed", None),  # the last night
            ("2024-06-01T06:59:59+08:00", "allowed", None),
            ("2024-06-01T07:00:00+08:00", "prohibited", "permit.expired"),
            ("2024-06-01T10:00:00+08:00", "prohibited", "permit.expired"),
            ("2024-06-01T21:00:00+08:00", "prohibited", "permit.expired"),
            ("2024-06-02T06:30:00+08:00", "prohibited", "permit.expired"),
        ],
    )
    def test_a_night_belongs_to_the_day_it_starts_on(self, at: str, verdict: str, code: str | None) -> None:
        answered = ask(at=at, permits=[permit(windows=["20:00-07:00"])])
        assert answered["verdict"] == verdict
        if code is not None:
            assert code in codes(answered)

    def test_that_also_names_a_night_is_expired_by_day(self) -> None:
        answered = ask(at="2024-06-01T10:00:00+08:00", permits=[permit(windows=["22:00-07:00", "09:00-11:00"])])
        assert answered["verdict"] == "prohibited"
        assert "permit.expired" in codes(answered)

    @pytest.mark.parametrize(
        ("east_m", "verdict"),
        [
            (0.0, "allowed"),
            (9.0, "allowed"),
            (24.9, "allowed"),
            (26.0, "prohibited"),
            (-24.9, "allowed"),
            (-26.0, "prohibited"),
        ],
    )
    def test_for_a_road_covers_25_m_beside_its_centre_line(self, east_m: float, verdict: str) -> None:
        answered = ask(place=moved(WUYI, east_m=east_m), permits=[permit(roads=["五一路"])])
        assert (answered["place"], answered["verdict"]) == ("inside", verdict)
        assert ("permit.off_route" in codes(answered)) == (verdict == "prohibited")

    @pytest.mark.parametrize(("west_m", "verdict"), [(18.0, "allowed"), (37.4, "allowed"), (37.6, "prohibited")])
    def test_for_a_dual_carriageway_covers_25_m_beside_the_nearer_one(self, west_m: float, verdict: str) -> None:
        answered = ask(place=moved(EAST_RING, east_m=-west_m), permits=[permit(roads=["东环路"])])
        assert (answered["place"], answered["verdict"]) == ("inside", verdict)

    def test_for_a_road_does_not_cover_the_nearer_street_beside_it(self) -> None:
        near_crossing = {"lon": 110.7720 + 0.00015, "lat": 35.1413}  # 14 m along 示意三街 from 五一路
        assert ask(place=near_crossing, permits=[permit(roads=["示意三街"])])["verdict"] == "allowed"
        assert ask(place=near_crossing, permits=[permit(roads=["五一路"])])["verdict"] == "prohibited"

    def test_for_either_road_covers_their_crossing(self) -> None:
        crossing = {"lon": 110.7720, "lat": 35.1413}
        for road in ("示意三街", "五一路"):
            assert ask(place=crossing, permits=[permit(roads=[road])])["verdict"] == "allowed"

    @pytest.mark.parametrize(
        ("place", "verdict", "missing"),
        [
            ({"road": "五一路", "zone": "inside"}, "allowed", []),
            ({"road": "五一路", "segment": "丰喜大道至北环路"}, "allowed", []),
            ({"road": "五一路"}, "allowed", []),
            ({"road": "示意一街"}, "prohibited", []),
            ({"zone": "inside"}, "undetermined", ["place"]),
            (None, "undetermined", ["place"]),
        ],
        ids=str,
    )
    def test_for_a_road_and_a_place_in_words(
        self, place: dict[str, Any] | None, verdict: str, missing: list[str]
    ) -> None:
        answered = ask(place=place, permits=[permit(roads=["五一路"])])
        assert (answered["verdict"], answered["missing"]) == (verdict, missing)

    @pytest.mark.parametrize(
        ("lon", "verdict"), [(110.76999, "allowed"), (110.770, "allowed"), (110.77001, "prohibited")]
    )
    def test_for_an_area_covers_it_with_its_edge(self, lon: float, verdict: str) -> None:
        assert ask(place={"lon": lon, "lat": 35.14}, permits=[permit(area=BLOCK)])["verdict"] == verdict

    def test_for_an_area_and_a_place_in_words_is_undetermined(self) -> None:
        answered = ask(place={"zone": "inside"}, permits=[permit(area=BLOCK)])
        assert (answered["verdict"], answered["missing"]) == ("undetermined", ["place"])

    def test_one_of_two_suffices(self) -> None:
        failing = permit(windows=["12:00-13:00"])
        for permits in ([permit(), failing], [failing, permit()]):
            assert ask(permits=permits)["verdict"] == "allowed"

    def test_two_halves_do_not_make_a_whole(self) -> None:
        halves = [permit(windows=["12:00-13:00"]), permit(valid_to="2024-05-07")]
        answered = ask(permits=halves)
        assert answered["verdict"] == "prohibited"
        assert {"permit.off_time", "permit.expired"} <= codes(answered)

    def test_without_a_plate_on_the_vehicle_asks_for_it(self) -> None:
        answered = ask(vehicle={**HEAVY, "plate": None}, permits=[permit()])
        assert (answered["verdict"], answered["missing"]) == ("undetermined", ["plate"])

    def test_without_a_plate_an_expired_one_asks_for_nothing(self) -> None:
        answered = ask(vehicle={**HEAVY, "plate": None}, permits=[permit(valid_to="2024-05-07")])
        assert (answered["verdict"], answered["missing"]) == ("prohibited", [])

    def test_what_an_expired_one_lacks_is_not_asked_for(self) -> None:
        expired = permit(valid_to="2024-05-07", roads=["五一路"])
        answered = ask(vehicle={**HEAVY, "plate": None}, place={"zone": "inside"}, permits=[expired, permit()])
        assert (answered["verdict"], answered["missing"]) == ("undetermined", ["plate"])

    @pytest.mark.parametrize("plate", ["晋m12345", "晋M·12345", " 晋M 12345 ", "晋Ｍ１２３４５"])
    def test_the_same_plate_in_another_spelling_is_the_same(self, plate: str) -> None:
        assert ask(permits=[permit(plate=plate)])["verdict"] == "allowed"
        assert ask(vehicle={**HEAVY, "plate": plate}, permits=[permit()])["verdict"] == "allowed"
