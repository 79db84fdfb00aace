"""A terminal whose clock is on UTC accuses nobody, by itself or in a fleet, in however many pieces its rows come; a backlog does."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driving import BLOCK, HEAVY, IN_BY_SECOND_STREET, at, drive, judged, rows_of, written

from truckban.report.lead_words import basis_words
from truckban.traces.check import Checked
from truckban.traces.clean.clocks import eight_hours_late
from truckban.traces.clean.late_vehicles import BACKLOG_S, LateVehicles
from truckban.traces.read import csv_table

EIGHT_S = 8 * 3600.0
TOUR = [*IN_BY_SECOND_STREET, *BLOCK, *BLOCK]
Receipt = Callable[[pd.DataFrame], pd.Series]


def on_utc(fixes: pd.DataFrame) -> pd.Series:
    """Return when reports are received whose times are 8 hours behind: seconds later, and some minutes later at times."""
    wait = np.random.default_rng(len(fixes)).choice([2.0, 3.0, 9.0, 240.0], len(fixes), p=[0.4, 0.4, 0.15, 0.05])
    return fixes["t_s"] + EIGHT_S + wait


def at_once(fixes: pd.DataFrame) -> pd.Series:
    """Return the receipt of a backlog: all is sent together, 8 hours after the middle of the drive."""
    return pd.Series(float(fixes["t_s"].median()) + EIGHT_S, fixes.index)


def soon(fixes: pd.DataFrame) -> pd.Series:
    return fixes["t_s"] + 3.0


def tour(name: str, receipt: Receipt, start: str = "14:30:00") -> pd.DataFrame:
    fixes = drive(TOUR, at(start), name=name)
    assert fixes["t_s"].iloc[-1] - fixes["t_s"].iloc[0] > 2 * BACKLOG_S
    return fixes.assign(received=receipt(fixes).map("{:.0f}".format))


def kinds(checked: Checked) -> list[tuple[str, str]]:
    return [(part.vehicle_id, checked.kind(part)) for part in checked.parts]


def said(checked: Checked) -> list[str]:
    return [note.en for note in checked.notes if "their clocks look like UTC" in note.en]


@pytest.mark.parametrize("min_probability", [0.9, 0.1])
def test_a_clock_on_utc_accuses_nobody_however_low_the_threshold(tmp_path: Path, min_probability: float) -> None:
    checked = judged(tmp_path, tour("T1", on_utc), min_probability=min_probability)
    assert kinds(checked) == [("T1", "unsure")]
    [part] = checked.parts
    assert part.why_probability[-1] == "received_8_hours_later"
    assert part.probability <= 0.5
    assert "received about 8 hours after their time" in basis_words(part)[-1].en
    [note] = said(checked)
    assert note.startswith("most reports of 1 vehicles were received about 8 hours after their time (received)")
    assert checked.counts()["passages"]["unsure"] == 1


@pytest.mark.parametrize("receipt", [at_once, soon])
def test_a_backlog_of_eight_hours_is_evidence_as_ever(tmp_path: Path, receipt: Receipt) -> None:
    checked = judged(tmp_path, tour("T1", receipt))
    assert kinds(checked) == [("T1", "prohibited")]
    plain = judged(tmp_path, tour("T1", receipt).drop(columns="received"))
    assert rows_of(checked.leads) == rows_of(plain.leads)
    assert said(checked) == said(plain) == []


def test_only_the_vehicles_with_such_clocks_are_left_out(tmp_path: Path) -> None:
    receipts = {"T1": soon, "T2": on_utc, "T3": at_once, "T4": on_utc, "T5": soon, "T6": soon}
    tours = [tour(name, receipt) for name, receipt in receipts.items()]
    names = {name: {**HEAVY, "plate": f"晋M1234{name[1]}"} for name in receipts}
    checked = judged(tmp_path, *tours, vehicles=names)
    alone = {name: "unsure" if receipt is on_utc else "prohibited" for name, receipt in receipts.items()}
    assert kinds(checked) == [*alone.items()]
    [note] = said(checked)
    assert note.startswith("most reports of 2 vehicles")
    assert not any("most rows were received" in other.en for other in checked.notes)


def test_most_rows_must_say_so(tmp_path: Path) -> None:
    often = [tour("T1", soon, start) for start in ("07:30:00", "09:30:00")]
    assert ("T1", "unsure") not in kinds(judged(tmp_path, tour("T1", on_utc), *often))
    assert ("T1", "prohibited") not in kinds(
        judged(tmp_path, tour("T1", on_utc), tour("T1", on_utc, "17:00:00"), often[0])
    )


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_same_in_pieces_in_files_and_in_any_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    tours = [tour("T1", on_utc), tour("T2", soon), tour("T3", on_utc), tour("T3", on_utc, "17:00:00")]
    names = {name: {**HEAVY, "plate": f"晋M1234{name[1]}"} for name in ("T1", "T2", "T3")}
    whole = judged(tmp_path, *tours, vehicles=names)
    monkeypatch.setattr(csv_table, "WHOLE_BYTES", 2000)
    monkeypatch.setattr(csv_table, "SLAB", 2000)
    rows = written(pd.concat(tours, ignore_index=True))
    folder = tmp_path / f"traces{seed}"
    folder.mkdir()
    if seed:
        rows = rows.sample(frac=1, random_state=seed)
    for number in range(1 + seed):
        rows[number :: 1 + seed].to_csv(folder / f"{number}.csv", index=False)
    parts = judged(tmp_path, vehicles=names, traces=folder)
    assert rows_of(parts.parts) == rows_of(whole.parts)
    assert kinds(parts) == [("T1", "unsure"), ("T2", "prohibited"), ("T3", "unsure"), ("T3", "unsure")]
    assert said(parts) == said(whole) != []


def test_no_backlog_of_one_receipt_has_late_rows_farther_apart_than_is_asked() -> None:
    t_s = np.arange(0.0, 40_000.0, 1.0)
    late = t_s[eight_hours_late(t_s, np.full(len(t_s), 35_000.0))]
    assert late[-1] - late[0] == BACKLOG_S


def test_what_has_no_receipt_or_no_name_is_not_counted() -> None:
    t_s = np.array([0.0, 1.0, np.nan, 3.0])
    rows = np.array([True, False, False, True]), np.array([True, True, False, True])
    late = LateVehicles()
    late.count("received", np.array([0, 0, 0, 1], np.int32), ["T1", ""], t_s, rows)
    [(name, counted)] = late
    assert (name, counted.late, counted.both, counted.first_s, counted.last_s) == ("T1", 1, 2, 0.0, 0.0)
