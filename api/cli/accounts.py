"""`truckban account`: the first administrator, lost passwords, who may do what."""

import re
import unicodedata
from pathlib import Path

import click

from truckban.cli.base import DONE, Command, Lazy, group, new, write
from truckban.cli.language import Speaker
from zones.errors import InputError
from zones.text import Text


def command(say: Speaker) -> Lazy:
    """Build the group."""
    return group(
        say,
        "account",
        (
            "账号：建第一个管理员、重设密码、列出、权限表。",
            "Accounts: the first administrator, lost passwords, rights.",
        ),
        [_create_admin(say), _reset(say), _list(say), _rights(say)],
    )


def _create_admin(say: Speaker) -> Command:
    def create_admin(login: str, name: str | None, *, prompt: bool) -> int:
        from api.accounts.schemas import LOGIN  # noqa: PLC0415
        from api.accounts.service import create_account  # noqa: PLC0415
        from api.cli.opened import opened_store  # noqa: PLC0415
        from api.store.audit import Actor  # noqa: PLC0415

        if not re.fullmatch(LOGIN, login):
            text = Text("登录名用小写字母、数字和 . _ @ -", "a login has small letters, figures and . _ @ -")
            raise InputError(text, field="LOGIN")
        asked = click.prompt(say("密码", "Password"), hide_input=True, confirmation_prompt=True) if prompt else None
        with opened_store() as (settings, store), store.write() as session:
            made = create_account(
                session,
                settings,
                Actor("console", "program"),
                login=login,
                name=name or login,
                role="admin",
                password=asked,
            )
            password = made.password
        _told(say, login, None if prompt else password, settings.one_time_hours)
        return DONE

    return new(
        say,
        create_admin,
        "create-admin",
        (
            "建一个管理员；不加 --prompt 时打印一个一次性密码，只显示这一次。",
            "Make an administrator; without --prompt a one-time password is printed, this once.",
        ),
        [
            click.Argument(["login"]),
            click.Option(["--name"], help=say("姓名", "the person's name")),
            click.Option(["--prompt"], is_flag=True, help=say("自己输入密码", "type the password oneself")),
        ],
    )


def _reset(say: Speaker) -> Command:
    def reset(login: str) -> int:
        from api.accounts.service import reset_password  # noqa: PLC0415
        from api.cli.opened import opened_store  # noqa: PLC0415
        from api.store.accounts import account_by_login  # noqa: PLC0415
        from api.store.audit import Actor  # noqa: PLC0415

        with opened_store() as (settings, store), store.write() as session:
            account = account_by_login(session, login, change=True)
            if account is None:
                raise InputError(Text(f"没有账号 {login}", f"there is no account {login}"), field="LOGIN")
            password = reset_password(session, settings, Actor("console", "program"), account).password
        _told(say, login, password, settings.one_time_hours)
        return DONE

    return new(
        say,
        reset,
        "reset",
        (
            "给一个账号新的一次性密码；它的登录、动态码和锁定都结束。",
            "Give an account a one-time password; its sessions, second step and lock end.",
        ),
        [click.Argument(["login"])],
    )


def _list(say: Speaker) -> Command:
    def list_() -> int:
        from api.cli.opened import opened_store  # noqa: PLC0415
        from api.store.accounts import accounts  # noqa: PLC0415

        after: str | None = None
        with opened_store() as (_, store):
            while True:
                with store.read() as session:
                    found = accounts(session, after=after, limit=500)[:500]
                    for each in found:
                        state = say("启用", "active") if each.active else say("停用", "closed")
                        write(f"{each.id}  {_wide(each.login, 24)}  {_wide(each.role, 10)}  {state}  {each.name}")
                        after = each.id
                if not found:
                    return DONE

    return new(say, list_, "list", ("列出账号", "List the accounts"), [])


def _rights(say: Speaker) -> Command:
    def rights(out: str | None) -> int:
        from api.access.page import access_page  # noqa: PLC0415

        if out is None:
            click.echo(access_page(), nl=False)
        else:
            Path(out).write_text(access_page(), "utf-8")
        return DONE

    return new(
        say,
        rights,
        "rights",
        ("谁可以做什么：角色与操作的表（Markdown）", "Who may do what: the table of roles and operations, as Markdown"),
        [click.Option(["--out"], type=click.Path(dir_okay=False), help=say("写到文件", "write to a file"))],
    )


def _told(say: Speaker, login: str, password: str | None, hours: float) -> None:
    if password is None:
        write(say(f"已建立 {login}", f"{login} is there"))
        return
    write(
        say(
            f"{login} 的一次性密码（只显示这一次，{hours:g} 小时内更改）：",
            f"One-time password of {login}, shown this once, to be changed within {hours:g} hours:",
        )
    )
    write(password)


def _wide(text: str, width: int) -> str:
    """Fill up to a width of the screen, on which a Chinese character takes two places."""
    taken = sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
    return text + " " * max(0, width - taken)
