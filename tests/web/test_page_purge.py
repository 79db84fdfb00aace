"""Purging at once from the settings: seen, typed, given a reason, done by a worker."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from desk_data import many_leads, working
from web_ways import asked, no_wider

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
