"""Lengths and gross masses as handed in."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest

from truckban.vehicles import classify
from truckban.vehicles.measures import gross_mass_in_kg, length_in_mm
from zones.errors import InputError


@pytest.mark.parametrize(
    "value", [0, -1, -8600.0, math.nan, math.inf, -math.inf, True, False, "8600", b"1", [], Decimal(8600), 1j, 10**400]
)
def test_what_is_no_positive_number_is_refused_with_its_field(value: object) -> None:
    with pytest.raises(InputError) as length:
        length_in_mm(value)
    assert length.value.field == "length_mm"
    with pytest.raises(InputError) as mass:
        gross_mass_in_kg(value)
    assert mass.value.field == "gross_mass_kg"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (8.6, "length_mm: 8.6 looks like metres; give millimetres: 8600"),
        (13, "length_mm: 13 looks like metres; give millimetres: 13000"),
        (60, "length_mm: 60 looks like metres; give millimetres: 60000"),
        (860, "length_mm: 860 looks like centimetres; give millimetres: 8600"),
    ],
)
def test_a_length_in_another_unit_is_refused_with_what_would_be_right(value: float, says: str) -> None:
    with pytest.raises(InputError) as error:
        length_in_mm(value)
    assert str(error.value) == says
    assert str(round(float(says.rsplit(" ", 1)[1]))) in error.value.text.zh


@pytest.mark.parametrize(("value", "right"), [(25, "25000"), (4.495, "4495"), (49.0, "49000"), (0.5, "500")])
def test_a_mass_in_tonnes_is_refused_with_what_would_be_right(value: float, right: str) -> None:
    with pytest.raises(InputError, match=f"looks like tonnes; give kilograms: {right}$"):
        gross_mass_in_kg(value)


def test_no_vehicle_is_longer_than_60_m_or_heavier_than_200_t() -> None:
    assert length_in_mm(60_000) == 60_000
    assert gross_mass_in_kg(200_000) == 200_000
    with pytest.raises(InputError, match="over 60 m"):
        length_in_mm(60_001)
    with pytest.raises(InputError, match="over 200 t"):
        gross_mass_in_kg(200_001)


@pytest.mark.parametrize("length", [1000, 2600, 2990.5, Fraction(3000)])
def test_a_short_vehicle_is_a_vehicle(length: float) -> None:
    assert length_in_mm(length) == float(length)


def test_unknown_stays_unknown() -> None:
    assert length_in_mm(None) is None
    assert gross_mass_in_kg(None) is None


def test_classify_refuses_what_the_numbers_refuse() -> None:
    with pytest.raises(InputError) as error:
        classify(vehicle_type="重型自卸货车", length_mm=8.6, gross_mass_kg=25000)
    assert error.value.field == "length_mm"
    with pytest.raises(InputError) as error:
        classify(vehicle_type=22)  # type: ignore[arg-type]
    assert error.value.field == "vehicle_type"
