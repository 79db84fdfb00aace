"""The driver's page: how it is asked, by thumb and by keyboard, with nonsense, on a bad line."""

import re
from typing import Any

import pytest
from driver_ways import DAY, PHONE, Driver, ask, choose, fill, leave_at, opened

pytestmark = pytest.mark.browser

_WEIGHT_BYTES = 150_000
_THUMB_PX = 48


@pytest.fixture(scope="module")
def served(empty_service: Any) -> Any:
    """Use the service that others use too: drivers leave nothing in it."""
    return empty_service


@pytest.fixture
def driver(regular: Driver) -> Driver:
    """Return a maker of the driver's page on a phone, ready to be used; with a map only where `maps` says so."""

    def open_(path: str = "/", **more: Any) -> Any:
        return opened(regular(**{**PHONE, "maps": False, **more}), path)

    return open_


def test_only_the_keyboard_is_needed(driver: Driver) -> None:
    page = driver(size=(1024, 768), has_touch=False, is_mobile=False)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(12):
        if page.evaluate("document.activeElement.id") == "type":
            break
        page.keyboard.press("Tab")
    page.keyboard.type("重型自卸货车")
    page.locator("#from").focus()
    page.keyboard.type("xhl")
    page.locator("#from-list [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#from").input_value() == "西环路"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "to"
    page.keyboard.type("五一北岗")
    page.locator("#to-list [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert "北环路" in page.locator("#to").input_value()
    page.keyboard.press("Enter")
    page.locator("[data-verdict=lawful]").wait_for()
    assert page.evaluate("document.activeElement.id") == "verdict"


def test_nonsense_is_said_at_its_field(driver: Driver) -> None:
    page = driver()
    page.locator("#go").tap()
    assert "车辆类型" in page.locator("#type-fault").inner_text()
    assert "起点" in page.locator("#from-fault").inner_text()
    assert "目的地" in page.locator("#to-fault").inner_text()
    assert page.evaluate("document.activeElement.id") == "type"
    page.locator("#type").fill("会飞的车")
    page.locator("#from").fill("没有这条路哦")
    page.locator("#to").fill("丰喜化工")
    page.locator("#length").evaluate("each => each.value = 'lang'")
    leave_at(page, "09:00")
    page.locator("#go").tap()
    page.locator("#from-fault").filter(has_text="没有找到").wait_for()
    assert "数字" in page.locator("#length-fault").inner_text()
    assert "还没有位置" in page.locator("#to-fault").inner_text()
    page.locator("#length").fill("")
    choose(page, "from", "西环路", "西环路")
    choose(page, "to", "示意三街", "示意三街")
    page.locator("#go").tap()
    page.locator("[data-verdict=undetermined]").wait_for()
    assert "会飞的车" in page.locator("#why").inner_text()
    assert page.locator("#missing [name=vehicle_type]").is_visible()


def test_the_service_says_what_it_refuses_at_the_field(driver: Driver) -> None:
    page = driver()
    page.locator("#type").fill("重型自卸货车")
    choose(page, "from", "西环路", "西环路")
    choose(page, "to", "示意三街", "示意三街")
    page.locator("[name=when][value=depart]").check()
    page.locator("#at").fill("9999-11-23T09:00")
    page.locator("#go").tap()
    page.locator("#at-fault:not(:empty)").wait_for()
    assert page.locator("#at").get_attribute("aria-invalid") == "true"


def test_a_position_that_is_refused_is_said_and_typing_still_works(driver: Driver) -> None:
    page = driver()
    page.locator("[data-locate=from]").tap()
    page.locator("#from-fault:not(:empty)").wait_for()
    fill(page)
    ask(page, "unlawful")


def test_a_place_is_picked_on_the_map(driver: Driver) -> None:
    page = driver(maps=True)
    page.locator("[data-pick=to]").tap()
    page.locator("#pick-map[data-ready=yes]").wait_for()
    page.locator("#pick-ok").tap()
    assert re.search(r"35\.1\d+, 110\.7\d+", page.locator("#to").input_value())
    assert not page.locator("#picker").is_visible()


def test_the_vehicle_is_remembered_on_the_device_until_it_is_forgotten(driver: Driver) -> None:
    page = driver()
    fill(page)
    ask(page, "unlawful")
    page.goto("/")
    page.locator("form[data-ready]").wait_for(state="attached")
    assert page.locator("#type").input_value() == "重型自卸货车"
    page.locator("#more").evaluate("each => each.open = true")
    page.locator("#forget").tap()
    assert page.locator("#type").input_value() == ""
    page.reload()
    page.locator("form[data-ready]").wait_for(state="attached")
    assert page.locator("#type").input_value() == ""


def test_figures_of_another_vehicle_are_not_taken_for_this_one(driver: Driver) -> None:
    page = driver()
    page.locator("#more").evaluate("each => each.open = true")
    page.locator(".chip").first.tap()
    page.locator("#length").fill("8600")
    page.locator(".chip").nth(1).tap()
    assert page.locator("#length").input_value() == ""
    # nor where the form was sent before its script was there
    page.evaluate("""localStorage.setItem("truckban.vehicles",
        JSON.stringify([{vehicle_type: "轻型厢式货车", length_mm: 5900, gross_mass_kg: 4400}]))""")
    page.goto(f"/?mode=trip&type=中型厢式货车&from=西环路&to=示意三街&when=depart&at={DAY}09:00&length=&mass=")
    page.locator("[data-verdict=undetermined]").wait_for()
    assert (page.locator("#length").input_value(), page.locator("#mass").input_value()) == ("", "")


def test_without_a_network_what_was_typed_stays_and_is_asked_again_when_there_is_one(driver: Driver) -> None:
    page = driver()
    fill(page)
    page.context.set_offline(True)
    page.locator("#go").tap()
    alert = page.locator("#answer [role=alert]")
    alert.wait_for()
    assert "没有网络" in alert.inner_text()
    assert page.locator("#to").input_value() == "示意三街"
    page.context.set_offline(False)
    page.locator("[data-verdict=unlawful]").wait_for()


def test_a_slow_service_is_told_without_motion_where_none_is_wanted_and_can_be_given_up(driver: Driver) -> None:
    page = driver()
    fill(page)
    held: list[Any] = []
    page.route("**/v1/trips", lambda route: held.append(route))  # noqa: PLW0108 - Playwright takes no built-in function
    page.locator("#go").tap()
    page.locator("#answer [role=status]").wait_for()
    page.locator(".say.wait").wait_for()
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate("document.getAnimations().length") == 0
    stop = page.get_by_role("button", name="不等了")
    stop.wait_for(timeout=8_000)
    stop.tap()
    assert page.locator("#answer").is_hidden()
    assert page.locator("#to").is_visible()
    for route in held:
        route.abort()
    page.unroute("**/v1/trips")
    ask(page, "unlawful")


def test_what_is_sent_before_the_script_is_there_is_answered_when_it_is(person: Driver) -> None:
    page = person(**PHONE)
    held: list[Any] = []
    page.route("**/js/driver.js", lambda route: held.append(route))  # noqa: PLW0108 - Playwright takes no built-in function
    page.goto("/", wait_until="commit")
    page.locator("#type").fill("重型自卸货车")
    page.locator("#from").fill("西环路")
    page.locator("#to").fill("示意三街")
    page.locator("[name=when][value=depart]").check()
    page.locator("#at").fill(DAY + "09:00")
    page.unroute("**/js/driver.js")
    page.locator("#go").tap()
    page.locator("[data-verdict=unlawful]").wait_for()


def test_the_page_without_the_map_is_light(person: Driver) -> None:
    page = person(**PHONE)
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    asked: dict[str, str] = {}
    weight: dict[str, float] = {}
    wire.on("Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]}))
    wire.on("Network.loadingFinished", lambda event: weight.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto("/", wait_until="networkidle")
    total = sum(weight.values())
    assert not any("maplibre" in url for url in asked.values())
    assert total < _WEIGHT_BYTES


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_that_is_touched_is_large_enough(driver: Driver, lang: str) -> None:
    page = driver(lang=lang)
    fill(page)
    ask(page, "unlawful")
    page.locator(".strip").wait_for()
    page.locator("#question > summary").click()
    small = page.evaluate(
        """least => [...document.querySelectorAll("main button, main summary, main input, main select, main a.button")]
            .map(each => [each.id || each.textContent.trim(), each.type === "radio" || each.type === "checkbox" ? each.closest("label") : each])
            .filter(([, each]) => each.offsetParent !== null && each.getBoundingClientRect().height < least - 0.5)
            .map(([name, each]) => `${name}: ${each.getBoundingClientRect().height}`)""",
        _THUMB_PX,
    )
    assert [each for each in small if "maplibre" not in each] == []
