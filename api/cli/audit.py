"""`truckban audit`: the trail held against itself, its end, its lines."""

import sys

import click

from truckban.cli.base import DONE, Command, Lazy, group, new, write
from truckban.cli.language import Speaker

BROKEN = 1


def command(say: Speaker) -> Lazy:
    """Build the group."""
    return group(
        say,
        "audit",
        ("审计链：核对、链尾、导出。", "The audit trail: verify, head, export."),
        [_verify(say), _head(say), _export(say)],
    )


def _verify(say: Speaker) -> Command:
    def verify(expect: str | None) -> int:
        from api.audit.words import read_mark, sentence  # noqa: PLC0415
        from api.cli.opened import opened_store  # noqa: PLC0415
        from api.store import audit  # noqa: PLC0415

        mark = None if expect is None else read_mark(expect, "--expect")
        with opened_store() as (_, store), store.read() as session:
            found = audit.verify(session, expect=mark)
        write(sentence(found).of(say.lang))
        return DONE if found.fault is None else BROKEN

    return new(
        say,
        verify,
        "verify",
        (
            "核对整条审计链：被改、被删、被截尾、被重排都会指出第一条；有问题时退出码为 1。",
            "Hold the whole trail against itself; the first entry that was changed, removed, cut off or moved is named; exit status 1.",
        ),
        [
            click.Option(
                ["--expect"],
                metavar="NUMBER:HASH",
                help=say("以前另存的链尾，必须还在链里", "a head that was kept elsewhere; it must be in the trail"),
            )
        ],
    )


def _head(say: Speaker) -> Command:
    def head() -> int:
        from api.audit.words import mark_text  # noqa: PLC0415
        from api.cli.opened import opened_store  # noqa: PLC0415
        from api.store.audit import head_of  # noqa: PLC0415

        with opened_store() as (_, store), store.read() as session:
            write(mark_text(head_of(session)))
        return DONE

    return new(
        say,
        head,
        "head",
        (
            "打印链尾 序号:哈希，请存到别处：以后用 verify --expect 可知之前有没有被整体重写。",
            "Print NUMBER:HASH of the end, to be kept elsewhere: verify --expect tells later whether all before was rewritten.",
        ),
        [],
    )


def _export(say: Speaker) -> Command:
    def export(after: int) -> int:
        from api.audit.routes import export_lines  # noqa: PLC0415
        from api.cli.opened import opened_store  # noqa: PLC0415

        with opened_store() as (_, store):
            for piece in export_lines(store, after):
                sys.stdout.buffer.write(piece.encode())
        return DONE

    return new(
        say,
        export,
        "export",
        ("把审计链写成 JSON 行（标准输出）", "Write the trail as lines of JSON to standard output"),
        [
            click.Option(
                ["--after"],
                type=click.IntRange(min=0),
                default=0,
                help=say("从这个序号之后开始", "begin behind this number"),
            )
        ],
    )
