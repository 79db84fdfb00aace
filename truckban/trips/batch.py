"""A dispatcher's sheet of trips: the same sheet back, with verdict, reason and the best way out in columns of its own."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from truckban.moments import read_instant
from truckban.places import CRS
from truckban.traces.check import Step, silently
from truckban.traces.read.column_names import plain as plain_name
from truckban.trips.answer import answer_trip
from truckban.trips.batch_cells import UNITS, Cell, Places, instant, plain, vehicle_value
from truckban.trips.batch_files import WRITTEN, read_grid, write_grid
from truckban.trips.ends import Sites
from truckban.trips.model import Options
from truckban.trips.rules import Rule
from zones.errors import InputError
from zones.routing.ground import TripStreets
from zones.text import Text

_HEADER_WITHIN = 20
_VEHICLE: Mapping[str, str] = {
    "plate": "plate_no 车牌 车牌号 车牌号码 号牌号码 车号",
    "plate_color": "号牌颜色 车牌颜色",
    "vehicle_type": "车辆类型 车型 车辆种类",
    "gross_mass_kg": "总质量 总质量kg 总质量公斤 总质量千克 最大总质量 gross_mass",
    "length_mm": "车长 车长mm 车长毫米 length 外廓长",
    "height_mm": "车高 车高mm 车高毫米 height 外廓高",
    "width_mm": "车宽 车宽mm 车宽毫米 width 外廓宽",
    "axle_load_kg": "轴荷 轴重 轴荷kg 轴重kg 轴重公斤",
    "energy": "能源 能源种类 能源类型 燃料 燃料种类 燃料类型",
    "service": "用途 专门用途",
    "on_duty": "执行任务",
    "dangerous_goods": "危险品 危险货物 危化品",
}
# columns that say their unit: what it is of the field's
_IN_UNITS: Mapping[str, tuple[str, float]] = {
    **dict.fromkeys(("总质量吨", "总质量t", "grossmasst"), ("gross_mass_kg", 1000.0)),
    **dict.fromkeys(("轴荷吨", "轴重吨", "轴重t", "轴荷t"), ("axle_load_kg", 1000.0)),
    **dict.fromkeys(("车长米", "车长m", "lengthm"), ("length_mm", 1000.0)),
    **dict.fromkeys(("车高米", "车高m", "heightm"), ("height_mm", 1000.0)),
    **dict.fromkeys(("车宽米", "车宽m", "widthm"), ("width_mm", 1000.0)),
}
_ORIGIN = "起点 出发地 始发地 起运地 发货地 装货地 出发地点 装货地点 发货地址 装货地址 提货地"
_DESTINATION = "终点 目的地 到达地 收货地 卸货地 到达地点 卸货地点 收货地址 卸货地址 送货地"
_TRIP: Mapping[str, str] = {
    "id": "编号 序号 单号 运单号 派车单号 订单号 行程编号 trip_id no",
    "origin": "from start " + _ORIGIN,
    "destination": "to end " + _DESTINATION,
    "origin_lon": "from_lon start_lon " + " ".join(f"{word}经度" for word in _ORIGIN.split()),
    "origin_lat": "from_lat start_lat " + " ".join(f"{word}纬度" for word in _ORIGIN.split()),
    "destination_lon": "to_lon end_lon " + " ".join(f"{word}经度" for word in _DESTINATION.split()),
    "destination_lat": "to_lat end_lat " + " ".join(f"{word}纬度" for word in _DESTINATION.split()),
    "depart": "departure departs 出发时间 出发时刻 发车时间 起运时间 计划出发时间 预计出发时间 装货时间",
    "arrive": "arrival arrives 到达时间 到达时刻 要求到达时间 计划到达时间 预计到达时间 送达时间 卸货时间",
    "date": "day 日期 用车日期 发车日期 出发日期 运输日期",
    "crs": "坐标系",
}
_MEANING = {
    plain_name(word): field
    for names in (_VEHICLE, _TRIP)
    for field, words in names.items()
    for word in (field, *words.split())
}
_ENDS = ("origin", "destination")
_TIMES = ("depart", "arrive")
_COLUMNS = (
    Text("结论", "verdict"),
    Text("原因", "reason"),
    Text("最佳办法", "best alternative"),
    Text("办法出发时间", "alternative departs"),
    Text("办法到达时间", "alternative arrives"),
    Text("多用分钟", "extra minutes"),
    Text("多走公里", "extra km"),
    Text("办证须写道路", "permit roads"),
    Text("办证须写时段", "permit hours"),
    Text("读不懂的地方", "error"),
)
_VERDICTS = {
    "lawful": Text("合法", "lawful"),
    "unlawful": Text("违法", "unlawful"),
    "undetermined": Text("无法确定", "undetermined"),
}
_KINDS = {
    "detour": Text("绕行", "another way"),
    "depart": Text("改时间", "another time"),
    "wait": Text("等待", "a wait"),
    "vehicle": Text("换车", "another vehicle"),
    "permit": Text("办通行证", "a permit"),
}
# of no use in a sheet: every row would say so
_NOT_SAID = {"time.assumed_zone", "zone.schematic"}
_OF_ALL = {"time.assumed_zone": Text("时间没有写时区，按 {} 理解", "times have no zone: {} was taken")}


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows; `rows` is the sum of the four others.

    Attributes:
        rows: trips in the sheet; empty rows and what stands above the header are none.
        lawful: as asked.
        unlawful: as asked.
        undetermined: as asked.
        unreadable: with an error in its column.
        notes: what is to be said of the file as a whole.
    """

    rows: int = 0
    lawful: int = 0
    unlawful: int = 0
    undetermined: int = 0
    unreadable: int = 0
    notes: tuple[Text, ...] = ()


