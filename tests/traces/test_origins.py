"""A lead names the enterprise of the last visit before it, or none and why; without sites a check is what it was."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driving import CROSSROADS, HEAVY, LonLat, at, drive, off, stay, written

from enterprises.stops import EMPTY, FULL, UNKNOWN, Stops
from enterprises.visits import Certainty, Visit
from truckban.cli.base import DONE_WITH_REJECTS
from truckban.cli.main import run
from truckban.freight.crosschecks import enterprise_rates, wilson
from truckban.freight.origins import WHY, Origins
from truckban.report.visit_page import ORIGINS
from zones.coords import from_wgs84

HOUR = 3600.0
TEN = at("10:00:00")
# the middle of the demonstration area's first site, outside of which its trucks come (invented)
YARD: LonLat = (110.7635, 35.1379)


def visit(hours: float, *, name: str = "T1", lasts: float = 0.5, **more: object) -> Visit:
    how: Certainty = more.pop("certainty", "inside")  # type: ignore[assignment]
    enterprise = None if how == "ambiguous" else str(more.pop("enterprise", "e-a"))
    start = TEN + hours * HOUR
    return Visit(name, "晋M12345", enterprise, "s", start, start + lasts * HOUR, how, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("visits", "enterprise", "why"),
    [
        ([visit(-2)], "e-a", "visit"),
        ([visit(-3), visit(-1, enterprise="e-b")], "e-b", "visit"),
        ([visit(-1, enterprise="e-b"), visit(-3)], "e-b", "visit"),
        ([], None, "no_visit"),
        ([visit(1)], None, "no_visit"),
        ([visit(-1, name="T2")], None, "no_visit"),
        ([visit(-6.5)], "e-a", "visit"),
        ([visit(-6.51)], None, "too_long_ago"),
        ([visit(-3), visit(-1, certainty="unsure")], None, "unsure"),
        ([visit(-3), visit(-1, certainty="ambiguous")], None, "ambiguous"),
        ([visit(-1, load_before=FULL, load_after=EMPTY)], None, "left_empty"),
        ([visit(-1, load_before=EMPTY, load_after=FULL)], "e-a", "visit"),
        ([visit(-0.49)], "e-a", "visit"),
        ([visit(-3), visit(-0.2, enterprise="e-b")], "e-a", "visit"),
    ],
)
def test_the_origin_is_the_last_visit_before_or_nothing_and_why(
    visits: list[Visit], enterprise: str | None, why: str
) -> None:
    origin = Origins(visits, None).before("T1", TEN)
    assert (origin.enterprise, origin.why) == (enterprise, why)
    assert origin.why in WHY


@pytest.mark.parametrize(
    ("start_h", "lasts_h", "loads", "why"),
    [
        (-1.0, 0.25, (UNKNOWN, UNKNOWN), "stopped_since"),
        (-1.0, 0.24, (UNKNOWN, UNKNOWN), "visit"),
        (-1.0, 0.5, (FULL, FULL), "visit"),
        (-1.0, 0.5, (FULL, EMPTY), "stopped_since"),
        (-1.0, 0.5, (EMPTY, FULL), "stopped_since"),
        (-2.0, 0.5, (UNKNOWN, UNKNOWN), "visit"),
        (0.1, 0.5, (UNKNOWN, UNKNOWN), "visit"),
    ],
)
def test_a_long_stop_elsewhere_ends_the_trip_unless_the_truck_is_known_to_be_loaded_still(
    start_h: float, lasts_h: float, loads: tuple[int, int], why: str
) -> None:
    start = np.array([TEN + start_h * HOUR])
    place = np.array([110.0]), np.array([35.0])
    before, after = (np.array([load], np.int8) for load in loads)
    stops = Stops(["T1"], np.array([0]), start, start + lasts_h * HOUR, *place, load_before=before, load_after=after)
    origin = Origins([visit(-2)], stops).before("T1", TEN)
    assert (origin.why, origin.enterprise) == (why, "e-a" if why == "visit" else None)
    assert Origins([visit(-2)], stops).before("T2", TEN).why == "no_visit"


def test_every_reason_has_its_words_on_the_page() -> None:
    assert set(ORIGINS) == set(WHY)


def test_a_rate_is_of_trips_whose_end_was_seen_and_has_its_interval() -> None:
    visits = [visit(-2 * k, lasts=0.5) for k in range(1, 9)] + [
        visit(-30, left_unseen=True),
        visit(-40, certainty="unsure"),
    ]
    (row,) = enterprise_rates(visits, [], {"e-a": "甲"})
    assert (row["trips"], row["unlawful_trips"], row["rate"], row["rate_low"]) == (8, 0, 0.0, 0.0)
    assert row["rate_high"] == pytest.approx(0.3244, abs=1e-4)
    assert wilson(0, 0) == (None, None)
    low, high = wilson(5, 10)
    assert low is not None
    assert high is not None
    assert (low, high) == (pytest.approx(0.2366, abs=1e-4), pytest.approx(0.7634, abs=1e-4))


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """Return a folder with a truck that loads at an invented site inside and drives through the town at ten, and one that only drives."""
    way = [YARD, off(YARD, 0, 300), (CROSSROADS[0], YARD[1] + 300 / 110943.0), CROSSROADS]
    fixes = [
        drive([off(YARD, -2500), YARD], at("04:00:00")),
        stay(YARD, at("04:05:00"), at("10:00:00"), every_s=30),
        drive(way, at("10:00:00")),
        stay(CROSSROADS, at("10:10:00"), at("10:40:00"), every_s=30),
        drive(way[::-1], at("12:00:00"), name="晋M54321"),
    ]
    written(pd.concat(fixes, ignore_index=True)).to_csv(tmp_path / "traces.csv", index=False)
    rows = [{"vehicle_id": "T1", **HEAVY}, {"vehicle_id": "晋M54321", **HEAVY, "plate": "晋M54321"}]
    pd.DataFrame(rows).to_csv(tmp_path / "vehicles.csv", index=False)
    return tmp_path


def called(folder: Path, *more: str, command: str = "check", out: str = "out", status: int = 0) -> Path:
    words = ["enterprise", "visits"] if command == "visits" else ["check"]
    to = folder / out
    given = [str(folder / "traces.csv"), "--vehicles", str(folder / "vehicles.csv"), "--out", str(to)]
    assert run(["--lang", "en", *words, *given, *more]) == status
    return to


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_check_with_sites_fills_in_the_enterprise_and_changes_nothing_else(day: Path) -> None:
    without, with_ = called(day, out="without"), called(day, "--sites", "schematic", out="with")
    before, after = table(without / "leads.csv"), table(with_ / "leads.csv")
    assert {row["vehicle_id"]: row["enterprise_id"] for row in after} == {"T1": "schematic-1-1", "晋M54321": ""}
    assert {row["enterprise_id"] for row in before} == {""}
    assert [row | {"enterprise_id": ""} for row in after] == before
    plain, run_ = (json.loads((folder / "run.json").read_text("utf-8")) for folder in (without, with_))
    origins = run_.pop("origins")
    assert run_ == plain
    assert sum(origins["leads"].values()) == run_["counts"]["leads"]
    assert origins["leads"]["visit"] == sum(row["vehicle_id"] == "T1" for row in after)
    assert origins["invented"] is True


def test_visits_come_with_tables_that_add_up_and_masked_plates(day: Path) -> None:
    out = called(day, "--sites", "schematic", command="visits")
    facts = json.loads((out / "run.json").read_text("utf-8"))
    counts = facts["counts"]
    visits, stops = counts["visits"], counts["unlisted"]["stops"]
    assert visits["stops"] == sum(
        visits[name] for name in ("repeated", "outside", "too_short", "inside", "unsure", "ambiguous")
    )
    assert stops["all"] == visits["stops"] == sum(value for name, value in stops.items() if name != "all")
    assert counts["rows"]["read"] == counts["rows"]["used"] + counts["rows"]["rejected"]
    rows = table(out / "visits.csv")
    assert len(rows) == visits["visits"]["all"] == 1
    assert (rows[0]["enterprise"], rows[0]["name"], rows[0]["listed_on_day"]) == (
        "schematic-1-1",
        "示意甲商砼有限公司",
        "true",
    )
    assert (rows[0]["plate"], rows[0]["certainty"]) == ("晋M***45", "inside")
    by_origin = table(out / "leads_by_origin.csv")
    assert sum(int(row["leads"]) for row in by_origin) == counts["leads"]["all"]
    assert {row["origin"] for row in by_origin} == {"visit", "no_visit"}
    (rate,) = table(out / "enterprises.csv")
    assert (rate["trips"], rate["unlawful_trips"], rate["rate"]) == ("1", "1", "1.0")
    assert float(rate["rate_low"]) < 0.3
    for name in ("visits.csv", "unlisted.csv", "unlisted.geojson", "vehicles_at_many.csv", "report.html"):
        text = (out / name).read_text("utf-8")
        assert "晋M12345" not in text, name
        assert "54321" not in text, name
    assert "candidates for inspection, not accusations" in (out / "report.html").read_text("utf-8")


def test_plates_are_written_in_full_only_when_asked_for(day: Path) -> None:
    out = called(day, "--sites", "schematic", "--plates", command="visits")
    assert table(out / "visits.csv")[0]["plate"] == "晋M12345"


def test_the_order_of_the_rows_changes_no_file(day: Path) -> None:
    first = called(day, "--sites", "schematic", command="visits", out="first")
    rows = pd.read_csv(day / "traces.csv", dtype=str).sample(frac=1, random_state=3)
    rows.to_csv(day / "traces.csv", index=False)
    second = called(day, "--sites", "schematic", command="visits", out="second")
    for name in ("visits.csv", "unlisted.csv", "unlisted.geojson", "leads_by_origin.csv", "enterprises.csv"):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


@pytest.mark.parametrize(
    ("sites", "sentence"),
    [
        ("linyi", "holds no site"),
        ("nothing.csv", "no such file"),
        ("sites.csv", "coordinate system"),
        ("sites.geojson", "crosses itself"),
    ],
)
def test_sites_that_cannot_be_used_end_the_call_with_a_sentence(
    day: Path, capsys: pytest.CaptureFixture[str], sites: str, sentence: str
) -> None:
    (day / "sites.csv").write_text("enterprise,lon,lat\n示意甲商砼有限公司,110.76,35.13\n", encoding="utf-8")
    bow = [[110.0, 35.0], [110.001, 35.001], [110.001, 35.0], [110.0, 35.001], [110.0, 35.0]]
    properties = {"enterprise": "示意甲商砼有限公司", "crs": "wgs84", "source": "示意", "date": "2024-03-01"}
    feature = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [bow]}, "properties": properties}
    (day / "sites.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8"
    )
    name = sites if sites == "linyi" else str(day / sites)
    called(day, "--sites", name, "--registry", "schematic", command="visits", status=3)
    assert sentence in capsys.readouterr().err


def test_trips_whose_shipper_is_on_no_list_are_a_table_and_a_part_of_the_page(day: Path) -> None:
    sheet = day / "trips.csv"
    sheet.write_text(
        "发货单位,日期\n示意甲商砼有限公司,2024-05-08\n深圳某某,2024-05-09\n深圳某某,2024-05-08\n示意甲商砼有限公司,2020-01-01\n",
        encoding="utf-8",
    )
    out = called(day, "--sites", "schematic", "--shippers", str(sheet), command="visits")
    rows = table(out / "shippers.csv")
    assert [(row["shipper"], row["status"], row["rows"], row["first_day"], row["last_day"]) for row in rows] == [
        ("深圳某某", "on_no_list", "2", "2024-05-08", "2024-05-09"),
        ("示意甲商砼有限公司", "no_list_known", "1", "2020-01-01", "2020-01-01"),
    ]
    counts = json.loads((out / "run.json").read_text("utf-8"))["counts"]["shippers"]
    assert counts["rows"] == sum(value for name, value in counts.items() if name != "rows") == 4
    assert "深圳某某" in (out / "report.html").read_text("utf-8")
    again = called(day, "--sites", "schematic", command="visits")
    assert not (again / "shippers.csv").exists()
    assert "shippers" not in json.loads((again / "run.json").read_text("utf-8"))["counts"]
    sheet.write_text("发货单位,日期\n,2024-05-08\n深圳某某,morgen\n", encoding="utf-8")
    called(day, "--sites", "schematic", "--shippers", str(sheet), command="visits", status=DONE_WITH_REJECTS)
    assert [(row["shipper"], row["status"]) for row in table(out / "shippers.csv")] == [
        ("", "error"),
        ("深圳某某", "error"),
    ]


def test_known_places_are_read_and_faults_named(day: Path, capsys: pytest.CaptureFixture[str]) -> None:
    point = {"type": "Point", "coordinates": list(CROSSROADS)}
    tree = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "geometry": point, "properties": {"kind": "depot", "crs": "wgs84"}}],
    }
    places = day / "places.geojson"
    places.write_text(json.dumps(tree), encoding="utf-8")
    out = called(day, "--sites", "schematic", "--places", str(places), command="visits")
    assert json.loads((out / "run.json").read_text("utf-8"))["counts"]["unlisted"]["stops"]["known_place"] >= 2
    tree["features"][0]["properties"]["kind"] = "yard"  # type: ignore[index]
    places.write_text(json.dumps(tree), encoding="utf-8")
    called(day, "--sites", "schematic", "--places", str(places), command="visits", status=3)
    assert "features[0].kind" in capsys.readouterr().err


def test_enterprises_without_a_site_are_named_and_points_without_a_radius_counted(
    day: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sites = day / "sites.csv"
    sites.write_text(
        f"enterprise,lon,lat,crs,source,date\n示意甲商砼有限公司,{YARD[0]},{YARD[1]},wgs84,示意,2024-03-01\n",
        encoding="utf-8",
    )
    out = called(day, "--sites", str(sites), "--registry", "schematic", command="visits")
    origins = json.loads((out / "run.json").read_text("utf-8"))["origins"]
    assert origins["enterprises_without_site"] == [f"schematic-1-{k}" for k in range(2, 7)]
    said = capsys.readouterr().err
    assert "1 points come without a radius; 100 m are taken" in said
    assert "5 listed enterprises have no site" in said


def test_sites_in_gcj02_are_brought_to_where_they_are(day: Path) -> None:
    lon, lat = from_wgs84(YARD[0], YARD[1], "gcj02")
    sites = day / "sites.csv"
    rows = f"示意甲商砼有限公司,{float(lon)},{float(lat)},gcj02,示意,2024-03-01,60\n"
    sites.write_text(f"enterprise,lon,lat,crs,source,date,radius_m\n{rows}", encoding="utf-8")
    out = called(day, "--sites", str(sites), "--registry", "schematic", command="visits")
    (row,) = table(out / "visits.csv")
    assert (row["certainty"], float(row["margin_m"])) == ("inside", pytest.approx(60, abs=2))
