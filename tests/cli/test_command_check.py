"""`truckban check` from end to end: what it writes, counts and says, and how it ends."""

import csv
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from driving import BLOCK, HEAVY, IN_BY_SECOND_STREET, WUYI, at, drive, noisy, ring, written

from truckban.cli.main import run
from truckban.traces.output import SCHEMA

FILES = {"leads.parquet", "leads.csv", "leads.geojson", "report.html", "rejected.csv", "run.json"}
COLUMNS = [
    "lead_id", "vehicle_id", "plate", "entered_at", "left_at", "fixes", "fixes_inside", "distance_inside_m", "roads",
    "probability", "verdict", "reasons", "enforceable", "permit_status", "enterprise_id", "grade",
]  # fmt: skip
Capture = pytest.CaptureFixture[str]


def inputs(
    folder: Path, *fixes: pd.DataFrame, vehicles: Mapping[str, Mapping[str, object]], bad: str = ""
) -> list[str]:
    """Write what a check needs, with some bad rows after the good ones, and return the call."""
    text = written(pd.concat(fixes, ignore_index=True)).to_csv(index=False)
    (folder / "traces.csv").write_text(text + bad, "utf-8")
    rows = [{"vehicle_id": name, **facts} for name, facts in vehicles.items()]
    pd.DataFrame(rows).to_csv(folder / "vehicles.csv", index=False)
    return [
        "check",
        str(folder / "traces.csv"),
        "--vehicles",
        str(folder / "vehicles.csv"),
        "--out",
        str(folder / "out"),
    ]


def a_day(folder: Path, bad: str = "") -> list[str]:
    """One truck straight through and over six in the morning, one nobody knows, one by night, one on the ring."""
    fixes = [
        noisy(drive([*IN_BY_SECOND_STREET, *BLOCK], at("05:55:00"), name="T1"), 1),
        noisy(drive(WUYI, at("10:00:00"), name="T1"), 2),
        noisy(drive(WUYI, at("11:00:00"), name="unknown"), 3),
        noisy(drive(WUYI, at("23:00:00"), name="T2"), 4),
        noisy(drive(ring(16)["西环路"], at("12:00:00"), name="T2"), 5),
    ]
    vehicles = {"T1": {**HEAVY, "length_mm": 5900, "gross_mass_kg": 25000}, "T2": {**HEAVY, "plate": "晋M54321"}}
    return inputs(folder, *fixes, vehicles=vehicles, bad=bad)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def sums_up(folder: Path) -> dict[str, Any]:
    """Hold the figures of a run against the files it left, and return them."""
    facts = json.loads((folder / "run.json").read_text("utf-8"))
    counts = facts["counts"]
    rejected = rows_of(folder / "rejected.csv")
    for name in ("rows", "vehicles", "permits"):
        assert counts[name]["read"] == counts[name]["used"] + counts[name]["rejected"]
    assert len(rejected) == sum(counts[name]["rejected"] for name in ("rows", "vehicles", "permits"))
    assert all(row["file"] and row["line"] and row["reason"] for row in rejected)
    assert counts["rows"]["used"] == counts["fixes"] + counts["duplicates"]
    assert counts["rows"]["read"] == sum(file["rows"] for file in facts["files"])
    known = counts["vehicles"]
    assert known["in_traces"] == known["in_traces_known"] + known["in_traces_unknown"]
    kinds = ("prohibited", "undetermined", "lawful", "unsure")
    assert counts["passages"]["all"] == sum(counts["passages"][kind] for kind in kinds)
    leads = rows_of(folder / "leads.csv")
    assert counts["leads"] == len(leads) == counts["passages"]["prohibited"] + counts["passages"]["undetermined"]
    for verdict in ("prohibited", "undetermined"):
        assert counts["passages"][verdict] == sum(lead["verdict"] == verdict for lead in leads)
    assert len(json.loads((folder / "leads.geojson").read_text("utf-8"))["features"]) == len(leads)
    return dict(facts)