def plan_sheet(  # noqa: PLR0913
    path: str | Path,
    out: str | Path,
    streets: TripStreets,
    rules: Sequence[Rule],
    *,
    options: Options | None = None,
    sites: Sites | None = None,
    step: Step = silently,
    crs: str | None = None,
    lang: str = "zh",
) -> Counts:
    """Plan every trip of a sheet and write the sheet with the answers.

    All cells come back in their order with their text; answers stand in ten columns behind the last one. Formats, formulas (their
    values stay) and other sheets of an Excel file do not. Plates are neither masked nor written anywhere else.

    Args:
        path: CSV or Excel; the header is the first of the first 20 rows with two ends and a time.
        out: `.csv` (UTF-8 with a byte order mark) or `.xlsx`; not `path`.
        streets: the network.
        rules: notices and zones.
        options: margins and horizons.
        sites: where enterprises are.
        step: shows progress: entered with what is being done.
        crs: of all positions in rows that do not say; None where each must.
        lang: of the answers, `zh` or `en`.

    Raises:
        InputError: the file cannot be read, has no such header, or cannot be written so.
    """
    path, out = Path(path), Path(out)
    if crs is not None and crs not in CRS:
        raise InputError(Text(f"坐标系应为 {', '.join(CRS)}", f"crs is one of {', '.join(CRS)}"), field="crs")
    if out.suffix.lower() not in WRITTEN:
        raise InputError(Text("输出应为 .csv 或 .xlsx", "the output is .csv or .xlsx"), file=out.name)
    with step(Text("读取行程表", "reading the trips")):
        grid = read_grid(path)
        head, columns = _header(grid.rows, path.name)
    places = Places(streets, rules, sites)
    width = max(map(len, grid.rows))
    rows = [[*row, *[None] * (width - len(row))] for row in grid.rows]
    rows[head] += _new_names(rows[head], lang)
    for above in rows[:head]:
        above.extend([None] * len(_COLUMNS))
    tally = dict.fromkeys(("lawful", "unlawful", "undetermined", "unreadable"), 0)
    seen: set[str] = set()
    timezone = rules[0].shelf.first.pack.timezone
    with step(Text("判断行程", "planning the trips")) as told:
        for number in range(head + 1, len(rows)):
            row = rows[number]
            if not any(plain(cell) for cell in row):
                row += [None] * len(_COLUMNS)
                continue
            try:
                asked = _asked(row, len(grid.rows[head]), columns, places, crs)
                # of two times the departure is asked about; the arrival is a wish
                wanted = asked.pop("arrive") if asked["depart"] is not None else None
                answer = answer_trip(asked, streets, rules, options=options, sites=sites)
                late = _late(answer, wanted, timezone)
            except InputError as error:
                tally["unreadable"] += 1
                row += [*[None] * (len(_COLUMNS) - 1), error.say(lang)]
            else:
                tally[answer["verdict"]] += 1
                seen |= {note["code"] for note in answer["says"]}
                row += _answered(answer, lang, late)
            if told is not None:
                told(number - head, len(rows) - head - 1)
    notes = [Text(text.zh.format(timezone), text.en.format(timezone)) for code, text in _OF_ALL.items() if code in seen]
    with step(Text("写出行程表", "writing the trips")):
        write_grid(rows, out, path)
    return Counts(sum(tally.values()), **tally, notes=(*grid.notes, *notes))


