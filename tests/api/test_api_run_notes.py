"""What a check finds doubtful about its data reaches whoever decides on its leads."""

import csv
import io
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jobs_here import work_off
from lead_rows import added, row
from uploading import WHY, day, upload

from api.settings import Settings
from api.store.database import Store

Clients = Callable[..., TestClient]
_TRUCKS = 8


@pytest.fixture
def checked(signed_in: Clients, settings: Settings, store: Store) -> Callable[..., dict[str, Any]]:
    """Return a maker of runs that are done."""

    def check(files: dict[str, bytes] | None = None, **more: object) -> dict[str, Any]:
        client = signed_in("officer")
        ids = [upload(client, kind, data) for kind, data in (files or day(_TRUCKS)).items()]
        asked = client.post("/v1/traces/runs", json={"uploads": ids, "why": WHY, **more})
        assert asked.status_code == 201, asked.text
        assert asked.json()["notes"] == []
        work_off(settings, store)
        run: dict[str, Any] = client.get(asked.headers["location"]).json()
        assert run["state"] == "done", run["error"]
        return run

    return check


def _leads(client: TestClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/v1/leads?limit=100").json()["leads"]
    return found


def _without_order_of_coordinates(traces: bytes) -> bytes:
    rows = list(csv.DictReader(io.StringIO(traces.decode())))
    written = io.StringIO()
    table = csv.DictWriter(written, list(rows[0]))
    table.writeheader()
    table.writerows({**row, "lon": row["lat"], "lat": row["lon"]} for row in rows)
    return written.getvalue().encode()


@pytest.mark.slow
def test_coordinates_that_fit_better_otherwise_are_said_with_the_run_which_has_no_leads(
    checked: Callable[..., dict[str, Any]], signed_in: Clients
) -> None:
    client = signed_in("officer")
    run = checked(crs="bd09")
    said, unsure = run["notes"]
    assert "只列为拿不准，不作线索" in unsure
    assert said.startswith("坐标系可能不对：声明为 bd09")
    assert said.endswith("未作更正"), "the officer has no command line to give an option to"
    address = f"/v1/traces/runs/{run['id']}"
    told, _ = client.get(f"{address}?lang=en").json()["notes"]
    assert told.startswith("the coordinates may be wrong: declared bd09")
    assert "--crs" not in told
    assert _leads(client) == [], "whose coordinates are in doubt is not accused"

    # the report is in the language of who reads it
    for lang, tag, word in (("zh", "zh-CN", "坐标系可能不对"), ("en", "en", "the coordinates may be wrong")):
        report = client.get(f"{address}/files/report.html?lang={lang}")
        assert (report.status_code, report.headers["content-language"]) == (200, tag)
        assert f'<html lang="{tag}"' in report.text
        assert word in report.text


def test_a_right_day_has_nothing_doubtful(checked: Callable[..., dict[str, Any]], signed_in: Clients) -> None:
    assert checked()["notes"] == []
    rows = _leads(signed_in("officer"))
    assert rows
    assert all(signed_in("officer").get(f"/v1/leads/{row['lead_id']}").json()["notes"] == [] for row in rows)


def test_a_check_that_could_read_nothing_says_that_it_shows_nothing(checked: Callable[..., dict[str, Any]]) -> None:
    files = day(_TRUCKS)
    run = checked({**files, "traces": _without_order_of_coordinates(files["traces"])})
    assert (run["counts"]["rows"]["used"], run["counts"]["leads"]) == (0, 0)
    assert run["notes"][0] == "轨迹里没有一行能用：这次核查说明不了任何车辆的情况"


@pytest.mark.slow
def test_leads_of_a_zone_of_other_roads_are_not_fit_for_enforcement_whatever_its_grade(
    checked: Callable[..., dict[str, Any]], signed_in: Clients
) -> None:
    drawn = resources.files("zones").joinpath("data/linyi-schematic.geojson").read_text("utf-8")
    other = drawn.replace("丰喜大道", "丰庆大道").replace('"grade": "schematic"', '"grade": "osm"')
    added = signed_in("admin").post("/v1/documents?kind=zone", content=other.encode())
    assert added.status_code == 201, added.text
    run = checked(zone=added.json()["sha256"])
    assert any("结果只能用于试验" in note for note in run["notes"])
    client = signed_in("officer")
    rows = _leads(client)
    assert rows
    assert {(row["grade"], row["fit_for_enforcement"]) for row in rows} == {("osm", False)}
    one = rows[0]["lead_id"]
    assert client.get(f"/v1/leads/{one}").json()["fit_for_enforcement"] is False
    assert client.get(f"/v1/leads/{one}/track", params={"why": WHY}).json()["fit_for_enforcement"] is False
    page = client.get(f"/desk/leads/{one}", headers={"accept": "text/html"}).text
    assert "不得用于执法" in page
    assert "通告文字上没有障碍" not in page
    seen = {"If-Match": client.get(f"/v1/leads/{one}").headers["etag"]}
    refused = client.post(f"/v1/leads/{one}/confirm", json={"why": "卡口照片一致"}, headers=seen)
    assert (refused.status_code, refused.json()["acknowledge"]) == (409, ["notes"])
    known = {"why": "卡口照片一致", "acknowledge": ["notes"]}
    assert client.post(f"/v1/leads/{one}/confirm", json=known, headers=seen).status_code == 201
    (violation,) = client.get("/v1/violations").json()["violations"]
    assert (violation["lead_id"], violation["fit_for_enforcement"]) == (one, False)


def test_once_an_officer_has_confirmed_it_the_page_no_longer_says_that_nobody_has(
    signed_in: Clients, store: Store, tmp_path: Path
) -> None:
    added(store, [row(1)], tmp_path)
    client, one = signed_in("officer"), row(1)["lead_id"]
    words = {
        "zh": ("还没有人核实", "民警已核实并确认"),
        "en": ("no person has verified it yet", "An officer has verified"),
    }

    def pages(lang: str) -> str:
        page = client.get(f"/desk/leads/{one}?lang={lang}", headers={"accept": "text/html"}).text
        return page.partition("<main")[2].partition("</main>")[0]

    assert all(lacking in pages(lang) and done not in pages(lang) for lang, (lacking, done) in words.items())
    seen = {"If-Match": client.get(f"/v1/leads/{one}").headers["etag"]}
    assert client.post(f"/v1/leads/{one}/confirm", json={"why": "卡口照片一致"}, headers=seen).status_code == 201
    assert all(lacking not in pages(lang) and done in pages(lang) for lang, (lacking, done) in words.items())
    seen = {"If-Match": client.get(f"/v1/leads/{one}").headers["etag"]}
    assert client.post(f"/v1/leads/{one}/undo", json={"why": "看错了"}, headers=seen).status_code == 200
    assert all(lacking in pages(lang) for lang, (lacking, _) in words.items())
