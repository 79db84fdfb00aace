"""What every request passes: ids, logs, headers, bounds, rates."""

import asyncio
import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from starlette.types import Message, Receive, Scope, Send

from api.app import create_app
from api.middleware.log_file import LogFile
from api.middleware.proxy import TrustedProxy
from api.middleware.rates import Windows
from api.settings import Settings

BASE = "http://127.0.0.1:8000"


def logged(folder: Path, name: str) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in sorted((folder / "logs").glob(f"{name}-*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]


def test_every_answer_has_the_headers_also_when_it_refuses_or_breaks(local: Callable[..., FastAPI]) -> None:
    app = local(public_url="https://trucks.example")

    @app.get("/breaks")
    def breaks() -> None:
        raise RuntimeError

    client = TestClient(app, base_url="https://trucks.example", raise_server_exceptions=False)
    for path, status in (("/v1/health", 200), ("/v1/audit", 401), ("/nothing", 404), ("/breaks", 500)):
        answer = client.get(path)
        assert answer.status_code == status
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert "max-age=63072000" in answer.headers["strict-transport-security"]
        assert answer.headers["cache-control"]
        assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])
    assert "strict-transport-security" not in TestClient(local(), base_url=BASE).get("/v1/health").headers


def test_a_fault_is_answered_with_its_id_and_logged_without_values(
    local: Callable[..., FastAPI], tmp_path: Path
) -> None:
    app = local()

    @app.get("/breaks")
    def breaks() -> None:
        try:
            {}["晋M12345"]
        except KeyError as error:
            raise RuntimeError("晋M12345") from error

    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        answer = client.get("/breaks")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    (fault,) = logged(tmp_path, "faults")
    assert fault["id"] == answer.json()["request_id"] == answer.headers["x-request-id"]
    assert fault["error"] == ["builtins.RuntimeError", "builtins.KeyError"]
    assert fault["frames"][-1].endswith(" breaks")
    assert "12345" not in json.dumps(fault)


def test_the_log_has_operations_and_ids_and_nothing_that_was_asked(
    local: Callable[..., FastAPI], tmp_path: Path
) -> None:
    with TestClient(local(), base_url=BASE) as client:
        client.get("/v1/health?plate=晋M12345&lon=110.77")
        client.get("/v1/accounts/01ARZ3NDEKTSV4RRFFQ69G5FAV")
        client.get("/晋M12345")
    lines = logged(tmp_path, "access")
    assert [line["operation"] for line in lines] == ["health.alive", "accounts.read", None]
    assert [line["status"] for line in lines] == [200, 401, 404]
    assert lines[1]["ids"] == ["01ARZ3NDEKTSV4RRFFQ69G5FAV"]
    assert lines[0]["caller"] == "address:testclient"
    assert lines[0]["bytes"] > 0
    text = json.dumps(lines, ensure_ascii=False)
    assert not [each for each in ("12345", "110.77", "晋") if each in text]


def test_logs_are_kept_for_their_days_and_other_files_for_good(tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    for days in (0, 180, 181, 400):
        (tmp_path / f"access-{today - timedelta(days=days)}.jsonl").write_text("{}\n")
    for name in ("faults-2001-01-01.jsonl", "access-2001-01-01.jsonl.gz", "access-notes.jsonl"):
        (tmp_path / name).write_text("")
    log = LogFile(tmp_path, "access", days=180)
    log.write({"n": 1})
    log.close()
    kept = {path.name for path in tmp_path.iterdir()}
    assert kept == {
        f"access-{today}.jsonl",
        f"access-{today - timedelta(days=180)}.jsonl",
        *("faults-2001-01-01.jsonl", "access-2001-01-01.jsonl.gz", "access-notes.jsonl"),
    }
    assert (tmp_path / f"access-{today}.jsonl").read_text() == '{}\n{"n":1}\n'


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    log = LogFile(tmp_path / "logs", "access", days=180)
    for _ in range(3):
        log.write({})
        log.close()
    assert log.dropped == 3
    assert capsys.readouterr().err.count("cannot be written") == 1


def test_lines_of_many_at_once_are_whole(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    logs = [LogFile(tmp_path, "access", days=180) for _ in range(2)]  # as two processes have
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: logs[n % 2].write({"n": n}), range(2000)))
    for log in logs:
        log.close()
    lines = [json.loads(line) for path in tmp_path.glob("*.jsonl") for line in path.read_text("utf-8").splitlines()]
    assert sorted(line["n"] for line in lines) == list(range(2000))


