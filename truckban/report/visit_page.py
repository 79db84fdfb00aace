"""The page of `truckban enterprise visits`: the map of the candidates, their evidence, and the cross-checks; offline, plates masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from enterprises.visits import CERTAINTIES
from truckban.freight.crosschecks import MANY, Row
from truckban.freight.visit_files import CAUTION
from truckban.report.templating import asset, environment
from truckban.report.visit_map import VisitMap
from zones.text import Text

_WORDS = {
    "title": Text("到访与货运源头", "Visits and freight origins"),
    "principle": Text(
        "线索，须经人工核实；这里没有任何处罚。", "Leads, for a person to verify; nothing here is a penalty."
    ),
    "hazard": Text("含虚构或示意数据，不得用于执法", "Holds invented or schematic data: not fit for enforcement"),
    "unlisted": Text("名单外的疑似装载点", "Possible loading places on no list"),
    "map": Text("装载点、名单企业和禁行区域的位置", "Where candidates, sites and the zone lie"),
    "legend": Text(
        "数字：候选地点的名次；绿色：名录企业的场地；灰色：已知不装货的地方；红色：禁行区域。上北下南",
        "Numbers: candidates by rank; green: sites of enterprises; grey: known, no loading; red: the zone. North is up",
    ),
    "evidence": Text("名单外的疑似装载点：依据", "Possible loading places on no list: the evidence"),
    "none": Text("没有", "None"),
}
ORIGINS = {
    "visit": Text("源头企业", "an enterprise"),
    "no_visit": Text("此前没有到访", "no visit before"),
    "too_long_ago": Text("到访太久以前", "the visit was too long before"),
    "unsure": Text("是否在场地内拿不准", "unsure whether it was at the site"),
    "ambiguous": Text("在几家企业的场地重叠处", "where sites of several enterprises overlap"),
    "stopped_since": Text("其间在别处久停", "it stopped for long elsewhere since"),
    "left_empty": Text("离开时空载", "left empty"),
}
_HEADS = {
    "rank": Text("名次", "Rank"),
    "vehicles": Text("车辆", "Trucks"),
    "stops": Text("停留", "Stops"),
    "days": Text("天数", "Days"),
    "overnight": Text("过夜", "Overnight"),
    "median_min": Text("停留中位数（分）", "Median stay (min)"),
    "busy": Text("到达最多的时段", "Most arrivals"),
    "loaded": Text("空来重去（有载重信号的）", "Left fuller (of those known)"),
    "reach_m": Text("范围（米）", "Reach (m)"),
    "near": Text("最近的已知场地", "Nearest known place"),
    "place": Text("位置（WGS 84）", "Position (WGS 84)"),
    "examples": Text("例", "Examples"),
    "name": Text("企业", "Enterprise"),
    "origin": Text("出发地", "Origin"),
    "leads": Text("线索", "Leads"),
    "prohibited": Text("禁止", "Prohibited"),
    "undetermined": Text("无法确定", "Undetermined"),
    "leads_undetermined": Text("无法确定的线索", "Undetermined leads"),
    "incidents": Text("起数", "Occasions"),
    "trips": Text("出车（次）", "Trips"),
    "unlawful_trips": Text("其中疑似违法", "Of them possibly unlawful"),
    "rate": Text("比例（95% 区间）", "Rate (95 % interval)"),
    "plate": Text("号牌", "Plate"),
    "on_days": Text("到访日期", "Days of visits"),
    "listed": Text("在册时间", "Listed"),
    "shipper": Text("发货单位（原文）", "Shipper as written"),
    "rows": Text("行数", "Rows"),
    "asked_days": Text("日期", "Days"),
    "reason": Text("为什么", "Why"),
    "vehicle_id": Text("车辆编号", "Vehicle"),
    "enterprises": Text("企业数", "Enterprises"),
    "visits": Text("到访", "Visits"),
    "which": Text("哪些（次数）", "Which (visits)"),
}


_TEXT = ("name", "near", "origin", "shipper", "reason")
"""Columns that may break into lines."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The rows of the page; plates are already masked where they are to be."""

    candidates: Sequence[Row]
    origins: Sequence[Row]
    rates: Sequence[Row]
    many: Sequence[Row]
    not_listed: Sequence[Row]
    shippers: Sequence[Row] | None = None


