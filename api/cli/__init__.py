"""Commands of the service; the command line finds them as a plug-in."""

from truckban.cli.base import Section
from zones.text import Text

SECTION: Section = (
    Text("服务", "The service"),
    [
        ("serve", "api.cli.serve", Text("启动服务", "start the service")),
        (
            "db",
            "api.cli.db",
            Text("数据库：建立、升级、核对、备份、恢复", "the store: init, migrate, check, backup, restore"),
        ),
    ],
)
