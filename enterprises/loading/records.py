"""Records as columns: what of each row is known, and which rows cannot be used and why."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from enterprises.errors import EnterpriseError, Text
from enterprises.loading import numbers
from enterprises.loading.columns import MASSES, find_columns
from enterprises.loading.limits import Limits, exception_of, kind_of_vehicle
from enterprises.loading.numbers import ABSENT
from enterprises.loading.tables import Raw, Reject
from enterprises.loading.times import NO_TIME, read_times
from enterprises.naming.normal import normal

_Ints = npt.NDArray[np.int64]
_Bools = npt.NDArray[np.bool_]
KINDS: tuple[Any, ...] = ("truck", "train")
NOTES = (
    "unit.plausible", "kind.unread", "drive_axles.unread", "single_axles.unread", "payload.unread", "tare.unread", "net.unread",
    "licence.unread", "cargo.differs", "slip.conflict", "drive_axles.said", "single_axles.said",
)  # fmt: skip
"""What is to be known of a row that was used; `x.unread`: the cell of x could not be used, so x is unknown; `x.said`: for the whole
file by the caller."""
NOTE = {name: 1 << place for place, name in enumerate(NOTES)}
_BETWEEN = re.compile(r"[\s·•‧∙⋅・･._\-‐‑–—]+")
_SHORTEST_PLATE = 5
_WEIGHING_ERROR_G = 100_000


def light_plate(text: str) -> str:
    """Return a plate in capitals of one width without spaces and points; whether it can be one is not looked at.

    Raises:
        EnterpriseError: it is empty or far too short.
    """
    plain: str = _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()
    if len(plain) < _SHORTEST_PLATE:
        raise EnterpriseError(Text("没有车牌，或太短", "there is no plate, or it is too short"), field="plate")
    return plain


@dataclass(frozen=True)
class Reading:
    """How records are read.

    Attributes:
        limits: the law's table, whose words and plausible ranges are used.
        zone: for times without an offset.
        plate: returns a plate in one spelling, or raises EnterpriseError.
        enterprise: returns the id that a name means, or None.
        columns: what the caller said of columns, the name in the file by the wanted name.
        drive_axles, single_axles: what the caller says of vehicles whose row does not say.
    """

    limits: Limits
    zone: ZoneInfo
    plate: Callable[[str], str] = field(default=light_plate)
    enterprise: Callable[[str], str | None] = field(default=lambda _: None)
    columns: Mapping[str, str] = field(default_factory=dict)
    drive_axles: int | None = None
    single_axles: int | None = None


@dataclass(slots=True)
class Words:
    """A column of texts of which few differ: each once, and where it stands."""

    texts: list[str]
    codes: _Ints

    def take(self, rows: Any) -> "Words":  # noqa: ANN401
        """Return the words of some rows."""
        return Words(self.texts, self.codes[rows])

    def of(self, row: int) -> str:
        """Return one row's text."""
        return self.texts[int(self.codes[row])]


@dataclass(slots=True)
class Records:
    """Records that can be used, shape (n,) each; `ABSENT` (-1) where a number is unknown.

    Attributes:
        files, file, line: where each stands.
        time: seconds since 1970-01-01 UTC; `without_offset` where the row named none.
        plate, slip: as read; enterprise, carrier: as written.
        enterprise_id: by the place in `enterprise.texts`, None where no enterprise is meant.
        enterprise_key, carrier_key: equal for writings of one name.
        axles, drive_axles, single_axles: counts; kind: place in `KINDS`; exception: place in `Limits.exceptions`.
        masses: gross, payload, tare, net and licence in grams.
        unit_from, tonnes: of the gross mass, see `numbers`.
        notes: bits of `NOTE`.
    """

    files: list[str]
    file: _Ints
    line: _Ints
    time: _Ints
    without_offset: _Bools
    plate: Words
    slip: Any
    enterprise: Words
    enterprise_id: list[str | None]
    enterprise_key: Words
    carrier: Words
    carrier_key: Words
    axles: _Ints
    kind: _Ints
    drive_axles: _Ints
    single_axles: _Ints
    exception: _Ints
    masses: dict[str, _Ints]
    unit_from: _Ints
    tonnes: _Bools
    notes: _Ints

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.time)

    def take(self, rows: Any) -> "Records":  # noqa: ANN401
        """Return some of them, by places or by a mask."""
        found: dict[str, Any] = {}
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, Words):
                found[name] = value.take(rows)
            elif isinstance(value, np.ndarray):
                found[name] = value[rows]
            elif isinstance(value, dict):
                found[name] = {key: column[rows] for key, column in value.items()}
            else:
                found[name] = value
        found["slip"] = self.slip.take(pa.array(np.arange(len(self))[rows]))
        return Records(**found)


