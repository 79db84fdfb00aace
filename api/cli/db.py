"""`truckban db`: the store."""

import click

from truckban.cli.base import Lazy, group, new
from truckban.cli.language import Speaker


def command(say: Speaker) -> Lazy:
    """Build the group."""

    def migrate_(to: str) -> int:
        from api.settings import Settings  # noqa: PLC0415
        from api.store.database import Store  # noqa: PLC0415
        from api.store.schema import migrate  # noqa: PLC0415

        store = Store(Settings().url)
        before, after = migrate(store, to)
        store.close()
        click.echo(f"{before or '-'} -> {after or '-'}")
        return 0

    return group(
        say,
        "db",
        ("数据库", "The store."),
        [
            new(
                say,
                migrate_,
                "migrate",
                ("升级（或退回）到一个版本", "Bring the store to a revision, forward or back."),
                [click.Option(["--to"], default="head", help=say("版本", "the revision"))],
            )
        ],
    )
