"""The desk and the page of a lead, as officers use them: by mouse, by keys, two at once, with a session that ends."""

import base64
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from desk_data import PASSWORD, checked_day, chosen, listed, many_leads, ready
from paper import poppler
from PIL import Image
from web_ways import applied

from api.store.tables.runs import Run

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("run")]
Open = Callable[..., Any]
_FRAMES = """() => new Promise((done) => { const map = deskMap.map; const gaps = []; const start = performance.now(); let before = start; let n = 0;
const step = (at) => { gaps.push(at - before); before = at; n += 1; map.panBy([n % 60 < 30 ? 6 : -6, n % 40 < 20 ? 4 : -4], {duration: 0});
if (at - start < 1500) requestAnimationFrame(step); else { gaps.shift(); gaps.sort((a, b) => a - b);
done({fps: 1000 * gaps.length / gaps.reduce((a, b) => a + b, 0), p95_ms: gaps[Math.floor(gaps.length * 0.95)], frames: gaps.length}); } };
requestAnimationFrame(step); })"""


@pytest.fixture(scope="module")
def run(served: Any) -> Iterator[str]:
    """Have a simulated day in the store."""
    return checked_day(served.settings, served.store)


def _open(served: Any, login: str = "officer") -> list[dict[str, Any]]:
    """Return the leads that are open, as the desk lists them."""
    with closing(served.api(login)) as client:
        found = client.get("/v1/leads", params={"limit": 200}).json()["leads"]
    return [lead for lead in found if lead["state"] in ("new", "assigned")]


def _one(served: Any, lead_id: str) -> dict[str, Any]:
    with closing(served.api("officer")) as client:
        return dict(client.get(f"/v1/leads/{lead_id}").json())


def test_list_and_map_are_in_step_both_ways(regular: Open) -> None:
    page = regular("officer", size=(1280, 700))
    page.goto("/desk")
    ready(page)
    shown = page.locator("#leads .lead").count()
    assert int(page.locator("#map").get_attribute("data-leads")) == shown
    page.locator("#leads .lead").nth(2).click(position={"x": 200, "y": 12})
    lead = chosen(page)
    assert lead == page.locator("#leads .lead").nth(2).get_attribute("data-id")
    page.wait_for_function(
        "() => deskMap.map.getSource('picked')._data?.features?.length ?? deskMap.map.queryRenderedFeatures({layers: ['chosen']}).length"
    )
    # and on the map: a press on the middle of another lead's line chooses one that runs there
    place = page.evaluate(
        """() => { const rows = [...document.querySelectorAll('#leads .lead')].map((each) => each.dataset.id);
        const found = deskMap.map.queryRenderedFeatures({layers: ['leads']}).find((each) => each.properties.lead_id !== rows[2]);
        const line = found.geometry.type === 'LineString' ? found.geometry.coordinates : found.geometry.coordinates[0];
        const at = deskMap.map.project([(line[0][0] + line[1][0]) / 2, (line[0][1] + line[1][1]) / 2]); return [at.x, at.y]; }"""
    )
    box = page.locator("#map").bounding_box()
    page.mouse.move(box["x"] + place[0], box["y"] + place[1])
    page.locator(".maptip").wait_for()
    page.mouse.click(box["x"] + place[0], box["y"] + place[1])
    page.wait_for_function("id => document.querySelector('.lead.on')?.dataset.id !== id", arg=lead)
    assert page.locator(".lead.on").is_visible()


def test_filters_narrow_list_and_map_and_stand_in_the_address(regular: Open, served: Any) -> None:
    page = regular("officer", size=(1280, 700))
    page.goto("/desk")
    ready(page)
    everything = page.locator("#leads .lead").count()
    road = _open(served)[-1]["roads"][0]
    page.get_by_label("道路").fill(road)
    page.get_by_label("道路").press("Enter")
    page.wait_for_function(
        "n => { const k = document.querySelectorAll('#leads .lead').length; return k > 0 && k < n; }", arg=everything
    )
    narrowed = page.locator("#leads .lead").count()
    assert narrowed > 0
    page.wait_for_function("n => Number(document.getElementById('map').dataset.leads) === n", arg=narrowed)
    assert all(road in text for text in page.locator("#leads .roads").all_text_contents())
    page.reload()
    ready(page)
    assert page.locator("#leads .lead").count() == narrowed
    page.get_by_label("从", exact=True).fill("2020-01-01")
    page.get_by_label("到", exact=True).fill("2020-01-02")
    page.get_by_text("没有符合条件的线索").wait_for()
    page.get_by_role("button", name="清除筛选").click()
    page.wait_for_function("n => document.querySelectorAll('#leads .lead').length === n", arg=everything)