def typed(raw: Raw, how: Reading) -> tuple[dict[str, Any], list[Reject]]:
    """Return the columns of a file's usable rows, and its other rows with field and reason.

    Raises:
        EnterpriseError: a column that the caller named is not there.
    """
    try:
        where, header_units = find_columns(raw.header, how.columns)
    except KeyError as error:
        name = how.columns[error.args[0]]
        raise EnterpriseError(
            Text(f"没有列“{name}”", f"there is no column {name}"), file=raw.file, line=1, field=error.args[0]
        ) from None
    rows = len(raw.lines)
    empty = pa.array([""] * rows, pa.string())
    text = {name: pc.utf8_trim_whitespace(raw.columns[place]) for name, place in where.items()}
    rejects = _Rejects(raw, rows)
    notes = np.zeros(rows, np.int64)

    time, why_time, naive = read_times(text["time"], how.zone)
    rejects.add("time", time == NO_TIME, text["time"], lambda cell: why_time.get(cell, Text("没有时间", "no time")))
    plates, plate_codes, why_plate = _plates(text["plate"], how.plate)
    rejects.add("plate", plate_codes < 0, text["plate"], why_plate.__getitem__)
    masses: dict[str, _Ints] = {}
    gross = None
    for name in MASSES:
        read = numbers.read_masses(
            text.get(name, empty),
            header_unit=header_units.get(name),
            units=text.get("unit"),
            plausible=how.limits.plausible,
            gross=name == "gross",
        )
        masses[name] = read.grams
        if name == "gross":
            gross = read
        else:
            notes[read.fault != 0] |= NOTE[f"{name}.unread"]
    assert gross is not None  # noqa: S101 - for mypy: it is the first of MASSES
    faulty = gross.fault != 0
    fault_of = dict(zip(text["gross"].filter(pa.array(faulty)).to_pylist(), gross.fault[faulty].tolist(), strict=True))
    rejects.add(
        "gross",
        gross.grams == ABSENT,
        text["gross"],
        lambda cell: numbers.why_not(fault_of.get(cell, 0), cell, how.limits.plausible, gross=True),
    )
    notes[gross.unit_from == numbers.PLAUSIBLE] |= NOTE["unit.plausible"]
    axles, no_count = numbers.read_counts(text.get("axles", empty))
    least, most = how.limits.plausible.axles
    impossible = no_count | ((axles != ABSENT) & ((axles < least) | (axles > most)))
    rejects.add("axles", impossible, text.get("axles", empty), lambda cell: _no_axles(cell, least, most))
    drive, single = (
        _axles_of(text.get(name, empty), name, axles, said, notes)
        for name, said in (("drive_axles", how.drive_axles), ("single_axles", how.single_axles))
    )
    kind, exception = _kinds(text.get("kind", empty), text.get("exception", empty), how.limits, notes)
    _note_cargo(masses, notes)
    kept = rejects.kept
    columns = {
        "line": raw.lines, "time": time, "without_offset": naive, "plate_codes": plate_codes, "axles": axles, "drive_axles": drive,
        "single_axles": single, "kind": kind, "exception": exception, "unit_from": gross.unit_from.astype(np.int64),
        "tonnes": gross.tonnes, "notes": notes, **{f"mass.{name}": grams for name, grams in masses.items()},
    }  # fmt: skip
    found: dict[str, Any] = {name: column[kept] for name, column in columns.items()}
    found["plates"] = plates
    for name in ("slip", "enterprise", "carrier"):
        found[name] = text.get(name, empty).filter(pa.array(kept))
    return found, rejects.found


class _Rejects:
    """Rows that cannot be used, each with its first reason."""

    def __init__(self, raw: Raw, rows: int) -> None:
        self.raw, self.kept, self.found = raw, np.ones(rows, np.bool_), list(raw.rejects)

    def add(self, name: str, wrong: _Bools, cells: Any, why: Callable[[str], Text]) -> None:  # noqa: ANN401
        new = np.flatnonzero(wrong & self.kept)
        if len(new):
            texts = cells.take(pa.array(new)).to_pylist()
            self.found += [
                Reject(self.raw.file, int(self.raw.lines[row]), name, why(text))
                for row, text in zip(new, texts, strict=True)
            ]
            self.kept[new] = False


def _plates(column: Any, plate: Callable[[str], str]) -> tuple[list[str], _Ints, dict[str, Text]]:  # noqa: ANN401
    coded = column.dictionary_encode()
    known: dict[str, int] = {}
    places = []
    why: dict[str, Text] = {}
    for text in coded.dictionary.to_pylist():
        try:
            places.append(known.setdefault(plate(text), len(known)))
        except EnterpriseError as error:
            places.append(-1)
            why[text] = error.text
    return list(known), np.array(places or [-1], np.int64)[coded.indices.to_numpy()], why


def _no_axles(cell: str, least: int, most: int) -> Text:
    return Text(
        f"轴数“{cell}”不可能；应为 {least} 到 {most} 的整数，不知道就留空",
        f"{cell!r} axles cannot be; a whole number from {least} to {most}, or nothing where it is unknown",
    )


