"""Cells of a dispatcher's sheet: vehicles, times and places as people write them, as the fields of a trip."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from truckban.trips.ends import Sites
from truckban.trips.rules import Rule
from zones.errors import InputError
from zones.routing.ground import TripStreets
from zones.routing.snap import names_of
from zones.text import Text

Cell = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None

_FACTOR = {
    "kg": 1.0,
    "公斤": 1.0,
    "千克": 1.0,
    "t": 1000.0,
    "吨": 1000.0,
    "mm": 1.0,
    "毫米": 1.0,
    "m": 1000.0,
    "米": 1000.0,
}
_FIGURE = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+|[一-鿿]+)?")
_MASSES, _LENGTHS = ("kg", "公斤", "千克", "t", "吨"), ("mm", "毫米", "m", "米")
UNITS: Mapping[str, Sequence[str]] = {
    "gross_mass_kg": _MASSES,
    "axle_load_kg": _MASSES,
    "length_mm": _LENGTHS,
    "width_mm": _LENGTHS,
    "height_mm": _LENGTHS,
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    field: {word: value for value, words in pairs.items() for word in words.split()}
    for field, pairs in {
        "energy": {
            "diesel": "柴油 柴油车",
            "gasoline": "汽油 汽油车",
            "gas": "天然气 燃气 液化气 lng cng 液化天然气 压缩天然气",
            "electric": "纯电动 纯电 电动 电",
            "plug_in_hybrid": "插电式混合动力 插电混动 插混",
            "hybrid": "混合动力 混动 油电混合",
            "fuel_cell": "燃料电池 氢燃料电池 氢能",
            "other": "其他",
        },
        "service": {
            "none": "无 普通货运 货运 运输",
            "police": "警车",
            "fire": "消防 消防车",
            "engineering_rescue": "工程抢险 工程抢险车 工程救险",
            "law_enforcement": "行政执法 执法",
            "clearance": "清障 清障车",
            "sanitation": "环卫",
            "landscaping": "园林 绿化",
            "road_maintenance": "道路养护 养护",
            "municipal_engineering": "市政 市政工程",
            "medical_waste": "医疗垃圾 医疗废物",
            "military": "军车 军用",
            "ambulance": "救护车 救护",
            "school_bus": "校车",
        },
    }.items()
}
_TRUE, _FALSE = {"是", "true", "yes", "y", "1"}, {"否", "false", "no", "n", "0"}
_FLAGS = ("on_duty", "dangerous_goods")
_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d\d)(\d\d))")
_TIME = re.compile(r"(\d{1,2})[:时点](\d{1,2})?分?(?::?(\d{1,2})秒?)?\s*(z|[+-]\d\d:\d\d)?", re.IGNORECASE)
_PAIR = re.compile(r"[(\[]?\s*(-?\d+(?:\.\d+)?)\s*[,;\s、]\s*(-?\d+(?:\.\d+)?)\s*[)\]]?")
# signs that part two streets; words do only where both halves are streets
_CROSS = re.compile(r"\s*[/×✕✖＊*∩&+]\s*")
_CROSS_WORDS = re.compile(r"\s*(?:与|和|及|、|-|—|至|x|X)\s*")
_CROSSING = re.compile(r"(?:的)?(?:交叉路口|交叉口|交汇处|交汇口|十字路口|丁字路口|路口|交口|口)$")
_TWO = 2


def text_of(cell: Cell) -> str:
    """Return a cell as people read it: whole numbers without a point, instants to the second."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)  # noqa: PLR2004 - exact
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return str(cell)


def plain(cell: Cell) -> str:
    """Return a cell's text without spaces around it, full-width characters as ASCII."""
    return unicodedata.normalize("NFKC", text_of(cell)).strip()


def vehicle_value(name: str, cell: Cell, factor: float = 1.0) -> Any:  # noqa: ANN401
    """Return a cell as the contract's field of a vehicle; what is not understood is left for the reader of vehicles to refuse.

    Args:
        name: of the field.
        cell: as it stands in the sheet.
        factor: what its column's unit is of the field's, such as 1000 for tonnes.

    Raises:
        InputError: a figure with a unit of something else.
    """
    text = plain(cell)
    if not text:
        return None
    if name in UNITS:
        found = _FIGURE.fullmatch(text.replace(",", "").lower())
        if found is None or (found[2] and found[2] not in UNITS[name]):
            raise InputError(Text(f"看不懂 {text}", f"{text} is not understood"), field=name)
        number = float(found[1]) * (_FACTOR[found[2]] if found[2] else factor)
        return int(number) if number.is_integer() else number
    if name in _FLAGS:
        word = text.lower()
        return word in _TRUE if word in _TRUE | _FALSE else text
    if name == "energy" and text in ("新能源", "新能源车"):
        raise InputError(
            Text("请写明纯电动、插电式混合动力或燃料电池", "say which: electric, plug_in_hybrid or fuel_cell"),
            field=name,
        )
    if name in _WORDS:
        return _WORDS[name].get(text.lower(), text)
    return text


