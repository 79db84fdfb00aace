"""Files of traces that are whole as files and odd in what they say: their cells, columns, types, members and messages are changed.

A byte that is damaged mostly ends in the reader of the container (a zip, Parquet, XML, JSON); what is made here gets past that.
"""

import copy
import csv
import datetime as dt
import io
import json
import random
import zipfile
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa
import pyarrow.parquet as pq
from jt808_messages import batch, bcd, checked, flagged, in_hex, message, position
from mutations import BOOKS, FORMATS, TOKENS, damaged_bytes
from mutations_of_books import odd_book

Draw = random.Random
_WRITTEN = (
    "| |nan|NaN|null|None|inf|-Infinity|1e999|-0|0|0x1F|1_000|1,5|９９|١٢|110.76|-110.76|35.14|181|1e308|1e-320|-1|1|true|否|A|V|有效|"
    "1715133600|1715133600000|1715133600.5|1.7151336e9|2024050810|20240508100000|2024-05-08|2024-05-08 10:00|now|晋M12345|T1 |t1|=1+1|@x|"
    "2024-05-08T10:00:00|2024/5/8 1:2:3|2024-02-30 10:00:00|2024-05-08 24:00:00|2024-05-08T10:00:60Z|0001-01-01T00:00:00Z|"
    "9999-12-31T23:59:59|2024-05-08T10:00:00+99:99|1969-12-31T23:59:59Z|2262-04-12T00:00:00Z|2024-05-08T10:00:00.123456789123Z|"
    "2024-05-08T10:00:00-00:00|1986-05-04 02:30:00|"
    "2024年5月8日 10时0分5秒|2024/5/8 下午 14:05|2024/5/8 上午 99:05|240508100000|45420.41|2024.5.8 10：00：00|1715133600123456789|2E+13|110774000"
)
_CHARACTERS = ("a\nb", 'a"b', "a,b;c\td|e", "\u3000", "\x00", "\x1f", "\x85", "\u2028", "\ufeff", "\U0001f69a")
_TEXTS = [*_WRITTEN.split("|"), *_CHARACTERS, "9" * 400, "x" * 300]
_NUMBERS: list[Any] = [
    *(
        0,
        -0.0,
        1,
        -1,
        0.1,
        35.14,
        110.76,
        180.0,
        180.0000001,
        -90,
        1e308,
        -1e308,
        5e-324,
        2**31,
        2**53 + 1,
        2**63,
        -(2**63),
    ),
    *(10**400, float("nan"), float("inf"), float("-inf"), 1715133600, 1715133600.5, 1715133600000, 4e9, 253402300800),
]
_OTHERS: list[Any] = [None, True, False, [], {}, [1], {"a": 1}, [[[]]], ["x"], [None, None], [110.76, 35.14]]
_NAMED = (
    "vehicle_id|time|lon|lat|speed_kmh|heading|accuracy_m|Lon| lon |lng|经度|纬度|车牌号|终端号|定位时间|时间|定位状态|valid|接收时间|"
    "received_at|速度(km/h)|| |x|a.b|load|file|line|'"
)
_NAMES = _NAMED.split("|")
_TYPED = (
    "int8 int16 int32 int64 uint8 uint32 uint64 halffloat float double bool string large_string string_view binary null date32 "
    "date64 time32[s] time64[us] duration[ms] timestamp[s] timestamp[ms] timestamp[us] timestamp[ns]"
)
_TYPES = [
    *map(pa.type_for_alias, _TYPED.split()),
    *(pa.timestamp("s", "UTC"), pa.timestamp("ms", "Asia/Shanghai"), pa.timestamp("us", "America/New_York")),
    *(pa.timestamp("ns", "+08:00"), pa.decimal128(20, 6), pa.decimal128(38, 0), pa.decimal256(50, 6), pa.binary(3)),
    *(pa.dictionary(pa.int32(), pa.string()), pa.dictionary(pa.int8(), pa.int64())),
    *(pa.list_(pa.float64()), pa.list_(pa.string()), pa.struct([("a", pa.float64())])),
]
_DAY_S = 86_400
_START_S = 1_715_133_600


_seeds = cache(lambda kind: FORMATS[kind]())


def odd(draw: Draw) -> Any:  # noqa: ANN401
    """Return a value as none should be."""
    return copy.deepcopy(draw.choice(draw.choice([_TEXTS, _TEXTS, _NUMBERS, _OTHERS])))


