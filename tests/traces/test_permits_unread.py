"""A permit whose row cannot be read is still a permit: its holder is not accused of having none."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from driving import HEAVY, IN_BY_SECOND_STREET, at, drive, judged

from truckban.report.words import REASONS
from truckban.traces.lead.leads import Lead
from truckban.traces.read.fleet import read_permits

PLATE = str(HEAVY["plate"])


def _with(folder: Path, *permits: Mapping[str, object]) -> Lead:
    [lead] = judged(folder, drive(IN_BY_SECOND_STREET, at("10:00:00")), permits=permits).leads
    return lead


@pytest.mark.parametrize(
    "unreadable",
    [{"valid_to": "长期"}, {"windows": ["随时"]}, {"status": "不详"}, {"备注": "补办"}, {"area": {"type": "Point"}}],
    ids=lambda fields: next(iter(fields)),
)
def test_whose_permit_cannot_be_read_is_undetermined(tmp_path: Path, unreadable: Mapping[str, object]) -> None:
    lead = _with(tmp_path, {"plate": PLATE, **unreadable})
    assert (lead.verdict, lead.permit_status, lead.missing) == ("undetermined", "permit.unread", ("permit",))
    assert "permit.unread" in lead.reasons
    assert REASONS["permit.unread"].en


def test_another_plates_unreadable_permit_helps_nobody(tmp_path: Path) -> None:
    lead = _with(tmp_path, {"plate": "晋M54321", "valid_to": "长期"})
    assert (lead.verdict, lead.permit_status, lead.missing) == ("prohibited", "none", ())


def test_a_permit_that_was_read_and_does_not_cover_says_so_beside_the_unread_one(tmp_path: Path) -> None:
    lead = _with(tmp_path, {"plate": PLATE, "valid_to": "2024-05-07"}, {"plate": PLATE, "windows": ["随时"]})
    assert lead.verdict == "undetermined"
    assert set(lead.permit_status.split(";")) == {"permit.expired", "permit.unread"}


def test_a_permit_that_covers_is_enough_whatever_else_could_not_be_read(tmp_path: Path) -> None:
    good, bad = {"plate": PLATE}, {"plate": PLATE, "windows": ["随时"]}
    checked = judged(tmp_path, drive(IN_BY_SECOND_STREET, at("10:00:00")), permits=[bad, good])
    assert checked.leads == []
    assert checked.counts()["permits"] == {"read": 2, "used": 1, "rejected": 1}


@pytest.mark.parametrize(
    ("written", "status"), [("有效", "active"), ("Active", "active"), (" 吊销 ", "revoked"), ("已过期", "expired")]
)
def test_a_status_is_read_as_offices_write_it(tmp_path: Path, written: str, status: str) -> None:
    file = tmp_path / "permits.csv"
    file.write_text(f"plate,status\n{PLATE},{written}\n", encoding="utf-8")
    permits, rejects, read = read_permits(file)
    assert ([permit.status for permit in permits.permits], rejects, read) == ([status], [], 1)


def test_a_status_that_nobody_knows_is_rejected_with_the_words_that_are(tmp_path: Path) -> None:
    file = tmp_path / "permits.csv"
    file.write_text(f"plate,status\n{PLATE},绿色\n", encoding="utf-8")
    permits, [reject], _ = read_permits(file)
    assert permits.permits == ()
    assert [permit.plate for permit in permits.unread] == [PLATE]
    assert (reject.line, reject.field) == (2, "status")
    assert "有效" in reject.reason.zh
