"""What an operator says of a registry: other names, credit codes, lists that do not count; kept with who and when."""

import datetime as dt
from dataclasses import replace

import pytest

from enterprises.codes import check_character
from enterprises.draft import Draft, DraftLine
from enterprises.errors import EnterpriseError
from enterprises.importing import with_list
from enterprises.names import Matcher
from enterprises.operating import (
    Said,
    with_alias,
    with_code,
    with_list_restored,
    with_list_withdrawn,
    without_alias,
    without_code,
)
from enterprises.registry import Act, Registry
from enterprises.registry_file import builtin_registry, parse_registry, written

OLD = builtin_registry()
NAMES = [line.name for line in OLD.lists[0].lines]
FIRST, SECOND = "linyi-2023-18-01", "linyi-2023-18-02"
SAID = Said("治超办示意", dt.date(2024, 6, 1))
CODE = "91140821MA0ABCDE1"
CODE += check_character(CODE)


def later(registry: Registry, day: dt.date, *names: str, doc_no: str) -> Registry:
    lines = tuple(DraftLine(name, number) for number, name in enumerate(names, start=1))
    return with_list(registry, Draft("new.csv", "0" * 64, lines, issued=day, doc_no=doc_no))


def same(registry: Registry) -> Registry:
    return parse_registry(written(registry), file="r.json")


NEW = later(OLD, dt.date(2024, 6, 1), *NAMES[1:], "临猗县示意甲商砼有限公司", doc_no="临政办发〔2024〕9号")


def test_an_alias_is_matched_until_it_is_taken_back_and_both_are_kept() -> None:
    assert Matcher(OLD).match("老城搅拌站").match is None
    known = with_alias(OLD, FIRST, " 老城搅拌站 ", SAID)
    found = Matcher(same(known)).match("老城搅拌站").match
    assert found is not None
    assert found.enterprise == FIRST
    assert "别名（治超办示意）" in found.why.zh
    back = same(without_alias(known, FIRST, "老城搅拌站", replace(SAID, by="乙")))
    assert Matcher(back).match("老城搅拌站").match is None
    assert back.acts == (
        Act("alias", FIRST, "治超办示意", SAID.date, "老城搅拌站"),
        Act("alias.remove", FIRST, "乙", SAID.date, "老城搅拌站"),
    )


@pytest.mark.parametrize(
    ("enterprise", "name", "said"),
    [
        (FIRST, NAMES[0], "a name of this enterprise already"),
        (FIRST, NAMES[1], f"a name of {NAMES[1]} already"),
        (FIRST, " ", "1 to 200 characters"),
        (FIRST, "（）", "1 to 200 characters"),
        (FIRST, "甲" * 201, "1 to 200 characters"),
        ("nobody", "甲", "no enterprise has the id"),
    ],
)
def test_an_alias_that_cannot_be_is_refused(enterprise: str, name: str, said: str) -> None:
    with pytest.raises(EnterpriseError, match=said):
        with_alias(OLD, enterprise, name, SAID)


def test_an_alias_of_one_cannot_become_the_alias_of_another() -> None:
    known = with_alias(OLD, FIRST, "老城搅拌站", SAID)
    with pytest.raises(EnterpriseError, match=f"a name of {NAMES[0]} already"):
        with_alias(known, SECOND, "老城搅拌站", SAID)
    with pytest.raises(EnterpriseError, match="has no alias"):
        without_alias(known, SECOND, "老城搅拌站", SAID)


def test_a_code_decides_whose_a_name_is_until_it_is_taken_back() -> None:
    known = same(with_code(OLD, FIRST, CODE.lower(), SAID))
    assert known.code_of(FIRST) == CODE
    found = Matcher(known).match("随便什么名称", credit_code=CODE).match
    assert found is not None
    assert found.enterprise == FIRST
    for enterprise, said in ((FIRST, "known already"), (SECOND, f"that of {NAMES[0]} already")):
        with pytest.raises(EnterpriseError, match=said):
            with_code(known, enterprise, CODE, SAID)
    back = same(without_code(known, FIRST, SAID))
    assert back.code_of(FIRST) is None
    assert [act.act for act in back.acts] == ["code", "code.remove"]
    with pytest.raises(EnterpriseError, match="no code was given"):
        without_code(back, FIRST, SAID)


