"""The work of one machine of many, without Spark: vehicles in any chunks, rows in any pieces, and nothing is lost or doubled."""

import pickle
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from spark_day import CHINESE

from truckban.grounds import ground_for
from truckban.notices.load import builtin_notice
from truckban.traces.check import Inputs, check
from truckban.traces.fixes import read_fixes, remarks
from truckban.traces.lead import other_coordinates
from truckban.traces.lead.other_coordinates import FLEET_NOTE
from truckban.traces.read.fleet import read_fleet, read_permits
from truckban.traces.read.tables import Table
from truckban.traces.read.typed import typed
from truckban.traces.spark import share as module
from truckban.traces.spark.pieces import Plan, planned
from truckban.traces.spark.session import ToldError, told
from truckban.traces.spark.share import (
    ROWS,
    Kernel,
    in_order,
    is_in_other_coordinates,
    placed_in_doubt,
    summed,
    told_of,
)
from zones.coords import from_wgs84
from zones.errors import InputError
from zones.text import Text

NOTICE = builtin_notice("linyi-2023-5")


def kernel_of(day: Path, plan: Plan) -> Kernel:
    ground = ground_for(NOTICE)
    assert ground is not None
    fleet = read_fleet(day / "vehicles.csv", NOTICE.facts)
    permits, _, _ = read_permits(day / "permits.csv", NOTICE.road_name)
    files = tuple(name for name, _ in plan.files)
    made = Kernel(NOTICE.pack, NOTICE.sha256, ground.zone.text, fleet, permits, 0.9, "wgs84", {}, None, files)
    sent: Kernel = pickle.loads(pickle.dumps(made))  # noqa: S301 - as every machine gets it
    return sent


def by_vehicle(kernel: Kernel, plan: Plan, rows: int) -> Iterator[pa.RecordBatch]:
    table = pa.Table.from_batches(list(kernel.typed_rows(plan.pieces)))
    table = table.sort_by([("vehicle_id", "ascending")])
    yield from table.combine_chunks().to_batches(max_chunksize=rows)


@pytest.mark.parametrize(("chunk", "batch"), [(1, 70), (3000, 1000), (10**9, 10**9)])
def test_chunks_of_vehicles_of_any_size_make_what_one_machine_makes(
    parquet_day: Path, monkeypatch: pytest.MonkeyPatch, chunk: int, batch: int
) -> None:
    monkeypatch.setattr(module, "CHUNK_ROWS", chunk)
    plan = planned(parquet_day / "traces", NOTICE.pack.timezone, {})
    kernel = kernel_of(parquet_day, plan)
    shares = list(kernel.shares(by_vehicle(kernel, plan, batch)))
    head = summed(share.head for share in shares)
    rejects, _ = told_of((one for share in shares for one in share.told), head.tallies, kernel.files)
    ground = ground_for(NOTICE)
    assert ground is not None
    inputs = Inputs(parquet_day / "traces", parquet_day / "vehicles.csv", parquet_day / "permits.csv")
    one = check(inputs, NOTICE, ground)
    leads = [placed.part.row() for placed in in_order(lead for share in shares for lead in share.leads)]
    assert leads == [lead.row() for lead in one.leads]
    assert Counter(map(repr, rejects)) == Counter(map(repr, one.fixes.rejects))
    assert head.traces.used + len(rejects) == plan.rows == one.fixes.read
    assert head.traces.vehicle_ids == one.fixes.vehicle_ids
    assert head.drives == one.found.drives
    assert sum(len(share.others) for share in shares) == len(one.parts) - len(leads)
    assert (len(shares) > 10) == (chunk == 1)


