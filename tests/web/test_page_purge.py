"""Purging at once from the settings: seen, typed, given a reason, done by a worker."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from desk_data import many_leads, working
from web_ways import asked, no_wider, stripped

from api.store.base import now
from api.store.tables.leads import Lead

pytestmark = pytest.mark.browser
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def due(served: Any, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Have leads in the store of which some are past their time."""
    many_leads(served.store, tmp_path_factory.mktemp("leads"), 40)
    old = now() - dt.timedelta(days=served.settings.lead_days + 1)
    with served.store.write() as session:
        session.execute(sa.update(Lead).values(state="dismissed", closed_at=now()))
        session.execute(sa.update(Lead).where(Lead.number <= 12).values(closed_at=old))
    return 12


def test_every_kind_of_data_is_told_with_how_long_it_is_kept_and_why(regular: Open, served: Any) -> None:
    page = regular("auditor", maps=False)
    page.goto("/settings#retention")
    page.wait_for_selector("#content[data-ready=retention]")
    rows = page.locator(".kept tbody tr")
    said = {row.locator("td").nth(0).inner_text(): row.locator("td").nth(1).inner_text() for row in rows.all()}
    assert len(said) == rows.count() == 16
    assert said["线索的原始定位点"] == f"{served.settings.raw_days} 天"
    assert said["已办结的线索及其办理记录、确认结果"] == f"{served.settings.lead_days} 天"
    assert said["访问和故障日志"] == f"{served.settings.log_days} 天"
    assert said["通行证和申请、附件、办理记录"] == f"{served.settings.permit_days} 天"
    assert said["没有提交过的申请及其附件"] == f"{served.settings.draft_days} 天"
    assert said["审计"] == "不自动删除"
    assert all(row.locator("td").nth(2).inner_text() for row in rows.all())


def test_the_purge_is_asked_for_in_english_too(regular: Open, due: int, picture: Open) -> None:
    page = regular("admin", lang="en", maps=False)
    page.goto("/settings#retention")
    page.get_by_text(f"{due} closed leads", exact=True).wait_for()
    page.locator("#purge").click()
    page.get_by_role("dialog").get_by_text("cannot be brought back").wait_for()
    assert not re.search(r"[\u4e00-\u9fff]", stripped(page))
    picture(page, "settings-purge-en")


def test_what_is_past_its_time_goes_when_its_number_is_typed(
    regular: Open, served: Any, due: int, check_access: Callable[[Any], None], picture: Open
) -> None:
    page = regular("admin", maps=False)
    page.goto("/settings#retention")
    page.get_by_text(f"{due} 条已办结的线索").wait_for()
    page.locator("#purge").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("删除后不能恢复").wait_for()
    check_access(page)
    no_wider(page)
    picture(page, "settings-purge-zh")
    dialog.get_by_label("输入总数").fill(f"{due + 1}")
    dialog.get_by_label("理由").fill("季度清理")
    go = dialog.get_by_role("button", name="清理", exact=True)
    go.click()
    dialog.get_by_text(f"请输入 {due}，与上面的总数一致").wait_for()
    assert dialog.get_by_label("理由").input_value() == "季度清理"
    dialog.get_by_label("输入总数").fill(f"{due}")
    dialog.get_by_label("理由").fill("")
    go.click()
    dialog.get_by_text("请写明理由").wait_for()
    dialog.get_by_label("理由").fill("季度清理")
    go.click()
    page.get_by_text("正在清理，或在等工作进程").wait_for()
    assert page.locator("#purge").count() == 0, "one purge at a time"
    assert asked(served, "admin", "GET", "/v1/retention")["closed_leads"] == due
    with working(served.settings):
        page.get_by_text("没有到期的数据").wait_for(timeout=60_000)
    assert asked(served, "admin", "GET", "/v1/retention")["closed_leads"] == 0
    with served.store.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Lead)) == 40 - due


def test_an_auditor_sees_what_is_due_and_no_button(regular: Open) -> None:
    page = regular("auditor", maps=False)
    page.goto("/settings#retention")
    page.wait_for_selector("#content[data-ready=retention]")
    assert page.locator("#purge").count() == 0