def _rows(draw: Draw) -> tuple[list[str], list[list[Any]]]:
    """Return names of columns and rows: a few trucks that drive through the zone, in some of the ways in which fleets write it."""
    count = draw.choice([1, 2, 8, 8, 8, 30])
    names = [
        "vehicle_id",
        "time",
        "lon",
        "lat",
        *draw.sample(["speed_kmh", "accuracy_m", "heading", "定位状态", "接收时间"], 2),
    ]
    written = draw.choice(["s", "ms", "naive", "zoned"])
    rows = []
    for n in range(count):
        at = _START_S + 30 * n + draw.choice([0, 0, 0, 0, 1, -300, 4000, _DAY_S])
        stamp = dt.datetime.fromtimestamp(at, dt.timezone(dt.timedelta(hours=8)))
        time = {"s": at, "ms": at * 1000, "naive": str(stamp.replace(tzinfo=None)), "zoned": stamp.isoformat()}[written]
        more = {"speed_kmh": n, "accuracy_m": 5.0, "heading": 90, "定位状态": "A", "接收时间": time}
        place = [round(110.74 + n / 500, 6), round(35.14 + draw.choice([0, 0.0001]), 6)]
        rows.append([f"晋M1234{n % 3}", time, *place, *(more[name] for name in names[4:])])
    return names, rows


def _spoilt(draw: Draw, names: list[str], rows: list[list[Any]]) -> None:
    """Change some cells, rows or columns."""
    for _ in range(draw.choice([1, 1, 2, 3, 8])):
        row, column = draw.randrange(len(rows)), draw.randrange(len(names))
        match draw.randint(0, 9):
            case 0 | 1 | 2 | 3:
                _other_columns(draw, names, rows, column)
            case 4:
                rows.insert(draw.randrange(len(rows)), list(rows[row]))
            case 5:
                draw.shuffle(rows)
            case _:
                rows[row][column] = odd(draw)


def _other_columns(draw: Draw, names: list[str], rows: list[list[Any]], column: int) -> None:
    """Give a column another name or content, take it out, or put one before it."""
    kind, value, other = draw.randint(0, 4), odd(draw), draw.randrange(len(names))
    name = draw.choice(_NAMES)
    if kind == 0:
        names[column] = name
    elif kind == 1:
        names.insert(column, name)
    elif kind == 2 and len(names) > 1:
        names.pop(column)
    for cells in rows:
        match kind:
            case 1:
                cells.insert(column, odd(draw))
            case 2 if len(cells) > 1:
                cells.pop(column)
            case 3:
                cells[column] = value
            case 4:
                cells[column], cells[other] = cells[other], cells[column]


def _csv(draw: Draw) -> tuple[str, bytes]:
    names, rows = _rows(draw)
    _spoilt(draw, names, rows)
    if draw.random() < 0.2:
        rows[draw.randrange(len(rows))].append("more")
    out = io.StringIO(newline="")
    end, separator = draw.choice(["\n", "\n", "\r\n", "\r"]), draw.choice(",,,;\t|")
    writer = csv.writer(
        out, delimiter=separator, lineterminator=end, quoting=draw.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    )
    writer.writerows([names, *rows])
    encoding = draw.choice(["utf-8", "utf-8", "utf-8-sig", "gb18030", "utf-16"])
    return draw.choice(["t.csv", "t.txt", "t.tsv"]), out.getvalue().encode(encoding)


def _parquet(draw: Draw) -> tuple[str, bytes]:
    names, rows = _rows(draw)
    _spoilt(draw, names, rows)
    columns = [_column(draw, [row[n] for row in rows]) for n in range(len(names))]
    table = pa.Table.from_arrays(columns, names=names)
    out = io.BytesIO()
    try:
        pq.write_table(
            table,
            out,
            row_group_size=draw.choice([1, 3, 100]),
            compression=draw.choice(["none", "snappy", "zstd"]),
            use_dictionary=draw.choice([True, False]),
            store_schema=draw.choice([True, True, False]),
            data_page_version=draw.choice(["1.0", "2.0"]),
        )
    except (pa.ArrowException, ValueError):
        return "t.parquet", b"PAR1"
    return "t.parquet", out.getvalue()


def _column(draw: Draw, values: list[Any]) -> pa.Array:
    """Return values under some type of Arrow's that has room for them."""
    for kind in (draw.choice(_TYPES), _usual(values)):
        if draw.random() < 0.4 and kind is not None:
            try:
                return pa.array(values, kind)
            except (pa.ArrowException, ValueError, TypeError, OverflowError):
                pass
            try:
                return pa.array(values).cast(kind, safe=draw.random() < 0.5)
            except (pa.ArrowException, ValueError, TypeError, OverflowError):
                pass
    try:
        return pa.array(values)
    except (pa.ArrowException, ValueError, TypeError, OverflowError):
        return pa.array([None if value is None else str(value) for value in values])


