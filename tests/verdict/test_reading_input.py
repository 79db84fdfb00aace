"""What cannot be read is an error with its field and a sentence in both languages; nothing else is ever raised."""

from typing import Any

import pytest
from linyi_asked import DAY, HEAVY, INSIDE, PERMIT, ground, law, permit

from truckban.questions.asking import answer
from zones.errors import InputError

GOOD: dict[str, Any] = {"id": "case", "vehicle": HEAVY, "at": DAY, "place": INSIDE, "permits": [PERMIT]}
HUGE = 10**400
"""JSON allows it; no float holds it."""
FAR = {"type": "Polygon", "coordinates": [[[HUGE, 0], [1, 1], [1, 0], [HUGE, 0]]]}
CHINESE = ("\u4e00", "\u9fff")


def shown(value: Any) -> str:  # noqa: ANN401
    """Return a short name for a case."""
    return repr(value).replace(str(HUGE), "HUGE")[:80]


def ask(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return answer({**GOOD, **changes}, law(), ground())


def refused(**changes: Any) -> InputError:  # noqa: ANN401
    with pytest.raises(InputError) as raised:
        ask(**changes)
    error = raised.value
    assert any(CHINESE[0] <= letter <= CHINESE[1] for letter in error.text.zh)
    assert error.text.en.strip()
    assert error.text.en != error.text.zh
    return error


class TestCase:
    @pytest.mark.parametrize("case", [None, 5, 1.5, True, "case", [], [{}]])
    def test_must_be_an_object(self, case: Any) -> None:  # noqa: ANN401
        with pytest.raises(InputError) as raised:
            answer(case, law(), ground())
        assert raised.value.field is None
        assert "对象" in raised.value.text.zh

    @pytest.mark.parametrize("case", [{}, {"at": None}, {"vehicle": HEAVY, "place": INSIDE}])
    def test_must_have_a_time(self, case: dict[str, Any]) -> None:
        with pytest.raises(InputError) as raised:
            answer(case, law(), ground())
        assert raised.value.field == "at"

    @pytest.mark.parametrize("name", ["vehicle", "place"])
    @pytest.mark.parametrize("value", [5, True, "x", [], [{}]])
    def test_has_objects_where_objects_are_needed(self, name: str, value: Any) -> None:  # noqa: ANN401
        assert refused(**{name: value}).field == name

    @pytest.mark.parametrize("value", [5, True, "x", {}, {"plate": "晋M12345"}])
    def test_has_a_list_of_permits(self, value: Any) -> None:  # noqa: ANN401
        assert refused(permits=value).field == "permits"

    @pytest.mark.parametrize("value", [5, "red", {}, ["red"], [[]]])
    def test_has_only_alerts_that_the_notice_knows(self, value: Any) -> None:  # noqa: ANN401
        assert refused(alerts=value).field == "alerts"

    @pytest.mark.parametrize("absent", [{"vehicle": None}, {"place": None}, {"permits": None}, {"alerts": None}])
    def test_may_lack_anything_but_its_time(self, absent: dict[str, Any]) -> None:
        assert ask(**absent)["verdict"] in ("prohibited", "allowed", "undetermined")

    @pytest.mark.parametrize("id_", [None, 7, 1.5, "中文", ["a", {"b": None}], {"a": 1}, True])
    def test_keeps_any_id(self, id_: Any) -> None:  # noqa: ANN401
        assert ask(id=id_)["id"] == id_

    def test_with_an_unknown_field_is_answered_with_a_warning(self) -> None:
        warnings = ask(permitz=[])["warnings"]
        assert [w for w in warnings if w["code"] == "case.unknown_field" and "permitz" in w["text_en"]]

    @pytest.mark.parametrize(
        ("name", "value", "owner"),
        [
            ("lon", 110.765, "place"),
            ("lat", 35.14, "place"),
            ("crs", "gcj02", "place"),
            ("zone", "inside", "place"),
            ("service", "fire", "vehicle"),
            ("gross_mass_kg", 25000, "vehicle"),
            ("plate", "晋M12345", "vehicle"),
        ],
    )
    def test_with_a_field_of_its_place_or_vehicle_beside_them_is_refused(
        self,
        name: str,
        value: Any,  # noqa: ANN401
        owner: str,
    ) -> None:
        """A fire engine whose `service` stands beside its vehicle was prohibited, a `crs` beside its place read as WGS 84."""
        error = refused(**{name: value})
        assert error.field == name
        assert owner in error.text.en

    def test_with_an_empty_field_of_its_place_beside_it_is_answered(self) -> None:
        assert [w for w in ask(lon=None)["warnings"] if w["code"] == "case.unknown_field"]


class TestTime:
    @pytest.mark.parametrize(
        "value",
        [
            *[5, True, [], {}, "", "x", "2024-05-08", "10:00:00", "2024-05-08T10:00Z", "20240508T100000Z"],
            *["2024-02-30T10:00:00Z", "2023-02-29T10:00:00Z", "2024-13-01T10:00:00Z", "0000-01-01T10:00:00Z"],
            *["2024-05-08T24:00:00Z", "2024-05-08T10:60:00Z", "2024-05-08T10:00:60Z", "2024-05-08T10:00:00z8"],
            *["2024-05-08T10:00:00+25:00", "2024-05-08T10:00:00+24:00", "2024-05-08T10:00:00+08:60"],
            *["2024-05-08T10:00:00.Z", "2024-05-08T10:00:00+0800", " 2024-05-08T10:00:00Z", "2024-05-08T10:00:00Z\n"],
            *["２０２４-05-08T10:00:00Z", "٢٠٢٤-05-08T10:00:00Z", "2024-05-08T10:00:00 Asia/Shanghai"],
        ],
    )
    def test_that_is_none_is_refused(self, value: Any) -> None:  # noqa: ANN401
        assert refused(at=value).field == "at"

    @pytest.mark.parametrize("at", ["9999-12-31T23:59:59-08:00", "0001-01-01T00:00:00+08:00", "9999-12-31T20:00:00Z"])
    def test_whose_day_is_on_no_calendar_is_refused(self, at: str) -> None:
        assert refused(at=at).field == "at"

    @pytest.mark.parametrize(
        "at", ["1800-05-08T10:00:00+08:00", "1899-12-31T23:59:59Z", "2201-01-01T00:00:00Z", "1800-05-08T10:00:00"]
    )
    def test_of_a_year_that_is_not_taken_is_told_which_years_are(self, at: str) -> None:
        """It was told that an RFC 3339 time is needed, which it is."""
        error = refused(at=at)
        for said in (error.text.zh, error.text.en):
            assert "RFC 3339" not in said
            assert all(part in said for part in (at, "1900", "2200"))

    @pytest.mark.parametrize(
        "at", ["9999-12-31T10:00:00+08:00", "9999-12-31T23:30:00+08:00", "0001-01-01T10:00:00+08:00"]
    )
    def test_on_the_first_or_last_day_of_the_calendar_is_answered_or_refused(self, at: str) -> None:
        night = permit(windows=["20:00-07:00"], valid_from=None, valid_to=None)
        try:
            assert ask(at=at, permits=[night])["verdict"] in ("prohibited", "allowed")
        except InputError as error:
            assert error.field == "at"  # noqa: PT017


class TestVehicle:
    @pytest.mark.parametrize(
        ("name", "values"),
        [
            ("vehicle_type", [5, True, [], {}, ["重型自卸货车"]]),
            ("length_mm", ["8600", True, [], {}, -1, 0, 8.6, 860, 60001, HUGE, float("inf"), float("nan")]),
            ("gross_mass_kg", ["25000", True, [], {}, -1, 0, 25, 200001, HUGE, float("inf"), float("nan")]),
            ("energy", ["Diesel", "柴油", 5, True, False, 0, [], {}]),
            ("service", ["Fire", "消防", 5, True, False, 0, [], {}]),
            ("on_duty", ["true", "false", 1, 0, [], {}]),
            ("dangerous_goods", ["yes", 1, []]),
            ("trip_purpose", ["x", 1, []]),
            ("plate", [5, True, [], {}, "abc", "晋M1234", "12345", "晋I12345", "晋M1234567"]),
            ("plate_color", ["x", [], {}, True, 0, 2.5, HUGE, float("nan")]),
            *[
                (name, ["3", True, -1, [], {}, float("inf"), float("nan"), HUGE])
                for name in ("axles", "emission_stage", "rated_payload_kg", "traction_mass_kg")
            ],
        ],
    )
    def test_a_value_that_cannot_be_is_refused_with_its_field(self, name: str, values: list[Any]) -> None:
        for value in values:
            assert refused(vehicle={**HEAVY, name: value}).field == f"vehicle.{name}", value

    @pytest.mark.parametrize("color", [" ", "_", "-", "\ufeff", "\u3000"])
    def test_a_colour_of_no_letters_is_none(self, color: str) -> None:
        assert ask(vehicle={**HEAVY, "plate_color": color})["verdict"] == ask(vehicle=HEAVY)["verdict"]

    def test_a_plate_in_a_colour_that_it_cannot_have_is_refused(self) -> None:
        error = refused(vehicle={**HEAVY, "plate_color": "gradient_green"})
        assert error.field in ("vehicle.plate", "vehicle.plate_color")

    def test_a_message_does_not_show_a_whole_plate(self) -> None:
        error = refused(vehicle={**HEAVY, "plate": "晋M1234567"})
        assert "1234567" not in error.text.zh + error.text.en

    def test_an_unknown_field_is_answered_with_a_warning(self) -> None:
        warnings = ask(vehicle={**HEAVY, "lenght_mm": 5000})["warnings"]
        assert [w for w in warnings if w["code"] == "vehicle.unknown_field" and "lenght_mm" in w["text_en"]]

    @pytest.mark.parametrize("name", ["kind", "size", "body"])
    def test_a_fact_that_only_the_licence_settles_is_not_taken_in_silence(self, name: str) -> None:
        """`size: light` beside a heavy truck changes nothing, and the answer must say so."""
        value = {"kind": "special", "size": "light", "body": "van"}[name]
        warnings = ask(vehicle={**HEAVY, name: value}, permits=None)["warnings"]
        assert [w for w in warnings if name in w["text_en"]]


class TestPlace:
    @pytest.mark.parametrize(
        ("place", "field"),
        [
            ({}, "place"),
            ({"crs": "wgs84"}, "place"),
            ({"lon": 110.7}, "place.lat"),
            ({"lat": 35.1}, "place.lon"),
            ({"lon": None, "lat": None}, "place.lon"),
            ({"lon": "110.7", "lat": 35.1}, "place.lon"),
            ({"lon": True, "lat": 35.1}, "place.lon"),
            ({"lon": [], "lat": 35.1}, "place.lon"),
            ({"lon": 110.7, "lat": {}}, "place.lat"),
            ({"lon": 110.7, "lat": float("nan")}, "place.lat"),
            ({"lon": float("inf"), "lat": 35.1}, "place.lon"),
            ({"lon": HUGE, "lat": 35.1}, "place.lon"),
            ({"lon": 110.7, "lat": -HUGE}, "place.lat"),
            ({"lon": 180.001, "lat": 35.1}, "place.lon"),
            ({"lon": 110.7, "lat": 90.001}, "place.lat"),
            ({**INSIDE, "crs": "WGS84"}, "place.crs"),
            ({**INSIDE, "crs": "epsg:4326"}, "place.crs"),
            ({**INSIDE, "crs": 5}, "place.crs"),
            ({**INSIDE, "crs": 0}, "place.crs"),
            ({**INSIDE, "crs": False}, "place.crs"),
            ({**INSIDE, "crs": []}, "place.crs"),
            ({**INSIDE, "crs": {}}, "place.crs"),
            ({**INSIDE, "accuracy_m": -0.1}, "place.accuracy_m"),
            ({**INSIDE, "accuracy_m": "5"}, "place.accuracy_m"),
            ({**INSIDE, "accuracy_m": True}, "place.accuracy_m"),
            ({**INSIDE, "accuracy_m": []}, "place.accuracy_m"),
            ({**INSIDE, "accuracy_m": float("nan")}, "place.accuracy_m"),
            ({**INSIDE, "accuracy_m": HUGE}, "place.accuracy_m"),
            ({"zone": "Inside"}, "place.zone"),
            ({"zone": "里面"}, "place.zone"),
            ({"zone": 5}, "place.zone"),
            ({"zone": True}, "place.zone"),
            ({"zone": []}, "place.zone"),
            ({"zone": {}}, "place.zone"),
            ({"road": 5}, "place.road"),
            ({"road": ""}, "place.road"),
            ({"road": []}, "place.road"),
            ({"road": "五一路", "segment": 5}, "place.segment"),
            ({"road": "五一路", "segment": "北环路"}, "place.segment"),
            ({"road": "五一路", "segment": "北环路至峨嵋大道至东环路"}, "place.segment"),
            ({"road": "东环路", "zone": "inside"}, "place.zone"),
            ({"road": "示意一街", "zone": "outside"}, "place.zone"),
            ({"zones": 5}, "place.zones"),
            ({"zones": []}, "place.zones"),
            ({"zones": "inside"}, "place.zones"),
            ({"zones": {"nowhere": "inside"}}, "place.zones"),
        ],
        ids=shown,
    )
    def test_that_cannot_be_is_refused_with_its_field(self, place: dict[str, Any], field: str) -> None:
        assert refused(place=place).field == field

    @pytest.mark.parametrize("word", [[], {}, None, 5, "Inside"])
    def test_a_zone_in_a_list_of_zones_is_refused(self, word: Any) -> None:  # noqa: ANN401
        field = refused(place={"zones": {"linyi-core": word}}).field
        assert field is not None
        assert field.startswith("place.zone")

    def test_said_twice_and_differently_is_not_taken_in_silence(self) -> None:
        """A position inside, and `zone: outside` beside it: an error, or at least a warning."""
        try:
            warnings = ask(place={**INSIDE, "zone": "outside"})["warnings"]
        except InputError:
            return
        assert {warning["code"] for warning in warnings} - {"zone.schematic"}

    @pytest.mark.parametrize("name", ["CRS", "coords", "accuracy"])
    def test_an_unknown_field_is_not_passed_over_in_silence(self, name: str) -> None:
        """`"CRS": "gcj02"` read as WGS 84 would put the truck half a kilometre away."""
        try:
            warnings = ask(place={**INSIDE, name: "gcj02"})["warnings"]
        except InputError:
            return
        assert {warning["code"] for warning in warnings} - {"zone.schematic"}


class TestPermit:
    @pytest.mark.parametrize(
        ("name", "values"),
        [
            ("plate", [None, 5, True, "", "bad", [], {}]),
            ("valid_from", [5, 0, True, False, [], {}, "x", "2024/05/01", "2024-02-30", "2024-05-01T00:00:00"]),
            ("valid_to", [5, 0, True, False, [], {}, "x", "2024-5-1", "2024-04-30"]),
            ("roads", ["五一路", 5, 0, True, False, {}, [5], [None], [""], ["五一路", []]]),
            ("status", [5, 0, True, False, [], {}, "", "in force", "绿色"]),
            ("area", [5, 0, True, "x", [], {}, {"type": 5}, {"type": "Polygon"}, FAR]),
            ("unknown", [None, 5]),
        ],
    )
    def test_a_value_that_cannot_be_is_refused_with_its_field(self, name: str, values: list[Any]) -> None:
        for value in values:
            assert refused(permits=[{**PERMIT, name: value}]).field == f"permits[0].{name}", value

    @pytest.mark.parametrize(
        "windows",
        [
            *["09:00-11:00", 5, 0, True, False, {}, [5], [None], [""], ["9:00-11:00"], ["09:00-09:00"]],
            *[["24:00-06:00"], ["09:00-24:01"], ["09:00-25:00"], ["09:60-10:00"], ["09:00—11:00"], ["09:00-11:00\n"]],
            *[["0٩:00-11:00"], ["0９:00-11:00"], ["09:00-11:00", "x"]],
        ],
        ids=shown,
    )
    def test_hours_that_cannot_be_are_refused(self, windows: Any) -> None:  # noqa: ANN401
        assert refused(permits=[permit(windows=windows)]).field == "permits[0].windows"

    @pytest.mark.parametrize(
        "area",
        [
            {"type": "Point", "coordinates": [110, 35]},
            {"type": "LineString", "coordinates": [[110, 35], [111, 36]]},
            {"type": "Polygon", "coordinates": []},
            {"type": "Polygon", "coordinates": "abc"},
            {"type": "Polygon", "coordinates": {"a": 1}},
            {"type": "Polygon", "coordinates": [5]},
            {"type": "Polygon", "coordinates": [[None, None, None, None]]},
            {"type": "Polygon", "coordinates": [[[0], [1], [1], [0]]]},
            {"type": "Polygon", "coordinates": [[["a", "b"], [1, 1], [1, 0], ["a", "b"]]]},
            {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
            {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
            {"type": "Polygon", "coordinates": [[[float("nan"), 0], [1, 1], [1, 0], [float("nan"), 0]]]},
            {"type": "MultiPolygon", "coordinates": []},
            {"type": "GeometryCollection", "geometries": []},
            {"type": "FeatureCollection", "features": []},
            {"type": "Feature", "geometry": None},
            {"type": "Circle", "coordinates": [110, 35]},
            {"geometry": 5},
            {"type": "Polygon", "coordinates": [[[35.1, 110.7], [35.2, 110.7], [35.2, 110.8], [35.1, 110.7]]]},
        ],
        ids=shown,
    )
    def test_an_area_that_is_no_polygon_on_earth_is_refused(self, area: dict[str, Any]) -> None:
        assert refused(permits=[permit(area=area)]).field == "permits[0].area"

    @pytest.mark.parametrize("value", [5, True, "x", []])
    def test_is_an_object(self, value: Any) -> None:  # noqa: ANN401
        assert refused(permits=[value]).field == "permits[0]"

    def test_the_field_counts_the_permits_before_it(self) -> None:
        assert refused(permits=[PERMIT, PERMIT, permit(plate="x")]).field == "permits[2].plate"
