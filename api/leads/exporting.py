"""Leads as sheets: written while they are read, however many there are."""

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy.orm import Session

from api.leads.again import local
from api.privacy import Plates
from api.store.database import Store
from api.store.lead_search import Filters, Order, every_lead, facts_of
from api.store.tables.leads import Lead, LeadFacts
from truckban.traces.output import cell

COLUMNS = (
    *("lead_id", "state", "assignee", "vehicle_id", "plate", "entered_at", "left_at", "roads", "route", "probability"),
    *("verdict", "reasons", "clauses", "missing", "enforceable", "permit_status", "vehicle_class", "enterprise_id"),
    *("grade", "notice", "entry", "entry_street", "entry_number", "entry_from", "exit", "exit_street", "exit_number"),
    *("exit_from", "distance_inside_m", "depth_max_m", "mean_speed_kmh", "max_speed_kmh", "evidence_missing"),
    *("incident_id", "merged_into", "notice_sha256", "zone_sha256", "program", "plates"),
)
MOST_ROWS = 1_000_000
"""A sheet of Excel has 1,048,576 rows."""
_OF_LEAD = frozenset(
    ("lead_id", "state", "assignee", "probability", "verdict", "enforceable", "vehicle_class", "enterprise_id", "grade")
) | {"notice", "incident_id", "merged_into"}  # fmt: skip
_BASIS = frozenset(("notice_sha256", "zone_sha256", "program"))


def rows_of(session: Session, filters: Filters, plates: Plates) -> Iterator[list[Any]]:
    """Yield the rows of a sheet, the oldest lead first."""
    bases: dict[str, Any] = {}
    for leads in every_lead(session, filters, Order(descending=False)):
        facts = facts_of(session, leads)
        _learn(session, bases, leads)
        for lead in leads:
            yield [_cell(name, lead, facts[lead.number], bases[lead.basis_id], plates) for name in COLUMNS]


def _learn(session: Session, bases: dict[str, Any], leads: Sequence[Lead]) -> None:
    from api.store.lead_acts import basis_of  # noqa: PLC0415

    for id_ in {lead.basis_id for lead in leads} - set(bases):
        bases[id_] = {name: getattr(basis_of(session, id_), name) for name in _BASIS}


def _cell(name: str, lead: Lead, facts: LeadFacts, basis: dict[str, Any], plates: Plates) -> Any:  # noqa: ANN401, PLR0911
    if name in _OF_LEAD:
        return cell(getattr(lead, name))
    if name in _BASIS:
        return basis[name]
    match name:
        case "plate":
            return cell(plates.plate(lead.plate))
        case "vehicle_id":
            return cell(plates.vehicle(lead.vehicle_id, lead.plate))
        case "plates":
            return "full" if plates.full else "masked"
        case "entered_at" | "left_at":
            return local(getattr(lead, name), lead)
    return cell(facts.facts[name])


def csv_of(store: Store, filters: Filters, plates: Plates) -> Iterator[bytes]:
    """Yield a CSV file that Excel reads as UTF-8."""
    yield b"\xef\xbb\xbf" + _line(COLUMNS)
    with store.read() as session:
        for row in rows_of(session, filters, plates):
            yield _line(row)


def _line(row: Sequence[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(["" if value is None else value for value in row])
    return text.getvalue().encode("utf-8", "backslashreplace")


def xlsx_of(store: Store, filters: Filters, plates: Plates) -> Iterator[bytes]:
    """Yield an Excel file; rows go to the disk as they come, and what is beyond a sheet's rows is on the next sheet."""
    with tempfile.TemporaryDirectory(prefix="truckban-") as folder:
        path = Path(folder) / "leads.xlsx"
        with xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": folder}) as book, store.read() as session:
            sheet: Any = None
            for number, row in enumerate(rows_of(session, filters, plates)):
                at = number % MOST_ROWS
                if at == 0:
                    sheet = _sheet(book, number // MOST_ROWS + 1)
                for column, value in enumerate(row):
                    _write(sheet, at + 1, column, value)
            if sheet is None:
                _sheet(book, 1)
        with path.open("rb") as file:
            while piece := file.read(1 << 16):
                yield piece


def _sheet(book: Any, number: int) -> Any:  # noqa: ANN401
    sheet = book.add_worksheet(f"leads {number}" if number > 1 else "leads")
    for column, name in enumerate(COLUMNS):
        sheet.write_string(0, column, name)
    sheet.freeze_panes(1, 0)
    return sheet


def _write(sheet: Any, row: int, column: int, value: Any) -> None:  # noqa: ANN401
    if isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif value is not None:
        sheet.write_string(row, column, value)
