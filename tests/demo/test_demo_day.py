import datetime as dt
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from truckban.demo import fixes
from truckban.demo.day import Day, Truck, make_day
from truckban.demo.motion import Drive
from truckban.demo.scenarios import SCENARIOS, shared_out
from truckban.grounds import ground_for
from truckban.notices.load import notice_named
from truckban.questions.asking import answer
from truckban.vehicles.plates import read_plate
from zones import load_builtin
from zones.errors import InputError

NEVER_INSIDE = {"ring_lap", "ring_part", "carve_out", "detour", "parked_outside"}
FILES = ("traces", "vehicles", "permits", "truth", "scenarios")


def lonlat(day: Day, drive: Drive) -> tuple[np.ndarray, np.ndarray]:
    return day.streets.plane.lonlat(drive.xy[:, 0], drive.xy[:, 1])


def seconds(times: pd.Series) -> list[int]:
    midnight = pd.Timestamp("2024-05-08T00:00:00+08:00")
    return [int((pd.Timestamp(time) - midnight).total_seconds()) for time in times]


def trucks_of(day: Day, *names: str) -> list[Truck]:
    return [truck for truck in day.trucks if truck.scenario.name in names]


def truth_of(day: Day, *names: str) -> pd.DataFrame:
    return day.truth[day.truth["scenario"].isin(names)]


class TestSameSeed:
    def test_same_seed_gives_the_same_bytes(self, tmp_path: Path) -> None:
        for name in ("one", "two"):
            make_day(seed=5, trucks=35).write(tmp_path / name)
        for name in FILES:
            assert (tmp_path / "one" / f"{name}.csv").read_bytes() == (tmp_path / "two" / f"{name}.csv").read_bytes()

    def test_another_seed_gives_another_day(self) -> None:
        one, other = make_day(seed=5, trucks=3).traces, make_day(seed=6, trucks=3).traces
        assert not one.equals(other)

    def test_the_date_moves_the_day_and_nothing_else(self) -> None:
        one = make_day(seed=5, trucks=29).traces
        other = make_day(seed=5, trucks=29, date=dt.date(2025, 1, 1)).traces
        assert set(other["time"].str[:10]) == {"2025-01-01"}
        assert one.drop(columns="time").equals(other.drop(columns="time"))

    def test_the_global_random_state_is_left_alone(self) -> None:
        before = np.random.get_state()[1].tolist()  # noqa: NPY002 - what must not be used
        make_day(seed=5, trucks=3)
        assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


class TestScenarios:
    def test_every_scenario_occurs_as_often_as_stated(self, day: Day) -> None:
        counts = day.scenarios["scenario"].value_counts().to_dict()
        assert counts == {scenario.name: scenario.of_200 for scenario in SCENARIOS}

    @pytest.mark.parametrize("trucks", [1, 2, 28, 29, 30, 57, 199, 201, 1000])
    def test_any_number_of_trucks_is_shared_out_in_full(self, trucks: int) -> None:
        shared = shared_out(trucks)
        assert len(shared) == trucks
        assert trucks < len(SCENARIOS) or set(shared) == set(SCENARIOS)

    def test_no_trucks_is_an_error(self) -> None:
        with pytest.raises(InputError):
            make_day(trucks=0)

    def test_a_zone_without_the_streets_is_an_error(self) -> None:
        zone = load_builtin("linyi-schematic")
        object.__setattr__(zone, "streets", zone.streets[:8])
        with pytest.raises(InputError, match="streets"):
            make_day(trucks=29, zone=zone)

    def test_plates_are_valid_in_their_colour_and_each_is_used_once(self, day: Day) -> None:
        assert day.vehicles["plate"].is_unique
        for plate, color in zip(day.vehicles["plate"], day.vehicles["plate_color"], strict=True):
            assert read_plate(plate, color).number == plate
        electric = day.vehicles["energy"] == "electric"
        assert {read_plate(plate).new_energy for plate in day.vehicles["plate"][electric]} == {True}

    def test_each_vehicle_is_what_its_scenario_says_by_the_notice(self, day: Day) -> None:
        notice = notice_named("linyi-2023-5")
        ground = ground_for(notice, None)
        table = day.vehicles.astype(object).where(day.vehicles.notna(), None)
        for truck, row in zip(day.trucks, table.to_dict("records"), strict=True):
            vehicle = {name: value for name, value in row.items() if name != "vehicle_id"}
            vehicle["on_duty"] = {"true": True, "false": False, None: None}[vehicle["on_duty"]]
            case = {
                "id": truck.vehicle_id,
                "vehicle": vehicle,
                "at": "2024-05-08T10:00:00+08:00",
                "place": {"lon": 110.7650, "lat": 35.1400},
            }
            found = answer(case, notice, ground)
            assert found["verdict"] == truck.scenario.verdict, (truck.scenario, vehicle, found)

    def test_permits_belong_to_trucks_of_the_day(self, day: Day) -> None:
        assert len(day.permits) == sum(scenario.of_200 for scenario in SCENARIOS if scenario.permit)
        assert set(day.permits["plate"]) <= set(day.vehicles["plate"])
        void = day.permits[(day.permits["valid_to"] < "2024-05-08") | (day.permits["status"] != "active")]
        assert len(void) == 2