def visit_page(
    tables: Tables,
    drawn: VisitMap,
    *,
    notes: Sequence[Text],
    visits: Mapping[str, Any],
    invented: bool,
    schematic: bool,
    lang: str,
) -> str:
    """Return the page.

    Args:
        tables: the rows.
        drawn: the map.
        notes: what a reader must know.
        visits: counts of visits by certainty.
        invented: whether the registry is.
        schematic: whether the zone is.
        lang: `zh` or `en`.
    """
    lang = "zh" if lang == "zh" else "en"
    counted = Text(
        f"到访 {visits['all']} 次：确定 {visits['inside']}，拿不准 {visits['unsure']}，场地重叠 {visits['ambiguous']}",
        f"{visits['all']} visits: {visits['inside']} sure, {visits['unsure']} unsure, {visits['ambiguous']} where sites overlap",
    )
    if set(visits) != {"all", *CERTAINTIES}:
        message = f"counts of visits are {sorted(visits)}"
        raise ValueError(message)
    return (
        environment()
        .get_template("visits.html")
        .render(
            html_lang="zh-CN" if lang == "zh" else "en",
            style=Markup(asset("colours.css") + asset("visits.css")),  # noqa: S704 - the program's own
            w={name: text.of(lang) for name, text in _WORDS.items()},
            caution=CAUTION.of(lang),
            notes=[note.of(lang) for note in (counted, *notes)],
            invented=invented,
            schematic=schematic,
            drawn=drawn,
            tables=[table(lang) for table in _all(tables)],
        )
    )


def _all(tables: Tables) -> "list[_Table]":
    of_sheet = [] if tables.shippers is None else [_shippers(tables.shippers)]
    return [_candidates(tables), _origins(tables), _rates(tables), _not_listed(tables), *of_sheet, _many(tables)]


def _candidates(tables: Tables) -> "_Table":
    def row(one: Row, lang: str) -> list[str]:
        hours = list(map(int, one["hours"]))
        peak = max(range(24), key=hours.__getitem__)
        near = f"{one['near']} {one['near_m']:.0f} m" if one["near"] else "–"
        return [
            str(one["rank"]),
            *(str(one[name]) for name in ("vehicles", "stops", "days", "overnight", "median_min")),
            f"{peak:02}:00–{(peak + 1) % 24:02}:00 ({hours[peak]})",
            f"{one['left_loaded']} / {one['load_known']}" if one["load_known"] else "–",
            f"{one['reach_m']:.0f}" + ({"zh": "，分散", "en": ", sprawls"}[lang] if one["sprawls"] else ""),
            near,
            f"{one['lon']:.5f}, {one['lat']:.5f}",
            "\n".join(map(_example, one["examples"])),
        ]

    note = Text("按车辆数、停留次数排序。", "By trucks, then stops.")
    heads = (
        "rank",
        "vehicles",
        "stops",
        "days",
        "overnight",
        "median_min",
        "busy",
        "loaded",
        "reach_m",
        "near",
        "place",
        "examples",
    )
    return _Table(_WORDS["evidence"], note, heads, tables.candidates, row)


def _example(text: str) -> str:
    """Return `T1 2024-05-08T06:20:10+08:00/2024-05-08T06:58:23+08:00` as people read it, in the zone of the other times."""
    who, _, span = text.rpartition(" ")
    begin, _, end = span.partition("/")
    same = begin[:10] == end[:10]
    return f"{who}  {begin[:10]} {begin[11:16]}–{end[11:16] if same else f'{end[5:10]} {end[11:16]}'}"


