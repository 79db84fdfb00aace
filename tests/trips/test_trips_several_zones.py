"""Trips under a notice with several zones: closed by whichever zone's clause stands, at its own hours."""

import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

import pytest
from two_rings import ZONES, at, notice, written

from truckban.cli.main import run
from truckban.grounds import grounds_for
from truckban.notices.load import notice_named
from truckban.questions.asking import answer
from truckban.trips.answer import answer_trip
from truckban.trips.model import Options
from truckban.trips.network import Network, network_of
from zones.errors import InputError

HEAVY = {"vehicle_type": "重型自卸货车"}
# the core is banned at night alone, and from 23:00
NIGHT = notice().replace('["06:00-22:00"]}\n', '["06:00-22:00"]}\n  late: {clause: 二, spans: ["23:00-05:00"]}\n')
NIGHT = NIGHT.replace("where: [{zone: core}], when", "where: [{zone: core}], windows: [late], when")


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("county"))


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Network:
    assert "windows: [late]" in NIGHT
    return network(written(tmp_path_factory.mktemp("late"), NIGHT))


def network(folder: Path, *zones: str) -> Network:
    return network_of([str(folder / "law" / "jia.yaml")], [str(folder / f"{zone}.geojson") for zone in zones or ZONES])


def asked(
    on: Network, start: tuple[float, float], end: tuple[float, float], clock: str, day: int = 8, **more: object
) -> dict[str, Any]:
    """Return the answer to a trip between metres east and north."""
    ends = {
        name: dict(zip(("lon", "lat"), at(*xy), strict=True)) for name, xy in (("origin", start), ("destination", end))
    }
    trip = {"id": 1, "vehicle": HEAVY, "depart": f"2024-05-{day:02}T{clock}+08:00", **ends, **more}
    return answer_trip(trip, on.streets, on.rules, options=Options(ahead_s=86_400.0))


@pytest.mark.parametrize(
    ("start", "end", "clock", "verdict", "clause"),
    [
        ((500, 2000), (0, 2200), "23:00:00", "lawful", None),  # the town alone, at night
        ((500, 2000), (0, 2200), "10:00:00", "unlawful", "一"),
        (
            (1500, 1500),
            (1500, 2500),
            "23:00:00",
            "unlawful",
            "二",
        ),  # out of the core at night: the core is banned all day
        ((500, 1500), (2500, 1500), "23:00:00", "unlawful", "二"),  # through it
        ((500, 1500), (500, 1500), "23:00:00", "lawful", None),
        ((1200, 500), (1800, 500), "03:00:00", "unlawful", "三"),  # along the road that is listed
        ((1000, 300), (1000, 800), "03:00:00", "lawful", None),  # across it
        ((-700, 1500), (700, 1500), "10:00:00", "lawful", None),  # 工业路 stays open
        ((-700, 1000), (0, -700), "10:00:00", "lawful", None),  # round the town
    ],
)
def test_a_road_is_closed_by_any_zones_clause_that_stands(
    county: Path, start: tuple[float, float], end: tuple[float, float], clock: str, verdict: str, clause: str | None
) -> None:
    found = asked(network(county), start, end, clock)
    assert found["verdict"] == verdict, found["first_unlawful"]
    assert (found["first_unlawful"] or {"clause": None})["clause"] == clause
    assert [facts["zone"] for facts in found["zones"]] == list(ZONES)
    assert "zone.no_map" not in [note["code"] for note in found["says"]]


def test_round_the_inner_zone_is_a_lawful_way_at_night_and_none_by_day(county: Path) -> None:
    on = network(county)
    ways = asked(on, (500, 1500), (2500, 1500), "23:00:00")["alternatives"]
    assert "detour" in [way["kind"] for way in ways]
    by_day = asked(on, (500, 1700), (2500, 1700), "10:00:00")["alternatives"]
    assert by_day
    assert "detour" not in [way["kind"] for way in by_day]


def test_who_has_left_the_inner_zone_when_its_hours_begin_drives_lawfully(late: Network) -> None:
    """From the core to the town takes some minutes: in time, too late, and in between with the second that matters."""
    start, end = (1500, 1500), (200, 2000)
    assert asked(late, start, end, "22:30:00")["verdict"] == "lawful"
    assert asked(late, start, end, "23:10:00")["verdict"] == "unlawful"
    short = asked(late, start, end, "22:59:30")
    assert (short["verdict"], short["first_unlawful"]["at"]) == ("unlawful", "2024-05-08T23:00:00+08:00")
    assert short["first_unlawful"]["clause"] == "二"
    # by day the town's hours close both
    assert asked(late, start, end, "10:00:00")["first_unlawful"]["clause"] == "一"


def test_every_answer_agrees_with_decide_along_its_way(late: Network, tmp_path: Path) -> None:
    """What is asked of edges and of positions is the same law: on 40 trips at random, at each fifth second."""
    chance = random.Random(20241)  # noqa: S311
    folder = written(tmp_path, NIGHT)
    law = notice_named(str(folder / "law" / "jia.yaml"))
    ground = grounds_for([law], [folder / f"{zone}.geojson" for zone in ZONES])[law.id]
    words = set()
    for _ in range(40):
        start, end = ((chance.uniform(-600, 3600), chance.uniform(-600, 3100)) for _ in range(2))
        clock = f"{chance.choice((4, 5, 12, 21, 22, 23)):02}:{chance.randrange(60):02}:00"
        found = asked(late, start, end, clock, geometry=True, day=chance.randrange(6, 12))
        if found["route"] is None:
            continue
        words.add(found["verdict"])
        ways = [(found["route"], found["verdict"] == "lawful")]
        ways += [(way, True) for way in found["alternatives"] if way["kind"] != "permit"]
        for way, lawful in ways:
            verdicts = _along(way, law, ground)
            if lawful:
                assert verdicts <= {"allowed"}, (found, way)
            elif found["verdict"] == "unlawful":
                assert "prohibited" in verdicts, (found, way)
    assert words == {"lawful", "unlawful"}