def test_row_groups_are_pieces_and_each_row_keeps_its_number(
    parquet_day: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = planned(parquet_day / "traces", NOTICE.pack.timezone, {})
    monkeypatch.setattr("truckban.traces.spark.pieces._PIECE_ROWS", 600)
    parts = planned(parquet_day / "traces", NOTICE.pack.timezone, {})
    assert len(whole.pieces) == 3 < len(parts.pieces)
    assert whole.files == parts.files
    kernel = kernel_of(parquet_day, whole)
    one, other = (
        pa.Table.from_batches(list(kernel.typed_rows(plan.pieces))).sort_by(
            [("file", "ascending"), ("line", "ascending")]
        )
        for plan in (whole, parts)
    )
    pd.testing.assert_frame_equal(one.to_pandas(), other.to_pandas())
    assert [name for name, _ in whole.files] == ["a b.parquet", "c.parquet", "更多/1.parquet"]


@pytest.mark.parametrize("chunk", [1, 10**9])
def test_what_is_noted_of_a_whole_file_does_not_depend_on_its_pieces_and_shares(
    parquet_day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    rows = pd.read_parquet(parquet_day / "traces" / "c.parquet").dropna()[:400].reset_index(drop=True)
    for name, late in (("1", 250), ("2", 150), ("3", 400)):
        wait = pd.to_timedelta(8 * (rows.index < late), unit="h")
        words = [f"{name}{word}" for word in "?!#-" for _ in range(100)]
        table = rows.assign(接收时间=rows["time"] + wait, valid=words if late < 400 else "A")
        table.to_parquet(tmp_path / f"{name}.parquet", row_group_size=100)
    (tmp_path / "readme.md").write_text("-")
    monkeypatch.setattr("truckban.traces.spark.pieces._PIECE_ROWS", 100)
    monkeypatch.setattr(module, "CHUNK_ROWS", chunk)
    plan = planned(tmp_path, NOTICE.pack.timezone, {})
    kernel = kernel_of(parquet_day, plan)
    shares = list(kernel.shares(by_vehicle(kernel, plan, 70)))
    head = summed(share.head for share in shares)
    rejects, notes = told_of((one for share in shares for one in share.told), head.tallies, kernel.files)
    assert len(plan.pieces) == 12
    assert sum(map(bool, head.tallies.values())) == 3
    assert head.traces.used + len(rejects) == plan.rows
    one = read_fixes(tmp_path, timezone=NOTICE.pack.timezone)
    head.traces.rejects = rejects
    expected = [*plan.notes, *notes, *remarks(head.traces, NOTICE.pack.timezone)]
    assert Counter(expected) == Counter(one.notes)
    assert [note.en.partition(" (")[0] for note in notes if "UTC" in note.en] == [
        f"{name}.parquet: most rows were received about 8 hours after their time" for name in "13"
    ]


def test_every_column_of_a_typed_row_goes_to_its_vehicle() -> None:
    table = Table("t", pd.DataFrame({name: pd.Series(dtype="object") for name in CHINESE}), np.empty(0, np.int64))
    frame, _ = typed(table, "Asia/Shanghai", {})
    assert {*frame.columns, "file"} == {*ROWS.names} - {"field", "zh", "en", "tally"}


def test_an_error_comes_through_java_as_it_was() -> None:
    error = InputError(Text("坏了", "it\nbroke"), file="甲.parquet", line=3, field="lon")
    seen = told(f"Job aborted: Traceback\n  ToldError: {ToldError(error)}\n\tat org.apache.spark")
    assert seen is not None
    assert (seen.text, seen.file, seen.line, seen.field) == (error.text, error.file, error.line, error.field)
    assert told("java.lang.OutOfMemoryError") is None


@pytest.mark.parametrize("chunk", [1, 10**9])
def test_clocks_on_utc_are_found_by_each_share_as_on_one_machine(
    parquet_day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    day = read_fixes(parquet_day / "traces", timezone=NOTICE.pack.timezone)
    names, late = np.array(day.vehicle_ids, object)[day.vehicle], day.vehicle % 3 == 0
    table = pd.DataFrame({"vehicle_id": names, "time": day.t_s, "lon": day.lon, "lat": day.lat})
    table = table.assign(received=day.t_s + 5 + 8 * 3600 * late).sample(frac=1, random_state=5)
    folder = tmp_path / "traces"
    folder.mkdir()
    for number in range(2):
        table[number::2].to_parquet(folder / f"{number}.parquet", row_group_size=400)
    monkeypatch.setattr("truckban.traces.spark.pieces._PIECE_ROWS", 800)
    monkeypatch.setattr(module, "CHUNK_ROWS", chunk)
    plan = planned(folder, NOTICE.pack.timezone, {})
    assert len(plan.pieces) > 4
    kernel = kernel_of(parquet_day, plan)
    shares = list(kernel.shares(by_vehicle(kernel, plan, 70)))
    ground = ground_for(NOTICE)
    assert ground is not None
    inputs = Inputs(folder, parquet_day / "vehicles.csv", parquet_day / "permits.csv")
    one = check(inputs, NOTICE, ground)
    leads = [placed.part.row() for placed in in_order(lead for share in shares for lead in share.leads)]
    assert leads == [lead.row() for lead in one.leads]
    assert not {lead["vehicle_id"] for lead in leads} & set(names[late])
    others = [placed for share in shares for placed in share.others]
    unsure = [placed.part.row() for placed in in_order(others) if placed.kind == "unsure"]
    assert unsure == [part.row() for part in one.parts if one.kind(part) == "unsure"]
    assert any("received_8_hours_later" in part["why_probability"] for part in unsure)
    head = summed(share.head for share in shares)
    [note] = head.clocks.notes()
    assert note in one.notes
    assert note.en.startswith(f"most reports of {len(set(names[late]))} vehicles")


@pytest.mark.parametrize("chunk", [1, 10**9])
def test_a_fleet_in_another_system_is_in_doubt_as_on_one_machine(
    parquet_day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    day = read_fixes(parquet_day / "traces", timezone=NOTICE.pack.timezone)
    names = np.array(day.vehicle_ids, object)[day.vehicle]
    lon, lat = from_wgs84(day.lon, day.lat, "gcj02")
    folder = tmp_path / "traces"
    folder.mkdir()
    seldom = (day.vehicle % 2 == 1) & (np.arange(len(lon)) % 5 > 0)  # too few fixes to tell by themselves
    table = pd.DataFrame({"vehicle_id": names, "time": day.t_s, "lon": lon, "lat": lat})[~seldom]
    table.to_parquet(folder / "1.parquet")
    monkeypatch.setattr(module, "CHUNK_ROWS", chunk)
    monkeypatch.setattr(other_coordinates, "_FLEET", 2)
    plan = planned(folder, NOTICE.pack.timezone, {})
    kernel = kernel_of(parquet_day, plan)
    shares = list(kernel.shares(by_vehicle(kernel, plan, 70)))
    assert is_in_other_coordinates(share.head for share in shares)
    ground = ground_for(NOTICE)
    assert ground is not None
    one = check(Inputs(folder, parquet_day / "vehicles.csv", parquet_day / "permits.csv"), NOTICE, ground)
    assert one.leads == []
    placed = in_order(placed_in_doubt(each for share in shares for each in (*share.leads, *share.others)))
    assert [(each.kind, each.part.row()) for each in placed] == [(one.kind(part), part.row()) for part in one.parts]
    words = {word for part in one.parts for word in part.why_probability}
    assert {"other_coordinates", "fleet_in_other_coordinates"} <= words
    head = summed(share.head for share in shares)
    counts = one.counts()["cleaning"]
    assert head.traces.tally["other_coordinates"] == counts["vehicles_other_coordinates"] >= 2
    assert FLEET_NOTE in one.notes
