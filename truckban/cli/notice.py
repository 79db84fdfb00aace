"""`truckban notice`: list, show, validate, schema."""

import json
from collections.abc import Iterator

import click

from truckban.cli.base import DONE, DONE_WITH_REJECTS, Command, Lazy, complain, group, new, write
from truckban.cli.language import Speaker


def command(say: Speaker) -> Lazy:
    """Build the group."""
    return group(say, "notice", ("通告", "Notices"), [_list(say), _show(say), _validate(say), _schema(say)])


def _list(say: Speaker) -> Command:
    def list_() -> int:
        from truckban.notices.load import builtin_names, builtin_notice  # noqa: PLC0415

        for name in builtin_names():
            pack = builtin_notice(name).pack
            since = pack.dates.in_force or say("未写", "not stated")
            until = pack.dates.end or say("未写失效日期", "no end stated")
            write(
                f"{name}  {pack.doc_no or '-'}  {pack.place.province}{pack.place.name}  {since} – {until}  {pack.title}"
            )
        return DONE

    return new(say, list_, "list", ("列出内置通告", "List the built-in notices"), [])


def _show(say: Speaker) -> Command:
    def show(notice: str, *, as_json: bool) -> int:
        from truckban.notices.load import notice_named  # noqa: PLC0415

        found = notice_named(notice)
        if as_json:
            write(
                json.dumps(
                    found.pack.model_dump(mode="json", by_alias=True, exclude_none=True), ensure_ascii=False, indent=2
                )
            )
        else:
            for line in _lines(found, say):
                write(line)
        return DONE

    return new(
        say,
        show,
        "show",
        (
            "查看一个通告：日期、条款原文、规则、豁免、已定和未定的问题",
            "Show a notice: dates, clauses verbatim, norms, questions settled and open",
        ),
        [
            click.Argument(["notice"], metavar=say("通告名或YAML文件", "NOTICE")),
            click.Option(["--json", "as_json"], is_flag=True, help=say("输出 JSON", "print JSON")),
        ],
    )


def _lines(notice, say: Speaker) -> Iterator[str]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    pack = notice.pack
    unsaid = say("未写", "not stated")
    yield pack.title
    yield f"{pack.doc_no or '-'}  {pack.issuer}"
    yield say(
        f"成文 {pack.dates.issued or unsaid}  公布 {pack.dates.published or unsaid}  施行 {pack.dates.in_force or unsaid}  失效 {pack.dates.end or unsaid}",
        f"made {pack.dates.issued or unsaid}  published {pack.dates.published or unsaid}  "
        f"in force {pack.dates.in_force or unsaid}  ends {pack.dates.end or unsaid}",
    )
    if pack.dates.enforceable is not None:
        yield say(f"开始处罚 {pack.dates.enforceable}", f"penalties from {pack.dates.enforceable}")
    yield f"sha256 {notice.sha256}"
    yield ""
    yield say("条款原文", "Clauses, verbatim")
    for clause in pack.clauses:
        yield f"  [{clause.id}] {clause.text}"
    yield ""
    yield say("规范（规则、豁免、通行证）", "Norms (rules, exemptions, permits)")
    for name, norm in notice.norms.items():
        over = say("，解除 ", ", lifts ") + ", ".join(norm.written.over) if norm.written.over else ""
        yield f"  {name} [{norm.written.clause}]{over}"
    yield ""
    yield say("文本留下的问题", "Questions the text leaves")
    for question in pack.questions:
        settled = question.readings[question.settled].text.of(say.lang) if question.settled else say("未定", "open")
        yield f"  {question.id} [{question.clause}] {question.ask.text.of(say.lang)}"
        yield f"    → {settled}"
        yield f"      {question.why.text.of(say.lang)}"


def _validate(say: Speaker) -> Command:
    def validate(file: str) -> int:
        from truckban.notices.load import validate as problems_of  # noqa: PLC0415

        problems = problems_of(file)
        for problem in problems:
            complain(problem.say(say.lang))
        if problems:
            complain(say(f"{len(problems)} 处要改", f"{len(problems)} to put right"))
            return DONE_WITH_REJECTS
        write(say(f"{file}：没有问题", f"{file}: nothing wrong"))
        return DONE

    return new(
        say,
        validate,
        "validate",
        (
            "核对一个通告文件，逐条指出错在哪一行、应该怎样",
            "Check a notice's file; each fault with its line and what would be right",
        ),
        [click.Argument(["file"], metavar=say("文件.yaml", "FILE.yaml"))],
    )


def _schema(say: Speaker) -> Command:
    def schema() -> int:
        from truckban.notices.model import NoticePack  # noqa: PLC0415

        write(json.dumps(NoticePack.model_json_schema(), ensure_ascii=False, indent=2))
        return DONE

    return new(say, schema, "schema", ("输出通告文件的 JSON Schema", "Print the JSON Schema of a notice's file"), [])
