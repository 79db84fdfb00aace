"""Tables as fleets export them: CSV in what encoding it comes, Parquet, Excel; every cell as text, every row with its line.

Traces come in other formats too, see `truckban.traces.formats`: their readers yield tables of the same kind.
"""

import codecs
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from truckban.traces.clean.late_vehicles import LateVehicles
from truckban.traces.read.arrow_arrays import as_frame
from truckban.traces.read.column_names import plain
from truckban.traces.read.file_notes import ColumnTally
from truckban.traces.read.parquet_extent import NO_PARQUET, refuse_thin
from zones.errors import InputError
from zones.text import Text

if TYPE_CHECKING:
    import pandas as pd

EXCEL = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
IN_FOLDERS = {".gpx", ".geojson", ".mfjson", ".jt808", ".808", ".xlsx"}
"""What is read of a folder of traces beside CSV and Parquet: endings that no program gives to other things."""
_BLOCK_BYTES = 1 << 22
_LISTED, _LONGEST_NAME = 60, 60
PARQUET = (".parquet", ".pq")
DAMAGED_PARQUET = Text(
    "Parquet 文件损坏或不完整，无法读取", "the Parquet file is damaged or cut off and cannot be read"
)


@dataclass(frozen=True, slots=True)
class Reject:
    """An input row that was not used."""

    file: str
    line: int | None
    field: str
    reason: Text


@dataclass(slots=True)
class Table:
    """One file's rows.

    Attributes:
        file: its name without folders.
        frame: the rows under the file's own column names; of CSV and Excel as text, of Parquet as typed.
        lines: for each row its line (CSV, the header is 1) or row number (Parquet, Excel).
        rejects: lines that are no rows.
        read: how many rows the file has, rejects included.
        notes: what was found out about the file and not said by the caller.
        named: whether the columns bear the contract's names, so that nobody need say which is which.
        tally: what its columns say, to be noted of the file as a whole.
        late: what its receipts say of the clocks of vehicles.
    """

    file: str
    frame: "pd.DataFrame"
    lines: Any
    rejects: list[Reject] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    named: bool = False
    tally: ColumnTally = field(default_factory=ColumnTally)
    late: LateVehicles = field(default_factory=LateVehicles)

    @property
    def read(self) -> int:
        """How many rows were read, those rejected as rows included."""
        return self.rows + len(self.rejects)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.frame)

    @property
    def names(self) -> list[str]:
        """The file's own names of its columns."""
        return list(self.frame.columns)

    def stored(self, name: str) -> pa.Array | pa.ChunkedArray | None:  # noqa: ARG002
        """Return a column as Arrow has it; None where only pandas has it."""
        return None

    def cells(self, name: str) -> list[Any]:
        """Return the cells of a column."""
        cells: list[Any] = self.frame[name].tolist()
        return cells


Reader = Callable[[Path], Table | Iterator[Table]]


def read_tables(
    path: str | Path,
    what: Text,
    *,
    excel: bool = False,
    traces: bool = False,
    chosen: Mapping[str, str] | None = None,
    parquet: Reader | None = None,
    alone: Collection[str] = (),
) -> Iterator[Table]:
    """Yield the tables of a file, or of the files of a folder in order of their names; a large file comes in several.

    Args:
        path: the file or folder.
        what: what is looked for, for errors.
        excel: whether Excel is read too; within a folder only if traces are.
        traces: whether the formats of traces are read too.
        chosen: which columns the caller named, for formats whose tables have to be made first.
        parquet: reads Parquet, where not as a whole.
        alone: names of which one may be that of the only column of a text.

    Raises:
        InputError: nothing to read there, not a table, truncated, in no known encoding.
    """
    from truckban.traces.read.csv_table import read_csv  # noqa: PLC0415 - it needs Table

    path = Path(path)
    readers: dict[str, Reader] = {
        **dict.fromkeys((".csv", ".txt", ".tsv"), partial(read_csv, alone=alone)),
        **dict.fromkeys(PARQUET, parquet or _parquet),
        **(dict.fromkeys(EXCEL, _excel) if excel else {}),
    }
    if traces:
        from truckban.traces.formats.by_name import trace_readers  # noqa: PLC0415 - it needs Table

        readers |= trace_readers(readers[".txt"], chosen or {})
    if not path.is_dir():
        yield from _one(path, what, readers)
        return
    known = {".csv", ".parquet"} | (IN_FOLDERS if traces else set())
    files, others = in_folder(path, known)
    if not files:
        kinds = ", ".join(sorted(known))
        raise InputError(
            Text(f"文件夹里没有{what.zh}文件（{kinds}）", f"the folder holds no {what.en} ({kinds})"), file=path.name
        )
    for file in files:
        for table in _one(file, what, readers):
            table.file = file.relative_to(path).as_posix()
            table.rejects = [replace(reject, file=table.file) for reject in table.rejects]
            table.notes += left_out(others)
            others = []
            yield table


