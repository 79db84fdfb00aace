"""A list is read from CSV, Excel, JSON and the notice's own text; what is wrong with it is told with its line."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from enterprises.codes import check_character
from enterprises.draft import checked
from enterprises.errors import EnterpriseError
from enterprises.list_tables import read_list
from enterprises.registry_file import builtin_registry

Writer = Callable[[str, str | bytes], Path]
NAMES = [line.name for line in builtin_registry().lists[0].lines]
BODY = "91000000MA0000001"
CODE = BODY + check_character(BODY)


def excel(rows: list[list[object]]) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "企业名称\n" + "\n".join(NAMES)),
        ("a.csv", ("﻿序号,名称\r\n" + "\r\n".join(f"{n},{name}" for n, name in enumerate(NAMES, 1)))),
        ("a.csv", ("重点货运源头企业名单,\n,\n序号,单位名称\n" + "\n".join(f"{n},{name}" for n, name in enumerate(NAMES, 1))).encode("gb18030")),
        ("a.xlsx", excel([["源头企业名单"], ["序号", "企业名称"], *([n, name] for n, name in enumerate(NAMES, 1))])),
        ("a.json", json.dumps(NAMES)),
        ("a.json", json.dumps({"names": [{"name": name} for name in NAMES], "stated_count": 24})),
        ("a.txt", "源头企业（二十四家）\n" + "\n".join(f"{n}. {name}" for n, name in enumerate(NAMES, 1)) + "\n特此公告\n2024年1月2日"),
        ("a.txt", "共计24家。\n单位名单(24家)：\n" + "、".join(NAMES) + "。\n2024年1月2日"),
    ],
)  # fmt: skip
def test_the_names_are_read_from_every_format(written: Writer, name: str, content: str | bytes) -> None:
    assert [line.name for line in checked(read_list(written(name, content))).lines] == NAMES


def test_a_name_that_is_broken_over_two_lines_is_one_name(written: Writer, notice_text: str) -> None:
    broken = notice_text.replace("临猗瑞帝斯商砼", "临猗瑞帝\n斯商砼")
    assert [line.name for line in read_list(written("a.txt", broken)).lines] == NAMES


def test_the_line_of_a_name_is_told(written: Writer, notice_text: str) -> None:
    lines = {line.name: line.line for line in read_list(written("a.txt", notice_text)).lines}
    there = notice_text.splitlines()
    assert all(name[:4] in there[line - 1] for name, line in lines.items())


def refused(path: Path) -> str:
    with pytest.raises(EnterpriseError) as caught:
        checked(read_list(path))
    for said in (caught.value.say("zh"), caught.value.say("en")):
        assert said.startswith(path.name)
    return caught.value.say("en")


def test_a_list_with_23_names_where_the_text_says_24_says_so(written: Writer, notice_text: str) -> None:
    said = refused(written("a.txt", notice_text.replace("、山西志博沥青制作有限公司", "")))
    assert said == "a.txt:7: stated_count: the text says 24 and the list has 23 names; compare the original"


def test_a_text_whose_two_counts_differ_says_so(written: Writer, notice_text: str) -> None:
    assert "23 in all" in refused(written("a.txt", notice_text.replace("共计24家", "共计23家")))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "企业名称\n甲乙厂\n丙丁厂\n甲乙 厂\n", "a.csv:4: name: two enterprises have one name"),
        ("a.csv", "企业名称\n临猗（甲）厂\n临猗(甲)厂\n", "a.csv:3: name: two enterprises"),
        ("a.csv", f"名称,信用代码\n甲乙厂,{CODE}\n丙丁厂,{CODE}\n", "a.csv:3: credit_code: the unified"),
        ("a.csv", f"名称,信用代码\n甲乙厂,{BODY}?\n", "a.csv:2: credit_code: a unified social credit code has no ?"),
        ("a.csv", "序号,电话\n1,2\n", "a.csv:1: name: there is no column of names"),
        ("a.csv", "名称,序号\n,1\n", "a.csv:2: name: the name is empty"),
        ("a.csv", '名称\n"甲\n', "a.csv:2: the CSV cannot be read on"),
        ("a.csv", "", "a.csv: name: there is no column"),
        ("a.csv", "企业名称\n", "a.csv: the list has no name"),
        ("a.csv", b"\xff\xff\xff", "a.csv: this is neither"),
        ("a.xlsx", "no", "a.xlsx: the Excel file cannot be opened"),
        ("a.json", "{", "a.json:1: this is not JSON"),
        ("a.json", "5", "a.json: names: a list of names"),
        ("a.json", "[5]", "a.json: names[0]: item 1"),
        ("a.json", '{"names": ["甲乙厂"], "stated_count": "1"}', "a.json: stated_count: a whole number"),
        ("a.json", '{"names": ["甲乙厂"], "issued": "2023-02-30"}', "a.json: issued: a day"),
        ("a.txt", "没有名单", "a.txt: there is no list"),
        ("a.txt", "源头企业（1家）\n甲乙厂\n特此公告\n2023年2月30日", "a.txt: there is no such day"),
        ("a.pdf", "x", "a.pdf: .pdf is not known"),
    ],
)
def test_a_bad_file_is_refused_with_its_line_and_field(
    written: Writer, name: str, content: str | bytes, said: str
) -> None:
    assert refused(written(name, content)).startswith(said)


def test_no_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "no.csv") == "no.csv: there is no such file"
    assert refused(tmp_path) == f"{tmp_path.name}: this is a folder; a file is needed"
