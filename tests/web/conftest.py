"""A real service with people, leads and a real browser: what the pages are tried with."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
import uvicorn

from api.accounts.service import create_account
from api.app import create_app
from api.settings import Settings
from api.store.audit import Actor
from api.store.database import Store
from api.store.schema import migrate

PASSWORD = "rather long, and only for tests"  # noqa: S105
ARGUMENTS = ("--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--lang=zh-CN")
ROLES = ("driver", "enterprise", "reviewer", "officer", "auditor", "admin")


@dataclass
class Served:
    """A service that runs, and who may sign in: the login is the role's name, and there is a second officer and reviewer."""

    url: str
    settings: Settings
    store: Store
    accounts: dict[str, str] = field(default_factory=dict)

    def api(self, role: str) -> httpx2.Client:
        """Return a client of `/v1` that is signed in."""
        client = httpx2.Client(base_url=self.url, timeout=60)
        told = client.post("/v1/session", json={"login": role, "password": PASSWORD}).raise_for_status().json()
        client.headers["X-CSRF-Token"] = told["csrf"]
        return client


def _serve(settings: Settings) -> Iterator[str]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings), port=port, log_level="warning", timeout_graceful_shutdown=2)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    for _ in range(300):
        if server.started:
            break
        time.sleep(0.1)
    yield url
    server.should_exit = True
    thread.join(20)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run a service of its own for each file of tests."""
    folder = tmp_path_factory.mktemp("served")
    settings = Settings(data_dir=folder, sign_ins_per_minute=10_000, rate_per_minute=100_000, trip_processes=0)
    store = Store(settings.url)
    migrate(store)
    people = {}
    with store.write() as session:
        for login in (*ROLES, "officer2", "reviewer2"):
            made = create_account(
                session,
                settings,
                Actor("tests", "program"),
                login=login,
                name=login,
                role=login.rstrip("2"),
                enterprise_id="linyi-01" if login == "enterprise" else None,
                password=PASSWORD,
            )
            people[login] = made.account.id
    for url in _serve(settings):
        yield Served(url, settings, store, people)
    store.close()


@pytest.fixture(scope="module")  # no longer: its event loop would be that of every test after it
def browser() -> Iterator[Any]:
    """Start Chromium once; maps are drawn by it without a graphics card."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no Chromium is installed")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture
def person(browser: Any, served: Served) -> Iterator[Callable[..., Any]]:
    """Return a maker of pages: signed in as a login (or nobody), in a language, on a screen; faults of a page fail the test."""
    contexts, faults = [], []

    def open_(login: str | None = None, *, lang: str = "zh", size: tuple[int, int] = (1280, 860), **more: Any) -> Any:
        context = browser.new_context(
            base_url=served.url,
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN" if lang == "zh" else "en-GB",
            timezone_id="Asia/Shanghai",
            **more,
        )
        contexts.append(context)
        context.add_cookies([{"name": "lang", "value": lang, "url": served.url}])
        if login is not None:
            answer = context.request.post("/v1/session", data={"login": login, "password": PASSWORD})
            assert answer.ok, answer.text()
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def check_access() -> Callable[[Any], None]:
    """Return a check of a page by axe: nothing serious or critical."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

    def check(page: Any) -> None:
        found = axe.Axe().run(page).response["violations"]
        bad = [
            SimpleNamespace(rule=each["id"], where=[node["target"] for node in each["nodes"]][:5], help=each["help"])
            for each in found
            if each["impact"] in ("serious", "critical")
        ]
        assert bad == []

    return check


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Return a keeper of screenshots: into docs/pages with `--pictures`, else nowhere."""
    folder = Path(__file__).parents[2] / "docs" / "pages"

    def keep(page: Any, name: str, **more: Any) -> None:
        if request.config.getoption("--pictures"):
            folder.mkdir(exist_ok=True)
            page.screenshot(path=folder / f"{name}.png", **more)

    return keep
