"""`truckban db`: the store."""

from pathlib import Path

import click

from truckban.cli.base import DONE, Command, Lazy, group, new, write
from truckban.cli.language import Speaker

_FAULTS = 1


def command(say: Speaker) -> Lazy:
    """Build the group."""
    return group(
        say, "db", ("数据库", "The store."), [_init(say), _migrate(say), _check(say), _back_up(say), _restore(say)]
    )


def _init(say: Speaker) -> Command:
    def init() -> int:
        from api.cli.opened import store_of  # noqa: PLC0415
        from api.documents.service import seed  # noqa: PLC0415
        from api.settings import Settings  # noqa: PLC0415
        from api.store.schema import migrate  # noqa: PLC0415

        settings = Settings.of_environment()
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        settings.data_dir.chmod(0o700)
        with store_of(settings) as store:
            before, after = migrate(store)
            seed(store, settings.notices)
        write(f"{before or '-'} -> {after or '-'}")
        write(
            say("下一步：truckban account create-admin 登录名", "Next: truckban account create-admin LOGIN")
            if before is None
            else say("数据库原来就有", "the store was there already")
        )
        return DONE

    return new(say, init, "init", ("建立数据库和数据文件夹", "Make the store and the folder of its files."), [])


def _migrate(say: Speaker) -> Command:
    def migrate_(to: str) -> int:
        from api.cli.opened import store_of  # noqa: PLC0415
        from api.settings import Settings  # noqa: PLC0415
        from api.store.schema import migrate  # noqa: PLC0415

        with store_of(Settings.of_environment()) as store:
            before, after = migrate(store, to)
        write(f"{before or '-'} -> {after or '-'}")
        return DONE

    return new(
        say,
        migrate_,
        "migrate",
        ("升级（或退回）到一个版本", "Bring the store to a revision, forward or back."),
        [click.Option(["--to"], default="head", help=say("版本", "the revision"))],
    )


def _check(say: Speaker) -> Command:
    def check() -> int:
        from api.cli.opened import store_of  # noqa: PLC0415
        from api.settings import Settings  # noqa: PLC0415
        from api.store.audit import head_of  # noqa: PLC0415
        from api.store.check import faults  # noqa: PLC0415

        with store_of(Settings.of_environment()) as store:
            found = faults(store)
            for line in found:
                write(line)
            if not found:
                with store.read() as session:
                    head = head_of(session)
                write(
                    say(
                        f"数据库完好；审计链第 {head.number} 条 {head.hash}",
                        f"the store is sound; audit entry {head.number} {head.hash}",
                    )
                )
        return _FAULTS if found else DONE

    return new(
        say,
        check,
        "check",
        (
            "核对数据库：版本、结构、完整性、外键、审计链",
            "Hold the store against what it should be: revision, tables, integrity, keys, audit trail.",
        ),
        [],
    )


def _back_up(say: Speaker) -> Command:
    def backup(file: Path) -> int:
        from api.cli.opened import store_of  # noqa: PLC0415
        from api.settings import Settings  # noqa: PLC0415
        from api.store.backup import back_up  # noqa: PLC0415

        settings = Settings.of_environment()
        with store_of(settings) as store:
            _said(say, back_up(store, settings.data_dir, file))
        return DONE

    return new(
        say,
        backup,
        "backup",
        (
            "备份到一个文件（数据库和上传的文件）；服务不用停",
            "Write a backup of the store and its files to one file; the service may go on.",
        ),
        [_file(say)],
    )


def _restore(say: Speaker) -> Command:
    def restore(file: Path, *, replace: bool) -> int:
        from api.cli.opened import store_of  # noqa: PLC0415
        from api.settings import Settings  # noqa: PLC0415
        from api.store.restoring import restore  # noqa: PLC0415

        settings = Settings.of_environment()
        with store_of(settings) as store:
            _said(say, restore(store, settings.data_dir, file, replace=replace))
        return DONE

    return new(
        say,
        restore,
        "restore",
        (
            "从备份恢复；先停服务。已有数据时要加 --replace，原来的会改名留着",
            "Restore a backup; stop the service first. What is there is replaced only with --replace, and set aside.",
        ),
        [
            _file(say),
            click.Option(["--replace"], is_flag=True, help=say("替换已有的数据", "replace what is there")),
        ],
    )


def _file(say: Speaker) -> click.Argument:
    return click.Argument(["file"], type=click.Path(path_type=Path), metavar=say("备份文件", "FILE"))


def _said(say: Speaker, manifest: dict[str, object]) -> None:
    tables, files = manifest["tables"], manifest["files"]
    assert isinstance(tables, dict)  # noqa: S101
    assert isinstance(files, dict)  # noqa: S101
    rows = sum(table["rows"] for table in tables.values())
    write(
        say(
            f"{len(tables)} 张表 {rows} 行，{len(files)} 个文件，版本 {manifest['revision']}",
            f"{len(tables)} tables with {rows} rows, {len(files)} files, revision {manifest['revision']}",
        )
    )
