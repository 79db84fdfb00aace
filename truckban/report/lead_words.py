"""What a lead says to an officer, in sentences: how it came in and went out, how fast, what the probability rests on."""

from collections.abc import Mapping
from types import MappingProxyType

from truckban.missing_words import missing_words
from truckban.norms import Notice
from truckban.traces.clean.clocks import LEAPS
from truckban.traces.clean.late_vehicles import RECEIVED_LATER
from truckban.traces.clean.two_tracks import TWO_AT_ONCE
from truckban.traces.lead.lead_facts import (
    BEGAN_INSIDE,
    CROSSED,
    ENDED_INSIDE,
    PERMIT_BEGAN,
    PERMIT_ENDED,
    RULE_CHANGED,
    STEADY_S,
    WINDOW_CLOSED,
    WINDOW_OPENED,
    End,
)
from truckban.traces.lead.leads import FLEET_COORDINATES, OTHER_COORDINATES, Lead
from truckban.vehicles.plate_colors import COLOR_WORDS
from zones.text import Text

ENDS: Mapping[str, Text] = MappingProxyType(
    {
        BEGAN_INSIDE: Text(
            "从这里起记为行驶（此前停在附近约 80 米以内，或没有定位）",
            "the drive counts from here (before, it stood within some 80 m, or was not reported)",
        ),
        ENDED_INSIDE: Text(
            "行驶记到这里为止（此后停在附近约 80 米以内，或没有定位）",
            "the drive counts up to here (then, it stood within some 80 m, or was not reported)",
        ),
        WINDOW_OPENED: Text(
            "禁行时间开始时已在区域内行驶，从此刻起判断；此前的行驶不在禁行时间内",
            "it was driving inside when the banned hours began and is judged from then on; the drive before was outside the hours",
        ),
        WINDOW_CLOSED: Text(
            "禁行时间结束，只判断到此刻；车还在区域内",
            "the banned hours ended and it is judged up to then; it was still inside",
        ),
        PERMIT_ENDED: Text(
            "从此刻起通行证不再允许（时段、日期或道路），从此刻起判断",
            "from here its permit no longer covered it (hours, days or roads), and it is judged from here on",
        ),
        PERMIT_BEGAN: Text(
            "从此刻起通行证允许，只判断到此刻", "from here its permit covered it, and it is judged up to here"
        ),
        RULE_CHANGED: Text("此刻适用的规定有变化", "here another rule came to apply"),
    }
)

CLASSES: Mapping[str, Text] = MappingProxyType(
    {
        "heavy": Text("重型货车", "heavy truck"),
        "medium": Text("中型货车", "medium truck"),
        "light": Text("轻型货车", "light truck"),
        "micro": Text("微型货车", "micro truck"),
        "low_speed": Text("低速货车", "low-speed truck"),
        "three_wheel": Text("三轮汽车", "three-wheeler"),
        "tractor": Text("牵引车", "tractor"),
        "trailer": Text("挂车", "trailer"),
        "special": Text("专项作业车", "special-purpose vehicle"),
        "not_truck": Text("不是货车", "no truck"),
        "unknown": Text("类别不详", "class unknown"),
    }
)

_ENERGY: Mapping[str, Text] = MappingProxyType(
    {
        "diesel": Text("柴油", "diesel"),
        "gasoline": Text("汽油", "gasoline"),
        "gas": Text("燃气", "gas"),
        "electric": Text("纯电动", "electric"),
        "plug_in_hybrid": Text("插电式混合动力", "plug-in hybrid"),
        "hybrid": Text("混合动力", "hybrid"),
        "fuel_cell": Text("燃料电池", "fuel cell"),
        "other": Text("其他", "other"),
    }
)
_SERVICE: Mapping[str, Text] = MappingProxyType(
    {
        "police": Text("警车", "police"),
        "fire": Text("消防", "fire"),
        "engineering_rescue": Text("工程抢险", "engineering rescue"),
        "law_enforcement": Text("行政执法", "law enforcement"),
        "clearance": Text("清障", "clearance"),
        "sanitation": Text("环卫", "sanitation"),
        "landscaping": Text("园林", "landscaping"),
        "road_maintenance": Text("道路养护", "road maintenance"),
        "municipal_engineering": Text("市政工程", "municipal engineering"),
        "medical_waste": Text("医疗垃圾运输", "medical waste"),
        "military": Text("军车", "military"),
        "ambulance": Text("救护", "ambulance"),
        "school_bus": Text("校车", "school bus"),
        "none": Text("无", "none"),
    }
)
_PURPOSE = MappingProxyType({"transit": Text("过境", "transit"), "local": Text("非过境", "local")})
_FLAG = MappingProxyType({"true": Text("是", "yes"), "false": Text("否", "no")})
_VALUES: Mapping[str, Mapping[str, Text]] = MappingProxyType(
    {
        "energy": _ENERGY,
        "service": _SERVICE,
        "trip_purpose": _PURPOSE,
        "on_duty": _FLAG,
        "dangerous_goods": _FLAG,
        "plate_color": {name: Text(word, name.replace("_", " ")) for name, word in COLOR_WORDS.items()},
    }
)
_FAR_IN = 20
_UNITS = {"_mm": "mm", "_kg": "kg"}

