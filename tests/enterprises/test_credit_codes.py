"""Unified social credit codes by GB 32100-2015; every code here is made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprises.codes import check_character, code_in, read_code
from enterprises.errors import EnterpriseError

CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BODY = "91000000MA00000000"[:17]
CODE = BODY + check_character(BODY)


def test_the_check_character_is_that_of_the_standards_formula() -> None:
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    total = sum(CHARACTERS.index(character) * weight for character, weight in zip(BODY, weights, strict=True))
    assert CHARACTERS.index(CODE[-1]) == (31 - total % 31) % 31


def test_a_code_is_read_in_any_width_case_and_spacing() -> None:
    assert read_code(f" {CODE[:8].lower()}-{CODE[8:]} ") == CODE
    assert read_code("".join(chr(ord(character) + 0xFEE0) for character in CODE)) == CODE


@given(st.text(CHARACTERS, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(CHARACTERS))
def test_one_wrong_character_is_always_noticed(body: str, place: int, other: str) -> None:
    code = body + check_character(body)
    if other == code[place]:
        return
    with pytest.raises(EnterpriseError):
        read_code(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize(
    ("code", "said"), [("123", "18"), (CODE + "0", "18"), ("I" + CODE[1:], "has no I"), (CODE[:-1] + "9", "check")]
)
def test_a_bad_code_is_refused_with_the_reason(code: str, said: str) -> None:
    if code == CODE:
        code = CODE[:-1] + "8"
    with pytest.raises(EnterpriseError, match=said):
        read_code(code)


def test_a_code_within_a_text_is_found_only_if_it_is_right() -> None:
    assert code_in(f"示意厂{CODE}盖章") == (CODE, "示意厂盖章")
    wrong = CODE[:-1] + ("1" if CODE[-1] != "1" else "2")
    assert code_in(f"示意厂{wrong}") == (None, f"示意厂{wrong}")