def test_leads_are_decided_by_keys_alone_and_taken_back(
    regular: Open, served: Any, check_access: Callable[[Any], None]
) -> None:
    page = regular("officer", maps=False)
    page.goto("/desk")
    listed(page)
    page.keyboard.press("?")
    page.get_by_role("heading", name="键盘操作").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    first = chosen(page)
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert chosen(page) == first
    page.keyboard.press("d")
    page.get_by_role("heading", name="排除这条线索").wait_for()
    page.keyboard.press("1")
    page.keyboard.type("，照片可见")
    page.keyboard.press("Control+Enter")
    page.locator(".toast").get_by_text("已排除").wait_for()
    page.wait_for_function("id => document.querySelector('.lead.on')?.dataset.id !== id", arg=first)
    told = _one(served, first)
    assert told["state"] == "dismissed"
    assert told["events"][-1]["code"] == "position_error"
    assert told["events"][-1]["why"].endswith("，照片可见")
    page.keyboard.press("u")
    page.locator(".toast").get_by_text("已撤回").wait_for()
    assert _one(served, first)["state"] == "new"
    assert page.locator(".toast").get_by_role("button", name="撤销").count() == 0  # it is taken back already
    assert chosen(page) == first
    page.keyboard.press("a")
    page.locator(".toast").get_by_text("已分派给您").wait_for()
    page.keyboard.press("c")
    page.get_by_role("heading", name="确认这条线索属实").wait_for()
    page.keyboard.type("卡口照片核对过")
    page.keyboard.press("Control+Enter")
    page.get_by_text("请逐项勾选").wait_for()
    for box in page.locator("dialog [type=checkbox]").all():
        box.focus()
        page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.locator(".toast").get_by_text("已确认").wait_for()
    told = _one(served, first)
    assert told["state"] == "confirmed"
    assert told["violation_id"]
    with page.expect_response(lambda answer: answer.url.endswith("/undo")):
        page.locator(".toast").get_by_role("button", name="撤销").last.click()
    assert _one(served, first)["state"] == "assigned"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "state"
    page.goto(f"/desk/leads/{first}")
    page.locator(".history .undone q").first.wait_for()
    check_access(page)


@pytest.mark.parametrize("address", ["/desk?lead={}", "/desk/leads/{}"])
def test_doubts_of_the_check_are_listed_and_ticked_before_a_lead_is_confirmed(
    regular: Open, served: Any, run: str, address: str
) -> None:
    lead = _open(served)[1]["lead_id"]
    note = {"zh": "坐标系可能不对：按 wgs84 更合路网", "en": "the coordinates may be wrong"}
    with served.store.write() as session:
        session.get_one(Run, run).notes = [note]
    try:
        page = regular("officer", maps=False)
        page.goto(address.format(lead))
        if "?" in address:
            listed(page)
            page.wait_for_function("id => document.querySelector('.lead.on')?.dataset.id === id", arg=lead)
        page.keyboard.press("c")
        box = page.locator("dialog [name=acknowledge][value=notes]")
        box.wait_for()
        assert note["zh"] in page.locator("dialog fieldset").inner_text()
        page.locator("dialog textarea").fill("卡口照片核对过")
        for other in page.locator("dialog [name=acknowledge]:not([value=notes])").all():
            other.check()
        page.keyboard.press("Control+Enter")
        page.get_by_text("请逐项勾选").wait_for()
        assert _one(served, lead)["state"] in ("new", "assigned")
        box.check()
        with page.expect_response(lambda answer: answer.url.endswith("/confirm")) as answered:
            page.keyboard.press("Control+Enter")
        assert answered.value.status == 201
        assert "notes" in answered.value.request.post_data_json["acknowledge"]
    finally:
        with served.store.write() as session:
            session.get_one(Run, run).notes = None
    with closing(served.api("officer")) as client:
        tag = {"If-Match": client.get(f"/v1/leads/{lead}").headers["etag"]}
        assert client.post(f"/v1/leads/{lead}/undo", json={"why": "试完了"}, headers=tag).status_code == 200


