"""From an application to a permit that is scanned, as people do it; and what goes wrong on the way."""

import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from web_ways import LATER, applied, asked, no_wider, stripped, until

from truckban.permitting.checking import verify

pytestmark = pytest.mark.browser
PHONE = (390, 800)
PASSWORD = "rather long, and only for tests"  # noqa: S105


@pytest.fixture(scope="module")
def handed_in(served: Any) -> str:
    """Return an application that waits for a decision."""
    return applied(served)


def begun(page: Any) -> str:
    """Begin an application and return its id."""
    page.goto("/apply")
    page.locator("#begin").click()
    page.wait_for_url(re.compile(r"/apply/[0-9A-Z]{26}"))
    page.wait_for_selector("[data-step=holder]")
    return str(page.url.rsplit("/", 1)[1].partition("#")[0])


def saved(page: Any) -> None:
    page.wait_for_selector(".saved.saved:not(.saving):not(.not_saved):not(.fault)")
    until(page, "Object.keys(localStorage).every((key) => !key.startsWith('apply:'))")


def filled_in(driver: Any, image: Any, look: Callable[[Any], None]) -> None:
    """Fill in the form, as somebody does who wants concrete on a building site; `look` is called where most is to be seen."""
    driver.get_by_label("姓名或单位全称").fill("临猗示例运输有限公司")
    driver.get_by_role("button", name="下一步").click()
    driver.get_by_label("号牌").fill("晋M77777")
    driver.get_by_label("车辆类型（照行驶证写）").fill("重型自卸货车")
    driver.get_by_label("车长（毫米）").fill("8.6")
    driver.get_by_text("8.6 米请写 8600").wait_for()
    driver.get_by_label("车长（毫米）").fill("8600")
    driver.get_by_role("button", name="下一步").click()
    driver.get_by_label("货物").fill("商品混凝土")
    driver.get_by_label("事由").fill("工地浇筑，每天 6 趟")
    driver.get_by_label("货源单位").fill("汇鑫商砼")
    driver.wait_for_selector(".told:not(:has-text('正在'))")
    driver.get_by_role("button", name="下一步").click()
    for road in ("五一路", "北环路"):
        driver.locator("#road-add").fill(road)
        driver.get_by_role("button", name="添加").click()
    driver.get_by_label("从哪天").fill(LATER[0])
    driver.get_by_label("到哪天").fill(LATER[1])
    driver.locator("#hours-add").click()
    driver.get_by_label("时段 1 起").fill("09:00")
    driver.get_by_label("时段 1 止").fill("17:00")
    look(driver)
    driver.get_by_role("button", name="下一步").click()
    drawn = io.BytesIO()
    image.new("RGB", (40, 40), "white").save(drawn, "PNG")
    driver.locator("#file").set_input_files({"name": "行驶证.png", "mimeType": "image/png", "buffer": drawn.getvalue()})
    driver.get_by_text("行驶证.png").wait_for()
    driver.get_by_role("button", name="下一步").click()
    driver.locator("#need-go").click()
    driver.get_by_text("晋M77777：在所填的道路和时段内受限，需要通行证").wait_for()


def test_a_permit_goes_from_the_form_to_a_code_that_is_scanned_and_checked_without_the_service(
    regular: Callable[..., Any], served: Any, picture: Callable[..., None], check_access: Callable[[Any], None]
) -> None:
    zxingcpp = pytest.importorskip("zxingcpp", reason="zxing-cpp is not installed")
    image = pytest.importorskip("PIL.Image")
    driver = regular("driver", window="of the driver")
    id_ = begun(driver)
    check_access(driver)

    def look(page: Any) -> None:
        until(page, "document.getElementById('map').dataset.ready === 'yes'")
        picture(page, "apply-where-zh", full_page=True)
        check_access(page)

    filled_in(driver, image, look)
    driver.get_by_role("button", name="提交申请").click()
    driver.get_by_text("正在审批").wait_for()

    reviewer = regular("reviewer")
    reviewer.goto("/review")
    reviewer.get_by_role("link", name="打开 临猗示例运输有限公司 的申请").first.click()
    reviewer.wait_for_url(f"**/review/{id_}")
    reviewer.wait_for_selector("#found[data-ready]", timeout=90_000)
    reviewer.wait_for_selector("#map[data-drawn]", timeout=90_000)
    check_access(reviewer)
    picture(reviewer, "review-application-zh", full_page=True)
    reviewer.get_by_role("checkbox", name="北环路").uncheck()
    reviewer.get_by_role("button", name="限速 40 公里/小时").click()
    reviewer.get_by_role("button", name="批准并发证").click()
    reviewer.get_by_text("已批准，证号").wait_for()
    with reviewer.context.expect_page() as opened:
        reviewer.get_by_role("link", name="打开通行证").click()
    permit = opened.value
    permit.wait_for_load_state()
    found = zxingcpp.read_barcodes(image.open(io.BytesIO(permit.screenshot(full_page=True))))
    text = re.search(r"TB1[.\w~-]*", found[0].text)
    assert text is not None
    keys = [
        load_pem_public_key(key["pem"].encode()) for key in asked(served, "driver", "GET", "/v1/permits/keys")["keys"]
    ]
    checked = verify(text[0], keys, datetime.now(UTC), plate="晋M77777")
    assert checked.word in ("valid_now", "not_now")
    assert checked.certificate is not None
    assert checked.certificate.as_json()["roads"] == ["五一路"]
    permit.close()
    assert verify(text[0][:-4] + "AAAA", keys, datetime.now(UTC)).word == "not_valid"


