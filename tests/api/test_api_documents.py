"""Notices and zones by their hash; which pair answers from when on; undo; every process takes part without stopping."""

import datetime as dt
import hashlib
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.documents.service import seed
from api.law import Law
from api.settings import Settings
from api.store import documents as stored
from api.store.database import Store
from truckban.notices.load import builtin_text
from zones import load_builtin

PACKS = Path(__file__).parent.parent / "notices" / "packs"
WENXI = (PACKS / "sx01_wenxi_2022.yaml").read_bytes()
CASE = {"vehicle": {"vehicle_type": "重型自卸货车"}, "at": "2024-05-08T10:00:00+08:00", "place": {"zone": "inside"}}


def add(admin: TestClient, content: bytes, kind: str = "notice") -> str:
    given = admin.post(f"/v1/documents?kind={kind}", content=content)
    assert given.status_code == 201, given.text
    return str(given.json()["sha256"])


def enact(admin: TestClient, notice: str, zone: str | None = None, **more: Any) -> Any:  # noqa: ANN401
    given = admin.post("/v1/in-force", json={"notice_sha256": notice, "zone_sha256": zone, "why": "新通告", **more})
    assert given.status_code == 201, given.text
    return given.json()


def changed(text: bytes, **words: str) -> bytes:
    """Return the built-in notice with other words in it."""
    for old, new in words.items():
        assert old.encode() in text
        text = text.replace(old.encode(), new.encode())
    return text


def test_a_new_store_holds_what_the_settings_name(signed_in: Callable[..., TestClient], store: Store) -> None:
    officer = signed_in("officer")
    found = officer.get("/v1/documents").json()["documents"]
    assert {(each["kind"], each["name"]) for each in found} == {("notice", "linyi-2023-5"), ("zone", "linyi-schematic")}
    standing = officer.get("/v1/in-force").json()["enactments"]
    assert [(each["notice"], each["made_by"], each["until"]) for each in standing] == [
        ("linyi-2023-5", "program", None)
    ]
    zone = load_builtin("linyi-schematic")
    for sha256, content in (
        (hashlib.sha256(builtin_text("linyi-2023-5")).hexdigest(), builtin_text("linyi-2023-5")),
        (zone.sha256, zone.text.encode()),
    ):
        assert officer.get(f"/v1/documents/{sha256}/content").content == content
        with store.read() as session:
            assert stored.document(session, sha256) == content


def test_what_answers_names_documents_that_the_store_holds(signed_in: Callable[..., TestClient], store: Store) -> None:
    officer = signed_in("officer")
    asked = {**CASE, "place": {"lon": 110.765, "lat": 35.14}}
    zone = officer.post("/v1/decide", json=asked).json()["zone"]["sha256"]
    notice = officer.get("/v1/notices/linyi-2023-5").json()["sha256"]
    with store.read() as session:
        assert stored.document(session, zone) is not None
        assert stored.document(session, notice) is not None
        assert stored.document(session, "0" * 64) is None


