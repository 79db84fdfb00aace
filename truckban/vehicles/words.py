"""The words of a vehicle licence (行驶证 车辆类型) read into kind, size and body.

The text is cut into known words, the longest first, and every character must belong to one; the last word is the head
that names the kind (货车, 半挂牵引车 …), and each word before it must be one that this head can have. What does not fit
is not understood: nothing is guessed from a part of a text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from truckban.vehicles.terms import NONE, SIZES, Meaning

_ENERGY = ("插电式混合动力", "插电混动", "氢燃料电池", "燃料电池", "混合动力", "新能源", "纯电动", "电动")

_SIZE: Mapping[str, str] = MappingProxyType({"重型": "heavy", "中型": "medium", "轻型": "light", "微型": "micro"})
_SPECIAL_SIZE: Mapping[str, str] = MappingProxyType({**_SIZE, "大型": "heavy", "小型": "light"})
_LOOSE_SIZE: Mapping[str, frozenset[str]] = MappingProxyType(
    {"大型": frozenset({"heavy", "medium"}), "小型": frozenset({"light", "micro"})}
)

_BODY: Mapping[str, str] = MappingProxyType(
    {
        "普通": "general",
        "栏板式": "general",
        "栏板": "general",
        "多用途": "general",
        "厢式": "van",
        "箱式": "van",
        "封闭式": "closed",
        "封闭": "closed",
        "罐式": "tank",
        "平板式": "flat",
        "平板": "flat",
        "集装厢": "container",
        "集装箱": "container",
        "自卸式": "dump",
        "自卸": "dump",
        "特殊结构": "special_structure",
        "仓栅式": "stake",
        "仓栅": "stake",
        "车辆运输": "vehicle_carrier",
        "专门用途": "other",
        "侧帘式": "other",
        "侧帘": "other",
    }
)
_TRAILER_BODY: Mapping[str, str] = MappingProxyType(
    {**_BODY, "低平板": "flat", "旅居": "other", "专项作业": "other", "特殊用途": "other"}
)
_TRAILER_AXLE = "中置轴"
_COMPLETE_WITHOUT_HEAD = frozenset({"container", "vehicle_carrier"})


@dataclass(frozen=True, slots=True)
class _Head:
    """A word that names the kind, and the words that may stand before it."""

    kind: str
    body: Mapping[str, str] = field(default_factory=dict)
    may_have: frozenset[str] = frozenset()


_GOODS = _Head("goods", _BODY)
_TRACTOR = _Head("tractor")
_TRAILER = _Head("trailer", _TRAILER_BODY, frozenset({_TRAILER_AXLE}))
_PASSENGER = _Head(
    "passenger",
    may_have=frozenset(
        [
            "大型",
            "中型",
            "小型",
            "微型",
            "普通",
            "双层",
            "卧铺",
            "铰接",
            "越野",
            "专用",
            "幼儿",
            "小学生",
            "中小学生",
        ]
    ),
)
_MOTORCYCLE = _Head(
    "motorcycle",
    may_have=frozenset(
        [
            "普通",
            "轻便",
            "正三轮",
            "侧三轮",
            "三轮",
            "二轮",
            "两轮",
            "载客",
            "载货",
        ]
    ),
)
_MACHINERY = _Head("wheeled_machinery", may_have=frozenset({"轮式"}))
_FARM = _Head("agricultural_tractor", may_have=frozenset(["大型", "小型", "轮式", "手扶", "变型", "变形"]))

_HEADS: Mapping[str, _Head] = MappingProxyType(
    {
        **dict.fromkeys(("货车", "载货汽车", "载货车"), _GOODS),
        **dict.fromkeys(("半挂牵引车", "全挂牵引车", "牵引车"), _TRACTOR),
        **dict.fromkeys(("半挂车", "全挂车", "挂车"), _TRAILER),
        "专项作业车": _Head("special", may_have=frozenset({"载货", "非载货"})),
        **dict.fromkeys(("低速货车", "低速载货汽车"), _Head("low_speed", _BODY)),
        "三轮汽车": _Head("three_wheel"),
        **dict.fromkeys(
            [
                "客车",
                "轿车",
                "校车",
                "面包车",
                "旅居车",
                "乘用车",
                "公交车",
                "公共汽车",
                "无轨电车",
                "有轨电车",
                "电车",
            ],
            _PASSENGER,
        ),
        "摩托车": _MOTORCYCLE,
        **dict.fromkeys(["装载机械", "挖掘机械", "平地机械", "专用机械车", "机械车"], _MACHINERY),
        **dict.fromkeys(["拖拉机", "变形运输机", "变型运输机", "拖拉机运输机组"], _FARM),
        **dict.fromkeys(("其他", "其它"), _Head("other")),
    }
)
_SHORT_HEADS = ("运输车", "车")
_LOW_SPEED = "低速"

_GOODS_OR_SPECIAL = Meaning(frozenset({"goods", "special"}))
_TRADE: Mapping[str, Meaning] = MappingProxyType(
    {
        "大货车": Meaning(frozenset({"goods"}), _LOOSE_SIZE["大型"]),
        "大卡车": Meaning(frozenset({"goods"}), _LOOSE_SIZE["大型"]),
        "小货车": Meaning(frozenset({"goods"}), _LOOSE_SIZE["小型"]),
        "小卡车": Meaning(frozenset({"goods"}), _LOOSE_SIZE["小型"]),
        "重卡": Meaning(frozenset({"goods", "tractor"}), frozenset({"heavy"})),
        "中卡": Meaning(frozenset({"goods"}), frozenset({"medium"})),
        "轻卡": Meaning(frozenset({"goods"}), frozenset({"light"})),
        "微卡": Meaning(frozenset({"goods"}), frozenset({"micro"})),
        **dict.fromkeys(["卡车", "渣土车", "皮卡", "皮卡车", "厢货"], Meaning(frozenset({"goods"}))),
        "低速汽车": Meaning(frozenset({"low_speed", "three_wheel"})),
        **dict.fromkeys(
            [
                "消防车",
                "洒水车",
                "清障车",
                "环卫车",
                "垃圾车",
                "扫路车",
                "清扫车",
                "吸污车",
                "吸粪车",
                "除雪车",
                "抑尘车",
                "救险车",
                "工程车",
                "起重车",
                "吊车",
                "搅拌车",
                "混凝土搅拌车",
                "混凝土搅拌运输车",
                "混凝土泵车",
                "高空作业车",
            ],
            _GOODS_OR_SPECIAL,
        ),
    }
)
"""Names that people and dealers use; the licence of such a vehicle says something else, so they leave more open."""


@cache
def _vocabulary() -> tuple[str, ...]:
    before = (word for head in _HEADS.values() for word in (*head.body, *head.may_have))
    known = {*_ENERGY, *_SPECIAL_SIZE, *before, *_HEADS, *_SHORT_HEADS, _LOW_SPEED}
    return tuple(sorted(known, key=lambda word: (-len(word), word)))


def _cut(text: str) -> list[str] | None:
    """Return `text` as known words, longest first, without those that name an energy; None if any rest is unknown."""
    words: list[str] = []
    at = 0
    while at < len(text):
        word = next((known for known in _vocabulary() if text.startswith(known, at)), None)
        if word is None:
            return None
        words.append(word)
        at += len(word)
    return [word for word in words if word not in _ENERGY]


def read_words(text: str) -> Meaning | None:
    """Return what the words (normalised) mean; None where they are not understood."""
    bare = text
    for word in _ENERGY:
        bare = bare.removeprefix(word)
    trade = _TRADE.get(bare)
    if trade is not None:
        return _noted(trade, "vehicle.colloquial")
    words = _cut(text)
    if not words:
        return None
    *before, last = words
    if _LOW_SPEED in before and _HEADS.get(last) is _GOODS:
        before.remove(_LOW_SPEED)
        return _read(_HEADS["低速货车"], before)
    head = _HEADS.get(last)
    if head is not None:
        return _read(head, before)
    if last not in _SHORT_HEADS:
        return _read_without_head(words)
    return _read_short(before)


def _read(head: _Head, before: list[str]) -> Meaning | None:
    sizes: list[frozenset[str]] = []
    bodies: list[str] = []
    loose = False
    for word in before:
        size = _size(head.kind, word)
        if word in head.may_have:
            continue
        if size is not None:
            sizes.append(size)
            loose = loose or (word in _LOOSE_SIZE and head.kind != "special")
        elif word in head.body:
            bodies.append(head.body[word])
        else:
            return None
    body = _bodies(bodies)
    if body is None or len(sizes) > 1 or len(set(before)) != len(before):
        return None
    if not head.body and head.kind not in {"three_wheel", "other"}:
        body = (NONE,)
    meaning = Meaning(frozenset({head.kind}), sizes[0] if sizes else frozenset(), body)
    return _noted(meaning, "vehicle.colloquial") if loose else meaning


def _size(kind: str, word: str) -> frozenset[str] | None:
    if kind == "special":
        return frozenset({_SPECIAL_SIZE[word]}) if word in _SPECIAL_SIZE else None
    if kind in {"goods", "tractor", "trailer"}:
        return frozenset({_SIZE[word]}) if word in _SIZE else _LOOSE_SIZE.get(word)
    return None


def _bodies(named: list[str]) -> tuple[str, ...] | None:
    """Return the bodies, main one first; None where two are named of which neither is 自卸."""
    if len(named) <= 1:
        return tuple(named)
    rest = [body for body in named if body != "dump"]
    return ("dump", *rest) if len(rest) == 1 and len(named) == len(rest) + 1 else None


def _read_short(before: list[str]) -> Meaning | None:
    """Read what ends in a bare 车: 集装厢车, 车辆运输车 are licence words, 自卸车 or 厢式运输车 are shortened."""
    if _TRAILER_AXLE in before:
        return _read(_TRAILER, before)
    meaning = _read(_GOODS, before)
    if meaning is None or not meaning.bodies or meaning.bodies == ("general",):
        return None
    complete = meaning.sizes and len(meaning.bodies) == 1 and meaning.bodies[0] in _COMPLETE_WITHOUT_HEAD
    return meaning if complete else _noted(meaning, "vehicle.words_incomplete")


def _read_without_head(words: list[str]) -> Meaning | None:
    """Read size and body without a head (轻型厢式); 普通 alone could as well be a bus, so it does not suffice."""
    meaning = _read(_GOODS, words)
    if meaning is None or meaning.bodies in {(), ("general",)} or len(meaning.sizes & SIZES) != 1:
        return None
    return _noted(meaning, "vehicle.words_incomplete")


def _noted(meaning: Meaning, note: str) -> Meaning:
    return Meaning(meaning.kinds, meaning.sizes, meaning.bodies, meaning.notes | {note})