def test_nothing_typed_is_lost_when_the_session_ends_in_the_middle_of_the_form(regular: Callable[..., Any]) -> None:
    page = regular("driver", maps=False)
    begun(page)
    page.context.clear_cookies(name=re.compile("^(?!lang)"))
    page.get_by_label("姓名或单位全称").fill("写到一半的公司")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("账号").fill("driver")
    dialog.get_by_label("密码").fill("wrong")
    dialog.get_by_role("button", name="登录").click()
    dialog.get_by_role("alert").filter(has_text=re.compile(".")).wait_for()
    dialog.get_by_label("密码").fill(PASSWORD)
    dialog.get_by_role("button", name="登录").click()
    dialog.wait_for(state="detached")
    saved(page)
    assert page.get_by_label("姓名或单位全称").input_value() == "写到一半的公司"
    page.reload()
    page.wait_for_selector("[data-step=holder]")
    assert page.get_by_label("姓名或单位全称").input_value() == "写到一半的公司"


def test_what_the_server_has_not_got_is_there_again_when_the_page_is_opened_again(regular: Callable[..., Any]) -> None:
    page = regular("driver", maps=False)
    begun(page)
    page.context.route(
        "**/v1/permits/*", lambda route: route.abort() if route.request.method == "PUT" else route.continue_()
    )
    page.get_by_label("姓名或单位全称").fill("断网时填的")
    page.get_by_text("还没有存到服务器").wait_for()
    page.context.unroute("**/v1/permits/*")
    page.reload()
    page.wait_for_selector("[data-step=holder]")
    assert page.get_by_label("姓名或单位全称").input_value() == "断网时填的"
    saved(page)


def test_what_cannot_be_is_said_at_its_field_while_one_types(regular: Callable[..., Any]) -> None:
    page = regular("driver", maps=False)
    begun(page)
    page.get_by_role("button", name="车辆").first.click()
    page.get_by_label("号牌").fill("ABC")
    page.wait_for_selector("#vehicles-0-plate-fault, #vehicles-0--plate-fault, [aria-invalid=true]")
    assert page.get_by_label("号牌").get_attribute("aria-invalid") == "true"
    page.get_by_label("号牌").fill("晋M12345")
    until(page, "document.querySelectorAll('[aria-invalid=true]').length === 0")
    saved(page)


def test_the_form_is_filled_and_handed_in_by_the_keyboard_alone(regular: Callable[..., Any]) -> None:
    page = regular("driver", lang="en", maps=False)
    page.goto("/apply")
    page.wait_for_selector("#found[data-ready]")
    page.locator("#begin").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-step=holder]")
    page.locator("#holder-name").focus()
    page.keyboard.type("Wang")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-step=vehicles]")
    for _ in range(2):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "INPUT":
            break
    page.keyboard.insert_text("晋M55555")
    page.keyboard.press("Tab")
    page.keyboard.insert_text("重型自卸货车")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-step=purpose]")
    assert page.evaluate("document.activeElement.id") == "step-title"


def test_two_reviewers_at_once_learn_of_each_other_and_keep_what_they_wrote(
    regular: Callable[..., Any], served: Any
) -> None:
    id_ = applied(served)
    first, second = regular("reviewer", maps=False), regular("reviewer2", maps=False, window="of another")
    for page in (first, second):
        page.goto(f"/review/{id_}")
        page.wait_for_selector("#decision")
    first.get_by_role("radio", name="退回补正").check()
    first.get_by_label("附件不符").check()
    assert "行驶证" in first.get_by_label("写给申请人的理由").input_value()
    second.get_by_role("radio", name="不予批准").check()
    second.get_by_label("写给申请人的理由").fill("第二个人写的理由")
    first.get_by_role("button", name="退回申请人").click()
    first.get_by_text("已退回申请人").wait_for()
    second.get_by_role("button", name="决定不予批准").click()
    second.get_by_text("别人已先处理：reviewer 于").wait_for()
    assert second.get_by_label("写给申请人的理由").input_value() == "第二个人写的理由"
    assert asked(served, "driver", "GET", f"/v1/permits/{id_}")["state"] == "returned"