def test_a_code_with_a_wrong_check_character_is_refused() -> None:
    with pytest.raises(EnterpriseError, match="check character"):
        with_code(OLD, FIRST, CODE[:-1] + ("1" if CODE[-1] != "1" else "2"), SAID)


def test_nobody_is_no_source() -> None:
    with pytest.raises(EnterpriseError, match="who says so"):
        Said(" ", dt.date(2024, 6, 1))


def test_a_withdrawn_list_does_not_count_and_is_kept_with_who_when_and_why() -> None:
    day = dt.date(2024, 7, 1)
    assert [NEW.entry(FIRST, day).listed, len(NEW.listed(day))] == [False, 24]
    back = same(with_list_withdrawn(NEW, "linyi-2024-9", SAID, "导错了文件"))
    assert back.entry(FIRST, day).listed
    assert back.spans(FIRST) == OLD.spans(FIRST)
    assert [one.id for one in back.withdrawn] == ["linyi-2024-9"]
    assert back.withdrawn[0] == NEW.lists[1]
    assert back.acts[-1] == Act("withdraw", "linyi-2024-9", "治超办示意", SAID.date, "导错了文件")
    added = NEW.lists[1].lines[-1].enterprise
    assert back.entry(added, day).name == "临猗县示意甲商砼有限公司"
    assert not back.entry(added, day).listed
    assert Matcher(back).match("临猗县示意甲商砼有限公司").match is None


def test_a_restored_list_is_as_before_and_the_withdrawal_stays_written() -> None:
    gone = with_list_withdrawn(NEW, "linyi-2024-9", SAID, "导错了文件")
    back = same(with_list_restored(gone, "linyi-2024-9", SAID, "原来没错"))
    assert (back.lists, dict(back.enterprises), back.withdrawn) == (NEW.lists, dict(NEW.enterprises), ())
    assert [act.act for act in back.acts] == ["withdraw", "restore"]


def test_a_list_in_the_middle_is_withdrawn_and_the_one_before_it_holds_on() -> None:
    three = later(NEW, dt.date(2025, 1, 1), *NAMES, doc_no="临政办发〔2025〕1号")
    assert len(three.spans(FIRST)) == 2
    assert len(with_list_withdrawn(three, "linyi-2024-9", SAID, "错").spans(FIRST)) == 1


def test_what_cannot_be_withdrawn_or_restored_is_refused_in_a_sentence() -> None:
    with pytest.raises(EnterpriseError, match="the only list"):
        with_list_withdrawn(OLD, "linyi-2023-18", SAID, "错")
    with pytest.raises(EnterpriseError, match="there is no list x; there are: linyi-2023-18, linyi-2024-9"):
        with_list_withdrawn(NEW, "x", SAID, "错")
    with pytest.raises(EnterpriseError, match="a reason is needed"):
        with_list_withdrawn(NEW, "linyi-2024-9", SAID, " ")
    with pytest.raises(EnterpriseError, match="there is no list linyi-2024-9; there are: -"):
        with_list_restored(NEW, "linyi-2024-9", SAID, "错")


def test_a_list_from_the_same_day_stands_in_the_way_of_restoring() -> None:
    gone = with_list_withdrawn(NEW, "linyi-2024-9", SAID, "错")
    other = later(gone, dt.date(2024, 6, 1), *NAMES, doc_no="临政办发〔2024〕10号")
    with pytest.raises(EnterpriseError, match="holds from 2024-06-01, no later than"):
        with_list_restored(other, "linyi-2024-9", SAID, "对")


def test_the_id_of_a_withdrawn_list_is_not_given_again() -> None:
    gone = with_list_withdrawn(NEW, "linyi-2024-9", SAID, "错")
    with pytest.raises(EnterpriseError, match="--id"):
        later(gone, dt.date(2024, 6, 1), *NAMES, doc_no="临政办发〔2024〕9号")


def test_a_registry_without_acts_has_the_bytes_that_it_had() -> None:
    assert b'"acts"' not in written(OLD)
    assert b'"withdrawn"' not in written(OLD)
    assert written(same(OLD)) == written(OLD)
