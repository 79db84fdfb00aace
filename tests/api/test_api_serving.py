"""`truckban serve`: server and worker together, from start to end, with what goes over a real socket."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from uploading import put_upload

from api.serving import WorkerBeside
from api.settings import Settings
from api.store.database import Store
from truckban.cli.main import run as run_command

pytestmark = pytest.mark.slow
_LONGEST_S = 200.0
_COMMAND = [sys.executable, "-c", "from truckban.cli.main import entry; entry()", "--lang", "en"]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def _serving(settings: Settings, *more: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    assert settings.database_url is not None
    port = _free_port()
    environment = {
        **os.environ,
        "TRUCKBAN_DATA_DIR": str(settings.data_dir),
        "TRUCKBAN_DATABASE_URL": settings.database_url.get_secret_value(),
    }
    process = subprocess.Popen(
        [*_COMMAND, "serve", "--port", str(port), *more], env=environment, stderr=subprocess.PIPE, text=True
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + _LONGEST_S
        while time.monotonic() < until and process.poll() is None:
            try:
                if httpx.get(f"{url}/v1/ready", timeout=5).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.2)
        yield process, url
    finally:
        process.kill()
        process.communicate()


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(each) for each in (task / "children").read_text().split()]
    return [each for each in found if b"worker" in Path(f"/proc/{each}/cmdline").read_bytes()]


def test_a_worker_that_dies_is_started_again_and_both_end_in_order(settings: Settings, store: Store) -> None:
    put_upload(settings, store, "vehicles", b"x")
    with _serving(settings) as (process, url):
        (worker,) = _children(process.pid)
        os.kill(worker, signal.SIGKILL)
        until = time.monotonic() + _LONGEST_S
        while time.monotonic() < until and _children(process.pid) in ([], [worker]):
            assert httpx.get(f"{url}/v1/ready", timeout=30).status_code == 200
            time.sleep(0.2)
        (another,) = _children(process.pid)
        assert another != worker
        process.send_signal(signal.SIGTERM)
        assert process.wait(_LONGEST_S) == 0
        assert not Path(f"/proc/{another}").exists()


def test_a_worker_ends_with_a_server_that_is_killed(settings: Settings, store: Store) -> None:
    put_upload(settings, store, "vehicles", b"x")
    with _serving(settings) as (process, _):
        (worker,) = _children(process.pid)
        process.kill()
        process.wait()
        until = time.monotonic() + _LONGEST_S
        while time.monotonic() < until and Path(f"/proc/{worker}").exists():
            time.sleep(0.2)
        assert not Path(f"/proc/{worker}").exists()


def test_without_a_store_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRUCKBAN_DATA_DIR", str(tmp_path / "none"))
    assert run_command(["--lang", "en", "serve"]) == 3
    assert "truckban db init" in capsys.readouterr().err


def test_the_demonstration_is_refused_where_others_reach_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRUCKBAN_DATA_DIR", str(tmp_path / "demo"))
    monkeypatch.setenv("TRUCKBAN_DEMONSTRATION", "true")
    assert run_command(["--lang", "en", "serve", "--host", "0.0.0.0"]) == 3  # noqa: S104  (it must be refused)
    assert "local address only" in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()


def test_commands_of_the_store_from_first_to_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRUCKBAN_DATA_DIR", str(tmp_path / "data"))

    def run(*words: str, expected: int = 0) -> str:
        status = run_command(["--lang", "en", "db", *words])
        said = "".join(capsys.readouterr())
        assert status == expected, said
        return said

    assert "create-admin" in run("init")
    assert "already" in run("init")
    assert "sound" in run("check")
    backup = str(tmp_path / "backup.tar")
    assert "tables" in run("backup", backup)
    assert "not overwritten" in run("backup", backup, expected=3)
    assert "--replace" in run("restore", backup, expected=3)
    run("restore", backup, "--replace")
    assert "sound" in run("check")
    assert len(list((tmp_path / "data").glob("truckban.sqlite.before-*"))) >= 1


def test_a_worker_beside_that_will_not_end_is_ended() -> None:
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, lambda *_: None); time.sleep(1000)"
    beside = WorkerBeside([sys.executable, "-c", stubborn], end_s=1.0)
    pid = beside.pid
    beside.stop()
    assert not Path(f"/proc/{pid}").exists()
