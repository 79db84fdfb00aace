"""Slips that occur twice: the same content is one record, different content under one number is two, and said."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.compute as pc

from enterprises.loading.records import NOTE, Records


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row that says again what another one has said, and where that one stands."""

    file: str
    line: int
    first_file: str
    first_line: int


def without_repeats(records: Records) -> tuple[Records, list[Repeat]]:
    """Return each record once, and the rows that repeat one; slips with one number and different content are noted.

    A number counts within one enterprise. Two rows are the same where all that was read of them is, whatever the unit or the
    spelling of names; without a number too, since no vehicle is weighed twice at one moment.
    """
    slips = records.slip.dictionary_encode()
    content = _content(records, slips.indices.to_numpy().astype(np.int64))
    first = content.duplicated(keep="first").to_numpy()
    repeats = _repeats(records, content, first) if first.any() else []
    kept = records.take(~first) if first.any() else records
    numbers = content.loc[~first, ["enterprise_key", "slip"]]
    no_number = pc.index(slips.dictionary, "").as_py()
    twice = (numbers["slip"].to_numpy() != no_number) & numbers.duplicated(keep=False).to_numpy()
    kept.notes = kept.notes | np.where(twice, NOTE["slip.conflict"], 0)
    return kept, repeats


def _content(records: Records, slips: npt.NDArray[np.int64]) -> pd.DataFrame:
    columns: dict[str, npt.NDArray[np.int64]] = {
        name: getattr(records, name) for name in ("time", "axles", "kind", "drive_axles", "single_axles", "exception")
    }
    columns |= {name: getattr(records, name).codes for name in ("plate", "enterprise_key", "carrier_key")}
    columns |= {f"mass.{name}": grams for name, grams in records.masses.items()}
    columns["slip"] = slips
    return pd.DataFrame(columns)


def _repeats(records: Records, content: pd.DataFrame, again: npt.NDArray[np.bool_]) -> list[Repeat]:
    names = list(content.columns)
    group = content.groupby(names, sort=False).ngroup().to_numpy()
    first = np.full(int(group.max()) + 1, -1, np.int64)
    first[group[~again]] = np.flatnonzero(~again)
    return [
        Repeat(
            records.files[records.file[row]],
            int(records.line[row]),
            records.files[records.file[before]],
            int(records.line[before]),
        )
        for row, before in ((row, first[group[row]]) for row in np.flatnonzero(again))
    ]
