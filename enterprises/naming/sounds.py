"""How names sound, for candidates only: firms whose names sound alike are often different firms."""

from functools import lru_cache
from itertools import islice, product

_MOST = 8
# what speakers and keyboards of the region confuse: zh z, ch c, sh s, ng n
_BLURRED = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))


@lru_cache(maxsize=20_000)
def readings(character: str) -> tuple[str, ...]:
    """Return the syllables that a character can be read as, without tones, blurred."""
    # its dictionary takes as long to load as all the rest of the program, and most work asks for no sound
    from pypinyin import Style, pinyin  # noqa: PLC0415

    found = pinyin(character, style=Style.NORMAL, heteronym=True)
    return tuple(dict.fromkeys(_blurred(syllable) for syllable in found[0])) if found else (character,)


def _blurred(syllable: str) -> str:
    for clear, blurred in _BLURRED:
        syllable = syllable.replace(clear, blurred)
    return syllable


def sounds(text: str) -> list[str]:
    """Return how a text can sound, the likeliest first, eight ways at most."""
    return [" ".join(way) for way in islice(product(*(readings(character) for character in text)), _MOST)]
