"""The page: one HTML file that holds everything it shows and asks the network for nothing."""

import base64
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from jinja2.runtime import Macro
from markupsafe import Markup

from truckban.hours import DAY_S
from truckban.report.drawing import Drawing
from truckban.report.lead_map import lead_maps
from truckban.report.phrases import IN_SCRIPT, PHRASES, say
from truckban.report.rows import Reader, Shown, chosen
from truckban.report.templating import asset, environment, said
from truckban.report.words import GRADES, VERDICTS
from truckban.traces.check import Checked
from truckban.traces.clean.noted import vehicles_of
from truckban.traces.output import run_facts
from truckban.traces.read.rejects import reasons_of
from truckban.traces.read.tables import Reject
from zones.text import Text

ROWS_AT_MOST = 1000
DRAWN_AT_MOST = 3000
MAPS_AT_MOST = 300
REJECTS_SHOWN = 20
_MANY = 150
"""More lawful or unsure passages than this hide the leads on the map; they are drawn when they are asked for."""
_DAY_HOURS = 24


def write_report(checked: Checked, path: Path, *, lang: str) -> None:
    """Write the report of a check as one self-contained HTML file.

    The same outcome gives the same bytes. Plates are masked; vehicle ids, file names and messages are taken as hostile.

    Args:
        checked: the outcome.
        path: the file; it is replaced.
        lang: `zh` or `en`.
    """
    page = html(checked, lang="zh" if lang == "zh" else "en")
    path.write_text(page, encoding="utf-8", newline="\n")


def html(
    checked: Checked, *, lang: str, rows: int = ROWS_AT_MOST, drawn: int = DRAWN_AT_MOST, maps: int = MAPS_AT_MOST
) -> str:
    """Return the page.

    Args:
        checked: the outcome.
        lang: `zh` or `en`.
        rows: how many leads it lists at most.
        drawn: how many passages it draws at most.
        maps: how many leads have a map of their own at most.
    """
    shown = chosen(checked, rows=rows, drawn=drawn)
    counts = checked.counts()
    reader = Reader(checked, lang)
    drawing = Drawing(checked.ground.zone)
    script = asset("report.js")
    return (
        environment()
        .get_template("page.html")
        .render(
            lang=lang,
            html_lang="zh-CN" if lang == "zh" else "en",
            t=partial(said, lang),
            # what every lead says is looked up rather than asked for: a call takes ten times as long
            sentence={key: words.of(lang) for key, words in PHRASES.items()},
            once=_once({}),
            number=_number,
            style=Markup(asset("colours.css") + asset("report.css")),  # noqa: S704 - the program's own
            script=Markup(script),  # noqa: S704
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            pack=checked.notice.pack,
            zone=checked.ground.zone,
            grade=GRADES[checked.ground.zone.grade].of(lang),
            schematic=checked.ground.zone.grade == "schematic",
            not_fit=checked.fit_for_enforcement is False,
            counts=counts,
            run=run_facts(checked),
            days=_days(checked),
            hours=_hours(checked),
            spans=[span for window in checked.notice.pack.windows.values() for span in window.spans],
            concerned=len({lead.vehicle_id for lead in checked.leads}),
            verdicts={kind: words.of(lang) for kind, words in VERDICTS.items()},
            anchors=reader.anchors,
            leads=[SimpleNamespace(**reader.lead(part)) for part in shown.leads],
            maps=lead_maps(shown.leads[:maps], drawing, lang),
            rule=reader.rule,
            shown=shown,
            hidden=[kind for kind in ("lawful", "unsure") if counts["passages"][kind] > _MANY],
            rejects=_rejects(checked, reader, lang),
            notes=[
                (reader.masker.text(note.of(lang)), [reader.masker.name(name) for name in vehicles_of(note)])
                for note in checked.notes
            ],
            **_map(drawing, shown, reader, lang),
        )
    )


