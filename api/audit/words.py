"""What was found in the trail, in sentences, and marks as text."""

import re

from api.store.audit import Mark, Verified
from zones.errors import InputError
from zones.text import Text

_MARK = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


def read_mark(text: str, field: str) -> Mark:
    """Return the mark that `NUMBER:HASH` names.

    Raises:
        InputError: it names none.
    """
    found = _MARK.fullmatch(text)
    if found is None:
        raise InputError(
            Text("应为 序号:哈希（64 位十六进制）", "should be NUMBER:HASH, 64 hexadecimal digits"), field=field
        )
    return Mark(int(found[1]), found[2])


def mark_text(mark: Mark) -> str:
    """Return a mark as text."""
    return f"{mark.number}:{mark.hash}"


def sentence(found: Verified) -> Text:
    """Say what was found."""
    number = found.number
    if found.fault is None:
        if found.complete:
            return Text(f"审计链完整：{found.checked} 条", f"the trail holds: {found.checked} entries")
        return Text(f"到第 {found.last.number} 条为止完整", f"the trail holds up to entry {found.last.number}")
    return {
        "changed": Text(f"第 {number} 条的内容被改过", f"entry {number} was changed"),
        "removed": Text(f"第 {number} 条被删掉了", f"entry {number} was removed"),
        "unlinked": Text(f"第 {number} 条接不上前一条", f"entry {number} does not follow the one before it"),
        "cut": Text(f"结尾被截掉：缺第 {number} 条起", f"the end was cut off, from entry {number} on"),
        "head": Text(f"结尾标记与第 {number} 条不符", f"the head is not that of entry {number}"),
        "not_expected": Text(
            f"第 {number} 条与别处记下的不同", f"entry {number} is not the one that was noted elsewhere"
        ),
    }[found.fault]
