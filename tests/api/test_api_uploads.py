"""Uploads in pieces: what is acknowledged is there, whatever the order, the hash or the disk."""

import datetime as dt
import hashlib
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from uploading import PIECE, WHY, begin, day, send, stored_files, upload

from api.settings import Settings
from api.store.audit import head_of, verify
from api.store.base import now
from api.store.database import Store
from api.store.jobs import anything_to_do
from api.store.tables.runs import Upload
from api.traces.files import PIECE_BYTES, opened, uploads_folder
from api.traces.media import media_type
from api.traces.purge import purge_uploads
from zones.errors import InputError

Clients = Callable[..., TestClient]


def test_pieces_make_the_file(signed_in: Clients, settings: Settings, store: Store) -> None:
    client, data = signed_in("officer"), day()["traces"]
    url = begin(client, "traces", data, sha256=hashlib.sha256(data).hexdigest())
    for offset in range(0, len(data), 50_000):
        answer = send(client, url, data[offset : offset + 50_000], offset)
        assert answer.status_code == 204
        assert answer.headers["upload-offset"] == str(min(offset + 50_000, len(data)))
        assert answer.headers["tus-resumable"] == "1.0.0"
    shown = client.get(url).json()
    assert (shown["state"], shown["offset"], shown["media_type"]) == ("complete", len(data), "text/csv")
    assert stored_files(settings)[0].read_bytes() == data
    with store.read() as session:
        assert not anything_to_do(session)
        assert verify(session).fault is None


def test_a_piece_out_of_order_is_told_where_to_go_on(signed_in: Clients) -> None:
    client, data = signed_in("officer"), day()["traces"]
    url = begin(client, "traces", data)
    assert send(client, url, data[:100]).status_code == 204
    for offset in (0, 99, 101, 200):
        answer = send(client, url, data[offset : offset + 50], offset)
        assert answer.status_code == 409
        assert answer.headers["upload-offset"] == "100"
        assert answer.json()["offset"] == 100
    assert client.head(url).headers["upload-offset"] == "100"
    assert client.head(url).headers["cache-control"] == "no-store"
    assert send(client, url, data[100:], 100).status_code == 204
    again = send(client, url, b"", len(data))
    assert (again.status_code, again.json()["code"]) == (409, "complete")


def test_bytes_of_a_piece_that_was_never_acknowledged_are_written_again(signed_in: Clients, settings: Settings) -> None:
    client, data = signed_in("officer"), day()["vehicles"]
    url = begin(client, "vehicles", data)
    send(client, url, data[:100])
    with stored_files(settings)[0].open("ab") as file:
        file.write(b"rubbish of a server that was killed")
    assert send(client, url, data[100:], 100).status_code == 204
    assert client.get(url).json()["state"] == "complete"
    assert stored_files(settings)[0].read_bytes() == data


def test_a_wrong_hash_is_refused_and_the_file_is_gone(signed_in: Clients, settings: Settings, store: Store) -> None:
    client, data = signed_in("officer"), day()["vehicles"]
    url = begin(client, "vehicles", data, sha256="0" * 64)
    answer = send(client, url, data)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "sha256")
    shown = client.get(url).json()
    assert (shown["state"], shown["fault"]["field"]) == ("refused", "sha256")
    assert stored_files(settings) == []
    assert send(client, url, data).status_code == 410
    with store.read() as session:
        assert not anything_to_do(session)