def test_the_second_of_two_officers_is_told_who_was_first_and_keeps_what_was_typed(regular: Open, served: Any) -> None:
    lead = _open(served)[3]["lead_id"]
    page, other = regular("officer", maps=False), regular("officer2", maps=False, window="of another")
    for each in (page, other):
        each.goto(f"/desk?lead={lead}")
        listed(each)
        each.wait_for_function("id => document.querySelector('.lead.on')?.dataset.id === id", arg=lead)
    page.keyboard.press("d")
    page.locator("dialog textarea").fill("我这边看是套牌")
    page.locator("dialog [value=other_vehicle]").check()
    other.keyboard.press("d")
    other.locator("dialog [value=permit]").check()
    other.locator("dialog textarea").fill("证件已看过")
    other.get_by_role("button", name="排除").last.click()
    other.locator(".toast").wait_for()
    page.locator("dialog").get_by_role("button", name="排除").click()
    page.get_by_role("heading", name="别人已先处理").wait_for()
    told = page.locator("dialog").text_content()
    assert "officer2" in told
    assert "证件已看过" in told
    page.get_by_role("button", name="看最新情况").click()
    page.locator(f".lead.on[data-id='{lead}'] .statechip.dismissed").wait_for()
    assert _one(served, lead)["events"][-1]["code"] == "permit"
    # the one who comes second sees it, takes it back, and the words typed before are there
    page.keyboard.press("u")
    page.locator(".toast").get_by_text("已撤回").wait_for()
    page.keyboard.press("d")
    assert page.locator("dialog textarea").input_value() == "我这边看是套牌"


def test_a_session_that_ends_while_a_reason_is_typed_loses_nothing(regular: Open, served: Any) -> None:
    lead = _open(served)[5]["lead_id"]
    page = regular("officer", maps=False)
    page.goto(f"/desk?lead={lead}")
    listed(page)
    page.wait_for_function("id => document.querySelector('.lead.on')?.dataset.id === id", arg=lead)
    page.keyboard.press("d")
    page.locator("dialog [value=evidence]").check()
    page.locator("dialog textarea").fill("调取监控无果，写了很长的一段")
    page.context.clear_cookies(name=re.compile("truckban|session|sid|token"))
    page.locator("dialog").get_by_role("button", name="排除").click()
    page.get_by_text("登录已过期").wait_for()
    assert page.locator("dialog textarea").input_value() == "调取监控无果，写了很长的一段"
    page.get_by_label("账号").fill("officer")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.locator(".toast").get_by_text("已排除").wait_for()
    assert _one(served, lead)["events"][-1]["why"] == "调取监控无果，写了很长的一段"


