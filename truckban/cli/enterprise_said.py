"""`truckban enterprise alias | code | withdraw`: what an operator says of a registry, shown, confirmed, kept with who and when."""

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from truckban.cli.base import Command, new
from truckban.cli.enterprise_given import day_given, registry_given, registry_option
from truckban.cli.enterprise_saving import own_registry, saved, yes_option
from truckban.cli.language import Speaker

if TYPE_CHECKING:
    from enterprises.operating import Said


def alias_command(say: Speaker) -> Command:
    """Build `alias`."""

    def alias(enterprise: str, name: str, registry: str | None, *, remove: bool, yes: bool, **given: Any) -> int:  # noqa: ANN401
        from enterprises.operating import with_alias, without_alias  # noqa: PLC0415
        from truckban.freight.enterprise_answers import told  # noqa: PLC0415

        path = own_registry(registry, say)
        known = registry_given(str(path))
        with told():
            entry = known.find(enterprise, known.latest)
            change = without_alias if remove else with_alias
            after = change(known, entry.id, name, _said(given, say))
        shown = f"{'-' if remove else '+'} {entry.name} = {name}"
        return saved(after, path, [shown], say, yes=yes, expected=known.sha256)

    return new(
        say,
        alias,
        "alias",
        (
            "登记或撤销一家企业的别名，匹配名称时使用",
            "Say, or take back, another name of an enterprise, for matching",
        ),
        [
            _enterprise_argument(say),
            click.Argument(["name"], metavar=say("别名", "ALIAS")),
            registry_option(say),
            *_said_options(say),
            click.Option(["--remove"], is_flag=True, help=say("撤销这个别名", "take the alias back")),
            yes_option(say),
        ],
    )


def code_command(say: Speaker) -> Command:
    """Build `code`."""

    def code(
        enterprise: str,
        code: str | None,
        registry: str | None,
        *,
        remove: bool,
        yes: bool,
        **given: Any,  # noqa: ANN401
    ) -> int:
        from enterprises.operating import with_code, without_code  # noqa: PLC0415
        from truckban.freight.enterprise_answers import told  # noqa: PLC0415

        if remove == (code is not None):
            raise click.UsageError(
                say("写一个代码，或用 --remove 撤销，二者取一", "give a code, or --remove; one of the two")
            )
        path = own_registry(registry, say)
        known = registry_given(str(path))
        with told():
            said = _said(given, say)
            entry = known.find(enterprise, known.latest)
            after = without_code(known, entry.id, said) if code is None else with_code(known, entry.id, code, said)
        none = say("无", "none")
        shown = f"~ {entry.name}: {entry.credit_code or none} → {after.code_of(entry.id) or none}"
        return saved(after, path, [shown], say, yes=yes, expected=known.sha256)

    return new(
        say,
        code,
        "code",
        (
            "登记或撤销一家企业的统一社会信用代码",
            "Say, or take back, an enterprise's unified social credit code",
        ),
        [
            _enterprise_argument(say),
            click.Argument(["code"], required=False, metavar=say("代码", "CODE")),
            registry_option(say),
            *_said_options(say),
            click.Option(["--remove"], is_flag=True, help=say("撤销登记的代码", "take the code back")),
            yes_option(say),
        ],
    )


def withdraw_command(say: Speaker) -> Command:
    """Build `withdraw`."""

    def withdraw(list_id: str, registry: str | None, why: str, *, undo: bool, yes: bool, **given: Any) -> int:  # noqa: ANN401
        from enterprises.operating import with_list_restored, with_list_withdrawn  # noqa: PLC0415
        from truckban.freight.enterprise_answers import told  # noqa: PLC0415

        path = own_registry(registry, say)
        known = registry_given(str(path))
        with told():
            change = with_list_restored if undo else with_list_withdrawn
            after = change(known, list_id, _said(given, say), why)
        document = next(one for one in (*known.lists, *known.withdrawn) if one.id == list_id)
        lines = [
            f"{'+' if undo else '-'} {document.id}  {document.title}  {document.doc_no or '-'}  {document.valid_from}  "
            + say(f"{len(document.lines)} 家", f"{len(document.lines)} enterprises"),
            say("此后有效的名单：", "lists that hold after this: ")
            + ", ".join(f"{one.id} ({one.valid_from})" for one in after.lists),
        ]
        return saved(after, path, lines, say, yes=yes, expected=known.sha256)

    return new(
        say,
        withdraw,
        "withdraw",
        (
            "撤回一份导错的名单（保留，不再计入），--undo 恢复",
            "Withdraw a list that was imported wrongly (it is kept and does not count); --undo restores it",
        ),
        [
            click.Argument(["list_id"], metavar=say("名单编号", "LIST")),
            registry_option(say),
            *_said_options(say),
            click.Option(["--why"], required=True, metavar=say("文字", "TEXT"), help=say("为什么", "why")),
            click.Option(["--undo"], is_flag=True, help=say("恢复已撤回的名单", "restore a withdrawn list")),
            yes_option(say),
        ],
    )


def _enterprise_argument(say: Speaker) -> click.Argument:
    return click.Argument(["enterprise"], metavar=say("名称|编号|序号", "NAME|ID|NUMBER"))


def _said_options(say: Speaker) -> list[click.Parameter]:
    return [
        click.Option(
            ["--by"],
            required=True,
            metavar=say("文字", "TEXT"),
            help=say("谁说的、依据什么文件", "who says so, or by which document"),
        ),
        click.Option(["--date"], metavar=say("日期", "DAY"), help=say("哪一天；不写为今天", "which day; today unless said")),
    ]  # fmt: skip


def _said(given: dict[str, Any], say: Speaker) -> "Said":
    from enterprises.operating import Said  # noqa: PLC0415

    day = day_given(given["date"], say, "--date")
    return Said(given["by"], day or dt.datetime.now().astimezone().date())
