"""OSM's conditional restrictions taken apart: `no @ (Mo-Fr 07:00-09:00 AND weight>=12); yes @ delivery`.

Source: OSM wiki, Conditional restrictions: clauses are separated by `;`, conditions that contain one stand in parentheses, conditions
are joined by AND, and of the clauses that apply the last one counts.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_AND = re.compile(r"\s+AND\s+|\s+&&?\s+", re.IGNORECASE)


class Clause(NamedTuple):
    """One clause: what holds, and when; the condition is empty where it always does."""

    value: str
    condition: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The conditions that must all hold."""
        return tuple(_split_and(self.condition))


@lru_cache(maxsize=4096)
def clauses_of(text: str) -> tuple[Clause, ...]:
    """Return the clauses of a conditional restriction in their order."""
    return tuple(_clause(part) for part in _split(text, ";"))


def _clause(text: str) -> Clause:
    value, at, condition = text.partition("@")
    condition = condition.strip()
    while condition.startswith("(") and _closes_at_end(condition):
        condition = condition[1:-1].strip()
    # `no @` says that there is a condition, and not which
    return Clause(value.strip(), condition or ("?" if at else ""))


def _closes_at_end(text: str) -> bool:
    depth = 0
    for number, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return number == len(text) - 1
    return False


def _split(text: str, mark: str) -> Iterator[str]:
    """Yield what stands between marks that are neither in parentheses nor in quotes."""
    depth, quoted, begin = 0, False, 0
    for number, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif not quoted:
            depth = max(0, depth + (letter == "(") - (letter == ")"))
            if letter == mark and depth == 0:
                if text[begin:number].strip():
                    yield text[begin:number].strip()
                begin = number + 1
    if text[begin:].strip():
        yield text[begin:].strip()


def _split_and(condition: str) -> Iterator[str]:
    begin = 0
    for found in _AND.finditer(condition):
        before = condition[: found.start()]
        if before.count("(") == before.count(")") and before.count('"') % 2 == 0:
            yield condition[begin : found.start()].strip()
            begin = found.end()
    if condition[begin:].strip():
        yield condition[begin:].strip()
