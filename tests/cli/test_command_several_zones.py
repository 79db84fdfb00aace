"""A notice with several zones: an area, one within it whose roads are 含, roads that it lists, roads that stay open."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from two_rings import at, notice, streets

from truckban.cli.main import run

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def county(tmp_path: Path, capsys: Capture) -> Path:
    """The streets, the notice, and a file of each of its zones."""
    (tmp_path / "streets.geojson").write_text(streets(), "utf-8")
    (tmp_path / "law").mkdir()
    (tmp_path / "law" / "jia.yaml").write_text(notice(), "utf-8")
    for zone in ("town", "core", "listed"):
        assert build(tmp_path, "--zone-id", zone, out=f"{zone}.geojson") == 0
    capsys.readouterr()
    return tmp_path


def build(folder: Path, *more: str, law: str = "jia.yaml", out: str = "zone.geojson") -> int:
    call = ["--streets", str(folder / "streets.geojson"), "--notice", str(folder / "law" / law)]
    return run(["--lang", "en", "zone", "build", *call, "--out", str(folder / out), *more])


def decided(folder: Path, capsys: Capture, clock: str, x: float, y: float, zones: list[str]) -> dict[str, Any]:
    lon, lat = at(x, y)
    vehicle = {"vehicle_type": "重型自卸货车"}
    case = {"id": 1, "vehicle": vehicle, "at": f"2024-05-08T{clock}+08:00", "place": {"lon": lon, "lat": lat}}
    (folder / "case.jsonl").write_text(json.dumps(case), "utf-8")
    maps = [word for zone in zones for word in ("--zone", str(folder / f"{zone}.geojson"))]
    assert run(["decide", str(folder / "case.jsonl"), "--notice", str(folder / "law" / "jia.yaml"), *maps]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_which_zone_is_built_is_said_and_asked_for(county: Path, capsys: Capture) -> None:
    assert build(county) == 0
    told = capsys.readouterr()
    assert told.out.startswith("town:")
    assert "this is town; build each of the others with --zone-id: core, listed" in told.err
    assert build(county, "--zone-id", "center") == 3
    assert "town, core, listed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("x", "y", "clock", "expected"),
    [
        (1500, 1700, "23:00:00", "prohibited"),  # in the core, which lies in the town
        (1500, 1000, "23:00:00", "prohibited"),  # 人民路: 含
        (1500, 2000, "23:00:00", "allowed"),  # 建设路: 不含 of the core
        (1500, 2000, "21:59:59", "prohibited"),  # and in the town
        (500, 2200, "22:00:00", "allowed"),
        (1500, 500, "03:00:00", "prohibited"),  # 滨河路, the stretch that is listed
        (500, 500, "03:00:00", "allowed"),  # and beside it
        (500, 500, "06:00:00", "prohibited"),
        (500, 1500, "10:00:00", "allowed"),  # 工业路, the stretch that stays open
        (1000, 500, "03:00:00", "allowed"),  # 文化路 crosses 滨河路
        (0, 1200, "10:00:00", "allowed"),  # 西环路
        (4500, 1200, "10:00:00", "allowed"),
    ],
)
def test_with_a_map_of_each_zone_every_position_has_its_answer(
    county: Path, capsys: Capture, x: float, y: float, clock: str, expected: str
) -> None:
    answered = decided(county, capsys, clock, x, y, ["town", "core", "listed"])
    assert answered["verdict"] == expected, answered["reasons"]
    assert [other["id"] for other in answered["zone"]["others"]] == ["core", "listed"]


def test_without_the_other_maps_what_they_ban_stays_unknown(county: Path, capsys: Capture) -> None:
    assert decided(county, capsys, "23:00:00", 500, 2200, ["town"])["verdict"] == "undetermined"
    assert decided(county, capsys, "10:00:00", 500, 2200, ["town"])["verdict"] == "prohibited"


def test_maps_that_are_none_of_the_notice_or_of_one_zone_are_refused(county: Path, capsys: Capture) -> None:
    (county / "case.jsonl").write_text("", "utf-8")
    call = ["--lang", "en", "decide", str(county / "case.jsonl"), "--notice", str(county / "law" / "jia.yaml")]
    town = ["--zone", str(county / "town.geojson")]
    assert run([*call, *town, *town]) == 3
    assert "zone town has two files" in capsys.readouterr().err
    (county / "law" / "other.yaml").write_text(
        notice().replace("id: listed", "id: banned").replace("zone: listed", "zone: banned"), "utf-8"
    )
    call[-1] = str(county / "law" / "other.yaml")
    assert run([*call, *town, "--zone", str(county / "listed.geojson")]) == 3
    assert "zone file listed is of no zone of the notice" in capsys.readouterr().err


def drives(folder: Path, ways: dict[str, tuple[str, list[tuple[float, float]]]]) -> None:
    """Write drives of 11 m/s with a fix each 15 s and 8 m of error: name to start and corners, metres."""
    noise = np.random.default_rng(3)
    rows: list[tuple[str, str, float, float]] = []
    for name, (start, (begin, end)) in ways.items():
        day, clock = start.split()
        hours, minutes = map(int, clock.split(":"))
        far = abs(end[0] - begin[0]) + abs(end[1] - begin[1])
        for k in range(int(far / 165) + 1):
            share = 165 * k / far
            x, y = (begin[n] + (end[n] - begin[n]) * share + float(noise.normal(0, 8)) for n in (0, 1))
            second = hours * 3600 + minutes * 60 + 15 * k
            stamp = f"{day}T{second // 3600:02}:{second % 3600 // 60:02}:{second % 60:02}+08:00"
            rows.append((name, stamp, *at(x, y)))
    with (folder / "traces.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("vehicle_id", "time", "lon", "lat"), *rows])
    vehicles = "\n".join(["vehicle_id,vehicle_type", *(f"{name},重型自卸货车" for name in ways)])
    (folder / "vehicles.csv").write_text(vehicles, "utf-8")


def checked(folder: Path, zone: str, law: str = "law/jia.yaml") -> dict[str, str]:
    """Return the verdict of each vehicle's lead."""
    out = folder / f"checked-{zone}"
    call = [str(folder / "traces.csv"), "--vehicles", str(folder / "vehicles.csv"), "--notice", str(folder / law)]
    assert run(["--lang", "en", "check", *call, "--zone", str(folder / f"{zone}.geojson"), "--out", str(out)]) == 0
    with (out / "leads.csv").open(encoding="utf-8") as file:
        return {row["vehicle_id"]: row["verdict"] for row in csv.DictReader(file)}


