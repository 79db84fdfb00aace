"""The driver's page: what is answered, on the first screen of a phone, and how it is told."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from driver_ways import DAY, PHONE, Driver, ask, choose, fill, leave_at, opened

pytestmark = pytest.mark.browser

_CONTRAST = """() => {
    const linear = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
    const light = text => {
        const [r, g, b] = text.match(/[\\d.]+/g).map(v => linear(v / 255));
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const own = getComputedStyle(document.querySelector(".say"));
    const pair = [light(own.color), light(own.backgroundColor)].sort((a, b) => b - a);
    return (pair[0] + .05) / (pair[1] + .05);
}"""


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
    driver: Driver, check_access: Callable[[Any], None], picture: Callable[..., None], lang: str, yes: str, no: str
) -> None:
    page = driver(lang=lang, maps=True)
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


def test_each_way_out_says_minutes_and_kilometres_and_is_shown_on_the_map(driver: Driver) -> None:
    page = driver(maps=True)
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


def test_going_round_is_offered_where_there_is_a_way_round(driver: Driver) -> None:
    page = driver(maps=True)
    page.locator("#type").fill("重型自卸货车")
    choose(page, "from", "西环路 示意四街", "西环路 × 示意四街")
    choose(page, "to", "东环路 示意四街", "东环路 × 示意四街")
    leave_at(page, "09:00")
    ask(page, "unlawful")
    around = page.locator(".out[data-kind=detour]")
    assert "多" in around.locator(".figures").inner_text()
    around.get_by_role("button").first.click()
    page.locator("#answer-map[data-way=detour]").wait_for()


def test_shortly_before_the_ban_ends_waiting_on_the_way_is_offered(driver: Driver) -> None:
    page = driver()
    page.locator("#type").fill("重型自卸货车")
    choose(page, "from", "西环路 示意四街", "西环路 × 示意四街")
    choose(page, "to", "五一路", "五一路")
    leave_at(page, "21:50")
    ask(page, "unlawful")
    waits = page.locator(".out[data-kind=wait]")
    assert "22:0" in waits.locator("h3").inner_text()
    assert "分钟" in waits.inner_text()


def test_what_is_missing_is_asked_under_the_verdict_and_then_it_can_be_said(driver: Driver) -> None:
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


def test_nobody_signs_in_to_be_told_the_day_in_words_and_that_an_address_is_inside(driver: Driver) -> None:
    page = driver()
    fill(page)
    ask(page, "unlawful")
    words = page.locator(".strip figcaption")
    words.wait_for()
    assert "06:00–22:00 禁行" in words.inner_text()
    assert re.search(r"行程 09:00–09:\d\d，其中 09:\d\d–09:\d\d 在禁行区域里", words.inner_text())
    assert "22:00" in page.locator(".address[data-code='trip.destination_inside']").inner_text()
    assert page.locator(".address").count() == 1
    assert {each["name"] for each in page.context.cookies()} <= {"lang"}, "the page keeps no cookie of its own"


def test_at_night_it_is_allowed_because_of_the_hour_and_on_the_ring_because_of_the_road(driver: Driver) -> None:
    page = driver()
    fill(page, time="23:00")
    ask(page, "lawful")
    page.get_by_text("不是禁行时段").first.wait_for()
    opened(page)
    page.locator("#type").fill("重型自卸货车")
    choose(page, "from", "西环路 丰喜大道", "西环路 × 丰喜大道")
    choose(page, "to", "东环路 丰喜大道", "东环路 × 丰喜大道")
    leave_at(page, "09:00")
    ask(page, "lawful")
    page.get_by_text("没有进禁行区域").wait_for()


def test_a_permit_that_covers_the_way_allows_it_and_one_for_other_hours_says_so(driver: Driver) -> None:
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


def test_a_link_opens_the_same_answer_for_somebody_else_and_names_no_plate(driver: Driver) -> None:
    page = driver()
    page.locator("#more").evaluate("each => each.open = true")
    fill(page)
    page.locator("#plate").fill("晋M12345")
    ask(page, "unlawful")
    page.locator(".strip").wait_for()
    mine = (page.locator("#why").inner_text(), [each.inner_text() for each in page.locator(".out").all()])
    assert "/?trip=" in page.url
    page.reload()
    page.locator("[data-verdict=unlawful]").wait_for()
    assert page.locator(".sent").count() == 0  # nobody sent it: it is one's own
    other = driver(page.url.partition(page.url.split("/")[2])[2], window="of another")
    other.locator("[data-verdict=unlawful]").wait_for()
    assert other.locator(".sent").is_visible()
    other.locator(".strip").wait_for()
    assert (other.locator("#why").inner_text(), [each.inner_text() for each in other.locator(".out").all()]) == mine
    assert "西环路 → 示意三街" in other.locator("#asked").inner_text()
    assert other.locator("#plate").input_value() == ""
    other.get_by_role("link", name="English").tap()
    other.locator("[data-verdict=unlawful]").wait_for()
    assert other.locator("#verdict").inner_text().strip() == "No"


def test_a_broken_link_is_said(driver: Driver) -> None:
    page = driver("/?trip=nonsense")
    page.get_by_role("alert").filter(has_text="链接").wait_for()


def test_here_and_now_needs_no_trip(person: Driver) -> None:
    page = opened(person(**PHONE, geolocation={"longitude": 110.765, "latitude": 35.14}, permissions=["geolocation"]))
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
    page.get_by_role("link", name="English").tap()
    page.locator("[lang=en] [data-verdict=prohibited]").wait_for()
    assert "22:00" in page.locator(".out[data-kind=wait]").inner_text()
    page.reload()
    page.locator("[data-verdict=prohibited]").wait_for()
    assert "35.14" in page.locator("#asked").inner_text()


def test_in_another_town_one_is_told_that_its_rules_were_not_looked_up(person: Driver) -> None:
    nanjing = {"longitude": 118.78, "latitude": 32.06}
    page = opened(person(**PHONE, geolocation=nanjing, permissions=["geolocation"]))
    page.locator("[name=mode][value=here]").check()
    page.locator("#type").fill("重型自卸货车")
    page.locator("[data-locate=to]").tap()
    page.get_by_text("WGS 84").wait_for()
    leave_at(page, "10:00")
    ask(page, "allowed")
    card = page.locator("[data-code='place.far']")
    assert card.is_visible()
    assert "当地的规定没有查" in card.inner_text()
    assert "临政发〔2023〕5号" in card.inner_text()


def test_a_street_partly_inside_asks_for_a_more_exact_place(driver: Driver) -> None:
    page = driver()
    page.locator("[name=mode][value=here]").check()
    page.locator("#type").fill("重型自卸货车")
    choose(page, "to", "五一路", "五一路")
    leave_at(page, "10:00")
    ask(page, "undetermined")
    page.locator("#missing-place button").tap()
    assert page.evaluate("document.activeElement.id") == "to"


def test_the_verdict_is_readable_in_sunlight_and_at_night(driver: Driver, check_access: Callable[[Any], None]) -> None:
    page = driver()
    for words, verdict in (("重型自卸货车", "unlawful"), ("轻型厢式货车", "lawful"), ("中型厢式货车", "undetermined")):
        opened(page)
        fill(page, words=words)
        ask(page, verdict)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            ratio = page.evaluate(_CONTRAST)
            assert ratio >= 7, (verdict, scheme, ratio)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        check_access(page)


def test_a_device_far_away_still_answers_in_the_notices_own_time(person: Driver) -> None:
    page = opened(person(timezone_id="America/New_York"))
    fill(page)
    assert "北京时间" in page.locator("#at-row").inner_text()
    with page.expect_request("**/v1/trips") as sent:
        page.locator("#go").click()
    assert sent.value.post_data_json["depart"] == DAY + "09:00:00+08:00"
    page.locator("[data-verdict=unlawful]").wait_for()
