"""A real service on a real store: each test runs on SQLite and on a PostgreSQL that is started here."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from databases import Databases
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.access.principal import Principal
from api.accounts import passwords
from api.accounts.service import create_account
from api.app import create_app
from api.settings import Settings
from api.store.audit import Actor
from api.store.database import Store
from api.store.schema import migrate

_TESTS = Path(__file__).parent
_REAL = passwords._HASHER, passwords.NOBODYS  # noqa: SLF001  (what the tests of passwords are given back)


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Have a password cost a thousandth of what it should: hundreds of accounts are made here. No setting can do that."""
    cheap = PasswordHasher(memory_cost=8, time_cost=1, parallelism=1)
    passwords._HASHER, passwords.NOBODYS = cheap, cheap.hash("of nobody")  # noqa: SLF001
    yield
    passwords._HASHER, passwords.NOBODYS = _REAL  # noqa: SLF001


@pytest.fixture(scope="session", autouse=True)
def _certificates_read_once() -> Iterator[None]:
    """Have the authorities that a machine trusts read once, not by each of hundreds of clients that speak plain HTTP."""
    read = cache(httpx.create_ssl_context)
    with pytest.MonkeyPatch.context() as here:
        here.setattr("httpx._transports.default.create_ssl_context", read)
        yield


@pytest.fixture(autouse=True)
def _no_daily_jobs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have workers do what a test gives them, and not what is due each day: each job is a process."""
    if "daily_jobs" not in request.fixturenames:
        monkeypatch.setattr("api.jobs.worker.DAILY", ())


@pytest.fixture
def daily_jobs() -> None:
    """Have workers do what is due each day."""


@pytest.fixture
def dear_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have passwords cost what they cost."""
    monkeypatch.setattr(passwords, "_HASHER", _REAL[0])
    monkeypatch.setattr(passwords, "NOBODYS", _REAL[1])


def _programs() -> Path | None:
    """Return the folder of PostgreSQL's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    return Path(on_path).parent if on_path else None


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Start a PostgreSQL of our own on a socket; return the URL without the database's name."""
    programs = _programs()
    if programs is None:
        pytest.skip("no PostgreSQL on this machine: its half of the service's tests is skipped")
    # PostgreSQL refuses to be run by root; a socket's path is at most about 100 characters long
    as_user = {"user": "nobody"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="tbpg", dir="/tmp"))
    if as_user:
        shutil.chown(folder, "nobody")
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(folder)}

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(programs / program), *arguments],
            check=True,
            capture_output=True,
            env=environment,
            cwd=folder,
            **as_user,
        )

    data = str(folder / "data")
    # a cluster that lives for one run of the tests has nothing to keep
    cheap = (
        "-c fsync=off -c full_page_writes=off -c autovacuum=off -c jit=off -c wal_level=minimal -c max_wal_senders=0"
    )
    options = f"-k {folder} -c listen_addresses='' -c max_connections=200 {cheap}"
    run("initdb", "-D", data, "-U", "truckban", "-A", "trust", "-E", "UTF8", "--no-sync")
    run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://truckban@/%s?host={folder}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_postgresql(postgresql: str) -> Databases:
    """Return a maker of databases that stand at the newest revision."""
    return Databases(postgresql)


@pytest.fixture(scope="session")
def ready_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite store that stands at the newest revision."""
    path = tmp_path_factory.mktemp("store") / "ready.sqlite"
    store = Store(f"sqlite:///{path}")
    migrate(store)
    store.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a new store, once for each database."""
    with _new_store(request, tmp_path) as url:
        yield url


