"""What cannot be is rejected with its reason, what only looks wrong is said and left alone, and the counts add up."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driving import WUYI, at, drive, frame, noisy, off, stay, written
from effort import times
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jt808_messages import in_hex, message, position
from reading import GOOD, HEADER, TEN, read, why

from truckban.traces.clean.cleaning_notes import cleaning_counts
from truckban.traces.fixes import Fixes, read_fixes
from truckban.traces.read import reasons
from zones.errors import InputError
from zones.text import Text

Write = Callable[..., Path]

PLACE = off(WUYI[0], 0, 0)


def cleaning(fixes: Fixes) -> dict[str, int]:
    rejected = reasons.by_reason(fixes.rejects)
    assert sum(rejected.values()) == len(fixes.rejects)
    return {name: count for name, count in cleaning_counts(rejected, fixes.tally, fixes.duplicates).items() if count}


def read_table(write: Write, *fixes: pd.DataFrame, **more: object) -> Fixes:
    table = written(pd.concat(fixes, ignore_index=True)).assign(**more)
    return read(write(table.to_csv(index=False)))


# every row is used, or has a reason


def test_every_reason_has_a_code_of_its_own() -> None:
    said = [value for value in vars(reasons).values() if isinstance(value, Text)]
    assert set(said) == set(reasons.CODES)
    assert len(set(reasons.CODES.values())) == len(said)
    assert reasons.code_of(Text("别的", "something else")) == "unreadable"


def test_a_reason_is_counted_the_same_whichever_reader_gives_it(write: Write) -> None:
    bad = message(position(status=0)), message(position(at="240508103099"))
    log = read(write(in_hex(message(position()), *bad), "a.jt808"))
    table = read(
        write(f"{HEADER},valid\n{GOOD},A\nT2,{int(TEN)},110.77,35.14,V\nT2,2024-05-08 10:30:99,110.77,35.14,A\n")
    )
    assert reasons.by_reason(log.rejects) == reasons.by_reason(table.rejects) == {"bad_time": 1, "without_fix": 1}


def test_the_counts_name_each_kind_of_row(write: Write) -> None:
    lines = [
        GOOD,
        GOOD,
        "T1,2024-05-08T10:01:00+08:00,110.7705,35.14",
        "T1,2024-05-08T10:00:30+08:00,110.7702,35.14",
        "T2,2024-05-08T10:00:00+08:00,110.77,35.14",
        "T2,2024-05-08T10:00:00+08:00,110.78,35.14",
        "T2,1999-12-31T10:00:00+08:00,110.78,35.14",
        "T2,2024-05-08T10:00:00+08:00,0,0",
        "T2,2024-05-08T10:00:00+08:00,x,0",
        "T2,2024-05-08T10:00:00+08:00,1",
    ]
    fixes = read(write("\n".join([HEADER, *lines])))
    assert (fixes.used, len(fixes.rejects)) == (4, 6)
    assert cleaning(fixes) == {
        "duplicates": 1,
        "out_of_order": 1,
        "zero": 1,
        "two_places": 2,
        "clock_before_2000": 1,
    }
    assert reasons.by_reason(fixes.rejects) == {
        "clock_before_2000": 1,
        "not_a_number": 1,
        "two_places": 2,
        "unreadable": 1,
        "zero": 1,
    }


def test_a_row_that_repeats_a_rejected_fix_is_rejected_with_it(write: Write) -> None:
    trip = drive(WUYI, at("10:00:00"))
    trip.loc[9, ["lon", "lat"]] = off(PLACE, 30_000, 0)
    fixes = read_table(write, trip, trip.iloc[9:10], trip.iloc[20:21])
    assert cleaning(fixes) == {"duplicates": 1, "jump": 2, "out_of_order": 1}
    assert fixes.used == len(trip)


# whether there was a satellite fix


@pytest.mark.parametrize(
    "column", ["valid", "定位状态", "定位有效", "GPS_State", "fix", "是否定位", "gps valid", "GPS状态"]
)
@pytest.mark.parametrize(
    ("yes", "no"),
    [("A", "V"), ("1", "0"), ("有效", "无效"), ("TRUE", "false"), ("定位", "未定位"), ("3d", "none"), ("", "0.0")],
)
def test_a_row_that_says_it_had_no_fix_is_rejected(write: Write, column: str, yes: str, no: str) -> None:
    fixes = read(write(f"{HEADER},{column}\n{GOOD},{yes}\nT2,{int(TEN)},110.77,35.14, {no} \n"))
    assert why(fixes) == [(3, column, "the terminal had no satellite fix")]
    assert fixes.notes == []


def test_words_that_are_not_understood_reject_nothing_and_are_noted(write: Write) -> None:
    fixes = read(
        write(f"{HEADER},定位状态\n{GOOD},ACC开\nT2,{int(TEN)},110.77,35.14,V\nT3,{int(TEN)},110.77,35.14,9\n")
    )
    assert [line for line, _, _ in why(fixes)] == [3]
    assert [note.en for note in fixes.notes] == [
        "t.csv: column 定位状态 says what is not understood, and nothing was rejected for it: 9, acc开"
    ]


def test_of_two_columns_that_could_say_it_none_is_used_until_one_is_named(write: Write) -> None:
    path = write(f"{HEADER},fix,定位状态\n{GOOD},0,A\n")
    assert read(path).rejects == []
    assert "fix, 定位状态 could each be valid" in read(path).notes[0].en
    assert len(read(path, columns={"valid": "fix"}).rejects) == 1
    assert read(path, columns={"valid": "定位状态"}).rejects == []
    with pytest.raises(InputError):
        read(path, columns={"valid": "nosuch"})


@pytest.mark.parametrize("values", [[True, False], [1, 0], [1.0, 0.0], ["A", "V"]])
def test_a_parquet_column_says_it_in_its_own_type(tmp_path: Path, values: list[object]) -> None:
    table = pd.DataFrame({"vehicle_id": ["T1", "T2"], "time": [TEN, TEN], "lon": 110.77, "lat": 35.14, "valid": values})
    table.to_parquet(tmp_path / "t.parquet")
    assert [line for line, _, _ in why(read(tmp_path / "t.parquet"))] == [2]


# clocks


def received(write: Write, *times: str, column: str = "接收时间") -> Fixes:
    rows = [f"T{n},2024-05-08T10:00:00+08:00,110.77,35.14,{time}" for n, time in enumerate(times)]
    return read(write("\n".join([f"{HEADER},{column}", *rows])))


@pytest.mark.parametrize("column", ["接收时间", "服务器时间", "receive_time", "Server Time"])
def test_a_fix_later_than_its_receipt_is_a_clock_error_and_a_backlog_is_none(write: Write, column: str) -> None:
    times = ["10:00:03", "09:51:00", "09:49:00", "23:59:00", "", "?"]
    times = [f"2024-05-08T{time}+08:00" if time[:1].isdigit() else time for time in times]
    fixes = received(write, *times, column=column)
    assert why(fixes) == [(4, "time", reasons.AFTER_RECEIPT.en)]


def test_eight_hours_ahead_of_the_receipt_are_named_as_such(write: Write) -> None:
    times = [f"2024-05-08T{time}+08:00" for time in ("02:00:05", "02:09:00", "01:58:00", "02:30:00", "00:00:00")]
    codes = [reasons.code_of(reject.reason) for reject in received(write, *times).rejects]
    assert sorted(codes) == ["clock_8_hours"] * 3 + ["clock_after_receipt"] * 2
    assert any("UTC and Beijing time look mixed up" in note.en for note in received(write, *times).notes)


def test_times_in_utc_that_were_read_as_local_are_noted_and_not_shifted(write: Write) -> None:
    trip = drive(WUYI, at("02:00:00"))
    stamp = pd.to_datetime(trip["t_s"] + 8 * 3600 + 2, unit="s", utc=True).map(pd.Timestamp.isoformat)
    fixes = read_table(write, trip, server_time=stamp)
    assert fixes.t_s.tolist() == trip["t_s"].tolist()
    [note] = fixes.notes
    assert note.en.startswith("t.csv: most rows were received about 8 hours after their time (server_time)")


def test_the_future_is_what_is_later_than_the_caller_says_it_is(write: Write) -> None:
    path = write(f"{HEADER}\n{GOOD}\n{GOOD.replace('T10:00', 'T10:11')}\n")
    assert read(path).rejects == []
    assert read_fixes(path, timezone="Asia/Shanghai", now_s=TEN + 120).rejects == []
    fixes = read_fixes(path, timezone="Asia/Shanghai", now_s=TEN)
    assert why(fixes) == [(3, "time", reasons.FUTURE.en)]
    assert "1 rows are later than this check" in fixes.notes[0].en
    assert dt.datetime.now(dt.UTC).timestamp() > TEN


def a_day(*hours: float, split: int = 60) -> pd.DataFrame:
    """Return one drive whose clock is set forward or back by hours in the middle; in the order in which it was driven."""
    trip = noisy(drive(WUYI, at("10:00:00"), every_s=5), 1)
    for hour in hours:
        trip.loc[trip.index >= split, "t_s"] += hour * 3600
        split += 20
    return trip


@pytest.mark.parametrize(
    ("hour", "found"), [(8, "vehicles_clock_forward"), (1, "vehicles_clock_forward"), (-8, "vehicles_clock_back")]
)
def test_a_clock_set_by_whole_hours_on_the_way_is_noted_and_no_row_rejected(
    write: Write, hour: int, found: str
) -> None:
    fixes = read_table(write, a_day(hour))
    assert fixes.rejects == []
    assert cleaning(fixes)[found] == 1
    [note] = fixes.notes
    assert "by whole hours" in note.en
    assert "T1" not in note.en


@pytest.mark.parametrize("hour", [8.02, 0, 7.5])
def test_other_gaps_are_not_taken_for_clocks(write: Write, hour: float) -> None:
    fixes = read_table(write, a_day(hour))
    assert fixes.notes == []


def test_a_truck_that_stood_for_hours_is_not_taken_for_a_wrong_clock(write: Write) -> None:
    there, back = drive(WUYI, at("10:00:00")), drive(WUYI[::-1], at("10:00:00"))
    end = float(there["t_s"].iloc[-1])
    for wait in range(0, 120, 5):
        home = back.assign(t_s=back["t_s"] - at("10:00:00") + end + 8 * 3600 + wait)
        night = stay(WUYI[1], end + 15, end + 90, every_s=15)
        assert read_table(write, there, night, home).notes == []


def test_a_backlog_after_newer_rows_is_no_clock_set_back(write: Write) -> None:
    early, late = drive(WUYI, at("08:00:00")), drive(WUYI[::-1], at("10:00:00"))
    fixes = read_table(write, late, early)
    assert cleaning(fixes) == {"out_of_order": len(early)}
    assert fixes.notes == []


# frozen positions


def frozen_drive(kmh: list[float], every_s: float = 15) -> pd.DataFrame:
    n = len(kmh)
    return frame("T1", at("10:00:00") + every_s * np.arange(n), *np.array([PLACE] * n).T).assign(speed_kmh=kmh)


@pytest.mark.parametrize(
    ("kmh", "rejected"),
    [
        ([30, 30], []),
        ([30, 30, 30], [2]),
        ([30, 30, 30, 0, 0], [2, 3, 4]),
        ([40, 40], [1]),
        ([1.7e308, 1.7e308], [1]),
        ([0, 0, 0, 0, 40], []),
        ([0, 40, 0, 40, 0, 40], []),
        ([15] * 50, []),
        ([float("nan")] * 50, []),
        ([0.0] * 50, []),
    ],
)
def test_a_position_that_does_not_change_while_the_terminal_says_it_drives_is_frozen(
    write: Write, kmh: list[float], rejected: list[int]
) -> None:
    fixes = read_table(write, frozen_drive(kmh))
    assert [line - 2 for line, _, _ in why(fixes)] == rejected
    assert all(reject.reason == reasons.FROZEN for reject in fixes.rejects)


def test_a_truck_that_moves_by_the_last_digit_is_not_frozen(write: Write) -> None:
    fixes = frozen_drive([60.0] * 20)
    assert read_table(write, fixes.assign(lon=fixes["lon"] + np.arange(20) % 2 * 1e-6)).rejects == []


def test_where_a_frozen_position_comes_to_life_is_no_jump(write: Write) -> None:
    trip = drive(WUYI, at("10:00:00"), kmh=72).assign(speed_kmh=72.0)
    trip.loc[5:150, ["lon", "lat"]] = trip.loc[5, ["lon", "lat"]].to_numpy()
    counts = cleaning(read_table(write, trip))
    assert set(counts) == {"frozen"}


# two tracks under one number


def test_of_two_tracks_under_one_number_none_is_believed_while_they_alternate(write: Write) -> None:
    here = drive(WUYI, at("10:00:00"))
    there = drive([off(place, 20_000, 0) for place in WUYI], at("10:00:07"))
    fixes = read_table(write, here, there)
    assert len(fixes.t_s) <= 4
    assert any("two tracks at once" in note.en for note in fixes.notes)
    assert cleaning(fixes)["vehicles_two_tracks"] == 1


def test_a_receiver_that_slips_now_and_then_keeps_its_track(write: Write) -> None:
    trip = noisy(drive(WUYI, at("10:00:00")), 1)
    slips = np.arange(5, len(trip) - 5, 9)
    trip.loc[slips, "lon"] += 0.5
    fixes = read_table(write, trip)
    assert cleaning(fixes) == {"jump": len(slips)}
    assert fixes.notes == []


# where one vehicle's fixes end and another's begin


def test_no_rule_goes_from_one_vehicle_to_the_next(write: Write) -> None:
    one = drive(WUYI, at("10:00:00"), every_s=5, name="A").assign(speed_kmh=40.0)
    last, t_s = one.iloc[-1], float(one["t_s"].iloc[-1])
    place = (float(last["lon"]), float(last["lat"]))
    onward = [place, off(place, 0, 2000)]
    frozen = frame("B", t_s + 30 * np.arange(1.0, 2.0), *np.array([place]).T).assign(speed_kmh=40.0)
    assert read_table(write, one, frozen).rejects == []
    an_hour_on = drive([off(place, 0, 50), onward[1]], t_s + 3605, every_s=5, name="B")
    assert read_table(write, one, an_hour_on).notes == []
    far = frame("B", np.array([t_s + 5]), *np.array([off(place, 90_000, 0)]).T)
    assert read_table(write, one, far, drive(onward, t_s + 10, name="C")).rejects == []
    assert len(read_table(write, one, far.assign(vehicle_id="A"), drive(onward, t_s + 10, name="A")).rejects) == 1


# of one vehicle nothing depends on the others, nor on the order of rows


@settings(max_examples=times(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_what_is_found_of_a_fleet_is_what_is_found_of_its_vehicles(write: Write, seed: int) -> None:
    rng = np.random.default_rng(seed)
    fleet = []
    for name in "ABC":
        trip = drive(WUYI, at("10:00:00") + rng.integers(0, 100), every_s=10, name=name).assign(speed_kmh=40.0)
        n = len(trip)
        trip.loc[rng.integers(0, n, 4), "lon"] += rng.choice([0.002, 0.5])
        at_ = int(rng.integers(0, n - 12))
        trip.loc[at_ : at_ + 10, ["lon", "lat"]] = trip.loc[at_, ["lon", "lat"]].to_numpy()
        trip.loc[trip.index >= rng.integers(0, n), "t_s"] += float(rng.choice([0, 0, 8, -8]) * 3600)
        fleet.append(pd.concat([trip, trip.sample(5, random_state=int(rng.integers(1 << 30)))]))
    single = [read_table(write, one) for one in fleet]
    together = read_table(write, *fleet)
    assert len(together.rejects) == sum(len(one.rejects) for one in single)
    assert together.tally == sum((one.tally for one in single), start=type(together.tally)())
    for column in ("t_s", "lon", "lat"):
        assert getattr(together, column).tolist() == np.concatenate([getattr(one, column) for one in single]).tolist()
    mixed = read_table(write, pd.concat(fleet).sample(frac=1, random_state=seed % 2**31))
    assert mixed.t_s.tolist() == together.t_s.tolist()
    assert reasons.by_reason(mixed.rejects) == reasons.by_reason(together.rejects)


# times cut to the minute


def to_the_minute(write: Write, every_s: float) -> Fixes:
    trip = drive(WUYI, at("10:00:00"), every_s=every_s)
    return read_table(write, trip.assign(t_s=trip["t_s"] // 60 * 60))


def test_times_cut_to_the_minute_are_said_to_be_so(write: Write) -> None:
    fixes = to_the_minute(write, 15)
    assert {code for code in cleaning(fixes) if code != "duplicates"} == {"two_places"}
    [note] = fixes.notes
    assert note.en.startswith(
        f"{len(fixes.rejects)} rows were rejected for two places at one time, with times on whole minutes"
    )
    assert to_the_minute(write, 60).notes == []


def test_two_places_at_other_times_are_not_laid_to_the_minute(write: Write) -> None:
    trip = drive(WUYI, at("10:00:00"), every_s=15)
    fixes = read_table(write, trip, trip.assign(lat=trip["lat"] + 0.01))
    assert cleaning(fixes)["two_places"] == 2 * len(trip)
    assert [note for note in fixes.notes if "whole minutes" in note.en] == []
