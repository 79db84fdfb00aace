"""`truckban serve`: the service."""

import click

from truckban.cli.base import Command, new
from truckban.cli.language import Speaker


def command(say: Speaker) -> Command:
    """Build the command."""

    def serve(host: str | None, port: int | None) -> int:
        import uvicorn  # noqa: PLC0415

        from api.app import create_app  # noqa: PLC0415
        from api.settings import Settings  # noqa: PLC0415

        settings = Settings()
        settings = Settings.model_validate(
            {**settings.model_dump(), "host": host or settings.host, "port": settings.port if port is None else port}
        )
        uvicorn.run(create_app(settings), host=settings.host, port=settings.port, log_level=settings.log_level)
        return 0

    return new(
        say,
        serve,
        "serve",
        (
            "启动服务；设置都是环境变量 TRUCKBAN_…。",
            "Start the service; settings are environment variables TRUCKBAN_….",
        ),
        [
            click.Option(["--host"], help=say("监听的地址", "the address to listen on")),
            click.Option(["--port"], type=click.IntRange(0, 65535), help=say("端口", "the port")),
        ],
    )
