"""Which column is which, by the names that weighbridges and offices use, and the unit that a name carries."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal

from enterprises.given_files import header, plain

Unit = Literal["kg", "t"]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "time": ("时间", "过磅时间", "称重时间", "装载时间", "毛重时间", "重车时间", "出场时间", "检测时间", "日期时间", "datetime",
             "weighed_at", "loaded_at"),
    "plate": ("车牌", "车牌号", "车牌号码", "车号", "号牌", "号牌号码", "牌照", "牌照号", "license_plate", "plate_no", "vehicle"),
    "gross": ("毛重", "总重", "总重量", "总质量", "车货总质量", "车货总重", "称重", "过磅重量", "实际总质量", "gross_weight", "gross_mass",
              "weight"),
    "axles": ("轴数", "车轴数", "车辆轴数", "axle_count", "axle"),
    "enterprise": ("企业名称", "企业", "源头企业", "源头单位", "单位名称", "装货单位", "发货单位", "装载单位", "货源单位", "名称", "shipper"),
    "slip": ("单号", "磅单号", "装载单号", "过磅单号", "榜单号", "票号", "流水号", "编号", "slip_no", "slip_number", "ticket", "ticket_no"),
    "kind": ("车型", "车辆类型", "车辆种类", "vehicle_type", "type"),
    "drive_axles": ("驱动轴数", "驱动轴", "drive_axle_count"),
    "single_axles": ("单轮胎轴数", "单胎轴数", "单轮轴数", "single_tyre_axles", "single_tire_axles"),
    "payload": ("核定载质量", "核载", "核定载重", "核定载重量", "核载质量", "rated_payload"),
    "tare": ("皮重", "空车质量", "空重", "整备质量", "空车重量", "tare_weight"),
    "net": ("净重", "货重", "装载质量", "装载量", "货物重量", "net_weight", "cargo"),
    "licence": ("行驶证总质量", "核定总质量", "licence_gross_mass", "licensed_gross_mass"),
    "exception": ("特殊情形", "例外", "special"),
    "carrier": ("承运单位", "承运人", "运输企业", "运输公司", "道路运输企业", "车主", "haulier"),
    "unit": ("计量单位", "重量单位", "质量单位", "weight_unit"),
}  # fmt: skip
NEEDED = ("time", "plate", "gross")
MASSES = ("gross", "payload", "tare", "net", "licence")
UNITS: Mapping[str, Unit] = {
    "kg": "kg",
    "kgs": "kg",
    "公斤": "kg",
    "千克": "kg",
    "t": "t",
    "ton": "t",
    "tons": "t",
    "tonne": "t",
    "tonnes": "t",
    "吨": "t",
}
_WORDS = "|".join(sorted(UNITS, key=len, reverse=True))
# a unit of letters needs something between: "weight" is no weigh in t
_IN_NAME = re.compile(rf"^(.*?)\s*(?:[(\[/,:_\s]+\s*(?:单位[::])?({_WORDS})\s*[)\]]?|(公斤|千克|吨))$")


def without_unit(name: str) -> tuple[str, Unit | None]:
    """Return a column's name without its unit, and the unit: 毛重(kg), 总重/吨, gross_t."""
    text = unicodedata.normalize("NFKC", name).strip().casefold().replace("【", "[").replace("】", "]")
    found = _IN_NAME.match(text)
    if not found or not found[1].strip():
        return name, None
    return found[1], UNITS[found[2] or found[3]]


def find_columns(cells: Sequence[str], chosen: Mapping[str, str]) -> tuple[dict[str, int], dict[str, Unit]]:
    """Return where each wanted column stands, and the units that the names say.

    Args:
        cells: the header.
        chosen: what the caller said: the name in the file, by the wanted name.

    Raises:
        KeyError: a chosen column is not there; the wanted name is its argument.
    """
    bare = [without_unit(cell) for cell in cells]
    found = header([name for name, _ in bare], COLUMNS)
    for wanted, name in chosen.items():
        if plain(name) not in (there := [plain(cell) for cell in cells]):
            raise KeyError(wanted)
        found[wanted] = there.index(plain(name))
    units = {wanted: unit for wanted in MASSES if wanted in found and (unit := bare[found[wanted]][1]) is not None}
    return found, units
