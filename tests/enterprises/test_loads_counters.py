"""More than three times within a year, more than a tenth of a fleet: at the border, by both kinds of year, with what is doubtful."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprises.errors import EnterpriseError
from enterprises.loading.counters import _most_in_year, _vehicles_in_year
from enterprises.loading.fleets import read_fleets
from enterprises.loading.times import one_year_on
from enterprises.loads import Loads
from tests.enterprises.loads_given import checked

HEADER = "时间,车牌号,毛重(kg),轴数,企业名称,磅单号,承运单位"


def over(folder: Path, times: Sequence[str], *more: str, fleets: dict[str, int] | None = None) -> Loads:
    rows = [f"{time},晋M10001,18001,2,示意石料厂,A{n},示意运输" for n, time in enumerate(times)]
    return checked(folder, HEADER, [*rows, *more], fleets=fleets)


@pytest.mark.parametrize(
    ("times", "rolling", "calendar", "reached", "other"),
    [
        (["2024-01-01 08:00:00", "2024-02-01 08:00:00", "2024-03-01 08:00:00"], 3, 3, "no", "no"),
        ([f"2024-0{n}-01 08:00:00" for n in (1, 2, 3, 4)], 4, 4, "yes", "yes"),
        (["2023-11-01 08:00:00", "2023-12-01 08:00:00", "2024-01-01 08:00:00", "2024-02-01 08:00:00"], 4, 2, "yes", "no"),
        (["2023-05-01 08:00:00", "2023-06-01 08:00:00", "2023-07-01 08:00:00", "2024-05-01 08:00:00"], 3, 3, "no", "no"),
        (["2023-05-01 08:00:00", "2023-06-01 08:00:00", "2023-07-01 08:00:00", "2024-05-01 07:59:59"], 4, 3, "yes", "no"),
    ],
)  # fmt: skip
def test_more_than_three_times_is_four_within_one_year(
    tmp_path: Path, times: list[str], rolling: int, calendar: int, reached: str, other: str
) -> None:
    (vehicle,) = over(tmp_path, times).vehicles
    assert vehicle.low == vehicle.high == {"rolling": rolling, "calendar": calendar}
    assert (vehicle.reached, vehicle.other_reached) == (reached, other)
    assert (vehicle.records, vehicle.over, vehicle.undetermined) == (len(times), len(times), 0)


def test_what_is_undetermined_or_doubtful_counts_upwards_only(tmp_path: Path) -> None:
    times = [f"2024-0{n}-01 08:00:00" for n in (1, 2, 3)]
    (vehicle,) = over(tmp_path, times, "2024-04-01 08:00:00,晋M10001,20000,,示意石料厂,B,").vehicles
    assert (vehicle.low["rolling"], vehicle.high["rolling"], vehicle.reached) == (3, 4, "undetermined")
    again = "2024-04-01 08:00:00,晋M10001,19000,2,示意石料厂,A0,"
    (vehicle,) = over(tmp_path, times, again).vehicles
    assert (vehicle.over, vehicle.low["rolling"], vehicle.high["rolling"], vehicle.reached) == (4, 2, 4, "undetermined")


def fleet_rows(number: int) -> list[str]:
    return [f"2024-05-08 12:00:00,晋M2000{n},18001,2,示意石料厂,C{n},示意运输有限公司" for n in range(number)]


@pytest.mark.parametrize(("over_", "fleet", "reached"), [(1, 10, "no"), (2, 10, "yes"), (2, 20, "no"), (2, 19, "yes"), (3, None, "undetermined")])  # fmt: skip
def test_more_than_a_tenth_of_the_fleet_excludes_the_tenth(
    tmp_path: Path, over_: int, fleet: int | None, reached: str
) -> None:
    found = checked(tmp_path, HEADER, fleet_rows(over_), fleets={"示意运输（有限公司）": fleet} if fleet else None)
    (carrier,) = (firm for firm in found.firms if firm.role == "carrier")
    assert (carrier.vehicles_over, carrier.fleet, carrier.reached) == (over_, fleet, reached)
    (source,) = (firm for firm in found.firms if firm.role == "source")
    assert (source.reached, source.records, source.over) == (None, over_, over_)


def test_a_carrier_none_of_whose_vehicles_is_over_has_not_reached_it_whatever_its_fleet(tmp_path: Path) -> None:
    found = checked(tmp_path, HEADER, ["2024-05-08 12:00:00,晋M20001,17000,2,示意石料厂,C,示意运输"])
    assert {firm.role: firm.reached for firm in found.firms} == {"source": None, "carrier": "no"}


def test_one_vehicle_over_many_times_is_one_vehicle_of_the_fleet(tmp_path: Path) -> None:
    found = over(tmp_path, [f"2024-0{n}-01 08:00:00" for n in (1, 2, 3, 4)], fleets={"示意运输": 10})
    (carrier,) = (firm for firm in found.firms if firm.role == "carrier")
    assert (carrier.low, carrier.reached) == ({"rolling": 1, "calendar": 1}, "no")


def test_writings_of_one_carrier_are_one_carrier(tmp_path: Path) -> None:
    rows = [row.replace("示意运输有限公司", name) for row, name in zip(fleet_rows(2), ("示意运输(有限公司)", "示意运输（有限公司）"), strict=True)]  # fmt: skip
    assert [firm.records for firm in checked(tmp_path, HEADER, rows).firms if firm.role == "carrier"] == [2]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1500)), max_size=25))
def test_the_windows_are_those_of_looking_at_every_one(events: list[tuple[int, int]]) -> None:
    start = int(dt.datetime(2022, 1, 1, tzinfo=dt.UTC).timestamp())
    codes = np.array([code for code, _ in events], np.int64)
    local = np.array([start + day * 86_400 for _, day in events], np.int64)
    ends = one_year_on(local)
    inside = [[code for code, at in zip(codes, local, strict=True) if begin <= at < end] for begin, end in zip(local, ends, strict=True)]  # fmt: skip
    tallies = [Counter(held) for held in inside]
    most = [max((tally[code] for tally in tallies), default=0) for code in range(4)]
    assert _most_in_year(codes, local, 4, "rolling").tolist() == most
    different = max((len(tally) for tally in tallies), default=0)
    assert _vehicles_in_year(codes, local, np.arange(len(codes)), "rolling") == different
    by_year = Counter((dt.datetime.fromtimestamp(at, dt.UTC).year, code) for code, at in zip(codes, local.tolist(), strict=True))  # fmt: skip
    calendar = [max((times for (_, one), times in by_year.items() if one == code), default=0) for code in range(4)]
    assert _most_in_year(codes, local, 4, "calendar").tolist() == calendar
    years = Counter(year for year, _ in by_year)
    assert _vehicles_in_year(codes, local, np.arange(len(codes)), "calendar") == max(years.values(), default=0)


def test_a_year_after_29_february_is_1_march() -> None:
    stamps = np.array(["2024-02-29T10:00:00", "2023-03-01T00:00:00"], "datetime64[s]").astype(np.int64)
    assert one_year_on(stamps).astype("datetime64[s]").astype(str).tolist() == [
        "2025-03-01T10:00:00", "2024-03-01T00:00:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("承运单位,车辆数\n示意运输,0\n", "f.csv:2: vehicles: a carrier's name"),
        ("承运单位,车辆数\n,3\n", "f.csv:2: carrier: a carrier's name"),
        ("承运单位,车辆数\n示意运输,三\n", "f.csv:2: vehicles"),
        ("承运单位\n示意运输\n", "f.csv:1: vehicles: the column"),
        ("承运单位,车辆数\n示意运输,3\n示意 运输,4\n", "f.csv:3: vehicles: one carrier has two"),
    ],
)
def test_a_broken_table_of_fleets_is_refused_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "f.csv").write_text(text, encoding="gbk")
    with pytest.raises(EnterpriseError) as caught:
        read_fleets(tmp_path / "f.csv")
    assert caught.value.say("en").startswith(sentence)


def test_fleets_are_read(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("承运单位,货车总数\n示意运输,3\n", encoding="utf-8")
    assert read_fleets(tmp_path / "f.csv") == {"示意运输": 3}
