"""What is wrong with a value of a request, in both languages: the library that reads requests says it in English alone."""

from collections.abc import Mapping
from typing import Any

from zones.errors import TextError
from zones.text import Text

_WORDS = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项",
    "string_too_short": "至少 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "string_pattern_mismatch": "格式不对",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "应不小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "应不大于 {le}",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "finite_number": "应是有限的数",
    "json_invalid": "不是 JSON",
    "timezone_aware": "时间要带时区",
    "bytes_too_long": "最多 {max_length} 个字节",
}
_KINDS = {
    "string": "应是文字",
    "int": "应是整数",
    "float": "应是数字",
    "decimal": "应是数字",
    "bool": "应是 true 或 false",
    "list": "应是列表",
    "dict": "应是 JSON 对象",
    "model": "应是 JSON 对象",
    "date": "应是日期，如 2024-05-08",
    "datetime": "应是时间，如 2024-05-08T10:00:00+08:00",
    "time": "应是钟点，如 06:00",
}


def value_words(fault: Mapping[str, Any]) -> Text:
    """Return the sentence of one error of validation.

    Args:
        fault: `type`, `msg` and, where there is one, `ctx`, as pydantic gives them.
    """
    name, told, more = fault["type"], str(fault["msg"]), fault.get("ctx") or {}
    own = more.get("error")
    if isinstance(own, TextError):
        return own.text
    if name in ("literal_error", "enum"):
        among = str(more["expected"]).replace(" or ", ", ").replace(", ", "、").replace("'", "")
        return Text(f"应是其中之一：{among}", told)
    words = _WORDS.get(name) or _KINDS.get(name.split("_")[0])
    return Text(f"这个值不行：{told}" if words is None else words.format(**more), told)
