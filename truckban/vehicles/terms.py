"""The words vehicles are described in: kinds, sizes, bodies, and what a licence's vehicle type means in them."""

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

SIZES = frozenset({"heavy", "medium", "light", "micro"})
"""The sizes of GA 802 table 1 for goods vehicles; a vehicle without one has the size `none`."""

BODIES = frozenset(
    {
        "general",
        "van",
        "closed",
        "tank",
        "flat",
        "container",
        "dump",
        "special_structure",
        "stake",
        "vehicle_carrier",
        "other",
    }
)
"""The bodies of GA 802 table 2 for what carries goods; a vehicle that carries none has the body `none`."""

NONE = "none"

CLASSED_KINDS = frozenset({"goods", "tractor"})
"""Kinds whose size follows from length and gross mass as for goods vehicles."""

SIZED_KINDS = CLASSED_KINDS | {"special", "trailer"}
"""Kinds whose licence words may carry a size."""

BODIED_KINDS = frozenset({"goods", "trailer", "low_speed", "three_wheel"})
"""Kinds that carry goods, so that they have a body even where nothing says which."""

NOT_TRUCK_KINDS = frozenset({"passenger", "motorcycle", "wheeled_machinery", "agricultural_tractor"})

KINDS = SIZED_KINDS | BODIED_KINDS | NOT_TRUCK_KINDS | {"other"}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a vehicle type says, in the project's words.

    Args:
        kinds: what the vehicle may be; one kind unless the words are a product's or a trade's name.
        sizes: the sizes left open; empty where nothing is said, or the kind has none.
        bodies: the body, main word first; two where the licence names two (厢式自卸货车: dump, van);
            empty where nothing is said.
        notes: codes of what should be told to the reader.
    """

    kinds: frozenset[str]
    sizes: frozenset[str] = frozenset()
    bodies: tuple[str, ...] = ()
    notes: frozenset[str] = field(default=frozenset(), compare=False)


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """Return `text` in one spelling: NFKC, no white space or invisible characters, ASCII letters in capitals."""
    if text.isalnum() and text == text.upper() and unicodedata.is_normalized("NFKC", text):
        return text
    plain = unicodedata.normalize("NFKC", text)
    return "".join(
        char.upper() if char.isascii() else char
        for char in plain
        if not char.isspace() and unicodedata.category(char) != "Cf"
    )