def _once(known: dict[tuple[str, int], str]) -> Callable[[Macro, SimpleNamespace], str]:
    """Return what a template asks for a macro with, so that what is the same for many leads is put together once."""

    def once(macro: Macro, standing: SimpleNamespace) -> str:
        key = macro.name, standing.number
        if key not in known:
            known[key] = macro(standing)
        return known[key]

    return once


def _map(drawing: Drawing, shown: Shown, reader: Reader, lang: str) -> dict[str, Any]:
    paths = drawing.passages([part.line if (path := part.path) is None else path for part in shown.parts])
    passages = [reader.passage(part) for part in shown.parts]
    # the leads are drawn on top, and last of all the dashed ones, which let what is below them show
    layers = {
        kind: [
            (number, d)
            for number, (d, passage) in enumerate(zip(paths, passages, strict=True))
            if passage["kind"] == kind
        ]
        for kind in ("lawful", "unsure", "prohibited", "undetermined")
    }
    left, top, width, height = drawing.view
    return {
        "drawing": drawing,
        "layers": layers,
        "a_pixel_m": round(max(width, height) / 620, 2),
        "data": {
            "view": [left, top, width, height],
            "passages": passages,
            "leads": len(shown.leads),
            "all_leads": shown.all_leads,
            "text": {key: say(key, lang) for key in IN_SCRIPT},
        },
    }


def _days(checked: Checked) -> tuple[str, str] | None:
    """Return the first and the last day of the data in the notice's zone of time."""
    traces = checked.fixes
    if traces.first_s > traces.last_s:
        return None
    here = ZoneInfo(checked.notice.pack.timezone)
    first, last = (dt.datetime.fromtimestamp(float(t_s), tz=here).date() for t_s in (traces.first_s, traces.last_s))
    return str(first), str(last)


def _hours(checked: Checked) -> list[dict[str, Any]]:
    """Return for each hour of the day how many leads began in it, as a share of the most, and whether it is banned."""
    begun = Counter(dt.datetime.fromisoformat(lead.entered_at).hour for lead in checked.leads)
    most = max(begun.values(), default=1)
    banned = [
        _clock_hours(span)
        for window in checked.notice.pack.windows.values()
        if window.mode == "during"
        for span in window.spans
    ]
    return [
        {
            "hour": hour,
            "leads": begun[hour],
            "share": round(100 * begun[hour] / most),
            "banned": any(hour in span for span in banned),
        }
        for hour in range(_DAY_HOURS)
    ]


def _clock_hours(span: str) -> set[int]:
    """Return the hours of the day that a span (`22:00-07:00`) touches."""
    begin, end = (int(clock[:2]) * 3600 + int(clock[3:]) * 60 for clock in span.split("-"))
    length = (end - begin - 1) % DAY_S + 1
    return {second % DAY_S // 3600 for second in range(begin, begin + length, 60)}


def _rejects(checked: Checked, reader: Reader, lang: str) -> dict[str, Any]:
    traces, vehicles = checked.fixes.rejects, checked.fleet.rejects
    groups = {
        "traces": traces,
        "vehicles": vehicles,
        "permits": checked.rejects[len(traces) + len(vehicles) :],
    }
    by_reason = [
        (name, reader.masker.text(reason), count)
        for name, group in groups.items()
        for reason, count in _said(reasons_of(group), lang).most_common()
    ]
    return {
        "by_reason": by_reason[:REJECTS_SHOWN],
        "first": [_reject(reject, reader, lang) for reject in checked.rejects[:REJECTS_SHOWN]],
        "all": len(checked.rejects),
    }


def _said(reasons: Counter[Text], lang: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for reason, count in reasons.items():
        found[reason.of(lang)] += count
    return found


def _reject(reject: Reject, reader: Reader, lang: str) -> Mapping[str, Any]:
    text = reader.masker.text
    return {
        "file": text(reject.file),
        "line": reject.line,
        "field": reject.field,
        "reason": text(reject.reason.of(lang)),
    }


def _number(value: int) -> str:
    return f"{value:,}"
