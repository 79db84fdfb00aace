"""JSON lines in, JSON lines out: every line is answered in its place, a bad one with what is wrong with it."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from truckban.cli.main import run

CASE = {
    "id": "c",
    "vehicle": {"vehicle_type": "重型自卸货车"},
    "at": "2024-05-08T10:00:00+08:00",
    "place": {"lon": 110.765, "lat": 35.14},
}
Capture = pytest.CaptureFixture[str]


def fed(monkeypatch: pytest.MonkeyPatch, capsys: Capture, data: str | bytes, *command: str) -> tuple[int, list[Any]]:
    raw = data if isinstance(data, bytes) else data.encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
    status = run(["--lang", "zh", *command, "-"])
    out, errors = capsys.readouterr()
    assert errors == ""
    return status, [json.loads(line) for line in out.split("\n") if line]


def case(**changes: object) -> str:
    return json.dumps({**CASE, **changes}, ensure_ascii=False)


def test_cases_from_standard_input_and_from_a_file_are_answered_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    night = "2024-05-08T23:00:00+08:00"
    lines = [case(id="a"), case(id=7, at=night), case(id=None, vehicle={})]
    status, answers = fed(monkeypatch, capsys, "\n".join(lines), "decide")
    assert status == 0
    assert [(answer["id"], answer["verdict"]) for answer in answers] == [
        ("a", "prohibited"),
        (7, "allowed"),
        (None, "undetermined"),
    ]
    (tmp_path / "cases.jsonl").write_text("\n".join(lines), encoding="utf-8-sig")
    assert run(["decide", str(tmp_path / "cases.jsonl")]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == answers


@pytest.mark.parametrize(
    ("line", "case_id", "field"),
    [
        ("not json", None, None),
        ("{", None, None),
        ("5", None, None),
        ("null", None, None),
        ('["at"]', None, None),
        ("[" * 100_000, None, None),
        ('{"id": "x"}', "x", "at"),
        (case(id="x", at="10:00"), "x", "at"),
        (case(id="x", at=5), "x", "at"),
        (case(id="x", at="2024-02-30T10:00:00+08:00"), "x", "at"),
        (case(id="x", vehicle=[]), "x", "vehicle"),
        (case(id="x", vehicle={"length_mm": "6 m"}), "x", "vehicle.length_mm"),
        (case(id="x", vehicle={"on_duty": "yes"}), "x", "vehicle.on_duty"),
        (case(id="x", vehicle={"axles": 10**400}), "x", "vehicle.axles"),
        (case(id="x", vehicle={"length_mm": 0}).replace(": 0}", ": " + "9" * 5000 + "}"), "x", "vehicle.length_mm"),
        (case(id="x", place={"lon": 10**400, "lat": 35}), "x", "place.lon"),
        (case(id="x", place={"lon": float("nan"), "lat": 35.1}), "x", "place.lon"),
        (case(id="x", place=5), "x", "place"),
        (case(id="x", permits={}), "x", "permits"),
        (case(id="x", permits=[{"plate": "晋M12345"}, 5]), "x", "permits[1]"),
        (case(id="x", permits=[{"plate": "晋M12345", "area": {"type": "Polygon"}}]), "x", "permits[0].area"),
    ],
)
def test_a_bad_line_is_answered_with_its_number_and_field_and_the_rest_with_verdicts(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, line: str, case_id: str | None, field: str | None
) -> None:
    data = "\n".join(["\ufeff" + case(id="before"), "", line, "  ", case(id="after"), ""])
    status, (before, wrong, after) = fed(monkeypatch, capsys, data, "decide")
    assert status == 1
    assert (before["id"], after["id"]) == ("before", "after")
    assert before["verdict"] == after["verdict"] == "prohibited"
    assert set(wrong) == {"id", "error"}
    assert (wrong["id"], wrong["error"]["line"], wrong["error"]["field"]) == (case_id, 3, field)
    assert wrong["error"]["message"]


def test_line_separators_that_json_may_hold_do_not_tear_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    names = ["a\u2028b", "a\u2029b", "a\u0085b"]
    status, answers = fed(monkeypatch, capsys, "\r\n".join(case(id=name) for name in names) + "\r\n{\r\n", "decide")
    assert status == 1
    assert [answer["id"] for answer in answers] == [*names, None]
    assert answers[-1]["error"]["line"] == 4


def test_half_a_character_does_not_stop_the_answers(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    line = case().replace('"c"', '"\\ud800"')
    status, answers = fed(monkeypatch, capsys, f"{line}\n{case()}", "decide")
    assert status == 0
    assert [answer["id"] for answer in answers] == ["\ud800", "c"]


TRIP = {"vehicle": {}, "origin": {"lon": 110.765, "lat": 35.14}, "destination": {"lon": 110.766, "lat": 35.14}}


@pytest.mark.parametrize(
    ("command", "good"),
    [
        (["decide"], CASE),
        (["vehicle", "classify"], {"vehicle_type": "H11"}),
        (["enterprise", "match"], {"name": "汇鑫商砼", "on": "2024-05-08"}),
        (["trip"], {**TRIP, "depart": "2024-05-08T23:00:00+08:00"}),
    ],
    ids=" ".join,
)
def test_a_line_that_is_not_utf_8_is_answered_with_its_number_and_the_rest_with_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, command: list[str], good: Mapping[str, object]
) -> None:
    line = json.dumps({**good, "id": "好"}, ensure_ascii=False)
    data = b"\n".join([line.encode(), line.encode("gbk"), line.encode()])
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert run(["--lang", "en", *command, "-"]) == 1
    before, wrong, after = map(json.loads, capsys.readouterr().out.splitlines())
    assert before == after
    assert before["id"] == "好"
    assert wrong == {"id": None, "error": {"line": 2, "field": None, "message": "this is not UTF-8; save it as UTF-8"}}


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", "\n{}\n".encode("utf-16"), b"\n\xbd\xfa\n\xbd\xfa\n"])
def test_what_is_no_text_at_all_ends_with_3(monkeypatch: pytest.MonkeyPatch, capsys: Capture, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert run(["--lang", "en", "decide", "-"]) == 3
    told = capsys.readouterr()
    assert "this is not UTF-8" in told.err
    assert told.out == ""


@pytest.mark.parametrize("data", ["", "\n\n", "\ufeff"])
def test_no_cases_are_no_answers(monkeypatch: pytest.MonkeyPatch, capsys: Capture, data: str) -> None:
    assert fed(monkeypatch, capsys, data, "decide") == (0, [])


def test_an_unknown_field_is_not_used_in_silence(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    _, [answer] = fed(monkeypatch, capsys, case(vehicles={}), "decide")
    assert "vehicles" in json.dumps(answer["warnings"])


def test_vehicles_are_classified_line_by_line(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    lines = [
        '{"id": 1, "vehicle_type": "重型自卸货车"}',
        '{"id": 2, "vehicle_type": "H22"}',
        "{bad",
        '{"id": 4, "length_mm": "long"}',
        "[]",
        '{"id": 6, "vehicle_type": "天外飞车"}',
    ]
    status, answers = fed(monkeypatch, capsys, "\n".join(lines), "vehicle", "classify")
    assert status == 1
    assert [answer.get("vehicle_class") for answer in answers] == ["heavy", "medium", None, None, None, "unknown"]
    assert set(answers[0]) == {"id", "vehicle_class", "body", "rule", "warnings"}
    assert [answer["error"]["line"] for answer in answers if "error" in answer] == [3, 4, 5]
    assert answers[3]["error"]["field"] == "length_mm"
    assert answers[5]["warnings"]


# notices


def test_the_built_in_notices_are_listed_and_shown(capsys: Capture) -> None:
    assert run(["--lang", "zh", "notice", "list"]) == 0
    assert "临政发〔2023〕5号" in capsys.readouterr().out
    assert run(["--lang", "zh", "notice", "show", "linyi-2023-5"]) == 0
    shown = capsys.readouterr().out
    assert "重中型货车禁止通行" in shown
    assert "2023-03-01" in shown
    assert run(["--lang", "en", "notice", "show", "linyi-2023-5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == "linyi-2023-5"


def test_the_schema_is_json(capsys: Capture) -> None:
    assert run(["notice", "schema"]) == 0
    assert "properties" in json.loads(capsys.readouterr().out)


def test_a_notice_is_validated_fault_by_fault(tmp_path: Path, capsys: Capture) -> None:
    import truckban.notices  # noqa: PLC0415

    pack = Path(truckban.notices.__file__).parent / "packs" / "linyi-2023-5.yaml"
    assert run(["--lang", "en", "notice", "validate", str(pack)]) == 0
    assert "nothing wrong" in capsys.readouterr().out
    broken = tmp_path / "broken.yaml"
    broken.write_text(pack.read_text("utf-8").replace("06:00-22:00", "06:00-25:00"), "utf-8")
    assert run(["--lang", "en", "notice", "validate", str(broken)]) == 1
    out, errors = capsys.readouterr()
    assert out == ""
    assert "broken.yaml:" in errors
    assert "25:00" in errors
    for wrong in ("", "- 1", "a: [", "\t"):
        broken.write_text(wrong, "utf-8")
        assert run(["notice", "validate", str(broken)]) == 1
        assert "broken.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("command", [("decide",), ("trip",), ("vehicle", "classify"), ("enterprise", "match")])
def test_a_member_that_a_line_has_twice_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, command: tuple[str, ...]
) -> None:
    status, answers = fed(monkeypatch, capsys, '{"id": 1, "on": "2024-05-08", "on": "2024-05-09"}', *command)
    assert status == 1
    assert (answers[0]["error"]["field"], answers[0]["error"]["line"]) == ("on", 1)
    assert "on 写了不止一次" in answers[0]["error"]["message"]
