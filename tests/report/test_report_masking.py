import pytest
from hypothesis import given
from hypothesis import strategies as st

from truckban.report.masking import Masker, masked


def test_a_plate_keeps_two_characters_at_each_end() -> None:
    assert masked("晋M12345") == "晋M***45"
    assert masked("晋MD12345") == "晋M***45"


@pytest.mark.parametrize(
    "name", ["晋M12345", "晋M·12345", "晋m 12345", "车队 晋M-12345 号", "M12345", "truck_M12345", "晋Ｍ１２３４５"]
)
def test_an_id_that_gives_a_known_plate_away_is_masked(name: str) -> None:
    found = Masker(["晋M12345"]).name(name)
    assert "12345" not in found
    assert "１２３４５" not in found


@pytest.mark.parametrize("name", ["T0001", "12345", "device-99", "晋城车队3"])
def test_an_id_that_is_no_plate_stays_as_it_is(name: str) -> None:
    assert Masker(["晋M12345", None]).name(name) == name


@pytest.mark.parametrize("text", ["晋M99999.csv", "见 京A·88888 的轨迹", "粤BD12345", "晋M1234挂", "WJ晋1234A"])
def test_what_looks_like_a_plate_is_masked_in_any_text(text: str) -> None:
    found = Masker([]).text(text)
    assert "***" in found


@given(
    st.text(alphabet="ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", min_size=5, max_size=6), st.sampled_from(["", "·", " ", "-"])
)
def test_no_plate_survives_however_it_is_written(serial: str, between: str) -> None:
    plate = f"晋M{between}{serial}"
    assert serial not in Masker([]).text(f"a {plate} b")
    assert serial not in Masker([f"晋M{serial}"]).name(plate)
