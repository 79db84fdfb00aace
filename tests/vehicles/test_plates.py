"""Number plates; every number here is made up."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truckban.vehicles import Plate, plate_digit, read_plate
from truckban.vehicles.plate_colors import COLOR_CODES, COLOR_WORDS, read_color
from truckban.vehicles.plates import PROVINCES
from zones.errors import InputError


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        ("晋M12345", "晋M12345", "ordinary"),
        ("晋M·12345", "晋M12345", "ordinary"),
        (" 晋ｍ • 1a3b5 ", "晋M1A3B5", "ordinary"),
        ("晋m-12345", "晋M12345", "ordinary"),
        ("晋O12345", "晋O12345", "ordinary"),
        ("晋MD12345", "晋MD12345", "new_energy"),
        ("晋MFA1234", "晋MFA1234", "new_energy"),
        ("晋M12345D", "晋M12345D", "new_energy"),
        ("晋M12345K", "晋M12345K", "new_energy"),
        ("晋M1234挂", "晋M1234挂", "trailer"),
        ("晋M1234学", "晋M1234学", "trainer"),
        ("晋M1234警", "晋M1234警", "police"),
        ("晋OA123警", "晋OA123警", "police"),
        ("粤Z1234港", "粤Z1234港", "hong_kong"),
        ("粤ZA123澳", "粤ZA123澳", "macao"),
        ("晋X·1234应急", "晋X1234应急", "emergency"),
        ("沪A1234领", "沪A1234领", "consulate"),
        ("使123456", "使123456", "embassy"),
        ("123456使", "123456使", "embassy"),
        ("晋M1234试", "晋M1234试", "test"),
        ("晋M1234超", "晋M1234超", "oversize"),
        ("晋M12345临", "晋M12345临", "temporary"),
        ("晋0812345", "晋0812345", "farm"),
        ("WJ晋1234X", "WJ晋1234X", "military"),
        ("WJ·12345", "WJ12345", "military"),
        ("VA12345", "VA12345", "military"),
    ],
)
def test_a_plate_is_recognised_in_any_spelling(text: str, number: str, kind: str) -> None:
    plate = read_plate(text)
    assert (plate.number, plate.kind) == (number, kind)
    assert plate.prefix == number[:2]
    assert plate.new_energy == (kind == "new_energy")
    assert plate.color is None
    assert plate.color_code is None


@pytest.mark.parametrize("letter", list("ABCDEFGHJK"))
def test_new_energy_letters_stand_in_front_on_small_and_behind_on_large_plates(letter: str) -> None:
    assert read_plate(f"晋M{letter}12345", "渐变绿").new_energy
    assert read_plate(f"晋M12345{letter}", "黄绿").new_energy


@pytest.mark.parametrize("letter", list("LMNPQRSTUVWXYZ"))
def test_no_other_letter_makes_a_new_energy_plate(letter: str) -> None:
    for text in (f"晋M{letter}12345", f"晋M12345{letter}"):
        with pytest.raises(InputError):
            read_plate(text)


def test_an_old_office_letter_is_taken_with_a_warning() -> None:
    assert [code for code, _ in read_plate("晋O12345").warnings] == ["plate.office_letter_o"]
    assert read_plate("晋O1234警").warnings == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        (" ·", "empty"),
        ("13800000000", "phone number"),
        ("+86 138 0000 0000", "phone number"),
        ("12345", "province is missing"),
        ("M12345", "does not start with a province"),
        ("台M12345", "does not start with a province"),
        ("晋", "issuing office"),
        ("晋112345", "issuing office"),
        ("晋I12345", "issuing office"),
        ("晋M1234I", "letter I or O"),
        ("晋M1234O", "letter I or O"),
        ("晋M123O挂", "letter I or O"),
        ("晋M1234", "has 6 characters"),
        ("晋M1234567", "has 9 characters"),
        ("晋M12345挂", "fits no pattern"),
        ("晋M123456", "fits no pattern"),
        ("晋MABCDE", "fits no pattern"),
        ("晋M1234港", "fits no pattern"),
        ("晋M12?45", "a character that no serial number has"),
        ("晋M12车45", "a character that no serial number has"),
        ("晋M١٢٣٤٥", "a character that no serial number has"),
    ],
)
def test_an_impossible_plate_is_refused_with_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        read_plate(text)
    assert error.value.field == "plate"


@pytest.mark.parametrize("text", [None, 12345, ["晋M12345"]])
def test_what_is_no_text_is_refused(text: object) -> None:
    with pytest.raises(InputError, match="must be text"):
        read_plate(text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("晋M12345", "green"),
        ("晋M12345", "渐变绿"),
        ("晋M12345", "white"),
        ("晋MD12345", "blue"),
        ("晋MD12345", "黄绿"),
        ("晋M12345D", "渐变绿"),
        ("晋M12345D", 2),
        ("晋M1234挂", "蓝"),
        ("晋M1234警", "蓝"),
        ("晋X1234应急", "黄"),
        ("VA12345", "蓝"),
    ],
)
def test_a_colour_that_the_pattern_never_has_is_refused(text: str, color: str | int) -> None:
    with pytest.raises(InputError, match="never") as error:
        read_plate(text, color)
    assert error.value.field == "plate_color"
    assert text[2:] not in str(error.value)


@pytest.mark.parametrize(
    ("text", "color", "name", "code"),
    [
        ("晋M12345", "黄色", "yellow", 2),
        ("晋M12345", 1, "blue", 1),
        ("晋M12345", "1", "blue", 1),
        ("晋M12345", 2.0, "yellow", 2),
        ("晋M12345", "蓝牌", "blue", 1),
        ("晋M12345", " Yellow ", "yellow", 2),
        ("晋M12345", "黑", "black", 3),
        ("晋M12345", 9, "other", 9),
        ("晋M1234警", "白底", "white", 4),
        ("晋MD12345", "渐变绿色", "gradient_green", 94),
        ("晋MD12345", "绿", "green", 5),
        ("晋M12345D", "黄绿双拼色", "yellow_green", 93),
        ("晋M12345D", "yellow-green", "yellow_green", 93),
        ("晋M12345D", 93, "yellow_green", 93),
        ("晋M12345", "", None, None),
        ("晋M12345", None, None, None),
    ],
)
def test_a_colour_is_read_as_a_word_or_a_number(
    text: str, color: str | float | None, name: str | None, code: int | None
) -> None:
    plate = read_plate(text, color)
    assert (plate.color, plate.color_code) == (name, code)


@pytest.mark.parametrize("name", sorted(COLOR_CODES))
def test_a_colours_name_word_and_number_mean_the_same(name: str) -> None:
    assert read_color(name) == read_color(COLOR_WORDS[name]) == read_color(COLOR_CODES[name]) == name
    assert read_color(str(COLOR_CODES[name])) == name


@pytest.mark.parametrize("color", [0, "0", 7, 95, 1.5, True, "粉", "红色", float("nan"), "９９９９９９９９９９９９"])
def test_a_colour_that_no_plate_has_is_refused(color: str | float) -> None:
    with pytest.raises(InputError) as error:
        read_color(color)
    assert error.value.field == "plate_color"


@pytest.mark.parametrize(
    ("text", "last_digit", "zero", "five"),
    [
        ("晋M12345", 5, 5, 5),
        ("晋M1234A", 4, 0, 5),
        ("晋M12345D", 5, 0, 5),
        ("晋MD12345", 5, 5, 5),
        ("晋M1A23挂", 3, 3, 3),
        ("晋M12AB挂", 2, 0, 5),
        ("晋X1234应急", 4, 4, 4),
        ("晋MABCD警", None, None, None),
        ("123456使", 6, 6, 6),
    ],
)
def test_the_tail_digit_follows_what_the_notice_says_of_letters(
    text: str, last_digit: int | None, zero: int | None, five: int | None
) -> None:
    plate = read_plate(text)
    assert plate_digit(plate, letters_as="last_digit") == last_digit
    assert plate_digit(plate, letters_as="0") == zero
    assert plate_digit(plate, letters_as=0) == zero
    assert plate_digit(plate, letters_as=5) == five


@pytest.mark.parametrize("letters_as", ["", "x", "10", 10, -1, True, 5.0])
def test_a_rule_for_letters_that_is_none_is_refused(letters_as: str | int) -> None:
    with pytest.raises(InputError) as error:
        plate_digit(read_plate("晋M12345"), letters_as=letters_as)
    assert error.value.field == "letters_as"


def _read_or_refuse(text: str) -> Plate | InputError:
    try:
        return read_plate(text)
    except InputError as error:
        return error


@given(st.text())
def test_any_text_is_a_plate_or_an_input_error(text: str) -> None:
    read = _read_or_refuse(text)
    if isinstance(read, Plate):
        assert read_plate(read.number) == read
    else:
        assert read.text.zh
        assert read.text.en


@given(st.sampled_from(PROVINCES), st.text(string.ascii_letters + string.digits + "挂警学港·?-", max_size=9))
def test_a_message_shows_at_most_two_characters_of_the_plate(province: str, rest: str) -> None:
    text = province + rest
    read = _read_or_refuse(text)
    bare = text.upper().replace("·", "").replace("-", "")
    if isinstance(read, InputError) and len(bare) > 3:
        assert not any(bare[:3] in sentence for sentence in read.text)
