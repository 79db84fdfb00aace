"""`truckban worker`: does the jobs that wait in the store."""

import click

from truckban.cli.base import Command, new
from truckban.cli.language import Speaker


def command(say: Speaker) -> Command:
    """Build the command."""

    def worker(at_once: int, *, once: bool, with_parent: bool) -> int:
        import logging  # noqa: PLC0415
        import os  # noqa: PLC0415
        import signal  # noqa: PLC0415
        import threading  # noqa: PLC0415

        from api.cli.opened import store_of  # noqa: PLC0415
        from api.jobs.worker import Worker  # noqa: PLC0415
        from api.settings import Settings  # noqa: PLC0415

        settings = Settings.of_environment()
        logging.basicConfig(
            level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
        )
        with store_of(settings) as store:
            working = Worker(settings, store, at_once=at_once)

            def stop(*_: object) -> None:
                working.stopping.set()

            def stop_with_parent() -> None:
                while os.read(0, 1024):
                    pass
                stop()

            signal.signal(signal.SIGTERM, stop)
            signal.signal(signal.SIGINT, stop)
            if with_parent:
                threading.Thread(target=stop_with_parent, daemon=True).start()
            if once:
                working.run_until_idle()
            else:
                working.run()
        return 0

    return new(
        say,
        worker,
        "worker",
        (
            "处理数据库里排队的任务（核查轨迹、清理过期数据）；可以同时开几个。",
            "Do the jobs that wait in the store (checks of traces, deletion of what is over); there may be several.",
        ),
        [
            click.Option(
                ["--at-once"],
                type=click.IntRange(1, 64),
                default=1,
                show_default=True,
                help=say("同时处理几个", "how many at a time"),
            ),
            click.Option(["--once"], is_flag=True, help=say("做完排队的任务就结束", "end when no job waits any more")),
            click.Option(["--with-parent"], is_flag=True, hidden=True),
        ],
    )
