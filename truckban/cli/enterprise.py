"""`truckban enterprise`: list, show, match; the other commands stand beside."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from truckban.cli.base import DONE, DONE_WITH_REJECTS, Command, Lazy, complain, group, json_of, new, read_lines, write
from truckban.cli.enterprise_export import export_command
from truckban.cli.enterprise_given import as_json_option, day_given, on_option, registry_given, registry_option
from truckban.cli.enterprise_lists import diff_command, import_command
from truckban.cli.enterprise_loads import loads_command
from truckban.cli.enterprise_said import alias_command, code_command, withdraw_command
from truckban.cli.enterprise_shippers import shippers_command
from truckban.cli.enterprise_visits import visits_command
from truckban.cli.language import Speaker

if TYPE_CHECKING:
    from enterprises.registry import Entry, Registry


def command(say: Speaker) -> Lazy:
    """Build the group."""
    return group(
        say,
        "enterprise",
        (
            "货运源头企业：公布的名单，历次版本，名称匹配",
            "Source enterprises: the published list, its versions, matching names",
        ),
        [
            _list(say),
            _show(say),
            import_command(say),
            diff_command(say),
            withdraw_command(say),
            alias_command(say),
            code_command(say),
            _match(say),
            shippers_command(say),
            visits_command(say),
            loads_command(say),
            export_command(say),
        ],
    )


def _list(say: Speaker) -> Command:
    def list_(registry: str | None, on: str | None, *, as_json: bool) -> int:
        from enterprises.kinds import kind_words  # noqa: PLC0415
        from truckban.freight.enterprise_answers import entry_json  # noqa: PLC0415

        known = registry_given(registry)
        day = day_given(on, say) or known.latest
        entries = known.listed(day)
        if as_json:
            write(json.dumps([entry_json(known, entry, say.lang) for entry in entries], ensure_ascii=False, indent=1))
            return DONE
        for line in _head(known, day, say):
            write(line)
        words = kind_words()
        for entry in entries:
            site = say("", "") if entry.sites else say("  位置未公布", "  no position published")
            write(f"{entry.number:3d}  {entry.id}  {entry.name}  [{words[entry.kind].of(say.lang)}]{site}")
        return DONE

    return new(
        say,
        list_,
        "list",
        ("列出某日有效的名单", "List the enterprises of the list in force on a day"),
        [registry_option(say), on_option(say), as_json_option(say)],
    )


def _head(known: "Registry", day: Any, say: Speaker) -> Iterator[str]:  # noqa: ANN401
    if known.invented:
        yield say("这份名录是虚构的，只用于示意区。", "This registry is invented, for the demonstration area only.")
    document = known.in_force(day)
    if document is None:
        since = known.lists[0].valid_from
        yield say(
            f"{day} 没有已知的名单；最早收录的自 {since} 起。",
            f"No list is known for {day}; the first at hand holds from {since}.",
        )
        return
    yield f"{document.title}  {document.doc_no or '-'}  {document.id}"
    phone = document.supervision_phone or say("未写", "not stated")
    yield say(
        f"{document.issuer or '-'}  {document.issued}  自 {document.valid_from} 起  监督电话 {phone}",
        f"{document.issuer or '-'}  {document.issued}  from {document.valid_from}  supervision telephone {phone}",
    )
    yield say(f"共 {len(document.lines)} 家", f"{len(document.lines)} enterprises")
    if len(known.lists) > 1:
        others = say("、", ", ").join(
            f"{each.id} ({each.valid_from})" for each in known.lists if each.id != document.id
        )
        yield say(f"名录里其他名单：{others}", f"other lists of this registry: {others}")
    if document.note:
        yield document.note.of(say.lang)


def _show(say: Speaker) -> Command:
    def show(enterprise: str, registry: str | None, on: str | None, *, as_json: bool) -> int:
        from truckban.freight.enterprise_answers import entry_json, told  # noqa: PLC0415

        known = registry_given(registry)
        day = day_given(on, say) or known.latest
        with told():
            entry = known.find(enterprise, day)
        if as_json:
            write(json.dumps(entry_json(known, entry, say.lang), ensure_ascii=False, indent=1))
            return DONE
        for line in _lines(known, entry, say):
            write(line)
        return DONE

    return new(
        say,
        show,
        "show",
        ("查看一家企业：名称、在册起止、位置", "Show an enterprise: names, when it was listed, sites"),
        [
            click.Argument(["enterprise"], metavar=say("名称|编号|序号", "NAME|ID|NUMBER")),
            registry_option(say),
            on_option(say),
            as_json_option(say),
        ],
    )


def _lines(known: "Registry", entry: "Entry", say: Speaker) -> Iterator[str]:
    from enterprises.kinds import kind_words  # noqa: PLC0415

    open_ = say("至今", "still")
    yield entry.name
    yield f"{entry.id}  {kind_words()[entry.kind].of(say.lang)}"
    yield say("统一社会信用代码 ", "unified social credit code ") + (
        entry.credit_code or say("未公布", "not published")
    )
    for name, span in known.names(entry.id):
        yield f"  {span.since} – {span.to or open_}  {name}"
    for alias in known.enterprises[entry.id].aliases:
        yield say("  别名 ", "  also ") + f"{alias.name}  ({alias.source}, {alias.date})"
    if not entry.listed:
        yield say("当日不在名单上", "not on the list of the day")
    if not entry.sites:
        yield say(
            "位置没有公布；用 truckban enterprise import FILE --sites 导入",
            "no position is published; truckban enterprise import FILE --sites imports one",
        )
    for site in entry.sites:
        invented = say("（虚构）", " (invented)") if site.invented else ""
        yield f"  {site.geometry['type']} {site.crs}{invented}  {site.source}  {site.date}  {site.name or ''}".rstrip()


def _match(say: Speaker) -> Command:
    def match(names: str | None, name: tuple[str, ...], on: str | None, registry: str | None) -> int:
        from enterprises.names import Matcher  # noqa: PLC0415
        from truckban.freight.enterprise_answers import match_json, told  # noqa: PLC0415
        from truckban.json_text import identity  # noqa: PLC0415
        from zones.errors import InputError  # noqa: PLC0415

        if (names is None) is (not name):
            raise click.UsageError(say("名称写在文件里，或用 --name 给出", "names come from a file, or by --name"))
        if names is not None and on is not None:
            raise click.UsageError(
                say("--on 与 --name 合用；文件里每行写 on", "--on goes with --name; a file says it by line")
            )
        with told():
            matcher = Matcher(registry_given(registry))
        for each in name:
            asked = {"name": each} if on is None else {"name": each, "on": on}
            for line in _in_words(each, match_json(asked, matcher, say.lang), say):
                write(line)
        lines = read_lines(names, each=True) if names is not None else []
        status = DONE
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            fields: Any = None
            try:
                fields = json_of(line)
                found = match_json(fields, matcher, say.lang)
            except InputError as error:
                status = DONE_WITH_REJECTS
                found = {
                    "id": identity(fields),
                    "error": {"line": number, "field": error.field, "message": error.text.of(say.lang)},
                }
            write(json.dumps(found, ensure_ascii=False))
        if matcher.registry.invented:
            complain(say("名录是虚构的", "the registry is invented"))
        return status

    return new(
        say,
        match,
        "match",
        (
            "一个名称指名单上的哪一家，把握多大，为什么（一行一个 JSON）",
            "Which listed enterprise a name means, how surely, and why (one JSON a line)",
        ),
        [
            click.Argument(["names"], required=False, metavar=say("[名称.jsonl|-]", "[NAMES.jsonl|-]")),
            click.Option(
                ["--name"],
                multiple=True,
                metavar=say("名称", "NAME"),
                help=say("直接给出名称，用文字回答；可多次", "a name, answered in words; may be given again"),
            ),
            on_option(say),
            registry_option(say),
        ],
    )


def _in_words(name: str, found: dict[str, Any], say: Speaker) -> Iterator[str]:
    if found["list"] is None:
        listed = say("当日的名单没有收录", "the list of that day is not known")
    else:
        listed = say("在名单上", "listed") if found["listed"] else say("当日不在名单上", "not listed on the day")
    if found["match"]:
        yield f"{name}: {found['enterprise']}  {found['match']}  {listed}"
    else:
        yield f"{name}: " + say("名单上没有能确定的企业", "no listed enterprise that is certain")
    for each in found["candidates"]:
        yield f"  {each['score']:.2f}  {each['name']}  {each['why']}"
    yield from (f"  {warning['message']}" for warning in found["warnings"])
