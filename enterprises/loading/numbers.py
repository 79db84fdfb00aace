"""Masses and counts from text: tonnes or kilograms by what says so, else only where the other cannot be meant.

A mass is a whole number of grams, so that 49.000 t and 49 000 kg are one number and 49.001 t is more.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from enterprises.errors import Text
from enterprises.loading.columns import UNITS, Unit
from enterprises.loading.limits import Plausible

_Ints = npt.NDArray[np.int64]
_Rows = npt.NDArray[np.bool_]
GRAMS = {"kg": 1_000.0, "t": 1_000_000.0}
ABSENT = -1
MOST_AXLES = 60
_PLAIN = r"^[0-9]{1,9}(\.[0-9]{1,9})?$"
_UNITS = "|".join(sorted(UNITS, key=len, reverse=True))
_NUMBER = re.compile(rf"([0-9]{{1,3}}(?:,[0-9]{{3}})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)\s*({_UNITS})?")
_COUNT = re.compile(r"([0-9]{1,3})(?:\.0+)?\s*(?:轴|根|个|axles?)?")
_CHINESE = {word: number for number, word in enumerate("零一二三四五六七八九十")} | {"两": 2, "单": 1}
_NONE = {"", "-", "--", "/", "无", "未知", "不详", "null", "none", "nan", "n/a", "unknown"}

NOT_A_NUMBER, AMBIGUOUS, IMPLAUSIBLE = 1, 2, 3
SAID_CELL, SAID_COLUMN, SAID_HEADER, PLAUSIBLE = 1, 2, 3, 4
UNIT_FROM = {0: "", SAID_CELL: "cell", SAID_COLUMN: "column", SAID_HEADER: "header", PLAUSIBLE: "plausible"}


@dataclass(slots=True)
class Masses:
    """One column of masses.

    Attributes:
        grams: shape (rows,), `ABSENT` where there is none or it cannot be used.
        fault: 0, or why it cannot be used.
        unit_from: what said the unit: the cell, a column of units, the header, or only plausibility.
        tonnes: whether it was read as tonnes.
    """

    grams: _Ints
    fault: npt.NDArray[np.int8]
    unit_from: npt.NDArray[np.int8]
    tonnes: _Rows


def read_masses(
    column: Any,  # noqa: ANN401
    *,
    header_unit: Unit | None,
    units: Any | None,  # noqa: ANN401
    plausible: Plausible,
    gross: bool,
) -> Masses:
    """Read a column of masses.

    The unit is what the cell says, else a column of units, else the header. Without any of them a number is tonnes or kilograms where
    it lies in the one's range of `plausible` and not in the other's; between the two it is ambiguous.

    Args:
        column: text, shape (rows,).
        header_unit: the unit in the column's name.
        units: a column that says each row's unit.
        plausible: the ranges.
        gross: whether these are gross masses, or others (payload, tare, ...).
    """
    values, cell_units, fault = _values(column)
    rows = len(values)
    unit_from = np.zeros(rows, np.int8)
    factor = np.zeros(rows)
    _say(factor, unit_from, cell_units, SAID_CELL)
    if units is not None:
        _say(factor, unit_from, _unit_words(units), SAID_COLUMN)
    if header_unit is not None:
        _say(factor, unit_from, np.full(rows, GRAMS[header_unit]), SAID_HEADER)
    with np.errstate(invalid="ignore"):
        free = (factor == 0) & ~np.isnan(values)
        for unit, ends in (("t", plausible.tonnes_without_unit), ("kg", plausible.kg_without_unit)):
            fits = free & (values >= ends[0]) & (values <= ends[1])
            factor[fits] = GRAMS[unit]
        unit_from[free & (factor > 0)] = PLAUSIBLE
        fault[free & (factor == 0)] = AMBIGUOUS
        grams = np.rint(values * factor)
        least, most = plausible.gross_kg if gross else plausible.other_kg
        fault[(factor > 0) & ((grams < least * 1_000) | (grams > most * 1_000))] = IMPLAUSIBLE
    unusable = np.isnan(values) | (fault != 0)
    whole = np.where(unusable, ABSENT, np.nan_to_num(grams)).astype(np.int64)
    unit_from[unusable] = 0
    return Masses(whole, fault, unit_from, factor == GRAMS["t"])


def _say(factor: npt.NDArray[np.float64], unit_from: Any, said: npt.NDArray[np.float64], who: int) -> None:  # noqa: ANN401
    new = (factor == 0) & (said > 0)
    factor[new] = said[new]
    unit_from[new] = who


def _values(column: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int8]]:  # noqa: ANN401
    """Return numbers (NaN where there is none), the grams of the unit in the cell or 0, and faults."""
    plain = pc.match_substring_regex(column, _PLAIN)
    numbers = pc.if_else(plain, column, None).cast(pa.float64())
    values = np.asarray(numbers.to_numpy(zero_copy_only=False), np.float64).copy()
    cell_units = np.zeros(len(values))
    fault = np.zeros(len(values), np.int8)
    others = np.flatnonzero(~np.asarray(plain))
    if len(others):
        known: dict[str, tuple[float, float, int]] = {}
        for row, text in zip(others, column.take(pa.array(others)).to_pylist(), strict=True):
            if text not in known:
                known[text] = _one_mass(text)
            values[row], cell_units[row], fault[row] = known[text]
    return values, cell_units, fault


def _one_mass(text: str) -> tuple[float, float, int]:
    cleaned = unicodedata.normalize("NFKC", text).strip().casefold()
    if cleaned in _NONE:
        return np.nan, 0.0, 0
    found = _NUMBER.fullmatch(cleaned)
    if not found:
        return np.nan, 0.0, NOT_A_NUMBER
    return float(found[1].replace(",", "")), GRAMS[UNITS[found[2]]] if found[2] else 0.0, 0


def _unit_words(units: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401
    coded = units.dictionary_encode()
    words = [unicodedata.normalize("NFKC", word).strip().casefold() for word in coded.dictionary.to_pylist()]
    grams = np.array([GRAMS[UNITS[word]] if word in UNITS else 0.0 for word in words] or [0.0])
    return np.asarray(grams[coded.indices.to_numpy()], np.float64)


def read_counts(column: Any) -> tuple[_Ints, _Rows]:  # noqa: ANN401
    """Return whole numbers (6, 6轴, 六轴), `ABSENT` where there is none, and which cells are none though not empty."""
    coded = column.dictionary_encode()
    found = [_one_count(word) for word in coded.dictionary.to_pylist()]
    places = coded.indices.to_numpy()
    numbers = np.array([ABSENT if one is None else one for one in found] or [ABSENT], np.int64)[places]
    wrong = np.array([one is None for one in found] or [False], np.bool_)[places]
    return numbers, wrong


def _one_count(text: str) -> int | None:
    """Return the number, `ABSENT` for an empty cell, None for what is no count."""
    cleaned = unicodedata.normalize("NFKC", text).strip().casefold()
    if cleaned in _NONE:
        return ABSENT
    if found := _COUNT.fullmatch(cleaned):
        return int(found[1])
    word = cleaned.removesuffix("轴")
    if len(word) == 2 and word[0] == "十" and word[1] in _CHINESE:  # noqa: PLR2004
        return 10 + _CHINESE[word[1]]
    return _CHINESE.get(word)


def why_not(fault: int, text: str, plausible: Plausible, *, gross: bool) -> Text:
    """Return the sentence for a mass that cannot be used."""
    least, most = plausible.gross_kg if gross else plausible.other_kg
    tonnes, kilograms = plausible.tonnes_without_unit, plausible.kg_without_unit
    if fault == AMBIGUOUS:
        return Text(
            f"“{text}”没有单位，是吨还是千克定不了（{tonnes[0]}–{tonnes[1]} 作吨，{kilograms[0]}–{kilograms[1]} 作千克）；"
            "请写明单位",
            f"{text!r} has no unit and may be tonnes or kilograms ({tonnes[0]} to {tonnes[1]} is read as tonnes, {kilograms[0]} to "
            f"{kilograms[1]} as kilograms); write the unit",
        )
    if fault == IMPLAUSIBLE:
        return Text(
            f"“{text}”按所写单位不在 {least}–{most} 千克之内；单位是否写错",
            f"{text!r} in the unit that is stated is not within {least} to {most} kg; is the unit wrong?",
        )
    if not text.strip():
        return Text("没有质量", "there is no mass")
    return Text(f"“{text}”不是质量", f"{text!r} is no mass")
