"""The errors a person can act on: what is wrong, where it stands, what would be right."""

from typing import Any

from zones.text import Text


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