def in_folder(path: Path, known: set[str]) -> tuple[list[Path], list[Path]]:
    """Return the files of a folder that are read, and the others; hidden ones and those that begin with _ are neither."""
    files = sorted(p for p in path.rglob("*") if not p.name.startswith((".", "_")) and p.is_file())
    return [p for p in files if p.suffix.lower() in known], [p for p in files if p.suffix.lower() not in known]


def left_out(others: Sequence[Path]) -> list[Text]:
    """Return the note that names files of a folder that are not read."""
    if not others:
        return []
    some = ", ".join(file.name for file in others[:5])
    return [
        Text(
            f"文件夹里还有 {len(others)} 个其他文件没有读取：{some}",
            f"{len(others)} other files of the folder were not read: {some}",
        )
    ]


def _one(path: Path, what: Text, readers: Mapping[str, Reader]) -> Iterator[Table]:
    readable(path, what, readers)
    read = readers[path.suffix.lower()](path)
    yield from (read,) if isinstance(read, Table) else read


def readable(path: Path, what: Text, endings: Collection[str]) -> None:
    """Raise InputError unless there is such a file, with one of some endings and not empty."""
    if not path.exists():
        raise InputError(Text(f"没有这个{what.zh}文件", f"there is no such file of {what.en}"), file=path.name)
    refuse_pipe(path)
    if path.suffix.lower() not in endings:
        kinds = ", ".join(endings)
        raise InputError(
            Text(f"不认识的文件类型；可以是 {kinds}", f"unknown kind of file; it can be {kinds}"), file=path.name
        )
    if path.stat().st_size == 0:
        raise InputError(Text("文件是空的", "the file is empty"), file=path.name)


def refuse_pipe(path: Path) -> None:
    """Raise InputError where a path is a pipe or a device, which may never end."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise InputError(
            Text(
                "这不是文件，是管道或设备；请先存成文件",
                "this is no file but a pipe or a device; save it to a file first",
            ),
            file=path.name,
        )


def decoded(path: Path) -> tuple[str, list[Text]]:
    """Return the text of a file in UTF-8, UTF-16 or GBK, and a note where it is not UTF-8.

    Raises:
        InputError: it is in none of them.
    """
    data = path.read_bytes()  # once: what is found out about it holds for what is decoded
    encoding, notes = _encoding(path.name, lambda: iter((data,)))
    return data.decode(encoding), notes


def encoding_of(path: Path) -> tuple[str, list[Text]]:
    """Return the encoding of a file of text, by all that is in it, and a note where that is not UTF-8; little is held of it.

    Raises:
        InputError: it is in none of UTF-8, UTF-16 and GBK.
    """

    def blocks() -> Iterator[bytes]:
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                yield block

    return _encoding(path.name, blocks)


def _encoding(file: str, blocks: Callable[[], Iterator[bytes]]) -> tuple[str, list[Text]]:
    if next(blocks(), b"")[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        if _not_in(blocks(), "utf-16") is not None:
            raise InputError(Text("UTF-16 文件损坏或不完整", "the UTF-16 file is damaged or cut off"), file=file)
        return "utf-16", [Text("按 UTF-16 读取", "read as UTF-16")]
    line = _not_in(blocks(), "utf-8")  # `utf-8-sig` takes half of a mark at the end for nothing
    if line is None:
        return "utf-8-sig", []
    if _not_in(blocks(), "gb18030") is not None:
        raise InputError(
            Text("既不是 UTF-8 也不是 GBK 编码；请另存为 UTF-8", "neither UTF-8 nor GBK; save it as UTF-8"),
            file=file,
            line=line,
        )
    return "gb18030", [Text("不是 UTF-8，按 GBK（GB 18030）读取", "not UTF-8; read as GBK (GB 18030)")]


def _not_in(blocks: Iterator[bytes], encoding: str) -> int | None:
    """Return the line by which it shows that a file is not in an encoding; None where it is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    for block in chain(blocks, (b"",)):
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as broken:
            return lines + broken.object[: broken.start].count(b"\n")
        lines += block.count(b"\n")
    return None


def _parquet(path: Path) -> Table:
    refuse_thin(path)
    try:
        with pa.parquet.ParquetFile(path) as packed:
            table, rows = packed.read(), packed.metadata.num_rows
        table.validate(full=True)
        if len(table) != rows:  # groups of rows that are not there any more
            raise InputError(DAMAGED_PARQUET, file=path.name)
        frame = as_frame(table)
    except NO_PARQUET as error:
        raise InputError(DAMAGED_PARQUET, file=path.name) from error
    return Table(path.name, frame, np.arange(1, len(frame) + 1))


