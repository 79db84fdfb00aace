"""What navigation engines get wrong about bans, one by one, on the built-in schematic.

The zone is banned from 06:00 to 22:00 for heavy and medium trucks; its four boundary roads and two stretches are not in it.
"""

import datetime as dt
import json
from typing import Any

import numpy as np
import pytest
from drawn_drive import split
from street_map import lonlat, places, segment, street_map

from truckban.notices.load import load_notice
from truckban.notices.shelf import Shelf
from truckban.questions.asking import answer
from truckban.trips.answer import answer_trip
from truckban.trips.model import Options
from truckban.trips.network import Network, network_of
from truckban.trips.rules import Rule
from zones.build import build_zone
from zones.coords import LocalPlane
from zones.errors import InputError
from zones.locate import Locator
from zones.routing.ground import TripStreets
from zones.spec import ZoneSpec

HEAVY = {
    "plate": "晋M10001",
    "vehicle_type": "重型自卸货车",
    "length_mm": 8600,
    "gross_mass_kg": 25_000,
    "energy": "diesel",
}
INSIDE = {"lon": 110.7790, "lat": 35.1400}
ALSO_INSIDE = {"lon": 110.7600, "lat": 35.1400}
SOUTH = {"lon": 110.7720, "lat": 35.1200}
NORTH = {"lon": 110.7720, "lat": 35.1720}
RING = {"西环路", "丰喜大道", "东环路", "峨嵋大道"}
SOUTH_WEST, SOUTH_EAST, NORTH_EAST = (
    {"junction": list(names)} for names in (("西环路", "丰喜大道"), ("东环路", "丰喜大道"), ("东环路", "峨嵋大道"))
)


@pytest.fixture(scope="module")
def network() -> Network:
    return network_of(["linyi-2023-5"])


def at(clock: str, day: int = 8) -> str:
    return f"2024-05-{day:02d}T{clock}+08:00"


def planned(network: Network, margin_s: float = 120.0, **asked: Any) -> dict[str, Any]:  # noqa: ANN401
    trip = {"id": "t", "vehicle": HEAVY, "origin": SOUTH, "destination": INSIDE, "geometry": True} | asked
    return answer_trip(trip, network.streets, network.rules, options=Options(margin_s=margin_s))


