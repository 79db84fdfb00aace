"""The table of vehicle type codes."""

import subprocess
import sys

import pytest

from truckban.vehicles.codes import LETTERS, VehicleCode, read_code, split_code, vehicle_codes
from truckban.vehicles.terms import BODIES, KINDS, NONE, SIZED_KINDS, SIZES
from truckban.vehicles.words import read_words

CODES = list(vehicle_codes().values())


def _family(letters: str, last: str) -> list[str]:
    return [letters + char for char in last]


@pytest.mark.parametrize(
    "code",
    [
        *_family("H1", "0123456789ABCDEFG"),
        *_family("H2", "0123456789ABCDEFG"),
        *_family("H3", "012345789ABCDFG"),
        *_family("H4", "01234567ABCFG"),
        *_family("H5", "012345BC"),
        *(f"Q{size}{last}" for size in "123" for last in "012"),
        *(f"Z{size}{last}" for size in "123457" for last in "12"),
        *_family("B1", "0123456789ABCDEFGHJKUVW"),
        *_family("B2", "0123456789ABCDEFGHJKUVW"),
        *_family("B3", "0123456789CDEFGHJKUVW"),
        *_family("G1", "0123456789ABCDEF"),
        *_family("G2", "0123456789ABCDEF"),
        *_family("G3", "012345678ABCDEF"),
        "N11",
        "J11",
        "J12",
        "J13",
        "T11",
        "T21",
        "T22",
        "T23",
        "D11",
        "D12",
        "X99",
        "K11",
        "K33",
        "M14",
        "M22",
    ],
)
def test_the_code_is_listed(code: str) -> None:
    assert code in vehicle_codes()


@pytest.mark.parametrize("row", CODES, ids=lambda row: row.code)
def test_a_row_uses_only_known_words(row: VehicleCode) -> None:
    meaning = row.meaning
    assert meaning.kinds <= KINDS
    assert meaning.sizes <= SIZES
    assert set(meaning.bodies) <= BODIES | {NONE}
    assert len(meaning.kinds) == 1
    assert bool(meaning.sizes) == bool(meaning.kinds & SIZED_KINDS)


@pytest.mark.parametrize("row", CODES, ids=lambda row: row.code)
def test_the_words_of_a_row_mean_what_its_code_means(row: VehicleCode) -> None:
    assert read_words(row.words) == row.meaning


@pytest.mark.parametrize("row", CODES, ids=lambda row: row.code)
def test_the_letter_alone_never_says_other_than_the_row(row: VehicleCode) -> None:
    assert row.meaning.kinds <= LETTERS[row.code[0]]


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("H15", "flat"),
        ("H45", "dump"),
        ("H46", "special_structure"),
        ("H47", "stake"),
        ("B15", "container"),
        ("B35", "dump"),
        ("B18", "stake"),
        ("B36", "stake"),
        ("G17", "stake"),
        ("G36", "stake"),
        ("H53", "tank"),
    ],
)
def test_the_same_last_digit_is_another_body_in_another_class(code: str, body: str) -> None:
    assert vehicle_codes()[code].meaning.bodies == (body,)


def test_a_combined_body_keeps_both_words_with_dump_first() -> None:
    assert vehicle_codes()["H1B"].meaning.bodies == ("dump", "van")


def test_an_unlisted_code_settles_the_kind_only() -> None:
    meaning = read_code("H2Z")
    assert meaning is not None
    assert meaning.kinds == {"goods", "low_speed"}
    assert not meaning.sizes
    assert not meaning.bodies
    assert meaning.notes == {"vehicle.code_not_listed"}


@pytest.mark.parametrize("text", ["", "A11", "H", "H1", "H111", "11H", "货车", "h22"])
def test_what_has_not_the_form_of_a_listed_code_is_none_or_a_letter(text: str) -> None:
    meaning = read_code(text)
    assert meaning is None or (text == "H" and "vehicle.code_not_listed" in meaning.notes)


def test_code_and_words_in_one_field_are_separated() -> None:
    assert split_code("H22-中型厢式货车") == ("H22", "中型厢式货车")
    assert split_code("H22(中型厢式货车)") == ("H22", "中型厢式货车")
    assert split_code("中型厢式货车") is None


def test_importing_reads_no_table_and_no_heavy_library() -> None:
    program = (
        "import sys, truckban.vehicles as v; from truckban.vehicles.codes import vehicle_codes as t;"
        "heavy = {'pandas', 'numpy', 'pydantic', 'shapely'} & set(sys.modules);"
        "sys.exit(bool(heavy) or t.cache_info().currsize != 0)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
