"""`truckban`: the commands, grouped as a person would look for them."""

import atexit
import gc
import os
import re
import sys
from pathlib import Path

import click

from truckban.cli.base import DONE, UNREADABLE, WRONG_CALL, Lazy, complain, metavars, usage_sentence
from truckban.cli.language import Speaker, language
from zones.errors import InputError, why_not
from zones.text import Text

_OF_EXTRA = re.compile(r"""(?P<name>[\w.-]+).*;\s*extra\s*==\s*["'](?P<extra>\w+)["']""")
"""A line of a package's metadata that says what an extra needs."""
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
                "trip",
                "truckban.cli.trip",
                Text("这趟能不能走，不能走怎么办", "is this trip lawful, and if not, what is"),
            ),
            (
                "permit",
                "truckban.cli.permit",
                Text("通行证：签发、二维码、离线核验", "permits: sign, QR code, check them offline"),
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
                "match",
                "truckban.cli.match",
                Text("轨迹走了哪些街道，多大把握", "which streets the traces took, and how sure that is"),
            ),
            (
                "simulate",
                "truckban.cli.simulate",
                Text("造一天示意轨迹，真相已知，用来检验", "make a day of schematic traces whose truth is known"),
            ),
            ("score", "truckban.cli.score", Text("用已知的真相给线索打分", "hold leads against a known truth")),
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
    (
        Text("货运源头", "Where trucks load"),
        [
            (
                "enterprise",
                "truckban.cli.enterprise",
                Text("公布的源头企业：名单、版本、名称匹配", "published source enterprises: lists, versions, names"),
            ),
        ],
    ),
)


def version_text(say: Speaker) -> str:
    """Name the program's version and those of the notices that come with it."""
    from importlib import metadata  # noqa: PLC0415

    from enterprises.registry_file import builtin_registry  # noqa: PLC0415
    from truckban.notices.load import builtin_names, builtin_notice  # noqa: PLC0415

    lines = [f"truckban {metadata.version('truckban')}"]
    for name in builtin_names():
        notice = builtin_notice(name)
        lines.append(say(f"通告 {name}", f"notice {name}") + f" sha256 {notice.sha256[:12]}")
    registry = builtin_registry()
    lines.append(
        say(f"企业名录 {registry.lists[-1].id}", f"registry {registry.lists[-1].id}")
        + f" sha256 {(registry.sha256 or '')[:12]}"
    )
    return "\n".join(lines)


def build(say: Speaker) -> Lazy:
    """Build the command line in one language."""

    def show_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001
        if value:
            click.echo(version_text(say))
            ctx.exit()

    root = Lazy(
        "truckban",
        **metavars(say),
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
    root.plugins = "truckban.commands"
    return root


def run(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    say = Speaker(language(arguments, os.environ))
    try:
        status = build(say)(_common_first(arguments), prog_name="truckban", standalone_mode=False)
    except BrokenPipeError:
        sys.stderr.close()
        return DONE
    except Exception as error:
        if "--debug" in arguments:
            raise
        return _explained(error, say)
    except KeyboardInterrupt:
        complain(say("已中断", "interrupted"))
        return WRONG_CALL
    return status if isinstance(status, int) else DONE


def _common_first(arguments: list[str]) -> list[str]:
    """Put `--debug` and `--lang` before the command: people write them anywhere."""
    rest, common = [], []
    words = iter(arguments)
    for word in words:
        if word == "--lang":
            common += [word, *([following] if (following := next(words, None)) is not None else [])]
        elif word == "--debug" or word.startswith("--lang="):
            common.append(word)
        else:
            rest.append(word)
    return [*common, *rest]


def _explained(error: Exception, say: Speaker) -> int:
    """Tell a person what went wrong; return the exit status."""
    match error:
        case click.exceptions.NoArgsIsHelpError():
            complain(error.format_message())
            return WRONG_CALL
        case click.UsageError():
            complain(say("用法不对：", "Wrong call: ") + usage_sentence(error, say))
            if error.ctx is not None:
                complain(say(f"见 {error.ctx.command_path} --help", f"See {error.ctx.command_path} --help"))
            return WRONG_CALL
        case click.Abort():
            complain(say("已中断", "interrupted"))
            return WRONG_CALL
        case InputError():
            told = error.say(say.lang)
        case OSError():
            name = f"{Path(str(error.filename)).name}: " if error.filename else ""
            why = why_not(error)
            told = say(f"{name}文件读写失败：{why.zh}", f"{name}the file could not be read or written: {why.en}")
        case ModuleNotFoundError(name=str(module)) if (extra := _extra_with(module)) is not None:
            told = say(
                f"没有安装 {module}；请运行 pip install 'truckban[{extra}]'",
                f"{module} is not installed; run pip install 'truckban[{extra}]'",
            )
        case _:
            told = say(
                f"程序内部出错（{type(error).__name__}）；加 --debug 可看经过，请连同它报告",
                f"an error inside the program ({type(error).__name__}); run with --debug to see it, and report that",
            )
    complain(told)
    return UNREADABLE


def _extra_with(module: str) -> str | None:
    """Return the extra of this program that installs a module; None where none bears its name."""
    from importlib import metadata  # noqa: PLC0415

    def plain(name: str) -> str:
        return re.sub(r"[-_.]+", "-", name).lower()

    for line in metadata.requires("truckban") or ():
        wanted = _OF_EXTRA.fullmatch(line)
        if wanted is None or wanted["extra"] == "dev":  # it holds all others
            continue
        if plain(wanted["name"]) == plain(module.partition(".")[0]):
            return wanted["extra"]
    return None


def entry() -> None:
    """Be the console script."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    # pydantic would read what every installed package says of itself, to find plug-ins; none is wanted
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # what a command imports and makes stays until it ends: to look for garbage after every 700 objects is a tenth of a short run
    # (of a check, passages and their streets: looking through them took as long as cleaning torn traces)
    gc.set_threshold(500_000 if "check" in sys.argv[1:] else 50_000)
    # and at the end, when it goes as a whole: to look through it once more took a fifth of a check of 20 million rows
    atexit.register(gc.freeze)
    sys.exit(run(sys.argv[1:]))
