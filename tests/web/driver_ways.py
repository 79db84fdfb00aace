"""What a driver does on the page: a trip is typed in and asked, on a phone."""

from collections.abc import Callable
from typing import Any

Driver = Callable[..., Any]
PHONE: dict[str, Any] = {"size": (360, 640), "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
DAY = "2026-11-23T"


def opened(page: Any, path: str = "/") -> Any:
    """Open the driver's page, ready to be used."""
    page.set_default_timeout(15_000)
    page.goto(path)
    page.locator("form[data-ready]").wait_for(state="attached")
    return page


def choose(page: Any, field: str, typed: str, label: str) -> None:
    """Choose a place among those that are offered for what is typed."""
    page.locator(f"#{field}").fill(typed)
    page.locator(f"#{field}-list [role=option]").filter(has=page.get_by_text(label, exact=True)).first.click()


def leave_at(page: Any, time: str) -> None:
    """Say when the trip begins."""
    page.locator("[name=when][value=depart]").check()
    page.locator("#at").fill(DAY + time)


def fill(page: Any, *, words: str = "重型自卸货车", to: str = "示意三街", time: str = "09:00") -> None:
    """Fill in a whole trip."""
    page.locator("#type").fill(words)
    choose(page, "from", "西环路", "西环路")
    choose(page, "to", to, to)
    leave_at(page, time)


def ask(page: Any, verdict: str) -> None:
    """Ask, and wait for a verdict."""
    page.locator("#go").click()
    page.locator(f"[data-verdict={verdict}]").wait_for()
