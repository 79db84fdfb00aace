"""GA 24.4 vehicle type codes (车辆类型代码), as data.

`ga24_4.csv` has a row a code: the words that the licence shows for it, kind, size and body. The rows were compiled from
several code lists of public registration software, not from the standard's own text; H1J and H3J (专门用途货车) are
in one of them only. Where a later list says 栏板 for 普通, the row has the older word; both mean the same body here.
Two rules of the table:

* The body is never computed from the last digit: H15 is 平板 while H45 is 自卸, B15 is 集装箱 while B35 is 自卸.
* Two bodies (`dump+van`, 厢式自卸货车) stay two: 自卸, which every such word ends in, is the main one, and the other
  remains a possibility, because a notice that names 厢式货车 does not say whether a 厢式自卸货车 is one.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from truckban.vehicles.terms import NONE, Meaning

_UNSAID = "unknown"
_CODE = re.compile(r"[BDGHJKMNQTXZ](?:[0-9][0-9A-Z])?")

LETTERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "B": frozenset({"trailer"}),
        "D": frozenset({"passenger"}),
        "G": frozenset({"trailer"}),
        "H": frozenset({"goods", "low_speed"}),
        "J": frozenset({"wheeled_machinery"}),
        "K": frozenset({"passenger"}),
        "M": frozenset({"motorcycle"}),
        "N": frozenset({"three_wheel"}),
        "Q": frozenset({"tractor"}),
        "T": frozenset({"agricultural_tractor"}),
        "X": frozenset({"other"}),
        "Z": frozenset({"special"}),
    }
)
"""What the letter alone settles, for a code that the table does not list."""


@dataclass(frozen=True, slots=True)
class VehicleCode:
    """One row of the table."""

    code: str
    words: str
    meaning: Meaning


@cache
def vehicle_codes() -> Mapping[str, VehicleCode]:
    """Return the table, by code, in the file's order; read at the first call."""
    source = resources.files("truckban.vehicles").joinpath("ga24_4.csv")
    rows = (
        VehicleCode(row["code"], row["words"], _meaning(row["kind"], row["size"], row["body"]))
        for row in csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    )
    return MappingProxyType({row.code: row for row in rows})


def _meaning(kind: str, size: str, body: str) -> Meaning:
    return Meaning(
        kinds=frozenset({kind}),
        sizes=frozenset() if size == NONE else frozenset({size}),
        bodies=() if body == _UNSAID else tuple(body.split("+")),
    )


def read_code(text: str) -> Meaning | None:
    """Return what a code (normalised) means; None where `text` has not the form of a code.

    A code that is not listed, or a letter alone, settles the kind and nothing else; the meaning's notes then have
    `vehicle.code_not_listed`.
    """
    row = vehicle_codes().get(text)
    if row is not None:
        return row.meaning
    if not _CODE.fullmatch(text):
        return None
    kinds = LETTERS[text[0]]
    bodies = () if kinds & {"goods", "trailer", "three_wheel", "other"} else (NONE,)
    return Meaning(kinds=kinds, bodies=bodies, notes=frozenset({"vehicle.code_not_listed"}))


def split_code(text: str) -> tuple[str, str] | None:
    """Return code and words of a text that holds both (`H22-中型厢式货车`), else None."""
    match = re.fullmatch(r"([BDGHJKMNQTXZ][0-9][0-9A-Z])[-_:;,./(]*([^()]+)\)?", text)
    return (match[1], match[2]) if match else None