def _origins(tables: Tables) -> "_Table":
    def row(one: Row, lang: str) -> list[str]:
        return [
            one["name"] or one["enterprise"] or "–",
            ORIGINS[one["origin"]].of(lang),
            *(str(one[name]) for name in ("leads", "prohibited", "undetermined", "incidents", "vehicles")),
        ]

    title = Text("线索来自哪家企业", "Leads by origin")
    note = Text(
        "出发地是线索之前最近一次到访的企业；其间在别处久停的不算。",
        "The origin is the enterprise of the last visit before the lead, unless the truck stopped for long elsewhere since.",
    )
    heads = ("name", "origin", "leads", "prohibited", "undetermined", "incidents", "vehicles")
    return _Table(title, note, heads, tables.origins, row)


def _rates(tables: Tables) -> "_Table":
    def row(one: Row, _: str) -> list[str]:
        rate = "–" if one["rate"] is None else f"{one['rate']:.0%} ({one['rate_low']:.0%}–{one['rate_high']:.0%})"
        return [
            one["name"] or one["enterprise"],
            *(str(one[name]) for name in ("vehicles", "trips", "unlawful_trips")),
            rate,
            str(one["leads_undetermined"]),
        ]

    title = Text("各企业出车与疑似违法通行", "Enterprises by possibly unlawful passages")
    note = Text(
        "比例以看得到离开的确定到访为分母；次数少时看区间，不看比例。",
        "Measured on sure visits whose end was seen; where these are few, the interval says more than the rate.",
    )
    heads = ("name", "vehicles", "trips", "unlawful_trips", "rate", "leads_undetermined")
    return _Table(title, note, heads, tables.rates, row)


def _not_listed(tables: Tables) -> "_Table":
    def row(one: Row, lang: str) -> list[str]:
        never = {"zh": "从未", "en": "never"}[lang]
        first, last = one["first_day"], one["last_day"]
        return [
            one["name"] or one["enterprise"],
            str(one["visits"]),
            str(one["vehicles"]),
            first if first == last else f"{first} – {last}",
            one["listed"].replace(";", ", ").replace("/", " – ").replace("..", "") or never,
        ]

    title = Text("到访当日不在名单上的企业", "Enterprises visited on days when they were on no list")
    note = Text("按到达当日有效的名单。", "By the list in force on the day of arrival.")
    return _Table(title, note, ("name", "visits", "vehicles", "on_days", "listed"), tables.not_listed, row)


def _shippers(rows: Sequence[Row]) -> "_Table":
    def row(one: Row, _: str) -> list[str]:
        first, last = one["first_day"], one["last_day"]
        return [one["shipper"], str(one["rows"]), first if first == last else f"{first} – {last}", one["reason"]]

    title = Text(
        "发货单位当日不在名单上的行程、申请", "Trips and applications whose shipper was not on the list on the day"
    )
    note = Text(
        "按所给的表；能确认在名单上的不列。",
        "By the sheet that was given; shippers that were listed on all the days are left out.",
    )
    return _Table(title, note, ("shipper", "rows", "asked_days", "reason"), rows, row)


def _many(tables: Tables) -> "_Table":
    def row(one: Row, _: str) -> list[str]:
        return [
            one["vehicle_id"],
            one["plate"] or "–",
            str(one["enterprises"]),
            str(one["visits"]),
            "\n".join(one["named"]),
        ]

    title = Text("到过多家企业的车辆", "Vehicles seen at many enterprises")
    note = Text(f"确定到访过至少 {MANY} 家。", f"Surely seen at {MANY} or more.")
    return _Table(title, note, ("vehicle_id", "plate", "enterprises", "visits", "which"), tables.many, row)


@dataclass(frozen=True, slots=True)
class _Table:
    title: Text
    note: Text
    heads: Sequence[str]
    rows: Sequence[Row]
    row: Any

    def __call__(self, lang: str) -> dict[str, Any]:
        """Return the table in a language."""
        return {
            "title": self.title.of(lang),
            "note": self.note.of(lang),
            "heads": [_HEADS[name].of(lang) for name in self.heads],
            "kinds": ["text" if name in _TEXT else "" for name in self.heads],
            "rows": [self.row(one, lang) for one in self.rows],
        }