def test_a_check_is_about_the_zone_of_its_map_and_says_so(county: Path, capsys: Capture) -> None:
    drives(
        county,
        {
            "town at night": ("2024-05-08 23:00", [(-600, 2200), (3600, 2200)]),
            "town by day": ("2024-05-08 10:00", [(-600, 2000), (3600, 2000)]),
            "core at night": ("2024-05-08 23:00", [(-600, 1500), (3600, 1500)]),
            "on 人民路 at night": ("2024-05-08 23:00", [(-600, 1000), (3600, 1000)]),
            "beside the core": ("2024-05-08 23:00", [(-600, 2000), (3600, 2000)]),
            "on 滨河路 at night": ("2024-05-08 23:00", [(-600, 500), (3600, 500)]),
            "across 滨河路": ("2024-05-08 23:00", [(1000, -600), (1000, 900)]),
            "on 南环路": ("2024-05-08 10:00", [(-600, 0), (3600, 0)]),
        },
    )
    assert checked(county, "town") == {"town by day": "prohibited"}
    assert "the notice bans in other zones as well" in capsys.readouterr().err
    assert checked(county, "core") == {"core at night": "prohibited", "on 人民路 at night": "prohibited"}
    assert checked(county, "listed") == {"on 滨河路 at night": "prohibited"}


@pytest.mark.parametrize("command", [["check"], ["match"], ["enterprise", "visits"]])
def test_a_second_zone_is_refused_and_never_taken_for_both(county: Path, capsys: Capture, command: list[str]) -> None:
    drives(county, {"1": ("2024-05-08 10:00", [(-600, 2000), (3600, 2000)])})
    files = [
        str(county / "traces.csv"),
        *([] if command == ["match"] else ["--vehicles", str(county / "vehicles.csv")]),
    ]
    out = [] if command == ["match"] else ["--out", str(county / "out")]
    law = ["--notice", str(county / "law" / "jia.yaml"), *(["--sites", "schematic"] if len(command) > 1 else [])]
    zones = ["--zone", str(county / "town.geojson"), "--zone", str(county / "core.geojson")]
    assert run(["--lang", "en", *command, *files, *out, *law, *zones]) == 2
    assert "one zone at a time, and --zone names 2: run the command once for each" in capsys.readouterr().err
    assert not (county / "out").exists()


def test_of_notices_in_one_folder_a_check_is_by_the_one_that_its_zone_was_built_for(
    county: Path, capsys: Capture
) -> None:
    (county / "law" / "later.yaml").write_text(
        notice("jia-2024-7", "2024-07-01", "replaces: [jia-2024-1]").replace("06:00-22:00", "07:00-21:00"), "utf-8"
    )
    assert build(county, law="later.yaml", out="later.geojson") == 0
    along = [(-600, 2000), (3600, 2000)]
    starts = ("2024-06-30 06:15", "2024-06-30 21:20", "2024-07-01 06:15", "2024-07-01 10:00")
    drives(county, {start: (start, along) for start in starts})
    assert set(checked(county, "town", "law")) == {"2024-06-30 06:15", "2024-06-30 21:20"}
    assert set(checked(county, "later", "law")) == {"2024-07-01 10:00"}
    capsys.readouterr()
    call = [str(county / "traces.csv"), "--vehicles", str(county / "vehicles.csv"), "--out", str(county / "none")]
    assert run(["--lang", "en", "check", *call, "--notice", str(county / "law")]) == 3
    assert "jia-2024-1, jia-2024-7" in capsys.readouterr().err


@pytest.mark.parametrize("zone", ["town", "core", "listed"])
def test_each_zone_stands_up_to_its_own_verification(county: Path, zone: str) -> None:
    call = [str(county / f"{zone}.geojson"), "--streets", str(county / "streets.geojson")]
    assert run(["zone", "verify", *call]) == 0


def test_bans_during_alerts_are_not_asked_by_a_check_and_a_note_says_so(county: Path, capsys: Capture) -> None:
    alerts = notice().replace("windows: [day], when", "alerts: [red], when")
    alerts = alerts.replace("windows:\n", "alerts: {red: {zh: 红色预警, en: red}}\nwindows:\n")
    (county / "law" / "jia.yaml").write_text(alerts, "utf-8")
    drives(county, {"town": ("2024-05-08 10:00", [(-600, 2200), (3600, 2200)])})
    assert checked(county, "town") == {}
    assert "did not ask: ban.town" in capsys.readouterr().err
