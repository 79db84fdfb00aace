"""A real service with people, leads and a real browser: what the pages are tried with."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from browsers import chromium

from api.accounts.service import create_account
from api.app import create_app
from api.settings import Settings
from api.store.audit import Actor
from api.store.database import Store
from api.store.schema import migrate

PASSWORD = "rather long, and only for tests"  # noqa: S105
ARGUMENTS = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--lang=zh-CN",
    "--process-per-site",  # a page opened beside another has its scripts already
    "--disable-gpu-compositing",  # what is no map is painted without the detour over a graphics card that is not there
    "--disable-gpu-rasterization",
)
SCREEN = (1280, 860)
ROLES = ("driver", "enterprise", "reviewer", "officer", "auditor", "admin")


@dataclass
class Served:
    """A service that runs, and who may sign in: the login is the role's name, and there is a second officer and reviewer."""

    url: str
    settings: Settings
    store: Store
    accounts: dict[str, str] = field(default_factory=dict)
    signed_in: dict[str, tuple[dict[str, str], str]] = field(default_factory=dict)

    def session(self, role: str) -> tuple[dict[str, str], str]:
        """Return cookies and CSRF word of a session that somebody began once and keeps: a password takes long to check."""
        if role not in self.signed_in:
            with httpx2.Client(base_url=self.url, timeout=60) as client:
                told = client.post("/v1/session", json={"login": role, "password": PASSWORD}).raise_for_status().json()
                self.signed_in[role] = (dict(client.cookies), told["csrf"])
        return self.signed_in[role]

    def api(self, role: str) -> httpx2.Client:
        """Return a client of `/v1` that is signed in."""
        cookies, csrf = self.session(role)
        return httpx2.Client(base_url=self.url, timeout=60, cookies=cookies, headers={"X-CSRF-Token": csrf})


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


def _service(folder: Path) -> Iterator[Served]:
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


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run a service of its own for each file of tests."""
    yield from _service(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="session")
def empty_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run one service for the files whose tests write nothing into its store."""
    yield from _service(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def whole_browser() -> bool:
    """Tell whether the tests of a file need a browser that shows files; a file that does says so by its own fixture."""
    return False


@pytest.fixture(scope="module")  # no longer: its event loop would be that of every test after it
def browser(whole_browser: bool) -> Iterator[Any]:  # noqa: FBT001
    """Start Chromium once; maps are drawn by it without a graphics card."""
    with chromium(*ARGUMENTS, whole=whole_browser) as opened:
        yield opened


@pytest.fixture
def person(browser: Any, served: Served) -> Iterator[Callable[..., Any]]:
    """Return a maker of pages: signed in as a login (or nobody), in a language, on a screen; faults of a page fail the test."""
    contexts, faults = [], []

    def open_(login: str | None = None, *, lang: str = "zh", size: tuple[int, int] = (1280, 860), **more: Any) -> Any:
        context = browser.new_context(
            base_url=served.url,
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN" if lang == "zh" else "en-GB",
            **{"timezone_id": "Asia/Shanghai", **more},
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


class _Kept:
    """A browser's window that stays open between tests, and what its pages complained of."""

    def __init__(self, browser: Any, served: Served, more: dict[str, Any]) -> None:
        self.context = browser.new_context(
            base_url=served.url, locale="zh-CN", timezone_id="Asia/Shanghai", viewport=_box(SCREEN), **more
        )
        self.faults: list[str] = []
        self.page: Any = None

    def turned_to(self, served: Served, login: str | None, *, lang: str, size: tuple[int, int], maps: bool) -> Any:
        """Return a new page as somebody finds it who was never here, but for the scripts that are loaded."""
        self.context.set_offline(False)
        self.context.unroute_all()
        before, self.page = self.page, self.context.new_page()
        if not maps:  # not by a route: that would turn the cache off
            self.context.new_cdp_session(self.page).send("Network.setBlockedURLs", {"urls": ["*/maplibre-gl.mjs"]})
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.set_viewport_size(_box(size))
        self.page.goto("/v1/health")  # of the same site, and without scripts
        if before is not None:
            before.close()
        self.page.evaluate("localStorage.clear()")
        self.context.clear_cookies()
        cookies = {"lang": lang, **(served.session(login)[0] if login else {})}
        self.context.add_cookies([{"name": name, "value": value, "url": served.url} for name, value in cookies.items()])
        return self.page


def _box(size: tuple[int, int]) -> dict[str, int]:
    return {"width": size[0], "height": size[1]}


@pytest.fixture(scope="module")
def _windows() -> dict[str, _Kept]:
    return {}


@pytest.fixture
def regular(
    browser: Any, served: Served, _windows: dict[str, _Kept], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Any]]:
    """Return what `person` does, but one page at a time, in a window that stays: cookies and storage are new, the cache is not.

    Of a context's options only those of the device are taken (`has_touch`, `is_mobile`, `device_scale_factor`): each set
    of them is a window of its own, and so is each `window` that is named. A page that was given before is closed by the
    next one of the same window. Without `maps` the page says that there is none: drawn without a graphics card, they are
    half of what a page costs (with `--pictures` there are always maps).
    """
    always = request.config.getoption("--pictures")

    def open_(
        login: str | None = None,
        *,
        lang: str = "zh",
        size: tuple[int, int] = SCREEN,
        maps: bool = True,
        window: str = "",
        **device: Any,
    ) -> Any:
        kind = repr((window, sorted(device.items())))
        if kind not in _windows:
            _windows[kind] = _Kept(browser, served, device)
        return _windows[kind].turned_to(served, login, lang=lang, size=size, maps=maps or always)

    yield open_
    faults = [fault for window in _windows.values() for fault in window.faults]
    for window in _windows.values():
        window.faults.clear()
    assert faults == []


_AXE = """(options) => axe.run(options).then((found) => found.violations.map(({id, impact, help, nodes}) =>
({id, impact, help, where: nodes.slice(0, 5).map((node) => String(node.target))})))"""


@pytest.fixture
def check_access() -> Callable[[Any], None]:
    """Return a check of a page by axe: nothing serious or critical."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

    def check(page: Any) -> None:
        if not page.evaluate("'axe' in window"):
            page.evaluate(axe.Axe().axe_script)
        found = page.evaluate(_AXE, {"resultTypes": ["violations"]})
        assert [each for each in found if each["impact"] in ("serious", "critical")] == []

    return check


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Return a keeper of screenshots: into docs/pages with `--pictures`, else nowhere.

    `whole` makes the window as high as the page: a picture of a full page would redraw a map while it is taken.
    """
    folder = Path(__file__).parents[2] / "docs" / "pages"

    def keep(page: Any, name: str, *, whole: bool = False, **more: Any) -> None:
        if request.config.getoption("--pictures"):
            folder.mkdir(exist_ok=True)
            if whole:
                width, height = page.viewport_size["width"], page.evaluate("document.documentElement.scrollHeight")
                page.set_viewport_size({"width": width, "height": height})
                page.wait_for_timeout(600)
            page.screenshot(path=folder / f"{name}.png", **more)

    return keep
