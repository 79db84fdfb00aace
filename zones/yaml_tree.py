"""YAML as a tree that knows its lines, or what is wrong with the file as a sentence."""

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.reader import ReaderError

from zones.errors import InputError
from zones.text import Text

_OPEN_QUOTE = Text("引号没有成对：补上后一个引号", "a quote is not closed: add the closing one")
_SYNTAX = {
    "mapping values are not allowed here": Text(
        "冒号或缩进不对（看这一行和上一行）：键后面用半角冒号加一个空格；值里有冒号就加引号；同一层的键左边对齐",
        "a colon or the indentation is wrong, here or on the line above: write `key: value` with a space after the "
        "colon, put a value that has a colon in quotes, and start keys of one level in one column",
    ),
    "could not find expected ':'": Text("缺少冒号：应写作“键: 值”", "a colon is missing: write `key: value`"),
    "found unexpected end of stream": Text(
        "引号没有成对：补上后一个引号", "a quote is not closed: add the closing one"
    ),
    "expected ',' or '}'": Text("花括号没有成对，或缺少逗号", "a brace is not closed, or a comma is missing"),
    "expected ',' or ']'": Text("方括号没有成对，或缺少逗号", "a bracket is not closed, or a comma is missing"),
    "expected <block end>": Text(
        "缩进不齐，或引号后面还有文字：同一层的键左边对齐，整个值放在引号里",
        "the indentation is uneven, or text follows a closing quote: start keys of one level in one column, and put "
        "the whole value in quotes",
    ),
    "found character": Text(
        "值不能以这个符号开头：给整个值加引号",
        "a value cannot begin with this character: put the whole value in quotes",
    ),
    "found undefined alias": Text(
        "值不能以 * 开头：给整个值加引号", "a value cannot begin with *: put the whole value in quotes"
    ),
    "but found another document": Text(
        "一个文件只能有一份内容：去掉 --- 及其后的内容", "a file holds one document: remove `---` and what follows"
    ),
}
_STARTS_AT = ("could not find expected ':'", "found unexpected end of stream", "expected ','")
_WIDE_COLON = re.compile(r"\s*(?:- +)?[A-Za-z_]\w*\s*：")
_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_TOO_HIGH = re.compile(r"\\U((?!000|0010)[0-9A-Fa-f]{8})")


class _NoText(Exception):  # noqa: N818  (never leaves this file)
    """A character that an escape can name and no text can hold, and its line."""

    def __init__(self, character: str, line: int) -> None:
        self.character, self.line = character, line


class _Constructor(RoundTripConstructor):
    """Leaves a day that no calendar has (2023-02-30) as text, for the schema to refuse where it stands.

    Joins what JSON writes in two escapes (YAML 1.2 holds that every JSON file is YAML), and refuses halves of them.
    """

    def construct_scalar(self, node: ScalarNode) -> Any:  # noqa: ANN401
        if isinstance(node.value, str):
            node.value = _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), node.value)
            if found := _NO_TEXT.search(node.value):
                raise _NoText(found[0], node.start_mark.line + 1)
        return super().construct_scalar(node)

    def construct_yaml_timestamp(self, node: ScalarNode, values: Any = None) -> Any:  # noqa: ANN401
        try:
            return super().construct_yaml_timestamp(node, values)
        except ValueError:
            return node.value


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.construct_yaml_timestamp)


