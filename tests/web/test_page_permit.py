"""A permit shown, scanned and used: by its holder, an officer, anybody."""

import datetime as dt
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

pytestmark = pytest.mark.browser
Person = Callable[..., Any]
PHONE: dict[str, Any] = {"size": (360, 640), "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
DAY = dt.timedelta(days=1)


def _granted(served: Any, role: str, **more: Any) -> dict[str, Any]:
    """Have a permit granted to somebody; return what its first vehicle carries, with the permit's id."""
    today = dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()
    asked = {
        "notice": "linyi-2023-5",
        "holder": {"kind": "person", "name": "张三丰", "id_no": "440524188001010014", "phone": "13900000000"},
        "vehicles": [
            {
                "plate": "晋M12345",
                "vehicle_type": "重型自卸货车",
                "length_mm": 8600,
                "gross_mass_kg": 25000,
                "energy": "diesel",
            }
        ],
        "goods": "商品混凝土",
        "purpose": "五一路工地浇筑",
        "route": {"roads": ["五一路", "示意四街", "示意三街"]},
        "days": {"from": today.isoformat(), "to": (today + 20 * DAY).isoformat()},
        "sponsor": "县住建局",
        **more,
    }
    with closing(served.api(role)) as own, closing(served.api("reviewer")) as reviewer:
        made = own.post("/v1/permits", json=asked)
        assert made.status_code == 201, made.text
        id_ = made.json()["id"]
        for client, action, body in ((own, "submit", {}), (reviewer, "approve", {"conditions": ["限速 40"]})):
            told = client.post(f"/v1/permits/{id_}/{action}", json=body, headers={"if-match": "*"})
            assert told.status_code == 200, told.text
        carried = own.get(f"/v1/permits/{id_}/certificate").json()["certificates"][0]
    return {**carried, "id": id_}


@pytest.fixture(scope="module")
def permit(served: Any) -> dict[str, Any]:
    """Return a permit of the driver's, valid today at any hour."""
    return _granted(served, "driver")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_anybody_checks_a_scanned_permit(
    regular: Person,
    permit: dict[str, Any],
    check_access: Callable[[Any], None],
    picture: Callable[..., None],
    lang: str,
) -> None:
    page = regular(lang=lang, maps=False, **PHONE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/p#{quote(permit['text'].rpartition('#')[2])}")
    page.locator("[data-word=valid_now]").wait_for()
    shown = page.locator("#found").inner_text()
    for word in ("晋M12345", "五一路", "示意四街"):
        assert word in shown
    assert "张三丰" not in shown
    assert not any("TB1" in url.partition("#")[0] for url in asked), "no address that machines keep holds the permit"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    check_access(page)
    picture(page, f"permit-check-{lang}", full_page=True)


def test_who_may_read_applications_is_led_from_a_permit_to_its_own(regular: Person, permit: dict[str, Any]) -> None:
    scanned = f"/p#{quote(permit['text'].rpartition('#')[2])}"
    page = regular("officer", maps=False)
    page.goto(scanned)
    page.get_by_role("link", name="看申请和审批").click()
    page.wait_for_url(f"**/review/{permit['id']}")
    page.get_by_role("heading", name="张三丰").wait_for()
    for login in (None, "driver", "admin"):
        page = regular(login, maps=False)
        page.goto(scanned)
        page.locator("#use").wait_for()
        page.wait_for_timeout(300)
        assert page.get_by_role("link", name="看申请和审批").count() == 0, login


def test_another_plate_or_another_place_is_said(person: Person, permit: dict[str, Any]) -> None:
    page = person(**PHONE, geolocation={"longitude": 110.765, "latitude": 35.1368}, permissions=["geolocation"])
    page.goto("/p")
    page.locator("form[data-ready]").wait_for()
    page.get_by_label("二维码里的文字").fill(f"扫到的是 {permit['text']} 。")
    page.get_by_label("车上的号牌").fill("晋m54321")
    page.get_by_role("button", name="核验").tap()
    page.locator("[data-word=not_now]").wait_for()
    assert "另一辆车" in page.locator("#found").inner_text()
    page.locator("#ask-box > summary").tap()
    page.get_by_label("车上的号牌").fill("晋M12345")
    page.get_by_label("车在哪条路上").fill("示意二街")
    page.get_by_label("核对我所在的位置").check()
    page.get_by_role("button", name="核验").tap()
    page.get_by_text("不在通行证写明的道路上").wait_for()


def test_a_changed_permit_and_nonsense_are_not_taken(regular: Person, permit: dict[str, Any]) -> None:
    page = regular(maps=False, **PHONE)
    text = permit["text"].rpartition("#")[2]
    middle = len(text) // 2
    page.goto(f"/p#{text[:middle]}{'A' if text[middle] != 'A' else 'B'}{text[middle + 1 :]}")
    page.locator("[data-word=not_valid]").wait_for()
    assert "晋M12345" not in page.locator("#found").inner_text()
    assert page.locator("#use").count() == 0
    page.goto("/p#nothing")
    page.reload()
    page.locator("form[data-ready]").wait_for()
    page.get_by_label("二维码里的文字").fill("会飞的证")
    page.get_by_role("button", name="核验").tap()
    assert "TB1" in page.locator("#text-fault").inner_text()


def test_a_broken_address_does_not_break_the_page(regular: Person) -> None:
    page = regular(maps=False, **PHONE)
    page.goto("/p#TB1.%E0%A4%A")
    page.locator("[data-word=not_valid]").wait_for()


def test_without_a_network_nothing_is_taken_for_valid(regular: Person, permit: dict[str, Any]) -> None:
    page = regular(maps=False, **PHONE)
    page.goto("/p")
    page.locator("form[data-ready]").wait_for()
    page.context.set_offline(True)
    page.get_by_label("二维码里的文字").fill(permit["text"])
    page.get_by_role("button", name="核验").tap()
    page.get_by_role("alert").filter(has_text="没有网络").wait_for()
    page.context.set_offline(False)
    page.get_by_role("button", name="再试一次").tap()
    page.locator("[data-word=valid_now]").wait_for()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_driver_sees_which_roads_and_hours_and_whether_it_is_valid_now(
    regular: Person,
    permit: dict[str, Any],
    check_access: Callable[[Any], None],
    picture: Callable[..., None],
    lang: str,
) -> None:
    assert permit["plate"] == "晋M12345"
    page = regular("driver", lang=lang, maps=lang == "zh", **PHONE)
    page.goto("/my-permits")
    page.locator("#found[data-ready] .permit-list").wait_for()
    first = page.locator(".permit-list > li").first
    assert "示意四街" in first.inner_text()
    assert "限速 40" in first.inner_text()
    assert first.locator("[data-word=valid_now]").is_visible()
    first.locator("button").last.tap()
    first.locator(".map[data-ready]").wait_for()
    if lang == "zh":
        assert first.locator(".map").get_attribute("data-ready") == "yes"
    check_access(page)
    picture(page, f"my-permits-{lang}", full_page=True)
    with page.context.expect_page() as opened:
        first.get_by_role("link").tap()
    assert "晋M12345" in opened.value.content()
    opened.value.close()


def test_a_permit_of_mine_is_used_for_a_trip(regular: Person, permit: dict[str, Any]) -> None:
    assert permit["id"]
    page = regular("driver", maps=False, **PHONE)
    page.goto("/my-permits")
    page.get_by_role("button", name="用它查行程").first.tap()
    page.locator("#trip[data-ready]").wait_for()
    assert "(1)" in page.locator("#permit-count").inner_text()
    page.locator("#type").fill("重型自卸货车")
    for field, name in (("from", "西环路"), ("to", "示意三街")):
        page.locator(f"#{field}").fill(name)
        page.locator(f"#{field}-list [role=option]").first.tap()
    page.locator("[name=when][value=depart]").check()
    page.locator("#at").fill(f"{dt.datetime.now(ZoneInfo('Asia/Shanghai')).date() + DAY}T09:00")
    page.locator("#go").tap()
    page.locator("[data-verdict=lawful]").wait_for()
    page.get_by_text("凭您的通行证可以走").wait_for()


def test_who_has_none_is_told_how_to_get_one(regular: Person) -> None:
    page = regular("enterprise", maps=False, **PHONE)
    page.goto("/my-permits")
    assert page.get_by_role("link", name="申请通行证").get_attribute("href") == "/apply"


def test_my_permits_are_for_who_is_signed_in(regular: Person) -> None:
    page = regular(maps=False, **PHONE)
    page.goto("/my-permits")
    page.wait_for_url("**/signin?next=%2Fmy-permits")
