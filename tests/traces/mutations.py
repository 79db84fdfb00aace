"""Files of traces, whole and damaged: seeds of every format, what may happen to a file, and what must then be true."""

import datetime as dt
import io
import json
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from jt808_messages import AT, batch, in_hex, message, position

from truckban.traces.fixes import read_fixes
from truckban.traces.read.tables import Reject
from zones.errors import InputError

TIMEZONE = "Asia/Shanghai"
MOST_SECONDS = 20
"""Of the processor: a busy machine is no fault of a file."""
MOST_WAIT_S = 600
_EPOCH = 1715133600
TOKENS = [
    *(b'"', b"'", b",", b";", b"\t", b"\n", b"\r", b"\r\n", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80"),
    *(b"7E", b"7e", b"~", b"}\x01", b"}", b"\x7d\x7e", b"0200", b"0704"),
    *(b"NaN", b"Infinity", b"1e999", b"-1", b"null", b"true", b"9" * 400, b"1970-01-01T00:00:00Z", b"\\ud800"),
    *(b"{", b"[", b"]", b"[" * 2000, b'{"a":' * 500, b'"features"', b'"crs":7,', b'"type":"Feature"'),
    *(b"<!DOCTYPE gpx [", b"<trkpt>", b"</trkpt>", b"<a>" * 100, b"&lt;", b"&#0;", b"&b;", b"]]>", b"<!--", b"<?x "),
]

Seeds = list[tuple[str, bytes]]
Told = Callable[[int], None]


class Counted(Protocol):
    """What was read, however it was."""

    read: int
    files: list[tuple[str, int]]
    rejects: list[Reject]

    @property
    def used(self) -> int: ...


def _rows(count: int) -> list[dict[str, object]]:
    return [
        {"vehicle_id": f"晋M1234{n % 3}", "time": _EPOCH + 30 * n, "lon": 110.76 + n / 1000, "lat": 35.14, "speed": n}
        for n in range(count)
    ]


def _csv() -> Seeds:
    frame = pd.DataFrame(_rows(8))
    told = frame.assign(定位状态=["A", "V", "", "有效", "0", "1", "x", "A"], 接收时间=_EPOCH + 3, accuracy_m=5)
    quoted = frame.assign(note='two\nlines, "quoted"', time="2024-05-08 10:00:00")
    return [
        ("t.csv", frame.to_csv(index=False).encode()),
        ("t.csv", quoted.to_csv(index=False, sep=";", lineterminator="\r\n").encode("gb18030")),
        ("t.tsv", frame.to_csv(index=False, sep="\t").encode("utf-16")),
        ("t.csv", told.to_csv(index=False).encode()),
    ]


def _parquet() -> Seeds:
    frame = pd.DataFrame(_rows(40))
    moments = frame.assign(time=pd.to_datetime(frame["time"], unit="s", utc=True))
    made = []
    for table, options in (
        (pa.Table.from_pandas(frame), {"compression": "snappy"}),
        (pa.Table.from_pandas(moments), {"compression": "zstd", "row_group_size": 10, "use_dictionary": True}),
        (pa.Table.from_pandas(frame), {"compression": "none", "use_dictionary": False, "data_page_version": "2.0"}),
    ):
        out = io.BytesIO()
        pq.write_table(table, out, **options)
        made.append(("t.parquet", out.getvalue()))
    return made


def _excel() -> Seeds:
    out = io.BytesIO()
    pd.DataFrame(_rows(8)).to_excel(out, index=False, engine="xlsxwriter")
    return [("t.xlsx", out.getvalue())]


def _gpx() -> Seeds:
    points = "".join(
        f'<trkpt lat="35.14" lon="{110.76 + n / 1000}"><ele>400</ele><time>2024-05-08T02:00:{n:02d}Z</time>'
        f"<extensions><x:speed>{n}</x:speed></extensions></trkpt>\n"
        for n in range(8)
    )
    text = (
        '<?xml version="1.0" encoding="{}"?>\n<gpx version="1.1"><wpt lat="1" lon="1"/>'
        f"<trk><name>晋M12345</name><trkseg>{points}</trkseg></trk><trk><number>7</number><trkseg>{points}</trkseg></trk></gpx>"
    )
    return [("t.gpx", text.format(name).encode(name)) for name in ("utf-8", "gbk", "utf-16")]


def _geojson() -> Seeds:
    points = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"], 400]},
            "properties": {"车牌号": row["vehicle_id"], "time": row["time"]},
        }
        for row in _rows(5)
    ]
    times = [f"2024-05-08T02:00:{n:02d}Z" for n in range(4)]
    line = [[110.76 + n / 1000, 35.14] for n in range(4)]
    lines = [
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": line},
            "properties": {"coordTimes": times},
        },
        {
            "type": "Feature",
            "geometry": {"type": "MultiLineString", "coordinates": [line, line]},
            "properties": {"name": "T1", "times": [times, times]},
        },
    ]
    return [
        ("t.geojson", json.dumps({"type": "FeatureCollection", "features": part}, ensure_ascii=False).encode())
        for part in (points, lines, points + lines)
    ]


