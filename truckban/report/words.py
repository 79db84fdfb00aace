"""What codes are called by a person: reasons, verdicts, permits, missing facts, grades."""

from collections.abc import Mapping
from types import MappingProxyType

from truckban.conditions import ByPerson, leaves
from truckban.norms import Norm, Notice
from truckban.standing_dates import NOT_YET_PUBLISHED, WARNINGS_ONLY
from zones.text import Text

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        # clauses of the built-in notice
        "ban.heavy_medium": Text("重、中型货车，在禁行时间、禁行区域内通行", "heavy or medium truck in the zone within the hours"),
        "exempt.small_van_or_new_energy": Text("6 米、8 吨以内的中型厢式、封闭式或新能源货车不受限", "medium van or new-energy truck within 6 m and 8 t"),
        "exempt.emergency": Text("警车、消防车、工程抢险车不受限", "police, fire or engineering rescue vehicle"),
        "exempt.on_duty": Text("执行公务的行政执法车、清障车不受限", "law enforcement or clearance vehicle on duty"),
        "exempt.public_works": Text("环卫、园林、养护专项作业车，市政工程车、医疗垃圾运输车不受限", "public works or medical waste vehicle"),
        "exempt.by_law": Text("法律规定的其他不受限制的车辆", "other vehicles that a law exempts"),
        "exempt.for_a_person_to_check": Text("是否属于法律规定的其他不受限车辆，须由人核对", "whether another law exempts it is for a person to check"),
        "exempt.service_vehicle_kind": Text("环卫等单位的普通货车算不算专项作业车辆，通告没有写明", "the notice leaves open whether such a truck is exempt"),
        # place
        "place.inside": Text("在禁行区域内", "inside the zone"),
        "place.outside": Text("在禁行区域外", "outside the zone"),
        "place.boundary_road": Text("在边界道路上（不含在内）", "on a boundary road, which is not included"),
        "place.elsewhere": Text("在区域内，但不在这一条所说的地方", "inside the zone, but not where this rule applies"),
        "place.carve_out": Text("在除外路段上", "on a stretch that is left out of the ban"),
        # time
        "time.outside_window": Text("不在禁行时间内", "outside the banned hours"),
        "time.assumed_zone": Text("时间没有写时区，按通告所在地时间理解", "a time without a zone was read in the notice's"),
        "time.calendar_unknown": Text("当年的放假安排还没有收录", "that year's public holidays are not on record yet"),
        "alert.not_in_force": Text("当时没有相应的预警", "no such alert was in force"),
        # vehicle
        "vehicle.not_covered": Text("不属于通告限制的车辆", "not a vehicle that the notice restricts"),
        "vehicle.assumed_goods": Text("未给出车辆类型，按货车处理", "no vehicle type given: taken for a goods vehicle"),
        "vehicle.class_conflict": Text("行驶证的车辆类型与尺寸、质量对不上", "the licence's words and its numbers disagree"),
        "vehicle.code_not_listed": Text("车辆类型代码不在 GA 24.4 表中", "the type's code is not in GA 24.4"),
        "vehicle.two_bodies": Text("行驶证写了两种车身，通告只说其中一种", "the licence names two bodies, the notice one of them"),
        "place.road_not_known": Text("不知道这条道路", "this road is not known"),
        "place.road_in_several": Text("几个地方都有这条道路，按最严的回答", "several places have a road of this name; the strictest answers"),
        "place.far": Text("离通告的禁行区域很远，当地的规定没有查", "far from the notice's zones; the place's own rules were not looked up"),
        "vehicle.colloquial": Text("车辆类型不是行驶证用语，只作宽泛理解", "the vehicle type is no licence wording and is read broadly"),
        "vehicle.numbers_unlikely": Text("车长或总质量不像这类车，请核对", "length or mass is unlikely for this kind of vehicle; check it"),
        "vehicle.special_not_truck": Text("专项作业车是不是“货车”，通告没有写明", "whether a special-purpose vehicle is a truck, the notice leaves open"),
        "vehicle.trailer_needs_tractor": Text("只给出了挂车，要看牵引它的车", "only a trailer is named; the towing vehicle decides"),
        "vehicle.type_other": Text("车辆类型为“其他”，不能由此判断", "the vehicle type “other” does not say whether it is a truck"),
        "vehicle.unknown_field": Text("车辆表有不认识的字段，没有使用", "a field of the vehicle was not understood and not used"),
        "vehicle.words_incomplete": Text("车辆类型不完整，按货车理解", "the vehicle type is incomplete and is read as a goods vehicle"),
        "vehicle.words_not_recognised": Text("不能识别车辆类型", "the vehicle type is not understood"),
        "plate.office_letter_o": Text("号牌的发牌机关代号 O 少见，请核对", "the plate's office letter O is unusual; check it"),
        # permits
        "permit.pass": Text("持有通行证，且在证上的时间和道路内", "has a permit that covers the hour and the road"),
        "permit.expired": Text("通行证已过期", "permit expired"),
        "permit.not_active": Text("通行证未生效或已停用", "permit not valid yet, suspended or revoked"),
        "permit.off_route": Text("不在通行证写明的道路上", "off the permit's roads"),
        "permit.off_time": Text("不在通行证写明的时段内", "outside the permit's hours"),
        "permit.unread": Text("通行证表中有这辆车的一行，但读不了；请核对", "a row for this plate is among the permits and could not be read; check it"),
        "permit.other_plate": Text("通行证是另一辆车的", "the permit is another vehicle's"),
        # notice
        "notice.not_in_force": Text("通告当时尚未施行", "the notice was not in force yet"),
        "notice.ended": Text("通告当时已经失效", "the notice had ended"),
        "notice.not_yet_published": Text("通告当时尚未公布，不能作为处罚依据", "the notice was not published yet and cannot be the ground of a penalty"),
        "notice.warnings_only": Text("通告写明当时只作教育警告，不处罚", "by the notice's own words there were warnings only at that time, no penalties"),
        "notice.open_question": Text("通告文字有没有写明之处", "the notice leaves a question open"),
        "notice.for_a_person_to_check": Text("有须由人核对的条件", "a condition is for a person to check"),
        "notice.zone_not_stated": Text("通告没有写明区域的全部范围", "the notice does not state the whole zone"),
        "notice.in_force_unknown": Text("通告没有写施行日期，按已施行判断", "the notice states no first day; it was taken as in force"),
        "notice.age": Text("通告已施行多年，请核对是否仍然有效", "the notice is years old; check that it still stands"),
        "zone.no_map": Text("没有某些区域的区域文件", "zones of the notice without a zone file"),
        "notice.alerts_assumed_none": Text("没有预警信息，按没有预警判断", "no alert level was given; none was assumed"),
        "rule.for_a_person_to_check": Text("是否属于这一条限制的情形，须由人核对", "whether this rule is about it is for a person to check"),
        "rule.not_these_days": Text("这一天不在规定的日期内", "not on the days that the rule is for"),
        "zone.schematic": Text("位置按示意路网判断，不能作为执法依据", "looked up in a schematic, which is not fit for enforcement"),
    }
)  # fmt: skip

