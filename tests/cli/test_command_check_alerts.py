"""`check --alert`: bans that hold during alerts only, asked at the times that are given."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from two_rings import at, notice, written

from truckban.alert_times import read_alert_times
from truckban.cli.main import run
from truckban.grounds import ground_for
from truckban.notices.load import notice_named
from truckban.questions.asking import answer
from zones.errors import InputError

Capture = pytest.CaptureFixture[str]
TEXT = notice().replace("windows: [day], when", "alerts: [red, orange], when")
TEXT = TEXT.replace(
    "windows:\n",
    "alerts: {red: {zh: 红色预警, en: red}, orange: {zh: 橙色, en: orange}, blue: {zh: 蓝色, en: blue}}\nwindows:\n",
)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town is banned during red and orange alerts alone; ten drives along 建设路, one a day from 1 May 2024, at 10:00."""
    folder = written(tmp_path_factory.mktemp("county"), TEXT)
    noise = np.random.default_rng(7)
    rows = []
    for day in range(1, 11):
        for k in range(27):
            lon, lat = at(-600 + 165 * k + noise.normal(0, 8), 2000 + noise.normal(0, 8))
            rows.append((f"{day}", f"2024-05-{day:02}T10:{k // 4:02}:{k % 4 * 15:02}+08:00", lon, lat))
    with (folder / "traces.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("vehicle_id", "time", "lon", "lat"), *rows])
    lines = ["vehicle_id,vehicle_type", *(f"{day},重型自卸货车" for day in range(1, 11))]
    (folder / "vehicles.csv").write_text("\n".join(lines), "utf-8")
    return folder


def checked(folder: Path, out: Path, *alerts: str) -> dict[str, list[dict[str, str]]]:
    """Return the leads of each vehicle."""
    given = [word for alert in alerts for word in ("--alert", alert)]
    call = [str(folder / "traces.csv"), "--vehicles", str(folder / "vehicles.csv"), "--out", str(out)]
    law = ["--notice", str(folder / "law" / "jia.yaml"), "--zone", str(folder / "town.geojson")]
    assert run(["--lang", "en", "check", *call, *law, *given]) == 0
    found: dict[str, list[dict[str, str]]] = {}
    with (out / "leads.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["vehicle_id"], []).append(row)
    return found


def test_a_ban_during_alerts_counts_on_the_days_that_are_given(county: Path, tmp_path: Path, capsys: Capture) -> None:
    leads = checked(
        county, tmp_path, "red=2024-05-02/2024-05-03", "orange=2024-05-07/2024-05-07", "blue=2024-05-09/2024-05-09"
    )
    assert set(leads) == {"2", "3", "7"}
    assert {row["verdict"] for rows in leads.values() for row in rows} == {"prohibited"}
    assert {row["reasons"] for rows in leads.values() for row in rows} == {"ban.town"}
    told = capsys.readouterr().err
    assert "red 2024-05-02 – 2024-05-03; orange 2024-05-07 – 2024-05-07; blue" in told
    assert "did not ask" not in told
    written_ = json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert written_["options"]["alerts"][1] == {"level": "orange", "from": "2024-05-07", "until": "2024-05-07"}


def test_none_is_an_answer_and_nothing_said_is_said(county: Path, tmp_path: Path, capsys: Capture) -> None:
    assert checked(county, tmp_path / "none", "none") == {}
    assert "at other times there was none: none" in capsys.readouterr().err
    assert checked(county, tmp_path / "unsaid") == {}
    assert "did not ask: ban.town" in capsys.readouterr().err
    assert "options" not in json.loads((tmp_path / "unsaid" / "run.json").read_text("utf-8"))


def test_a_passage_is_cut_where_an_alert_begins_and_ends(county: Path, tmp_path: Path) -> None:
    """The end is not included, whatever offset it is written in."""
    leads = checked(
        county, tmp_path, "red=2024-05-04T10:03:00+08:00/2024-05-04T02:05:00Z", "orange=2024-05-05T10:04:00/2024-05-06"
    )
    assert set(leads) == {"4", "5", "6"}
    (cut,) = leads["4"]
    assert (cut["entered_at"], cut["left_at"]) == ("2024-05-04T10:03:00+08:00", "2024-05-04T10:05:00+08:00")
    (begun,) = leads["5"]
    assert begun["entered_at"] == "2024-05-05T10:04:00+08:00"


def test_a_check_says_what_decide_says_of_the_same_alert(county: Path, tmp_path: Path) -> None:
    law = notice_named(str(county / "law" / "jia.yaml"))
    ground = ground_for(law, county / "town.geojson")
    leads = checked(county, tmp_path, "red=2024-05-02/2024-05-02")
    lon, lat = at(1500, 2200)
    place = {"lon": lon, "lat": lat}
    for day, alerts in ((2, ["red"]), (3, [])):
        case = {"vehicle": {"vehicle_type": "重型自卸货车"}, "at": f"2024-05-0{day}T10:03:00+08:00", "place": place}
        found = answer({**case, "alerts": alerts}, law, ground)
        # the core and the listed road have maps of their own: here only the town's clause can be compared
        assert ("ban.town" in [reason["code"] for reason in found["reasons"]]) == (str(day) in leads)


@pytest.mark.parametrize(
    ("alert", "field"),
    [
        ("red", "--alert"),
        ("red=2024-05-02", "--alert"),
        ("violet=2024-05-02/2024-05-03", "alerts[0].level"),
        ("red=2024-05-03/2024-05-02", "alerts[0].until"),
        ("red=2024-05-32/2024-06-02", "alerts[0].from"),
        ("red=2024-05-02/soon", "alerts[0].until"),
        ("red=2024-05-02T10:00:00+08:00/2024-05-02T10:00:00+08:00", "alerts[0].until"),
    ],
)
def test_what_is_no_alert_of_the_notice_is_refused(
    county: Path, tmp_path: Path, capsys: Capture, alert: str, field: str
) -> None:
    call = [str(county / "traces.csv"), "--vehicles", str(county / "vehicles.csv"), "--out", str(tmp_path / "out")]
    law = ["--notice", str(county / "law" / "jia.yaml"), "--zone", str(county / "town.geojson")]
    assert run(["--lang", "en", "check", *call, *law, "--alert", alert]) == 3
    assert field in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "given", [None, {}, [1], [{"level": "red", "from": "2024-05-02"}], [{"level": "red", "from": 1, "until": 2}]]
)
def test_a_list_of_alerts_that_is_none_is_refused(given: object) -> None:
    with pytest.raises(InputError, match="alerts"):
        read_alert_times(given, ["red"], "Asia/Shanghai")
