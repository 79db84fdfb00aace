"""Commands of the service; the command line finds them as a plug-in."""

from truckban.cli.base import Section
from zones.text import Text

SECTION: Section = (
    Text("服务", "The service"),
    [
        ("serve", "api.cli.serve", Text("启动服务", "start the service")),
        ("worker", "api.cli.worker", Text("处理排队的任务", "do the jobs that wait")),
        (
            "db",
            "api.cli.db",
            Text("数据库：建立、升级、核对、备份、恢复", "the store: init, migrate, check, backup, restore"),
        ),
        (
            "account",
            "api.cli.accounts",
            Text("账号：第一个管理员、密码、权限表", "accounts: create-admin, reset, list, rights"),
        ),
        ("audit", "api.cli.audit", Text("审计链：核对、链尾、导出", "the audit trail: verify, head, export")),
        ("recheck", "api.cli.recheck", Text("重新判断一条线索", "decide a lead again")),
        (
            "retention",
            "api.cli.retention",
            Text("保存期限：查看、删除、保留", "what is kept how long: show, purge, hold"),
        ),
    ],
)