class TestPaths:
    def test_trucks_outside_never_enter_the_area(self, day: Day) -> None:
        area = load_builtin("linyi-schematic").area
        drives = [trip.drive for truck in trucks_of(day, *NEVER_INSIDE) for trip in truck.day.trips]
        assert len(drives) > 60
        for drive in drives:
            assert not shapely.contains_xy(area, *lonlat(day, drive)).any()
        assert truth_of(day, *NEVER_INSIDE).empty

    def test_a_lap_goes_along_all_four_roads_and_no_street_inside(self, day: Day) -> None:
        for truck in trucks_of(day, "ring_lap"):
            names = {day.streets.edges[edge].name for edge in set(truck.day.trips[0].drive.edge.tolist())}
            assert names == {"丰喜大道", "东环路", "峨嵋大道", "西环路"}

    def test_carve_out_drives_use_both_stretches(self, day: Day) -> None:
        carved = {carve.name: carve.geometry for carve in load_builtin("linyi-schematic").carve_outs}
        for truck in trucks_of(day, "carve_out"):
            at = lonlat(day, truck.day.trips[0].drive)
            assert all(shapely.contains_xy(stretch, *at).sum() > 20 for stretch in carved.values())

    def test_one_way_carriageways_are_driven_one_way(self, day: Day) -> None:
        for truck in day.trucks:
            for trip in truck.day.trips:
                steps = np.diff(trip.drive.xy, axis=0)
                ways = np.array([edge.direction for edge in day.streets.edges])[trip.drive.edge[:-1]]
                inner = slice(60, -60)  # in and out of the yards
                assert ((steps * ways).sum(axis=1)[inner] > -3).all()

    def test_no_route_turns_back(self, day: Day) -> None:
        for truck in day.trucks:
            for trip in truck.day.trips:
                drive = trip.drive
                moved = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(drive.xy, axis=0).T))])
                grid = np.arange(100.0, moved[-1] - 100, 10.0)
                heading = np.radians(drive.heading[np.searchsorted(moved, grid)])
                turn = np.abs(np.angle(np.exp(1j * (heading[6:] - heading[:-6]))))
                assert (turn < 0.9 * math.pi).all(), truck.scenario.name

    def test_trucks_keep_to_the_right_of_the_line_within_the_carriageway(self, day: Day) -> None:
        for edge in day.streets.edges:
            for lane in (0, 1):
                offset = edge.lane_offset_m(lane)
                low = -edge.half_width_m if edge.oneway else 0.0
                assert low + 1.7 <= offset <= edge.half_width_m - 1.7

    def test_speeds_are_those_of_trucks(self, day: Day) -> None:
        speeds = np.concatenate([trip.drive.speed_kmh for truck in day.trucks for trip in truck.day.trips])
        assert speeds.max() < 62
        assert 20 < np.median(speeds) < 60
        assert 0.05 < (speeds < 1).mean() < 0.4
        assert np.abs(np.diff(day.trucks[0].day.trips[0].drive.speed_kmh)).max() < 9

    def test_every_trip_is_within_the_day_and_after_the_one_before(self, day: Day) -> None:
        for truck in day.trucks:
            times = [time for trip in truck.day.trips for time in (trip.start, trip.end)]
            assert times == sorted(times)
            assert all(0 <= time <= 86_400 for time in times)


