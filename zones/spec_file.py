"""Read a zone's specification file (YAML 1.2) and say where it is wrong."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from zones.errors import InputError, TextError
from zones.spec import ZoneSpec
from zones.text import Text

_PLAIN = {
    "missing": Text("缺少这一项", "this is missing"),
    "extra_forbidden": Text("没有这一项，请检查拼写", "there is no such key; check its spelling"),
    "string_type": Text("应为文字", "text is needed"),
    "bool_type": Text("应为 true 或 false", "true or false is needed"),
    "list_type": Text("应为列表", "a list is needed"),
    "dict_type": Text("应为键值表", "a mapping is needed"),
    "model_type": Text("应为键值表", "a mapping is needed"),
    "string_too_short": Text("不能为空", "this must not be empty"),
    "too_short": Text("至少要有一项", "at least one entry is needed"),
}


def read_spec(path: str | Path) -> ZoneSpec:
    """Read the YAML specification of a zone.

    Raises:
        InputError: the file cannot be read or is not YAML, or a field is missing, unknown or wrong; with the file, the
            line and the field.
    """
    file = str(path)
    try:
        text = Path(path).read_text("utf-8-sig")
    except OSError as error:
        why = error.strerror or "?"
        raise InputError(Text(f"无法读取文件：{why}", f"the file cannot be read: {why}"), file=file) from error
    except UnicodeDecodeError as error:
        raise InputError(Text("文件不是 UTF-8 编码", "the file is not UTF-8"), file=file) from error
    tree = _tree(text, file)
    try:
        return ZoneSpec.model_validate(tree)
    except ValidationError as error:
        first = min(error.errors(include_url=False), key=lambda item: _line(tree, item["loc"]) or 0)
        field = ".".join(str(step) for step in first["loc"])
        raise InputError(_text(first), file=file, line=_line(tree, first["loc"]), field=field) from error


def _tree(text: str, file: str) -> dict[str, Any]:
    try:
        tree = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise InputError(_not_yaml(text, line, error.problem or ""), file=file, line=line) from error
    except YAMLError as error:
        raise InputError(Text(f"不是可读的 YAML：{error}", f"not readable as YAML: {error}"), file=file) from error
    if not isinstance(tree, dict):
        raise InputError(
            Text("文件应为键值表：zone、edges……", "a mapping is needed: zone, edges, ..."), file=file, line=1
        )
    return tree


def _not_yaml(text: str, line: int | None, problem: str) -> Text:
    lines = text.splitlines()
    if line is not None and any("\t" in here for here in lines[max(0, line - 2) : line]):
        return Text("YAML 不能用制表符（Tab）缩进；请用空格", "YAML is not indented with tabs; use spaces")
    return Text(f"不是可读的 YAML：{problem}", f"not readable as YAML: {problem}")


def _text(item: Any) -> Text:  # noqa: ANN401 - pydantic's ErrorDetails
    cause = item.get("ctx", {}).get("error")
    if isinstance(cause, TextError):
        return cause.text
    given, expected = item.get("input"), item.get("ctx", {}).get("expected")
    if item["type"] == "literal_error":
        return Text(f"`{given}` 不行；应为 {expected}", f"`{given}` will not do; it is {expected}")
    return _PLAIN.get(item["type"]) or Text(f"`{given}`：{item['msg']}", f"`{given}`: {item['msg']}")


def _line(tree: Any, path: tuple[int | str, ...]) -> int | None:  # noqa: ANN401 - YAML nodes
    """Return the line, from 1, of the last step of a path that the file has."""
    line: int | None = None
    for step in path:
        if isinstance(tree, CommentedMap) and step in tree:
            line = tree.lc.key(step)[0] + 1
        elif isinstance(tree, CommentedSeq) and isinstance(step, int) and step < len(tree):
            line = tree.lc.item(step)[0] + 1
        else:
            # a key that only the schema has, or the tag of a union: what it stands in is on this line
            continue
        tree = tree[step]
    return line
