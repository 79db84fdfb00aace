"""The Python client against a real server."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from applying import form
from jobs_here import work_off
from serving import key_maker, served
from uploading import day

from api.settings import Settings
from api.store.database import Store
from truckban.client import Client, ClientProblem

CASE: dict[str, Any] = {
    "id": "c1",
    "vehicle": {"vehicle_type": "重型自卸货车", "gross_mass_kg": 25000},
    "at": "2024-05-08T10:00:00+08:00",
    "place": {"lon": 110.765, "lat": 35.14},
}
TRIP: dict[str, Any] = {
    "vehicle": CASE["vehicle"],
    "origin": {"lon": 110.745, "lat": 35.14},
    "destination": {"lon": 110.785, "lat": 35.14},
    "depart": "2024-05-08T09:00:00+08:00",
}


@pytest.fixture
def url(settings: Settings) -> Iterator[str]:
    with served(settings) as address:
        yield address


@pytest.fixture
def key(settings: Settings, store: Store) -> Callable[[str], str]:
    return key_maker(settings, store)


@pytest.fixture
def a_day(tmp_path: Path) -> dict[str, Path]:
    paths = {}
    for kind in ("traces", "vehicles"):
        paths[kind] = tmp_path / f"{kind}.csv"
        paths[kind].write_bytes(day(24)[kind])
    return paths


def test_nobody_may_ask_what_anybody_may(url: str) -> None:
    with Client(url) as client:
        assert client.decide(CASE)["verdict"] == "prohibited"
        assert [each.get("id") for each in client.decide([CASE, {"id": "c2"}])] == ["c1", "c2"]
        fixes = client.decide_fixes(CASE["vehicle"], time=[CASE["at"]] * 2, lon=[110.765] * 2, lat=[35.14] * 2, id="t")
        assert (fixes["id"], fixes["fixes"], len(fixes["runs"])) == ("t", 2, 1)
        assert client.classify(CASE["vehicle"])["vehicle_class"] == "heavy"
        trip = client.trip(TRIP, days=3)
        assert trip["verdict"] == "unlawful"
        assert client.trip_again(trip["link"])["alternatives"] == trip["alternatives"]
        assert [each["id"] for each in client.notices(on="2024-05-08")] == ["linyi-2023-5"]
        assert client.notice("linyi-2023-5")["clauses"]
        (zone,) = client.zones()
        assert client.zone(zone["sha256"], streets=False)["truckban"]["grade"] == "schematic"
        assert client.zone_part(zone["id"], "entries")["entries"]
        (notice,) = zone["notices"]
        assert client.zone(zone["id"], notice=notice)["truckban"]["zone"] == zone["id"]
        assert client.zone_part(zone["id"], "roads", notice=notice)["zone"]["sha256"] == zone["sha256"]
        with pytest.raises(ClientProblem):
            client.zone_part(zone["id"], "roads", notice="jia-2024-1")


def test_what_is_refused_names_code_and_field(url: str) -> None:
    with Client(url, lang="en") as client:
        with pytest.raises(ClientProblem, match="time") as caught:
            client.decide({"id": 1})
        assert (caught.value.status, caught.value.code, caught.value.field) == (422, "invalid", "at")
        with pytest.raises(ClientProblem) as caught:
            list(client.leads())
        assert (caught.value.status, caught.value.code) == (401, "sign_in")
    with Client(url, "no-key") as client, pytest.raises(ClientProblem) as caught:
        client.decide(CASE)
    assert caught.value.status == 401


def test_a_service_that_is_not_there_is_told_after_its_tries() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with (
            Client(f"http://127.0.0.1:{taken.getsockname()[1]}", tries=2, wait_s=0.01) as client,
            pytest.raises(ClientProblem) as caught,
        ):
            client.decide(CASE)
    assert (caught.value.status, caught.value.code) == (0, "unreachable")


def test_a_day_is_uploaded_checked_and_its_leads_worked_on(
    url: str, key: Callable[[str], str], settings: Settings, store: Store, a_day: dict[str, Path]
) -> None:
    seen: list[tuple[int, int]] = []
    with Client(url, key("officer")) as client:
        traces = client.upload(
            a_day["traces"],
            kind="traces",
            why="测试",
            crs="wgs84",
            piece_bytes=500_000,
            progress=lambda done, of: seen.append((done, of)),
        )
        size = a_day["traces"].stat().st_size
        assert traces["state"] == "complete"
        assert len(seen) == -(-size // 500_000)
        assert seen[-1] == (size, size)
        vehicles = client.upload(a_day["vehicles"], kind="vehicles", why="测试")
        run = client.start_run([traces["id"], vehicles["id"]], why="测试")
        events = client.run_events(run["id"])
        assert next(events)["state"] == "queued"
        work_off(settings, store)
        assert client.run(run["id"])["state"] == "done"
        assert [each["state"] for each in events][-1] == "done"
        assert [each["id"] for each in client.runs(state="done")] == [run["id"]]
        assert client.run(run["id"])["counts"]["leads"] == len(list(client.leads(limit=2))) >= 2
        assert b"leads" in client.run_file(run["id"], "run.json")
        _work_on_leads(client)


def test_a_place_is_found_by_its_first_letters(url: str) -> None:
    with Client(url) as client:
        assert client.places("wyl", limit=1)[0]["name"] == "五一路"
        with pytest.raises(ClientProblem) as caught:
            client.places("")
    assert caught.value.field is not None


def test_a_vehicle_is_registered_changed_confirmed_and_removed(url: str, key: Callable[[str], str]) -> None:
    fields = {"plate": "晋M12345", "vehicle_type": "重型自卸货车", "gross_mass_kg": 25000}
    with Client(url, key("driver")) as driver, Client(url, key("officer")) as officer:
        id_ = driver.create("vehicles", fields)["id"]
        seen = driver.one("vehicles", id_)
        driver.change("vehicles", id_, {**fields, "name": "三号车"}, etag=seen["etag"])
        with pytest.raises(ClientProblem) as caught:
            driver.change("vehicles", id_, fields, etag=seen["etag"])
        assert caught.value.status == 412
        officer.step("vehicles", id_, "confirm", etag=officer.one("vehicles", id_)["etag"], why="行驶证原件已核对")
        assert [each["confirmed_at"] is not None for each in officer.listed("vehicles")] == [True]
        driver.remove("vehicles", id_, etag=driver.one("vehicles", id_)["etag"])
        assert list(driver.listed("vehicles")) == []


def test_an_application_goes_its_way(url: str, key: Callable[[str], str]) -> None:
    with Client(url, key("driver")) as driver, Client(url, key("reviewer")) as reviewer:
        id_ = driver.create("permits", form())["id"]
        driver.step("permits", id_, "submit", etag=driver.one("permits", id_)["etag"])
        assert [each["id"] for each in reviewer.listed("permits", sort="due")] == [id_]
        told = reviewer.step(
            "permits", id_, "approve", etag=reviewer.one("permits", id_)["etag"], windows=["22:00-06:00"]
        )
        assert told["state"] == "approved"


def _work_on_leads(client: Client) -> None:
    first, second, *_ = client.leads()
    lead = client.lead(first["lead_id"])
    mine = client.assign(lead["lead_id"], "me", etag=lead["etag"])
    assert mine["state"] == "assigned"
    with pytest.raises(ClientProblem) as caught:
        client.dismiss(lead["lead_id"], code="position_error", why="漂移", etag=lead["etag"])
    assert (caught.value.status, caught.value.code) == (412, "changed_meanwhile")
    again = client.lead(lead["lead_id"])
    assert (
        client.dismiss(lead["lead_id"], code="position_error", why="漂移", etag=again["etag"])["state"] == "dismissed"
    )
    other = client.lead(second["lead_id"])
    with pytest.raises(ClientProblem) as caught:
        client.confirm(second["lead_id"], why="卡口照片", etag=other["etag"])
    assert caught.value.code == "acknowledge"
    known = caught.value.body["acknowledge"]
    assert client.confirm(second["lead_id"], why="卡口照片", etag=other["etag"], acknowledge=known)["violation_id"]
    assert len(list(client.listed("violations"))) == 1


def test_an_upload_that_broke_off_goes_on_where_it_stopped(
    url: str, key: Callable[[str], str], a_day: dict[str, Path]
) -> None:
    from truckban.client import uploading  # noqa: PLC0415

    path = a_day["traces"]
    with Client(url, key("officer")) as client:
        begun = uploading.begin(client.wire, path, kind="traces", why="测试")
        where = f"/v1/traces/uploads/{begun['id']}"
        head = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
        client.wire.ask("PATCH", where, content=path.read_bytes()[:5_000], headers=head)
    seen: list[int] = []
    with Client(url, key("officer")) as client:
        done = client.resume(begun["id"], path, progress=lambda done, _of: seen.append(done), piece_bytes=30_000)
    assert done["state"] == "complete"
    assert seen[0] == 35_000


class _Lossy:
    """A line between client and server that loses the first answers: the server did what it was asked."""

    def __init__(self, url: str, *, loses: int) -> None:
        self._to = ("127.0.0.1", int(url.rpartition(":")[2]))
        self._loses = loses
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            with near, socket.create_connection(self._to) as far:
                far.settimeout(5)
                near.settimeout(5)
                asked = b""
                while b"\r\n\r\n" not in asked:
                    asked += near.recv(65536)
                head, _, body = asked.partition(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0] or 0)
                while len(body) < length:
                    body += near.recv(65536)
                far.sendall(head.replace(b"keep-alive", b"close") + b"\r\n\r\n" + body)
                told = b""
                while piece := far.recv(65536):
                    told += piece
                self._loses -= 1
                if self._loses < 0:
                    near.sendall(told)

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(10)


def test_what_creates_is_done_once_though_answers_are_lost(
    url: str, key: Callable[[str], str], a_day: dict[str, Path]
) -> None:
    line = _Lossy(url, loses=2)
    try:
        with Client(line.url, key("officer"), wait_s=0.01) as client:
            asked = {"kind": "traces", "file_name": a_day["traces"].name, "size": 10, "why": "测试"}
            made = client.create("traces/uploads", asked)
    finally:
        line.close()
    with Client(url, key("officer")) as client:
        assert [each["id"] for each in client.wire.rows("/v1/traces/uploads", "uploads", {})] == [made["id"]]


def test_importing_the_client_takes_nothing_of_the_web() -> None:
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    asked = "import sys, truckban.client; print([m for m in sys.modules if m.startswith(('httpx', 'api', 'fastapi'))])"
    told = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "[]"
