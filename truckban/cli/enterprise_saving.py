"""Changing an operator's registry: which file, the question, and writing it."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from truckban.cli.base import DONE, WRONG_CALL, complain, write
from truckban.cli.language import Speaker

if TYPE_CHECKING:
    from enterprises.registry import Registry

_YES = ("y", "yes", "是")


def own_registry(name: str | None, say: Speaker) -> Path:
    """Return the file that `--registry` names.

    Raises:
        click.UsageError: it names none, or a built-in registry.
    """
    if name is None or not name.endswith(".json"):
        raise click.UsageError(
            say(
                "要用 --registry 文件.json 写明存到哪里（内置名录只读）",
                "say with --registry FILE.json where to (built-in registries are read-only)",
            )
        )
    return Path(name)


def yes_option(say: Speaker) -> click.Option:
    """Return `--yes`."""
    return click.Option(["--yes"], is_flag=True, help=say("不再询问，直接写入", "write without asking"))


def saved(after: "Registry", path: Path, lines: Iterable[str], say: Speaker, *, yes: bool, expected: str | None) -> int:
    """Show what changes, ask, write; return the exit status.

    Args:
        after: the registry with the change.
        path: its file.
        lines: what changes, in words.
        say: the speaker.
        yes: write without asking.
        expected: the hash of the file that the change began with, None where there was none.
    """
    from enterprises.keeping import keep  # noqa: PLC0415
    from truckban.freight.enterprise_answers import told  # noqa: PLC0415

    for line in lines:
        write(line)
    if not yes and not _confirmed(say):
        return WRONG_CALL
    with told():
        aside = keep(after, path, expected=expected)
    write(say(f"已写入 {path.name}", f"written to {path.name}"))
    if aside is not None:
        write(
            say(
                f"原来的文件保存为 {aside.name}；要撤销，把它改回 {path.name}",
                f"the file before is kept as {aside.name}; to undo, rename it to {path.name}",
            )
        )
    return DONE


def _confirmed(say: Speaker) -> bool:
    if not sys.stdin.isatty():
        complain(say("没有写入：核对后加 --yes", "nothing was written: add --yes once it is right"))
        return False
    answer = click.prompt(say("写入？(y/n)", "write it? (y/n)"), default="n", show_default=False)
    if answer.strip().lower() in _YES:
        return True
    complain(say("没有写入", "nothing was written"))
    return False