def read_tree(file: str, text: bytes, begins: Text) -> dict[str, Any]:
    """Return the mapping that a YAML file holds.

    Args:
        file: its name, for errors.
        text: its bytes.
        begins: how such a file begins, for people whose file is empty or no mapping.

    Raises:
        InputError: not UTF-8, not YAML, or no mapping; with the line.
    """
    decoded = _decoded(file, text)
    yaml = YAML(typ="rt")
    yaml.Constructor = _Constructor
    try:
        tree = yaml.load(decoded)
    except MarkedYAMLError as error:
        raise _syntax(file, decoded.split("\n"), error) from None
    except ReaderError as error:
        character = error.character if isinstance(error.character, int) else ord(error.character)
        raise _unusable(file, character, decoded[: error.position].count("\n") + 1) from None
    except _NoText as error:
        raise _unusable(file, ord(error.character), error.line) from None
    except (ValueError, OverflowError):
        high = _TOO_HIGH.search(decoded)
        if high is None:
            raise
        raise _unusable(file, int(high[1], 16), decoded[: high.start()].count("\n") + 1) from None
    except YAMLError as error:
        raise InputError(Text(f"YAML 语法错误：{error}", f"this is not YAML: {error}"), file=file) from None
    except RecursionError:
        raise InputError(Text("嵌套太深", "this is nested too deeply"), file=file) from None
    if tree is None:
        raise InputError(Text(f"文件是空的；{begins.zh}", f"the file is empty; {begins.en}"), file=file, line=1)
    if not isinstance(tree, dict):
        raise InputError(
            Text(f"最外层应是键值表；{begins.zh}", f"the outermost level is no mapping; {begins.en}"), file=file, line=1
        )
    return tree


def located(tree: dict[str, Any], path: tuple[Any, ...]) -> tuple[int, str | None]:
    """Return the line and the dotted name of a place in a tree; steps that only the schema has are passed over."""
    line, steps = 1, []
    for step, at in _walk(tree, path):
        steps.append(f"[{step}]" if isinstance(step, int) else f".{step}")
        line = at or line
    return line, "".join(steps).lstrip(".") or None


def _walk(tree: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, int | None]]:  # noqa: ANN401
    node = tree
    for number, step in enumerate(path):
        if isinstance(node, CommentedMap) and step in node:
            yield step, node.lc.key(step)[0] + 1 if step in node.lc.data else None  # a merged key has no line here
            node = node[step]
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            yield step, node.lc.item(step)[0] + 1
            node = node[step]
        elif number == len(path) - 1 and isinstance(node, dict) and not str(step).startswith(("<", "[")):
            yield step, None


def _decoded(file: str, text: bytes) -> str:
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text[: error.start].count(b"\n") + 1
        raise InputError(
            Text("不是 UTF-8 编码；请另存为 UTF-8", "this is not UTF-8; save it as UTF-8"), file=file, line=line
        ) from None


def _unusable(file: str, character: int, line: int) -> InputError:
    text = Text(
        f"有不能用的字符 U+{character:04X}：请删去", f"the character U+{character:04X} cannot stand here: remove it"
    )
    return InputError(text, file=file, line=line)


def _syntax(file: str, lines: list[str], error: MarkedYAMLError) -> InputError:
    problem = (error.problem or "").strip()
    mark = error.context_mark if problem.startswith(_STARTS_AT) else error.problem_mark
    mark = mark or error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else None
    if line is not None:
        text = lines[line - 1] if line <= len(lines) else ""
        if "\t" in text[: len(text) - len(text.lstrip())]:
            says = Text("YAML 不能用制表符（Tab）缩进；请用空格", "YAML is not indented with tabs; use spaces")
            return InputError(says, file=file, line=line)
        for suspect in (line, line - 1):
            if 1 <= suspect <= len(lines) and _WIDE_COLON.match(lines[suspect - 1]):
                says = Text("用了全角冒号：改成半角冒号加一个空格", "this is a full-width colon: write `:` and a space")
                return InputError(says, file=file, line=suspect)
        if problem.startswith("expected") and '"' in text:
            odd = [number for number, before in enumerate(lines[: line - 1], 1) if before.count('"') % 2]
            if len(odd) % 2:  # a quote opened there ran on to this line
                return InputError(_OPEN_QUOTE, file=file, line=odd[-1])
    if isinstance(error, DuplicateKeyError) and (twice := re.search(r'duplicate key "(.*?)" with value', problem)):
        key = twice[1]
        return InputError(
            Text(f"同一层里重复了：只保留一个 `{key}`", f"this key stands here twice: keep one `{key}`"),
            file=file,
            line=line,
            field=key,
        )
    unlisted = Text(f"YAML 语法错误：{problem}", f"this is not YAML: {problem}")
    found = (says for start, says in _SYNTAX.items() if problem.startswith(start))
    return InputError(next(found, unlisted), file=file, line=line)