def test_the_same_upload_twice_with_one_key_is_one_upload(signed_in: Clients) -> None:
    client = signed_in("officer")
    asked = {"kind": "traces", "file_name": "a.csv", "size": 10, "why": WHY}
    first, second = (client.post("/v1/traces/uploads", json=asked, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json() == second.json()
    assert len(client.get("/v1/traces/uploads").json()["uploads"]) == 1
    other = client.post("/v1/traces/uploads", json={**asked, "size": 11}, headers={"Idempotency-Key": "k"})
    assert other.status_code == 422


def test_the_same_file_twice_is_two_uploads_of_the_same_hash(signed_in: Clients) -> None:
    client, data = signed_in("officer"), day()["vehicles"]
    ids = [upload(client, "vehicles", data) for _ in range(2)]
    assert ids[0] != ids[1]
    assert len({client.get(f"/v1/traces/uploads/{id_}").json()["sha256"] for id_ in ids}) == 1


def test_more_than_was_said_or_than_a_piece_may_have_is_refused(signed_in: Clients) -> None:
    client = signed_in("officer")
    url = begin(client, "traces", b"a,b\n" * 10)
    assert send(client, url, b"a,b\n" * 11).status_code == 413
    assert client.head(url).headers["upload-offset"] == "0"
    large = begin(client, "traces", b" " * (PIECE_BYTES + 2))
    assert send(client, large, b"a" * (PIECE_BYTES + 1)).status_code == 413
    assert client.head(large).headers["upload-offset"] == "0"


def test_a_file_larger_than_the_setting_is_refused_at_once(signed_in: Clients, settings: Settings) -> None:
    asked = {"kind": "traces", "file_name": "a.csv", "size": settings.upload_bytes + 1, "why": WHY}
    answer = signed_in("officer").post("/v1/traces/uploads", json=asked)
    assert (answer.status_code, answer.json()["limit"]) == (413, settings.upload_bytes)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "virus"},
        {"file_name": "a.exe"},
        {"file_name": "../a.csv"},
        {"file_name": "a\x00.csv"},
        {"file_name": ".csv"},
        {"file_name": "\ud800.csv"},
        {"file_name": "大" * 90 + ".csv"},
        {"size": 0},
        {"size": 10**30},
        {"size": "10"},
        {"size": True},
        {"sha256": "xyz"},
        {"crs": "mars"},
        {"why": "  "},
        {"why": "a\x00"},
        {"more": 1},
    ],
)
def test_a_description_that_cannot_be_is_refused(unchanged: Clients, change: dict[str, object]) -> None:
    import json  # noqa: PLC0415

    asked = {"kind": "traces", "file_name": "a.csv", "size": 10, "why": WHY, **change}
    content = json.dumps(asked).encode()
    answer = unchanged("officer").post(
        "/v1/traces/uploads", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422, answer.text


def test_headers_of_a_piece_must_be_right(signed_in: Clients) -> None:
    client = signed_in("officer")
    url = begin(client, "traces", b"a,b\n")
    assert (
        client.patch(url, content=b"a", headers={"Upload-Offset": "0", "Content-Type": "text/csv"}).status_code == 415
    )
    assert client.patch(url, content=b"a", headers=PIECE).status_code == 422
    assert client.patch(url, content=b"a", headers={**PIECE, "Upload-Offset": "-1"}).status_code == 422
    old = client.patch(url, content=b"a", headers={**PIECE, "Upload-Offset": "0", "Tus-Resumable": "0.2.2"})
    assert (old.status_code, old.headers["tus-version"]) == (412, "1.0.0")


def test_somebody_elses_upload_is_not_there(signed_in: Clients) -> None:
    data = day()["vehicles"]
    url = begin(signed_in("officer", "officer-1"), "vehicles", data)
    other = signed_in("officer", "officer-2")
    for answer in (other.get(url), other.head(url), send(other, url, data), other.delete(url)):
        assert answer.status_code == 404
    assert other.get("/v1/traces/uploads").json()["uploads"] == []
    assert len(signed_in("auditor").get("/v1/traces/uploads").json()["uploads"]) == 1
    assert send(signed_in("auditor"), url, data).status_code == 403
    assert signed_in("anonymous").get(url).status_code == 401
    assert signed_in("driver").get(url).status_code == 403


def test_a_file_that_is_being_written_takes_no_second_piece(
    signed_in: Clients, settings: Settings, store: Store
) -> None:
    client, data = signed_in("officer"), day()["vehicles"]
    url = begin(client, "vehicles", data)
    send(client, url, data[:10])
    with store.read() as session:
        path = session.scalars(sa.select(Upload.path)).one()
    with opened(uploads_folder(settings) / path):
        answer = send(client, url, data[10:], 10)
        assert (answer.status_code, answer.headers["retry-after"]) == (423, "1")
    assert send(client, url, data[10:], 10).status_code == 204


@contextmanager
def _files_at_most(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_loses_nothing_that_was_acknowledged(signed_in: Clients, settings: Settings) -> None:
    client = signed_in("officer")
    data = b"a,b\n" * 5_000_000
    url = begin(client, "traces", data)
    assert send(client, url, data[:8_000_000]).status_code == 204
    with _files_at_most(12_000_000):
        answer = send(client, url, data[8_000_000:16_000_000], 8_000_000)
        assert (answer.status_code, answer.json()["code"]) == (507, "no_space")
    assert client.head(url).headers["upload-offset"] == "8000000"
    assert send(client, url, data[8_000_000:], 8_000_000).status_code == 204
    assert stored_files(settings)[0].read_bytes() == data


def test_what_is_not_what_its_name_says_is_refused(signed_in: Clients) -> None:
    client = signed_in("officer")
    for name, data in (
        ("a.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 9000),
        ("a.parquet", b"a,b\n" * 3000),
        ("a.xlsx", b"%PDF-1.7"),
    ):
        url = begin(client, "traces", data + b"x", name)
        answer = send(client, url, data)
        if answer.status_code == 204:  # so short that only the whole tells
            answer = send(client, url, b"x", len(data))
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "file_name"), name


@pytest.mark.parametrize(
    ("name", "head", "fits"),
    [
        ("a.csv", "车辆,时间\n".encode("gbk"), True),
        ("a.csv", "a,b\n".encode("utf-16"), True),
        ("a.csv", b"#!/bin/sh\n", False),
        ("a.csv", b"{}", False),
        ("a.gpx", b'<?xml version="1.0"?><gpx>', True),
        ("a.gpx", b"<html>", False),
        ("a.geojson", b'\xef\xbb\xbf {"type"', True),
        ("a.jt808", b"~\x02\x00\x00", True),
        ("a.parquet", b"PAR1" + b"\0" * 20, True),
        ("a.parquet", b"PAR1", False),
        ("a.xlsx", b"PK\x03\x04", True),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", True),
    ],
)
def test_content_is_held_against_the_ending(name: str, head: bytes, fits: bool) -> None:  # noqa: FBT001
    if fits:
        assert "/" in media_type(head, name, len(head))
    else:
        with pytest.raises(InputError):
            media_type(head, name, len(head))


def test_uploads_that_nobody_goes_on_with_and_raw_fixes_past_their_time_are_deleted(
    signed_in: Clients, settings: Settings, store: Store
) -> None:
    client, data = signed_in("officer"), day()["vehicles"]
    left = begin(client, "vehicles", data)
    send(client, left, data[:10])
    fresh = begin(client, "vehicles", data)
    send(client, fresh, data[:10])
    old = f"/v1/traces/uploads/{upload(client, 'vehicles', data)}"
    with store.write() as session:
        for url, column, age in (
            (left, "touched_at", dt.timedelta(hours=25)),
            (old, "created_at", dt.timedelta(days=31)),
        ):
            session.execute(sa.update(Upload).where(Upload.id == url.rpartition("/")[2]).values({column: now() - age}))
    assert purge_uploads(store, settings) == {"raw": 1, "forgotten": 1, "results": 0, "orphans": 0}
    assert [client.get(url).json()["state"] for url in (left, fresh, old)] == ["purged", "open", "purged"]
    assert len(stored_files(settings)) == 1
    assert purge_uploads(store, settings) == {"raw": 0, "forgotten": 0, "results": 0, "orphans": 0}
    with store.read() as session:
        assert head_of(session).number > 0
        assert verify(session).fault is None


def test_a_deleted_upload_is_gone(signed_in: Clients, settings: Settings) -> None:
    client, data = signed_in("officer"), day()["vehicles"]
    url = f"/v1/traces/uploads/{upload(client, 'vehicles', data)}"
    assert client.delete(url).status_code == 204
    assert stored_files(settings) == []
    assert client.delete(url).status_code == 404
