import ast
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import get_args

import truckban
from truckban.missing_words import missing_words
from truckban.norms import Notice
from truckban.notices.load import builtin_names, load_notice, notice_named
from truckban.permits import read_permit
from truckban.report.phrases import IN_SCRIPT, PHRASES
from truckban.report.words import (
    GRADES,
    REASONS,
    VERDICTS,
    clause_of,
    permit_words,
    reading_words,
    reason_words,
)
from truckban.traces.check import Checked
from zones.zone import Grade

_PACKAGE = Path(truckban.__file__).parent
_TEMPLATES = files("truckban.report").joinpath("templates")
_FAMILIES = ("vehicle", "permit", "place", "time", "notice", "zone", "exempt", "ban", "alert", "rule", "plate")
_NO_REASONS = {"notice.in_force", "rule.dates"}
"""Names of conditions inside a norm; they are never given as a reason."""


def _codes_in_source() -> set[str]:
    code = re.compile(rf"(?:{'|'.join(_FAMILIES)})\.[a-z_]+")
    found = set()
    for path in _PACKAGE.rglob("*.py"):
        if "report" in path.parts or "demo" in path.parts or "cli" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and code.fullmatch(node.value):
                found.add(node.value)
    return found - _NO_REASONS


def _notice() -> Notice:
    return notice_named("linyi-2023-5")


def _templates() -> dict[str, str]:
    return {item.name: item.read_text("utf-8") for item in _TEMPLATES.iterdir() if item.name.endswith(".html")}


def test_every_reason_code_of_the_program_has_words() -> None:
    assert len(_codes_in_source()) > 20
    assert _codes_in_source() <= set(REASONS)
    assert {f"place.{word}" for word in ("inside", "outside", "boundary_road", "carve_out")} <= set(REASONS)


def test_every_reason_code_of_the_built_in_notice_has_words() -> None:
    notice = _notice()
    assert {*notice.norms, *(q.code for q in notice.questions.values() if q.code)} <= set(REASONS)


def test_another_notices_codes_are_said_in_its_own_words_and_an_unknown_one_as_it_is() -> None:
    packs = sorted((Path(__file__).parents[1] / "notices" / "packs").glob("*.yaml"))
    for notice in [*map(load_notice, packs), *map(notice_named, builtin_names())]:
        for code in notice.norms:
            assert reason_words(code, notice) != (code, code)
            assert clause_of(code, notice) in notice.clauses
    assert reason_words("no.such_code", _notice()) == ("no.such_code", "no.such_code")


def test_every_fact_that_can_be_missing_has_words() -> None:
    notice = _notice()
    asked = {field for fact in notice.facts.values() for field in fact.asked_as} | {"plate", "place"}
    assert all(missing_words(field, notice) != (field, field) for field in asked)


def test_every_reading_and_every_state_of_a_permit_has_words() -> None:
    notice = _notice()
    names = [name for question in notice.asked for name in question.readings]
    assert all(reading_words(name, notice) != (name, name) for name in names)
    permit = read_permit({"plate": "晋M12345"})
    assert permit.plate
    for status in ("none", "not_needed", "permit.pass", "permit.expired;permit.off_route"):
        assert not any(words.zh.isascii() for words in permit_words(status, notice))


def test_every_grade_and_verdict_has_words(checked: Checked) -> None:
    assert set(GRADES) == set(get_args(Grade))
    assert {checked.kind(part) for part in checked.parts} <= set(VERDICTS)


def test_every_sentence_is_in_both_languages_and_they_take_the_same_values() -> None:
    for key, words in [*PHRASES.items(), *REASONS.items()]:
        assert words.zh.strip(), key
        assert words.en.strip(), key
        assert not words.zh.isascii(), key
        assert not re.search(r"[\u4e00-\u9fff]", words.en), key
        assert re.findall(r"\{\w+\}", words.zh).sort() == re.findall(r"\{\w+\}", words.en).sort(), key
        assert set(re.findall(r"\{\w+\}", words.zh)) == set(re.findall(r"\{\w+\}", words.en)), key


def test_the_file_of_sentences_names_none_twice() -> None:
    pairs = json.loads(_TEMPLATES.joinpath("phrases.json").read_text("utf-8"), object_pairs_hook=list)
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names))


def test_the_templates_ask_only_for_sentences_that_there_are_and_each_is_asked_for() -> None:
    source = "".join(path.read_text("utf-8") for path in (_PACKAGE / "report").glob("*.py"))
    used = set(IN_SCRIPT) | set(re.findall(r'say\("([\w.]+)"', source))
    families = set()
    for text in _templates().values():
        used |= set(re.findall(r"""\bt\(["']([\w.]+)["'](?! ~)""", text))
        used |= set(re.findall(r"""\bsentence\[["']([\w.]+)["']\]""", text))
        families |= set(re.findall(r"""\bt\(["']([\w.]+\.)["'] ~""", text))
    families.add("unit.")
    assert used <= set(PHRASES)
    assert {key for key in PHRASES if not key.startswith(tuple(families))} <= used


def test_the_script_says_only_what_it_is_given() -> None:
    script = _TEMPLATES.joinpath("report.js").read_text("utf-8")
    assert not re.search(r"[\u4e00-\u9fff]", script.replace(r"\u4e00-\u9fff", ""))
    asked = set(re.findall(r'"((?:map|row|table|filter|unit)\.\w+)"', script))
    assert asked == set(IN_SCRIPT)


def test_no_template_holds_a_sentence_of_its_own() -> None:
    for name, text in _templates().items():
        bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", text, flags=re.DOTALL)
        words = set(re.findall(r"[A-Za-z\u4e00-\u9fff]{2,}", bare)) - {"truckban", "sha256", "sha"}
        assert not words, name