def test_a_clean_day_ends_with_0_and_leaves_the_files_of_the_contract(tmp_path: Path, capsys: Capture) -> None:
    assert run(["--lang", "en", *a_day(tmp_path)]) == 0
    out, errors = capsys.readouterr()
    assert errors == ""
    assert "Leads, for a person to verify" in out
    assert "schematic" in out
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    facts = sums_up(tmp_path / "out")
    assert facts["min_probability"] == 0.9
    assert facts["zone"]["fit_for_enforcement"] is False
    assert len(facts["notice"]["sha256"]) == len(facts["zone"]["sha256"]) == 64
    counts = facts["counts"]
    assert {name: counts["passages"][name] for name in ("prohibited", "undetermined")} == {
        "prohibited": 2,
        "undetermined": 1,
    }
    assert counts["passages"]["lawful"] >= 2
    assert "<html" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_csv_parquet_and_geojson_say_the_same(tmp_path: Path, capsys: Capture) -> None:
    assert run(a_day(tmp_path)) == 0
    capsys.readouterr()
    table = pq.read_table(tmp_path / "out" / "leads.parquet")
    assert table.schema.equals(SCHEMA)
    assert table.schema.names[: len(COLUMNS)] == COLUMNS
    typed, plain = table.to_pylist(), rows_of(tmp_path / "out" / "leads.csv")
    features = json.loads((tmp_path / "out" / "leads.geojson").read_text("utf-8"))["features"]
    assert [feature["properties"] for feature in features] == typed
    assert len(plain) == len(typed) == 3
    assert any(";" in row["roads"] for row in plain)
    for row, lead in zip(plain, typed, strict=True):
        for name, value in lead.items():
            expected = (
                ";".join(value)
                if isinstance(value, list)
                else {True: "true", False: "false", None: ""}.get(value, value)
            )
            assert row[name] == str(expected)
        for name in ("entered_at", "left_at"):
            moment = dt.datetime.fromisoformat(row[name])
            assert row[name].endswith("+08:00")
            assert moment.utcoffset() == dt.timedelta(hours=8)
            assert "." not in row[name]
        assert row["entered_at"] < row["left_at"]
    assert plain[0]["entered_at"] == "2024-05-08T06:00:00+08:00"
    unknown = plain[2]
    assert (unknown["verdict"], unknown["plate"]) == ("undetermined", "")
    assert "vehicle_type" in unknown["missing"].split(";")


def test_rejected_rows_end_with_1_and_stand_in_their_file_in_both_languages(tmp_path: Path, capsys: Capture) -> None:
    bad = "T9,when,110.77,35.14\nT9,1715133600,35.14,110.77\nT9\n"
    call = a_day(tmp_path, bad)
    with (tmp_path / "vehicles.csv").open("a", encoding="utf-8") as file:
        file.write("T9,hello\n")
    permits = tmp_path / "permits.json"
    permits.write_text('[{"plate": "晋M12345", "valid_to": "soon"}]', "utf-8")
    assert run(["--lang", "zh", *call, "--permits", str(permits)]) == 1
    capsys.readouterr()
    facts = sums_up(tmp_path / "out")
    assert {name: facts["counts"][name]["rejected"] for name in ("rows", "vehicles", "permits")} == {
        "rows": 3,
        "vehicles": 1,
        "permits": 1,
    }
    rejected = rows_of(tmp_path / "out" / "rejected.csv")
    good = (tmp_path / "traces.csv").read_text("utf-8").count("\n") - 3
    assert [(row["file"], int(row["line"]), row["field"]) for row in rejected] == [
        ("permits.json", 1, "valid_to"),
        ("traces.csv", good + 1, "time"),
        ("traces.csv", good + 2, "lon"),
        ("traces.csv", good + 3, ""),
        ("vehicles.csv", 4, ""),
    ]
    assert (rejected[1]["reason"], rejected[1]["reason_en"]) == ("时间读不懂", "not a time")
    assert run(["--lang", "en", *call]) == 1
    assert rows_of(tmp_path / "out" / "rejected.csv")[0]["reason"] == "not a time"


