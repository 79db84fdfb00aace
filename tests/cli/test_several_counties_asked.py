"""A folder of the notices of two counties: `decide`, `trip` and `check` each take it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from two_counties import HEAVY, County, county

FIRST = county()
AWAY = county("丙县", "bing-2024-1", east_m=40_000, hours="22:00-06:00", through="解放路")
NIGHT, DAY = "2024-05-08T23:00:00+08:00", "2024-05-08T10:00:00+08:00"


def told(*words: str | Path, given: object = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "truckban.cli", "--lang", "en", *map(str, words)],
        input="\n".join(map(json.dumps, given)) if isinstance(given, list) else "",
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )


@pytest.mark.parametrize("order", [(FIRST, AWAY), (AWAY, FIRST)])
def test_each_case_is_answered_by_the_county_that_it_lies_in(tmp_path: Path, order: tuple[County, County]) -> None:
    zones = [word for own in order for word in ("--zone", str(own.write(tmp_path)))]
    asked = [(own, at) for own in (FIRST, AWAY) for at in (DAY, NIGHT)]
    cases = [{"vehicle": HEAVY, "at": at, "place": own.centre} for own, at in asked]
    cases.append({"vehicle": HEAVY, "at": DAY, "place": {"zone": "inside"}})
    done = told("decide", "-", "--notice", tmp_path / "law", *zones, given=cases)
    *answers, unsaid = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert (unsaid["error"]["line"], unsaid["error"]["field"]) == (5, "place.zone")
    for (own, at), answer in zip(asked, answers, strict=True):
        banned = (own is FIRST) == (at == DAY)
        assert (answer["verdict"], answer["notice"]) == ("prohibited" if banned else "allowed", own.law.id)
    trips = [
        {"vehicle": HEAVY, "origin": own.at(-700, 1_000), "destination": own.at(2_700, 1_000), "depart": DAY}
        for own in (FIRST, AWAY)
    ]
    done = told("trip", "-", "--notice", tmp_path / "law", *zones, given=trips)
    assert [json.loads(line)["verdict"] for line in done.stdout.splitlines()] == ["unlawful", "lawful"], done.stderr


def test_a_check_is_by_the_notice_that_its_zone_was_built_for(tmp_path: Path) -> None:
    zones = {own.law.id: own.write(tmp_path) for own in (FIRST, AWAY)}
    rows = ["vehicle_id,time,lon,lat"]
    for k in range(40):
        spot = AWAY.at(-600 + 80 * k, 1_000)
        rows.append(f"A,2024-05-08T23:{k // 6:02}:{k % 6 * 10:02}+08:00,{spot['lon']:.6f},{spot['lat']:.6f}")
    (tmp_path / "traces.csv").write_text("\n".join(rows), "utf-8")
    (tmp_path / "vehicles.csv").write_text("vehicle_id,plate,vehicle_type\nA,晋M12345,重型自卸货车\n", "utf-8")
    files = ["check", tmp_path / "traces.csv", "--vehicles", tmp_path / "vehicles.csv", "--notice", tmp_path / "law"]
    for own, leads in ((AWAY, 1), (FIRST, 0)):
        out = tmp_path / own.law.id
        done = told(*files, "--zone", zones[own.law.id], "--out", out)
        assert done.returncode == 0, done.stderr
        run = json.loads((out / "run.json").read_text("utf-8"))
        assert (run["notice"]["id"], run["counts"]["leads"]) == (own.law.id, leads)
    none = told(*files, "--out", tmp_path / "none")
    assert none.returncode != 0
    assert all(own.law.id in none.stderr for own in (FIRST, AWAY))
