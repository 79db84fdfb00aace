"""A real server in a thread of its own, and keys of real accounts, for the tests of what talks to it from outside."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from api.access.table import ROLES, scopes_of
from api.accounts.service import create_account, create_key
from api.app import create_app
from api.settings import Settings
from api.store.audit import Actor
from api.store.database import Store

MAKER = Actor("test", "program")


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """Serve until the block ends; yield the address."""
    config = uvicorn.Config(create_app(settings), log_level="warning", access_log=False, timeout_graceful_shutdown=2)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert thread.is_alive()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)
        listening.close()


def key_maker(settings: Settings, store: Store) -> Callable[[str], str]:
    """Return what makes an API key with every scope of a role, one a role."""
    made: dict[str, str] = {}

    def key(role: str) -> str:
        assert role in ROLES
        if role not in made:
            with store.write() as session:
                account = create_account(
                    session,
                    settings,
                    MAKER,
                    login=f"{role}-key",
                    name=role,
                    role=role,
                    enterprise_id="LY-001" if role == "enterprise" else None,
                    password="never used: a key is",  # noqa: S106
                ).account
                text = create_key(
                    session, settings, MAKER, account=account, name="tests", scopes=scopes_of(role), days=1
                ).text
            made[role] = text
        return made[role]

    return key