def test_who_asks_too_often_waits(local: Callable[..., FastAPI]) -> None:
    with TestClient(local(rate_per_minute=3), base_url=BASE) as client:
        answers = [client.get("/v1/health") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[0].headers["ratelimit-policy"] == '"minute";q=3;w=60'
    assert [answer.headers["ratelimit"][:14] for answer in answers[:3]] == [f'"minute";r={n};t' for n in (2, 1, 0)]
    assert 1 <= int(answers[3].headers["retry-after"]) <= 60
    assert answers[3].headers["content-type"] == "application/problem+json"
    assert answers[3].headers["x-request-id"]


def test_attempts_to_sign_in_are_counted_apart(local: Callable[..., FastAPI]) -> None:
    with TestClient(local(sign_ins_per_minute=2), base_url=BASE) as client:
        body = {"login": "x", "password": "y"}
        assert [client.post("/v1/session", json=body).status_code for _ in range(3)] == [401, 401, 429]
        assert client.get("/v1/health").status_code == 200


def test_a_new_bad_key_each_time_is_no_way_around_and_good_ones_go_on(
    account_of: Callable[..., TestClient], settings: Settings
) -> None:
    client = account_of("officer")
    key = client.post("/v1/keys", json={"name": "k", "scopes": ["health.read"]}).json()["key"]
    with TestClient(create_app(settings.model_copy(update={"sign_ins_per_minute": 3})), base_url=BASE) as fresh:

        def status(text: str) -> int:
            return fresh.get("/v1/health", headers={"authorization": f"Bearer {text}"}).status_code

        assert status(key) == 200
        assert [status(f"tbk_{number:026}_x") for number in range(5)] == [401, 401, 401, 429, 429]
        assert status(key) == 200
        assert fresh.get("/v1/health").status_code == 200


def test_keys_of_one_address_have_a_minute_each(account_of: Callable[..., TestClient], settings: Settings) -> None:
    client = account_of("officer")
    keys = [client.post("/v1/keys", json={"name": n, "scopes": ["health.read"]}).json()["key"] for n in "ab"]
    with TestClient(create_app(settings.model_copy(update={"rate_per_minute": 4})), base_url=BASE) as fresh:
        heads = [{"authorization": f"Bearer {key}"} for key in keys]
        for head in heads:
            assert fresh.get("/v1/health", headers=head).status_code == 200  # not yet known: the address' minute
        for head in heads:
            statuses = [fresh.get("/v1/health", headers=head).status_code for _ in range(5)]
            assert statuses == [200, 200, 200, 200, 429]


@given(st.lists(st.floats(0, 40), max_size=200), st.integers(1, 5))
def test_no_window_of_a_minute_has_more_than_is_allowed(gaps: list[float], most: int) -> None:
    windows, now, taken = Windows(most), 1000.0, []
    for gap in gaps:
        now += gap
        hit = windows.hit("x", now)
        inside = [each for each in taken if each > now - 60]
        assert hit.allowed == (len(inside) < most)
        if hit.allowed:
            taken.append(now)
        else:
            assert abs(inside[0] + 60 - now - hit.reset_s) < 1e-6


def test_callers_that_are_gone_take_no_room() -> None:
    windows = Windows(5)
    for number in range(60_000):
        windows.hit(f"a{number}", 1000 + number / 1e6)
    assert len(windows._seen) <= 50_000  # noqa: SLF001
    windows.hit("b", 2000.0)
    assert len(windows._seen) == 1  # noqa: SLF001


def seen_as(headers: dict[str, str], peer: str, proxies: tuple[str, ...] = ("10.0.0.0/8",)) -> tuple[str, str]:
    seen: list[tuple[str, str]] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append((scope["client"][0], scope["scheme"]))

    async def nothing() -> Message:
        raise AssertionError

    async def send(_message: Message) -> None:
        raise AssertionError

    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": "http", "client": (peer, 1), "scheme": "http", "headers": raw}
    asyncio.run(TrustedProxy(app, proxies=proxies)(scope, nothing, send))
    return seen[0]


@pytest.mark.parametrize(
    ("forwarded", "peer", "expected"),
    [
        ("1.2.3.4", "10.0.0.1", "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4", "10.0.0.1", "1.2.3.4"),  # what the caller sent stands first and counts nothing
        ("1.2.3.4:5555", "10.0.0.1", "1.2.3.4"),
        ("2001:db8::1", "10.0.0.1", "2001:db8::1"),
        ("[2001:db8::1]", "10.0.0.1", "2001:db8::1"),
        ("1.2.3.4", "11.0.0.1", "11.0.0.1"),
        ("", "10.0.0.1", "10.0.0.1"),
        ("unknown", "10.0.0.1", "10.0.0.1"),
        ("1.2.3.4\x00", "10.0.0.1", "10.0.0.1"),
    ],
)
def test_the_proxy_is_believed_and_nobody_else(forwarded: str, peer: str, expected: str) -> None:
    assert seen_as({"x-forwarded-for": forwarded}, peer)[0] == expected


def test_the_scheme_comes_from_the_proxy_alone() -> None:
    assert seen_as({"x-forwarded-proto": "https"}, "10.0.0.1")[1] == "https"
    assert seen_as({"x-forwarded-proto": "https"}, "11.0.0.1")[1] == "http"
    assert seen_as({"x-forwarded-proto": "javascript"}, "10.0.0.1")[1] == "http"


def test_without_the_setting_nobody_is_believed(local: Callable[..., FastAPI], tmp_path: Path) -> None:
    with TestClient(local(), base_url=BASE) as client:
        client.get("/v1/health", headers={"x-forwarded-for": "1.2.3.4", "x-request-id": "mine-mine-mine"})
    (line,) = logged(tmp_path, "access")
    assert line["address"] == "testclient"
    assert line["id"] != "mine-mine-mine"


def test_metrics_count_by_operation_and_show_what_is_watched(account_of: Callable[..., TestClient]) -> None:
    client = account_of("auditor")
    metrics = client.app.state.metrics  # type: ignore[attr-defined]
    metrics.watch("truckban_test_waiting", "for the test", lambda: 7)
    metrics.watch("truckban_test_broken", "for the test", lambda: 1 / 0)
    for _ in range(3):
        client.get("/v1/health")
    client.get("/nothing/1")
    client.get("/nothing/2")
    text = client.get("/v1/metrics").text
    assert 'truckban_requests_total{method="GET",operation="health.alive",status="200"} 3.0' in text
    assert 'truckban_requests_total{method="GET",operation="none",status="404"} 2.0' in text
    assert 'truckban_request_seconds_count{operation="health.alive"} 3.0' in text
    assert "truckban_test_waiting 7.0" in text
    assert "truckban_test_broken NaN" in text
    assert "nothing" not in text


def test_all_layers_together_cost_little() -> None:
    """The bound is ten times what a quiet machine needs: the test runs beside others."""
    from api.health.metrics import Metrics  # noqa: PLC0415
    from api.middleware import layers  # noqa: PLC0415

    class Nowhere(LogFile):
        def _append(self, text: str) -> None:
            assert text

    async def bare(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x"})

    settings = Settings(behind_proxy=True, rate_per_minute=10_000_000)
    logs = {name: Nowhere(Path(), name, days=180) for name in ("access", "faults")}
    wrapped: Any = bare
    for layer in reversed(layers(settings, metrics=Metrics(), **logs)):
        wrapped = layer.cls(wrapped, *layer.args, **layer.kwargs)

    async def nothing() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(_message: Message) -> None:
        return

    async def took_us(app: Any, count: int = 2000) -> float:  # noqa: ANN401
        began = time.process_time()
        for _ in range(count):
            scope = {
                "type": "http",
                "method": "GET",
                "path": "/",
                "headers": [(b"host", b"x")],
                "client": ("127.0.0.1", 1),
            }
            await app(scope, nothing, send)
        return (time.process_time() - began) / count * 1e6

    async def least() -> tuple[float, float]:
        return min([await took_us(bare) for _ in range(3)]), min([await took_us(wrapped) for _ in range(3)])

    without, with_layers = asyncio.run(least())
    assert with_layers - without < 200
    print(f"layers: {with_layers - without:.1f} us")  # noqa: T201


def test_a_store_that_does_not_answer_is_a_503_that_says_when_to_come_back(
    local: Callable[..., FastAPI], tmp_path: Path
) -> None:
    app = local()

    @app.get("/away")
    def away() -> None:
        raise OperationalError("SELECT 1", {}, OSError("gone"))

    with TestClient(app, base_url=BASE) as client:
        answer = client.get("/away")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "store_away", "5")
    assert "sqlalchemy.exc.OperationalError" in logged(tmp_path, "faults")[-1]["error"]


def test_the_description_names_the_cookie_that_counts(local: Callable[..., FastAPI]) -> None:
    app = local(public_url="https://trucks.example")
    assert app.openapi()["components"]["securitySchemes"]["session"]["name"] == "__Host-truckban"
