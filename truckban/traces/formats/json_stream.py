"""A large JSON object read member by member, and its `features` one by one, in memory bounded by one feature."""

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from truckban.json_text import integer
from zones.errors import InputError
from zones.text import Text

_CHUNK = 1 << 20
_MOST_VALUE = 1 << 26
"""Characters of one feature, of twice as many at the most: a million fixes and more; as Python's objects they take ten times the room."""
_NEAR_END = 16
_OF_A_NUMBER = 2
"""So many characters of a number that is cut off may follow what could be a whole one: of `1.5` a point, of `1e+3` an `e+`."""
_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder(parse_int=integer)


def members(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield the members of the file's object as (name, value); of `features`, each as (`features[]`, value).

    Raises:
        InputError: it is not UTF-8, not JSON, not whole, no object, nested too deeply, or one value is beyond all sense.
    """
    with path.open("rb") as file:
        text = _Text(file, path.name)
        if text.peek() != "{":
            raise text.error("应是 JSON 对象 {…}", "a JSON object {…} is needed")
        text.pos += 1
        if text.peek() == "}":
            text.pos += 1
        else:
            while True:
                name = text.value()
                if not isinstance(name, str):
                    raise text.error("这里应是成员名", "the name of a member is needed here")
                text.take(":")
                if name == "features" and text.peek() == "[":
                    yield from _elements(text)
                else:
                    yield name, text.value()
                if text.take(",}") == "}":
                    break
        if text.peek():
            raise text.error("JSON 结束之后还有内容", "something follows after the end of the JSON")


def _elements(text: "_Text") -> Iterator[tuple[str, Any]]:
    text.take("[")
    if text.peek() == "]":
        text.take("]")
        return
    while True:
        yield "features[]", text.value()
        if text.take(",]") == "]":
            return


class _Text:
    """A window on the file's text."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file = file
        self._name = name
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._ended = False
        self._line = 1
        self.buffer = ""
        self.pos = 0

    def error(self, zh: str, en: str, at: int | None = None) -> InputError:
        """Return an error at a place in the window, this place unless said."""
        line = self._line + self.buffer.count("\n", 0, self.pos if at is None else at)
        return InputError(Text(zh, en), file=self._name, line=line)

    def peek(self) -> str:
        """Return the next character that is no space, empty at the end."""
        while True:
            found = _SPACE.match(self.buffer, self.pos)
            self.pos = found.end() if found else self.pos
            if self.pos < len(self.buffer):
                return self.buffer[self.pos]
            if not self._more(_CHUNK):
                return ""

    def take(self, allowed: str) -> str:
        """Take the next character, which must be one of these."""
        found = self.peek()
        if not found:
            raise self.error("JSON 不完整，文件被截断", "the JSON is not whole: the file is cut off")
        if found not in allowed:
            listed = " ".join(allowed)
            raise self.error(f"不是 JSON：这里应是 {listed}", f"this is not JSON: {listed} is needed here")
        self.pos += 1
        return found

    def value(self) -> Any:  # noqa: ANN401
        """Take the next value."""
        if not self.peek():
            raise self.error("JSON 不完整，文件被截断", "the JSON is not whole: the file is cut off")
        while True:
            try:
                value, end = _DECODER.raw_decode(self.buffer, self.pos)
            except json.JSONDecodeError as error:
                cut_off = error.msg.startswith("Unterminated") or error.pos >= len(self.buffer) - _NEAR_END
                if cut_off and len(self.buffer) - self.pos > _MOST_VALUE:
                    raise self.error("一个要素大得没有道理", "one feature is large beyond all sense") from None
                if cut_off and self._more(max(_CHUNK, len(self.buffer) - self.pos)):
                    continue
                raise self.error("不是完整的 JSON", "this is not whole JSON", error.pos) from None
            except RecursionError:
                raise self.error("嵌套太深", "nested too deeply") from None
            length = end - self.pos
            if end + _OF_A_NUMBER >= len(self.buffer) and self._more(_CHUNK):
                continue  # a number may go on
            self.pos += length
            return value

    def _more(self, count: int) -> bool:
        if self._ended:
            return False
        data = self._file.read(count)
        self._ended = not data
        try:
            text = self._decoder.decode(data, final=self._ended)
        except UnicodeDecodeError:
            raise self.error(
                "JSON 应是 UTF-8 编码；请另存为 UTF-8", "JSON is UTF-8 (RFC 8259); save it as UTF-8", len(self.buffer)
            ) from None
        self._line += self.buffer.count("\n", 0, self.pos)
        self.buffer = self.buffer[self.pos :] + text
        self.pos = 0
        return not self._ended or bool(text)
