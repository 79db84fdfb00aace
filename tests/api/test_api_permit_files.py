"""Files handed in with applications: what they are by content, and that nobody else gets at them."""

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from applying import done, drafted, step, submitted
from fastapi.testclient import TestClient

from api.permits import attachment_routes, files
from api.settings import Settings

Clients = Callable[..., TestClient]
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0\0\0\0"))
    + chunk(b"IEND", b"")
)


def send(client: TestClient, permit: str, content: bytes = PDF, name: str = "合同.pdf", **headers: str) -> Any:  # noqa: ANN401
    return client.post("/v1/attachments", params={"permit": permit, "name": name}, content=content, headers=headers)


def kept(settings: Settings) -> list[Path]:
    return [path for path in files.folder(settings).rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "name", "shown", "media"),
    [
        (PDF, "合同.pdf", "合同.pdf", "application/pdf"),
        (JPEG, "行驶证.JPEG", "行驶证.JPEG", "image/jpeg"),
        (PNG, "x.pdf", "x.pdf.png", "image/png"),
        (PDF, "../../etc/passwd", "passwd.pdf", "application/pdf"),
        (PDF, "C:\\windows\\a.pdf", "a.pdf", "application/pdf"),
        (PDF, "..", "attachment.pdf", "application/pdf"),
        (PDF, 'a"; filename="b.html', "a; filename=b.html.pdf", "application/pdf"),
        (PDF, "a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf", "application/pdf"),
        (PDF, "长" * 200, "长" * 120 + ".pdf", "application/pdf"),
    ],
    ids=["pdf", "jpeg", "png named pdf", "folders", "drive", "dots", "quote", "line end", "long"],
)
def test_a_file_is_what_its_content_says_and_its_name_is_text(
    signed_in: Clients, settings: Settings, content: bytes, name: str, shown: str, media: str
) -> None:
    driver = signed_in("driver")
    id_ = drafted(driver)
    given = send(driver, id_, content, name)
    assert given.status_code == 201, given.text
    assert (given.json()["name"], given.json()["media_type"]) == (shown, media)
    (file,) = kept(settings)
    assert file.read_bytes() == content
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.suffix == ""
    got = driver.get(given.headers["location"])
    assert (got.content, got.headers["content-type"]) == (content, media)
    assert got.headers["content-disposition"].startswith("attachment; ")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in got.headers
    assert driver.get(f"/v1/permits/{id_}").json()["attachments"][0]["sha256"] == given.json()["sha256"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"<html><script>alert(1)</script></html>", "media_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "media_type"),
        (b"PK\x03\x04" + bytes(100), "media_type"),
        (b"MZ" + bytes(200), "media_type"),
        (b"hello", "media_type"),
        (bytes(1000), "media_type"),
        (b"\n\n" + PDF, "media_type"),
        (PDF[:20], "cut_off"),
        (PNG[:-4], "cut_off"),
        (PNG + b"<script>alert(1)</script>", "cut_off"),
        (PDF.replace(b"endobj", b"<script>alert(1)</script>"), "two_kinds"),
        (JPEG[:4] + b"<html><body>" + JPEG[4:], "two_kinds"),
        (JPEG + b"PK\x05\x06" + bytes(18), "two_kinds"),
        (JPEG[:20] + PDF, "two_kinds"),
    ],
    ids=[
        *("empty", "html", "svg", "zip", "exe", "text", "nothing", "late pdf", "cut pdf", "cut png", "png and script"),
        *("pdf and script", "jpeg and html", "jpeg and zip", "jpeg and pdf"),
    ],
)
def test_a_file_that_lies_about_itself_is_refused(
    signed_in: Clients, settings: Settings, content: bytes, code: str
) -> None:
    driver = signed_in("driver")
    given = send(driver, drafted(driver), content, "证明.pdf")
    assert (given.status_code, given.json()["code"]) == (422, code)
    assert kept(settings) == []


def test_a_file_that_is_too_large_is_refused(settings: Settings, signed_in: Clients) -> None:
    driver = signed_in("driver")
    id_ = drafted(driver)
    most = settings.attachment_bytes
    assert send(driver, id_, PDF[:-7] + b" " * (most - len(PDF)) + b"%%EOF\n\n").status_code == 201
    assert send(driver, id_, PDF + b" " * most).status_code == 413
    assert driver.post("/v1/permits", content=b" " * (settings.body_bytes + 1)).status_code == 413
    assert len(kept(settings)) == 1


def test_an_application_has_twenty_files_at_most(signed_in: Clients) -> None:
    driver = signed_in("driver")
    id_ = drafted(driver)
    codes = [send(driver, id_).status_code for _ in range(21)]
    assert codes == [201] * 20 + [409]