def _excel(path: Path) -> Iterator[Table]:
    from python_calamine import CalamineError  # noqa: PLC0415

    from truckban.traces.formats.excel_extent import workbook_trouble  # noqa: PLC0415 - only where there is a workbook
    from truckban.traces.formats.large_excel import NO_ZIP, excel_pieces, large_sheet  # noqa: PLC0415 - it needs Table

    try:
        trouble = workbook_trouble(path)
        if trouble is None:
            sheet = large_sheet(path)
            yield from (_whole_excel(path),) if sheet is None else excel_pieces(path, sheet)
    except (CalamineError, *NO_ZIP) as error:
        raise InputError(Text("Excel 文件打不开", "the Excel file cannot be opened"), file=path.name) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # calamine's, of a time of no calendar; it has no other name
            raise
        raise InputError(Text("Excel 文件打不开", "the Excel file cannot be opened"), file=path.name) from None
    if trouble is not None:
        raise InputError(trouble, file=path.name)


def _whole_excel(path: Path) -> Table:
    import pandas as pd  # noqa: PLC0415

    from truckban.traces.formats.large_excel import sheet_table, sheets_not_read  # noqa: PLC0415 - it needs Table

    with pd.ExcelFile(path, engine="calamine") as book:
        table = sheet_table(path.name, book.book.get_sheet_by_index(0))
        table.notes += sheets_not_read(book)
    return table


def find_columns(
    table: Table, names: Mapping[str, Sequence[str]], needed: Sequence[str], chosen: Mapping[str, str] | None
) -> dict[str, str]:
    """Return, for each wanted column that the file has, its name in the file.

    Args:
        table: the file.
        names: other names by which each wanted column is known, compared without case, spaces and punctuation.
        needed: columns without which nothing can be done.
        chosen: what the caller said (`--column time=定位时间`); None for files of which nothing can be said so.

    Raises:
        InputError: a needed column is not there, a chosen one is not, or two columns fit one name.
    """
    can_say = chosen is not None
    chosen = chosen if chosen is not None and not table.named else {}
    there: dict[str, list[str]] = {}
    columns = table.names
    for name in columns:
        there.setdefault(plain(name), []).append(name)
    found: dict[str, str] = {}
    for wanted, others in names.items():
        if wanted in chosen:
            if chosen[wanted] not in columns:
                raise _no_column(table, wanted, chosen[wanted], can_say=can_say)
            found[wanted] = chosen[wanted]
            continue
        fitting = list(dict.fromkeys(column for name in (wanted, *others) for column in there.get(plain(name), ())))
        if wanted in columns:
            found[wanted] = wanted
        elif len(fitting) > 1:
            said = listed(fitting)
            option = Text(f"；请用 --column {wanted}=列名 指定", f"; say which with --column {wanted}=NAME")
            rename = Text(f"；请只把一列命名为 {wanted}", f"; call the one that is meant {wanted}")
            advice = option if can_say else rename
            raise InputError(
                Text(f"{said.zh} 都像是 {wanted}{advice.zh}", f"{said.en} could each be {wanted}{advice.en}"),
                file=table.file,
                line=1,
                field=wanted,
            )
        elif fitting:
            found[wanted] = fitting[0]
    for wanted in needed:
        if wanted not in found:
            raise _no_column(table, wanted, wanted, can_say=can_say)
    refuse_twice([name for name in columns if name in found.values()], table.file)
    return found


def refuse_twice(names: Sequence[str], file: str) -> None:
    """Raise InputError where two columns have one name."""
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        said = listed(twice)
        raise InputError(Text(f"列名重复：{said.zh}", f"columns named twice: {said.en}"), file=file, line=1)


def listed(names: Sequence[object]) -> Text:
    """Return names of columns as a sentence has room for them: the first ones, each cut where it is no name but a text."""
    some = ", ".join(
        name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…" for name in map(str, names[:_LISTED])
    )
    more = len(names) - _LISTED
    return Text(f"{some}……共 {len(names)} 列", f"{some} and {more} more") if more > 0 else Text(some, some)


def _no_column(table: Table, wanted: str, name: str, *, can_say: bool) -> InputError:
    there = listed(table.names)
    option = Text(f"可用 --column {wanted}=列名 指定", f"Say which it is with --column {wanted}=NAME")
    rename = Text(f"请在文件里把它命名为 {wanted}", f"Call it {wanted} in the file")
    advice = option if can_say else rename
    return InputError(
        Text(
            f"没有列 {name}；文件里的列：{there.zh}。{advice.zh}",
            f"there is no column {name}; the file has: {there.en}. {advice.en}",
        ),
        file=table.file,
        line=1,
        field=wanted,
    )
