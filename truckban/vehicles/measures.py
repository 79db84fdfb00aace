"""A length and a gross mass as they were handed in: possible numbers in the right unit, or a sentence that helps.

The limits only separate a vehicle from a slip of the unit. Nothing that may drive is shorter than a metre (a
three-wheeled vehicle is about three, a motorcycle nearly two) or longer than 60 m; no licence shows a gross mass under
200 kg or over 200 t. So 8.6 can only be metres, 860 centimetres and 25 tonnes.
"""

import math
from numbers import Real

from zones.errors import InputError
from zones.text import Text

SHORTEST_MM = 1000.0
LONGEST_MM = 60_000.0
LIGHTEST_KG = 200.0
HEAVIEST_KG = 200_000.0
_LONGEST_M = 60.0
_MM_A_M = 1000
_MM_A_CM = 10
_KG_A_T = 1000


def length_in_mm(value: object) -> float | None:
    """Return the length in mm, None where it is unknown.

    Raises:
        InputError: for anything that is not the length of a vehicle in millimetres.
    """
    if value is None:
        return None
    number = _number(value, "length_mm", Text("毫米", "millimetres"))
    if number <= _LONGEST_M:
        raise _slip(number, Text("米", "metres"), Text("毫米", "millimetres"), number * _MM_A_M, field="length_mm")
    if number < SHORTEST_MM:
        raise _slip(
            number, Text("厘米", "centimetres"), Text("毫米", "millimetres"), number * _MM_A_CM, field="length_mm"
        )
    if number > LONGEST_MM:
        raise InputError(
            Text(
                f"{_plain(number)} 毫米超过 60 米，没有这样的车；请给出行驶证上的车长（毫米）",
                f"{_plain(number)} is over 60 m, longer than any vehicle; give the licence's length in millimetres",
            ),
            field="length_mm",
        )
    return number


def gross_mass_in_kg(value: object) -> float | None:
    """Return the gross mass in kg, None where it is unknown.

    Raises:
        InputError: for anything that is not the gross mass of a vehicle in kilograms.
    """
    if value is None:
        return None
    number = _number(value, "gross_mass_kg", Text("千克", "kilograms"))
    if number < LIGHTEST_KG:
        raise _slip(number, Text("吨", "tonnes"), Text("千克", "kilograms"), number * _KG_A_T, field="gross_mass_kg")
    if number > HEAVIEST_KG:
        raise InputError(
            Text(
                f"{_plain(number)} 千克超过 200 吨，没有这样的车；请给出行驶证上的总质量（千克）",
                f"{_plain(number)} is over 200 t, heavier than any vehicle; give the licence's gross mass in kilograms",
            ),
            field="gross_mass_kg",
        )
    return number


def _number(value: object, field: str, unit: Text) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InputError(
            Text(
                f"应是数字（单位{unit.zh}），未知则留空", f"must be a number of {unit.en}, or null where it is unknown"
            ),
            field=field,
        )
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or number <= 0:
        raise InputError(
            Text(
                f"应是大于 0 的有限数（单位{unit.zh}），未知则留空",
                f"must be a finite number of {unit.en} above 0, or null where it is unknown",
            ),
            field=field,
        )
    return number


def _slip(number: float, looks: Text, wanted: Text, right: float, *, field: str) -> InputError:
    return InputError(
        Text(
            f"{_plain(number)} 像是{looks.zh}；请以{wanted.zh}给出：{_plain(right)}",
            f"{_plain(number)} looks like {looks.en}; give {wanted.en}: {_plain(right)}",
        ),
        field=field,
    )


def _plain(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")
