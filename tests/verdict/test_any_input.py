"""Whatever stands in a field or on a line, it is answered or refused; nothing else is ever raised."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from linyi_asked import DAY, HEAVY, INSIDE, PERMIT, ground, law, permit

from truckban.cli.main import run
from truckban.questions.asking import answer
from zones.errors import InputError

GOOD: dict[str, Any] = {"id": "case", "vehicle": HEAVY, "at": DAY, "place": INSIDE, "permits": [PERMIT]}
Capture = pytest.CaptureFixture[str]
HUGE = 10**400
"""JSON allows it; no float holds it."""


def ask(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return answer({**GOOD, **changes}, law(), ground())


# Any JSON: integers that no float holds, text with lone surrogates, NaN and Infinity, which Python's parser lets in.
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([HUGE, -HUGE, 2**63, 10**18])
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        ["inside", "五一路", "晋M12345", DAY, "2024-05-01", "22:00-07:00", "Polygon", "active", "\ud800", "0"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "coordinates", "geometry", "lon", "lat", "zone", "plate", "linyi-core"])
            | st.text(max_size=4),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
PATHS = [
    *["id", "vehicle", "at", "place", "permits", "alerts"],
    *[f"vehicle.{name}" for name in law().facts if name not in ("kind", "size", "body")],
    *["vehicle.plate", "vehicle.vehicle_type", "vehicle.x"],
    *[f"place.{name}" for name in ("lon", "lat", "crs", "accuracy_m")],
    *[f"words.{name}" for name in ("road", "segment", "zone", "zones")],
    *[f"permits.{name}" for name in (*PERMIT, "kind", "id")],
]
coordinates = st.integers(-200, 200) | st.floats() | st.sampled_from([110.7, 35.1, HUGE, None, "1"])
rings = st.lists(st.lists(st.lists(coordinates, max_size=4), max_size=6), max_size=3)
areas = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["Polygon", "MultiPolygon", "LineString", "Point", "MultiPoint", "GeometryCollection", "x"]
        ),
        "coordinates": rings | st.lists(rings, max_size=2),
    },
    optional={"geometries": st.lists(anything, max_size=2), "geometry": anything},
)


def put(path: str, value: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the good case with one value in one place."""
    top, _, name = path.partition(".")
    match top:
        case _ if not name:
            return {**GOOD, top: value}
        case "permits":
            return {**GOOD, "permits": [{**PERMIT, name: value}]}
        case "words":
            road = {} if name in ("zone", "zones") else {"road": "五一路"}
            return {**GOOD, "place": {**road, name: value}}
    return {**GOOD, top: {**GOOD[top], name: value}}


def top_of(field: str | None) -> str | None:
    """Return the first part of a dotted path."""
    if field is None:
        return None
    return re.split(r"[.\[]", field, maxsplit=1)[0].replace("words", "place")


