"""What stands between quotation marks in a script: strings, and templates with what is put into them taken out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

HOLE = "\u0001"
_PLAIN = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`|[{}]""", re.DOTALL)
_REGULAR = re.compile(r"/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*")
_BEFORE_REGULAR = re.compile(r"(?:^|[(,=:\[!&|?{};+\n]|=>|\breturn)\s*$")


@dataclass(frozen=True)
class Said:
    """A string of a script: its text (`HOLE` for each value put in), what stands before it, and its line."""

    text: str
    before: str
    line: int

    @property
    def tag(self) -> str:
        """Return the function that makes something of a template: `html` or `svg`."""
        found = re.search(r"(\w+)$", self.before)
        return found[1] if found else ""


def strings(script: str) -> Iterator[Said]:
    """Find the strings of a script, those within templates too; comments are none."""
    yield from _code(script, 0, script, [])


def _code(script: str, at: int, whole: str, ends: list[int]) -> Iterator[Said]:
    """Read code from `at` until a brace that it did not open, whose place is put into `ends`."""
    depth = 0
    while at < len(script):
        slash = script.find("/", at)
        found = _PLAIN.search(script, at)
        if 0 <= slash < (found.start() if found else len(script)):
            regular = _REGULAR.match(script, slash)
            before = _BEFORE_REGULAR.search(script[max(0, slash - 20) : slash])
            at = regular.end() if regular and before else slash + 1
            continue
        if found is None:
            break
        mark, start = found[0], found.start()
        at = found.end()
        if mark == "`":
            parts: list[str] = []
            closed: list[int] = []
            yield from _template(script, at, whole, parts, closed)
            yield Said("".join(parts), script[max(0, start - 60) : start], whole.count("\n", 0, start) + 1)
            at = closed[0]
        elif mark[0] in "\"'":
            yield Said(mark[1:-1], script[max(0, start - 60) : start], whole.count("\n", 0, start) + 1)
        elif mark == "{":
            depth += 1
        elif mark == "}":
            if depth == 0:
                break
            depth -= 1
    ends.append(at)


def _template(script: str, at: int, whole: str, parts: list[str], closed: list[int]) -> Iterator[Said]:
    """Read a template from behind its opening mark: its own text into `parts`, its end into `closed`."""
    while at < len(script):
        if script[at] == "\\":
            parts.append(script[at : at + 2])
            at += 2
        elif script[at] == "`":
            break
        elif script.startswith("${", at):
            parts.append(HOLE)
            ends: list[int] = []
            yield from _code(script, at + 2, whole, ends)
            at = ends[0]
        else:
            parts.append(script[at])
            at += 1
    closed.append(at + 1)