def of_kind(plan: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [other for other in plan["alternatives"] if other["kind"] == kind]


def metres_from(way: dict[str, Any], place: dict[str, float]) -> float:
    lon, lat, _ = way["line"][-1]
    x, y = LocalPlane(place["lon"], place["lat"]).xy(np.array([lon]), np.array([lat]))
    return float(np.hypot(x[0], y[0]))


def test_a_destination_inside_is_no_success_that_ends_on_the_ring(network: Network) -> None:
    plan = planned(network, depart=at("10:00:00"))
    assert plan["verdict"] == "unlawful"
    assert plan["destination"]["place"] == "inside"
    assert plan["alternatives"]
    for way in [plan["route"], *plan["alternatives"]]:
        assert metres_from(way, INSIDE) < plan["destination"]["off_street_m"] + 5
        assert way["roads"][-1] not in RING
    assert not of_kind(plan, "detour")


@pytest.mark.parametrize(
    ("name", "value", "owner"),
    [("crs", "gcj02", "origin"), ("service", "fire", "vehicle"), ("height_mm", 4200, "vehicle")],
)
def test_a_member_beside_the_end_or_vehicle_that_it_belongs_in_is_refused(
    network: Network,
    name: str,
    value: Any,  # noqa: ANN401
    owner: str,
) -> None:
    with pytest.raises(InputError) as raised:
        planned(network, depart=at("10:00:00"), **{name: value})
    assert raised.value.field == name
    assert owner in raised.value.text.en


@pytest.mark.parametrize("end", ["origin", "destination"])
def test_that_an_end_is_inside_is_said_first_with_its_hours(network: Network, end: str) -> None:
    other = "destination" if end == "origin" else "origin"
    plan = planned(network, **{end: INSIDE, other: SOUTH, "depart": at("10:00:00")})
    said = plan["says"][0]
    assert said["code"] == f"trip.{end}_inside"
    assert "06:00" in said["text"]
    assert "22:00" in said["text"]
    assert "通行证" in said["text"]


def test_the_ring_itself_is_free_at_all_hours(network: Network) -> None:
    for depart in ("03:00:00", "10:00:00", "21:59:00"):
        plan = planned(network, origin=SOUTH_WEST, destination=NORTH_EAST, depart=at(depart))
        assert plan["verdict"] == "lawful"
        assert set(plan["route"]["roads"]) <= RING


def test_the_way_round_runs_on_the_ring(network: Network) -> None:
    plan = planned(network, destination=NORTH, depart=at("10:00:00"))
    assert plan["verdict"] == "unlawful"
    best = plan["alternatives"][0]
    assert best["kind"] == "detour"
    assert best["depart"] == at("10:00:00")
    assert set(best["roads"]) & RING
    assert best["extra_s"] > 0
    assert best["extra_m"] > 0


def test_a_departure_before_22_that_reaches_the_zone_after_it_is_lawful_and_told_how_near(network: Network) -> None:
    reached = planned(network, depart=at("10:00:00"))["first_unlawful"]["at"]
    seconds = int(reached[14:16]) * 60 + int(reached[17:19])
    late = 22 * 3600 + 60 - seconds
    depart = f"{late // 3600:02d}:{late % 3600 // 60:02d}:{late % 60:02d}"
    assert depart < "22:00:00"
    plan = planned(network, depart=at(depart))
    assert plan["verdict"] == "lawful"
    assert plan["first_unlawful"] is None
    assert [said for said in plan["says"] if said["code"] == "trip.near_ban"]
    sooner = planned(network, depart=at(f"21:{late % 3600 // 60 - 2:02d}:00"))
    assert sooner["verdict"] == "unlawful"


@pytest.mark.parametrize("margin_s", [120, 600])
def test_what_is_offered_keeps_the_margin_and_no_more(network: Network, margin_s: int) -> None:
    plan = planned(network, margin_s, depart=at("21:57:00"))
    later = max(of_kind(plan, "depart"), key=lambda other: other["depart"])
    assert planned(network, depart=_later(later["depart"], 1 - margin_s))["verdict"] == "lawful"
    assert planned(network, depart=_later(later["depart"], -2 - margin_s))["verdict"] == "unlawful"


def test_what_is_offered_without_a_margin_is_lawful_at_the_second_that_is_written(network: Network) -> None:
    """Times are written to the second: the one that has begun may be too early by a part of it."""
    plan = planned(network, 0.0, depart=at("21:57:00"))
    for other in of_kind(plan, "depart"):
        assert planned(network, depart=other["depart"])["verdict"] == "lawful"


def test_inside_when_the_window_starts_is_unlawful_from_that_second(network: Network) -> None:
    plan = planned(network, depart=at("05:57:00"))
    assert plan["verdict"] == "unlawful"
    assert plan["first_unlawful"]["at"] == at("06:00:00")
    assert [part["verdict"] for part in plan["parts"]] == ["lawful", "unlawful"]


def test_out_of_the_zone_before_six_is_lawful_and_still_inside_at_six_is_not(network: Network) -> None:
    leaves = {"origin": INSIDE, "destination": SOUTH}
    assert planned(network, **leaves, depart=at("05:50:00"))["verdict"] == "lawful"
    plan = planned(network, **leaves, depart=at("05:59:00"))
    assert plan["verdict"] == "unlawful"
    assert plan["first_unlawful"]["at"] == at("06:00:00")
    sooner = [other for other in of_kind(plan, "depart") if other["depart"] < at("05:59:00")]
    assert sooner
    night = planned(network, **leaves, arrive=at("05:30:00"))
    assert night["verdict"] == "lawful"
    assert night["route"]["arrive"] == at("05:30:00")


def test_a_truck_that_stands_inside_at_six_has_broken_nothing(network: Network) -> None:
    """Arrived at 05:59, parked: lawful; it leaves again after 22:00."""
    plan = planned(network, arrive=at("05:59:59"))
    assert plan["verdict"] == "lawful"


def test_a_truck_of_unknown_mass_is_undetermined_and_told_what_is_missing(network: Network) -> None:
    unknown = {"plate": "晋M10001", "vehicle_type": "中型厢式货车", "length_mm": 5900}
    plan = planned(network, vehicle=unknown, depart=at("10:00:00"))
    assert plan["verdict"] == "undetermined"
    assert "gross_mass_kg" in plan["first_unlawful"]["missing"]
    assert "总质量" in next(said["text"] for said in plan["says"] if said["code"] == "trip.missing")
    for other in plan["alternatives"]:
        if other["kind"] in {"depart", "wait"}:
            judged = planned(network, vehicle=unknown, depart=other["depart"])
            assert other["kind"] == "wait" or judged["verdict"] == "lawful"


def test_a_permit_for_one_street_opens_that_street_only(network: Network) -> None:
    permit = {"plate": "晋M10001", "valid_from": "2024-05-01", "valid_to": "2024-05-31", "roads": ["五一路"]}
    through = planned(network, destination=NORTH, depart=at("10:00:00"), permits=[permit])
    assert through["verdict"] == "lawful"
    assert through["route"]["roads"] == ["五一路"]
    beyond = planned(network, depart=at("10:00:00"), permits=[permit])
    assert beyond["verdict"] == "unlawful"
    assert beyond["first_unlawful"]["road"] != "五一路"
    assert "五一路" not in of_kind(beyond, "permit")[0]["permit"]["roads"]
    other_plate = planned(network, destination=NORTH, depart=at("10:00:00"), permits=[permit | {"plate": "晋M10002"}])
    assert other_plate["verdict"] == "unlawful"


def test_the_permit_that_is_offered_makes_the_trip_lawful_and_none_narrower_does(network: Network) -> None:
    plan = planned(network, depart=at("10:00:00"))
    offered = of_kind(plan, "permit")[0]
    named = {k: v for k, v in offered["permit"].items() if k != "area" or v} | {"plate": "晋M10001"}
    assert planned(network, depart=at("10:00:00"), permits=[named])["verdict"] == "lawful"
    for road in named["roads"]:
        less = [name for name in named["roads"] if name != road]
        assert planned(network, depart=at("10:00:00"), permits=[named | {"roads": less}])["verdict"] == "unlawful"


def test_every_second_of_what_is_offered_is_allowed_by_position(network: Network) -> None:
    rule = network.rules[0]
    for asked in (
        {"depart": at("21:57:00")},
        {"arrive": at("06:03:00")},
        {"origin": ALSO_INSIDE, "depart": at("05:59:00")},
    ):
        for other in planned(network, **asked)["alternatives"]:
            if other["kind"] == "permit":
                continue
            shut = other.get("waits", [])
            for lon, lat, after in other["line"]:
                seconds = int(after)
                clock = _later(other["depart"], seconds)
                if any(wait["from"] <= clock <= wait["to"] for wait in shut):
                    continue
                case = {"vehicle": HEAVY, "at": clock, "place": {"lon": lon, "lat": lat}}
                assert answer(case, rule.shelf.first, rule.ground)["verdict"] == "allowed", (other["kind"], clock)


def _later(text: str, seconds: int) -> str:
    return (dt.datetime.fromisoformat(text) + dt.timedelta(seconds=seconds)).isoformat()


# two rings side by side, 200 m a character and a line; the way from P to Q goes through both, the way round on top does not
TWO_TOWNS = """
 A-----B-----C
 |     |     |
 P--x--Y--z--Q
 |     |     |
 D-----E-----F
"""
STREETS = {
    "ABC": {"name": "北路"},
    "DEF": {"name": "南路"},
    "APD": {"name": "西路"},
    "BYE": {"name": "中路"},
    "CQF": {"name": "东路"},
    "PxYzQ": {"name": "横街", "highway": "primary"},
}
CELL_M = (200.0, 200.0)


def notice_of(name: str, west: str, east: str, spans: list[str]) -> dict[str, Any]:
    sides = {west: "east", east: "west", "北路": "south", "南路": "north"}
    return {
        "format": "truckban-notice-1",
        "id": name,
        "title": "示意县货车禁行通告",
        "issuer": "示意县人民政府",
        "place": {"name": f"{name}县", "province": "示意省"},
        "dates": {"published": "2023-01-01", "in_force": "2023-02-01"},
        "source": {"title": "示意公报"},
        "clauses": [{"id": "一", "text": "环路以内货车禁止通行"}],
        "zones": [
            {
                "id": "town",
                "clause": "一",
                "area": {"edges": [{"road": r, "side": s, "boundary": "excluded"} for r, s in sides.items()]},
            }
        ],
        "windows": {"day": {"clause": "一", "spans": spans}},
        "rules": [{"id": "ban.all", "clause": "一", "where": [{"zone": "town"}], "windows": ["day"]}],
    }


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> tuple[TripStreets, list[Rule]]:
    drawn = street_map(TWO_TOWNS, STREETS, cell_m=CELL_M)
    rules = []
    for name, roads, spans in (
        ("left", ("西路", "中路"), ["06:00-12:00"]),
        ("right", ("中路", "东路"), ["11:00-20:00"]),
    ):
        path = tmp_path_factory.mktemp(name) / f"{name}.yaml"
        pack = notice_of(name, *roads, spans)
        path.write_text(json.dumps(pack, ensure_ascii=False), encoding="utf-8")
        zone = build_zone(drawn, ZoneSpec.model_validate({"zone": name, **pack["zones"][0]["area"]}))
        rules.append(Rule(Shelf([load_notice(path)]), Locator(zone)))
    split_ = street_map(TWO_TOWNS, dict(split(STREETS)), cell_m=CELL_M)
    return TripStreets.of(split_.segments, [rule.ground for rule in rules]), rules


def across(towns: tuple[TripStreets, list[Rule]], depart: str, start: str = "P", end: str = "Q") -> dict[str, Any]:
    where = places(TWO_TOWNS, cell_m=CELL_M)
    ends = {
        name: dict(zip(("lon", "lat"), lonlat(*where[letter]), strict=True))
        for name, letter in (("origin", start), ("destination", end))
    }
    return answer_trip({"id": "t", "vehicle": HEAVY, **ends, "depart": at(depart)}, *towns)


@pytest.mark.parametrize(
    ("depart", "notice"), [("08:00:00", "left"), ("11:30:00", "left"), ("15:00:00", "right"), ("22:00:00", None)]
)
def test_of_two_notices_at_once_each_is_kept(
    towns: tuple[TripStreets, list[Rule]], depart: str, notice: str | None
) -> None:
    plan = across(towns, depart)
    assert plan["route"]["roads"] == ["横街"]
    assert plan["verdict"] == ("unlawful" if notice else "lawful")
    assert (plan["first_unlawful"] or {"notice": None})["notice"] == notice
    if notice:
        assert {"北路", "南路"} & set(of_kind(plan, "detour")[0]["roads"])


def test_between_the_hours_of_two_notices_there_is_no_time_to_cross_both(towns: tuple[TripStreets, list[Rule]]) -> None:
    """From x in the one town to z in the other: before 06:00 or after 20:00, never between."""
    plan = across(towns, "10:00:00", "x", "z")
    assert plan["verdict"] == "unlawful"
    leaves = [other["depart"] for other in plan["alternatives"] if other["kind"] == "depart"]
    assert leaves
    for depart in leaves:
        clock = depart[11:16]
        assert clock < "06:00" or clock >= "20:00", depart


def test_no_way_at_all_has_a_reason(towns: tuple[TripStreets, list[Rule]]) -> None:
    """Against a one-way street with nothing else."""
    one_way = street_map(TWO_TOWNS, {"PxY": {"name": "横街"}, "YzQ": {"name": "横街", "oneway": True}}, cell_m=CELL_M)
    streets = TripStreets.of(one_way.segments, [rule.ground for rule in towns[1]])
    plan = across((streets, towns[1]), "10:00:00", "Q", "x")
    assert plan["route"] is None
    assert plan["alternatives"] == []
    assert plan["why_none"]
    assert plan["verdict"] != "lawful"


def test_where_nothing_is_lawful_within_the_horizon_that_is_said(network: Network) -> None:
    trip = {"id": "t", "vehicle": HEAVY, "origin": SOUTH, "destination": INSIDE, "depart": at("10:00:00")}
    short = Options(ahead_s=3600.0, before_s=3600.0)
    plan = answer_trip(trip, network.streets, network.rules, options=short)
    assert not [other for other in plan["alternatives"] if other["kind"] != "permit"]
    assert plan["alternatives"] or plan["why_none"]


def test_a_trip_to_a_place_far_from_every_zone_is_told_that_its_bans_are_not_known(
    towns: tuple[TripStreets, list[Rule]],
) -> None:
    x, y = places(TWO_TOWNS, cell_m=CELL_M)["Q"]
    drawn = street_map(TWO_TOWNS, dict(split(STREETS)), cell_m=CELL_M).segments
    for beyond_m, far in ((4_900.0, False), (5_200.0, True)):
        longer = TripStreets.of(
            [*drawn, segment("远路", [(x, y), (x + beyond_m, y)])], [rule.ground for rule in towns[1]]
        )
        end = dict(zip(("lon", "lat"), lonlat(x + beyond_m, y), strict=True))
        start = dict(zip(("lon", "lat"), lonlat(x, y), strict=True))
        asked = {"id": "t", "vehicle": HEAVY, "origin": start, "destination": end, "depart": at("22:00:00")}
        plan = answer_trip(asked, longer, towns[1])
        assert plan["verdict"] == "lawful"
        told = [note for note in plan["says"] if note["code"] == "trip.far"]
        assert bool(told) == far
        for note in told:
            assert "left县、right县" in note["text"]
            assert "left县, right县" in note["text_en"]


def test_an_end_in_another_province_is_told_so_and_not_only_that_no_street_is_there(network: Network) -> None:
    trip = {"vehicle": HEAVY, "origin": {"lon": 118.8, "lat": 32.06}, "destination": INSIDE, "depart": at("10:00:00")}
    with pytest.raises(InputError) as raised:
        answer_trip(trip, network.streets, network.rules)
    assert raised.value.field == "origin.lon"
    assert "只按《临猗县人民政府关于临猗县城区道路货车禁行的通告》（临政发〔2023〕5号）回答" in raised.value.text.zh
    assert "bans of the place itself are not known here" in raised.value.text.en
    near = {**trip, "origin": {"lon": 110.83, "lat": 35.10}}
    with pytest.raises(InputError) as raised:
        answer_trip(near, network.streets, network.rules)
    assert "临猗县" not in raised.value.text.zh
