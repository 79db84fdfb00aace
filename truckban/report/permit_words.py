"""What the page of a permit says, in both languages; its template holds no sentence of its own."""

from collections.abc import Mapping
from types import MappingProxyType

from zones.text import Text

WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "title": Text("货车通行证", "Truck permit"),
        "covers": Text("准许通行", "What it allows"),
        "plate": Text("车牌", "Plate"),
        "holder": Text("持证人", "Holder"),
        "days": Text("日期（含首尾）", "Days (both included)"),
        "hours": Text("时段", "Hours"),
        "any_hour": Text("全天", "At any hour"),
        "roads": Text("道路", "Roads"),
        "whole_zone": Text("整个禁行区域", "The whole zone"),
        "area": Text("地图上的区域", "The area on the map"),
        "area.hash": Text("区域校验值", "Hash of the area"),
        "area.off": Text("图上边界误差不超过 {metres} 米", "Its border is drawn to within {metres} m"),
        "area.none": Text(
            "区域太复杂，图上没有画；以签发单位的地图为准", "Too intricate to be drawn here; ask the issuer for the map"
        ),
        "number": Text("证号", "Number"),
        "issuer": Text("签发单位", "Issued by"),
        "issued": Text("签发时间", "Issued at"),
        "notice": Text("依据的通告", "The notice"),
        "kind": Text("种类", "Kind"),
        "note": Text("备注", "Note"),
        "retroactive": Text("事后补登", "Registered afterwards"),
        "only": Text(
            "只在写明的道路和时段有效；离开这些道路或时段，仍受通告限制。",
            "Good on these roads and at these hours alone; anywhere and at any time else the ban stands.",
        ),
        "map": Text("地图", "Map"),
        "map.label": Text("禁行区域和准许通行的道路", "The zone, and the roads that are allowed"),
        "north": Text("北", "N"),
        "legend.road": Text("准许通行的道路", "Roads that the permit names"),
        "legend.granted": Text("准许通行的区域", "The area that the permit names"),
        "legend.area": Text("禁行区域", "The zone"),
        "legend.edge": Text("边界道路", "Boundary roads"),
        "legend.carved": Text("除外路段", "Stretches left out"),
        "schematic": Text(
            "仅供演示：示意路网，位置不是真实位置", "For demonstration only. A schematic: positions are not real"
        ),
        "not_drawn": Text("图上没有这些道路：", "Not on the map: "),
        "strip": Text("一天里什么时候", "When in the day"),
        "strip.ban": Text("通告的禁行时间", "Hours of the ban"),
        "strip.allowed": Text("持证可以通行", "Allowed by the permit"),
        "strip.night": Text(
            "跨午夜的时段属于开始的那一天；最后一天开始的，到第二天结束。",
            "Hours over midnight belong to the day they start on; those of the last day end on the day after.",
        ),
        "qr": Text("执法人员扫码核验", "For the officer to scan"),
        "qr.why": Text(
            "二维码里是签名的内容，离线也能核验真伪；签发以后的暂停和吊销要联网或凭停用名单核对。",
            "Its signed content can be checked without a network; whether it was suspended or revoked since, only the service or a signed list tells.",
        ),
        "key": Text("签发密钥", "Key"),
        "zone": Text("区域", "Zone"),
        "unit.m": Text("{n} 米", "{n} m"),
        "unit.km": Text("{n} 公里", "{n} km"),
    }
)


def said(lang: str, key: str, **values: object) -> str:
    """Return a sentence with its values put in; KeyError for one that there is not."""
    sentence = WORDS[key].of(lang)
    return sentence.format(**values) if values else sentence
