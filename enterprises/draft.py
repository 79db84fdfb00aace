"""A list as it is handed in, before it becomes part of a registry: names with their lines, and what must hold of them."""

import datetime as dt
from dataclasses import dataclass, field

from enterprises.codes import read_code
from enterprises.errors import EnterpriseError, Text
from enterprises.naming.normal import normal


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One name as it stands in a file, with its line or row from 1."""

    name: str
    line: int
    credit_code: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A list as read; what the file does not say is None.

    Attributes:
        file: its name.
        sha256: of the file's bytes.
        text_sha256: of the part that is the list, where the file is more than that.
        count_line: the line that states the count.
        unused: columns of a table that were not used.
    """

    file: str
    sha256: str
    lines: tuple[DraftLine, ...]
    title: str | None = None
    doc_no: str | None = None
    issuer: str | None = None
    issued: dt.date | None = None
    valid_from: dt.date | None = None
    stated_count: int | None = None
    count_line: int | None = None
    supervision_phone: str | None = None
    text_sha256: str | None = None
    unused: tuple[str, ...] = field(default=())


def checked(draft: Draft) -> Draft:
    """Return a draft whose names are there, differ, and are as many as it says.

    Raises:
        EnterpriseError: the first thing that is wrong, with its line.
    """
    if not draft.lines:
        raise EnterpriseError(Text("名单里没有一个名称", "the list has no name in it"), file=draft.file)
    _names(draft)
    _codes(draft)
    if draft.stated_count is not None and draft.stated_count != len(draft.lines):
        raise EnterpriseError(
            Text(
                f"文中写的是 {draft.stated_count} 家，名单里有 {len(draft.lines)} 个名称；请对照原件补齐或更正",
                f"the text says {draft.stated_count} and the list has {len(draft.lines)} names; compare the original",
            ),
            file=draft.file,
            line=draft.count_line,
            field="stated_count",
        )
    return draft


def _names(draft: Draft) -> None:
    seen: dict[str, DraftLine] = {}
    for line in draft.lines:
        if not line.name.strip():
            raise EnterpriseError(
                Text("名称是空的", "the name is empty"), file=draft.file, line=line.line, field="name"
            )
        before = seen.setdefault(normal(line.name), line)
        if before is not line:
            raise EnterpriseError(
                Text(
                    f"名单里有两个相同的名称：“{line.name}”在第 {before.line} 行已经有了",
                    f"two enterprises have one name: {line.name} stands on line {before.line} already",
                ),
                file=draft.file,
                line=line.line,
                field="name",
            )


def _codes(draft: Draft) -> None:
    seen: dict[str, DraftLine] = {}
    for line in draft.lines:
        if line.credit_code is None:
            continue
        try:
            code = read_code(line.credit_code)
        except EnterpriseError as error:
            raise EnterpriseError(error.text, file=draft.file, line=line.line, field="credit_code") from None
        before = seen.setdefault(code, line)
        if before is not line:
            raise EnterpriseError(
                Text(
                    f"统一社会信用代码 {code} 已经用于“{before.name}”（第 {before.line} 行）",
                    f"the unified social credit code {code} is that of {before.name} on line {before.line} already",
                ),
                file=draft.file,
                line=line.line,
                field="credit_code",
            )