def test_the_same_call_twice_leaves_the_same_bytes(tmp_path: Path, capsys: Capture) -> None:
    call = a_day(tmp_path, "T9,when,1,1\n")
    run(call)
    first = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    run(call)
    capsys.readouterr()
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == first


def test_a_header_alone_is_a_day_without_leads(tmp_path: Path, capsys: Capture) -> None:
    call = inputs(tmp_path, drive(WUYI, at("10:00:00")).iloc[:0], vehicles={"T1": HEAVY})
    assert run(call) == 0
    capsys.readouterr()
    assert sums_up(tmp_path / "out")["counts"]["rows"] == {"read": 0, "used": 0, "rejected": 0}


def test_all_passages_are_kept_on_request_with_their_kind(tmp_path: Path, capsys: Capture) -> None:
    assert run([*a_day(tmp_path), "--all-passages"]) == 0
    capsys.readouterr()
    passages = rows_of(tmp_path / "out" / "passages.csv")
    counted = sums_up(tmp_path / "out")["counts"]["passages"]
    kinds = [row["kind"] for row in passages]
    assert {kind: kinds.count(kind) for kind in counted if kind != "all"} | {"all": len(kinds)} == counted
    assert pq.read_table(tmp_path / "out" / "passages.parquet").num_rows == len(passages)
    leads = rows_of(tmp_path / "out" / "leads.csv")
    sure = [row["lead_id"] for row in passages if row["kind"] in ("prohibited", "undetermined")]
    assert [lead["lead_id"] for lead in leads] == sure


def test_the_threshold_moves_passages_between_unsure_and_leads(tmp_path: Path, capsys: Capture) -> None:
    found = {}
    for least in ("0", "0.9", "1"):
        assert run([*a_day(tmp_path), "--min-probability", least, "--all-passages"]) == 0
        facts = sums_up(tmp_path / "out")
        assert facts["min_probability"] == float(least)
        found[least] = facts["counts"]["passages"]
        assert all(float(lead["probability"]) >= float(least) for lead in rows_of(tmp_path / "out" / "leads.csv"))
    capsys.readouterr()
    assert found["0"]["unsure"] == 0  # the one kind that no threshold lets in, a corner cut, is not in this day
    assert found["0"]["all"] == found["0.9"]["all"] == found["1"]["all"]
    assert found["0"]["prohibited"] >= found["0.9"]["prohibited"] > found["1"]["prohibited"] == 0
    assert found["1"]["unsure"] == found["1"]["all"] - found["1"]["lawful"]


def test_columns_of_other_names_are_taken_as_told(tmp_path: Path, capsys: Capture) -> None:
    call = a_day(tmp_path)
    text = (tmp_path / "traces.csv").read_text("utf-8")
    (tmp_path / "traces.csv").write_text(text.replace("vehicle_id,time,lon,lat", "谁,何时,东,北", 1), "utf-8")
    assert run(call) == 3
    assert "--column vehicle_id=" in capsys.readouterr().err
    assert not (tmp_path / "out" / "run.json").exists()
    named = [part for pair in ("vehicle_id=谁", "time=何时", "lon=东", "lat=北") for part in ("--column", pair)]
    assert run([*call, *named]) == 0
    assert sums_up(tmp_path / "out")["counts"]["leads"] == 3
    capsys.readouterr()
    for wrong in ("谁", "=谁", "vehicle_id=", "who=谁"):
        assert run([*call, "--column", wrong]) == 2
        assert wrong in capsys.readouterr().err


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", '=HYPERLINK("x")'])
def test_what_a_spreadsheet_would_run_is_made_harmless_in_csv_and_kept_in_parquet(
    tmp_path: Path, capsys: Capture, name: str
) -> None:
    fixes = drive(WUYI, at("10:00:00"), name=name)
    call = inputs(tmp_path, fixes, vehicles={name: {**HEAVY, "energy": "=1+1"}}, bad="")
    permits = tmp_path / "permits.json"
    permits.write_text(json.dumps([{"plate": "晋M12345", name: 1}]), "utf-8")
    assert run([*call, "--permits", str(permits), "--all-passages"]) == 1
    capsys.readouterr()
    assert pq.read_table(tmp_path / "out" / "leads.parquet")["vehicle_id"].to_pylist() == [name]
    assert [row["vehicle_id"] for row in rows_of(tmp_path / "out" / "leads.csv")] == ["'" + name]
    for file in ("leads.csv", "passages.csv", "rejected.csv"):
        for row in rows_of(tmp_path / "out" / file):
            assert not [value for value in row.values() if value[:1] in ("=", "+", "-", "@")]
    assert len(rows_of(tmp_path / "out" / "rejected.csv")) == 2