def _along(way: dict[str, Any], law: Any, ground: Any) -> set[str]:  # noqa: ANN401
    """Return the verdicts of positions on a way, those beside a kerb left out: there a centimetre decides."""
    departs = dt.datetime.fromisoformat(way["depart"])
    found = set()
    for (lon0, lat0, s0), (lon1, lat1, s1) in zip(way["line"], way["line"][1:], strict=False):
        steps = max(int((s1 - s0) / 5), 1)
        for k in range(steps):
            share = (k + 0.5) / steps
            when = departs + dt.timedelta(seconds=s0 + (s1 - s0) * share)
            place = {"lon": lon0 + (lon1 - lon0) * share, "lat": lat0 + (lat1 - lat0) * share}
            near = [abs(float(each.depth_m([place["lon"]], [place["lat"]])[0])) for each in ground.each]
            if min(near) > 1.0:
                case = {"vehicle": HEAVY, "at": when.isoformat(), "place": place}
                found.add(answer(case, law, ground)["verdict"])
    return found


@pytest.mark.parametrize(("maps", "lacking"), [(("town",), "core, listed"), (("core", "listed"), "town")])
def test_a_zone_without_a_file_is_named_and_never_passed_over(
    county: Path, maps: tuple[str, ...], lacking: str
) -> None:
    on = network(county, *maps)
    found = asked(on, (500, 2000), (0, 2200), "23:00:00" if maps == ("town",) else "10:00:00")
    assert found["verdict"] == "undetermined"
    said = {note["code"]: note["text_en"] for note in found["says"]}
    assert said["trip.missing"] == f"it cannot be said without the zone files of {lacking}"
    assert said["zone.no_map"].endswith(lacking)
    if maps == ("town",):  # the core's hours are all day; of the town's it is known when they are over
        assert found["alternatives"] == []
        assert lacking in found["why_none_en"]
    else:
        assert {way["kind"] for way in found["alternatives"]} == {"depart"}


def test_a_zone_without_a_file_does_not_hide_the_ban_of_another(county: Path) -> None:
    found = asked(network(county, "town"), (500, 2000), (0, 2200), "10:00:00")
    assert found["verdict"] == "unlawful"
    assert "zone.no_map" in [note["code"] for note in found["says"]]


def test_the_order_of_the_files_changes_no_verdict(county: Path) -> None:
    for start, end, clock in (((500, 1500), (2500, 1500), "23:00:00"), ((500, 2000), (0, 2200), "23:00:00")):
        answers = []
        for zones in (ZONES, ZONES[::-1]):
            found = asked(network(county, *zones), start, end, clock)
            found["zones"] = sorted(facts["zone"] for facts in found["zones"])
            answers.append(
                {name: found[name] for name in ("verdict", "first_unlawful", "route", "alternatives", "zones")}
            )
        assert answers[0] == answers[1]


def test_files_of_no_zone_or_of_one_zone_are_refused(county: Path) -> None:
    with pytest.raises(InputError, match="town"):
        network(county, "town", "town")
    law = county / "law" / "other.yaml"
    law.write_text(
        notice("yi-2024-1").replace("id: listed", "id: banned").replace("zone: listed", "zone: banned"), "utf-8"
    )
    with pytest.raises(InputError, match="listed"):
        network_of([str(law)], [str(county / "town.geojson"), str(county / "listed.geojson")])


def test_of_several_notices_each_file_goes_to_the_one_that_it_was_built_for(county: Path, tmp_path: Path) -> None:
    other = written(tmp_path, notice("yi-2024-1"))
    laws = [str(county / "law" / "jia.yaml"), str(other / "law" / "jia.yaml")]
    files = [county / "town.geojson", other / "town.geojson", county / "core.geojson"]
    on = network_of(laws, [str(file) for file in files])
    assert [[each.zone.id for each in rule.ground.each] for rule in on.rules] == [["town", "core"], ["town"]]
    text = json.loads(files[0].read_text("utf-8"))
    text["truckban"]["notice"]["id"] = "bing-2024-1"
    (tmp_path / "nobodys.geojson").write_text(json.dumps(text), "utf-8")
    with pytest.raises(InputError, match="3"):
        network_of(laws, [str(tmp_path / "nobodys.geojson"), *map(str, files[1:])])


def test_the_command_takes_a_file_for_each_zone(
    county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ends = {
        name: dict(zip(("lon", "lat"), at(*xy), strict=True))
        for name, xy in (("origin", (500, 1500)), ("destination", (2500, 1500)))
    }
    (tmp_path / "trip.jsonl").write_text(
        json.dumps({"id": 7, "vehicle": HEAVY, "depart": "2024-05-08T23:00:00+08:00", **ends}), "utf-8"
    )
    zones = [word for zone in ZONES for word in ("--zone", str(county / f"{zone}.geojson"))]
    law = str(county / "law" / "jia.yaml")
    call = ["trip", str(tmp_path / "trip.jsonl"), "--notice", law, *zones, "--html", str(tmp_path / "trip.html")]
    assert run(call) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["verdict"], found["first_unlawful"]["clause"]) == ("unlawful", "二")
    page = (tmp_path / "trip.html").read_text("utf-8")
    assert page.count('class="area"') == len(ZONES)
