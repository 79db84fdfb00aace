"""Files beside an application, shown where the decision is made; and the application as an officer reads it."""

import io
import re
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from web_ways import applied, asked, no_wider, stripped, until

pytestmark = pytest.mark.browser
Open = Callable[..., Any]
_FORM = {
    "notice": "linyi-2023-5",
    "holder": {"kind": "firm", "name": "临猗示例运输有限公司"},
    "vehicles": [{"plate": "晋M54321", "vehicle_type": "重型自卸货车", "length_mm": 8600, "gross_mass_kg": 25000}],
    "goods": "商品混凝土",
    "purpose": "五一路工地浇筑",
    "route": {"roads": ["五一路"]},
    "windows": ["09:00-17:00"],
}


def _pdf(text: str) -> bytes:
    """Return a page of one line."""
    drawn = f"BT /F1 24 Tf 40 120 Td ({text}) Tj ET".encode()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 6\n0000000000 65535 f \n" + table
    return made + head + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(made)


@pytest.fixture(scope="module")
def whole_browser() -> bool:
    return True


@pytest.fixture(scope="module")
def application(served: Any) -> str:
    """Hand an application in with a picture and a sheet."""
    image = pytest.importorskip("PIL.Image")
    days = asked(served, "driver", "GET", f"/v1/permits/{applied(served)}")["application"]["days"]
    drawn = io.BytesIO()
    image.new("RGB", (640, 400), (40, 90, 160)).save(drawn, "PNG")
    with closing(served.api("driver")) as client:
        id_ = client.post("/v1/permits", json={**_FORM, "days": days}).raise_for_status().json()["id"]
        for name, content in (("行驶证.png", drawn.getvalue()), ("合同.pdf", _pdf("CONTRACT"))):
            given = client.post("/v1/attachments", params={"permit": id_, "name": name}, content=content)
            given.raise_for_status()
    asked(served, "driver", "POST", f"/v1/permits/{id_}/submit", {})
    return str(id_)


def _looks(served: Any, id_: str) -> int:
    with closing(served.api("auditor")) as client:
        items = client.get("/v1/audit", params={"limit": 200}).json()["items"]
    return sum(each["action"] == "attachment.look" and each["subject"] == f"permit:{id_}" for each in items)


def _viewed(page: Any) -> None:
    """Wait until the browser's own viewer stands in a frame: nothing that the answer or the page forbids keeps it out."""
    end = time.monotonic() + 30
    while not any(frame.url.startswith("chrome-extension:") for frame in page.frames):
        assert time.monotonic() < end
        page.wait_for_timeout(100)


def test_a_reviewer_looks_at_files_where_the_decision_is_made(
    regular: Open, served: Any, application: str, picture: Open, check_access: Callable[[Any], None]
) -> None:
    page = regular("reviewer", maps=False)
    broken = []
    page.on("console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(f"/review/{application}")
    page.get_by_role("button", name="预览 行驶证.png").wait_for()
    assert _looks(served, application) == 0, "nobody looked yet"
    page.get_by_role("button", name="预览 行驶证.png").focus()
    page.keyboard.press("Enter")
    image = page.get_by_role("img", name="附件：行驶证.png")
    until(page, "document.querySelector('.preview img')?.naturalWidth === 640")
    page.get_by_role("button", name="转动").click()
    assert image.evaluate("each => each.style.rotate") == "90deg"
    page.get_by_role("button", name="原大").click()
    assert page.get_by_role("button", name="原大").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="预览 合同.pdf").click()
    page.locator("iframe[title='附件：合同.pdf']").wait_for()
    _viewed(page)
    page.locator("#found .counts").wait_for(timeout=60_000)
    check_access(page)
    no_wider(page)
    picture(page, "review-files-zh", full_page=True)
    assert broken == [], "the policy of the pages stands"
    assert _looks(served, application) == 2
    page.get_by_role("button", name="预览 行驶证.png").click()
    image.wait_for(state="detached")


def test_an_officer_reads_an_application_without_files_findings_and_queue(
    regular: Open, application: str, check_access: Callable[[Any], None]
) -> None:
    page = regular("officer", maps=False)
    page.goto(f"/review/{application}")
    page.get_by_role("heading", name="临猗示例运输有限公司").wait_for()
    page.get_by_text("行驶证.png").wait_for()
    assert page.get_by_text("晋M54321").first.is_visible(), "officers see plates"
    assert page.get_by_role("button", name="预览").count() == 0
    assert page.get_by_text("附件只有审批人员和申请人能下载").is_visible()
    assert page.get_by_text("您可以查看，不能作决定").is_visible()
    assert page.locator("#found").is_hidden()
    assert page.locator(".backlink").count() == 0
    check_access(page)
    assert regular("officer", maps=False).goto("/review").status == 403


def test_the_files_are_shown_in_english_too(regular: Open, application: str, picture: Open) -> None:
    page = regular("reviewer", lang="en", maps=False)
    page.goto(f"/review/{application}")
    page.get_by_role("button", name="Preview 行驶证.png").click()
    until(page, "document.querySelector('.preview img')?.naturalWidth === 640")
    page.get_by_role("button", name="Preview 合同.pdf").click()
    page.locator("iframe[title='File: 合同.pdf']").wait_for()
    _viewed(page)
    page.locator("#found .counts").wait_for(timeout=60_000)
    assert not re.search(r"[\u4e00-\u9fff]", stripped(page).replace("行驶证", "").replace("合同", ""))
    no_wider(page)
    page.wait_for_timeout(500)  # the viewer paints after it has come
    picture(page, "review-files-en", full_page=True)
