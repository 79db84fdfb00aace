"""In which ways people type a name: its characters, its sound, the first letters of its sound."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pypinyin import Style, lazy_pinyin, pinyin

from zones import spellings

# 行 is xing and hang: so many readings of a name are kept, and no more
_READINGS = 24
_APART = ("×", "✕", "*", "/", "&", ",", "、", ";", "+", "与", "和", " ")
_LIKE = ("traditional", "alike")
_STEPS = 3


class Fit(NamedTuple):
    """How well a name fits what was typed: the smaller, the better."""

    rank: int
    rest: int


@dataclass(frozen=True, slots=True)
class Sounds:
    """A name as it is compared.

    Attributes:
        text: folded.
        short: the first letters of its sound, for each reading.
        full: its sound in Latin letters, for each reading.
    """

    text: str
    short: tuple[str, ...]
    full: tuple[str, ...]


def folded(text: str) -> str:
    """Return what is compared of a text: NFKC, simplified, alike characters as one, small letters, no spaces."""
    return "".join(spellings.folded(spellings.normalised(text), _LIKE).casefold().split())


@lru_cache(maxsize=16_384)
def sounds_of(name: str) -> Sounds:
    """Return the ways in which a name is typed."""
    said = folded(name)
    likely = tuple(lazy_pinyin(said, v_to_u=False))
    readings = [likely]
    if len(likely) == len(said):
        # one character read otherwise at a time: 重庆路 is chongqing to who knows it
        for at, character in enumerate(said):
            others = pinyin(character, style=Style.NORMAL, heteronym=True, v_to_u=False)[0]
            readings += [(*likely[:at], other, *likely[at + 1 :]) for other in others if other != likely[at]]
    readings = readings[:_READINGS]
    return Sounds(
        text=said,
        short=tuple(dict.fromkeys("".join(part[:1] for part in reading) for reading in readings)),
        full=tuple(dict.fromkeys("".join(reading) for reading in readings)),
    )


def fit(typed: str, name: str) -> Fit | None:
    """Return how well a name fits what was typed (`folded`); None where it does not.

    The whole name comes before its beginning, and that before its middle; of these, characters before first letters, and
    those before the whole sound.
    """
    if not typed:
        return None
    sounds = sounds_of(name)
    found: list[Fit] = []
    for step, group in enumerate(((sounds.text,), sounds.short, sounds.full)):
        for key in group:
            at = key.find(typed)
            if at < 0 or (at > 0 and typed.isascii() and len(typed) == 1):
                continue
            rest = len(key) - len(typed)
            found.append(Fit(step + (0 if not rest else _STEPS if at == 0 else 2 * _STEPS), rest))
    return min(found, default=None)


def parted(typed: str) -> list[tuple[str, str]]:
    """Return the two streets of a junction that a text may name: cut at the sign between them, else anywhere."""
    for sign in _APART:
        left, sep, right = typed.strip().partition(sign)
        if sep and folded(left) and folded(right):
            return [(folded(left), folded(right))]
    whole = folded(typed)
    return [(whole[:at], whole[at:]) for at in range(2, len(whole) - 1)]
