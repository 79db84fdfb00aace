"""Colours of number plates, by name and by number.

The numbers are those of road transport data (JT/T 697.7): 1 blue, 2 yellow, 3 black, 4 white, 5 green,
9 other, 91 and 92 the yellow and green of farm vehicles, 93 yellow-green, 94 gradient green. The toll system's
dictionaries count differently (0 blue, 1 yellow, …); 0 is therefore refused instead of guessed.
"""

from collections.abc import Mapping
from numbers import Real
from types import MappingProxyType

from truckban.vehicles.terms import normalise
from zones.errors import InputError
from zones.text import Text

COLOR_CODES: Mapping[str, int] = MappingProxyType(
    {
        "blue": 1,
        "yellow": 2,
        "black": 3,
        "white": 4,
        "green": 5,
        "other": 9,
        "farm_yellow": 91,
        "farm_green": 92,
        "yellow_green": 93,
        "gradient_green": 94,
    }
)
COLOR_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "blue": "蓝",
        "yellow": "黄",
        "black": "黑",
        "white": "白",
        "green": "绿",
        "other": "其他",
        "farm_yellow": "农黄",
        "farm_green": "农绿",
        "yellow_green": "黄绿",
        "gradient_green": "渐变绿",
    }
)

_BY_CODE = {code: name for name, code in COLOR_CODES.items()}
_BY_WORD = {
    **{word: name for name, word in COLOR_WORDS.items()},
    **{name.upper().replace("_", ""): name for name in COLOR_CODES},
    "黄绿双拼": "yellow_green",
    "黄绿双色": "yellow_green",
    "绿渐变": "gradient_green",
    "其它": "other",
}


def read_color(color: str | float | None) -> str | None:
    """Return the colour's name for a name, a Chinese word (蓝, 蓝色, 蓝牌) or a number; None where unknown.

    Raises:
        InputError: there is no such plate colour.
    """
    if color is None:
        return None
    name = None
    if isinstance(color, str):
        word = normalise(color).replace("_", "").replace("-", "")
        if not word:
            return None
        if word.isascii() and word.isdigit():
            name = _BY_CODE.get(int(word[:3]))
        else:
            short = word.removesuffix("车牌").removesuffix("号牌").removesuffix("牌").removesuffix("底")
            name = _BY_WORD.get(short.removesuffix("色"))
    elif isinstance(color, Real) and not isinstance(color, bool):
        name = _BY_CODE.get(color)
    if name is None:
        raise InputError(
            Text(
                "没有这种号牌颜色；可填 "
                + "、".join(f"{COLOR_WORDS[known]}({code})" for known, code in COLOR_CODES.items()),
                "no such plate colour; it can be "
                + ", ".join(f"{known} ({code})" for known, code in COLOR_CODES.items()),
            ),
            field="plate_color",
        )
    return name
