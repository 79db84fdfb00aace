"""Weights, lengths and speeds in the units of OSM's tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zones.routing.measures import limit_of, speed_of


@pytest.mark.parametrize(
    ("value", "kg"),
    [
        ("7.5", 7500), ("7.5 t", 7500), ("7.5t", 7500), ("10000 kg", 10000), ("20吨", 20000), ("16 st", 14514.95488), ("8000 lbs", 3628.73896),
        ("10", 10000), (" 10 ", 10000), ("1 cwt", 45.359237), ("1 lt", 1016.0469088), ("12 T", 12000),
    ],
)  # fmt: skip
def test_weights_are_tonnes_unless_they_say_a_unit(value: str, kg: float) -> None:
    assert limit_of(value, "kg").figure == pytest.approx(kg)


@pytest.mark.parametrize(
    ("value", "metres"),
    [
        ("3.5", 3.5), ("4 m", 4), ("4.2米", 4.2), ("350 cm", 3.5), ("12'6\"", 3.81), ("12'", 3.6576), ("12 ft 6 in", 3.81), ("12ft", 3.6576),
        ('6"', 0.1524), ("12'-6\"", 3.81), ("13'11''", 4.2418), ("2600 mm", 2.6),
    ],
)  # fmt: skip
def test_lengths_are_metres_unless_they_say_a_unit(value: str, metres: float) -> None:
    assert limit_of(value, "m").figure == pytest.approx(metres)


@pytest.mark.parametrize("value", ["none", "default", "unsigned", "no_indications", "None"])
def test_a_limit_that_is_none_binds_nobody(value: str) -> None:
    assert limit_of(value, "m") == (None, True)
    assert limit_of(value, "kg") == (None, True)


@pytest.mark.parametrize(
    "value",
    ["below_default", "3,5", "7.5;10", "10-12", "0", "-3", "abc", "", "10 m t", "1e3", "'", "t", "10 tons long", "1.2.3", "٣", "5 m2", "9" * 400, "≈4"],
)  # fmt: skip
def test_what_is_no_measure_is_not_guessed(value: str) -> None:
    for measure in ("kg", "m"):
        found = limit_of(value, measure)
        assert not found.unlimited
        assert found.figure is None, measure


def test_a_length_is_no_weight_and_a_weight_no_length() -> None:
    assert limit_of("3 m", "kg").figure is None
    assert limit_of("3 t", "m").figure is None


@pytest.mark.parametrize(
    ("value", "kmh"),
    [("60", 60), ("30 mph", 48.28032), ("60 km/h", 60), ("10 knots", 18.52), ("none", None), ("walk", None), ("60;80", None), ("0", None)],
)  # fmt: skip
def test_speeds_are_kmh_unless_they_say_a_unit(value: str, kmh: float | None) -> None:
    assert speed_of(value) == (kmh if kmh is None else pytest.approx(kmh))


@given(st.text(max_size=20))
def test_no_text_breaks_the_reader(text: str) -> None:
    for figure in (limit_of(text, "kg").figure, limit_of(text, "m").figure, speed_of(text)):
        assert figure is None or 0 < figure < float("inf")


@given(st.floats(0.01, 1000).map(lambda x: round(x, 2)))
def test_one_weight_in_two_units_is_one_figure(tonnes: float) -> None:
    assert limit_of(f"{tonnes:.2f}", "kg").figure == pytest.approx(limit_of(f"{tonnes * 1000:.2f} kg", "kg").figure)
