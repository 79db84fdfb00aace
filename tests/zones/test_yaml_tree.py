import pytest

from zones.errors import InputError
from zones.text import Text
from zones.yaml_tree import read_tree

_BEGINS = Text("以 zone 开头", "it begins with zone")


def test_two_escapes_of_json_are_one_character() -> None:
    assert dict(read_tree("f", rb'{"\ud83d\ude9b": "a\ud83d\ude9b", "b": "\u8f66"}', _BEGINS)) == {
        "🚛": "a🚛",
        "b": "车",
    }


@pytest.mark.parametrize(
    ("written", "named"),
    [
        (r"\ud800", "U+D800"),
        (r"\udc00", "U+DC00"),
        (r"\ude9b\ud83d", "U+DE9B"),
        (r"\U0000D800", "U+D800"),
        (r"\0", "U+0000"),
        (r"\u0000", "U+0000"),
        (r"\x00", "U+0000"),
        (r"\U00110000", "U+110000"),
        (r"\UFFFFFFFF", "U+FFFFFFFF"),
    ],
)
@pytest.mark.parametrize("place", ['"{}": 1', 'a: "x{}y"', 'a: [1, {{b: "{}"}}]'])
def test_an_escape_of_what_no_text_can_hold_is_refused_with_its_line(written: str, named: str, place: str) -> None:
    text = "first: 1\n" + place.format(written)
    with pytest.raises(InputError) as caught:
        read_tree("f", text.encode(), _BEGINS)
    assert (caught.value.line, named in caught.value.text.zh) == (2, True)


def test_the_highest_character_there_is_can_be_written() -> None:
    assert read_tree("f", rb'a: "\U0010FFFF"', _BEGINS)["a"] == "\U0010ffff"
