"""The table of art. 3: exact to the kilogram on either side, unknown facts as ranges, faults of the file with their line."""

from importlib.resources import files
from itertools import product
from pathlib import Path

import pytest

from enterprises.errors import EnterpriseError
from enterprises.loading.limit_file import builtin_limits, parse_limits, read_limits
from enterprises.loading.limits import Case, exception_of, kind_of_vehicle, limit_of
from tests.enterprises.loads_given import checked

LIMITS = builtin_limits()
TEXT = files("enterprises").joinpath("data/limits.yaml").read_text("utf-8")
FIGURES = [
    (2, "truck", None, 18_000),
    (3, "truck", None, 25_000),
    (3, "train", None, 27_000),
    (4, "truck", None, 31_000),
    (4, "train", None, 36_000),
    (5, "train", None, 43_000),
    (6, "train", 2, 49_000),
    (6, "train", 1, 46_000),
    (7, "train", 2, 49_000),
    (9, "train", 1, 46_000),
]
WORDS = {"truck": "重型自卸货车", "train": "汽车列车"}


@pytest.mark.parametrize(("axles", "kind", "drive", "kg"), FIGURES)
@pytest.mark.parametrize("unit", ["kg", "t"])
def test_the_number_itself_is_within_and_one_kilogram_more_is_over(
    tmp_path: Path, axles: int, kind: str, drive: int | None, kg: int, unit: str
) -> None:
    def text(mass: int) -> str:
        return str(mass) if unit == "kg" else f"{mass / 1000:.3f}"

    rows = [
        f"2024-05-08 10:0{n}:00,晋M1000{n},{text(mass)},{axles},{WORDS[kind]},{drive or ''},0"
        for n, mass in enumerate((kg - 1, kg, kg + 1))
    ]
    found = checked(tmp_path, f"时间,车牌号,毛重({unit}),轴数,车型,驱动轴数,单轮胎轴数", rows)
    assert found.judged.verdict.tolist() == [0, 0, 1]
    assert found.judged.low.tolist() == found.judged.high.tolist() == [kg * 1000] * 3
    assert found.judged.over_low.tolist() == [0, 0, 1000]
    assert {found.judged.ranges[place].article[:3] for place in found.judged.range_of} == {"第三条"}


def test_a_gram_more_is_more(tmp_path: Path) -> None:
    rows = ["2024-05-08 10:00:00,晋M10000,18.000001,2", "2024-05-08 10:00:00,晋M10001,18.0000001,2"]
    assert checked(tmp_path, "时间,车牌号,毛重(t),轴数", rows).judged.verdict.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("case", "low", "high", "missing"),
    [
        (Case(2), 18_000, 18_000, ()),
        (Case(3, None, None, 0), 25_000, 27_000, ("kind",)),
        (Case(3, "truck"), 19_000, 25_000, ("single_axles",)),
        (Case(6, None, None, 0), 46_000, 49_000, ("drive_axles",)),
        (Case(6, None, 2), 37_000, 49_000, ("single_axles",)),
        (Case(6, None, 2, 3), 40_000, 40_000, ()),
        (Case(6, None, 1, 3), 37_000, 37_000, ()),
        (Case(5, None, None, 3), 34_000, 34_000, ()),
        (Case(), 18_000, 49_000, ("axles", "kind", "drive_axles", "single_axles")),
        (Case(5, "truck"), None, None, ()),
        (Case(2, "truck", None, 1), 18_000, 18_000, ()),
    ],
)  # fmt: skip
def test_what_is_unknown_gives_a_range_and_is_named(
    case: Case, low: int | None, high: int | None, missing: tuple[str, ...]
) -> None:
    found = limit_of(LIMITS, case)
    assert (found.low_kg, found.high_kg, found.missing) == (low, high, missing)


def test_knowing_more_never_widens_the_range() -> None:
    axles, kinds, drives, singles = (None, 2, 3, 4, 6, 7), (None, "truck", "train"), (None, 1, 2), (None, 0, 1)
    for case in (Case(*parts) for parts in product(axles, kinds, drives, singles)):
        known = limit_of(LIMITS, case)
        for place, value in enumerate(case[:4]):
            wider = limit_of(LIMITS, case._replace(**{case._fields[place]: None}))
            if value is None or known.low_kg is None or wider.low_kg is None or case.axles == 7:
                continue
            assert known.high_kg is not None
            assert wider.high_kg is not None
            assert wider.low_kg <= known.low_kg <= known.high_kg <= wider.high_kg, case


