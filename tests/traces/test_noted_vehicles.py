"""A note about some vehicles names the first of them where leads are named, and in no sentence; whole plates stand in neither."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from driving import BLOCK, HEAVY, IN_BY_SECOND_STREET, WUYI, at, drive, judged, off
from hypothesis import given
from hypothesis import strategies as st

from truckban.cli.main import run
from truckban.report.page import write_report
from truckban.traces.check import Checked
from truckban.traces.clean.noted import FEW, Named
from truckban.traces.output import run_facts
from zones.coords import from_wgs84

TOUR = [*IN_BY_SECOND_STREET, *BLOCK, *BLOCK]


def on_utc(name: str) -> pd.DataFrame:
    fixes = drive(TOUR, at("14:30:00"), name=name)
    return fixes.assign(received=(fixes["t_s"] + 8 * 3600 + 3).map("{:.0f}".format))


def leaping(name: str, hours: int) -> pd.DataFrame:
    fixes = drive(WUYI, at("10:00:00"), every_s=5, name=name)
    fixes.loc[fixes.index >= 60, "t_s"] += hours * 3600
    return fixes


def on_two_tracks(name: str) -> pd.DataFrame:
    there = drive([off(place, 20_000, 0) for place in WUYI], at("10:00:07"), name=name)
    return pd.concat([drive(WUYI, at("10:00:00"), name=name), there])


def in_gcj(name: str) -> pd.DataFrame:
    fixes = drive(TOUR, at("23:00:00"), name=name)
    lon, lat = from_wgs84(fixes["lon"].to_numpy(), fixes["lat"].to_numpy(), "gcj02")
    return fixes.assign(lon=lon, lat=lat)


def fine(count: int) -> list[pd.DataFrame]:
    return [drive(TOUR, at("23:00:00") + n, name=f"F{n}") for n in range(count)]


def about(checked: Checked, words: str) -> dict[str, Any]:
    [note] = [note for note in run_facts(checked)["notes"] if words in note["en"]]
    return note


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (on_utc, "clocks look like UTC"),
        (lambda name: leaping(name, 3), "leap forward by whole hours"),
        (lambda name: leaping(name, -3), "go back by whole hours"),
        (on_two_tracks, "two tracks at once"),
        (in_gcj, "much better as gcj02"),
    ],
)
def test_the_first_few_are_named_beside_the_sentence(tmp_path: Path, make: Any, words: str) -> None:  # noqa: ANN401
    wrong = [f"W{n}" for n in (3, 1, 6, 2, 5, 4)]
    checked = judged(tmp_path, *fine(8), *map(make, wrong))
    note = about(checked, words)
    assert note["vehicles"] == sorted(wrong)[:FEW]
    assert "6" in note["en"]
    assert not any(name in note["zh"] + note["en"] for name in wrong)
    write_report(checked, tmp_path / "report.html", lang="en")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert " · ".join(sorted(wrong)[:FEW]) in page.split('id="notes"')[1]


def test_ids_that_are_plates_are_masked_and_no_id_goes_to_the_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plate = str(HEAVY["plate"])
    fixes = leaping(plate, 3)
    fixes.assign(time=fixes["t_s"].map("{:.0f}".format)).drop(columns="t_s").to_csv(tmp_path / "a.csv", index=False)
    pd.DataFrame([{"vehicle_id": plate, **HEAVY}]).to_csv(tmp_path / "v.csv", index=False)
    out = tmp_path / "out"
    assert run(["check", str(tmp_path / "a.csv"), "--vehicles", str(tmp_path / "v.csv"), "--out", str(out)]) == 0
    notes = json.loads((out / "run.json").read_text("utf-8"))["notes"]
    assert [note["vehicles"] for note in notes if "vehicles" in note] == [["晋M***45"]]
    shown = capsys.readouterr()
    assert plate[2:] not in shown.out + shown.err
    assert plate[2:] not in (out / "report.html").read_text("utf-8")


@given(st.lists(st.sets(st.text(max_size=3), max_size=8), max_size=5), st.integers(0, 4))
def test_shares_add_up_in_any_order(shares: list[set[str]], turn: int) -> None:
    def summed(parts: list[set[str]]) -> dict[str, tuple[str, ...]]:
        whole = Named()
        for part in parts:
            own = Named()
            own.put("clock", part)
            whole.add(own)
        return whole.by_code

    rolled = [shares[k] for k in np.roll(np.arange(len(shares)), turn)]
    assert summed(rolled) == summed(shares)
    everyone = sorted(set().union(*shares))
    assert summed(shares).get("clock", ()) == tuple(everyone[:FEW])
