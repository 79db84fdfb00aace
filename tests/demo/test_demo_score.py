import pandas as pd
import pytest

from truckban.demo.day import Day
from truckban.demo.score import Score, score

DAY = "2024-05-08T"


def truth() -> pd.DataFrame:
    rows = [
        ("T1", "10:00:00", "10:10:00", "prohibited", 2000.0),
        ("T1", "15:00:00", "15:05:00", "prohibited", 900.0),
        ("T2", "21:50:00", "22:00:00", "prohibited", 3000.0),
        ("T2", "22:00:00", "22:06:00", "allowed", 1800.0),
        ("T3", "09:00:00", "09:08:00", "undetermined", 2500.0),
        ("T4", "11:00:00", "11:00:05", "prohibited", 30.0),
        ("T5", "12:00:00", "12:08:00", "allowed", 2500.0),
    ]
    table = pd.DataFrame(rows, columns=["vehicle_id", "entered_at", "left_at", "verdict", "length_m"])
    for column in ("entered_at", "left_at"):
        table[column] = DAY + table[column] + "+08:00"
    return table


def scored(*leads: tuple[str, str, str, str]) -> Score:
    table = pd.DataFrame(leads, columns=["vehicle_id", "entered_at", "left_at", "verdict"])
    for column in ("entered_at", "left_at"):
        table[column] = DAY + table[column] + "+08:00"
    return score(table, truth(), pd.DataFrame({"vehicle_id": [f"T{n}" for n in range(1, 8)]}))


def test_no_leads_find_nothing_and_accuse_nobody() -> None:
    found = scored()
    assert (found.found, found.unlawful, found.undetermined_found, found.undetermined) == (0, 3, 0, 1)
    assert found.lawful == 3  # one drove inside lawfully, two were never inside
    assert found.accused == found.unmatched == ()
    assert len(found.missed) == 3


def test_a_lead_that_overlaps_finds_that_passage_only() -> None:
    found = scored(("T1", "10:02:00", "10:09:00", "prohibited"))
    assert found.found == 1
    assert found.missed == (("T1", f"{DAY}15:00:00+08:00"), ("T2", f"{DAY}21:50:00+08:00"))


def test_leads_in_utc_are_the_same_instants() -> None:
    table = pd.DataFrame(
        {
            "vehicle_id": ["T1"],
            "entered_at": [pd.Timestamp("2024-05-08T02:01:00Z")],
            "left_at": [pd.Timestamp("2024-05-08T02:09:00Z")],
            "verdict": ["prohibited"],
        }
    )
    assert score(table, truth(), pd.DataFrame({"vehicle_id": ["T1"]})).found == 1


def test_a_lead_of_one_fix_counts() -> None:
    assert scored(("T1", "10:02:00", "10:02:00", "prohibited")).found == 1
    assert scored(("T1", "10:00:00", "10:00:00", "prohibited")).found == 1
    assert scored(("T1", "10:10:00", "10:10:00", "prohibited")).found == 0


def test_another_vehicles_lead_finds_nothing() -> None:
    found = scored(("T5", "10:02:00", "10:09:00", "prohibited"))
    assert found.found == 0
    assert found.accused == ("T5",)
    assert found.unmatched == (("T5", f"{DAY}10:02:00+08:00"),)


def test_a_lead_after_ten_in_the_evening_does_not_match_what_ended_at_ten() -> None:
    found = scored(("T2", "22:00:00", "22:06:00", "prohibited"))
    assert found.found == 0
    assert len(found.unmatched) == 1
    assert found.accused == ()  # the truck did break the ban, at another time


def test_a_lead_that_is_not_cut_at_ten_is_stretched() -> None:
    assert scored(("T2", "21:50:20", "22:00:00", "prohibited")).stretched == ()
    found = scored(("T2", "21:50:20", "22:06:00", "prohibited"))
    assert found.found == 1
    assert found.stretched == (("T2", f"{DAY}21:50:20+08:00"),)


def test_one_lead_over_two_passages_finds_both_and_is_not_stretched_by_them() -> None:
    found = scored(("T1", "10:00:00", "15:05:00", "prohibited"))
    assert found.found == 2
    assert found.stretched == ()


def test_undetermined_is_found_by_undetermined_only() -> None:
    assert scored(("T3", "09:01:00", "09:05:00", "undetermined")).undetermined_found == 1
    found = scored(("T3", "09:01:00", "09:05:00", "prohibited"))
    assert found.undetermined_found == 0
    assert len(found.unmatched) == 1


def test_less_than_fifty_metres_need_not_be_found_and_may_be() -> None:
    found = scored(("T4", "11:00:00", "11:00:05", "prohibited"))
    assert (found.unlawful, found.found, found.unmatched, found.accused) == (3, 0, (), ())


def test_the_sentence_says_the_numbers_in_both_languages() -> None:
    sentence = scored(("T1", "10:02:00", "10:09:00", "prohibited")).sentence
    assert "3 次，找到 1 次" in sentence.zh
    assert "Of 3 true unlawful passages 1 were found" in sentence.en


def test_the_truth_as_leads_is_a_perfect_score(day: Day) -> None:
    leads = day.truth[day.truth["verdict"] != "allowed"]
    found = score(leads, day.truth, day.vehicles)
    assert found.found == found.unlawful == 76
    assert found.undetermined_found == found.undetermined > 0
    assert found.accused == found.unmatched == found.stretched == found.missed == ()


@pytest.mark.parametrize("column", ["entered_at", "left_at"])
def test_leads_without_times_are_no_leads(column: str, day: Day) -> None:
    with pytest.raises(KeyError):
        score(day.truth.drop(columns=column), day.truth, day.vehicles)
