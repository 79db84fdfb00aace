"""`truckban vehicle classify`: licences in, classes out."""

import json
from typing import Any

import click

from truckban.cli.base import DONE, DONE_WITH_REJECTS, Command, Lazy, group, json_of, new, read_lines, write
from truckban.cli.language import Speaker


def command(say: Speaker) -> Lazy:
    """Build the group."""
    return group(say, "vehicle", ("车辆", "Vehicles"), [_classify(say)])


def _classify(say: Speaker) -> Command:
    def classify(vehicles: str) -> int:
        from truckban.json_text import identity  # noqa: PLC0415
        from truckban.questions.asking import classify_json  # noqa: PLC0415
        from zones.errors import InputError  # noqa: PLC0415

        status = DONE
        for number, line in enumerate(read_lines(vehicles, each=True), start=1):
            if not line.strip():
                continue
            fields: Any = None
            try:
                fields = json_of(line)
                found = classify_json(fields, say.lang)
            except InputError as error:
                status = DONE_WITH_REJECTS
                vehicle_id = identity(fields)
                found = {
                    "id": vehicle_id,
                    "error": {"line": number, "field": error.field, "message": error.text.of(say.lang)},
                }
            write(json.dumps(found, ensure_ascii=False))
        return status

    return new(
        say,
        classify,
        "classify",
        (
            "由行驶证的文字、GA 24.4 代码或数值判断车辆类别（一行一个 JSON）。",
            "Classify vehicles by the licence's words, GA 24.4 codes or numbers (one JSON a line).",
        ),
        [click.Argument(["vehicles"], metavar=say("车辆.jsonl|-", "VEHICLES.jsonl|-"))],
    )