def _axles_of(column: Any, name: str, axles: _Ints, said: int | None, notes: _Ints) -> _Ints:  # noqa: ANN401
    """Return a count of some of the axles; unknown where it cannot be: more than all, no drive axle, all with single tyres."""
    counts, wrong = numbers.read_counts(column)
    drive = name == "drive_axles"
    wrong |= (counts != ABSENT) & (axles != ABSENT) & (counts >= axles + drive)
    wrong |= (counts == 0) & drive
    wrong |= counts > numbers.MOST_AXLES
    counts = np.where(wrong, ABSENT, counts)
    notes[wrong] |= NOTE[f"{name}.unread"]
    if said is not None:
        fills = (counts == ABSENT) & ~wrong & ((axles == ABSENT) | (axles > said))
        counts[fills] = said
        notes[fills] |= NOTE[f"{name}.said"]
    return np.asarray(counts)


def _kinds(kinds: Any, more: Any, limits: Limits, notes: _Ints) -> tuple[_Ints, _Ints]:  # noqa: ANN401
    """Return the kind of each vehicle, and its exception, by words of its type and of a column for exceptions."""
    coded, coded_more = kinds.dictionary_encode(), more.dictionary_encode()
    words = [unicodedata.normalize("NFKC", word) for word in coded.dictionary.to_pylist()] or [""]
    more_words = [unicodedata.normalize("NFKC", word) for word in coded_more.dictionary.to_pylist()] or [""]
    found = [kind_of_vehicle(limits, word) for word in words]
    special = [exception_of(limits, word) for word in words]
    special_more = [exception_of(limits, word) for word in more_words]
    places, places_more = coded.indices.to_numpy(), coded_more.indices.to_numpy()
    kind = np.array([ABSENT if one is None else KINDS.index(one) for one in found], np.int64)[places]
    unread = [
        bool(word) and one is None and other is None for word, one, other in zip(words, found, special, strict=True)
    ]
    notes[np.array(unread, np.bool_)[places]] |= NOTE["kind.unread"]
    exception = np.array([ABSENT if one is None else one for one in special], np.int64)[places]
    exception_more = np.array([ABSENT if one is None else one for one in special_more], np.int64)[places_more]
    return kind, np.where(exception == ABSENT, exception_more, exception)


def _note_cargo(masses: Mapping[str, _Ints], notes: _Ints) -> None:
    """Note where the net mass is not the gross mass less the tare."""
    gross, tare, net = masses["gross"], masses["tare"], masses["net"]
    all_there = (gross != ABSENT) & (tare != ABSENT) & (net != ABSENT)
    notes[all_there & (np.abs(gross - tare - net) > _WEIGHING_ERROR_G)] |= NOTE["cargo.differs"]


def joined(parts: Sequence[tuple[str, dict[str, Any]]], how: Reading) -> Records:
    """Return the records of several files as one."""

    def column(name: str) -> Any:  # noqa: ANN401
        return np.concatenate([part[name] for _, part in parts]) if parts else np.zeros(0, np.int64)

    texts, codes = [], []
    for _, part in parts:
        texts += part["plates"]
        codes.append(part["plate_codes"] + len(texts) - len(part["plates"]))
    plates, places = _same(texts)
    enterprise, carrier = (_words([part[name] for _, part in parts]) for name in ("enterprise", "carrier"))
    ids = [how.enterprise(text) if text else None for text in enterprise.texts]
    names = {name.removeprefix("mass."): column(name) for name in (f"mass.{mass}" for mass in MASSES)}
    numeric = (
        "line", "time", "without_offset", "axles", "kind", "drive_axles", "single_axles", "exception", "unit_from", "tonnes", "notes",
    )  # fmt: skip
    return Records(
        files=[file for file, _ in parts],
        file=np.repeat(np.arange(len(parts)), [len(part["time"]) for _, part in parts]),
        plate=Words(plates, places[np.concatenate(codes)] if codes else np.zeros(0, np.int64)),
        slip=pa.concat_arrays([part["slip"] for _, part in parts]) if parts else pa.array([], pa.string()),
        enterprise=enterprise,
        enterprise_id=ids,
        enterprise_key=_keyed(
            enterprise, [one or normal(text) for one, text in zip(ids, enterprise.texts, strict=True)]
        ),
        carrier=carrier,
        carrier_key=_keyed(carrier, [normal(text) for text in carrier.texts]),
        masses=names,
        **{name: column(name) for name in numeric},
    )


def _words(columns: Sequence[Any]) -> Words:
    if not columns:
        return Words([], np.zeros(0, np.int64))
    coded = pa.concat_arrays(columns).dictionary_encode()
    return Words(coded.dictionary.to_pylist(), coded.indices.to_numpy().astype(np.int64))


def _same(texts: Sequence[str]) -> tuple[list[str], _Ints]:
    codes, unique = pd.factorize(np.array(texts, dtype=object))
    return unique.tolist(), codes.astype(np.int64)


def _keyed(words: Words, keys: Sequence[str]) -> Words:
    unique, codes = _same(keys)
    return Words(unique, codes[words.codes] if len(codes) else words.codes)
