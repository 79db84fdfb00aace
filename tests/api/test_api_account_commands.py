"""`truckban account` and `truckban audit`, run as people run them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from api.store.audit import Actor, note
from api.store.database import Store
from truckban.cli.main import run as run_command

PROGRAM = Path(sys.executable).with_name("truckban")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs a command in this process: a process of its own takes seconds to import."""

    def call(*arguments: str, lang: str = "en", url: str | None = None) -> subprocess.CompletedProcess[str]:
        monkeypatch.setenv("TRUCKBAN_DATABASE_URL", url or settings.url)
        monkeypatch.setenv("TRUCKBAN_DATA_DIR", str(settings.data_dir))
        capsys.readouterr()
        status = run_command(["--lang", lang, *arguments])
        return subprocess.CompletedProcess(arguments, status, *capsys.readouterr())

    return call


def test_the_first_administrator_signs_in_with_the_password_that_was_printed_once(run: Run, settings: Settings) -> None:
    done = run("account", "create-admin", "chief")
    assert done.returncode == 0, done.stderr
    password = done.stdout.splitlines()[-1]
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as client:
        me = client.post("/v1/session", json={"login": "chief", "password": password}).json()
        assert (me["role"], me["must_change_password"]) == ("admin", True)
    again = run("account", "create-admin", "chief", lang="zh")
    assert (again.returncode, again.stdout) == (3, "")
    assert "已有人用" in again.stderr
    assert run("account", "create-admin", "Big Chief").returncode == 3
    listed = run("account", "list").stdout
    assert "chief" in listed
    assert password not in listed
    reset = run("account", "reset", "chief")
    assert reset.returncode == 0
    assert reset.stdout.splitlines()[-1] != password
    assert run("account", "reset", "nobody").returncode == 3


def test_a_store_that_is_not_set_up_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {"TRUCKBAN_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    command = [PROGRAM, "--lang", "en", "account", "list"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 3
    assert "truckban db migrate" in done.stderr
    monkeypatch.setenv("TRUCKBAN_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    assert run_command(["--lang", "en", "account", "list"]) == 3
    assert "the store does not answer: OperationalError" in capsys.readouterr().err


def test_the_trail_is_held_shown_and_written_out(run: Run, store: Store) -> None:
    assert run("audit", "verify").returncode == 0
    for number in range(3):
        with store.write() as session:
            note(session, Actor("worker", "program"), "lead.confirm", f"lead:{number}")
    mark = run("audit", "head").stdout.strip()
    assert mark.startswith("3:")
    held = run("audit", "verify", "--expect", mark)
    assert (held.returncode, held.stdout) == (0, "the trail holds: 3 entries\n")
    lines = [json.loads(line) for line in run("audit", "export", "--after", "1").stdout.splitlines()]
    assert [line["number"] for line in lines] == [2, 3]
    with store.engine.begin() as connection:
        if store.is_sqlite:
            connection.execute(sa.text("DROP TRIGGER audit_entries_no_delete"))
        else:
            connection.execute(sa.text("ALTER TABLE audit_entries DISABLE TRIGGER ALL"))
        connection.execute(sa.text("DELETE FROM audit_entries WHERE number = 3"))
    broken = run("audit", "verify", lang="zh")
    assert (broken.returncode, broken.stdout) == (1, "结尾被截掉：缺第 3 条起\n")
    assert run("audit", "verify", "--expect", "3:x").returncode == 3
