"""Reading notice packs: YAML to a checked notice, or errors with file, line and field."""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from truckban.norms import Notice
from truckban.notices.check import Fault, faults
from truckban.notices.model import NoticePack
from zones.errors import InputError, Saying
from zones.text import Text

_PLAIN = {
    "missing": Text("缺少这一项", "this is missing"),
    "extra_forbidden": Text("没有这一项，请检查拼写", "there is no such key; check its spelling"),
    "int_type": Text("应为整数", "a whole number is needed"),
    "int_parsing": Text("应为整数", "a whole number is needed"),
    "float_type": Text("应为数字", "a number is needed"),
    "float_parsing": Text("应为数字", "a number is needed"),
    "string_type": Text("应为文字（像 06:00 这样的值请加引号）", "text is needed (put quotes around it)"),
    "bool_type": Text("应为 true 或 false", "true or false is needed"),
    "bool_parsing": Text("应为 true 或 false", "true or false is needed"),
    "list_type": Text("应为列表", "a list is needed"),
    "dict_type": Text("应为键值表", "a mapping is needed"),
    "model_type": Text("应为键值表", "a mapping is needed"),
    "model_attributes_type": Text("应为键值表", "a mapping is needed"),
    "string_too_short": Text("不能为空", "this must not be empty"),
    "too_short": Text("至少要有一项", "at least one entry is needed"),
    "date_type": Text("应为日期，如 2023-03-01", "a date is needed, such as 2023-03-01"),
    "date_from_datetime_parsing": Text("应为日期，如 2023-03-01", "a date is needed, such as 2023-03-01"),
    "date_parsing": Text("应为日期，如 2023-03-01", "a date is needed, such as 2023-03-01"),
    "date_from_datetime_inexact": Text("应为日期，不带时刻", "a date without a time is needed"),
    "condition_form": Text(
        "条件应为 all、any、not、fact、plate_starts、plate_digit、question、person 之一",
        "a condition is one of: all, any, not, fact, plate_starts, plate_digit, question, person",
    ),
}


def load_notice(path: str | Path) -> Notice:
    """Read a notice pack.

    Args:
        path: a YAML file, UTF-8, of the schema `truckban notice schema` prints.

    Raises:
        InputError: the first thing that is wrong with it, by line.
    """
    return _notice(Path(path).name, _read(Path(path)))


def validate(path: str | Path) -> list[InputError]:
    """Return everything that is wrong with a notice pack, by line."""
    try:
        text = _read(Path(path))
        return _problems(Path(path).name, text)[1]
    except InputError as error:
        return [error]


@cache
def builtin_notice(name: str) -> Notice:
    """Return a notice that comes with the program; InputError names those there are."""
    packs = resources.files("truckban.notices") / "packs"
    file = packs / f"{name}.yaml"
    if name not in builtin_names():
        known = ", ".join(builtin_names())
        raise InputError(Text(f"没有内置通告 {name}；有：{known}", f"there is no built-in notice {name}; there are: {known}"))
    return _notice(f"{name}.yaml", file.read_bytes())


@cache
def builtin_names() -> tuple[str, ...]:
    """Return the names of the notices that come with the program."""
    packs = resources.files("truckban.notices") / "packs"
    return tuple(sorted(file.name.removesuffix(".yaml") for file in packs.iterdir() if file.name.endswith(".yaml")))


def notice_named(name: str) -> Notice:
    """Return a built-in notice by its name, or the one in a file."""
    return load_notice(name) if name.endswith((".yaml", ".yml")) or "/" in name else builtin_notice(name)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(Text("没有这个文件", "there is no such file"), file=path.name) from None
    except IsADirectoryError:
        raise InputError(Text("这是文件夹，应为 YAML 文件", "this is a folder; a YAML file is needed"), file=path.name) from None


def _notice(file: str, text: bytes) -> Notice:
    pack, problems = _problems(file, text)
    if problems or pack is None:
        raise problems[0]
    return Notice(pack, sha256=hashlib.sha256(text).hexdigest())


def _problems(file: str, text: bytes) -> tuple[NoticePack | None, list[InputError]]:
    tree = _tree(file, text)
    try:
        pack = NoticePack.model_validate(tree)
    except ValidationError as error:
        found = [_problem(file, tree, item) for item in error.errors(include_url=False)]
        return None, sorted(found, key=lambda problem: problem.line or 0)
    found = [_placed(file, tree, fault) for fault in faults(pack)]
    return pack, sorted(found, key=lambda problem: problem.line or 0)


def _tree(file: str, text: bytes) -> Any:  # noqa: ANN401
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text[: error.start].count(b"\n") + 1
        raise InputError(
            Text("不是 UTF-8 编码；请另存为 UTF-8", "this is not UTF-8; save it as UTF-8"), file=file, line=line
        ) from None
    try:
        tree = YAML(typ="rt").load(decoded)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        if line is not None and "\t" in (decoded.splitlines() or [""])[min(line, len(decoded.splitlines())) - 1]:
            raise InputError(
                Text("YAML 不能用制表符（Tab）缩进；请用空格", "YAML is not indented with tabs; use spaces"), file=file, line=line
            ) from None
        problem = (error.problem or "").strip()
        raise InputError(Text(f"YAML 语法错误：{problem}", f"this is not YAML: {problem}"), file=file, line=line) from None
    except YAMLError as error:
        raise InputError(Text(f"YAML 语法错误：{error}", f"this is not YAML: {error}"), file=file) from None
    if not isinstance(tree, dict):
        raise InputError(Text("文件是空的，或不是键值表", "the file is empty, or not a mapping"), file=file, line=1)
    return tree


def _problem(file: str, tree: Any, item: Any) -> InputError:  # noqa: ANN401
    cause = item.get("ctx", {}).get("error")
    if isinstance(cause, Saying):
        text = cause.text
    else:
        text = _PLAIN.get(item["type"]) or _with_choices(item)
    return _placed(file, tree, Fault(item["loc"], text))


def _with_choices(item: Any) -> Text:  # noqa: ANN401
    given, context = item.get("input"), item.get("ctx", {})
    if item["type"] == "literal_error":
        return Text(f"`{given}` 不行；应为 {context['expected']}", f"`{given}` will not do; it is {context['expected']}")
    if item["type"] == "string_pattern_mismatch":
        return Text(
            f"`{given}` 写法不对；应符合 {context['pattern']}", f"`{given}` is not well formed; it matches {context['pattern']}"
        )
    return Text(f"`{given}`：{item['msg']}", f"`{given}`: {item['msg']}")


def _placed(file: str, tree: Any, fault: Fault) -> InputError:  # noqa: ANN401
    line, steps = 1, []
    for step, at in _walk(tree, fault.path):
        steps.append(f"[{step}]" if isinstance(step, int) else f".{step}")
        line = at or line
    return InputError(fault.text, file=file, line=line, field="".join(steps).lstrip(".") or None)


def _walk(tree: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, int | None]]:  # noqa: ANN401
    """Yield the steps of a path that the file has, with their lines; steps that only the schema has are passed over."""
    node = tree
    for number, step in enumerate(path):
        if isinstance(node, dict) and step in node:
            yield step, node.lc.key(step)[0] + 1
            node = node[step]
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            yield step, node.lc.item(step)[0] + 1
            node = node[step]
        elif number == len(path) - 1 and isinstance(node, dict) and not str(step).startswith("<"):
            yield step, None
