"""The source enterprises, as people look at them, take a new list in, and look at places on no list."""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from api.store import enterprises as stored
from api.store.base import now
from api.store.database import Store
from api.store.tables.enterprises import Load, Visit

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("filled")]
WHY = "测试 test"
FIRST = "linyi-2023-18-01"
NAME = "临猗汇鑫商砼有限公司"
Open = Callable[..., Any]


def _etag(api: Any) -> str:
    return str(api.get("/v1/enterprises/registry").headers["etag"])


def _sites(api: Any) -> None:
    content = "enterprise,lon,lat,radius_m,site\n" + "".join(
        f"linyi-2023-18-0{n + 1},{110.7535 + 0.008 * n},{35.134 + 0.005 * n},80,北门\n" for n in range(5)
    )
    params = {"file_name": "s.csv", "crs": "wgs84", "source": "现场测量", "date": "2024-03-01"}
    token = (
        api.post("/v1/enterprises/sites/preview", params=params, content=content.encode())
        .raise_for_status()
        .json()["token"]
    )
    api.post(
        "/v1/enterprises/sites",
        params={**params, "token": token, "why": WHY},
        content=content.encode(),
        headers={"If-Match": _etag(api)},
    ).raise_for_status()


def _fill(store: Store) -> None:
    chance, today = random.Random(1), now()  # noqa: S311
    facts = {"margin_m": 20.0, "others": [], "stops": 1, "load_before": None, "load_after": None, "silent_min": 0.0}
    with store.write() as session:
        visits = stored.add_run(session, "visits", account_id="x", options={}, why=WHY, uploads=[]).id
        loads = stored.add_run(session, "loads", account_id="x", options={}, why=WHY, uploads=[]).id
        stored.cancel_run(session, visits)
        stored.cancel_run(session, loads)
        rows, slips = [], []
        for n in range(60):
            at = today - dt.timedelta(hours=chance.randint(1, 24 * 7 * 20))
            plate = f"晋M{10000 + n * 37}"
            rows.append(
                {
                    "visit_id": f"{n:032d}",
                    "run_id": visits,
                    "enterprise": FIRST,
                    "name": NAME,
                    "listed": True,
                    "site": "s",
                    "vehicle_id": plate,
                    "plate": plate,
                    "vehicle_class": "heavy",
                    "arrived_at": at,
                    "probability": 0.99,
                    "left_at": at + dt.timedelta(minutes=chance.randint(12, 50)),
                    "day": at.date().toordinal(),
                    "certainty": "unsure" if n % 9 == 0 else "inside",
                    "invented": False,
                    "added_at": today,
                    "facts": {**facts, "came_unseen": False, "left_unseen": False},
                }
            )
            gross = chance.randint(30, 60) * 1_000_000
            over = max(0, gross - 49_000_000)
            slips.append(
                {
                    "load_id": f"{n:032d}",
                    "run_id": loads,
                    "enterprise": FIRST,
                    "written": NAME,
                    "file": "slips.csv",
                    "line": n + 2,
                    "slip": f"A{n:04d}",
                    "plate": plate,
                    "at": at,
                    "day": at.date().toordinal(),
                    "axles": 6,
                    "gross_g": gross,
                    "limit_low_g": 49_000_000,
                    "limit_high_g": 49_000_000,
                    "over_low_g": over,
                    "over_high_g": over,
                    "verdict": "over" if over else "within",
                    "added_at": today,
                    "facts": {"article": "x", "missing": [], "notes": [], "cargo_g": None, "payload_over_g": 0},
                }
            )
        stored.put_rows(session, Visit, rows)
        stored.put_rows(session, Load, slips)
        stored.put_candidates(session, visits, [_place(n, chance) for n in range(3)])


def _place(n: int, chance: random.Random) -> dict[str, Any]:
    first = int((now() - dt.timedelta(days=9)).timestamp())
    hours = [chance.randint(0, 9) if 6 <= hour <= 20 else 0 for hour in range(24)]
    evidence = {
        "rank": n + 1,
        "reach_m": 31.2,
        "sprawls": n == 2,
        "overnight": n,
        "vehicles_overnight": n,
        "days": 5 + n,
        "hours": hours,
        "first_at": first,
        "last_at": first + 700_000,
        "median_min": 24.5,
        "load_known": 12 * (n == 0),
        "left_loaded": 9 * (n == 0),
        "near": None if n else FIRST,
        "near_m": None if n else 812.0,
    }
    stop = {"vehicle_id": "晋M54321", "plate": "晋M54321", "from": first, "to": first + 1800}
    return {
        "id": f"u-110.7{60 + n * 9}-35.1{38 + n * 7}",
        "lon": 110.760 + n * 0.009,
        "lat": 35.138 + n * 0.007,
        "vehicles": 12 - 4 * n,
        "stops": 40 - 9 * n,
        "evidence": evidence,
        "examples": [stop, stop],
    }


