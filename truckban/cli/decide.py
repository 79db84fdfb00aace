"""`truckban decide`: JSON cases in, one JSON verdict a line out."""

import json
from typing import Any

import click

from truckban.cli.base import DONE, DONE_WITH_REJECTS, Command, json_of, new, read_lines, write
from truckban.cli.language import Speaker


def command(say: Speaker) -> Command:
    """Build the command."""

    def decide(cases: str, notice: str, zone: tuple[str, ...]) -> int:
        from truckban.json_text import identity  # noqa: PLC0415
        from truckban.questions.jurisdictions import jurisdictions_named  # noqa: PLC0415
        from zones.errors import InputError  # noqa: PLC0415

        law = jurisdictions_named(notice, zone)
        status = DONE
        for number, line in enumerate(read_lines(cases, each=True), start=1):
            if not line.strip():
                continue
            case: Any = None
            try:
                case = json_of(line)
                found = law.answer(case)
            except InputError as error:
                status = DONE_WITH_REJECTS
                case_id = identity(case)
                wrong = {"line": number, "field": error.field, "message": error.text.of(say.lang)}
                found = {"id": case_id, "error": wrong}
            write(json.dumps(found, ensure_ascii=False))
        return status

    return new(
        say,
        decide,
        "decide",
        (
            "对每个案例（一行一个 JSON）给出结论：禁止、允许或无法确定，并附条款。",
            "Answer each case (one JSON a line): prohibited, allowed or undetermined, with its clause.",
        ),
        [
            click.Argument(["cases"], metavar=say("案例.jsonl|-", "CASES.jsonl|-")),
            click.Option(
                ["--notice"],
                default="linyi-2023-5",
                show_default=True,
                help=say(
                    "内置通告名、YAML 文件，或一个地方、几个地方前后各通告的文件夹",
                    "a built-in notice, a YAML file, or a folder of the notices of one place or several over time",
                ),
            ),
            click.Option(
                ["--zone"],
                multiple=True,
                help=say(
                    "区域文件（GeoJSON）；不写则用通告自带的；通告有几个区域或有几个地方时可多次",
                    "a zone file (GeoJSON); the notice's own unless said; may be repeated where there are several zones or places",
                ),
            ),
        ],
    )
