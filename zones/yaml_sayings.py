"""What the schema found wrong, said so that a person can put it right."""

import difflib
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from zones.errors import TextError
from zones.text import Text

_MOST_TOLD = 60
_LIST = Text("应为列表：[甲, 乙]，或每行一项以 - 开头", "a list is needed: [a, b], or one entry a line after `-`")
_MAPPING = Text("应为键值表（键: 值）", "a mapping is needed (`key: value`)")
_WHOLE = Text("应为整数", "a whole number is needed")
_NUMBER = Text("应为数字，不带单位和引号", "a number is needed, without unit or quotes")
_FLAG = Text("应为 true 或 false", "true or false is needed")
_PLAIN = {
    "missing": Text("缺少这一项，请补上", "this is missing; add it"),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "string_type": Text("应为文字；数字和日期样的文字请加引号", "text is needed; put quotes around it"),
    "bool_type": _FLAG,
    "bool_parsing": _FLAG,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "string_too_short": Text(
        "不能为空；没有就删去这一项", "this must not be empty; where there is none, remove the key"
    ),
    "too_short": Text("至少要有一项", "at least one entry is needed"),
    "invalid_key": Text("键应为文字；请加引号", "a key is text; put quotes around it"),
    "condition_form": Text(
        "条件应以 all、any、not、fact、plate_starts、plate_digit、question、person 之一为键",
        "a condition has one of these keys: all, any, not, fact, plate_starts, plate_digit, question, person",
    ),
    "date_type": Text("应为日期，如 2023-03-01", "a date is needed, such as 2023-03-01"),
}


def said(item: Any, schema: type[BaseModel], patterns: Mapping[str, Text] = MappingProxyType({})) -> Text:  # noqa: ANN401
    """Return the sentence for one error of a schema.

    Args:
        item: one of pydantic's `errors()`.
        schema: whose keys may be meant by a misspelt one.
        patterns: what to say of text that does not match a pattern of the schema.
    """
    kind, given, context = item["type"], item.get("input"), item.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, TextError):
        return cause.text
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind == "extra_forbidden":
        return _no_such_key(str(item["loc"][-1]), schema)
    right = _right(kind, context, patterns)
    told = str(given) if len(str(given)) <= _MOST_TOLD else f"{str(given)[:_MOST_TOLD]}…"
    return Text(f"`{told}` 不行；{right.zh}", f"`{told}` will not do; {right.en}")


def _right(kind: str, context: Any, patterns: Mapping[str, Text]) -> Text:  # noqa: ANN401
    match kind, context:
        case "literal_error", {"expected": listed}:
            listed = listed.replace("'", "")
            zh = listed.replace(" or ", "、").replace(", ", "、")
            return Text(f"应为：{zh}", f"it is {listed}")
        case "string_pattern_mismatch", {"pattern": pattern}:
            return patterns.get(pattern, Text(f"应符合 {pattern}", f"it matches {pattern}"))
        case "greater_than_equal", {"ge": least}:
            return Text(f"最小是 {least:g}", f"the least is {least:g}")
        case "less_than_equal", {"le": most}:
            return Text(f"最大是 {most:g}", f"the greatest is {most:g}")
        case "too_long", {"max_length": most}:
            return Text(f"最多 {most} 项", f"at most {most} entries are possible")
    return Text(f"不符合格式（{kind}）", f"it does not fit the schema ({kind})")


def _no_such_key(name: str, schema: type[BaseModel]) -> Text:
    near = difflib.get_close_matches(name, sorted(_keys(schema)), n=1)
    if near:
        return Text(f"没有这一项；是不是 `{near[0]}`？", f"there is no such key; is it `{near[0]}`?")
    return Text("没有这一项；请检查拼写，或删去", "there is no such key; check its spelling, or remove it")


@cache
def _keys(schema: type[BaseModel]) -> frozenset[str]:
    return frozenset(_properties(schema.model_json_schema()))


def _properties(schema: Any) -> Iterator[str]:  # noqa: ANN401
    yield from schema.get("properties", {})
    for part in schema.get("$defs", {}).values():
        yield from part.get("properties", {})
