"""What is noted of files: of each file once, though large files are read in pieces, and by many machines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from zones.text import Text

# fewer rows say nothing of a whole file
_FEW = 20
_WORDS, _LONGEST = 3, 20


@dataclass(slots=True)
class ColumnTally:
    """What columns of one file say, in figures that add up over its pieces, in any order.

    Attributes:
        late: by column of receipts: rows received about 8 hours after their time, and rows that have both times.
        unknown: by column: the first few words, in order and cut short, of those that are not understood.
    """

    late: dict[str, tuple[int, int]] = field(default_factory=dict)
    unknown: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.late or self.unknown)

    def count_late(self, column: str, late: int, both: int) -> None:
        """Count rows that were received about 8 hours after their time, of those that have both times."""
        before = self.late.get(column, (0, 0))
        self.late[column] = before[0] + late, before[1] + both

    def not_understood(self, column: str, words: Sequence[str]) -> None:
        """Take in words of a column that are not understood."""
        if words:
            known = {*self.unknown.get(column, ()), *(word[:_LONGEST] for word in words)}
            self.unknown[column] = tuple(sorted(known)[:_WORDS])

    def add(self, other: "ColumnTally") -> None:
        """Take in what another piece of the file says."""
        for column, (late, both) in other.late.items():
            self.count_late(column, late, both)
        for column, words in other.unknown.items():
            self.not_understood(column, words)

    def notes(self) -> list[Text]:
        """Return what there is to be said, once all pieces are in."""
        in_utc = [
            Text(
                f"半数以上的行在其时间约 8 小时之后才被接收（{column}）：时间像是世界时，却按当地时间理解；没有更改",
                f"most rows were received about 8 hours after their time ({column}): the times look like UTC read as local; "
                "nothing was changed",
            )
            for column, (late, both) in sorted(self.late.items())
            if late >= _FEW and 2 * late >= both
        ]
        unknown = [
            Text(
                f"列 {column} 里看不懂的内容（没有因此拒绝）：{', '.join(words)}",
                f"column {column} says what is not understood, and nothing was rejected for it: {', '.join(words)}",
            )
            for column, words in sorted(self.unknown.items())
        ]
        return in_utc + unknown


@dataclass(slots=True)
class FileNotes:
    """The notes on some files, in order of the files as they come."""

    _files: dict[str, tuple[dict[Text, None], ColumnTally]] = field(default_factory=dict)

    def add(self, file: str, notes: Iterable[Text], tally: ColumnTally) -> None:
        """Take in what is found out about a piece of a file; each piece may say the same."""
        own, columns = self._files.setdefault(file, ({}, ColumnTally()))
        own.update(dict.fromkeys(notes))
        columns.add(tally)

    def all(self) -> list[Text]:
        """Return each note once, with the name of its file."""
        return [
            Text(f"{file}：{note.zh}", f"{file}: {note.en}")
            for file, (notes, tally) in self._files.items()
            for note in (*notes, *tally.notes())
        ]