def test_the_narrower_permit_is_taken_over_by_a_click(regular: Callable[..., Any], served: Any) -> None:
    ends = {"origin": {"junction": ["五一路", "北环路"]}, "destination": {"lon": 110.765, "lat": 35.14}}
    id_ = applied(served, route={"whole_zone": True}, windows=["06:00-22:00"], trips=[{**ends, "depart": "10:00"}])
    page = regular("reviewer", maps=False)
    page.goto(f"/review/{id_}")
    page.wait_for_selector("#found[data-ready]", timeout=90_000)
    page.locator("#take").click()
    assert page.get_by_role("radio", name="只批下列道路").is_checked()
    page.get_by_role("button", name="批准并发证").click()
    page.get_by_text("已批准，证号").wait_for()
    granted = asked(served, "driver", "GET", f"/v1/permits/{id_}")["approval"]
    assert granted["route"].get("roads")
    assert granted["windows"] != ["06:00-22:00"]


def test_a_permit_is_suspended_brought_back_and_revoked_with_reasons(regular: Callable[..., Any], served: Any) -> None:
    id_ = applied(served)
    asked(served, "reviewer", "POST", f"/v1/permits/{id_}/approve", {})
    page = regular("reviewer", maps=False)
    page.goto(f"/review/{id_}")
    for act, state in (("suspend", "暂停使用"), ("resume", "已批准"), ("revoke", "已吊销")):
        page.locator(f"[data-act={act}]").click()
        dialog = page.get_by_role("dialog")
        dialog.locator("button:not([type])").click()
        dialog.get_by_text("请写明理由").wait_for()
        dialog.get_by_label("理由").fill("试一试")
        dialog.locator("button:not([type])").click()
        page.locator("#head .chip", has_text=state).wait_for()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("login", "path"),
    [("reviewer", "/review"), ("driver", "/apply"), ("auditor", "/review/{id}"), ("driver", "/apply/{id}")],
)
def test_each_page_reads_in_both_languages_on_a_phone_and_for_a_screen_reader(
    regular: Callable[..., Any],
    handed_in: str,
    check_access: Callable[[Any], None],
    picture: Callable[..., None],
    lang: str,
    login: str,
    path: str,
) -> None:
    page = regular(login, lang=lang, size=PHONE, maps=lang == "zh")
    page.goto(path.format(id=handed_in))
    page.wait_for_selector("[data-ready=yes]" if lang == "zh" else "[data-ready]", state="attached")
    name = path.strip("/").replace("/{id}", "-one")
    no_wider(page)
    if lang == "zh":
        check_access(page)
    else:
        assert not re.search(r"[\u4e00-\u9fff]", stripped(page)), "a sentence is left in Chinese"
    picture(page, f"{name}-phone-{lang}")
    page.set_viewport_size({"width": 1280, "height": 860})
    no_wider(page)
    if lang == "en":
        check_access(page)
    picture(page, f"{name}-{lang}")


def test_where_and_hours_and_the_whole_application_read_in_english_too(
    regular: Callable[..., Any], served: Any, handed_in: str, picture: Callable[..., None]
) -> None:
    draft = asked(served, "driver", "POST", f"/v1/permits/{handed_in}/copy", {})["id"]
    page = regular("driver", lang="en", maps=False)
    page.goto(f"/apply/{draft}#where")
    page.get_by_label("Hours 1 from").wait_for()
    page.wait_for_selector("#map[data-ready]", state="attached")
    assert not re.search(r"[\u4e00-\u9fff]", stripped(page).replace("五一路", "").replace("北环路", ""))
    picture(page, "apply-where-en", full_page=True)
    page = regular("reviewer", lang="en", maps=False)
    page.goto(f"/review/{handed_in}")
    page.wait_for_selector("#found[data-ready]", timeout=90_000)
    page.wait_for_selector("#map[data-ready]", state="attached")
    assert not re.search(r"[\u4e00-\u9fff]", stripped(page)), "a sentence is left in Chinese"
    picture(page, "review-application-en", full_page=True)


def test_a_stranger_finds_no_application_that_is_not_theirs(regular: Callable[..., Any], served: Any) -> None:
    page = regular("enterprise", maps=False)
    assert page.goto(f"/apply/{applied(served)}").status == 404
    assert page.goto("/review").status == 403
    draft = asked(served, "driver", "POST", "/v1/permits", {})["id"]
    other = regular("reviewer", maps=False, window="of another")
    assert other.goto(f"/review/{draft}").status == 404, "a draft is nobody else's business"
    assert json.loads(page.locator("#session").text_content())["role"] == "enterprise"
