"""`truckban retention`: what is past its time: shown, removed, held back."""

import datetime as dt
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from truckban.cli.base import DONE, Lazy, complain, group, new, write
from truckban.cli.language import Speaker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.settings import Settings
    from api.store.database import Store

_NOT_THERE = 1


@contextmanager
def _opened() -> "Iterator[tuple[Settings, Store]]":
    from api.cli.opened import store_of  # noqa: PLC0415
    from api.settings import Settings  # noqa: PLC0415

    settings = Settings.of_environment()
    with store_of(settings) as store:
        yield settings, store


def command(say: Speaker) -> Lazy:
    """Build the group."""

    def show() -> int:
        from api.retention.service import days_kept, due  # noqa: PLC0415
        from api.store.base import now  # noqa: PLC0415

        with _opened() as (settings, store):
            days = days_kept(settings)
            found = due(store, settings, now())
        write(
            say(
                f"保存期限：定位点 {days['raw_days']} 天，办结的线索 {days['lead_days']} 天，通行证 {days['permit_days']} 天，"
                f"没有提交的申请 {days['draft_days']} 天，日志 {days['log_days']} 天",
                f"kept: fixes {days['raw_days']} days, closed leads {days['lead_days']} days, permits {days['permit_days']} days, "
                f"applications never handed in {days['draft_days']} days, logs {days['log_days']} days",
            )
        )
        _tell(found, say("现在到期", "past their time now"))
        write(say(f"在保留中 {found['holds']}", f"held back: {found['holds']}"))
        return DONE

    def purge(*, dry_run: bool) -> int:
        from api.retention.service import due  # noqa: PLC0415
        from api.retention.service import purge as remove  # noqa: PLC0415
        from api.store.base import now  # noqa: PLC0415

        with _opened() as (settings, store):
            if dry_run:
                _tell(due(store, settings, now()), say("会删除", "would be removed"))
            else:
                _tell(remove(store, settings, now()), say("已删除", "removed"))
        return DONE

    def _tell(counts: dict[str, int], what: str) -> None:
        write(
            say(
                f"{what}：{counts['tracks']} 条线索的定位点，办结的线索 {counts['closed_leads']} 条，"
                f"长期未办的线索 {counts['lapsed_leads']} 条，通行证和申请 {counts['permits']} 份，"
                f"没有提交的申请 {counts['drafts']} 份",
                f"{what}: fixes of {counts['tracks']} leads, {counts['closed_leads']} closed leads, "
                f"{counts['lapsed_leads']} leads left open, {counts['permits']} permits and applications, "
                f"{counts['drafts']} applications never handed in",
            )
        )

    def hold(lead: str, why: str, until: dt.datetime) -> int:
        from api.store.audit import Actor, note  # noqa: PLC0415
        from api.store.lead_acts import lead_of  # noqa: PLC0415
        from api.store.retention import add_hold  # noqa: PLC0415

        with _opened() as (_, store), store.write() as session:
            found = lead_of(session, lead, locked=True)
            if found is None:
                complain(say("没有这条线索", "there is no such lead"))
                return _NOT_THERE
            actor = Actor("command", "program")
            end = until.astimezone(dt.UTC)
            made = add_hold(session, found, why=why, until=end, actor=actor.id)
            details = {"hold": made.id, "until": end.isoformat()}
            note(session, actor, "retention.hold", f"lead:{lead}", why=why, details=details)
            write(made.id)
        return DONE

    commands = [
        new(say, show, "show", ("保存期限，以及现在到期的", "How long what is kept, and what is past its time."), []),
        new(
            say,
            purge,
            "purge",
            ("删除到期的定位点、线索和通行证", "Remove fixes, leads and permits that are past their time."),
            [click.Option(["--dry-run"], is_flag=True, help=say("只说会删除多少", "only say how many"))],
        ),
        new(
            say,
            hold,
            "hold",
            ("让一条线索及其定位点保留到期限以后", "Keep a lead and its fixes beyond their time."),
            [
                click.Argument(["lead"], metavar="LEAD"),
                click.Option(["--why"], required=True, help=say("理由", "the reason")),
                click.Option(
                    ["--until"],
                    required=True,
                    type=click.DateTime(["%Y-%m-%d"]),
                    help=say("保留到哪一天（年-月-日）", "until which day (YYYY-MM-DD)"),
                ),
            ],
        ),
    ]
    return group(say, "retention", ("保存期限", "How long what is kept."), commands)
