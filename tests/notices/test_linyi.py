"""The first notice, held against the gazette it was taken from, and the schema that packs are written in."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from truckban.notices.load import builtin_notice
from truckban.notices.model import NoticePack

PACK = builtin_notice("linyi-2023-5").pack
GAZETTE = Path(__file__).parents[3] / "shared" / "seeds" / (PACK.source.file or "")


@pytest.fixture
def gazette() -> bytes:
    if not GAZETTE.is_file():
        pytest.skip("the gazette's text is not beside this repository")
    return GAZETTE.read_bytes()


@pytest.mark.parametrize("clause", PACK.clauses, ids=lambda clause: clause.id)
def test_a_clause_is_verbatim_what_its_lines_say(gazette: bytes, clause: Any) -> None:  # noqa: ANN401
    first, last = clause.lines
    lines = gazette.decode("utf-8").splitlines()[first - 1 : last]
    assert [line.removeprefix("- ") for line in lines if line.strip()] == clause.text.split("\n")


def test_the_source_is_the_very_file(gazette: bytes) -> None:
    assert hashlib.sha256(gazette).hexdigest() == PACK.source.sha256


def test_title_and_number_stand_in_the_gazette(gazette: bytes) -> None:
    text = re.sub(r"\s", "", gazette.decode("utf-8"))
    assert PACK.title in text
    assert PACK.doc_no is not None
    assert PACK.doc_no in text


def test_the_clauses_leave_out_no_line_of_the_notice(gazette: bytes) -> None:
    lines = gazette.decode("utf-8").splitlines()
    cited = {line for clause in PACK.clauses if clause.lines for line in range(clause.lines[0], clause.lines[1] + 1)}
    left_out = [lines[number - 1] for number in range(min(cited), max(cited) + 1) if number not in cited]
    assert [line for line in left_out if line.strip()] == []


def test_every_clause_named_is_a_clause() -> None:
    known = {clause.id for clause in PACK.clauses}
    named = {norm.clause for norm in PACK.norms}
    named |= {part.clause for part in (*PACK.questions, *PACK.zones, *PACK.windows.values())}
    assert PACK.penalty is not None
    assert named | {PACK.penalty.clause} <= known


def test_every_clause_that_bans_or_frees_has_a_norm_or_a_window_or_a_zone() -> None:
    used = {norm.clause for norm in PACK.norms} | {part.clause for part in (*PACK.zones, *PACK.windows.values())}
    assert used == {"一(一)", "一(二)", "二(一)", "二(二)", "四(一)", "四(二)", "四(三)", "四(四)", "四(五)"}


def test_the_penalty_is_the_one_the_clause_names() -> None:
    assert PACK.penalty is not None
    text = next(clause.text for clause in PACK.clauses if clause.id == PACK.penalty.clause)
    assert f"{PACK.penalty.fine_cny:g}元" in text
    assert f"记{PACK.penalty.points}分" in text


def test_the_dates_are_those_of_the_last_clause() -> None:
    last = PACK.clauses[-1].text
    assert PACK.dates.in_force is not None
    assert PACK.dates.issued is not None
    for day in (PACK.dates.in_force, PACK.dates.issued):
        assert f"{day.year}年{day.month}月{day.day}日" in last


def test_every_boundary_road_of_the_zone_is_left_out_in_the_words_of_its_clause() -> None:
    (zone,) = PACK.zones
    text = next(clause.text for clause in PACK.clauses if clause.id == zone.clause)
    compass = {"north": "北", "south": "南", "east": "东", "west": "西"}
    assert zone.area is not None
    for edge in zone.area.edges:
        assert edge.side is not None
        assert f"{edge.road}以{compass[edge.side]}（不含{edge.road}" in text
        assert edge.boundary == "excluded"
    assert len(zone.area.edges) == text.count("（不含")


def test_the_schema_is_json_and_names_every_part() -> None:
    schema = NoticePack.model_json_schema()
    assert json.loads(json.dumps(schema, ensure_ascii=False)) == schema
    assert schema["title"] == "NoticePack"
    assert all("title" in part for name, part in schema["$defs"].items() if name != "Condition")
    assert set(schema["properties"]) == set(NoticePack.model_fields)
    assert schema["additionalProperties"] is False


def test_a_pack_survives_json() -> None:
    written = PACK.model_dump_json(by_alias=True)
    assert NoticePack.model_validate(json.loads(written)) == PACK
