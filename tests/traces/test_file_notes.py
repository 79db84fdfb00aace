"""What is noted of a file in pieces is what is noted of it as a whole."""

import json
from pathlib import Path

import pytest
from driving import at
from hypothesis import given
from hypothesis import strategies as st

from truckban.traces.fixes import read_fixes
from truckban.traces.formats import geojson
from truckban.traces.read.file_notes import ColumnTally

PIECES = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 30), st.integers(0, 30), st.lists(st.text("xyz", max_size=25)))
)


def tally_of(pieces: list[tuple[str, int, int, list[str]]]) -> ColumnTally:
    tally = ColumnTally()
    for column, late, others, words in pieces:
        tally.count_late(column, late, late + others)
        tally.not_understood(column, words)
    return tally


@given(PIECES, PIECES)
def test_tallies_of_pieces_add_up_in_any_order(one: list[tuple[str, int, int, list[str]]], other: list) -> None:
    first, second = tally_of(one), tally_of(other)
    first.add(second)
    second.add(tally_of(one))
    assert first == second == tally_of([*one, *other])


def test_of_words_without_end_a_few_are_held() -> None:
    tally = ColumnTally()
    for number in range(1000):
        tally.not_understood("valid", [f"{number:04}" + "?" * 1000])
    assert tally.unknown == {"valid": tuple(f"{number:04}" + "?" * 16 for number in range(3))}


@pytest.mark.parametrize("late", [15, 30, 60])
def test_a_format_that_is_read_in_pieces_is_noted_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: int
) -> None:
    times = [at("10:00:00") + 10 * n for n in range(70)]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [110.77, 35.14]},
            "properties": {"vehicle_id": "T1", "time": t, "接收时间": t + 28_800 * (n < late), "valid": f"?{n:02}"},
        }
        for n, t in enumerate(times)
    ]
    (tmp_path / "t.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    monkeypatch.setattr(geojson, "_MOST_ROWS", 16)
    notes = [note.en for note in read_fixes(tmp_path, timezone="Asia/Shanghai").notes]
    assert any("look like UTC" in note for note in notes) == (late == 60)
    assert [note for note in notes if "not understood" in note] == [
        "t.geojson: column valid says what is not understood, and nothing was rejected for it: ?00, ?01, ?02"
    ]