def test_seeding_twice_or_by_many_at_once_is_seeding_once(settings: Settings, store: Store) -> None:
    threads = [threading.Thread(target=seed, args=(store, settings.notices)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as session:
        assert len(stored.enactments(session, limit=50)) == 1


def test_a_notice_of_another_county_answers_after_an_upload_alone(signed_in: Callable[..., TestClient]) -> None:
    admin = signed_in("admin")
    before = admin.post("/v1/decide?notice=sx01-wenxi-2022", json=CASE)
    assert before.status_code == 422
    assert before.json()["errors"][0]["field"] == "query.notice"
    row = enact(admin, add(admin, WENXI))
    assert row["notice"] in [each["id"] for each in admin.get("/v1/notices").json()["notices"]]
    answer = admin.post(f"/v1/decide?notice={row['notice']}", json=CASE)
    assert answer.status_code == 200
    assert answer.json()["notice"] == row["notice"]
    # inside, and of two counties it is not said which
    unsaid = admin.post("/v1/decide", json=CASE)
    assert (unsaid.status_code, unsaid.json()["errors"][0]["field"]) == (422, "place.zone")
    assert admin.post("/v1/decide?notice=linyi-2023-5", json=CASE).json()["notice"] == "linyi-2023-5"


@pytest.mark.parametrize("pack", sorted(PACKS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_kind_of_notice_can_be_put_in_force(signed_in: Callable[..., TestClient], pack: Path) -> None:
    admin = signed_in("admin")
    row = enact(admin, add(admin, pack.read_bytes()))
    answer = admin.post(f"/v1/decide?notice={row['notice']}", json={**CASE, "place": None})
    assert answer.status_code == 200
    assert answer.json()["notice"] == row["notice"]
    assert admin.get(f"/v1/notices/{row['notice']}").json()["clauses"]


def test_a_changed_text_takes_over_and_undo_brings_the_old_one_back(signed_in: Callable[..., TestClient]) -> None:
    admin = signed_in("admin")
    assert admin.post("/v1/decide", json=CASE).json()["verdict"] == "prohibited"
    text = changed(builtin_text("linyi-2023-5"), **{'["06:00-22:00"]': '["06:00-09:00"]'})
    row = enact(admin, add(admin, text))
    assert admin.post("/v1/decide", json=CASE).json()["verdict"] == "allowed"
    old = admin.get("/v1/in-force").json()["enactments"][-1]
    assert old["until"] == row["since"]
    assert old["ended_by"] == row["id"]
    shown = admin.get(f"/v1/in-force/{row['id']}")
    undone = admin.post(
        f"/v1/in-force/{row['id']}/undo", json={"why": "抄错"}, headers={"if-match": shown.headers["etag"]}
    )
    assert undone.status_code == 200
    assert undone.json()["undone_by"] == "admin-1"
    assert admin.post("/v1/decide", json=CASE).json()["verdict"] == "prohibited"
    again = admin.get("/v1/in-force?at=2099-01-01T00:00:00Z").json()["enactments"]
    assert [each["id"] for each in again] == [old["id"]]
    twice = admin.post(
        f"/v1/in-force/{row['id']}/undo", json={"why": "抄错"}, headers={"if-match": undone.headers["etag"]}
    )
    assert (twice.status_code, twice.json()["code"]) == (409, "undone")


def test_only_the_last_change_can_be_undone_and_only_by_whom_saw_it(signed_in: Callable[..., TestClient]) -> None:
    admin = signed_in("admin")
    first = enact(admin, add(admin, builtin_text("linyi-2023-5") + b"# one\n"))
    enact(admin, add(admin, builtin_text("linyi-2023-5") + b"# two\n"))
    path = f"/v1/in-force/{first['id']}/undo"
    assert admin.post(path, json={"why": "x"}).status_code == 428
    assert admin.post(path, json={"why": "x"}, headers={"if-match": f'"{first["id"]}-1"'}).status_code == 412
    given = admin.post(path, json={"why": "x"}, headers={"if-match": "*"})
    assert (given.status_code, given.json()["code"]) == (409, "later_change")


def test_something_must_stay_in_force(signed_in: Callable[..., TestClient]) -> None:
    admin = signed_in("admin")
    only = admin.get("/v1/in-force").json()["enactments"][0]
    for act in ("end", "undo"):
        given = admin.post(f"/v1/in-force/{only['id']}/{act}", json={"why": "x"}, headers={"if-match": "*"})
        assert (given.status_code, given.json()["code"]) == (409, "nothing_left")
    assert admin.post("/v1/decide", json=CASE).status_code == 200
    other = enact(admin, add(admin, WENXI))
    ended = admin.post(f"/v1/in-force/{only['id']}/end", json={"why": "废止"}, headers={"if-match": "*"})
    assert ended.status_code == 200
    assert admin.post("/v1/decide", json=CASE).json()["notice"] == other["notice"]


def test_a_start_ahead_waits_for_its_instant(signed_in: Callable[..., TestClient]) -> None:
    admin = signed_in("admin")
    sha256 = add(admin, WENXI)
    past = admin.post("/v1/in-force", json={"notice_sha256": sha256, "why": "x", "since": "2020-01-01T00:00:00+08:00"})
    assert past.status_code == 422
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2.5)
    row = enact(admin, sha256, since=soon.isoformat())
    assert admin.get(f"/v1/notices/{row['notice']}").status_code == 404
    deadline = time.monotonic() + 20
    while admin.get(f"/v1/notices/{row['notice']}").status_code == 404:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert dt.datetime.now(dt.UTC) >= soon


def test_another_process_answers_by_a_change_within_seconds(
    signed_in: Callable[..., TestClient], settings: Settings
) -> None:
    admin = signed_in("admin")
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as other:
        row = enact(admin, add(admin, WENXI))
        deadline = time.monotonic() + 20
        while other.get(f"/v1/notices/{row['notice']}").status_code == 404:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_request_keeps_the_law_it_began_with(settings: Settings, store: Store) -> None:
    law = Law(settings.notices)
    seed(store, settings.notices)
    assert law.refresh(store)
    assert not law.refresh(store)
    begun = law.now
    with store.write() as session:
        from api.documents import service  # noqa: PLC0415

        sha256 = service.keep_notice(session, service.PROGRAM, WENXI)
        service.enact(session, service.PROGRAM, notice=sha256, zone=None, since=None, why="x")
    assert law.refresh(store)
    assert begun.ids == ("linyi-2023-5",)
    assert len(law.now.ids) == 2
    assert law.now.jurisdiction("linyi-2023-5") is begun.jurisdiction("linyi-2023-5")


@pytest.mark.parametrize(
    ("content", "line", "field"),
    [
        (b"format: truckban-notice-1\nid: X Y\n", 2, "id"),
        (b"", None, None),
        (b"\xff\xfe", None, None),
        (changed(builtin_text("linyi-2023-5"), **{"timezone: Asia/Shanghai": "timezone: Asia/Nowhere"}), 8, "timezone"),
    ],
)
def test_a_bad_notice_is_refused_with_line_and_field(
    unchanged: Callable[..., TestClient], content: bytes, line: int | None, field: str | None
) -> None:
    given = unchanged("admin").post("/v1/documents?kind=notice", content=content)
    assert given.status_code == 422
    assert given.json()["code"] == "invalid_notice"
    if line is not None:
        assert (line, field) in zip(given.json()["lines"], (e["field"] for e in given.json()["errors"]), strict=True)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b"\xff", b'{"truckban": {}, "features": []}', b"[" * 100_000, b'{"a":' * 5000],
)
def test_a_bad_zone_is_refused(unchanged: Callable[..., TestClient], content: bytes) -> None:
    given = unchanged("admin").post("/v1/documents?kind=zone", content=content)
    assert given.status_code == 422
    assert given.json()["errors"][0]["field"]


def test_a_zone_is_kept_as_the_program_writes_it(signed_in: Callable[..., TestClient]) -> None:
    admin = signed_in("admin")
    zone = load_builtin("linyi-schematic")
    assert add(admin, json.dumps(json.loads(zone.text), indent=1).encode(), "zone") == zone.sha256
    other = zone.text.replace('"zone": "linyi-schematic"', '"zone": "another"').encode()
    sha256 = add(admin, other, "zone")
    enact(admin, hashlib.sha256(builtin_text("linyi-2023-5")).hexdigest(), sha256)
    answer = admin.post("/v1/decide", json={**CASE, "place": {"lon": 110.765, "lat": 35.14}}).json()
    assert (answer["zone"]["id"], answer["zone"]["sha256"]) == ("another", sha256)


def test_the_same_file_twice_is_one(signed_in: Callable[..., TestClient]) -> None:
    admin = signed_in("admin")
    assert add(admin, WENXI) == add(admin, WENXI)
    assert [each["name"] for each in admin.get("/v1/documents").json()["documents"]].count("wenxi-2022") <= 1
    assert len(admin.get("/v1/documents").json()["documents"]) == 3


def test_one_key_puts_in_force_once(signed_in: Callable[..., TestClient]) -> None:
    admin = signed_in("admin")
    body = {"notice_sha256": add(admin, WENXI), "why": "x"}
    first, second = (admin.post("/v1/in-force", json=body, headers={"idempotency-key": "k1"}) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert len(admin.get("/v1/in-force").json()["enactments"]) == 2


def test_hashes_that_name_nothing_or_the_wrong_kind_are_refused(signed_in: Callable[..., TestClient]) -> None:
    admin = signed_in("admin")
    zone = load_builtin("linyi-schematic").sha256
    for body, field in (
        ({"notice_sha256": "0" * 64}, "body.notice_sha256"),
        ({"notice_sha256": zone}, "body.notice_sha256"),
        ({"notice_sha256": add(admin, WENXI), "zone_sha256": "0" * 64}, "body.zone_sha256"),
    ):
        given = admin.post("/v1/in-force", json={**body, "why": "x"})
        assert given.status_code == 422
        assert given.json()["errors"][0]["field"] == field


def test_a_notice_that_takes_over_from_one_that_is_not_there_is_refused(signed_in: Callable[..., TestClient]) -> None:
    admin = signed_in("admin")
    text = changed(builtin_text("linyi-2023-5"), **{"id: linyi-2023-5\n": "id: linyi-2030\nreplaces: [linyi-1999]\n"})
    given = admin.post("/v1/in-force", json={"notice_sha256": add(admin, text), "why": "x"})
    assert given.status_code == 422
    assert "linyi-1999" in given.json()["title"]
    assert len(admin.get("/v1/in-force").json()["enactments"]) == 1


def test_pages_of_documents_meet_without_gap_or_repeat(signed_in: Callable[..., TestClient]) -> None:
    admin = signed_in("admin")
    for number in range(5):
        add(admin, WENXI + f"# {number}\n".encode())
    found, cursor = [], None
    while True:
        page = admin.get("/v1/documents", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        found += [each["sha256"] for each in page["documents"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(found) == len(set(found)) == 7
    assert len(admin.get("/v1/documents?kind=zone").json()["documents"]) == 1


@pytest.mark.parametrize("role", ["anonymous", "driver", "enterprise", "reviewer", "officer", "auditor"])
def test_only_the_administrator_changes_the_law(signed_in: Callable[..., TestClient], role: str) -> None:
    other = signed_in(role)
    refused = 401 if role == "anonymous" else 403
    assert other.post("/v1/documents?kind=notice", content=WENXI).status_code == refused
    assert other.post("/v1/in-force", json={"notice_sha256": "0" * 64, "why": "x"}).status_code == refused
    reads = 200 if role in ("reviewer", "officer", "auditor") else refused
    assert other.get("/v1/in-force").status_code == reads
    assert other.get("/v1/documents").status_code == reads


def test_a_store_without_tables_leaves_the_law_as_it_is(settings: Settings, tmp_path: Path) -> None:
    law = Law(settings.notices)
    empty = Store(f"sqlite:///{tmp_path}/empty.sqlite")
    assert not law.refresh(empty)
    empty.close()
    assert law.ids == ("linyi-2023-5",)
