"""A notice that has warnings only at first: what it bans is banned from its first day, a penalty stands from a later one."""

from typing import Any

import pytest

from truckban.norms import Notice
from truckban.notices.load import builtin_notice
from truckban.notices.model import NoticePack
from truckban.questions.asking import answer
from truckban.report.words import clause_of, reason_words

INSIDE = {"zone": "inside"}


def law(**dates: str) -> Notice:
    pack = builtin_notice("linyi-2023-5").pack.model_dump(by_alias=True)
    stated = {"published": "2024-03-18", "in_force": "2024-04-01", "enforceable": "2024-05-01", **dates}
    return Notice(NoticePack.model_validate({**pack, "dates": stated}), sha256="0" * 64)


def ask(at: str, notice: Notice) -> dict[str, Any]:
    return answer({"vehicle": {"vehicle_type": "重型自卸货车"}, "at": at, "place": INSIDE}, notice, None)


@pytest.mark.parametrize(
    ("at", "verdict", "enforceable"),
    [
        ("2024-03-31T21:59:59+08:00", "allowed", True),
        ("2024-04-01T06:00:00+08:00", "prohibited", False),
        ("2024-04-30T21:59:59+08:00", "prohibited", False),
        ("2024-04-30T16:00:00Z", "allowed", True),
        ("2024-04-30T22:00:00Z", "prohibited", True),
        ("2024-05-01T06:00:00+08:00", "prohibited", True),
    ],
)
def test_while_there_are_warnings_only_a_ban_stands_and_no_penalty_does(
    at: str, verdict: str, *, enforceable: bool
) -> None:
    answered = ask(at, law())
    assert (answered["verdict"], answered["enforceable"]) == (verdict, enforceable)
    said = [reason for reason in answered["reasons"] if reason["code"] == "notice.warnings_only"]
    assert [reason["facts"] for reason in said] == ([] if enforceable else [{"enforceable": "2024-05-01"}])


def test_before_it_was_published_that_is_the_reason() -> None:
    answered = ask("2024-04-02T10:00:00+08:00", law(published="2024-04-10"))
    codes = [reason["code"] for reason in answered["reasons"]]
    assert not answered["enforceable"]
    assert "notice.not_yet_published" in codes
    assert "notice.warnings_only" not in codes


def test_the_reason_has_words_and_a_clause() -> None:
    assert "警告" in reason_words("notice.warnings_only", law()).zh
    assert clause_of("notice.warnings_only", law()) == "末"
