"""`truckban enterprise`: the list of a day, importing with confirmation, matching by the contract, exports."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook

from enterprises.registry_file import builtin_registry, read_registry
from truckban.cli.main import run

Capture = pytest.CaptureFixture[str]
NAMES = [line.name for line in builtin_registry().lists[0].lines]


def ran(capsys: Capture, *arguments: str, lang: str = "en") -> tuple[int, str, str]:
    status = run(["--lang", lang, "enterprise", *arguments])
    out, errors = capsys.readouterr()
    return status, out, errors


def fed(monkeypatch: pytest.MonkeyPatch, capsys: Capture, *lines: str) -> tuple[int, list[Any]]:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("\n".join(lines).encode())))
    status, out, errors = ran(capsys, "match", "-", lang="zh")
    assert errors == ""
    return status, [json.loads(line) for line in out.splitlines()]


def test_the_contracts_example_is_answered_as_the_contract_says(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    status, (answer,) = fed(monkeypatch, capsys, '{"id": 7, "name": "汇鑫商砼", "on": "2024-05-08"}')
    assert status == 0
    assert list(answer)[:4] == ["id", "match", "listed", "candidates"]
    assert (answer["id"], answer["match"], answer["listed"]) == (7, NAMES[0], True)
    assert answer["candidates"][0]["name"] == NAMES[0]
    assert {"name", "score", "why"} <= set(answer["candidates"][0])
    assert (answer["enterprise"], answer["list"], answer["warnings"]) == ("linyi-2023-18-01", "linyi-2023-18", [])


def test_names_given_at_the_shell_are_answered_in_words(capsys: Capture) -> None:
    status, out, errors = ran(capsys, "match", "--name", "鑫得利", "--name", "鑫利得", "--on", "2024-05-08")
    assert (status, errors) == (0, "")
    sure, why, unsure, *_ = out.splitlines()
    assert sure == f"鑫得利: linyi-2023-18-02  {NAMES[1]}  listed"
    assert NAMES[1] in why
    assert unsure == "鑫利得: no listed enterprise that is certain"
    _, out, _ = ran(capsys, "match", "--name", "鑫得利", "--on", "2023-05-24", lang="zh")
    assert out.startswith(f"鑫得利: linyi-2023-18-02  {NAMES[1]}  当日的名单没有收录")


@pytest.mark.parametrize("wrong", [[], ["-", "--name", "鑫得利"], ["-", "--on", "2024-05-08"], ["-", "more"]])
def test_names_come_from_a_file_or_from_the_shell(capsys: Capture, wrong: list[str]) -> None:
    status, out, errors = ran(capsys, "match", *wrong, lang="zh")
    assert (status, out) == (2, "")
    assert "Got" not in errors


def test_none_is_a_full_answer_with_its_candidates(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    _, (answer,) = fed(monkeypatch, capsys, '{"name": "鑫利得", "on": "2024-05-08"}')
    assert (answer["id"], answer["match"], answer["listed"]) == (None, None, False)
    assert answer["candidates"][0]["codes"][0] == "brand.order"


def test_before_the_first_known_list_nothing_is_listed_and_the_answer_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    _, (before, first, none) = fed(
        monkeypatch,
        capsys,
        '{"name": "汇鑫商砼", "on": "2023-05-24"}',
        '{"name": "汇鑫商砼", "on": "2023-05-25"}',
        '{"name": "汇鑫商砼"}',
    )
    assert (before["match"], before["listed"], before["warnings"][0]["code"]) == (
        NAMES[0],
        False,
        "list.unknown_before",
    )
    assert (first["listed"], first["warnings"]) == (True, [])
    assert none["warnings"][0]["code"] == "on.missing"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("nope", None),
        ("5", None),
        ('{"id": "x"}', "name"),
        ('{"id": "x", "name": ""}', "name"),
        ('{"id": "x", "name": 5}', "name"),
        ('{"id": "x", "name": "汇鑫", "on": "2024-13-01"}', "on"),
        ('{"id": "x", "name": "汇鑫", "on": 5}', "on"),
        ('{"id": "x", "name": "汇鑫", "credit_code": 5}', "credit_code"),
    ],
)
def test_a_bad_line_is_answered_in_its_place_and_the_rest_too(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, line: str, field: str | None
) -> None:
    status, (before, bad, after) = fed(monkeypatch, capsys, '{"name": "汇鑫商砼"}', "", line, '{"name": "汇鑫商砼"}')
    assert status == 1
    assert before["match"] == after["match"] == NAMES[0]
    assert (bad["error"]["line"], bad["error"]["field"]) == (3, field)


def test_the_list_of_a_day_and_an_enterprise_are_shown_in_both_languages(capsys: Capture) -> None:
    for lang, word in (("zh", "位置未公布"), ("en", "no position published")):
        status, out, _ = ran(capsys, "list", lang=lang)
        assert (status, out.count(word)) == (0, 24)
        assert "0359-4036898" in out
    assert "No list is known for 2023-01-01" in ran(capsys, "list", "--on", "2023-01-01")[1]
    assert "24" in ran(capsys, "list", "--on", "2024-01-01")[1]
    for asked in ("10", "linyi-2023-18-10", NAMES[9]):
        assert NAMES[9] in ran(capsys, "show", asked)[1]
    assert json.loads(ran(capsys, "show", "1", "--json")[1])["position"] == "not_published"
    assert len(json.loads(ran(capsys, "list", "--json")[1])) == 24
    assert "invented" in ran(capsys, "list", "--registry", "schematic")[1]
    assert "invented" in ran(capsys, "show", "1", "--registry", "schematic")[1]


def test_a_list_is_imported_only_with_a_confirmation_and_can_be_undone(tmp_path: Path, capsys: Capture) -> None:
    file, registry = tmp_path / "new.csv", tmp_path / "r.json"
    file.write_text("企业名称\n" + "\n".join([*NAMES[1:], "临猗县示意甲商砼有限公司"]), encoding="utf-8")
    call = [
        "import",
        str(file),
        "--registry",
        str(registry),
        "--issued",
        "2024-06-01",
        "--doc-no",
        "临政办发〔2024〕9号",
    ]
    status, out, errors = ran(capsys, *call)
    assert (status, registry.exists()) == (2, False)
    assert f"- {NAMES[0]}" in out
    assert "1 added, 1 removed, 0 renamed, 23 unchanged" in out
    assert "--yes" in errors
    assert ran(capsys, *call, "--yes")[0] == 0
    assert [document.id for document in read_registry(registry).lists] == ["linyi-2023-18", "linyi-2024-9"]
    before = registry.read_bytes()
    sites = tmp_path / "s.csv"
    sites.write_text("enterprise,lon,lat\n示意甲商砼,110.7,35.1\n", encoding="utf-8")
    said = ["--crs", "gcj02", "--source", "示意踏勘", "--date", "2024-06-02", "--yes"]
    status, out, _ = ran(capsys, "import", str(sites), "--registry", str(registry), "--sites", *said)
    aside = tmp_path / out.split("kept as ")[1].split(";")[0]
    assert aside.read_bytes() == before
    assert "on the list" not in ran(capsys, "show", NAMES[0], "--registry", str(registry), "--on", "2024-05-31")[1]
    assert "not on the list" in ran(capsys, "show", NAMES[0], "--registry", str(registry), "--on", "2024-06-01")[1]
    assert ran(capsys, "diff", str(file), "--registry", str(registry))[1].splitlines()[-1].endswith("24 unchanged")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["import", "new.csv"], 2, "--registry"),
        (["import", "new.csv", "--registry", "linyi"], 2, "--registry"),
        (["diff", "new.csv"], 3, "new.csv: there is no such file"),
        (["diff", "new.csv", "--rename", "x"], 3, "new.csv"),
        (["list", "--registry", "nope"], 3, "no built-in registry nope"),
        (["list", "--registry", "nope.json"], 3, "nope.json: there is no such file"),
        (["list", "--on", "yesterday"], 2, "--on"),
        (["show", "没有"], 3, "no enterprise has"),
        (["export", "out.pdf"], 2, ".geojson"),
        (["match", "nothing.jsonl"], 3, "nothing.jsonl"),
    ],
)
def test_a_wrong_call_is_answered_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, arguments: list[str], status: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    found, _, errors = ran(capsys, *arguments)
    assert found == status
    assert said in errors
    assert list(tmp_path.iterdir()) == []


def test_exports_hold_the_list_and_can_be_imported_again(tmp_path: Path, capsys: Capture) -> None:
    for ending in ("csv", "xlsx", "json"):
        path = tmp_path / f"list.{ending}"
        assert ran(capsys, "export", str(path))[0] == 0
        assert "0 added, 0 removed, 0 renamed, 24 unchanged" in ran(capsys, "diff", str(path))[1]
    rows = list(csv.DictReader((tmp_path / "list.csv").read_text("utf-8-sig").splitlines()))
    assert [row["name"] for row in rows] == NAMES
    sheet = load_workbook(tmp_path / "list.xlsx").get_sheet_by_index(0).to_python()
    assert [row[2] for row in sheet[1:]] == NAMES


def test_geojson_holds_sites_in_wgs_84_and_says_which_enterprises_have_none(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "list.geojson"
    ran(capsys, "export", str(path))
    features = json.loads(path.read_text("utf-8"))["features"]
    assert [feature["geometry"] for feature in features] == [None] * 24
    assert {feature["properties"]["position"] for feature in features} == {"not_published"}
    ran(capsys, "export", str(path), "--registry", "schematic")
    tree = json.loads(path.read_text("utf-8"))
    assert tree["invented"] is True
    assert {feature["properties"]["site_invented"] for feature in tree["features"]} == {True}
    assert {feature["geometry"]["type"] for feature in tree["features"]} == {"Point", "Polygon"}
