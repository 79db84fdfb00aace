"""A file of trips or permits held against the published list: the same rows out, with the answer behind each.

CSV and Excel by their columns, JSON lines by their fields. Rows are handed back as they came, number plates as well.
"""

import datetime as dt
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from enterprises.names import Matcher
from truckban.freight.shippers import STATUSES, Shipper, check_shipper, shipper_json
from truckban.json_text import read_json
from truckban.trips.batch_cells import Cell, text_of
from truckban.trips.batch_files import read_grid, write_grid
from zones.errors import InputError
from zones.text import Text

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "shipper": ("发货单位", "托运单位", "托运人", "发货人", "货主", "货源单位", "装货单位", "装载单位", "源头企业", "企业名称", "enterprise"),
    "on": ("日期", "装货日期", "装载日期", "发车日期", "出车日期", "有效期起", "起始日期", "date", "day", "valid_from", "depart", "time"),
    "to": ("有效期止", "截止日期", "终止日期", "valid_to"),
    "credit_code": ("统一社会信用代码", "社会信用代码", "信用代码", "uscc"),
}  # fmt: skip
"""What a column or a field may be called, the likelier name first."""
ANSWERS = (
    "shipper_status", "shipper_listed", "shipper_enterprise", "shipper_name", "shipper_spans", "shipper_candidates", "shipper_reason",
    "shipper_source", "shipper_error",
)  # fmt: skip
_DAY = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})(?:\s*日)?")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s*(?:[Zz]|[+-]\d\d:?\d\d)")
_HEADER_WITHIN = 10
_ERROR = "error"
Answered = Shipper | InputError


def day_of(cell: Cell, zone: ZoneInfo) -> dt.date | None:
    """Return the day that a cell names, None for an empty one.

    An instant with an offset is taken to the zone: a truck that leaves at 23:30 UTC leaves on the next day in China.

    Raises:
        InputError: it names none.
    """
    if isinstance(cell, dt.datetime):
        return (cell.astimezone(zone) if cell.tzinfo else cell).date()
    if isinstance(cell, dt.date):
        return cell
    text = unicodedata.normalize("NFKC", text_of(cell)).strip()
    if not text:
        return None
    try:
        if _INSTANT.fullmatch(text):
            return (
                dt.datetime.fromisoformat(text.replace(" ", "")[:10] + "T" + text[11:].replace(" ", ""))
                .astimezone(zone)
                .date()
            )
        if (found := _DAY.match(text)) and not text[found.end() :][:1].isdigit():
            return dt.date(int(found[1]), int(found[2]), int(found[3]))
    except (ValueError, OverflowError):
        pass
    raise InputError(
        Text(f"应为日期，如 2024-05-08：{text}", f"a day is needed, such as 2024-05-08: {text}"), field="on"
    )


class Asking:
    """Asks about rows, each shipper and day once."""

    def __init__(self, matcher: Matcher, zone: ZoneInfo) -> None:
        """Take the registry's matcher and the zone of instants."""
        self.matcher = matcher
        self.zone = zone
        self._seen: dict[tuple[Any, ...], Answered] = {}

    def row(self, shipper: Cell, on: Cell, to: Cell = None, code: Cell = None) -> Answered:
        """Return the answer for one row, or what is wrong with it."""
        try:
            name = text_of(shipper).strip()
            first, last = day_of(on, self.zone), day_of(to, self.zone)
        except InputError as error:
            return error
        if not name:
            return InputError(Text("没有写发货单位", "no shipper is given"), field="shipper")
        if first is None:
            return InputError(Text("没有写日期", "no day is given"), field="on")
        key = (name, first, last, text_of(code).strip())
        if key not in self._seen:
            try:
                found: Answered = check_shipper(self.matcher, name, first, to=last, credit_code=key[3] or None)
            except InputError as error:
                found = error
            self._seen[key] = found
        return self._seen[key]


def check_sheet(
    path: Path, out: Path, asking: Asking, *, columns: Mapping[str, str], lang: str
) -> tuple[Counter[str], list[Text]]:
    """Answer a sheet (CSV, Excel) into another one; return how many rows got which answer, and what was found out of the file.

    Args:
        path: the sheet; rows above the header stay where they are.
        out: `.csv` or `.xlsx`.
        asking: whom to ask.
        columns: what the columns are called where their names are not known.
        lang: of the sentences.

    Raises:
        InputError: it cannot be read, or a column that is needed is not there; or `out` cannot be written.
    """
    grid = read_grid(path)
    head, places = _header(grid.rows, columns, path.name)
    width = max(len(row) for row in grid.rows[head:])
    counts: Counter[str] = Counter()
    rows = [list(row) for row in grid.rows[:head]]
    rows.append([*_padded(grid.rows[head], width), *ANSWERS])
    for row in grid.rows[head + 1 :]:
        if not any(text_of(cell).strip() for cell in row):
            rows.append(list(row))
            continue
        found = asking.row(*(_at(row, places.get(name)) for name in COLUMNS))
        counts[status_of(found)] += 1
        rows.append([*_padded(row, width), *_cells(found, lang)])
    write_grid(rows, out, path)
    return counts, list(grid.notes)


@dataclass(frozen=True, slots=True)
class Unlisted:
    """What a sheet says of its shippers.

    Attributes:
        rows: a shipper with one answer, those of the most rows first, none that was listed on all its days; then rows that name no
            shipper or no day. `shipper, status, rows, first_day, last_day, enterprise, name, reason`.
        counts: rows of the sheet by answer, `error` among them.
        notes: what was found out of the file.
    """

    rows: Sequence[dict[str, Any]]
    counts: Mapping[str, int]
    notes: Sequence[Text]