def test_more_single_tyres_than_the_rule_can_count_are_not_used() -> None:
    assert limit_of(LIMITS, Case(3, "train", None, 2)).missing == ("single_axles",)


def test_exceptions_are_known_by_words_and_judged_by_what_they_say(tmp_path: Path) -> None:
    header = "时间,车牌号,毛重(kg),轴数,车型,驱动轴数,单轮胎轴数,行驶证总质量(kg)"
    rows = [
        "2024-05-08 10:00:00,晋M10001,4500,2,低速货车,1,0,4490",
        "2024-05-08 10:00:00,晋M10002,4490,2,低速货车,1,0,4490",
        "2024-05-08 10:00:00,晋M10003,4490,2,低速货车,1,0,",
        "2024-05-08 10:00:00,晋M10004,18001,2,重型冷藏车,1,0,",
        "2024-05-08 10:00:00,晋M10005,18000,2,重型冷藏车,1,0,",
    ]
    judged = checked(tmp_path, header, rows).judged
    assert judged.verdict.tolist() == [1, 0, 2, 2, 0]
    assert [judged.missing(row) for row in (2, 3)] == [("licence",), ("gb1589",)]


def test_words_of_a_type_say_truck_train_or_neither() -> None:
    assert [kind_of_vehicle(LIMITS, text) for text in ("重型半挂牵引车", "重型自卸货车", "TRAIN", "轿车")] == [
        "train", "truck", "train", None,
    ]  # fmt: skip
    assert exception_of(LIMITS, "重型自卸货车") is None


def test_every_fact_says_how_far_it_can_be_trusted() -> None:
    assert LIMITS.includes_limit is False
    assert {counter.article_known_from for counter in LIMITS.counters.values()} == {"unverified"}
    assert {special.known_from for special in LIMITS.exceptions} == {"reprint"}
    assert {counter.who: counter.more_than for counter in LIMITS.counters.values()} == {"vehicle": 3, "carrier": 10}
    assert all(counter.reason.zh and counter.reason.en for counter in LIMITS.counters.values())


@pytest.mark.parametrize(
    ("old", "new", "field", "sentence"),
    [
        ("kg: 25000", "kg: heavy", "total_mass.rows[1].kg", "a whole number"),
        ("kg: 25000", "kg: -1", "total_mass.rows[1].kg", "a whole number"),
        ("axles: 4, kind: truck", "axles: 4, kind: lorry", "total_mass.rows[3].kind", "one of: truck, train"),
        ("axles: 4, kind: truck", "axles: 4, kind: train", "total_mass.rows[4].axles", "a train of 4 axles"),
        ("less_kg: 3000", "les_kg: 3000", "single_tyres.les_kg", "an unknown key"),
        ("includes_limit: false", "includes_limit: perhaps", "includes_limit", "true or false"),
        ("    more_than: 3\n", "", "counters[0].more_than", "this is missing"),
        ("year: rolling", "year: lunar", "counters[0].year", "one of: rolling"),
        ("effect: licence", "effect: none", "exceptions[0].effect", "one of: licence"),
        ("  axles: [2, 16]", "  axles: [16, 2]", "plausible.axles", "two whole numbers"),
        ("kg_without_unit: [3000,", "kg_without_unit: [100,", "plausible.kg_without_unit", "must begin after"),
        ("id: cn-road-limits-1", "id: [", None, "this is not YAML"),
    ],
)  # fmt: skip
def test_a_broken_file_of_limits_is_refused_with_its_line(old: str, new: str, field: str | None, sentence: str) -> None:
    assert old in TEXT
    broken = TEXT.replace(old, new, 1)
    with pytest.raises(EnterpriseError) as caught:
        parse_limits(broken.encode(), file="l.yaml")
    error = caught.value
    assert error.field == field
    assert error.text.en.startswith(sentence)
    assert error.line is not None
    if field is not None and "unknown" in sentence:
        assert "les_kg" in broken.split("\n")[error.line - 1]
    elif new and field is not None and "a train" not in sentence:
        assert new.strip().split("\n")[0] in broken.split("\n")[error.line - 1]


def test_a_file_of_limits_that_is_not_there_or_not_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(EnterpriseError, match="no such file"):
        read_limits(tmp_path / "none.yaml")
    with pytest.raises(EnterpriseError, match="this is not UTF-8"):
        parse_limits(b"id: \xff", file="l")
    with pytest.raises(EnterpriseError, match="no mapping"):
        parse_limits(b"- 1", file="l")
