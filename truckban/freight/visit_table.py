"""`visits.csv` read again: the visits of one command as what another compares with."""

import csv
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from enterprises.registry import Registry
from enterprises.visits import CERTAINTIES, Certainty, Visit
from truckban.freight.visit_files import LOADS
from truckban.vehicles.plates import read_plate
from zones.errors import InputError
from zones.text import Text

_NEEDED = ("vehicle_id", "plate", "enterprise", "site", "arrived_at", "left_at", "certainty", "others")
_LOADS = {name: number for number, name in LOADS.items() if name}
_MASK = "*"


@dataclass(frozen=True, slots=True)
class VisitTable:
    """Visits of a file.

    Attributes:
        visits: in its order.
        lines: of the file, one a visit.
        classes: vehicle classes by vehicle id, where the file has them.
        notes: what a reader must know.
    """

    visits: tuple[Visit, ...]
    lines: tuple[int, ...]
    classes: Mapping[str, str]
    notes: tuple[Text, ...]


def read_visits(path: Path, registry: Registry) -> VisitTable:
    """Read the visits that `truckban enterprise visits --plates` wrote.

    Args:
        path: its folder, or `visits.csv`.
        registry: whose enterprises the visits are at.

    Raises:
        InputError: no such file, not such a file, plates that are masked, or enterprises that the registry does not have.
    """
    file = path / "visits.csv" if path.is_dir() else path
    visits, lines, classes = [], [], {}
    for line, row in _rows(file):
        try:
            visit = _visit(row)
        except InputError as error:
            raise InputError(error.text, file=file.name, line=line, field=error.field) from None
        if visit.enterprise is not None and visit.enterprise not in registry.enterprises:
            raise InputError(
                Text(
                    f"名录里没有企业 {visit.enterprise}；--registry 应是找到访时用的那份名录",
                    f"the registry has no enterprise {visit.enterprise}; --registry is the one that the visits were found with",
                ),
                file=file.name,
                line=line,
                field="enterprise",
            )
        visits.append(visit)
        lines.append(line)
        if row.get("vehicle_class"):
            classes[visit.vehicle_id] = row["vehicle_class"]
    return VisitTable(tuple(visits), tuple(lines), classes, tuple(_notes(file, registry)))


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened, strict=True)
            missing = [name for name in _NEEDED if name not in (reader.fieldnames or ())]
            if missing:
                listed = ", ".join(missing)
                raise InputError(
                    Text(
                        f"不是 truckban enterprise visits 写出的到访表：缺少列 {listed}",
                        f"this is no table of visits that truckban enterprise visits wrote: it lacks {listed}",
                    ),
                    file=file.name,
                )
            for row in reader:
                yield reader.line_num, {name: value or "" for name, value in row.items() if name is not None}
    except FileNotFoundError:
        raise InputError(Text("没有这个文件", "there is no such file"), file=file.name) from None
    except (OSError, UnicodeDecodeError, csv.Error):
        raise InputError(Text("不是 UTF-8 编码的 CSV", "this is not CSV in UTF-8"), file=file.name) from None


def _visit(row: Mapping[str, str]) -> Visit:
    plate, certainty = row["plate"], row["certainty"]
    if _MASK in plate or _MASK in row["vehicle_id"]:
        raise InputError(
            Text(
                "号牌遮盖过，无法与记录对照；请用 truckban enterprise visits --plates 重新写出",
                "the plates are masked, no record can be compared with them; write the visits with --plates",
            ),
            field="plate",
        )
    known: dict[str, Certainty] = {name: name for name in CERTAINTIES}
    if certainty not in known:
        listed = ", ".join(CERTAINTIES)
        raise InputError(Text(f"应为 {listed} 之一", f"one of {listed} is needed"), field="certainty")
    arrived, left = _instant(row, "arrived_at"), _instant(row, "left_at")
    if left < arrived:
        raise InputError(Text("离开早于到达", "it left before it arrived"), field="left_at")
    return Visit(
        vehicle_id=row["vehicle_id"],
        plate=_plate(plate),
        enterprise=row["enterprise"] or None,
        site=row["site"] or None,
        arrived_s=arrived,
        left_s=left,
        certainty=known[certainty],
        others=tuple(one for one in row["others"].split(";") if one),
        load_before=_LOADS.get(row.get("load_before", "")),
        load_after=_LOADS.get(row.get("load_after", "")),
    )


def _plate(text: str) -> str | None:
    """Return a plate as records spell it; one that no reader takes stays as it is and fits no record."""
    try:
        return read_plate(text).number if text else None
    except InputError:
        return text


def _instant(row: Mapping[str, str], name: str) -> float:
    try:
        at = dt.datetime.fromisoformat(row[name])
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise InputError(
            Text(f"应为带时区的时间：{row[name]}", f"a time with an offset is needed: {row[name]}"), field=name
        )
    return at.timestamp()


def _notes(file: Path, registry: Registry) -> Iterator[Text]:
    try:
        run: Any = json.loads((file.parent / "run.json").read_text("utf-8"))
        sha256 = run["origins"]["registry"]["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    if sha256 != registry.sha256:
        yield Text(
            "到访是用另一份（或另一版）名录找到的",
            "the visits were found with another registry, or another version of it",
        )
