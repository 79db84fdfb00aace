"""Leads by hour of day, by weekday and by where they came in: by the clock of the notice's place, whatever the server's."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from lead_rows import START, added, row

from api.store.database import Store

SignedIn = Callable[..., TestClient]


def _ids(client: TestClient, **asked: str) -> list[str]:
    return [lead["lead_id"] for lead in client.get("/v1/leads", params=asked).raise_for_status().json()["leads"]]


def test_an_hour_and_a_weekday_are_those_of_the_place_and_an_hours_end_is_not_in_it(
    signed_in: SignedIn, store: Store, tmp_path: Path
) -> None:
    midnight = START.replace(day=13, hour=0)  # a Monday there; still Sunday in UTC
    second = dt.timedelta(seconds=1)
    instants = [
        midnight - second,
        midnight,
        midnight + dt.timedelta(hours=1) - second,
        midnight + dt.timedelta(hours=1),
    ]
    rows = [row(n, at=at) for n, at in enumerate(instants)]
    added(store, rows, tmp_path)
    officer = signed_in("officer")
    assert _ids(officer, hour="0") == [rows[2]["lead_id"], rows[1]["lead_id"]]
    assert _ids(officer, weekday="1", sort="entered_at") == [each["lead_id"] for each in rows[1:]]
    assert _ids(officer, weekday="7") == [rows[0]["lead_id"]]
    assert _ids(officer, weekday="7", hour="0") == []
    assert _ids(officer, weekday="1", hour="0", sort="-probability", probability_from="0.9") == [
        rows[2]["lead_id"],
        rows[1]["lead_id"],
    ]


def test_an_entry_is_its_number_and_none_is_what_began_inside(
    signed_in: SignedIn, store: Store, tmp_path: Path
) -> None:
    rows = [row(n, entry_number=entry) for n, entry in enumerate((3, None, 15))]
    added(store, rows, tmp_path)
    officer = signed_in("officer")
    assert _ids(officer, entry="3") == [rows[0]["lead_id"]]
    assert _ids(officer, entry="none") == [rows[1]["lead_id"]]
    assert _ids(officer, entry="4") == []
    for by, key in (("hour_weekday", {"weekday": 3, "hour": 9}), ("road", {"road": "五一路"})):
        told = officer.get(f"/v1/statistics/leads/{by}", params={"entry": "none", "hour": 9, "weekday": 3}).json()
        assert [(each["key"], each["leads"]) for each in told["figures"]] == [(key, 1)]


def test_every_cell_of_the_figures_has_as_many_leads_as_it_says(
    signed_in: SignedIn, store: Store, tmp_path: Path
) -> None:
    added(store, [row(n, at=START + dt.timedelta(minutes=97 * n)) for n in range(120)], tmp_path)
    officer = signed_in("officer")
    figures = officer.get("/v1/statistics/leads/hour_weekday").json()["figures"]
    assert sum(each["leads"] for each in figures) == 120
    for each in figures:
        assert len(_ids(officer, limit="200", **{name: str(n) for name, n in each["key"].items()})) == each["leads"]


@pytest.mark.parametrize(
    "asked", ["hour=24", "hour=-1", "hour=9.5", "weekday=0", "weekday=8", "entry=0", "entry=x", "entry=03", "entry="]
)
def test_what_no_clock_shows_and_no_zone_numbers_is_refused(signed_in: SignedIn, asked: str) -> None:
    assert signed_in("officer").get(f"/v1/leads?{asked}").status_code == 422
    assert signed_in("officer").get(f"/v1/statistics/leads/road?{asked}").status_code == 422
