"""Which passwords are too easy."""

import pytest

from api.accounts.passwords import LEAST, MOST, fits, keep, one_time, weakness


@pytest.mark.parametrize(
    "password",
    [
        "elevenchars",
        "password1234",
        "Password2024",
        "P@ssw0rd1234",
        "123456789012",
        "abcdefghijkl",
        "qwertyuiop[]",
        "1qaz2wsx3edc4rfv",
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "passwordpassword",
        "adminadminadmin1",
        "truckban123456",
        "wang.officer.wang",
        "zhongguo123456",
        "x" * (MOST + 1),
        "",
    ],
)
def test_common_short_repeated_and_consecutive_passwords_are_refused(password: str) -> None:
    assert weakness(password, login="wang.officer") is not None


@pytest.mark.parametrize(
    "password",
    [
        "siebzehn graue reiher",
        "xkT9q-2mZp7Lr",
        "十七只灰鹤飞过黄河边上",
        "correct horse battery staple",
        "blue.truck.over.7.rivers",
    ],
)
def test_long_ones_of_any_composition_are_taken(password: str) -> None:
    assert (weakness(password, login="wang.officer") is None) == (len(password) >= LEAST)


def test_a_one_time_password_is_never_too_easy() -> None:
    made = {one_time() for _ in range(500)}
    assert len(made) == 500
    assert {len(each) for each in made} == {23}
    assert {weakness(each, login="nobody") for each in made} == {None}


@pytest.mark.usefixtures("dear_passwords")
def test_what_is_kept_fits_however_a_keyboard_spells_it() -> None:
    kept = keep("Ca\u0301ndido lobo negro")
    assert fits(kept, "C\u00e1ndido lobo negro")
    assert not fits(kept, "Candido lobo negro")
    assert not fits(None, "")
    assert not fits("not a hash", "")
