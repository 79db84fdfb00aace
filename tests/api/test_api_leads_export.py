"""Exports: every lead once, plates masked unless there is a right and a reason, cells that no spreadsheet runs."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from lead_rows import added, row
from python_calamine import CalamineWorkbook

from api.leads import exporting
from api.store.database import Store
from api.store.tables.audit import AuditEntry

SignedIn = Callable[..., TestClient]


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def sheets(content: bytes) -> list[list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def test_both_kinds_have_every_lead_once_with_masked_plates(signed_in: SignedIn, store: Store, tmp_path: Path) -> None:
    added(store, [row(n) for n in range(1203)], tmp_path)
    officer = signed_in("officer")
    text = officer.get("/v1/leads/export").text
    table = rows_of(text)
    (sheet,) = sheets(officer.get("/v1/leads/export", params={"format": "xlsx"}).content)
    assert len({each["lead_id"] for each in table}) == len(table) == len(sheet) - 1 == 1203
    assert [each["lead_id"] for each in table] == [each[0] for each in sheet[1:]]
    assert {each["plate"] for each in table} == {f"晋M***{n:02}" for n in range(50)}
    assert {each["plates"] for each in table} == {"masked"}
    assert table[0]["notice_sha256"] == "a" * 64


def test_full_plates_need_the_right_and_a_reason_and_are_on_record(
    signed_in: SignedIn, store: Store, tmp_path: Path
) -> None:
    added(store, [row(1)], tmp_path)
    officer = signed_in("officer")
    full = {"plates": "full"}
    assert officer.get("/v1/leads/export", params=full).status_code == 422
    assert officer.get("/v1/leads/export", params={**full, "why": "  "}).status_code == 422
    assert signed_in("admin").get("/v1/leads/export", params={**full, "why": "好奇"}).status_code == 403
    assert signed_in("driver").get("/v1/leads/export").status_code == 403
    table = rows_of(officer.get("/v1/leads/export", params={**full, "why": "移送处理"}).text)
    assert table[0]["plate"] == "晋M10001"
    with store.read() as session:
        entries = list(session.scalars(sa.select(AuditEntry).where(AuditEntry.action.startswith("lead."))))
        session.expunge_all()
    assert [(each.action, each.why, each.details["plates"]) for each in entries] == [
        ("lead.export", "移送处理", "full")
    ]


def test_a_spreadsheet_runs_nothing_that_a_fleet_wrote(signed_in: SignedIn, store: Store, tmp_path: Path) -> None:
    added(store, [row(1, vehicle_id='=HYPERLINK("http://x","y")', roads=["@SUM(A1)", "五一路"])], tmp_path)
    (one,) = rows_of(signed_in("officer").get("/v1/leads/export").text)
    assert one["vehicle_id"].startswith("'=")
    assert one["roads"].startswith("'@")


def test_what_is_beyond_a_sheet_is_on_the_next(
    signed_in: SignedIn, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_ROWS", 4)
    added(store, [row(n) for n in range(9)], tmp_path)
    found = sheets(signed_in("officer").get("/v1/leads/export", params={"format": "xlsx"}).content)
    assert [len(each) for each in found] == [5, 5, 2]


def test_an_export_of_nothing_has_its_head(signed_in: SignedIn) -> None:
    officer = signed_in("officer")
    assert officer.get("/v1/leads/export").text.startswith("\ufefflead_id,state")
    assert len(sheets(officer.get("/v1/leads/export", params={"format": "xlsx"}).content)[0]) == 1