def as_json(counts: Counts) -> dict[str, Any]:
    """Return counts as JSON, notes in both languages."""
    return {**dataclasses.asdict(counts), "notes": [{"zh": note.zh, "en": note.en} for note in counts.notes]}


def _header(rows: Sequence[Sequence[Cell]], file: str) -> tuple[int, dict[str, tuple[int, float]]]:
    """Return the number of the header's row, and for each field its column and the factor of its unit."""
    fullest: dict[str, list[tuple[int, float]]] = {}
    for number, row in enumerate(rows[:_HEADER_WITHIN]):
        found = _meanings(row)
        if _enough(found):
            twice = [name for name, columns in found.items() if len(columns) > 1]
            if twice:
                named = ", ".join(plain(row[column]) for column, _ in found[twice[0]])
                raise InputError(
                    Text(f"{named} 都像是 {twice[0]}；请只留一列", f"{named} could each be {twice[0]}: leave one"),
                    file=file,
                    line=number + 1,
                    field=twice[0],
                )
            return number, {name: columns[0] for name, columns in found.items()}
        fullest = max(fullest, found, key=len)
    missing = [name for name in (*_ENDS,) if name not in fullest and f"{name}_lon" not in fullest]
    missing += [] if any(name in fullest for name in _TIMES) else ["depart"]
    listed = ", ".join(missing)
    raise InputError(
        Text(
            f"前 {_HEADER_WITHIN} 行里没有表头：缺 {listed}；要有起点、终点、出发时间（或到达时间）各一列",
            f"no header in the first {_HEADER_WITHIN} rows: {listed} is missing; columns origin, destination and depart (or arrive) are needed",
        ),
        file=file,
        line=1,
        field=missing[0],
    )


def _meanings(row: Sequence[Cell]) -> dict[str, list[tuple[int, float]]]:
    found: dict[str, list[tuple[int, float]]] = {}
    for column, cell in enumerate(row):
        name = plain_name(plain(cell))
        if name in _IN_UNITS:
            field, factor = _IN_UNITS[name]
            found.setdefault(field, []).append((column, factor))
        elif name in _MEANING:
            found.setdefault(_MEANING[name], []).append((column, 1.0))
    return found


def _enough(found: Mapping[str, object]) -> bool:
    ends = all(name in found or (f"{name}_lon" in found and f"{name}_lat" in found) for name in _ENDS)
    return ends and any(name in found for name in _TIMES)


def _new_names(header: Sequence[Cell], lang: str) -> list[Cell]:
    """Return the names of the new columns; one that the sheet has already is numbered."""
    taken = {plain(cell) for cell in header}
    names: list[Cell] = []
    for text in _COLUMNS:
        name, number = text.of(lang), 1
        while name in taken:
            number += 1
            name = f"{text.of(lang)} {number}"
        names.append(name)
    return names