def test_files_are_for_the_applicant_and_who_decides_and_each_look_is_recorded(signed_in: Clients) -> None:
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    id_ = drafted(driver)
    path = send(driver, id_).headers["location"]
    assert reviewer.get(path).status_code == 404
    done(driver, id_, "submit")
    assert reviewer.get(path).content == PDF
    assert signed_in("driver", "d2").get(path).status_code == 404
    for role in ("officer", "admin"):
        assert signed_in(role).get(path).status_code == 403, role
    assert signed_in("auditor").get(path).content == PDF
    assert signed_in("anonymous").get(path).status_code == 401
    looks = [
        each for each in signed_in("auditor").get("/v1/audit").json()["items"] if each["action"] == "attachment.look"
    ]
    assert [each["actor"] for each in looks] == ["auditor-1", "reviewer-1"]


def test_files_come_and_go_only_while_the_applicant_has_it(signed_in: Clients, settings: Settings) -> None:
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    id_ = drafted(driver)
    path = send(driver, id_).headers["location"]
    tag = driver.get(f"/v1/permits/{id_}").headers["etag"]
    assert driver.delete(path).status_code == 428
    assert driver.delete(path, headers={"if-match": '"x"'}).status_code == 412
    assert driver.delete(path, headers={"if-match": tag}).status_code == 204
    assert kept(settings) == []
    assert driver.delete(path, headers={"if-match": "*"}).status_code == 404
    path = send(driver, id_).headers["location"]
    done(driver, id_, "submit")
    assert send(driver, id_).json()["code"] == "not_changeable"
    assert driver.delete(path, headers={"if-match": "*"}).status_code == 409
    done(reviewer, id_, "return", codes=["attachment"], reason="看不清")
    assert send(signed_in("driver", "d2"), id_).status_code == 404
    assert driver.delete(path, headers={"if-match": "*"}).status_code == 204
    assert len(kept(settings)) == 0


def test_a_new_file_makes_it_another_application(signed_in: Clients) -> None:
    driver, reviewer = signed_in("driver"), signed_in("reviewer")
    id_ = submitted(driver)
    tag = reviewer.get(f"/v1/permits/{id_}").headers["etag"]
    done(reviewer, id_, "return", codes=["attachment"], reason="补件")
    send(driver, id_)
    done(driver, id_, "submit")
    assert step(reviewer, id_, "approve", tag).status_code == 412


def test_the_same_key_keeps_one_file(signed_in: Clients, settings: Settings) -> None:
    driver = signed_in("driver")
    id_ = drafted(driver)
    first, second = (send(driver, id_, **{"idempotency-key": "k"}) for _ in range(2))
    assert first.json() == second.json()
    assert len(kept(settings)) == 1
    assert send(driver, id_, PNG, **{"idempotency-key": "k"}).status_code == 422
    assert len(kept(settings)) == 1


def test_what_a_crash_leaves_is_no_attachment_and_is_removed_later(
    signed_in: Clients, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = signed_in("driver")
    id_ = drafted(driver)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the power went out")

    with monkeypatch.context() as patched:
        patched.setattr(attachment_routes, "note", broken)
        with pytest.raises(RuntimeError):
            send(driver, id_)
    assert kept(settings) == []
    assert driver.get(f"/v1/permits/{id_}").json()["attachments"] == []
    # a kill leaves the file without its row
    monkeypatch.setattr(files.secrets, "token_hex", lambda _: "ab" + os.urandom(15).hex())
    orphan = files.folder(settings) / files.keep(settings, PDF)
    young = files.folder(settings) / files.keep(settings, PDF)
    os.utime(orphan, (0, 0))
    own = send(driver, id_).headers["location"]
    assert (orphan.exists(), young.exists()) == (False, True)
    for path in kept(settings):
        os.utime(path, (0, 0))
    send(driver, id_, PNG)
    assert not young.exists()
    assert driver.get(own).content == PDF


def test_a_file_that_the_disk_lost_is_gone(signed_in: Clients, settings: Settings) -> None:
    driver = signed_in("driver")
    path = send(driver, drafted(driver)).headers["location"]
    kept(settings)[0].unlink()
    assert driver.get(path).status_code == 410


def test_a_disk_that_takes_no_more_is_said(signed_in: Clients, settings: Settings) -> None:
    driver = signed_in("driver")
    id_ = drafted(driver)
    files.folder(settings).parent.mkdir(parents=True, exist_ok=True)
    files.folder(settings).write_bytes(b"")  # a file where the folder should be
    assert send(driver, id_).status_code == 507
    assert driver.get(f"/v1/permits/{id_}").json()["attachments"] == []
