"""The class of a vehicle from its licence."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truckban.vehicles import Reading, classify, vehicle_codes
from truckban.vehicles.terms import BODIES, KINDS, NONE, SIZES

CLASSES = SIZES | {"low_speed", "three_wheel", "tractor", "trailer", "special", "not_truck", "unknown"}
ANY = (0.0, math.inf)

lengths = st.one_of(
    st.none(),
    st.sampled_from([3499, 3500, 3501, 5999, 6000, 6001, math.nextafter(6000, 0)]),
    st.integers(1000, 60_000),
)
masses = st.one_of(
    st.none(),
    st.sampled_from([1799, 1800, 1801, 4499, 4500, 11_999, 12_000, math.nextafter(12_000, 0)]),
    st.integers(200, 200_000),
)
types = st.one_of(
    st.none(),
    st.sampled_from(sorted(vehicle_codes())),
    st.sampled_from(
        ["货车", "大货车", "小货车", "洒水车", "重卡", "牵引车", "厢式货车", "H2Z", "??", "轻型厢式", "低速汽车"]
    ),
)


def _codes(warnings: tuple[tuple[str, object], ...]) -> set[str]:
    return {code for code, _ in warnings}


def _inside(inner: tuple[float, float], outer: tuple[float, float]) -> bool:
    return outer[0] <= inner[0] <= inner[1] <= outer[1]


@pytest.mark.parametrize(
    ("length", "mass", "size", "rule"),
    [
        (5000, 12000, "heavy", "ga802.gross_mass_heavy"),
        (5000, 11999, "medium", "ga802.mass_medium"),
        (5000, math.nextafter(12000, 0), "medium", "ga802.mass_medium"),
        (9000, 12000, "heavy", "ga802.gross_mass_heavy"),
        (None, 12000, "heavy", "ga802.gross_mass_heavy"),
        (None, 11999, "medium", "ga802.mass_medium"),
        (5000, 4500, "medium", "ga802.mass_medium"),
        (5000, 4499, "light", "ga802.light"),
        (5000, math.nextafter(4500, 0), "light", "ga802.light"),
        (None, 4500, "medium", "ga802.mass_medium"),
        (6000, 4499, "medium", "ga802.length_medium"),
        (5999, 4499, "light", "ga802.light"),
        (math.nextafter(6000, 0), 4499, "light", "ga802.light"),
        (6000, 300, "medium", "ga802.length_medium"),
        (3500, 1800, "micro", "ga802.micro"),
        (3501, 1800, "light", "ga802.light"),
        (3500, 1801, "light", "ga802.light"),
        (math.nextafter(3500, 9999), 1800, "light", "ga802.light"),
        (6500, None, "unknown", "undecided.gross_mass_missing"),
        (3000, None, "unknown", "undecided.gross_mass_missing"),
        (None, 3000, "unknown", "undecided.length_missing"),
        (None, 1800, "unknown", "undecided.length_missing"),
        (None, None, "unknown", "undecided.numbers_missing"),
    ],
)
def test_the_numbers_decide_by_ga_802(length: float | None, mass: float | None, size: str, rule: str) -> None:
    found = classify(vehicle_type="货车", length_mm=length, gross_mass_kg=mass)
    assert (found.vehicle_class, found.rule) == (size, rule)
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("length", "mass", "sizes"),
    [
        (6500, None, {"medium", "heavy"}),
        (5999, None, {"micro", "light", "medium", "heavy"} - {"micro"}),
        (3500, None, {"micro", "light", "medium", "heavy"}),
        (None, 7000, {"medium"}),
        (None, 3000, {"light", "medium"}),
        (None, 1800, {"micro", "light", "medium"}),
        (None, 1801, {"light", "medium"}),
        (None, None, {"micro", "light", "medium", "heavy"}),
    ],
)
def test_a_missing_number_leaves_the_sizes_that_are_possible(
    length: float | None, mass: float | None, sizes: set[str]
) -> None:
    (reading,) = classify(vehicle_type="货车", length_mm=length, gross_mass_kg=mass).readings
    assert reading.sizes == sizes


@pytest.mark.parametrize(
    ("words", "length", "mass"),
    [
        ("重型自卸货车", ANY, (12000.0, math.inf)),
        ("中型厢式货车", ANY, (0.0, math.nextafter(12000, 0))),
        ("轻型厢式货车", (0.0, math.nextafter(6000, 0)), (0.0, math.nextafter(4500, 0))),
        ("微型厢式货车", (0.0, 3500.0), (0.0, 1800.0)),
    ],
)
def test_words_alone_settle_the_class_and_narrow_the_numbers(
    words: str, length: tuple[float, float], mass: tuple[float, float]
) -> None:
    found = classify(vehicle_type=words)
    (reading,) = found.readings
    assert found.rule == "licence.words"
    assert {found.vehicle_class} == reading.sizes
    assert (reading.length_mm, reading.gross_mass_kg) == (length, mass)


def test_words_and_one_number_narrow_the_other_number() -> None:
    (short,) = classify(vehicle_type="中型货车", length_mm=5000).readings
    assert short.gross_mass_kg == (4500.0, math.nextafter(12000, 0))
    (little,) = classify(vehicle_type="中型货车", gross_mass_kg=4000).readings
    assert little.length_mm == (6000.0, math.inf)
    (tiny,) = classify(vehicle_type="轻型货车", length_mm=3000).readings
    assert tiny.gross_mass_kg == (math.nextafter(1800, 9999), math.nextafter(4500, 0))


@pytest.mark.parametrize("words", ["重型自卸货车", "重型厢式货车", "H17"])
def test_words_that_the_numbers_confirm_stay_one_reading(words: str) -> None:
    found = classify(vehicle_type=words, length_mm=8600, gross_mass_kg=25000)
    assert found.vehicle_class == "heavy"
    assert len(found.readings) == 1
    assert found.readings[0].length_mm == (8600.0, 8600.0)
    assert found.readings[0].gross_mass_kg == (25000.0, 25000.0)


def test_words_against_numbers_are_two_readings_words_first() -> None:
    found = classify(vehicle_type="中型厢式货车", length_mm=8600, gross_mass_kg=25000)
    assert found.vehicle_class == "unknown"
    assert found.body == "van"
    assert found.rule == "undecided.class_conflict"
    words, numbers = found.readings
    assert words == Reading(
        "words",
        frozenset({"goods"}),
        frozenset({"medium"}),
        frozenset({"van"}),
        (8600.0, 8600.0),
        (0.0, math.nextafter(12000, 0)),
    )
    assert numbers.source == "numbers"
    assert numbers.sizes == {"heavy"}
    assert numbers.bodies == {"van"}
    assert numbers.gross_mass_kg == (25000.0, 25000.0)
    ((code, text),) = found.warnings
    assert code == "vehicle.class_conflict"
    assert all(part in text.zh for part in ("中型", "重型", "8600", "25000"))
    assert all(part in text.en for part in ("medium", "heavy", "8600", "25000"))


def test_a_number_that_does_not_contradict_the_words_is_kept() -> None:
    words, _ = classify(vehicle_type="轻型货车", length_mm=5000, gross_mass_kg=6000).readings
    assert words.length_mm == (5000.0, 5000.0)
    assert words.gross_mass_kg == (0.0, math.nextafter(4500, 0))


def test_numbers_that_contradict_only_together_are_both_kept() -> None:
    found = classify(vehicle_type="中型厢式货车", length_mm=5995, gross_mass_kg=4495)
    words, numbers = found.readings
    assert words.sizes == {"medium"}
    assert numbers.sizes == {"light"}
    assert words.length_mm == numbers.length_mm == (5995.0, 5995.0)
    assert words.gross_mass_kg == numbers.gross_mass_kg == (4495.0, 4495.0)


@pytest.mark.parametrize(
    ("words", "length", "mass", "by_numbers"),
    [
        ("微型货车", 3501, 1800, {"light"}),
        ("轻型货车", 3500, 1800, {"micro"}),
        ("轻型货车", 6000, 4000, {"medium"}),
        ("轻型货车", None, 4500, {"medium"}),
        ("轻型货车", 6500, None, {"medium", "heavy"}),
        ("重型货车", 9000, 11999, {"medium"}),
        ("中型货车", None, 12000, {"heavy"}),
        ("大货车", 5000, 4000, {"light"}),
    ],
)
def test_every_size_is_compared_with_the_numbers(
    words: str, length: float | None, mass: float | None, by_numbers: set[str]
) -> None:
    found = classify(vehicle_type=words, length_mm=length, gross_mass_kg=mass)
    assert found.rule == "undecided.class_conflict"
    assert found.readings[1].sizes == by_numbers


def test_loose_words_are_settled_by_a_number() -> None:
    found = classify(vehicle_type="大货车", gross_mass_kg=8000)
    assert (found.vehicle_class, found.rule) == ("medium", "ga802.mass_medium")
    assert _codes(found.warnings) == {"vehicle.colloquial"}
    assert classify(vehicle_type="大货车").vehicle_class == "unknown"
    by_both = classify(vehicle_type="大货车", gross_mass_kg=4000)
    assert (by_both.vehicle_class, by_both.rule) == ("medium", "licence.words")


@pytest.mark.parametrize(
    ("vehicle_type", "vehicle_class", "body"),
    [
        ("h22", "medium", "van"),
        ("Ｈ４５", "micro", "dump"),
        ("H15", "heavy", "flat"),
        ("H22 中型厢式货车", "medium", "van"),
        ("H10", "heavy", "unknown"),
        ("H1B", "heavy", "dump"),
        ("重型 半挂 牵引车", "tractor", "none"),
        ("Q11", "tractor", "none"),
        ("重型平板半挂车", "trailer", "flat"),
        ("B10", "trailer", "unknown"),
        ("大型非载货专项作业车", "special", "none"),
        ("Z51", "special", "none"),
        ("H52", "low_speed", "van"),
        ("三轮汽车", "three_wheel", "unknown"),
        ("K33", "not_truck", "none"),
        ("正三轮载货摩托车", "not_truck", "none"),
        ("轮式装载机械", "not_truck", "none"),
        ("手扶变形运输机", "not_truck", "none"),
        ("新能源轻型货车", "light", "unknown"),
    ],
)
def test_a_licence_type_alone_gives_class_and_body_without_a_warning(
    vehicle_type: str, vehicle_class: str, body: str
) -> None:
    found = classify(vehicle_type=vehicle_type)
    assert (found.vehicle_class, found.body, found.warnings) == (vehicle_class, body, ())
    assert found.rule in {"ga24_4.code", "licence.words"}


def test_a_combined_body_stays_possible_in_both_ways() -> None:
    assert classify(vehicle_type="中型厢式自卸货车").readings[0].bodies == {"dump", "van"}


@pytest.mark.parametrize("vehicle_type", [None, "", "  \u3000\n", "\u200b"])
def test_no_vehicle_type_is_taken_for_a_goods_vehicle_and_said(vehicle_type: str | None) -> None:
    found = classify(vehicle_type=vehicle_type, length_mm=5000, gross_mass_kg=4000)
    assert (found.vehicle_class, found.body, found.rule) == ("light", "unknown", "ga802.light")
    assert _codes(found.warnings) == {"vehicle.assumed_goods"}
    (reading,) = found.readings
    assert reading.source == "numbers"
    assert reading.kinds == {"goods"}
    assert reading.bodies == BODIES


@pytest.mark.parametrize("vehicle_type", ["火箭", "中型普通", "H22 重型货车", "重型罐式客车", "-"])
def test_words_that_are_not_understood_leave_everything_open(vehicle_type: str) -> None:
    found = classify(vehicle_type=vehicle_type, length_mm=9000, gross_mass_kg=25000)
    assert (found.vehicle_class, found.body) == ("unknown", "unknown")
    assert found.rule == "undecided.words_not_recognised"
    assert _codes(found.warnings) == {"vehicle.words_not_recognised"}
    (reading,) = found.readings
    assert reading.kinds == KINDS
    assert reading.bodies == BODIES | {NONE}


def test_a_long_unknown_text_is_not_repeated_whole() -> None:
    ((_, text),) = classify(vehicle_type="甲" * 500).warnings
    assert len(text.zh) < 100


def test_other_is_not_taken_for_no_truck() -> None:
    found = classify(vehicle_type="X99", gross_mass_kg=25000)
    assert (found.vehicle_class, found.rule) == ("unknown", "undecided.type_other")
    assert found.readings[0].kinds == KINDS


def test_an_unlisted_code_of_a_clear_letter_settles_the_class() -> None:
    found = classify(vehicle_type="Q45")
    assert (found.vehicle_class, found.rule) == ("tractor", "ga24_4.letter")
    assert _codes(found.warnings) == {"vehicle.code_not_listed"}
    unclear = classify(vehicle_type="H2Z", gross_mass_kg=25000)
    assert (unclear.vehicle_class, unclear.rule) == ("unknown", "undecided.code_not_listed")


def test_a_trade_name_of_a_goods_or_special_vehicle_is_undecided() -> None:
    found = classify(vehicle_type="洒水车", length_mm=9000, gross_mass_kg=25000)
    assert (found.vehicle_class, found.rule) == ("unknown", "undecided.kind")
    assert found.readings[0].kinds == {"goods", "special"}


def test_a_tractor_stays_a_tractor_where_only_its_size_is_in_doubt() -> None:
    found = classify(vehicle_type="重型半挂牵引车", length_mm=6800, gross_mass_kg=8800)
    assert (found.vehicle_class, found.rule) == ("tractor", "licence.words")
    assert _codes(found.warnings) == {"vehicle.class_conflict"}
    assert [set(reading.sizes) for reading in found.readings] == [{"heavy"}, {"medium"}]


def test_a_tractor_without_a_size_has_it_from_its_numbers() -> None:
    (reading,) = classify(vehicle_type="半挂牵引车", gross_mass_kg=25000).readings
    assert reading.sizes == {"heavy"}


@pytest.mark.parametrize(
    ("words", "sizes"),
    [
        ("大型专项作业车", {"heavy"}),
        ("小型专项作业车", {"light"}),
        ("微型专项作业车", {"micro"}),
        ("专项作业车", set(SIZES)),
    ],
)
def test_special_vehicles_have_their_words_size_and_no_conflict(words: str, sizes: set[str]) -> None:
    found = classify(vehicle_type=words, length_mm=5000, gross_mass_kg=7000)
    assert found.vehicle_class == "special"
    assert found.readings[0].sizes == sizes
    assert found.warnings == ()


def test_low_speed_and_three_wheeled_are_words_only_but_odd_numbers_are_said() -> None:
    assert classify(vehicle_type="低速货车", length_mm=6000, gross_mass_kg=4500).warnings == ()
    assert classify(vehicle_type="三轮汽车", length_mm=4600, gross_mass_kg=2000).warnings == ()
    for words, length, mass in (("低速货车", 6001, None), ("低速货车", None, 25000), ("三轮汽车", 4000, 2001)):
        found = classify(vehicle_type=words, length_mm=length, gross_mass_kg=mass)
        assert found.vehicle_class in {"low_speed", "three_wheel"}
        assert _codes(found.warnings) == {"vehicle.numbers_unlikely"}


@given(st.text(), lengths, masses)
def test_no_text_makes_classify_fail(vehicle_type: str, length: float | None, mass: float | None) -> None:
    found = classify(vehicle_type=vehicle_type, length_mm=length, gross_mass_kg=mass)
    assert found.vehicle_class in CLASSES


@given(types, lengths, masses)
def test_an_answer_is_whole(vehicle_type: str | None, length: float | None, mass: float | None) -> None:
    found = classify(vehicle_type=vehicle_type, length_mm=length, gross_mass_kg=mass)
    assert found.vehicle_class in CLASSES
    assert found.rule.startswith("undecided.") == (found.vehicle_class == "unknown")
    assert len(found.readings) == (2 if "vehicle.class_conflict" in _codes(found.warnings) else 1)
    for reading in found.readings:
        assert reading.kinds
        assert reading.sizes <= SIZES | {NONE}
        assert reading.sizes
        assert reading.bodies <= BODIES | {NONE}
        assert found.body in reading.bodies | {"unknown"}
        assert reading.length_mm[0] <= reading.length_mm[1]
        assert reading.gross_mass_kg[0] <= reading.gross_mass_kg[1]
    if found.vehicle_class in SIZES:
        assert found.readings[0].sizes == {found.vehicle_class}
        assert found.readings[0].kinds == {"goods"}
    for _, text in found.warnings:
        assert text.zh
        assert "{" not in text.en


@given(types, lengths, masses)
def test_more_knowledge_without_a_conflict_only_narrows(
    vehicle_type: str | None, length: float | None, mass: float | None
) -> None:
    more = classify(vehicle_type=vehicle_type, length_mm=length, gross_mass_kg=mass)
    if len(more.readings) > 1:
        return
    (inner,) = more.readings
    for keep_length, keep_mass in itertools.product((True, False), repeat=2):
        less = classify(
            vehicle_type=vehicle_type,
            length_mm=length if keep_length else None,
            gross_mass_kg=mass if keep_mass else None,
        )
        (outer,) = less.readings
        assert inner.kinds <= outer.kinds
        assert inner.sizes <= outer.sizes
        assert inner.bodies <= outer.bodies
        assert _inside(inner.length_mm, outer.length_mm)
        assert _inside(inner.gross_mass_kg, outer.gross_mass_kg)


@given(st.integers(1000, 60_000), st.integers(200, 200_000))
def test_two_known_numbers_always_give_exactly_one_size(length: int, mass: int) -> None:
    found = classify(vehicle_type="货车", length_mm=length, gross_mass_kg=mass)
    heavy = mass >= 12_000
    medium = not heavy and (length >= 6000 or mass >= 4500)
    micro = length <= 3500 and mass <= 1800
    wanted = "heavy" if heavy else "medium" if medium else "micro" if micro else "light"
    assert found.vehicle_class == wanted
    assert found.readings[0].sizes == {wanted}


@given(types, lengths, masses)
def test_the_same_facts_give_the_same_answer(
    vehicle_type: str | None, length: float | None, mass: float | None
) -> None:
    first = classify(vehicle_type=vehicle_type, length_mm=length, gross_mass_kg=mass)
    assert first == classify(vehicle_type=vehicle_type, length_mm=length, gross_mass_kg=mass)
