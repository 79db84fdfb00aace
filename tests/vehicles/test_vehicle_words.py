"""The words of a licence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truckban.vehicles.codes import vehicle_codes
from truckban.vehicles.terms import normalise
from truckban.vehicles.words import read_words


@pytest.mark.parametrize(
    ("words", "kind", "size", "bodies"),
    [
        ("重型栏板货车", "goods", "heavy", ("general",)),
        ("中型封闭式货车", "goods", "medium", ("closed",)),
        ("轻型多用途货车", "goods", "light", ("general",)),
        ("重型箱式货车", "goods", "heavy", ("van",)),
        ("重型集装箱车", "goods", "heavy", ("container",)),
        ("重型集装箱自卸货车", "goods", "heavy", ("dump", "container")),
        ("中型载货汽车", "goods", "medium", ()),
        ("重型特殊结构货车", "goods", "heavy", ("special_structure",)),
        ("重型罐式货车", "goods", "heavy", ("tank",)),
        ("新能源轻型货车", "goods", "light", ()),
        ("纯电动中型厢式货车", "goods", "medium", ("van",)),
        ("重型纯电动自卸货车", "goods", "heavy", ("dump",)),
        ("插电式混合动力轻型厢式货车", "goods", "light", ("van",)),
        ("货车", "goods", None, ()),
        ("载货汽车", "goods", None, ()),
        ("厢式货车", "goods", None, ("van",)),
        ("半挂牵引车", "tractor", None, ("none",)),
        ("牵引车", "tractor", None, ("none",)),
        ("挂车", "trailer", None, ()),
        ("重型中置轴车辆运输挂车", "trailer", "heavy", ("vehicle_carrier",)),
        ("重型低平板半挂车", "trailer", "heavy", ("flat",)),
        ("重型特殊用途全挂车", "trailer", "heavy", ("other",)),
        ("大型专项作业车", "special", "heavy", ("none",)),
        ("小型非载货专项作业车", "special", "light", ("none",)),
        ("专项作业车", "special", None, ("none",)),
        ("低速货车", "low_speed", None, ()),
        ("低速厢式货车", "low_speed", None, ("van",)),
        ("栏板低速货车", "low_speed", None, ("general",)),
        ("三轮汽车", "three_wheel", None, ()),
        ("拖拉机", "agricultural_tractor", None, ("none",)),
        ("轮式装载机械", "wheeled_machinery", None, ("none",)),
        ("校车", "passenger", None, ("none",)),
        ("小型轿车", "passenger", None, ("none",)),
        ("正三轮载货摩托车", "motorcycle", None, ("none",)),
        ("其它", "other", None, ()),
    ],
)
def test_licence_words_are_understood_without_a_note(
    words: str, kind: str, size: str | None, bodies: tuple[str, ...]
) -> None:
    meaning = read_words(words)
    assert meaning is not None
    assert meaning.kinds == {kind}
    assert meaning.sizes == ({size} if size else set())
    assert meaning.bodies == bodies
    assert not meaning.notes


@pytest.mark.parametrize(
    ("words", "kinds", "sizes"),
    [
        ("大货车", {"goods"}, {"heavy", "medium"}),
        ("大型货车", {"goods"}, {"heavy", "medium"}),
        ("大型厢式货车", {"goods"}, {"heavy", "medium"}),
        ("小型货车", {"goods"}, {"light", "micro"}),
        ("新能源大货车", {"goods"}, {"heavy", "medium"}),
        ("重卡", {"goods", "tractor"}, {"heavy"}),
        ("洒水车", {"goods", "special"}, set()),
        ("清障车", {"goods", "special"}, set()),
        ("渣土车", {"goods"}, set()),
    ],
)
def test_trade_names_are_read_broadly_with_a_note(words: str, kinds: set[str], sizes: set[str]) -> None:
    meaning = read_words(words)
    assert meaning is not None
    assert meaning.kinds == kinds
    assert meaning.sizes == sizes
    assert meaning.notes == {"vehicle.colloquial"}


@pytest.mark.parametrize("words", ["轻型厢式", "重型自卸", "重型厢式车", "厢式运输车", "集装箱车", "自卸车"])
def test_shortened_words_are_read_as_a_goods_vehicle_with_a_note(words: str) -> None:
    meaning = read_words(words)
    assert meaning is not None
    assert meaning.kinds == {"goods"}
    assert meaning.notes == {"vehicle.words_incomplete"}


@pytest.mark.parametrize(
    "words",
    [
        "",
        "车",
        "重型",
        "中型普通",
        "中型普通车",
        "厢式",
        "大型厢式",
        "大型汽车",
        "重型罐式客车",
        "重型中型货车",
        "重型重型货车",
        "重型厢式罐式货车",
        "重型厢式半挂牵引车",
        "厢式专项作业车",
        "重型三轮汽车",
        "重型低速货车",
        "重型自卸货车渣土",
        "货车重型",
        "未知",
        "truck",
        "新能源",
        "其他货车",
    ],
)
def test_what_is_not_wholly_understood_is_not_guessed(words: str) -> None:
    assert read_words(words) is None


@given(st.sampled_from([row.words for row in vehicle_codes().values()]), st.text(max_size=4))
def test_a_licence_word_with_something_unknown_behind_it_is_not_read_as_another_kind(words: str, rest: str) -> None:
    meaning, plain = read_words(normalise(words + rest)), read_words(words)
    if normalise(rest) == "":
        assert meaning == plain


def test_one_spelling_is_made_of_full_width_lower_case_and_spaces() -> None:
    assert normalise(" ｈ２２\u3000\u200b 中型 厢式货车\n") == "H22中型厢式货车"