def instant(cell: Cell, day: Cell, name: str) -> str | None:
    """Return a time as RFC 3339 text, with a zone of time only where the cell has one; None where the cell is empty.

    Args:
        cell: an instant, or a time of the day.
        day: the day that a time alone is of.
        name: of the field, for errors.

    Raises:
        InputError: no time, or a time without a day.
    """
    if not plain(cell):
        return None
    if isinstance(cell, dt.datetime):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, dt.timedelta):
        cell = f"{int(cell.total_seconds()) // 3600}:{int(cell.total_seconds()) // 60 % 60:02d}"
    text = plain(cell)
    of_day = _DAY.match(text)
    rest = text[of_day.end() :].lstrip(" Tt,") if of_day else text
    found = _TIME.fullmatch(rest)
    if found is None:
        raise InputError(
            Text(
                f"看不懂时间 {text}；写作 2024-05-08 06:30",
                f"the time {text} is not understood: write 2024-05-08 06:30",
            ),
            field=name,
        )
    of_day = of_day or _DAY.match(plain(day.date() if isinstance(day, dt.datetime) else day))
    if of_day is None:
        raise InputError(
            Text(
                f"{text} 没有日期；请写全，或加一列“日期”", f"{text} has no day: write it out, or add a column `date`"
            ),
            field=name,
        )
    year, month, date = of_day[1], of_day[2] or of_day[4], of_day[3] or of_day[5]
    hour, minute, second = (int(found[n] or 0) for n in (1, 2, 3))
    return f"{year}-{int(month):02d}-{int(date):02d}T{hour:02d}:{minute:02d}:{second:02d}{found[4] or ''}"


class Places:
    """Reads places: positions, junctions, streets, enterprises."""

    def __init__(self, streets: TripStreets, rules: Sequence[Rule], sites: Sites | None) -> None:
        """Look up the names of the streets once."""
        self._names = frozenset(names_of(streets))
        self._spelt: list[Callable[[str], str]] = [rule.shelf.first.road_name for rule in rules]
        self._sites = sites

    def _street(self, name: str) -> bool:
        return name in self._names or any(spelt(name) in self._names for spelt in self._spelt)

    def read(self, cell: Cell, lon: Cell, lat: Cell, crs: Cell, name: str) -> dict[str, Any]:
        """Return one end of a trip.

        Args:
            cell: all in one.
            lon: a longitude in a column of its own.
            lat: a latitude likewise.
            crs: the coordinates of positions.
            name: of the field, for errors.

        Raises:
            InputError: nothing there, a position without `crs`, or a name that is none known.
        """
        text = plain(cell)
        pair = _PAIR.fullmatch(text)
        if plain(lon) or plain(lat):
            pair = _PAIR.fullmatch(f"{plain(lon)},{plain(lat)}")
            if pair is None:
                raise InputError(Text("经度和纬度应各为一个数", "longitude and latitude are a number each"), field=name)
        if pair is not None:
            if not plain(crs):
                raise InputError(
                    Text(
                        "坐标要写明坐标系：高德、腾讯等国内地图是 gcj02，百度是 bd09，GPS 是 wgs84（选项 crs 或“坐标系”一列）",
                        "say which coordinates these are: Chinese maps have gcj02 (Baidu bd09), GPS wgs84 (the option or a column `crs`)",
                    ),
                    field=f"{name}.crs",
                )
            return {"lon": float(pair[1]), "lat": float(pair[2]), "crs": re.sub(r"[\s_-]", "", plain(crs).lower())}
        if not text:
            raise InputError(Text("没有写地点", "no place is given"), field=name)
        return self._named(text, name)

    def _named(self, text: str, name: str) -> dict[str, Any]:
        if self._street(text):
            return {"road": text}
        bare = _CROSSING.sub("", text)
        signs, words = _CROSS.split(bare), _CROSS_WORDS.split(bare)
        for halves in (signs, words, *self._glued(bare)):
            if len(halves) == _TWO and all(map(self._street, halves)):
                return {"junction": list(halves)}
        if len(signs) == _TWO:  # the reader of places says which of them is not known
            return {"junction": signs}
        if self._street(bare):
            return {"road": bare}
        if self._sites is not None:  # likewise
            return {"enterprise": text}
        raise InputError(
            Text(
                f"不知道 {text}：不是坐标、路口（甲路/乙路）、路网里的道路，也不是已知位置的企业",
                f"{text} is not known: no position, no junction (A/B), no street of the network, no enterprise with a known position",
            ),
            field=name,
        )

    def _glued(self, text: str) -> list[list[str]]:
        """Return the ways in which a text is two streets without anything between."""
        return [
            [text[:n], text[n:]] for n in range(2, len(text) - 1) if text[:n] in self._names and text[n:] in self._names
        ]
