"""`truckban`: the commands, grouped as a person would look for them."""

import os
import sys
from importlib import metadata

import click

from truckban.cli.base import UNREADABLE, WRONG_CALL, Lazy, complain, usage_sentence
from truckban.cli.language import Speaker, language
from zones.errors import InputError
from zones.text import Text

_SECTIONS = (
    (
        Text("问一次", "Ask about one case"),
        [
            (
                "decide",
                "truckban.cli.decide",
                Text("这辆车此时此地能不能走，依据哪一条", "may this truck be here now, and by which clause"),
            ),
            (
                "vehicle",
                "truckban.cli.vehicle",
                Text("行驶证上的车辆属于哪一类", "which class is the vehicle on the licence"),
            ),
        ],
    ),
    (
        Text("查轨迹", "Check traces"),
        [
            (
                "check",
                "truckban.cli.check",
                Text("用 GPS 轨迹找线索，须经人工核实", "find leads in GPS traces, for a person to verify"),
            ),
            (
                "simulate",
                "truckban.cli.simulate",
                Text("造一天示意轨迹，真相已知，用来检验", "make a day of schematic traces whose truth is known"),
            ),
        ],
    ),
    (
        Text("通告与区域", "Notices and zones"),
        [
            (
                "notice",
                "truckban.cli.notice",
                Text("通告：列出、查看、核对、格式", "notices: list, show, validate, schema"),
            ),
            (
                "zone",
                "truckban.cli.zone",
                Text("由街道和通告的话画出禁行区域", "build the zone from streets and the notice's words"),
            ),
        ],
    ),
)


def version_text(say: Speaker) -> str:
    """Name the program's version and those of the notices that come with it."""
    from truckban.notices.load import builtin_names, builtin_notice  # noqa: PLC0415

    lines = [f"truckban {metadata.version('truckban')}"]
    for name in builtin_names():
        notice = builtin_notice(name)
        lines.append(say(f"通告 {name}", f"notice {name}") + f" sha256 {notice.sha256[:12]}")
    return "\n".join(lines)


def build(say: Speaker) -> Lazy:
    """Build the command line in one language."""

    def show_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001
        if value:
            click.echo(version_text(say))
            ctx.exit()

    root = Lazy(
        "truckban",
        help=say(
            "判断货车此时此地能不能通行，并说明依据。结果只是线索，须经人工核实。",
            "Tells whether a truck may be where it is, and why. What it finds are leads for a person to verify.",
        ),
        params=[
            click.Option(
                ["--lang"],
                type=click.Choice(["zh", "en"]),
                help=say("界面语言；不写则随系统", "language; the environment's unless said"),
            ),
            click.Option(
                ["--debug"],
                is_flag=True,
                help=say("出错时显示程序内部的经过", "show the program's inner trace on an error"),
            ),
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=show_version,
                help=say("显示版本", "show versions"),
            ),
        ],
        callback=lambda lang, debug: None,  # noqa: ARG005  (both are read before the commands are built)
    )
    root.say = say
    root.sections = _SECTIONS
    return root


def run(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    say = Speaker(language(arguments, os.environ))
    debug = "--debug" in arguments
    common = [a for a in arguments if a == "--debug" or a.startswith("--lang=")]
    rest = [a for a in arguments if a not in common]
    while "--lang" in rest[:-1]:
        at = rest.index("--lang")
        common += rest[at : at + 2]
        del rest[at : at + 2]
    try:
        status = build(say)([*common, *rest], prog_name="truckban", standalone_mode=False)
    except click.UsageError as error:
        complain(say("用法不对：", "Wrong call: ") + usage_sentence(error, say))
        if error.ctx is not None:
            complain(say(f"见 {error.ctx.command_path} --help", f"See {error.ctx.command_path} --help"))
        return WRONG_CALL
    except click.exceptions.NoArgsIsHelpError as error:
        complain(error.format_message())
        return WRONG_CALL
    except (click.Abort, KeyboardInterrupt):
        complain(say("已中断", "interrupted"))
        return WRONG_CALL
    except InputError as error:
        if debug:
            raise
        complain(error.say(say.lang))
        return UNREADABLE
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        if debug:
            raise
        complain(
            say(
                f"程序内部出错（{type(error).__name__}）；加 --debug 可看经过，请连同它报告",
                f"an error inside the program ({type(error).__name__}); run with --debug to see it, and report that",
            )
        )
        return UNREADABLE
    return status if isinstance(status, int) else 0


def entry() -> None:
    """Be the console script."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    sys.exit(run(sys.argv[1:]))
