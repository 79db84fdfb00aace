"""Figures about leads: by the calendar of the notice's place; small ones are not for everybody."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from lead_rows import START, added, row

from api.statistics.service import figures_shown
from api.store.database import Store

SignedIn = Callable[..., TestClient]
URL = "/v1/statistics/leads"


def test_an_hour_before_midnight_and_one_after_are_two_days(signed_in: SignedIn, store: Store, tmp_path: Path) -> None:
    sunday = START.replace(day=12, hour=23)
    added(store, [row(1, at=sunday), row(2, at=sunday + dt.timedelta(hours=1))], tmp_path)
    officer = signed_in("officer")
    hours = officer.get(f"{URL}/hour_weekday").json()["figures"]
    assert [each["key"] for each in hours] == [{"weekday": 1, "hour": 0}, {"weekday": 7, "hour": 23}]
    weeks = officer.get(f"{URL}/week").json()["figures"]
    assert [each["key"]["week"] for each in weeks] == ["2024-W19", "2024-W20"]
    first = officer.get(f"{URL}/week", params={"to_day": "2024-05-12"}).json()
    assert (len(first["figures"]), first["leads"]) == (1, 1)
    assert officer.get(f"{URL}/week", params={"from_day": "2024-05-13", "to_day": "2024-05-12"}).json()["leads"] == 0


def test_small_figures_are_left_out_for_those_who_may_not_see_plates(
    signed_in: SignedIn, store: Store, tmp_path: Path
) -> None:
    rows = [row(n, roads=["五一路"] if n < 5 else ["北环路"]) for n in range(9)]
    added(store, rows, tmp_path)
    full = signed_in("officer").get(f"{URL}/road").json()
    assert {each["key"]["road"]: each["leads"] for each in full["figures"]} == {"五一路": 5, "北环路": 4}
    for by in ("road", "state"):
        masked = signed_in("admin").get(f"{URL}/{by}", params={"road": "北环路"}).json()
        assert [each["leads"] for each in masked["figures"]] == [None]
        assert masked["suppressed"]
        assert masked["leads"] is None


def test_a_week_is_held_against_the_four_before_it() -> None:
    monday = dt.date(2024, 5, 6).toordinal()
    rows = [(monday, 10), (monday + 7, 20), (monday + 28, 7), (monday + 35, 9)]
    figures = figures_shown("week", rows, least=1)
    assert [each.before for each in figures] == [None, 10, 7.5, 6.75]
    assert figures_shown("week", rows, least=15)[2].before is None


@pytest.mark.parametrize(
    "asked", ["x", "week?from_day=x", "week?to_day=0000-01-01", "road?state=open", "road?road=%00"]
)
def test_what_cannot_be_asked_is_refused(unchanged: SignedIn, asked: str) -> None:
    assert unchanged("officer").get(f"{URL}/{asked}").status_code == 422