def _usual(values: list[Any]) -> pa.DataType | None:
    """Return the type by which a column goes into arrays as it is stored."""
    if all(isinstance(value, str) for value in values):
        return pa.dictionary(pa.int32(), pa.string())
    if all(type(value) is int and value > _START_S - _DAY_S for value in values):
        return pa.timestamp("s", "UTC") if max(values) < 1e11 else pa.timestamp("ms")
    return pa.float64()


def _excel(draw: Draw) -> tuple[str, bytes]:
    name, data = _seeds("excel")[0]
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        parts = {part.filename: old.read(part) for part in old.infolist()}
        mine = draw.choice([*parts, *["xl/worksheets/sheet1.xml"] * 20, *["xl/sharedStrings.xml"] * 4])
        for part, content in parts.items():
            new.writestr(part, _spoilt_xml(draw, content) if part == mine else content)
    return name, out.getvalue()


_CELLS = ("", "1e999", "-1", "abc", "45420.5", "99999999999", "NaN", "9" * 400, "1", "0", "45420")
_COLUMNS = ("A", "B", "C", "D", "E", "F", "ZZ", "XFE", "")
_ROWS = (*range(10), 99, 999, *range(10), 1048577, 777777777777)
"""What makes room for millions of cells is in the tests: it takes seconds."""
_CELL_KINDS = (
    b't="s"',
    b't="str"',
    b't="b"',
    b't="e"',
    b't="d"',
    b't="inlineStr"',
    b't="n"',
    b't="?"',
    b's="99999"',
    b's="1"',
)


def _spoilt_xml(draw: Draw, content: bytes) -> bytes:
    """Change a part of a workbook: a value between tags, a kind of cell, the place of a cell, or some bytes."""
    match draw.randint(0, 4):
        case 0:
            return damaged_bytes(content, [("", content)], draw)
        case 1:
            values = content.split(b"<v>")
            at = draw.randrange(len(values))
            values[at] = draw.choice(_CELLS).encode() + b"<" + values[at].partition(b"<")[2]
            return b"<v>".join(values)
        case 2:
            cells = content.split(b"<c ")
            at = draw.randrange(len(cells))
            cells[at] = draw.choice(_CELL_KINDS) + b" " + cells[at].replace(b't="s"', b"")
            return b"<c ".join(cells)
        case 3:
            old = f'r="{draw.choice("ABCDE")}{draw.randint(1, 9)}"'
            new = f'r="{draw.choice(_COLUMNS)}{draw.choice(_ROWS)}"'
            return content.replace(old.encode(), new.encode())
        case _:
            head, *rows = content.split(b"<row ")
            last, end, tail = rows.pop().partition(b"</sheetData>") if rows else (b"", b"", b"")
            rows.append(last)
            draw.shuffle(rows)
            return b"<row ".join([head, *rows]) + end + tail if end else content


def _gpx(draw: Draw) -> tuple[str, bytes]:
    def said(value: Any) -> str:  # noqa: ANN401
        spoilt = odd(draw) if draw.random() < 0.05 else value
        text = str(spoilt)
        return text if draw.random() < 0.02 else escape(text)

    parts = []
    for track in range(draw.randint(0, 3)):
        points = []
        for n in range(draw.choice([0, 1, 8])):
            lon, lat = (quoteattr(said(value)) for value in (110.74 + n / 500, 35.14))
            stamp = said(f"2024-05-08T02:{track:02d}:{n:02d}Z")
            more = draw.choice(["", f"<speed>{said(n)}</speed>", f"<course>{said(n)}</course>", "<a><b>x</b></a>"])
            points.append(f"<trkpt lon={lon} lat={lat}><time>{stamp}</time>{more}</trkpt>")
        name = draw.choice(["", f"<name>{said('晋M12345')}</name>", f"<number>{said(7)}</number>"])
        parts.append(f"<trk>{name}<trkseg>{''.join(points)}</trkseg></trk>")
        parts.append(draw.choice(["", "<wpt lat='1' lon='1'/>", "<rte><rtept/></rte>", "<!-- x -->", "<trk/>"]))
    encoding = draw.choice(["utf-8", "utf-8", "gbk", "utf-16", "latin-1", "big5"])
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<gpx version="1.1">{"".join(parts)}</gpx>'
    return "t.gpx", text.encode(encoding, "replace")