class TestTruth:
    def test_intervals_are_inside_from_end_to_end_and_all_of_the_driving_inside(self, day: Day) -> None:
        area = load_builtin("linyi-schematic").area
        for truck in day.trucks:
            own = day.truth[day.truth["vehicle_id"] == truck.vehicle_id]
            said = np.zeros(86_400, dtype=bool)
            for start, end in zip(seconds(own["entered_at"]), seconds(own["left_at"]), strict=True):
                assert start < end
                assert not said[start:end].any()
                said[start:end] = True
            inside = np.zeros(86_400, dtype=bool)
            for trip in truck.day.trips:
                inside[trip.start : trip.end] = shapely.contains_xy(area, *lonlat(day, trip.drive))
            assert (said == inside).all()

    def test_intervals_are_cut_at_six_and_at_ten(self, day: Day) -> None:
        for start, end, within in zip(
            seconds(day.truth["entered_at"]), seconds(day.truth["left_at"]), day.truth["in_window"], strict=True
        ):
            assert within == (6 * 3600 <= start < 22 * 3600)
            assert within == (6 * 3600 < end <= 22 * 3600)

    def test_who_is_inside_at_six_is_unlawful_from_six_on(self, day: Day) -> None:
        own = truth_of(day, "inside_at_six")
        early, late = own[~own["in_window"]], own[own["in_window"]]
        assert set(early["verdict"]) == {"allowed"}
        assert set(late["verdict"]) == {"prohibited"}
        assert set(early["left_at"]) == set(late["entered_at"]) == {"2024-05-08T06:00:00+08:00"}
        assert (late["left_at"] >= "2024-05-08T06:05:00+08:00").all()
        assert len(early) == len(late) == 6

    def test_who_is_inside_at_ten_is_unlawful_up_to_ten(self, day: Day) -> None:
        own = truth_of(day, "inside_at_ten")
        early, late = own[own["in_window"]], own[~own["in_window"]]
        assert set(early["verdict"]) == {"prohibited"}
        assert set(late["verdict"]) == {"allowed"}
        assert set(early["left_at"]) == {"2024-05-08T22:00:00+08:00"}
        assert len(early) == len(late) == 6

    def test_parking_is_no_passage_and_driving_off_at_ten_in_the_morning_is(self, day: Day) -> None:
        assert truth_of(day, "parked_inside").empty
        own = truth_of(day, "parked_then_drives")
        assert set(own["entered_at"]) == {"2024-05-08T10:00:00+08:00"}
        assert set(own["verdict"]) == {"prohibited"}

    def test_nights_are_lawful(self, day: Day) -> None:
        own = truth_of(day, "night", "in_and_out_by_night")
        assert len(own) >= 12
        assert set(own["verdict"]) == {"allowed"}
        assert not own["in_window"].any()

    def test_a_permit_lifts_the_ban_where_and_when_it_says(self, day: Day) -> None:
        def verdicts(name: str) -> set[str]:
            return set(truth_of(day, name)["verdict"])

        assert verdicts("permit_whole_zone") == verdicts("permit_on_route") == {"allowed"}
        assert verdicts("permit_off_time") == verdicts("permit_void") == {"prohibited"}
        assert verdicts("permit_off_route") == {"allowed", "prohibited"}

    def test_every_unlawful_passage_is_long_enough_to_be_found(self, day: Day) -> None:
        assert (day.truth["length_m"] >= 50).all()


class TestFixes:
    def test_noise_is_eight_metres_on_each_axis(self, day: Day) -> None:
        errors = np.concatenate([(t.sent.xy - t.sent.true_xy)[t.sent.moving] for t in day.trucks])
        count = len(errors)
        assert count > 15_000
        for axis in errors.T:
            assert abs(axis.mean()) < 4 * 8 / math.sqrt(count)
            assert abs(axis.std() - 8) < 4 * 8 / math.sqrt(2 * count)
        assert abs(np.corrcoef(errors[:-1, 0], errors[1:, 0])[0, 1]) < 4 / math.sqrt(count)

    def test_noise_can_persist(self) -> None:
        errors = fixes.noise(40_000, np.random.default_rng(3), persistence=0.6)[:, 0]
        assert errors.std() == pytest.approx(8, rel=0.05)
        assert np.corrcoef(errors[:-1], errors[1:])[0, 1] == pytest.approx(0.6, abs=0.03)

    def test_the_ring_is_a_hard_case(self, day: Day) -> None:
        area = load_builtin("linyi-schematic").area
        names = [truck.vehicle_id for truck in trucks_of(day, "ring_lap", "ring_part")]
        own = day.traces[day.traces["vehicle_id"].isin(names)]
        seen = shapely.contains_xy(area, own["lon"], own["lat"])
        assert 0.02 < seen.mean() < 0.4

    def test_moving_trucks_report_every_15_to_30_seconds_and_parked_ones_every_5_minutes(self, day: Day) -> None:
        for truck in day.trucks:
            gaps = np.diff(truck.sent.second)
            both = truck.sent.moving[1:] & truck.sent.moving[:-1]
            assert len(set(gaps[both].tolist())) <= 1
            assert ((gaps[both] >= 15) & (gaps[both] <= 30)).all()
            assert (gaps <= 300).all()
        parked = trucks_of(day, "parked_inside")[0].sent
        assert len(parked.second) == 288
        assert not parked.moving.any()

    def test_two_in_a_hundred_are_lost_some_come_twice_and_some_late(self, day: Day) -> None:
        sent = sum(len(truck.sent.second) for truck in day.trucks)
        once = day.traces.drop_duplicates()
        assert 0.975 < len(once) / sent < 0.985
        assert 100 < len(day.traces) - len(once) < 400
        order = day.traces.groupby("vehicle_id")["time"].apply(lambda times: times.is_monotonic_increasing)
        assert not order.all()

    def test_the_columns_are_the_contracts(self, day: Day) -> None:
        assert list(day.traces.columns) == ["vehicle_id", "time", "lon", "lat", "speed_kmh", "heading"]
        assert day.traces["time"].str.fullmatch(r"2024-05-08T\d\d:\d\d:\d\d\+08:00").all()
        assert day.traces["heading"].between(0, 359).all()
        assert (day.traces["speed_kmh"] >= 0).all()
