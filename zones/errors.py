"""The errors a person can act on: what is wrong, where it stands, what would be right."""

import errno
from typing import Any

from zones.text import Text

_WHY = {
    errno.ENOENT: Text("没有这个文件或文件夹", "there is no such file or folder"),
    errno.EISDIR: Text("这是文件夹，应为文件", "this is a folder; a file is needed"),
    errno.ENOTDIR: Text("路径中有一段不是文件夹", "a part of its path is no folder"),
    errno.EEXIST: Text("已有同名的文件", "a file of that name is there already"),
    errno.EACCES: Text("没有权限", "permission denied"),
    errno.EPERM: Text("没有权限", "permission denied"),
    errno.EROFS: Text("磁盘是只读的", "the disk can only be read"),
    errno.ENOSPC: Text("磁盘已满", "the disk is full"),
}


class TextError(ValueError):
    """What is wrong with one value, for validators that do not know where it stands."""

    def __init__(self, zh: str, en: str) -> None:
        """Keep both sentences; `str()` is the English one."""
        self.text = Text(zh, en)
        super().__init__(en)


class InputError(ValueError):
    """Something that was handed in cannot be used.

    Args:
        text: the sentence for a person, in both languages.
        file: the file it stands in, as the caller named it.
        line: the line, counted from 1.
        field: the column, key or dotted path.
    """

    def __init__(
        self, text: Text, *, file: str | None = None, line: int | None = None, field: str | None = None
    ) -> None:
        """Keep the parts; `str()` gives the English sentence with its place."""
        self.text = text
        self.file = file
        self.line = line
        self.field = field
        super().__init__(self.say("en"))

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it be handed between processes."""
        return _again, (self.text, self.file, self.line, self.field)

    def say(self, lang: str) -> str:
        """Return `file:line: field: sentence` with the parts that are known."""
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        return ": ".join(part for part in (place, self.field, self.text.of(lang)) if part)


def why_not(error: OSError) -> Text:
    """Return why the system would not do something with a file; what has no sentence here is in the system's own words."""
    said = error.strerror or "?"
    return _WHY.get(error.errno or 0, Text(said, said))


def not_readable(file: str, error: OSError, *, field: str | None = None) -> InputError:
    """Return the error of a file that the system does not let be read.

    Args:
        file: as the caller named it.
        error: the system's.
        field: the option that named the file, if any.
    """
    why = why_not(error)
    return InputError(Text(f"无法读取文件：{why.zh}", f"the file cannot be read: {why.en}"), file=file, field=field)


def _again(text: Text, file: str | None, line: int | None, field: str | None) -> InputError:
    return InputError(text, file=file, line=line, field=field)


class ZoneError(InputError):
    """No honest polygon follows from the streets and the notice's words.

    Args:
        code: `loop_open`, `road_not_found` or `sides_contradict`.
        text: the sentence for a person.
        gaps: loose ends: `{"lon", "lat", "length_m", "bridged_by", "between": [road, road]}`.
        candidates: for each road not found, the nearest names with place and length.
    """

    def __init__(
        self,
        code: str,
        text: Text,
        *,
        gaps: list[dict[str, Any]] | None = None,
        candidates: dict[str, list[dict[str, Any]]] | None = None,
    ) -> None:
        """Keep what a map of the failure needs."""
        self.code = code
        self.gaps = gaps or []
        self.candidates = candidates or {}
        super().__init__(text)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it be handed between processes."""
        return _zone_error, (self.code, self.text, self.gaps, self.candidates)

    def as_json(self) -> dict[str, Any]:
        """Return the `error` object of the zone-building contract."""
        return {
            "code": self.code,
            "message": self.text.en,
            "message_zh": self.text.zh,
            "gaps": self.gaps,
            "candidates": self.candidates,
        }


def _zone_error(
    code: str, text: Text, gaps: list[dict[str, Any]], candidates: dict[str, list[dict[str, Any]]]
) -> ZoneError:
    return ZoneError(code, text, gaps=gaps, candidates=candidates)