def test_who_only_reads_has_no_buttons_and_an_admin_no_plates(regular: Open) -> None:
    for login in ("auditor", "admin"):
        page = regular(login, maps=False)
        page.goto("/desk")
        listed(page)
        page.keyboard.press("j")
        page.locator(".lead.on").wait_for()
        assert page.locator("[data-act]").count() == 0
        assert ("***" in page.locator(".lead .plate").first.text_content()) == (login == "admin")
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/leads/*")
        assert page.locator("#acts").count() == 0
        assert (page.locator("#ask-track").count() == 1) == (login == "auditor")


def test_a_lead_is_played_along_time_after_the_look_is_on_record(regular: Open, served: Any) -> None:
    lead = _open(served)[1]["lead_id"]
    page = regular("officer", size=(1280, 700))
    page.goto(f"/desk/leads/{lead}")
    page.locator("#map[data-ready=yes]").wait_for(timeout=60_000)
    page.locator("#ask-track [name=why]").fill("核实五月八日的线索")
    page.locator("#ask-track button").click()
    page.locator("#play-button").wait_for()
    assert int(page.locator("#map").get_attribute("data-fixes")) > 5
    assert page.get_by_text("误差 8 米").is_visible()
    before = page.locator(".player .now").text_content()
    page.keyboard.press("p")
    page.wait_for_function("text => document.querySelector('.player .now').textContent !== text", arg=before)
    page.keyboard.press("p")
    with closing(served.api("auditor")) as client:
        audit = client.get("/v1/audit", params={"limit": 100}).json()
    looks = [entry for entry in audit["items"] if entry["action"] == "lead.track"]
    assert looks[0]["why"] == "核实五月八日的线索"
    page.get_by_role("button", name="用原来的依据重新判断").click()
    page.get_by_text("结果一样").wait_for(timeout=180_000)


def test_a_lead_leads_to_the_permits_of_its_vehicle(regular: Open, served: Any) -> None:
    lead = _open(served)[0]
    plate = _one(served, lead["lead_id"])["plate"]
    page = regular("officer", maps=False)
    page.goto(f"/desk/leads/{lead['lead_id']}")
    page.locator("#permits").get_by_text("这辆车没有申请过").wait_for()
    vehicle = {"plate": plate, "vehicle_type": "重型自卸货车", "length_mm": 8600, "gross_mass_kg": 25000}
    application = applied(served, vehicles=[vehicle])
    page.reload()
    page.locator("#permits a").click()
    page.wait_for_url(f"**/review/{application}")
    page.get_by_text(plate).first.wait_for()
    page = regular("admin", maps=False)
    page.goto(f"/desk/leads/{lead['lead_id']}")
    page.locator("#others p").first.wait_for()
    assert page.locator("#permits").count() == 0, "who sees no plates looks for none"


def test_the_lead_page_shows_clause_and_what_is_missing_in_both_languages(
    regular: Open, served: Any, check_access: Callable[[Any], None], picture: Callable[..., None]
) -> None:
    lead = _open(served)[1]["lead_id"]
    for lang, evidence in (("zh", "作为证据还缺什么"), ("en", "What it lacks as evidence")):
        page = regular("officer", lang=lang, maps=lang == "zh")
        page.goto(f"/desk/leads/{lead}")
        page.locator("#map[data-ready=yes]" if lang == "zh" else "#map[data-ready]").wait_for(timeout=60_000)
        page.get_by_role("heading", name=evidence).wait_for()
        assert "禁行时间、禁行区域内，重中型货车禁止通行" in page.locator("#clauses").text_content()
        page.locator("#others p, #others ul").first.wait_for()
        check_access(page)
        picture(page, f"lead-{lang}", full_page=True)