def _tree(draw: Draw, value: Any) -> Any:  # noqa: ANN401
    """Return a JSON value with one node changed."""
    if isinstance(value, dict | list) and value and draw.random() < 0.9:
        keys: Sequence[Any] = list(value) if isinstance(value, dict) else range(len(value))
        key = draw.choice(keys)
        match draw.randint(0, 9):
            case 0:
                del value[key]
            case 1 if isinstance(value, dict):
                value[draw.choice([*keys, *_NAMES, "crs", "trs", "times", "coordTimes", "type"])] = value.pop(key)
            case 1 | 2 if isinstance(value, list):
                value.insert(key, copy.deepcopy(value[draw.choice(keys)]))
            case 2:
                value[draw.choice(_NAMES)] = odd(draw)
            case _:
                value[key] = _tree(draw, value[key])
        return value
    return (
        draw.choice(["Feature", "Point", "LineString", "MovingPoint", "\ud800"]) if draw.random() < 0.2 else odd(draw)
    )


def _json(kind: str, name: str) -> Callable[[Draw], tuple[str, bytes]]:
    def made(draw: Draw) -> tuple[str, bytes]:
        value = json.loads(draw.choice(_seeds(kind))[1])
        for _ in range(draw.choice([1, 1, 2, 3, 8])):
            value = _tree(draw, value)
        return name, json.dumps(value, ensure_ascii=draw.random() < 0.5).encode("utf-8", "surrogatepass")

    return made


def _jt808(draw: Draw) -> tuple[str, bytes]:
    sent = []
    for n in range(draw.choice([1, 2, 8])):
        at = draw.choice(["240508", "240230", "000000", "991231", "2A0508"]) if draw.random() < 0.2 else "240508"
        at += draw.choice(["246060", "235959", *[f"10{n:02d}00"] * 6])
        place = position(
            draw.choice([*[110.74 + n / 500] * 6, 0.0, 180.0, 4294.967295]),
            draw.choice([*[35.14] * 6, 0.0, 90.0, 91.0]),
            at=at,
            status=draw.choice([2, 3, 3, 3, 0, 1 << 5 | 2, draw.getrandbits(32)]),
            kmh=draw.choice([0.0, 36.5, 6553.5]),
            heading=draw.choice([0, 90, 359, 65535]),
            extra=draw.choice([b"", b"\x01\x04\x00\x00\x00\x64", draw.randbytes(draw.randint(0, 20)), b"\x7d\x7e\x7d"]),
        )
        phone = draw.choice(["13912345678", "13912345679", "0", "9" * 12])
        new = draw.random() < 0.3
        body = draw.choice(
            [place, place, batch(place, place), batch(place, count=draw.choice([0, 2, 65535])), b"", place[:-12]]
        )
        if draw.random() < 0.3:
            changed = bytearray(body or b"\x00")
            changed[draw.randrange(len(changed))] = draw.choice([0, 1, 0x7D, 0x7E, 255])
            body = bytes(changed)
        kind = (
            0x0704
            if body[:1] == b"\x00" and body[1:3] != b"\x00\x00"
            else draw.choice([0x0200, 0x0200, 0x0704, 2, 0xFFFF])
        )
        part = (draw.choice([0, 1, 2, 3, 65535]), draw.choice([0, 1, 2, 3])) if draw.random() < 0.3 else None
        body = body[:1023]
        sent.append(
            message(
                body,
                kind=kind,
                phone=phone,
                new=new,
                serial=draw.choice([n, 65535]),
                part=part,
                encryption=draw.choice([0, 0, 0, 1]),
            )
        )
        if draw.random() < 0.1:
            sent.append(flagged(checked(draw.randbytes(draw.choice([1, 11, 12, 13, 40])))))
        if draw.random() < 0.05:
            sent.append(draw.choice([bcd("7E7E"), b"\x7e", draw.choice(TOKENS)]))
    draw.shuffle(sent)
    if draw.random() < 0.5:
        return "t.bin", b"".join(sent)
    return draw.choice(["t.hex", "t.log"]), in_hex(*sent).encode()


_MAKERS: dict[str, Callable[[Draw], tuple[str, bytes]]] = {
    "csv": _csv,
    "parquet": _parquet,
    "excel": _excel,
    "gpx": _gpx,
    "geojson": _json("geojson", "t.geojson"),
    "moving": _json("moving", "t.json"),
    "jt808": _jt808,
    **{kind: partial(odd_book, kind) for kind in BOOKS},
}


def with_odd_values(kind: str, seed: int) -> tuple[str, bytes]:
    """Return a file's name and its content; the same for the same seed."""
    return _MAKERS[kind](random.Random(seed))  # noqa: S311 - nothing secret
