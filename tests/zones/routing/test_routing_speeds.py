"""How fast trucks are assumed to drive, and where they may not wait: the built-in file, a person's own, and signs."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zones.errors import InputError
from zones.routing.speeds import load_speeds, may_stand, speed_kmh

SPEEDS = load_speeds()
OWN = """format: truckban-truck-speeds-1
speeds:
  primary: {kmh: 50, reason: measured}
otherwise: {kmh: 10, reason: a guess}
"""


def test_every_class_has_a_speed_that_the_law_allows_and_a_reason() -> None:
    for name, speed in {**SPEEDS.speeds, **SPEEDS.limits, "otherwise": SPEEDS.otherwise}.items():
        assert 1 <= speed.kmh <= 100, name
        assert speed.reason
    for way in ("motorway", "trunk", "primary", "secondary", "tertiary"):
        assert SPEEDS.speeds[f"{way}_link"].kmh < SPEEDS.speeds[way].kmh
    assert speed_kmh("nonsense", (), SPEEDS) == SPEEDS.otherwise.kmh


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({}, 45),
        ({"maxspeed": "30"}, 30),
        ({"maxspeed": "120"}, 45),
        ({"maxspeed": "20 mph"}, 32.18688),
        ({"maxspeed": "walk"}, 7),
        ({"maxspeed": "CN:urban"}, 45),
        ({"maxspeed": "none"}, 45),
        ({"maxspeed": "30;50"}, 45),
        ({"maxspeed": "60", "maxspeed:hgv": "40"}, 40),
        ({"maxspeed": "30", "maxspeed:hgv": "40"}, 30),
        ({"maxspeed:forward": "20"}, 20),
        ({"maxspeed:backward": "20"}, 45),
        ({"maxspeed": "20", "maxspeed:forward": "40"}, 40),
        ({"maxspeed:conditional": "30 @ (22:00-06:00); 40 @ wet"}, 30),
        ({"maxspeed:hgv:conditional": "25 @ (weight>7.5)"}, 25),
    ],
)
def test_signs_slow_a_truck_and_never_speed_it_up(tags: dict[str, str], kmh: float) -> None:
    assert speed_kmh("primary", tags.items(), SPEEDS) == pytest.approx(kmh)


def test_backward_signs_bind_backward() -> None:
    assert speed_kmh("primary", [("maxspeed:backward", "20")], SPEEDS, forward=False) == 20


@given(st.dictionaries(st.sampled_from(["maxspeed", "maxspeed:hgv", "maxspeed:conditional"]), st.text(max_size=15)))
def test_no_sign_gives_a_truck_no_speed_or_more_than_its_class(tags: dict[str, str]) -> None:
    assert 0 < speed_kmh("primary", tags.items(), SPEEDS) <= 45


@pytest.mark.parametrize(
    ("highway", "roundabout", "tags", "may"),
    [
        ("primary", False, {}, True),
        ("primary", True, {}, False),
        ("motorway", False, {}, False),
        ("trunk_link", False, {}, False),
        ("primary", False, {"bridge": "yes"}, False),
        ("primary", False, {"bridge": "viaduct"}, False),
        ("primary", False, {"bridge": "no"}, True),
        ("primary", False, {"tunnel": "building_passage"}, False),
        ("", False, {}, True),
    ],
)
def test_where_a_truck_may_wait(highway: str, roundabout: bool, tags: dict[str, str], may: bool) -> None:  # noqa: FBT001
    assert may_stand(highway, roundabout, tags.items(), speeds=SPEEDS) == may


def test_a_persons_own_file_counts_alone(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN, "utf-8")
    own = load_speeds(tmp_path / "own.yaml")
    assert speed_kmh("primary", (), own) == 50
    assert speed_kmh("motorway", (), own) == 10
    assert may_stand("motorway", True, [("bridge", "yes")], speeds=own)  # noqa: FBT003 - a roundabout
    assert speed_kmh("primary", [("maxspeed", "walk")], own) == 50


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("kmh: 50", "kmh: 500", 3, "100"),
        ("kmh: 50", "kmh: 0", 3, "1"),
        ("kmh: 50", "kmh: fast", 3, "number"),
        ("kmh: 50", "kmh: .nan", 3, "primary.kmh"),
        ("kmh: 50, reason: measured", "kmh: 50", 3, "missing"),
        ("reason: measured", "reason: ''", 3, "empty"),
        ("otherwise:", "otherwhise:", 4, "otherwise"),
        ("truckban-truck-speeds-1", "truckban-speeds-9", 1, "format"),
        ("  primary:", "\tprimary:", 3, "tabs"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    (tmp_path / "own.yaml").write_text(OWN.replace(old, new), "utf-8")
    with pytest.raises(InputError, match=says) as error:
        load_speeds(tmp_path / "own.yaml")
    assert error.value.file == "own.yaml"
    assert error.value.line in (line, 1 if "otherwh" in new else line)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_speeds(tmp_path / "none.yaml")
    (tmp_path / "empty.yaml").write_text("")
    with pytest.raises(InputError, match="empty"):
        load_speeds(tmp_path / "empty.yaml")