def test_an_output_that_is_a_file_is_refused_and_left_alone(tmp_path: Path, capsys: Capture) -> None:
    call = a_day(tmp_path)
    (tmp_path / "out").write_text("mine")
    assert run(call) == 3
    assert "out" in capsys.readouterr().err
    assert (tmp_path / "out").read_text() == "mine"
    assert run([*call[:-1], str(tmp_path / "out" / "below")]) == 3
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (["--vehicles", "nothing.csv"], "nothing.csv"),
        (["--permits", "nothing.csv"], "nothing.csv"),
        (["--zone", "nothing.geojson"], "nothing.geojson"),
        (["--notice", "nothing"], "nothing"),
    ],
)
def test_every_input_that_is_not_there_is_named(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, change: Sequence[str], named: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["--lang", "en", *a_day(tmp_path), *change]) == 3
    assert named in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_progress_goes_nowhere_but_to_a_terminal(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("truckban")
    done = subprocess.run([program, "--lang", "en", *a_day(tmp_path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "finding passages" not in done.stdout
    assert len(done.stdout.splitlines()) == 5


def test_the_demonstrations_day_goes_through_as_it_is_made(tmp_path: Path, capsys: Capture) -> None:
    day = tmp_path / "day"
    assert run(["simulate", "--out", str(day), "--trucks", "25"]) == 0
    call = ["check", str(day / "traces.csv"), "--vehicles", str(day / "vehicles.csv"), "--out", str(tmp_path / "out")]
    assert run([*call, "--permits", str(day / "permits.csv")]) == 0
    capsys.readouterr()
    assert sums_up(tmp_path / "out")["counts"]["vehicles"]["in_traces_unknown"] == 0


def test_real_taxis_with_rows_without_time_are_read_as_far_as_they_go(
    tmp_path: Path, capsys: Capture, shared: Callable[[str], Path]
) -> None:
    traces, streets = shared("traces/beijing_taxi_60s.csv"), shared("osm/beijing_2012_named_ways.geojson")
    sides = {"西直门北大街": "east", "学院南路": "south", "新街口外大街": "west", "文慧园路": "north"}
    edges = "\n".join(f"  - {{road: {road}, side: {side}, boundary: excluded}}" for road, side in sides.items())
    (tmp_path / "spec.yaml").write_text(f"zone: beijing\nedges:\n{edges}\n", "utf-8")
    zone, out = tmp_path / "zone.geojson", tmp_path / "out"
    call = ["zone", "build", "--streets", str(streets), "--spec", str(tmp_path / "spec.yaml"), "--out", str(zone)]
    assert run(call) == 0
    (tmp_path / "vehicles.csv").write_text("vehicle_id,vehicle_type\nset60-5002,重型自卸货车\n", "utf-8")
    call = ["check", str(traces), "--vehicles", str(tmp_path / "vehicles.csv"), "--zone", str(zone), "--out", str(out)]
    assert run(["--lang", "en", *call]) == 1
    capsys.readouterr()
    counts = sums_up(out)["counts"]
    assert counts["rows"] == {"read": 536, "used": 225, "rejected": 311}
    rejected = rows_of(out / "rejected.csv")
    assert {(row["field"], row["reason"]) for row in rejected} == {("time", "no time")}
    lines = traces.read_text("utf-8").splitlines()
    assert all(lines[int(row["line"]) - 1].split(",")[1] == "" for row in rejected)
