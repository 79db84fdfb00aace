"""Settings and one's own account, as people use them."""

import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pyotp
import pytest
from web_ways import applied, asked, no_wider, stripped, until

pytestmark = pytest.mark.browser
PASSWORD = "rather long, and only for tests"  # noqa: S105
PARTS = ("law", "zones", "accounts", "keys", "suspensions", "retention", "audit")


def opened(page: Any, part: str) -> None:
    page.goto(f"/settings#{part}")
    page.wait_for_selector(f"#content[data-ready={part}]", timeout=60_000)


def test_a_new_account_signs_in_with_its_one_time_password_and_must_change_it_first(
    person: Callable[..., Any], check_access: Callable[[Any], None]
) -> None:
    admin = person("admin")
    opened(admin, "accounts")
    admin.locator("#new").click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("登录名").fill("new.officer")
    dialog.get_by_label("姓名").fill("Lin")
    dialog.get_by_label("角色").select_option("officer")
    dialog.get_by_role("button", name="新建账号").click()
    secret = admin.locator("#secret").text_content()
    admin.get_by_role("button", name="已记下，关闭").click()
    admin.get_by_role("row", name=re.compile("new.officer")).wait_for()
    assert secret not in admin.content()

    fresh = person()
    fresh.goto("/signin?next=/desk")
    fresh.get_by_label("账号").fill("new.officer")
    fresh.get_by_label("密码").fill(secret)
    fresh.get_by_role("button", name="登录").click()
    fresh.wait_for_url("**/account")
    assert fresh.get_by_text("请先改掉一次性密码").is_visible()
    check_access(fresh)
    fresh.get_by_label("现在的密码").fill("not the one")
    fresh.get_by_label("新密码", exact=True).fill("vier kraniche am stillen fluss")
    fresh.get_by_label("再输一遍新密码").fill("another")
    fresh.get_by_role("button", name="修改").click()
    fresh.get_by_text("两遍不一样").wait_for()
    fresh.get_by_label("再输一遍新密码").fill("vier kraniche am stillen fluss")
    fresh.get_by_role("button", name="修改").click()
    fresh.locator(".fault", has_text=re.compile(".")).wait_for()
    fresh.get_by_label("现在的密码").fill(secret)
    fresh.get_by_role("button", name="修改").click()
    fresh.get_by_role("link", name="继续").wait_for()
    assert fresh.goto("/account").status == 200
    assert not fresh.get_by_text("请先改掉一次性密码").is_visible()


def test_one_time_codes_are_turned_on_by_a_picture_and_off_by_the_password(person: Callable[..., Any]) -> None:
    page = person("auditor")
    page.goto("/account")
    box = page.locator("#totp")
    box.get_by_label("请再输入密码").fill(PASSWORD)
    box.get_by_role("button", name="启用").click()
    assert box.get_by_role("img", name="验证器二维码").evaluate(
        "(image) => image.decode().then(() => image.naturalWidth > 0)"
    )
    secret = box.locator(".secret").text_content()
    box.get_by_label("应用上显示的 6 位数字").fill("000000")
    box.get_by_role("button", name="确认启用").click()
    box.locator(".fault", has_text=re.compile(".")).wait_for()
    box.get_by_label("应用上显示的 6 位数字").fill(pyotp.TOTP(secret).now())
    box.get_by_role("button", name="确认启用").click()
    box.get_by_text("已启用：登录时").wait_for()
    box.get_by_label("请再输入密码").fill(PASSWORD)
    box.get_by_role("button", name="停用").click()
    box.get_by_text("未启用。").wait_for()


def test_all_permits_are_suspended_after_a_look_at_how_many_and_brought_back(
    regular: Callable[..., Any], served: Any
) -> None:
    id_ = applied(served)
    asked(served, "reviewer", "POST", f"/v1/permits/{id_}/approve", {})
    page = regular("admin")
    opened(page, "suspensions")
    page.get_by_role("button", name="看会影响多少").click()
    page.get_by_text("请写明理由").wait_for()
    page.locator("#suspend-why").fill("重污染天气橙色预警")
    page.get_by_role("button", name="看会影响多少").click()
    page.locator("#suspend-go").click()
    page.get_by_text("已暂停 1 张").wait_for()
    assert asked(served, "driver", "GET", f"/v1/permits/{id_}")["state"] == "suspended"
    page.get_by_role("button", name="整批恢复").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("理由").fill("预警解除")
    dialog.get_by_role("button", name="整批恢复").click()
    page.get_by_text(re.compile("^已恢复 1 张 ·")).wait_for()
    assert asked(served, "driver", "GET", f"/v1/permits/{id_}")["state"] == "approved"