def _asked(
    row: Sequence[Cell], width: int, columns: Mapping[str, tuple[int, float]], places: Places, crs: str | None
) -> dict[str, Any]:
    """Return a row as a trip of the contract."""
    if any(plain(cell) for cell in row[width:]):
        raise InputError(
            Text(
                f"比表头多出几格：应有 {width} 格；坐标“经度,纬度”写在一格里时 CSV 要加引号",
                f"more cells than the header's {width}; a position `lon,lat` in one cell of CSV needs quotes",
            )
        )

    def cell(name: str) -> Cell:
        return row[columns[name][0]] if name in columns else None

    vehicle = {
        name: value
        for name in _VEHICLE
        if name in columns
        and (value := vehicle_value(name, cell(name), columns[name][1] if name in UNITS else 1.0)) is not None
    }
    asked: dict[str, Any] = {"id": plain(cell("id")) or None, "vehicle": vehicle}
    for name in _ENDS:
        stated = cell("crs") if plain(cell("crs")) else crs
        asked[name] = places.read(cell(name), cell(f"{name}_lon"), cell(f"{name}_lat"), stated, name)
    for name in _TIMES:
        asked[name] = instant(cell(name), cell("date"), name)
    return asked


def _late(answer: Mapping[str, Any], wanted: str | None, timezone: str) -> Text | None:
    """Return that a trip with both times given arrives later than it should."""
    if wanted is None or answer["route"] is None:
        return None
    arrives, _ = read_instant(answer["route"]["arrive"], timezone)
    by, _ = read_instant(wanted, timezone)
    late = (arrives - by).total_seconds()
    if late <= 0:
        return None
    minutes = f"{late / 60:.0f}"
    return Text(f"比要求的到达时间晚 {minutes} 分钟", f"{minutes} minutes later than it should arrive")


def _answered(answer: Mapping[str, Any], lang: str, late: Text | None) -> list[Cell]:
    """Return the cells of the new columns."""
    best = next(iter(answer["alternatives"]), None)
    permit = next((one["permit"] for one in answer["alternatives"] if one["permit"] is not None), None)
    row: list[Cell] = [_VERDICTS[answer["verdict"]].of(lang), "; ".join(_reasons(answer, lang, late))]
    if best is None:
        none = answer["why_none"] if lang == "zh" else answer["why_none_en"]
        row += [none, *[None] * 4]
    else:
        text = best["text"] if lang == "zh" else best["text_en"]
        row += [
            f"{_KINDS[best['kind']].of(lang)}: {text}",
            _clock(best["depart"]),
            _clock(best["arrive"]),
            round(best["extra_s"] / 60, 1),
            round(best["extra_m"] / 1000, 2),
        ]
    row += [None, None] if permit is None else ["; ".join(permit["roads"]), "; ".join(permit["windows"])]
    return [*row, None]


def _clock(instant_text: str) -> str:
    return instant_text[:16].replace("T", " ")


def _reasons(answer: Mapping[str, Any], lang: str, late: Text | None) -> Iterator[str]:
    """Yield where and when it is first unlawful and by which clause, then what else a dispatcher is to know."""
    first = answer["first_unlawful"]
    if first is not None:
        road = first["road"] or Text("无名道路", "a street without a name").of(lang)
        clause = first["clause"] or "-"
        at = first["at"][:19].replace("T", " ")
        if first["verdict"] == "prohibited":
            yield Text(
                f"{at} 起在 {road} 违反 {first['notice']} {clause}",
                f"from {at} on {road} against {first['notice']} {clause}",
            ).of(lang)
        else:
            yield Text(
                f"{at} 起在 {road} 不能确定（{clause}）", f"from {at} on {road} it cannot be said ({clause})"
            ).of(lang)
    if late is not None:
        yield late.of(lang)
    for note in answer["says"]:
        if note["code"] not in _NOT_SAID:
            yield note["text"] if lang == "zh" else note["text_en"]
