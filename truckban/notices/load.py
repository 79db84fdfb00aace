"""Reading notice packs: YAML to a checked notice, or errors with file, line and field."""

import hashlib
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import Any

import pydantic
from pydantic import ValidationError

from truckban.kept import kept
from truckban.norms import Notice
from truckban.notices.check import Fault, faults
from truckban.notices.model import DIVISION, SHA256, SLUG, SPAN, NoticePack
from zones.errors import InputError
from zones.text import Text
from zones.yaml_sayings import said

_BEGINS = Text(
    "通告应以 `format: truckban-notice-1` 开头，逐项写“键: 值”",
    "a notice begins with `format: truckban-notice-1` and has `key: value` lines",
)
_PATTERNS = {
    SLUG: Text(
        "应为小写英文字母、数字和 . _ -，如 daytime 或 ban.heavy",
        "it has lower-case letters, digits and . _ - only, such as daytime or ban.heavy",
    ),
    SPAN: Text(
        "应写作 06:00-22:00（24 小时制，都写两位；跨午夜写 22:00-07:00，到半夜写 24:00）",
        "write 06:00-22:00 (24 hours, two digits each; over midnight 22:00-07:00, up to midnight 24:00)",
    ),
    SHA256: Text("应为 64 位小写十六进制", "it has 64 digits 0-9 a-f"),
    DIVISION: Text('应为六位数字，如 "140821"', 'it has six digits, such as "140821"'),
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
    except InputError as error:
        return [error]
    return problems_of(text, file=Path(path).name)


def notice_of(text: bytes, *, file: str = "handed-in.yaml") -> Notice:
    """Return the notice that the bytes of a pack are; `file` is what errors call it.

    Raises:
        InputError: the first thing that is wrong with it, by line.
    """
    return _notice(file, text)


def problems_of(text: bytes, *, file: str = "handed-in.yaml") -> list[InputError]:
    """Return everything that is wrong with the bytes of a pack, by line."""
    try:
        return _problems(file, text)[1]
    except InputError as error:
        return [error]


def builtin_text(name: str) -> bytes:
    """Return the bytes of a notice that comes with the program.

    Raises:
        InputError: there is none of that name.
    """
    if name not in builtin_names():
        builtin_notice(name)
    return (resources.files("truckban.notices") / "packs" / f"{name}.yaml").read_bytes()


@cache
def builtin_notice(name: str) -> Notice:
    """Return a notice that comes with the program; InputError names those there are."""
    packs = resources.files("truckban.notices") / "packs"
    file = packs / f"{name}.yaml"
    if name not in builtin_names():
        known = ", ".join(builtin_names())
        raise InputError(
            Text(f"没有内置通告 {name}；有：{known}", f"there is no built-in notice {name}; there are: {known}")
        )
    return _notice(f"{name}.yaml", file.read_bytes())


@cache
def builtin_names() -> tuple[str, ...]:
    """Return the names of the notices that come with the program."""
    packs = resources.files("truckban.notices") / "packs"
    return tuple(sorted(file.name.removesuffix(".yaml") for file in packs.iterdir() if file.name.endswith(".yaml")))


def notice_named(name: str) -> Notice:
    """Return a built-in notice by its name, or the one in a file."""
    is_file = name.endswith((".yaml", ".yml")) or "/" in name or Path(name).is_dir()
    return load_notice(name) if is_file else builtin_notice(name)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(Text("没有这个文件", "there is no such file"), file=path.name) from None
    except IsADirectoryError:
        raise InputError(
            Text("这是文件夹，应为 YAML 文件", "this is a folder; a YAML file is needed"), file=path.name
        ) from None


def _notice(file: str, text: bytes) -> Notice:
    sha256 = hashlib.sha256(text).hexdigest()
    of = (sha256, pydantic.VERSION)
    return Notice(kept("notice", of, partial(_faultless, file, text), packages=("truckban", "zones")), sha256=sha256)


def _faultless(file: str, text: bytes) -> NoticePack:
    pack, problems = _problems(file, text)
    if problems or pack is None:
        raise problems[0]
    return pack


def _problems(file: str, text: bytes) -> tuple[NoticePack | None, list[InputError]]:
    from zones.yaml_tree import read_tree  # noqa: PLC0415 - a notice that is kept needs no YAML

    tree = read_tree(file, text, _BEGINS)
    try:
        pack = NoticePack.model_validate(tree)
    except ValidationError as error:
        found = [Fault(item["loc"], said(item, NoticePack, _PATTERNS)) for item in error.errors(include_url=False)]
        return None, _placed(file, tree, found)
    return pack, _placed(file, tree, faults(pack))


def _placed(file: str, tree: dict[str, Any], found: list[Fault]) -> list[InputError]:
    """Return faults by line; several about one value are the ways it could be right, so they become one."""
    from zones.yaml_tree import located  # noqa: PLC0415

    places: dict[tuple[int, str | None], list[Text]] = {}
    for fault in found:
        says = places.setdefault(located(tree, fault.path), [])
        if fault.text not in says:
            says.append(fault.text)
    return [
        InputError(
            Text("；或：".join(says.zh for says in texts), "; or: ".join(says.en for says in texts)),
            file=file,
            line=line,
            field=field,
        )
        for (line, field), texts in sorted(places.items(), key=lambda place: place[0][0])
    ]
