"""`visits.csv` read again, records beside it, and enterprises visited while they were on no list."""

import datetime as dt
from pathlib import Path

import pytest

from enterprises.draft import Draft, DraftLine
from enterprises.importing import with_list
from enterprises.registry_file import builtin_registry
from enterprises.stops import EMPTY, FULL
from enterprises.visits import Visit
from tests.enterprises.loads_given import checked
from truckban.freight.crosschecks import not_listed
from truckban.freight.load_visits import NEED_NONE, Beside
from truckban.freight.visit_files import VISIT_COLUMNS, Writer, visit_rows
from truckban.freight.visit_table import VisitTable, read_visits
from truckban.report.masking import Masker
from zones.errors import InputError

REGISTRY = builtin_registry("schematic")
ONE = "schematic-1-1"
NOON = dt.datetime.fromisoformat("2024-05-08T12:00:00+08:00").timestamp()
HOUR = 3600.0


def visit(at: float = NOON, **more: object) -> Visit:
    given = {"vehicle_id": "T1", "plate": "晋M12345", "enterprise": ONE, "site": "schematic-site-1"} | more
    return Visit(arrived_s=at, left_s=at + HOUR, **given)  # type: ignore[arg-type]


def file_of(folder: Path, *visits: Visit, classes: dict[str, str] | None = None) -> Path:
    writer = Writer("Asia/Shanghai", Masker([]), masked=False)
    writer.table(folder / "visits.csv", VISIT_COLUMNS, visit_rows(visits, REGISTRY, writer, classes))
    return folder


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    given = [
        visit(load_before=EMPTY, load_after=FULL, others=("schematic-1-2",), certainty="unsure"),
        visit(plate=None),
        visit(enterprise=None, site=None, certainty="ambiguous", others=(ONE, "schematic-1-2")),
    ]
    for path in (file_of(tmp_path, *given, classes={"T1": "heavy"}), tmp_path / "visits.csv"):
        found = read_visits(path, REGISTRY)
        assert list(found.visits) == given
        assert (found.lines, dict(found.classes), found.notes) == ((2, 3, 4), {"T1": "heavy"}, ())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("晋M12345", "晋M***45", "the plates are masked"),
        ("T1,", "晋M***45,", "the plates are masked"),
        (ONE, "nobody", "the registry has no enterprise nobody"),
        ("inside", "surely", "one of inside, unsure, ambiguous"),
        ("2024-05-08T12:00:00+08:00", "2024-05-08T12:00:00", "a time with an offset"),
        ("2024-05-08T13:00:00+08:00", "noon", "a time with an offset"),
        ("2024-05-08T13:00:00+08:00", "2024-05-08T11:00:00+08:00", "it left before it arrived"),
        ("arrived_at", "when", "it lacks arrived_at"),
    ],
)
def test_a_damaged_table_is_refused_in_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = file_of(tmp_path, visit()) / "visits.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_visits(path, REGISTRY)


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_visits(tmp_path / "none.csv", REGISTRY)
    (tmp_path / "visits.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not CSV in UTF-8"):
        read_visits(tmp_path, REGISTRY)


def test_another_version_of_the_registry_is_told(tmp_path: Path) -> None:
    file_of(tmp_path, visit())
    for sha256, notes in (("0" * 64, 1), (REGISTRY.sha256, 0)):
        (tmp_path / "run.json").write_text(f'{{"origins": {{"registry": {{"sha256": "{sha256}"}}}}}}')
        assert len(read_visits(tmp_path, REGISTRY).notes) == notes
    (tmp_path / "run.json").write_text("[]")
    assert read_visits(tmp_path, REGISTRY).notes == ()


def beside(folder: Path, visits: list[Visit], classes: dict[str, str] | None = None, **rows: str) -> Beside:
    ids = {"甲": ONE, "乙": "schematic-1-2"}
    lines = [f"{at},晋M12345,20,{name}" for name, at in rows.items()]
    loads = checked(folder, "时间,车牌号,毛重(t),企业名称", lines, enterprise=ids.get)
    table = VisitTable(tuple(visits), tuple(range(2, 2 + len(visits))), classes or {}, ())
    return Beside.of(loads, table, within_s=1800)


def test_each_mismatch_says_what_is_known_of_the_other_side(tmp_path: Path) -> None:
    far = visit(NOON + 40 * HOUR, enterprise="schematic-1-3")
    found = beside(tmp_path, [visit(), far], 乙="2024-05-08 20:00:00", 丙="2024-05-08 12:30:00")
    counts = found.counts()
    assert found.record_why() == {0: "enterprise_never_visited"}
    assert found.visit_why() == {0: "enterprise_without_records", 1: "outside_period"}
    assert (counts["records"]["nowhere"], counts["visits"]["perhaps"]) == (1, 1)


def test_who_needs_no_record_is_not_asked(tmp_path: Path) -> None:
    for kind in (*NEED_NONE, "heavy", "tractor", "medium", "unknown"):
        asked = beside(tmp_path, [visit()], {"T1": kind}, 乙="2024-05-08 12:30:00").counts()["visits"]
        assert (asked["not_asked"], asked["alone"]) == ((1, 0) if kind in NEED_NONE else (0, 1)), kind
    assert beside(tmp_path, [visit(load_after=EMPTY)], 乙="2024-05-08 12:30:00").counts()["visits"]["not_asked"] == 1
    assert beside(tmp_path, [visit(load_after=FULL)], 乙="2024-05-08 12:30:00").counts()["visits"]["alone"] == 1


def test_the_time_allowed_includes_its_ends(tmp_path: Path) -> None:
    for at, paired in (("11:30:00", 1), ("11:29:59", 0), ("13:30:00", 1), ("13:30:01", 0)):
        counts = beside(tmp_path, [visit()], 甲=f"2024-05-08 {at}").counts()
        assert counts["records"]["paired"] == paired, at


def test_visits_on_days_on_no_list_are_told_with_when_it_was_listed() -> None:
    names = [entry.name for entry in REGISTRY.listed(REGISTRY.latest)]
    lines = tuple(DraftLine(name, number) for number, name in enumerate(names[1:], start=1))
    both = with_list(REGISTRY, Draft("n", "0" * 64, lines, issued=dt.date(2024, 5, 8)))
    midnight = dt.datetime.fromisoformat("2024-05-08T00:00:00+08:00").timestamp()
    before_first = dt.datetime.fromisoformat("2023-05-24T12:00:00+08:00").timestamp()
    visits = [
        visit(midnight - 1),
        visit(before_first),
        visit(midnight),
        visit(midnight + 30 * HOUR, vehicle_id="T2"),
        visit(midnight, certainty="unsure"),
        visit(midnight, enterprise="schematic-1-2"),
    ]
    (row,) = not_listed(visits, both, "Asia/Shanghai")
    assert (row["name"], row["visits"], row["vehicles"]) == (names[0], 2, 2)
    assert (row["first_day"], row["last_day"]) == ("2024-05-08", "2024-05-09")
    assert row["listed"] == "2023-05-25/2024-05-07"
