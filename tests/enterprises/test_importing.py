"""A new list beside the old: what changes, who keeps the id, from when to when."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from enterprises.codes import check_character
from enterprises.draft import Draft, DraftLine
from enterprises.errors import EnterpriseError
from enterprises.importing import compared, with_list
from enterprises.keeping import keep
from enterprises.names import Matcher
from enterprises.registry import DAY, Registry, Span
from enterprises.registry_file import builtin_registry, parse_registry, read_registry, written

OLD = builtin_registry()
NAMES = [line.name for line in OLD.lists[0].lines]
SINCE = OLD.lists[0].valid_from
LATER = dt.date(2024, 6, 1)
BODY = "91000000MA0000001"
CODE = BODY + check_character(BODY)


def draft(*names: str, issued: dt.date = LATER, codes: dict[str, str] | None = None) -> Draft:
    lines = tuple(DraftLine(name, number, (codes or {}).get(name)) for number, name in enumerate(names, start=2))
    return Draft("new.csv", "0" * 64, lines, issued=issued, doc_no=f"临政办发〔{issued.year}〕{issued.month}号")


def test_the_same_list_changes_nothing() -> None:
    change = compared(OLD, draft(*NAMES))
    assert change.empty
    assert len(change.kept) == 24


def test_added_removed_and_written_otherwise_are_told_apart() -> None:
    names = ["临猗县汇鑫商砼有限责任公司", *NAMES[2:], "临猗县示意甲商砼有限公司"]
    change = compared(OLD, draft(*names))
    assert change.added == ("临猗县示意甲商砼有限公司",)
    assert change.removed == (NAMES[1],)
    assert [(one.before, one.name) for one in change.renamed] == [(NAMES[0], names[0])]


def test_a_name_that_leaves_something_out_is_not_taken_for_the_same_without_being_told() -> None:
    change = compared(OLD, draft("汇鑫商砼有限公司", *NAMES[1:]))
    assert change.added == ("汇鑫商砼有限公司",)
    assert [(likely.before, likely.name) for likely in change.likely] == [(NAMES[0], "汇鑫商砼有限公司")]


def test_a_new_name_is_the_old_enterprise_where_a_person_says_so_or_the_credit_code() -> None:
    new = "临猗瑞帝斯新材料有限公司"
    names = [*NAMES[:2], new, *NAMES[3:]]
    assert compared(OLD, draft(*names)).added == (new,)
    assert [likely.name for likely in compared(OLD, draft(*names)).likely] == [new]
    told = compared(OLD, draft(*names), renamed={NAMES[2]: new})
    assert [(one.before, one.name) for one in told.renamed] == [(NAMES[2], new)]
    third = list(OLD.enterprises)[2]
    known = replace(OLD, enterprises={**OLD.enterprises, third: replace(OLD.enterprises[third], credit_code=CODE)})
    coded = compared(known, draft(*names, codes={new: CODE}))
    assert [one.enterprise for one in coded.renamed] == [third]


def test_every_entry_is_valid_from_its_list_to_the_day_before_the_next() -> None:
    new = with_list(OLD, draft(*NAMES[1:], "临猗县示意甲商砼有限公司"))
    first, second = list(OLD.enterprises)[:2]
    assert new.lists[1].id == "linyi-2024-6"
    assert new.spans(first) == (Span(SINCE, LATER - DAY),)
    assert new.spans(second) == (Span(SINCE, None),)
    assert new.spans("linyi-2024-6-24") == (Span(LATER, None),)
    assert [entry.name for entry in new.listed(LATER - DAY)] == NAMES
    assert [entry.name for entry in new.listed(LATER)] == [*NAMES[1:], "临猗县示意甲商砼有限公司"]
    assert new.listed(SINCE - DAY) == ()
    assert not new.entry(first, LATER).listed
    assert new.entry(first, LATER).name == NAMES[0]


def test_an_enterprise_that_returns_keeps_its_id_and_has_two_spans() -> None:
    later = dt.date(2025, 1, 1)
    gone = with_list(OLD, draft(*NAMES[1:]))
    change = compared(gone, draft(*NAMES, issued=later))
    assert (change.added, change.returned) == ((NAMES[0],), (NAMES[0],))
    back = with_list(gone, draft(*NAMES, issued=later))
    first = next(iter(OLD.enterprises))
    assert back.spans(first) == (Span(SINCE, LATER - DAY), Span(later, None))
    assert set(back.enterprises) == set(OLD.enterprises)


def test_a_former_name_still_means_the_enterprise_and_says_so() -> None:
    new = "临猗瑞帝斯新材料有限公司"
    renamed = with_list(OLD, draft(*NAMES[:2], new, *NAMES[3:]), renamed={NAMES[2]: new})
    answer = Matcher(renamed).match(NAMES[2])
    assert answer.match is not None
    assert "曾用名" in answer.match.why.zh
    assert renamed.entry(answer.match.enterprise, LATER).name == new
    assert renamed.entry(answer.match.enterprise, SINCE).name == NAMES[2]


@pytest.mark.parametrize(
    ("new", "renamed", "said"),
    [
        (draft(*NAMES, issued=SINCE), {}, "no later than"),
        (draft(*NAMES, "临猗县汇鑫商砼有限公司"), {}, "written in two ways"),
        (draft(*NAMES, NAMES[0]), {}, "two enterprises have one name"),
        (replace(draft(*NAMES), issued=None), {}, "--issued"),
        (draft(*NAMES), {"没有": NAMES[0]}, "the registry has no"),
        (draft(*NAMES), {NAMES[0]: "没有"}, "the new list has no"),
        (replace(draft(*NAMES), doc_no="临政办发〔2023〕18号"), {}, "in the registry already"),
        (replace(draft(*NAMES), stated_count=25), {}, "says 25"),
    ],
)
def test_what_contradicts_itself_is_refused(new: Draft, renamed: dict[str, str], said: str) -> None:
    with pytest.raises(EnterpriseError, match=said):
        with_list(OLD, new, renamed=renamed)


def test_a_registry_is_replaced_in_one_step_and_the_one_before_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    assert keep(OLD, path) is None
    assert keep(OLD, path) is None
    new = with_list(OLD, draft(*NAMES[1:]))
    aside = keep(new, path)
    assert aside is not None
    assert sorted(file.name for file in tmp_path.glob("[!.]*")) == sorted([aside.name, "r.json"])
    assert read_registry(aside) == OLD
    assert read_registry(path) == new


def test_a_registry_begins_empty_for_another_place() -> None:
    new = with_list(Registry("示意县", "shi", (), {}), draft("示意甲厂", "示意乙厂"))
    assert list(new.enterprises) == ["shi-2024-6-1", "shi-2024-6-2"]
    assert compared(Registry("示意县", "shi", (), {}), draft("示意甲厂")).old is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[:-5], "not JSON"),
        (lambda text: text.replace("truckban-enterprises-1", "other"), "no registry"),
        (lambda text: text.replace('"stated_count": 24', '"stated_count": 23'), "it says 23"),
        (lambda text: text.replace('"issued": "2023-05-25"', '"issued": "2023-05-32"'), "issued is a day"),
        (lambda text: text.replace('"enterprise": "linyi-2023-18-01"', '"enterprise": "x"'), "unknown enterprise x"),
        (lambda text: text.replace('"id": "linyi-2023-18-02"', '"id": "linyi-2023-18-01"'), "one id"),
        (lambda text: text.replace('"slug": "linyi"', '"slug": ""'), "slug is missing"),
        (lambda text: text.replace('"sites": []', '"sites": 5'), "sites is a list"),
    ],
)
def test_a_damaged_registry_is_refused_with_what_is_wrong(change: "object", said: str) -> None:
    data = change(written(OLD).decode()).encode()  # type: ignore[operator]
    with pytest.raises(EnterpriseError, match=said) as caught:
        parse_registry(data, file="r.json")
    assert caught.value.file == "r.json"