def _moving() -> Seeds:
    line = [[110.76 + n / 1000, 35.14] for n in range(4)]
    prism = {
        "type": "MovingPoint",
        "datetimes": [f"2024-05-08T02:00:{n:02d}Z" for n in range(4)],
        "coordinates": line,
        "interpolation": "Linear",
    }
    later = prism | {"datetimes": [1715140000000 + n * 1000 for n in range(4)]}
    feature = {
        "type": "Feature",
        "id": "T1",
        "crs": {"type": "Name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        "temporalGeometry": {"type": "MovingGeometryCollection", "prisms": [prism, later]},
        "temporalProperties": [
            {"datetimes": prism["datetimes"], "speed": {"form": "KMH", "values": [1, 2, 3, 4]}},
        ],
        "properties": {"name": "晋M1"},
    }
    both = {
        "type": "FeatureCollection",
        "features": [feature, feature | {"temporalGeometry": prism, "properties": None}],
    }
    return [("t.json", json.dumps(one, ensure_ascii=False).encode()) for one in (feature, both)]


def _jt808() -> Seeds:
    moments = [AT + dt.timedelta(seconds=30 * n) for n in range(8)]
    long = batch(*(position(110.76 + n / 1000, at=at) for n, at in enumerate(moments)))
    parts = [
        message(long[n : n + 100], kind=0x0704, serial=n // 100, part=(4, n // 100 + 1)) for n in range(0, 400, 100)
    ]
    sent = [
        message(position()),
        message(position(status=0), new=True),
        message(batch(position(), position(110.8)), kind=0x0704),
        message(b"", kind=2),
        *parts,
        message(position(extra=b"\x7d\x7e")),
    ]
    logged = "".join(f"2024-05-08 10:00:0{n} <- {line}\n" for n, line in enumerate(in_hex(*sent).splitlines()))
    return [("t.bin", b"".join(sent)), ("t.hex", in_hex(*sent).encode()), ("t.log", logged.encode())]


BOOKS: dict[str, tuple[str, bytes]] = {
    path.suffix[1:]: (path.name, path.read_bytes()) for path in sorted((Path(__file__).parent / "books").glob("t.*"))
}
"""Workbooks that are no `.xlsx`, by their endings."""
FORMATS: dict[str, Callable[[], Seeds]] = {
    "csv": _csv,
    "parquet": _parquet,
    "excel": _excel,
    "gpx": _gpx,
    "geojson": _geojson,
    "moving": _moving,
    "jt808": _jt808,
    **{kind: partial(list, [book]) for kind, book in BOOKS.items()},
}


def damaged(seeds: Seeds, seed: int) -> tuple[str, bytes]:
    """Return a file's name and its damaged content; the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311 - nothing secret
    name, content = draw.choice(seeds)
    return name, damaged_bytes(content, seeds, draw)


def damaged_bytes(content: bytes, seeds: Seeds, draw: random.Random) -> bytes:
    """Return damaged content, with parts of any of the seeds in it."""
    data = bytearray(content)
    for _ in range(draw.choice([1, 1, 1, 2, 3, 8])):
        _damage(data, draw, draw.choice(seeds)[1])
    return bytes(data)


def _damage(data: bytearray, draw: random.Random, other: bytes) -> None:
    at = draw.randint(0, len(data))
    to = min(len(data), at + draw.choice([1, 1, 2, 4, 16, 64, 256]))
    match draw.randint(0, 8):
        case 0 if at < len(data):
            data[at] ^= 1 << draw.randint(0, 7)
        case 1 if at < len(data):
            data[at] = draw.randint(0, 255)
        case 2:
            del data[at:]
        case 3:
            data[at:at] = draw.randbytes(to - at)
        case 4:
            del data[at:to]
        case 5:
            data[at:at] = data[at:to] * draw.choice([1, 1, 2, 50])
        case 6:
            data[at:to] = draw.choice(TOKENS)
        case 7:
            data[at:at] = draw.choice(TOKENS)
        case _:
            start = draw.randint(0, len(other))
            data[at:to] = other[start : start + to - at]


class TooSlow(Exception):  # noqa: N818 - it says what happened
    """A file took longer than any may."""


@contextmanager
def limited() -> Iterator[None]:
    """Raise `TooSlow` after a time."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = {kind: signal.signal(kind, stop) for kind in (signal.SIGPROF, signal.SIGALRM)}
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    signal.setitimer(signal.ITIMER_REAL, MOST_WAIT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for kind, handler in before.items():
            signal.signal(kind, handler)


def outcome(path: Path) -> str:
    """Return `answer` or `error`.

    Raises:
        AssertionError: the counts do not add up, or an error says nothing.
        TooSlow: it took too long.
        Exception: whatever else the readers let through.
    """
    refused: InputError | None = None
    with limited():
        try:
            fixes = read_fixes(path, timezone=TIMEZONE)
        except InputError as error:
            refused = error
    if refused is not None:
        refusal_says_why(refused, path)
        return "error"
    counts_hold(fixes, path)
    return "answer"


def refusal_says_why(refused: InputError, path: Path) -> None:
    """Raise AssertionError where an error does not say what is wrong, in both languages, and with which file."""
    assert refused.text.zh
    assert refused.text.en
    assert refused.file == path.name


def counts_hold(fixes: Counted, path: Path) -> None:
    """Raise AssertionError unless each row that was read is used or rejected, and each rejected one with a reason."""
    assert fixes.read == fixes.used + len(fixes.rejects)
    assert fixes.read == sum(rows for _, rows in fixes.files)
    assert all(reject.reason.zh and reject.reason.en and reject.file == path.name for reject in fixes.rejects)


def tell_nobody(_seed: int) -> None:
    """Take note of nothing."""


def run(kind: str, seeds: range, folder: Path, told: Told = tell_nobody) -> tuple[Counter[str], list[str]]:
    """Read damaged files; return how many ended how, and of each that ended wrongly, what happened.

    Which seed comes next is told, so that it is known where the process ends.
    """
    made = FORMATS[kind]()
    ends: Counter[str] = Counter()
    failures = []
    for seed in seeds:
        name, data = damaged(made, seed)
        path = folder / name
        path.write_bytes(data)
        told(seed)
        try:
            ends[outcome(path)] += 1
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            ends["failure"] += 1
            failures.append(f"{kind} seed {seed}: {type(error).__name__}: {str(error)[:200]}")
    return ends, failures
