"""The driver's page, as drivers use it: on a phone, by thumb, by keyboard, on a bad line."""

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser
Person = Callable[..., Any]

PHONE: dict[str, Any] = {"size": (360, 640), "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
DAY = "2026-11-23T"
_WEIGHT_BYTES = 150_000
_THUMB_PX = 48


@pytest.fixture
def driver(person: Person) -> Person:
    """Return a maker of the driver's page on a phone, ready to be used."""

    def open_(path: str = "/", **more: Any) -> Any:
        page = person(**{**PHONE, **more})
        page.set_default_timeout(15_000)
        page.goto(path)
        page.locator("form[data-ready]").wait_for(state="attached")
        return page

    return open_


def choose(page: Any, field: str, typed: str, label: str) -> None:
    page.locator(f"#{field}").fill(typed)
    page.locator(f"#{field}-list [role=option]").filter(has=page.get_by_text(label, exact=True)).first.click()


def leave_at(page: Any, time: str) -> None:
    page.locator("[name=when][value=depart]").check()
    page.locator("#at").fill(DAY + time)


def fill(page: Any, *, words: str = "重型自卸货车", to: str = "示意三街", time: str = "09:00") -> None:
    page.locator("#type").fill(words)
    choose(page, "from", "西环路", "西环路")
    choose(page, "to", to, to)
    leave_at(page, time)


def ask(page: Any, verdict: str) -> None:
    page.locator("#go").click()
    page.locator(f"[data-verdict={verdict}]").wait_for()


def no_wider_than_the_screen(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def on_first_screen(page: Any, selector: str) -> bool:
    box = page.locator(selector).bounding_box()
    return (
        page.evaluate("window.scrollY") == 0
        and box["y"] >= 0
        and box["y"] + box["height"] <= page.viewport_size["height"]
    )


@pytest.mark.parametrize(("lang", "yes", "no"), [("zh", "可以", "不可以"), ("en", "Yes", "No")])
def test_a_driver_asks_by_touch_and_the_answer_stands_on_the_first_screen(
    driver: Person, check_access: Callable[[Any], None], picture: Callable[..., None], lang: str, yes: str, no: str
) -> None:
    page = driver(lang=lang)
    assert no_wider_than_the_screen(page)
    check_access(page)
    picture(page, f"driver-{lang}")
    page.locator(".chip").first.tap()
    assert page.locator("#type").input_value() == "重型自卸货车"
    choose(page, "from", "xhl", "西环路")
    choose(page, "to", "示意三街", "示意三街")
    leave_at(page, "09:00")
    page.locator("#go").tap()
    page.locator("[data-verdict=unlawful]").wait_for()
    assert page.locator("#verdict").inner_text().strip() == no
    assert on_first_screen(page, ".say")
    assert "09:00" in page.locator("#why").inner_text()
    page.locator(".strip").wait_for()
    page.locator("#answer .map").scroll_into_view_if_needed()
    page.locator("#answer-map[data-ready]").wait_for()
    assert no_wider_than_the_screen(page)
    check_access(page)
    page.evaluate("window.scrollTo(0, 0)")
    picture(page, f"driver-answer-{lang}", full_page=True)
    page.locator(".out[data-kind=depart]").first.get_by_role(
        "button", name="就按这个时间" if lang == "zh" else "Use this time"
    ).tap()
    page.locator("[data-verdict=lawful]").wait_for()
    assert page.locator("#verdict").inner_text().strip() == yes


def test_each_way_out_says_minutes_and_kilometres_and_is_shown_on_the_map(driver: Person) -> None:
    page = driver()
    fill(page)
    ask(page, "unlawful")
    kinds = [card.get_attribute("data-kind") for card in page.locator(".out").all()]
    assert {"depart", "permit", "vehicle"} <= set(kinds)
    for card in page.locator(".out").all():
        assert len(card.locator(".figures span").all()) == 2
    permit = page.locator(".out[data-kind=permit]")
    assert "示意三街" in permit.inner_text()
    assert permit.get_by_role("link").get_attribute("href") == "/apply"
    permit.get_by_role("button").first.click()
    page.locator("#answer-map[data-ready=yes][data-way=permit]").wait_for()
    assert permit.get_by_role("button").first.get_attribute("aria-pressed") == "true"
    assert "选中的办法" in page.locator(".strip").inner_text()


def test_going_round_is_offered_where_there_is_a_way_round(driver: Person) -> None:
    page = driver()
    page.locator("#type").fill("重型自卸货车")
    choose(page, "from", "西环路 示意四街", "西环路 × 示意四街")
    choose(page, "to", "东环路 示意四街", "东环路 × 示意四街")
    leave_at(page, "09:00")
    ask(page, "unlawful")
    around = page.locator(".out[data-kind=detour]")
    assert "多" in around.locator(".figures").inner_text()
    around.get_by_role("button").first.click()
    page.locator("#answer-map[data-way=detour]").wait_for()


def test_shortly_before_the_ban_ends_waiting_on_the_way_is_offered(driver: Person) -> None:
    page = driver()
    page.locator("#type").fill("重型自卸货车")
    choose(page, "from", "西环路 示意四街", "西环路 × 示意四街")
    choose(page, "to", "五一路", "五一路")
    leave_at(page, "21:50")
    ask(page, "unlawful")
    waits = page.locator(".out[data-kind=wait]")
    assert "22:0" in waits.locator("h3").inner_text()
    assert "分钟" in waits.inner_text()


def test_an_address_inside_has_a_card_of_its_own(driver: Person) -> None:
    page = driver()
    fill(page)
    ask(page, "unlawful")
    assert "22:00" in page.locator(".address[data-code='trip.destination_inside']").inner_text()
    assert page.locator(".address").count() == 1


def test_what_is_missing_is_asked_under_the_verdict_and_then_it_can_be_said(driver: Person) -> None:
    page = driver()
    page.locator("#more").evaluate("each => each.open = true")
    page.locator("#type").fill("中型厢式货车")
    page.locator("#type").blur()
    page.locator("#mass").fill("7000")
    choose(page, "from", "西环路", "西环路")
    choose(page, "to", "示意三街", "示意三街")
    leave_at(page, "09:00")
    ask(page, "undetermined")
    assert page.locator("#verdict").inner_text().strip() == "说不准"
    assert on_first_screen(page, "#missing")
    page.locator("#missing [name=length_mm]").fill("5.9")
    page.locator("#missing button").tap()
    assert "5900" in page.locator("#missing-fault").inner_text(), "metres are not taken for millimetres"
    page.locator("#missing [name=length_mm]").fill("5900")
    page.locator("#missing button").tap()
    page.locator("[data-verdict=lawful]").wait_for()
    assert "一(二)" in page.locator("#why").filter(has_text="不受限制").inner_text()


def test_the_day_is_told_in_words_beside_the_strip(driver: Person) -> None:
    page = driver()
    fill(page)
    ask(page, "unlawful")
    words = page.locator(".strip figcaption")
    words.wait_for()
    assert "06:00–22:00 禁行" in words.inner_text()
    assert re.search(r"行程 09:00–09:\d\d，其中 09:\d\d–09:\d\d 在禁行区域里", words.inner_text())


def test_at_night_it_is_allowed_because_of_the_hour_and_on_the_ring_because_of_the_road(driver: Person) -> None:
    page = driver()
    fill(page, time="23:00")
    ask(page, "lawful")
    page.get_by_text("不是禁行时段").first.wait_for()
    page = driver()
    page.locator("#type").fill("重型自卸货车")
    choose(page, "from", "西环路 丰喜大道", "西环路 × 丰喜大道")
    choose(page, "to", "东环路 丰喜大道", "东环路 × 丰喜大道")
    leave_at(page, "09:00")
    ask(page, "lawful")
    page.get_by_text("没有进禁行区域").wait_for()


def test_a_permit_that_covers_the_way_allows_it_and_one_for_other_hours_says_so(driver: Person) -> None:
    page = driver()
    page.locator("#permits-box").evaluate(
        "each => each.querySelectorAll('details').forEach(d => d.open = true) || (each.open = true)"
    )

    def enter(begin: str, end: str) -> None:
        for name, value in {
            "plate": "晋M12345", "roads": "示意四街 五一路 示意三街", "begin": begin, "end": end,
            "from": "2026-11-01", "to": "2026-11-30",
        }.items():  # fmt: skip
            page.locator(f".permit-form [data-name={name}]").fill(value)
        page.locator(".permit-form button").click()

    enter("23:00", "05:00")
    fill(page)
    ask(page, "unlawful")
    assert "通行证不管这个时间" in page.locator("#why").inner_text()
    page.locator("#question > summary").click()
    page.locator(".permit .linklike").click()
    enter("08:00", "10:00")
    ask(page, "lawful")
    page.get_by_text("凭您的通行证可以走").wait_for()
    assert "%E6%99%8B" not in page.url
    assert "M12345" not in page.url


def test_a_link_opens_the_same_answer_for_somebody_else_and_names_no_plate(driver: Person) -> None:
    page = driver()
    page.locator("#more").evaluate("each => each.open = true")
    fill(page)
    page.locator("#plate").fill("晋M12345")
    ask(page, "unlawful")
    page.locator(".strip").wait_for()
    mine = (page.locator("#why").inner_text(), [each.inner_text() for each in page.locator(".out").all()])
    assert "/?trip=" in page.url
    other = driver(page.url.partition(page.url.split("/")[2])[2], lang="zh")
    other.locator("[data-verdict=unlawful]").wait_for()
    other.locator(".strip").wait_for()
    assert (other.locator("#why").inner_text(), [each.inner_text() for each in other.locator(".out").all()]) == mine
    assert "西环路 → 示意三街" in other.locator("#asked").inner_text()
    assert other.locator("#plate").input_value() == ""
    other.get_by_role("link", name="English").tap()
    other.locator("[data-verdict=unlawful]").wait_for()
    assert other.locator("#verdict").inner_text().strip() == "No"


def test_a_broken_link_is_said(driver: Person) -> None:
    page = driver("/?trip=nonsense")
    page.get_by_role("alert").filter(has_text="链接").wait_for()


def test_only_the_keyboard_is_needed(driver: Person) -> None:
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
    assert page.locator("#to").input_value() == "五一路 × 北环路" or "北环路" in page.locator("#to").input_value()
    page.keyboard.press("Enter")
    page.locator("[data-verdict=lawful]").wait_for()
    assert page.evaluate("document.activeElement.id") == "verdict"


def test_nonsense_is_said_at_its_field(driver: Person) -> None:
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


def test_the_service_says_what_it_refuses_at_the_field(driver: Person) -> None:
    page = driver()
    page.locator("#type").fill("重型自卸货车")
    choose(page, "from", "西环路", "西环路")
    choose(page, "to", "示意三街", "示意三街")
    page.locator("[name=when][value=depart]").check()
    page.locator("#at").fill("9999-11-23T09:00")
    page.locator("#go").tap()
    page.locator("#at-fault:not(:empty)").wait_for()
    assert page.locator("#at").get_attribute("aria-invalid") == "true"


def test_here_and_now_needs_no_trip(driver: Person) -> None:
    page = driver(geolocation={"longitude": 110.765, "latitude": 35.14}, permissions=["geolocation"])
    page.locator("[name=mode][value=here]").check()
    assert page.locator("#from").is_hidden()
    page.locator("#type").fill("重型自卸货车")
    page.locator("[data-locate=to]").tap()
    page.get_by_text("WGS 84").wait_for()
    leave_at(page, "10:00")
    ask(page, "prohibited")
    assert "禁行区域内" in page.locator("#why").inner_text()
    assert "22:00" in page.locator(".out[data-kind=wait]").inner_text()
    page.locator("#clauses summary").click()
    assert "重中型货车禁止通行" in page.locator("#clauses").inner_text()
    assert "200" in page.locator("#clauses").inner_text()


def test_a_street_partly_inside_asks_for_a_more_exact_place(driver: Person) -> None:
    page = driver()
    page.locator("[name=mode][value=here]").check()
    page.locator("#type").fill("重型自卸货车")
    choose(page, "to", "五一路", "五一路")
    leave_at(page, "10:00")
    ask(page, "undetermined")
    page.locator("#missing-place button").tap()
    assert page.evaluate("document.activeElement.id") == "to"


def test_a_position_that_is_refused_is_said_and_typing_still_works(driver: Person) -> None:
    page = driver()
    page.locator("[data-locate=from]").tap()
    page.locator("#from-fault:not(:empty)").wait_for()


def test_a_place_is_picked_on_the_map(driver: Person) -> None:
    page = driver()
    page.locator("[data-pick=to]").tap()
    page.locator("#pick-map[data-ready=yes]").wait_for()
    page.locator("#pick-ok").tap()
    assert re.search(r"35\.1\d+, 110\.7\d+", page.locator("#to").input_value())
    assert not page.locator("#picker").is_visible()


def test_the_vehicle_is_remembered_on_the_device_until_it_is_forgotten(driver: Person) -> None:
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


def test_figures_of_another_vehicle_are_not_taken_for_this_one(driver: Person) -> None:
    page = driver()
    page.locator("#more").evaluate("each => each.open = true")
    page.locator(".chip").first.tap()
    page.locator("#length").fill("8600")
    page.locator(".chip").nth(1).tap()
    assert page.locator("#length").input_value() == ""


def test_without_a_network_what_was_typed_stays_and_is_asked_again_when_there_is_one(driver: Person) -> None:
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


def test_a_slow_service_is_told_and_can_be_given_up(driver: Person) -> None:
    page = driver()
    fill(page)
    held: list[Any] = []
    page.route("**/v1/trips", lambda route: held.append(route))  # noqa: PLW0108 - Playwright takes no built-in function
    page.locator("#go").tap()
    page.locator("#answer [role=status]").wait_for()
    stop = page.get_by_role("button", name="不等了")
    stop.wait_for(timeout=8_000)
    stop.tap()
    assert page.locator("#answer").is_hidden()
    assert page.locator("#to").is_visible()
    for route in held:
        route.abort()
    page.unroute("**/v1/trips")
    ask(page, "unlawful")


def test_what_is_sent_before_the_script_is_there_is_answered_when_it_is(person: Person) -> None:
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


def test_the_page_without_the_map_is_light(person: Person) -> None:
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
def test_everything_that_is_touched_is_large_enough(driver: Person, lang: str) -> None:
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_verdict_is_readable_in_sunlight(driver: Person, check_access: Callable[[Any], None], scheme: str) -> None:
    page = driver(color_scheme=scheme, reduced_motion="reduce")
    for words, verdict in (("重型自卸货车", "unlawful"), ("轻型厢式货车", "lawful"), ("中型厢式货车", "undetermined")):
        page.goto("/")
        fill(page, words=words)
        ask(page, verdict)
        ratio = page.evaluate(
            """() => {
                const linear = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
                const light = text => {
                    const [r, g, b] = text.match(/[\\d.]+/g).map(v => linear(v / 255));
                    return .2126 * r + .7152 * g + .0722 * b;
                };
                const own = getComputedStyle(document.querySelector(".say"));
                const pair = [light(own.color), light(own.backgroundColor)].sort((a, b) => b - a);
                return (pair[0] + .05) / (pair[1] + .05);
            }"""
        )
        assert ratio >= 7, (verdict, ratio)
    check_access(page)


def test_nothing_moves_where_motion_is_not_wanted(driver: Person) -> None:
    page = driver(reduced_motion="reduce")
    fill(page)
    page.route("**/v1/trips", lambda _route: None)
    page.locator("#go").tap()
    page.locator(".say.wait").wait_for()
    assert page.evaluate("document.getAnimations().length") == 0


def test_the_page_needs_nobody_signed_in_and_keeps_no_cookie_of_its_own(driver: Person) -> None:
    page = driver()
    fill(page)
    ask(page, "unlawful")
    assert {each["name"] for each in page.context.cookies()} <= {"lang"}


def test_a_device_far_away_still_answers_in_the_notices_own_time(person: Person, served: Any) -> None:
    page = person(**PHONE)
    context = page.context.browser.new_context(base_url=served.url, timezone_id="America/New_York", locale="zh-CN")
    try:
        page = context.new_page()
        page.goto("/")
        page.locator("form[data-ready]").wait_for(state="attached")
        fill(page)
        assert "北京时间" in page.locator("#at-row").inner_text()
        with page.expect_request("**/v1/trips") as sent:
            page.locator("#go").click()
        assert sent.value.post_data_json["depart"] == DAY + "09:00:00+08:00"
        page.locator("[data-verdict=unlawful]").wait_for()
    finally:
        context.close()