@pytest.mark.parametrize(("lang", "title"), [("zh", "货车禁行线索单"), ("en", "Truck-ban lead")])
def test_the_sheet_holds_its_fonts_and_its_map_for_another_reader(
    regular: Open, served: Any, picture: Callable[..., None], tmp_path: Path, lang: str, title: str
) -> None:
    lead = _open(served)[1]["lead_id"]
    page = regular("officer", lang=lang, maps=False, size=(1000, 700))
    answer = page.context.request.get(f"/desk/leads/{lead}/sheet.pdf", timeout=120_000)
    assert answer.ok, answer.text()
    (tmp_path / "sheet.pdf").write_bytes(answer.body())
    said = poppler("pdftotext", "-layout", tmp_path / "sheet.pdf", "-").decode()
    assert title in said
    assert "禁行时间、禁行区域内，重中型货车禁止通行" in re.sub(r"\s", "", said)
    assert "\ufffd" not in said
    fonts = poppler("pdffonts", tmp_path / "sheet.pdf").decode().splitlines()[2:]
    assert fonts
    assert all(re.search(r"\byes\s+yes\s+(?:yes|no)\s+\d+\s+\d+$", line) for line in fonts), "every font is in the file"
    drawn = poppler("pdftoppm", "-r", "110", "-png", "-f", "1", "-l", "1", tmp_path / "sheet.pdf")
    sheet = Image.open(io.BytesIO(drawn)).convert("RGB")
    colours = {colour for _, colour in sheet.getcolors(1 << 24) or []}
    assert any(r > 180 and g < 60 and b < 60 for r, g, b in colours), "the way on the map is drawn"
    page.goto("about:blank")
    page.set_content(f'<img alt="" src="data:image/png;base64,{base64.b64encode(drawn).decode()}">')
    picture(page, f"sheet-{lang}", full_page=True)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_desk_has_no_serious_fault_of_access_and_nothing_hangs_over(
    regular: Open, check_access: Callable[[Any], None], picture: Callable[..., None], lang: str
) -> None:
    page = regular("officer", lang=lang, maps=lang == "zh")
    page.goto("/desk")
    (ready if lang == "zh" else listed)(page)
    page.keyboard.press("j")
    check_access(page)
    picture(page, f"desk-{lang}")
    for width, height in ((1280, 860), (1920, 1080), (768, 1024)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    page.set_viewport_size({"width": 360, "height": 640})
    foot, first = page.locator(".mapfoot").bounding_box(), page.locator("#filters label").first.bounding_box()
    assert foot["y"] + foot["height"] <= first["y"]  # the foot of the map hides no field
    if lang == "zh":
        page.set_viewport_size({"width": 768, "height": 1024})
        check_access(page)
        page.keyboard.press("d")
        check_access(page)


def test_a_list_that_cannot_be_loaded_says_so_and_tries_again(regular: Open) -> None:
    page = regular("officer", maps=False)
    page.route("**/v1/leads?*", lambda route: route.abort())
    page.goto("/desk")
    page.get_by_text("列表没有读取成功").wait_for()
    page.unroute("**/v1/leads?*")
    page.get_by_role("button", name="再试一次").click()
    listed(page)


def test_leads_are_exported_with_plates_masked_unless_a_purpose_is_said(regular: Open) -> None:
    page = regular("officer", maps=False)
    page.goto("/desk")
    listed(page)
    page.get_by_role("button", name="导出 Excel").click()
    page.locator("dialog [value=full]").check()
    page.get_by_role("button", name="导出", exact=True).click()
    page.get_by_text("请写明用途").wait_for()
    page.locator("dialog [name=why]").fill("移送法制科")
    with page.expect_download() as download:
        page.get_by_role("button", name="导出", exact=True).click()
    assert download.value.suggested_filename == "leads.xlsx"


def test_ten_thousand_leads_are_drawn_and_the_map_moves(
    regular: Open, served: Any, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The last of this file: it fills the store. Frames are counted while the map is dragged, drawn without a graphics card."""
    many_leads(served.store, tmp_path, 10_000)
    page = regular("officer", size=(1100, 640))
    page.goto("/desk?from_day=2024-05-01&to_day=2024-05-31")
    page.locator("#map[data-ready=yes]").wait_for(timeout=60_000)
    page.wait_for_function("() => Number(document.getElementById('map').dataset.leads) >= 10000", timeout=120_000)
    page.wait_for_function("() => deskMap.map.areTilesLoaded() && deskMap.map.loaded()", timeout=120_000)
    drawn = page.evaluate(_FRAMES)
    page.evaluate("() => ['leads', 'counts', 'count-text'].forEach((id) => deskMap.map.removeLayer(id))")
    without = page.evaluate(_FRAMES)
    print(json.dumps({"with leads": drawn, "without": without}))  # noqa: T201
    record_property("frames", {"with": drawn, "without": without})
    assert drawn["fps"] > without["fps"] / 3, "what is slow is not the leads"
    # further pages of the list come as one scrolls
    listed = page.locator("#leads .lead").count()
    page.locator("#scroller").evaluate("box => box.scrollTo(0, box.scrollHeight)")
    page.wait_for_function("n => document.querySelectorAll('#leads .lead').length > n", arg=listed)