def test_a_key_is_shown_once_and_revoked(regular: Callable[..., Any]) -> None:
    page = regular("admin")
    opened(page, "keys")
    page.get_by_role("button", name="新建密钥").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("名称").fill("dispatch")
    dialog.get_by_role("button", name="新建密钥").click()
    dialog.get_by_text("请至少选一项").wait_for()
    dialog.get_by_role("checkbox").first.check()
    dialog.get_by_role("button", name="新建密钥").click()
    page.locator("#secret").wait_for()
    page.get_by_role("button", name="已记下，关闭").click()
    page.get_by_role("button", name="撤销密钥 dispatch").click()
    page.get_by_role("dialog").get_by_role("button", name="撤销").click()
    page.get_by_text(re.compile("^已撤销 ")).wait_for()


def test_a_notice_with_faults_is_refused_with_lines_and_a_good_one_put_in_force_and_taken_back(
    regular: Callable[..., Any], served: Any
) -> None:
    page = regular("admin")
    opened(page, "law")
    form = page.locator("#add")
    form.locator("[type=file]").set_input_files(
        {"name": "bad.yaml", "mimeType": "application/yaml", "buffer": b"id: x\ntitle: 3\n"}
    )
    form.get_by_role("button", name="检查并添加").click()
    form.locator(".fault li").first.wait_for()
    page.get_by_role("button", name=re.compile("^让“.*生效$")).first.click()
    dialog = page.get_by_role("dialog")
    assert "linyi-2023-5" in dialog.inner_text()  # a corrected version has the same title
    assert dialog.locator("code").inner_text().startswith(_sha(served)[:16])
    dialog.get_by_label("理由").fill("换回同一通告，试一试")
    dialog.get_by_role("button", name="生效").click()
    page.locator(".toast", has_text="已生效").wait_for()
    page.get_by_text("换回同一通告，试一试").wait_for()
    page.get_by_role("button", name="撤销").first.click()
    dialog.get_by_label("理由").fill("试完了")
    dialog.get_by_role("button", name="撤销").click()
    page.locator(".toast", has_text="已撤销").wait_for()
    assert len(asked(served, "admin", "GET", "/v1/in-force")["enactments"]) == 2
    assert "linyi-2023-5" in page.locator(".enactments li").first.inner_text()
    pack = files("truckban.notices").joinpath("packs/linyi-2023-5.yaml").read_bytes()
    form.locator("[type=file]").set_input_files(
        {"name": "again.yaml", "mimeType": "application/yaml", "buffer": pack + "# 同一文本\n".encode()}
    )
    added = []
    page.on("request", lambda request: added.append(request) if "/v1/documents?kind" in request.url else None)
    form.get_by_role("button", name="检查并添加").dblclick()
    page.locator(".toast", has_text="已添加").first.wait_for()
    assert len(added) == 1


def _sha(served: Any) -> str:
    found = asked(served, "admin", "GET", "/v1/documents")["documents"]
    return str(next(each["sha256"] for each in found if each["kind"] == "notice"))


def test_the_audit_trail_is_searched_and_verified(regular: Callable[..., Any]) -> None:
    page = regular("auditor")
    opened(page, "audit")
    page.get_by_label("做了什么").fill("account.sign_in")
    page.get_by_role("button", name="查找").click()
    only = (
        "[...document.querySelectorAll('td:nth-child(3)')].every((each) => each.textContent === '登录account.sign_in')"
    )
    until(page, only)
    page.get_by_label("做了什么").fill("登录")
    page.get_by_role("button", name="查找").click()
    until(page, only)
    assert page.locator("tbody tr").count() > 0, "words are understood as well as codes"
    page.locator("#verify").click()
    page.get_by_text(re.compile("^完整")).wait_for()
    opened(page, "accounts")
    assert page.get_by_role("button", name="新建账号").count() == 0, "an auditor changes nothing"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_part_reads_in_both_languages_on_a_phone_and_for_a_screen_reader(
    regular: Callable[..., Any], check_access: Callable[[Any], None], picture: Callable[..., None], lang: str
) -> None:
    page = regular("admin", lang=lang)
    for part in PARTS:
        page.set_viewport_size({"width": 390, "height": 800})
        opened(page, part)
        if part == "zones":
            page.locator(".zonecard img").wait_for(timeout=120_000)
        no_wider(page)
        if lang == "zh":
            check_access(page)
        if lang == "en":
            text = re.sub(r"示意路网[^;.]*[;.。]?", "", stripped(page))
            assert part == "zones" or not re.search(r"[\u4e00-\u9fff]", text), part
        page.set_viewport_size({"width": 1280, "height": 860})
        no_wider(page)
        if lang == "en":
            check_access(page)
        picture(page, f"settings-{part}-{lang}")
    page.goto("/account")
    page.wait_for_selector("#password[data-ready]")
    check_access(page)
    picture(page, f"account-{lang}")


def test_a_part_that_fails_says_so_and_is_asked_again(regular: Callable[..., Any]) -> None:
    page = regular("admin")
    page.context.route("**/v1/retention", lambda route: route.abort())
    opened(page, "retention")
    page.get_by_role("alert").filter(has_text="连不上服务").wait_for()
    page.context.unroute("**/v1/retention")
    page.get_by_role("button", name="再试一次").click()
    page.get_by_text("保存多久").wait_for()