def unlisted_shippers(path: Path, asking: Asking, *, lang: str) -> Unlisted:
    """Return the shippers of a sheet of trips or permit applications that were not on the list on the day.

    Raises:
        InputError: it cannot be read, or a column that is needed is not there.
    """
    grid = read_grid(path)
    head, places = _header(grid.rows, {}, path.name)
    counts: Counter[str] = Counter()
    groups: dict[tuple[str, str], list[Shipper]] = {}
    wrong: Counter[tuple[str, str]] = Counter()
    for row in grid.rows[head + 1 :]:
        if any(text_of(cell).strip() for cell in row):
            found = asking.row(*(_at(row, places.get(name)) for name in COLUMNS))
            counts[status_of(found)] += 1
            if isinstance(found, InputError):
                wrong[text_of(_at(row, places["shipper"])).strip(), found.text.of(lang)] += 1
            elif not found.listed:
                groups.setdefault((found.name, found.status), []).append(found)
    rows = []
    for (name, status), answers in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
        first = min(answers, key=lambda answer: answer.on)
        rows.append(
            {
                "shipper": name,
                "status": status,
                "rows": len(answers),
                "first_day": first.on.isoformat(),
                "last_day": max(answer.to for answer in answers).isoformat(),
                "enterprise": first.match.id if first.match else None,
                "name": first.match.name if first.match else None,
                "reason": first.reason.of(lang),
            }
        )
    unread: dict[str, Any] = dict.fromkeys(("first_day", "last_day", "enterprise", "name"), "")
    rows += [
        {"shipper": name, "status": _ERROR, "rows": times, **unread, "reason": reason}
        for (name, reason), times in wrong.most_common()
    ]
    return Unlisted(rows, counted(counts), list(grid.notes))


def _padded(row: Sequence[Cell], width: int) -> list[Cell]:
    return [*row, *[None] * (width - len(row))]


def _at(row: Sequence[Cell], place: int | None) -> Cell:
    return row[place] if place is not None and place < len(row) else None


def _plain(cell: Cell) -> str:
    return re.sub(r"[\s_]", "", unicodedata.normalize("NFKC", text_of(cell))).casefold()


def _header(rows: Sequence[Sequence[Cell]], chosen: Mapping[str, str], file: str) -> tuple[int, dict[str, int]]:
    for number, row in enumerate(rows[:_HEADER_WITHIN]):
        there = {_plain(cell): place for place, cell in reversed(list(enumerate(row))) if _plain(cell)}
        places = {}
        for name, others in COLUMNS.items():
            names = [chosen[name]] if name in chosen else [name, *others]
            place = next((there[_plain(one)] for one in names if _plain(one) in there), None)
            if place is not None:
                places[name] = place
        if "shipper" in places and "on" in places and all(name in places for name in chosen):
            return number, places
    wanted = ", ".join(chosen.values()) or "shipper, on"
    raise InputError(
        Text(
            f"没有找到表头：要有发货单位（shipper）和日期（on）两列（{wanted}）；列名不同的用 --column 指定",
            f"no header is found: a column of shippers and one of days are needed ({wanted}); --column names them",
        ),
        file=file,
    )


def status_of(found: Answered) -> str:
    """Return a row's answer in one word: one of `STATUSES`, or `error`."""
    return _ERROR if isinstance(found, InputError) else found.status


def _cells(found: Answered, lang: str) -> list[Cell]:
    if isinstance(found, InputError):
        return [*[None] * (len(ANSWERS) - 1), found.text.of(lang)]
    listed = {True: "true", False: "false", None: ""}[found.listed]
    match, source = found.match, found.source
    return [
        found.status,
        listed,
        match.id if match else None,
        match.name if match else None,
        ";".join(f"{span.since}/{span.to or '..'}" for span in found.spans),
        ";".join(f"{one.name} ({one.score:g})" for one in found.candidates),
        found.reason.of(lang),
        source.of(lang) if source else None,
        None,
    ]


def check_lines(
    lines: Sequence[str], asking: Asking, say: Callable[[str], None], *, columns: Mapping[str, str], lang: str
) -> Counter[str]:
    """Answer JSON lines, each with its own fields and the answer in `shipper_check`; return how many got which answer.

    Args:
        lines: of the file; empty ones are passed over.
        asking: whom to ask.
        say: takes each line of the answer.
        columns: what the fields are called where their names are not known.
        lang: of the sentences.
    """
    counts: Counter[str] = Counter()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        fields: Any = None
        try:
            fields = read_json(line)
            found = asking.row(*(_field(fields, name, columns) for name in COLUMNS))
        except InputError as error:
            found = error
        counts[status_of(found)] += 1
        own = dict(fields) if isinstance(fields, Mapping) else {}
        if isinstance(found, InputError):
            answer: dict[str, Any] = {"error": {"line": number, "field": found.field, "message": found.text.of(lang)}}
        else:
            answer = {"shipper_check": shipper_json(found, asking.matcher.registry, lang)}
        say(json.dumps(own | answer, ensure_ascii=False))
    return counts


def _field(fields: Any, name: str, chosen: Mapping[str, str]) -> str | None:  # noqa: ANN401
    if not isinstance(fields, Mapping):
        raise InputError(Text("应为对象 {…}", "an object {…} is needed"))
    names = [chosen[name]] if name in chosen else [name, *COLUMNS[name]]
    value = next((fields[one] for one in names if fields.get(one) is not None), None)
    if value is not None and not isinstance(value, str):
        raise InputError(Text("应为文字", "text is needed"), field=name)
    return value


def counted(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the counts of all answers, those of none as 0, and their sum as `rows`."""
    every = {name: counts.get(name, 0) for name in (*STATUSES, _ERROR)}
    return {"rows": sum(every.values()), **every}
