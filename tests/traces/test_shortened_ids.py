"""Excel writes long numbers as 1.39E+10: of many terminals one, of which nobody can say whose it is."""

from pathlib import Path

import pandas as pd
import pytest
from driving import HEAVY, IN_BY_SECOND_STREET, at, drive, judged, written

from truckban.traces.check import Checked
from truckban.traces.read.reasons import SHORTENED

IDS = ["1.39123E+10", "1.4E+10", "2E+11", "1.391234567E+010"]


def checked(folder: Path, ending: str, name: str) -> Checked:
    fixes = drive(IN_BY_SECOND_STREET, at("10:00:00"), name=name)
    rows = written(fixes)
    traces = folder / f"traces{ending}"
    if ending == ".csv":
        rows.to_csv(traces, index=False)
    elif ending == ".xlsx":
        rows.to_excel(traces, index=False)
    else:
        rows.assign(time=pd.to_datetime(fixes["t_s"], unit="s", utc=True)).to_parquet(traces)
    return judged(folder, traces=traces, vehicles={name: HEAVY})


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet"])
@pytest.mark.parametrize("name", IDS)
def test_a_shortened_number_is_no_vehicle(tmp_path: Path, ending: str, name: str) -> None:
    result = checked(tmp_path, ending, name)
    counts = result.counts()
    assert result.leads == []
    assert counts["rows"]["used"] == 0
    assert counts["rejected_by_reason"] == {"vehicle_shortened": counts["rows"]["read"]}
    assert counts["vehicles"]["rejected"] == 1
    assert {(reject.field, reject.reason) for reject in result.rejects} == {("vehicle_id", SHORTENED)}


@pytest.mark.parametrize("name", ["13912345678", "1E10", "E+10", "晋M12345", "12.5E+10", "1.39E+10x"])
def test_any_other_id_is_one(tmp_path: Path, name: str) -> None:
    assert [lead.vehicle_id for lead in checked(tmp_path, ".csv", name).leads] == [name]