class TestAnything:
    @given(path=st.sampled_from(PATHS), value=anything)
    @settings(max_examples=times(400), deadline=None)
    def test_in_any_field_is_answered_or_refused(self, path: str, value: Any) -> None:  # noqa: ANN401
        try:
            answered = answer(put(path, value), law(), ground())
        except InputError as error:
            assert top_of(error.field) in (None, top_of(path))  # noqa: PT017
            assert error.text.zh  # noqa: PT017
            assert error.text.en  # noqa: PT017
        else:
            assert answered["verdict"] in ("prohibited", "allowed", "undetermined")

    @given(area=areas)
    @settings(max_examples=times(120), deadline=None)
    def test_as_a_permits_area_is_answered_or_refused(self, area: dict[str, Any]) -> None:
        try:
            answered = ask(permits=[permit(area=area)])
        except InputError as error:
            assert error.field == "permits[0].area"  # noqa: PT017
        else:
            assert answered["verdict"] in ("prohibited", "allowed")

    @given(case=anything)
    @settings(max_examples=times(100), deadline=None)
    def test_as_a_case_is_answered_or_refused(self, case: Any) -> None:  # noqa: ANN401
        try:
            answered = answer(case, law(), ground())
        except InputError as error:
            assert error.text.zh  # noqa: PT017
        else:
            assert answered["verdict"] in ("prohibited", "allowed", "undetermined")

    @given(text=st.from_regex(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)?", fullmatch=True))
    @settings(max_examples=times(120), deadline=None)
    def test_of_the_form_of_a_time_is_answered_or_refused(self, text: str) -> None:
        try:
            answered = ask(at=text)
        except InputError as error:
            assert error.field == "at"  # noqa: PT017
        else:
            assert answered["verdict"] in ("prohibited", "allowed")


class TestLines:
    """One bad line of a file never costs the others their answers."""

    @pytest.mark.parametrize(
        "bad",
        [
            "{",
            "[" * 100_000,
            '{"id": 1, "at": 5}',
            '{"id": ' + "1" * 5000 + "}",
            '{"id": "\\ud800"}',
            json.dumps({**GOOD, "place": {"zone": []}}),
            json.dumps({**GOOD, "at": "0001-01-01T00:00:00+08:00"}),
            json.dumps({**GOOD, "vehicle": {**HEAVY, "axles": HUGE}}),
        ],
        ids=[
            *[
                "cut off",
                "too deep",
                "no time",
                "5000 digits",
                "half a character",
                "list as zone",
                "year 0",
                "huge number",
            ],
        ],
    )
    def test_the_rest_of_the_file_is_still_answered(self, bad: str, tmp_path: Path, capsys: Capture) -> None:
        lines = decided([json.dumps(GOOD), bad, json.dumps({**GOOD, "id": "last"})], tmp_path, capsys)
        rest_is_answered(lines)
        assert len(lines) == 3

    def test_the_rest_is_still_answered_where_lines_come_through_a_pipe(self) -> None:
        bad = ["{", "[" * 100_000, '{"id": ' + "1" * 5000 + "}", '{"id": "\\ud800"}']
        lines = [json.dumps(GOOD), *bad, json.dumps({**GOOD, "id": "last"})]
        ran = subprocess.run(
            [sys.executable, "-c", "from truckban.cli.main import entry; raise SystemExit(entry())", "decide", "-"],
            input="\n".join(lines).encode(),
            capture_output=True,
            check=False,
        )
        assert ran.returncode == 1, ran.stderr.decode()
        answered = [json.loads(line) for line in ran.stdout.decode().split("\n") if line]
        rest_is_answered(answered)
        assert [line["error"]["line"] for line in answered[1:-1]] == [2, 3, 4, 5]

    @pytest.mark.parametrize("inside_text", ["\u2028", "\u2029", "\x85"])
    def test_a_line_ends_only_where_json_lines_does(self, inside_text: str, tmp_path: Path, capsys: Capture) -> None:
        """These may stand in a JSON text as they are; only a line feed ends a line."""
        text = f"a{inside_text}b"
        lines = decided([json.dumps({**GOOD, "id": text}, ensure_ascii=False), json.dumps(GOOD)], tmp_path, capsys)
        assert [line["id"] for line in lines] == [text, "case"]

    @pytest.mark.parametrize("id_", ["NaN", "Infinity"])
    def test_every_line_of_the_answer_is_json(self, id_: str, tmp_path: Path, capsys: Capture) -> None:
        for line in said(['{"id": ' + id_ + ', "at": "2024-05-08T10:00:00Z"}'], tmp_path, capsys).split("\n")[:1]:
            json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def rest_is_answered(lines: list[dict[str, Any]]) -> None:
    assert [line["id"] for line in (lines[0], lines[-1])] == ["case", "last"]
    assert lines[0]["verdict"] == lines[-1]["verdict"] == "allowed"
    assert lines[1]["error"]["line"] == 2


def said(lines: list[str], folder: Path, capsys: Capture) -> str:
    path = folder / "cases.jsonl"
    path.write_bytes("\n".join(lines).encode())
    assert run(["decide", str(path)]) in (0, 1)
    return capsys.readouterr().out


def decided(lines: list[str], folder: Path, capsys: Capture) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said(lines, folder, capsys).split("\n") if line]
