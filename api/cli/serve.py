"""`truckban serve`: the service, with a worker beside it."""

import click

from truckban.cli.base import Command, complain, new, write
from truckban.cli.language import Speaker
from zones.errors import InputError
from zones.text import Text


def command(say: Speaker) -> Command:
    """Build the command."""

    def serve(host: str | None, port: int | None, *, no_worker: bool) -> int:
        import sqlalchemy as sa  # noqa: PLC0415

        from api.app import create_app  # noqa: PLC0415
        from api.serving import run  # noqa: PLC0415
        from api.settings import Settings  # noqa: PLC0415
        from api.store.database import Store  # noqa: PLC0415
        from api.store.schema import migrate, newest, revision_of  # noqa: PLC0415
        from api.store.swapping import finish_restore  # noqa: PLC0415

        settings = _with(Settings.of_environment(), host, port)
        store = Store(settings.url)
        try:
            finish_restore(store, settings.data_dir)
            if settings.demonstration and revision_of(store) is None:
                migrate(store)
            if revision_of(store) != newest():
                raise InputError(
                    Text(
                        "数据库还没有建好，或不是本程序的版本：请运行 truckban db init 或 truckban db migrate",
                        "the store is not there yet, or of another version: run truckban db init or truckban db migrate",
                    )
                )
            if settings.demonstration:
                _demonstrate(say, settings, store)
        except sa.exc.DBAPIError as error:
            # it may be away for a moment: the service starts, and says so under /v1/ready
            name = type(error).__name__
            complain(say(f"数据库暂时没有响应（{name}）", f"the store does not answer at the moment ({name})"))
        finally:
            store.close()
        run(create_app(settings), settings, worker=not no_worker)
        return 0

    return new(
        say,
        serve,
        "serve",
        (
            "启动服务，并带一个处理任务的进程；设置都是环境变量 TRUCKBAN_…。",
            "Start the service, with a worker beside it; settings are environment variables TRUCKBAN_….",
        ),
        [
            click.Option(["--host"], help=say("监听的地址", "the address to listen on")),
            click.Option(["--port"], type=click.IntRange(0, 65535), help=say("端口", "the port")),
            click.Option(
                ["--no-worker"],
                is_flag=True,
                help=say("不带处理进程（另用 truckban worker）", "no worker (run truckban worker elsewhere)"),
            ),
        ],
    )


def _with(settings, host: str | None, port: int | None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    from pydantic import ValidationError  # noqa: PLC0415

    told = {"host": host or settings.host, "port": settings.port if port is None else port}
    try:
        return type(settings).model_validate({**settings.model_dump(), **told})
    except ValidationError as error:
        text = Text(f"设置不行：{error.errors()[0]['msg']}", f"these settings will not do: {error.errors()[0]['msg']}")
        raise InputError(text, field="--host") from None


def _demonstrate(say: Speaker, settings, store) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    from api.demonstration import set_up  # noqa: PLC0415

    def told(text: Text) -> None:
        write(text.of(say.lang))

    made = set_up(settings, store, told)
    if made is None:
        write(
            say(
                "演示账号已有，密码不再显示；忘了就删掉数据文件夹重来",
                "the accounts are there; passwords are shown only once: delete the data folder to begin anew",
            )
        )
        return
    write(say("演示账号（密码只显示这一次）：", "Accounts of the demonstration (passwords are shown this once):"))
    for account in made:
        write(f"  {account.login:<12}{account.password}")