FOR_A_PERSON = ("exempt.for_a_person_to_check", "rule.for_a_person_to_check")
"""Reasons that decide nothing yet: somebody has to look."""

VERDICTS: Mapping[str, Text] = MappingProxyType(
    {
        "prohibited": Text("禁行", "prohibited"),
        "undetermined": Text("无法确定", "undetermined"),
        "unsure": Text("拿不准", "unsure"),
        "lawful": Text("合法", "lawful"),
    }
)
"""By `Checked.kind`, the gravest first."""

PERMITS: Mapping[str, Text] = MappingProxyType(
    {
        "none": Text("没有查到通行证", "no permit on file"),
        "not_needed": Text("有通行证，此处用不上", "has a permit; not needed here"),
    }
)

GRADES: Mapping[str, Text] = MappingProxyType(
    {
        "schematic": Text("示意路网", "schematic streets"),
        "osm": Text("OpenStreetMap 道路", "streets of OpenStreetMap"),
        "survey": Text("测绘道路", "surveyed streets"),
    }
)


def reason_words(code: str, notice: Notice) -> Text:
    """Return what a reason code says: its own words, else those of the notice, else the code."""
    if code in REASONS:
        return REASONS[code]
    asked = next((question for question in notice.questions.values() if question.code == code), None)
    if asked is not None:
        return asked.ask.text
    clause = clause_of(code, notice)
    return Text(f"见通告{clause}", f"see clause {clause} of the notice") if clause else Text(code, code)


def clause_of(code: str, notice: Notice) -> str | None:
    """Return the clause that a reason code rests on, None where it rests on none or on one that depends on the case."""
    if code in notice.norms:
        return notice.norms[code].written.clause
    asked = next((question for question in notice.questions.values() if question.code == code), None)
    if asked is not None:
        return asked.clause
    if code.startswith("permit."):
        return next((norm.written.clause for norm in notice.norms.values() if "permit" in norm.parts), None)
    if code in FOR_A_PERSON:
        bans = code.startswith("rule.")
        asking = (norm for norm in notice.norms.values() if norm.prohibits == bans and _asks_a_person(norm))
        return next((norm.written.clause for norm in asking), None)
    if code in {NOT_YET_PUBLISHED, WARNINGS_ONLY}:
        return notice.pack.clauses[-1].id
    return None


def _asks_a_person(norm: Norm) -> bool:
    return any(isinstance(leaf, ByPerson) for part in norm.parts.values() for leaf in leaves(part))


def reading_words(reading: str, notice: Notice) -> Text:
    """Return what another reading of the notice says, else its name."""
    found = (question.readings[reading].text for question in notice.asked if reading in question.readings)
    return next(found, Text(reading, reading))


def permit_words(status: str, notice: Notice) -> list[Text]:
    """Return the permit's standing; several permits can fail for several reasons."""
    return [PERMITS.get(code) or reason_words(code, notice) for code in status.split(";")]