@contextmanager
def _new_store(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if request.param == "postgresql":
        databases: Databases = request.getfixturevalue("new_postgresql")
        url = databases()
        yield url
        databases.take_back(url)
    else:
        path = folder / "truckban.sqlite"
        shutil.copy(request.getfixturevalue("ready_sqlite"), path)
        yield f"sqlite:///{path}"


@pytest.fixture
def settings(store_url: str, tmp_path: Path) -> Settings:
    """Return settings for a new store."""
    return _settings(store_url, tmp_path)


def _settings(store_url: str, folder: Path) -> Settings:
    return Settings(
        data_dir=folder / "data",
        database_url=store_url,
        trip_processes=0,
        rate_per_minute=1_000_000,
        sign_ins_per_minute=1_000_000,
    )


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """Return a new store at the newest revision."""
    opened = Store(settings.url)
    yield opened
    opened.close()


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """Return a client of a service that has just been set up; nobody is signed in."""
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as opened:
        yield opened


@pytest.fixture
def signed_in(settings: Settings) -> Iterator[Callable[..., TestClient]]:
    """Return a maker of clients of one service, each taken for someone of a role; the door asks the tables as ever."""
    with _known_to(settings) as make:
        yield make


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def unchanged(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., TestClient]]:
    """Return what `signed_in` does, of one service for all tests of a file: for requests that are refused, and change nothing."""
    folder = tmp_path_factory.mktemp("unchanged")
    with _new_store(request, folder) as url, _known_to(_settings(url, folder)) as make:
        yield make


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Return what `client` does, of one service for all tests of a file: for what anybody may ask, which changes nothing."""
    folder = tmp_path_factory.mktemp("reader")
    with _new_store(request, folder) as url:
        app = create_app(_settings(url, folder))
        with TestClient(app, base_url="http://127.0.0.1:8000") as opened:
            yield opened


@contextmanager
def _known_to(settings: Settings) -> Iterator[Callable[..., TestClient]]:
    app = create_app(settings)
    known: dict[str, Principal] = {}
    app.state.identify = lambda request: known[request.headers["x-test-principal"]]
    with ExitStack() as ends:
        opened: list[TestClient] = []

        def make(role: str, account_id: str | None = None, **more: object) -> TestClient:
            id_ = None if role == "anonymous" else account_id or f"{role}-1"
            number = str(len(known))
            known[number] = Principal(role, f"account:{id_}", account_id=id_, **more)  # type: ignore[arg-type]
            client = TestClient(app, base_url="http://127.0.0.1:8000", headers={"x-test-principal": number})
            client.principal = known[number]  # type: ignore[attr-defined]
            if opened:  # a service begins and ends once, however many ask it
                client.portal = opened[0].portal
            else:
                opened.append(ends.enter_context(client))
            return client

        yield make


@pytest.fixture
def account_of(settings: Settings, store: Store) -> Iterator[Callable[..., TestClient]]:
    """Return a maker of clients of one service: each has a real account of a role and signs in by its password.

    The client has the account's id and password as `account_id`, `login` and `password`, and sends the CSRF token.
    """
    app = create_app(settings)
    made = 0

    class SignedIn(TestClient):
        account_id: str
        login: str
        password: str

    def make(role: str, login: str | None = None, **more: str) -> SignedIn:
        nonlocal made
        named = login or f"{role}.{made}"
        if role == "enterprise":
            more.setdefault("enterprise_id", "E-1")
        password = f"{made} kraniche ziehen am fluss"
        made += 1
        with store.write() as session:
            account = create_account(
                session,
                settings,
                Actor("test", "program"),
                login=named,
                name=named,
                role=role,
                password=password,
                **more,
            ).account
            id_ = account.id
        client = SignedIn(app, base_url="http://127.0.0.1:8000")
        client.portal = keeper.portal
        client.account_id, client.login, client.password = id_, named, password
        me = client.post("/v1/session", json={"login": named, "password": password})
        assert me.status_code == 200, me.text
        client.headers["x-csrf-token"] = me.json()["csrf"]
        return client

    with TestClient(app) as keeper:
        yield make


@pytest.fixture
def local(ready_sqlite: Path, tmp_path: Path) -> Callable[..., FastAPI]:
    """Return a maker of services on SQLite: these layers do not know the store."""
    own = shutil.copy(ready_sqlite, tmp_path / "local.sqlite")  # what a test writes is no part of the next one's store

    def make(**more: Any) -> FastAPI:  # noqa: ANN401
        url = f"sqlite:///{own}"
        return create_app(Settings(data_dir=tmp_path, database_url=url, trip_processes=0, **more))  # type: ignore[arg-type]

    return make
