"""What every command shares: headings in two languages, errors a person can act on, exit statuses."""

import math
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truckban.cli.language import Speaker
from zones.errors import InputError
from zones.text import Text

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

DONE, DONE_WITH_REJECTS, WRONG_CALL, UNREADABLE, NO_POLYGON = 0, 1, 2, 3, 4
_NOT_UTF_8 = Text("不是 UTF-8 编码；请另存为 UTF-8", "this is not UTF-8; save it as UTF-8")


Section = tuple[Text, list[tuple[str, str, Text]]]


class Command(click.Command):
    """A command whose help has its headings in the speaker's language."""

    say: Speaker

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), self.say("用法：", "Usage: "))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options."""
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        records = [record for option in options if (record := option.get_help_record(ctx)) is not None]
        with formatter.section(self.say("选项", "Options")):
            formatter.write_dl([(names, self._extras(text)) for names, text in records])

    def _extras(self, text: str) -> str:
        """Say what click adds to an option's help in the speaker's language."""
        if self.say.lang == "zh":
            text = (
                text.replace("[required]", "[必填]").replace("[default: ", "[默认：").replace("; required]", "；必填]")
            )
        return text

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return `--help` with its text in the speaker's language."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = self.say("显示这份帮助", "show this help")
        return option


class Lazy(Command, click.Group):
    """A group that knows its commands by name and imports one when it is asked for.

    `sections` holds, heading by heading, `(name, module, one line of help)`; the module's `command(say)` builds it.
    """

    sections: Iterable[Section] = ()
    plugins: str | None = None

    @cached_property
    def all_sections(self) -> list[Section]:
        """Return the sections with those of the plug-ins: entry points of the group `plugins` that load as one section each.

        Looking for them takes a while: a command that stands in `sections` is found without.
        """
        from importlib.metadata import entry_points  # noqa: PLC0415

        found = entry_points(group=self.plugins) if self.plugins else ()
        return [*self.sections, *(_section(each) for each in sorted(found, key=lambda each: each.name))]

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names, in the order of the help."""
        return [name for _, rows in self.all_sections for name, _, _ in rows]

    def _row(self, asked: str) -> tuple[str, str, Text] | None:
        return _named(asked, self.sections) or _named(asked, self.all_sections)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and build one command."""
        row = self._row(cmd_name)
        if row is None:
            return None
        path, _, builder = row[1].partition(":")
        command: click.Command = getattr(import_module(path), builder or "command")(self.say)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command by its name; name the commands there are where it is none of them."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            listed = ", ".join(self.list_commands(ctx))
            ctx.fail(
                self.say(
                    f"没有命令 {args[0]}；可以是：{listed}", f"there is no command {args[0]}; it is one of: {listed}"
                )
            )
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then the commands under their headings."""
        Command.format_options(self, ctx, formatter)
        for heading, rows in self.all_sections:
            with formatter.section(heading.of(self.say.lang)):
                formatter.write_dl([(name, text.of(self.say.lang)) for name, _, text in rows])


def _named(asked: str, sections: Iterable[Section]) -> tuple[str, str, Text] | None:
    return next((row for _, rows in sections for row in rows if row[0] == asked), None)


def _section(plugin: "EntryPoint") -> Section:
    section: Section = plugin.load()
    return section


def new(
    say: Speaker, callback: Callable[..., Any], name: str, help_: tuple[str, str], params: list[click.Parameter]
) -> Command:
    """Build a command from its function."""
    made = Command(name, callback=callback, help=say(*help_), params=params, options_metavar=say("[选项]", "[OPTIONS]"))
    made.say = say
    return made


def metavars(say: Speaker) -> dict[str, Any]:
    """Return the placeholders of a group's usage line."""
    return {
        "options_metavar": say("[选项]", "[OPTIONS]"),
        "subcommand_metavar": say("命令 [参数]…", "COMMAND [ARGS]..."),
    }


def group(say: Speaker, name: str, help_: tuple[str, str], commands: list[Command]) -> Lazy:
    """Build a group of commands that are already at hand."""
    made = _Ready(name, help=say(*help_), **metavars(say))
    made.say = say
    for command in commands:
        made.add_command(command)
    return made


