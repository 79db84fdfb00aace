"""What the reader of a classification should be told, as codes and sentences."""

from collections.abc import Mapping
from types import MappingProxyType

from truckban.vehicles.terms import Meaning, normalise
from zones.text import Text

Warnings = tuple[tuple[str, Text], ...]

_SHOWN = 30
_SIZE_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "heavy": Text("重型", "heavy"),
        "medium": Text("中型", "medium"),
        "light": Text("轻型", "light"),
        "micro": Text("微型", "micro"),
    }
)
_LARGEST: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"low_speed": (6000.0, 4500.0), "three_wheel": (4600.0, 2000.0)}
)
"""The largest length (mm) and gross mass (kg) of 低速货车 and 三轮汽车: GB 1589-2016.

Used for a warning only; no class depends on it."""

_SENTENCES: Mapping[str, Text] = MappingProxyType(
    {
        "vehicle.assumed_goods": Text(
            "未给出车辆类型，按货车处理，车身结构未知",
            "no vehicle type was given: taken for a goods vehicle of unknown body",
        ),
        "vehicle.words_not_recognised": Text(
            "不能识别车辆类型“{}”；请按行驶证“车辆类型”填写，或填 GA 24.4 代码",
            "the vehicle type “{}” is not understood; give the licence's words or a GA 24.4 code",
        ),
        "vehicle.code_not_listed": Text(
            "代码“{}”不在 GA 24.4 代码表中，只能由首字母确定车辆种类",
            "the code “{}” is not in the GA 24.4 table; only its letter settles what kind of vehicle it is",
        ),
        "vehicle.colloquial": Text(
            "“{}”不是行驶证用语，只作宽泛理解；请按行驶证“车辆类型”填写",
            "“{}” is not a licence's wording and is read broadly; give the licence's vehicle type",
        ),
        "vehicle.words_incomplete": Text(
            "车辆类型“{}”不完整，按货车理解",
            "the vehicle type “{}” is incomplete and is read as a goods vehicle",
        ),
        "vehicle.type_other": Text(
            "车辆类型为“其他”，不能由此判断是否为货车",
            "the vehicle type is “other”, which does not say whether it is a truck",
        ),
    }
)


def remarks(meaning: Meaning, vehicle_type: str) -> Warnings:
    """Return what is to be said about how the vehicle type was read."""
    codes = sorted(meaning.notes | ({"vehicle.type_other"} if meaning.kinds == {"other"} else set()))
    shown = _shown(vehicle_type)
    return tuple((code, Text(*(sentence.replace("{}", shown) for sentence in _SENTENCES[code]))) for code in codes)


def oversize(meaning: Meaning, length: float | None, mass: float | None) -> Warnings:
    """Return a warning where the numbers exceed what a low-speed or three-wheeled vehicle can have."""
    if not meaning.kinds <= _LARGEST.keys():
        return ()
    longest, heaviest = (max(values) for values in zip(*(_LARGEST[kind] for kind in meaning.kinds), strict=True))
    if (length or 0) <= longest and (mass or 0) <= heaviest:
        return ()
    sentence = Text(
        f"这类车不超过 {longest:g} 毫米、{heaviest:g} 千克（GB 1589）；请核对车辆类型和数值",
        f"such a vehicle has at most {longest:g} mm and {heaviest:g} kg (GB 1589); check its type and its numbers",
    )
    return (("vehicle.numbers_unlikely", sentence),)


def conflict(
    vehicle_type: str, by_words: frozenset[str], length: float | None, mass: float | None, by_numbers: frozenset[str]
) -> tuple[str, Text]:
    """Return the warning that names what the words say and what the numbers say."""
    zh, en = [], []
    if length is not None:
        zh.append(f"车长 {length:.10g} 毫米")
        en.append(f"length {length:.10g} mm")
    if mass is not None:
        zh.append(f"总质量 {mass:.10g} 千克")
        en.append(f"gross mass {mass:.10g} kg")
    words, numbers = _named(by_words), _named(by_numbers)
    shown = _shown(vehicle_type)
    sentence = Text(
        f"车辆类型“{shown}”为{words.zh}，而{'、'.join(zh)}按 GA 802 为{numbers.zh}",
        f"the vehicle type “{shown}” says {words.en}, but {' and '.join(en)} make it {numbers.en} by GA 802",
    )
    return "vehicle.class_conflict", sentence


def _named(sizes: frozenset[str]) -> Text:
    words = [word for size, word in _SIZE_WORDS.items() if size in sizes]
    return Text("或".join(word.zh for word in words), " or ".join(word.en for word in words))


def _shown(vehicle_type: str) -> str:
    text = normalise(vehicle_type)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
