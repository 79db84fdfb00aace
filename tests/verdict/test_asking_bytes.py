"""Bytes in, bytes out: the same answers as `decide` gives, and the same refusals."""

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from linyi_asked import DAY, HEAVY, INSIDE, PERMIT, ground, law
from test_case_kinds import some_case, told

from truckban.json_text import read_json
from truckban.questions.asking import answer
from truckban.questions.asking_bytes import answer_bytes, decoded
from truckban.questions.jurisdiction import Jurisdiction
from zones.errors import InputError

SHARED = Path(__file__).parents[2].parent / "shared" / "cases" / "decide.jsonl"
GOOD: dict[str, Any] = {"id": "case", "vehicle": HEAVY, "at": DAY, "place": INSIDE, "permits": [PERMIT]}


@cache
def context() -> Jurisdiction:
    made = Jurisdiction.of("linyi-2023-5")
    made.make_ready()
    return made


def asked(value: Any, **options: Any) -> Any:  # noqa: ANN401
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return json.loads(answer_bytes(body, context=context(), **options))


class TestAnswers:
    @pytest.mark.skipif(not SHARED.exists(), reason="the shared cases are not beside this repository")
    def test_shared_cases_have_the_answers_of_decide_and_keep_their_order(self) -> None:
        cases = [json.loads(line) for line in SHARED.read_text(encoding="utf-8").splitlines()]
        expected = [answer(case, law(), ground()) for case in cases]
        assert [asked(case) for case in cases] == expected
        assert asked(cases) == expected

    def test_members_stand_in_the_order_that_decide_gives_them(self) -> None:
        assert json.dumps(asked(GOOD)) == json.dumps(answer(GOOD, law(), ground()))

    def test_any_case_has_the_answer_of_decide(self) -> None:
        draw = random.Random(21)  # noqa: S311
        for _ in range(300):
            case = some_case(draw, law())
            found = asked(case)
            expected = told(case, law(), ground())
            assert found == expected or found["error"]["field"] == expected["field"]

    def test_an_empty_list_has_an_empty_answer(self) -> None:
        assert asked([]) == []

    def test_chinese_is_not_escaped(self) -> None:
        assert "通行证".encode() in answer_bytes(json.dumps(GOOD).encode(), context=context())

    @pytest.mark.parametrize("name", [None, 7, "x", 1.5, 10**30, [1], {"a": None}, "\ud800"])
    def test_the_id_comes_back(self, name: object) -> None:
        assert asked({**GOOD, "id": name})["id"] == name


class TestRefusals:
    @pytest.mark.parametrize(("lang", "message"), [("zh", "缺少时间 at"), ("en", "the time `at` is missing")])
    def test_one_case_that_cannot_be_read_is_answered_with_its_error(self, lang: str, message: str) -> None:
        expected = {"id": 3, "error": {"line": 1, "field": "at", "message": message}}
        assert asked({"id": 3}, lang=lang) == expected

    def test_or_raised_where_that_is_asked_for(self) -> None:
        with pytest.raises(InputError) as caught:
            asked({**GOOD, "vehicle": {"length_mm": 6}}, errors="raised")
        assert caught.value.field == "vehicle.length_mm"

    @pytest.mark.parametrize("errors", ["answered", "raised"])
    def test_in_a_list_the_rest_is_answered_and_the_line_is_its_number(self, errors: str) -> None:
        found = asked([GOOD, 5, {**GOOD, "id": 9, "at": "x"}, GOOD], errors=errors)
        assert [one.get("error", {}).get("line") for one in found] == [None, 2, 3, None]
        assert [one["id"] for one in found] == ["case", None, 9, "case"]

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"[1,]", b'{"at": tru', b"\xff", b'"\xed\xa0\x80"', b"[" * 10_000, b"\xef\xbb\xbf{}"]
    )
    def test_what_is_no_json_is_refused_with_a_sentence(self, body: bytes) -> None:
        with pytest.raises(InputError) as caught:
            answer_bytes(body, context=context())
        assert caught.value.text.zh
        assert caught.value.text.en

    @pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", "9" * 400, "-" + "9" * 5000])
    def test_numbers_that_no_float_holds_are_refused_by_their_field(self, number: str) -> None:
        body = f'{{"id": {number}, "at": "{DAY}", "vehicle": {{"length_mm": {number}}}}}'.encode()
        assert asked(body)["error"]["field"] == "vehicle.length_mm"
        assert asked(body)["id"] is None


json_texts = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
).map(json.dumps)


@given(text=json_texts | st.text(alphabet='{}[]",:0123456789.eE-+ \\utrnalsfi', max_size=12))
@settings(max_examples=times(150), deadline=None)
def test_the_quick_reader_of_json_reads_what_the_other_reads(text: str) -> None:
    outcomes = []
    for read, given_text in ((decoded, text.encode()), (read_json, text)):
        try:
            outcomes.append(repr(read(given_text)))  # type: ignore[operator]
        except InputError as error:
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('{"at": "2024-05-08T10:00:00Z", "at": "2024-05-08T23:00:00Z"}', "at"),
        ('{"at":"x","vehicle":{"length_mm":5990,"gross_mass_kg":1,"length_mm" :8600}}', "length_mm"),
        ('[{"id": 1}, {"id": 1, "place": {"lon": 1, "lon": 1}}]', "lon"),
        ('{"a": null, "b": "\\"", "a": "\\u0022"}', "a"),
        ('{"a": [], "\\u0061": {}}', "a"),
        ('{"a": {"": 1, "": 2}}', ""),
    ],
)
def test_a_member_that_is_there_twice_is_refused_by_its_name(body: str, name: str) -> None:
    """The last one was taken, and nobody told."""
    for read in (lambda: decoded(body.encode()), lambda: read_json(body)):
        with pytest.raises(InputError) as raised:
            read()
        assert raised.value.field == name
        assert name in raised.value.text.zh
        assert name in raised.value.text.en


def test_the_same_names_in_other_objects_and_the_same_texts_are_no_members_twice() -> None:
    value = {"a": {"a": ["a", "a", {"a": "a"}]}, "b": 'a": "b', "c": [{"a": 1}, {"a": 1}], "d": "\\"}
    assert decoded(json.dumps(value).encode()) == value