_BASIS: Mapping[str, Text] = MappingProxyType(
    {
        "path": Text("与街道匹配的路径在区域内", "the path that was matched to the streets runs inside"),
        "border_only": Text(
            "只凭定位点离边界的远近，没有匹配到路径",
            "only the distance of the fixes from the border; no path was matched",
        ),
        "line_between_fixes": Text("只凭两个定位点的连线", "only the line between two fixes"),
        "fixes_inside": Text("区域内有 {} 个定位点", "fixes inside: {}"),
        "single_fix": Text("只凭一个定位点", "a single fix"),
        "hours_between_fixes": Text(
            "禁行时间的起止在两个定位点之间，没有定位点表明它在禁行时间内行驶过",
            "the ban's hours begin or end between two fixes, and no fixes show that it drove within them",
        ),
        LEAPS: Text(
            "行驶中时间忽然跳过整小时：终端时钟可能有误，它可能不是在这些时刻行驶",
            "its time leaps by whole hours as it drives on: its clock may be wrong, and it may have driven at other hours",
        ),
        TWO_AT_ONCE: Text(
            "同一编号同时有两条轨迹：可能是另一辆车（两个终端或套牌）在此行驶",
            "there are two tracks at once under its number: another vehicle may have driven here (two terminals, or a cloned plate)",
        ),
        OTHER_COORDINATES: Text(
            "定位点按声明的坐标系不在街道上，按另一种坐标系则在：声明的坐标系可能有误，它可能在别处行驶",
            "its fixes lie off the streets as declared and on them in another system of coordinates: it may have driven elsewhere",
        ),
        FLEET_COORDINATES: Text(
            "同一批轨迹中多数车辆的坐标系与声明的不符：它可能在别处行驶",
            "most vehicles of these traces are in another system of coordinates than declared: it may have driven elsewhere",
        ),
        RECEIVED_LATER: Text(
            "定位约在其时间 8 小时之后才被接收：终端时钟像是世界时，它可能不是在这些时刻行驶",
            "its reports were received about 8 hours after their time: its clock looks like UTC, and it may have driven at other hours",
        ),
        "deep": Text(
            "最深处远超定位误差（20 倍以上）", "the deepest lies more than 20 times the receiver's error inside"
        ),
        "deepest_in_errors": Text("最深处是定位误差的 {} 倍", "the deepest lies {} times the receiver's error inside"),
        "denied_by_speed": Text(
            "按车辆自报的车速到不了的定位点有 {} 个",
            "fixes that the truck cannot have reached by the speeds it sent: {}",
        ),
        "reflection": Text(
            "也可能一直在区域外，只是信号反射使定位偏移（可能性 {}）",
            "it may have been outside all the time, with fixes put off by reflections (probability {})",
        ),
    }
)


def entry_words(end: End, clock: str) -> Text:
    """Return how a part of a passage began, at a clock."""
    if end.how != CROSSED:
        return _on(end, clock)
    street = Text(f"驶入{end.street}", f"into {end.street}") if end.street else Text("驶入区域", "into the zone")
    origin = Text(f"由{end.from_road}", f"from {end.from_road} ") if end.from_road else Text("", "")
    number = _number(end)
    return Text(f"{clock} {origin.zh}{street.zh}{number.zh}", f"{clock} {origin.en}{street.en}{number.en}")


def exit_words(end: End, clock: str) -> Text:
    """Return how it ended."""
    if end.how != CROSSED:
        return _on(end, clock)
    street = Text(f"由{end.street}驶出", f"out by {end.street}") if end.street else Text("驶出区域", "out of the zone")
    onto = Text(f"，到{end.from_road}", f" to {end.from_road}") if end.from_road else Text("", "")
    number = _number(end)
    return Text(f"{clock} {street.zh}{onto.zh}{number.zh}", f"{clock} {street.en}{onto.en}{number.en}")


def _on(end: End, clock: str) -> Text:
    on = Text(f"（{end.street}）", f" (on {end.street})") if end.street else Text("", "")
    return Text(f"{clock} {ENDS[end.how].zh}{on.zh}", f"{clock} {ENDS[end.how].en}{on.en}")


def _number(end: End) -> Text:
    if end.number is None:
        return Text("", "")
    return Text(f"（区域第 {end.number} 号路口）", f" (crossing {end.number} of the zone)")


def speed_words(part: Lead) -> Text | None:
    """Return how fast it was; None where the way driven is not known."""
    if part.mean_speed_kmh is None or part.max_speed_kmh is None:
        return None
    mean, most = round(part.mean_speed_kmh), round(part.max_speed_kmh)
    if part.max_speed_kmh <= part.mean_speed_kmh:  # too short for a stretch of its own
        return Text(f"平均 {mean} km/h", f"{mean} km/h on average")
    return Text(
        f"平均 {mean} km/h，最快的一段（至少 {STEADY_S:.0f} 秒）平均 {most} km/h",
        f"{mean} km/h on average, {most} km/h over the fastest stretch of {STEADY_S:.0f} s or more",
    )


def depth_words(part: Lead) -> Text:
    """Return how deep inside its deepest fix lies."""
    if part.depth_max_m is None:
        return Text("没有定位点落在区域内", "no fix lies inside")
    deep = round(part.depth_max_m)
    return Text(f"最深的定位点在边界以内 {deep} 米", f"the deepest fix lies {deep} m beyond the border")


def basis_words(part: Lead) -> list[Text]:
    """Return what the probability rests on."""
    found = []
    for coded in part.why_probability:
        code, _, value = coded.partition("=")
        if code == "deepest_in_errors" and float(value) > _FAR_IN:
            code = "deep"
        words = _BASIS[code]
        found.append(Text(words.zh.format(value), words.en.format(value)))
    return found


def fact_words(coded: str, notice: Notice) -> Text:
    """Return a field of a vehicle that the reasons quote, with what it is called."""
    name, _, value = coded.partition("=")
    label = missing_words(name, notice)
    unit = next((f" {unit}" for ending, unit in _UNITS.items() if name.endswith(ending)), "")
    said = _VALUES.get(name, {}).get(value, Text(value, value))
    return Text(f"{label.zh} {said.zh}{unit}", f"{label.en} {said.en}{unit}")
