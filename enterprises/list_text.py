"""The published notice's own words (a whole gazette will do) as a list: number, day, telephone, count, names."""

import datetime as dt
import hashlib
import re

from enterprises.draft import Draft, DraftLine
from enterprises.errors import EnterpriseError, Text

# 源头企业（24家） opens the list in 临政办发〔2023〕18号; 特此公告 or a signature's day closes it
_OPENS = re.compile(
    r"^[^\n。]{0,12}(?:源头)?(?:企业|单位)(?:名单)?[（(]\s*(?P<count>[\d〇零一二三四五六七八九十百]+)\s*家\s*[)）][：:]?",
    re.MULTILINE,
)
_CLOSES = re.compile(r"^\s*特此(?:公告|公示|通告|通知)|^\s*\d{4}年\d{1,2}月\d{1,2}日\s*$", re.MULTILINE)
_TOTAL = re.compile(r"共计?\s*([\d〇零一二三四五六七八九十百]+)\s*家")
_DOC_NO = re.compile(r"[\u4e00-\u9fff]{2,10}[〔\[［【(（]\d{4}[〕\]］】)）]第?\d+号")
_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_PHONE = re.compile(r"(?:监督|举报)电话[：:]?\s*(\d[\d-]{5,}\d)")
_TITLE = re.compile(
    r"^(?P<issuer>\S*?(?:政府办公室|人民政府|办公室|局))\s*\n?\s*(?P<title>关于[^\n]*?(?:公告|公示|通告|通知))\s*$",
    re.MULTILINE,
)
_BETWEEN = re.compile(r"[、，,；;。]")
_LINES = re.compile(r"[。；;\n]")
_NUMBERED = re.compile(r"^\s*[（(]?\d{1,3}[)）.．、]?\s*(?=[\u4e00-\u9fff])")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0}


def read_text(text: str, *, file: str, sha256: str) -> Draft:
    """Return the list that a notice's words hold.

    Args:
        text: the notice, or a gazette it stands in.
        file: the name of its file, for errors.
        sha256: of the file's bytes.

    Raises:
        EnterpriseError: there is no list in it, or its own counts differ.
    """
    opens = _OPENS.search(text)
    if opens is None:
        raise EnterpriseError(
            Text(
                "文中找不到名单：应有“源头企业（24家）”这样的一行，名称用顿号隔开",
                "there is no list in the text: a line such as 源头企业（24家）, then the names with 、 between them",
            ),
            file=file,
        )
    head, rest = text[: opens.start()], text[opens.end() :]
    closes = _CLOSES.search(rest)
    body = rest[: closes.start()] if closes else rest
    count = _number(opens["count"])
    line = text.count("\n", 0, opens.start()) + 1
    numbers = list(_DOC_NO.finditer(head))
    begins = numbers[-1].start() if numbers else 0
    titles = list(_TITLE.finditer(head))
    if titles and begins - titles[-1].end() < len("\n" * 10):
        begins = titles[-1].start()
    _agree(head[begins:], count, file, line)
    tail = rest[closes.start() :] if closes else ""
    day = _DAY.search(tail)
    phone = _PHONE.search(head[begins:]) or _PHONE.search(tail)
    ends = opens.end() + (closes.start() if closes else len(rest)) + (day.end() if day else 0)
    return Draft(
        file=file,
        sha256=sha256,
        text_sha256=hashlib.sha256(text[begins:ends].encode()).hexdigest(),
        lines=tuple(_lines(body, line)),
        title=titles[-1]["title"].strip() if titles else None,
        issuer=titles[-1]["issuer"] if titles else None,
        doc_no=numbers[-1][0] if numbers else None,
        issued=_date(day, file) if day else None,
        stated_count=count,
        count_line=line,
        supervision_phone=phone[1] if phone else None,
    )


def _lines(body: str, first: int) -> list[DraftLine]:
    """Return the names; where 、 stands between them, a line may break within a name, else each has its line."""
    marks = _BETWEEN if "、" in body else _LINES
    found, start = [], 0
    for end, following in [*((mark.start(), mark.end()) for mark in marks.finditer(body)), (len(body), 0)]:
        words = body[start:end]
        name = _NUMBERED.sub("", "".join(words.split()))
        if name:
            before = start + len(words) - len(words.lstrip())
            found.append(DraftLine(name, first + body.count("\n", 0, before)))
        start = following
    return found


def _agree(words: str, count: int, file: str, line: int) -> None:
    total = _TOTAL.search(words)
    if total and _number(total[1]) != count:
        raise EnterpriseError(
            Text(
                f"正文写共计 {_number(total[1])} 家，名单标题写 {count} 家",
                f"the text says {_number(total[1])} in all, the heading of the list {count}",
            ),
            file=file,
            line=line,
            field="stated_count",
        )


def _date(found: re.Match[str], file: str) -> dt.date:
    try:
        return dt.date(*(int(part) for part in found.groups()))
    except ValueError:
        raise EnterpriseError(Text(f"没有这一天：{found[0]}", f"there is no such day: {found[0]}"), file=file) from None


def _number(text: str) -> int:
    """Return a whole number below 1000 written in figures or characters (二十四)."""
    if text.isdecimal():
        return int(text)
    total, digit = 0, 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        else:
            total += (digit or 1) * {"十": 10, "百": 100}[character]
            digit = 0
    return total + digit