class _Ready(Lazy):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return click.Group.list_commands(self, ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return click.Group.get_command(self, ctx, cmd_name)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        Command.format_options(self, ctx, formatter)
        rows = [(name, command.get_short_help_str(100)) for name, command in self.commands.items()]
        with formatter.section(self.say("命令", "Commands")):
            formatter.write_dl(rows)


def usage_sentence(error: click.UsageError, say: Speaker) -> str:
    """Say what is wrong with a call."""
    match error:
        case click.NoSuchOption():
            near = ", ".join(error.possibilities or ())
            hint = say(f"；是不是 {near}？", f"; did you mean {near}?") if near else ""
            return say(f"没有选项 {error.option_name}{hint}", f"there is no option {error.option_name}{hint}")
        case click.MissingParameter():
            name = (
                error.param.make_metavar(error.ctx)
                if error.param and error.ctx and error.param.param_type_name == "argument"
                else None
            )
            shown = name or (error.param.opts[-1] if error.param else "?")
            return say(f"缺少 {shown}", f"{shown} is missing")
        case click.BadOptionUsage():
            return say(f"选项 {error.option_name} 缺少值", f"option {error.option_name} needs a value")
        case click.BadParameter():
            return _bad_value(error, say)
    return _of_no_class(error.format_message(), say)


def _of_no_class(told: str, say: Speaker) -> str:
    """Say what click has no class of its own for."""
    if told == "Missing command.":
        return say("缺少命令", "a command is missing")
    if told.startswith("Got unexpected extra argument"):
        more = told.partition("(")[2].removesuffix(")")
        return say(f"多出了参数 {more}", f"{more}: one argument too many")
    return told


def _bad_value(error: click.BadParameter, say: Speaker) -> str:
    shown = error.param.opts[-1] if error.param else "?"
    match error.param and error.param.type:
        case click.Choice(choices=choices):
            listed = ", ".join(map(str, choices))
            return say(f"{shown} 可以是：{listed}", f"{shown} is one of: {listed}")
        case click.IntRange(min=low, max=high) | click.FloatRange(min=low, max=high):
            least, most = ("…" if end is None else end for end in (low, high))
            return say(f"{shown} 应为 {least} 到 {most} 的数", f"{shown} is a number from {least} to {most}")
    return say(f"{shown} 的值不行：{error.message}", f"{shown} will not do: {error.message}")


class Number(click.FloatRange):
    """A number in a range; `nan` lies in none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """Return the number."""
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail("nan", param, ctx)
        return number


def write(text: str) -> None:
    """Print a line of an answer; a lone surrogate, which JSON can name and UTF-8 cannot, stays its escape."""
    click.echo(text.encode("utf-8", "backslashreplace").decode())


def complain(text: str) -> None:
    """Print a line about what went wrong."""
    click.echo(text.encode("utf-8", "backslashreplace").decode(), err=True)


def read_lines(path: str, *, each: bool = False) -> list[str]:
    """Return the lines of a file, or of standard input for `-`.

    Args:
        path: the file.
        each: a line that is not UTF-8 is left for `json_of` to refuse, as long as there are others that are.

    Raises:
        InputError: there is no such file, it is a folder, or it is not UTF-8.
    """
    if path == "-":
        data = sys.stdin.buffer.read()
    else:
        try:
            data = Path(path).read_bytes()
        except FileNotFoundError:
            raise InputError(Text("没有这个文件", "there is no such file"), file=path) from None
        except IsADirectoryError:
            raise InputError(Text("这是文件夹，应为文件", "this is a folder; a file is needed"), file=path) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = data.decode("utf-8-sig", "surrogateescape")
        wide = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
        if wide or not each or not any(_is_utf_8(line) for line in text.split("\n") if line.strip()):
            line = data[: error.start].count(b"\n") + 1
            raise InputError(_NOT_UTF_8, file=path, line=line) from None
    # not splitlines: JSON may hold the other line separators of Unicode as they are
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def json_of(line: str) -> Any:  # noqa: ANN401
    """Return the JSON value of one line of `read_lines`.

    Raises:
        InputError: it is not UTF-8, not JSON, nested too deeply, or an object has a member twice.
    """
    from truckban.json_text import read_json  # noqa: PLC0415

    if not _is_utf_8(line):
        raise InputError(_NOT_UTF_8)
    return read_json(line)


def _is_utf_8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