class Filled:
    """A service with sites, visits, loads and places; one client a role, closed in the end."""

    def __init__(self, served: Any) -> None:
        self._served = served
        self.clients: dict[str, Any] = {}

    def api(self, role: str) -> Any:
        if role not in self.clients:
            self.clients[role] = self._served.api(role)
        return self.clients[role]


@pytest.fixture(scope="module")
def filled(served: Any) -> Iterator[Filled]:
    made = Filled(served)
    _sites(made.api("reviewer"))
    _fill(served.store)
    yield made
    for client in made.clients.values():
        client.close()


def _mapped(page: Any) -> None:
    """Wait until every map that is shown stands, or says that it cannot."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('.map')].every((box) => box.hidden || box.closest('[hidden]') || box.dataset.ready)"
    )


def _looked_at(page: Any, check_access: Callable[[Any], None], *sizes: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Change the screen: on each nothing hangs over, and on the last there is no serious fault of access."""
    for size in sizes:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size
        yield size
    check_access(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_is_found_by_name_by_kind_and_by_day(
    regular: Open, check_access: Callable[[Any], None], picture: Open, lang: str
) -> None:
    page = regular("officer", lang=lang, maps=lang == "zh")
    page.goto("/enterprises")
    page.locator("tbody tr").first.wait_for()
    assert page.locator("tbody tr").count() == 24
    _mapped(page)
    if lang == "zh":
        assert page.locator("#map").get_attribute("data-ready") == "yes"
        check_access(page)
    for size in _looked_at(page, check_access, (1280, 860), (390, 844), (360, 740)):
        if size[0] != 360:
            picture(page, f"enterprises-{lang}" if size[0] > 1000 else f"enterprises-phone-{lang}", whole=True)
    page.fill("#q", "汇鑫")
    page.wait_for_function("() => document.querySelectorAll('tbody tr').length < 24")
    assert NAME in page.locator("tbody").inner_text()
    page.fill("#q", "临猗县汇鑫商混")
    page.locator("#meant .meant").wait_for()
    assert NAME in page.locator("#meant").inner_text()
    page.fill("#q", "")
    page.fill("#on", "2020-01-01")
    page.locator("#list").get_by_text("2023-05-25").first.wait_for()
    assert page.locator("#list tbody tr").count() == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_one_enterprise_shows_its_weeks_visits_loads_and_history(
    regular: Open, check_access: Callable[[Any], None], picture: Open, lang: str
) -> None:
    page = regular("officer", lang=lang, maps=lang == "zh")
    page.goto(f"/enterprises/{FIRST}")
    page.locator("#visits tbody tr").first.wait_for()
    page.locator("#loads tbody tr").first.wait_for()
    page.locator("#weeks svg").wait_for()
    _mapped(page)
    assert "晋M***" not in page.locator("#visits").inner_text()
    if lang == "zh":
        check_access(page)
    for size in _looked_at(page, check_access, (1280, 860), (390, 844)):
        picture(page, f"enterprise-{lang}" if size[0] > 1000 else f"enterprise-phone-{lang}", whole=True)
    page.locator("#visits button").click()
    page.wait_for_function("() => document.querySelectorAll('#visits tbody tr').length === 20")


def test_an_enterprise_sees_its_own_counts_masked_and_of_others_none(regular: Open) -> None:
    page = regular("enterprise", maps=False)
    page.goto(f"/enterprises/{FIRST}")
    page.locator("#history li").first.wait_for()
    page.wait_for_load_state("networkidle")
    assert page.locator("#visits-box").is_hidden()
    assert page.goto("/enterprises/unlisted").status == 403
    assert page.goto("/enterprises/nobody").status == 404


def test_a_new_list_is_looked_at_named_confirmed_and_taken_back(
    filled: Filled, regular: Open, check_access: Callable[[Any], None], picture: Open
) -> None:
    names = [one["name"] for one in filled.api("officer").get("/v1/enterprises").json()["enterprises"]]
    content = "企业名称\n" + "\n".join(["临猗汇鑫新型商砼有限公司", *names[1:20], "临猗新来建材有限公司"])
    for lang in ("en", "zh"):
        page = regular("reviewer", lang=lang, maps=False)
        page.goto("/enterprises/import")
        page.locator("#versions li").first.wait_for()
        page.click("#look")
        assert page.locator("#fault").inner_text()
        page.set_input_files("#file", {"name": "名单2024.csv", "mimeType": "text/csv", "buffer": content.encode()})
        page.click("#look")
        page.wait_for_function(
            "() => document.getElementById('fault').textContent"
        )  # the day is missing, and asked for
        assert page.evaluate("document.activeElement.id") == "issued"
        page.fill("#issued", "2024-05-01")
        page.click("#look")
        page.locator("#preview").wait_for()
        assert "新来" in page.locator("#difference").inner_text()
        check_access(page)
        picture(page, f"enterprises-import-{lang}", whole=True)
    box = page.locator(".perhaps input").first
    if box.count():
        box.check()
        page.wait_for_function("() => document.querySelector('.tag.turn').textContent.includes('1')")
    page.fill("#why", "县治超办通知")
    page.click("#go")
    page.locator(".toast").wait_for()
    assert filled.api("officer").get("/v1/enterprises").json()["total"] == 21
    page.locator(".toast button").click()
    page.fill("#undo-why", "日期不对")
    page.click("#undo-yes")
    page.wait_for_function("() => document.querySelectorAll('#versions li').length === 4")
    assert filled.api("officer").get("/v1/enterprises").json()["total"] == 24


def test_sites_are_looked_at_before_they_are_written_and_what_somebody_else_did_is_told(
    filled: Filled, regular: Open
) -> None:
    page = regular("admin", maps=False)
    page.goto("/enterprises/import")
    page.focus("#tab-list")
    page.keyboard.press("ArrowRight")
    page.set_input_files(
        "#file",
        {"name": "s.csv", "mimeType": "text/csv", "buffer": f"enterprise,lon,lat\n{NAME},110.76,35.15\n".encode()},
    )
    page.click("#look")
    page.wait_for_function("() => document.getElementById('fault').textContent")
    assert page.evaluate("document.activeElement.id") == "crs"
    page.select_option("#crs", "wgs84")
    page.fill("#source", "测量")
    page.fill("#date", "2024-05-01")
    page.click("#look")
    page.locator("#preview").wait_for()
    api = filled.api("reviewer")
    said = {"name": "汇鑫老站", "source": "x", "why": WHY}
    api.post(f"/v1/enterprises/{FIRST}/aliases", json=said, headers={"If-Match": _etag(api)}).raise_for_status()
    page.fill("#why", WHY)
    page.click("#go")
    page.wait_for_function("() => document.getElementById('confirm-fault').textContent")
    assert page.input_value("#why") == WHY
    page.click("#go")
    page.locator(".toast").wait_for()
    assert len(api.get(f"/v1/enterprises/{FIRST}").json()["sites"]) == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_places_on_no_list_are_shown_with_their_evidence(
    regular: Open, check_access: Callable[[Any], None], picture: Open, lang: str
) -> None:
    page = regular("auditor", lang=lang, maps=lang == "zh")
    page.goto("/enterprises/unlisted")
    page.locator(".place-head").first.click()
    page.locator(".hours").wait_for()
    _mapped(page)
    assert page.locator(".place-body .button").count() == 0
    assert NAME in page.locator(".place-body").first.inner_text(), "a known place by its name"
    if lang == "zh":
        check_access(page)
    for size in _looked_at(page, check_access, (1280, 860), (390, 844)):
        phone = "" if size[0] > 1000 else "phone-"
        picture(page, f"enterprises-unlisted-{phone}{lang}", whole=True)


def test_an_officer_dismisses_a_place_by_the_keyboard_alone_and_takes_it_back(filled: Filled, regular: Open) -> None:
    page = regular("officer", maps=False)
    page.emulate_media(color_scheme="dark")
    page.goto("/enterprises/unlisted")
    head = page.locator(".place-head").first
    head.wait_for()
    head.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="排除", exact=True).focus()
    page.keyboard.press("Enter")
    page.keyboard.type("是饭店停车场")
    page.locator("#act-yes").focus()
    page.keyboard.press("Enter")
    page.locator(".toast").wait_for()
    page.wait_for_function("() => document.querySelectorAll('.places > li').length === 2")
    api = filled.api("officer")
    assert [one["state"] for one in api.get("/v1/unlisted").json()["places"]].count("dismissed") == 1
    page.locator(".toast button").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#act[open]")
    page.keyboard.type("记错了")
    page.locator("#act-yes").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelectorAll('.places > li').length === 3")
    assert {one["state"] for one in api.get("/v1/unlisted").json()["places"]} == {"new"}


def test_two_officers_on_one_place_do_not_overwrite_each_other(filled: Filled, regular: Open) -> None:
    page = regular("officer", maps=False)
    page.goto("/enterprises/unlisted")
    page.locator(".place-head").nth(1).click()
    other = filled.api("officer2")
    place = other.get("/v1/unlisted").json()["places"][1]["id"]
    headers = {"If-Match": other.get(f"/v1/unlisted/{place}").headers["etag"]}
    other.post(f"/v1/unlisted/{place}/inspect", json={"why": WHY}, headers=headers).raise_for_status()
    page.get_by_role("button", name="排除", exact=True).click()
    page.fill("#act-why", "x")
    page.click("#act-yes")
    page.locator(".toast").wait_for()
    assert "别人" in page.locator(".toast").inner_text()
    assert other.get(f"/v1/unlisted/{place}").json()["state"] == "inspected"
